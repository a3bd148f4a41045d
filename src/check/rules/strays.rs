//! What belongs to somebody else, comes by two ways, or goes no further (RFC 3261 sections 8.1.3.3,
//! 8.2.2.2, 16.3 and 18.1.2).

use std::collections::BTreeMap;
use std::net::SocketAddr;

use super::{Asked, Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::sip::{Method, Via};

pub const RULES: &[Rule] = &[
    rule("RFC3261-8.1.3.3-1", |case| dropped(case, "RFC3261-8.1.3.3-1", is_on_its_way)),
    rule("RFC3261-8.2.2.2-1", what_comes_by_two_ways_is_taken_once),
    rule("RFC3261-16.3-1", what_may_go_no_further_stays),
    rule("RFC3261-18.1.2-1", |case| dropped(case, "RFC3261-18.1.2-1", is_for_somebody_else)),
];

/// An answer to an INVITE that is not for whoever it comes to is passed over: nobody acknowledges
/// it, unless another one came that is.
fn dropped(
    case: &Case<'_>,
    row: &'static str,
    is_stray: fn(&Said<'_>, &Said<'_>) -> Option<String>,
) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for (request, asked) in case.requests_of(Method::Invite) {
        let comes = |it: &&Said<'_>| {
            let is_back = it.target().ip() == request.source().ip();
            it.is_answer(200, 699) && it.arrived.is_some() && is_back
        };
        let answers = case.all(&asked.responses).filter(comes);
        let answers: Option<Vec<_>> =
            answers.map(|it| Some((it, is_stray(request, it)?))).collect();
        let stray = answers.and_then(|it| it.into_iter().next());
        let Some((stray, what)) = stray else { continue };
        let ack = case.all(&asked.acks).find(|ack| Some(ack.at) >= stray.arrived);
        verdicts.push(ack.map_or(Verdict::Pass, |ack| {
            case.broken(row, ack, format!("to message {}, {what}", stray.number))
        }));
    }
    verdicts
}

/// Whoever asked by itself, without anybody before it, is at the end of the way back (section
/// 8.1.3.3).
fn is_on_its_way(request: &Said<'_>, response: &Said<'_>) -> Option<String> {
    let count = |said: &Said<'_>| said.message.headers.all("Via").count();
    let (asked, answered) = (count(request), count(response));
    (asked == 1 && answered > 1).then(|| format!("which has {answered} Vias, and is for another"))
}

/// The topmost Via of an answer is that of whoever asked (section 18.1.2).
fn is_for_somebody_else(request: &Said<'_>, response: &Said<'_>) -> Option<String> {
    let (asked, answered) = (request.message.via().ok()?, response.message.via().ok()?);
    let (own, other) = (sent_by(&asked), sent_by(&answered));
    (own != other).then(|| format!("whose Via is of {}:{}, and not its own", other.0, other.1))
}

/// Where somebody says in Via that it is.
fn sent_by(via: &Via) -> (String, u16) {
    let usual = if via.transport.eq_ignore_ascii_case("TLS") { 5061 } else { 5060 };
    (via.host.to_string().to_ascii_lowercase(), via.port.unwrap_or(usual))
}

/// What tells that two requests were one before their ways parted.
type One<'b> = (&'b str, &'b str, u32, &'b Method, &'b str, SocketAddr);

/// A request that came before, by another way, and is not answered yet, is not taken once more
/// (section 8.2.2.2). What went round and came back is not meant.
fn what_comes_by_two_ways_is_taken_once(case: &Case<'_>) -> Vec<Verdict> {
    let mut known: BTreeMap<One<'_>, (&Said<'_>, &Asked)> = BTreeMap::new();
    let mut verdicts = Vec::new();
    for (request, asked) in case.requests() {
        let counts = request.to_tag.is_none() && request.method != Method::Cancel;
        let (Some(tag), Some(number)) = (request.from_tag.as_deref(), request.cseq) else {
            continue;
        };
        let Some(arrived) = request.arrived.filter(|_| counts) else { continue };
        let (uri, target) = (request.message.uri_text(), request.target());
        let key = (request.call_id, tag, number, &request.method, uri, target);
        let (first, settled) = *known.entry(key).or_insert((request, asked));
        let is_open = settled.outcome(case).is_none_or(|it| it.at > arrived);
        let has_come = first.arrived.is_some_and(|before| before <= arrived);
        let is_other = first.number != request.number && first.branch != request.branch;
        if !is_other || !is_open || !has_come || has_passed(request, first) {
            continue;
        }
        let taken = case.all(&asked.responses).find(|it| it.is_answer(101, 299));
        let refused = asked.outcome(case).filter(|_| taken.is_none());
        verdicts.extend(taken.or(refused).map(|it| {
            case.require(taken.is_none(), "RFC3261-8.2.2.2-1", it, || {
                let (again, first) = (request.number, first.number);
                format!("to message {again}, which is message {first} by another way")
            })
        }));
    }
    verdicts
}

/// Whether a request says that it went the way of another one.
fn has_passed(request: &Said<'_>, first: &Said<'_>) -> bool {
    let vias = request.message.vias().unwrap_or_default();
    vias.iter().skip(1).any(|via| via.branch() == first.branch.as_deref())
}

/// What has no hop left is not sent on (section 16.3).
fn what_may_go_no_further_stays(case: &Case<'_>) -> Vec<Verdict> {
    let mut known: BTreeMap<(&str, &str), &Said<'_>> = BTreeMap::new();
    let mut verdicts = Vec::new();
    for (request, _) in case.requests() {
        let vias = request.message.vias().unwrap_or_default();
        let before = vias.get(1).and_then(Via::branch);
        let before = before.and_then(|branch| known.get(&(request.call_id, branch)));
        let sent_on = before.filter(|it| {
            case.host(it.target()) == case.host(request.source()) && it.method == request.method
        });
        verdicts.extend(sent_on.map(|before| {
            let hops = before.message.max_forwards().ok().flatten();
            case.require(hops != Some(0), "RFC3261-16.3-1", request, || {
                format!("on, although message {} had no hop left", before.number)
            })
        }));
        if let Some(branch) = request.branch.as_deref() {
            known.insert((request.call_id, branch), request);
        }
    }
    verdicts
}
