//! By which ways a user's wish for a recording comes: a code that is dialled, a code that is
//! pressed in the call, INFO, and what a telephone prefers in its session description.

use super::bridge::{End, Stage as CallStage};
use super::calls::{description_of, sdp_body};
use super::control::{Refusal, State};
use super::{BridgeId, Fault, Platform};
use crate::role::{Control, RecordingMode};
use crate::rtp::{self, Digits, Heard};
use crate::sdp::{Capabilities, Description, Origin, RecordPreference, Slot, answer};
use crate::sip::agent::{CallId, Content, Reply, RequestId};
use crate::sip::{Message, Uri};
use crate::time::Instant;

/// Dialled.
impl Platform {
    /// A telephone dials: if it is a code of ours, it is obeyed, and the little call that brought
    /// it is over at once. Returns whether it was one.
    pub(super) fn takes_code(&mut self, now: Instant, call: CallId, request: &Message) -> bool {
        let target = request.request_uri().ok();
        let code = target.as_ref().and_then(Uri::user).unwrap_or_default();
        let Some(wish) = Control::of_code(&code) else { return false };
        let caller = request.from().ok();
        let known = caller
            .as_ref()
            .and_then(|caller| super::registrar::user_of(&caller.uri, &self.settings.users));
        let number = known.map(|user| user.number.clone()).unwrap_or_default();
        let half = self.bridges.iter().rev().find_map(|(id, bridge)| {
            let is_up = bridge.stage == CallStage::Up;
            let own = |end: &End| is_up && bridge.leg(*end).number == number;
            End::BOTH.into_iter().find(own).map(|end| (*id, end))
        });
        let granted = match half {
            Some(_) if self.has(Fault::DeafToCodes) => Ok(()),
            Some((id, end)) => {
                self.await_taking_up(now, id);
                self.control(now, id, end, wish)
            }
            None => Err(Refusal::NoCall),
        };
        match granted {
            Ok(()) => {
                let body =
                    description_of(request).ok().flatten().map(|offer| self.no_media(&offer));
                let body = body.map(sdp_body);
                let _ = self.agent.answer(now, call, Content { headers: Vec::new(), body });
                let _ = self.agent.hang_up(now, call, Vec::new());
            }
            Err(refusal) => {
                let _ = self.agent.reject(now, call, &Reply::new(refusal.sip()));
            }
        }
        true
    }

    /// The answer that takes no media: there is nothing to hear in a call that only brings a code.
    fn no_media(&self, offer: &Description) -> Vec<u8> {
        let host = self.settings.ports.host();
        let slots = offer.media.iter().map(|_| Slot::refused()).collect();
        let capabilities =
            Capabilities { slots, ..Capabilities::new(Origin::new("-", 1, host), host) };
        answer(offer, &capabilities).session.to_bytes()
    }
}

/// Pressed in the call.
impl Platform {
    /// Listens to the keys that a telephone sends in its media.
    pub(super) fn listen_for_code(&mut self, now: Instant, id: BridgeId, end: End, packet: &[u8]) {
        let Some(bridge) = self.bridges.get_mut(&id) else { return };
        let leg = bridge.leg_mut(end);
        let events = leg.agreed.as_ref().and_then(|agreed| agreed.telephone_event);
        // Of a thousand packets of media hardly one is a key: they are told apart by one byte.
        let payload_type = packet.get(1).map(|byte| byte & 0x7F);
        if events.is_none_or(|events| Some(events.receive) != payload_type) {
            return;
        }
        let Ok(packet) = rtp::Packet::read(packet) else { return };
        let wish = leg.keys.hear(now, &packet);
        if let Some(wish) = wish.filter(|_| !self.has(Fault::DeafToKeys)) {
            // Nobody is told but by what happens.
            let _ = self.control(now, id, end, wish);
            self.settle(now);
        }
    }
}

/// The last keys that somebody pressed.
#[derive(Debug)]
pub struct Keys {
    digits: Digits,
    /// As many as a code has, at most.
    pressed: String,
    last: Instant,
}

impl Default for Keys {
    fn default() -> Self {
        let digits = Digits::new(EVENT_CLOCK);
        Self { digits, pressed: String::new(), last: Instant::START }
    }
}

