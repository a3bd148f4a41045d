//! A bench: parts and scripted peers, joined by wires that take a millisecond. What is fed to a
//! part, and what it makes of it, is watched: a part that talks or wakes without end fails here.

mod peer;
mod shelf;

pub use peer::{Peer, datagram, is_rtp};
pub use shelf::Shelf;

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tallylight::audio::Voice;
use tallylight::packet::{Packet, Transport};
use tallylight::role::phone::{self, Phone};
use tallylight::role::platform::{self, Dialect, Platform, User};
use tallylight::role::recorder::{self, Recorder};
use tallylight::role::{Channel, Command, Input, Output, Ports, RecordWords, RecordingMode, Role};
use tallylight::sdp::Codec;
use tallylight::sip::{Message, Method};
use tallylight::time::{Epoch, Instant};

pub const ALICE: &str = "+12025550101";
pub const BOB: &str = "+12025550102";
/// Played by a script, if at all.
pub const CAROL: &str = "+12025550103";
pub const ALICE_AT: [u8; 4] = [192, 0, 2, 10];
pub const BOB_AT: [u8; 4] = [192, 0, 2, 11];
pub const CAROL_AT: [u8; 4] = [192, 0, 2, 12];
pub const PLATFORM_AT: [u8; 4] = [198, 51, 100, 10];
pub const RECORDER_AT: [u8; 4] = [203, 0, 113, 10];

/// The RTP port that a script names in its SDP.
pub const SCRIPTED_RTP: u16 = 30_000;

/// A part, and the addresses at which it is.
pub enum Part {
    Phone(Box<Phone>),
    Platform(Box<Platform>),
    Recorder(Box<Recorder>),
}

impl Part {
    fn role(&mut self) -> &mut dyn Role {
        match self {
            Self::Phone(phone) => &mut **phone,
            Self::Platform(platform) => &mut **platform,
            Self::Recorder(recorder) => &mut **recorder,
        }
    }

    pub fn leftovers(&self) -> (Vec<String>, usize) {
        match self {
            Self::Phone(phone) => phone.leftovers(),
            Self::Platform(platform) => platform.leftovers(),
            Self::Recorder(recorder) => recorder.leftovers(),
        }
    }
}

#[derive(Default)]
pub struct Bench {
    pub now: Instant,
    pub parts: BTreeMap<IpAddr, Part>,
    wakes: BTreeMap<IpAddr, Instant>,
    on_the_way: BTreeMap<(Instant, u64), Packet>,
    sent: u64,
    /// What came for addresses that nobody of ours plays.
    pub inbox: VecDeque<(Instant, Packet)>,
    /// Every packet, if somebody wants them.
    pub tape: Option<Vec<(Instant, Packet)>>,
    /// How many datagrams of RTP went to each address.
    pub rtp: BTreeMap<SocketAddr, u64>,
    /// Packets to these hosts are lost.
    pub dead: Vec<IpAddr>,
    /// What the recorder kept.
    pub shelf: Shelf,
}

/// What makes one bench different from another.
#[derive(Clone, Debug)]
pub struct Wish {
    pub dialect: Dialect,
    pub recorded: [bool; 2],
    pub with_recorder: bool,
    pub patience: Duration,
    pub codecs: [Vec<Codec>; 2],
    pub platform_ports: u16,
}

impl Default for Wish {
    fn default() -> Self {
        let all = vec![Codec::PCMU, Codec::PCMA, Codec::G722, Codec::TELEPHONE_EVENT];
        Self {
            dialect: Dialect::Rfc,
            recorded: [true, false],
            with_recorder: true,
            patience: Duration::from_secs(10),
            codecs: [all.clone(), all],
            platform_ports: 24,
        }
    }
}

impl Bench {
    /// Alice and Bob, registered; the platform; and the recorder, unless a script plays it.
    pub fn new(wish: &Wish) -> Self {
        let mut bench = Self::default();
        bench.add(PLATFORM_AT, Part::Platform(Box::new(platform(wish))));
        bench.add(ALICE_AT, Part::Phone(Box::new(phone(ALICE, ALICE_AT, 0, wish))));
        bench.add(BOB_AT, Part::Phone(Box::new(phone(BOB, BOB_AT, 1, wish))));
        if wish.with_recorder {
            let recorder = recorder(bench.shelf.clone());
            bench.add(RECORDER_AT, Part::Recorder(Box::new(recorder)));
        }
        bench.pass(100);
        bench
    }

    fn add(&mut self, at: [u8; 4], part: Part) {
        let host = IpAddr::from(at);
        self.parts.insert(host, part);
        self.feed(host, Input::Timeout);
    }

    pub fn tell(&mut self, at: [u8; 4], command: Command) {
        self.feed(at.into(), Input::Command(command));
    }

    /// A part dies without a word.
    pub fn kill(&mut self, at: [u8; 4]) {
        let host = IpAddr::from(at);
        self.parts.remove(&host);
        self.wakes.remove(&host);
        self.dead.push(host);
    }

