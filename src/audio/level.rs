//! How loud something is, in dBm0, the unit in which telephony and its rules speak.

use std::fmt;

/// A level in dBm0, kept in hundredths of a decibel so that it can be compared and ordered.
///
/// 0 dBm0 is the power of a sine 3.14 dB below the largest that A-law can carry (ITU-T G.711
/// table 1a: the theoretical load capacity is +3.14 dBm0). The µ-law capacity of +3.17 dBm0 gives
/// the same scale to within 0.07 dB.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Level(i16);

impl Level {
    /// What is measured where there is no sound at all.
    pub const NOTHING: Self = Self(-10_000);

    /// A level of `dbm0`, from -100 to +30.
    pub fn from_dbm0(dbm0: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "clamped to what the type holds")]
        Self((dbm0 * 100.0).round().clamp(-10_000.0, 3_000.0) as i16)
    }

    /// A level in hundredths of a dBm0, for constants.
    pub(super) const fn from_hundredths(hundredths: i16) -> Self {
        Self(hundredths)
    }

    /// The level in dBm0.
    pub fn dbm0(self) -> f64 {
        f64::from(self.0) / 100.0
    }

    /// The level of some samples; [`Level::NOTHING`] if there are none.
    pub fn of(samples: &[i16]) -> Self {
        let energy: u64 = samples.iter().map(|&s| u64::from(s.unsigned_abs()).pow(2)).sum();
        #[expect(clippy::cast_precision_loss, reason = "a thousandth of a decibel is enough")]
        Self::of_mean_square(energy as f64 / samples.len().max(1) as f64)
    }

    /// The level of a signal whose samples have this mean square.
    pub(super) fn of_mean_square(mean_square: f64) -> Self {
        if mean_square > 0.0 {
            Self::from_dbm0(10.0 * (mean_square / MEAN_SQUARE_AT_0_DBM0).log10())
        } else {
            Self::NOTHING
        }
    }

    /// The peak of a sine of this level, in 16-bit samples.
    pub(super) fn amplitude(self) -> f64 {
        (2.0 * MEAN_SQUARE_AT_0_DBM0).sqrt() * 10_f64.powf(self.dbm0() / 20.0)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:.1} dBm0", self.dbm0()))
    }
}

/// Half the square of 32,768 lowered by 3.14 dB.
pub(super) const MEAN_SQUARE_AT_0_DBM0: f64 = 260_537_280.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_sine_is_3_14_dbm0() {
        assert!((Level::from_hundredths(314).amplitude() - 32_768.0).abs() < 20.0);
        let square = [i16::MAX, i16::MIN].repeat(80);
        assert!((Level::of(&square).dbm0() - 6.15).abs() < 0.02, "a square is 3 dB louder");
    }

    #[test]
    fn no_sound_is_less_than_any_sound() {
        assert_eq!(Level::of(&[]), Level::NOTHING);
        assert_eq!(Level::of(&[0; 160]), Level::NOTHING);
        assert!(Level::of(&[1; 160]) > Level::NOTHING);
        assert_eq!(Level::from_dbm0(-16.0).to_string(), "-16.0 dBm0");
    }
}
