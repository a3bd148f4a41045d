//! A room in which several calls are one: the platform mixes, and everybody hears all the others
//! (RFC 4579; RFC 3550 section 7.1, a mixer).
//!
//! Everybody is in a call with the room. So a recording of one of them has two sides as ever:
//! their own, and all the others together (the product's "dual").

use std::collections::BTreeMap;

use super::attendance::Newcomer;
use super::bridge::{Bridge, End};
use super::calls::sdp_body;
use super::leg::Leg;
use super::mouth::{FRAME, Mouth, SAMPLES};
use super::recording::Stage;
use super::{BridgeId, Fault, Platform};
use crate::audio;
use crate::packet::Packet;
use crate::rtp::{self, Codec};
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

/// Something that was mixed: whose call it is for, which end it comes from.
type Mixed = (BridgeId, End, bytes::Bytes);

/// What somebody says, frame by frame, until it is mixed.
#[derive(Debug, Default)]
struct Ear {
    frames: BTreeMap<u64, Vec<i16>>,
    /// The number of the last packet, and what it comes to without wrapping.
    last: Option<(u16, u64)>,
    is_running: bool,
}

impl Ear {
    fn hear(&mut self, packet: &rtp::Packet<'_>) {
        let Some(codec) = Codec::of_payload_type(packet.header.payload_type) else { return };
        let mut pcm = Vec::with_capacity(SAMPLES);
        codec.decoder().decode(packet.payload, &mut pcm);
        if pcm.len() != SAMPLES || self.frames.len() >= FRAMES_MAX {
            return;
        }
        let number = packet.header.sequence;
        let place = self.last.map_or(1 << 32, |(last, place)| {
            let step = i64::from(number.wrapping_sub(last).cast_signed());
            place.saturating_add_signed(step)
        });
        if self.last.is_none_or(|(_, last)| place > last) {
            self.last = Some((number, place));
        }
        self.frames.insert(place, pcm);
    }

    /// The next 20 ms; nothing while too little is there to be sure of more.
    fn next(&mut self) -> Option<Vec<i16>> {
        self.is_running =
            !self.frames.is_empty() && (self.is_running || self.frames.len() >= AHEAD);
        if !self.is_running {
            return None;
        }
        while self.frames.len() > 2 * AHEAD {
            self.frames.pop_first();
        }
        self.frames.pop_first().map(|(_, frame)| frame)
    }
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
    pub(super) fn hear_in_room(&mut self, room: RoomId, id: BridgeId, packet: &Packet) {
        let seats = self.rooms.get_mut(&room).into_iter().flat_map(|room| &mut room.seats);
        let Ok(read) = rtp::Packet::read(&packet.payload) else { return };
        for seat in seats.filter(|seat| seat.bridge == id) {
            seat.ear.hear(&read);
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
            for (bridge, end, packet) in self.mix_room(now, room) {
                let person = self.bridges.get(&bridge).map(|it| it.leg(end));
                if person.is_some_and(|leg| leg.call.is_some()) {
                    self.record_from(now, bridge, end, &packet);
                } else {
                    self.say_from(now, bridge, end, &packet);
                }
            }
        }
    }

    /// The next 20 ms of a room: for each who is in it all the others.
    fn mix_room(&mut self, now: Instant, id: RoomId) -> Vec<Mixed> {
        let leaves_out = self.has(Fault::MixTwoOnly);
        let Self { rooms, bridges, rng, .. } = self;
        let Some(room) = rooms.get_mut(&id) else { return Vec::new() };
        let mut packets = Vec::new();
        while room.next <= now {
            let at = room.next;
            room.next = at + FRAME;
            let said: Vec<_> = room.seats.iter_mut().map(|seat| seat.ear.next()).collect();
            for (place, seat) in room.seats.iter_mut().enumerate() {
                let others = said.iter().enumerate().filter(|(other, _)| {
                    *other != place && !(leaves_out && *other == room_last(said.len()))
                });
                let others: Vec<&[i16]> =
                    others.filter_map(|(_, frame)| frame.as_deref()).collect();
                let mut frame = [0; SAMPLES];
                audio::mix(&others, &mut frame);
                let agreed = bridges.get(&seat.bridge).map(|it| it.leg(seat.end).agreed.as_ref());
                if let Some(agreed) = agreed.flatten().filter(|_| seat.mouth.is_none()) {
                    seat.mouth = Mouth::new(agreed, rng);
                    seat.echo = Mouth::new(agreed, rng);
                }
                let own = said.get(place).and_then(Option::as_ref);
                if let Some((echo, own)) = seat.echo.as_mut().zip(own) {
                    packets.push((seat.bridge, seat.end, echo.say(at, own)));
                }
                if let Some(mouth) = &mut seat.mouth {
                    packets.push((seat.bridge, seat.end.other(), mouth.say(at, &frame)));
                }
            }
        }
        packets
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
/// How much is waited for before it is mixed: 60 ms, more than networks of ours jitter.
const AHEAD: usize = 3;
/// A second: a peer that sends faster is not listened to.
const FRAMES_MAX: usize = 50;
