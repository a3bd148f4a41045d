//! A telephone: one party of the communication session.
//!
//! It registers, calls, rings, answers, talks, holds, presses keys and hangs up. What its person
//! hears is not its business: that is judged from what arrives at it.

mod app;
mod call;
mod control;
mod settings;
mod speech;
mod stream;
mod transfer;

pub use app::Settings as AppSettings;
pub use settings::Settings;

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

use super::{Command, Input, Output, Role, SESSION_TIMER};
use crate::packet::{Packet, Transport};
use crate::sdp::Description;
use crate::sip::agent::{
    Body, CallId, Content, Event, Registration, Reply, Settings as AgentSettings, UserAgent,
};
use crate::sip::digest::Account;
use crate::sip::uri::{Host, Uri};
use crate::sip::{Message, Method, NameAddr};
use crate::time::Instant;
use app::App;
use call::{Call, Stage};
use control::Errand;

/// A telephone.
#[derive(Debug)]
pub struct Phone {
    settings: Settings,
    agent: UserAgent,
    /// In the order in which they began; people speak on the last one that is up.
    calls: BTreeMap<CallId, Call>,
    registered: bool,
    /// What it does to dial a code during a call.
    errand: Errand,
    app: Option<App>,
    packets: VecDeque<Packet>,
    /// How often each port for media was in use: a call on one that comes back has other random
    /// numbers than the one before it.
    used: BTreeMap<u16, u64>,
}

impl Phone {
    /// A telephone that has just been plugged in.
    pub fn new(mut settings: Settings) -> Self {
        let app = settings.app.take().map(App::new);
        let credentials = settings.password.as_ref().map(|password| Account {
            username: settings.number.clone(),
            password: password.clone(),
        });
        let agent = UserAgent::new(
            AgentSettings {
                listen: settings.listen.clone(),
                user_agent: Some("Tallylight phone".to_owned()),
                supported: settings
                    .record_aware
                    .then(|| "record-aware".to_owned())
                    .into_iter()
                    .collect(),
                contact_user: Some(settings.number.clone()),
                credentials,
                session_timer: Some(SESSION_TIMER),
                outbound: Some(settings.server),
                allow: allowed(),
                ..AgentSettings::default()
            },
            settings.seed,
        );
        Self {
            settings,
            agent,
            calls: BTreeMap::new(),
            registered: false,
            errand: Errand::None,
            app,
            packets: VecDeque::new(),
            used: BTreeMap::new(),
        }
    }

    /// What is still held on to, and how many pairs of media ports are free.
    pub fn leftovers(&self) -> (Vec<String>, usize) {
        let mut left = self.agent.leftovers();
        if !self.calls.is_empty() {
            left.push(format!("{} telephone calls", self.calls.len()));
        }
        (left, self.settings.ports.free())
    }

    fn address_of(&self, number: &str) -> NameAddr {
        let host = Host::Name(self.settings.domain.clone());
        NameAddr::new(Uri::sip(number, host))
    }

    fn own_address(&self) -> NameAddr {
        let display = Some(self.settings.display.clone());
        NameAddr { display, ..self.address_of(&self.settings.number) }
    }

    fn register(&mut self, now: Instant) {
        if std::mem::replace(&mut self.registered, true) {
            return;
        }
        let domain = Host::Name(self.settings.domain.clone());
        let registration = Registration {
            registrar: Uri::Sip(crate::sip::uri::SipUri::new(None, domain)),
            aor: self.address_of(&self.settings.number),
            expires: self.settings.registration,
            outbound: Some(self.settings.server),
            content: Content::none(),
        };
        // The first registration of a new agent always finds room.
        let _ = self.agent.register(now, registration);
    }

    fn obey(&mut self, now: Instant, command: &Command) {
        match command {
            Command::Call(number) => {
                let _ = self.dial(now, number);
            }
            Command::Answer => self.answer(now),
            Command::Decline => self.decline(now),
            Command::HangUp => self.hang_up(now),
            Command::Hold => self.change(now, Call::hold),
            Command::Resume => self.change(now, Call::resume),
            Command::Transfer(number) => self.transfer(now, number),
            Command::Connect => self.connect(now),
            Command::Merge => self.merge(now),
            Command::FallSilent => {
                self.settings.is_silent = true;
                self.calls.values_mut().for_each(Call::fall_silent);
            }
            Command::Press(keys) => {
                if let Some((_, call)) = self.current() {
                    call.press(keys);
                }
            }
            Command::Control(control) => self.control(now, *control),
            Command::FindWays(finds) => self.settings.ice = *finds,
            Command::ControlBy(channel) => self.control_by(*channel),
            // Not for telephones.
            Command::Record(..)
            | Command::Recorders(_)
            | Command::Divert(..)
            | Command::RecordMessages(..)
            | Command::Notify(..)
            | Command::Choose(_)
            | Command::Administer(_)
            | Command::Arrange(_)
            | Command::CountDays(_)
            | Command::CountAge(_)
            | Command::Visit(_)
            | Command::Break(_) => {}
        }
    }

