//! What a recording client makes of an answer that takes some of its streams (RFC 7866 section
//! 8.3.1).

use std::collections::BTreeSet;
use std::time::Duration;

use super::session::{Session, by_section};
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::evidence::{Flow, RecordingSession};
use crate::sdp::MediaDescription;
use crate::time::Instant;

pub const RULES: &[Rule] =
    &[rule("RFC7866-8.3.1-4", |case| case.each_session(|it, session| judge(case, it, session)))];

/// What the recorder took is sent, unless the client offers something else or ends the recording.
/// That nothing is sent where it refused is judged elsewhere.
fn judge(case: &Case<'_>, recording: &RecordingSession<'_>, session: &Session<'_>) -> Vec<Verdict> {
    let offers = session.offers();
    let Some(first) = offers.first().filter(|it| it.offer.by_client) else { return Vec::new() };
    let (Some(offer), Some(answer)) = (first.offer.sdp, first.answer) else { return Vec::new() };
    let Some(answered) = answer.sdp else { return Vec::new() };
    let is_sent = |it: &MediaDescription| !it.is_disabled() && !it.is_still();
    let pairs = offer.media.iter().zip(&answered.media).enumerate();
    let offered: Vec<_> = pairs.filter(|(_, (offer, _))| is_sent(offer)).collect();
    let refuses = offered.iter().any(|(_, (_, answer))| answer.is_disabled());
    let taken = offered.iter().filter(|(_, (_, answer))| is_sent(answer));
    let taken: Vec<usize> = taken.map(|(place, _)| *place).collect();
    let (from, by) = (answer.at(), answer.at() + PATIENCE);
    let is_other = offers.get(1).is_some_and(|it| it.offer.at() <= by);
    let is_over = recording.dialog.over().is_some_and(|over| over <= by) || case.end < by;
    if !refuses || taken.is_empty() || is_other || is_over || !have_media(case, recording, from) {
        return Vec::new();
    }
    let flows = taken.iter().filter_map(|place| recording.streams.get(*place));
    let sent = flows.flat_map(|it| &it.flows).any(|flow| within(flow, from) > 0);
    let row = "RFC7866-8.3.1-4";
    let who = case.timeline.cast().label(recording.dialog.caller);
    let verdict = Verdict::require(sent, row, by, || {
        let seen = "sent nothing of what the recorder took, and offered nothing else";
        format!("{who} {seen}{}", by_section(row))
    });
    vec![verdict.blaming(&who)]
}

/// Whether both telephones of the recorded call send meanwhile: of one who is silent nothing can be
/// recorded.
fn have_media(case: &Case<'_>, recording: &RecordingSession<'_>, from: Instant) -> bool {
    let Some(call) = case.call_of(recording.dialog.call_id) else { return false };
    let client = case.host(recording.dialog.caller);
    let speaking = case.lanes.iter().filter(|lane| {
        let talk = &case.talks[lane.talk];
        let is_own = !talk.recording && call.call_ids.contains(talk.call_id);
        is_own && case.host(lane.flow.target) == client && within(lane.flow, from) >= MANY
    });
    let speaking: BTreeSet<_> = speaking.map(|lane| case.host(lane.flow.source)).collect();
    speaking.len() > 1
}

/// How many packets of a flow were seen at its sender in the time that a client has.
fn within(flow: &Flow, from: Instant) -> usize {
    let packets = flow.nearest_to_sender();
    let start = packets.partition_point(|it| it.at < from);
    let end = packets.partition_point(|it| it.at < from + PATIENCE);
    end.saturating_sub(start)
}

/// Whoever sends, or wants something else, has begun by then.
const PATIENCE: Duration = Duration::from_secs(5);
/// Two seconds of speech.
const MANY: usize = 100;
