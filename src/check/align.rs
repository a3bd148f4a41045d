//! Whether the sides of a recording stand where they were said.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Verdict;
use super::streams::each_recording;
use super::view::{heard, spoken};
use crate::audio::Mark;
use crate::evidence::{Flow, RecordedStream, RecordingSession, Timeline};
use crate::time::Instant;

/// The time from mouth to recorder differs by no more than `limit` between the streams of each
/// recording of the last call, nor within one.
pub fn streams_agree(timeline: &Timeline, limit: Duration) -> Verdict {
    let members = timeline.cast().members().iter();
    let said: BTreeMap<Mark, Instant> =
        members.flat_map(|member| spoken(timeline, member.name.as_str())).collect();
    each_recording(timeline, |session| between(session, &said, limit).worst(within(session, limit)))
}

/// Streams against each other.
fn between(
    session: &RecordingSession<'_>,
    said: &BTreeMap<Mark, Instant>,
    limit: Duration,
) -> Verdict {
    let at = session.dialog.invited;
    if session.streams.iter().filter(|stream| stream.is_alive()).count() < 2 {
        return Verdict::fail("WXC-STR-1", at, "there is no second stream to agree with");
    }
    let delays = session.streams.iter().map(|stream| typical_delay(stream, said));
    let Some(delays) = delays.collect::<Option<Vec<Duration>>>() else {
        let why = "a stream holds nothing that can be told in time";
        return Verdict::Inconclusive(why.to_owned());
    };
    let least = delays.iter().min().copied().unwrap_or_default();
    let most = delays.iter().max().copied().unwrap_or_default();
    let apart = most.saturating_sub(least);
    Verdict::require(apart <= limit, "RFC6341-5-REQ023", at, || {
        format!("one side is {} ms behind the other", apart.as_millis())
    })
}

/// Each stream against its own timestamps.
fn within(session: &RecordingSession<'_>, limit: Duration) -> Verdict {
    let flows = session.streams.iter().flat_map(|stream| &stream.flows);
    Verdict::of_all(flows.filter_map(|flow| wander(flow)).map(|(at, wander)| {
        Verdict::require(wander <= limit, "RFC6341-5-REQ023", at, || {
            format!("RTP timestamps wander {} ms from what is said", wander.as_millis())
        })
    }))
}

/// The median time from mouth to recorder.
fn typical_delay(stream: &RecordedStream<'_>, said: &BTreeMap<Mark, Instant>) -> Option<Duration> {
    let heard = heard(stream.flows.iter().copied());
    median(heard.iter().filter_map(|(mark, at)| Some(at.since(*said.get(mark)?))))
}

/// The middle one of some spans.
pub(super) fn median(spans: impl Iterator<Item = Duration>) -> Option<Duration> {
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
