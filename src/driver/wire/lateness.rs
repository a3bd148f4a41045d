//! How late we were ourselves: to be read beside any verdict on somebody else's timing.

use std::fmt;
use std::time::Duration;

/// How long after their intended time our own packets left.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Lateness {
    /// Half of the packets were at most this late.
    pub p50: Duration,
    /// 95 of 100 were.
    pub p95: Duration,
    /// 99 of 100 were.
    pub p99: Duration,
    /// All were.
    pub max: Duration,
    /// How many packets were measured.
    pub count: u64,
}

impl fmt::Display for Lateness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { p50, p95, p99, max, count } = self;
        write!(f, "p50 {p50:.1?}, p95 {p95:.1?}, p99 {p99:.1?}, max {max:.1?} of {count} packets")
    }
}

/// Counts spans in buckets, each a sixteenth of a power of two wide: as many spans as may come
/// in a fixed space, and no percentile wrong by more than 6.25 %.
pub(super) struct Histogram {
    buckets: Box<[u64]>,
    max: Duration,
    count: u64,
}

impl Histogram {
    pub(super) fn new() -> Self {
        Self { buckets: vec![0; BUCKETS].into_boxed_slice(), max: Duration::ZERO, count: 0 }
    }

    pub(super) fn record(&mut self, span: Duration) {
        let nanos = u64::try_from(span.as_nanos()).unwrap_or(u64::MAX);
        self.buckets[bucket(nanos)] += 1;
        self.max = self.max.max(span);
        self.count += 1;
    }

    pub(super) fn lateness(&self) -> Lateness {
        Lateness {
            p50: self.percentile(50),
            p95: self.percentile(95),
            p99: self.percentile(99),
            max: self.max,
            count: self.count,
        }
    }

    /// The upper end of the bucket in which the span at this percentile is.
    fn percentile(&self, percent: u64) -> Duration {
        let rank = (self.count * percent).div_ceil(100);
        let mut seen = 0;
        for (index, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return Duration::from_nanos(upper_end(index)).min(self.max);
            }
        }
        self.max
    }
}

impl fmt::Debug for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lateness().fmt(f)
    }
}

fn bucket(nanos: u64) -> usize {
    // The first two powers of two have a bucket for each number.
    let shift = nanos.max(16).ilog2() - 4;
    let sixteenth = usize::try_from(nanos >> shift).expect("less than 32");
    16 * usize::try_from(shift).expect("less than 60") + sixteenth
}

fn upper_end(index: usize) -> u64 {
    let shift = (index / 16).saturating_sub(1);
    let sixteenth = u64::try_from(index - 16 * shift).expect("less than 32");
    ((sixteenth + 1) << shift) - 1
}

/// 60 powers of two from 16 up, of sixteen buckets each, and those below 32.
const BUCKETS: usize = 16 * 59 + 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_span_falls_into_a_bucket_that_ends_just_above_it() {
        for nanos in (0..2_000).chain((11..63).flat_map(|power| [(1 << power) - 1, 1 << power])) {
            let end = upper_end(bucket(nanos));
            assert!(end >= nanos && end - nanos <= nanos / 16, "{nanos} in {end}");
        }
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn percentiles_of_a_hundred_spans_are_read_off() {
        let mut histogram = Histogram::new();
        (1..=100).for_each(|micros| histogram.record(Duration::from_micros(micros)));
        let Lateness { p50, p99, max, count, .. } = histogram.lateness();
        assert!((50..54).contains(&p50.as_micros()), "{p50:?}");
        assert!((99..=100).contains(&p99.as_micros()), "{p99:?}");
        assert_eq!((max, count), (Duration::from_micros(100), 100));
    }
}
