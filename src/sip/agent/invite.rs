//! Calling somebody: INVITE as a client (RFC 3261 section 13.2).

use std::time::Duration;

use super::call::{Bargain, Call, Exchange, FORKS_MAX, Lifetime, OurInvite, Stage, Waiting};
use super::core::{Core, Purpose};
use super::describe::{describes, has_description};
use super::event::{CallId, Event, RequestId, Why};
use super::identity::fill;
use super::{CallState, Error, Invite, UserAgent};
use crate::sip::dialog::Dialog;
use crate::sip::transport::Route;
use crate::sip::{CSeq, Message, Method, NameAddr, Uri};
use crate::time::Instant;

impl UserAgent {
    /// Calls somebody.
    pub fn invite(&mut self, now: Instant, invite: Invite) -> Result<CallId, Error> {
        if self.core.is_full(self.calls.len()) {
            return Err(Error::TooMany);
        }
        let call = Call::begin(&mut self.core, now, invite);
        let id = call.id;
        self.dialogs.insert(call.key(), id);
        self.calls.insert(id, call);
        self.settle_call(now, id);
        self.pump(now);
        Ok(id)
    }
}

impl Call {
    fn begin(core: &mut Core, now: Instant, invite: Invite) -> Self {
        let (call_id, id) = (core.ids.call_id(), core.next_request());
        let mut local = invite.from;
        local.params.set("tag", &core.ids.tag());
        let mut request = outside(Method::Invite, &invite.uri, &local, &invite.to, &call_id, 1);
        // Routes that the owner gave count before the way is chosen.
        let mut preview = request.clone();
        fill(&mut preview, &invite.content);
        let route = core.route_outside(&preview, invite.outbound);
        let flow = route.unwrap_or_else(Route::nowhere).flow;
        let is_secure = invite.uri.as_sip().is_some_and(|uri| uri.secure);
        let user = local.uri.user();
        let params = invite.contact_params.as_deref();
        let contact = core.identity.contact(flow, is_secure, user.as_deref(), params);
        let state = CallState::new(false, call_id, local, invite.to, flow);
        let mut call = Self::new(CallId(core.next_id()), state, contact);
        core.identity.introduce(&mut request, &call.contact);
        call.ask_for_session_timer(core, &mut request);
        fill(&mut request, &invite.content);
        call.outbound = invite.outbound;
        call.lifetime = lifetime(now, &request);
        call.offer_in(id, &invite.content);
        core.send(now, id, Purpose::Invite(call.id), request, route);
        call
    }

    /// Notes that an INVITE of ours goes out, with or without an offer.
    pub(super) fn offer_in(&mut self, id: RequestId, content: &super::Content) {
        let bargain = if describes(content) { Bargain::Offered } else { Bargain::Awaited };
        if bargain == Bargain::Offered {
            self.exchange = Exchange::Ours;
            self.description.clone_from(&content.body);
        }
        self.ours = Some(OurInvite {
            id,
            bargain,
            wanted: None,
            waiting: None,
            is_cancelled: false,
            rseqs: Vec::new(),
        });
    }

    /// A provisional response came to an INVITE of ours.
    pub(super) fn handle_provisional(&mut self, core: &mut Core, now: Instant, response: Message) {
        if !self.is_alive() {
            return;
        }
        let is_late = self.lifetime == Lifetime::Over;
        if self.dialog.is_none() && (self.hang_up.is_some() || is_late) {
            let headers = self.hang_up.clone().unwrap_or_default();
            self.cancel(core, now, &headers);
        }
        if response.code() == Some(100) {
            return;
        }
        let tag = to_tag(&response);
        if !tag.is_empty() && self.dialog.is_none() {
            self.find_fork(core, &response, &tag);
        }
        let Some(offer) = self.take_reliable(core, now, &response, &tag) else { return };
        self.hear(&response);
        // What becomes of a later INVITE is told when it is decided.
        if self.stage == Stage::Early || offer {
            core.events.push_back(Event::Progress { call: self.id, response, offer });
        }
    }

    /// The early dialog of a response becomes the last of the forks; a new one if it has none yet
    /// (RFC 3261 section 13.2.2.1).
    fn find_fork(&mut self, core: &Core, response: &Message, tag: &str) {
        let known = self.forks.iter().position(|dialog| dialog.id().remote_tag == tag);
        if let Some(known) = known {
            let mut dialog = self.forks.remove(known);
            dialog.refresh(response);
            self.forks.push(dialog);
            return;
        }
        let sent = self.ours.as_ref().and_then(|ours| core.sent(ours.id));
        let Some(sent) = sent.filter(|_| self.forks.len() < FORKS_MAX) else { return };
        if let Ok(dialog) = Dialog::of_client(&sent.request, response, sent.route.flow) {
            self.state.remote = dialog.remote().clone();
            self.state.dialog = Some(dialog.id().clone());
            self.forks.push(dialog);
        }
    }

