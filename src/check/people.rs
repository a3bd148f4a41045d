//! Calls of more than two people: who hears whom from a moment on, who is recorded, and whom the
//! recorder knows of. A call that is handed on is one dialog here and another there; these checks
//! look at people and moments, and at every recording.

use std::collections::BTreeSet;
use std::time::Duration;

use super::streams::name_of;
use super::view::{carries, heard, is_living, recorded, spoken};
use super::whole::Lost;
use super::{Limits, Verdict};
use crate::audio::Mark;
use crate::evidence::{
    Flow, Kind, RecordedStream, RecordingSession, RtpSeen, Side, Sound, Speakers, Timeline,
    recordings,
};
use crate::siprec::Metadata;
use crate::time::Instant;

/// What somebody says from a moment on reaches a recorder.
pub fn is_recorded_since(
    timeline: &Timeline,
    name: &str,
    since: Instant,
    limits: &Limits,
) -> Verdict {
    let sessions = living(timeline);
    let kept = sessions.iter().flat_map(recorded).collect();
    arrives(timeline, name, since, limits, &kept, "RFC3515-REC-1", "was not recorded")
}

/// What somebody says from a moment on reaches somebody else.
pub fn hears_since(
    timeline: &Timeline,
    listener: &str,
    speaker: &str,
    since: Instant,
    limits: &Limits,
) -> Verdict {
    let to_listener = |flow: &&Flow| {
        timeline.cast().at(flow.target).is_some_and(|member| member.name.as_str() == listener)
    };
    let heard = heard(timeline.flows().iter().filter(to_listener));
    let lost = format!("did not reach {listener}");
    arrives(timeline, speaker, since, limits, &heard, "RFC6341-5-REQ005", &lost)
}

/// Nobody is heard by a recorder from a moment on, as far as it lasts.
pub fn nobody_is_recorded_since(timeline: &Timeline, since: Instant) -> Verdict {
    let first = sent_to_recorders(timeline, since).min();
    match first {
        Some(at) => {
            let seen = "media was sent to the recorder, although nobody was to be heard";
            Verdict::fail("RFC7866-7.1.1.1-4", at, seen)
        }
        None if living(timeline).is_empty() => {
            Verdict::Inconclusive("no recording was seen".into())
        }
        None => Verdict::Pass,
    }
}

/// What somebody says from a moment on is on one stream of each recording, and nobody else ever is
/// on that one.
pub fn is_apart(timeline: &Timeline, name: &str, since: Instant) -> Verdict {
    let Some(voice) = Speakers::of(timeline).voice_of(name) else {
        return Verdict::Inconclusive(format!("{name} said nothing"));
    };
    let mut found = false;
    let mut last = Instant::START;
    for session in living(timeline) {
        last = session.dialog.invited;
        let is_own = |packet: &&RtpSeen| packet.sound.voice().is_some_and(|it| it.voice() == voice);
        let packets = |stream: &RecordedStream<'_>| -> Vec<RtpSeen> {
            stream.flows.iter().flat_map(|flow| flow.nearest_to_receiver()).copied().collect()
        };
        let streams: Vec<_> = session.streams.iter().map(packets).collect();
        let own = streams.iter().filter(|it| it.iter().filter(is_own).any(|it| it.at >= since));
        let own: Vec<_> = own.collect();
        let is_shared = |stream: &&Vec<RtpSeen>| {
            stream
                .iter()
                .filter(|it| it.sound.voice().is_some() || it.sound == Sound::Mixed)
                .any(|packet| !is_own(&packet))
        };
        if own.len() > 1 || own.iter().any(is_shared) {
            let seen = format!("{name} is heard on one stream with somebody else");
            return Verdict::fail("WXC-STR-2", last, seen);
        }
        found |= own.len() == 1;
    }
    Verdict::require(found, "RFC7245-3.1.5-1", last, || format!("{name} is on no stream"))
}

