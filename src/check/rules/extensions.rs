//! UPDATE, session timers and feature tags (RFC 3311, RFC 4028, RFC 3840).

use std::time::Duration;

use super::tolerance::of_form;
use super::{Case, Rule, Said, Talk, rule};
use crate::check::Verdict;
use crate::sip::{Method, Refresher};
use crate::time::Instant;

pub const RULES: &[Rule] = &[
    rule("RFC3311-4-1", update_is_announced),
    rule("RFC3311-5.1-1", updates_need_no_offer),
    rule("RFC3311-5.2-2", updates_that_collide_are_refused),
    rule("RFC3840-9-2", tags_have_their_plus),
    rule("RFC4028-7.2-1", clients_refresh),
    rule("RFC4028-7.4-1", a_refresh_changes_nothing),
    rule("RFC4028-10-1", what_is_not_refreshed_ends),
    rule("RFC4028-10-2", |case| recorders_are_answered(case, "RFC4028-10-2", &REFRESHES)),
    rule("INT-ROB-2", |case| recorders_are_answered(case, "INT-ROB-2", &QUESTIONS)),
];

/// Whoever sends or takes UPDATE says so in Allow (RFC 3311 section 4).
fn update_is_announced(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for talk in &case.talks {
        for of_caller in [true, false] {
            let knows = case.all(&talk.said).any(|it| {
                let takes = it.is_request() || it.is_answer(200, 299);
                it.method == Method::Update && takes && talk.is_from_caller(it) == of_caller
            });
            let own = case.all(&talk.said).find(|it| {
                let says = it.is_request() || it.is_answer(200, 299);
                it.method == Method::Invite && says && talk.is_from_caller(it) == of_caller
            });
            let Some(own) = own.filter(|_| knows) else { continue };
            let says = own.tokens("Allow").iter().any(|it| it == "update");
            verdicts.push(case.require(says, "RFC3311-4-1", own, || {
                "with an Allow that lacks UPDATE, which it knows".to_owned()
            }));
        }
    }
    verdicts
}

/// An UPDATE without an offer is as good as one with an offer, and is answered without a description
/// (RFC 3311 sections 5.1 and 5.2). Metadata may be wrong in ways of its own.
fn updates_need_no_offer(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC3311-5.1-1";
    let is_plain = |it: &Said<'_>| {
        let offers = it.sighting.description().is_some();
        let is_told = matches!(it.sighting.metadata(), Some(Ok(_)));
        let has_known_body = it.message.body.is_empty() || is_told;
        let is_whole = it.flaw.is_none() && it.message.headers.has("Contact");
        it.method == Method::Update && is_whole && !offers && has_known_body
    };
    let mut verdicts = of_form(case, row, "no offer", &[488, 606], is_plain);
    verdicts.extend(of_form(case, row, "no body", &[400, 415], |it| {
        is_plain(it) && it.message.body.is_empty()
    }));
    verdicts.extend(case.requests_of(Method::Update).filter_map(|(request, asked)| {
        let outcome = asked.outcome(case).filter(|it| it.is_answer(200, 299))?;
        let describes = outcome.sighting.description().is_some();
        is_plain(request).then(|| {
            case.require(!describes, row, outcome, || {
                format!("with a description, where message {} offers nothing", request.number)
            })
        })
    }));
    verdicts
}

