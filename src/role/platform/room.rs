//! A room in which several calls are one: the platform mixes, and everybody hears all the others
//! (RFC 4579; RFC 3550 section 7.1, a mixer).
//!
//! Everybody is in a call with the room. So a recording of one of them has two sides as ever:
//! their own, and all the others together (the product's "dual").

use std::collections::BTreeSet;
use std::slice;

use super::attendance::Newcomer;
use super::bridge::{Bridge, End};
use super::calls::sdp_body;
use super::ear::Ear;
use super::leg::Leg;
use super::mouth::{FRAME, Mouth, SAMPLES};
use super::recording::Stage;
use super::{BridgeId, Fault, Platform};
use crate::audio;
use crate::packet::Packet;
use crate::rtp::{self, Contributor};
use crate::sip::agent::{CallId, Content};
use crate::time::Instant;

/// The running number of a room.
pub type RoomId = u64;

/// A room.
#[derive(Debug)]
pub struct Room {
    /// Who is in it; whoever opened it first.
    seats: Vec<Seat>,
    next: Instant,
}

/// Somebody in a room.
#[derive(Debug)]
struct Seat {
    bridge: BridgeId,
    /// Their end of the call; the room has the other.
    end: End,
    ear: Ear,
    /// What they hear.
    mouth: Option<Mouth>,
    /// What they say, for recorders: at the time at which the others hear it.
    echo: Option<Mouth>,
}

/// What somebody said in 20 ms.
struct Said {
    by: Contributor,
    frame: Vec<i16>,
}

/// Something that goes out of a room: whose call it is for, which end it comes from, whether it is
/// RTCP.
struct Mixed {
    bridge: BridgeId,
    from: End,
    is_rtcp: bool,
    bytes: bytes::Bytes,
}

impl Platform {
    /// Somebody calls for a new room.
    pub(super) fn open_room(
        &mut self,
        now: Instant,
        id: BridgeId,
        call: CallId,
    ) -> Result<(), u16> {
        let room = self.rooms_begun;
        self.rooms_begun += 1;
        let bridge = self.bridges.get_mut(&id).ok_or(481_u16)?;
        let offer = bridge.leg(End::Caller).wishes().ok_or(488_u16)?;
        bridge.room = Some(room);
        let body = bridge.answer_here(End::Callee, &offer).ok_or(488_u16)?;
        let local = self.agent.call(call).map(|state| (state.flow.transport, state.flow.local));
        let (transport, address) = local.ok_or(481_u16)?;
        let transport = transport.to_string().to_lowercase();
        let focus = format!("<sip:{ROOM}-{room}@{address};transport={transport}>;isfocus");
        let headers = vec![("Contact".to_owned(), focus)];
        let content = Content { headers, body: Some(sdp_body(body)) };
        self.agent.answer(now, call, content).map_err(|_| 500_u16)?;
        self.rooms.insert(room, Room { seats: Vec::new(), next: now });
        self.sit_down(now, room, id, End::Caller);
        self.up(now, id);
        Ok(())
    }

    /// The room that an address names, if there is one.
    pub(super) fn room_of(&self, user: &str) -> Option<RoomId> {
        let room = user.strip_prefix(ROOM)?.strip_prefix('-')?.parse().ok()?;
        self.rooms.contains_key(&room).then_some(room)
    }

    /// A leg to a room, in place of somebody's.
    pub(super) fn leg_to_room(&mut self, id: BridgeId, by: End, room: RoomId) -> Option<Leg> {
        let offer = self.bridges.get(&id)?.leg(by.other()).wishes()?;
        let mut leg = self.new_leg(id, format!("{ROOM}-{room}"), ROOM_NAME.to_owned())?;
        let answer = super::mailbox::answer_at(&leg, &offer);
        leg.say(&offer, false);
        leg.hear(answer?, true);
        Some(leg)
    }

    /// Somebody is in a room from now on.
    pub(super) fn sit_down(&mut self, now: Instant, room: RoomId, bridge: BridgeId, end: End) {
        if let Some(bridge) = self.bridges.get_mut(&bridge) {
            bridge.room = Some(room);
        }
        let Some(room_there) = self.rooms.get_mut(&room) else { return };
        room_there.seats.push(Seat { bridge, end, ear: Ear::default(), mouth: None, echo: None });
        self.tell_room(now, room);
        self.indicate(now, bridge);
    }

