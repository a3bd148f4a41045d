//! How a challenge is met (RFC 3261 section 22, RFC 8760).

use super::{Asked, Case, Rule, Said, rule};
use crate::check::Verdict;

pub const RULES: &[Rule] = &[
    rule("RFC3261-22.2-1", the_same_is_asked_again),
    rule("RFC8760-2.4-1", the_best_is_taken),
    rule("RFC8760-2.6-2", proofs_are_as_long_as_their_algorithm),
];

/// A request with credentials is the one that was challenged, with the next number (RFC 3261
/// section 22.2).
fn the_same_is_asked_again(case: &Case<'_>) -> Vec<Verdict> {
    let judged = met(case).into_iter().map(|(challenged, _, again)| {
        let wrong = if again.call_id != challenged.call_id {
            Some("another Call-ID")
        } else if again.from_tag != challenged.from_tag {
            Some("another tag in From")
        } else if again.cseq <= challenged.cseq {
            Some("no higher number in CSeq")
        } else {
            None
        };
        wrong.map_or(Verdict::Pass, |what| {
            let seen = format!("with credentials and {what} than message {}", challenged.number);
            case.broken("RFC3261-22.2-1", again, seen)
        })
    });
    judged.collect()
}

/// Of several challenges the first that is understood is met (RFC 8760 section 2.4). What somebody
/// understands is seen where they use it.
fn the_best_is_taken(case: &Case<'_>) -> Vec<Verdict> {
    let used = |source, algorithm: &str| {
        case.requests().any(|(it, _)| {
            let own = credentials(it).and_then(|it| param(it, "algorithm"));
            it.source() == source && own.is_some_and(|own| own.eq_ignore_ascii_case(algorithm))
        })
    };
    let judged = met(case).into_iter().map(|(_, refusal, again)| {
        let offered = challenges(refusal).map(|it| param(it, "algorithm").unwrap_or("MD5"));
        let taken = credentials(again).and_then(|it| param(it, "algorithm")).unwrap_or("MD5");
        let before: Vec<_> = offered.take_while(|it| !it.eq_ignore_ascii_case(taken)).collect();
        let better = before.iter().find(|better| used(again.source(), better));
        match (better, &before[..]) {
            (Some(better), _) => {
                let seen = format!("with {taken}, and {better}, which it knows, stands above that");
                case.broken("RFC8760-2.4-1", again, seen)
            }
            (None, []) => Verdict::Pass,
            (None, _) => Verdict::Inconclusive(
                "whether the client understands what was challenged first cannot be seen"
                    .to_owned(),
            ),
        }
    });
    judged.collect()
}

/// What SHA-256 and SHA-512-256 make has 64 digits (RFC 8760 section 2.6): what is shorter nobody has
/// calculated by them. Which digits are right only the password tells.
fn proofs_are_as_long_as_their_algorithm(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.requests().filter_map(|(request, _)| {
        let own = credentials(request)?;
        let algorithm = param(own, "algorithm")?.to_ascii_lowercase();
        let algorithm = algorithm.strip_suffix("-sess").unwrap_or(&algorithm);
        let proof = param(own, "response").filter(|_| LONG.contains(&algorithm))?;
        let met = proof.len() == DIGITS && proof.bytes().all(|it| it.is_ascii_hexdigit());
        Some(case.require(met, "RFC8760-2.6-2", request, || {
            format!("with {} characters as a proof by {algorithm}, not {DIGITS}", proof.len())
        }))
    });
    judged.collect()
}

/// Each request that was challenged, the challenge, and the request that met it: the first one with
/// its nonce.
pub(super) fn met<'b, 'a>(case: &'b Case<'a>) -> Vec<(&'b Said<'a>, &'b Said<'a>, &'b Said<'a>)> {
    let challenged = case.requests().filter_map(|(request, asked): (&Said<'a>, &Asked)| {
        let refusal = asked.outcome(case).filter(|it| matches!(it.code, Some(401 | 407)))?;
        let nonces: Vec<_> = challenges(refusal).filter_map(|it| param(it, "nonce")).collect();
        let meets = |it: &&Said<'a>| {
            let nonce = credentials(it).and_then(|it| param(it, "nonce"));
            it.number > refusal.number
                && it.method == request.method
                && nonce.is_some_and(|nonce| nonces.contains(&nonce))
        };
        let again = case.requests().map(|(it, _)| it).find(meets)?;
        Some((request, refusal, again))
    });
    challenged.collect()
}

pub(super) fn challenges<'a>(said: &Said<'a>) -> impl Iterator<Item = &'a str> {
    let lines = said
        .message
        .headers
        .lines()
        .filter(|line| line.is("WWW-Authenticate") || line.is("Proxy-Authenticate"));
    lines.map(crate::sip::Line::value)
}

pub(super) fn credentials<'a>(said: &Said<'a>) -> Option<&'a str> {
    let mut lines = said.message.headers.lines();
    let line = lines.find(|line| line.is("Authorization") || line.is("Proxy-Authorization"))?;
    Some(line.value())
}

/// A parameter of a challenge or of credentials, without its quotes.
pub(super) fn param<'a>(value: &'a str, name: &str) -> Option<&'a str> {
    let (_, params) = value.split_once(' ')?;
    params.split(',').find_map(|param| {
        let (own, value) = param.split_once('=')?;
        let value = value.trim().trim_matches('"');
        own.trim().eq_ignore_ascii_case(name).then_some(value)
    })
}

/// The algorithms of RFC 8760.
const LONG: &[&str] = &["sha-256", "sha-512-256"];
/// Four bits in each.
const DIGITS: usize = 64;
