//! How fast a sender's clock runs against the receiver's: a straight line through all arrivals.

/// A line fitted to (media time, lateness), by sums only, so that its memory does not grow.
///
/// Media time is what the timestamps count, in seconds since the first packet; lateness is how
/// much later than that a packet arrived, in milliseconds.
#[derive(Clone, Debug, Default)]
pub struct Drift {
    count: f64,
    mean_media: f64,
    mean_late: f64,
    media_media: f64,
    media_late: f64,
    late_late: f64,
    last_media: f64,
}

/// What the line says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// By how many millionths the sender's clock is faster than the receiver's.
    pub ppm: f64,
    /// The standard error of `ppm`: a drift within three times this is none.
    pub error_ppm: f64,
}

impl Drift {
    /// Adds an arrival.
    pub(super) fn add(&mut self, media_seconds: f64, late_millis: f64) {
        // Welford's recurrence, which does not subtract large sums from one another.
        self.count += 1.0;
        let media = media_seconds - self.mean_media;
        let late = late_millis - self.mean_late;
        self.mean_media += media / self.count;
        self.mean_late += late / self.count;
        self.media_media += media * (media_seconds - self.mean_media);
        self.media_late += media * (late_millis - self.mean_late);
        self.late_late += late * (late_millis - self.mean_late);
        self.last_media = media_seconds;
    }

    /// The clock drift, once the stream is ten seconds long; earlier, jitter would be taken
    /// for it.
    pub fn line(&self) -> Option<Line> {
        if self.last_media < SECONDS_MIN || self.count < ARRIVALS_MIN {
            return None;
        }
        let slope = self.slope();
        let residue = (self.late_late - slope * self.media_late).max(0.0);
        let error = (residue / (self.count - 2.0) / self.media_media).sqrt();
        // Milliseconds a second, and the later a packet is, the slower is its sender.
        Some(Line { ppm: -slope * 1_000.0, error_ppm: error * 1_000.0 })
    }

    /// How late the latest packet was by the line, in milliseconds against the first.
    pub(super) fn late_millis(&self) -> f64 {
        self.mean_late + self.slope() * (self.last_media - self.mean_media)
    }

    fn slope(&self) -> f64 {
        if self.media_media > 0.0 { self.media_late / self.media_media } else { 0.0 }
    }
}

const SECONDS_MIN: f64 = 10.0;
const ARRIVALS_MIN: f64 = 100.0;

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream of so many seconds with this drift and a sawtooth of 8 ms jitter.
    fn stream(seconds: u32, ppm: f64) -> Drift {
        let mut drift = Drift::default();
        for nth in 0..50 * seconds {
            let media = f64::from(nth) / 50.0;
            drift.add(media, -media * ppm / 1_000.0 + f64::from(nth * 7 % 9));
        }
        drift
    }

    #[test]
    fn a_fast_clock_is_measured_through_jitter_within_its_error() {
        for ppm in [-100.0, 0.0, 40.0, 3_000.0] {
            let line = stream(120, ppm).line().unwrap();
            assert!((line.ppm - ppm).abs() < 3.0 * line.error_ppm, "{ppm}: {line:?}");
            assert!(line.error_ppm < 2.0, "{line:?}");
        }
    }

    #[test]
    fn a_short_stream_has_no_drift_yet() {
        assert_eq!(stream(10, 100.0).line(), None);
        assert!(stream(11, 100.0).line().is_some());
    }

    #[test]
    fn the_line_tells_how_late_the_stream_is_at_its_end() {
        let late = stream(100, -1_000.0).late_millis();
        assert!((late - (100.0 + 4.0)).abs() < 0.5, "{late}");
        assert!(Drift::default().late_millis().abs() < f64::EPSILON);
    }
}
