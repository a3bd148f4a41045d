//! Metadata as a graph: what refers to what, how many of each, and who is heard where, with
//! partial updates folded in (RFC 7865 sections 6.2 to 6.8).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::metadata::{is_repeated, odd};
use super::metadata_ids::is_unnamed;
use super::session::Told;
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::sdp::Direction;
use crate::siprec::{DataMode, Id, Interval, Metadata, Oddity, Stream, moment};

pub const RULES: &[Rule] = &[
    rule("RFC7865-6.2.2-1", groups_have_sessions),
    rule("RFC7865-6.3.1-1", |case| each(case, "RFC7865-6.3.1-1", sessions_are_unique)),
    rule("RFC7865-6.3.1-6", |case| each(case, "RFC7865-6.3.1-6", sessions_name_groups)),
    rule("RFC7865-6.3.1-7", |case| each(case, "RFC7865-6.3.1-7", sessions_end_after_they_began)),
    rule("RFC7865-6.2.1-3", |case| each(case, "RFC7865-6.2.1-3", groups_end_after_they_began)),
    rule("RFC7865-6.3.2-2", streams_are_of_one_session),
    rule("RFC7865-6.4.1-1", |case| each(case, "RFC7865-6.4.1-1", recordings_name_sessions)),
    rule("RFC7865-6.5.1-5", one_person_one_id),
    rule("RFC7865-6.6.1-1", |case| each(case, "RFC7865-6.6.1-1", both_ends_are_known)),
    rule("RFC7865-6.7.1-3", streams_are_unique_and_stay),
    rule("RFC7865-6.7.1-4", |case| each(case, "RFC7865-6.7.1-4", streams_name_sessions)),
    rule("RFC7865-6.8.1-1", streams_have_speakers),
];

/// What is wrong with each document of each recording, as far as a row speaks of it: nothing, if
/// the row speaks of nothing in it.
fn each(
    case: &Case<'_>,
    row: &'static str,
    judge: fn(&Told<'_, '_>) -> Option<Result<(), String>>,
) -> Vec<Verdict> {
    case.each_session(|_, session| {
        let told = session.told();
        let judged = told.iter().filter_map(|told| match judge(told)? {
            Ok(()) => Some(Verdict::Pass),
            Err(seen) => Some(case.blame(row, told.said.sighting, &seen)),
        });
        judged.collect()
    })
}

/// A group has sessions, and a session one group at most (section 6.2.2).
fn groups_have_sessions(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC7865-6.2.2-1";
    case.each_session(|_, session| {
        let told = session.told();
        let judged = told.iter().filter(|told| !told.state.groups.is_empty()).map(|told| {
            let has_session =
                |id: &Id| told.state.sessions.iter().any(|it| it.group.as_ref() == Some(id));
            let is_whole = told.document.mode == DataMode::Complete;
            let empty = told.state.groups.iter().find(|it| is_whole && !has_session(&it.id));
            match empty {
                Some(group) => {
                    let seen = format!("sent a group {} that no session belongs to", group.id);
                    case.blame(row, told.said.sighting, &seen)
                }
                None => odd(case, row, told.said, &told.document.quirks, |odd| {
                    is_repeated(odd, "group-ref", "session")
                }),
            }
        });
        judged.collect()
    })
}

/// A session has an id, and no other has the same (section 6.3.1).
fn sessions_are_unique(told: &Told<'_, '_>) -> Option<Result<(), String>> {
    let ids: Vec<_> = told.document.sessions.iter().map(|it| &it.id).collect();
    is_unnamed_in(told.document, "session")
        .or_else(|| twice(&ids).map(|id| format!("sent two sessions with the id {id}")))
        .map_or_else(|| (!ids.is_empty()).then_some(Ok(())), |seen| Some(Err(seen)))
}

/// The group of a session is one that is known (section 6.3.1).
fn sessions_name_groups(told: &Told<'_, '_>) -> Option<Result<(), String>> {
    let is_known = |id: &Id| told.state.groups.iter().any(|group| group.id == *id);
    let mut named = told.document.sessions.iter().filter_map(|it| it.group.as_ref()).peekable();
    named.peek()?;
    Some(match named.find(|id| !is_known(id)) {
        Some(id) => Err(format!("named a group {id} that nobody knows")),
        None => Ok(()),
    })
}

/// A session does not end before it begins (section 6.3.1).
fn sessions_end_after_they_began(told: &Told<'_, '_>) -> Option<Result<(), String>> {
    let sessions = told.state.sessions.iter();
    let spans = sessions.map(|it| (&it.start_time, &it.stop_time));
    in_order(
        "session",
        spans.chain(spans_of(told.state.session_recordings.iter().map(|it| &it.interval))),
    )
}

/// Nor does a group (section 6.2.1), nor anybody's part in anything (sections 6.4 to 6.8).
fn groups_end_after_they_began(told: &Told<'_, '_>) -> Option<Result<(), String>> {
    let groups = told.state.groups.iter().map(|it| &it.interval);
    let people = told.state.participant_sessions.iter().map(|it| &it.interval);
    let streams = told.state.participant_streams.iter().map(|it| &it.interval);
    in_order("group or association", spans_of(groups.chain(people).chain(streams)))
}

