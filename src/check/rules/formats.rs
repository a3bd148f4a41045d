//! The formats and ports of streams, and what an answer may only take up (RFC 3264, RFC 4733, RFC
//! 5761, RFC 8839, RFC 3550).

use std::collections::BTreeMap;

use super::{Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::sdp::{Codec, Description, Direction, MediaDescription};

pub const RULES: &[Rule] = &[
    rule("RFC3264-6-2", |case| answers(case, "RFC3264-6-2", is_of_another)),
    rule("RFC3264-6.1-5", |case| {
        answers(case, "RFC3264-6.1-5", |_, answer| has_no_way_back(answer))
    }),
    rule("RFC3264-8.3.2-1", numbers_keep_their_codec),
    rule("RFC3550-11-1", |case| descriptions(case, "RFC3550-11-1", has_odd_port)),
    rule("RFC4733-2.5.2.1-1", |case| descriptions(case, "RFC4733-2.5.2.1-1", has_unlisted_events)),
    rule("RFC5761-5.1.1-1", |case| answers(case, "RFC5761-5.1.1-1", muxes_unasked)),
    rule("RFC8839-4.3.2-1", |case| answers(case, "RFC8839-4.3.2-1", speaks_ice_unasked)),
];

/// What a row finds wrong with each answer, seen beside its offer.
fn answers(
    case: &Case<'_>,
    row: &'static str,
    wrong: fn(&Description, &Description) -> Option<String>,
) -> Vec<Verdict> {
    let offers = case.talks.iter().flat_map(|talk| &talk.offers);
    let judged = offers.filter_map(|it| {
        let (answer, place) = it.answer?;
        let wrong = wrong(it.offer, answer);
        Some(case.require(wrong.is_none(), row, case.at(place), || wrong.unwrap_or_default()))
    });
    judged.collect()
}

/// What a row finds wrong with each description.
fn descriptions(
    case: &Case<'_>,
    row: &'static str,
    wrong: fn(&Description) -> Option<String>,
) -> Vec<Verdict> {
    let judged = case.said.iter().filter_map(|said: &Said<'_>| {
        let (_, description) = said.sighting.description()?;
        let wrong = wrong(description);
        Some(case.require(wrong.is_none(), row, said, || wrong.unwrap_or_default()))
    });
    judged.collect()
}

fn open(description: &Description) -> impl Iterator<Item = &MediaDescription> {
    description.media.iter().filter(|it| !it.is_disabled())
}

/// An answer has the times of the offer, and an origin of its own (RFC 3264 section 6).
fn is_of_another(offer: &Description, answer: &Description) -> Option<String> {
    if !answer.times.is_empty() && offer.times != answer.times {
        return Some("with an answer for other times than were offered".to_owned());
    }
    let is_copied = offer.origin.is_some() && offer.origin == answer.origin;
    is_copied.then(|| "with an answer that has the o= line of the offer".to_owned())
}

/// Who only sends has an address all the same: reports go there (RFC 3264 section 6.1).
fn has_no_way_back(answer: &Description) -> Option<String> {
    let mut mute = open(answer).filter(|it| it.direction == Direction::SendOnly);
    mute.any(MediaDescription::has_null_address)
        .then(|| "with an answer that only sends, and has no address for reports".to_owned())
}

/// A payload type above 95 means one codec as long as the session lasts (RFC 3264 section 8.3.2).
fn numbers_keep_their_codec(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for talk in &case.talks {
        for of_caller in [true, false] {
            let mut known: BTreeMap<(usize, u8), String> = BTreeMap::new();
            for (description, place) in talk.descriptions(of_caller) {
                let mut other = None;
                for (stream, medium) in description.media.iter().enumerate() {
                    for format in medium.formats.iter().filter(|_| !medium.is_disabled()) {
                        let number = format.payload_type().filter(|number| *number > 95);
                        let Some((number, codec)) = number.zip(format.codec.as_ref()) else {
                            continue;
                        };
                        let name = format!("{}/{}", codec.name.to_ascii_uppercase(), codec.clock);
                        let first = known.entry((stream, number)).or_insert_with(|| name.clone());
                        if *first != name {
                            other =
                                Some(format!("with {name} as format {number}, which was {first}"));
                        }
                    }
                }
                let said = case.at(place);
                verdicts.push(case.require(other.is_none(), "RFC3264-8.3.2-1", said, || {
                    other.unwrap_or_default()
                }));
            }
        }
    }
    verdicts
}

/// RTP is at an even port, and RTCP at the next, unless it is said where else (RFC 3550 section 11).
fn has_odd_port(description: &Description) -> Option<String> {
    let odd = open(description)
        .find(|it| it.is_rtp() && it.port % 2 == 1 && it.rtcp.is_none() && !it.rtcp_mux)?;
    Some(format!("with RTP at port {}, and without saying where RTCP is", odd.port))
}

/// Who takes telephone events says which (RFC 4733 section 2.5.2.1).
fn has_unlisted_events(description: &Description) -> Option<String> {
    let formats = open(description).flat_map(|it| &it.formats);
    let mut events = formats.filter(|it| it.codec.as_ref().is_some_and(Codec::is_telephone_event));
    let unlisted = events.find(|it| it.parameters.is_none())?;
    Some(format!("with telephone events as format {}, and without saying which", unlisted.name))
}

/// RTCP only shares the port of RTP where that was offered (RFC 5761 section 5.1.1).
fn muxes_unasked(offer: &Description, answer: &Description) -> Option<String> {
    let mut pairs = offer.media.iter().zip(&answer.media);
    pairs
        .any(|(offered, answered)| answered.rtcp_mux && !offered.rtcp_mux)
        .then(|| "with a=rtcp-mux in the answer, which was not offered".to_owned())
}

/// ICE is only spoken with those who began it (RFC 8839 section 4.3.2).
fn speaks_ice_unasked(offer: &Description, answer: &Description) -> Option<String> {
    let is_asked = speaks_ice(offer);
    (!is_asked && speaks_ice(answer))
        .then(|| "with ICE in the answer, which was not offered".to_owned())
}

fn speaks_ice(description: &Description) -> bool {
    let session = description.attributes.iter();
    let all = session.chain(description.media.iter().flat_map(|it| &it.attributes));
    all.into_iter().any(|it| it.name == "ice-ufrag" || it.name == "candidate")
}
