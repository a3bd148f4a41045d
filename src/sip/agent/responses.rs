//! What becomes of our requests: to each response, or lack of one, its meaning.

use super::UserAgent;
use super::core::{Purpose, Sent};
use super::event::RequestId;
use crate::sip::Message;
use crate::sip::transaction::ClientId;
use crate::time::Instant;

impl UserAgent {
    /// A response came that is not a copy.
    pub(super) fn handle_response(&mut self, now: Instant, client: ClientId, response: Message) {
        let Some(id) = self.core.sent_by(client) else { return };
        let Some(purpose) = self.core.sent(id).map(|sent| sent.purpose) else { return };
        let Some(code) = response.code() else { return };
        match (code, purpose) {
            (..200, Purpose::Invite(call)) => {
                let _ = self.touch(now, call, |call, core| {
                    if call.ours.as_ref().is_some_and(|ours| ours.id == id) {
                        call.handle_provisional(core, now, response);
                    }
                    Ok(())
                });
            }
            // RFC 3261 section 8.2.6.1: to nothing else does it mean anything.
            (..200, _) => {}
            (200..300, Purpose::Invite(call)) => self.handle_invite_2xx(now, id, call, response),
            (401 | 407, _) if self.prove(now, id, purpose, &response) => {}
            (422, Purpose::Invite(call) | Purpose::Update(call))
                if self.ask_again(now, id, call, &response) => {}
            (300.., Purpose::Invite(call))
                if self.try_elsewhere(now, id, call, Some(&response)) => {}
            _ => self.finish(now, id, code, Some(response)),
        }
    }

    /// Nobody answered, or nobody could be reached.
    pub(super) fn finish_client(&mut self, now: Instant, client: ClientId, code: u16) {
        if let Some(id) = self.core.sent_by(client) {
            self.fail(now, id, code);
        }
    }

    /// A request of ours came to nothing, without a response.
    pub(super) fn fail(&mut self, now: Instant, id: RequestId, code: u16) {
        match self.core.sent(id).map(|sent| sent.purpose) {
            Some(Purpose::Invite(call)) if self.try_elsewhere(now, id, call, None) => {}
            _ => self.finish(now, id, code, None),
        }
    }

    /// A request of ours came to its end; an INVITE to a bad one.
    pub(super) fn finish(
        &mut self,
        now: Instant,
        id: RequestId,
        code: u16,
        response: Option<Message>,
    ) {
        let Some(Sent { purpose, request, .. }) = self.core.forget_sent(id) else { return };
        match purpose {
            Purpose::Invite(call) => {
                let _ = self.touch(now, call, |call, core| {
                    if call.ours.as_ref().is_some_and(|ours| ours.id == id) {
                        call.handle_refusal(core, now, code, response);
                    }
                    Ok(())
                });
            }
            Purpose::Update(call) => {
                let _ = self.touch(now, call, |call, core| {
                    call.handle_update_response(core, now, &request, code, response);
                    Ok(())
                });
            }
            Purpose::Bye(call) => {
                let _ = self.touch(now, call, |call, _| {
                    call.handle_bye_response();
                    Ok(())
                });
            }
            Purpose::Within(call) => {
                self.handle_end_of_request(now, id, Some(call), &request, code, response);
            }
            Purpose::Outside => {
                self.handle_end_of_request(now, id, None, &request, code, response);
            }
            Purpose::Register(binding) => {
                self.handle_register_response(now, binding, code, response);
            }
            // The INVITE goes on without its PRACK, or fails without its help.
            Purpose::Prack(_) | Purpose::Forgotten => {}
        }
    }

    /// Sends a request again with the credentials that its refusal asks for. Whether it does.
    fn prove(&mut self, now: Instant, id: RequestId, purpose: Purpose, refusal: &Message) -> bool {
        let core = &mut self.core;
        match purpose {
            Purpose::Register(binding) => self.prove_binding(now, binding, id, refusal),
            Purpose::Invite(call)
            | Purpose::Update(call)
            | Purpose::Prack(call)
            | Purpose::Bye(call)
            | Purpose::Within(call) => {
                let Some(call) = self.calls.get_mut(&call) else { return false };
                if call.is_given_up() || !core.learn(id, refusal, &mut call.challenged) {
                    return false;
                }
                let Some(number) = call.next_cseq(core, id) else { return false };
                core.send_proven(now, id, number, &call.challenged);
                true
            }
            Purpose::Outside | Purpose::Forgotten => {
                let Some(sent) = core.sent_mut(id) else { return false };
                let Ok(cseq) = sent.request.cseq() else { return false };
                let mut challenged = std::mem::take(&mut sent.challenged);
                let is_new = core.learn(id, refusal, &mut challenged);
                if is_new {
                    core.send_proven(now, id, cseq.number + 1, &challenged);
                }
                if let Some(sent) = core.sent_mut(id) {
                    sent.challenged = challenged;
                }
                is_new
            }
        }
    }

    fn try_elsewhere(
        &mut self,
        now: Instant,
        id: RequestId,
        call: super::CallId,
        refusal: Option<&Message>,
    ) -> bool {
        let Some(call) = self.calls.get_mut(&call) else { return false };
        call.try_elsewhere(&mut self.core, now, id, refusal)
    }

    fn ask_again(
        &mut self,
        now: Instant,
        id: RequestId,
        call: super::CallId,
        refusal: &Message,
    ) -> bool {
        let Some(call) = self.calls.get_mut(&call).filter(|call| !call.is_given_up()) else {
            return false;
        };
        call.ask_again_after_422(&mut self.core, now, id, refusal)
    }
}