    /// A 2xx came to the INVITE of ours that is in progress.
    pub(super) fn handle_2xx(
        &mut self,
        core: &mut Core,
        now: Instant,
        id: RequestId,
        response: Message,
    ) {
        let Some(mut ours) = self.ours.take() else { return };
        let tag = to_tag(&response);
        if !self.is_alive() {
            // The call ended while its later INVITE was on the way.
            self.send_ack(core, id, &tag, &super::Content::none());
            return;
        }
        self.confirm(core, now, id, &response);
        let offer = match (ours.bargain, has_description(&response)) {
            (Bargain::Offered, _) => {
                self.exchange = Exchange::Idle;
                false
            }
            (Bargain::Awaited, true) => {
                self.exchange = Exchange::Theirs;
                true
            }
            // RFC 3261 section 13.2.1: what follows an answer is ignored.
            (Bargain::Awaited | Bargain::Countered | Bargain::Settled, _) => false,
        };
        let wanted = ours.wanted.take();
        if offer {
            ours.waiting = Some(Waiting::Ack(tag));
            self.ours = Some(ours);
        } else {
            self.send_ack(core, id, &tag, &super::Content::none());
        }
        if let Some(headers) = self.hang_up.take() {
            // RFC 3261 section 15: the 2xx crossed our CANCEL, or came before it.
            self.close(core, now, headers);
            return;
        }
        let call = self.id;
        match wanted {
            None => core.events.push_back(Event::Answered { call, response, offer }),
            Some(wanted) if wanted.is_refresh => {}
            Some(wanted) => {
                core.events.push_back(Event::Modified { call, id: wanted.id, response, offer });
            }
        }
    }

    /// The dialog of a 2xx is the call's from now on; other forks' are forgotten, each to be
    /// ended if it should answer too.
    fn confirm(&mut self, core: &Core, now: Instant, id: RequestId, response: &Message) {
        let tag = to_tag(response);
        let Some(sent) = core.sent(id) else { return };
        let is_first = self.dialog.is_none();
        if is_first {
            let early = self.forks.iter().position(|dialog| dialog.id().remote_tag == tag);
            self.dialog = match early {
                Some(early) => {
                    let mut dialog = self.forks.swap_remove(early);
                    dialog.confirm(response);
                    Some(dialog)
                }
                None => Dialog::of_client(&sent.request, response, sent.route.flow).ok(),
            };
            self.forks.clear();
        } else if let Some(dialog) = &mut self.dialog {
            dialog.refresh(response);
        }
        self.stage = Stage::Confirmed;
        if let Some(dialog) = &self.dialog {
            self.state.remote = dialog.remote().clone();
            self.state.dialog = Some(dialog.id().clone());
        }
        self.state.answered = true;
        self.hear(response);
        self.obey_session_timer(core, now, &sent.request, response);
    }

    /// An INVITE of ours was refused, or nobody answered it.
    pub(super) fn handle_refusal(
        &mut self,
        core: &mut Core,
        now: Instant,
        code: u16,
        response: Option<Message>,
    ) {
        let Some(ours) = self.ours.take() else { return };
        if matches!(ours.bargain, Bargain::Offered | Bargain::Countered) {
            self.exchange = Exchange::Idle;
        }
        if let Some(wanted) = ours.wanted {
            self.handle_modify_refusal(core, now, wanted, code, response);
            return;
        }
        // RFC 3261 section 13.2.2.3: no early dialog outlives it.
        self.forks.clear();
        if self.hang_up.is_some() {
            self.end(core, Why::HungUpHere, None);
            return;
        }
        if self.is_alive() {
            core.events.push_back(Event::Failed { call: self.id, code, response });
        }
        self.stage = Stage::Over;
    }
}

/// How long an INVITE says that it is worth an answer (RFC 3261 section 20.19).
pub(super) fn lifetime(now: Instant, invite: &Message) -> Lifetime {
    match invite.expires() {
        Ok(Some(seconds)) => Lifetime::Until(now + Duration::from_secs(seconds.into())),
        _ => Lifetime::Unlimited,
    }
}

/// The To tag of a message; empty if there is none.
pub(super) fn to_tag(message: &Message) -> String {
    let to = message.to().ok();
    to.as_ref().and_then(NameAddr::tag).unwrap_or_default().to_owned()
}

/// A request outside any dialog (RFC 3261 section 8.1.1), without its Via.
pub(super) fn outside(
    method: Method,
    uri: &Uri,
    from: &NameAddr,
    to: &NameAddr,
    call_id: &str,
    number: u32,
) -> Message {
    let mut request = Message::request(method.clone(), uri.to_string());
    request.headers.push("Max-Forwards", "70");
    request.headers.push("From", from.to_string());
    request.headers.push("To", to.to_string());
    request.headers.push("Call-ID", call_id);
    request.headers.push("CSeq", CSeq { number, method }.to_string());
    request
}
