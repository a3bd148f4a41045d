//! Keys for media that are told in the description (RFC 4568), and what they protect (RFC 3711).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::packet::Transport;
use crate::sdp::{Description, MediaDescription};

pub const RULES: &[Rule] = &[
    rule("RFC3711-3.2.1-1", no_key_is_used_twice),
    rule("RFC3711-3.4-1", reports_are_sealed),
    rule("RFC3711-9.1-1", no_number_is_used_twice),
    rule("RFC4568-4-1", keys_stand_with_their_stream),
    rule("RFC4568-5.1.1-1", |case| offered(case, "RFC4568-5.1.1-1", true)),
    rule("RFC4568-5.1.2-1", one_key_is_accepted),
    rule("RFC4568-5.1.2-2", |case| offered(case, "RFC4568-5.1.2-2", false)),
    rule("RFC4568-5.1.3-1", a_wrong_answer_is_no_answer),
    rule("RFC4568-6.1-1", keys_are_as_long_as_their_suite),
    rule("RFC4568-6.1-2", keys_in_a_description_differ),
    rule("RFC8866-7-1", keys_travel_in_secret),
];

/// One `a=crypto` line: tag, suite, and the key in base64.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Line<'a> {
    tag: &'a str,
    suite: &'a str,
    key: &'a str,
}

fn read(text: &str) -> Option<Line<'_>> {
    let mut words = text.split_ascii_whitespace();
    let (tag, suite, params) = (words.next()?, words.next()?, words.next()?);
    let key = params.split(';').next()?.strip_prefix("inline:")?.split('|').next()?;
    Some(Line { tag, suite, key })
}

fn lines(medium: &MediaDescription) -> Vec<Line<'_>> {
    medium.crypto().filter_map(read).collect()
}

/// Whether the keys of a stream are told in the description: not those that are agreed on over
/// DTLS, or otherwise (RFC 5763, RFC 4567).
fn wants_keys(description: &Description, medium: &MediaDescription) -> bool {
    let otherwise = |it: &crate::sdp::Attribute| it.name == "fingerprint" || it.name == "key-mgmt";
    let proto = medium.proto.to_ascii_uppercase();
    let is_secret = proto == "RTP/SAVP" || proto == "RTP/SAVPF";
    is_secret
        && !medium.is_disabled()
        && !medium.attributes.iter().chain(&description.attributes).any(otherwise)
}

fn described<'b, 'a>(case: &'b Case<'a>) -> impl Iterator<Item = (&'b Said<'a>, &'a Description)> {
    case.said.iter().filter_map(|it| Some((it, &it.sighting.description()?.1)))
}

/// Every stream, call and direction has a key of its own (RFC 3711 section 3.2.1).
fn no_key_is_used_twice(case: &Case<'_>) -> Vec<Verdict> {
    let mut known: BTreeMap<&str, (usize, bool, usize)> = BTreeMap::new();
    let mut verdicts = Vec::new();
    for (number, talk) in case.talks.iter().enumerate() {
        for of_caller in [true, false] {
            for (description, place) in talk.descriptions(of_caller) {
                for (stream, medium) in description.media.iter().enumerate() {
                    for line in lines(medium) {
                        let own = (number, of_caller, stream);
                        let first = *known.entry(line.key).or_insert(own);
                        // Within one description it is another row that is broken; forks of a call
                        // have one offer.
                        let talks = |it: (usize, bool, usize)| case.talks[it.0].call_id;
                        let is_own = first == own || talks(first) == talks(own) && first.1 == own.1;
                        verdicts.push(case.require(
                            is_own,
                            "RFC3711-3.2.1-1",
                            case.at(place),
                            || format!("with a key for stream {stream} that was in use elsewhere"),
                        ));
                    }
                }
            }
        }
    }
    verdicts
}

/// RTCP of a stream in secret has its index and its seal (RFC 3711 section 3.4).
fn reports_are_sealed(case: &Case<'_>) -> Vec<Verdict> {
    let secret = &case.ports.secret;
    let reports = case.timeline.reports().iter().filter(|it| secret.contains(&it.target));
    let judged = reports.map(|report| {
        // One that can be read to its end has nothing behind it.
        let is_bare = crate::rtp::Compound::read(&report.bytes).is_ok_and(|it| it.is_regular());
        let is_short = report.bytes.len() < 8 + SEAL;
        let who = case.timeline.cast().label(report.source);
        Verdict::require(!is_bare && !is_short, "RFC3711-3.4-1", report.at, || {
            format!("{who} sent RTCP without index and seal, although the stream is secret")
        })
    });
    judged.collect()
}

