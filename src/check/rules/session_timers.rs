//! What the headers of session timers say (RFC 4028).

use super::{Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::sip::{Method, Refresher, SessionExpires};

pub const RULES: &[Rule] = &[
    rule("RFC4028-5-1", no_interval_is_too_short),
    rule("RFC4028-7.1-1", whoever_knows_timers_says_so),
    rule("RFC4028-9-1", the_answer_settles_it),
    rule("RFC4028-9-2", too_short_is_told_what_would_do),
];

fn expires(said: &Said<'_>) -> Option<SessionExpires> {
    said.message.session_expires().ok().flatten()
}

fn least(said: &Said<'_>) -> Option<u32> {
    Some(said.message.min_se().ok().flatten()?.seconds)
}

/// A session lasts ninety seconds at least, and nobody asks for less at least (section 5).
fn no_interval_is_too_short(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.said.iter().filter_map(|said| {
        let interval = expires(said).map(|it| it.seconds);
        let shortest = [interval, least(said)].into_iter().flatten().min()?;
        Some(case.require(shortest >= LEAST, "RFC4028-5-1", said, || {
            format!("with a session timer of {shortest} s")
        }))
    });
    judged.collect()
}

/// Who uses timers has `timer` in Supported, in each request that may begin or refresh a session
/// (section 7.1).
fn whoever_knows_timers_says_so(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.said.iter().filter_map(|said| {
        let may_refresh = said.is(&Method::Invite) || said.is(&Method::Update);
        expires(said).filter(|_| may_refresh)?;
        let says = said.tokens("Supported").iter().any(|it| it == "timer");
        Some(case.require(says, "RFC4028-7.1-1", said, || {
            "with Session-Expires, and without `timer` in Supported".to_owned()
        }))
    });
    judged.collect()
}

/// Who answers asks for no longer interval, says who refreshes, and requires `timer` of a client
/// that has to (section 9).
fn the_answer_settles_it(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.requests().filter_map(|(request, asked)| {
        let answer = asked.outcome(case).filter(|it| it.is_answer(200, 299))?;
        let settled = expires(answer)?;
        let wanted = expires(request);
        let requires = answer.tokens("Require").iter().any(|it| it == "timer");
        let wrong = if wanted.is_some_and(|wanted| settled.seconds > wanted.seconds) {
            Some("with a longer session than was asked for")
        } else if settled.refresher.is_none() {
            Some("with a session timer that nobody is said to refresh")
        } else if settled.refresher == Some(Refresher::Uac) && !requires {
            Some("with a session timer for its peer to refresh, and without Require: timer")
        } else {
            None
        };
        Some(case.require(wrong.is_none(), "RFC4028-9-1", answer, || {
            wrong.unwrap_or_default().to_owned()
        }))
    });
    judged.collect()
}

/// Who refuses an interval says which would do (section 9).
fn too_short_is_told_what_would_do(case: &Case<'_>) -> Vec<Verdict> {
    let refusals = case.said.iter().filter(|it| it.code == Some(422));
    let judged = refusals.map(|it| {
        case.require(least(it).is_some_and(|it| it >= LEAST), "RFC4028-9-2", it, || {
            "without a Min-SE of 90 s or more".to_owned()
        })
    });
    judged.collect()
}

/// The shortest session, in seconds (section 4).
const LEAST: u32 = 90;
