//! Pressing keys: telephone events sent within an outgoing stream (RFC 4733 section 2.5.1).

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;

use super::clock::Clock;
use super::sender::Sender;
use super::telephone_event::{Digit, TelephoneEvent};
use crate::time::Instant;

/// A key that is to be pressed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Press {
    /// The key.
    pub digit: Digit,
    /// For how long; cut to what 16 bits of the stream's clock can say, 8.1 s at 8 kHz.
    pub duration: Duration,
    /// How loud, in dB below 0 dBm0: 0 to 63.
    pub volume: u8,
}

/// Sends presses one after another, in the sequence of a [`Sender`].
///
/// The caller polls it at its deadline, and sends no audio while a key is down.
#[derive(Clone, Debug)]
pub struct EventSender {
    payload_type: u8,
    waiting: VecDeque<Press>,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Until this moment it pauses after the last key.
    Idle { until: Instant },
    /// The key is down; so many updates were sent.
    Down { key: Key, updates: u32 },
    /// The key is up; its end is to be repeated so many times, next at this moment.
    Up { key: Key, copies: u8, due: Instant },
}

/// A key that was pressed.
#[derive(Clone, Copy, Debug)]
struct Key {
    event: u8,
    volume: u8,
    down: Instant,
    up: Instant,
    timestamp: u32,
    /// How long in all, in timestamp units.
    ticks: u16,
}

impl EventSender {
    /// Nothing is pressed yet. `payload_type` is what was agreed on for `telephone-event`.
    pub fn new(payload_type: u8) -> Self {
        let state = State::Idle { until: Instant::START };
        Self { payload_type, waiting: VecDeque::new(), state }
    }

    /// Presses a key, after those pressed before and a pause of 60 ms.
    pub fn press(&mut self, press: Press) {
        self.waiting.push_back(press);
    }

    /// When to poll, if a key is pressed or waits to be.
    pub fn deadline(&self, sender: &Sender) -> Option<Instant> {
        match self.state {
            State::Idle { until } => self.waiting.front().map(|_| until),
            State::Down { key, updates } => Some(key.down + updates * sender.ptime()),
            State::Up { due, .. } => Some(due),
        }
    }

    /// Whether a key is down at `now`: then its event takes the place of audio.
    pub fn is_down(&self, now: Instant) -> bool {
        match self.state {
            State::Idle { .. } => false,
            State::Down { .. } => true,
            State::Up { key, .. } => now < key.up,
        }
    }

    /// The packet that is due at `now`, if one is.
    pub fn poll(&mut self, now: Instant, sender: &mut Sender) -> Option<Bytes> {
        if self.deadline(sender)? > now {
            return None;
        }
        let (key, marker, event) = match self.state {
            State::Idle { .. } => {
                let key = Key::pressed(now, self.waiting.pop_front()?, sender);
                (key, true, self.update(key, 0, sender))
            }
            State::Down { key, updates } => (key, false, self.update(key, updates, sender)),
            State::Up { key, copies, due } => {
                self.state = match copies {
                    0 | 1 => State::Idle { until: key.up + PAUSE },
                    _ => State::Up { key, copies: copies - 1, due: due + sender.ptime() },
                };
                (key, false, key.says(key.ticks, true))
            }
        };
        // RFC 4733 section 2.5.1.2: "the same RTP timestamp value as the initial packet".
        Some(sender.emit(now, self.payload_type, marker, key.timestamp, &event.write()))
    }

    /// Tells how long the key has been down by the end of this frame; the frame in which it goes
    /// up is the first of three to say so.
    fn update(&mut self, key: Key, updates: u32, sender: &Sender) -> TelephoneEvent {
        let frame_end = (updates + 1) * sender.ptime();
        if key.down + frame_end < key.up {
            self.state = State::Down { key, updates: updates + 1 };
            let ticks = Clock::new(sender.clock_rate()).ticks(frame_end);
            return key.says(u16::try_from(ticks).unwrap_or(key.ticks), false);
        }
        self.state = State::Up { key, copies: COPIES, due: key.down + frame_end };
        key.says(key.ticks, true)
    }
}

impl Key {
    fn pressed(now: Instant, press: Press, sender: &Sender) -> Self {
        let clock = Clock::new(sender.clock_rate());
        let longest = Duration::from_secs(1) * u32::from(u16::MAX) / clock.rate();
        let duration = press.duration.min(longest);
        // RFC 4733 section 2.3.5: "MUST NOT transmit a zero duration".
        let ticks = u16::try_from(clock.ticks(duration)).unwrap_or(u16::MAX).max(1);
        Self {
            event: press.digit.event(),
            volume: press.volume,
            down: now,
            up: now + duration,
            timestamp: sender.timestamp_at(now),
            ticks,
        }
    }

