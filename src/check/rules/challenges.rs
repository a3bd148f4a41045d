//! How a challenge is made, and that what was refused is not said again (RFC 3261 section 22, RFC
//! 8760).

use std::collections::BTreeMap;

use super::credentials::{challenges, credentials, param};
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::sip::Method;

pub const RULES: &[Rule] = &[
    rule("RFC3261-22-1", nobody_asks_for_plain_passwords),
    rule("RFC3261-22.1-1", refused_credentials_are_not_repeated),
    rule("RFC3261-22.4-1", challenges_have_all_they_need),
    rule("RFC8760-2.3-1", challenges_differ),
    rule("RFC8760-2.6-1", quality_is_used),
];

fn is_basic(value: &str) -> bool {
    value.trim_start().get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("basic"))
}

/// Nobody asks for a password in the clear, and nobody takes one (section 22).
fn nobody_asks_for_plain_passwords(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC3261-22-1";
    let asked = case.said.iter().filter_map(|said| {
        let mut asked = challenges(said).peekable();
        asked.peek()?;
        let is_plain = asked.any(is_basic);
        Some(case.require(!is_plain, row, said, || "asking for Basic authentication".to_owned()))
    });
    let taken = case.requests().filter_map(|(request, asked)| {
        credentials(request).filter(|it| is_basic(it))?;
        let outcome = asked.outcome(case)?;
        Some(case.require(!outcome.is_answer(200, 299), row, outcome, || {
            "to Basic authentication, which it should not take".to_owned()
        }))
    });
    asked.chain(taken).collect()
}

/// ACK and CANCEL are not challenged; and what was refused is not asked again with the same
/// credentials, unless only the nonce was stale (section 22.1).
fn refused_credentials_are_not_repeated(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    let mut refused: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (request, asked) in case.requests() {
        let outcome = asked.outcome(case);
        let challenge = outcome.filter(|it| matches!(it.code, Some(401 | 407)));
        if let Some(challenge) = challenge.filter(|_| request.method == Method::Cancel) {
            let seen = "to what cannot be asked again with credentials";
            verdicts.push(case.broken("RFC3261-22.1-1", challenge, seen));
        }
        let Some(own) = credentials(request).and_then(|it| param(it, "response")) else { continue };
        let key = (request.call_id.to_owned(), own.to_owned());
        verdicts.push(match refused.get(&key) {
            Some(number) => {
                let seen = format!("with the credentials that message {number} refused");
                case.broken("RFC3261-22.1-1", request, seen)
            }
            None => Verdict::Pass,
        });
        if let Some(challenge) = challenge {
            refused.insert(key, challenge.number);
        }
    }
    verdicts
}

/// A challenge of Digest offers a quality of protection; credentials have the address in quotes, and
/// a count that goes up with each use of a nonce (section 22.4).
fn challenges_have_all_they_need(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC3261-22.4-1";
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    let mut verdicts = Vec::new();
    for said in &case.said {
        for challenge in challenges(said).filter(|it| !is_basic(it)) {
            verdicts.push(case.require(param(challenge, "qop").is_some(), row, said, || {
                "challenging without a quality of protection".to_owned()
            }));
        }
    }
    for (request, _) in case.requests() {
        let Some(own) = credentials(request).filter(|it| !is_basic(it)) else { continue };
        let count = param(own, "nc").and_then(|it| u64::from_str_radix(it, 16).ok());
        let nonce = param(own, "nonce").unwrap_or_default();
        let before = count.and_then(|count| counts.insert(nonce, count));
        let is_quoted = own.to_ascii_lowercase().contains("uri=\"");
        let wrong = match (count, before) {
            _ if !is_quoted => Some("without quotes about the address in its credentials"),
            (Some(now), Some(before)) if now <= before => Some("with a count that was used before"),
            _ => None,
        };
        verdicts.push(
            case.require(wrong.is_none(), row, request, || wrong.unwrap_or_default().to_owned()),
        );
    }
    verdicts
}

/// Several challenges of one realm are of different algorithms (RFC 8760 section 2.3).
fn challenges_differ(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.said.iter().filter_map(|said| {
        let all: Vec<_> = challenges(said)
            .filter(|it| !is_basic(it))
            .map(|it| (param(it, "realm"), param(it, "algorithm").unwrap_or("MD5")))
            .collect();
        let again = all.iter().enumerate().find(|(place, it)| all[..*place].contains(it));
        (all.len() > 1).then(|| {
            case.require(again.is_none(), "RFC8760-2.3-1", said, || {
                let algorithm = again.map_or("", |(_, (_, algorithm))| *algorithm);
                format!("challenging twice by {algorithm} for one realm")
            })
        })
    });
    judged.collect()
}

/// Whoever is offered a quality of protection uses one (RFC 8760 section 2.6).
fn quality_is_used(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.requests().filter_map(|(request, _)| {
        let own = credentials(request)?;
        let used = ["qop", "nc", "cnonce"].iter().all(|name| param(own, name).is_some());
        Some(case.require(used && !is_basic(own), "RFC8760-2.6-1", request, || {
            "with credentials that lack qop, nc or cnonce".to_owned()
        }))
    });
    judged.collect()
}
