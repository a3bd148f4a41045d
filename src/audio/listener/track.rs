//! One voice that has been found in a stream, and where its next symbol will be.

use super::recent::Recent;
use crate::audio::Level;
use crate::audio::code::{Chord, GROUPS, PER_GROUP};
use crate::audio::hear::{Heard, Sound};
use crate::audio::spectrum::Powers;
use crate::audio::voice::Mark;
use crate::audio::wave::SYMBOL;

/// A voice, its clock against that of the stream, and its loudness.
#[derive(Clone, Debug)]
pub(super) struct Track {
    /// What the voice says next.
    pub mark: Mark,
    /// Where in the stream.
    pub next: u64,
    /// The power of its tones in each group.
    powers: [f32; GROUPS],
    /// How many symbols running it has not been heard.
    pub missed: u32,
    /// Where the last symbol ended in which it was.
    pub heard_until: u64,
    /// How many symbols until its place is looked at again.
    until_nudge: u32,
}

impl Track {
    /// A voice that says `mark` at `next`.
    pub fn new(mark: Mark, next: u64, powers: [f32; GROUPS]) -> Self {
        Self { mark, next, powers, missed: 0, heard_until: 0, until_nudge: NUDGE_EVERY }
    }

    /// The power of all its tones.
    pub fn power(&self) -> f32 {
        self.powers.iter().sum()
    }

    /// Goes to the first symbol that begins at `position` or later, be it ahead or behind.
    pub fn skip_to(&mut self, position: u64) {
        let symbol = SYMBOL as u64;
        if self.next < position {
            let symbols = (position - self.next).div_ceil(symbol);
            self.next += symbols * symbol;
            self.mark = self.mark.later(modulo_cycle(symbols));
        } else {
            let symbols = (self.next - position) / symbol;
            self.next -= symbols * symbol;
            self.mark = self.mark.later(Mark::CYCLE - modulo_cycle(symbols));
        }
    }

    /// Whether the voice would say `mark` about where the symbol at `at` begins.
    pub fn would_say(&self, mark: Mark, at: u64) -> bool {
        let mut then = self.clone();
        then.skip_to(at.saturating_sub(ABOUT));
        then.mark == mark && then.next.abs_diff(at) <= ABOUT
    }

    /// Remembers that the voice was read at `at`.
    pub fn confirm(&mut self, mark: Mark, at: u64, powers: [f32; GROUPS]) {
        (self.mark, self.next, self.powers, self.missed) = (mark, at, powers, 0);
        self.advance();
        self.heard_until = self.next;
    }

    /// Goes on by one symbol.
    pub fn advance(&mut self) {
        self.next += SYMBOL as u64;
        self.mark = self.mark.later(1);
    }

    /// Listens for the voice in every symbol that ends by `horizon`, takes it out where it is
    /// heard, and says so.
    pub fn pursue(&mut self, recent: &mut Recent, horizon: u64, heard: &mut Vec<(u64, Heard)>) {
        while self.next + SYMBOL as u64 <= horizon {
            let Some(powers) = recent.powers(self.next) else {
                self.advance();
                continue;
            };
            let chord = Chord::of(self.mark);
            if self.recognises(&powers, &recent.hidden(self.next), chord) {
                self.learn(powers.of_chord(chord));
                self.nudge(recent, chord);
                recent.take_out(self.next, chord, &self.powers);
                let level = Level::of_mean_square(self.power().into());
                heard.push((self.next, Heard { sound: Sound::of_mark(self.mark), level }));
                self.missed = 0;
                self.heard_until = self.next + SYMBOL as u64;
            } else {
                self.missed = self.missed.saturating_add(1);
            }
            self.advance();
        }
    }

    /// Whether the voice's tones are all there.
    fn recognises(&self, powers: &Powers, hidden: &[u8; GROUPS], chord: Chord) -> bool {
        let (mut missing, mut chance) = (0, 1.0);
        for (group, powers) in powers.groups().iter().enumerate() {
            let digit = chord.digits()[group];
            let threshold = self.powers[group] * MAY_FALL_TO;
            if powers[usize::from(digit)] >= threshold {
                chance *= share_of(powers.iter().filter(|&&power| power >= threshold).count());
            } else if hidden[group] >> digit & 1 == 0 {
                missing += 1;
                chance *= 9.0;
            }
        }
        let bar = if self.missed == 0 { CHANCE_TO_GO_ON } else { CHANCE_TO_RETURN };
        missing <= 1 && chance <= bar
    }

    /// Follows the loudness of the voice, if its tones are not covered or cancelled by others.
    fn learn(&mut self, heard: [f32; GROUPS]) {
        for (known, heard) in self.powers.iter_mut().zip(heard) {
            if (0.5..2.0).contains(&(heard / *known)) {
                *known += (heard - *known) / 4.0;
            }
        }
    }

    /// Moves by a quarter of a millisecond where the chord is clearer there.
    fn nudge(&mut self, recent: &Recent, chord: Chord) {
        self.until_nudge -= 1;
        if self.until_nudge > 0 {
            return;
        }
        self.until_nudge = NUDGE_EVERY;
        self.next = clearest(recent, self.next, 2, |powers| captured(powers, chord));
    }
}

fn modulo_cycle(symbols: u64) -> u32 {
    u32::try_from(symbols % u64::from(Mark::CYCLE)).expect("a cycle is short")
}

/// The power of the tones of `chord`.
pub(super) fn captured(powers: &Powers, chord: Chord) -> f32 {
    chord.pitches().iter().map(|&pitch| powers.of_pitch(pitch)).sum()
}

/// `at`, or the place `step` samples before or after it where `clarity` is greatest.
pub(super) fn clearest(
    recent: &Recent,
    at: u64,
    step: u64,
    clarity: impl Fn(&Powers) -> f32,
) -> u64 {
    let clarity_at = |at| recent.powers(at).map_or(0.0, |powers| clarity(&powers));
    let here = clarity_at(at) * 1.002;
    let (before, after) = (clarity_at(at.saturating_sub(step)), clarity_at(at + step));
    if before > here && before >= after {
        at.saturating_sub(step)
    } else if after > here {
        at + step
    } else {
        at
    }
}

/// The chance that one of the seven tones of a group is among `strong` ones.
pub(super) fn share_of(strong: usize) -> f64 {
    strong as f64 / PER_GROUP as f64
}

/// A voice that was heard until now may have this chance of being a coincidence.
const CHANCE_TO_GO_ON: f64 = 1e-3;
/// One that has been silent is looked for again and again.
const CHANCE_TO_RETURN: f64 = 1e-6;
/// -6 dB.
const MAY_FALL_TO: f32 = 0.25;
/// Two samples in eight symbols follow a clock that is 1,500 parts in a million fast or slow.
const NUDGE_EVERY: u32 = 8;
/// Five milliseconds.
const ABOUT: u64 = 40;
