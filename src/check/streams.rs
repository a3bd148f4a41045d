//! Whether the recorder was given what each side said: apart, whole, in its place, and under the
//! right name.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::modes::end;
use super::sources::Sources;
use super::view::{Conversation, conversations, heard, living, recorded, spoken, stranger, voices};
use super::{Finding, Id, Limits, Verdict};
use crate::audio::Mark;
use crate::evidence::{Flow, RecordedStream, RecordingSession, Sound, Speakers, Timeline};
use crate::time::Instant;

/// Each recording has so many streams, and media flowed on every one.
pub fn streams_are(timeline: &Timeline, count: usize) -> Verdict {
    let sessions = living(timeline);
    if sessions.is_empty() {
        return none_recorded(timeline, "WXC-STR-1");
    }
    for session in &sessions {
        let alive = session.streams.iter().filter(|stream| stream.is_alive()).count();
        if alive != count {
            let silent = session.streams.iter().find(|stream| !stream.is_alive());
            let label = silent.and_then(|stream| stream.label.as_deref()).unwrap_or("2");
            return Verdict::Fail(Finding {
                requirement: Id("WXC-STR-1"),
                at: session.dialog.invited,
                seen: format!("{alive} of {count} streams reached the recorder"),
                never: Some(format!("platform -> recorder  RTP  label {label}")),
            });
        }
    }
    Verdict::Pass
}

/// On every recorded stream one voice is heard, and on every one another.
pub fn each_carries_one_voice(timeline: &Timeline) -> Verdict {
    let speakers = Speakers::of(timeline);
    let sessions = living(timeline);
    if sessions.is_empty() {
        return none_recorded(timeline, "WXC-STR-2");
    }
    if let Some(why) = stranger(timeline) {
        return Verdict::Inconclusive(why);
    }
    for session in &sessions {
        let mut taken = BTreeSet::new();
        for stream in &session.streams {
            let label = stream.label.as_deref().unwrap_or("none");
            let voices = voices(&heard(stream.flows.iter().copied()));
            if let Some(at) = mixed_at(stream) {
                let seen = format!("several voices at once on the stream labelled {label}");
                return Verdict::fail("WXC-STR-2", at, seen);
            }
            let names: Vec<_> =
                voices.iter().map(|voice| speakers.name(*voice).unwrap_or("somebody")).collect();
            if voices.len() != 1 || !voices.iter().all(|voice| taken.insert(*voice)) {
                let seen = format!("the stream labelled {label} carries {}", list(&names));
                return Verdict::fail("WXC-STR-2", session.dialog.invited, seen);
            }
        }
    }
    Verdict::Pass
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
    if sessions.is_empty() {
        return none_recorded(timeline, "INT-MAP-2");
    }
    if let Some(why) = stranger(timeline) {
        return sources_are_named(timeline, &sessions).unwrap_or(Verdict::Inconclusive(why));
    }
    for session in &sessions {
        let at = session.dialog.invited;
        for stream in &session.streams {
            let label = stream.label.as_deref().unwrap_or("none");
            let voices = voices(&heard(stream.flows.iter().copied()));
            let heard = voices.iter().next().and_then(|voice| speakers.name(*voice));
            let Some(aor) = stream.speaker.as_deref() else {
                let seen = format!("no participant is said to send the stream labelled {label}");
                return Verdict::fail("RFC7866-7.1.1-3", at, seen);
            };
            let said = name_of(timeline, aor);
            if said.as_deref() != heard {
                let seen = format!(
                    "the metadata says that {} is heard on the stream labelled {label}, and it is {}",
                    said.as_deref().unwrap_or(aor),
                    heard.unwrap_or("nobody"),
                );
                return Verdict::fail("INT-MAP-2", at, seen);
            }
        }
    }
    Verdict::Pass
}

