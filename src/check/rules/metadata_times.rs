//! Times in metadata, and when what they are of was seen (RFC 7865 sections 6.4 and 6.9).

use std::collections::BTreeMap;

use super::metadata::documents;
use super::session::Said;
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::evidence::Host;
use crate::siprec::{Id, Interval, Metadata, moment};
use crate::time::Instant;

pub const RULES: &[Rule] = &[
    rule("RFC7865-6.4.1-2", sessions_join_when_they_are_recorded),
    rule("RFC7865-6.9-4", nothing_begins_after_it_is_told),
];

/// A session joins a recording when that begins, or later (section 6.4.1): the time at which the
/// call began is another. Where one recorder fails, the time may be that of the first attempt.
fn sessions_join_when_they_are_recorded(case: &Case<'_>) -> Vec<Verdict> {
    let mut first: BTreeMap<(Host, &Id), i64> = BTreeMap::new();
    let mut verdicts = Vec::new();
    for (_, session) in case.sessions() {
        let Some(invite) = session.invite().filter(|it| begins_a_dialog(it)) else { continue };
        let begun = seconds(case, invite.at());
        for (said, document) in super::recording_body::documents(session) {
            let client = case.host(said.sighting.source);
            let joined = document.session_recordings.iter().filter_map(|it| {
                let since = *first.entry((client, &it.session)).or_insert(begun);
                let (time, joined) = begins(&it.interval)?;
                Some((time, joined >= since - LIMIT))
            });
            let joined: Vec<_> = joined.collect();
            let early = joined.iter().find(|(_, met)| !met).map(|(time, _)| *time);
            let seen = early.map(|time| format!("told that a session joined at {time}, too early"));
            let verdict = judge(case, "RFC7865-6.4.1-2", (said, document), seen);
            verdicts.extend((!joined.is_empty()).then_some(verdict));
        }
    }
    verdicts
}

/// Whether it is the INVITE that begins a dialog: a session may be older than what was captured.
fn begins_a_dialog(said: &Said<'_>) -> bool {
    said.message.is_request() && said.message.to().is_ok_and(|to| to.tag().is_none())
}

/// Nothing has begun later than it is told (section 6.9).
fn nothing_begins_after_it_is_told(case: &Case<'_>) -> Vec<Verdict> {
    let judged = documents(case).filter_map(|(said, metadata)| {
        let told = seconds(case, said.at());
        let beginnings = beginnings(metadata);
        let late = beginnings.iter().find(|(_, at)| *at > told + LIMIT);
        let seen = late.map(|(time, _)| {
            format!("told at {} of what began at {time}", case.timeline.epoch().rfc3339(said.at()))
        });
        (!beginnings.is_empty()).then(|| judge(case, "RFC7865-6.9-4", (said, metadata), seen))
    });
    judged.collect()
}

/// What is wrong with a time in a document, where it is known to be no matter of clocks: something
/// else in it has just begun, by the same clock.
fn judge(
    case: &Case<'_>,
    row: &'static str,
    (said, metadata): (&Said<'_>, &Metadata),
    seen: Option<String>,
) -> Verdict {
    let Some(seen) = seen else { return Verdict::Pass };
    let told = seconds(case, said.at());
    let agrees = beginnings(metadata).iter().any(|(_, at)| (at - told).abs() <= LIMIT);
    if agrees {
        case.blame(row, said.sighting, &seen)
    } else {
        Verdict::Inconclusive(DOUBT.to_owned())
    }
}

/// When anything in a document began: as it is written, and in seconds since 1970.
fn beginnings(metadata: &Metadata) -> Vec<(&str, i64)> {
    let groups = metadata.groups.iter().map(|it| &it.interval);
    let recordings = metadata.session_recordings.iter().map(|it| &it.interval);
    let people = metadata.participant_sessions.iter().map(|it| &it.interval);
    let streams = metadata.participant_streams.iter().map(|it| &it.interval);
    let intervals = groups.chain(recordings).chain(people).chain(streams).filter_map(begins);
    let sessions = metadata.sessions.iter().filter_map(|it| {
        let time = it.start_time.as_deref()?;
        Some((time, moment(time)?.0))
    });
    intervals.chain(sessions).collect()
}

fn begins(interval: &Interval) -> Option<(&str, i64)> {
    let time = interval.associate_time.as_deref()?;
    Some((time, moment(time)?.0))
}

/// A moment in seconds since 1970.
fn seconds(case: &Case<'_>, at: Instant) -> i64 {
    case.timeline.epoch().unix_nanos(at).div_euclid(1_000_000_000)
}

/// In seconds: by so much the clocks of two machines may differ.
const LIMIT: i64 = 30;
/// Whose clock is wrong cannot be seen.
const DOUBT: &str = "whether a time is wrong, or the clock of the client, or ours";
