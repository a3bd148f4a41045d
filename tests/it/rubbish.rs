//! The hostile network: whatever arrives, from wherever, whenever, no part panics, talks without
//! end, stands still or keeps what it should give back; and an honest call works afterwards.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use tallylight::packet::{Packet, Transport};
use tallylight::role::{Command, Input};
use tallylight::sip::Message;

use super::bench::{
    ALICE, ALICE_AT, BOB, BOB_AT, Bench, CAROL, PLATFORM_AT, RECORDER_AT, Wish, sip_at,
};

const HOSTS: [[u8; 4]; 4] = [ALICE_AT, BOB_AT, PLATFORM_AT, RECORDER_AT];

/// Everything that crosses in a recorded call with keys, hold and resume.
fn corpus() -> Vec<Packet> {
    let mut bench = Bench::new(&Wish::default());
    bench.tape = Some(Vec::new());
    bench.connect();
    bench.tell(ALICE_AT, Command::Press("5#".to_owned()));
    bench.pass(6_000);
    bench.tell(BOB_AT, Command::Hold);
    bench.pass(200);
    bench.tell(BOB_AT, Command::Resume);
    bench.pass(200);
    bench.tell(ALICE_AT, Command::HangUp);
    bench.pass(200);
    let tape = bench.tape.take().unwrap();
    let is_sip = |packet: &Packet| Message::parse(&packet.payload).is_ok();
    let (mut sip, media): (Vec<_>, Vec<_>) =
        tape.into_iter().map(|(_, packet)| packet).partition(is_sip);
    // Of media a few are enough; RTCP is among them.
    sip.extend(media.into_iter().step_by(31));
    sip
}

struct Vandal {
    rng: ChaCha8Rng,
    corpus: Vec<Packet>,
    evil: Vec<Bytes>,
}

impl Vandal {
    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.rng.next_u64() % bound.max(1) as u64).unwrap()
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn pick<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())].clone()
    }

    fn address(&mut self) -> SocketAddr {
        let host = self.pick(&HOSTS);
        let port = match self.below(6) {
            0 => 0,
            1 => 65_535,
            2 | 3 => 20_000 + u16::try_from(self.below(20)).unwrap(),
            _ => 5_060,
        };
        let stranger = self.one_in(4);
        SocketAddr::from((if stranger { [192, 0, 2, 66] } else { host }, port))
    }

    /// A packet that was seen, or something made of it, or something else altogether.
    fn packet(&mut self) -> Packet {
        let corpus = std::mem::take(&mut self.corpus);
        let mut packet = self.pick(&corpus);
        self.corpus = corpus;
        match self.below(8) {
            0 => packet.payload = self.noise(),
            1 => packet.payload = self.pick(&self.evil.clone()),
            2 => {}
            _ => packet.payload = self.mutated(&packet.payload),
        }
        if self.one_in(3) {
            packet.source = self.address();
        }
        if self.one_in(3) {
            packet.target = self.address();
        }
        if self.one_in(8) {
            // A reflection: from itself to itself.
            packet.source = packet.target;
        }
        if self.one_in(8) {
            packet.transport = Transport::Tcp;
        }
        packet
    }

    fn noise(&mut self) -> Bytes {
        let length = match self.below(4) {
            0 => self.below(4),
            1 => 1_472,
            _ => self.below(200),
        };
        let mut bytes = vec![0; length];
        self.rng.fill_bytes(&mut bytes);
        if let Some(first) = bytes.first_mut().filter(|_| self.rng.next_u64().is_multiple_of(2)) {
            *first = 0x80 | (*first & 0x1F);
        }
        bytes.into()
    }

    fn mutated(&mut self, payload: &Bytes) -> Bytes {
        let mut bytes = payload.to_vec();
        for _ in 0..=self.below(3) {
            match self.below(9) {
                0 => bytes.truncate(self.below(bytes.len() + 1)),
                1 => {
                    let at = self.below(bytes.len());
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte ^= 1 << (self.rng.next_u64() % 8);
                    }
                }
                2 => {
                    let (from, count) = (self.below(bytes.len()), self.below(40));
                    let copy: Vec<_> = bytes.iter().skip(from).take(count).copied().collect();
                    let at = self.below(bytes.len() + 1);
                    bytes.splice(at..at, copy);
                }
                _ => bytes = self.edited(bytes),
            }
        }
        bytes.into()
    }

    /// Changes a line of text: drops it, doubles it, or replaces one of its words.
    fn edited(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        let Ok(text) = String::from_utf8(bytes) else { return self.noise().to_vec() };
        let mut lines: Vec<_> = text.split("\r\n").map(str::to_owned).collect();
        let at = self.below(lines.len());
        match self.below(4) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(at, lines[at].clone()),
            2 => lines.swap(at, 0),
            _ => {
                let word = self.pick(&WORDS);
                let line = lines[at].clone();
                let cut: Vec<_> = line
                    .char_indices()
                    .filter(|(_, it)| ";: =<>@/,".contains(*it))
                    .map(|(at, _)| at + 1)
                    .collect();
                let from = if cut.is_empty() { 0 } else { self.pick(&cut) };
                let to =
                    cut.iter().copied().find(|cut| *cut > from).map_or(line.len(), |to| to - 1);
                lines[at] = format!("{}{word}{}", &line[..from], &line[to.max(from)..]);
            }
        }
        lines.join("\r\n").into_bytes()
    }
}

