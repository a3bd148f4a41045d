//! The recorder: a session recording server (RFC 7866 section 6.2). It takes every stream that it
//! is offered, reads the metadata in either dialect, and keeps what it hears.
//!
//! Judging what arrived is the business of `check`, not of this.

pub mod api;
mod fault;
mod flaw;
mod folder;
pub mod library;
mod provisioning;
pub mod service;
mod session;
mod store;
mod wav;
mod web;

pub use fault::Fault;
pub use flaw::Flaw;
pub use folder::Folder;
pub use store::{Keep, Memory, Recording, Track};

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use super::admin::Arrangement;
use super::ports::rtcp_of;
use super::{Asker, Command, Input, Output, Ports, Role, SESSION_TIMER};
use crate::packet::{Packet, Transport};
use crate::sdp::{Codec, Description, MediaDescription};
use crate::sip::agent::{
    Body, CallId, Content, Event, Reply, Settings as AgentSettings, UserAgent, Why,
};
use crate::sip::{Message, Method};
use crate::siprec;
use crate::time::{Epoch, Instant};
use api::Delivery;
use service::Service;
use session::Session;

/// What makes one recorder different from another.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The addresses that it listens at for SIP.
    pub listen: Vec<(Transport, SocketAddr)>,
    /// Where its media goes.
    pub ports: Ports,
    /// The codecs that it has.
    pub codecs: Vec<Codec>,
    /// How it is wrong on purpose.
    pub fault: Option<Fault>,
    /// Where all its random numbers come from.
    pub seed: u64,
    /// What the run's clock hangs on.
    pub epoch: Epoch,
    /// The recorder as a service: who has recordings, and how long they stay.
    pub service: service::Settings,
    /// The addresses from which it tells others of recordings, over HTTP.
    pub tells_from: Vec<SocketAddr>,
}

/// A recorder.
#[derive(Debug)]
pub struct Recorder {
    settings: Settings,
    agent: UserAgent,
    sessions: BTreeMap<CallId, Session>,
    /// Which session was given each media port last, for RTP and for RTCP.
    ports: BTreeMap<u16, CallId>,
    /// No session has a report to send before this.
    reports_due: Option<Instant>,
    /// Recording sessions that wait until a slow recorder answers.
    slow: VecDeque<(Instant, CallId)>,
    service: Service,
    asker: Asker<Delivery>,
    packets: VecDeque<Packet>,
}

impl Recorder {
    /// A recorder that gives its recordings to `keep`.
    pub fn new(mut settings: Settings, keep: Box<dyn Keep>) -> Self {
        let service = std::mem::take(&mut settings.service);
        let service = Service::new(service, keep, settings.epoch, settings.seed);
        let asker = Asker::new(std::mem::take(&mut settings.tells_from));
        let agent = UserAgent::new(
            AgentSettings {
                listen: settings.listen.clone(),
                user_agent: Some("Tallylight recorder".to_owned()),
                contact_user: Some("recorder".to_owned()),
                contact_params: contact_params(settings.fault),
                supported: vec!["siprec".to_owned()],
                accept: ACCEPTED.map(str::to_owned).to_vec(),
                session_timer: Some(SESSION_TIMER),
                ..AgentSettings::default()
            },
            settings.seed,
        );
        Self {
            settings,
            agent,
            sessions: BTreeMap::new(),
            ports: BTreeMap::new(),
            reports_due: None,
            slow: VecDeque::new(),
            service,
            asker,
            packets: VecDeque::new(),
        }
    }

    /// What is still held on to, and how many pairs of media ports are free.
    pub fn leftovers(&self) -> (Vec<String>, usize) {
        let mut left = self.agent.leftovers();
        if !self.sessions.is_empty() {
            left.push(format!("{} sessions", self.sessions.len()));
        }
        (left, self.settings.ports.free())
    }

    fn handle_event(&mut self, now: Instant, event: Event) {
        match event {
            Event::Incoming { call, request } => self.incoming(now, call, &request),
            Event::Modify { call, id, request } => {
                let reply = self.modify(now, call, &request);
                let _ = self.agent.respond(now, id, reply);
            }
            Event::Ended { call, why, .. } => self.end(now, call, why),
            Event::Info { id, .. } => {
                let _ = self.agent.respond(now, id, Reply::new(200));
            }
            Event::Request { id, .. } => {
                let _ = self.agent.respond(now, id, Reply::new(501));
            }
            _ => {}
        }
    }

