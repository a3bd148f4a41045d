//! The flows that RFC 3665 shows: whoever proves who they are, whoever leaves, whoever fails over,
//! and calls that nobody takes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::credentials::{met, param};
use super::{Asked, Case, Rule, Said, Talk, rule};
use crate::check::Verdict;
use crate::sip::{Contacts, Method, NameAddr};
use crate::time::Instant;

pub const RULES: &[Rule] = &[
    rule("RFC3665-2.1-1", |case| proof_has_its_place(case, "RFC3665-2.1-1", &Method::Register)),
    rule("RFC3665-2.4-1", whoever_leaves_is_gone),
    rule("RFC3665-3.3-1", |case| proof_has_its_place(case, "RFC3665-3.3-1", &Method::Invite)),
    rule("RFC3665-3.4-1", elsewhere_it_is_another_request),
    rule("RFC3665-3.8-1", |case| refused_is_over(case, "RFC3665-3.8-1", &[487])),
    rule("RFC3665-3.9-1", |case| refused_is_over(case, "RFC3665-3.9-1", &[486, 600])),
    rule("RFC3665-3.10-1", whoever_calls_hears_the_end),
    rule("RFC3665-3.11-1", |case| refused_is_over(case, "RFC3665-3.11-1", &[480])),
];

/// Whoever was challenged answers in the header that belongs to the challenge: a registrar or the
/// other side in Authorization, a proxy in Proxy-Authorization (sections 2.1 and 3.3, RFC 3261
/// sections 22.2 and 22.3).
fn proof_has_its_place(case: &Case<'_>, row: &'static str, method: &Method) -> Vec<Verdict> {
    let all = met(case).into_iter().filter(|(challenged, ..)| challenged.method == *method);
    let judged = all.map(|(_, refusal, again)| {
        let suits = PLACES.iter().any(|(asks, answers)| {
            let wanted = nonces(refusal, asks);
            nonces(again, answers).iter().any(|nonce| wanted.contains(nonce))
        });
        case.require(suits, row, again, || {
            format!("with credentials in another header than message {} asks for", refusal.number)
        })
    });
    judged.collect()
}

fn nonces<'a>(said: &Said<'a>, header: &str) -> Vec<&'a str> {
    let lines = said.message.headers.lines().filter(|line| line.is(header));
    lines.filter_map(|line| param(line.value(), "nonce")).collect()
}

/// Whoever has taken a registration back is not listed any more (section 2.4, RFC 3261 section
/// 10.3).
fn whoever_leaves_is_gone(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.requests_of(Method::Register).filter_map(|(request, asked)| {
        let asked_for = request.message.expires().ok().flatten();
        let left = match request.message.contacts().ok()? {
            Contacts::All => None,
            Contacts::These(all) => {
                let is_left = |it: &NameAddr| it.expires().or(asked_for) == Some(0);
                let left: Vec<_> = all.into_iter().filter(is_left).collect();
                if left.is_empty() {
                    return None;
                }
                Some(left)
            }
        };
        let granted = asked.outcome(case).filter(|it| it.is_answer(200, 299))?;
        let Ok(Contacts::These(listed)) = granted.message.contacts() else { return None };
        let given = granted.message.expires().ok().flatten();
        let still = listed.iter().filter(|it| it.expires().or(given) != Some(0)).find(|it| {
            left.as_ref().is_none_or(|left| left.iter().any(|gone| gone.uri.is_equivalent(&it.uri)))
        });
        Some(case.require(still.is_none(), "RFC3665-2.4-1", granted, || {
            let uri = still.map(|it| it.uri.to_string()).unwrap_or_default();
            format!("with {uri}, which message {} has taken back", request.number)
        }))
    });
    judged.collect()
}

/// Whoever fails and tries elsewhere asks anew, under another branch (section 3.4, RFC 3263 section
/// 4.3). Where copies of a request go to several addresses from the start, somebody spreads them.
fn elsewhere_it_is_another_request(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC3665-3.4-1";
    let mut failed: BTreeMap<Key<'_>, &Said<'_>> = BTreeMap::new();
    let mut verdicts = Vec::new();
    for (request, asked) in case.requests().filter(|(it, _)| it.to_tag.is_none()) {
        if request.method == Method::Cancel {
            continue;
        }
        let key = (request.call_id, request.from_tag.as_deref(), request.method.clone());
        let target = request.target().ip();
        if failed.get(&key).is_some_and(|before| before.target().ip() != target) {
            verdicts.push(Verdict::Pass);
        }
        let outcome = asked.outcome(case);
        if outcome.is_none_or(|it| it.code == Some(503)) {
            failed.insert(key, request);
        }
        let refused = outcome.filter(|it| it.code == Some(503)).and_then(|it| it.arrived);
        let since = refused.unwrap_or(request.at + WAITED);
        let elsewhere = case.all(&asked.requests).find(|it| it.target().ip() != target);
        let elsewhere = elsewhere.filter(|it| it.at >= since && it.source() == request.source());
        verdicts.extend(elsewhere.map(|it| {
            let (other, first, number) = (it.target(), request.target(), request.number);
            let seen = format!("to {other} with the branch of message {number}, sent to {first}");
            case.broken(row, it, seen)
        }));
    }
    verdicts
}

/// Call-ID, caller and method: what is the same when somebody tries elsewhere.
type Key<'b> = (&'b str, Option<&'b str>, Method);

