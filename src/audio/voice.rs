//! Voices, the moments of what they say, and the saying of it.

use std::fmt;
use std::time::Duration;

use super::code::{Chord, GROUPS, MARKS, MOMENTS, PITCHES};
use super::wave::{SYMBOL, cosine};

/// Somebody who can be known again by the sound of their voice.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Voice(u8);

impl Voice {
    /// How many people can be told apart.
    pub const PEOPLE: u8 = 112;

    /// The voice of one of [`Voice::PEOPLE`], counted from 0.
    pub const fn of_person(person: u8) -> Option<Self> {
        if person < Self::PEOPLE { Some(Self(person)) } else { None }
    }

    /// What this voice says at `moment`, for 20 ms at 8 kHz, at -16 dBm0.
    ///
    /// Moments follow each other every 20 ms, and begin again after [`Mark::CYCLE`].
    pub fn speak(self, moment: u32) -> [i16; SYMBOL] {
        chord(Chord::of(Mark::new(self, moment)), &NARROW)
    }

    /// As [`Voice::speak`], at 16 kHz: for G.722.
    pub fn speak_wide(self, moment: u32) -> [i16; 2 * SYMBOL] {
        chord(Chord::of(Mark::new(self, moment)), &WIDE)
    }

    /// A voice by its number in the code: people, then announcements.
    pub(super) const fn numbered(number: u8) -> Option<Self> {
        if number < 128 { Some(Self(number)) } else { None }
    }

    /// The number of this voice in the code.
    pub(super) const fn number(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Voice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "voice {}", self.0)
    }
}

/// Who is heard, and at which moment of what they say.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Mark {
    voice: Voice,
    moment: u32,
}

impl Mark {
    /// After so many moments a voice begins again: 15 minutes.
    pub const CYCLE: u32 = MOMENTS;

    /// How long a moment lasts.
    pub const LENGTH: Duration = Duration::from_millis(20);

    /// What `voice` says at `moment`, which is counted in 20 ms from the start of its speech.
    pub const fn new(voice: Voice, moment: u32) -> Self {
        Self { voice, moment: moment % Self::CYCLE }
    }

    /// Whose voice it is.
    pub const fn voice(self) -> Voice {
        self.voice
    }

    /// Which moment it is, from 0 to below [`Mark::CYCLE`].
    pub const fn moment(self) -> u32 {
        self.moment
    }

    /// The number of the voice, announcements included, and the moment: what a file says of it.
    pub const fn numbers(self) -> (u8, u32) {
        (self.voice.number(), self.moment)
    }

    /// The mark with these numbers, if there can be one.
    pub fn numbered(voice: u8, moment: u32) -> Option<Self> {
        Voice::numbered(voice).filter(|_| moment < Self::CYCLE).map(|voice| Self { voice, moment })
    }

    /// The mark of the same voice `moments` later.
    #[must_use]
    pub const fn later(self, moments: u32) -> Self {
        Self::new(self.voice, self.moment + moments % Self::CYCLE)
    }

    /// How many moments this mark is after `earlier`, which lies at most a cycle back.
    pub const fn since(self, earlier: Self) -> u32 {
        (self.moment + Self::CYCLE - earlier.moment) % Self::CYCLE
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}.{:02} s", self.voice, self.moment / 50, self.moment % 50 * 2)
    }
}

/// The sum of the nine tones.
fn chord<const N: usize>(chord: Chord, tones: &[[i16; N]; PITCHES]) -> [i16; N] {
    let [first, rest @ ..] = chord.pitches();
    let mut sum = tones[first];
    for pitch in rest {
        for (sum, tone) in sum.iter_mut().zip(&tones[pitch]) {
            // Nine times the amplitude fits.
            *sum = sum.wrapping_add(*tone);
        }
    }
    sum
}

/// The frequency of a pitch, as a multiple of 50 Hz: 250 to 3,400 Hz, without the 1,400 Hz that
/// belongs to the recorder's warning tone.
pub(super) const fn harmonic(pitch: usize) -> usize {
    if pitch < 23 { pitch + 5 } else { pitch + 6 }
}

/// The phase with which a tone is spoken, in 320ths of a turn. Phases that grow with the square of
/// the frequency keep the peaks apart (Newman).
pub(super) const fn phase(pitch: usize) -> usize {
    pitch * pitch * 160 / PITCHES
}

#[expect(clippy::cast_possible_truncation, reason = "the amplitude is far below the largest i16")]
const fn tones<const N: usize>() -> [[i16; N]; PITCHES] {
    let mut tones = [[0; N]; PITCHES];
    let mut pitch = 0;
    while pitch < PITCHES {
        let mut n = 0;
        while n < N {
            let value = AMPLITUDE * cosine(harmonic(pitch) * n * (320 / N) + phase(pitch));
            tones[pitch][n] = (value + if value < 0.0 { -0.5 } else { 0.5 }) as i16;
            n += 1;
        }
        pitch += 1;
    }
    tones
}

static NARROW: [[i16; SYMBOL]; PITCHES] = tones();
static WIDE: [[i16; 2 * SYMBOL]; PITCHES] = tones();

/// The peak of one tone. Nine of them have -16 dBm0 together, and three voices of nine tones each
/// stay below the largest sample even where all their peaks meet.
const AMPLITUDE: f64 = 1_206.0;
const _: () = assert!(3.0 * 9.0 * AMPLITUDE < 32_767.0);
const _: () = assert!(GROUPS == 9 && MARKS <= 7 * 7 * 7 * 7 * 7 * 7 * 7 * 7);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::Level;

    #[test]
    fn a_voice_speaks_at_16_dbm0_below_zero_and_never_clips() {
        let alice = Voice::of_person(1).unwrap();
        for moment in 0..2_000 {
            let said = alice.speak(moment);
            assert!((Level::of(&said).dbm0() + 16.0).abs() < 0.05);
            let peak = said.iter().map(|s| s.unsigned_abs()).max().unwrap();
            assert!(peak < 10_900, "a third of full scale: {peak}");
        }
    }

    #[test]
    fn the_wide_band_says_the_same_as_the_narrow() {
        let bob = Voice::of_person(111).unwrap();
        for moment in [0, 1, 44_000] {
            let wide = bob.speak_wide(moment);
            let every_other: Vec<i16> = wide.iter().copied().step_by(2).collect();
            assert_eq!(every_other, bob.speak(moment));
        }
    }

    #[test]
    fn a_voice_begins_again_after_its_cycle() {
        let mark = Mark::new(Voice::of_person(0).unwrap(), Mark::CYCLE - 1);
        assert_eq!(mark.later(2).moment(), 1);
        assert_eq!(mark.later(2).since(mark), 2);
        assert_eq!(mark.to_string(), "voice 0 at 900.72 s");
        assert_eq!(Voice::of_person(112), None);
        assert!(size_of::<Mark>() <= 8 && size_of::<crate::audio::Heard>() <= 16);
    }
}
