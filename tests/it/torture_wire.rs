//! The torture messages of RFC 4475 and RFC 5118 on real sockets: each part answers each of them
//! as the RFC says, and serves on.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use tallylight::cli;
use tallylight::evidence::{Content, RecordedStream, Side, Timeline, recordings};
use tallylight::packet::Transport;
use tallylight::role::Command;
use tallylight::role::recorder::Memory;
use tallylight::scenario::Scenario;
use tallylight::sip::Message;
use tallylight::testbed::Testbed;

use crate::corpus;

const PARTS: [&str; 3] = ["Bob", "platform", "recorder"];

#[test]
fn every_message_has_an_answer_that_is_expected() {
    let known: Vec<_> = EXPECTED.iter().map(|(name, _)| *name).collect();
    let messages = messages();
    let names: Vec<_> = messages.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, known);
}

#[test]
fn every_part_answers_every_message_over_udp_as_the_rfc_says_and_serves_on() {
    // Messages of one transaction would be copies of each other, so each round has one of each.
    let mut rounds: BTreeMap<u8, Vec<usize>> = BTreeMap::new();
    let mut before = BTreeMap::new();
    for (number, (_, message)) in messages().iter().enumerate() {
        let Some(transaction) = transaction(message) else {
            rounds.entry(0).or_default().push(number);
            continue;
        };
        let round: &mut u8 = before.entry(transaction).or_default();
        rounds.entry(*round).or_default().push(number);
        *round += 1;
    }
    assert_eq!(rounds.len(), 4);
    thread::scope(|scope| {
        for (round, numbers) in &rounds {
            scope.spawn(move || over_udp(*round, numbers));
        }
    });
}

fn over_udp(round: u8, numbers: &[usize]) {
    let mut testbed = testbed();
    let messages = messages();
    for (place, part) in PARTS.into_iter().enumerate() {
        let target = address(&testbed, part, Transport::Udp);
        for number in numbers {
            // An answer goes to the address from which its request came (RFC 3261 section 18.2.1).
            let own = [place, *number].map(|it| u8::try_from(it).unwrap());
            let own = Ipv4Addr::new(127, 64 + round, own[0], own[1]);
            let socket = UdpSocket::bind((own, 0)).unwrap();
            socket.send_to(&messages[*number].1, target).unwrap();
        }
    }
    let is_wanted = |number: &&usize| EXPECTED[**number].1[0] != SILENT;
    let wanted = PARTS.len() * numbers.iter().filter(is_wanted).count();
    let end = testbed.now() + LONGEST;
    testbed.pass_until(end, |timeline| answers(timeline, round).len() >= wanted);
    testbed.pass(Duration::from_millis(300));
    let answers = answers(testbed.timeline(), round);
    for number in numbers {
        let (name, expected) = EXPECTED[*number];
        for (place, expected) in expected.into_iter().enumerate() {
            let answer = answers.get(&(place, *number)).cloned().unwrap_or_default();
            assert_expected(&answer, &[expected], name, place);
        }
    }
    assert_serves(&mut testbed);
}

/// What was answered to whom: copies count once.
fn answers(timeline: &Timeline, round: u8) -> BTreeMap<(usize, usize), BTreeSet<u16>> {
    let mut answers: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for sighting in timeline.signalling() {
        let (IpAddr::V4(to), Side::Sent) = (sighting.target.ip(), sighting.side) else { continue };
        let Content::Sip(message) = &sighting.content else { continue };
        let [127, network, place, number] = to.octets() else { continue };
        if network == 64 + round
            && let Some(code) = message.code()
        {
            answers.entry((place.into(), number.into())).or_default().insert(code);
        }
    }
    answers
}

#[test]
fn every_part_answers_every_message_over_tcp_as_the_rfc_says_and_serves_on() {
    let mut testbed = testbed();
    let targets = PARTS.map(|part| address(&testbed, part, Transport::Tcp));
    let done = &AtomicUsize::new(0);
    thread::scope(|scope| {
        let mut count = 0;
        for (place, target) in targets.into_iter().enumerate() {
            for (number, (_, message)) in messages().into_iter().enumerate() {
                count += 1;
                scope.spawn(move || {
                    let (name, expected) = EXPECTED[number];
                    let expected = match name {
                        // The rest of the body may still come: there is nothing to answer yet.
                        "clerr" => vec![SILENT],
                        // What follows on a stream is a message of its own, here a broken one.
                        "dblreq" => vec![expected[place], 400],
                        _ => vec![expected[place]],
                    };
                    assert_expected(&ask(target, &message, &expected), &expected, name, place);
                    done.fetch_add(1, Ordering::Relaxed);
                });
            }
        }
        let end = testbed.now() + LONGEST;
        while done.load(Ordering::Relaxed) < count && testbed.now() < end {
            testbed.pass(Duration::from_millis(20));
        }
    });
    assert_serves(&mut testbed);
}

