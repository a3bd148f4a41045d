//! Whether the recorder knows what was played to the people on a call: what, when, and to whom
//! (product help article, S-55).

use std::collections::BTreeSet;
use std::time::Duration;

use super::Verdict;
use super::modes::end;
use super::prompts::no_conversation;
use super::prompts_heard::{heard_by, parties, tones_heard};
use super::prompts_tones::last_media;
use super::streams::{each_recording, name_of};
use super::view::{Conversation, last_conversation};
use crate::audio::Message;
use crate::evidence::{RecordingSession, Timeline};
use crate::siprec::{Announcement, Method, Occasion};
use crate::time::Instant;

/// Something that was played, as the telephones heard it.
#[derive(Debug)]
struct Event {
    /// What it told; a tone does not say.
    kind: Option<Occasion>,
    from: Instant,
    to: Instant,
    heard_by: BTreeSet<String>,
}

/// Each recorder of the last call was told of each announcement and tone: its kind, when it was
/// played, how long, and who heard it; and of none that nobody heard.
pub fn recorder_knows(timeline: &Timeline) -> Verdict {
    let Some(conversation) = last_conversation(timeline) else { return no_conversation() };
    let events = events(timeline, &conversation);
    if events.is_empty() {
        return Verdict::Inconclusive("nobody was told anything".to_owned());
    }
    each_recording(timeline, |session| {
        let told = told(session);
        let known = events.iter().map(|event| is_known(timeline, session, event, &told));
        let true_ones = told.iter().map(|(at, told)| {
            let is_true = events.iter().any(|event| is_about(timeline, event, told));
            Verdict::require(is_true, "WXC-ANN-3", *at, || {
                format!("the recorder was told of a {} that nobody heard", told.kind.word())
            })
        });
        Verdict::of_all(known.chain(true_ones))
    })
}

fn is_known(
    timeline: &Timeline,
    session: &RecordingSession<'_>,
    event: &Event,
    told: &[(Instant, Announcement)],
) -> Verdict {
    let name = event.kind.map_or("tone", Occasion::word);
    let Some((at, about)) = told.iter().find(|(_, told)| is_about(timeline, event, told)) else {
        let is_over = session.dialog.ended.is_some_and(|ended| event.to + SOON > ended);
        let is_new = event.to + SOON > end(timeline).max(last_media(timeline));
        if is_over || is_new {
            return Verdict::Pass;
        }
        let seen = format!("the recorder was not told of the {name} at {} ms", event.from);
        return Verdict::fail("WXC-ANN-3", event.to, seen);
    };
    let names: BTreeSet<_> =
        about.heard_by.iter().filter_map(|aor| name_of(timeline, aor)).collect();
    if names != event.heard_by {
        let list = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(", ");
        let (said, heard) = (list(&names), list(&event.heard_by));
        let seen = format!("the recorder was told that the {name} was heard by {said}: by {heard}");
        return Verdict::fail("WXC-ANN-3", *at, seen);
    }
    let length = Duration::from_millis(about.duration_ms);
    let off = length.abs_diff(event.to - event.from);
    Verdict::require(off <= OFF, "WXC-ANN-3", *at, || {
        format!("the recorder was told of a {name} of {} ms", length.as_millis())
    })
}

/// Whether the recorder was told of this one.
fn is_about(timeline: &Timeline, event: &Event, told: &Announcement) -> bool {
    let Some(at) = timeline.epoch().moment(&told.started_at) else { return false };
    let off = at.since(event.from).max(event.from.since(at));
    let is_same = match event.kind {
        Some(kind) => told.kind == kind && told.method == Method::Announcement,
        None => told.method != Method::Announcement && is_told_by_tone(told.kind),
    };
    is_same && off <= OFF
}

fn is_told_by_tone(kind: Occasion) -> bool {
    matches!(kind, Occasion::Pause | Occasion::Resume | Occasion::Reminder)
}

/// What a recorder was told, each thing once, and when.
fn told(session: &RecordingSession<'_>) -> Vec<(Instant, Announcement)> {
    let mut told: Vec<(Instant, Announcement)> = Vec::new();
    for (at, document) in &session.documents {
        for announcement in document.announcements() {
            let is_known = |it: &&(Instant, Announcement)| {
                (it.1.kind, &it.1.started_at) == (announcement.kind, &announcement.started_at)
            };
            if !told.iter().any(|it| is_known(&it)) {
                told.push((*at, announcement));
            }
        }
    }
    // A document has a bound; so has what is compared.
    told.truncate(TOLD_MAX);
    told
}

/// What was played in a conversation: what several heard at one time is one thing.
fn events(timeline: &Timeline, conversation: &Conversation) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    let mut add = |kind: Option<Occasion>, from: Instant, to: Instant, name: &str| {
        let same = events.iter_mut().find(|event| {
            event.kind == kind && event.from.since(from).max(from.since(event.from)) <= OFF
        });
        if let Some(event) = same {
            event.heard_by.insert(name.to_owned());
            event.from = event.from.min(from);
        } else {
            let heard_by = BTreeSet::from([name.to_owned()]);
            events.push(Event { kind, from, to, heard_by });
        }
    };
    for name in parties(timeline, conversation) {
        for passage in heard_by(timeline, conversation, &name) {
            add(Some(kind(passage.prompt.message())), passage.from, passage.to, &name);
        }
        for (at, burst) in tones_heard(timeline, conversation, &name) {
            add(None, at, at + burst.length, &name);
        }
    }
    events
}

fn kind(message: Message) -> Occasion {
    match message {
        Message::Started => Occasion::Start,
        Message::Stopped => Occasion::Stop,
        Message::Paused => Occasion::Pause,
        Message::Resumed => Occasion::Resume,
        Message::Compliance => Occasion::Compliance,
        // Nobody has to tell of a greeting: who waits for one waits in vain.
        Message::FailedAndEnds | Message::FailedAndProceeds | Message::Greeting => {
            Occasion::Failure
        }
    }
}

/// What was played is told as soon as it has ended; half a second on the way, and one to spare.
const SOON: Duration = Duration::from_millis(1_500);
/// How far from when it was played a telephone on another continent may hear it.
const OFF: Duration = Duration::from_millis(400);
/// A tone every ten seconds for half an hour.
const TOLD_MAX: usize = 200;
