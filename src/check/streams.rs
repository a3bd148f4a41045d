//! Whether the recorder was given each side apart, and under the right name.

use std::collections::BTreeSet;

use super::modes::end;
use super::sources::Sources;
use super::strangers::{may_carry_a_stranger, mute, nothing_to_record, stranger};
use super::view::{heard, living, voices};
use super::{Finding, Id, Verdict};
use crate::evidence::{RecordedStream, RecordingSession, Sound, Speakers, Timeline};
use crate::time::Instant;

/// Each recording of the last call has so many streams, and media flowed on every one.
pub fn streams_are(timeline: &Timeline, count: usize) -> Verdict {
    each_recording(timeline, |session| streams_of_one_are(timeline, session, count))
}

/// This recording has so many streams, and media flowed on every one.
pub fn streams_of_one_are(
    timeline: &Timeline,
    session: &RecordingSession<'_>,
    count: usize,
) -> Verdict {
    let alive = session.streams.iter().filter(|stream| stream.is_alive()).count();
    if alive == count {
        return Verdict::Pass;
    }
    if let Some(why) = mute(timeline).filter(|_| alive < count) {
        return Verdict::Inconclusive(why);
    }
    let silent = session.streams.iter().find(|stream| !stream.is_alive());
    let label = silent.and_then(|stream| stream.label.as_deref()).unwrap_or("2");
    Verdict::Fail(Finding {
        requirement: Id("WXC-STR-1"),
        at: session.dialog.invited,
        seen: format!("{alive} of {count} streams reached the recorder"),
        never: (alive < count).then(|| format!("platform -> recorder  RTP  label {label}")),
        by: None,
    })
}

/// On every recorded stream one voice is heard, and on every one another.
pub fn each_carries_one_voice(timeline: &Timeline) -> Verdict {
    let speakers = Speakers::of(timeline);
    if let Some(why) = stranger(timeline).filter(|_| !living(timeline).is_empty()) {
        return Verdict::Inconclusive(why);
    }
    each_recording(timeline, |session| {
        let mut taken = BTreeSet::new();
        Verdict::of_all(session.streams.iter().map(|stream| {
            let label = stream.label.as_deref().unwrap_or("none");
            if may_carry_a_stranger(session, stream, speakers) {
                return nobody_we_know(label);
            }
            if let Some(at) = mixed_at(stream) {
                let seen = format!("several voices at once on the stream labelled {label}");
                return Verdict::fail("WXC-STR-2", at, seen);
            }
            let voices = voices(&heard(stream.flows.iter().copied()));
            let is_new = voices.iter().all(|voice| taken.insert(*voice));
            let names: Vec<_> =
                voices.iter().map(|voice| speakers.name(*voice).unwrap_or("somebody")).collect();
            let at = session.dialog.invited;
            Verdict::require(voices.len() == 1 && is_new, "WXC-STR-2", at, || {
                format!("the stream labelled {label} carries {}", list(&names))
            })
        }))
    })
}

/// When more than a stray packet of a stream holds several voices.
fn mixed_at(stream: &RecordedStream<'_>) -> Option<Instant> {
    let packets = stream.flows.iter().flat_map(|flow| flow.nearest_to_receiver());
    packets.filter(|packet| packet.sound == Sound::Mixed).nth(2).map(|packet| packet.at)
}

/// The metadata says of every stream whose voice is heard on it.
pub fn speakers_are_named(timeline: &Timeline) -> Verdict {
    let speakers = Speakers::of(timeline);
    let sessions = living(timeline);
    if let Some(why) = stranger(timeline).filter(|_| !sessions.is_empty()) {
        return sources_are_named(timeline, &sessions).unwrap_or(Verdict::Inconclusive(why));
    }
    each_recording(timeline, |session| {
        let at = session.dialog.invited;
        Verdict::of_all(
            session.streams.iter().map(|stream| speaker_is_named(timeline, speakers, stream, at)),
        )
    })
}

