//! Calls that are given up before they are answered (RFC 3261 section 9).

use std::time::Duration;

use super::{Asked, Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::sip::Method;

pub const RULES: &[Rule] = &[
    rule("RFC3261-9.1-1", a_cancel_repeats_the_invite),
    rule("RFC3261-9.2-1", what_is_cancelled_ends),
];

/// A CANCEL is made of what it cancels (RFC 3261 section 9.1).
fn a_cancel_repeats_the_invite(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.requests_of(Method::Cancel).filter_map(|(cancel, _)| {
        let (invite, _) = meant(case, cancel)?;
        let wrong = difference(invite, cancel);
        Some(wrong.map_or(Verdict::Pass, |what| {
            let seen = format!("with another {what} than message {} has", invite.number);
            case.broken("RFC3261-9.1-1", cancel, seen)
        }))
    });
    judged.collect()
}

/// The INVITE that a CANCEL is about: the last of its call before it, from the same host.
pub(super) fn meant<'b, 'a>(
    case: &'b Case<'a>,
    cancel: &Said<'a>,
) -> Option<(&'b Said<'a>, &'b Asked)> {
    let of_call = case.requests_of(Method::Invite).filter(|(invite, _)| {
        invite.call_id == cancel.call_id
            && invite.number < cancel.number
            && case.host(invite.source()) == case.host(cancel.source())
    });
    let all: Vec<_> = of_call.collect();
    let same = all.iter().rev().find(|(invite, _)| invite.branch == cancel.branch);
    same.or(all.last()).copied()
}

fn difference(invite: &Said<'_>, cancel: &Said<'_>) -> Option<&'static str> {
    let (one, other) = (invite.message, cancel.message);
    if one.uri_text() != other.uri_text() {
        return Some("Request-URI");
    }
    if invite.cseq != cancel.cseq {
        return Some("number in CSeq");
    }
    if one.from().ok() != other.from().ok() {
        return Some("From");
    }
    if one.to().ok() != other.to().ok() {
        return Some("To");
    }
    (one.via().ok() != other.via().ok()).then_some("Via")
}

/// Who is told to stop says that it has heard, and that the call is off (RFC 3261 section 9.2). An
/// answer may cross the CANCEL.
fn what_is_cancelled_ends(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for (cancel, asked) in case.requests_of(Method::Cancel) {
        let Some((invite, invited)) = meant(case, cancel) else { continue };
        let Some(arrived) = case.all(&asked.requests).filter_map(|it| it.arrived).min() else {
            continue;
        };
        let lives = case.lives(case.host(cancel.target()), arrived);
        let owing = case.timeline.cast().label(cancel.target());
        let is_over = arrived + SOON < case.end && lives;
        if let Some(outcome) = asked.outcome(case) {
            let suits = if invite.branch == cancel.branch { 200 } else { 481 };
            verdicts.push(case.require(outcome.code == Some(suits), ROW, outcome, || {
                format!("where {suits} was due")
            }));
        } else if is_over && invite.branch == cancel.branch {
            let verdict = case.broken(ROW, cancel, format!("and {owing} never answered it"));
            verdicts.push(verdict.blaming(&owing));
        }
        match invited.outcome(case) {
            Some(outcome) if outcome.at >= arrived => {
                verdicts.push(case.require(outcome.code == Some(487), ROW, outcome, || {
                    format!("after it was cancelled (message {})", cancel.number)
                }));
            }
            None if is_over && invite.branch == cancel.branch => {
                let seen = format!("which was cancelled, and which {owing} never ended");
                verdicts.push(case.broken(ROW, invite, seen).blaming(&owing));
            }
            _ => {}
        }
    }
    verdicts
}

const ROW: &str = "RFC3261-9.2-1";
/// A server that hears a CANCEL has nothing to wait for.
const SOON: Duration = Duration::from_secs(5);
