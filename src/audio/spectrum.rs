//! The spectrum of 20 ms at the 64 frequencies from 250 to 3,400 Hz, 50 Hz apart.
//!
//! It is a plain Fourier sum, folded three times with the symmetries of sine and cosine to a
//! sixth of the work, in an order that never changes: the result is the same to the last bit on
//! every machine, which that of a library that picks its instructions at run time is not.

use super::code::{Chord, GROUPS, PER_GROUP, PITCHES};
use super::phasor::Phasor;
use super::voice::harmonic;
use super::wave::{SYMBOL, cosine, sine};

/// A window of one symbol's length.
pub(super) type Window = [f32; SYMBOL];

/// What a window holds.
#[derive(Clone, Debug)]
pub(super) struct Spectrum {
    cosines: [f32; LANES],
    sines: [f32; LANES],
    /// The mean square of all samples, whatever their frequency.
    pub mean_square: f32,
}

impl Spectrum {
    /// The spectrum of `window`.
    pub fn of(window: &Window) -> Self {
        let folded = Folded::of(window);
        let mut cosines = [0.0; LANES];
        let mut sines = [0.0; LANES];
        cosines[..32].copy_from_slice(&project(&folded.odd_cosines, &ODD_COSINES));
        sines[..32].copy_from_slice(&project(&folded.odd_sines, &ODD_SINES));
        cosines[32..48].copy_from_slice(&project(&folded.twos_cosines, &TWOS_COSINES));
        sines[32..48].copy_from_slice(&project(&folded.twos_sines, &TWOS_SINES));
        cosines[48..].copy_from_slice(&project(&folded.fours_cosines, &FOURS_COSINES));
        sines[48..].copy_from_slice(&project(&folded.fours_sines, &FOURS_SINES));
        Self { cosines, sines, mean_square: mean_square(window) }
    }

    /// The power at each frequency: what a sine there adds to the mean square.
    pub fn powers(&self) -> Powers {
        let mut lanes = [0.0; LANES];
        for (lane, power) in lanes.iter_mut().enumerate() {
            let (c, s) = (self.cosines[lane], self.sines[lane]);
            *power = (c * c + s * s) * POWER_SCALE;
        }
        let mut powers = Powers { harmonics: [0.0; LANES], mean_square: self.mean_square };
        for (power, lane) in powers.harmonics.iter_mut().zip(LANE_OF_HARMONIC) {
            *power = lanes[lane];
        }
        powers
    }

    /// The tone of a pitch: its amplitude, and the phase of its cosine at the first sample.
    pub fn tone(&self, pitch: usize) -> Phasor {
        let lane = LANE_OF_HARMONIC[harmonic(pitch) - FIRST];
        let (c, s) = (f64::from(self.cosines[lane]), f64::from(self.sines[lane]));
        Phasor { re: c, im: -s }.times(1.0 / 80.0)
    }
}

/// Subtracts these tones of `chord` from `window`.
#[expect(clippy::cast_possible_truncation, reason = "as exact as the samples")]
pub(super) fn take_out(window: &mut Window, chord: Chord, tones: &[Phasor; GROUPS]) {
    for (pitch, tone) in chord.pitches().into_iter().zip(tones) {
        let (re, im) = (tone.re as f32, tone.im as f32);
        let (cosines, sines) = &WAVES[pitch];
        for ((sample, cosine), sine) in window.iter_mut().zip(cosines).zip(sines) {
            *sample -= re * cosine - im * sine;
        }
    }
}

/// The powers in a window.
#[derive(Clone, Debug)]
pub(super) struct Powers {
    /// At 250 Hz, 300 Hz and so on to 3,400 Hz.
    pub harmonics: [f32; LANES],
    /// Of all samples, whatever their frequency.
    pub mean_square: f32,
}

impl Powers {
    /// The power of one tone of the code.
    pub fn of_pitch(&self, pitch: usize) -> f32 {
        self.harmonics[harmonic(pitch) - FIRST]
    }

