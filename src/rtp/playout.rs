//! What a recorder makes of the packets of one side: a gapless sound, on the recording's clock.

use std::collections::BTreeMap;
use std::time::Duration;

use super::clock::ticks_between;
use super::codec::Codec;
use super::narrowband::Narrowband;
use super::packet::Header;
use crate::time::Instant;

/// Puts the sound of one side together, at 8,000 samples a second from the start of a recording.
///
/// Packets may come in any order. Each has its place by its timestamp; the first packet of a
/// stream, and of every stream that takes over from it, has the place at which it arrived. What
/// is missing is silence. As every side of a recording counts from the same start, sample n of
/// one was heard together with sample n of another.
///
/// Whatever the timestamps say, it gives away no more than time has passed, and two seconds.
#[derive(Debug)]
pub struct Playout {
    start: Instant,
    window: Duration,
    track: Option<Track>,
    /// A packet that has no place on the track: the first of another stream, or a stray.
    odd: Option<Frame>,
    /// What came before its turn, by place.
    waiting: BTreeMap<i64, Frame>,
    /// How many samples were given away.
    end: i64,
    narrowband: Narrowband,
    tally: Tally,
}

/// What became of the packets, and how much silence was added.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Tally {
    /// Packets that were heard.
    pub heard: u64,
    /// Packets whose place had been filled: late, or doubled.
    pub late: u64,
    /// Packets of absurd length, and strays that nothing followed.
    pub refused: u64,
    /// How often another stream, or another count of timestamps, took over.
    pub takeovers: u64,
    /// Samples of silence in place of what was missing.
    pub silence: u64,
}

/// The stream that is listened to: the furthest of its timestamps, and its place.
#[derive(Clone, Copy, Debug)]
struct Track {
    ssrc: u32,
    timestamp: u32,
    position: i64,
}

#[derive(Debug)]
struct Frame {
    at: Instant,
    ssrc: u32,
    timestamp: u32,
    codec: Codec,
    payload: Vec<u8>,
}

impl Playout {
    /// A side of the recording that starts at `start`. A missing packet is waited for until one
    /// that comes after it has been there for `window`.
    pub fn new(start: Instant, window: Duration) -> Self {
        Self {
            start,
            window,
            track: None,
            odd: None,
            waiting: BTreeMap::new(),
            end: 0,
            narrowband: Narrowband::default(),
            tally: Tally::default(),
        }
    }

    /// Takes a packet of sound and appends the samples that are certain now.
    ///
    /// Telephone events and comfort noise are no sound: what they stand for is a gap.
    pub fn push(
        &mut self,
        now: Instant,
        header: &Header,
        codec: Codec,
        payload: &[u8],
        out: &mut Vec<i16>,
    ) {
        if payload.is_empty() || payload.len() > FRAME_OCTETS_MAX {
            self.tally.refused += 1;
            return;
        }
        match self.place(now, header) {
            Some(place) if place == self.end && self.waiting.is_empty() => {
                self.play(place, header.ssrc, codec, payload, out);
            }
            Some(place) => self.wait(place, Frame::new(now, header, codec, payload)),
            None => self.doubt(Frame::new(now, header, codec, payload)),
        }
        self.drain(now, out);
    }

    /// Appends what is certain at `now` although no packet came: silence up to the window.
    pub fn advance(&mut self, now: Instant, out: &mut Vec<i16>) {
        self.drain(now, out);
        if self.waiting.is_empty() {
            let window = i64::try_from(self.window.as_nanos()).unwrap_or(i64::MAX) / TICK_NANOS;
            self.silence_until(self.place_of(now).saturating_sub(window), out);
        }
    }

    /// Appends everything that waits, and silence up to `now`: the recording is over.
    pub fn finish(&mut self, now: Instant, out: &mut Vec<i16>) {
        while !self.waiting.is_empty() {
            self.append_first(out);
        }
        self.tally.refused += u64::from(self.odd.take().is_some());
        self.silence_until(self.place_of(now), out);
    }

    /// How many samples were appended so far: the place of the next one.
    pub const fn appended(&self) -> u64 {
        self.end.unsigned_abs()
    }

    /// What became of the packets.
    pub const fn tally(&self) -> Tally {
        self.tally
    }

    /// The place of what arrives at `now`; negative before the start.
    fn place_of(&self, now: Instant) -> i64 {
        now.as_nanos().wrapping_sub(self.start.as_nanos()).cast_signed() / TICK_NANOS
    }

