//! Whoever is refused for how they asked, and asks again, asks otherwise (RFC 3261 section 8.1.3.5,
//! RFC 4028 section 7.3).

use super::responses::required;
use super::{Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::sip::Method;

pub const RULES: &[Rule] = &[
    rule("RFC3261-8.1.3.5-1", |case| again(case, "RFC3261-8.1.3.5-1", 420, requires_it_still)),
    rule("RFC3261-8.1.3.5-2", |case| again(case, "RFC3261-8.1.3.5-2", 415, has_the_same_body)),
    rule("RFC4028-7.3-1", |case| again(case, "RFC4028-7.3-1", 422, is_too_short_still)),
];

/// What a row finds wrong with the request that follows a refusal of some code, if one does: in the
/// same call, of the same method.
fn again(
    case: &Case<'_>,
    row: &'static str,
    code: u16,
    wrong: fn(&Said<'_>, &Said<'_>, &Said<'_>) -> Option<String>,
) -> Vec<Verdict> {
    let judged = case.requests().filter_map(|(request, asked)| {
        let refusal = asked.outcome(case).filter(|it| it.code == Some(code))?;
        let told = refusal.arrived?;
        let is_next = |it: &Said<'_>| {
            let is_of_call = it.call_id == request.call_id && it.method == request.method;
            is_of_call
                && it.at > told
                && it.from_tag == request.from_tag
                && it.branch != request.branch
        };
        let (next, _) = case.requests().find(|(it, _)| is_next(it))?;
        let wrong = wrong(request, refusal, next);
        Some(case.require(wrong.is_none(), row, next, || wrong.unwrap_or_default()))
    });
    judged.collect()
}

/// What its peer does not know is not required again.
fn requires_it_still(_: &Said<'_>, refusal: &Said<'_>, next: &Said<'_>) -> Option<String> {
    let unknown = refusal.tokens("Unsupported");
    let still = required(next).into_iter().find(|tag| unknown.contains(tag))?;
    Some(format!("requiring {still} again, which message {} did not know", refusal.number))
}

/// A body that its peer does not take is not sent again.
fn has_the_same_body(request: &Said<'_>, refusal: &Said<'_>, next: &Said<'_>) -> Option<String> {
    let kind =
        |it: &Said<'_>| it.message.content_type().ok().flatten().map(|it| (it.kind, it.subtype));
    let is_same = !next.message.body.is_empty() && kind(next) == kind(request);
    is_same.then(|| format!("with the type of body that message {} refused", refusal.number))
}

/// A session that was too short is asked for as long as was told.
fn is_too_short_still(request: &Said<'_>, refusal: &Said<'_>, next: &Said<'_>) -> Option<String> {
    let least = refusal.message.min_se().ok().flatten()?.seconds;
    let refreshes = matches!(request.method, Method::Invite | Method::Update);
    let asked = next.message.session_expires().ok().flatten().map(|it| it.seconds);
    let is_short = refreshes && asked.is_some_and(|asked| asked < least);
    is_short
        .then(|| format!("for a shorter session than the {least} s of message {}", refusal.number))
}
