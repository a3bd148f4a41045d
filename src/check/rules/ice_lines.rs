//! What a description says of ICE, and what it may change of that later (RFC 8445 section 5.3, RFC
//! 8839).

use super::exchange::Half;
use super::{Case, Rule, rule};
use crate::check::Verdict;

pub const RULES: &[Rule] =
    &[rule("RFC8445-5.3-1", names_and_passwords_are_long), rule("RFC8839-4.4.1.1.1-1", restarts)];

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
    let of = |half: Half<'_>| {
        Some((half.value("ice-ufrag")?.to_owned(), half.value("ice-pwd")?.to_owned()))
    };
    let (was, is) = (of(before)?, of(now)?);
    if before.medium.is_disabled() || now.medium.is_disabled() {
        return None;
    }
    Some(if (was.0 == is.0) != (was.1 == is.1) {
        "and another name or another password, but not both"
    } else if now.medium.has_null_address() && !before.medium.has_null_address() {
        "and no address in place of the one that it had"
    } else {
        ""
    })
}
