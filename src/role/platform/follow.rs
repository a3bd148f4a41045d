//! What becomes of recordings when people move from call to call: whoever is recorded takes their
//! recording along (RFC 7866 section 5.1 leaves it to the client; the product does so).

use super::attendance::Newcomer;
use super::bridge::End;
use super::change::{By, Change};
use super::leg::Leg;
use super::recording::{Recording, Stage};
use super::{BridgeId, Fault, Place, Platform};
use crate::siprec::RedirectedCall;
use crate::time::Instant;

impl Platform {
    /// At one end of a call there is somebody else than before: their recordings end, those of the
    /// other end go on, and the newcomer's begin.
    pub(super) fn follow(&mut self, now: Instant, id: BridgeId, end: End, old: &Leg) {
        let (time, dialect) = (self.settings.epoch.rfc3339(now), self.settings.dialect);
        let domain = self.settings.domain.clone();
        let tracking_id = super::metadata::uuid(&mut self.rng);
        let forgets = self.has(Fault::NameNoNewcomer);
        let stays = self.has(Fault::FollowTheCall);
        let Some(bridge) = self.bridges.get_mut(&id) else { return };
        let moved = std::mem::take(&mut bridge.moved);
        let own: Vec<_> = bridge.recordings_of(end);
        let names = [End::Caller, End::Callee].map(|end| bridge.leg(end).as_newcomer(end, &domain));
        let numbers = [End::Caller, End::Callee].map(|end| bridge.leg(end).number.clone());
        for (index, recording) in bridge.recordings.iter_mut().enumerate() {
            // Who is new to whom: a recording that came along with somebody finds the others here.
            let new = if moved.contains(&index) { end.other() } else { end };
            if recording.user == new || !recording.is_alive() || forgets {
                continue;
            }
            let redirected = RedirectedCall {
                tracking_id: Some(tracking_id.clone()),
                from: Some(old.number.clone()),
                to: Some(numbers[new as usize].clone()),
            };
            let newcomer = &names[new as usize];
            recording.script.hand_on(newcomer, redirected, &time, dialect, &mut self.rng);
        }
        bridge.tracking_id = tracking_id;
        for index in own.into_iter().filter(|index| !stays && !moved.contains(index)) {
            self.end_recording(now, id, index);
        }
        if moved.is_empty() {
            self.begin_recording_of(now, id, end);
        }
    }

    /// The recordings of somebody who goes to another call go there too, and learn who is there.
    pub(super) fn move_recordings(
        &mut self,
        (from, user): (BridgeId, End),
        (to, end): (BridgeId, End),
    ) {
        let Some(bridge) = self.bridges.get_mut(&from) else { return };
        let taken = bridge.recordings.iter_mut().filter(|it| it.user == user && it.is_alive());
        let taken: Vec<_> = taken.map(Recording::hand_over).collect();
        for mut recording in taken {
            if user != end {
                recording.turn();
            }
            for address in recording.streams.iter().map(|it| it.local).collect::<Vec<_>>() {
                self.move_port(address, to);
            }
            let Some(bridge) = self.bridges.get_mut(&to) else { return };
            let index = bridge.recordings.len();
            if let Some(call) = recording.call {
                self.places.insert(call, Place::Recording(to, index));
            }
            bridge.recordings.push(recording);
            bridge.moved.push(index);
        }
    }

    /// One recording is over while its call may go on.
    pub(super) fn end_recording(&mut self, now: Instant, id: BridgeId, index: usize) {
        let Some(recording) = self.recording(id, index) else { return };
        if !recording.is_alive() {
            return;
        }
        recording.stage = Stage::Over;
        recording.discard();
        let call = recording.call;
        self.recording_changed(now, id, index, Change::Stopped(By::Call));
        if let Some(call) = call {
            let _ = self.agent.hang_up(now, call, Vec::new());
        }
    }
}

impl Leg {
    /// Whoever is there, as the recorder is told of them.
    pub(super) fn as_newcomer(&self, end: End, domain: &str) -> Newcomer {
        let aor = format!("sip:{}@{domain}", self.number);
        Newcomer { end, aor, name: self.display.clone() }
    }
}