/// The metadata says of every stream whose telephone it comes from; nothing, where that cannot be
/// told.
fn sources_are_named(timeline: &Timeline, sessions: &[RecordingSession<'_>]) -> Option<Verdict> {
    let sources = Sources::of(timeline);
    for session in sessions {
        for stream in &session.streams {
            let heard = sources.speaker(stream)?.as_str();
            let said = stream.speaker.as_deref().and_then(|aor| name_of(timeline, aor));
            if let (Some(aor), None) = (&stream.speaker, &said) {
                let why = format!("the metadata names {aor}, which is nobody that was seen");
                return Some(Verdict::Inconclusive(why));
            }
            if said.as_deref() != Some(heard) {
                let said = said.as_deref().unwrap_or("nobody");
                let label = stream.label.as_deref().unwrap_or("none");
                let seen = format!(
                    "the metadata says that {said} is heard on the stream labelled {label}, which \
                     comes from the telephone of {heard}"
                );
                return Some(Verdict::fail("INT-MAP-2", session.dialog.invited, seen));
            }
        }
    }
    Some(Verdict::Pass)
}

fn speaker_is_named(
    timeline: &Timeline,
    speakers: &Speakers,
    stream: &RecordedStream<'_>,
    at: Instant,
) -> Verdict {
    let label = stream.label.as_deref().unwrap_or("none");
    let Some(aor) = stream.speaker.as_deref() else {
        let seen = format!("no participant is said to send the stream labelled {label}");
        return Verdict::fail("RFC7866-7.1.1-3", at, seen);
    };
    let voices = voices(&heard(stream.flows.iter().copied()));
    let heard: Vec<_> = voices.iter().filter_map(|voice| speakers.name(*voice)).collect();
    if heard.is_empty() {
        return nobody_we_know(label);
    }
    let said = name_of(timeline, aor);
    // In a crowd a voice is known under the name of the first who has it.
    let own = said.as_deref().and_then(|name| speakers.voice_of(name));
    let is_own = voices.iter().all(|voice| Some(*voice) == own);
    Verdict::require(
        is_own || heard.iter().all(|name| Some(*name) == said.as_deref()),
        "INT-MAP-2",
        at,
        || {
            format!(
                "the metadata says that {} is heard on the stream labelled {label}, and it carries {}",
                said.as_deref().unwrap_or(aor),
                list(&heard),
            )
        },
    )
}

fn nobody_we_know(label: &str) -> Verdict {
    Verdict::Inconclusive(format!("nobody that we know is heard on the stream labelled {label}"))
}

/// Whoever has the number, or the name, in an address of record.
pub(super) fn name_of(timeline: &Timeline, aor: &str) -> Option<String> {
    let user = aor.split('@').next()?;
    let user = user.split_once(':').map_or(user, |(_, user)| user);
    let members = timeline.cast().members().iter();
    let mut known = members
        .filter(|member| member.number.as_deref().is_some_and(|number| is_same(number, user)));
    known.next().map(|member| member.name.to_string())
}

/// Numbers are alike in their digits, however they are written.
fn is_same(one: &str, other: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let is_number = |text: &str| !text.contains(|c: char| c.is_alphabetic());
    if is_number(one) && is_number(other) {
        digits(one) == digits(other)
    } else {
        one.eq_ignore_ascii_case(other)
    }
}

/// Judges every recording of the last call; there has to be one.
pub(super) fn each_recording(
    timeline: &Timeline,
    judge: impl FnMut(&RecordingSession<'_>) -> Verdict,
) -> Verdict {
    let sessions = living(timeline);
    if sessions.is_empty() {
        if let Some(why) = nothing_to_record(timeline) {
            return Verdict::Inconclusive(why);
        }
        return Verdict::Fail(Finding {
            requirement: Id("WXC-MODE-4"),
            at: end(timeline),
            seen: "no recording reached the recorder".to_owned(),
            never: Some("platform -> recorder  RTP".to_owned()),
            by: None,
        });
    }
    Verdict::of_all(sessions.iter().map(judge))
}

fn list(names: &[&str]) -> String {
    match names {
        [] => "nobody's voice".to_owned(),
        [one] => format!("the voice of {one}"),
        [first, rest @ ..] => format!("the voices of {first} and {}", rest.join(" and ")),
    }
}
