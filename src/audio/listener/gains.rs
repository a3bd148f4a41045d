//! How loud and how late a voice arrives, in each part of the band.

use crate::audio::code::{Chord, GROUPS, PER_GROUP, PITCHES};
use crate::audio::phasor::Phasor;
use crate::audio::spectrum::Spectrum;
use crate::audio::voice::{harmonic, phase};
use crate::audio::wave::SYMBOL;

/// The amplitude and phase of the tone of each group, relative to how the voice spoke it: alike in
/// every symbol, as long as neither the line nor our idea of where symbols begin changes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gains([Phasor; GROUPS]);

impl Gains {
    /// As the tones of `chord` are found in a window.
    pub fn measured(spectrum: &Spectrum, chord: Chord) -> Self {
        Self(chord.pitches().map(|pitch| spectrum.tone(pitch) * SPOKEN[pitch].conjugate()))
    }

    /// As most tones of `symbols` have them, whatever other voices do to some: of one loudness and
    /// phase over the whole band.
    pub fn typical(symbols: &[Self]) -> Self {
        let gains = symbols.iter().flat_map(|gains| gains.0);
        let mut amplitudes: Vec<f64> = gains.clone().map(Phasor::amplitude).collect();
        amplitudes.sort_by(f64::total_cmp);
        let amplitude = amplitudes.get(amplitudes.len() / 2).copied().unwrap_or_default();
        let phase = gains.fold(Phasor::default(), |sum, gain| sum + gain.unit()).unit();
        Self([phase.times(amplitude); GROUPS])
    }

    /// The power of the tone of each group.
    pub fn powers(&self) -> [f64; GROUPS] {
        self.0.map(|gain| gain.square() / 2.0)
    }

    /// How many samples later than the symbol the window began in which this was measured: the
    /// slope of the phase over the band.
    pub fn lateness(&self) -> f64 {
        let turn = self
            .0
            .windows(2)
            .fold(Phasor::default(), |sum, pair| sum + (pair[1] * pair[0].conjugate()).unit());
        // Groups are seven harmonics apart, which turn once in 160 / 7 samples.
        turn.turns() * SYMBOL as f64 / PER_GROUP as f64
    }

    /// What would be measured in a window that begins so many samples later.
    pub fn shifted(&self, samples: i64) -> Self {
        let mut gains = self.0;
        for (group, gain) in gains.iter_mut().enumerate() {
            let middle = harmonic(group * PER_GROUP + PER_GROUP / 2) as i64;
            let step = (2 * middle * samples).rem_euclid(320) as usize;
            *gain = *gain * Phasor::at_step(step);
        }
        Self(gains)
    }

    /// For each group, how much of `measured` is not this, relative to this.
    pub fn misfit(&self, measured: &Self) -> [f64; GROUPS] {
        std::array::from_fn(|group| {
            let known = self.0[group];
            (measured.0[group] - known).amplitude() / known.amplitude().max(f64::MIN_POSITIVE)
        })
    }

    /// This, turned by what the clock of the voice may have gained or lost since, if most tones of
    /// what was `measured` agree with that more closely.
    pub fn following(&self, measured: &Self) -> Self {
        let turns: [Phasor; GROUPS] =
            std::array::from_fn(|group| (measured.0[group] * self.0[group].conjugate()).unit());
        let slope = turns
            .windows(2)
            .fold(Phasor::default(), |sum, pair| sum + pair[1] * pair[0].conjugate())
            .unit();
        let mut slopes = [Phasor { re: 1.0, im: 0.0 }; GROUPS];
        for group in 1..GROUPS {
            slopes[group] = slopes[group - 1] * slope;
        }
        let phase = turns
            .iter()
            .zip(slopes)
            .fold(Phasor::default(), |sum, (turn, slope)| sum + *turn * slope.conjugate())
            .unit();
        let turned = Self(std::array::from_fn(|group| self.0[group] * phase * slopes[group]));
        let median = |gains: &Self| {
            let mut misfit = gains.misfit(measured);
            misfit.sort_by(f64::total_cmp);
            misfit[GROUPS / 2]
        };
        if median(&turned) < median(self) { turned } else { *self }
    }

    /// Moves a quarter of the way to what was `measured`, except where it is another voice's too.
    pub fn learn(&mut self, measured: &Self) {
        let misfit = self.misfit(measured);
        for (group, known) in self.0.iter_mut().enumerate() {
            if misfit[group] < ANOTHERS {
                *known = *known + (measured.0[group] - *known).times(0.25);
            }
        }
    }

    /// The tones of `chord` as they arrive.
    pub fn tones(&self, chord: Chord) -> [Phasor; GROUPS] {
        let pitches = chord.pitches();
        std::array::from_fn(|group| self.0[group] * SPOKEN[pitches[group]])
    }
}

/// How many samples after the symbols the windows began that gave these `spectra` of these chords,
/// at most half a symbol: where the phases of most tones agree, if they do anywhere.
pub(super) fn lateness(spectra: &[(Spectrum, Chord)]) -> Option<i64> {
    let most = SYMBOL as i64 / 2;
    let tones: Vec<(i64, Phasor)> = spectra
        .iter()
        .flat_map(|(spectrum, chord)| {
            let gains = Gains::measured(spectrum, *chord);
            chord.pitches().map(|pitch| harmonic(pitch) as i64).into_iter().zip(gains.0)
        })
        .map(|(harmonic, gain)| (harmonic, gain.unit()))
        .collect();
    let agreement = |late: i64| {
        let sum = tones.iter().fold(Phasor::default(), |sum, &(harmonic, gain)| {
            sum + gain * Phasor::at_step((-2 * harmonic * late).rem_euclid(320) as usize)
        });
        sum.amplitude() / tones.len() as f64
    };
    let best = (-most..=most).max_by(|&a, &b| agreement(a).total_cmp(&agreement(b)))?;
    (agreement(best) >= AGREED).then_some(best)
}

/// The phase with which each tone is spoken.
static SPOKEN: [Phasor; PITCHES] = {
    let mut spoken = [Phasor { re: 0.0, im: 0.0 }; PITCHES];
    let mut pitch = 0;
    while pitch < PITCHES {
        spoken[pitch] = Phasor::at_step(phase(pitch));
        pitch += 1;
    }
    spoken
};

/// Of all tones, those whose phases must agree, less those that must not. With 18 tones or more,
/// chance does not bring together as many anywhere.
const AGREED: f64 = 0.6;
/// A tone that differs by half its amplitude is more than one voice's.
const ANOTHERS: f64 = 0.5;
