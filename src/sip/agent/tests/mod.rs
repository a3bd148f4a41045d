//! Two agents on a wire, with a clock that jumps.

mod call;
mod cancel;
mod fork;
mod glare;
mod loss;
mod modify;
mod prack;
mod redirect;
mod register;
mod server;
mod session;
mod transport;

use std::collections::{BTreeMap, VecDeque};
use std::mem;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;

use super::{
    Body, CallId, Content, Error, Event, Invite, Reply, RequestId, Settings, UserAgent, Why,
};
use crate::packet::{Packet, Transport};
use crate::sip::{Message, Method, NameAddr, Uri};
use crate::time::Instant;

/// Alice, Bob, and the wire between them.
struct Pair {
    now: Instant,
    alice: Party,
    bob: Party,
    /// What happens to each packet, given the moment it is sent.
    fate: Box<dyn FnMut(&Packet) -> Fate>,
    latency: Duration,
    wire: BTreeMap<(Instant, u64), (Packet, bool)>,
    sent: u64,
    /// Every packet that left, as `12 alice INVITE`.
    ladder: Vec<String>,
    /// The packets themselves.
    packets: Vec<Packet>,
}

struct Party {
    name: &'static str,
    ip: &'static str,
    agent: UserAgent,
    events: VecDeque<Event>,
}

/// What the wire does to a packet.
enum Fate {
    Deliver,
    Drop,
    Twice,
    Refuse,
    Late(Duration),
}

impl Pair {
    /// Both with these settings.
    fn new(settings: Settings) -> Self {
        Self::of(settings.clone(), settings)
    }

    /// Each with settings of its own; both listen on UDP, TCP and TLS.
    fn of(alice: Settings, bob: Settings) -> Self {
        Self {
            now: Instant::START,
            alice: Party::new("alice", "192.0.2.1", alice, 1),
            bob: Party::new("bob", "192.0.2.2", bob, 2),
            fate: Box::new(|_| Fate::Deliver),
            latency: Duration::from_millis(10),
            wire: BTreeMap::new(),
            sent: 0,
            ladder: Vec::new(),
            packets: Vec::new(),
        }
    }

    fn with_fate(mut self, fate: impl FnMut(&Packet) -> Fate + 'static) -> Self {
        self.fate = Box::new(fate);
        self
    }

    /// Drops the first `count` messages that `what` picks out.
    fn losing(self, count: usize, what: &'static str) -> Self {
        let mut left = count;
        self.with_fate(move |packet| {
            if left > 0 && summary(&packet.payload) == what {
                left -= 1;
                return Fate::Drop;
            }
            Fate::Deliver
        })
    }

    /// Alice calls Bob, with an offer.
    fn invite(&mut self) -> CallId {
        self.invite_with(offer().into())
    }

    fn invite_with(&mut self, content: Content) -> CallId {
        self.invite_at("sip:bob@192.0.2.2:5060", content)
    }

    fn invite_at(&mut self, uri: &str, content: Content) -> CallId {
        let invite = Invite {
            uri: Uri::parse(uri).unwrap(),
            from: NameAddr::parse("\"Alice\" <sip:alice@example.com>").unwrap(),
            to: NameAddr::parse("<sip:bob@example.com>").unwrap(),
            outbound: None,
            contact_params: None,
            content,
        };
        let call = self.alice.agent.invite(self.now, invite).unwrap();
        self.collect();
        call
    }

    /// Alice calls Bob, who answers after ringing. Both calls, with no event left.
    fn talking(&mut self) -> (CallId, CallId) {
        let ours = self.invite();
        self.run(20);
        let theirs = self.bob.incoming();
        self.bob.agent.ring(self.now, theirs, 180, Content::none()).unwrap();
        self.run(20);
        self.bob.agent.answer(self.now, theirs, answer().into()).unwrap();
        self.run(100);
        assert!(matches!(self.alice.event(), Event::Progress { .. }));
        assert!(matches!(self.alice.event(), Event::Answered { offer: false, .. }));
        assert!(matches!(self.bob.event(), Event::Acknowledged { .. }));
        self.ladder.clear();
        self.packets.clear();
        (ours, theirs)
    }

