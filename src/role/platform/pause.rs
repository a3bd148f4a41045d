//! Pause and resume: what is said stops reaching the recorder at once, and then it is told (RFC
//! 7866 section 7.1.1.1; the product's facts, section 4.5).

use super::bridge::End;
use super::calls::sdp_body;
use super::change::Change;
use super::recording::Stage;
use super::{BridgeId, Fault, Platform};
use crate::sip::agent::Content;
use crate::time::Instant;

impl Platform {
    /// Nothing that is said from now on reaches the recorder.
    pub(super) fn pause_recording(&mut self, now: Instant, id: BridgeId, end: End) {
        let pauses_once = self.has(Fault::PauseOnce);
        let Some(bridge) = self.bridges.get_mut(&id) else { return };
        let Some((index, recording)) = bridge.current_mut(end) else { return };
        if pauses_once && recording.last == Some(Change::Resumed) {
            return;
        }
        recording.pause();
        if recording.stage == Stage::Up {
            self.recording_changed(now, id, index, Change::Paused);
            self.tell_flow(now, id, index);
        }
    }

    /// What is said from now on reaches the recorder: at the latest once it has answered.
    pub(super) fn resume_recording(&mut self, now: Instant, id: BridgeId, end: End) {
        let is_held = self.is_held(id);
        let Some(bridge) = self.bridges.get_mut(&id) else { return };
        let Some((index, recording)) = bridge.current_mut(end) else { return };
        recording.resume(is_held);
        if recording.stage == Stage::Up {
            self.recording_changed(now, id, index, Change::Resumed);
            self.tell_flow(now, id, index);
        }
    }

    /// The recorder answered only after the recording had been paused: it is told of the pause.
    pub(super) fn tell_early_pause(&mut self, now: Instant, id: BridgeId, index: usize) {
        self.recording_changed(now, id, index, Change::Paused);
        self.tell_flow(now, id, index);
    }

    /// The recorder refused an offer: one to resume leaves the recording paused, as it was.
    pub(super) fn offer_refused(&mut self, now: Instant, id: BridgeId, index: usize) {
        let Some(recording) = self.recording(id, index) else { return };
        if recording.offer_failed() {
            self.recording_changed(now, id, index, Change::Paused);
        }
    }

    /// The recorder is told which streams flow: a description of the session and nothing more,
    /// as the product does it; RFC 7866 asks for no metadata either.
    fn tell_flow(&mut self, now: Instant, id: BridgeId, index: usize) {
        if self.has(Fault::PauseUntold) {
            return;
        }
        let Some(offer) = self.offer_of_flow(id, index) else { return };
        let Some(call) = self.recording(id, index).and_then(|recording| recording.call) else {
            return;
        };
        let _ = self.agent.reinvite(now, call, Content::from(sdp_body(offer)));
    }
}