    fn dial(&mut self, now: Instant, number: &str) -> Option<CallId> {
        self.invite(now, self.address_of(number), false)
    }

    fn answer(&mut self, now: Instant) {
        let Some((id, call)) = self.ringing() else { return };
        match call.answer_or_offer() {
            Some(body) => {
                call.start(now);
                let _ = self.agent.answer(now, id, Content::from(body));
            }
            // RFC 3264 section 6: nothing in common.
            None => {
                let _ = self.agent.reject(now, id, &Reply::new(488));
            }
        }
    }

    fn decline(&mut self, now: Instant) {
        if let Some((id, _)) = self.ringing() {
            let _ = self.agent.reject(now, id, &Reply::new(603));
        }
    }

    fn hang_up(&mut self, now: Instant) {
        // Of several calls the one that is not on hold, or else the last.
        let talks = |(_, call): &(&CallId, &Call)| call.stage == Stage::Up && !call.is_held();
        let Some((&id, _)) = self.calls.iter().rfind(talks).or(self.calls.iter().next_back())
        else {
            return;
        };
        self.leave(now, id);
    }

    fn leave(&mut self, now: Instant, id: CallId) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        // The last packet leaves before the BYE.
        call.stop(now, &mut self.packets);
        let _ = self.agent.hang_up(now, id, Vec::new());
    }

    fn change(&mut self, now: Instant, change: impl FnOnce(&mut Call) -> Body) {
        if let Some((id, _)) = self.current() {
            self.change_of(now, id, change);
        }
    }

    fn change_of(&mut self, now: Instant, id: CallId, change: impl FnOnce(&mut Call) -> Body) {
        if let Some(body) = self.calls.get_mut(&id).map(change) {
            let _ = self.agent.reinvite(now, id, Content::from(body));
        }
    }

    fn current(&mut self) -> Option<(CallId, &mut Call)> {
        let up = |(_, call): &(&CallId, &mut Call)| call.stage == Stage::Up;
        self.calls.iter_mut().rfind(up).map(|(id, call)| (*id, call))
    }

    fn ringing(&mut self) -> Option<(CallId, &mut Call)> {
        let ringing = |(_, call): &(&CallId, &mut Call)| call.stage == Stage::Ringing;
        self.calls.iter_mut().rfind(ringing).map(|(id, call)| (*id, call))
    }

    fn drain_events(&mut self, now: Instant) {
        while let Some(event) = self.agent.poll_event() {
            self.handle_event(now, event);
        }
    }

    fn handle_event(&mut self, now: Instant, event: Event) {
        match event {
            Event::Incoming { call, request } => self.ring(now, call, &request),
            Event::Progress { call, response, .. } => {
                self.with(call, |call| call.early(&response));
            }
            Event::Answered { call, response, .. } => {
                self.with(call, |call| call.answered(now, &response));
                self.gather(now, call, &response);
            }
            Event::Acknowledged { call, request } => {
                self.with(call, |call| call.acknowledged(now, &request));
            }
            Event::Modify { call, id, request } => {
                if sdp_of(&request).is_some() && self.agent.overtake(call) {
                    self.with(call, Call::unsay);
                }
                let reply = self.with(call, |call| call.modify(now, &request));
                let _ = self.agent.respond(now, id, reply.unwrap_or_else(|| Reply::new(481)));
            }
            Event::Modified { call, response, .. } => {
                self.with(call, |call| call.modified(now, &response));
                self.go_on_with_errand(now, call);
                self.follow_intent(now, call);
            }
            Event::ModifyFailed { call, .. } => {
                self.with(call, |call| call.modify_failed(now));
                self.give_errand_up(call);
            }
            Event::ModifyStale { call, .. } => {
                if let Some(body) = self.with(call, Call::offer_anew) {
                    let _ = self.agent.reinvite(now, call, Content::from(body));
                }
            }
            Event::Failed { call, .. } | Event::Ended { call, .. } => {
                self.forget(now, call);
                self.end_errand(now, call);
            }
            Event::Info { id, .. } => {
                let _ = self.agent.respond(now, id, Reply::new(200));
            }
            Event::Request { id, call: Some(call), request, .. }
                if request.method() == Some(&Method::Notify) =>
            {
                self.told(now, id, call, &request);
            }
            // Nobody takes the call that was handed on: the REFER itself was refused.
            Event::Response { call: Some(call), code: 300.., .. } => self.take_back(now, call),
            Event::Request { id, .. } => {
                let _ = self.agent.respond(now, id, Reply::new(501));
            }
            Event::Response { .. }
            | Event::Registered { .. }
            | Event::Unregistered { .. }
            | Event::RegistrationFailed { .. } => {}
        }
    }

    fn ring(&mut self, now: Instant, id: CallId, request: &Message) {
        // A call that its person has left may still wait for the answer to its BYE.
        let busy = self.calls.values().any(|call| call.stage != Stage::Over);
        let local = if busy { None } else { self.settings.ports.take() };
        let Some(local) = local else {
            let _ = self.agent.reject(now, id, &Reply::new(486));
            return;
        };
        let nth = self.nth_on(local);
        match Call::incoming(local, nth, &self.settings, request) {
            Ok(call) => {
                self.calls.insert(id, call);
                let _ = self.agent.ring(now, id, 180, Content::none());
            }
            Err(code) => {
                self.settings.ports.give_back(local);
                let _ = self.agent.reject(now, id, &Reply::new(code));
            }
        }
    }

    /// How many calls had this address for their media before.
    fn nth_on(&mut self, local: SocketAddr) -> u64 {
        let used = self.used.entry(local.port()).or_default();
        *used += 1;
        *used - 1
    }

    fn forget(&mut self, now: Instant, id: CallId) {
        if let Some(mut call) = self.calls.remove(&id) {
            call.stop(now, &mut self.packets);
            self.settings.ports.give_back(call.local());
        }
    }

    fn with<T>(&mut self, id: CallId, deed: impl FnOnce(&mut Call) -> T) -> Option<T> {
        self.calls.get_mut(&id).map(deed)
    }

    fn handle_packet(&mut self, now: Instant, packet: &Packet) {
        let local = packet.target;
        match self.calls.values_mut().find(|call| call.owns(local)) {
            Some(call) => call.handle_media(now, packet),
            None => self.agent.handle_packet(now, packet),
        }
    }
}