    /// The powers of the nine tones of a chord.
    pub fn of_chord(&self, chord: Chord) -> [f32; GROUPS] {
        chord.pitches().map(|pitch| self.of_pitch(pitch))
    }

    /// The powers of the seven tones of each group.
    pub fn groups(&self) -> [[f32; PER_GROUP]; GROUPS] {
        std::array::from_fn(|group| {
            std::array::from_fn(|digit| self.harmonics[harmonic(group * PER_GROUP + digit) - FIRST])
        })
    }
}

/// The samples of a window, folded for each kind of harmonic: those that change their sign after
/// half a symbol (odd), after a quarter (twice an odd number), or never (multiples of four); and
/// each about its middle, once for cosines and once for sines.
struct Folded {
    odd_cosines: [f32; 40],
    odd_sines: [f32; 40],
    twos_cosines: [f32; 20],
    twos_sines: [f32; 20],
    fours_cosines: [f32; 21],
    fours_sines: [f32; 20],
}

impl Folded {
    fn of(window: &Window) -> Self {
        let odd: [f32; 80] = std::array::from_fn(|n| window[n] - window[n + 80]);
        let even: [f32; 80] = std::array::from_fn(|n| window[n] + window[n + 80]);
        let twos: [f32; 40] = std::array::from_fn(|n| even[n] - even[n + 40]);
        let fours: [f32; 40] = std::array::from_fn(|n| even[n] + even[n + 40]);
        let mut folded = Self {
            odd_cosines: std::array::from_fn(|n| odd[n] - odd[(80 - n) % 80]),
            odd_sines: std::array::from_fn(|n| odd[n + 1] + odd[79 - n]),
            twos_cosines: std::array::from_fn(|n| twos[n] - twos[(40 - n) % 40]),
            twos_sines: std::array::from_fn(|n| twos[n + 1] + twos[39 - n]),
            fours_cosines: std::array::from_fn(|n| fours[n] + fours[(40 - n) % 40]),
            fours_sines: std::array::from_fn(|n| fours[n] - fours[(40 - n) % 40]),
        };
        // A sample on the axis of the fold has no partner.
        folded.odd_cosines[0] = odd[0];
        folded.odd_sines[39] = odd[40];
        folded.twos_cosines[0] = twos[0];
        folded.twos_sines[19] = twos[20];
        folded.fours_cosines[0] = fours[0];
        folded.fours_cosines[20] = fours[20];
        folded
    }
}

/// For each lane, the sum of the samples weighted with that lane's wave.
fn project<const N: usize, const L: usize>(samples: &[f32; N], waves: &[[f32; L]; N]) -> [f32; L] {
    let mut sums = [0.0; L];
    for (sample, waves) in samples.iter().zip(waves) {
        for (sum, wave) in sums.iter_mut().zip(waves) {
            *sum += sample * wave;
        }
    }
    sums
}

fn mean_square(window: &Window) -> f32 {
    let mut sums = [0.0_f32; 8];
    for eight in window.chunks_exact(8) {
        for (sum, sample) in sums.iter_mut().zip(eight) {
            *sum += sample * sample;
        }
    }
    sums.iter().sum::<f32>() / 160.0
}

/// The frequency of a lane as a multiple of 50 Hz: 32 odd ones, 16 twice an odd number, 16
/// multiples of four.
const fn harmonic_of_lane(lane: usize) -> usize {
    match lane {
        0..32 => FIRST + 2 * lane,
        32..48 => 6 + 4 * (lane - 32),
        _ => 8 + 4 * (lane - 48),
    }
}

const fn lanes_of_harmonics() -> [usize; LANES] {
    let mut lanes = [0; LANES];
    let mut lane = 0;
    while lane < LANES {
        lanes[harmonic_of_lane(lane) - FIRST] = lane;
        lane += 1;
    }
    lanes
}

