//! Bridging: what one telephone asks for is asked of the other in the platform's own name.

use std::time::Duration;

use rand_chacha::rand_core::Rng;

use super::bridge::{Bridge, End, Pending, Stage};
use super::leg::Leg;
use super::registrar::user_of;
use super::{BridgeId, Fault, Place, Platform};
use crate::sdp::Description;
use crate::sip::agent::{Body, CallId, Content, Event, Invite, Reply, RequestId};
use crate::sip::uri::{Host, Uri};
use crate::sip::{Message, Method, NameAddr};
use crate::siprec::Received;
use crate::time::Instant;

impl Platform {
    /// A telephone calls: find the other one, and call it.
    pub(super) fn incoming(&mut self, now: Instant, call: CallId, request: &Message) {
        if self.takes_code(now, call, request) {
            return;
        }
        match self.begin(now, call, request) {
            Ok(()) => {}
            Err(code) => {
                let _ = self.agent.reject(now, call, &Reply::new(code));
            }
        }
    }

    fn begin(&mut self, now: Instant, call: CallId, request: &Message) -> Result<(), u16> {
        let target = request.request_uri().map_err(|_| 400_u16)?;
        let unknown = if self.has(Fault::CallItBusy) { 486_u16 } else { 404 };
        let callee = user_of(&target, &self.settings.users).ok_or(unknown)?.clone();
        let binding = self.registrar.find(&callee.number, now).ok_or(480_u16)?.clone();
        let hops = request.max_forwards().map_err(|_| 400_u16)?.unwrap_or(70);
        if hops == 0 {
            return Err(483);
        }
        // A telephone that says it lives here would make us call ourselves (RFC 3261 section 16.3).
        if self.settings.listen.iter().any(|(_, own)| *own == binding.flow.remote) {
            return Err(482);
        }
        let offer = description_of(request)?;
        let caller = request.from().map_err(|_| 400_u16)?;

        let id = self.bridges_begun;
        self.bridges_begun += 1;
        let (number, display) = (callee.number.clone(), callee.display.clone());
        let mut bridge = self.bridge(now, id, &caller, number, display)?;
        bridge.leg_mut(End::Caller).call = Some(call);
        bridge.leg_mut(End::Caller).record_aware = is_record_aware(request);
        let body = offer.map(|offer| {
            let body = bridge.leg_mut(End::Callee).say(&offer, false);
            bridge.leg_mut(End::Caller).hear(offer, false);
            sdp_body(body)
        });
        let invite = Invite {
            uri: binding.contact.clone(),
            from: self.identity(bridge.leg(End::Caller)),
            to: self.identity(bridge.leg(End::Callee)),
            outbound: Some(binding.way()),
            contact_params: None,
            content: Content {
                headers: vec![("Max-Forwards".into(), (hops - 1).to_string())],
                body,
            },
        };
        let Ok(onward) = self.agent.invite(now, invite) else {
            bridge.legs.iter().for_each(|leg| self.release_port(leg.local));
            return Err(503);
        };
        bridge.leg_mut(End::Callee).call = Some(onward);
        self.places.insert(call, Place::Leg(id, End::Caller));
        self.places.insert(onward, Place::Leg(id, End::Callee));
        self.bridges.insert(id, bridge);
        if self.has(Fault::RecordRinging) {
            self.begin_recordings(now, id);
        }
        Ok(())
    }

