//! A recorder refuses, is silent, or is lost: the next one is asked, and where there is none, the
//! call goes on or ends as its administrator decided (the product's facts, section 3.4).

use std::net::SocketAddr;
use std::time::Duration;

use super::bridge::Stage as CallStage;
use super::change::Change;
use super::heartbeat::Pulse;
use super::recording::Stage;
use super::{BridgeId, Fault, Place, Platform};
use crate::packet::Transport;
use crate::role::Heartbeat;
use crate::time::Instant;

/// What a platform knows of recorders that fail.
#[derive(Clone, Debug)]
pub struct Failing {
    /// The recorders after the first, in the order in which they are asked.
    pub further: Vec<(Transport, SocketAddr)>,
    /// Whether those are asked at all.
    pub stands_by: bool,
    /// How it is made sure that recorders are there; not at all unless somebody wants it.
    pub heartbeat: Option<Heartbeat>,
}

impl Default for Failing {
    /// One recorder, and a call that goes on without it.
    fn default() -> Self {
        Self { further: Vec::new(), stands_by: false, heartbeat: None }
    }
}

impl Platform {
    /// The recorders that may be asked, in their order.
    pub(super) fn recorders(&self) -> Vec<(Transport, SocketAddr)> {
        let failing = &self.settings.failing;
        let further = failing.further.iter().copied().filter(|_| failing.stands_by);
        self.settings.recorder.into_iter().chain(further).collect()
    }

    /// The first recorder from a place in the list that is not known to be lost.
    pub(super) fn recorder_from(&self, place: usize) -> Option<usize> {
        let lost = |place: &usize| self.pulses.get(place).is_some_and(Pulse::is_lost);
        (place..self.recorders().len()).find(|place| !lost(place))
    }

    /// A recorder does not take a recording: asks the next one. Returns whether there is one; what
    /// was said so far waits for it.
    pub(super) fn ask_next(&mut self, now: Instant, id: BridgeId, index: usize) -> bool {
        let Some(recording) = self.recording(id, index) else { return false };
        let (asked, call) = (recording.recorder, recording.call);
        if !matches!(recording.stage, Stage::Asked(_)) || self.has(Fault::AskOneRecorderOnly) {
            return false;
        }
        let Some(next) = self.recorder_from(asked + 1) else { return false };
        if let Some(call) = call.filter(|call| self.places.contains_key(call)) {
            self.places.insert(call, Place::Leaving);
            let _ = self.agent.hang_up(now, call, Vec::new());
        }
        if let Some(recording) = self.recording(id, index) {
            recording.recorder = next;
            recording.call = None;
            recording.stage = Stage::Due(now);
        }
        self.begin_due_recordings(now);
        true
    }

    /// Whether a recording that was lost goes on at another recorder.
    pub(super) fn goes_on_elsewhere(&mut self, id: BridgeId, index: usize, how: Change) -> bool {
        let asked = self.recording(id, index).map_or(0, |recording| recording.recorder);
        let next = self.recorder_from(asked + 1).filter(|_| how == Change::Failed);
        next.is_some() && !self.has(Fault::AskOneRecorderOnly)
    }

    /// A recording came to nothing: goes on at the next recorder, or does what was decided.
    pub(super) fn after_failure(&mut self, now: Instant, id: BridgeId, index: usize, how: Change) {
        let is_up = self.bridges.get(&id).is_some_and(|bridge| bridge.stage == CallStage::Up);
        let forgets = self.has(Fault::ForgetPauseElsewhere);
        let Some(recording) = self.recording(id, index) else { return };
        let (user, asked) = (recording.user, recording.recorder);
        let is_paused = !recording.flows() && !forgets;
        if !is_up {
            return;
        }
        let next = self.recorder_from(asked + 1).filter(|_| how == Change::Failed);
        if let Some(next) = next.filter(|_| !self.has(Fault::AskOneRecorderOnly)) {
            self.begin_recording_at(now, id, user, next, is_paused);
        }
    }

    /// A recorder does not answer any more: its recordings are lost.
    pub(super) fn lose_recorder(&mut self, now: Instant, recorder: usize) {
        let mut lost = Vec::new();
        for (id, bridge) in &self.bridges {
            let recordings = bridge.recordings.iter().enumerate();
            let own = recordings.filter(|(_, it)| it.recorder == recorder && it.is_alive());
            lost.extend(own.map(|(index, it)| (*id, index, it.stage, it.call)));
        }
        for (id, index, stage, call) in lost {
            if stage == Stage::Up {
                if let Some(recording) = self.recording(id, index) {
                    recording.stage = Stage::Over;
                    recording.discard();
                }
                if let Some(call) = call {
                    let _ = self.agent.hang_up(now, call, Vec::new());
                }
                self.recording_failed(now, id, index, Change::Failed);
            } else {
                self.give_up(now, id, index);
            }
        }
    }
}

/// What the product allows: `maxResponseWaitTimeMilliseconds`.
pub const PATIENCE: std::ops::RangeInclusive<Duration> =
    Duration::from_millis(50)..=Duration::from_secs(10);