/// The status of every answer to a message on a connection of its own.
fn ask(target: SocketAddr, message: &[u8], expected: &[u16]) -> BTreeSet<u16> {
    let mut stream = TcpStream::connect(target).unwrap();
    stream.write_all(message).unwrap();
    let is_silent = expected == [SILENT];
    let patience = if is_silent { Duration::from_millis(600) } else { LONGEST / 2 };
    stream.set_read_timeout(Some(patience)).unwrap();
    let (mut came, mut some) = (Vec::new(), vec![0; 65_536]);
    while let Ok(count @ 1..) = stream.read(&mut some) {
        came.extend_from_slice(&some[..count]);
        let heads = came.windows(4).filter(|four| four == b"\r\n\r\n").count();
        if heads >= expected.len() {
            break;
        }
    }
    let text = String::from_utf8_lossy(&came);
    let starts = text.lines().filter_map(|line| line.strip_prefix("SIP/2.0 "));
    starts.filter_map(|rest| rest.get(..3)?.parse().ok()).collect()
}

fn assert_expected(answer: &BTreeSet<u16>, expected: &[u16], name: &str, place: usize) {
    // The first of those who call a telephone makes it ring, the others find it busy.
    let is_busy = |code: &u16| matches!(code, 180 | 486);
    let normal = |code: &u16| if is_busy(code) { RINGS } else { *code };
    let answered: BTreeSet<_> = answer.iter().map(normal).collect();
    let expected = expected.iter().copied().filter(|code| *code != SILENT).collect();
    assert_eq!(answered, expected, "{name} at {}", PARTS[place]);
}

/// The transaction of a message, as far as it says one (RFC 3261 section 17.2.3).
fn transaction(message: &Bytes) -> Option<String> {
    let message = Message::parse(message).ok()?;
    let (via, method) = (message.via().ok()?, message.method()?.clone());
    let branch = via.branch().filter(|branch| branch.len() > "z9hG4bK".len())?;
    Some(format!("{branch} {}:{:?} {method}", via.host, via.port))
}

fn messages() -> Vec<(String, Bytes)> {
    ["rfc4475", "rfc5118"].into_iter().flat_map(corpus::all).collect()
}

fn testbed() -> Testbed {
    let scenario = Scenario::parse("torture.yaml", SCENARIO, &cli::known()).unwrap();
    let mut testbed = Testbed::build(&scenario, 1, Box::new(Memory::default())).unwrap();
    testbed.pass(Duration::from_millis(300));
    testbed
}

fn address(testbed: &Testbed, part: &str, wanted: Transport) -> SocketAddr {
    let mut listening = testbed.listening(part).iter().copied();
    let found = listening.find(|(transport, _)| *transport == wanted);
    found.unwrap_or_else(|| panic!("{part} does not listen over {wanted}")).1
}

/// Alice calls Bob, whose telephone rang for the last stranger; he answers, and it is recorded.
fn assert_serves(testbed: &mut Testbed) {
    testbed.tell("Bob", Command::Decline);
    testbed.pass(Duration::from_millis(100));
    let before = recordings(testbed.timeline()).len();
    assert!(testbed.tell("Alice", Command::Call(BOB.to_owned())));
    testbed.pass(Duration::from_millis(400));
    testbed.tell("Bob", Command::Answer);
    testbed.pass(Duration::from_millis(600));
    testbed.tell("Alice", Command::HangUp);
    testbed.pass(Duration::from_millis(400));
    let recorded = recordings(testbed.timeline());
    assert_eq!(recorded.len(), before + 1);
    let last = recorded.last().unwrap();
    assert!(last.dialog.answered.is_some() && last.dialog.ended.is_some());
    assert!(last.streams.iter().all(RecordedStream::is_alive));
}