/// The metadata says of every stream whose telephone it comes from; nothing, where that cannot be
/// told.
fn sources_are_named(timeline: &Timeline, sessions: &[RecordingSession<'_>]) -> Option<Verdict> {
    let sources = Sources::of(timeline);
    for session in sessions {
        for stream in &session.streams {
            let heard = sources.speaker(stream)?.as_str();
            let said = stream.speaker.as_deref().and_then(|aor| name_of(timeline, aor));
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

/// Whoever has the number in an address of record.
fn name_of(timeline: &Timeline, aor: &str) -> Option<String> {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let user = aor.split('@').next().map(digits)?;
    let members = timeline.cast().members().iter();
    let known = members
        .filter(|member| member.number.as_deref().is_some_and(|number| digits(number) == user));
    known.map(|member| member.name.to_string()).next()
}

/// The sides of a recording stand where they were said: the time from mouth to recorder differs
/// by no more than `limit` between the streams, nor within one.
pub fn streams_agree(timeline: &Timeline, limit: Duration) -> Verdict {
    let sessions = living(timeline);
    if sessions.is_empty() {
        return none_recorded(timeline, "RFC6341-5-REQ023");
    }
    let said: BTreeMap<Mark, Instant> = timeline
        .cast()
        .members()
        .iter()
        .flat_map(|member| spoken(timeline, member.name.as_str()))
        .collect();
    let sources = Sources::of(timeline);
    for session in &sessions {
        let delays = session.streams.iter().filter_map(|stream| {
            typical_delay(stream, &said).or_else(|| median(sources.delays(stream).into_iter()))
        });
        let delays: Vec<Duration> = delays.collect();
        let is_partial = (1..session.streams.len()).contains(&delays.len());
        if is_partial && stranger(timeline).is_some() {
            return Verdict::Inconclusive("not every side can be told in time".to_owned());
        }
        let (Some(least), Some(most)) = (delays.iter().min(), delays.iter().max()) else {
            return Verdict::Inconclusive(
                "nothing that can be told in time was recorded".to_owned(),
            );
        };
        if *most - *least > limit {
            let seen = format!("one side is {} ms behind the other", (*most - *least).as_millis());
            return Verdict::fail("RFC6341-5-REQ023", session.dialog.invited, seen);
        }
        for flow in session.streams.iter().flat_map(|stream| &stream.flows) {
            if let Some((at, wander)) = wander(flow).filter(|(_, wander)| *wander > limit) {
                let seen =
                    format!("RTP timestamps wander {} ms from what is said", wander.as_millis());
                return Verdict::fail("RFC6341-5-REQ023", at, seen);
            }
        }
    }
    Verdict::Pass
}

/// The median time from mouth to recorder.
fn typical_delay(stream: &RecordedStream<'_>, said: &BTreeMap<Mark, Instant>) -> Option<Duration> {
    let heard = heard(stream.flows.iter().copied());
    median(heard.iter().filter_map(|(mark, at)| Some(at.since(*said.get(mark)?))))
}

fn median(spans: impl Iterator<Item = Duration>) -> Option<Duration> {
    let mut spans: Vec<_> = spans.collect();
    let middle = spans.len() / 2;
    (!spans.is_empty()).then(|| *spans.select_nth_unstable(middle).1)
}

/// How far the timestamps of a flow come from the moments that they stamp, at most, and when.
fn wander(flow: &Flow) -> Option<(Instant, Duration)> {
    let marked = flow.nearest_to_receiver().iter();
    let mut marked = marked.filter_map(|packet| Some((packet, packet.sound.voice()?)));
    let (first, first_mark) = marked.next()?;
    let steps = marked.map(|(packet, mark)| {
        let ticks = packet.timestamp.wrapping_sub(first.timestamp).cast_signed();
        let moments = mark.since(first_mark).cast_signed();
        let samples = i64::from(ticks) - i64::from(moments) * 160;
        (packet.at, Duration::from_micros(samples.unsigned_abs().saturating_mul(125)))
    });
    // A cycle of the speech later the same moments come again.
    steps
        .filter(|(_, wander)| *wander < Mark::LENGTH * (Mark::CYCLE / 2))
        .max_by_key(|(_, wander)| *wander)
}

/// Everything that somebody said between the answer and the hang-up is in every recording, but
/// for what the network may take; only what was said after `since`, if that is given.
pub fn nothing_is_missing(
    timeline: &Timeline,
    name: &str,
    since: Option<Instant>,
    limits: &Limits,
) -> Verdict {
    let sessions = living(timeline);
    let Some(conversation) = conversations(timeline).pop() else {
        return Verdict::Inconclusive("no conversation was seen".to_owned());
    };
    let Some(session) = sessions.last() else { return none_recorded(timeline, "RFC6341-5-REQ005") };
    let recorded = recorded(session);
    let said = said_within(timeline, name, since, &conversation, limits, &recorded);
    if said.len() < 10 {
        return Verdict::Inconclusive(format!("{name} said next to nothing"));
    }
    let missing: Vec<_> = said.iter().filter(|(mark, _)| !recorded.contains_key(mark)).collect();
    let run = longest_run(&said, &recorded);
    let share = missing.len() as f64 / said.len() as f64;
    let Some((_, at)) = missing.first().filter(|_| share > limits.loss || run > limits.gap) else {
        return Verdict::Pass;
    };
    let seen = format!(
        "{:.1} % of what {name} said is missing, {} ms of it in a row",
        100.0 * share,
        run.as_millis(),
    );
    Verdict::fail("RFC6341-5-REQ005", *at, seen)
}

/// What somebody said while the conversation lasted, in order. What was said last is left out: it
/// was still on its way to where it was `heard` when somebody hung up, or when we looked.
fn said_within(
    timeline: &Timeline,
    name: &str,
    since: Option<Instant>,
    conversation: &Conversation,
    limits: &Limits,
    heard: &BTreeMap<Mark, Instant>,
) -> Vec<(Mark, Instant)> {
    let begin = since.unwrap_or(conversation.answered).max(conversation.answered);
    let all = spoken(timeline, name);
    let on_the_way =
        || median(all.iter().filter_map(|(mark, at)| Some(heard.get(mark)?.since(*at))));
    let last = match conversation.hung_up {
        Some(hung_up) => hung_up,
        None => {
            Instant::START
                + (last_media(timeline).elapsed().saturating_sub(on_the_way().unwrap_or_default()))
        }
    };
    let within = |at: Instant| at >= begin && at + limits.gap <= last;
    let mut said: Vec<_> =
        all.iter().map(|(mark, at)| (*mark, *at)).filter(|(_, at)| within(*at)).collect();
    said.sort_by_key(|(_, at)| *at);
    said
}

fn last_media(timeline: &Timeline) -> Instant {
    let last = timeline.flows().iter().filter_map(|flow| flow.nearest_to_sender().last());
    last.map(|packet| packet.at).max().unwrap_or_default()
}

/// The longest stretch of speech that is not there.
fn longest_run(said: &[(Mark, Instant)], heard: &BTreeMap<Mark, Instant>) -> Duration {
    let (mut run, mut longest) = (0_u32, 0_u32);
    for (mark, _) in said {
        run = if heard.contains_key(mark) { 0 } else { run + 1 };
        longest = longest.max(run);
    }
    Mark::LENGTH * longest
}

/// The first words that somebody said after the answer are in the recording.
pub fn first_words(timeline: &Timeline, name: &str, limits: &Limits) -> Verdict {
    edge(timeline, name, limits, "first", |said| said.first().copied())
}

/// The last words that somebody said before the hang-up are in the recording.
pub fn last_words(timeline: &Timeline, name: &str, limits: &Limits) -> Verdict {
    edge(timeline, name, limits, "last", |said| said.last().copied())
}

fn edge(
    timeline: &Timeline,
    name: &str,
    limits: &Limits,
    which: &str,
    pick: impl Fn(&[(Mark, Instant)]) -> Option<(Mark, Instant)>,
) -> Verdict {
    let Some(conversation) = conversations(timeline).pop() else {
        return Verdict::Inconclusive("no conversation was seen".to_owned());
    };
    let sessions = living(timeline);
    let Some(session) = sessions.last() else { return none_recorded(timeline, "RFC6341-5-REQ005") };
    let recorded = recorded(session);
    let said = said_within(timeline, name, None, &conversation, limits, &recorded);
    let kept: Vec<_> =
        said.iter().copied().filter(|(mark, _)| recorded.contains_key(mark)).collect();
    let (Some((_, said)), kept) = (pick(&said), pick(&kept)) else {
        return Verdict::Inconclusive(format!("{name} said nothing"));
    };
    let Some((_, kept)) = kept else {
        return Verdict::fail("RFC6341-5-REQ005", said, format!("no word of {name} was recorded"));
    };
    let missing = if kept > said { kept - said } else { said - kept };
    Verdict::require(missing <= limits.gap, "RFC6341-5-REQ005", said, || {
        format!("the {which} {} ms of what {name} said are missing", missing.as_millis())
    })
}

/// Somebody hears somebody else: what the one says reaches the other's telephone; only what was
/// said after `since`, if that is given.
pub fn hears(
    timeline: &Timeline,
    listener: &str,
    speaker: &str,
    since: Option<Instant>,
    limits: &Limits,
) -> Verdict {
    let Some(conversation) = conversations(timeline).pop() else {
        return Verdict::Inconclusive("no conversation was seen".to_owned());
    };
    let to_listener = |flow: &&Flow| {
        timeline.cast().at(flow.target).is_some_and(|member| member.name.as_str() == listener)
    };
    let heard = heard(timeline.flows().iter().filter(to_listener));
    let said = said_within(timeline, speaker, since, &conversation, limits, &heard);
    let lost: Vec<_> = said.iter().filter(|(mark, _)| !heard.contains_key(mark)).collect();
    let share = lost.len() as f64 / said.len().max(1) as f64;
    let is_heard =
        !said.is_empty() && share <= limits.loss && longest_run(&said, &heard) <= limits.gap;
    let at = lost.first().map_or(conversation.answered, |(_, at)| *at);
    Verdict::require(is_heard, "RFC6341-5-REQ005", at, || {
        format!("{listener} did not hear {} of {} words of {speaker}", lost.len(), said.len())
    })
}

fn none_recorded(timeline: &Timeline, requirement: &'static str) -> Verdict {
    Verdict::Fail(Finding {
        requirement: Id(requirement),
        at: end(timeline),
        seen: "no recording reached the recorder".to_owned(),
        never: Some("platform -> recorder  RTP".to_owned()),
    })
}

fn list(names: &[&str]) -> String {
    match names {
        [] => "nobody's voice".to_owned(),
        [one] => format!("{one}'s voice again"),
        [first, rest @ ..] => format!("the voices of {first} and {}", rest.join(" and ")),
    }
}
