//! Finding a voice that may begin anywhere, among others that may be as loud.
//!
//! A symbol of two or three voices can be read in many ways. But the next symbol of each reading
//! is known, and so is the one after it: false readings do not go on. How many symbols are needed
//! follows from how many tones are strong: they are enough when, by chance alone, less than one
//! false reading in a million searches would be left.

use super::recent::Recent;
use super::track::{Track, captured, share_of};
use crate::audio::code::{Chord, GROUPS, MARKS, PER_GROUP};
use crate::audio::hear::SILENCE;
use crate::audio::spectrum::Powers;
use crate::audio::voice::Mark;
use crate::audio::wave::SYMBOL;

/// The loudest voice that is heard in the last symbols of `recent`, from `from` to `horizon`.
pub(super) fn search(recent: &Recent, from: u64, horizon: u64) -> Option<Track> {
    (REFINED_BY..REFINED_BY + SYMBOL as u64)
        .step_by(STRIDE)
        .filter_map(|back| search_at(recent, from, horizon.checked_sub(back)?))
        .max_by(|a, b| a.power().total_cmp(&b.power()))
        .map(|found| refine(recent, found))
}

/// The loudest voice one of whose symbols ends at `end`.
fn search_at(recent: &Recent, from: u64, end: u64) -> Option<Track> {
    let mut symbols: Vec<Symbol> = Vec::with_capacity(SYMBOLS_MAX);
    let mut chance = f64::from(MARKS);
    for back in 1..=SYMBOLS_MAX as u64 {
        let at = end.checked_sub(back * SYMBOL as u64).filter(|&at| at >= from)?;
        let symbol = Symbol::at(recent, at)?;
        chance *= symbol.chance();
        symbols.push(symbol);
        if back > 1 && chance < CHANCE_OF_A_FALSE_NAME {
            let first = end - back * SYMBOL as u64;
            symbols.reverse();
            return loudest_reading(&symbols).map(|(mark, powers)| Track::new(mark, first, powers));
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

/// Of all that the symbols can mean together, the loudest; with the powers of its tones.
fn loudest_reading(symbols: &[Symbol]) -> Option<(Mark, [f32; GROUPS])> {
    let pivot = (0..symbols.len()).min_by_key(|&n| symbols[n].chords())?;
    if symbols[pivot].chords() > CHORDS_MAX {
        return None;
    }
    let mut loudest: Option<(Mark, [f32; GROUPS])> = None;
    for_each_chord(&symbols[pivot].strong, |chord| {
        let Some(mark) = chord.mark() else { return };
        let first = mark.later(Mark::CYCLE - pivot as u32);
        let chords = (0..).map(|n| Chord::of(first.later(n)));
        if symbols.iter().zip(chords.clone()).all(|(symbol, chord)| symbol.allows(chord)) {
            let powers = typical(
                symbols
                    .iter()
                    .zip(chords)
                    .map(|(symbol, chord)| symbol.powers.of_chord(chord))
                    .collect(),
            );
            if loudest.is_none_or(|(_, most)| powers.iter().sum::<f32>() > most.iter().sum()) {
                loudest = Some((first, powers));
            }
        }
    });
    loudest
}

/// For each group the median, or the lower of the two in the middle: most tones are nobody
/// else's besides.
fn typical(symbols: Vec<[f32; GROUPS]>) -> [f32; GROUPS] {
    std::array::from_fn(|group| {
        let mut powers: Vec<f32> = symbols.iter().map(|powers| powers[group]).collect();
        powers.sort_by(f32::total_cmp);
        powers[(powers.len() - 1) / 2]
    })
}

/// Calls `each` with every chord of these tones whose check digit is right.
fn for_each_chord(strong: &[u8; GROUPS], mut each: impl FnMut(Chord)) {
    let choices = strong.map(|strong| {
        (0..PER_GROUP as u8).filter(|digit| strong >> digit & 1 == 1).collect::<Vec<_>>()
    });
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

/// Moves a track that was found on a coarse grid to where its chords are clearest.
fn refine(recent: &Recent, mut track: Track) -> Track {
    // Those symbols that can be looked at wherever the search goes, and at least the first.
    let chords: Vec<(u64, Chord)> = (0..SYMBOLS_MAX as u32)
        .map(|n| (u64::from(n) * SYMBOL as u64, Chord::of(track.mark.later(n))))
        .take_while(|(later, _)| {
            *later == 0 || recent.window(track.next + later + REFINED_BY).is_some()
        })
        .collect();
    let clarity = |at: u64| -> f32 {
        chords
            .iter()
            .filter_map(|&(later, chord)| Some(captured(&recent.powers(at + later)?, chord)))
            .sum()
    };
    for step in [16, 8, 4, 2, 1] {
        let here = clarity(track.next);
        let before = clarity(track.next.saturating_sub(step));
        let after = clarity(track.next + step);
        if before > here && before >= after {
            track.next = track.next.saturating_sub(step);
        } else if after > here {
            track.next += step;
        }
    }
    track
}

/// The places at which a symbol is looked for are so many samples apart: half of it costs a tone
/// 6 % of its amplitude.
const STRIDE: usize = 20;
/// The most by which a place can be refined.
const REFINED_BY: u64 = 16 + 8 + 4 + 2 + 1;
/// How many symbols are compared at most.
const SYMBOLS_MAX: usize = 4;
/// In one search.
const CHANCE_OF_A_FALSE_NAME: f64 = 1e-6;
/// How far below the loudest tones of half the groups a tone still counts as strong: 7 dB.
const STRONG: f32 = 0.2;
/// All digits of a group.
const ANY: u8 = 0b111_1111;
/// As many as three strong tones in every group make.
const CHORDS_MAX: u32 = 3_u32.pow(9);