/// The recorder knows that just these people are in the call, in every recording that goes on.
pub fn are_known(timeline: &Timeline, names: &[&str]) -> Verdict {
    let wanted: BTreeSet<_> = names.iter().map(|name| (*name).to_owned()).collect();
    let open: Vec<_> =
        living(timeline).into_iter().filter(|it| it.dialog.ended.is_none()).collect();
    if open.is_empty() {
        return Verdict::Inconclusive("no recording goes on".to_owned());
    }
    Verdict::of_all(open.iter().map(|session| {
        let at = session.documents.last().map_or(session.dialog.invited, |(at, _)| *at);
        let known = session.metadata().map(|it| present(timeline, &it)).unwrap_or_default();
        Verdict::require(known == wanted, "RFC8068-3.2.3-2", at, || {
            let known: Vec<_> = known.iter().map(String::as_str).collect();
            format!("the recorder was told that {} took part", known.join(" and "))
        })
    }))
}

/// The recorder was told when somebody came, or went, to within a second; where its dialect has
/// no such times, it was told in time.
pub fn is_dated(timeline: &Timeline, name: &str, event: Passage, at: Instant) -> Verdict {
    let requirement = match event {
        Passage::Came => "RFC7865-6.6.1-2",
        Passage::Went => "RFC7865-6.6.1-3",
    };
    let sessions = living(timeline);
    let dates = sessions.iter().filter_map(|session| date(timeline, session, name, event));
    let (early, late) = (before(at, SLACK), learned(timeline, name, at) + SLACK);
    let texts = [early, late].map(|at| timeline.epoch().rfc3339(at));
    let mut seen = Vec::new();
    for date in dates {
        let fits = match &date {
            Date::Said(text) => (texts[0].as_str()..=texts[1].as_str()).contains(&text.as_str()),
            Date::Told(told) => (early..=late).contains(told),
        };
        if fits {
            return Verdict::Pass;
        }
        seen.push(match date {
            Date::Said(text) => text,
            Date::Told(told) => timeline.epoch().rfc3339(told),
        });
    }
    let when = if seen.is_empty() { "never".to_owned() } else { seen.join(" and ") };
    let what = if event == Passage::Came { "came" } else { "went" };
    Verdict::fail(requirement, at, format!("by the metadata {name} {what}: {when}"))
}

/// When the first message arrived that somebody sent after a moment: a network that loses some
/// lets others learn late of what they do.
fn learned(timeline: &Timeline, name: &str, at: Instant) -> Instant {
    let mut later = timeline.signalling().iter().filter(|it| {
        it.at >= at
            && it.side == Side::Received
            && timeline.cast().at(it.source).is_some_and(|member| member.name.as_str() == name)
    });
    later.next().map_or(at, |sighting| sighting.at)
}

/// Somebody comes to a call, or goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Passage {
    /// They join.
    Came,
    /// They leave.
    Went,
}

/// What can be said of the moment.
enum Date {
    /// The metadata dates it.
    Said(String),
    /// It was told at this moment, without a date.
    Told(Instant),
}

fn date(
    timeline: &Timeline,
    session: &RecordingSession<'_>,
    name: &str,
    event: Passage,
) -> Option<Date> {
    let whole = session.metadata()?;
    let is_meant = |whole: &Metadata, id| {
        let mut names = whole.participant(id).into_iter().flat_map(|it| &it.names);
        names.any(|it| name_of(timeline, &it.aor).as_deref() == Some(name))
    };
    let own = whole.participant_sessions.iter().filter(|it| is_meant(&whole, &it.participant));
    let said = own.filter_map(|it| match event {
        Passage::Came => it.interval.associate_time.clone(),
        Passage::Went => it.interval.disassociate_time.clone(),
    });
    let said = match event {
        Passage::Came => said.min(),
        Passage::Went => said.max(),
    };
    if let Some(said) = said {
        return Some(Date::Said(said));
    }
    let mut whole: Option<Metadata> = None;
    let mut was = false;
    for (at, document) in &session.documents {
        let now = whole.get_or_insert_with(|| document.clone());
        let _ = now.apply(document);
        let is = present(timeline, now).contains(name);
        if (event == Passage::Came && is && !was) || (event == Passage::Went && was && !is) {
            return Some(Date::Told(*at));
        }
        was = is;
    }
    None
}

