//! Being called: INVITE as a server (RFC 3261 section 13.3).

use super::call::{Bargain, Call, Exchange, Stage, TheirInvite, Unacknowledged};
use super::content::{Content, Reply};
use super::core::Core;
use super::describe::{describes, has_description};
use super::event::{CallId, Event, Why};
use super::identity::fill;
use super::invite::lifetime;
use super::prack::Reliable;
use super::session::Agreement;
use super::{CallState, Error, UserAgent};
use crate::sip::dialog::Dialog;
use crate::sip::flow::Flow;
use crate::sip::transaction::{Resend, ServerId};
use crate::sip::{Message, Method, NameAddr};
use crate::time::Instant;

use std::time::Duration;

impl UserAgent {
    /// Answers a call that came in with a provisional response, 101 to 199; reliably where the
    /// settings and the caller agree on it.
    pub fn ring(
        &mut self,
        now: Instant,
        call: CallId,
        code: u16,
        content: Content,
    ) -> Result<(), Error> {
        self.with_call(now, call, |call, core| match call.stage {
            Stage::Early => call.progress(core, now, code, content),
            _ => Err(Error::NotNow),
        })
    }

    /// Answers a call that came in with 200. The body is the answer, or the offer if the INVITE
    /// brought none.
    pub fn answer(&mut self, now: Instant, call: CallId, content: Content) -> Result<(), Error> {
        self.with_call(now, call, |call, core| match call.stage {
            Stage::Early => call.accept(core, now, Reply::new(200).with(content)),
            _ => Err(Error::NotNow),
        })
    }

    /// Answers a call that came in with a final response from 300 to 699.
    pub fn reject(&mut self, now: Instant, call: CallId, reply: &Reply) -> Result<(), Error> {
        self.with_call(now, call, |call, core| match call.stage {
            Stage::Early => call.reject(core, now, reply, Why::HungUpHere),
            _ => Err(Error::NotNow),
        })
    }

    /// An INVITE came that begins a call.
    pub(super) fn handle_invite(
        &mut self,
        now: Instant,
        server: ServerId,
        request: Message,
        flow: Flow,
    ) {
        if self.core.is_full(self.calls.len()) {
            self.core.reply(now, server, &Reply::new(503));
            return;
        }
        let Ok(mut call) = Call::of_invite(&mut self.core, now, server, &request, flow) else {
            self.core.reply(now, server, &Reply::new(400));
            return;
        };
        if let Agreement::TooSmall(least) = call.agree_on_session_timer(&self.core, &request) {
            let content = Content::none().with_header("Min-SE", &least.to_string());
            self.core.reply(now, server, &Reply::new(422).with(content));
            return;
        }
        let id = call.id;
        self.core.events.push_back(Event::Incoming { call: id, request });
        self.invites.insert(server, id);
        self.dialogs.insert(call.key(), id);
        self.calls.insert(id, call);
        self.settle_call(now, id);
    }
}

impl Call {
    fn of_invite(
        core: &mut Core,
        now: Instant,
        server: ServerId,
        request: &Message,
        flow: Flow,
    ) -> Result<Self, crate::sip::Malformed> {
        let tag = core.ids.tag();
        let dialog = Dialog::of_server(request, &tag, flow)?;
        let mut local = request.to()?;
        local.params.set("tag", &tag);
        let remote = request.from()?;
        let is_secure = wants_secure(request);
        let user = request.request_uri()?.user();
        let contact = core.identity.contact(flow, is_secure, user.as_deref(), None);
        let call_id = request.call_id()?.to_owned();
        let mut state = CallState::new(true, call_id, local, remote, flow);
        state.dialog = Some(dialog.id().clone());
        let mut call = Self::new(CallId(core.next_id()), state, contact);
        call.dialog = Some(dialog);
        call.hear(request);
        call.take_invite(core, server, request)?;
        call.lifetime = lifetime(now, request);
        Ok(call)
    }

    /// Notes that an INVITE of theirs, the first or a later one, waits for its answer.
    pub(super) fn take_invite(
        &mut self,
        core: &mut Core,
        server: ServerId,
        request: &Message,
    ) -> Result<(), crate::sip::Malformed> {
        let offered = has_description(request);
        if offered {
            self.exchange = Exchange::Theirs;
        }
        self.theirs = Some(TheirInvite {
            server,
            number: request.cseq()?.number,
            bargain: if offered { Bargain::Offered } else { Bargain::Awaited },
            reliable: Reliable::new(core, request),
            progress: None,
            answer: None,
        });
        Ok(())
    }

    /// Sends a provisional response to their INVITE.
    pub(super) fn progress(
        &mut self,
        core: &mut Core,
        now: Instant,
        code: u16,
        content: Content,
    ) -> Result<(), Error> {
        let theirs = self.theirs.as_ref().ok_or(Error::NotNow)?;
        if !(101..200).contains(&code) || theirs.answer.is_some() {
            return Err(Error::NotNow);
        }
        if theirs.reliable.is_wanted() {
            return self.progress_reliably(core, now, code, content);
        }
        let server = theirs.server;
        let response = self.response(core, server, &Reply::new(code).with(content));
        let response = response.ok_or(Error::NotNow)?;
        core.layer.respond(now, server, &response);
        if let Some(theirs) = &mut self.theirs {
            theirs.progress = Some((now + PROGRESS_EVERY, response.to_bytes()));
        }
        Ok(())
    }

