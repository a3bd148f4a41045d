//! Finding a voice that may begin anywhere, among others that may be as loud.
//!
//! A symbol of two or three voices can be read in many ways. But the next symbol of each reading
//! is known, and so is the one after it: false readings do not go on. How many symbols are needed
//! follows from how many tones are strong: they are enough when, by chance alone, less than one
//! false reading in a million searches would be left.

use std::iter;

use super::gains::{Gains, lateness};
use super::recent::Recent;
use super::track::{Track, share_of};
use crate::audio::code::{Chord, GROUPS, MARKS};
use crate::audio::hear::SILENCE;
use crate::audio::spectrum::{Powers, Spectrum};
use crate::audio::voice::Mark;
use crate::audio::wave::STEP;

/// The loudest voice that is heard in the last symbols of `recent`, from `from` to `horizon`.
pub(super) fn search(recent: &Recent, from: u64, horizon: u64) -> Option<Track> {
    let anywhere = (REFINED_BY..REFINED_BY + STEP).step_by(STRIDE);
    iter::once(0)
        .chain(anywhere)
        .filter_map(|back| search_at(recent, from, horizon.checked_sub(back)?))
        .max_by(|a, b| a.loudness().total_cmp(&b.loudness()))
        .and_then(|found| found.refined(recent, from))
}

/// What some symbols can be read as.
struct Reading {
    mark: Mark,
    /// Where it begins.
    at: u64,
    symbols: u32,
    /// Of its tones, in all symbols.
    power: f32,
}

/// The loudest voice one of whose symbols ends at `end`.
fn search_at(recent: &Recent, from: u64, end: u64) -> Option<Reading> {
    let mut symbols: Vec<Symbol> = Vec::new();
    let mut chance = f64::from(MARKS);
    for back in 1..=SYMBOLS_MAX {
        let at = end.checked_sub(back * STEP).filter(|&at| at >= from)?;
        let symbol = Symbol::at(recent, at)?;
        chance *= symbol.chance();
        symbols.push(symbol);
        if back > 1 && chance < CHANCE_OF_A_FALSE_NAME {
            symbols.reverse();
            return loudest_reading(&symbols, at);
        }
    }
    None
}

/// The tones that may belong to a voice in one symbol.
struct Symbol {
    powers: Powers,
    /// For each group, the digits as bits.
    strong: [u8; GROUPS],
}

impl Symbol {
    fn at(recent: &Recent, at: u64) -> Option<Self> {
        let powers = recent.powers(at)?;
        if powers.mean_square < SILENCE {
            return None;
        }
        let groups = powers.groups();
        let mut best = groups.map(|group| group.into_iter().fold(0.0, f32::max));
        best.sort_by(f32::total_cmp);
        let threshold = best[GROUPS / 2] * STRONG;
        let hidden = recent.hidden(at);
        let mut strong = [0; GROUPS];
        for ((strong, group), hidden) in strong.iter_mut().zip(groups).zip(hidden) {
            for (digit, power) in group.into_iter().enumerate() {
                *strong |= u8::from(power >= threshold) << digit;
            }
            *strong |= hidden;
            if *strong == 0 {
                *strong = ANY;
            }
        }
        Some(Self { powers, strong })
    }

    /// The chance that a given chord is among the strong tones.
    fn chance(&self) -> f64 {
        self.strong.iter().map(|strong| share_of(strong.count_ones() as usize)).product()
    }

    fn allows(&self, chord: Chord) -> bool {
        self.strong.iter().zip(chord.digits()).all(|(strong, digit)| strong >> digit & 1 == 1)
    }

    /// How many chords can be made of the strong tones.
    fn chords(&self) -> u32 {
        self.strong.iter().map(|strong| strong.count_ones()).product()
    }
}

