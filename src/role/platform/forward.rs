//! Calls that their callee does not take go elsewhere: to another number, or to a mailbox.

use std::time::Duration;

use super::bridge::{End, Stage};
use super::calls::{RINGING_MAX, sdp_body};
use super::leg::Leg;
use super::registrar::user_of;
use super::settings::User;
use super::{BridgeId, Fault, Place, Platform};
use crate::role::{Elsewhere, Occasion};
use crate::sip::agent::Content;
use crate::sip::uri::{Host, Uri};
use crate::time::Instant;

/// Where a user's calls go that they do not take, and what of their messages is recorded.
#[derive(Clone, Debug, Default)]
pub struct Diversions {
    /// All of them.
    pub always: Option<Elsewhere>,
    /// Those that come while the telephone is in use.
    pub busy: Option<Elsewhere>,
    /// Those that nobody takes for so long.
    pub no_answer: Option<(Duration, Elsewhere)>,
    /// Whether messages that they get and leave are recorded (S-59, S-60); not unless somebody
    /// says so.
    pub records_messages: bool,
}

impl Diversions {
    /// Somebody decided.
    pub fn set(&mut self, when: Occasion, elsewhere: Elsewhere) {
        match when {
            Occasion::Always => self.always = Some(elsewhere),
            Occasion::Busy => self.busy = Some(elsewhere),
            Occasion::NoAnswer(after) => self.no_answer = Some((after, elsewhere)),
        }
    }

    /// Where a call goes that was refused with this status.
    fn after(&self, code: u16) -> Option<&Elsewhere> {
        match code {
            // RFC 3261 sections 21.4.24 and 21.6.1; who declines is not there for the caller.
            486 | 600 | 603 => self.busy.as_ref(),
            408 | 480 => self.no_answer.as_ref().map(|(_, elsewhere)| elsewhere),
            _ => None,
        }
    }
}

impl Platform {
    /// Calls whoever a call is for at present, or whoever takes their calls.
    pub(super) fn reach(&mut self, now: Instant, id: BridgeId) -> Result<(), u16> {
        let number = self.bridges.get(&id).map(|it| it.leg(End::Callee).number.clone());
        let number = number.ok_or(481_u16)?;
        let diversions = self.diversions_of(&number);
        if let Some(elsewhere) = diversions.always.clone() {
            return self.divert_to(now, id, elsewhere);
        }
        let way = match self.way_to(&number, now) {
            Ok(way) => way,
            Err(code) => {
                let elsewhere = diversions.after(code).cloned().ok_or(code)?;
                return self.divert_to(now, id, elsewhere);
            }
        };
        let ring = diversions.no_answer.as_ref().map_or(RINGING_MAX, |(after, _)| *after);
        let bridge = self.bridges.get_mut(&id).ok_or(481_u16)?;
        let hops = bridge.hops;
        bridge.stage = Stage::Calling(now + ring.min(RINGING_MAX));
        let offer = bridge.leg(End::Caller).wishes();
        let body = offer.map(|offer| sdp_body(bridge.leg_mut(End::Callee).say(&offer, false)));
        let diverted = bridge.diverted.clone();
        let mut headers = vec![("Max-Forwards".into(), hops.to_string())];
        // RFC 5806 section 4: the last one first.
        headers.extend(diverted.iter().rev().map(|number| {
            let uri = Uri::sip(number, Host::Name(self.settings.domain.clone()));
            ("Diversion".into(), format!("<{uri}>"))
        }));
        let bridge = self.bridges.get(&id).ok_or(481_u16)?;
        let [from, to] = End::BOTH.map(|end| self.identity(bridge.leg(end)));
        let onward = self.call_out(now, way, from, to, Content { headers, body })?;
        self.places.insert(onward, Place::Leg(id, End::Callee));
        if let Some(bridge) = self.bridges.get_mut(&id) {
            bridge.leg_mut(End::Callee).call = Some(onward);
        }
        Ok(())
    }

    /// The called telephone gives this status: whether the call goes elsewhere.
    pub(super) fn goes_elsewhere(&mut self, now: Instant, id: BridgeId, code: u16) -> bool {
        let Some(bridge) = self.bridges.get(&id) else { return false };
        if !matches!(bridge.stage, Stage::Calling(_)) || bridge.leg(End::Caller).call.is_none() {
            return false;
        }
        let number = bridge.leg(End::Callee).number.clone();
        let elsewhere = self.diversions_of(&number).after(code).cloned();
        let Some(elsewhere) = elsewhere.filter(|_| !self.has(Fault::LetItRing)) else {
            return false;
        };
        self.divert_to(now, id, elsewhere).is_ok()
    }

    fn divert_to(&mut self, now: Instant, id: BridgeId, to: Elsewhere) -> Result<(), u16> {
        let (caller, onward) = {
            let bridge = self.bridges.get_mut(&id).ok_or(481_u16)?;
            // Forwarding in a circle ends somewhere.
            if bridge.diverted.len() == DIVERSIONS_MAX {
                return Err(482);
            }
            let from = bridge.leg(End::Callee).number.clone();
            bridge.diverted.push(from);
            (bridge.leg(End::Caller).call, bridge.leg_mut(End::Callee).call.take())
        };
        if let Some(onward) = onward.filter(|call| self.places.contains_key(call)) {
            self.places.insert(onward, Place::Leaving);
            let _ = self.agent.hang_up(now, onward, Vec::new());
        }
        let session_id = rand_chacha::rand_core::Rng::next_u32(&mut self.rng);
        let Elsewhere::Number(number) = to else { return self.take_message(now, id) };
        let target = Uri::sip(&number, Host::Name(self.settings.domain.clone()));
        let user = user_of(&target, &self.settings.users).ok_or(404_u16)?;
        let (number, display) = (user.number.clone(), user.display.clone());
        let bridge = self.bridges.get_mut(&id).ok_or(481_u16)?;
        let local = bridge.leg(End::Callee).local;
        let leg = Leg::new(local, session_id.into(), number, display, self.settings.dialect);
        *bridge.leg_mut(End::Callee) = leg;
        if let Some(caller) = caller {
            // RFC 3261 section 21.1.3.
            let _ = self.agent.ring(now, caller, 181, Content::none());
        }
        self.reach(now, id)
    }

    fn diversions_of(&self, number: &str) -> Diversions {
        let user = self.settings.users.iter().find(|user| user.number == number);
        user.map(|user| user.diversions.clone()).unwrap_or_default()
    }

    /// A setting of one user.
    pub(super) fn user_mut(&mut self, number: &str) -> Option<&mut User> {
        self.settings.users.iter_mut().find(|user| user.number == number)
    }
}

/// More than any number goes through before somebody takes the call.
const DIVERSIONS_MAX: usize = 5;
