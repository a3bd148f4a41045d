//! The user agent core: calls, registrations and single requests over any transport, without a
//! socket or a clock.
//!
//! Packets and the present moment go in; packets, events and the next deadline come out. After
//! every call of a `handle_…` or of a verb the owner drains
//! [`poll_transmit`](UserAgent::poll_transmit) and [`poll_event`](UserAgent::poll_event), and then
//! asks for [`next_deadline`](UserAgent::next_deadline).

mod accept;
mod ack;
mod authenticate;
mod call;
mod close;
mod content;
mod core;
mod describe;
mod event;
mod identity;
mod inspect;
mod invite;
mod modify;
mod prack;
mod redirect;
mod register;
mod requests;
mod responses;
mod session;
mod settings;
#[cfg(test)]
mod tests;
mod update;

pub use content::{Body, Content, Reply};
pub use event::{CallId, Event, RegistrationId, RequestId, Why};
pub use settings::{Reliability, SessionTimer, Settings};

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use thiserror::Error;

use crate::packet::{Packet, Transport};
use crate::sip::Message;
use crate::sip::Method;
use crate::sip::NameAddr;
use crate::sip::Uri;
use crate::sip::agenda::Agenda;
use crate::sip::dialog::DialogId;
use crate::sip::flow::Flow;
use crate::sip::transaction::{Indication, ServerId};
use crate::time::Instant;

use call::{Call, Stage, dialog_key};
use core::Core;
use invite::to_tag;
use register::Binding;

/// A SIP user agent: client and server, with every call and registration it has.
#[derive(Debug)]
pub struct UserAgent {
    core: Core,
    calls: BTreeMap<CallId, Call>,
    /// By Call-ID and our tag.
    dialogs: BTreeMap<String, CallId>,
    /// By the transaction of their INVITE, for CANCEL.
    invites: BTreeMap<ServerId, CallId>,
    bindings: BTreeMap<RegistrationId, Binding>,
    agenda: Agenda<Owner>,
}

/// Whose deadline it is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Owner {
    Call(CallId),
    Registration(RegistrationId),
}

/// A call to begin. See [`UserAgent::invite`].
#[derive(Clone, Debug)]
pub struct Invite {
    /// The Request-URI.
    pub uri: Uri,
    /// Who calls; the tag is the agent's business.
    pub from: NameAddr,
    /// Who is called; usually the same URI.
    pub to: NameAddr,
    /// Where to send it, whatever the URI says.
    pub outbound: Option<(Transport, SocketAddr)>,
    /// What follows the angle brackets of Contact, in place of
    /// [`Settings::contact_params`].
    pub contact_params: Option<String>,
    /// Header fields and body. A body of type `application/sdp`, or a multipart body that holds
    /// one, is an offer; without an offer the peer makes one.
    pub content: Content,
}

/// A request outside any dialog. See [`UserAgent::request`].
#[derive(Clone, Debug)]
pub struct Outside {
    /// What it asks for; neither INVITE, ACK nor CANCEL.
    pub method: Method,
    /// The Request-URI.
    pub uri: Uri,
    /// Who asks; the tag is the agent's business.
    pub from: NameAddr,
    /// Who is asked.
    pub to: NameAddr,
    /// Where to send it, whatever the URI says.
    pub outbound: Option<(Transport, SocketAddr)>,
    /// Header fields and body.
    pub content: Content,
}

/// A binding to keep. See [`UserAgent::register`].
#[derive(Clone, Debug)]
pub struct Registration {
    /// The Request-URI: the registrar's domain, without a user.
    pub registrar: Uri,
    /// The address of record that is bound.
    pub aor: NameAddr,
    /// For how long to ask.
    pub expires: Duration,
    /// Where to send it, whatever the URI says.
    pub outbound: Option<(Transport, SocketAddr)>,
    /// Header fields and body.
    pub content: Content,
}