    /// Lets so many milliseconds pass.
    fn run(&mut self, millis: u64) {
        let end = self.now + Duration::from_millis(millis);
        self.collect();
        while self.step(end) {}
        self.now = end;
    }

    /// Lets time pass until this message leaves and arrives, and tells when it left.
    #[track_caller]
    fn run_until(&mut self, line: &str) -> Instant {
        self.ladder.clear();
        for _ in 0..100_000 {
            self.run(1);
            if self.ladder.iter().any(|sent| sent.ends_with(line)) {
                let left = self.now;
                self.run(10);
                return left;
            }
        }
        panic!("no {line}: {:?}", self.ladder);
    }

    /// Lets time pass until nobody wants to do anything any more, an hour at most.
    fn finish(&mut self) {
        let end = self.now + Duration::from_hours(1);
        self.collect();
        while self.step(end) {}
        for party in [&self.alice, &self.bob] {
            assert_eq!(party.agent.leftovers(), NOTHING, "{} has leftovers", party.name);
        }
    }

    /// Jumps to the next thing that happens before `end`, and lets it happen.
    fn step(&mut self, end: Instant) -> bool {
        let arrival = self.wire.first_key_value().map(|((at, _), _)| *at);
        let deadlines = [self.alice.agent.next_deadline(), self.bob.agent.next_deadline()];
        let next = deadlines.into_iter().flatten().chain(arrival).min();
        let Some(next) = next.filter(|next| *next <= end) else { return false };
        self.now = self.now.max(next);
        while let Some(entry) = self.wire.first_entry().filter(|entry| entry.key().0 <= self.now) {
            let (packet, is_delivered) = entry.remove();
            let to = if is_delivered { packet.target } else { packet.source };
            let party =
                if to.ip().to_string() == self.bob.ip { &mut self.bob } else { &mut self.alice };
            if is_delivered {
                party.agent.handle_packet(self.now, &packet);
            } else {
                party.agent.handle_undeliverable(self.now, &packet);
            }
        }
        for party in [&mut self.alice, &mut self.bob] {
            if party.agent.next_deadline().is_some_and(|at| at <= self.now) {
                party.agent.handle_timeout(self.now);
                let next = party.agent.next_deadline();
                assert!(next.is_none_or(|next| next > self.now), "{} is stuck", party.name);
            }
        }
        self.collect();
        true
    }

    /// Takes what the agents have to say.
    fn collect(&mut self) {
        for party in [&mut self.alice, &mut self.bob] {
            while let Some(packet) = party.agent.poll_transmit() {
                let at = self.now.elapsed().as_millis();
                self.ladder.push(format!("{at} {} {}", party.name, summary(&packet.payload)));
                self.packets.push(packet.clone());
                let arrival = self.now + self.latency;
                let mut put = |at, is_delivered| {
                    self.sent += 1;
                    self.wire.insert((at, self.sent), (packet.clone(), is_delivered));
                };
                match (self.fate)(&packet) {
                    Fate::Deliver => put(arrival, true),
                    Fate::Twice => {
                        put(arrival, true);
                        put(arrival + self.latency, true);
                    }
                    Fate::Refuse => put(arrival, false),
                    Fate::Late(late) => put(arrival + late, true),
                    Fate::Drop => {}
                }
            }
            while let Some(event) = party.agent.poll_event() {
                party.events.push_back(event);
            }
        }
    }

    /// The ladder so far, without its times.
    fn messages(&mut self) -> Vec<String> {
        let lines = mem::take(&mut self.ladder);
        lines.iter().map(|line| line.split_once(' ').unwrap().1.to_owned()).collect()
    }

    /// The last packet that is this message.
    fn last(&self, what: &str) -> Message {
        let mut packets = self.packets.iter().rev();
        let packet = packets.find(|packet| summary(&packet.payload) == what).unwrap();
        Message::parse(&packet.payload).unwrap()
    }

