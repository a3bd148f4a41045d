//! Single requests, within a call and outside, both ways.

use super::call::{Call, Stage};
use super::content::{Content, Reply};
use super::core::{Asked, Core, Purpose};
use super::event::{CallId, Event, RequestId, Why};
use super::identity::fill;
use super::invite::{outside, to_tag};
use super::{Error, Outside, UserAgent};
use crate::sip::flow::Flow;
use crate::sip::transaction::ServerId;
use crate::sip::{Message, Method};
use crate::time::Instant;

/// As a client.
impl UserAgent {
    /// Sends INFO within a call.
    pub fn info(
        &mut self,
        now: Instant,
        call: CallId,
        content: &Content,
    ) -> Result<RequestId, Error> {
        self.request_within(now, call, Method::Info, content)
    }

    /// Sends any other request within a call's dialog: REFER, NOTIFY, MESSAGE, OPTIONS. INVITE,
    /// UPDATE, BYE and what belongs to them have verbs of their own.
    pub fn request_within(
        &mut self,
        now: Instant,
        call: CallId,
        method: Method,
        content: &Content,
    ) -> Result<RequestId, Error> {
        self.with_call(now, call, |call, core| {
            if !call.is_alive() || OWN_VERBS.contains(&method) {
                return Err(Error::NotNow);
            }
            let (id, purpose) = (core.next_request(), Purpose::Within(call.id));
            call.send_within(core, now, id, purpose, method, content)?;
            Ok(id)
        })
    }

    /// Sends a request outside any dialog: OPTIONS, MESSAGE, SUBSCRIBE.
    pub fn request(&mut self, now: Instant, told: &Outside) -> Result<RequestId, Error> {
        if OWN_VERBS.contains(&told.method) {
            return Err(Error::NotNow);
        }
        let core = &mut self.core;
        let (call_id, mut from) = (core.ids.call_id(), told.from.clone());
        from.params.set("tag", &core.ids.tag());
        let mut request = outside(told.method.clone(), &told.uri, &from, &told.to, &call_id, 1);
        core.identity.sign(&mut request);
        fill(&mut request, &told.content);
        let route = core.route_outside(&request, told.outbound);
        let id = core.next_request();
        core.send(now, id, Purpose::Outside, request, route);
        self.pump(now);
        Ok(id)
    }

    /// A request of ours other than INVITE and UPDATE came to its end.
    pub(super) fn handle_end_of_request(
        &mut self,
        now: Instant,
        id: RequestId,
        call: Option<CallId>,
        request: &Message,
        code: u16,
        response: Option<Message>,
    ) {
        self.core.events.push_back(Event::Response { id, call, code, response });
        // RFC 3261 section 12.2.1.2. Those that carry a subscription speak of that only (RFC 5057
        // section 5.1).
        let subscribes = [Method::Notify, Method::Refer, Method::Subscribe];
        let is_about_the_call = request.method().is_some_and(|method| !subscribes.contains(method));
        if let Some(call) = call
            && matches!(code, 408 | 481)
            && is_about_the_call
        {
            let _ = self.touch(now, call, |call, core| {
                if call.stage == Stage::Confirmed {
                    call.say_bye(core, now, Vec::new(), Why::Lost(code));
                }
                Ok(())
            });
        }
    }
}

/// As a server.
impl UserAgent {
    /// Responds to a [`Modify`](Event::Modify), [`Info`](Event::Info) or
    /// [`Request`](Event::Request). To a re-INVITE that may be provisional first.
    pub fn respond(&mut self, now: Instant, id: RequestId, reply: Reply) -> Result<(), Error> {
        let Asked { server, call } = self.core.asked(id).ok_or(Error::NoSuchRequest)?;
        match call.filter(|call| self.calls.contains_key(call)) {
            Some(call) => {
                self.with_call(now, call, |call, core| call.respond(core, now, server, reply))
            }
            None if reply.code < 200 => Err(Error::NotNow),
            None => {
                self.core.reply(now, server, &reply);
                self.pump(now);
                Ok(())
            }
        }
    }

    /// A request came that begins a transaction.
    pub(super) fn handle_request(
        &mut self,
        now: Instant,
        server: ServerId,
        request: Message,
        flow: Flow,
    ) {
        if let Some(reply) = self.core.objection(&request) {
            self.core.reply(now, server, &reply);
        } else if to_tag(&request).is_empty() {
            self.handle_outside(now, server, request, flow);
        } else {
            self.handle_within(now, server, request, flow);
        }
    }

