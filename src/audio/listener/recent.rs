//! The last few symbols of a stream, less what has been explained in them.

use std::collections::VecDeque;

use super::gains::Gains;
use crate::audio::code::{Chord, GROUPS};
use crate::audio::spectrum::{Powers, Spectrum, Window, take_out};
use crate::audio::wave::{STEP, SYMBOL};

/// Samples that follow each other without a gap, by their position in the stream.
#[derive(Debug)]
pub(super) struct Recent {
    start: u64,
    samples: Vec<f32>,
    /// Where chords have been taken out, and which of their digits (as bits) hide something.
    taken: VecDeque<(u64, [u8; GROUPS])>,
}

impl Recent {
    /// No samples yet; the first will be at `start`.
    pub fn new(start: u64) -> Self {
        Self { start, samples: Vec::with_capacity(CAPACITY), taken: VecDeque::new() }
    }

    /// Forgets everything; the next sample will be at `start`.
    pub fn restart(&mut self, start: u64) {
        self.start = start;
        self.samples.clear();
        self.taken.clear();
    }

    /// The position after the last sample.
    pub fn end(&self) -> u64 {
        self.start + self.samples.len() as u64
    }

    /// Adds at most [`SYMBOL`] samples, and forgets those that are older than [`KEPT`].
    pub fn append(&mut self, samples: &[i16]) {
        if self.samples.len() + samples.len() > CAPACITY {
            let old = self.samples.len() - KEPT;
            self.samples.drain(..old);
            self.start += old as u64;
        }
        self.samples.extend(samples.iter().map(|&sample| f32::from(sample)));
    }

    /// The window at `at`, if all of it is there.
    pub fn window(&self, at: u64) -> Option<&Window> {
        let from = usize::try_from(at.checked_sub(self.start)?).ok()?;
        self.samples.get(from..)?.first_chunk()
    }

    /// The spectrum of the window at `at`.
    pub fn spectrum(&self, at: u64) -> Option<Spectrum> {
        Some(Spectrum::of(self.window(at)?))
    }

    /// The powers in the window at `at`.
    pub fn powers(&self, at: u64) -> Option<Powers> {
        Some(self.spectrum(at)?.powers())
    }

    /// Takes `chord`, which should arrive with some gains and was `measured` with others, out of the
    /// window at `at`.
    pub fn take_out(&mut self, at: u64, chord: Chord, expected: &Gains, measured: &Gains) {
        let misfit = expected.misfit(measured);
        let mut sorted = misfit;
        sorted.sort_by(f64::total_cmp);
        let mut tones = measured.tones(chord);
        let mut hidden = [0; GROUPS];
        if sorted[AGREEING - 1] < IN_PHASE {
            // What a tone has beside the expected is another voice's, and remains.
            for (group, expected) in expected.tones(chord).into_iter().enumerate() {
                if misfit[group] > AS_EXPECTED {
                    tones[group] = expected;
                }
            }
        } else {
            hidden = chord.digits().map(|digit| 1 << digit);
        }
        let from = at.checked_sub(self.start).and_then(|from| usize::try_from(from).ok());
        let samples = from.and_then(|from| self.samples.get_mut(from..)?.first_chunk_mut());
        let Some(window) = samples else { return };
        take_out(window, chord, &tones);
        if self.taken.len() == TAKEN_MAX {
            self.taken.pop_front();
        }
        self.taken.push_back((at, hidden));
    }

    /// For each group, the digits (as bits) of tones that were taken out of a good part of the
    /// window at `at` and that may have hidden another voice's.
    pub fn hidden(&self, at: u64) -> [u8; GROUPS] {
        let mut hidden = [0; GROUPS];
        for (_, taken) in self.taken.iter().filter(|(other, _)| other.abs_diff(at) < HIDES) {
            for (hidden, taken) in hidden.iter_mut().zip(taken) {
                *hidden |= taken;
            }
        }
        hidden
    }

    /// The mean square of what is not explained in the window at `at`. Where a part of it has been
    /// explained, only that part counts: the rest is a piece of a symbol that was cut off.
    pub fn unexplained(&self, at: u64) -> f32 {
        let Some(window) = self.window(at) else { return 0.0 };
        let (mut first, mut last) = (at + STEP, at);
        for (other, _) in self.taken.iter().filter(|(other, _)| other.abs_diff(at) < STEP) {
            first = first.min((*other).max(at));
            last = last.max((other + STEP).min(at + STEP));
        }
        let part = if first < last {
            let index = |position| usize::try_from(position - at).expect("within the window");
            &window[index(first)..index(last)]
        } else {
            &window[..]
        };
        #[expect(clippy::cast_precision_loss, reason = "at most 160")]
        let length = part.len() as f32;
        part.iter().map(|sample| sample * sample).sum::<f32>() / length
    }
}

/// What is kept: enough for a search over four symbols that begin anywhere, and one more.
pub(super) const KEPT: usize = 6 * SYMBOL;
/// More than is kept, so that the samples need not be moved for each symbol.
const CAPACITY: usize = 16 * SYMBOL;
/// Three voices in as many symbols as are kept, and some.
const TAKEN_MAX: usize = 24;
/// A window that overlaps by less than an eighth hides nothing.
const HIDES: u64 = 140;
/// A tone that is so near to what it should be has nobody else's on top of it.
const AS_EXPECTED: f64 = 0.15;
/// Where fewer than so many tones are as near as this to what they should be, the line is not what
/// it was. Most others may be covered by a voice whose symbols begin at the same time.
const AGREEING: usize = 3;
const IN_PHASE: f64 = 0.25;
