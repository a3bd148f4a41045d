//! ACK to a 2xx, both ways (RFC 3261 sections 13.2.2.4 and 13.3.1.4).

use super::call::{Bargain, Call, Exchange, OurInvite, Waiting};
use super::content::Content;
use super::core::{Ack, Core, Purpose, Sent};
use super::describe::describes;
use super::event::{CallId, Event, RequestId, Why};
use super::identity::fill;
use super::invite::to_tag;
use super::{Error, UserAgent};
use crate::sip::dialog::Dialog;
use crate::sip::{Message, Method, NameAddr};
use crate::time::Instant;

impl UserAgent {
    /// Sends the ACK, or the PRACK, for a response that brought an offer; the body is the answer.
    pub fn acknowledge(
        &mut self,
        now: Instant,
        call: CallId,
        content: &Content,
    ) -> Result<(), Error> {
        self.with_call(now, call, |call, core| call.acknowledge(core, now, content))
    }

    /// A 2xx came to an INVITE of ours: the first one, a copy, or that of another fork.
    pub(super) fn handle_invite_2xx(
        &mut self,
        now: Instant,
        id: RequestId,
        call: CallId,
        response: Message,
    ) {
        // What has no readable To makes no dialog: it is as if it had not come.
        let Some(sent) = self.core.sent(id).filter(|_| response.to().is_ok()) else { return };
        let tag = to_tag(&response);
        if let Some(ack) = sent.acks.iter().find(|ack| ack.tag == tag) {
            // RFC 3261 section 13.2.2.4: each copy is acknowledged.
            let packet = ack.packet.clone();
            self.core.layer.send_again(packet);
            return;
        }
        let Some(call) = self.calls.get_mut(&call) else {
            decline_fork(&mut self.core, now, id, &response);
            return;
        };
        match &call.ours {
            Some(OurInvite { id: ours, waiting: None | Some(Waiting::Prack(..)), .. })
                if *ours == id =>
            {
                call.handle_2xx(&mut self.core, now, id, response);
            }
            // A copy of the 2xx whose ACK waits for the owner's answer.
            Some(OurInvite { waiting: Some(Waiting::Ack(waiting)), .. }) if *waiting == tag => {}
            _ => decline_fork(&mut self.core, now, id, &response),
        }
        let call = call.id;
        self.settle_call(now, call);
    }

    /// An ACK came that belongs to no transaction.
    pub(super) fn handle_ack(&mut self, now: Instant, request: Message) {
        let Some(call) = self.call_of(&request) else { return };
        let _ = self.touch(now, call, |call, core| {
            call.handle_ack(core, now, request);
            Ok(())
        });
    }
}

impl Call {
    /// Sends the ACK to the 2xx of the peer with this tag, and keeps it for the next copy.
    pub(super) fn send_ack(
        &mut self,
        core: &mut Core,
        id: RequestId,
        tag: &str,
        content: &Content,
    ) {
        if let Some(dialog) = self.dialog_with(tag) {
            send_ack(core, id, dialog, content);
        }
    }

    fn acknowledge(
        &mut self,
        core: &mut Core,
        now: Instant,
        content: &Content,
    ) -> Result<(), Error> {
        let ours = self.ours.as_mut().ok_or(Error::NotNow)?;
        let (id, waiting) = (ours.id, ours.waiting.take().ok_or(Error::NotNow)?);
        self.exchange = Exchange::Idle;
        match waiting {
            Waiting::Ack(tag) => {
                self.ours = None;
                self.send_ack(core, id, &tag, content);
            }
            Waiting::Prack(tag, rack) => {
                ours.bargain = Bargain::Settled;
                self.send_prack(core, now, &tag, &rack, content);
            }
        }
        if describes(content) {
            self.describe(content.body.clone());
        }
        Ok(())
    }

    fn handle_ack(&mut self, core: &mut Core, now: Instant, request: Message) {
        let Ok(cseq) = request.cseq() else { return };
        let from = request.from().ok();
        let from = from.as_ref().and_then(NameAddr::tag).unwrap_or_default();
        if self.dialog_with(from).is_none() {
            return;
        }
        let found = self.unacknowledged.iter().position(|sent| sent.number == cseq.number);
        let Some(found) = found else { return };
        let acknowledged = self.unacknowledged.remove(found);
        if acknowledged.offer {
            self.exchange = Exchange::Idle;
        }
        core.events.push_back(Event::Acknowledged { call: self.id, request });
        // RFC 3261 section 15: a callee may not send BYE before this.
        if let Some(headers) = self.hang_up.take() {
            self.close(core, now, headers);
        }
    }

    /// Repeats each 2xx until its ACK comes, and gives the call up if none does (RFC 3261 section
    /// 13.3.1.4).
    pub(super) fn repeat_2xx(&mut self, core: &mut Core, now: Instant) {
        if self.unacknowledged.iter().any(|sent| sent.give_up <= now) {
            let headers = self.hang_up.take();
            let why = headers.as_ref().map_or(Why::NotAcknowledged, |_| Why::HungUpHere);
            self.say_bye(core, now, headers.unwrap_or_default(), why);
            return;
        }
        let longest = core.settings.timers.t2;
        for sent in self.unacknowledged.iter_mut().filter(|sent| sent.resend.at <= now) {
            core.layer.respond_again(now, sent.server, sent.code, sent.payload.clone());
            sent.resend = sent.resend.doubled(longest);
        }
    }
}

/// Acknowledges a 2xx that nobody wants any more, and ends its dialog: another fork was faster,
/// or the call is over (RFC 3261 section 13.2.2.4).
fn decline_fork(core: &mut Core, now: Instant, id: RequestId, response: &Message) {
    let Some(Sent { request, route, acks, .. }) = core.sent(id) else { return };
    // A later INVITE of the call does not fork: its dialog was ended with the call.
    if !to_tag(request).is_empty() || acks.len() >= super::call::FORKS_MAX {
        return;
    }
    let Ok(mut dialog) = Dialog::of_client(request, response, route.flow) else { return };
    send_ack(core, id, &dialog, &Content::none());
    let mut bye = dialog.request(Method::Bye);
    core.identity.sign(&mut bye);
    let route = core.route_within(&bye, &dialog);
    let id = core.next_request();
    core.send(now, id, Purpose::Forgotten, bye, route);
}

fn send_ack(core: &mut Core, id: RequestId, dialog: &Dialog, content: &Content) {
    let Some(sent) = core.sent(id) else { return };
    let Ok(cseq) = sent.request.cseq() else { return };
    let mut ack = dialog.ack(cseq.number);
    // RFC 3261 section 13.2.2.4: the same credentials as the INVITE.
    for name in ["Authorization", "Proxy-Authorization"] {
        for value in sent.request.headers.all(name) {
            ack.headers.push(name, value);
        }
    }
    core.identity.sign(&mut ack);
    fill(&mut ack, content);
    let Some(route) = core.route_within(&ack, dialog) else { return };
    let branch = core.ids.branch();
    let (packet, fallback) = core.layer.send_alone(ack, &branch, route);
    if let Some(sent) = core.sent_mut(id) {
        sent.acks.push(Ack { tag: dialog.id().remote_tag.clone(), packet, fallback });
    }
}