    fn incoming(&mut self, now: Instant, call: CallId, request: &Message) {
        match self.settings.fault {
            Some(Fault::Refuse) => {
                let _ = self.agent.reject(now, call, &Reply::new(503));
                return;
            }
            Some(Fault::Rubbish) => {
                let body = Body::new("application/sdp", &b"this is not what you think\r\n"[..]);
                let _ = self.agent.answer(now, call, Content::from(body));
                return;
            }
            _ => {}
        }
        match self.open(now, request) {
            Ok(session) => {
                self.sessions.insert(call, session);
                self.claim_ports(call);
                self.read(now, call);
                match self.settings.fault {
                    Some(Fault::Late(span)) => self.slow.push_back((now + span, call)),
                    _ => self.answer(now, call),
                }
            }
            Err(code) => {
                let _ = self.agent.reject(now, call, &Reply::new(code));
            }
        }
    }

    /// Makes a recording session of an INVITE, or says with which status to refuse it.
    fn open(&mut self, now: Instant, request: &Message) -> Result<Session, u16> {
        if !is_recording_session(request) {
            // RFC 7866 section 6.1.1: any other session is a matter of policy.
            return Err(488);
        }
        let body = split(request)?;
        // An offer has to come from the client (RFC 7866 section 7.2).
        let offer =
            Description::understand(body.sdp_bytes().ok_or(488_u16)?).map_err(|_| 400_u16)?;
        let mut session =
            Session::new(now, self.settings.seed, self.service.samples_max(), request);
        if let Some(metadata) = body.metadata_bytes() {
            session.read_metadata(metadata);
        }
        if !session.accept(now, &offer, &mut self.settings) {
            return Err(488);
        }
        session.entry = self.service.begin(now, session.call_id());
        Ok(session)
    }

    /// What was said of a recording by now is for the library.
    fn read(&mut self, now: Instant, call: CallId) {
        let Some(session) = self.sessions.get(&call) else { return };
        if let Some(metadata) = session.metadata() {
            self.service.tell(now, session.entry, metadata);
        }
        self.service.pause(now, session.entry, session.is_paused());
    }

    fn answer(&mut self, now: Instant, call: CallId) {
        if let Some(session) = self.sessions.get_mut(&call) {
            session.start(now);
            let body = Body::new("application/sdp", session.said());
            let _ = self.agent.answer(now, call, Content::from(body));
        }
    }

    /// A re-INVITE or an UPDATE: other streams, other metadata, or both.
    fn modify(&mut self, now: Instant, call: CallId, request: &Message) -> Reply {
        let Some(session) = self.sessions.get_mut(&call) else { return Reply::new(481) };
        let body = match split(request) {
            Ok(body) => body,
            Err(code) => return Reply::new(code),
        };
        let asks = match body.sdp_bytes().map(Description::understand) {
            Some(Err(_)) => return Reply::new(400),
            Some(Ok(offer))
                if self.settings.fault == Some(Fault::RefusePauses) && pauses(&offer) =>
            {
                return Reply::new(603);
            }
            Some(Ok(offer)) if !session.accept(now, &offer, &mut self.settings) => {
                return Reply::new(488);
            }
            Some(Ok(_)) => true,
            // RFC 3261 section 14.2: an INVITE without an offer asks for ours.
            None => request.method() == Some(&Method::Invite),
        };
        // RFC 3261 section 8.2: a request that is refused changes nothing.
        if let Some(metadata) = body.metadata_bytes() {
            session.read_metadata(metadata);
        }
        let ours = asks.then(|| Body::new("application/sdp", session.said()));
        self.claim_ports(call);
        self.read(now, call);
        Reply::new(200).with(Content { headers: Vec::new(), body: ours })
    }

    fn end(&mut self, now: Instant, call: CallId, why: Why) {
        self.slow.retain(|(_, slow)| *slow != call);
        let Some(session) = self.sessions.remove(&call) else { return };
        for address in session.addresses() {
            self.settings.ports.give_back(address);
        }
        self.ports.retain(|_, owner| *owner != call);
        let (entry, started) = (session.entry, session.started());
        let recording = session.finish(now, why, self.settings.epoch, &mut self.packets);
        self.service.finish(now, entry, started, recording);
        self.deliver(now);
    }

    /// Takes a packet of media. Returns whether it was one of a session that there is.
    fn hear(&mut self, now: Instant, packet: &Packet) -> bool {
        let call = self.ports.get(&packet.target.port());
        let session = call.and_then(|call| self.sessions.get_mut(call));
        let Some(session) = session.filter(|session| session.owns(packet.target)) else {
            return false;
        };
        session.hear(now, packet);
        let due = session.next_deadline();
        self.reports_due = self.reports_due.into_iter().chain(due).min();
        true
    }

    /// Remembers which media ports a session was given.
    fn claim_ports(&mut self, call: CallId) {
        for address in self.sessions.get(&call).map(Session::addresses).unwrap_or_default() {
            self.ports.insert(address.port(), call);
            self.ports.insert(rtcp_of(address).port(), call);
        }
    }

