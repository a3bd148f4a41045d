//! What a telephone that understands it is told of the recording: `a=record` (RFC 7866 sections
//! 6.1.2 and 7.1.2).

use super::bridge::{Bridge, End, Stage as CallStage};
use super::calls::{description_of, sdp_body};
use super::leg::Leg;
use super::recording::{Flow, Stage};
use super::{BridgeId, Fault, Platform};
use crate::sdp::Record;
use crate::sip::Message;
use crate::sip::agent::{Content, RequestId};
use crate::time::Instant;

impl Platform {
    /// Tells each telephone of a call that wants to know how the recording stands, where that is
    /// not what it was told last. A change that is being asked for goes first: what is to be told
    /// is told after it.
    pub(super) fn indicate(&mut self, now: Instant, id: BridgeId) {
        let fault = self.settings.fault;
        // Whoever is in a room is recorded if anybody there is.
        let room = self.bridges.get(&id).and_then(|bridge| bridge.room);
        let is_here = |it: &Bridge| room.is_some() && it.room == room;
        let there = self.bridges.values().filter(|it| is_here(it));
        let of_room = there.filter_map(|it| it.record(fault)).max_by_key(|it| weight(*it));
        let there = self.bridges.iter().filter(|(other, it)| **other == id || is_here(it));
        let ids: Vec<_> = there.map(|(id, _)| *id).collect();
        for id in ids {
            self.indicate_in(now, id, of_room);
        }
    }

    fn indicate_in(&mut self, now: Instant, id: BridgeId, of_room: Option<Record>) {
        let fault = self.settings.fault;
        let Some(bridge) = self.bridges.get_mut(&id) else { return };
        let own = bridge.record(fault);
        let record = of_room.filter(|it| *it != Record::Off).or(own);
        for end in End::BOTH {
            let leg = bridge.leg_mut(end);
            leg.record = record.filter(|_| leg.record_aware && !is_kept_from(fault, end));
        }
        // Whoever dials a code takes the call up at once, and is told with that.
        let is_dialling = self.players.get(&id).is_some_and(|it| it.dialling.is_some());
        if bridge.stage != CallStage::Up || bridge.pending.is_some() || is_dialling {
            return;
        }
        for leg in &mut bridge.legs {
            let Some(call) = leg.call.filter(|_| leg.has_news() && leg.telling.is_none()) else {
                continue;
            };
            leg.begin_change();
            let body = sdp_body(leg.say_again());
            match self.agent.reinvite(now, call, Content::from(body)) {
                Ok(request) => leg.telling = Some(request),
                // It is on its way out.
                Err(_) => leg.undo_change(),
            }
        }
    }

    /// Whether a request of ours was to tell a telephone how the recording stands.
    pub(super) fn tells(&self, id: BridgeId, end: End, request: RequestId) -> bool {
        let leg = self.bridges.get(&id).map(|bridge| bridge.leg(end));
        leg.is_some_and(|leg| leg.telling == Some(request))
    }

    /// A telephone was told, and answered.
    pub(super) fn told(&mut self, now: Instant, id: BridgeId, end: End, response: &Message) {
        let Some(bridge) = self.bridges.get_mut(&id) else { return };
        let leg = bridge.leg_mut(end);
        leg.telling = None;
        if let Ok(Some(answer)) = description_of(response) {
            leg.hear(answer, true);
        }
        self.indicate(now, id);
        self.heed(now, id, end);
    }

    /// A telephone did not want to be told: it is not asked again for the same.
    pub(super) fn not_told(&mut self, now: Instant, id: BridgeId, end: End) {
        let Some(bridge) = self.bridges.get_mut(&id) else { return };
        let leg = bridge.leg_mut(end);
        leg.telling = None;
        leg.undo_change();
        self.indicate(now, id);
    }

    /// The session was described otherwise while we waited to tell a telephone something: that told
    /// it too, unless there is other news by now.
    pub(super) fn tell_anew(&mut self, now: Instant, id: BridgeId, end: End) {
        let Some(bridge) = self.bridges.get_mut(&id) else { return };
        bridge.leg_mut(end).telling = None;
        self.indicate(now, id);
    }
}

impl Bridge {
    /// How the recording of this call stands for those who take part in it; `None` if there never
    /// was one. Of several recordings the one that takes most counts: a telephone is not told
    /// which and how many there are (RFC 7866 section 7.3.1).
    fn record(&self, fault: Option<Fault>) -> Option<Record> {
        let up = |flow: Flow| {
            let mut live = self.recordings.iter().filter(|it| it.stage == Stage::Up);
            live.any(|recording| (recording.flow == Flow::Paused) == (flow == Flow::Paused))
        };
        let was_told = self.legs.iter().any(|leg| leg.shown.is_some());
        match fault {
            Some(Fault::ShowPausedAsOn) if up(Flow::Paused) => return Some(Record::On),
            Some(Fault::ShowOnForEver) if was_told => return Some(Record::On),
            Some(Fault::ShowUnrecorded) => return Some(Record::On),
            _ => {}
        }
        if up(Flow::Running) {
            Some(Record::On)
        } else if up(Flow::Paused) {
            Some(Record::Paused)
        } else {
            was_told.then_some(Record::Off)
        }
    }
}

/// Of several recordings, which one is told of.
fn weight(record: Record) -> u8 {
    match record {
        Record::Off => 0,
        Record::Paused => 1,
        Record::On => 2,
    }
}

/// Whether a fault leaves somebody's telephone in the dark.
fn is_kept_from(fault: Option<Fault>, end: End) -> bool {
    match fault {
        Some(Fault::ShowNobody) => true,
        Some(Fault::ShowOnlyCaller) => end == End::Callee,
        _ => false,
    }
}

impl Leg {
    /// Whether there is something to tell that the telephone does not know.
    fn has_news(&self) -> bool {
        self.record.is_some() && self.record != self.shown
    }
}

/// Whether a telephone says that it understands `a=record` (RFC 7866 section 6.3).
pub(super) fn is_record_aware(message: &Message) -> bool {
    let mut tags = message.headers.all("Supported").flat_map(|list| list.split(','));
    tags.any(|tag| tag.trim().eq_ignore_ascii_case("record-aware"))
}
