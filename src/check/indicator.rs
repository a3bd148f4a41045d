//! Whether a telephone shows its user what is true of the recording: told from the session
//! descriptions that reached it (RFC 7866 section 7.3.1), and from what reached the recorder.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::deeds::wishes;
use super::view::{last_conversation, last_seen};
use super::{Finding, Id, Verdict};
use crate::evidence::{Flow, Kind, Side, Timeline, description_of, recordings};
use crate::sdp::{Direction, Record};
use crate::sip::Method;
use crate::time::Instant;

/// What a telephone shows of the recording.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Icon {
    /// The call is recorded.
    Recording,
    /// It is recorded, and what is said now is left out.
    Paused,
    /// It was recorded until somebody stopped that.
    Stopped,
    /// It was recorded until that came to an end by itself.
    Failed,
    /// Nothing.
    None,
}

impl Icon {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Recording, Self::Paused, Self::Stopped, Self::Failed, Self::None];
}

impl fmt::Display for Icon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Recording => "that the call is recorded",
            Self::Paused => "that the recording is paused",
            Self::Stopped => "that the recording has stopped",
            Self::Failed => "that the recording has failed",
            Self::None => "no recording",
        })
    }
}

/// Somebody's telephone shows this in the end.
pub fn shows(timeline: &Timeline, name: &str, wanted: Icon) -> Verdict {
    let told = told(timeline, name);
    let (at, record) = told.last().copied().unwrap_or_default();
    let stopped = wishes(timeline).iter().any(|wish| wish.what == "stops" && wish.at <= at);
    let seen = match record {
        None => Icon::None,
        Some(Record::On) => Icon::Recording,
        Some(Record::Paused) => Icon::Paused,
        Some(Record::Off) if stopped => Icon::Stopped,
        Some(Record::Off) => Icon::Failed,
    };
    if seen == wanted {
        return Verdict::Pass;
    }
    let rule = match wanted {
        Icon::Recording if told.is_empty() => "RFC7866-6.1.2-2",
        Icon::Paused => "RFC7866-7.1.2-5",
        Icon::None => "RFC7866-7.1.2-7",
        Icon::Recording | Icon::Stopped | Icon::Failed => "RFC7866-7.1.2-3",
    };
    Verdict::Fail(Finding {
        requirement: Id(rule),
        at,
        seen: format!("the telephone of {name} shows {seen} instead of {wanted}"),
        never: told.is_empty().then(|| format!("platform -> {name}  a=record")),
        by: None,
    })
}

/// Never in the last call did somebody's telephone show what was not true for longer than `limit`.
pub fn is_true(timeline: &Timeline, name: &str, limit: Duration) -> Verdict {
    let Some(conversation) = last_conversation(timeline) else {
        return Verdict::Inconclusive("no conversation was seen".to_owned());
    };
    let told = told(timeline, name);
    let truth = Truth::of(timeline);
    let end = conversation.hung_up.unwrap_or_else(|| last_seen(timeline));
    let mut at = conversation.answered;
    let mut since: Option<Instant> = None;
    while at < end {
        let shown = told.iter().rfind(|(moment, _)| *moment <= at).and_then(|(_, record)| *record);
        let moment = truth.at(at);
        if moment.allows(shown) {
            since = None;
        } else if at - *since.get_or_insert(at) > limit {
            return untrue(name, at, shown, moment);
        }
        at += STEP;
    }
    Verdict::Pass
}

fn untrue(name: &str, at: Instant, shown: Option<Record>, moment: Moment) -> Verdict {
    let rule = match moment {
        Moment::Flowing => "RFC7866-7.1.2-7",
        Moment::Paused => "RFC7866-7.1.2-5",
        Moment::Held | Moment::Nothing => "RFC7866-7.1.2-3",
    };
    let shown = shown.map_or("nothing".to_owned(), |shown| shown.to_string());
    let seen = format!("the telephone of {name} shows `{shown}` while {moment}");
    Verdict::fail(rule, at, seen)
}

