//! The session recording client: asks the recorder in when a recorded user's call is answered,
//! keeps it in step with the call, and lets it go with the call (RFC 7866).

use std::time::Duration;

use rand_chacha::rand_core::Rng;

use super::bridge::{Bridge, End, Stage as CallStage};
use super::calls::sdp_body;
use super::change::{By, Change};
use super::metadata::Script;
use super::recording::{Recording, Stage, Stream};
use super::{BridgeId, Fault, Place, Platform};
use crate::sip::agent::{CallId, Event, Reply, RequestId};
use crate::sip::{Message, Method};
use crate::siprec::{Document, Received};
use crate::time::Instant;

impl Platform {
    /// The call is up: a recording for each party whose calls are recorded.
    pub(super) fn begin_recordings(&mut self, now: Instant, id: BridgeId) {
        let delay = if self.has(Fault::StartLate) { THREE_SECONDS } else { Duration::ZERO };
        for user in End::BOTH {
            if self.is_recorded(id, user) && self.begin_recording(now + delay, id, user).is_none() {
                tracing::warn!("no media ports are left to record with");
            }
        }
        self.begin_due_recordings(now);
    }

    /// A recording goes on at another recorder.
    pub(super) fn begin_recording_at(
        &mut self,
        now: Instant,
        id: BridgeId,
        user: End,
        recorder: usize,
        is_paused: bool,
    ) {
        if self.begin_recording(now, id, user).is_none() {
            tracing::warn!("no media ports are left to record with");
        } else if let Some(recording) =
            self.bridges.get_mut(&id).and_then(|bridge| bridge.recordings.last_mut())
        {
            recording.recorder = recorder;
            if is_paused {
                recording.pause();
            }
        }
        self.begin_due_recordings(now);
    }

    /// Somebody has come to a call: a recording, if their calls are recorded.
    pub(super) fn begin_recording_of(&mut self, now: Instant, id: BridgeId, user: End) {
        if self.is_recorded(id, user) && self.begin_recording(now, id, user).is_none() {
            tracing::warn!("no media ports are left to record with");
        }
        self.begin_due_recordings(now);
    }

    fn is_recorded(&mut self, id: BridgeId, end: End) -> bool {
        let Some(bridge) = self.bridges.get(&id) else { return false };
        let number = &bridge.leg(end).number;
        let user = self.settings.users.iter().find(|user| user.number == *number);
        // S-59, S-60: of messages only those of users who want it.
        let is_message = bridge.mailbox.is_some() && !self.has(Fault::RecordAllMessages);
        let is_set = user.is_some_and(|user| {
            user.recording.begins_at_answer() && (!is_message || user.diversions.records_messages)
        });
        match self.settings.fault {
            Some(Fault::RecordNobody) => false,
            Some(Fault::RecordEverybody) => user.is_some(),
            Some(Fault::RecordOnlyOutgoing) => is_set && end == End::Caller,
            Some(Fault::RecordOnlyIncoming) => is_set && end == End::Callee,
            Some(Fault::RecordOncePerCall) => is_set && bridge.recordings.is_empty(),
            Some(Fault::RecordFirstCallOnly) => is_set && id == 0,
            _ => is_set,
        }
    }

    pub(super) fn begin_recording(&mut self, due: Instant, id: BridgeId, user: End) -> Option<()> {
        self.settings.recorder?;
        let one = self.has(Fault::OfferOneStream);
        // The recorded user's own side first (product: label 1).
        let ends = [user, user.other()];
        let ports = self.take_ports(id, if one { 1 } else { 2 })?;
        let streams = ports.into_iter().zip(ends);
        let streams: Vec<_> =
            streams.map(|(local, of)| Stream { of, local, agreed: None }).collect();
        let session_id = u64::from(self.rng.next_u32());
        let fault = self.settings.fault;
        let bridge = self.bridges.get_mut(&id)?;
        let ends: Vec<_> = streams
            .iter()
            .enumerate()
            .map(|(index, stream)| match fault {
                Some(Fault::SwapLabels) => stream.of.other(),
                Some(Fault::NameCallerFirst) => End::BOTH[index % 2],
                _ => stream.of,
            })
            .collect();
        let script = Script::new(bridge, user, &ends, &self.settings, due, &mut self.rng);
        bridge.recordings.push(Recording::new(user, due, streams, script, session_id));
        Some(())
    }

    /// When the next recording is to begin, or a recorder has had enough time to answer.
    pub(super) fn recording_deadline(&self) -> Option<Instant> {
        let recordings = self.bridges.values().flat_map(|bridge| &bridge.recordings);
        recordings
            .filter_map(|recording| match recording.stage {
                Stage::Due(at) | Stage::Asked(at) => Some(at),
                Stage::Up | Stage::Over => None,
            })
            .min()
    }

