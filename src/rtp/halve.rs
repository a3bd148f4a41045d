//! Every second sample of a wideband signal, without what would fold into the telephone band.

/// A half-band low-pass filter that turns 16 kHz into 8 kHz.
///
/// Flat within 0.03 dB up to 3.4 kHz, 50 dB down from 4.6 kHz; delays by [`DELAY`] samples of the
/// output, and a half.
#[derive(Clone, Debug)]
pub(super) struct Halver {
    /// The last samples of what was given before.
    history: Vec<i16>,
}

impl Halver {
    pub(super) fn new() -> Self {
        Self { history: vec![0; LENGTH - 1] }
    }

    /// Appends half as many samples as `wide` holds; one left over waits for its partner.
    pub(super) fn halve(&mut self, wide: &[i16], out: &mut Vec<i16>) {
        self.history.extend_from_slice(wide);
        let windows = self.history.windows(LENGTH).step_by(2);
        let taken = 2 * windows.len();
        out.extend(windows.map(filter));
        self.history.drain(..taken);
    }
}

fn filter(window: &[i16]) -> i16 {
    let centre = i32::from(window[CENTRE]) << 14;
    let sides = ODD_TAPS.iter().enumerate().map(|(nth, tap)| {
        let away = 2 * nth + 1;
        tap * (i32::from(window[CENTRE - away]) + i32::from(window[CENTRE + away]))
    });
    let sum = centre + sides.sum::<i32>() + (1 << 14);
    let clipped = (sum >> 15).clamp(i16::MIN.into(), i16::MAX.into());
    i16::try_from(clipped).expect("the value was clamped to 16 bits")
}

const LENGTH: usize = 47;
const CENTRE: usize = LENGTH / 2;

/// How many whole samples of the output the filter delays by.
#[cfg(test)]
const DELAY: usize = CENTRE / 2;

/// Half a sinc under a Kaiser window (beta 5.65), in 1/32,768, from the centre outwards. Every
/// other tap of a half-band filter is zero, and the centre is one half.
const ODD_TAPS: [i32; 12] = [10380, -3328, 1846, -1169, 772, -511, 331, -206, 120, -64, 29, -9];

#[cfg(test)]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "signals are reals, rounded to samples"
)]
mod tests {
    use super::*;

    /// The level of a tone after the filter, relative to before, in dB.
    fn gain(hertz: f64) -> f64 {
        let tone: Vec<i16> = (0..3200)
            .map(|n| (f64::from(n) * hertz * std::f64::consts::TAU / 16_000.0).sin() * 10_000.0)
            .map(|sample| sample.round() as i16)
            .collect();
        let mut out = Vec::new();
        Halver::new().halve(&tone, &mut out);
        let settled = &out[LENGTH..];
        let power: f64 = settled.iter().map(|&sample| f64::from(sample).powi(2)).sum();
        10.0 * (power / settled.len() as f64 / 5e7).log10()
    }

    #[test]
    fn the_telephone_band_passes_and_what_would_fold_into_it_does_not() {
        for hertz in [300.0, 1_000.0, 2_500.0, 3_400.0] {
            assert!(gain(hertz).abs() < 0.1, "{hertz} Hz: {} dB", gain(hertz));
        }
        for hertz in [4_650.0, 5_500.0, 7_000.0] {
            assert!(gain(hertz) < -48.0, "{hertz} Hz: {} dB", gain(hertz));
        }
    }

    #[test]
    fn frames_of_any_size_give_the_same_samples_as_one() {
        let wide: Vec<i16> = (0..1000).map(|n: i32| (n * 7919 % 20_011 - 10_000) as i16).collect();
        let (mut whole, mut pieces) = (Vec::new(), Vec::new());
        Halver::new().halve(&wide, &mut whole);
        let mut halver = Halver::new();
        for piece in wide.chunks(33) {
            halver.halve(piece, &mut pieces);
        }
        assert_eq!((whole.len(), whole), (500, pieces));
    }

    #[test]
    fn a_click_comes_out_after_the_delay() {
        let mut wide = vec![0; 200];
        wide[100] = 20_000;
        let mut out = Vec::new();
        Halver::new().halve(&wide, &mut out);
        let loudest = (0..out.len()).max_by_key(|&at| out[at]).unwrap();
        assert!((50 + DELAY..=50 + DELAY + 1).contains(&loudest), "{loudest}");
    }

    #[test]
    fn the_loudest_signal_is_clipped_not_wrapped() {
        let square: Vec<i16> =
            (0..400).map(|n| if n / 20 % 2 == 0 { i16::MAX } else { i16::MIN }).collect();
        let mut out = Vec::new();
        Halver::new().halve(&square, &mut out);
        assert!(out.contains(&i16::MAX));
        assert!(out[60..].windows(2).all(|pair| pair[0].abs_diff(pair[1]) < 50_000));
    }
}