const WORDS: [&str; 24] = [
    "",
    "0",
    "-1",
    "65535",
    "4294967295",
    "4294967296",
    "99999999999999999999",
    "INVITE",
    "BYE",
    "ACK",
    "CANCEL",
    "UPDATE",
    "PRACK",
    "REGISTER",
    "inactive",
    "sendrecv",
    "0.0.0.0",
    "198.51.100.10",
    "203.0.113.10",
    "255.255.255.255",
    "multipart/mixed;boundary=x",
    "100rel",
    "z9hG4bK",
    "%00\u{fe0f}\"<",
];

/// Messages that only serve to exhaust their reader, each as an INVITE.
fn evil() -> Vec<Bytes> {
    let sdp = "v=0\r\no=- 1 1 IN IP4 198.51.100.10\r\ns=-\r\nc=IN IP4 198.51.100.10\r\nt=0 0\r\n";
    let lines = |count: usize, port: u16| {
        format!("{sdp}{}", format!("m=audio {port} RTP/AVP 0\r\n").repeat(count))
    };
    let deep = (0..500).fold(String::new(), |text, level| {
        text + &format!("--{level}\r\nContent-Type: multipart/mixed;boundary={}\r\n\r\n", level + 1)
    });
    let bomb = format!(
        "<!DOCTYPE x [<!ENTITY a \"{}\">{}]><recording>&j;</recording>",
        "a".repeat(1_000),
        ('b'..='j').fold(String::new(), |text, name| {
            let before = char::from_u32(u32::from(name) - 1).unwrap();
            text + &format!("<!ENTITY {name} \"{}\">", format!("&{before};").repeat(10))
        }),
    );
    let bodies = [
        ("application/sdp", lines(1_000, 20_000)),
        ("application/sdp", lines(60, 20_000)),
        ("application/sdp", lines(1, 0)),
        ("application/sdp", lines(1, 65_535)),
        ("application/sdp", lines(2, 20_002)),
        ("application/sdp", lines(1, 20_000).replace("RTP/AVP 0", &"RTP/AVP 0 8".repeat(400))),
        ("application/sdp", lines(1, 20_000).replace("198.51.100.10", "255.255.255.255")),
        ("multipart/mixed;boundary=0", deep),
        ("multipart/mixed;boundary=x", "--x\r\n\r\n".repeat(5_000)),
        ("application/rs-metadata+xml", bomb.clone()),
        (
            "multipart/mixed;boundary=x",
            format!(
                "--x\r\nContent-Type: application/sdp\r\n\r\n{}\r\n--x\r\nContent-Type: application/rs-metadata+xml\r\n\r\n{bomb}\r\n--x--\r\n",
                lines(2, 20_000)
            ),
        ),
    ];
    let mut messages: Vec<_> = bodies
        .iter()
        .map(|(kind, body)| invite(&format!("Content-Type: {kind}\r\n"), body))
        .collect();
    messages.push(invite(&format!("Subject: {}\r\n", "x".repeat(60_000)), ""));
    messages.push(invite(&"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx\r\n".repeat(400), ""));
    messages.push(invite(&"Record-Route: <sip:192.0.2.1;lr>\r\n".repeat(400), ""));
    messages.push(invite(&format!("Contact: <sip:a@b{}>\r\n", ";x=y".repeat(2_000)), ""));
    messages.push(invite(&"X: y\r\n".repeat(8_000), ""));
    messages
}