type Span<'m> = (&'m Option<String>, &'m Option<String>);

fn spans_of<'m>(intervals: impl Iterator<Item = &'m Interval>) -> impl Iterator<Item = Span<'m>> {
    intervals.map(|it| (&it.associate_time, &it.disassociate_time))
}

fn in_order<'m>(what: &str, spans: impl Iterator<Item = Span<'m>>) -> Option<Result<(), String>> {
    let mut judged = None;
    for (from, to) in spans {
        let (Some(from), Some(to)) = (from, to) else { continue };
        let (Some(begin), Some(end)) = (moment(from), moment(to)) else { continue };
        if end < begin {
            return Some(Err(format!("told of a {what} from {from} to {to}")));
        }
        judged = Some(Ok(()));
    }
    judged
}

/// A stream is of one session (section 6.3.2): in one document, and in recordings that go on at
/// the same time.
fn streams_are_of_one_session(case: &Case<'_>) -> Vec<Verdict> {
    let mut elsewhere: BTreeMap<Id, (Id, usize)> = BTreeMap::new();
    let mut verdicts = Vec::new();
    for (place, (_, session)) in case.sessions().enumerate() {
        for told in session.told() {
            let mut own: BTreeMap<&Id, &Id> = BTreeMap::new();
            let mut wrong = None;
            let mut streams = told.document.streams.iter();
            while let Some((stream, of)) =
                streams.find_map(|it| it.session.as_ref().map(|of| (&it.id, of)))
            {
                let (known, by) = elsewhere.entry(stream.clone()).or_insert((of.clone(), place));
                let here = *own.entry(stream).or_insert(of);
                // In a recording of its own it may have moved on to another session since.
                if here != of || (*known != *of && *by != place) {
                    wrong = Some(format!("told that the stream {stream} is of two sessions"));
                }
            }
            if !own.is_empty() {
                let seen = || wrong.clone().unwrap_or_default();
                verdicts.push(case.held(
                    wrong.is_none(),
                    "RFC7865-6.3.2-2",
                    told.said.sighting,
                    seen,
                ));
            }
        }
    }
    verdicts
}

/// What is recorded is a session that is known (section 6.4.1).
fn recordings_name_sessions(told: &Told<'_, '_>) -> Option<Result<(), String>> {
    if told.document.session_recordings.is_empty() {
        return None;
    }
    let wrong = is_unnamed_elsewhere(told.document, "sessionrecordingassoc");
    Some(wrong.or_else(|| dangling(told, "sessionrecordingassoc")).map_or(Ok(()), Err))
}

/// Whoever takes part is known, and so is the session (section 6.6.1).
fn both_ends_are_known(told: &Told<'_, '_>) -> Option<Result<(), String>> {
    if told.document.participant_sessions.is_empty() {
        return None;
    }
    let wrong = is_unnamed_elsewhere(told.document, "participantsessionassoc");
    Some(wrong.or_else(|| dangling(told, "participantsessionassoc")).map_or(Ok(()), Err))
}

/// In one recording somebody has one id (section 6.5.1), and in all recordings of one group.
fn one_person_one_id(case: &Case<'_>) -> Vec<Verdict> {
    let mut known: BTreeMap<(Id, String), Id> = BTreeMap::new();
    let mut verdicts = Vec::new();
    for (_, session) in case.sessions() {
        for told in session.told() {
            let Some(group) = told.state.groups.first().map(|group| group.id.clone()) else {
                continue;
            };
            let mut wrong = None;
            let people = told.document.participants.iter();
            let named = people.flat_map(|it| it.names.iter().map(move |name| (&it.id, &name.aor)));
            for (id, aor) in named.filter(|(_, aor)| !aor.to_lowercase().contains("anonymous")) {
                let first = known.entry((group.clone(), aor.clone())).or_insert_with(|| id.clone());
                if first != id {
                    wrong = Some(format!("calls {aor} {id}, who was {first} before"));
                }
            }
            let seen = || wrong.clone().unwrap_or_default();
            verdicts.push(case.held(wrong.is_none(), "RFC7865-6.5.1-5", told.said.sighting, seen));
        }
    }
    verdicts
}

/// A stream has an id that no other has, and that stays although its label or port may change
/// (section 6.7.1): as long as the same people speak on it, it is the same.
fn streams_are_unique_and_stay(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC7865-6.7.1-3";
    case.each_session(|_, session| {
        let mut verdicts = Vec::new();
        let told = session.told();
        for (place, told_now) in told.iter().enumerate() {
            let ids: Vec<_> = told_now.document.streams.iter().map(|it| &it.id).collect();
            let wrong = is_unnamed_in(told_now.document, "stream");
            let wrong = wrong
                .or_else(|| twice(&ids).map(|id| format!("sent two streams with the id {id}")))
                .or_else(|| {
                    told[..place].iter().find_map(|it| renamed(&it.state, &told_now.state))
                });
            let seen = || wrong.clone().unwrap_or_default();
            let verdict = case.held(wrong.is_none(), row, told_now.said.sighting, seen);
            verdicts.extend((!ids.is_empty()).then_some(verdict));
        }
        verdicts
    })
}

