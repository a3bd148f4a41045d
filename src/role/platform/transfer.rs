//! A call is handed on to somebody else: blind, to somebody who is called for it, or attended, to
//! somebody who is on the line already (RFC 3515, RFC 5589 sections 6 and 7).

use super::bridge::{Bridge, End, Renewal, Stage, Transfer};
use super::calls::{description_of, sdp_body};
use super::indication::is_record_aware;
use super::leg::Leg;
use super::registrar::user_of;
use super::room::RoomId;
use super::{BridgeId, Fault, Place, Platform};
use crate::sip::agent::{Body, CallId, Content, Event, Reply, RequestId};
use crate::sip::{Message, NameAddr, Replaces, usual_reason};
use crate::time::Instant;

/// Who is to take the place of whoever hands a call on.
pub(super) enum Heir {
    /// A user with this number and name, who is called.
    Called(String, String),
    /// Whoever is opposite this end of another call.
    OnTheLine(BridgeId, End),
    /// All who are in a room.
    Room(RoomId),
}

/// Who is told how a transfer goes: the call in which it was asked for, and the number of the
/// REFER (RFC 3515 section 2.4.6).
#[derive(Clone, Copy, Debug)]
pub struct Teller {
    call: CallId,
    event: u32,
}

impl Platform {
    /// One side asks for the other to be handed on.
    pub(super) fn refer(
        &mut self,
        now: Instant,
        id: BridgeId,
        by: End,
        theirs: RequestId,
        request: &Message,
    ) {
        let call = self.bridges.get(&id).and_then(|bridge| bridge.leg(by).call);
        let heir = call.ok_or(481).and_then(|call| Ok((call, self.heir(id, by, request)?)));
        let (call, heir) = match heir {
            Ok(found) => found,
            Err(code) => {
                let _ = self.agent.respond(now, theirs, Reply::new(code));
                return;
            }
        };
        let _ = self.agent.respond(now, theirs, Reply::new(202));
        let teller = Teller { call, event: request.cseq().map_or(0, |cseq| cseq.number) };
        self.tell_progress(now, teller, 100);
        let done = match heir {
            Heir::Called(number, display) => {
                self.call_heir(now, id, by, teller, number, display).err()
            }
            Heir::OnTheLine(other, end) => {
                self.connect(now, (id, by), (other, end));
                Some(200)
            }
            Heir::Room(room) => Some(self.take_to_room(now, id, by, room)),
        };
        if let Some(code) = done {
            self.tell_progress(now, teller, code);
        }
    }

    /// Who is meant by a REFER, or the status to refuse it with.
    fn heir(&self, id: BridgeId, by: End, request: &Message) -> Result<Heir, u16> {
        let mut targets = request.headers.all("Refer-To");
        // RFC 3515 section 2.4.1: exactly one.
        let (Some(target), None) = (targets.next(), targets.next()) else { return Err(400) };
        let target = NameAddr::parse(target).map_err(|_| 400_u16)?.uri;
        let bridge = self.bridges.get(&id).ok_or(481_u16)?;
        // One thing at a time: RFC 5589 knows no queue.
        if bridge.stage != Stage::Up || bridge.transfer.is_some() {
            return Err(491);
        }
        if let Some(replaces) = target.as_sip().and_then(|uri| uri.header("Replaces")) {
            let (other, end) = self.replaced(&replaces)?;
            let is_own = self.bridges.get(&id).map(|bridge| &bridge.leg(by).number)
                == self.bridges.get(&other).map(|bridge| &bridge.leg(end).number);
            let is_up = self.bridges.get(&other).is_some_and(|it| it.stage == Stage::Up);
            // A call can be given away by whoever takes part in it, and by nobody else.
            return match (is_own && other != id, is_up) {
                (true, true) => Ok(Heir::OnTheLine(other, end)),
                (true, false) => Err(480),
                (false, _) => Err(403),
            };
        }
        if let Some(room) = target.user().and_then(|user| self.room_of(&user)) {
            return Ok(Heir::Room(room));
        }
        let user = user_of(&target, &self.settings.users).ok_or(404_u16)?;
        Ok(Heir::Called(user.number.clone(), user.display.clone()))
    }

