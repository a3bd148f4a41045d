//! The course of a call: what one telephone says is said to the other in the platform's own name,
//! from the first ring to the end.

use super::bridge::{End, Stage};
use super::calls::{description_of, sdp_body};
use super::indication::is_record_aware;
use super::{BridgeId, Fault, Platform};
use crate::sip::Message;
use crate::sip::agent::{Body, Content, Event, Reply, RequestId};
use crate::time::Instant;

impl Platform {
    /// Something happened on one leg of a bridge.
    pub(super) fn handle_leg(&mut self, now: Instant, id: BridgeId, end: End, event: Event) {
        match event {
            Event::Progress { response, .. } => self.progress(now, id, &response),
            Event::Answered { response, offer, .. } => self.answered(now, id, &response, offer),
            Event::Acknowledged { request, .. } => self.acknowledged(now, id, &request),
            Event::Failed { call, code, .. } => {
                self.places.remove(&call);
                if end == End::Callee && self.goes_elsewhere(now, id, code) {
                    return;
                }
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
            Event::ModifyStale { id: ours, .. } if self.tells(id, end, ours) => {
                self.tell_anew(now, id, end);
            }
            Event::Modified { response, id: ours, .. } => {
                self.modified(now, id, end, ours, &response);
            }
            Event::ModifyFailed { id: ours, code, .. } => self.modify_failed(now, id, ours, code),
            Event::ModifyStale { id: ours, .. } => self.renew_or_fail(now, id, ours),
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
            _ => bridge.leg_mut(End::Caller).said().map(sdp_body),
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

    pub(super) fn up(&mut self, now: Instant, id: BridgeId) {
        if let Some(bridge) = self.bridges.get_mut(&id) {
            bridge.stage = Stage::Up;
        }
        self.notice_call(now, id);
        if !self.has(Fault::RecordRinging) {
            self.begin_recordings(now, id);
        }
        self.set_up_ways(now, id);
        for end in End::BOTH {
            self.heed(now, id, end);
        }
        self.indicate(now, id);
    }

    /// One leg is gone, for a reason with this status: so goes the other, and the recordings.
    pub(super) fn finish(&mut self, now: Instant, id: BridgeId, gone: End, code: u16) {
        if self.outlives(now, id, gone) {
            return;
        }
        let Some(bridge) = self.bridges.get_mut(&id) else { return };
        bridge.leg_mut(gone).call = None;
        let room = bridge.room.take();
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
        if let Some(room) = room {
            self.stand_up(now, room, id);
        }
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
        let mut rung_out = Vec::new();
        for (id, bridge) in &self.bridges {
            if matches!(bridge.stage, Stage::Calling(until) if until <= now) {
                rung_out.push((*id, bridge.leg(End::Caller).call));
            }
        }
        for (id, caller) in rung_out {
            if self.goes_elsewhere(now, id, 408) {
                continue;
            }
            let refused = |caller| self.agent.reject(now, caller, &Reply::new(408)).is_ok();
            if !caller.is_some_and(refused) {
                self.finish(now, id, End::Caller, 408);
            }
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

/// The status that the caller gets where the callee's telephone gave this one. What only means
/// something between it and us is not the caller's to act on: another place to look, credentials
/// for us, our own failure to reach it (RFC 3261 sections 16.7 and 21.5.4).
fn passed_on(code: u16) -> u16 {
    match code {
        300..=399 | 401 | 407 | 503 => 480,
        code => code,
    }
}