    /// Repeats the last provisional response, lest a proxy gives up (RFC 3261 section 13.3.1.1).
    pub(super) fn repeat_progress(&mut self, core: &mut Core, now: Instant) {
        let Some(theirs) = &mut self.theirs else { return };
        if let Some((at, payload)) = &mut theirs.progress
            && *at <= now
        {
            // Whichever provisional code it has.
            core.layer.respond_again(now, theirs.server, 180, payload.clone());
            *at += PROGRESS_EVERY;
        }
    }

    /// Sends a 2xx to their INVITE, or keeps it until the PRACK that it has to wait for.
    pub(super) fn accept(
        &mut self,
        core: &mut Core,
        now: Instant,
        reply: Reply,
    ) -> Result<(), Error> {
        let theirs = self.theirs.as_mut().ok_or(Error::NotNow)?;
        if !(200..300).contains(&reply.code) || theirs.answer.is_some() {
            return Err(Error::NotNow);
        }
        // RFC 3262 section 3.
        if theirs.reliable.holds_description() {
            theirs.answer = Some(reply);
            return Ok(());
        }
        let server = theirs.server;
        let mut response = self.response(core, server, &reply).ok_or(Error::NotNow)?;
        if let Some(request) = core.layer.open_request(server) {
            let agreement = self.agree_on_session_timer(core, request);
            self.grant_session_timer(now, agreement, &mut response);
            // RFC 3261 section 12.2.2: nothing changes before the request is accepted.
            if let Some(dialog) = &mut self.dialog {
                dialog.refresh(request);
            }
        }
        let Some(theirs) = self.theirs.take() else { return Err(Error::NotNow) };
        let offer = theirs.bargain == Bargain::Awaited && describes(&reply.content);
        if offer {
            self.exchange = Exchange::Ours;
        } else if theirs.bargain == Bargain::Offered {
            self.exchange = Exchange::Idle;
        }
        if describes(&reply.content) {
            self.describe(reply.content.body);
        }
        let timers = core.settings.timers;
        self.late_prack = theirs.reliable.outstanding().map(|rseq| (rseq, theirs.number));
        core.layer.respond(now, server, &response);
        core.forget_asked(server);
        self.unacknowledged.push(Unacknowledged {
            server,
            number: theirs.number,
            code: reply.code,
            payload: response.to_bytes(),
            resend: Resend::after(now, timers.t1),
            give_up: now + timers.give_up(),
            offer,
            is_first: self.stage == Stage::Early,
        });
        self.stage = Stage::Confirmed;
        self.state.answered = true;
        Ok(())
    }

    /// Refuses the INVITE that began the call.
    pub(super) fn reject(
        &mut self,
        core: &mut Core,
        now: Instant,
        reply: &Reply,
        why: Why,
    ) -> Result<(), Error> {
        let server = self.theirs.as_ref().ok_or(Error::NotNow)?.server;
        if reply.code < 300 {
            return Err(Error::NotNow);
        }
        self.refuse_invite(core, now, server, reply);
        self.end(core, why, None);
        // RFC 3262 section 3: a PRACK may still come.
        self.stage = Stage::Ending { until: now + core.settings.timers.give_up() };
        Ok(())
    }

    /// Refuses their INVITE, the first or a later one.
    pub(super) fn refuse_invite(
        &mut self,
        core: &mut Core,
        now: Instant,
        server: ServerId,
        reply: &Reply,
    ) {
        if let Some(theirs) = self.theirs.take() {
            self.late_prack = theirs.reliable.outstanding().map(|rseq| (rseq, theirs.number));
            if matches!(theirs.bargain, Bargain::Offered | Bargain::Countered) {
                self.exchange = Exchange::Idle;
            }
        }
        if let Some(response) = self.response(core, server, reply) {
            core.layer.respond(now, server, &response);
        }
        core.forget_asked(server);
    }

    /// A response to a request of theirs within this call, with what the agent and the owner put
    /// into it. `None` if it is answered already.
    pub(super) fn response(&self, core: &Core, server: ServerId, reply: &Reply) -> Option<Message> {
        let request = core.layer.open_request(server)?;
        let reason = reply.reason.as_deref().unwrap_or_default();
        let mut response = Message::response_to(request, reply.code, reason);
        response.set_to_tag(self.state.local.tag().unwrap_or_default());
        let introduces = matches!(request.method(), Some(Method::Invite | Method::Update));
        if introduces && (101..300).contains(&reply.code) {
            // RFC 3261 section 12.1.1.
            for route in request.headers.all("Record-Route") {
                response.headers.push("Record-Route", route);
            }
            core.identity.introduce(&mut response, &self.contact);
        } else {
            core.identity.sign(&mut response);
        }
        fill(&mut response, &reply.content);
        Some(response)
    }
}

/// Whether our Contact has to be `sips` (RFC 3261 section 12.1.1): if the Request-URI is, or the
/// first hop back, which is the Contact if there is no Record-Route.
fn wants_secure(request: &Message) -> bool {
    let route = request.headers.first("Record-Route").and_then(|hop| NameAddr::parse(hop).ok());
    let hop = route.or_else(|| request.contact().ok().flatten());
    let uris = request.request_uri().ok().into_iter().chain(hop.map(|hop| hop.uri));
    uris.into_iter().any(|uri| uri.as_sip().is_some_and(|uri| uri.secure))
}

/// RFC 3261 section 13.3.1.1: at every minute.
const PROGRESS_EVERY: Duration = Duration::from_mins(1);