/// What is known of a call. See [`UserAgent::call`].
#[derive(Clone, Debug)]
pub struct CallState {
    /// Whether the call came in.
    pub incoming: bool,
    /// Whether it has been answered.
    pub answered: bool,
    /// The Call-ID.
    pub call_id: String,
    /// The dialog, once there is one.
    pub dialog: Option<DialogId>,
    /// Our side, as From or To has it, with its tag.
    pub local: NameAddr,
    /// Their side, as To or From has it, with its tag once known.
    pub remote: NameAddr,
    /// The peer's Contact with its parameters, such as `+sip.src`.
    pub remote_contact: Option<NameAddr>,
    /// The methods that the peer last said to allow.
    pub remote_allow: Vec<Method>,
    /// The option tags that the peer last said to support.
    pub remote_supported: Vec<String>,
    /// The path of the messages that set the call up.
    pub flow: Flow,
    /// The last INVITE, UPDATE or response to one that the peer sent.
    pub last_remote: Option<Message>,
}

/// Why a verb was not obeyed.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum Error {
    /// The call has ended, or never was.
    #[error("find the call")]
    NoSuchCall,
    /// Somebody has answered the request already, or nobody sent it.
    #[error("find the request")]
    NoSuchRequest,
    /// The call is not in a state for this, such as an answer to a call of our own.
    #[error("do this in the present state of the call")]
    NotNow,
    /// A bound is reached; nothing was sent.
    #[error("hold any more of them")]
    TooMany,
}

impl CallState {
    fn new(incoming: bool, call_id: String, local: NameAddr, remote: NameAddr, flow: Flow) -> Self {
        Self {
            incoming,
            answered: false,
            call_id,
            dialog: None,
            local,
            remote,
            remote_contact: None,
            remote_allow: Vec::new(),
            remote_supported: Vec::new(),
            flow,
            last_remote: None,
        }
    }
}

impl UserAgent {
    /// A new agent, all of whose identifiers come from `seed`.
    pub fn new(settings: Settings, seed: u64) -> Self {
        Self {
            core: Core::new(settings, seed),
            calls: BTreeMap::new(),
            dialogs: BTreeMap::new(),
            invites: BTreeMap::new(),
            bindings: BTreeMap::new(),
            agenda: Agenda::new(),
        }
    }

    /// Names one more option tag in `Supported` from now on.
    pub fn support(&mut self, tag: &str) {
        self.core.identity.support(tag);
    }

    /// Takes a packet that reached one of our addresses. What is no SIP, such as the line ends
    /// that keep a connection alive, is dropped.
    pub fn handle_packet(&mut self, now: Instant, packet: &Packet) {
        let flow = Flow::of_arrival(packet);
        let Ok(message) = Message::parse(&packet.payload) else { return };
        // What cannot be read far enough to belong to anything is dropped.
        let _ = if message.is_request() {
            match message.check() {
                Ok(()) => self.core.layer.handle_request(now, message, flow),
                Err(fault) => {
                    self.core.refuse_malformed(&message, flow, fault.status());
                    Ok(())
                }
            }
        } else {
            self.core.layer.handle_response(now, message, flow)
        };
        self.pump(now);
    }