impl Role for Phone {
    fn handle_input(&mut self, now: Instant, input: Input) {
        match input {
            Input::Command(command) => self.obey(now, &command),
            Input::Packet(packet) if packet.transport == Transport::Http => {
                self.with_app(|app| app.handle_packet(now, &packet));
            }
            Input::Undeliverable(packet) if packet.transport == Transport::Http => {
                self.with_app(|app| app.handle_undeliverable(&packet));
            }
            Input::Packet(packet) => self.handle_packet(now, &packet),
            Input::Undeliverable(packet) => self.agent.handle_undeliverable(now, &packet),
            Input::Timeout => {
                self.register(now);
                self.with_app(|app| app.handle_timeout(now));
                if self.agent.next_deadline().is_some_and(|due| due <= now) {
                    self.agent.handle_timeout(now);
                }
            }
        }
        self.drain_events(now);
        for call in self.calls.values_mut() {
            call.speak(now, &mut self.packets);
        }
    }

    fn poll_output(&mut self) -> Output {
        if let Some(packet) = self.packets.pop_front().or_else(|| self.agent.poll_transmit()) {
            return Output::Transmit(packet);
        }
        if let Some(packet) = self.app.as_mut().and_then(App::poll_transmit) {
            return Output::Transmit(packet);
        }
        let calls = self.calls.values().filter_map(Call::next_deadline).min();
        let app = self.app.as_ref().and_then(App::next_deadline);
        Output::Timeout(calls.into_iter().chain(app).chain(self.agent.next_deadline()).min())
    }
}

/// What a telephone takes, among it how a call that it handed on is getting on.
fn allowed() -> Vec<Method> {
    let mut methods = AgentSettings::default().allow;
    methods.extend([Method::Notify, Method::Refer]);
    methods
}

/// The SDP in a message, if it has any and it can be read.
fn sdp_of(message: &Message) -> Option<Description> {
    Description::understand(&message.body).ok()
}

fn sdp_body(bytes: Vec<u8>) -> Body {
    Body::new("application/sdp", bytes)
}
