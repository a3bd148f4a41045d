//! The sound that a recorder puts together, packet by packet.

use std::time::Duration;

use tallylight::rtp::{Codec, Header, Playout};
use tallylight::time::Instant;

const WINDOW: Duration = Duration::from_millis(100);

/// A side that hears frames of 20 ms whose every sample tells which frame it is.
struct Side {
    playout: Playout,
    heard: Vec<i16>,
    ssrc: u32,
}

impl Side {
    fn new() -> Self {
        let playout = Playout::new(Instant::START, WINDOW);
        Self { playout, heard: Vec::new(), ssrc: 7 }
    }

    fn hears(&mut self, millis: u64, timestamp: u32, code: u8) {
        let header = Header { timestamp, ssrc: self.ssrc, ..Header::default() };
        let now = Instant::from_millis(millis);
        self.playout.push(now, &header, Codec::Pcmu, &[code; 160], &mut self.heard);
    }

    fn finishes(&mut self, millis: u64) {
        self.playout.finish(Instant::from_millis(millis), &mut self.heard);
    }

    /// What was heard, in frames of 20 ms: the code of each, 0xFF for silence.
    fn frames(&self) -> Vec<u8> {
        let codes = encoded(&self.heard);
        let frames = codes.chunks(160);
        frames
            .map(|frame| if frame.iter().all(|code| *code == frame[0]) { frame[0] } else { 0xEE })
            .collect()
    }
}

fn encoded(pcm: &[i16]) -> Vec<u8> {
    let mut codes = Vec::new();
    Codec::Pcmu.encoder().encode(pcm, &mut codes);
    codes
}

const QUIET: u8 = 0xFF;

#[test]
fn packets_in_order_come_out_at_once_over_a_wrap_of_the_timestamp() {
    let mut side = Side::new();
    let mut timestamp = u32::MAX - 200;
    for code in 1..=3 {
        side.hears(20 * u64::from(code - 1), timestamp, code);
        timestamp = timestamp.wrapping_add(160);
    }
    assert_eq!(side.frames(), [1, 2, 3]);
}

#[test]
fn disorder_and_copies_are_put_right() {
    let mut side = Side::new();
    for (millis, nth) in [(0, 0), (40, 2), (41, 2), (42, 1), (43, 1), (60, 3)] {
        side.hears(millis, 160 * u32::from(nth), nth + 1);
    }
    assert_eq!(side.frames(), [1, 2, 3, 4]);
    assert_eq!((side.playout.tally().heard, side.playout.tally().late), (4, 2));
}

#[test]
fn a_lost_packet_is_silence_once_the_window_has_passed() {
    let mut side = Side::new();
    side.hears(0, 0, 1);
    for nth in 2..=6 {
        side.hears(20 * u64::from(nth), 160 * u32::from(nth), nth + 1);
    }
    assert_eq!(side.frames(), [1]);
    side.hears(140, 160 * 7, 8);
    assert_eq!(side.frames(), [1, QUIET, 3, 4, 5, 6, 7, 8]);
    side.hears(141, 160, 2);
    assert_eq!((side.playout.tally().late, side.playout.tally().silence), (1, 160));
}

#[test]
fn two_sides_count_from_the_same_start_however_late_one_of_them_begins() {
    let (mut early, mut late) = (Side::new(), Side::new());
    early.hears(20, 5_000, 1);
    late.hears(60, 9_999, 2);
    early.finishes(100);
    late.finishes(100);
    assert_eq!(early.frames(), [QUIET, 1, QUIET, QUIET, QUIET]);
    assert_eq!(late.frames(), [QUIET, QUIET, QUIET, 2, QUIET]);
}

#[test]
fn a_pause_whose_timestamps_went_on_keeps_its_length() {
    let mut side = Side::new();
    side.hears(0, 0, 1);
    side.hears(10_003, 80_000, 2);
    side.finishes(10_020);
    assert_eq!((side.heard.len(), side.frames()[500]), (80_160, 2));
}

