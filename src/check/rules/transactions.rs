//! How an INVITE is sent, sent again, answered and acknowledged (RFC 3261 section 17).

use std::time::Duration;

use super::{Asked, Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::packet::Transport;
use crate::sip::{Method, NameAddr};

pub const RULES: &[Rule] = &[
    rule("RFC3261-8.1.3.1-1", nobody_asks_for_ever),
    rule("RFC3261-17.1.1.2-1", invitations_are_repeated_ever_slower),
    rule("RFC3261-17.1.1.2-2", refusals_are_acknowledged),
    rule("RFC3261-17.1.1.3-1", an_ack_to_a_refusal_repeats_the_invite),
    rule("RFC3261-17.2.1-1", invitations_are_answered_at_once),
];

/// What is not answered within 64 times T1 is given up (RFC 3261 section 8.1.3.1).
fn nobody_asks_for_ever(case: &Case<'_>) -> Vec<Verdict> {
    let repeated = case.requests().filter(|(_, asked)| asked.requests.len() > 1);
    let judged = repeated.map(|(request, asked)| {
        let late = case.all(&asked.requests).find(|it| it.at > request.at + GIVE_UP);
        late.map_or(Verdict::Pass, |late| {
            let after = (late.at - request.at).as_secs();
            case.broken("RFC3261-8.1.3.1-1", late, format!("once more, {after} s after the first"))
        })
    });
    judged.collect()
}

/// Over UDP an INVITE is sent again after T1, then after twice as long each time, until somebody
/// answers; over a stream it is sent once (RFC 3261 section 17.1.1.2). T1 may be longer than half
/// a second, not shorter.
fn invitations_are_repeated_ever_slower(case: &Case<'_>) -> Vec<Verdict> {
    case.requests_of(Method::Invite).map(|(request, asked)| resent(case, request, asked)).collect()
}

fn resent(case: &Case<'_>, request: &Said<'_>, asked: &Asked) -> Verdict {
    let row = "RFC3261-17.1.1.2-1";
    // What a translator of addresses sends on is another's.
    let own = case.all(&asked.requests).filter(|it| it.source() == request.source());
    let sent: Vec<_> = own.collect();
    if request.sighting.transport != Transport::Udp {
        let again = sent.get(1);
        return again.map_or(Verdict::Pass, |again| {
            case.broken(row, again, "once more, over a stream that loses nothing")
        });
    }
    let answered = case.all(&asked.responses).filter_map(|it| it.arrived).min();
    let mut expected = T1;
    for pair in sent.windows(2) {
        let [before, again] = pair else { continue };
        if answered.is_some_and(|answered| again.at > answered + SLACK) {
            return case.broken(row, again, "once more, although it was answered");
        }
        let gap = again.at - before.at;
        if gap + SLACK < expected {
            let (gap, expected) = (gap.as_millis(), expected.as_millis());
            let seen = format!("once more after {gap} ms, and not after {expected} or more");
            return case.broken(row, again, seen);
        }
        expected = gap.max(expected) * 2;
    }
    let silent_until = answered.unwrap_or(case.end);
    let waits = sent.len() == 1 && silent_until > request.at + 8 * T1;
    let seen = "once, although nobody answered for four seconds";
    case.require(!waits, row, request, || seen.to_owned())
}

/// Every copy of a refusal that arrives is acknowledged (RFC 3261 section 17.1.1.2).
fn refusals_are_acknowledged(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.requests_of(Method::Invite).filter_map(|(request, asked)| {
        let refusals = case.all(&asked.responses).filter(|it| it.is_answer(300, 699));
        let arrived: Vec<_> = refusals.filter(|it| it.arrived.is_some()).collect();
        let last = arrived.last()?;
        let lives = case.lives(case.host(request.source()), last.arrived?);
        if !lives || last.arrived? + PATIENCE > case.end {
            return None;
        }
        let acks = asked.acks.len();
        let who = case.sender(request.sighting);
        Some(case.require(acks >= arrived.len(), "RFC3261-17.1.1.2-2", last, || {
            format!("{} times in all, and {who} acknowledged it {acks} times", arrived.len())
        }))
    });
    judged.collect()
}

/// The ACK to a refusal is made of the INVITE, but for the To, which is that of the refusal (RFC
/// 3261 section 17.1.1.3).
fn an_ack_to_a_refusal_repeats_the_invite(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for (request, asked) in case.requests_of(Method::Invite) {
        let refusals = case.all(&asked.responses).filter(|it| it.is_answer(300, 699));
        let refusals: Vec<_> = refusals.collect();
        if refusals.is_empty() {
            continue;
        }
        for ack in case.all(&asked.acks) {
            let wrong = ack_differs(request, &refusals, ack);
            verdicts.push(wrong.map_or(Verdict::Pass, |what| {
                let seen = format!("to a refusal, with {what} than belongs to it");
                case.broken("RFC3261-17.1.1.3-1", ack, seen)
            }));
        }
    }
    verdicts
}

fn ack_differs(request: &Said<'_>, refusals: &[&Said<'_>], ack: &Said<'_>) -> Option<&'static str> {
    let (invite, message) = (request.message, ack.message);
    if request.branch != ack.branch {
        return Some("another branch");
    }
    if invite.uri_text() != message.uri_text() {
        return Some("another Request-URI");
    }
    if invite.from().ok() != message.from().ok() {
        return Some("another From");
    }
    if !refusals.iter().any(|it| it.to_tag == ack.to_tag) {
        return Some("another To");
    }
    let routes = |it: &crate::sip::Message| -> Option<Vec<NameAddr>> { it.addresses("Route").ok() };
    (routes(invite) != routes(message)).then_some("another Route")
}

/// An INVITE is answered within 200 ms, if only with 100; and whoever asks again before the end
/// gets the last answer again (RFC 3261 section 17.2.1).
fn invitations_are_answered_at_once(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for (request, asked) in case.requests_of(Method::Invite) {
        // Where arrivals are not seen, the way there and back counts too.
        let server = case.host(request.target());
        let limit = if case.is_watched(server) { TRYING } else { TRYING + T1 };
        let arrivals: Vec<_> = case.all(&asked.requests).filter_map(|it| it.arrived).collect();
        let responses: Vec<_> = case.all(&asked.responses).collect();
        let (Some(arrived), Some(first)) = (arrivals.first().copied(), responses.first()) else {
            continue;
        };
        verdicts.push(case.require(first.at <= arrived + limit, "RFC3261-17.2.1-1", first, || {
            let late = first.at.since(arrived).as_millis();
            format!("{late} ms after message {} had come, and no 100 before", request.number)
        }));
        for again in arrivals.into_iter().skip(1) {
            let last = responses.iter().rfind(|it| it.at < again);
            let Some(last) = last.filter(|it| !it.is_answer(200, 299)) else { continue };
            // What follows at once is as good as the last answer.
            let repeats = responses.iter().any(|it| it.at >= again && it.at <= again + limit);
            if again + limit < case.end {
                verdicts.push(case.require(repeats, "RFC3261-17.2.1-1", last, || {
                    format!("and not again when message {} came again", request.number)
                }));
            }
        }
    }
    verdicts
}

/// RFC 3261 section 17.1.1.1.
pub(super) const T1: Duration = Duration::from_millis(500);
/// 64 times T1, and what a busy machine adds to that.
const GIVE_UP: Duration = Duration::from_millis(32_500);
/// RFC 3261 section 17.2.1, and what a busy machine adds to that.
const TRYING: Duration = Duration::from_millis(220);
/// What a clock may be wrong by.
const SLACK: Duration = Duration::from_millis(50);
/// What comes soon may not have been seen any more.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);