    fn says(&self, duration: u16, end: bool) -> TelephoneEvent {
        TelephoneEvent { event: self.event, end, volume: self.volume, duration }
    }
}

/// RFC 4733 section 2.5.1.4: the final packet is "sent a total of three times".
const COPIES: u8 = 2;

/// From one key to the next; longer than the copies take at 20 ms.
const PAUSE: Duration = Duration::from_millis(60);

#[cfg(test)]
mod tests {
    use super::super::{Origin, Packet};
    use super::*;

    const ORIGIN: Origin = Origin { ssrc: 7, sequence: 100, timestamp: 5_000 };

    /// What was sent: when, in milliseconds, marker, timestamp and event.
    fn sent(presses: &[(char, u64)]) -> Vec<(u64, bool, u32, TelephoneEvent)> {
        let mut sender = Sender::new(ORIGIN, 0, 8_000);
        sender.next(Instant::START, &[0xFF; 160]);
        let mut keys = EventSender::new(101);
        for &(key, millis) in presses {
            let digit = Digit::of_char(key).unwrap();
            keys.press(Press { digit, duration: Duration::from_millis(millis), volume: 10 });
        }
        let mut sent = Vec::new();
        let mut now = Instant::from_millis(20);
        while let Some(due) = keys.deadline(&sender) {
            now = now.max(due);
            let packet = keys.poll(now, &mut sender).unwrap();
            let Packet { header, payload, .. } = Packet::read(&packet).unwrap();
            assert_eq!(usize::from(header.sequence), 101 + sent.len());
            let event = TelephoneEvent::read(payload.try_into().unwrap());
            sent.push((now.as_nanos() / 1_000_000, header.marker, header.timestamp, event));
        }
        sent
    }

    fn event(event: u8, end: bool, duration: u16) -> TelephoneEvent {
        TelephoneEvent { event, end, volume: 10, duration }
    }

    #[test]
    fn a_key_is_sent_with_growing_duration_and_its_end_three_times() {
        let expected = [
            (20, true, 5_160, event(5, false, 160)),
            (40, false, 5_160, event(5, false, 320)),
            (60, false, 5_160, event(5, true, 400)),
            (80, false, 5_160, event(5, true, 400)),
            (100, false, 5_160, event(5, true, 400)),
        ];
        assert_eq!(sent(&[('5', 50)]), expected);
    }

    #[test]
    fn the_next_key_waits_for_a_pause_and_has_a_timestamp_of_its_own() {
        let sent = sent(&[('1', 100), ('#', 100)]);
        let starts: Vec<_> = sent.iter().filter(|packet| packet.1).collect();
        assert_eq!(starts[0], &(20, true, 5_160, event(1, false, 160)));
        assert_eq!(starts[1], &(180, true, 6_440, event(11, false, 160)));
    }

    #[test]
    fn a_key_shorter_than_a_frame_begins_and_ends_in_one_packet() {
        let sent = sent(&[('0', 0)]);
        assert_eq!(sent[0], (20, true, 5_160, event(0, true, 1)));
        assert_eq!(sent.len(), 3);
    }

    #[test]
    fn a_key_held_too_long_is_cut_to_what_its_duration_can_say() {
        let sent = sent(&[('0', 60_000)]);
        assert_eq!(sent.last().unwrap().3, event(0, true, 65_535));
        assert!(sent.windows(2).all(|pair| pair[0].3.duration <= pair[1].3.duration));
    }

    #[test]
    fn audio_goes_on_when_the_key_is_up_although_its_end_is_still_repeated() {
        let mut sender = Sender::new(ORIGIN, 0, 8_000);
        let mut keys = EventSender::new(101);
        let digit = Digit::of_char('7').unwrap();
        keys.press(Press { digit, duration: Duration::from_millis(40), volume: 0 });
        keys.poll(Instant::START, &mut sender).unwrap();
        keys.poll(Instant::from_millis(20), &mut sender).unwrap();
        assert!(keys.is_down(Instant::from_millis(39)));
        assert!(!keys.is_down(Instant::from_millis(40)));
        let audio = sender.next(Instant::from_millis(40), &[0xFF; 160]);
        let header = Packet::read(&audio).unwrap().header;
        assert_eq!((header.timestamp, header.marker), (5_320, true));
        assert_eq!(keys.deadline(&sender), Some(Instant::from_millis(40)));
    }
}
