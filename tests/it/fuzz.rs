//! Every reader of something from outside, fed with what is almost right: whole messages cut, bent,
//! repeated and put together anew. None may panic, what is complained about is short, and what was
//! read and written is read alike.
//!
//! Each reader has a few hundred tries in an ordinary run, and as many as
//! `TALLYLIGHT_FUZZ=100000 cargo test --test it fuzz` says; `TALLYLIGHT_FUZZ_SEED` takes others.

mod corpora;

use std::fmt::Display;
use std::io::{self, Cursor, Read};

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{RngSeed, TestRunner};
use tallylight::evidence::{Secrets, Timeline, Told, capture, read_lines, write_lines};
use tallylight::http;
use tallylight::ice::stun;
use tallylight::rtp::{Compound, Digit, Extension, Packet, RtcpPacket, TelephoneEvent};
use tallylight::sdp::{Description, judge_grammar};
use tallylight::sip::Message;
use tallylight::siprec::{Document, MediaType, Multipart, Received};

#[test]
fn sip_messages() {
    fuzz(&corpora::sip(), |bytes| {
        let Some(message) = told(Message::parse(bytes)) else { return };
        assert_eq!(message.to_bytes(), bytes, "an untouched message is written as it came");
        let _ = told(message.check());
    });
}

#[test]
fn session_descriptions() {
    fuzz(&corpora::sdp(), |bytes| {
        let Some(description) = told(Description::parse(bytes)) else { return };
        assert_eq!(description.as_bytes(), bytes);
        for medium in &description.media {
            let _ = (medium.rtp_address(), medium.rtcp_address());
        }
        assert!(judge_grammar(&description).len() <= bytes.len() + 10);
    });
}

#[test]
fn metadata() {
    fuzz(&corpora::metadata(), |bytes| {
        let Some(Document::Metadata(metadata)) = told(Document::parse(bytes)) else { return };
        let _ = metadata.dangling();
    });
}

#[test]
fn multipart_bodies() {
    fuzz(&corpora::multipart(), |bytes| {
        let head = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let kind = String::from_utf8_lossy(head);
        let body = bytes.get(head.len() + 1..).unwrap_or_default();
        if let Some(received) = told(Received::split(&kind, body)) {
            let _ = (received.sdp_bytes(), received.metadata_bytes());
        }
        let Some(kind) = MediaType::parse(&kind) else { return };
        let Some(read) = told(Multipart::parse(&kind, body)) else { return };
        let size: usize = read.parts.iter().map(|part| part.body.len()).sum();
        assert!(size <= body.len(), "the parts are no larger than the whole");
    });
}

#[test]
fn rtp_packets() {
    fuzz(&corpora::rtp(), |bytes| {
        let Some(packet) = told(Packet::read(bytes)) else { return };
        packet.extension.iter().flat_map(Extension::elements).for_each(drop);
        if let Some(event) = packet.payload.first_chunk() {
            let event = TelephoneEvent::read(*event);
            assert_eq!(TelephoneEvent::read(event.write()), event);
            assert!(Digit::of_event(event.event).is_none_or(|digit| digit.char().is_ascii()));
        }
        let again = match &packet.extension {
            Some(extension) => packet.header.write_extended(extension, packet.payload),
            None => packet.header.write(packet.payload),
        };
        let again = Packet::read(&again).unwrap();
        let said = |it: &Packet<'_>| (it.header.clone(), it.payload.to_vec());
        assert_eq!(said(&again), said(&packet));
        assert_eq!(again.extension, packet.extension);
    });
}

#[test]
fn rtcp_packets() {
    fuzz(&corpora::rtcp(), |bytes| {
        let Some(read) = told(Compound::read(bytes)) else { return };
        let again = Compound::read(&read.write());
        assert_eq!(again.ok(), Some(read));
    });
}

/// Found among a hundred thousand: it was read as a reason, and written as none.
#[test]
fn a_goodbye_with_an_empty_reason_has_none() {
    let report = [0x80, 201, 0, 1, 0, 0, 0, 7];
    let goodbye = [0x81, 203, 0, 2, 0, 0, 0, 7, 0, 0, 0, 0];
    let read = Compound::read(&[&report[..], &goodbye].concat()).unwrap();
    assert_eq!(read.0[1], RtcpPacket::Goodbye { ssrcs: vec![7], reason: None });
    assert_eq!(Compound::read(&read.write()), Ok(read));
}

#[test]
fn binding_messages() {
    fuzz(&corpora::stun(), |bytes| {
        let Some(message) = told(stun::Message::read(bytes)) else { return };
        let _ = message.is_signed(bytes, "password");
        let again = stun::Message::read(&message.to_unsigned_bytes()).unwrap();
        assert_eq!(
            (again.class, again.id, again.mapped),
            (message.class, message.id, message.mapped)
        );
        assert_eq!((again.username, again.error), (message.username, message.error));
    });
}

#[test]
fn http_messages() {
    fuzz(&corpora::http(), |bytes| {
        let Some(message) = told(http::Message::read(bytes)) else { return };
        if let Some(request) = message.request() {
            let _ = (http::segments(request.uri()), http::query(request.uri()));
            let _ = (http::form(request.body()), http::bearer(request.headers()));
        }
        let written = message.to_bytes();
        let again = http::Message::read(&written).unwrap();
        assert_eq!(again.to_bytes(), written);
        assert!(message.body().len() <= bytes.len());
    });
}