    /// Takes back a packet of ours that could not be delivered (RFC 3261 section 18.4).
    pub fn handle_undeliverable(&mut self, now: Instant, packet: &Packet) {
        // What we cannot read we did not send.
        let _ = self.core.layer.handle_undeliverable(now, packet);
        if packet.payload.starts_with(b"ACK ") {
            self.core.reroute_ack(packet);
        }
        self.pump(now);
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.core.layer.handle_timeout(now);
        self.pump(now);
        while let Some(owner) = self.agenda.take_due(now) {
            match owner {
                Owner::Call(call) => {
                    let _ = self.touch(now, call, |call, core| {
                        call.handle_timeout(core, now);
                        Ok(())
                    });
                }
                Owner::Registration(id) => self.handle_binding_timeout(now, id),
            }
            self.pump(now);
        }
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) next.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.core.layer.next_deadline().into_iter().chain(self.agenda.next()).min()
    }

    /// What to send next.
    pub fn poll_transmit(&mut self) -> Option<Packet> {
        self.core.layer.poll_transmit()
    }

    /// What the owner should know next.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.core.events.pop_front()
    }

    /// What is known of a call that has not ended.
    pub fn call(&self, call: CallId) -> Option<&CallState> {
        self.calls.get(&call).filter(|call| call.is_alive()).map(|call| &call.state)
    }

    /// Does something that the owner wants with a call, and then all that follows from it.
    fn with_call<T>(
        &mut self,
        now: Instant,
        id: CallId,
        act: impl FnOnce(&mut Call, &mut Core) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let done = self.touch(now, id, act);
        self.pump(now);
        done
    }

    /// Does something with a call. What follows from it is left to who pumps.
    fn touch<T>(
        &mut self,
        now: Instant,
        id: CallId,
        act: impl FnOnce(&mut Call, &mut Core) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let call = self.calls.get_mut(&id).ok_or(Error::NoSuchCall)?;
        let done = act(call, &mut self.core);
        self.settle_call(now, id);
        done
    }

    /// Lets a call do what has become possible, and keeps its deadline and its place.
    fn settle_call(&mut self, now: Instant, id: CallId) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        if call.is_alive() {
            call.proceed(&mut self.core, now);
        }
        if call.stage == Stage::Over {
            self.dialogs.remove(&call.key());
            self.calls.remove(&id);
            self.agenda.set(Owner::Call(id), None);
        } else {
            self.agenda.set(Owner::Call(id), call.deadline());
        }
    }

    /// The call in whose dialog a request comes: by Call-ID and our tag.
    fn call_of(&self, request: &Message) -> Option<CallId> {
        let key = dialog_key(request.call_id().ok()?, &to_tag(request));
        self.dialogs.get(&key).copied()
    }

    /// Takes what the transactions have to tell, until they have no more.
    fn pump(&mut self, now: Instant) {
        loop {
            if let Some(indication) = self.core.layer.poll_indication() {
                self.handle_indication(now, indication);
            } else if let Some(id) = self.core.next_unsent() {
                // RFC 3261 section 8.1.3.1.
                self.fail(now, id, 503);
            } else {
                return;
            }
        }
    }

    fn handle_indication(&mut self, now: Instant, indication: Indication) {
        match indication {
            Indication::Request { server, request, flow } => {
                self.handle_request(now, server, request, flow);
            }
            Indication::Ack { request } => self.handle_ack(now, request),
            Indication::Cancel { server, target, request } => {
                self.handle_cancel(now, server, target, request);
            }
            Indication::Response { client, response } => {
                self.handle_response(now, client, response);
            }
            // RFC 3261 section 8.1.3.1.
            Indication::TimedOut { client } => self.finish_client(now, client, 408),
            Indication::Unreachable { client } => self.finish_client(now, client, 503),
            Indication::ClientGone { client } => self.core.forget_client(client),
            Indication::ServerGone { server } => self.forget_server(now, server),
        }
    }

    fn forget_server(&mut self, now: Instant, server: ServerId) {
        self.invites.remove(&server);
        let Some(asked) = self.core.forget_asked(server) else { return };
        if let Some(call) = asked.call {
            let _ = self.touch(now, call, |call, _| {
                call.forget_update(server);
                Ok(())
            });
        }
    }
}

impl UserAgent {
    /// What is still remembered, each kind with its count: in the end, all is to be forgotten.
    pub fn leftovers(&self) -> Vec<String> {
        let tables = [
            ("calls", self.calls.len()),
            ("dialogs", self.dialogs.len()),
            ("invites", self.invites.len()),
            ("bindings", self.bindings.len()),
            ("requests", self.core.remembered()),
            ("transactions", self.core.layer.len()),
        ];
        let left = tables.into_iter().filter(|(_, count)| *count > 0);
        left.map(|(name, count)| format!("{count} {name}")).collect()
    }
}