    /// Somebody leaves a room. It closes once whoever opened it leaves, or nobody is left to talk to.
    pub(super) fn stand_up(&mut self, now: Instant, room: RoomId, bridge: BridgeId) {
        let Some(there) = self.rooms.get_mut(&room) else { return };
        let was_first = there.seats.first().is_some_and(|seat| seat.bridge == bridge);
        there.seats.retain(|seat| seat.bridge != bridge);
        if there.seats.len() > 1 && !was_first {
            self.tell_room(now, room);
            return;
        }
        let Some(closed) = self.rooms.remove(&room) else { return };
        for seat in closed.seats {
            let call = self.bridges.get(&seat.bridge).and_then(|it| it.leg(seat.end).call);
            if let Some(call) = call {
                let _ = self.agent.hang_up(now, call, Vec::new());
            }
        }
    }

    /// The recorders of everybody in a room are told who else is there.
    fn tell_room(&mut self, now: Instant, room: RoomId) {
        let Some(there) = self.rooms.get(&room).filter(|_| !self.has(Fault::NameNoNewcomer)) else {
            return;
        };
        let (time, dialect) = (self.settings.epoch.rfc3339(now), self.settings.dialect);
        let seats: Vec<_> = there.seats.iter().map(|seat| (seat.bridge, seat.end)).collect();
        let domain = &self.settings.domain;
        let person = |(id, end): &(BridgeId, End)| {
            self.bridges.get(id).map(|bridge| (*id, bridge.leg(*end).as_newcomer(*end, domain)))
        };
        let people: Vec<(BridgeId, Newcomer)> = seats.iter().filter_map(person).collect();
        for (id, end) in seats {
            let side = end.other();
            let others = people.iter().filter(|(of, _)| *of != id);
            let others: Vec<_> =
                others.map(|(_, it)| Newcomer { end: side, ..it.clone() }).collect();
            let count = self.bridges.get(&id).map_or(0, |bridge| bridge.recordings.len());
            for index in 0..count {
                let Self { bridges, rng, .. } = self;
                let recording = bridges.get_mut(&id).and_then(|it| it.recordings.get_mut(index));
                let Some(recording) = recording.filter(|it| it.is_alive() && it.user == end) else {
                    continue;
                };
                let is_news = recording.script.meets(side, &others, &time, dialect, rng);
                if is_news && recording.stage == Stage::Up {
                    self.tell_people(now, id, index);
                }
            }
        }
    }

    /// What somebody in a room says waits to be mixed.
    pub(super) fn hear_in_room(
        &mut self,
        now: Instant,
        (room, id): (RoomId, BridgeId),
        is_rtcp: bool,
        packet: &Packet,
    ) {
        let seats = self.rooms.get_mut(&room).into_iter().flat_map(|room| &mut room.seats);
        for seat in seats.filter(|seat| seat.bridge == id) {
            if let Some(mouth) = &mut seat.mouth {
                mouth.hear(now, is_rtcp, &packet.payload);
            }
            if is_rtcp {
                seat.ear.hear_report(&packet.payload);
            } else if let Ok(read) = rtp::Packet::read(&packet.payload) {
                seat.ear.hear(&read);
            }
        }
    }

    /// When a room is mixed next.
    pub(super) fn mixing_deadline(&self) -> Option<Instant> {
        self.rooms.values().map(|room| room.next).min()
    }

    /// Mixes whatever is due.
    pub(super) fn mix(&mut self, now: Instant) {
        let due = self.rooms.iter().filter(|(_, room)| room.next <= now);
        let due: Vec<_> = due.map(|(id, _)| *id).collect();
        for room in due {
            for Mixed { bridge, from, is_rtcp, bytes } in self.mix_room(now, room) {
                let Some(packet) = self.said_at(bridge, from, &bytes) else { continue };
                let person = self.bridges.get(&bridge).map(|it| it.leg(from));
                // What somebody said goes to the recorders, what the room says to its people.
                if person.is_some_and(|leg| leg.call.is_some()) {
                    self.copy(now, bridge, from, is_rtcp, &packet);
                } else {
                    self.relay_from(now, bridge, from, is_rtcp, &packet);
                }
            }
        }
    }

