//! What is played on one call: one sound after the other, to every party that should hear it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use rand_chacha::ChaCha8Rng;

use super::bridge::End;
use super::change::Change;
use super::leg::Leg;
use super::overlay::{Overlay, Sound, encode};
use super::splice::Splice;
use crate::rtp::{Codec, Encoder, Origin};
use crate::siprec::{Method, Occasion};
use crate::time::Instant;

/// What is played on one call, and what is to be.
#[derive(Debug)]
pub struct Player {
    splices: [Splice; 2],
    playing: Option<Playing>,
    waiting: VecDeque<Item>,
    /// The time between two reminders, and when the next is due.
    pub reminder: Option<(Duration, Instant)>,
    /// The recordings that take what is said.
    pub running: BTreeSet<usize>,
    /// Recordings that are over, and whose recorders are told of the announcement of it before they
    /// are let go.
    pub parting: BTreeSet<usize>,
    /// Those of them whose recorder has been told, and has yet to answer.
    pub leaving: BTreeSet<usize>,
    /// When the compliance announcement is due.
    pub compliance: Option<Instant>,
    /// When an announcement that is late on purpose is due.
    pub late_start: Option<Instant>,
    /// Until when it is waited for a user who dials from hold to take the call up again.
    pub dialling: Option<Instant>,
    /// What became of recordings meanwhile, of which people are told afterwards.
    pub untold: Vec<(usize, Change)>,
    /// Whether people were told, or are about to be, before there was anything to tell.
    pub has_complied: bool,
    /// Whether people were told that the call cannot be recorded.
    pub has_failed: bool,
    /// What was played, for recordings that begin later.
    pub played: Vec<Played>,
}

/// Something to be played.
#[derive(Clone, Debug)]
pub struct Item {
    /// What it tells people.
    pub kind: Occasion,
    /// How.
    pub method: Method,
    /// The sound.
    pub sound: Sound,
    /// Who is to hear it.
    pub to: [bool; 2],
    /// Whether it is laid over what the recorder gets too.
    pub recorded: bool,
    /// Whether it is laid over what the other side says: a tone takes nobody's words away, an
    /// announcement would not be understood among them.
    pub over: bool,
    /// What happens afterwards.
    pub then: Then,
}

/// What happens after something was played.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Then {
    /// The call goes on.
    GoOn,
    /// The call ends.
    EndCall,
    /// The recording session of this recording, which was only kept to tell of it, ends.
    EndRecording(usize),
}

/// Something that was played.
#[derive(Clone, Debug)]
pub struct Played {
    /// What.
    pub item: Item,
    /// When it began.
    pub began: Instant,
    /// For how long.
    pub length: Duration,
    /// Who heard it.
    pub heard: [bool; 2],
}

/// A packet from an address of ours to a telephone.
pub type Out = (SocketAddr, SocketAddr, Bytes);

#[derive(Debug)]
struct Playing {
    item: Item,
    began: Instant,
    /// When the next frame is due, and which it is.
    next: Instant,
    position: u32,
    sides: [Side; 2],
    /// What is laid over the streams to the recorders: each of a recording and a party.
    copies: BTreeMap<(usize, End), Overlay>,
}

/// How one party hears it.
#[derive(Debug, Default)]
struct Side {
    /// Over what the other side says, as long as that flows.
    overlay: Option<Overlay>,
    encoder: Option<Encoder>,
    heard: bool,
}

impl Player {
    /// Nothing is played yet.
    pub fn new(rng: &mut ChaCha8Rng) -> Self {
        Self {
            splices: std::array::from_fn(|_| Splice::new(Origin::draw(rng))),
            playing: None,
            waiting: VecDeque::new(),
            reminder: None,
            running: BTreeSet::new(),
            parting: BTreeSet::new(),
            leaving: BTreeSet::new(),
            compliance: None,
            late_start: None,
            dialling: None,
            untold: Vec::new(),
            has_complied: false,
            has_failed: false,
            played: Vec::new(),
        }
    }

    /// Whether people are told of this change only when the call is taken up again. A pause counts at
    /// once all the same.
    pub fn keeps_for_later(&mut self, index: usize, change: Change) -> bool {
        let may_wait = matches!(change, Change::Paused | Change::Resumed);
        let waits = may_wait && self.dialling.is_some() && self.untold.len() < WAITING_MAX;
        if waits {
            self.untold.push((index, change));
            self.running.remove(&index);
        }
        waits
    }

    /// Plays something, as soon as what is played before has ended.
    pub fn enqueue(&mut self, now: Instant, item: Item) {
        if self.waiting.len() < WAITING_MAX {
            self.waiting.push_back(item);
        }
        self.begin(now);
    }

