//! What is said before a call is up, and what has to be said then (RFC 3261 sections 13 and 15, RFC
//! 3262).

use std::collections::BTreeSet;
use std::time::Duration;

use super::flows::leaves_too_early;
use super::invites::talk_of;
use super::provisional::{has_tag, reliable, rseq};
use super::{Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::sdp::MediaDescription;
use crate::sip::Method;

pub const RULES: &[Rule] = &[
    rule("RFC3261-13.2.1-2", an_offer_is_answered_when_the_call_is_taken),
    rule("RFC3261-13.2.2.4-2", who_can_take_no_stream_leaves),
    rule("RFC3261-13.3.1.1-1", long_waits_are_told),
    rule("RFC3261-15-1", goodbyes_are_of_calls),
    rule("RFC3262-3-1", what_has_to_arrive_is_numbered),
    rule("RFC3262-3-6", who_is_never_acknowledged_refuses),
    rule("RFC3262-3-7", calls_are_taken_after_their_answers_have_come),
    rule("RFC3262-5-1", offers_and_acknowledgements_are_answered),
];

fn is_described(said: &Said<'_>) -> bool {
    said.sighting.description().is_some()
}

/// The PRACKs to a reliable response.
fn pracks<'b, 'a>(case: &'b Case<'a>, invite: &Said<'_>, number: u32) -> Vec<&'b Said<'a>> {
    let is_of = |prack: &&Said<'a>| {
        let rack = prack.message.headers.get("RAck").unwrap_or_default();
        let mut words = rack.split_ascii_whitespace().map(str::parse::<u32>);
        let of = (words.next(), words.next());
        prack.call_id == invite.call_id && of == (Some(Ok(number)), invite.cseq.map(Ok))
    };
    case.requests_of(Method::Prack).map(|(prack, _)| prack).filter(is_of).collect()
}

/// The calls in which anything was said of PRACK: what was acknowledged may not have been captured.
fn pracked<'a>(case: &Case<'a>) -> BTreeSet<&'a str> {
    let of_pracks = case.said.iter().filter(|it| it.method == Method::Prack);
    of_pracks.map(|it| it.call_id).collect()
}

/// The offer of an INVITE is answered in its 2xx, unless that was done before in a response that had
/// to arrive (RFC 3261 section 13.2.1).
fn an_offer_is_answered_when_the_call_is_taken(case: &Case<'_>) -> Vec<Verdict> {
    let (pracked, mut verdicts) = (pracked(case), Vec::new());
    for (invite, asked) in case.requests_of(Method::Invite).filter(|(it, _)| is_described(it)) {
        for answer in case.all(&asked.responses).filter(|it| it.is_answer(200, 299)) {
            if pracked.contains(invite.call_id) || answer.flaw.is_some() {
                continue;
            }
            // What is in a body of another kind may be an answer that cannot be read.
            let met = !answer.message.body.is_empty();
            verdicts.push(case.require(met, "RFC3261-13.2.1-2", answer, || {
                format!("without an answer to the offer of message {}", invite.number)
            }));
        }
    }
    verdicts
}

/// Who refuses every stream of the offer in a 2xx has no call, and says goodbye (RFC 3261 section
/// 13.2.2.4).
fn who_can_take_no_stream_leaves(case: &Case<'_>) -> Vec<Verdict> {
    let bare = case
        .requests_of(Method::Invite)
        .filter(|(it, _)| it.to_tag.is_none() && it.message.body.is_empty());
    let judged = bare.filter_map(|(_, asked)| {
        let offer = asked.outcome(case).filter(|it| it.is_answer(200, 299) && is_described(it))?;
        let ack = case.all(&asked.acks).find(|it| is_described(it))?;
        let (_, answer) = ack.sighting.description()?;
        let takes_none =
            !answer.media.is_empty() && answer.media.iter().all(MediaDescription::is_disabled);
        let talk = talk_of(case, ack).filter(|_| takes_none)?;
        let until = ack.at + SOON;
        let left = talk.ended.is_some_and(|ended| case.at(ended).at <= until);
        let lives = case.lives(case.host(ack.source()), until);
        (left || lives && until < case.end).then(|| {
            case.require(left, "RFC3261-13.2.2.4-2", ack, || {
                format!("refusing all that message {} offers, and did not leave", offer.number)
            })
        })
    });
    judged.collect()
}

/// Whoever lets a caller wait for long says every minute that it is still there, and with more than
/// 100 (RFC 3261 section 13.3.1.1). On the way some of that may be lost, and what has to arrive comes
/// less often (RFC 3262 section 3).
fn long_waits_are_told(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.requests_of(Method::Invite).filter_map(|(invite, asked)| {
        let arrived = invite.arrived?;
        let outcome = asked.outcome(case)?;
        let is_watched = case.is_watched(case.host(invite.target()));
        let arrives = case.all(&asked.responses).any(|it| rseq(it).is_some());
        let limit = if is_watched && !arrives { MINUTE } else { MINUTES };
        if outcome.at <= arrived + limit {
            return None;
        }
        let told = case.all(&asked.responses).filter(|it| it.is_answer(101, 699)).map(|it| it.at);
        let mut times: Vec<_> = [arrived].into_iter().chain(told).collect();
        times.sort_unstable();
        let gap = times.windows(2).map(|pair| pair[1].since(pair[0])).find(|gap| *gap > limit);
        Some(case.require(gap.is_none(), "RFC3261-13.3.1.1-1", outcome, || {
            let seconds = gap.unwrap_or_default().as_secs();
            format!("after {seconds} s without a word on message {}", invite.number)
        }))
    });
    judged.collect()
}

