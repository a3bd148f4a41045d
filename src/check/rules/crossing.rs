//! Requests that cross, come late, or come again (RFC 3261 sections 12 to 15, RFC 6026, RFC 3311).

use std::time::Duration;

use super::{Asked, Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::sip::Method;

pub const RULES: &[Rule] = &[
    rule("RFC3261-12.2.2-2", what_is_older_is_refused),
    rule("RFC3261-13.2.1-3", an_offer_in_an_answer_is_answered),
    rule("RFC3261-14.2-1", |case| a_second_one_waits(case, "RFC3261-14.2-1", &Method::Invite)),
    rule("RFC3261-15.1.2-2", a_goodbye_leaves_nothing_open),
    rule("RFC3311-5.2-1", |case| a_second_one_waits(case, "RFC3311-5.2-1", &Method::Update)),
    rule("RFC3311-5.2-3", updates_are_answered_at_once),
    rule("RFC6026-7.1-1", a_call_that_was_taken_is_not_refused),
];

/// The requests that one side of a dialog got, in the order in which they came, each with its
/// transaction.
fn taken<'b, 'a>(
    case: &'b Case<'a>,
    talk: &'b super::Talk<'a>,
    of_caller: bool,
) -> Vec<(&'b Said<'a>, &'b Asked)> {
    let own = talk.requests(&case.said, of_caller).filter(|it| it.arrived.is_some());
    let mut own: Vec<_> = own.filter_map(|it| Some((it, &case.asked[it.asked?]))).collect();
    own.sort_by_key(|(it, _)| it.arrived);
    own
}

/// A request with a lower number than one that came before is refused with 500 (RFC 3261 section
/// 12.2.2), or with 481 where that one has ended the dialog.
fn what_is_older_is_refused(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for talk in &case.talks {
        for of_caller in [true, false] {
            let mut highest: Option<&Said<'_>> = None;
            for (request, asked) in taken(case, talk, of_caller) {
                let newer = highest.filter(|it| it.cseq > request.cseq);
                match (newer, asked.outcome(case)) {
                    (Some(newer), Some(outcome)) => {
                        verdicts.push(case.require(
                            matches!(outcome.code, Some(500 | 481)),
                            "RFC3261-12.2.2-2",
                            outcome,
                            || format!("although message {} had a higher CSeq", newer.number),
                        ));
                    }
                    (Some(_), None) => {}
                    (None, _) => highest = Some(request),
                }
            }
        }
    }
    verdicts
}

/// An offer that comes in the 2xx is answered in the ACK (RFC 3261 section 13.2.1).
fn an_offer_in_an_answer_is_answered(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.requests_of(Method::Invite).filter_map(|(request, asked)| {
        let has_offer = |it: &&Said<'_>| it.sighting.description().is_some();
        let early = case.all(&asked.responses).any(|it| it.is_answer(101, 199) && has_offer(&it));
        let is_bare = request.sighting.description().is_none() && !early;
        let offer = asked.outcome(case).filter(|it| it.is_answer(200, 299) && is_bare);
        let offer = offer.filter(has_offer)?;
        let ack = case.all(&asked.acks).next()?;
        Some(case.require(has_offer(&ack), "RFC3261-13.2.1-3", ack, || {
            format!("without an answer to the offer of message {}", offer.number)
        }))
    });
    judged.collect()
}

/// An INVITE that comes while another of the same side is not answered yet is refused with 500, and
/// told to wait for ten seconds at most (RFC 3261 section 14.2); an UPDATE likewise (RFC 3311
/// section 5.2).
fn a_second_one_waits(case: &Case<'_>, row: &'static str, method: &Method) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for talk in &case.talks {
        for of_caller in [true, false] {
            let mut before: Option<&Asked> = None;
            for (request, asked) in taken(case, talk, of_caller) {
                if request.method != *method {
                    continue;
                }
                let first = before.replace(asked).map(|it| (it.request(case), it.outcome(case)));
                let is_open = first.is_some_and(|(first, answer)| {
                    let answered = answer.map(|it| it.at);
                    let is_lower = first.cseq < request.cseq;
                    is_lower && answered.is_none_or(|at| Some(at) > request.arrived)
                });
                let is_certain = case.is_watched(case.host(request.target()));
                let Some(outcome) = asked.outcome(case).filter(|_| is_open && is_certain) else {
                    continue;
                };
                let wait = outcome.message.headers.get("Retry-After");
                let wait = wait.and_then(|it| it.trim().parse::<u32>().ok());
                let met = outcome.code == Some(500) && wait.is_some_and(|it| it <= 10);
                verdicts.push(case.require(met, row, outcome, || {
                    format!(
                        "where 500 with a Retry-After of 0 to 10 s was due, since the {method} \
                         before was not answered yet"
                    )
                }));
            }
        }
    }
    verdicts
}

/// What was asked before the goodbye came is answered all the same (RFC 3261 section 15.1.2).
fn a_goodbye_leaves_nothing_open(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for talk in &case.talks {
        let Some(bye) = talk.ended.map(|place| case.at(place)) else { continue };
        let of_caller = talk.is_from_caller(bye);
        let confirmed = bye.asked.and_then(|it| case.asked[it].outcome(case));
        let Some(arrived) = bye.arrived.filter(|_| confirmed.is_some()) else { continue };
        for (request, asked) in taken(case, talk, of_caller) {
            let came = request.arrived.is_some_and(|it| it < arrived);
            let was_open = asked.outcome(case).is_none_or(|it| it.at > arrived);
            let is_answered = asked.outcome(case).is_some();
            let is_due = is_answered || arrived + PATIENCE < case.end;
            if !(came && was_open && is_due) {
                continue;
            }
            let who = case.timeline.cast().label(request.target());
            let verdict = case.require(is_answered, "RFC3261-15.1.2-2", request, || {
                format!("and {who} never answered it once message {} had come", bye.number)
            });
            verdicts.push(verdict.blaming(&who));
        }
    }
    verdicts
}

/// Nobody has to be asked before an UPDATE is answered (RFC 3311 section 5.2).
fn updates_are_answered_at_once(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.requests_of(Method::Update).filter_map(|(request, asked)| {
        let outcome = asked.outcome(case)?;
        let waited = outcome.at.since(request.arrived?);
        Some(case.require(waited <= AT_ONCE, "RFC3311-5.2-3", outcome, || {
            format!("{} ms after message {} had come", waited.as_millis(), request.number)
        }))
    });
    judged.collect()
}

/// An INVITE that comes again after its 2xx is the same one, and not refused (RFC 6026 section
/// 7.1).
fn a_call_that_was_taken_is_not_refused(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.requests_of(Method::Invite).filter_map(|(_, asked)| {
        let answers: Vec<_> = case.all(&asked.responses).collect();
        let taken = answers.iter().find(|it| it.is_answer(200, 299))?;
        let refused = answers.iter().find(|it| it.is_answer(300, 699) && it.at > taken.at);
        let from_same = refused.filter(|it| it.source() == taken.source());
        Some(from_same.map_or(Verdict::Pass, |refused| {
            let seen = format!("after message {} had taken the call", taken.number);
            case.broken("RFC6026-7.1-1", refused, seen)
        }))
    });
    judged.collect()
}

/// Longer than anybody needs who asks nobody.
const AT_ONCE: Duration = Duration::from_secs(2);
/// How long an answer may be on its way.
const PATIENCE: Duration = Duration::from_secs(2);
