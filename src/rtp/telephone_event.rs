//! The payload of a telephone event (RFC 4733 section 2.3), and which events are keys.

use std::fmt;

/// What one packet says about an event.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TelephoneEvent {
    /// Which event; 0 to 15 are the keys.
    pub event: u8,
    /// Whether it has ended.
    pub end: bool,
    /// How loud, in dB below 0 dBm0: 0 to 63.
    pub volume: u8,
    /// How long it has lasted so far, in timestamp units.
    pub duration: u16,
}

impl TelephoneEvent {
    /// How many octets an event takes.
    pub const LENGTH: usize = 4;

    /// Reads an event from its four octets.
    pub const fn read(octets: [u8; Self::LENGTH]) -> Self {
        let [event, flags, high, low] = octets;
        Self {
            event,
            end: flags & END != 0,
            // RFC 4733 section 2.3.3: the reserved bit is ignored.
            volume: flags & VOLUME,
            duration: u16::from_be_bytes([high, low]),
        }
    }

    /// Writes the event; a volume above 63 becomes 63.
    pub fn write(&self) -> [u8; Self::LENGTH] {
        let end = if self.end { END } else { 0 };
        let [high, low] = self.duration.to_be_bytes();
        [self.event, end | self.volume.min(VOLUME), high, low]
    }
}

/// A key of a telephone (RFC 4733 section 3.2, events 0 to 15).
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Digit(u8);

impl Digit {
    /// The key with this character: `0` to `9`, `*`, `#`, `A` to `D`.
    pub fn of_char(key: char) -> Option<Self> {
        let event = KEYS.chars().position(|each| each == key.to_ascii_uppercase())?;
        u8::try_from(event).ok().map(Self)
    }

    /// The key that an event stands for, if it is one.
    pub fn of_event(event: u8) -> Option<Self> {
        (usize::from(event) < KEYS.len()).then_some(Self(event))
    }

    /// The event code.
    pub const fn event(self) -> u8 {
        self.0
    }

    /// The character.
    pub fn char(self) -> char {
        char::from(KEYS.as_bytes()[usize::from(self.0)])
    }
}

impl fmt::Display for Digit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.char())
    }
}

const END: u8 = 0x80;
const VOLUME: u8 = 0x3F;

/// In the order of their event codes.
const KEYS: &str = "0123456789*#ABCD";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_laid_out_as_rfc_4733_section_2_3_draws_it() {
        let event = TelephoneEvent { event: 11, end: true, volume: 10, duration: 0x0320 };
        assert_eq!(event.write(), [11, 0x8A, 3, 0x20]);
        assert_eq!(TelephoneEvent::read([11, 0x8A, 3, 0x20]), event);
    }

    #[test]
    fn the_reserved_bit_is_ignored_and_never_set() {
        assert_eq!(TelephoneEvent::read([1, 0x7F, 0, 0]).volume, 63);
        let loud = TelephoneEvent { event: 1, end: false, volume: 255, duration: 1 };
        assert_eq!(loud.write()[1], 0x3F);
    }

    #[test]
    fn each_key_has_its_event() {
        for (event, key) in (0..).zip(KEYS.chars()) {
            let digit = Digit::of_char(key).unwrap();
            assert_eq!((digit.event(), digit.to_string()), (event, key.to_string()));
            assert_eq!(Digit::of_event(event), Some(digit));
        }
        assert_eq!(Digit::of_char('d'), Digit::of_event(15));
        assert_eq!((Digit::of_char('x'), Digit::of_event(16)), (None, None));
    }
}