/// Under one key no packet number comes twice for a source (RFC 3711 section 9.1).
fn no_number_is_used_twice(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for lane in &case.lanes {
        let agreed = lane.agreed(&case.said, &case.talks[lane.talk]);
        let keys: BTreeSet<_> =
            agreed.iter().filter_map(|it| Some(lines(it.sender).first()?.key)).collect();
        if keys.len() != 1 {
            continue;
        }
        // The numbers go round: what comes twice within one round is twice the same.
        let mut last: BTreeMap<u32, (u16, u32)> = BTreeMap::new();
        let again = lane.packets.iter().find(|packet| {
            let (number, time) =
                *last.get(&packet.ssrc).unwrap_or(&(packet.sequence, packet.timestamp));
            let back = number.wrapping_sub(packet.sequence);
            last.insert(packet.ssrc, (packet.sequence, packet.timestamp));
            (1..1 << 15).contains(&back) && packet.timestamp.wrapping_sub(time) < 1 << 31
        });
        verdicts.push(again.map_or(Verdict::Pass, |packet| {
            let who = case.timeline.cast().label(lane.flow.source);
            let seen = format!("{who} used packet number {} twice with one key", packet.sequence);
            Verdict::fail("RFC3711-9.1-1", packet.at, seen).blaming(&who)
        }));
    }
    verdicts
}

/// A key stands with a stream, not with the session (RFC 4568 section 4).
fn keys_stand_with_their_stream(case: &Case<'_>) -> Vec<Verdict> {
    let with_keys = described(case).filter(|(_, it)| {
        let of_session = it.attributes.iter().any(|it| it.name == "crypto");
        of_session || it.media.iter().any(|it| it.crypto().next().is_some())
    });
    let judged = with_keys.map(|(said, description)| {
        let of_session = description.attributes.iter().any(|it| it.name == "crypto");
        case.require(!of_session, "RFC4568-4-1", said, || {
            "with a key for the session, not for a stream".to_owned()
        })
    });
    judged.collect()
}

/// A stream in secret comes with a key (RFC 4568 section 5.1.1), also where its describer only
/// receives, or neither (section 5.1.2): its RTCP needs it.
fn offered(case: &Case<'_>, row: &'static str, if_it_sends: bool) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for (said, description) in described(case) {
        for (stream, medium) in description.media.iter().enumerate() {
            if !wants_keys(description, medium) || medium.direction.sends() != if_it_sends {
                continue;
            }
            verdicts.push(case.require(medium.crypto().next().is_some(), row, said, || {
                format!("with stream {stream} in secret ({}) and no key", medium.direction)
            }));
        }
    }
    verdicts
}

/// What is wrong with the keys of an answer.
fn wrong_answer(offer: &MediaDescription, answer: &MediaDescription) -> Option<&'static str> {
    let (offered, answered) = (lines(offer), lines(answer));
    match &answered[..] {
        [] => None,
        [one] => {
            let accepted = offered.iter().find(|it| it.tag == one.tag);
            match accepted {
                None => Some("a tag that was not offered"),
                Some(it) if it.suite != one.suite => Some("another suite than its tag has"),
                Some(_) if offered.iter().any(|it| it.key == one.key) => Some("the offerer's key"),
                Some(_) => None,
            }
        }
        _ => Some("several keys"),
    }
}

/// Each stream of each exchange that both sides want in secret: the offer, the answer, and where
/// that is.
fn secret<'b, 'a>(
    case: &'b Case<'a>,
) -> impl Iterator<Item = (usize, usize, &'a MediaDescription, &'a MediaDescription, usize, bool)> + 'b
{
    case.talks.iter().enumerate().flat_map(|(number, talk)| {
        talk.offers.iter().flat_map(move |it| {
            let (answer, place) = it.answer.map_or((None, 0), |(it, at)| (Some(it), at));
            let answers = answer.into_iter().flat_map(|it| &it.media);
            let pairs = it.offer.media.iter().zip(answers).enumerate();
            pairs
                .filter(|(_, (offer, answer))| {
                    offer.crypto().next().is_some() && !answer.is_disabled()
                })
                .map(move |(stream, (offer, answer))| {
                    (number, stream, offer, answer, place, it.by_caller)
                })
        })
    })
}