    fn handle_outside(&mut self, now: Instant, server: ServerId, request: Message, flow: Flow) {
        match request.method() {
            Some(Method::Invite) => self.handle_invite(now, server, request, flow),
            Some(Method::Options) => {
                let reply = self.core.abilities();
                self.core.reply(now, server, &reply);
            }
            // RFC 3261 section 15.1.2 and the RFC of each: only within a dialog.
            Some(Method::Bye | Method::Info | Method::Prack | Method::Update) | None => {
                self.core.reply(now, server, &Reply::new(481));
            }
            Some(_) => {
                let id = self.core.ask(Asked { server, call: None });
                self.core.events.push_back(Event::Request { id, call: None, request, flow });
            }
        }
    }

    fn handle_within(&mut self, now: Instant, server: ServerId, request: Message, flow: Flow) {
        let Some(call) = self.call_of(&request) else {
            // RFC 3261 section 12.2.2.
            self.core.reply(now, server, &Reply::new(481));
            return;
        };
        if request.method() == Some(&Method::Invite) {
            self.invites.insert(server, call);
        }
        let _ = self.touch(now, call, |call, core| {
            call.handle_request(core, now, server, request, flow);
            Ok(())
        });
    }
}

impl Call {
    /// A request came within the dialog.
    fn handle_request(
        &mut self,
        core: &mut Core,
        now: Instant,
        server: ServerId,
        request: Message,
        flow: Flow,
    ) {
        let from = request.from().ok();
        let from = from.as_ref().and_then(|from| from.tag()).unwrap_or_default();
        let Some((dialog, cseq)) = self.dialog_with(from).zip(request.cseq().ok()) else {
            self.reply(core, now, server, &Reply::new(481));
            return;
        };
        if !dialog.accept(&cseq) {
            // RFC 3261 section 12.2.2.
            self.reply(core, now, server, &Reply::new(500));
            return;
        }
        match request.method() {
            Some(Method::Bye) => self.handle_bye(core, now, server, request),
            Some(Method::Prack) => self.handle_prack(core, now, server, request),
            // What crosses our BYE finds no call any more.
            _ if !self.is_alive() => self.reply(core, now, server, &Reply::new(481)),
            Some(Method::Invite) => self.handle_reinvite(core, now, server, request),
            Some(Method::Update) => self.handle_update(core, now, server, request),
            Some(Method::Options) => {
                let reply = core.abilities();
                self.reply(core, now, server, &reply);
            }
            method => {
                let is_info = method == Some(&Method::Info);
                let (call, id) = (self.id, core.ask(Asked { server, call: Some(self.id) }));
                core.events.push_back(if is_info {
                    Event::Info { call, id, request }
                } else {
                    Event::Request { id, call: Some(call), request, flow }
                });
            }
        }
    }

    fn respond(
        &mut self,
        core: &mut Core,
        now: Instant,
        server: ServerId,
        reply: Reply,
    ) -> Result<(), Error> {
        let is_invite = self.theirs.as_ref().is_some_and(|theirs| theirs.server == server);
        match reply.code {
            101..200 if is_invite => self.progress(core, now, reply.code, reply.content),
            200..300 if is_invite => self.accept(core, now, reply),
            300.. if is_invite => {
                self.refuse_invite(core, now, server, &reply);
                Ok(())
            }
            200.. => {
                match self.their_update.filter(|update| update.server == server) {
                    Some(update) => self.answer_update(core, now, update, reply),
                    None => self.reply(core, now, server, &reply),
                }
                Ok(())
            }
            // RFC 4320 section 4.1.
            _ => Err(Error::NotNow),
        }
    }

    /// Answers a request that came within the dialog.
    pub(super) fn reply(&self, core: &mut Core, now: Instant, server: ServerId, reply: &Reply) {
        if let Some(response) = self.response(core, server, reply) {
            core.layer.respond(now, server, &response);
        }
        if reply.code >= 200 {
            core.forget_asked(server);
        }
    }
}

impl Core {
    /// The answer to OPTIONS (RFC 3261 section 11.2).
    fn abilities(&self) -> Reply {
        let content = Content::none()
            .with_header("Allow", self.identity.allow())
            .with_header("Accept", self.identity.accept());
        Reply::new(200).with(content)
    }
}

/// What is not sent as a single request.
const OWN_VERBS: &[Method] = &[
    Method::Ack,
    Method::Bye,
    Method::Cancel,
    Method::Invite,
    Method::Prack,
    Method::Register,
    Method::Update,
];
