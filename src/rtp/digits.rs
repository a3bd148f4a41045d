//! Hearing keys: each telephone event once, whatever of it is lost (RFC 4733 section 2.5.2).

use std::time::Duration;

use super::clock::{Clock, ticks_between};
use super::packet::Header;
use super::telephone_event::{Digit, TelephoneEvent};
use crate::time::Instant;

/// An event that was heard, as far as it is known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Tone {
    /// The event code; see [`Tone::digit`].
    pub event: u8,
    /// How loud, in dB below 0 dBm0.
    pub volume: u8,
    /// When the first packet of it came.
    pub at: Instant,
    /// How long it lasted by the last packet of it.
    pub duration: Duration,
    /// The timestamp at which it began.
    pub timestamp: u32,
}

impl Tone {
    /// The key, if the event is one.
    pub fn digit(&self) -> Option<Digit> {
        Digit::of_event(self.event)
    }
}

/// What is heard of an event; each is told once.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Heard {
    /// It began.
    Began(Tone),
    /// It ended; how long it lasted is known now.
    Ended(Tone),
}

/// Listens to the events of one stream.
#[derive(Clone, Debug)]
pub struct Digits {
    clock: Clock,
    current: Option<Current>,
    /// The events that are over, latest last: what else comes of them is ignored.
    over: Vec<Identity>,
}

/// By what one event is told from another: its source and timestamp.
type Identity = (u32, u32);

#[derive(Clone, Copy, Debug)]
struct Current {
    tone: Tone,
    ssrc: u32,
    /// The timestamp of this segment, its duration so far, and that of the segments before it
    /// (RFC 4733 section 2.5.1.3).
    segment: u32,
    ticks: u16,
    ticks_before: u32,
    last: Instant,
}

impl Digits {
    /// Nothing was heard yet on a stream of this clock rate.
    pub fn new(clock_rate: u32) -> Self {
        Self { clock: Clock::new(clock_rate), current: None, over: Vec::new() }
    }

    /// Takes a packet of the payload type that was agreed on for `telephone-event`.
    pub fn handle(&mut self, now: Instant, header: &Header, payload: &[u8]) -> Vec<Heard> {
        let mut heard = Vec::new();
        let mut timestamp = header.timestamp;
        // RFC 4733 section 2.5.1.5: events that follow one another without a pause may share a
        // packet, whose timestamp is that of the first.
        for octets in payload.as_chunks().0.iter().take(PACKED_MAX) {
            let event = TelephoneEvent::read(*octets);
            // RFC 4733 section 2.3.5: "SHOULD ignore an event report with zero duration".
            if event.duration != 0 && !self.over.contains(&(header.ssrc, timestamp)) {
                self.hear(now, (header.ssrc, timestamp), event, &mut heard);
            }
            timestamp = timestamp.wrapping_add(event.duration.into());
        }
        heard
    }

    fn hear(&mut self, now: Instant, at: Identity, event: TelephoneEvent, heard: &mut Vec<Heard>) {
        let (ssrc, timestamp) = at;
        match &mut self.current {
            Some(current) if (current.ssrc, current.segment) == at => {
                current.ticks = current.ticks.max(event.duration);
                current.last = now;
            }
            Some(current) if current.goes_on_in(at, event) => {
                remember(&mut self.over, (ssrc, current.segment));
                current.ticks_before = current.ticks_before.saturating_add(current.ticks.into());
                (current.segment, current.ticks, current.last) = (timestamp, event.duration, now);
            }
            // All of it but this was lost or overtaken, and another is already heard.
            Some(current)
                if current.ssrc == ssrc && ticks_between(current.segment, timestamp) < 0 =>
            {
                let late = Current::new(now, at, event);
                heard.push(Heard::Began(late.tone(self.clock)));
                heard.push(Heard::Ended(late.tone(self.clock)));
                remember(&mut self.over, at);
                return;
            }
            _ => {
                // The end of the one before was lost.
                heard.extend(self.finish());
                let current = Current::new(now, at, event);
                heard.push(Heard::Began(current.tone(self.clock)));
                self.current = Some(current);
            }
        }
        if event.end {
            heard.extend(self.finish());
        }
    }