/// The session that a stream says it is of is known (section 6.7.1).
fn streams_name_sessions(told: &Told<'_, '_>) -> Option<Result<(), String>> {
    let mut named = told.document.streams.iter().filter_map(|it| it.session.as_ref());
    named.next().map(|_| dangling(told, "stream").map_or(Ok(()), Err))
}

/// A label that now is another stream's, with the same people on it.
fn renamed(before: &Metadata, now: &Metadata) -> Option<String> {
    let people = |metadata: &Metadata, stream: &Id| -> BTreeSet<Id> {
        metadata.senders(stream).iter().map(|it| it.id.clone()).collect()
    };
    now.streams.iter().find_map(|stream| {
        let label = stream.label.as_deref()?;
        let other = before.labelled(label).next().filter(|it| it.id != stream.id)?;
        let who = people(now, &stream.id);
        let is_same = !who.is_empty() && who == people(before, &other.id);
        is_same.then(|| {
            format!("calls the stream with label {label} {}, not {} as before", stream.id, other.id)
        })
    })
}

/// Each stream that flows has somebody who is heard on it, and what they are said to send and to
/// receive is there (section 6.8.1).
fn streams_have_speakers(case: &Case<'_>) -> Vec<Verdict> {
    case.each_session(|_, session| {
        let told = session.told();
        let judged = told.iter().filter_map(|now| {
            // Who comes and goes may be told a moment later.
            let soon = told.iter().rfind(|it| it.said.at() <= now.said.at() + AT_ONCE)?;
            let wrong = dangling(now, "participantstreamassoc")
                .or_else(|| unsaid(now, &now.state).and_then(|_| unsaid(now, &soon.state)));
            let has_both = !now.state.participants.is_empty() && !now.state.streams.is_empty();
            has_both.then(|| {
                let seen = || wrong.clone().unwrap_or_default();
                case.held(wrong.is_none(), "RFC7865-6.8.1-1", now.said.sighting, seen)
            })
        });
        judged.collect()
    })
}

/// What is not said of who sends and receives the streams that flow by the offer of a message.
fn unsaid(told: &Told<'_, '_>, state: &Metadata) -> Option<String> {
    let flows = |label: &str| {
        let own = told.said.sdp?.labelled(label)?;
        Some(own.direction == Direction::SendOnly && !own.is_disabled() && !own.has_null_address())
    };
    let live: Vec<_> = state
        .streams
        .iter()
        .filter(|it| it.label.as_deref().and_then(flows).unwrap_or(false))
        .collect();
    if let Some(stream) = live.iter().find(|it| state.senders(&it.id).is_empty()) {
        return Some(format!("names nobody who sends the stream {}", stream.id));
    }
    // Whoever speaks is heard by somebody: two people on a stream each hear one another.
    let is_one_voice = |it: &&&Stream| state.senders(&it.id).len() == 1;
    let is_dialogue =
        state.participants.len() == 2 && live.iter().filter(is_one_voice).count() == 2;
    let unheard = is_dialogue && live.iter().all(|it| state.receivers(&it.id).is_empty());
    unheard.then(|| "names nobody who receives any stream".to_owned())
}

/// A reference from an element of this name to nothing that is known.
fn dangling(told: &Told<'_, '_>, within: &str) -> Option<String> {
    let all = told.state.dangling();
    let found = all.iter().find(|it| it.within == within && !it.id.as_str().is_empty())?;
    Some(format!("speaks in <{within}> of the {} {}, which is nowhere", found.to, found.id))
}

/// Whether elements of this name lack their own id.
fn is_unnamed_in(document: &Metadata, element: &str) -> Option<String> {
    let found = document.quirks.iter().find(|quirk| is_unnamed(&quirk.what, element))?;
    Some(format!("sent metadata in which {}", found.what))
}

/// Whether an association lacks an id of something else.
fn is_unnamed_elsewhere(document: &Metadata, association: &str) -> Option<String> {
    let found = document.quirks.iter().find(|quirk| match &quirk.what {
        Oddity::MissingAttribute { element, .. } => element == association,
        _ => false,
    })?;
    Some(format!("sent metadata in which {}", found.what))
}

fn twice<'i>(ids: &[&'i Id]) -> Option<&'i Id> {
    let again = |(place, id): (usize, &&'i Id)| {
        ids[..place].contains(id).then_some(*id).filter(|it| !it.as_str().is_empty())
    };
    ids.iter().enumerate().find_map(again)
}

/// What is to be told at once is told within this time.
const AT_ONCE: Duration = Duration::from_secs(2);
