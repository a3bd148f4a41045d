//! What a recorder is told in the middle of a recording: which streams flow, and the metadata.

use super::bridge::End;
use super::settings::Dialect;
use super::{BridgeId, Fault, Platform};
use crate::sdp::Hold;
use crate::sip::agent::{CallId, Content, Error, RequestId};
use crate::time::Instant;

use super::recording::Stage;

impl Platform {
    /// The call changed: its recordings follow, held while it is held.
    pub(super) fn keep_in_step(&mut self, now: Instant, id: BridgeId) {
        let forgets = self.has(Fault::ForgetAfterHold);
        let is_held = self.is_held(id);
        let Some(bridge) = self.bridges.get(&id) else { return };
        for index in 0..bridge.recordings.len() {
            if forgets && is_held {
                self.spoiler.silence();
            }
            if self.has(Fault::ForgetPauseAfterHold)
                && let Some(recording) = self.recording(id, index)
            {
                recording.resume(true);
            }
            let Some(recording) = self.recording(id, index) else { return };
            if !is_held {
                recording.taken_up();
            }
            if let (Stage::Up, Some(call)) = (recording.stage, recording.call) {
                self.tell_streams(now, id, index, call);
            }
        }
        if !is_held {
            self.tell_untold(now, id);
            self.start_wanted(now, id);
        }
    }

    /// Whether either side is silent by agreement.
    pub(super) fn is_held(&self, id: BridgeId) -> bool {
        let bridge = self.bridges.get(&id);
        bridge.is_some_and(|bridge| bridge.legs.iter().any(|leg| !leg.is_heard()))
    }

    /// The offer to a recorder: the streams as they are from now on.
    pub(super) fn offer_of_flow(&mut self, id: BridgeId, index: usize) -> Option<Vec<u8>> {
        let dialect = self.settings.dialect;
        let heard = self.heard(id)?;
        let formats = self.bridges.get(&id).map(|it| End::BOTH.map(|end| it.leg(end).formats()))?;
        let recording = self.recording(id, index)?;
        let flows = recording.flows();
        let formats = |end: End| formats[end as usize].clone();
        let is_heard = |end: End| heard[end as usize];
        Some(match dialect {
            // RFC 7866 section 7.1.1.1: the stream of a side that is inactive may be paused.
            Dialect::Rfc => {
                recording.reoffer(formats, |end| flows && is_heard(end), Hold::Inactive)
            }
            // The product pauses them all.
            Dialect::Webex => {
                let flows = flows && End::BOTH.into_iter().all(is_heard);
                recording.reoffer(formats, |_| flows, Hold::InactiveNullAddress)
            }
        })
    }

    /// The streams as they are from now on, and the metadata whole.
    pub(super) fn tell_streams(&mut self, now: Instant, id: BridgeId, index: usize, call: CallId) {
        let Some(offer) = self.offer_of_flow(id, index) else { return };
        if let Some(content) = self.snapshot(id, index, &offer) {
            let asked = self.agent.reinvite(now, call, content);
            self.note_offer(id, index, asked);
        }
    }

    /// What a recording says now is on its way to the recorder. Returns whether it is.
    pub(super) fn note_offer(
        &mut self,
        id: BridgeId,
        index: usize,
        asked: Result<RequestId, Error>,
    ) -> bool {
        let recording = self.recording(id, index);
        recording.zip(asked.ok()).map(|(recording, asked)| recording.was_offered(asked)).is_some()
    }

    /// The metadata whole, and the streams as they are.
    pub(super) fn tell_metadata(&mut self, now: Instant, id: BridgeId, index: usize) {
        let Some(recording) = self.recording(id, index) else { return };
        let (said, call) = (recording.said(), recording.call);
        if let Some((content, call)) = self.snapshot(id, index, &said).zip(call) {
            let asked = self.agent.update(now, call, content);
            self.note_offer(id, index, asked);
        }
    }

    /// Who takes part now. The product's UPDATE brings nothing else; by RFC 7866 section 9.1
    /// metadata that names labels comes with the streams.
    pub(super) fn tell_people(&mut self, now: Instant, id: BridgeId, index: usize) {
        if self.settings.dialect == Dialect::Rfc {
            return self.tell_metadata(now, id, index);
        }
        let heard = self.heard(id);
        let Some((recording, heard)) = self.recording(id, index).zip(heard) else { return };
        recording.script.hears(heard);
        recording.script.is_news = false;
        let content = recording.script.alone();
        if let Some(call) = recording.call {
            let _ = self.agent.update(now, call, content);
        }
    }

    fn snapshot(&mut self, id: BridgeId, index: usize, offer: &[u8]) -> Option<Content> {
        let (dialect, fault) = (self.settings.dialect, self.settings.fault);
        let heard = self.heard(id)?;
        let recording = self.recording(id, index)?;
        recording.script.hears(heard);
        Some(Content::from(recording.script.body(offer, dialect, fault)))
    }

    /// Which sides are heard.
    fn heard(&self, id: BridgeId) -> Option<[bool; 2]> {
        self.bridges.get(&id).map(|bridge| End::BOTH.map(|end| bridge.leg(end).is_heard()))
    }
}