/// The waves of `L` lanes from `lane` at `N` samples from `first`; `quarters` is 0 for the cosine
/// and 3 for the sine.
#[expect(clippy::cast_possible_truncation, reason = "the tables are as exact as the samples")]
const fn waves<const N: usize, const L: usize>(
    lane: usize,
    first: usize,
    quarters: usize,
) -> [[f32; L]; N] {
    let mut waves = [[0.0; L]; N];
    let mut n = 0;
    while n < N {
        let mut l = 0;
        while l < L {
            let step = 2 * harmonic_of_lane(lane + l) * (n + first) + 80 * quarters;
            waves[n][l] = cosine(step) as f32;
            l += 1;
        }
        n += 1;
    }
    waves
}

/// Cosine and sine of each pitch.
#[expect(clippy::large_stack_arrays, reason = "it is made by the compiler")]
#[expect(clippy::cast_possible_truncation, reason = "the tables are as exact as the samples")]
const fn waves_of_pitches() -> [(Window, Window); PITCHES] {
    let mut waves = [([0.0; SYMBOL], [0.0; SYMBOL]); PITCHES];
    let mut pitch = 0;
    while pitch < PITCHES {
        let mut n = 0;
        while n < SYMBOL {
            let step = 2 * harmonic(pitch) * n;
            waves[pitch].0[n] = cosine(step) as f32;
            waves[pitch].1[n] = sine(step) as f32;
            n += 1;
        }
        pitch += 1;
    }
    waves
}

/// The lowest frequency, as a multiple of 50 Hz.
pub(super) const FIRST: usize = 5;
/// How many frequencies.
pub(super) const LANES: usize = 64;
/// From the square of a Fourier sum over 160 samples to a mean square.
const POWER_SCALE: f32 = 2.0 / 160.0 / 160.0;

static ODD_COSINES: [[f32; 32]; 40] = waves(0, 0, 0);
static ODD_SINES: [[f32; 32]; 40] = waves(0, 1, 3);
static TWOS_COSINES: [[f32; 16]; 20] = waves(32, 0, 0);
static TWOS_SINES: [[f32; 16]; 20] = waves(32, 1, 3);
static FOURS_COSINES: [[f32; 16]; 21] = waves(48, 0, 0);
static FOURS_SINES: [[f32; 16]; 20] = waves(48, 0, 3);
static WAVES: [(Window, Window); PITCHES] = waves_of_pitches();
static LANE_OF_HARMONIC: [usize; LANES] = lanes_of_harmonics();

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::Voice;

    #[test]
    fn each_frequency_is_found_with_its_power_and_nowhere_else() {
        for harmonic in FIRST..FIRST + LANES {
            for phase in [0, 37, 80, 111] {
                let window = std::array::from_fn(|n| {
                    #[expect(clippy::cast_possible_truncation, reason = "near enough")]
                    let sample = 1_000.0 * cosine(2 * (harmonic * n + phase)) as f32;
                    sample
                });
                let powers = Spectrum::of(&window).powers();
                for (other, power) in (FIRST..).zip(powers.harmonics) {
                    let expected = if other == harmonic { 500_000.0 } else { 0.0 };
                    assert!((power - expected).abs() < 2.0, "{harmonic} at {other}: {power}");
                }
                assert!((powers.mean_square - 500_000.0).abs() < 2.0);
            }
        }
    }

    #[test]
    fn a_chord_taken_out_leaves_nothing_of_itself() {
        let mark = crate::audio::Mark::new(Voice::of_person(7).unwrap(), 4_711);
        let mut window = mark.voice().speak(mark.moment()).map(f32::from);
        let spectrum = Spectrum::of(&window);
        let chord = Chord::of(mark);
        take_out(&mut window, chord, &chord.pitches().map(|pitch| spectrum.tone(pitch)));
        assert!(spectrum.mean_square > 6.0e6 && mean_square(&window) < 2.0, "rounding is left");
    }
}