/// An offer in UPDATE is refused while another is open: with 491 while an own one is, with 500 and
/// Retry-After while one is not answered yet (RFC 3311 section 5.2).
fn updates_that_collide_are_refused(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for talk in &case.talks {
        for update in &talk.offers {
            let request = case.at(update.offered);
            let asked = request.asked.map(|asked| &case.asked[asked]);
            let outcome = asked.and_then(|asked| asked.outcome(case));
            let arrived = request.arrived.filter(|_| request.is(&Method::Update));
            let (Some(outcome), Some(arrived)) = (outcome, arrived) else { continue };
            let host = case.host(request.target());
            let margin = if case.is_watched(host) { Duration::ZERO } else { MARGIN };
            let open = talk.offers.iter().find_map(|other| {
                if std::ptr::eq(other, update) {
                    return None;
                }
                let own = other.by_caller != update.by_caller;
                let (from, until) = open(case, other, own);
                let is_open = until.is_none_or(|until| arrived + margin < until);
                (from? + margin < arrived && is_open).then_some(own)
            });
            let Some(own) = open else { continue };
            let retry = outcome.message.headers.has("Retry-After");
            let (suits, due) = if own {
                (outcome.code == Some(491), "491, since its own offer was open")
            } else {
                let why = "500 with Retry-After, since it had not answered an offer yet";
                (outcome.code == Some(500) && retry, why)
            };
            verdicts.push(case.require(suits, "RFC3311-5.2-2", outcome, || {
                format!("to an offer in UPDATE, where {due} was due")
            }));
        }
    }
    verdicts
}

/// From when until when an offer is open, for whoever made it or for whoever got it.
pub(super) fn open(
    case: &Case<'_>,
    offered: &super::Offered<'_>,
    for_offerer: bool,
) -> (Option<Instant>, Option<Instant>) {
    let offer = case.at(offered.offered);
    let end = offered.answer.map(|(_, place)| place).or(offered.refused).map(|it| case.at(it));
    if for_offerer {
        // A transaction that ended without an answer has no open offer.
        return (Some(offer.at), end.and_then(|it| it.arrived));
    }
    (offer.arrived, end.map(|it| it.at))
}

/// Feature tags outside of the base set begin with a plus (RFC 3840 section 9).
fn tags_have_their_plus(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.said.iter().filter_map(|it| {
        let contact = it.message.contact().ok().flatten()?;
        let bare = ["src", "srs"].into_iter().find(|tag| contact.params.has(tag));
        let full = ["+sip.src", "+sip.srs"].into_iter().any(|tag| contact.params.has(tag));
        (bare.is_some() || full).then(|| {
            case.require(bare.is_none(), "RFC3840-9-2", it, || {
                format!("with the feature tag {} in its Contact", bare.unwrap_or_default())
            })
        })
    });
    judged.collect()
}

/// A session timer: who has to refresh, within which time, and since when it runs.
struct Timer<'b, 'a> {
    answer: &'b Said<'a>,
    by_caller: bool,
    interval: Duration,
    started: Instant,
    /// When the next refresh was asked for.
    refreshed: Option<Instant>,
}

/// Every period of every session timer (RFC 4028 section 7.2).
fn timers<'b, 'a>(case: &'b Case<'a>, talk: &'b Talk<'a>) -> Vec<Timer<'b, 'a>> {
    let answers = case.all(&talk.said).filter(|it| {
        matches!(it.method, Method::Invite | Method::Update) && it.is_answer(200, 299)
    });
    let timers = answers.filter_map(|answer| {
        let timer = answer.message.session_expires().ok().flatten()?;
        // Whoever got the answer had asked.
        let asker = !talk.is_from_caller(answer);
        let by_caller = match timer.refresher? {
            Refresher::Uac => asker,
            Refresher::Uas => !asker,
        };
        let started = answer.arrived?;
        let refreshes = case.all(&talk.said).filter(|it| {
            let asks = it.is(&Method::Invite) || it.is(&Method::Update);
            asks && it.to_tag.is_some() && it.number > answer.number
        });
        let refreshed = refreshes.map(|it| it.at).min();
        let interval = Duration::from_secs(timer.seconds.into());
        Some(Timer { answer, by_caller, interval, started, refreshed })
    });
    timers.collect()
}

/// The side that the answer names refreshes the session before the interval is over (RFC 4028
/// section 7.2).
fn clients_refresh(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for talk in &case.talks {
        for timer in timers(case, talk) {
            let expires = timer.started + timer.interval;
            let until = talk.ended.map_or(case.end, |ended| case.at(ended).at);
            let in_time = timer.refreshed.is_some_and(|at| at <= expires) || until < due(&timer);
            let first = talk.said.first().map(|place| case.at(*place));
            let Some(first) = first else { continue };
            let caller = case.sender(first.sighting);
            let callee = case.timeline.cast().label(first.target());
            let who = if timer.by_caller { caller } else { callee };
            let verdict = case.require(in_time, "RFC4028-7.2-1", timer.answer, || {
                let seconds = timer.interval.as_secs();
                format!("and {who} did not refresh the session within {seconds} s")
            });
            verdicts.push(verdict.blaming(&who));
        }
    }
    verdicts
}