/// Of all that the symbols can mean together, the loudest.
fn loudest_reading(symbols: &[Symbol], at: u64) -> Option<Reading> {
    let (pivot, clearest) = (0..).zip(symbols).min_by_key(|(_, symbol)| symbol.chords())?;
    if clearest.chords() > CHORDS_MAX {
        return None;
    }
    let count = u32::try_from(symbols.len()).ok()?;
    let mut loudest: Option<Reading> = None;
    for_each_chord(&clearest.strong, |chord| {
        let Some(mark) = chord.mark() else { return };
        let mark = mark.later(Mark::CYCLE - pivot);
        let chords = (0..).map(|n| Chord::of(mark.later(n)));
        if symbols.iter().zip(chords.clone()).all(|(symbol, chord)| symbol.allows(chord)) {
            let power = symbols
                .iter()
                .zip(chords)
                .flat_map(|(symbol, chord)| symbol.powers.of_chord(chord))
                .sum::<f32>();
            if loudest.as_ref().is_none_or(|loudest| power > loudest.power) {
                loudest = Some(Reading { mark, at, symbols: count, power });
            }
        }
    });
    loudest
}

/// Calls `each` with every chord of these tones whose check digit is right.
fn for_each_chord(strong: &[u8; GROUPS], mut each: impl FnMut(Chord)) {
    let choices =
        strong.map(|strong| (0..=6).filter(|digit| strong >> digit & 1 == 1).collect::<Vec<u8>>());
    let mut turns = [0; GROUPS];
    loop {
        let digits = std::array::from_fn(|group| choices[group][turns[group]]);
        if let Some(chord) = Chord::checked(digits) {
            each(chord);
        }
        // Like the wheels of a counter: each that comes round moves the next.
        let Some(wheel) = (0..GROUPS).find(|&wheel| turns[wheel] + 1 < choices[wheel].len()) else {
            return;
        };
        turns[..wheel].fill(0);
        turns[wheel] += 1;
    }
}

impl Reading {
    /// The mean power of a symbol.
    fn loudness(&self) -> f64 {
        f64::from(self.power) / f64::from(self.symbols)
    }

    /// The chord of each symbol, with the distance of the symbol from the first.
    fn chords(&self) -> impl Iterator<Item = (u64, Chord)> {
        (0..self.symbols).map(|n| (u64::from(n) * STEP, Chord::of(self.mark.later(n))))
    }

    /// The voice, from where its symbols begin, which may be some way from where they were found.
    fn refined(self, recent: &Recent, from: u64) -> Option<Track> {
        let late = match lateness(&self.spectra(recent, self.at)) {
            Some(late) => late,
            // Two symbols later it will be clear where they begin, or it never will.
            None if self.at < from + 2 * STEP => return None,
            None => 0,
        };
        let at = self.at.saturating_add_signed(-late);
        let gains: Vec<Gains> = self
            .spectra(recent, at)
            .iter()
            .map(|(spectrum, chord)| Gains::measured(spectrum, *chord))
            .collect();
        (!gains.is_empty()).then(|| Track::new(self.mark, at, Gains::typical(&gains)))
    }

    fn spectra(&self, recent: &Recent, at: u64) -> Vec<(Spectrum, Chord)> {
        self.chords()
            .filter_map(|(later, chord)| Some((recent.spectrum(at + later)?, chord)))
            .collect()
    }
}

/// The places at which a symbol is looked for are so many samples apart: half of it costs a tone
/// 6 % of its amplitude.
const STRIDE: usize = 20;
/// The most by which a place can be refined.
const REFINED_BY: u64 = 30;
/// How many symbols are compared at most.
const SYMBOLS_MAX: u64 = 4;
/// In one search.
const CHANCE_OF_A_FALSE_NAME: f64 = 1e-6;
/// How far below the loudest tones of half the groups a tone still counts as strong: 7 dB.
const STRONG: f32 = 0.2;
/// All digits of a group.
const ANY: u8 = 0b111_1111;
/// As many as three strong tones in every group make.
const CHORDS_MAX: u32 = 3_u32.pow(9);