    /// The leg whose dialog a Replaces names (RFC 3891 section 3).
    fn replaced(&self, replaces: &str) -> Result<(BridgeId, End), u16> {
        let replaces = Replaces::parse(replaces).map_err(|_| 400_u16)?;
        let is_named = |call: &CallId| {
            self.agent.call(*call).is_some_and(|state| {
                let tags = [state.local.tag(), state.remote.tag()];
                let named = [Some(&*replaces.to_tag), Some(&*replaces.from_tag)];
                state.call_id == replaces.call_id && tags == named
            })
        };
        let found = self.places.iter().find(|(call, _)| is_named(call));
        match found {
            Some((_, Place::Leg(id, end))) => Ok((*id, *end)),
            _ => Err(481),
        }
    }

    /// Calls whoever is to take the place.
    fn call_heir(
        &mut self,
        now: Instant,
        id: BridgeId,
        by: End,
        teller: Teller,
        number: String,
        display: String,
    ) -> Result<(), u16> {
        let mut leg = self.new_leg(id, number, display).ok_or(503_u16)?;
        match self.ask_heir(now, id, by, &mut leg) {
            Ok(call) => {
                leg.call = Some(call);
                self.places.insert(call, Place::Heir(id));
                if let Some(bridge) = self.bridges.get_mut(&id) {
                    bridge.transfer = Some(Transfer { by, teller, leg });
                }
                Ok(())
            }
            Err(code) => {
                self.release_port(leg.local);
                Err(code)
            }
        }
    }

    fn ask_heir(
        &mut self,
        now: Instant,
        id: BridgeId,
        by: End,
        leg: &mut Leg,
    ) -> Result<CallId, u16> {
        let way = self.way_to(&leg.number, now)?;
        let bridge = self.bridges.get(&id).ok_or(481_u16)?;
        let stays = bridge.leg(by.other());
        let wishes = stays.wishes().ok_or(488_u16)?;
        let (from, referrer) = (self.identity(stays), self.identity(bridge.leg(by)));
        let body = sdp_body(leg.say(&wishes, false));
        // RFC 3892 section 2.2: whose wish it is.
        let content =
            Content::from(body).with_header("Referred-By", &format!("<{}>", referrer.uri));
        let to = self.identity(leg);
        self.call_out(now, way, from, to, content)
    }

    /// Something happened on the call to whoever is to take the place.
    pub(super) fn handle_heir(&mut self, now: Instant, id: BridgeId, event: Event) {
        match event {
            Event::Progress { response, .. } => {
                let teller =
                    self.bridges.get(&id).and_then(|it| Some(it.transfer.as_ref()?.teller));
                if let Some(teller) = teller {
                    self.tell_progress(now, teller, response.code().unwrap_or(180));
                }
            }
            Event::Answered { call, response, .. } => self.heir_answers(now, id, call, &response),
            Event::Failed { call, code, .. } => {
                self.places.remove(&call);
                self.transfer_failed(now, id, code);
            }
            Event::Ended { call, .. } => {
                self.places.remove(&call);
                self.transfer_failed(now, id, 487);
            }
            Event::Modify { id: theirs, .. } => {
                let _ = self.agent.respond(now, theirs, Reply::new(491));
            }
            Event::Info { id: theirs, .. } => {
                let _ = self.agent.respond(now, theirs, Reply::new(200));
            }
            _ => {}
        }
    }

    fn heir_answers(&mut self, now: Instant, id: BridgeId, call: CallId, response: &Message) {
        let answer = description_of(response).ok().flatten();
        let transfer = self.bridges.get_mut(&id).and_then(|bridge| bridge.transfer.take());
        let Some((mut transfer, answer)) = transfer.zip(answer) else {
            // Nobody waits for it any more, or it cannot be talked on.
            self.places.insert(call, Place::Leaving);
            let _ = self.agent.hang_up(now, call, Vec::new());
            return;
        };
        transfer.leg.hear(answer, true);
        transfer.leg.record_aware = is_record_aware(response);
        let Transfer { by, teller, leg } = transfer;
        self.hand_over(now, id, by, leg);
        self.tell_progress(now, teller, 200);
        self.renew(now, id, by.other(), true);
    }