fn invite(headers: &str, body: &str) -> Bytes {
    let number = if headers.len().is_multiple_of(2) { ALICE } else { BOB };
    let length = body.len();
    Bytes::from(format!(
        "INVITE sip:{number}@calls.example SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.66;branch=z9hG4bK{length}\r\n\
         Max-Forwards: 70\r\nFrom: <sip:{CAROL}@calls.example>;tag=e\r\nTo: <sip:{number}@calls.example>\r\n\
         Call-ID: evil-{length}\r\nCSeq: 1 INVITE\r\nContact: <sip:x@198.51.100.10>;+sip.src\r\n\
         {headers}Content-Length: {length}\r\n\r\n{body}"
    ))
}

fn somebody_acts(bench: &mut Bench, vandal: &mut Vandal) {
    let (who, number) = if vandal.one_in(2) { (ALICE_AT, BOB) } else { (BOB_AT, ALICE) };
    let command = match vandal.below(6) {
        0 => Command::Call(number.to_owned()),
        1 | 2 => Command::Answer,
        3 => Command::HangUp,
        4 => Command::Hold,
        _ => Command::Resume,
    };
    bench.tell(who, command);
}

/// What comes of one seed: half a minute of vandalism, and an honest call after it.
fn vandalise(seed: u64, corpus: &[Packet], evil: &[Bytes]) {
    let mut vandal = Vandal {
        rng: ChaCha8Rng::seed_from_u64(seed),
        corpus: corpus.to_vec(),
        evil: evil.to_vec(),
    };
    let mut bench = Bench::new(&Wish::default());
    if vandal.one_in(2) {
        bench.connect();
    }
    for _ in 0..DEEDS {
        match vandal.below(20) {
            0 => somebody_acts(&mut bench, &mut vandal),
            1 => {
                let packet = vandal.packet();
                let host = packet.source.ip();
                bench.feed(host, Input::Undeliverable(packet));
            }
            2 => {
                let packet = vandal.packet();
                (0..vandal.below(20)).for_each(|_| bench.send(packet.clone()));
            }
            3 | 4 => bench.pass([1, 20, 500, 3_000][vandal.below(4)]),
            _ => {
                let packet = vandal.packet();
                bench.send(packet);
            }
        }
        assert!(bench.underway() < 2_000, "{} packets on the way", bench.underway());
    }
    // Everybody goes home, and session timers end what nobody is left to end.
    for _ in 0..4 {
        bench.tell(ALICE_AT, Command::HangUp);
        bench.tell(BOB_AT, Command::HangUp);
        bench.pass(10_000);
    }
    bench.pass(2 * 3_600_000);
    bench.inbox.clear();
    for at in [ALICE_AT, BOB_AT, PLATFORM_AT] {
        let (left, free) = bench.parts[&IpAddr::from(at)].leftovers();
        let (bound, ports) = if at == PLATFORM_AT { (None, 24) } else { (Some("1 bindings"), 4) };
        let wanted = (bound.into_iter().map(str::to_owned).collect(), ports);
        assert_eq!((left, free), wanted, "seed {seed}");
    }
    let silence = bench.rtp_to(ALICE_AT) + bench.rtp_to(BOB_AT);
    bench.pass(1_000);
    assert_eq!(bench.rtp_to(ALICE_AT) + bench.rtp_to(BOB_AT), silence, "seed {seed}");
    let before = HOSTS.map(|at| bench.rtp_to(at));
    bench.connect();
    bench.pass(1_000);
    for (at, before) in HOSTS.into_iter().zip(before) {
        let heard = bench.rtp_to(at) - before;
        assert!(heard >= 90, "seed {seed}: {heard} packets for {}", IpAddr::from(at));
    }
}

