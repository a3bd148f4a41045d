//! How far apart two streams are that belong together.

use std::time::Duration;

use tallylight::rtp::{Basis, Header, Receiver, SenderInfo, Skew, skew};
use tallylight::time::{Epoch, Instant};

/// A stream of 20 ms frames, captured from `started` on and delivered `delay` later, with a
/// jitter of up to 6 ms that averages 3.
struct Stream {
    started: u64,
    delay: u64,
    ppm: f64,
    first_timestamp: u32,
}

impl Stream {
    fn captured(&self, nth: u16) -> Instant {
        let seconds = f64::from(nth) * 0.02 / (1.0 + self.ppm / 1e6);
        Instant::from_millis(self.started) + Duration::from_secs_f64(seconds)
    }

    fn timestamp(&self, nth: u16) -> u32 {
        self.first_timestamp.wrapping_add(160 * u32::from(nth))
    }

    fn heard(&self, frames: u16) -> Receiver {
        let mut receiver = Receiver::new(8_000, 0);
        for nth in 0..frames {
            let jitter = Duration::from_millis(u64::from(nth * 3 % 7));
            let at = self.captured(nth) + Duration::from_millis(self.delay) + jitter;
            let header = Header {
                sequence: nth,
                timestamp: self.timestamp(nth),
                ssrc: 7,
                ..Header::default()
            };
            receiver.receive(at, &header, 160);
        }
        receiver
    }

    /// The same, with a sender report on the frame with this number.
    fn heard_and_reported(&self, frames: u16, reported: u16) -> Receiver {
        let mut receiver = self.heard(frames);
        let ntp = Epoch::SIMULATED.ntp(self.captured(reported));
        let timestamp = self.timestamp(reported);
        let info = SenderInfo { ntp, timestamp, packets: 0, octets: 0 };
        receiver.reported(self.captured(frames), 7, info);
        receiver
    }
}

const STREAM: Stream = Stream { started: 1_000, delay: 40, ppm: 0.0, first_timestamp: 77 };

fn between(a: &Receiver, b: &Receiver) -> Skew {
    skew(&a.sources()[0], &b.sources()[0]).unwrap()
}

fn assert_near(skew: Skew, millis: i64, basis: Basis) {
    assert_eq!(skew.basis, basis);
    let off = (skew.nanos - millis * 1_000_000).unsigned_abs();
    assert!(off < 500_000, "{skew:?} instead of {millis} ms");
}

#[test]
fn reports_tell_the_delay_apart_from_the_start() {
    // The second stream began two seconds later, which is no skew, and takes 35 ms longer.
    let late = Stream { started: 3_000, delay: 75, first_timestamp: u32::MAX - 9, ..STREAM };
    let (a, b) = (late.heard_and_reported(500, 499), STREAM.heard_and_reported(600, 250));
    assert_near(between(&a, &b), 35, Basis::Reports);
    assert_near(between(&b, &a), -35, Basis::Reports);
}

#[test]
fn arrivals_tell_by_when_the_streams_began() {
    let late = Stream { started: 1_025, ..STREAM };
    assert_near(between(&late.heard(500), &STREAM.heard(500)), 25, Basis::Arrivals);
}

#[test]
fn arrivals_tell_a_skew_that_grew_with_a_slow_clock() {
    // A clock that is slow by a thousandth is 12 ms behind after 12 seconds.
    let slow = Stream { ppm: -1_000.0, ..STREAM };
    assert_near(between(&slow.heard(600), &STREAM.heard(600)), 12, Basis::Arrivals);
}

#[test]
fn arrivals_tell_nothing_once_timestamps_have_leapt() {
    let mut leapt = STREAM.heard(100);
    let header = Header { sequence: 100, timestamp: 1 << 30, ssrc: 7, ..Header::default() };
    leapt.receive(Instant::from_millis(3_100), &header, 160);
    assert_eq!(skew(&leapt.sources()[0], &STREAM.heard(100).sources()[0]), None);
}