    /// Nobody took the place: whoever is there stays, and is told.
    fn transfer_failed(&mut self, now: Instant, id: BridgeId, code: u16) {
        let transfer = self.bridges.get_mut(&id).and_then(|bridge| bridge.transfer.take());
        let Some(Transfer { by, teller, leg }) = transfer else { return };
        self.release_port(leg.local);
        self.tell_progress(now, teller, code);
        let is_left = self.bridges.get(&id).is_some_and(|bridge| bridge.leg(by).call.is_none());
        if is_left {
            // Whoever handed the call on has hung up since: there is nobody to come back to.
            self.finish(now, id, by, 480);
        }
    }

    /// Two whom somebody talks to in two calls are to talk to each other.
    fn connect(&mut self, now: Instant, (id, by): (BridgeId, End), (other, end): (BridgeId, End)) {
        self.move_recordings((other, end.other()), (id, by));
        let Some(leg) = self.dissolve(now, other, end.other()) else { return };
        self.move_port(leg.local, id);
        self.hand_over(now, id, by, leg);
        // First the one who is new here, with what the other can do; then the other.
        self.renew(now, id, by, false);
    }

    /// Somebody is taken to a room: the status of that.
    fn take_to_room(&mut self, now: Instant, id: BridgeId, by: End, room: RoomId) -> u16 {
        let Some(leg) = self.leg_to_room(id, by, room) else { return 488 };
        self.hand_over(now, id, by, leg);
        self.sit_down(now, room, id, by.other());
        self.renew(now, id, by.other(), true);
        200
    }

    /// A call is no more, but for one leg of it that is needed elsewhere.
    fn dissolve(&mut self, now: Instant, id: BridgeId, kept: End) -> Option<Leg> {
        let count = self.bridges.get(&id)?.recordings.len();
        for index in 0..count {
            self.end_recording(now, id, index);
        }
        let Bridge { legs, recordings, pending, .. } = self.bridges.remove(&id)?;
        if let Some(pending) = pending {
            let _ = self.agent.respond(now, pending.theirs, Reply::new(491));
        }
        for stream in recordings.iter().flat_map(|recording| &recording.streams) {
            self.release_port(stream.local);
        }
        let [caller, callee] = legs;
        let (leg, left) = if kept == End::Caller { (caller, callee) } else { (callee, caller) };
        self.release_port(left.local);
        if let Some(call) = left.call {
            self.let_go(now, call);
        }
        Some(leg)
    }

    /// Somebody takes the place of somebody at one end of a call, who may leave.
    fn hand_over(&mut self, now: Instant, id: BridgeId, end: End, leg: Leg) {
        let Some(bridge) = self.bridges.get_mut(&id) else { return };
        let call = leg.call;
        let old = std::mem::replace(bridge.leg_mut(end), leg);
        let pending = bridge.pending.take();
        if let Some(call) = call {
            self.places.insert(call, Place::Leg(id, end));
        }
        if let Some(pending) = pending {
            let _ = self.agent.respond(now, pending.theirs, Reply::new(491));
        }
        self.release_port(old.local);
        self.follow(now, id, end, &old);
        if let Some(call) = old.call {
            self.let_go(now, call);
        }
    }

    /// Tells one end what the other, who is new there, can do; where it is not the `last` to be
    /// told, the other comes next.
    pub(super) fn renew(&mut self, now: Instant, id: BridgeId, end: End, last: bool) {
        let Some(bridge) = self.bridges.get_mut(&id) else { return };
        let Some((wishes, call)) = bridge.leg(end.other()).wishes().zip(bridge.leg(end).call)
        else {
            return;
        };
        let leg = bridge.leg_mut(end);
        leg.begin_change();
        let body = sdp_body(leg.say(&wishes, false));
        if let Ok(ours) = self.agent.reinvite(now, call, Content::from(body))
            && let Some(bridge) = self.bridges.get_mut(&id)
        {
            bridge.renewal = Some(Renewal { end, ours, last });
        }
    }