/// What a telephone was told, and when: each change.
fn told(timeline: &Timeline, name: &str) -> Vec<(Instant, Option<Record>)> {
    let cast = timeline.cast();
    let own = |address| cast.at(address).is_some_and(|member| member.name.as_str() == name);
    let mut told: Vec<(Instant, Option<Record>)> = Vec::new();
    for sighting in timeline.signalling() {
        if sighting.side != Side::Received || !own(sighting.target) {
            continue;
        }
        let Some(message) = sighting.message() else { continue };
        let Some((_, description)) = description_of(message) else { continue };
        let mut media = description.media.iter().filter(|medium| !medium.is_disabled());
        let Some(record) = media.find_map(|medium| medium.record) else { continue };
        if told.last().is_none_or(|(_, last)| *last != Some(record)) {
            told.push((sighting.at, Some(record)));
        }
    }
    told
}

/// How it stood with the recordings at one moment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Moment {
    /// There was none.
    Nothing,
    /// Media flowed.
    Flowing,
    /// The call was on hold: the recording goes on, and there is nothing to record.
    Held,
    /// There was a recording, and nothing flowed.
    Paused,
}

impl Moment {
    fn allows(self, shown: Option<Record>) -> bool {
        match shown {
            None | Some(Record::Off) => self == Self::Nothing,
            Some(Record::On) => matches!(self, Self::Flowing | Self::Held),
            Some(Record::Paused) => matches!(self, Self::Paused | Self::Held),
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Nothing => "nothing is recorded",
            Self::Flowing => "what is said is recorded",
            Self::Held => "the call is on hold",
            Self::Paused => "the recording is paused",
        })
    }
}

/// What was true of the recordings, from moment to moment.
struct Truth {
    /// When each recording session was up.
    up: Vec<(Instant, Option<Instant>)>,
    /// When a packet left for a recorder, in order.
    sent: Vec<Instant>,
    /// When a telephone's media was not wanted or not sent: in each call, from when on.
    held: BTreeMap<String, Vec<(Instant, bool)>>,
}

impl Truth {
    fn of(timeline: &Timeline) -> Self {
        let up = recordings(timeline)
            .into_iter()
            .filter_map(|session| Some((session.dialog.answered?.left, session.dialog.over())));
        let to_recorder = |flow: &&Flow| timeline.cast().is(flow.target, Kind::Recorder);
        let flows = timeline.flows().iter().filter(to_recorder);
        let mut sent: Vec<_> =
            flows.flat_map(Flow::nearest_to_sender).map(|packet| packet.at).collect();
        sent.sort();
        Self { up: up.collect(), sent, held: held(timeline) }
    }

    fn at(&self, at: Instant) -> Moment {
        let is_up =
            |(from, to): &(Instant, Option<Instant>)| *from <= at && to.is_none_or(|to| at < to);
        if !self.up.iter().any(is_up) {
            return Moment::Nothing;
        }
        let next = self.sent.partition_point(|sent| *sent < before(at, FRAMES));
        if self.sent.get(next).is_some_and(|sent| *sent <= at + FRAMES) {
            return Moment::Flowing;
        }
        let is_held = |list: &Vec<(Instant, bool)>| {
            list.iter().rfind(|(from, _)| *from <= at).is_some_and(|(_, held)| *held)
        };
        if self.held.values().any(is_held) { Moment::Held } else { Moment::Paused }
    }
}

/// When telephones did not both send and receive, by what they said of themselves in each call.
fn held(timeline: &Timeline) -> BTreeMap<String, Vec<(Instant, bool)>> {
    let mut held: BTreeMap<String, Vec<(Instant, bool)>> = BTreeMap::new();
    for sighting in timeline.signalling() {
        if !timeline.cast().is(sighting.source, Kind::Phone) {
            continue;
        }
        let Some(message) = sighting.message() else { continue };
        let Ok(call_id) = message.call_id() else { continue };
        let calm = match description_of(message) {
            Some((_, description)) => {
                let mut open = description.media.iter().filter(|medium| !medium.is_disabled());
                open.all(|medium| medium.direction == Direction::SendRecv)
            }
            None if message.method() == Some(&Method::Bye) => true,
            None => continue,
        };
        held.entry(call_id.to_owned()).or_default().push((sighting.at, !calm));
    }
    held
}

fn before(at: Instant, span: Duration) -> Instant {
    Instant::START + at.elapsed().saturating_sub(span)
}

/// How often we look.
const STEP: Duration = Duration::from_millis(50);
/// Media that flows shows a packet within this time, on any network of ours.
const FRAMES: Duration = Duration::from_millis(200);
