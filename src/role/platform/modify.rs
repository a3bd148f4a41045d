//! A change in the middle of a call: what one side wants is asked of the other.

use super::bridge::{Bridge, End, Pending};
use super::calls::{description_of, sdp_body};
use super::leg::Leg;
use super::{BridgeId, Fault, Platform};
use crate::sdp::Description;
use crate::sip::agent::{Content, Reply, RequestId};
use crate::sip::{Message, Method};
use crate::time::Instant;

impl Platform {
    pub(super) fn modify(
        &mut self,
        now: Instant,
        id: BridgeId,
        end: End,
        theirs: RequestId,
        request: &Message,
    ) {
        if self.answers_preference(now, id, end, theirs, request) {
            return;
        }
        let reply = match self.ask_other(now, id, end, theirs, request) {
            Ok(true) => return self.heed(now, id, end),
            Ok(false) => {
                let bridge = self.bridges.get_mut(&id);
                let said = bridge.and_then(|bridge| bridge.leg_mut(end).said());
                // A refresh; an UPDATE without an offer gets no answer either (RFC 3311 section 5.2).
                let body = said.filter(|_| request.method() == Some(&Method::Invite)).map(sdp_body);
                Reply::new(200).with(Content { headers: Vec::new(), body })
            }
            Err(code) => Reply::new(code),
        };
        let _ = self.agent.respond(now, theirs, reply);
    }

    /// Asks the other side for the change that one side wants. `false`: there is nothing to ask.
    fn ask_other(
        &mut self,
        now: Instant,
        id: BridgeId,
        end: End,
        theirs: RequestId,
        request: &Message,
    ) -> Result<bool, u16> {
        let bridge = self.bridges.get_mut(&id).ok_or(481_u16)?;
        let Some(offer) = description_of(request)? else { return Ok(false) };
        // Both sides want something at once (RFC 3261 section 14.2), or we do.
        if bridge.pending.is_some() || bridge.renewal.is_some() {
            return Err(491);
        }
        if bridge.leg(end).call.is_some_and(|call| self.agent.overtake(call)) {
            bridge.leg_mut(end).unsay();
        }
        if let Some(ours) = bridge.end_of_ours() {
            bridge.leg_mut(end).hear(offer.clone(), false);
            return bridge.answer_here(ours, &offer).map(|_| false).ok_or(488);
        }
        let other = bridge.leg(end.other()).call.ok_or(481_u16)?;
        if self.settings.fault == Some(Fault::IgnoreHold) {
            return Ok(false);
        }
        bridge.legs.iter_mut().for_each(Leg::begin_change);
        let body = sdp_body(bridge.leg_mut(end.other()).say(&offer, false));
        bridge.leg_mut(end).hear(offer, false);
        let asked = match request.method() {
            // A PRACK that brings an offer comes before there is anything to re-INVITE.
            Some(Method::Update | Method::Prack) => self.agent.update(now, other, body.into()),
            _ => self.agent.reinvite(now, other, body.into()),
        };
        let Ok(ours) = asked else {
            bridge.legs.iter_mut().for_each(Leg::undo_change);
            return Err(500);
        };
        bridge.pending = Some(Pending { theirs, ours });
        Ok(true)
    }

    pub(super) fn modified(
        &mut self,
        now: Instant,
        id: BridgeId,
        end: End,
        ours: RequestId,
        response: &Message,
    ) {
        if self.renewed(now, id, ours, response) {
            return;
        }
        let Some(bridge) = self.bridges.get_mut(&id) else { return };
        let Some(pending) = bridge.pending.take_if(|pending| pending.ours == ours) else { return };
        let reply = match description_of(response) {
            Ok(Some(answer)) => Reply::new(200).with(sdp_body(bridge.pass_answer(end, answer))),
            _ => Reply::new(488),
        };
        let _ = self.agent.respond(now, pending.theirs, reply);
        self.keep_in_step(now, id);
        self.indicate(now, id);
    }

    pub(super) fn modify_failed(&mut self, now: Instant, id: BridgeId, ours: RequestId, code: u16) {
        if self.renewal_failed(now, id, ours) {
            return;
        }
        let Some(bridge) = self.bridges.get_mut(&id) else { return };
        if let Some(pending) = bridge.pending.take_if(|pending| pending.ours == ours) {
            bridge.legs.iter_mut().for_each(Leg::undo_change);
            let _ = self.agent.respond(now, pending.theirs, Reply::new(code));
            self.indicate(now, id);
        }
    }
}

impl Bridge {
    /// The answer that one leg heard, said on the other: the bytes of SDP.
    pub(super) fn pass_answer(&mut self, from: End, answer: Description) -> Vec<u8> {
        let body = self.leg_mut(from.other()).say(&answer, true);
        self.leg_mut(from).hear(answer, true);
        body
    }
}