    /// Gives Bob a message that nobody sent.
    fn forge(&mut self, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\n', "\r\n");
        let packet = datagram("192.0.2.1:5060", "192.0.2.2:5060", Bytes::from(text));
        self.bob.agent.handle_packet(self.now, &packet);
        self.collect();
    }

    /// Gives Alice a message that nobody sent.
    fn forge_for_alice(&mut self, message: &Message) {
        let packet = datagram("192.0.2.2:5060", "192.0.2.1:5060", message.to_bytes());
        self.alice.agent.handle_packet(self.now, &packet);
        self.collect();
    }
}

fn datagram(source: &str, target: &str, payload: Bytes) -> Packet {
    let (source, target) = (source.parse().unwrap(), target.parse().unwrap());
    Packet { transport: Transport::Udp, source, target, payload }
}

impl Party {
    fn new(name: &'static str, ip: &'static str, settings: Settings, seed: u64) -> Self {
        let address = |port: u16| SocketAddr::new(ip.parse().unwrap(), port);
        let listen = vec![
            (Transport::Udp, address(5060)),
            (Transport::Tcp, address(5060)),
            (Transport::Tls, address(5061)),
        ];
        let agent = UserAgent::new(Settings { listen, ..settings }, seed);
        Self { name, ip, agent, events: VecDeque::new() }
    }

    /// The next event.
    #[track_caller]
    fn event(&mut self) -> Event {
        self.events.pop_front().unwrap_or_else(|| panic!("{} has no event", self.name))
    }

    /// The call of the next event, which has to be an incoming one.
    #[track_caller]
    fn incoming(&mut self) -> CallId {
        match self.event() {
            Event::Incoming { call, .. } => call,
            event => panic!("{}: {event:?}", self.name),
        }
    }

    /// What to respond to, from the next event, which has to be a modification.
    #[track_caller]
    fn modify(&mut self) -> RequestId {
        match self.event() {
            Event::Modify { id, .. } => id,
            event => panic!("{}: {event:?}", self.name),
        }
    }

    /// As [`modify`](Self::modify), after the refusal of a change of our own.
    #[track_caller]
    fn modify_after_refusal(&mut self) -> RequestId {
        match self.event() {
            Event::ModifyFailed { .. } => self.modify(),
            event => panic!("{}: {event:?}", self.name),
        }
    }

    /// Why the call ended that the next event speaks of; there must be no other event.
    #[track_caller]
    fn ended(&mut self) -> Why {
        match self.event() {
            Event::Ended { why, .. } => {
                assert!(self.events.is_empty(), "{:?}", self.events);
                why
            }
            event => panic!("{}: {event:?}", self.name),
        }
    }

    /// The status with which the call failed that the next event speaks of.
    #[track_caller]
    fn failed(&mut self) -> u16 {
        match self.event() {
            Event::Failed { code, .. } => {
                assert!(self.events.is_empty(), "{:?}", self.events);
                code
            }
            event => panic!("{}: {event:?}", self.name),
        }
    }
}

const NOTHING: [&str; 0] = [];

/// `INVITE`, or `200 INVITE` for a response.
fn summary(payload: &Bytes) -> String {
    let message = Message::parse(payload).unwrap();
    let cseq = message.headers.get("CSeq").unwrap();
    let method = cseq.split(' ').next_back().unwrap();
    match message.code() {
        Some(code) => format!("{code} {method}"),
        None => method.to_string(),
    }
}

fn offer() -> Body {
    Body::new("application/sdp", "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\n")
}

fn answer() -> Body {
    Body::new("application/sdp", "v=0\r\no=- 2 1 IN IP4 192.0.2.2\r\n")
}

/// An offer that no datagram should carry.
fn large_offer() -> Body {
    Body::new("application/sdp", "a=x\r\n".repeat(600))
}

fn reason() -> Vec<(String, String)> {
    vec![("Reason".into(), "SIP;cause=200".into())]
}
