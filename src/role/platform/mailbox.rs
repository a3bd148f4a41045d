//! A mailbox: answers where nobody else does, greets, beeps, and keeps what it is told.

use std::time::Duration;

use super::bridge::{Bridge, End};
use super::calls::sdp_body;
use super::leg::Leg;
use super::mouth::{FRAME, Mouth, SAMPLES};
use super::{BridgeId, Platform};
use crate::audio::{Message, Prompt, Tone};
use crate::packet::Packet;
use crate::rtp::{self, Codec, Playout};
use crate::sdp::{Capabilities, Description, Direction, Origin, Slot};
use crate::sip::agent::Content;
use crate::time::Instant;

/// A mailbox that is in a call.
#[derive(Debug)]
pub struct Mailbox {
    mouth: Mouth,
    /// How many frames were said.
    position: u32,
    next: Instant,
    playout: Playout,
    message: Vec<i16>,
}

impl Mailbox {
    /// When it wants to say something.
    pub fn deadline(&self) -> Instant {
        self.next
    }

    /// What it says next: the greeting, the beep, and then nothing any more.
    fn frame(&self) -> Vec<i16> {
        let greeting = Prompt::new(Message::Greeting, 0).expect("there is a first language");
        let wide = self.mouth.is_wide();
        let silence = vec![0; if wide { 2 * SAMPLES } else { SAMPLES }];
        let frame = match self.position.checked_sub(GREETING) {
            None => {
                let place = u16::try_from(self.position).unwrap_or(u16::MAX);
                if wide {
                    greeting.play_wide(place).map(Vec::from)
                } else {
                    greeting.play(place).map(Vec::from)
                }
            }
            Some(place) if wide => BEEP.play_wide(place).map(Vec::from),
            Some(place) => BEEP.play(place).map(Vec::from),
        };
        frame.unwrap_or(silence)
    }

    /// Whether the beep is over, so that a message can be left.
    fn is_listening(&self) -> bool {
        self.position > GREETING + BEEP_FRAMES
    }
}

impl Platform {
    /// The mailbox of whoever is called takes the call.
    pub(super) fn take_message(&mut self, now: Instant, id: BridgeId) -> Result<(), u16> {
        let bridge = self.bridges.get_mut(&id).ok_or(481_u16)?;
        let offer = bridge.leg(End::Caller).wishes().ok_or(488_u16)?;
        let body = bridge.answer_here(End::Callee, &offer).ok_or(488_u16)?;
        let agreed = bridge.leg(End::Caller).agreed.as_ref().ok_or(488_u16)?;
        let name = (format!("mailbox@{}", self.settings.domain), self.settings.epoch);
        let mouth = Mouth::new(now, agreed, name, &mut self.rng).ok_or(488_u16)?;
        let mailbox = Mailbox {
            mouth,
            position: 0,
            next: now,
            playout: Playout::new(now, Duration::from_millis(200)),
            message: Vec::new(),
        };
        bridge.mailbox = Some(mailbox);
        let caller = bridge.leg(End::Caller).call.ok_or(481_u16)?;
        let content = Content { headers: Vec::new(), body: Some(sdp_body(body)) };
        self.agent.answer(now, caller, content).map_err(|_| 500_u16)?;
        self.up(now, id);
        Ok(())
    }

    /// When a mailbox says something next.
    pub(super) fn mailbox_deadline(&self) -> Option<Instant> {
        let boxes = self.bridges.values().filter_map(|bridge| bridge.mailbox.as_ref());
        boxes.map(Mailbox::deadline).min()
    }

    /// Says whatever is due.
    pub(super) fn speak_for_mailboxes(&mut self, now: Instant) {
        let due = self.bridges.iter().filter(|(_, bridge)| {
            bridge.mailbox.as_ref().is_some_and(|mailbox| mailbox.next <= now)
        });
        let due: Vec<_> = due.map(|(id, _)| *id).collect();
        for id in due {
            while let Some((is_rtcp, packet)) =
                self.bridges.get_mut(&id).and_then(|it| it.speak(now))
            {
                if let Some(packet) = self.said_at(id, End::Callee, &packet) {
                    self.relay_from(now, id, End::Callee, is_rtcp, &packet);
                }
            }
        }
    }

    /// What the platform itself says for one end of a call, as if it had come from there; nothing if
    /// the call is over.
    pub(super) fn said_at(&self, id: BridgeId, end: End, bytes: &bytes::Bytes) -> Option<Packet> {
        let local = self.bridges.get(&id)?.leg(end).local;
        Some(super::recording::datagram(local, local, bytes))
    }

    /// What a caller says to a mailbox is kept there.
    pub(super) fn deposit(&mut self, now: Instant, id: BridgeId, is_rtcp: bool, packet: &Packet) {
        let Some(mailbox) = self.bridges.get_mut(&id).and_then(|it| it.mailbox.as_mut()) else {
            return;
        };
        mailbox.mouth.hear(now, is_rtcp, &packet.payload);
        let Some(read) = rtp::Packet::read(&packet.payload).ok().filter(|_| !is_rtcp) else {
            return;
        };
        let codec = Codec::of_payload_type(read.header.payload_type);
        let has_room = mailbox.message.len() < MESSAGE_MAX && mailbox.is_listening();
        if let Some(codec) = codec.filter(|_| has_room) {
            let Mailbox { playout, message, .. } = mailbox;
            playout.push(now, &read.header, codec, read.payload, message);
        }
    }
}

impl Bridge {
    /// Answers an offer for an end at which nobody is but the platform: the bytes of SDP. `None` if
    /// nothing is in common.
    pub(super) fn answer_here(&mut self, end: End, offer: &Description) -> Option<Vec<u8>> {
        let leg = self.leg_mut(end);
        leg.say(offer, false);
        let answer = answer_at(leg, offer)?;
        Some(self.pass_answer(end, answer))
    }

    /// What a mailbox says next, and whether that is a report.
    fn speak(&mut self, now: Instant) -> Option<(bool, bytes::Bytes)> {
        let mailbox = self.mailbox.as_mut().filter(|mailbox| mailbox.next <= now)?;
        if let Some(report) = mailbox.mouth.report(now) {
            return Some((true, report));
        }
        let frame = mailbox.frame();
        let due = mailbox.next;
        mailbox.next = due + FRAME;
        mailbox.position = mailbox.position.saturating_add(1);
        Some((false, mailbox.mouth.say(due, &frame)))
    }
}

/// What the platform itself answers an offer with at a leg; `None` if nothing is in common.
pub(super) fn answer_at(leg: &Leg, offer: &Description) -> Option<Description> {
    let (local, mut taken) = (leg.local, false);
    let slots = offer.media.iter().map(|medium| {
        let is_first = !taken && !medium.is_disabled();
        taken |= is_first;
        if is_first { Slot::open(local.port(), Direction::SendRecv) } else { Slot::refused() }
    });
    let origin = Origin::new("-", u64::from(local.port()), local.ip());
    let capabilities =
        Capabilities { slots: slots.collect(), ..Capabilities::new(origin, local.ip()) };
    let answer = crate::sdp::answer(offer, &capabilities);
    (!answer.is_refusal).then(|| answer.session.describe())
}

/// The greeting lasts three seconds.
const GREETING: u32 = 150;
/// What tells the caller to speak: 440 Hz for half a second.
const BEEP: Tone = Tone { hertz: 440, ..Tone::RECORDER_WARNING };
const BEEP_FRAMES: u32 = 25;
/// Three minutes: the product's default is not known.
const MESSAGE_MAX: usize = 3 * 60 * 8_000;