/// When the other side may give up at the earliest: a third of the interval before the end, or 32
/// seconds (RFC 4028 section 10).
fn due(timer: &Timer<'_, '_>) -> Instant {
    let early = (timer.interval / 3).min(Duration::from_secs(32));
    timer.started + timer.interval.saturating_sub(early)
}

/// A session that nobody refreshes is ended (RFC 4028 section 10).
fn what_is_not_refreshed_ends(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for talk in &case.talks {
        for timer in timers(case, talk) {
            let expires = timer.started + timer.interval + MARGIN;
            if timer.refreshed.is_some_and(|at| at <= expires) || case.end < expires {
                continue;
            }
            let ended = talk.ended.is_some_and(|ended| case.at(ended).at <= expires);
            verdicts.push(case.require(ended, "RFC4028-10-1", timer.answer, || {
                let seconds = timer.interval.as_secs();
                format!("and nobody ended the session {seconds} s later, or refreshed it")
            }));
        }
    }
    verdicts
}

/// What is said again is said in the same version (RFC 4028 section 7.4).
fn a_refresh_changes_nothing(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for talk in &case.talks {
        for of_caller in [true, false] {
            let own = talk.descriptions(of_caller);
            for pair in own.windows(2) {
                let [(before, earlier), (next, place)] = pair else { continue };
                // What was refused changed nothing, and may be wanted once more.
                let mut refused = talk.offers.iter().filter(|it| it.refused.is_some());
                if refused.any(|it| it.offered == *earlier) {
                    continue;
                }
                let is_same = without_origin(before) == without_origin(next);
                let stays = before.as_bytes() == next.as_bytes();
                if !is_same || !case.at(*place).is_request() {
                    continue;
                }
                verdicts.push(case.require(stays, "RFC4028-7.4-1", case.at(*place), || {
                    "with the description that it had sent before, but for its version".to_owned()
                }));
            }
        }
    }
    verdicts
}

fn without_origin(description: &crate::sdp::Description) -> Vec<&[u8]> {
    let lines = description.as_bytes().split(|byte| *byte == b'\n');
    lines.filter(|line| !line.starts_with(b"o=")).collect()
}

/// What the recorder asks within a recording session is answered (RFC 4028 section 10: it may be
/// the one that refreshes).
fn recorders_are_answered(case: &Case<'_>, row: &'static str, methods: &[Method]) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for talk in case.talks.iter().filter(|talk| talk.recording) {
        let is_recorder =
            |it: &Said<'_>| case.timeline.cast().is(it.source(), crate::evidence::Kind::Recorder);
        let asked = talk.requests(&case.said, true).chain(talk.requests(&case.said, false));
        let asked = asked
            .filter(|it| is_recorder(it) && methods.contains(&it.method) && it.to_tag.is_some());
        for request in asked {
            let Some(arrived) = request.arrived else { continue };
            let Some(asked) = request.asked.map(|asked| &case.asked[asked]) else { continue };
            let answered = asked.outcome(case).is_some();
            let lives = case.lives(case.host(request.target()), arrived);
            if answered || lives && arrived + SOON < case.end {
                verdicts.push(case.require(answered, row, request, || {
                    let who = case.timeline.cast().label(request.target());
                    format!("to {who}, who did not answer")
                }));
            }
        }
    }
    verdicts
}

const REFRESHES: [Method; 2] = [Method::Invite, Method::Update];
const QUESTIONS: [Method; 3] = [Method::Invite, Method::Update, Method::Options];
/// What crosses on the way, where arrivals are not seen.
const MARGIN: Duration = Duration::from_millis(500);
/// Time enough for an answer.
const SOON: Duration = Duration::from_secs(5);
