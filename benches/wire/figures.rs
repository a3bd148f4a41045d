//! What was measured of one sender, as a row of the table.

use std::fmt;
use std::time::Duration;

use crate::receiver::Stream;

/// A row of the table.
pub struct Figures {
    streams: usize,
    packets: u64,
    missing: u64,
    span: Duration,
    spent: Duration,
    /// How far each interval is from 20 ms, sorted.
    errors: Vec<Duration>,
}

impl Figures {
    /// The head of the table.
    pub const HEADING: &'static str = "sender       streams packets/s missing | |interval - 20 ms| \
                                       p50      p95      p99    p99.9      max | of a core";

    /// Sums up `streams`, received during `span`, for `spent` of processor time.
    pub fn new(streams: &[Stream], span: Duration, spent: Duration) -> Self {
        let mut errors: Vec<Duration> = streams
            .iter()
            .flat_map(|stream| &stream.intervals)
            .map(|interval| interval.abs_diff(PACKET_TIME))
            .collect();
        errors.sort_unstable();
        Self {
            streams: streams.len(),
            packets: streams.iter().map(|stream| stream.packets).sum(),
            missing: streams.iter().map(|stream| stream.missing).sum(),
            span,
            spent,
            errors,
        }
    }

    /// The error that `per_mille` of all intervals stay within.
    fn within(&self, per_mille: usize) -> Duration {
        let last = self.errors.len().saturating_sub(1);
        self.errors.get(last * per_mille / 1_000).copied().unwrap_or_default()
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = u128::from(self.packets) * 1_000 / self.span.as_millis().max(1);
        write!(f, "{:>7} {rate:>9} {:>7} |", self.streams, self.missing)?;
        write!(f, "{:>16}", "")?;
        for per_mille in [500, 950, 990, 999, 1_000] {
            write!(f, " {:>5.2} ms", self.within(per_mille).as_secs_f64() * 1_000.0)?;
        }
        let share = self.spent.as_secs_f64() / self.span.as_secs_f64() * 100.0;
        write!(f, " | {share:>7.1} %")
    }
}

const PACKET_TIME: Duration = Duration::from_millis(20);
