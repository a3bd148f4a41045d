//! Pause and resume: what is said stops reaching the recorder at once, and then it is told (RFC
//! 7866 section 7.1.1.1; the product's facts, section 4.5). People are told of a pause once the
//! recorder has agreed to it (WXC-PRN-4).

use super::bridge::End;
use super::calls::{description_of, sdp_body};
use super::change::Change;
use super::offers::Failed;
use super::recording::{Flow, Recording, Stage};
use super::{BridgeId, Fault, Platform};
use crate::sip::Message;
use crate::sip::agent::{Content, RequestId};
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
            // One that cannot be asked need not agree.
            if !self.tell_flow(now, id, index) {
                self.paused(now, id, index);
            }
        }
    }

    fn paused(&mut self, now: Instant, id: BridgeId, index: usize) {
        let Some(recording) = self.recording(id, index) else { return };
        recording.paused();
        self.recording_changed(now, id, index, Change::Paused);
    }

    /// The recorder agreed to something: what waited to be taken again goes out, or it was a pause.
    pub(super) fn recorder_agrees(
        &mut self,
        now: Instant,
        id: BridgeId,
        index: usize,
        ours: RequestId,
        response: &Message,
    ) {
        let answer = description_of(response).ok().flatten();
        let Self { bridges, packets, .. } = self;
        let recording = bridges.get_mut(&id).and_then(|it| it.recordings.get_mut(index));
        if let Some((recording, answer)) = recording.zip(answer) {
            recording.answered_to(ours, &answer);
            recording.resumed(packets);
            if recording.has_agreed_to_pause() {
                self.paused(now, id, index);
            }
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

    /// The recorder answered only after the recording had been paused: it is told of the pause. It
    /// never got anything, so that people can be told at once.
    pub(super) fn tell_early_pause(&mut self, now: Instant, id: BridgeId, index: usize) {
        self.recording_changed(now, id, index, Change::Paused);
        self.tell_flow(now, id, index);
    }

    /// The recorder refused an offer: one to resume leaves the recording paused, as it was, and one
    /// to pause lets it go on.
    pub(super) fn offer_refused(
        &mut self,
        now: Instant,
        id: BridgeId,
        index: usize,
        request: RequestId,
    ) {
        let announces_anyway = self.has(Fault::AnnounceFailedPauses);
        let Self { bridges, packets, .. } = self;
        let recording = bridges.get_mut(&id).and_then(|it| it.recordings.get_mut(index));
        match recording.and_then(|it| it.offer_failed(request, packets)) {
            Some(Failed::Pause) if !announces_anyway => {}
            Some(_) => self.recording_changed(now, id, index, Change::Paused),
            None => {}
        }
    }

    /// The recorder is told which streams flow: a description of the session and nothing more,
    /// as the product does it; RFC 7866 asks for no metadata either. Returns whether it is.
    fn tell_flow(&mut self, now: Instant, id: BridgeId, index: usize) -> bool {
        if self.has(Fault::PauseUntold) {
            return false;
        }
        let Some(offer) = self.offer_of_flow(id, index) else { return false };
        let call = self.recording(id, index).and_then(|recording| recording.call);
        let Some(call) = call else { return false };
        let asked = self.agent.reinvite(now, call, Content::from(sdp_body(offer)));
        self.note_offer(id, index, asked)
    }
}

impl Recording {
    /// From now on nothing is taken, if the recorder agrees: one that has not answered yet is not
    /// asked.
    pub(super) fn pause(&mut self) {
        if self.flow == Flow::Resuming {
            // The recorder has not agreed to take it, and will not be asked to any more.
            self.discard();
        }
        self.flow = if self.stage == Stage::Up { Flow::Pausing } else { Flow::Paused };
    }

    /// Nothing is taken, and nobody has to agree to that any more.
    pub(super) fn paused(&mut self) {
        self.discard();
        self.flow = Flow::Paused;
    }

    /// Whether the recorder has agreed to a pause just now.
    pub(super) fn has_agreed_to_pause(&self) -> bool {
        let mut agreed = self.streams.iter().filter_map(|stream| stream.agreed.as_ref());
        self.flow == Flow::Pausing && !agreed.any(|agreed| agreed.may_send)
    }

    /// From now on what is said is taken again. While the call is on hold nothing waits: what one
    /// hears on hold is no conversation.
    pub(super) fn resume(&mut self, is_held: bool) {
        if self.flow == Flow::Pausing {
            self.discard();
        }
        self.flow = match self.stage {
            Stage::Up if !is_held => Flow::Resuming,
            _ => Flow::Running,
        };
    }

    /// The call is no longer on hold: what is said waits until the recorder agrees to take it.
    pub(super) fn taken_up(&mut self) {
        let mut agreed = self.streams.iter().filter_map(|stream| stream.agreed.as_ref());
        let was_held = agreed.any(|agreed| !agreed.may_send);
        if self.stage == Stage::Up && self.flow == Flow::Running && was_held {
            self.flow = Flow::Resuming;
        }
    }
}
