//! A complex number: the amplitude and the phase of a tone.

use std::ops::{Add, Mul, Sub};

use super::wave::{cosine, sine, turned};

/// A complex number.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Phasor {
    pub re: f64,
    pub im: f64,
}

impl Phasor {
    /// Of amplitude 1, turned by `step` 320ths of a turn.
    pub fn at_step(step: usize) -> Self {
        Self { re: cosine(step), im: sine(step) }
    }

    /// Of amplitude 1, turned by so many turns.
    pub fn at_turns(turns: f64) -> Self {
        let (re, im) = turned(turns);
        Self { re, im }
    }

    /// The same amplitude, turned back as far as this is turned forth.
    pub fn conjugate(self) -> Self {
        Self { re: self.re, im: -self.im }
    }

    /// The square of the amplitude.
    pub fn square(self) -> f64 {
        self.re * self.re + self.im * self.im
    }

    /// The amplitude.
    pub fn amplitude(self) -> f64 {
        self.square().sqrt()
    }

    /// In turns, from -0.5 to 0.5.
    pub fn turns(self) -> f64 {
        self.im.atan2(self.re) / std::f64::consts::TAU
    }

    /// The same phase with amplitude 1.
    pub fn unit(self) -> Self {
        self.times(1.0 / self.amplitude().max(f64::MIN_POSITIVE))
    }

    /// The same phase with an amplitude `factor` times as large.
    pub fn times(self, factor: f64) -> Self {
        Self { re: self.re * factor, im: self.im * factor }
    }
}

impl Add for Phasor {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { re: self.re + other.re, im: self.im + other.im }
    }
}

impl Sub for Phasor {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self { re: self.re - other.re, im: self.im - other.im }
    }
}

impl Mul for Phasor {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        Self {
            re: self.re * other.re - self.im * other.im,
            im: self.re * other.im + self.im * other.re,
        }
    }
}
