//! Pure tones: a beep, and how it begins and ends.

use std::time::Duration;

use super::Level;
use super::wave::{SYMBOL, turned};

/// A sine that begins, lasts, and ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Tone {
    /// The frequency in hertz, below 4,000.
    pub hertz: u16,
    /// How loud it is between its ramps.
    pub level: Level,
    /// How long it lasts, both ramps included.
    pub length: Duration,
    /// How long it takes to rise, and again to fall; at most half the length.
    pub ramp: Duration,
}

impl Tone {
    /// What tells the people on a call that it is recorded: 1,400 Hz for half a second, as the
    /// recorder warning tone of FS-1037C. Its level is not laid down; this is a usual one.
    pub const RECORDER_WARNING: Self = Self {
        hertz: 1_400,
        level: Level::from_hundredths(-2_000),
        length: Duration::from_millis(500),
        ramp: Duration::from_millis(5),
    };

    /// The 20 ms at `position`, counted in 20 ms from the start; nothing once it has ended.
    pub fn play(&self, position: u32) -> Option<[i16; SYMBOL]> {
        self.sample(position, 8_000.0)
    }

    /// As [`Tone::play`], at 16 kHz: for G.722.
    pub fn play_wide(&self, position: u32) -> Option<[i16; 2 * SYMBOL]> {
        self.sample(position, 16_000.0)
    }

    fn sample<const N: usize>(&self, position: u32, rate: f64) -> Option<[i16; N]> {
        let length = self.length.as_secs_f64();
        let start = f64::from(position) * 0.02;
        if start >= length {
            return None;
        }
        let amplitude = self.level.amplitude();
        let mut samples = [0; N];
        for (n, sample) in (0_u16..).zip(&mut samples) {
            let at = start + f64::from(n) / rate;
            let (_, sine) = turned(f64::from(self.hertz) * at);
            let value = amplitude * self.envelope(at, length) * sine;
            #[expect(clippy::cast_possible_truncation, reason = "a conversion that saturates")]
            let rounded = value.round() as i16;
            *sample = rounded;
        }
        Some(samples)
    }

    /// Half a turn of a cosine up, and at the end down.
    fn envelope(&self, at: f64, length: f64) -> f64 {
        let ramp = self.ramp.as_secs_f64().min(length / 2.0);
        let inside = at.min(length - at);
        if inside <= 0.0 {
            0.0
        } else if inside >= ramp {
            1.0
        } else {
            0.5 - 0.5 * turned(inside / ramp / 2.0).0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_has_its_length_and_level_and_begins_and_ends_gently() {
        let tone = Tone::RECORDER_WARNING;
        let samples: Vec<i16> = (0..).map_while(|position| tone.play(position)).flatten().collect();
        assert_eq!(samples.len(), 25 * SYMBOL);
        assert!((Level::of(&samples[400..3_600]).dbm0() + 20.0).abs() < 0.05);
        assert!(samples[..4].iter().all(|sample| sample.abs() < 100), "{:?}", &samples[..4]);
        assert!(samples[3_996..].iter().all(|sample| sample.abs() < 100));
    }

    #[test]
    fn the_wide_band_plays_the_same_as_the_narrow() {
        let tone = Tone { hertz: 440, length: Duration::from_millis(55), ..Tone::RECORDER_WARNING };
        for position in 0..3 {
            let wide = tone.play_wide(position).unwrap();
            let every_other: Vec<i16> = wide.into_iter().step_by(2).collect();
            assert_eq!(every_other, tone.play(position).unwrap());
        }
        assert_eq!(tone.play(3), None);
    }
}