#[test]
fn no_rubbish_brings_a_part_down_and_an_honest_call_works_afterwards() {
    let (corpus, evil) = (corpus(), evil());
    for seed in 0..SEEDS {
        vandalise(seed, &corpus, &evil);
    }
}

#[test]
fn no_evil_message_is_worth_more_than_a_few_answers() {
    for payload in evil() {
        for at in HOSTS {
            let mut bench = Bench::new(&Wish::default());
            bench.tape = Some(Vec::new());
            let (source, target) = (sip_at([192, 0, 2, 66]), sip_at(at));
            let transport = Transport::Tcp;
            bench.send(Packet { transport, source, target, payload: payload.clone() });
            bench.pass(1_000);
            let tape = bench.tape.take().unwrap();
            assert!(tape.len() <= 24, "{} packets for one", tape.len());
        }
    }
}

#[test]
fn whatever_comes_back_undelivered_nothing_is_repeated_without_end() {
    let mut bench = Bench::new(&Wish::default());
    bench.tape = Some(Vec::new());
    bench.connect();
    bench.tell(ALICE_AT, Command::HangUp);
    bench.pass(100);
    let tape = bench.tape.replace(Vec::new()).unwrap();
    for (_, packet) in &tape {
        bench.feed(packet.source.ip(), Input::Undeliverable(packet.clone()));
    }
    bench.pass(100);
    let said = bench.tape.take().unwrap().len();
    assert!(said < 20, "{said} packets");
    bench.connect();
    let before = bench.rtp_to(RECORDER_AT);
    bench.pass(1_000);
    assert!(bench.rtp_to(RECORDER_AT) - before >= 95);
}

#[test]
fn a_recorder_gives_the_ports_of_refused_sessions_back() {
    let mut bench = Bench::new(&Wish::default());
    let unknown = "v=0\r\no=- 1 1 IN IP4 192.0.2.66\r\ns=-\r\nc=IN IP4 192.0.2.66\r\nt=0 0\r\n\
                   m=audio 4000 RTP/AVP 97\r\na=rtpmap:97 unheard-of/8000\r\n";
    for _ in 0..30 {
        let payload = invite("Content-Type: application/sdp\r\nRequire: siprec\r\n", unknown);
        let (source, target) = (sip_at([192, 0, 2, 66]), sip_at(RECORDER_AT));
        let transport = Transport::Udp;
        bench.send(Packet { transport, source, target, payload });
        bench.pass(40_000);
    }
    assert_eq!(bench.parts[&IpAddr::from(RECORDER_AT)].leftovers(), (Vec::new(), 24));
}