    /// When an event whose end does not come is taken to be over.
    pub fn deadline(&self) -> Option<Instant> {
        self.current.map(|current| current.last + SILENCE_MAX)
    }

    /// Ends an event of which nothing was heard for too long at `now`, if there is one.
    pub fn handle_timeout(&mut self, now: Instant) -> Option<Heard> {
        if self.deadline()? > now {
            return None;
        }
        self.finish()
    }

    fn finish(&mut self) -> Option<Heard> {
        let current = self.current.take()?;
        remember(&mut self.over, (current.ssrc, current.segment));
        Some(Heard::Ended(current.tone(self.clock)))
    }
}

fn remember(over: &mut Vec<Identity>, identity: Identity) {
    over.push(identity);
    let excess = over.len().saturating_sub(REMEMBERED_MAX);
    over.drain(..excess);
}

impl Current {
    fn new(now: Instant, (ssrc, timestamp): Identity, event: TelephoneEvent) -> Self {
        let tone = Tone {
            event: event.event,
            volume: event.volume,
            at: now,
            duration: Duration::ZERO,
            timestamp,
        };
        let (segment, ticks) = (timestamp, event.duration);
        Self { tone, ssrc, segment, ticks, ticks_before: 0, last: now }
    }

    /// RFC 4733 section 2.5.2.3: a report with the longest duration, without an end, and the same
    /// event from there on is one event in segments.
    fn goes_on_in(&self, (ssrc, timestamp): Identity, event: TelephoneEvent) -> bool {
        let end = self.segment.wrapping_add(u16::MAX.into());
        self.ticks == u16::MAX
            && (self.ssrc, end, self.tone.event) == (ssrc, timestamp, event.event)
    }

    fn tone(&self, clock: Clock) -> Tone {
        let ticks = i64::from(self.ticks_before) + i64::from(self.ticks);
        Tone { duration: Duration::from_nanos(clock.nanos(ticks).unsigned_abs()), ..self.tone }
    }
}

/// RFC 4733 section 2.5.2.2: "more than three packet interarrival times", at the 50 ms that
/// section 2.5.1.2 recommends for the longest of them.
const SILENCE_MAX: Duration = Duration::from_millis(150);

/// A packet has room for more, but no hand presses them.
const PACKED_MAX: usize = 8;

