//! The user agent core: calls, registrations and single requests over any transport, without a
//! socket or a clock.
//!
//! Packets and the present moment go in; packets, events and the next deadline come out. After
//! every call of a `handle_…` or of a verb the owner drains
//! [`poll_transmit`](UserAgent::poll_transmit) and [`poll_event`](UserAgent::poll_event), and then
//! asks for [`next_deadline`](UserAgent::next_deadline).

mod content;
mod event;
mod settings;

pub use content::{Body, Content, Reply};
pub use event::{CallId, Event, RegistrationId, RequestId, Why};
pub use settings::{Credentials, Reliability, SessionTimer, Settings};

use std::net::SocketAddr;
use std::time::Duration;

use thiserror::Error;

use crate::packet::{Packet, Transport};
use crate::sip::Message;
use crate::sip::Method;
use crate::sip::NameAddr;
use crate::sip::Uri;
use crate::sip::dialog::DialogId;
use crate::sip::flow::Flow;
use crate::time::Instant;

/// A SIP user agent: client and server, with every call and registration it has.
#[derive(Debug)]
pub struct UserAgent {}

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

impl UserAgent {
    /// A new agent, all of whose identifiers come from `seed`.
    pub fn new(_settings: Settings, _seed: u64) -> Self {
        todo!()
    }

    // What the network does.

    /// Takes a packet that reached one of our addresses.
    pub fn handle_packet(&mut self, _now: Instant, _packet: &Packet) {
        todo!()
    }

    /// Takes back a packet of ours that could not be delivered (RFC 3261 section 18.4).
    pub fn handle_undeliverable(&mut self, _now: Instant, _packet: &Packet) {
        todo!()
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, _now: Instant) {
        todo!()
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) next.
    pub fn next_deadline(&self) -> Option<Instant> {
        todo!()
    }

    /// What to send next.
    pub fn poll_transmit(&mut self) -> Option<Packet> {
        todo!()
    }

    /// What the owner should know next.
    pub fn poll_event(&mut self) -> Option<Event> {
        todo!()
    }

    // Calls.

    /// Calls somebody.
    pub fn invite(&mut self, _now: Instant, _invite: Invite) -> Result<CallId, Error> {
        todo!()
    }

    /// Answers a call that came in with a provisional response, 101 to 199; reliably where the
    /// settings and the caller agree on it.
    pub fn ring(
        &mut self,
        _now: Instant,
        _call: CallId,
        _code: u16,
        _content: Content,
    ) -> Result<(), Error> {
        todo!()
    }

    /// Answers a call that came in with 200. The body is the answer, or the offer if the INVITE
    /// brought none.
    pub fn answer(&mut self, _now: Instant, _call: CallId, _content: Content) -> Result<(), Error> {
        todo!()
    }

    /// Answers a call that came in with a final response from 300 to 699.
    pub fn reject(&mut self, _now: Instant, _call: CallId, _reply: Reply) -> Result<(), Error> {
        todo!()
    }

    /// Ends a call by whatever its state needs: CANCEL as soon as there is a provisional response,
    /// a refusal (486), or BYE as soon as the 2xx is acknowledged. A 2xx that crosses the CANCEL
    /// gets its ACK and then BYE. The headers, such as Reason, go into the one or the other.
    pub fn hang_up(
        &mut self,
        _now: Instant,
        _call: CallId,
        _headers: Vec<(String, String)>,
    ) -> Result<(), Error> {
        todo!()
    }

    /// Changes an answered call by INVITE. It waits for its turn while another INVITE of the call
    /// is in progress, and is repeated after a 491 (RFC 3261 section 14.1).
    pub fn reinvite(
        &mut self,
        _now: Instant,
        _call: CallId,
        _content: Content,
    ) -> Result<RequestId, Error> {
        todo!()
    }

    /// Changes a call, answered or not, by UPDATE (RFC 3311). It waits for its turn while an offer
    /// or another UPDATE of the call is in progress, and is repeated after a 491.
    pub fn update(
        &mut self,
        _now: Instant,
        _call: CallId,
        _content: Content,
    ) -> Result<RequestId, Error> {
        todo!()
    }

    /// Sends INFO within a call.
    pub fn info(
        &mut self,
        _now: Instant,
        _call: CallId,
        _content: Content,
    ) -> Result<RequestId, Error> {
        todo!()
    }

    /// Sends any other request within a call's dialog: REFER, NOTIFY, MESSAGE, OPTIONS.
    pub fn request_within(
        &mut self,
        _now: Instant,
        _call: CallId,
        _method: Method,
        _content: Content,
    ) -> Result<RequestId, Error> {
        todo!()
    }

    /// Sends the ACK, or the PRACK, for a response that brought an offer; the body is the answer.
    pub fn acknowledge(
        &mut self,
        _now: Instant,
        _call: CallId,
        _content: Content,
    ) -> Result<(), Error> {
        todo!()
    }

    /// Responds to a [`Modify`](Event::Modify), [`Info`](Event::Info) or
    /// [`Request`](Event::Request).
    pub fn respond(&mut self, _now: Instant, _id: RequestId, _reply: Reply) -> Result<(), Error> {
        todo!()
    }

    /// What is known of a call that has not ended.
    pub fn call(&self, _call: CallId) -> Option<&CallState> {
        todo!()
    }

    // Beyond calls.

    /// Sends a request outside any dialog: OPTIONS, MESSAGE, SUBSCRIBE.
    pub fn request(&mut self, _now: Instant, _request: Outside) -> Result<RequestId, Error> {
        todo!()
    }

    /// Binds an address of record to this agent, and keeps it bound.
    pub fn register(
        &mut self,
        _now: Instant,
        _registration: Registration,
    ) -> Result<RegistrationId, Error> {
        todo!()
    }

    /// Removes a binding.
    pub fn unregister(
        &mut self,
        _now: Instant,
        _registration: RegistrationId,
    ) -> Result<(), Error> {
        todo!()
    }
}
