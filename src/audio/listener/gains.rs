//! How loud and how late a voice arrives, in each part of the band.

use crate::audio::code::{Chord, GROUPS, PER_GROUP};
use crate::audio::phasor::Phasor;
use crate::audio::spectrum::Spectrum;
use crate::audio::voice::{harmonic, phase};

/// The amplitude and phase of the tone of each group, relative to how the voice spoke it: alike in
/// every symbol, as long as neither the line nor our idea of where symbols begin changes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gains([Phasor; GROUPS]);

impl Gains {
    /// As the tones of `chord` are found in a window.
    pub fn measured(spectrum: &Spectrum, chord: Chord) -> Self {
        Self(chord.pitches().map(|pitch| spectrum.tone(pitch) * spoken(pitch).conjugate()))
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
        // Groups are seven harmonics of 50 Hz apart.
        turn.turns() * 8_000.0 / 350.0
    }

    /// What would be measured in a window that begins so many samples later.
    pub fn shifted(&self, samples: i64) -> Self {
        let middle = |group| group * PER_GROUP + PER_GROUP / 2;
        Self(std::array::from_fn(|group| self.0[group] * turned(middle(group), samples)))
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
        std::array::from_fn(|group| self.0[group] * spoken(pitches[group]))
    }
}

/// How many samples after the symbols the windows began that gave these `spectra` of these chords,
/// at most half a symbol: where the phases of most tones agree, if they do anywhere.
pub(super) fn lateness(spectra: &[(Spectrum, Chord)]) -> Option<i64> {
    let tones: Vec<(usize, Phasor)> = spectra
        .iter()
        .flat_map(|(spectrum, chord)| {
            chord.pitches().into_iter().zip(Gains::measured(spectrum, *chord).0)
        })
        .map(|(pitch, gain)| (pitch, gain.unit()))
        .collect();
    let agreement = |late: i64| {
        let sum = tones
            .iter()
            .fold(Phasor::default(), |sum, &(pitch, gain)| sum + gain * turned(pitch, -late));
        sum.amplitude()
    };
    let best = (-80..=80).max_by(|&a, &b| agreement(a).total_cmp(&agreement(b)))?;
    let all: f64 = tones.iter().map(|(_, gain)| gain.amplitude()).sum();
    (agreement(best) >= AGREED * all).then_some(best)
}

/// How a voice speaks a tone, with the amplitude 1.
fn spoken(pitch: usize) -> Phasor {
    Phasor::at_step(phase(pitch))
}

/// How far a tone turns in so many samples.
fn turned(pitch: usize, samples: i64) -> Phasor {
    let samples = usize::try_from(samples.rem_euclid(160)).expect("0 to 159");
    Phasor::at_step(2 * harmonic(pitch) * samples)
}

/// A number of samples without its fraction, which is some hundreds at most.
pub(super) fn whole(samples: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a conversion that saturates")]
    let whole = samples.round() as i64;
    whole
}

/// Of all tones, those whose phases must agree, less those that must not. With 18 tones or more,
/// chance does not bring together as many anywhere.
const AGREED: f64 = 0.7;
/// A tone that differs by half its amplitude is more than one voice's.
const ANOTHERS: f64 = 0.5;