    /// The next 20 ms of a room: for each who is in it all the others.
    fn mix_room(&mut self, now: Instant, id: RoomId) -> Vec<Mixed> {
        let leaves_out = self.has(Fault::MixTwoOnly);
        let lists = !self.has(Fault::ListNoContributors);
        let Self { rooms, bridges, rng, settings, .. } = self;
        let Some(room) = rooms.get_mut(&id) else { return Vec::new() };
        let name = || (format!("{ROOM}-{id}@{}", settings.domain), settings.epoch);
        let mut packets = Vec::new();
        while room.next <= now {
            let at = room.next;
            room.next = at + FRAME;
            let said = room.said();
            for (place, seat) in room.seats.iter_mut().enumerate() {
                let others = said.iter().enumerate().filter(|(other, _)| {
                    *other != place && !(leaves_out && *other == room_last(said.len()))
                });
                let others: Vec<_> = others.filter_map(|(_, said)| said.as_ref()).collect();
                let agreed = bridges.get(&seat.bridge).map(|it| it.leg(seat.end).agreed.as_ref());
                if let Some(agreed) = agreed.flatten().filter(|_| seat.mouth.is_none()) {
                    seat.mouth = Mouth::new(now, agreed, name(), rng);
                    seat.echo = Mouth::new(now, agreed, name(), rng);
                }
                packets.extend(seat.speak(at, said[place].as_ref(), &others, lists));
            }
        }
        packets
    }
}

impl Seat {
    /// What they hear, all others and from whom it is, and their own words for recorders; with the
    /// reports on both that are due.
    fn speak(
        &mut self,
        at: Instant,
        own: Option<&Said>,
        others: &[&Said],
        lists: bool,
    ) -> Vec<Mixed> {
        let (bridge, person) = (self.bridge, self.end);
        let mut all = Vec::new();
        let mut out = |from, is_rtcp, bytes| all.push(Mixed { bridge, from, is_rtcp, bytes });
        if let Some(echo) = &mut self.echo {
            if let Some(own) = own {
                out(person, false, echo.mix(at, &own.frame, slice::from_ref(&own.by)));
            }
            if let Some(report) = echo.report(at) {
                out(person, true, report);
            }
        }
        if let Some(mouth) = &mut self.mouth {
            let frames: Vec<&[i16]> = others.iter().map(|said| &*said.frame).collect();
            let of: Vec<_> = others.iter().filter(|_| lists).map(|said| said.by.clone()).collect();
            let mut frame = [0; SAMPLES];
            audio::mix(&frames, &mut frame);
            out(person.other(), false, mouth.mix(at, &frame, &of));
            if let Some(report) = mouth.report(at) {
                out(person.other(), true, report);
            }
        }
        all
    }
}

impl Room {
    /// The next 20 ms of everybody, and who it is of: two whose telephones drew one number are two
    /// all the same (RFC 3550 section 8.2).
    fn said(&mut self) -> Vec<Option<Said>> {
        let mut taken = BTreeSet::new();
        let said = self.seats.iter_mut().map(|seat| {
            let mut by = seat.ear.contributor()?;
            while !taken.insert(by.csrc) {
                by.csrc = by.csrc.wrapping_add(1);
            }
            Some(Said { by, frame: seat.ear.next()? })
        });
        said.collect()
    }
}

impl Bridge {
    /// Whether the platform itself is at one end, which is told here.
    pub(super) fn end_of_ours(&self) -> Option<End> {
        let is_ours = |end: &End| self.leg(*end).call.is_none();
        let is_here = self.mailbox.is_some() || self.room.is_some();
        End::BOTH.into_iter().find(is_ours).filter(|_| is_here)
    }
}

fn room_last(count: usize) -> usize {
    count.saturating_sub(1)
}

/// The user part of the addresses of rooms.
pub(super) const ROOM: &str = "conference";
const ROOM_NAME: &str = "Conference";
