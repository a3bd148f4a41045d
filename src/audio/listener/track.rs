//! One voice that has been found in a stream, and where its next symbol will be.

use super::gains::{Gains, whole};
use super::recent::Recent;
use crate::audio::Level;
use crate::audio::code::{Chord, GROUPS, PER_GROUP};
use crate::audio::hear::{Heard, Sound};
use crate::audio::spectrum::{Powers, Spectrum};
use crate::audio::voice::Mark;
use crate::audio::wave::STEP;

/// A voice, its clock against that of the stream, and its loudness.
#[derive(Clone, Debug)]
pub(super) struct Track {
    /// What the voice says next.
    pub mark: Mark,
    /// Where in the stream.
    pub next: u64,
    /// How it arrives.
    gains: Gains,
    /// How many symbols running it has not been heard.
    pub missed: u32,
    /// Where the last symbol ended in which it was.
    pub heard_until: u64,
}

impl Track {
    /// A voice that says `mark` at `next`.
    pub fn new(mark: Mark, next: u64, gains: Gains) -> Self {
        Self { mark, next, gains, missed: 0, heard_until: 0 }
    }

    /// The power of all its tones.
    pub fn power(&self) -> f64 {
        self.gains.powers().iter().sum()
    }

    /// Goes to the first symbol that begins at `position` or later, be it ahead or behind.
    pub fn skip_to(&mut self, position: u64) {
        (self.mark, self.next) = self.first_from(position);
    }

    /// Whether the voice would say `mark` about where the symbol at `at` begins.
    pub fn would_say(&self, mark: Mark, at: u64) -> bool {
        let (then, next) = self.first_from(at.saturating_sub(ABOUT));
        then == mark && next.abs_diff(at) <= ABOUT
    }

    /// Whether the voice was heard to say `mark` about there, or something later.
    pub fn has_said(&self, mark: Mark, at: u64) -> bool {
        self.heard_until > at + ABOUT && self.would_say(mark, at)
    }

    /// Remembers that the voice was read at `at`.
    pub fn confirm(&mut self, mark: Mark, at: u64) {
        (self.mark, self.next, self.missed) = (mark, at, 0);
        self.advance();
        self.heard_until = self.next;
    }

    /// Remembers how the voice arrives.
    pub fn calibrate(&mut self, gains: Gains) {
        self.gains = gains;
    }

    /// Goes on by one symbol.
    pub fn advance(&mut self) {
        self.next += STEP;
        self.mark = self.mark.later(1);
    }

    /// Listens for the voice in every symbol that ends by `horizon`, takes it out where it is
    /// heard, and says so.
    pub fn pursue(
        &mut self,
        recent: &mut Recent,
        horizon: u64,
        others: &[Self],
        heard: &mut Vec<(u64, Heard)>,
    ) {
        while self.next + STEP <= horizon {
            let at = self.next;
            if let Some(spectrum) = recent.spectrum(at) {
                let chord = Chord::of(self.mark);
                let measured = Gains::measured(&spectrum, chord);
                if self.is_heard(recent, at, chord, &spectrum, others) {
                    self.gains = self.gains.following(&measured);
                    recent.take_out(at, chord, &self.gains, &measured);
                    self.gains.learn(&measured);
                    let level = Level::of_mean_square(self.power());
                    heard.push((at, Heard { sound: Sound::of_mark(self.mark), level }));
                    self.missed = 0;
                    self.heard_until = at + STEP;
                    self.keep_up();
                } else {
                    self.missed = self.missed.saturating_add(1);
                }
            }
            self.advance();
        }
    }

    /// Goes back to the first symbol after `from` of those in which the voice is heard without a
    /// gap.
    pub fn reach_back(&mut self, recent: &Recent, from: u64, others: &[Self]) {
        while let Some(at) = self.next.checked_sub(STEP).filter(|&at| at >= from) {
            let mark = self.mark.later(Mark::CYCLE - 1);
            let Some(spectrum) = recent.spectrum(at) else { return };
            if !self.is_heard(recent, at, Chord::of(mark), &spectrum, others) {
                return;
            }
            (self.mark, self.next) = (mark, at);
        }
    }

    /// Whether the voice is heard to sound `chord` at `at`, where `spectrum` is.
    fn is_heard(
        &self,
        recent: &Recent,
        at: u64,
        chord: Chord,
        spectrum: &Spectrum,
        others: &[Self],
    ) -> bool {
        let mut covered = recent.hidden(at);
        for sounds in others.iter().map(|other| other.sounds(at)) {
            covered.iter_mut().zip(sounds).for_each(|(covered, sounds)| *covered |= sounds);
        }
        let aligned = others.iter().any(|other| {
            let apart = other.next.abs_diff(at) % STEP;
            apart.min(STEP - apart) <= ALIGNED
        });
        let measured = Gains::measured(spectrum, chord);
        self.recognises(&spectrum.powers(), &measured, &covered, aligned, chord)
    }

