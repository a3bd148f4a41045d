//! A line per stream of media: who is heard, how much, from when to when, what is missing, and
//! how far it is behind the mouth.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use super::cast::Kind;
use super::media::{Flow, RtpSeen};
use super::recordings::recordings;
use super::speakers::Speakers;
use super::timeline::Timeline;
use crate::audio::Mark;
use crate::time::Instant;

/// What one stream amounts to, as seen nearest to its receiver.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StreamLine {
    /// Who sends it.
    pub from: String,
    /// Who receives it.
    pub to: String,
    /// The label under which a recorder gets it.
    pub label: Option<String>,
    /// Who is heard on it.
    pub speaker: String,
    /// How many packets came.
    pub packets: usize,
    /// When the first came, and the last.
    pub span: (Instant, Instant),
    /// How many packets did not come, and in how many places.
    pub missing: (usize, usize),
    /// The median time from the mouth of the speaker to here, where speech tells it.
    pub delay: Option<Duration>,
    /// How much later than the first stream of its recording session it is; in microseconds,
    /// negative if it is earlier.
    pub skew: Option<i64>,
}

impl StreamLine {
    /// Every stream of a timeline: those of the call first, then those of each recording session.
    pub(super) fn all(timeline: &Timeline) -> Vec<Self> {
        let speakers = Speakers::of(timeline);
        let said = said(timeline);
        let line = |flow: &Flow| Self::of(timeline, speakers, &said, flow);
        let to_recorder = |flow: &&Flow| timeline.cast().is(flow.target, Kind::Recorder);
        let calls = timeline.flows().iter().filter(|flow| !to_recorder(flow));
        let mut lines: Vec<_> = calls.filter_map(line).collect();
        let mut known = Vec::new();
        for session in recordings(timeline) {
            let mut first = None;
            for stream in &session.streams {
                for flow in &stream.flows {
                    known.push((flow.source, flow.target));
                    let Some(mut line) = line(flow) else { continue };
                    line.label.clone_from(&stream.label);
                    first = first.or(line.delay);
                    line.skew =
                        line.delay.zip(first).map(|(own, first)| micros(own) - micros(first));
                    lines.push(line);
                }
            }
        }
        let strays = timeline.flows().iter().filter(to_recorder);
        let strays = strays.filter(|flow| !known.contains(&(flow.source, flow.target)));
        lines.extend(strays.filter_map(line));
        lines
    }

    fn of(
        timeline: &Timeline,
        speakers: &Speakers,
        said: &BTreeMap<Mark, Instant>,
        flow: &Flow,
    ) -> Option<Self> {
        let packets = flow.nearest_to_receiver();
        let first = packets.iter().map(|packet| packet.at).min()?;
        let last = packets.iter().map(|packet| packet.at).max()?;
        Some(Self {
            from: timeline.cast().label(flow.source),
            to: timeline.cast().label(flow.target),
            label: None,
            speaker: speakers.heard_in(flow).trim().to_owned(),
            packets: packets.len(),
            span: (first, last),
            missing: missing(packets),
            delay: delay(packets, said),
            skew: None,
        })
    }
}

/// When each moment of anybody's speech left their telephone.
fn said(timeline: &Timeline) -> BTreeMap<Mark, Instant> {
    let from_phone = |flow: &&Flow| timeline.cast().is(flow.source, Kind::Phone);
    let packets = timeline.flows().iter().filter(from_phone).flat_map(Flow::nearest_to_sender);
    packets.filter_map(|packet| Some((packet.sound.voice()?, packet.at))).collect()
}

fn delay(packets: &[RtpSeen], said: &BTreeMap<Mark, Instant>) -> Option<Duration> {
    let delays =
        packets.iter().filter_map(|packet| Some(packet.at - *said.get(&packet.sound.voice()?)?));
    let mut delays: Vec<_> = delays.collect();
    let middle = delays.len() / 2;
    (!delays.is_empty()).then(|| *delays.select_nth_unstable(middle).1)
}

/// How many sequence numbers between the first and the last of each source were not seen, and in
/// how many places.
fn missing(packets: &[RtpSeen]) -> (usize, usize) {
    let mut sources: BTreeMap<u32, (u16, BTreeSet<i64>)> = BTreeMap::new();
    for packet in packets {
        let (last, seen) =
            sources.entry(packet.ssrc).or_insert((packet.sequence, BTreeSet::from([0])));
        // The nearest number with these 16 bits: what was seen may have come late.
        let step = packet.sequence.wrapping_sub(*last).cast_signed();
        let newest = seen.last().copied().unwrap_or_default();
        seen.insert(newest + i64::from(step));
        if step > 0 {
            *last = packet.sequence;
        }
    }
    let (mut count, mut places) = (0, 0);
    for (_, seen) in sources.values() {
        for (one, next) in seen.iter().zip(seen.iter().skip(1)).filter(|(a, b)| **b - **a > 1) {
            count += usize::try_from(next - one - 1).unwrap_or(usize::MAX);
            places += 1;
        }
    }
    (count, places)
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

/// The columns after the names: `label 1  Alice  251 packets  2073.872 to 7060.960 ms  …`.
impl fmt::Display for StreamLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let label = self.label.as_ref().map_or_else(String::new, |label| format!("label {label}"));
        let speaker = if self.speaker.is_empty() { "unmarked" } else { &self.speaker };
        let (first, last) = self.span;
        write!(
            f,
            "{label:<8} {speaker:<8} {:>6} packets  {first:>12} to {last:>12} ms  ",
            self.packets
        )?;
        match self.missing {
            (0, _) => f.write_str("no gaps")?,
            (count, 1) => write!(f, "1 gap of {count}")?,
            (count, places) => write!(f, "{places} gaps of {count} in all")?,
        }
        if let Some(delay) = self.delay {
            write!(f, "  delay {} ms", Instant::START + delay)?;
        }
        if let Some(skew) = self.skew.filter(|_| self.label.is_some()) {
            let sign = if skew < 0 { '-' } else { '+' };
            write!(f, "  skew {sign}{} ms", Instant::from_micros(skew.unsigned_abs()))?;
        }
        Ok(())
    }
}