    /// The place of a packet by its timestamp; none if it is not of the track.
    fn place(&mut self, now: Instant, header: &Header) -> Option<i64> {
        let here = self.place_of(now);
        let (ssrc, timestamp) = (header.ssrc, header.timestamp);
        let Some(track) = &mut self.track else {
            self.track = Some(Track { ssrc, timestamp, position: here });
            return Some(here);
        };
        let position = track.position + i64::from(ticks_between(track.timestamp, timestamp));
        if track.ssrc != ssrc || position.abs_diff(here) > STRAY_TICKS {
            return None;
        }
        if position >= track.position {
            *track = Track { ssrc, timestamp, position };
            // The track goes on: what seemed to take over was a stray.
            self.tally.refused += u64::from(self.odd.take().is_some());
        }
        Some(position)
    }

    /// Keeps a packet that is not of the track until a second one shows that another stream has
    /// begun. That stream's place is where its first packet arrived, after all that was heard.
    fn doubt(&mut self, second: Frame) {
        let Some(first) = self.odd.take() else {
            self.odd = Some(second);
            return;
        };
        let Some((first_place, second_place)) = self.places_of_new(&first, &second) else {
            self.tally.refused += 1;
            self.odd = Some(second);
            return;
        };
        let (ssrc, timestamp) = (second.ssrc, second.timestamp);
        self.track = Some(Track { ssrc, timestamp, position: second_place });
        self.tally.takeovers += 1;
        self.wait(first_place, first);
        self.wait(second_place, second);
    }

    /// The places of two packets that begin a stream together, if they do.
    fn places_of_new(&self, first: &Frame, second: &Frame) -> Option<(i64, i64)> {
        let apart = i64::from(ticks_between(first.timestamp, second.timestamp));
        let waiting = self.waiting.last_key_value().map(|(place, last)| place + last.ticks());
        let free = self.end.max(waiting.unwrap_or(self.end));
        let start = self.place_of(first.at).max(free);
        // Who changes streams all the time could otherwise talk faster than time passes.
        let furthest = start + apart.abs();
        let near = furthest.abs_diff(self.place_of(second.at)) <= STRAY_TICKS;
        let follows = first.ssrc == second.ssrc && apart != 0 && near;
        follows.then_some((start - apart.min(0), start + apart.max(0)))
    }

    fn wait(&mut self, place: i64, frame: Frame) {
        if place + frame.ticks() <= self.end || self.waiting.contains_key(&place) {
            self.tally.late += 1;
        } else {
            self.waiting.insert(place, frame);
        }
    }

    /// Appends what waits, up to the first gap that is still waited for.
    fn drain(&mut self, now: Instant, out: &mut Vec<i16>) {
        while let Some((&place, first)) = self.waiting.first_key_value() {
            let too_long = first.at + self.window <= now || self.waiting.len() > WAITING_MAX;
            if place > self.end && !too_long {
                return;
            }
            self.append_first(out);
        }
    }

    fn append_first(&mut self, out: &mut Vec<i16>) {
        if let Some((place, frame)) = self.waiting.pop_first() {
            self.silence_until(place, out);
            self.play(place, frame.ssrc, frame.codec, &frame.payload, out);
        }
    }

    /// Appends a payload whose place has come, less what overlaps with what was appended.
    fn play(&mut self, place: i64, ssrc: u32, codec: Codec, payload: &[u8], out: &mut Vec<i16>) {
        let overlap = usize::try_from(self.end - place).unwrap_or(0);
        if overlap >= payload.len() {
            self.tally.late += 1;
            return;
        }
        let before = out.len();
        self.narrowband.decode(ssrc, codec, payload, out);
        out.drain(before..before + overlap);
        self.end += count(out.len() - before);
        self.tally.heard += 1;
    }

    fn silence_until(&mut self, place: i64, out: &mut Vec<i16>) {
        let missing = usize::try_from(place - self.end).unwrap_or(0);
        out.resize(out.len() + missing, 0);
        self.end += count(missing);
        self.tally.silence += missing as u64;
    }
}

impl Frame {
    fn new(at: Instant, header: &Header, codec: Codec, payload: &[u8]) -> Self {
        let Header { ssrc, timestamp, .. } = *header;
        Self { at, ssrc, timestamp, codec, payload: payload.to_vec() }
    }

    /// How long it lasts: each octet is a tick of the clock, in every codec.
    fn ticks(&self) -> i64 {
        count(self.payload.len())
    }
}

fn count(samples: usize) -> i64 {
    i64::try_from(samples).expect("a buffer has fewer bytes than that")
}

/// A tick of 8 kHz.
const TICK_NANOS: i64 = 125_000;

/// A second, in ticks: a packet whose timestamp is further off than this from its arrival has
/// no place, for no jitter is that large, and no clock drifts so far in a call.
const STRAY_TICKS: u64 = 8_000;

/// A second of sound; RFC 3551 section 4.2 asks receivers for 200 ms.
const FRAME_OCTETS_MAX: usize = 8_000;

/// How many packets may wait for one that is missing: more than a second of them.
const WAITING_MAX: usize = 64;