    /// Does what is due.
    pub(super) fn begin_due_recordings(&mut self, now: Instant) {
        let mut due = Vec::new();
        for (id, bridge) in &self.bridges {
            for (index, recording) in bridge.recordings.iter().enumerate() {
                if matches!(recording.stage, Stage::Due(at) | Stage::Asked(at) if at <= now) {
                    due.push((*id, index, recording.stage));
                }
            }
        }
        for (id, index, stage) in due {
            match stage {
                Stage::Due(_) => self.ask(now, id, index),
                _ => self.give_up(now, id, index),
            }
        }
    }

    /// INVITE to the recorder, with both streams and who speaks on which.
    fn ask(&mut self, now: Instant, id: BridgeId, index: usize) {
        let wanted = self.recording(id, index).map_or(0, |recording| recording.recorder);
        // Where all are known to be lost, the first is asked all the same: it may be back.
        let place = self.recorder_from(wanted).unwrap_or(wanted);
        if let Some(recording) = self.recording(id, index) {
            recording.recorder = place;
        }
        let Some(invite) = self.invitation(id, index) else { return };
        let asked = self.agent.invite(now, invite);
        let deadline = now + self.settings.patience;
        let Some(recording) = self.recording(id, index) else { return };
        match asked {
            Ok(call) => {
                recording.call = Some(call);
                recording.stage = Stage::Asked(deadline);
                self.places.insert(call, Place::Recording(id, index));
            }
            Err(_) => recording.stage = Stage::Over,
        }
    }

    /// The recorder took too long: the call goes on without it.
    pub(super) fn give_up(&mut self, now: Instant, id: BridgeId, index: usize) {
        if self.ask_next(now, id, index) {
            return;
        }
        let Some(recording) = self.recording(id, index) else { return };
        recording.stage = Stage::Over;
        recording.discard();
        if let Some(call) = recording.call {
            let _ = self.agent.hang_up(now, call, Vec::new());
        }
        self.recording_failed(now, id, index, Change::Refused);
    }

    /// Something happened on a call to the recorder.
    pub(super) fn handle_recording(
        &mut self,
        now: Instant,
        id: BridgeId,
        index: usize,
        event: Event,
    ) {
        match event {
            Event::Answered { call, response, .. } => {
                self.recorder_answered(now, id, index, call, &response);
            }
            Event::Failed { call, .. } | Event::Ended { call, .. } => {
                self.recorder_gone(now, id, index, call);
            }
            Event::Modify { id: theirs, request, .. } => {
                self.recorder_asks(now, id, index, theirs, &request);
            }
            Event::Modified { id: ours, response, .. } => {
                self.recorder_agrees(now, id, index, ours, &response);
                self.was_told(now, id, index);
            }
            Event::ModifyFailed { id: ours, .. } => {
                self.offer_refused(now, id, index, ours);
                self.was_told(now, id, index);
            }
            Event::ModifyStale { call, id: ours } => {
                if let Some(recording) = self.recording(id, index) {
                    recording.settle(ours);
                }
                self.tell_streams(now, id, index, call);
            }
            Event::Info { id: theirs, .. } => {
                let _ = self.agent.respond(now, theirs, Reply::new(200));
            }
            _ => {}
        }
    }

    fn recorder_answered(
        &mut self,
        now: Instant,
        id: BridgeId,
        index: usize,
        call: CallId,
        response: &Message,
    ) {
        let forgets = self.has(Fault::ForgetTheBeginning);
        let answer = super::calls::description_of(response).ok().flatten();
        let Some(recording) = self.recording(id, index) else { return };
        let wanted = matches!(recording.stage, Stage::Asked(_));
        let taken = answer.is_some_and(|answer| recording.answered(&answer));
        if wanted && !taken && self.ask_next(now, id, index) {
            return;
        }
        let Some(recording) = self.recording(id, index) else { return };
        if !(wanted && taken) {
            // An answer that is none, or one that came when nobody waited for it any more.
            recording.stage = Stage::Over;
            recording.discard();
            let _ = self.agent.hang_up(now, call, Vec::new());
            if wanted {
                self.recording_failed(now, id, index, Change::Refused);
            }
            return;
        }
        recording.stage = Stage::Up;
        if forgets {
            recording.discard();
        }
        let Self { bridges, spoiler, packets, .. } = self;
        if let Some(recording) =
            bridges.get_mut(&id).and_then(|bridge| bridge.recordings.get_mut(index))
        {
            spoiler.begin(now, recording, packets);
        }
        self.recording_changed(now, id, index, Change::Started);
        if self.recording(id, index).is_some_and(|recording| !recording.flows()) {
            self.tell_early_pause(now, id, index);
        }
        let is_up = self.bridges.get(&id).is_some_and(|bridge| bridge.stage == CallStage::Up);
        let is_news = self.recording(id, index).is_some_and(|it| it.script.is_news);
        if is_up && (self.is_held(id) || is_news) {
            // The call was put on hold, or handed on, while the recorder made up its mind.
            self.tell_streams(now, id, index, call);
        }
    }