    /// Whether the voice's tones are all there, except those that may be `covered` by others.
    fn recognises(
        &self,
        powers: &Powers,
        measured: &Gains,
        covered: &[u8; GROUPS],
        aligned: bool,
        chord: Chord,
    ) -> bool {
        let expected = self.gains.powers();
        let misfit = self.gains.misfit(measured);
        let (mut loud, mut in_phase) = (Coincidence::default(), Coincidence::default());
        for (group, powers) in powers.groups().iter().enumerate() {
            let digit = chord.digits()[group];
            let threshold = expected[group] * MAY_FALL_TO;
            let is_strong = |power: f32| f64::from(power) >= threshold;
            let strong = share_of(powers.iter().filter(|&&power| is_strong(power)).count());
            let is_covered = covered[group] >> digit & 1 == 1;
            loud.add(is_strong(powers[usize::from(digit)]), is_covered, strong);
            in_phase.add(misfit[group] < NEAR, false, strong * CHANCE_OF_PHASE);
        }
        let bar = if self.missed == 0 { CHANCE_TO_GO_ON } else { CHANCE_TO_RETURN };
        loud.chance() <= if loud.missing == 0 { bar } else { CHANCE_TO_RETURN }
            || !aligned && in_phase.chance() <= bar.min(CHANCE_TO_MISS)
    }

    /// For each group, the digits (as bits) that the voice sounds in the window at `at`.
    fn sounds(&self, at: u64) -> [u8; GROUPS] {
        let mut sounds = [0; GROUPS];
        let (mut mark, mut next) = self.first_from(at.saturating_sub(HEARD_BESIDE));
        while next <= at + HEARD_BESIDE {
            for (sounds, digit) in sounds.iter_mut().zip(Chord::of(mark).digits()) {
                *sounds |= 1 << digit;
            }
            (mark, next) = (mark.later(1), next + STEP);
        }
        sounds
    }

    /// The first symbol that begins at `position` or later: what the voice says in it, and where.
    fn first_from(&self, position: u64) -> (Mark, u64) {
        if self.next < position {
            let symbols = (position - self.next).div_ceil(STEP);
            (self.mark.later(modulo_cycle(symbols)), self.next + symbols * STEP)
        } else {
            let symbols = (self.next - position) / STEP;
            (self.mark.later(Mark::CYCLE - modulo_cycle(symbols)), self.next - symbols * STEP)
        }
    }

    /// Follows a clock that is not quite ours.
    fn keep_up(&mut self) {
        let late = self.gains.lateness();
        if (TOO_LATE..MUCH_TOO_LATE).contains(&late.abs()) {
            let samples = whole(late.signum());
            self.gains = self.gains.shifted(-samples);
            self.next = self.next.saturating_add_signed(-samples);
        }
    }
}

/// How likely it is that tones are where they should be by chance.
struct Coincidence {
    chance: f64,
    missing: usize,
}

impl Default for Coincidence {
    fn default() -> Self {
        Self { chance: 1.0, missing: 0 }
    }
}

impl Coincidence {
    fn add(&mut self, is_there: bool, is_covered: bool, chance: f64) {
        if is_there {
            self.chance *= chance;
        } else if !is_covered {
            self.missing += 1;
        }
    }

    fn chance(&self) -> f64 {
        self.chance * WAYS_TO_MISS.get(self.missing).copied().unwrap_or(f64::INFINITY)
    }
}

fn modulo_cycle(symbols: u64) -> u32 {
    u32::try_from(symbols % u64::from(Mark::CYCLE)).expect("a cycle is short")
}

/// The chance that one of the seven tones of a group is among `strong` ones.
pub(super) fn share_of(strong: usize) -> f64 {
    const SEVENTHS: [f64; PER_GROUP + 1] = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
    SEVENTHS[strong] / SEVENTHS[PER_GROUP]
}

/// A voice that was heard until now may have this chance of being a coincidence.
const CHANCE_TO_GO_ON: f64 = 1e-3;
/// One that has been silent is looked for again and again.
const CHANCE_TO_RETURN: f64 = 1e-6;
/// -6 dB.
const MAY_FALL_TO: f64 = 0.25;
/// With tones that are not as they should be: more ways for the rest to be.
const CHANCE_TO_MISS: f64 = 1e-4;
/// In how many ways none, one, two or three of nine tones can be missing.
const WAYS_TO_MISS: [f64; 4] = [1.0, 9.0, 36.0, 84.0];
/// A tone that differs by no more than this part of its amplitude is as it should be.
const NEAR: f64 = 0.7;
/// That a tone of any amplitude and phase is: a circle of that size, among those up to twice as
/// loud as they should be.
const CHANCE_OF_PHASE: f64 = 0.3;
/// Voices whose symbols begin at the same sample have the same phases.
const ALIGNED: u64 = 4;
/// A symbol that begins further away is not heard in a window.
const HEARD_BESIDE: u64 = 140;
/// In samples: a clock does not jump, so that anything more than a few is another voice's doing.
const TOO_LATE: f64 = 0.75;
const MUCH_TOO_LATE: f64 = 4.0;
/// Almost half a symbol.
const ABOUT: u64 = 79;