/// An answer takes one of the keys: its tag, its suite, and a key of its own (RFC 4568 section
/// 5.1.2).
fn one_key_is_accepted(case: &Case<'_>) -> Vec<Verdict> {
    let judged = secret(case).map(|(_, stream, offer, answer, place, _)| {
        wrong_answer(offer, answer).map_or(Verdict::Pass, |what| {
            let seen = format!("with {what} for stream {stream}");
            case.broken("RFC4568-5.1.2-1", case.at(place), seen)
        })
    });
    judged.collect()
}

/// Whoever gets such an answer sends no media by it (RFC 4568 section 5.1.3).
fn a_wrong_answer_is_no_answer(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for (talk, stream, offer, answer, place, by_caller) in secret(case) {
        if wrong_answer(offer, answer).is_none() {
            verdicts.push(Verdict::Pass);
            continue;
        }
        let Some(told) = case.at(place).arrived else { continue };
        let own = case
            .lanes
            .iter()
            .filter(|lane| (lane.talk, lane.medium, lane.from_caller) == (talk, stream, by_caller));
        let sent: Vec<_> = own
            .filter_map(|lane| Some((lane, lane.between(told + SETTLED, None).first()?)))
            .collect();
        verdicts.push(match sent.first() {
            None => Verdict::Pass,
            Some((lane, packet)) => {
                let who = case.timeline.cast().label(lane.flow.source);
                let seen = format!("{who} sent media although the answer took no key that it has");
                Verdict::fail("RFC4568-5.1.3-1", packet.at, seen).blaming(&who)
            }
        });
    }
    verdicts
}

/// A key and its salt are as long as the suite wants them (RFC 4568 section 6.1).
fn keys_are_as_long_as_their_suite(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for (said, description) in described(case) {
        for line in description.media.iter().flat_map(lines) {
            let Some((_, wanted)) = SUITES.iter().find(|(suite, _)| *suite == line.suite) else {
                continue;
            };
            let length = STANDARD.decode(line.key).map(|it| it.len()).unwrap_or_default();
            verdicts.push(case.require(length == *wanted, "RFC4568-6.1-1", said, || {
                format!("with a key of {length} bytes for {}, which takes {wanted}", line.suite)
            }));
        }
    }
    verdicts
}

/// No two keys in a description are the same (RFC 4568 section 6.1).
fn keys_in_a_description_differ(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for (said, description) in described(case) {
        let keys: Vec<_> = description.media.iter().flat_map(lines).map(|it| it.key).collect();
        if keys.is_empty() {
            continue;
        }
        let different: BTreeSet<_> = keys.iter().collect();
        verdicts.push(case.require(different.len() == keys.len(), "RFC4568-6.1-2", said, || {
            "with one key in two places".to_owned()
        }));
    }
    verdicts
}

/// A key is not told where others can read it (RFC 8866 section 7).
fn keys_travel_in_secret(case: &Case<'_>) -> Vec<Verdict> {
    let with_keys = described(case)
        .filter(|(_, it)| it.media.iter().any(|medium| medium.crypto().next().is_some()));
    let judged = with_keys.map(|(said, _)| {
        let transport = said.sighting.transport;
        case.require(transport == Transport::Tls, "RFC8866-7-1", said, || {
            format!("with a key, over {transport}")
        })
    });
    judged.collect()
}

/// The suites of RFC 4568, RFC 6188 and RFC 7714, and how many bytes key and salt have.
const SUITES: &[(&str, usize)] = &[
    ("AES_CM_128_HMAC_SHA1_80", 30),
    ("AES_CM_128_HMAC_SHA1_32", 30),
    ("F8_128_HMAC_SHA1_80", 30),
    ("AES_192_CM_HMAC_SHA1_80", 38),
    ("AES_192_CM_HMAC_SHA1_32", 38),
    ("AES_256_CM_HMAC_SHA1_80", 46),
    ("AES_256_CM_HMAC_SHA1_32", 46),
    ("AEAD_AES_128_GCM", 28),
    ("AEAD_AES_256_GCM", 44),
];
/// The index and the shortest seal that SRTCP has: 80 bits.
const SEAL: usize = 14;
/// Until what was under way has arrived.
const SETTLED: Duration = Duration::from_millis(500);