    /// Puts a packet on the wire.
    pub fn send(&mut self, packet: Packet) {
        self.tape.iter_mut().for_each(|tape| tape.push((self.now, packet.clone())));
        if is_rtp(&packet) {
            *self.rtp.entry(packet.target).or_default() += 1;
        }
        if self.dead.contains(&packet.target.ip()) {
            return;
        }
        self.sent += 1;
        self.on_the_way.insert((self.now + MILLISECOND, self.sent), packet);
    }

    /// Gives a packet to whom it is for, at once.
    pub fn deliver(&mut self, packet: Packet) {
        let host = packet.target.ip();
        if self.parts.contains_key(&host) {
            self.feed(host, Input::Packet(packet));
        } else if self.inbox.len() < INBOX_MAX {
            self.inbox.push_back((self.now, packet));
        }
    }

    /// One input, and a full drain.
    pub fn feed(&mut self, host: IpAddr, input: Input) {
        let (now, mut said) = (self.now, 0);
        let Some(part) = self.parts.get_mut(&host) else { return };
        part.role().handle_input(now, input);
        loop {
            let Some(part) = self.parts.get_mut(&host) else { return };
            match part.role().poll_output() {
                Output::Transmit(packet) => self.send(packet),
                Output::Timeout(wake) => {
                    self.wakes.remove(&host);
                    self.wakes.extend(wake.map(|at| (host, at)));
                    return;
                }
            }
            said += 1;
            assert!(said <= OUTPUTS_MAX, "{host} says more than {OUTPUTS_MAX} things to one input");
        }
    }

    /// Lets so many milliseconds pass.
    pub fn pass(&mut self, millis: u64) {
        let end = self.now + Duration::from_millis(millis);
        let (mut at, mut woken) = (self.now, 0);
        loop {
            let arrival = self.on_the_way.first_key_value().map(|((at, _), _)| *at);
            let wake = self.wakes.iter().map(|(host, at)| (*at, *host)).min();
            let next = arrival.into_iter().chain(wake.map(|(at, _)| at)).min();
            let Some(next) = next.filter(|next| *next <= end) else { break };
            self.now = self.now.max(next);
            (at, woken) = if self.now == at { (at, woken + 1) } else { (self.now, 0) };
            assert!(
                woken < EVENTS_AT_ONCE_MAX,
                "time stands still at {at} ms: {wake:?} {:?}",
                self.parts.values().map(Part::leftovers).collect::<Vec<_>>()
            );
            if arrival == Some(next)
                && let Some((_, packet)) = self.on_the_way.pop_first()
            {
                self.deliver(packet);
            } else if let Some((_, host)) = wake {
                self.wakes.remove(&host);
                self.feed(host, Input::Timeout);
            }
        }
        self.now = end;
    }

    /// How many packets are on the way.
    pub fn underway(&self) -> usize {
        self.on_the_way.len()
    }

    /// Alice calls Bob, who answers after a second; they talk for another.
    pub fn connect(&mut self) {
        self.tell(ALICE_AT, Command::Call(BOB.to_owned()));
        self.pass(1_000);
        self.tell(BOB_AT, Command::Answer);
        self.pass(1_000);
    }

    /// The next message of SIP for a script at this address.
    pub fn next(&mut self, at: [u8; 4]) -> Option<Message> {
        let host = IpAddr::from(at);
        let place = self.inbox.iter().position(|(_, packet)| {
            packet.target.ip() == host && Message::parse(&packet.payload).is_ok()
        })?;
        let (_, packet) = self.inbox.remove(place)?;
        Message::parse(&packet.payload).ok()
    }

    /// The next request of this method, or response to one, for a script at this address; what
    /// comes before it is forgotten.
    pub fn await_method(&mut self, at: [u8; 4], method: &Method) -> Message {
        while let Some(message) = self.next(at) {
            if message.cseq().is_ok_and(|cseq| cseq.method == *method) {
                return message;
            }
        }
        panic!("no {method} came");
    }

    /// Every message of SIP that came for a script, as its first line.
    pub fn titles(&mut self, at: [u8; 4]) -> Vec<String> {
        let mut titles = Vec::new();
        while let Some(message) = self.next(at) {
            titles.push(title(&message));
        }
        titles
    }

    /// How many packets of RTP have left for a host.
    pub fn rtp_to(&self, at: [u8; 4]) -> u64 {
        let host = IpAddr::from(at);
        self.rtp.iter().filter(|(to, _)| to.ip() == host).map(|(_, count)| count).sum()
    }

    /// What each part holds on to.
    pub fn leftovers(&self) -> Vec<(Vec<String>, usize)> {
        self.parts.values().map(Part::leftovers).collect()
    }
}

/// What a message is, in short: `INVITE` or `200 (INVITE)`.
pub fn title(message: &Message) -> String {
    let cseq = message.cseq().map_or_else(|_| "?".to_owned(), |cseq| cseq.method.to_string());
    message.code().map_or_else(|| cseq.clone(), |code| format!("{code} ({cseq})"))
}

