//! Recording sessions that outlive the calls in them (RFC 8068 section 3.4).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::session::Session;
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::check::view::is_living;
use crate::evidence::RecordingSession;
use crate::siprec::Metadata;
use crate::time::Instant;

pub const RULES: &[Rule] = &[rule("RFC8068-3.4.1-1", |case| {
    let ends = ends(case);
    case.each_session(|recording, session| {
        let over = ends.get(recording.dialog.call_id).copied();
        let judged = over.and_then(|over| is_told_of(case, recording, session, over));
        judged.into_iter().collect()
    })
})];

/// A recording session that goes on after its call tells that this is over (section 3.4.1): nothing
/// else does.
fn is_told_of(
    case: &Case<'_>,
    recording: &RecordingSession<'_>,
    session: &Session<'_>,
    over: Instant,
) -> Option<Verdict> {
    let by = over + LIMIT;
    // Where nobody says anything any more, the session may be gone without a word.
    let goes_on = session.said.iter().any(|it| it.at() > by);
    let is_ended = recording.dialog.over().is_some_and(|ended| ended <= by);
    let flows = recording.streams.iter().flat_map(|stream| &stream.flows);
    let last = flows.filter_map(|it| it.nearest_to_sender().last()).map(|it| it.at).max();
    // While media flows, somebody whom nobody saw may still be on the call.
    let flows_on = last.is_some_and(|last| last > over + ON_THE_WAY);
    if !goes_on || is_ended || flows_on || !is_living(recording) {
        return None;
    }
    let told = session.told();
    let last = told.iter().rfind(|it| it.said.at() <= by)?;
    Some(case.held(is_told(&last.state), "RFC8068-3.4.1-1", last.said.sighting, || {
        let seconds = LIMIT.as_secs();
        format!("told last of a call that is up, and {seconds} s after its end of nothing else")
    }))
}

/// When the last leg of each call was over, if all are: by the Call-IDs of all that belongs to it.
fn ends<'c>(case: &'c Case<'_>) -> BTreeMap<&'c str, Instant> {
    let recordings: BTreeSet<_> = case.recordings.iter().map(|it| it.dialog.call_id).collect();
    let legs = case.dialogs.iter().filter(|it| it.answered.is_some());
    let legs = legs.filter(|it| !recordings.contains(it.call_id));
    let legs: BTreeMap<_, _> = legs.map(|it| (it.call_id, it.over())).collect();
    let mut ends = BTreeMap::new();
    for call in &case.calls {
        let own = call.call_ids.iter().filter_map(|id| legs.get(id.as_str()).copied());
        let over: Option<Vec<_>> = own.collect();
        let over = over.and_then(|over| over.into_iter().max());
        ends.extend(call.call_ids.iter().filter_map(|id| Some((id.as_str(), over?))));
    }
    ends
}

/// Whether metadata knows of a session that is over, or of none.
fn is_told(state: &Metadata) -> bool {
    let mut sessions = state.sessions.iter().peekable();
    let is_over = |it: &crate::siprec::Session| {
        let mut people = state.participant_sessions.iter().filter(|own| own.session == it.id);
        let mut parts = state.session_recordings.iter().filter(|own| own.session == it.id);
        let is_left = people.clone().next().is_some() && people.all(|it| !it.interval.is_open());
        let is_out = parts.clone().next().is_some() && parts.all(|it| !it.interval.is_open());
        it.stop_time.is_some() || is_left || is_out
    };
    sessions.peek().is_none() || sessions.any(is_over)
}

/// A client tells of what changes by then, and ends what is over.
const LIMIT: Duration = Duration::from_secs(10);
/// What was said last is on its way.
const ON_THE_WAY: Duration = Duration::from_secs(2);