/// Who is in the call by the metadata.
fn present(timeline: &Timeline, metadata: &Metadata) -> BTreeSet<String> {
    let open = metadata.participant_sessions.iter().filter(|it| it.interval.is_open());
    let open: Vec<_> = open.map(|it| &it.participant).collect();
    let there = metadata.participants.iter().filter(|it| open.contains(&&it.id));
    let aors = there.filter_map(|it| it.names.first()).map(|name| name.aor.as_str());
    aors.map(|aor| name_of(timeline, aor).unwrap_or_else(|| aor.to_owned())).collect()
}

/// Every recording in which media flowed.
pub(super) fn living(timeline: &Timeline) -> Vec<RecordingSession<'_>> {
    recordings(timeline).into_iter().filter(is_living).collect()
}

/// The recordings in which somebody is heard.
pub fn recordings_of(timeline: &Timeline, name: &str, count: usize) -> Verdict {
    let voice = Speakers::of(timeline).voice_of(name);
    let sessions = living(timeline);
    let own = sessions.iter().filter(|it| voice.is_some_and(|voice| carries(it, voice)));
    let count_seen = own.count();
    let at = sessions.last().map_or(Instant::START, |session| session.dialog.invited);
    Verdict::require(count_seen == count, "RFC6341-4-UC1", at, || {
        format!("{name} is heard in {count_seen} recording(s) instead of {count}")
    })
}

/// When voices left for recorders from a moment on.
fn sent_to_recorders(timeline: &Timeline, since: Instant) -> impl Iterator<Item = Instant> {
    let flows = timeline.flows().iter();
    let to_recorder = flows.filter(|flow| timeline.cast().is(flow.target, Kind::Recorder));
    let packets = to_recorder.flat_map(Flow::nearest_to_sender);
    packets
        .filter(move |packet| packet.at >= since)
        .filter(move |packet| packet.sound.voice().is_some())
        .map(|packet| packet.at)
}

/// Whether what somebody says from a moment on is among what arrived, but for what the network may
/// take. What was said last is left out: it is still on its way.
fn arrives(
    timeline: &Timeline,
    name: &str,
    since: Instant,
    limits: &Limits,
    arrived: &std::collections::BTreeMap<Mark, Instant>,
    requirement: &'static str,
    lost_how: &str,
) -> Verdict {
    let all = spoken(timeline, name);
    let delays = all.iter().filter_map(|(mark, at)| Some(arrived.get(mark)?.since(*at)));
    let delay = super::align::median(delays).unwrap_or_default();
    let last = all.values().max().copied().unwrap_or_default();
    let ends = before(last, delay + limits.gap);
    let mut said: Vec<_> = all.into_iter().filter(|(_, at)| *at >= since && *at <= ends).collect();
    said.sort_by_key(|(_, at)| *at);
    if said.len() < FEW {
        return Verdict::Inconclusive(format!("{name} said next to nothing"));
    }
    let lost = Lost::of(&said, arrived);
    Verdict::require(lost.is_within(limits), requirement, lost.first, || {
        format!("{:.1} % of what {name} said {lost_how}", 100.0 * lost.share())
    })
}

fn before(at: Instant, span: Duration) -> Instant {
    Instant::START + at.elapsed().saturating_sub(span)
}

/// A fifth of a second of speech: less proves nothing.
const FEW: usize = 10;
/// A second: metadata has no finer times.
const SLACK: Duration = Duration::from_millis(1_500);