    fn recorder_gone(&mut self, now: Instant, id: BridgeId, index: usize, call: CallId) {
        self.places.remove(&call);
        if self.ask_next(now, id, index) {
            return;
        }
        let Some(recording) = self.recording(id, index) else { return };
        recording.call = None;
        recording.discard();
        match std::mem::replace(&mut recording.stage, Stage::Over) {
            Stage::Up => self.recording_failed(now, id, index, Change::Failed),
            Stage::Due(_) | Stage::Asked(_) => {
                self.recording_failed(now, id, index, Change::Refused);
            }
            Stage::Over => {}
        }
        self.release_ports(id, index);
        self.sweep();
    }

    /// A recording is over and the call goes on: somebody may want to record again.
    fn release_ports(&mut self, id: BridgeId, index: usize) {
        let Some(bridge) = self.bridges.get_mut(&id) else { return };
        if bridge.stage != CallStage::Up {
            return;
        }
        let streams = bridge.recordings.get_mut(index).map(|it| std::mem::take(&mut it.streams));
        for stream in streams.unwrap_or_default() {
            self.release_port(stream.local);
        }
    }

    /// A call outlives its recording (RFC 7866 section 5.1).
    pub(super) fn recording_failed(
        &mut self,
        now: Instant,
        id: BridgeId,
        index: usize,
        how: Change,
    ) {
        self.recording_changed(now, id, index, how);
        self.after_failure(now, id, index, how);
        let is_up = self.bridges.get(&id).is_some_and(|bridge| bridge.stage == CallStage::Up);
        if self.has(Fault::EndUnrecordedCall) && is_up {
            let Some(bridge) = self.bridges.get(&id) else { return };
            let calls: Vec<_> = bridge.legs.iter().filter_map(|leg| leg.call).collect();
            for call in calls {
                let _ = self.agent.hang_up(now, call, Vec::new());
            }
        }
    }

    /// The recorder wants a snapshot (RFC 7866 section 9.2), or to take less or more.
    fn recorder_asks(
        &mut self,
        now: Instant,
        id: BridgeId,
        index: usize,
        theirs: RequestId,
        request: &Message,
    ) {
        let wants_snapshot = asks_for_snapshot(request);
        let offer = super::calls::description_of(request);
        let offers = matches!(offer, Ok(Some(_)));
        let place = self.recording(id, index).and_then(|it| it.call);
        let overtakes = offers && place.is_some_and(|call| self.agent.overtake(call));
        let Some(recording) = self.recording(id, index) else { return };
        if overtakes {
            recording.unsay();
        }
        let reply = match offer {
            Ok(Some(offer)) => recording
                .answer(&offer)
                .map_or(Reply::new(488), |answer| Reply::new(200).with(sdp_body(answer))),
            // A refresh by INVITE asks for our offer, one by UPDATE for nothing.
            Ok(None) if request.method() == Some(&Method::Invite) => {
                Reply::new(200).with(sdp_body(recording.said()))
            }
            Err(code) if !wants_snapshot => Reply::new(code),
            Ok(None) | Err(_) => Reply::new(200),
        };
        let _ = self.agent.respond(now, theirs, reply);
        if wants_snapshot {
            self.tell_metadata(now, id, index);
        }
    }

    /// The call is over: so are its recordings (RFC 7866 section 5.1).
    pub(super) fn end_recordings(&mut self, now: Instant, id: BridgeId, gone: End) {
        let leaves_open = self.has(Fault::LeaveRecordingOpen)
            || self.has(Fault::EndOnlyWithCaller) && gone == End::Callee;
        let is_late = self.has(Fault::EndLate);
        self.fall_silent(now, id);
        let Some(bridge) = self.bridges.get_mut(&id) else { return };
        let (mut calls, mut ended) = (Vec::new(), Vec::new());
        for (index, recording) in bridge.recordings.iter_mut().enumerate() {
            if recording.stage != Stage::Over {
                self.spoiler.linger(now, recording);
                calls.extend(recording.call);
                ended.push(index);
            }
            recording.stage = Stage::Over;
            recording.discard();
        }
        for index in ended {
            self.recording_changed(now, id, index, Change::Stopped(By::Call));
        }
        for call in calls.into_iter().filter(|_| !leaves_open) {
            if is_late {
                self.spoiler.end_late(now, call);
            } else {
                let _ = self.agent.hang_up(now, call, Vec::new());
            }
        }
    }

    pub(super) fn recording(&mut self, id: BridgeId, index: usize) -> Option<&mut Recording> {
        self.bridges.get_mut(&id).and_then(|bridge: &mut Bridge| bridge.recordings.get_mut(index))
    }
}

/// Whether a request of the recorder's brings a request for a snapshot (RFC 7866 section 9.2).
fn asks_for_snapshot(request: &Message) -> bool {
    let Some(content_type) = request.headers.get("Content-Type") else { return false };
    let Ok(body) = Received::split(content_type, &request.body) else { return false };
    let document = body.metadata_bytes().map(Document::parse);
    matches!(document, Some(Ok(Document::SnapshotRequest(_))))
}

const THREE_SECONDS: Duration = Duration::from_secs(3);
