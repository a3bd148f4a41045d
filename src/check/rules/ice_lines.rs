//! What a description says of ICE, and what it may change of that later (RFC 8445 section 5.3, RFC
//! 8839).

use super::exchange::Half;
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::sip::Method;

pub const RULES: &[Rule] = &[
    rule("RFC8445-5.3-1", names_and_passwords_are_long),
    rule("RFC8839-4.2.5-1", what_does_not_match_has_no_candidates),
    rule("RFC8839-4.4.1.1.1-1", restarts),
    rule("RFC8839-7.5-1", whoever_has_to_offer_begins_anew),
];

/// A character stands for six bits: 24 take four of them, and 128 take 22 (RFC 8445 section 5.3, RFC
/// 8839 section 5.4).
fn names_and_passwords_are_long(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for said in &case.said {
        let Some((_, description)) = said.sighting.description() else { continue };
        for (stream, medium) in description.media.iter().enumerate() {
            let half = Half { description, medium };
            let of = |name| half.value(name).map(str::len);
            let lengths = [("name", of("ice-ufrag"), 4), ("password", of("ice-pwd"), 22)];
            let mut told = lengths
                .into_iter()
                .filter_map(|(what, it, least)| it.map(|length| (what, length, least)));
            let short = told.clone().find(|(_, length, least)| length < least);
            if told.next().is_none() || medium.is_disabled() {
                continue;
            }
            verdicts.push(case.require(short.is_none(), "RFC8445-5.3-1", said, || {
                let (what, length, least) = short.unwrap_or_default();
                format!(
                    "with a {what} of {length} characters for ICE on stream {stream}, not {least}"
                )
            }));
        }
    }
    verdicts
}

/// Whoever finds that a description was changed on its way, and says so, does without ICE for the
/// stream (RFC 8839 section 4.2.5).
fn what_does_not_match_has_no_candidates(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for said in &case.said {
        let Some((_, description)) = said.sighting.description() else { continue };
        for (stream, medium) in description.media.iter().enumerate() {
            let has = |name: &str| medium.attributes.iter().any(|it| it.name == name);
            if !has("ice-mismatch") {
                continue;
            }
            verdicts.push(case.require(!has("candidate"), "RFC8839-4.2.5-1", said, || {
                format!("with candidates for stream {stream}, whose addresses do not match")
            }));
        }
    }
    verdicts
}

/// Whoever is asked for an offer in the middle of a call begins ICE anew: it has another name and
/// another password (RFC 8839 section 7.5).
fn whoever_has_to_offer_begins_anew(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for talk in &case.talks {
        for offered in &talk.offers {
            let offer = case.at(offered.offered);
            let Some(request) = offer.asked.map(|asked| case.asked[asked].request(case)) else {
                continue;
            };
            let is_wanted = request.is(&Method::Invite) && request.message.body.is_empty();
            if offer.is_request() || !is_wanted || request.to_tag.is_none() {
                continue;
            }
            let own = talk.descriptions(offered.by_caller);
            let Some((before, _)) = own.iter().rfind(|(_, place)| *place < offered.offered) else {
                continue;
            };
            let streams = before.media.iter().zip(&offered.offer.media).enumerate();
            for (stream, (was, is)) in streams {
                let was = Half { description: before, medium: was };
                let is = Half { description: offered.offer, medium: is };
                let Some((old, new)) = credentials(was).zip(credentials(is)) else { continue };
                verdicts.push(case.require(old != new, "RFC8839-7.5-1", offer, || {
                    let number = request.number;
                    format!("with stream {stream} as it was, which message {number} begins anew")
                }));
            }
        }
    }
    verdicts
}

/// The name and the password of a stream that is open.
fn credentials(half: Half<'_>) -> Option<(&str, &str)> {
    let both = half.value("ice-ufrag").zip(half.value("ice-pwd"));
    both.filter(|_| !half.medium.is_disabled())
}

/// Who begins anew has another name and another password, and who only waits keeps the address (RFC
/// 8839 section 4.4.1.1.1): none at all would be a new beginning.
fn restarts(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for talk in &case.talks {
        for of_caller in [true, false] {
            let all = talk.descriptions(of_caller);
            for pair in all.windows(2) {
                let [(before, _), (now, place)] = pair else { continue };
                for (stream, media) in before.media.iter().zip(&now.media).enumerate() {
                    let before = Half { description: before, medium: media.0 };
                    let now = Half { description: now, medium: media.1 };
                    if let Some(wrong) = changed(before, now) {
                        verdicts.push(case.require(
                            wrong.is_empty(),
                            "RFC8839-4.4.1.1.1-1",
                            case.at(*place),
                            || format!("with ICE on stream {stream}, {wrong}"),
                        ));
                    }
                }
            }
        }
    }
    verdicts
}

/// What is wrong between two descriptions of a stream; empty, if nothing is, and nothing, if it does
/// not go on with ICE.
fn changed(before: Half<'_>, now: Half<'_>) -> Option<&'static str> {
    let (was, is) = (credentials(before)?, credentials(now)?);
    Some(if (was.0 == is.0) != (was.1 == is.1) {
        "and another name or another password, but not both"
    } else if now.medium.has_null_address() && !before.medium.has_null_address() {
        "and no address in place of the one that it had"
    } else {
        ""
    })
}