    /// Whether a change that was accepted is one that a transfer asked for.
    pub(super) fn renewed(
        &mut self,
        now: Instant,
        id: BridgeId,
        ours: RequestId,
        response: &Message,
    ) -> bool {
        let Some(bridge) = self.bridges.get_mut(&id) else { return false };
        let Some(renewal) = bridge.renewal.take_if(|it| it.ours == ours) else { return false };
        if let Ok(Some(answer)) = description_of(response) {
            bridge.leg_mut(renewal.end).hear(answer, true);
        }
        if renewal.last {
            self.keep_in_step(now, id);
            // Whoever is new here may not know yet that the call is recorded.
            self.indicate(now, id);
            self.notice_newcomer(now, id, renewal.end.other());
        } else {
            self.renew(now, id, renewal.end.other(), true);
        }
        true
    }

    /// A change is out of date: one that a transfer asked for is asked for anew, another fails.
    pub(super) fn renew_or_fail(&mut self, now: Instant, id: BridgeId, ours: RequestId) {
        if !self.renew_again(now, id, ours) {
            self.modify_failed(now, id, ours, 491);
        }
    }

    /// Whether a change that is out of date is one that a transfer asked for: then it asks anew.
    fn renew_again(&mut self, now: Instant, id: BridgeId, ours: RequestId) -> bool {
        let renewal =
            self.bridges.get_mut(&id).and_then(|it| it.renewal.take_if(|it| it.ours == ours));
        let Some(Renewal { end, last, .. }) = renewal else { return false };
        self.renew(now, id, end, last);
        true
    }

    /// Whether a change that was refused is one that a transfer asked for: then they cannot talk.
    pub(super) fn renewal_failed(&mut self, now: Instant, id: BridgeId, ours: RequestId) -> bool {
        let Some(bridge) = self.bridges.get_mut(&id) else { return false };
        let Some(renewal) = bridge.renewal.take_if(|it| it.ours == ours) else { return false };
        if let Some(call) = bridge.leg(renewal.end).call {
            let _ = self.agent.hang_up(now, call, Vec::new());
        }
        true
    }

    /// Whether a call goes on although one leg of it is gone: whoever is to take its place is being
    /// called. If the other leg is gone, there is nobody to be handed on.
    pub(super) fn outlives(&mut self, now: Instant, id: BridgeId, gone: End) -> bool {
        let Some(bridge) = self.bridges.get_mut(&id) else { return false };
        let Some(transfer) = &bridge.transfer else { return false };
        if transfer.by == gone {
            bridge.leg_mut(gone).call = None;
            return true;
        }
        if let Some(Transfer { teller, leg, .. }) = bridge.transfer.take() {
            if let Some(call) = leg.call {
                self.places.insert(call, Place::Leaving);
                let _ = self.agent.hang_up(now, call, Vec::new());
            }
            self.release_port(leg.local);
            self.tell_progress(now, teller, 487);
        }
        false
    }

    /// Tells whoever asked how far it has come (RFC 3515 section 2.4.5).
    fn tell_progress(&mut self, now: Instant, teller: Teller, code: u16) {
        let is_lost = self.has(Fault::TellNobodyOfTransfers);
        let state = if code < 200 { ACTIVE } else { "terminated;reason=noresource" };
        let status = format!("SIP/2.0 {code} {}\r\n", usual_reason(code));
        let content = Content::from(Body::new("message/sipfrag;version=2.0", status.into_bytes()))
            .with_header("Event", &format!("refer;id={}", teller.event))
            .with_header("Subscription-State", state);
        if !is_lost {
            // Who has hung up need not know.
            let notify = crate::sip::Method::Notify;
            let _ = self.agent.request_within(now, teller.call, notify, &content);
        }
    }
}

/// Longer than any telephone rings (RFC 3261 section 16.6 step 11).
const ACTIVE: &str = "active;expires=181";
