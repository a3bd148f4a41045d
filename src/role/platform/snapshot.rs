//! Recorders are kept in step with the call: how the streams are from now on, and who takes part.

use super::bridge::End;
use super::recording::Stage;
use super::settings::Dialect;
use super::{BridgeId, Fault, Platform};
use crate::sdp::Hold;
use crate::sip::agent::{CallId, Content};
use crate::time::Instant;

/// What a recorder is told in the middle of a recording, besides the metadata.
#[derive(Clone, Copy)]
pub(super) enum Snapshot {
    /// How the streams are from now on.
    OfStreams,
    /// Nothing else.
    OfMetadata,
}

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
            let Some(recording) = self.recording(id, index) else { return };
            if let (Stage::Up, Some(call)) = (recording.stage, recording.call) {
                self.send_snapshot(now, id, index, call, Snapshot::OfStreams);
            }
        }
    }

    /// Whether either side is silent by agreement.
    pub(super) fn is_held(&self, id: BridgeId) -> bool {
        let bridge = self.bridges.get(&id);
        bridge.is_some_and(|bridge| bridge.legs.iter().any(|leg| !leg.is_heard()))
    }

    /// Tells a recorder who takes part now (product: UPDATE, the metadata alone and whole).
    pub(super) fn tell_people(&mut self, now: Instant, id: BridgeId, index: usize, call: CallId) {
        self.send_snapshot(now, id, index, call, Snapshot::OfMetadata);
    }

    /// The metadata whole; with the streams as they are from now on, where they change.
    pub(super) fn send_snapshot(
        &mut self,
        now: Instant,
        id: BridgeId,
        index: usize,
        call: CallId,
        what: Snapshot,
    ) {
        let (dialect, fault) = (self.settings.dialect, self.settings.fault);
        let heard =
            self.bridges.get(&id).map(|bridge| End::BOTH.map(|end| bridge.leg(end).is_heard()));
        let formats = self.bridges.get(&id).map(|it| End::BOTH.map(|end| it.leg(end).formats()));
        let formats =
            |end: End| formats.as_ref().map(|it| it[end as usize].clone()).unwrap_or_default();
        let Some((recording, heard)) = self.recording(id, index).zip(heard) else { return };
        recording.script.hears(heard);
        let is_heard = |end: End| heard[end as usize];
        let offer = match (what, dialect) {
            (Snapshot::OfMetadata, _) => recording.said(),
            // RFC 7866 section 7.1.1.1: the stream of a side that is inactive may be paused.
            (Snapshot::OfStreams, Dialect::Rfc) => {
                recording.reoffer(formats, is_heard, Hold::Inactive)
            }
            // The product pauses them all.
            (Snapshot::OfStreams, Dialect::Webex) => {
                let is_held = !End::BOTH.into_iter().all(is_heard);
                recording.reoffer(formats, |_| !is_held, Hold::InactiveNullAddress)
            }
        };
        let body = match (what, dialect) {
            // The product's UPDATE brings nothing else.
            (Snapshot::OfMetadata, Dialect::Webex) => recording.script.alone(dialect, fault),
            // RFC 7866 section 9.1: metadata that names labels comes with the offer.
            _ => recording.script.body(&offer, dialect, fault),
        };
        let _ = match what {
            Snapshot::OfStreams => self.agent.reinvite(now, call, Content::from(body)),
            Snapshot::OfMetadata => self.agent.update(now, call, Content::from(body)),
        };
    }
}
