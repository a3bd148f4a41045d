//! Provisional responses that have to arrive (RFC 3262).

use std::time::Duration;

use super::{Asked, Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::sip::Method;

pub const RULES: &[Rule] = &[
    rule("RFC3262-3-2", only_who_knows_them_gets_them),
    rule("RFC3262-3-3", they_are_numbered),
    rule("RFC3262-4-1", each_is_acknowledged),
    rule("RFC3262-3-4", what_is_acknowledged_was_sent),
    rule("RFC3262-3-5", one_waits_for_another),
];

pub(super) fn has_tag(said: &Said<'_>, header: &'static str) -> bool {
    said.tokens(header).iter().any(|tag| tag == "100rel")
}

/// Each reliable provisional response, with the INVITE that it answers.
pub(super) fn reliable<'b, 'a>(
    case: &'b Case<'a>,
) -> impl Iterator<Item = (&'b Said<'a>, &'b Asked, &'b Said<'a>)> {
    case.requests_of(Method::Invite).flat_map(|(invite, asked)| {
        let own = case.all(&asked.responses).filter(|it| {
            let is_marked = it.message.headers.has("RSeq") || has_tag(it, "Require");
            it.is_answer(101, 199) && is_marked
        });
        own.map(move |response| (invite, asked, response))
    })
}

/// They are sent to whoever said that they are known, or required (section 3).
fn only_who_knows_them_gets_them(case: &Case<'_>) -> Vec<Verdict> {
    let judged = reliable(case).map(|(invite, _, response)| {
        let knows = has_tag(invite, "Supported") || has_tag(invite, "Require");
        case.require(knows, "RFC3262-3-2", response, || {
            format!("to be acknowledged, and message {} did not say 100rel", invite.number)
        })
    });
    judged.collect()
}

/// They require 100rel, and have a number, each one more than the last (section 3).
fn they_are_numbered(case: &Case<'_>) -> Vec<Verdict> {
    let mut last: Option<(usize, String, u32)> = None;
    let mut verdicts = Vec::new();
    for (invite, _, response) in reliable(case) {
        let number = rseq(response);
        let to_tag = response.to_tag.clone().unwrap_or_default();
        let known = last.as_ref().filter(|it| it.0 == invite.number && it.1 == to_tag);
        let known = known.map(|it| it.2);
        let wrong = match number {
            _ if !has_tag(response, "Require") => Some("and does not require 100rel"),
            None => Some("and has no number from 1 to 2147483647 in RSeq"),
            // The same one again is a copy.
            Some(number) if known.is_some_and(|known| number != known && number != known + 1) => {
                Some("and its RSeq is not one more than that before")
            }
            Some(_) => None,
        };
        verdicts.push(case.require(wrong.is_none(), "RFC3262-3-3", response, || {
            format!("to be acknowledged, {}", wrong.unwrap_or_default())
        }));
        last = number.map(|number| (invite.number, to_tag, number)).or(last);
    }
    verdicts
}

/// Each is answered by a PRACK of its own (section 4), unless the INVITE is over before.
fn each_is_acknowledged(case: &Case<'_>) -> Vec<Verdict> {
    let judged = reliable(case).filter_map(|(invite, asked, response)| {
        let (number, arrived) = (rseq(response)?, response.arrived?);
        let over = asked.outcome(case).map_or(case.end, |outcome| outcome.at);
        let is_ours = |prack: &Said<'_>| {
            let rack = prack.message.headers.get("RAck").unwrap_or_default();
            let mut words = rack.split_ascii_whitespace().map(str::parse::<u32>);
            let of = (words.next(), words.next());
            prack.call_id == invite.call_id && of == (Some(Ok(number)), invite.cseq.map(Ok))
        };
        let met = case.requests_of(Method::Prack).any(|(prack, _)| is_ours(prack));
        (met || arrived + SOON < over).then(|| {
            let who = case.sender(invite.sighting);
            let verdict = case.require(met, "RFC3262-4-1", response, || {
                format!("to be acknowledged, and no PRACK of {who} followed")
            });
            verdict.blaming(&who)
        })
    });
    judged.collect()
}

/// The PRACK of what was sent is taken while its INVITE is open, and that of something else is not
/// (section 3).
fn what_is_acknowledged_was_sent(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.requests_of(Method::Prack).filter_map(|(prack, asked)| {
        let outcome = asked.outcome(case)?;
        let rack = prack.message.headers.get("RAck")?;
        let mut words = rack.split_ascii_whitespace().map(str::parse::<u32>);
        let (number, cseq) = (words.next()?.ok()?, words.next()?.ok()?);
        let is_own = |it: &Said<'_>| it.call_id == prack.call_id && it.cseq == Some(cseq);
        let (_, invitation) = case.requests_of(Method::Invite).find(|(it, _)| is_own(it))?;
        let mut sent = reliable(case).filter(|(invite, ..)| is_own(invite));
        let is_known = sent.any(|(.., response)| rseq(response) == Some(number));
        let is_open = invitation.outcome(case).is_none_or(|it| it.at > outcome.at);
        (is_open || !is_known).then(|| {
            let met = outcome.is_answer(200, 299) == is_known;
            case.require(met, "RFC3262-3-4", outcome, || {
                let what = if is_known { "was sent" } else { "nobody sent" };
                format!("to message {}, which acknowledges what {what}", prack.number)
            })
        })
    });
    judged.collect()
}

/// The next reliable response waits until the one before is acknowledged (section 3).
fn one_waits_for_another(case: &Case<'_>) -> Vec<Verdict> {
    let all: Vec<_> = reliable(case).collect();
    let judged = all.iter().filter_map(|(invite, _, response)| {
        let number = rseq(response)?;
        let first = all.iter().find(|(other, _, it)| {
            other.number == invite.number
                && it.to_tag == response.to_tag
                && rseq(it) == Some(number)
        });
        // A copy says nothing new.
        first.filter(|(.., it)| it.number == response.number)?;
        let before = all.iter().rev().find(|(other, _, it)| {
            other.number == invite.number
                && it.to_tag == response.to_tag
                && rseq(it).is_some_and(|it| it < number)
        });
        let (.., before) = before?;
        let rack = format!("{} ", rseq(before)?);
        let acknowledged = case.requests_of(Method::Prack).any(|(prack, _)| {
            let own = prack.message.headers.get("RAck").unwrap_or_default();
            prack.call_id == invite.call_id
                && own.trim_start().starts_with(&rack)
                && prack.arrived.is_some_and(|at| at <= response.at)
        });
        Some(case.require(acknowledged, "RFC3262-3-5", response, || {
            format!("before message {} was acknowledged", before.number)
        }))
    });
    judged.collect()
}

pub(super) fn rseq(response: &Said<'_>) -> Option<u32> {
    let number = response.message.headers.get("RSeq")?.trim().parse().ok()?;
    (1..1 << 31).contains(&number).then_some(number)
}

/// By then it has been sent twice more.
const SOON: Duration = Duration::from_millis(1_500);
