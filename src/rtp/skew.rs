//! How far apart two streams of one sender arrive that belong together.

use super::source::{Source, Timeline};

/// By how much one stream is later than another.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Skew {
    /// Nanoseconds; negative if the first of the two is earlier.
    pub nanos: i64,
    /// What it was told by.
    pub basis: Basis,
}

/// What two streams were compared by.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Basis {
    /// The sender reports of both map their timestamps to one clock: sounds of the same moment
    /// are compared. Holds if both have one CNAME (RFC 3550 section 6.4.1).
    Reports,
    /// Only when packets came: the first packets of both are taken to be of the same moment.
    Arrivals,
}

/// By how much stream `a` is later than stream `b` where each was heard last, jitter averaged
/// out. None if one of them was not heard, or if only arrivals could tell and timestamps leapt.
pub fn skew(a: &Source, b: &Source) -> Option<Skew> {
    let (line_a, line_b) = (a.timeline.as_ref()?, b.timeline.as_ref()?);
    if let (Some((info_a, _)), Some((info_b, _))) = (a.sender_report(), b.sender_report()) {
        // NTP timestamps wrap, in 2036 for the first time: only their difference counts.
        let reported = ntp_nanos(info_a.ntp.wrapping_sub(info_b.ntp).cast_signed());
        let since_a = a.nanos_since(info_a.timestamp, line_a);
        let since_b = b.nanos_since(info_b.timestamp, line_b);
        let captured = reported.saturating_add(since_a).saturating_sub(since_b);
        let nanos = (smooth_arrival(line_a) - smooth_arrival(line_b)).saturating_sub(captured);
        return Some(Skew { nanos, basis: Basis::Reports });
    }
    if a.leaps() + b.leaps() > 0 {
        return None;
    }
    let nanos = start(line_a) - start(line_b);
    Some(Skew { nanos, basis: Basis::Arrivals })
}

impl Source {
    /// How long after `timestamp` the last packet was captured.
    fn nanos_since(&self, timestamp: u32, line: &Timeline) -> i64 {
        self.clock().nanos(super::clock::ticks_between(timestamp, line.last_timestamp).into())
    }
}

/// When the last packet would have come without its own jitter.
fn smooth_arrival(line: &Timeline) -> i64 {
    nanos(line.last.as_nanos()) - line.late + late(line)
}

/// When the first packet would have come, had it been as late as the stream is now.
fn start(line: &Timeline) -> i64 {
    nanos(line.first.as_nanos()) + late(line)
}

#[expect(clippy::cast_possible_truncation, reason = "lateness is seconds, and casts saturate")]
fn late(line: &Timeline) -> i64 {
    (line.drift.late_millis() * 1e6).round() as i64
}

fn nanos(nanos: u64) -> i64 {
    i64::try_from(nanos).unwrap_or(i64::MAX)
}

/// Nanoseconds in a difference of NTP timestamps, whose unit is 2^-32 seconds.
fn ntp_nanos(difference: i64) -> i64 {
    let nanos = (i128::from(difference) * 1_000_000_000) >> 32;
    i64::try_from(nanos).expect("a difference in seconds has 32 bits, in nanoseconds 62")
}