    fn bridge(
        &mut self,
        now: Instant,
        id: BridgeId,
        caller: &NameAddr,
        number: String,
        display: String,
    ) -> Result<Bridge, u16> {
        let ports = self.take_ports(id, 2).ok_or(503_u16)?;
        let known = user_of(&caller.uri, &self.settings.users);
        let from =
            known.map_or_else(|| caller.uri.user().unwrap_or_default(), |user| user.number.clone());
        let shown = known.map_or_else(
            || caller.display.clone().unwrap_or_default(),
            |user| user.display.clone(),
        );
        let mut session_id = || u64::from(self.rng.next_u32());
        let dialect = self.settings.dialect;
        let legs = [
            Leg::new(ports[0], session_id(), from, shown, dialect),
            Leg::new(ports[1], session_id(), number, display, dialect),
        ];
        let tracking_id = super::metadata::uuid(&mut self.rng);
        Ok(Bridge {
            id,
            legs,
            stage: Stage::Calling(now + RINGING_MAX),
            pending: None,
            recordings: Vec::new(),
            wanted: Vec::new(),
            tracking_id,
        })
    }

    /// Whoever is at the end of a leg, as an address of our domain.
    pub(super) fn identity(&self, leg: &Leg) -> NameAddr {
        let uri = Uri::sip(&leg.number, Host::Name(self.settings.domain.clone()));
        NameAddr {
            display: Some(leg.display.clone()).filter(|name| !name.is_empty()),
            ..NameAddr::new(uri)
        }
    }

    /// Something happened on one leg of a bridge.
    pub(super) fn handle_leg(&mut self, now: Instant, id: BridgeId, end: End, event: Event) {
        match event {
            Event::Progress { response, .. } => self.progress(now, id, &response),
            Event::Answered { response, offer, .. } => self.answered(now, id, &response, offer),
            Event::Acknowledged { request, .. } => self.acknowledged(now, id, &request),
            Event::Failed { call, code, .. } => {
                self.places.remove(&call);
                self.finish(now, id, end, code);
            }
            Event::Ended { call, .. } => {
                self.places.remove(&call);
                self.finish(now, id, end, 480);
            }
            Event::Modify { id: request_id, request, .. } => {
                self.modify(now, id, end, request_id, &request);
            }
            Event::Modified { response, id: ours, .. } if self.tells(id, end, ours) => {
                self.told(now, id, end, &response);
            }
            Event::ModifyFailed { id: ours, .. } if self.tells(id, end, ours) => {
                self.not_told(now, id, end);
            }
            Event::Modified { response, id: ours, .. } => {
                self.modified(now, id, end, ours, &response);
            }
            Event::ModifyFailed { id: ours, code, .. } => self.modify_failed(now, id, ours, code),
            Event::ModifyStale { id: ours, .. } => self.modify_failed(now, id, ours, 491),
            Event::Info { id: theirs, request, .. } => {
                if self.takes_info(now, id, end, theirs, &request) {
                    return;
                }
                self.pass_info(now, id, end, theirs, &request);
            }
            _ => {}
        }
    }

    fn progress(&mut self, now: Instant, id: BridgeId, response: &Message) {
        let Some(bridge) = self.bridges.get_mut(&id) else { return };
        let Some(caller) = bridge.leg(End::Caller).call else { return };
        let code = response.code().unwrap_or(180);
        let early = description_of(response).ok().flatten();
        let body = early.map(|answer| sdp_body(bridge.pass_answer(End::Callee, answer)));
        let _ = self.agent.ring(now, caller, code, Content { headers: Vec::new(), body });
    }

    fn answered(&mut self, now: Instant, id: BridgeId, response: &Message, is_offer: bool) {
        let Some(bridge) = self.bridges.get_mut(&id) else { return };
        let Some(caller) = bridge.leg(End::Caller).call else { return };
        bridge.leg_mut(End::Callee).record_aware = is_record_aware(response);
        let body = match description_of(response) {
            Ok(Some(description)) if is_offer => {
                bridge.stage = Stage::AwaitingAnswer;
                let body = bridge.leg_mut(End::Caller).say(&description, false);
                bridge.leg_mut(End::Callee).hear(description, false);
                Some(sdp_body(body))
            }
            Ok(Some(description)) => Some(sdp_body(bridge.pass_answer(End::Callee, description))),
            // Said already, in a provisional response; or rubbish, which the caller may judge.
            _ => bridge.leg(End::Caller).said().map(sdp_body),
        };
        let _ = self.agent.answer(now, caller, Content { headers: Vec::new(), body });
        if !is_offer {
            self.up(now, id);
        }
    }

