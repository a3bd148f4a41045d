//! The hostile network: whatever arrives, from wherever, whenever, no part panics, talks without
//! end, stands still or keeps what it should give back; and an honest call works afterwards.

mod vandal;

use std::collections::BTreeSet;
use std::net::IpAddr;

use bytes::Bytes;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use tallylight::packet::{Packet, Transport};
use tallylight::role::{Command, Input};
use tallylight::sip::Message;

use vandal::{Vandal, evil, invite};

use super::bench::{ALICE, ALICE_AT, BOB, BOB_AT, Bench, PLATFORM_AT, RECORDER_AT, Wish, sip_at};

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
