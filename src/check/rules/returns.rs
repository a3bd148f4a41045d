//! The way that answers take back, and what is answered to what was asked before (RFC 3261 sections
//! 17 and 18, RFC 3581).

use std::time::Duration;

use super::transactions::T1;
use super::{Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::packet::Transport;
use crate::sip::{Method, Via};

pub const RULES: &[Rule] = &[
    rule("RFC3261-17.1.2.2-1", requests_come_again_in_time),
    rule("RFC3261-17.2.2-1", one_answer_for_one_request),
    rule("RFC3261-18.2.1-1", |case| each(case, "RFC3261-18.2.1-1", is_received)),
    rule("RFC3261-18.2.2-1", |case| each(case, "RFC3261-18.2.2-1", takes_the_same_connection)),
    rule("RFC3581-4-1", |case| each(case, "RFC3581-4-1", has_port)),
    rule("RFC3261-9.1-2", something_came_before_it_is_cancelled),
];

/// What a row makes of each response: what is wrong with it, if the row speaks of it.
fn each(
    case: &Case<'_>,
    row: &'static str,
    judge: fn(&Said<'_>, &Said<'_>) -> Option<Result<(), String>>,
) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for (request, asked) in case.requests() {
        for response in case.all(&asked.responses) {
            verdicts.extend(judge(request, response).map(|judged| match judged {
                Ok(()) => Verdict::Pass,
                Err(seen) => case.broken(row, response, seen),
            }));
        }
    }
    verdicts
}

fn top(said: &Said<'_>) -> Option<Via> {
    said.message.via().ok()
}

/// Where a request did not come from where its Via says, the server says where from (section
/// 18.2.1).
fn is_received(request: &Said<'_>, response: &Said<'_>) -> Option<Result<(), String>> {
    let source = request.source().ip();
    let told = top(request)?.host.ip();
    let is_elsewhere = told != Some(source);
    is_elsewhere.then(|| {
        let received = top(response).and_then(|via| via.received());
        let seen = || format!("without saying in Via that the request came from {source}");
        (received == Some(source)).then_some(()).ok_or_else(seen)
    })
}

/// Who asks for it is told the port that the request came from (RFC 3581 section 4).
fn has_port(request: &Said<'_>, response: &Said<'_>) -> Option<Result<(), String>> {
    top(request).filter(Via::wants_rport)?;
    let port = request.source().port();
    let told = top(response).and_then(|via| via.rport());
    let seen = || format!("without saying in Via that the request came from port {port}");
    Some((told == Some(port)).then_some(()).ok_or_else(seen))
}

/// What was asked over a connection is answered over the same (section 18.2.2).
fn takes_the_same_connection(
    request: &Said<'_>,
    response: &Said<'_>,
) -> Option<Result<(), String>> {
    let is_stream =
        |it: &Said<'_>| matches!(it.sighting.transport, Transport::Tcp | Transport::Tls);
    is_stream(request).then(|| {
        let back = (response.source(), response.target()) == (request.target(), request.source());
        let seen = || format!("over another connection than message {} came by", request.number);
        (back && is_stream(response)).then_some(()).ok_or_else(seen)
    })
}

/// A request that is repeated is not judged anew (section 17.2.2): its final answer is one.
fn one_answer_for_one_request(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.requests().filter(|(request, _)| request.method != Method::Invite);
    let judged = judged.filter_map(|(_, asked)| {
        let first = asked.outcome(case)?;
        let mut others = case.all(&asked.responses).filter(|it| it.is_answer(200, 699));
        let other = others.find(|it| it.code != first.code);
        Some(other.map_or(Verdict::Pass, |other| {
            let seen = format!("after message {} had said otherwise", first.number);
            case.broken("RFC3261-17.2.2-1", other, seen)
        }))
    });
    judged.collect()
}

/// A request other than INVITE that is not answered comes again after half a second, and then after
/// twice as long each time, up to four seconds (section 17.1.2.2), and no sooner; on streams, never.
fn requests_come_again_in_time(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC3261-17.1.2.2-1";
    let others = case.requests().filter(|(request, _)| request.method != Method::Invite);
    let mut verdicts = Vec::new();
    for (request, asked) in others {
        // What a translator of addresses sends on is another's.
        let own = case.all(&asked.requests).filter(|it| it.source() == request.source());
        let sendings: Vec<_> = own.collect();
        if request.sighting.transport != Transport::Udp {
            verdicts.extend(sendings.get(1).map(|again| {
                let seen = format!("again, as message {} over a connection", request.number);
                case.broken(row, again, seen)
            }));
            continue;
        }
        // A provisional answer makes the gap four seconds at once.
        for (count, pair) in (0_u32..).zip(sendings.windows(2)) {
            let [before, again] = pair else { continue };
            let due = (T1 * 2_u32.saturating_pow(count.min(3))).min(T2);
            let gap = again.at.since(before.at);
            let met = gap + due / 10 >= due;
            verdicts.push(case.require(met, row, again, || {
                format!("again after {} ms, where {} are due", gap.as_millis(), due.as_millis())
            }));
        }
    }
    verdicts
}

/// Whoever has not heard a thing of an INVITE does not cancel it yet (section 9.1).
fn something_came_before_it_is_cancelled(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.requests_of(Method::Cancel).filter_map(|(cancel, _)| {
        let of_same = |it: &&Said<'_>| it.branch == cancel.branch && it.call_id == cancel.call_id;
        let mut invites = case.requests_of(Method::Invite);
        let (_, asked) = invites.find(|(it, _)| of_same(it))?;
        let mut provisional = case.all(&asked.responses).filter(|it| it.is_answer(100, 199));
        let heard = provisional.any(|it| it.arrived.unwrap_or(it.at) <= cancel.at);
        Some(case.require(heard, "RFC3261-9.1-2", cancel, || {
            "before anything was answered to its INVITE".to_owned()
        }))
    });
    judged.collect()
}

/// RFC 3261 section 17.1.2.2.
const T2: Duration = Duration::from_secs(4);