/// A BYE is of a call: within a dialog, and from whoever is called not before that has taken the
/// call and knows that the caller has heard it (RFC 3261 section 15).
fn goodbyes_are_of_calls(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC3261-15-1";
    let mut verdicts = case.each(row, |said| {
        let is_judged = said.is(&Method::Bye) && said.flaw.is_none();
        is_judged.then(|| match said.to_tag {
            Some(_) => Ok(()),
            None => Err("without a tag in To, of no dialog".to_owned()),
        })
    });
    verdicts.extend(leaves_too_early(case, row));
    let unanswered = case.talks.iter().filter_map(|talk| {
        let bye = case.at(talk.ended?);
        let ends = |it: &Said<'_>| it.method == Method::Invite && it.is_answer(200, 699);
        let refused = case.all(&talk.said).any(|it| ends(it) && it.is_answer(300, 699));
        // An ACK that is of no refusal is of a 2xx, seen or not.
        let taken = case
            .all(&talk.said)
            .any(|it| ends(it) && it.at <= bye.at || it.method == Method::Ack && !refused);
        let is_early = !taken && !talk.is_from_caller(bye);
        is_early
            .then(|| case.broken(row, bye, "to whoever calls it, without having taken the call"))
    });
    verdicts.extend(unanswered);
    verdicts
}

/// Where 100rel is required, everything but a 100 is said so that it has to arrive (RFC 3262 section
/// 3). A 199 is for proxies, which may not be able to (RFC 6228).
fn what_has_to_arrive_is_numbered(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for (invite, asked) in case.requests_of(Method::Invite) {
        if !has_tag(invite, "Require") {
            continue;
        }
        for response in case.all(&asked.responses).filter(|it| it.is_answer(101, 198)) {
            let met = response.message.headers.has("RSeq") && has_tag(response, "Require");
            verdicts.push(case.require(met, "RFC3262-3-1", response, || {
                format!("not to be acknowledged, although message {} requires it", invite.number)
            }));
        }
    }
    verdicts
}

/// Who is not acknowledged for 64 times T1 refuses with a 5xx (RFC 3262 section 3).
fn who_is_never_acknowledged_refuses(case: &Case<'_>) -> Vec<Verdict> {
    let pracked = pracked(case);
    let judged = reliable(case).filter_map(|(invite, asked, response)| {
        rseq(response).filter(|_| !pracked.contains(invite.call_id))?;
        let due = response.at + GIVE_UP;
        let outcome = asked.outcome(case);
        let over = outcome.map_or(case.end, |it| it.at);
        let refused = outcome.is_some_and(|it| it.is_answer(500, 599));
        let lives = case.lives(case.host(response.source()), due);
        let is_late = over > due && lives;
        (is_late || refused && over <= due).then(|| {
            case.require(!is_late, "RFC3262-3-6", response, || {
                "to be acknowledged, which nobody ever did, and did not refuse the call".to_owned()
            })
        })
    });
    judged.collect()
}

/// A call is not taken before the description that had to arrive has (RFC 3262 section 3).
fn calls_are_taken_after_their_answers_have_come(case: &Case<'_>) -> Vec<Verdict> {
    let described = reliable(case).filter(|(.., response)| is_described(response));
    let judged = described.filter_map(|(invite, asked, response)| {
        let number = rseq(response)?;
        let taken = case
            .all(&asked.responses)
            .find(|it| it.is_answer(200, 299) && it.to_tag == response.to_tag)?;
        let first = pracks(case, invite, number).into_iter().map(|it| it.at).min();
        let is_certain = first.is_some() || case.is_watched(case.host(invite.target()));
        is_certain.then(|| {
            let met = first.is_some_and(|first| first <= taken.at);
            case.require(met, "RFC3262-3-7", taken, || {
                format!("before the description of message {} was acknowledged", response.number)
            })
        })
    });
    judged.collect()
}

/// An offer in a response that has to arrive is answered in its PRACK, and one in a PRACK in the
/// answer to that (RFC 3262 section 5).
fn offers_and_acknowledgements_are_answered(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC3262-5-1";
    let mut verdicts = Vec::new();
    for (invite, asked, response) in reliable(case).filter(|(.., it)| is_described(it)) {
        let Some(number) = rseq(response) else { continue };
        let before = case.all(&asked.responses).filter(|it| it.number < response.number);
        let is_first = !before.filter(|it| it.to_tag == response.to_tag).any(is_described);
        for prack in pracks(case, invite, number).into_iter().filter(|it| it.flaw.is_none()) {
            let has_body = !prack.message.body.is_empty();
            if invite.message.body.is_empty() && is_first {
                verdicts.push(case.require(has_body, row, prack, || {
                    format!("without an answer to the offer of message {}", response.number)
                }));
            }
            // What the caller offered was answered already: what it says now is an offer.
            let outcome = prack.asked.and_then(|it| case.asked[it].outcome(case));
            let granted = outcome.filter(|it| it.is_answer(200, 299) && it.flaw.is_none());
            let is_offer = is_described(invite) && is_described(prack);
            if let Some(granted) = granted.filter(|_| is_offer) {
                let met = !granted.message.body.is_empty();
                verdicts.push(case.require(met, row, granted, || {
                    format!("without an answer to the offer of message {}", prack.number)
                }));
            }
        }
    }
    verdicts
}

/// RFC 3261 section 13.3.1.1, and what a busy machine adds to that.
const MINUTE: Duration = Duration::from_secs(70);
/// One or two of such words may have been lost, out of our sight.
const MINUTES: Duration = Duration::from_secs(200);
/// Whoever leaves at once has left by then.
const SOON: Duration = Duration::from_secs(5);
/// 64 times T1 (RFC 3261 section 17), and what a busy machine adds to that.
const GIVE_UP: Duration = Duration::from_secs(34);
