//! Whether the sides of a recording stand where they were said.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Verdict;
use super::sources::Sources;
use super::strangers::{mute, stranger};
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
    // Of real people, no word tells when it was said; where their telephones' packets are passed on
    // as they are, these do.
    let unknown = stranger(timeline);
    let sources = unknown.is_some().then(|| Sources::of(timeline));
    each_recording(timeline, |session| {
        if session.streams.iter().filter(|stream| stream.is_alive()).count() < 2 {
            let seen = "there is no second stream to agree with";
            let broken = || Verdict::fail("WXC-STR-1", session.dialog.invited, seen);
            return mute(timeline).map_or_else(broken, Verdict::Inconclusive);
        }
        let delays = session.streams.iter().map(|stream| match &sources {
            Some(sources) => median(sources.delays(stream).into_iter()),
            None => typical_delay(stream, &said),
        });
        let delays = delays.collect::<Option<Vec<Duration>>>();
        match (delays, &unknown) {
            (Some(delays), None) => between(session, &delays, limit).worst(within(session, limit)),
            (Some(delays), Some(_)) => between(session, &delays, limit),
            (None, Some(why)) => Verdict::Inconclusive(why.clone()),
            (None, None) => {
                let why = "a stream holds nothing that can be told in time";
                Verdict::Inconclusive(why.to_owned())
            }
        }
    })
}

/// Streams against each other, by the typical time from mouth to recorder of each.
fn between(session: &RecordingSession<'_>, delays: &[Duration], limit: Duration) -> Verdict {
    let least = delays.iter().min().copied().unwrap_or_default();
    let most = delays.iter().max().copied().unwrap_or_default();
    let apart = most.saturating_sub(least);
    Verdict::require(apart <= limit, "RFC6341-5-REQ023", session.dialog.invited, || {
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