impl Keys {
    /// Takes a packet of telephone events; the wish that its key completes.
    fn hear(&mut self, now: Instant, packet: &rtp::Packet<'_>) -> Option<Control> {
        let mut wish = None;
        for heard in self.digits.handle(now, &packet.header, packet.payload) {
            // When a key goes down is enough: its end may get lost.
            let Heard::Began(tone) = heard else { continue };
            let Some(digit) = tone.digit() else { continue };
            if now.since(self.last) > BETWEEN_KEYS {
                self.pressed.clear();
            }
            self.last = now;
            self.pressed.push_str(&digit.to_string());
            let excess = self.pressed.len().saturating_sub(CODE_LENGTH);
            self.pressed.drain(..excess);
            if let Some(control) = Control::of_code(&self.pressed) {
                self.pressed.clear();
                wish = Some(control);
            }
        }
        wish
    }
}

/// INFO.
impl Platform {
    /// Whether an INFO of a telephone says what its user wants; if so it is obeyed and answered.
    pub(super) fn takes_info(
        &mut self,
        now: Instant,
        id: BridgeId,
        end: End,
        theirs: RequestId,
        request: &Message,
    ) -> bool {
        let Some(word) = request.headers.get("Record") else { return false };
        let wish = self.settings.record_words.wish(word);
        // The telephones that have only two words start and resume by the one.
        let wish = match (wish, self.state_of(id, end)) {
            (Some(Control::Start), State::Paused) if !self.keeps_on_demand(id, end) => {
                Some(Control::Resume)
            }
            (wish, _) => wish,
        };
        let is_deaf = self.has(Fault::DeafToInfo);
        let control = |wish| if is_deaf { Ok(()) } else { self.control(now, id, end, wish) };
        let code = match wish.map(control) {
            Some(Ok(())) => 200,
            Some(Err(refusal)) => refusal.sip(),
            None => 400,
        };
        let _ = self.agent.respond(now, theirs, Reply::new(code));
        true
    }

    fn keeps_on_demand(&self, id: BridgeId, end: End) -> bool {
        let number = self.bridges.get(&id).map(|bridge| bridge.leg(end).number.clone());
        self.mode_of(&number.unwrap_or_default()) == RecordingMode::KeptOnDemand
    }
}

/// Preferred in a session description.
impl Platform {
    /// A telephone said what it prefers, in an offer or an answer: it is obeyed if its user may
    /// have that. Whether it was is seen from what it is told of the recording (RFC 7866 section
    /// 7.1.3).
    pub(super) fn heed(&mut self, now: Instant, id: BridgeId, end: End) {
        let Some(bridge) = self.bridges.get_mut(&id) else { return };
        if bridge.stage != CallStage::Up {
            return;
        }
        let Some(preference) = bridge.leg_mut(end).preference.take() else { return };
        if self.has(Fault::DeafToPreference) {
            return;
        }
        let state = self.state_of(id, end);
        // RFC 7866 section 7.3.2.
        let wish = match (preference, state) {
            (RecordPreference::On, State::Paused) => Control::Resume,
            (RecordPreference::On, _) => Control::Start,
            (RecordPreference::Off, _) => Control::Stop,
            (RecordPreference::Pause, _) => Control::Pause,
            (RecordPreference::NoPreference, _) => return,
        };
        let _ = self.control(now, id, end, wish);
    }

    /// Answers a telephone that changes nothing of its session but what it prefers, without asking
    /// the other one. Returns whether it was that.
    pub(super) fn answers_preference(
        &mut self,
        now: Instant,
        id: BridgeId,
        end: End,
        theirs: RequestId,
        request: &Message,
    ) -> bool {
        let Ok(Some(offer)) = description_of(request) else { return false };
        let Some(bridge) = self.bridges.get_mut(&id) else { return false };
        let prefers = offer.media.iter().any(|medium| medium.record_preference.is_some());
        if bridge.pending.is_some() || !prefers || !bridge.leg(end).heard_alike(&offer) {
            return false;
        }
        bridge.leg_mut(end).hear(offer, false);
        self.heed(now, id, end);
        let Some(bridge) = self.bridges.get_mut(&id) else { return false };
        let body = sdp_body(bridge.leg_mut(end).say_again());
        let _ = self.agent.respond(now, theirs, Reply::new(200).with(body));
        true
    }
}

/// RFC 4733 section 2.1: events have the clock rate of the stream that they are in; that of
/// telephones is this one.
const EVENT_CLOCK: u32 = 8_000;
/// `*44`
const CODE_LENGTH: usize = 3;
/// People who dial do not wait so long.
const BETWEEN_KEYS: std::time::Duration = std::time::Duration::from_secs(3);