    /// The caller's ACK; it brings the answer where the callee had made the offer.
    fn acknowledged(&mut self, now: Instant, id: BridgeId, request: &Message) {
        let Some(bridge) = self.bridges.get_mut(&id) else { return };
        if bridge.stage != Stage::AwaitingAnswer {
            return;
        }
        let Some((caller, callee)) = bridge.leg(End::Caller).call.zip(bridge.leg(End::Callee).call)
        else {
            return;
        };
        let Ok(Some(answer)) = description_of(request) else {
            // RFC 3261 section 13.2.1: the ACK had to bring the answer. There is nothing to talk on.
            let _ = self.agent.hang_up(now, caller, Vec::new());
            return;
        };
        let body = sdp_body(bridge.pass_answer(End::Caller, answer));
        let _ = self.agent.acknowledge(now, callee, &Content::from(body));
        self.up(now, id);
    }

    fn up(&mut self, now: Instant, id: BridgeId) {
        if let Some(bridge) = self.bridges.get_mut(&id) {
            bridge.stage = Stage::Up;
        }
        if !self.has(Fault::RecordRinging) {
            self.begin_recordings(now, id);
        }
        for end in End::BOTH {
            self.heed(now, id, end);
        }
        self.indicate(now, id);
    }

    /// One leg is gone, for a reason with this status: so goes the other, and the recordings.
    pub(super) fn finish(&mut self, now: Instant, id: BridgeId, gone: End, code: u16) {
        let Some(bridge) = self.bridges.get_mut(&id) else { return };
        bridge.leg_mut(gone).call = None;
        let before = std::mem::replace(&mut bridge.stage, Stage::Over);
        if let Some(other) = bridge.leg(gone.other()).call {
            let _ = match (before, gone) {
                (Stage::Calling(_), End::Callee) => {
                    self.agent.reject(now, other, &Reply::new(passed_on(code)))
                }
                _ => self.agent.hang_up(now, other, Vec::new()),
            };
        }
        self.end_recordings(now, id, gone);
        self.sweep();
    }

    /// When the next telephone has rung for long enough.
    pub(super) fn ringing_deadline(&self) -> Option<Instant> {
        let calling = self.bridges.values().filter_map(|bridge| match bridge.stage {
            Stage::Calling(until) => Some(until),
            _ => None,
        });
        calling.min()
    }

    /// Ends the calls that nobody takes, whether their callers are still there or not (RFC 3261
    /// section 16.8).
    pub(super) fn end_ringing(&mut self, now: Instant) {
        if self.ringing_deadline().is_none_or(|until| until > now) {
            return;
        }
        let mut callers = Vec::new();
        for bridge in self.bridges.values() {
            if matches!(bridge.stage, Stage::Calling(until) if until <= now) {
                callers.extend(bridge.leg(End::Caller).call);
            }
        }
        for caller in callers {
            let _ = self.agent.reject(now, caller, &Reply::new(408));
        }
    }

    /// Every call is over, whatever state it is in, and so are the recordings.
    pub(super) fn end_all(&mut self, now: Instant) {
        let ids: Vec<_> = self.bridges.keys().copied().collect();
        for id in ids {
            let Some(bridge) = self.bridges.get_mut(&id) else { continue };
            let before = std::mem::replace(&mut bridge.stage, Stage::Over);
            let [caller, callee] = End::BOTH.map(|end| bridge.leg(end).call);
            for call in
                callee.into_iter().chain(caller.filter(|_| !matches!(before, Stage::Calling(_))))
            {
                let _ = self.agent.hang_up(now, call, Vec::new());
            }
            if let Some(caller) = caller.filter(|_| matches!(before, Stage::Calling(_))) {
                let _ = self.agent.reject(now, caller, &Reply::new(503));
            }
            self.end_recordings(now, id, End::Caller);
        }
    }