const BOB: &str = "+12025550102";
/// Many times longer than it takes.
const LONGEST: Duration = Duration::from_secs(10);
const SCENARIO: &str = "title: Torture
cast:
  Alice: { role: phone, number: \"+1 202 555 0101\", recording: always }
  Bob: { role: phone, number: \"+1 202 555 0102\" }
  platform: { role: platform, transport: tcp }
  recorder: { role: recorder }
wire:
  listen: 127.0.0.1
";

/// Nothing is answered: to a response, to what cannot be told whom to answer (`badinv01` has no
/// readable Via), and to what says too little for an answer to belong to it (`insuf`).
const SILENT: u16 = 0;
/// A telephone rings, or is busy ringing for somebody else.
const RINGS: u16 = 180;

/// What each of [`PARTS`] answers. What is illegal gets 400, or what the RFC names; what is legal,
/// whatever the part would say to a message that is written more plainly.
const EXPECTED: &[(&str, [u16; 3])] = &[
    ("badaspec", [400, 400, 400]),
    ("badbranch", [200, 200, 200]),
    ("baddate", [400, 400, 400]),
    ("baddn", [400, 400, 400]),
    ("badinv01", [SILENT, SILENT, SILENT]),
    ("badvers", [505, 505, 505]),
    ("bcast", [SILENT, SILENT, SILENT]),
    ("bext01", [420, 420, 420]),
    ("bigcode", [SILENT, SILENT, SILENT]),
    ("clerr", [400, 400, 400]),
    ("cparam01", [405, 404, 405]),
    ("cparam02", [405, 404, 405]),
    ("dblreq", [405, 404, 405]),
    ("esc01", [RINGS, 404, 488]),
    ("esc02", [501, 501, 501]),
    ("escnull", [405, 404, 405]),
    ("escruri", [400, 400, 400]),
    ("insuf", [SILENT, SILENT, SILENT]),
    ("intmeth", [501, 501, 501]),
    ("inv2543", [400, 400, 400]),
    ("invut", [415, 415, 415]),
    ("longreq", [RINGS, 404, 488]),
    ("ltgtruri", [400, 400, 400]),
    ("lwsdisp", [200, 200, 200]),
    ("lwsruri", [400, 400, 400]),
    ("lwsstart", [400, 400, 400]),
    ("mcl01", [400, 400, 400]),
    ("mismatch01", [400, 400, 400]),
    ("mismatch02", [501, 501, 501]),
    ("mpart01", [405, 405, 405]),
    ("multi01", [400, 400, 400]),
    ("ncl", [400, 400, 400]),
    ("noreason", [SILENT, SILENT, SILENT]),
    ("novelsc", [416, 416, 416]),
    ("quotbal", [400, 400, 400]),
    ("regaut01", [405, 404, 405]),
    ("regbadct", [400, 400, 400]),
    ("regescrt", [405, 404, 405]),
    ("scalar02", [400, 400, 400]),
    ("scalarlg", [SILENT, SILENT, SILENT]),
    ("sdp01", [RINGS, 404, 488]),
    ("semiuri", [200, 200, 200]),
    ("transports", [200, 200, 200]),
    ("trws", [400, 400, 400]),
    ("unkscm", [416, 416, 416]),
    ("unksm2", [405, 400, 405]),
    ("unreason", [SILENT, SILENT, SILENT]),
    ("wsinv", [481, 481, 481]),
    ("zeromf", [200, 200, 200]),
    ("ipv4-mapped-ipv6", [RINGS, 404, 488]),
    ("ipv6-bad", [400, 400, 400]),
    ("ipv6-bug-abnf-3-colons", [200, 200, 200]),
    ("ipv6-correct-abnf-2-colons", [200, 200, 200]),
    ("ipv6-good", [405, 404, 405]),
    ("ipv6-in-sdp", [RINGS, 404, 488]),
    ("mult-ip-in-header", [481, 481, 481]),
    ("mult-ip-in-sdp", [RINGS, 404, 488]),
    ("port-ambiguous", [405, 404, 405]),
    ("port-unambiguous", [405, 404, 405]),
    ("via-received-param-no-delim", [200, 200, 200]),
    ("via-received-param-with-delim", [481, 481, 481]),
];