#[test]
fn key_logs() {
    fuzz(&corpora::keys(), |bytes| {
        let text = String::from_utf8_lossy(bytes);
        match Secrets::read(&text) {
            Ok(secrets) => assert!(secrets.len() <= text.lines().count()),
            Err(bad) => {
                let line = text.lines().nth(bad.line - 1).unwrap();
                assert!(bad.column >= 1 && bad.column <= line.chars().count() + 2, "{bad:?}");
            }
        }
    });
}

#[test]
fn captures() {
    let keys = corpora::sealed_keys();
    fuzz(&corpora::captures(), |bytes| {
        let copy = bytes.clone();
        let open = move || -> io::Result<Box<dyn Read>> { Ok(Box::new(Cursor::new(copy.clone()))) };
        let told_of = Told { name: "fuzz".to_owned(), open: &open, offset: None };
        let read = capture(&[told_of], keys.clone()).map_err(|(_, why)| why);
        let Some(mut captured) = told(read) else { return };
        let bytes_kept = |timeline: &Timeline| {
            timeline.flows().iter().map(|flow| flow.sent.len()).sum::<usize>()
                + timeline.signalling().len()
        };
        // No packet of a capture takes less than sixteen bytes.
        assert!(bytes_kept(&captured.timeline) <= bytes.len() / 16);
        assert!(captured.next_timeline().is_ok_and(|next| next.is_none()));
    });
}

#[test]
fn lines_of_timelines() {
    fuzz(&corpora::timelines(), |bytes| {
        let Some(read) = told(read_lines(&bytes[..])) else { return };
        // Lines in another order may mean something else: written once, they are in ours.
        let ours = again(&read.timeline);
        assert_eq!(again(&ours).digest(), ours.digest());
    });
}

fn again(timeline: &Timeline) -> Timeline {
    let mut lines = Vec::new();
    write_lines(timeline, &mut lines).unwrap();
    read_lines(&lines[..]).unwrap().timeline
}

/// What was read, or nothing and a complaint that can be shown.
fn told<T, E: Display>(read: Result<T, E>) -> Option<T> {
    read.map_err(|why| assert!(why.to_string().len() <= COMPLAINT_MAX, "{why}")).ok()
}

/// Puts variants of a corpus to a property.
fn fuzz(corpus: &[Bytes], property: impl Fn(&Bytes)) {
    assert!(!corpus.is_empty());
    for whole in corpus {
        property(whole);
    }
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let config = ProptestConfig {
        cases: number("TALLYLIGHT_FUZZ").unwrap_or(300),
        rng_seed: RngSeed::Fixed(number("TALLYLIGHT_FUZZ_SEED").unwrap_or(1).into()),
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let changes = vec((any::<Index>(), any::<Index>(), 0_u8..12, any::<u8>()), 1..6);
    let strategy = (any::<Index>(), any::<Index>(), changes);
    let done = TestRunner::new(config).run(&strategy, |(one, other, changes)| {
        property(&changed(one.get(corpus), other.get(corpus), &changes));
        Ok(())
    });
    done.unwrap_or_else(|why| panic!("{why}"));
}

/// A change: where, how far, what, and with which number.
type Change = (Index, Index, u8, u8);

/// What becomes of a message, with pieces of another one.
fn changed(whole: &Bytes, other: &Bytes, changes: &[Change]) -> Bytes {
    let mut bytes = whole.to_vec();
    for (from, to, kind, number) in changes {
        if bytes.is_empty() {
            break;
        }
        let at = from.index(bytes.len());
        let end = (at + 1 + to.index(STRETCH.min(bytes.len()))).min(bytes.len());
        let line = line_around(&bytes, at);
        match kind {
            0 | 1 => bytes[at] ^= 1 << (number % 8),
            2 => bytes[at] = *number,
            3 => bytes.insert(at, *number),
            4 => bytes.truncate(at),
            5 => drop(bytes.drain(at..end)),
            6 => {
                let piece = bytes[at..end].repeat(usize::from(number % 8) + 1);
                drop(bytes.splice(at..at, piece));
            }
            7 if !other.is_empty() => {
                let place = to.index(other.len());
                let piece = other[place..].iter().take(STRETCH).copied().collect::<Vec<_>>();
                drop(bytes.splice(at..end, piece));
            }
            // A line less, once more, or in another place.
            8 => drop(bytes.drain(line)),
            9 => {
                let piece = bytes[line.clone()].to_vec();
                drop(bytes.splice(line.start..line.start, piece));
            }
            10 => {
                let piece = bytes.drain(line).collect::<Vec<_>>();
                let place = line_around(&bytes, to.index(bytes.len().max(1))).start;
                drop(bytes.splice(place..place, piece));
            }
            _ => {
                // A number that is too large, too small or none.
                let digits = bytes[at..end].iter().position(u8::is_ascii_digit);
                let place = digits.map_or(at, |digits| at + digits);
                let odd = ODD[usize::from(*number) % ODD.len()];
                drop(bytes.splice(place..=place, odd.bytes()));
            }
        }
        bytes.truncate(LENGTH_MAX);
    }
    bytes.into()
}

fn line_around(bytes: &[u8], at: usize) -> std::ops::Range<usize> {
    let at = at.min(bytes.len());
    let start = bytes[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |it| it + 1);
    let end =
        bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |it| at + it + 1);
    start..end
}

/// The longest piece that is moved about.
const STRETCH: usize = 200;
const LENGTH_MAX: usize = 200_000;
/// A few lines on a screen.
const COMPLAINT_MAX: usize = 2_000;
const ODD: &[&str] = &[
    "-1",
    "0",
    "00000000000000000000001",
    "65535",
    "65536",
    "4294967295",
    "4294967296",
    "18446744073709551616",
    "999999999999999999999999999999",
    "0x10",
    "1e9",
    " 1",
    "",
    "\u{661}",
];