/// Stragglers come within a second of their event; so many keys do not.
const REMEMBERED_MAX: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: TelephoneEvent = TelephoneEvent { event: 5, end: false, volume: 10, duration: 160 };

    /// Listens to (milliseconds, timestamp, event) and tells what began or ended, and how long.
    fn heard(packets: &[(u64, u32, TelephoneEvent)]) -> Vec<(char, u8, u128)> {
        let mut digits = Digits::new(8_000);
        let mut heard = Vec::new();
        for &(millis, timestamp, event) in packets {
            let now = Instant::from_millis(millis);
            let header = Header { timestamp, ssrc: 7, ..Header::default() };
            heard.extend(digits.handle_timeout(now));
            heard.extend(digits.handle(now, &header, &event.write()));
        }
        heard.extend(digits.handle_timeout(Instant::from_millis(1_000_000)));
        heard.into_iter().map(told).collect()
    }

    fn told(heard: Heard) -> (char, u8, u128) {
        match heard {
            Heard::Began(tone) => ('b', tone.event, tone.duration.as_millis()),
            Heard::Ended(tone) => ('e', tone.event, tone.duration.as_millis()),
        }
    }

    fn lasting(duration: u16) -> TelephoneEvent {
        TelephoneEvent { duration, ..KEY }
    }

    fn ending(duration: u16) -> TelephoneEvent {
        TelephoneEvent { duration, end: true, ..KEY }
    }

    #[test]
    fn a_key_is_heard_once_however_often_its_end_is_repeated() {
        let end = ending(480);
        let packets =
            [(0, 0, KEY), (20, 0, lasting(320)), (40, 0, end), (60, 0, end), (80, 0, end)];
        assert_eq!(heard(&packets), [('b', 5, 20), ('e', 5, 60)]);
    }

    #[test]
    fn a_key_whose_start_was_lost_is_heard_with_its_whole_duration() {
        assert_eq!(heard(&[(40, 0, ending(480))]), [('b', 5, 60), ('e', 5, 60)]);
    }

    #[test]
    fn a_key_whose_end_was_lost_ends_with_the_next_key() {
        let packets =
            [(0, 0, KEY), (20, 0, lasting(320)), (100, 800, KEY), (120, 800, ending(320))];
        assert_eq!(heard(&packets), [('b', 5, 20), ('e', 5, 40), ('b', 5, 20), ('e', 5, 40)]);
    }

    #[test]
    fn a_key_whose_end_was_lost_ends_after_a_silence() {
        let packets = [(0, 0, KEY), (149, 0, lasting(320)), (299, 0, ending(2_400))];
        assert_eq!(heard(&packets), [('b', 5, 20), ('e', 5, 40)]);
    }

    #[test]
    fn packets_of_one_key_in_any_order_are_one_key() {
        let packets =
            [(0, 0, lasting(320)), (1, 0, KEY), (2, 0, ending(480)), (3, 0, lasting(400))];
        assert_eq!(heard(&packets), [('b', 5, 40), ('e', 5, 60)]);
    }

    #[test]
    fn the_longest_duration_heard_counts_when_the_end_was_lost() {
        let packets = [(0, 0, lasting(320)), (1, 0, KEY)];
        assert_eq!(heard(&packets), [('b', 5, 40), ('e', 5, 40)]);
    }

    #[test]
    fn the_repeated_end_of_one_key_is_not_heard_within_the_next() {
        let packets =
            [(0, 0, ending(160)), (60, 800, KEY), (61, 0, ending(160)), (80, 800, ending(320))];
        assert_eq!(heard(&packets), [('b', 5, 20), ('e', 5, 20), ('b', 5, 20), ('e', 5, 40)]);
    }

    #[test]
    fn a_key_overtaken_by_the_next_one_is_heard_and_does_not_cut_it() {
        let packets = [(0, 800, KEY), (1, 0, ending(400)), (20, 800, ending(320))];
        assert_eq!(heard(&packets), [('b', 5, 20), ('b', 5, 50), ('e', 5, 50), ('e', 5, 40)]);
    }

    #[test]
    fn a_key_held_for_long_is_one_key_in_segments() {
        let start = u32::MAX - 100;
        let next = start.wrapping_add(65_535);
        let packets = [(0, start, lasting(65_535)), (20, next, KEY), (40, next, ending(800))];
        assert_eq!(heard(&packets), [('b', 5, 8_191), ('e', 5, 8_291)]);
    }

    #[test]
    fn keys_packed_into_one_packet_are_heard_one_after_another() {
        let mut digits = Digits::new(8_000);
        let payload = [ending(400).write(), TelephoneEvent { event: 6, ..KEY }.write()].concat();
        let header = Header { ssrc: 7, ..Header::default() };
        let heard = digits.handle(Instant::START, &header, &payload);
        let told: Vec<_> = heard.into_iter().map(told).collect();
        assert_eq!(told, [('b', 5, 50), ('e', 5, 50), ('b', 6, 20)]);
        assert_eq!(digits.current.unwrap().tone.timestamp, 400);
    }

    #[test]
    fn a_report_of_no_duration_or_cut_short_is_ignored() {
        assert_eq!(heard(&[(0, 0, lasting(0))]), []);
        let mut digits = Digits::new(8_000);
        assert_eq!(digits.handle(Instant::START, &Header::default(), &[5, 10, 0]), []);
    }
}