    fn is_dead(&self) -> bool {
        self.settings.fault == Some(Fault::Dead)
    }

    fn answer_slowly(&mut self, now: Instant) {
        while self.slow.front().is_some_and(|(due, _)| *due <= now) {
            let Some((_, call)) = self.slow.pop_front() else { return };
            self.answer(now, call);
        }
    }
}

/// RFC 7866 section 6.2.
fn contact_params(fault: Option<Fault>) -> String {
    if fault == Some(Fault::OmitTag) { String::new() } else { "+sip.srs".to_owned() }
}

impl Role for Recorder {
    fn handle_input(&mut self, now: Instant, input: Input) {
        match input {
            Input::Command(Command::Break(fault)) => {
                self.settings.fault = Fault::named(&fault);
                self.service.set_flaw(Flaw::named(&fault));
            }
            // Whoever runs it takes it out of service: every recording ends.
            Input::Command(Command::HangUp) => {
                for call in self.sessions.keys() {
                    // RFC 3326.
                    let why = ("Reason".to_owned(), "SIP;cause=503".to_owned());
                    let _ = self.agent.hang_up(now, *call, vec![why]);
                }
            }
            Input::Command(Command::Arrange(Arrangement::AnotherCustomer(email))) => {
                self.service.occupy(now, "Another Example", &email);
            }
            Input::Command(Command::CountDays(from)) => self.service.count_days(from),
            Input::Command(Command::CountAge(from)) => self.service.count_age(from),
            Input::Command(_) => {}
            _ if self.is_dead() => {}
            Input::Packet(packet) if packet.transport == Transport::Http => {
                self.handle_web(now, &packet);
                self.deliver(now);
            }
            Input::Packet(packet) if self.hear(now, &packet) => return,
            Input::Packet(packet) => self.agent.handle_packet(now, &packet),
            Input::Undeliverable(packet) if packet.transport == Transport::Http => {
                self.handle_web_undeliverable(now, &packet);
            }
            Input::Undeliverable(packet) => self.agent.handle_undeliverable(now, &packet),
            Input::Timeout => {
                self.serve_what_is_due(now);
                if self.agent.next_deadline().is_some_and(|due| due <= now) {
                    self.agent.handle_timeout(now);
                }
                self.answer_slowly(now);
                for session in self.sessions.values_mut() {
                    session.report(now, &mut self.packets);
                }
            }
        }
        while let Some(event) = self.agent.poll_event() {
            self.handle_event(now, event);
        }
        self.reports_due = self.sessions.values().filter_map(Session::next_deadline).min();
    }

    fn poll_output(&mut self) -> Output {
        if self.is_dead() {
            return Output::Timeout(None);
        }
        let packet = self.packets.pop_front().or_else(|| self.agent.poll_transmit());
        if let Some(packet) = packet.or_else(|| self.asker.poll_transmit()) {
            return Output::Transmit(packet);
        }
        let slow = self.slow.front().map(|(due, _)| *due);
        let served = [self.service.next_deadline(), self.asker.next_deadline()];
        let deadlines = [self.reports_due, slow, self.agent.next_deadline()];
        let deadlines = deadlines.into_iter().chain(served);
        Output::Timeout(deadlines.flatten().min())
    }
}

/// Whether an INVITE begins a recording session: by RFC 7866 section 6.2, or as those clients do
/// it who set neither the tag nor the option.
fn is_recording_session(request: &Message) -> bool {
    let tag = request
        .contact()
        .ok()
        .flatten()
        .is_some_and(|contact| contact.params.has("+sip.src") || contact.params.has("src"));
    let option = request.headers.all("Require").any(|tag| tag.eq_ignore_ascii_case("siprec"));
    tag || option || split(request).is_ok_and(|body| body.metadata.is_some())
}

fn split(request: &Message) -> Result<siprec::Received, u16> {
    if request.body.is_empty() {
        return Ok(siprec::Received::default());
    }
    let content_type = request.headers.get("Content-Type").ok_or(400_u16)?;
    siprec::Received::split(content_type, &request.body).map_err(|_| 400_u16)
}

/// Whether an offer wants nothing to flow.
fn pauses(offer: &Description) -> bool {
    offer.media.iter().filter(|it| !it.is_disabled()).all(MediaDescription::is_still)
}

/// How long a missing packet is waited for.
const REORDERING: Duration = Duration::from_millis(200);
/// What a recording client may put into INVITE and UPDATE.
const ACCEPTED: [&str; 4] = [
    "application/sdp",
    "application/rs-metadata+xml",
    "application/rs-metadata",
    "multipart/mixed",
];