#[test]
fn a_recorder_survives_an_offer_with_fewer_streams_than_before() {
    let mut bench = Bench::new(&Wish::default());
    let stream = "m=audio 4000 RTP/AVP 0\r\n";
    let sdp = |count: usize| {
        let head = "v=0\r\no=- 1 1 IN IP4 192.0.2.66\r\ns=-\r\nc=IN IP4 192.0.2.66\r\nt=0 0\r\n";
        format!("{head}{}", stream.repeat(count))
    };
    let at = [192, 0, 2, 66];
    let payload = invite("Content-Type: application/sdp\r\nRequire: siprec\r\n", &sdp(2));
    let packet = |payload: Bytes| Packet {
        transport: Transport::Udp,
        source: sip_at(at),
        target: sip_at(RECORDER_AT),
        payload,
    };
    bench.send(packet(payload.clone()));
    bench.pass(10);
    let answer = bench.next(at).unwrap();
    assert_eq!(answer.code(), Some(200));
    let text = String::from_utf8(payload.to_vec()).unwrap();
    let head = text.split("\r\n\r\n").next().unwrap().replace("CSeq: 1", "CSeq: 2");
    let head = head.replace("branch=z9hG4bK", "branch=z9hG4bKagain");
    let to = text.lines().find(|line| line.starts_with("To: ")).unwrap();
    let head = head.replace(to, &format!("To: {}", answer.headers.get("To").unwrap()));
    let ack = head.replace("INVITE", "ACK").replace("CSeq: 2", "CSeq: 1");
    let (ack, _) = ack.split_once("\r\nContent-Type").unwrap();
    bench.send(packet(Bytes::from(format!("{ack}\r\nContent-Length: 0\r\n\r\n"))));
    bench.pass(10);
    bench.inbox.clear();
    let length = text.lines().find(|line| line.starts_with("Content-Length")).unwrap();
    let head = head.replace(length, &format!("Content-Length: {}", sdp(1).len()));
    bench.send(packet(Bytes::from(format!("{head}\r\n\r\n{}", sdp(1)))));
    bench.pass(10);
    assert_eq!(bench.next(at).and_then(|answer| answer.code()), Some(488));
}

#[test]
fn two_thousand_calls_leave_nothing_behind() {
    let mut bench = Bench::new(&Wish { recorded: [true, true], ..Wish::default() });
    bench.pass(40_000);
    let full = bench.leftovers();
    let mut ids = BTreeSet::new();
    for number in 0..CALLS {
        let fault = if number % 8 == 6 { "refuse" } else { "none" };
        bench.tell(RECORDER_AT, Command::Break(fault.to_owned()));
        bench.tape = Some(Vec::new());
        bench.tell(ALICE_AT, Command::Call(BOB.to_owned()));
        bench.pass(20);
        match number % 8 {
            // Hung up while it rings.
            0 => bench.tell(ALICE_AT, Command::HangUp),
            1 => bench.tell(BOB_AT, Command::Decline),
            2 => {
                // The answer and the hang-up cross.
                bench.tell(BOB_AT, Command::Answer);
                bench.tell(ALICE_AT, Command::HangUp);
            }
            3 => {
                bench.tell(BOB_AT, Command::Answer);
                bench.tell(BOB_AT, Command::HangUp);
            }
            4 => {
                // Over before the recorder has answered.
                bench.tell(BOB_AT, Command::Answer);
                bench.pass(4);
                bench.tell(ALICE_AT, Command::HangUp);
            }
            _ => {
                bench.tell(BOB_AT, Command::Answer);
                bench.pass(30);
                bench.tell(if number % 2 == 0 { ALICE_AT } else { BOB_AT }, Command::HangUp);
            }
        }
        bench.pass(30);
        for (_, packet) in bench.tape.take().unwrap() {
            let Ok(message) = Message::parse(&packet.payload) else { continue };
            if packet.source == sip_at(ALICE_AT) && message.headers.has("Max-Forwards") {
                ids.insert(message.call_id().unwrap().to_owned());
            }
        }
    }
    assert!(ids.len() >= CALLS, "{} ids for {CALLS} calls", ids.len());
    bench.pass(200_000);
    assert_eq!(bench.leftovers(), full);
    let before = bench.rtp_to(RECORDER_AT);
    bench.connect();
    assert!(bench.rtp_to(RECORDER_AT) - before >= 150);
}

/// Each is half a minute of vandalism and a call: a thirtieth of a second of ours.
const SEEDS: u64 = 100;
const DEEDS: usize = 300;
const CALLS: usize = 2_000;
