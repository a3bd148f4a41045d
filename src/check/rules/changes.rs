//! What changes in a call is told to its recorder (RFC 7865 section 6.8.1, RFC 7866 section 9.1).

use std::time::Duration;

use super::legs::{Kept, Leg, kept, legs, participant};
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::check::view::last_seen;
use crate::siprec::{Metadata, ParticipantStream};
use crate::time::Instant;

pub const RULES: &[Rule] = &[
    rule("RFC7865-6.8.1-2", |case| each(case, who_sends_no_more)),
    rule("RFC7865-6.8.1-3", |case| each(case, who_hears_no_more)),
    rule("RFC7866-9.1-2", |case| each(case, |case, it| Some(somebody_is_told(case, it)))),
];

/// A telephone of a recorded call sends or receives no more, or again.
struct Change<'c, 'a> {
    leg: &'c Leg<'c, 'a>,
    kept: &'c Kept<'c, 'a>,
    at: Instant,
    /// Whether it sent and received,
    before: (bool, bool),
    /// and whether it does now.
    now: (bool, bool),
}

/// What a row makes of each such change that lasts, where the person has no other call to which it
/// might belong.
fn each(case: &Case<'_>, judge: fn(&Case<'_>, &Change<'_, '_>) -> Option<Verdict>) -> Vec<Verdict> {
    let (kept, legs) = (kept(case), legs(case));
    let end = last_seen(case.timeline);
    let mut verdicts = Vec::new();
    for leg in &legs {
        let ways = leg.ways();
        for (place, pair) in ways.windows(2).enumerate() {
            let [(_, before), (at, now)] = pair else { continue };
            let by = *at + LIMIT;
            let next = ways.get(place + 2).map(|(at, _)| *at);
            let lasts = next.is_none_or(|next| next > by) && leg.is_up(*at, by) && by <= end;
            let is_other = |it: &&Leg<'_, '_>| {
                it.user == leg.user && it.dialog.call_id != leg.dialog.call_id && it.is_up(*at, *at)
            };
            if before == now || !lasts || legs.iter().any(|it| is_other(&it)) {
                continue;
            }
            let own = kept.iter().filter(|it| {
                it.from < *at
                    && it.to.is_none_or(|to| to > by)
                    && it.present(&leg.user, by).is_some()
            });
            let change = |kept| Change { leg, kept, at: *at, before: *before, now: *now };
            verdicts.extend(own.map(change).filter_map(|change| judge(case, &change)));
        }
    }
    verdicts
}

/// Whoever sends no more is said to send nothing (RFC 7865 section 6.8.1).
fn who_sends_no_more(case: &Case<'_>, change: &Change<'_, '_>) -> Option<Verdict> {
    let stops = change.before.0 && !change.now.0;
    stops.then(|| still(case, "RFC7865-6.8.1-2", change, "sends", |it| !it.send.is_empty()))
}

/// Whoever receives no more is said to receive nothing (RFC 7865 section 6.8.1).
fn who_hears_no_more(case: &Case<'_>, change: &Change<'_, '_>) -> Option<Verdict> {
    let stops = change.before.1 && !change.now.1;
    stops.then(|| still(case, "RFC7865-6.8.1-3", change, "receives", |it| !it.receive.is_empty()))
}

fn still(
    case: &Case<'_>,
    row: &'static str,
    change: &Change<'_, '_>,
    what: &str,
    does: fn(&ParticipantStream) -> bool,
) -> Verdict {
    let state = change.kept.state(change.at + LIMIT);
    let user = &change.leg.user;
    let is_said = |state: &Metadata| {
        let person = participant(state, user).map(|it| &it.id);
        let mut own = state.participant_streams.iter().filter(|it| Some(&it.participant) == person);
        own.any(|it| it.interval.is_open() && does(it))
    };
    if !state.is_some_and(is_said) {
        return Verdict::Pass;
    }
    blame(case, row, change, &format!("still says that {user} {what} a stream, which ended"))
}

/// What changes is told as soon as may be (RFC 7866 section 9.1).
fn somebody_is_told(case: &Case<'_>, change: &Change<'_, '_>) -> Verdict {
    // It may have been told before the telephone had answered.
    let is_soon = |at: Instant| at + BEFORE >= change.at && at <= change.at + LIMIT;
    let told = change.kept.told.iter().any(|(at, _)| is_soon(*at));
    if told {
        return Verdict::Pass;
    }
    let seen = format!("told nothing of the media of {}, which changed", change.leg.user);
    blame(case, "RFC7866-9.1-2", change, &seen)
}

/// A finding against the recording client: in what it said last.
fn blame(case: &Case<'_>, row: &'static str, change: &Change<'_, '_>, seen: &str) -> Verdict {
    let mut said = change.kept.session.said.iter().filter(|it| it.by_client);
    let last = said.rfind(|it| it.at() <= change.at + LIMIT);
    let last = last.map_or(change.leg.dialog.first(), |it| it.sighting);
    case.blame(row, last, seen)
}

/// What is to be told at once is told within this time.
const LIMIT: Duration = Duration::from_secs(2);
/// A telephone answers within this time; what was told before that was of something else.
const BEFORE: Duration = Duration::from_millis(800);