/// A call that was refused is over: neither side asks anything more in it (sections 3.8, 3.9 and
/// 3.11, RFC 3261 section 12.3).
fn refused_is_over(case: &Case<'_>, row: &'static str, codes: &[u16]) -> Vec<Verdict> {
    let mut talks: BTreeMap<&str, Vec<&Talk<'_>>> = BTreeMap::new();
    for talk in &case.talks {
        talks.entry(talk.call_id).or_default().push(talk);
    }
    let begins = case.requests_of(Method::Invite).filter(|(it, _)| it.to_tag.is_none());
    let judged = begins.filter_map(|(invite, asked)| {
        let outcome = asked.outcome(case)?;
        let refusal = Some(outcome).filter(|it| it.code.is_some_and(|it| codes.contains(&it)))?;
        let told = refusal.arrived?;
        let mut own = talks.get(invite.call_id).into_iter().flatten().filter(|talk| {
            let (from, to) = &talk.tags;
            invite.from_tag.as_ref() == Some(from) && refusal.to_tag.as_ref() == Some(to)
        });
        let more = own.find_map(|talk| {
            let is_late = |it: &&Said<'_>, since: Instant| {
                it.to_tag.is_some() && OF_CALLS.contains(&it.method) && it.at > since + CROSSING
            };
            let by_caller = talk.requests(&case.said, true).find(|it| is_late(it, told));
            by_caller
                .or_else(|| talk.requests(&case.said, false).find(|it| is_late(it, refusal.at)))
        });
        Some(more.map_or(Verdict::Pass, |it| {
            let seen = format!("in a call that message {} has refused", refusal.number);
            case.broken(row, it, seen)
        }))
    });
    judged.collect()
}

/// Of a call that is passed on to somebody who never says a word, the caller hears the end (section
/// 3.10): once nobody is asked any more, it is refused.
fn whoever_calls_hears_the_end(case: &Case<'_>) -> Vec<Verdict> {
    let mut place_of: BTreeMap<&str, usize> = BTreeMap::new();
    for (place, call) in case.calls.iter().enumerate() {
        place_of.extend(call.call_ids.iter().map(|id| (id.as_str(), place)));
    }
    let mut calls: BTreeMap<usize, Vec<Leg<'_, '_>>> = BTreeMap::new();
    for leg in case.requests_of(Method::Invite).filter(|(it, _)| it.to_tag.is_none()) {
        if let Some(place) = place_of.get(leg.0.call_id) {
            calls.entry(*place).or_default().push(leg);
        }
    }
    let cancels = case.requests_of(Method::Cancel).map(|(it, _)| it.call_id);
    let cancelled: BTreeSet<&str> = cancels.collect();
    calls.values().flat_map(|legs| told(case, legs, &cancelled)).collect()
}

/// An INVITE that begins a leg of a call.
type Leg<'b, 'a> = (&'b Said<'a>, &'b Asked);

fn told(case: &Case<'_>, legs: &[Leg<'_, '_>], cancelled: &BTreeSet<&str>) -> Vec<Verdict> {
    let is_unheard =
        |(_, asked): &&Leg<'_, '_>| asked.responses.is_empty() && asked.requests.len() >= REPEATED;
    let Some((unheard, _)) = legs.iter().find(is_unheard) else { return Vec::new() };
    let host = case.host(unheard.source());
    let over = |(it, asked): &Leg<'_, '_>| {
        if asked.responses.is_empty() {
            return Some(it.at + GIVE_UP);
        }
        asked.outcome(case).filter(|it| it.is_answer(300, 699)).map(|it| it.at)
    };
    let mut asked_on = legs.iter().filter(|(it, _)| case.host(it.source()) == host);
    let last = asked_on.try_fold(Instant::START, |last, leg| Some(last.max(over(leg)?)));
    let Some(due) = last.map(|last| last + PATIENCE) else { return Vec::new() };
    let to_host = legs.iter().filter(|(it, asked)| {
        let is_heard = !asked.responses.is_empty() && !cancelled.contains(it.call_id);
        is_heard && case.host(it.target()) == host
    });
    let judged = to_host.filter_map(|(it, asked)| {
        let is_told = asked.outcome(case).is_some();
        (is_told || due < case.end && case.lives(host, due)).then(|| {
            case.require(is_told, "RFC3665-3.10-1", it, || {
                let who = case.timeline.cast().label(it.target());
                let number = unheard.number;
                format!("to {who}, who never said that message {number} found nobody")
            })
        })
    });
    judged.collect()
}

/// Where challenges stand, and where what answers them does.
const PLACES: [(&str, &str); 2] =
    [("WWW-Authenticate", "Authorization"), ("Proxy-Authenticate", "Proxy-Authorization")];
/// What is asked in a call that somebody has; a PRACK may still be due.
const OF_CALLS: [Method; 4] = [Method::Bye, Method::Info, Method::Invite, Method::Update];
/// What crosses on the way, or is read a little later.
const CROSSING: Duration = Duration::from_millis(500);
/// Whoever gives an address up has waited longer.
const WAITED: Duration = Duration::from_secs(4);
/// Who has asked as often has not been heard.
const REPEATED: usize = 3;
/// 64 times T1 (RFC 3261 section 17), and a little.
const GIVE_UP: Duration = Duration::from_secs(33);
/// Whoever wants to try something else has done so.
const PATIENCE: Duration = Duration::from_secs(20);