/// The SDP in a message, plain or as a part.
pub fn sdp_of(message: &Message) -> String {
    let kind = message.headers.get("Content-Type").unwrap_or("application/sdp");
    let body = tallylight::siprec::Received::split(kind, &message.body).expect("a body");
    String::from_utf8(body.sdp_bytes().unwrap_or_default().to_vec()).expect("text")
}

/// The metadata in a message.
pub fn metadata_of(message: &Message) -> String {
    let kind = message.headers.get("Content-Type").unwrap_or_default();
    let body = tallylight::siprec::Received::split(kind, &message.body).expect("a body");
    String::from_utf8(body.metadata_bytes().unwrap_or_default().to_vec()).expect("text")
}

/// SDP of a script: streams by their port and direction, all PCMU.
pub fn sdp(at: [u8; 4], version: u32, streams: &[(u16, &str)]) -> String {
    sdp_of_codecs(at, version, streams, "0")
}

/// SDP of a script with these formats.
pub fn sdp_of_codecs(at: [u8; 4], version: u32, streams: &[(u16, &str)], formats: &str) -> String {
    let host = IpAddr::from(at);
    let mut text =
        format!("v=0\r\no=- 7 {version} IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n");
    for (port, direction) in streams {
        let line = if *port == 0 { String::new() } else { format!("a={direction}\r\n") };
        text = format!("{text}m=audio {port} RTP/AVP {formats}\r\n{line}");
    }
    text
}

pub fn sip_at(at: [u8; 4]) -> SocketAddr {
    SocketAddr::from((at, 5_060))
}

fn body(text: &str, kind: &str) -> String {
    if text.is_empty() {
        return "Content-Length: 0\r\n\r\n".to_owned();
    }
    format!("Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n{text}", text.len())
}

fn platform(wish: &Wish) -> Platform {
    let user = |(number, display, recorded): (&str, &str, bool)| User {
        takes_sha256: true,
        recording: if recorded { RecordingMode::Always } else { RecordingMode::Never },
        ..User::new(number, display)
    };
    let users = [
        (ALICE, "Alice", wish.recorded[0]),
        (BOB, "Bob", wish.recorded[1]),
        (CAROL, "Carol", false),
    ];
    Platform::new(platform::Settings {
        domain: "calls.example".to_owned(),
        listen: listen(PLATFORM_AT),
        ports: Ports::range(PLATFORM_AT.into(), 20_000, wish.platform_ports),
        users: users.map(user).to_vec(),
        recorder: Some((Transport::Udp, sip_at(RECORDER_AT))),
        dialect: wish.dialect,
        patience: wish.patience,
        failing: platform::Failing::default(),
        large_requests_to_tcp: false,
        provisional: "provisional".to_owned(),
        stops_kept: false,
        ice: None,
        recording_delay: Duration::default(),
        record_words: RecordWords::default(),
        provisioning: platform::provisioning::Setup::default(),
        prompts: platform::Prompts::default(),
        fault: None,
        seed: 1,
        epoch: Epoch::SIMULATED,
    })
}

fn phone(number: &str, at: [u8; 4], person: u8, wish: &Wish) -> Phone {
    Phone::new(phone::Settings {
        number: number.to_owned(),
        display: number.to_owned(),
        domain: "calls.example".to_owned(),
        server: (Transport::Udp, sip_at(PLATFORM_AT)),
        listen: listen(at),
        ports: Ports::range(at.into(), 20_000, 4),
        codecs: wish.codecs[usize::from(person)].clone(),
        voice: Voice::of_person(person).expect("a voice"),
        password: None,
        record_aware: false,
        is_silent: false,
        controls: Channel::default(),
        ice: false,
        app: None,
        record_words: RecordWords::default(),
        registration: Duration::from_hours(1),
        seed: u64::from(person) + 2,
        epoch: Epoch::SIMULATED,
    })
}

fn recorder(shelf: Shelf) -> Recorder {
    let settings = recorder::Settings {
        listen: listen(RECORDER_AT),
        ports: Ports::range(RECORDER_AT.into(), 20_000, 24),
        codecs: vec![Codec::PCMU, Codec::PCMA, Codec::G722, Codec::TELEPHONE_EVENT],
        fault: None,
        seed: 9,
        epoch: Epoch::SIMULATED,
        service: recorder::service::Settings::default(),
        tells_from: Vec::new(),
    };
    Recorder::new(settings, Box::new(shelf))
}

fn listen(at: [u8; 4]) -> Vec<(Transport, SocketAddr)> {
    vec![(Transport::Udp, sip_at(at)), (Transport::Tcp, sip_at(at))]
}

const MILLISECOND: Duration = Duration::from_millis(1);
/// What waited for a slow recorder goes out at once: ten seconds of both sides.
const OUTPUTS_MAX: usize = 1_100;
/// More than four parts have to do at one instant.
const EVENTS_AT_ONCE_MAX: usize = 5_000;
/// Scripts take what they have a use for.
const INBOX_MAX: usize = 200_000;
