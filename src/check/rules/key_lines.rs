//! What a line with a key may say, and where it may stand (RFC 4568), and the fingerprints of keys
//! that are agreed on otherwise (RFC 5763).

use std::collections::BTreeSet;

use super::ports::is_secret;
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::sdp::{Description, MediaDescription};

pub const RULES: &[Rule] = &[
    rule("RFC4568-4.1-1", |case| each(case, "RFC4568-4.1-1", has_odd_tags)),
    rule("RFC4568-6-1", |case| each(case, "RFC4568-6-1", is_in_the_open)),
    rule("RFC4568-6.1-3", |case| each(case, "RFC4568-6.1-3", has_odd_parameters)),
    rule("RFC5763-5-1", keys_have_fingerprints),
];

/// What a row finds wrong with each stream that has keys.
fn each(
    case: &Case<'_>,
    row: &'static str,
    wrong: fn(&MediaDescription) -> Option<String>,
) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for said in &case.said {
        let Some((_, description)) = said.sighting.description() else { continue };
        for (stream, medium) in description.media.iter().enumerate() {
            if medium.crypto().next().is_none() {
                continue;
            }
            let wrong = wrong(medium);
            verdicts.push(case.require(wrong.is_none(), row, said, || {
                format!("with stream {stream}, in which {}", wrong.unwrap_or_default())
            }));
        }
    }
    verdicts
}

fn tags(medium: &MediaDescription) -> impl Iterator<Item = &str> {
    medium.crypto().map(|it| it.split_ascii_whitespace().next().unwrap_or_default())
}

/// A tag is a number of nine digits at most without zeros in front, and no two are the same
/// (section 4.1).
fn has_odd_tags(medium: &MediaDescription) -> Option<String> {
    let is_number = |tag: &&str| {
        let digits = (1..=9).contains(&tag.len()) && tag.bytes().all(|it| it.is_ascii_digit());
        digits && (*tag == "0" || !tag.starts_with('0'))
    };
    if let Some(odd) = tags(medium).find(|tag| !is_number(tag)) {
        return Some(format!("the tag of a key is {odd:?}"));
    }
    let different: BTreeSet<_> = tags(medium).collect();
    (different.len() < tags(medium).count()).then(|| "two keys have one tag".to_owned())
}

/// Keys are for streams in secret (section 6).
fn is_in_the_open(medium: &MediaDescription) -> Option<String> {
    let is_open = !is_secret(medium) && !medium.is_disabled();
    is_open.then(|| format!("there is a key for {}", medium.proto))
}

/// Behind the key stand how long it may be used, and its index with a length (section 6.1).
fn has_odd_parameters(medium: &MediaDescription) -> Option<String> {
    let inline = medium.crypto().filter_map(|it| it.split_ascii_whitespace().nth(2));
    let each = inline.flat_map(|it| it.split(';')).filter_map(|it| it.strip_prefix("inline:"));
    let mut parameters = each.flat_map(|it| it.split('|').skip(1));
    parameters
        .find(|it| !is_lifetime(it) && !is_index(it))
        .map(|odd| format!("{odd:?} stands behind a key"))
}

/// `2^20`, or a number: up to 2^48.
fn is_lifetime(text: &str) -> bool {
    match text.strip_prefix("2^") {
        Some(power) => power.parse::<u8>().is_ok_and(|it| it <= 48),
        None => text.parse::<u64>().is_ok_and(|it| (1..=1 << 48).contains(&it)),
    }
}

/// `1:4`: an index, and its length of up to 128 octets.
fn is_index(text: &str) -> bool {
    let (index, length) = text.split_once(':').unwrap_or_default();
    let is_number = !index.is_empty() && index.bytes().all(|it| it.is_ascii_digit());
    is_number && length.parse::<u8>().is_ok_and(|it| (1..=128).contains(&it))
}

/// Keys that DTLS agrees on come with a fingerprint, and with who begins: an offer leaves it open,
/// an answer does not (RFC 5763 section 5).
fn keys_have_fingerprints(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for offered in case.talks.iter().flat_map(|talk| &talk.offers) {
        let answer = offered.answer.map(|(answer, place)| (answer, place, false));
        for (description, place, is_offer) in
            [Some((offered.offer, offered.offered, true)), answer].into_iter().flatten()
        {
            let open = description.media.iter().enumerate().filter(|(_, it)| !it.is_disabled());
            for (stream, medium) in open.filter(|(_, it)| is_over_dtls(it)) {
                let wrong = lack(description, medium, is_offer);
                verdicts.push(case.require(wrong.is_none(), "RFC5763-5-1", case.at(place), || {
                    format!("with stream {stream} over DTLS, and {}", wrong.unwrap_or_default())
                }));
            }
        }
    }
    verdicts
}

pub(super) fn is_over_dtls(medium: &MediaDescription) -> bool {
    medium.proto.to_ascii_uppercase().starts_with("UDP/TLS/RTP")
}

fn lack(
    description: &Description,
    medium: &MediaDescription,
    is_offer: bool,
) -> Option<&'static str> {
    let all = || medium.attributes.iter().chain(&description.attributes);
    let value = |name: &str| all().find(|it| it.name == name).and_then(|it| it.value.as_deref());
    if value("fingerprint").is_none() {
        return Some("no fingerprint");
    }
    match (value("setup"), is_offer) {
        // In a session that is up an offerer may keep its part too (RFC 8842 section 5.2).
        (Some("actpass"), true) | (Some("active" | "passive"), _) => None,
        (None, _) => Some("nothing on who begins"),
        _ => Some("a setup that cannot be"),
    }
}
