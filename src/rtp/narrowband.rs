//! Any codec's payload as samples at 8 kHz.

use super::codec::{Codec, Decoder};
use super::halve::Halver;

/// Decodes what one side says, whatever it says it in.
#[derive(Debug, Default)]
pub struct Narrowband {
    current: Option<Current>,
    wide: Vec<i16>,
}

#[derive(Debug)]
struct Current {
    ssrc: u32,
    decoder: Decoder,
    halver: Halver,
}

impl Narrowband {
    /// Appends a sample for each octet. Another source, or another codec, starts afresh.
    ///
    /// G.722 comes out 2.9 ms late, by its own filter and the one that halves it.
    pub fn decode(&mut self, ssrc: u32, codec: Codec, payload: &[u8], out: &mut Vec<i16>) {
        let same = |current: &Current| (current.ssrc, current.decoder.codec()) == (ssrc, codec);
        let current = match self.current.take().filter(same) {
            Some(current) => current,
            None => Current { ssrc, decoder: codec.decoder(), halver: Halver::new() },
        };
        let Current { decoder, halver, .. } = self.current.insert(current);
        if codec.sample_rate() == NARROW {
            decoder.decode(payload, out);
        } else {
            self.wide.clear();
            decoder.decode(payload, &mut self.wide);
            halver.halve(&self.wide, out);
        }
    }
}

const NARROW: u32 = 8_000;

#[cfg(test)]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "signals are reals, rounded to samples"
)]
mod tests {
    use super::*;

    /// A tone of 1 kHz for half a second, encoded and decoded to 8 kHz, its first 50 ms left out.
    fn heard(codec: Codec) -> Vec<f64> {
        let step = 1_000.0 * std::f64::consts::TAU / f64::from(codec.sample_rate());
        let tone: Vec<i16> = (0..codec.sample_rate() / 2)
            .map(|n| ((f64::from(n) * step).sin() * 8_000.0).round() as i16)
            .collect();
        let (mut payload, mut out) = (Vec::new(), Vec::new());
        codec.encoder().encode(&tone, &mut payload);
        Narrowband::default().decode(7, codec, &payload, &mut out);
        assert_eq!(out.len(), 4_000, "{codec:?}: a sample for each octet");
        out.into_iter().skip(400).map(f64::from).collect()
    }

    #[test]
    fn a_tone_has_the_same_level_and_pitch_in_every_codec() {
        for codec in Codec::ALL {
            let heard = heard(codec);
            let power = heard.iter().map(|sample| sample * sample).sum::<f64>();
            let level = 10.0 * (power / heard.len() as f64 / 3.2e7).log10();
            assert!(level.abs() < 0.2, "{codec:?}: {level} dB");
            let crossings = heard.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
            assert!((449..=451).contains(&crossings), "{codec:?}: {crossings} periods in 450 ms");
        }
    }

    #[test]
    fn a_change_of_codec_in_mid_stream_is_followed() {
        let mut narrowband = Narrowband::default();
        let mut out = Vec::new();
        for codec in [Codec::Pcmu, Codec::G722, Codec::Pcma, Codec::Pcmu] {
            let mut payload = Vec::new();
            codec.encoder().silence(160, &mut payload);
            narrowband.decode(7, codec, &payload, &mut out);
        }
        assert_eq!(out.len(), 640);
        assert!(out.iter().all(|sample| sample.abs() <= 16));
    }
}