    fn modify(
        &mut self,
        now: Instant,
        id: BridgeId,
        end: End,
        theirs: RequestId,
        request: &Message,
    ) {
        self.put_off_telling(now, id);
        if self.answers_preference(now, id, end, theirs, request) {
            return;
        }
        let reply = match self.ask_other(now, id, end, theirs, request) {
            Ok(true) => return self.heed(now, id, end),
            Ok(false) => {
                let said = self.bridges.get(&id).and_then(|bridge| bridge.leg(end).said());
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
        // Both sides want something at once (RFC 3261 section 14.2).
        if bridge.pending.is_some() {
            return Err(491);
        }
        let other = bridge.leg(end.other()).call.ok_or(481_u16)?;
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

    fn modified(
        &mut self,
        now: Instant,
        id: BridgeId,
        end: End,
        ours: RequestId,
        response: &Message,
    ) {
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

    fn modify_failed(&mut self, now: Instant, id: BridgeId, ours: RequestId, code: u16) {
        let Some(bridge) = self.bridges.get_mut(&id) else { return };
        if let Some(pending) = bridge.pending.take_if(|pending| pending.ours == ours) {
            bridge.legs.iter_mut().for_each(Leg::undo_change);
            let _ = self.agent.respond(now, pending.theirs, Reply::new(code));
            self.indicate(now, id);
        }
    }

    fn pass_info(
        &mut self,
        now: Instant,
        id: BridgeId,
        end: End,
        theirs: RequestId,
        request: &Message,
    ) {
        let other = self.bridges.get(&id).and_then(|bridge| bridge.leg(end.other()).call);
        let content_type = request.headers.get("Content-Type").map(str::to_owned);
        let body = content_type.map(|kind| Body::new(&kind, request.body.clone()));
        if let Some(other) = other {
            let _ = self.agent.info(now, other, &Content { headers: Vec::new(), body });
        }
        let _ = self.agent.respond(now, theirs, Reply::new(200));
    }
}

impl Bridge {
    /// The answer that one leg heard, said on the other: the bytes of SDP.
    fn pass_answer(&mut self, from: End, answer: Description) -> Vec<u8> {
        let body = self.leg_mut(from.other()).say(&answer, true);
        self.leg_mut(from).hear(answer, true);
        body
    }
}

/// The status that the caller gets where the callee's telephone gave this one. What only means
/// something between it and us is not the caller's to act on: another place to look, credentials
/// for us, our own failure to reach it (RFC 3261 sections 16.7 and 21.5.4).
fn passed_on(code: u16) -> u16 {
    match code {
        300..=399 | 401 | 407 | 503 => 480,
        code => code,
    }
}

/// Whether a telephone says that it understands `a=record` (RFC 7866 section 6.3).
fn is_record_aware(message: &Message) -> bool {
    let mut tags = message.headers.all("Supported").flat_map(|list| list.split(','));
    tags.any(|tag| tag.trim().eq_ignore_ascii_case("record-aware"))
}

/// The SDP in a message: none, or a status to refuse it with.
pub(super) fn description_of(message: &Message) -> Result<Option<Description>, u16> {
    if message.body.is_empty() {
        return Ok(None);
    }
    let content_type = message.headers.get("Content-Type").unwrap_or("application/sdp");
    let body = Received::split(content_type, &message.body).map_err(|_| 400_u16)?;
    body.sdp_bytes().map(|sdp| Description::parse(sdp).map_err(|_| 400_u16)).transpose()
}

pub(super) fn sdp_body(bytes: Vec<u8>) -> Body {
    Body::new("application/sdp", bytes)
}

/// RFC 3261 section 16.6 step 11: more than three minutes.
const RINGING_MAX: Duration = Duration::from_secs(181);