#[test]
fn a_pause_whose_timestamps_stood_still_keeps_its_length_too() {
    let mut side = Side::new();
    side.hears(0, 0, 1);
    side.hears(10_000, 160, 2);
    side.hears(10_020, 320, 3);
    side.finishes(10_040);
    assert_eq!((side.heard.len(), &side.frames()[499..]), (80_320, &[QUIET, 2, 3][..]));
    assert_eq!(side.playout.tally().takeovers, 1);
}

#[test]
fn a_single_odd_timestamp_adds_no_silence_and_moves_nothing() {
    let mut side = Side::new();
    side.hears(0, 0, 1);
    side.hears(20, 0x7000_0000, 9);
    side.hears(40, 320, 3);
    side.hears(60, 480, 4);
    side.finishes(80);
    assert_eq!(side.frames(), [1, QUIET, 3, 4]);
    assert_eq!((side.playout.tally().refused, side.playout.tally().takeovers), (1, 0));
}

#[test]
fn timestamps_at_random_add_no_more_silence_than_time_has_passed() {
    let mut side = Side::new();
    for nth in 0..50_000_u32 {
        side.hears(20 * u64::from(nth), nth.wrapping_mul(nth).wrapping_mul(0x9E37_79B9), 9);
    }
    assert!(side.heard.len() <= 50_001 * 160 + 8_000, "{}", side.heard.len());
}

#[test]
fn another_source_takes_over_where_it_arrives_and_loses_nothing() {
    let mut side = Side::new();
    side.hears(0, 0, 1);
    side.hears(20, 160, 2);
    side.ssrc = 9;
    // Five milliseconds early: it follows what was heard, and cuts nothing off.
    side.hears(35, 70_000, 3);
    side.hears(55, 70_160, 4);
    side.finishes(80);
    assert_eq!(side.frames(), [1, 2, 3, 4]);
}

#[test]
fn a_source_that_begins_out_of_order_is_put_right() {
    let mut side = Side::new();
    side.hears(0, 0, 1);
    side.ssrc = 9;
    side.hears(21, 70_160, 3);
    side.hears(22, 70_000, 2);
    side.hears(60, 70_320, 4);
    side.finishes(60);
    assert_eq!(side.frames()[..2], [1, 0xEE]);
    assert_eq!(side.playout.tally().heard, 4);
}

#[test]
fn silence_is_given_out_while_nothing_comes_but_for_the_window() {
    let mut side = Side::new();
    side.hears(0, 0, 1);
    side.playout.advance(Instant::from_millis(500), &mut side.heard);
    assert_eq!((side.heard.len(), side.playout.appended()), (3_200, 3_200));
    side.hears(501, 3_200, 2);
    assert_eq!(side.frames().last(), Some(&2));
}

#[test]
fn what_overlaps_is_heard_once() {
    let mut side = Side::new();
    side.hears(0, 0, 1);
    side.hears(10, 80, 2);
    side.finishes(30);
    let codes: Vec<_> = [[1; 160].as_slice(), &[2; 80]].concat();
    assert_eq!(encoded(&side.heard), codes);
}

#[test]
fn a_burst_behind_a_gap_does_not_wait_for_the_window_without_end() {
    let mut playout = Playout::new(Instant::START, WINDOW);
    let mut out = Vec::new();
    for nth in (0..200).filter(|&nth| nth != 1) {
        let header = Header { timestamp: nth, ..Header::default() };
        playout.push(Instant::START, &header, Codec::Pcmu, &[1], &mut out);
    }
    assert_eq!((out.len(), playout.tally().silence), (200, 1));
}

#[test]
fn a_payload_of_absurd_length_is_refused() {
    let mut playout = Playout::new(Instant::START, WINDOW);
    let mut out = Vec::new();
    for payload in [&[][..], &[0; 8_001]] {
        playout.push(Instant::START, &Header::default(), Codec::Pcma, payload, &mut out);
    }
    assert_eq!((playout.tally().refused, out.len()), (2, 0));
}