    /// What the other side says, on its way to `to`; nothing while something is played instead.
    pub fn pass(&mut self, now: Instant, to: End, packet: &Bytes) -> Option<Bytes> {
        let side = self.playing.as_mut().map(|it| (&it.item, &mut it.sides[to as usize]));
        let side = side.filter(|(item, _)| item.to[to as usize]);
        let splice = &mut self.splices[to as usize];
        let Some((item, side)) = side else { return splice.pass(now, packet) };
        let overlay = side.overlay.as_mut()?;
        let packet = splice.pass(now, packet)?;
        let mixed = overlay.mix(&item.sound, &packet);
        side.heard |= mixed.is_some();
        Some(mixed.unwrap_or(packet))
    }

    /// A report that `from` makes on what it hears, on its way to the other side.
    pub fn report(&self, from: End, packet: &Bytes) -> Bytes {
        self.splices[from as usize].report(packet)
    }

    /// What a party says, on its way to a recorder: with what is played over it, if it should be.
    pub fn copy(&mut self, recording: usize, from: End, packet: &Bytes) -> Option<Bytes> {
        let playing = self.playing.as_mut().filter(|playing| playing.item.recorded)?;
        let overlay = playing.copies.entry((recording, from)).or_default();
        overlay.mix(&playing.item.sound, packet)
    }

    /// Plays the frames that are due; returns what came to its end.
    pub fn play(&mut self, now: Instant, legs: &[Leg; 2], out: &mut Vec<Out>) -> Option<Played> {
        let playing = self.playing.as_mut()?;
        while playing.next <= now {
            let (at, position) = (playing.next, playing.position);
            if playing.item.sound.frame(position, false).is_none() {
                return self.end(now);
            }
            for end in End::BOTH.into_iter().filter(|end| playing.item.to[*end as usize]) {
                let (side, leg) = (&mut playing.sides[end as usize], &legs[end as usize]);
                let splice = &mut self.splices[end as usize];
                out.extend(side.play(at, position, &playing.item.sound, leg, splice));
            }
            playing.next = at + FRAME;
            playing.position += 1;
        }
        None
    }

    /// Nothing more is to be played after what is.
    pub fn quiet(&mut self) {
        self.waiting.clear();
        (self.reminder, self.compliance, self.late_start) = (None, None, None);
    }

    /// Whether an announcement is being played.
    pub fn is_speaking(&self) -> bool {
        let playing = self.playing.as_ref();
        playing.is_some_and(|playing| matches!(playing.item.sound, Sound::Words(..)))
    }

    /// What is played ends now, whether it was at its end or not.
    pub fn end(&mut self, now: Instant) -> Option<Played> {
        let Playing { item, began, position, sides, .. } = self.playing.take()?;
        let heard = sides.map(|side| side.heard);
        let played = Played { item, began, length: FRAME * position, heard };
        self.begin(now);
        Some(played)
    }

    /// When something is due next.
    pub fn next_deadline(&self) -> Option<Instant> {
        let playing = self.playing.as_ref().map(|playing| playing.next);
        let reminder = self.reminder.map(|(_, due)| due);
        let due = [playing, reminder, self.compliance, self.late_start, self.dialling];
        due.into_iter().flatten().min()
    }

    fn begin(&mut self, now: Instant) {
        if self.playing.is_some() {
            return;
        }
        let Some(item) = self.waiting.pop_front() else { return };
        let sides = End::BOTH.map(|end| {
            let is_flowing = self.splices[end as usize].is_flowing(now);
            let overlay = (item.over && is_flowing).then(Overlay::default);
            Side { overlay, ..Side::default() }
        });
        self.playing = Some(Playing {
            item,
            began: now,
            next: now,
            position: 0,
            sides,
            copies: BTreeMap::new(),
        });
    }
}

impl Side {
    /// A frame by itself, where there is nothing to lay it over.
    fn play(
        &mut self,
        at: Instant,
        position: u32,
        sound: &Sound,
        leg: &Leg,
        splice: &mut Splice,
    ) -> Option<Out> {
        if self.overlay.is_some() {
            return None;
        }
        let agreed = leg.agreed.as_ref().filter(|agreed| agreed.may_send)?;
        let codec = Codec::of_name(&agreed.send.codec.name)?;
        let encoder = self.encoder.get_or_insert_with(|| codec.encoder());
        let payload = encode(sound, position, encoder)?;
        let begins = !std::mem::replace(&mut self.heard, true);
        let packet = splice.play(at, agreed.send.payload_type, &payload, begins);
        Some((leg.local, agreed.remote_rtp?, packet))
    }
}

/// Nobody waits for more: a notice of each kind.
const WAITING_MAX: usize = 8;
/// RFC 3551 section 4.2: the usual packetization interval.
const FRAME: Duration = Duration::from_millis(20);
