//! The telephone codecs: G.711 in both laws and G.722, each 64 kbit/s and an RTP clock of 8 kHz.

use std::fmt;

use ezk_g722::libg722::{self, Bitrate};

use super::g711;

/// A codec with a static payload type (RFC 3551 table 4).
///
/// All three send one octet per tick of their RTP clock, so the length of a payload is also its
/// duration in timestamp units.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Codec {
    /// G.711 mu-law.
    Pcmu,
    /// G.711 A-law.
    Pcma,
    /// G.722 at 64 kbit/s, wideband.
    G722,
}

impl Codec {
    /// Every codec.
    pub const ALL: [Self; 3] = [Self::Pcmu, Self::Pcma, Self::G722];

    /// The codec that a static payload type stands for.
    pub const fn of_payload_type(payload_type: u8) -> Option<Self> {
        match payload_type {
            0 => Some(Self::Pcmu),
            8 => Some(Self::Pcma),
            9 => Some(Self::G722),
            _ => None,
        }
    }

    /// The codec of an `a=rtpmap` encoding name, in any case (RFC 3551 section 3).
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|codec| codec.name().eq_ignore_ascii_case(name))
    }

    /// The static payload type.
    pub const fn payload_type(self) -> u8 {
        match self {
            Self::Pcmu => 0,
            Self::Pcma => 8,
            Self::G722 => 9,
        }
    }

    /// The encoding name in an `a=rtpmap`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pcmu => "PCMU",
            Self::Pcma => "PCMA",
            Self::G722 => "G722",
        }
    }

    /// Samples per second of the sound.
    pub const fn sample_rate(self) -> u32 {
        match self {
            Self::Pcmu | Self::Pcma => 8_000,
            Self::G722 => 16_000,
        }
    }

    /// Ticks per second of the RTP timestamp.
    ///
    /// For G.722 it stays 8,000 although it samples at 16,000, "because it was erroneously
    /// assigned" (RFC 3551 section 4.5.2).
    pub const fn clock_rate(self) -> u32 {
        8_000
    }

    /// How many samples a payload of this many octets holds.
    pub const fn samples(self, octets: usize) -> usize {
        match self {
            Self::Pcmu | Self::Pcma => octets,
            Self::G722 => 2 * octets,
        }
    }

    /// An encoder at the start of its stream.
    pub fn encoder(self) -> Encoder {
        Encoder(match self {
            Self::Pcmu => Coder::Pcmu,
            Self::Pcma => Coder::Pcma,
            Self::G722 => {
                // ezk-g722 takes "eight_k" before "packed" here, and after it in its decoder.
                let (eight_k, packed) = (false, false);
                Coder::G722(Box::new(libg722::encoder::Encoder::new(
                    Bitrate::Mode1_64000,
                    eight_k,
                    packed,
                )))
            }
        })
    }

    /// A decoder at the start of its stream.
    pub fn decoder(self) -> Decoder {
        Decoder(match self {
            Self::Pcmu => Coder::Pcmu,
            Self::Pcma => Coder::Pcma,
            Self::G722 => {
                let (packed, eight_k) = (false, false);
                Coder::G722(Box::new(libg722::decoder::Decoder::new(
                    Bitrate::Mode1_64000,
                    packed,
                    eight_k,
                )))
            }
        })
    }
}

/// Turns samples into payload; a stream needs one of its own, for G.722 remembers.
#[derive(Debug)]
pub struct Encoder(Coder<libg722::encoder::Encoder>);

/// Turns payload into samples; a stream needs one of its own, for G.722 remembers.
#[derive(Debug)]
pub struct Decoder(Coder<libg722::decoder::Decoder>);

enum Coder<Wideband> {
    Pcmu,
    Pcma,
    G722(Box<Wideband>),
}

impl Encoder {
    /// The codec.
    pub const fn codec(&self) -> Codec {
        self.0.codec()
    }

    /// Appends the payload of `pcm`, which is at the codec's sample rate. For G.722, two samples
    /// make an octet: an odd one at the end is encoded with a silent partner.
    pub fn encode(&mut self, pcm: &[i16], out: &mut Vec<u8>) {
        match &mut self.0 {
            Coder::Pcmu => g711::encode_mu(pcm, out),
            Coder::Pcma => g711::encode_a(pcm, out),
            Coder::G722(encoder) => {
                // The encoder panics when given an odd number.
                let (pairs, odd) = pcm.split_at(pcm.len() & !1);
                out.extend_from_slice(&encoder.encode(pairs));
                if let [last] = odd {
                    out.extend_from_slice(&encoder.encode(&[*last, 0]));
                }
            }
        }
    }

    /// Appends `octets` octets of silence.
    pub fn silence(&mut self, octets: usize, out: &mut Vec<u8>) {
        let end = out.len() + octets;
        match &mut self.0 {
            Coder::Pcmu => out.resize(end, g711::MU_LAW_IDLE),
            Coder::Pcma => out.resize(end, g711::A_LAW_IDLE),
            // Its silence depends on what came before.
            Coder::G722(encoder) => out.extend_from_slice(&encoder.encode(&vec![0; 2 * octets])),
        }
    }
}

impl Decoder {
    /// The codec.
    pub const fn codec(&self) -> Codec {
        self.0.codec()
    }

    /// Appends the samples of `payload`, at the codec's sample rate. Any octets are some sound.
    pub fn decode(&mut self, payload: &[u8], out: &mut Vec<i16>) {
        match &mut self.0 {
            Coder::Pcmu => g711::decode_mu(payload, out),
            Coder::Pcma => g711::decode_a(payload, out),
            Coder::G722(decoder) => out.extend_from_slice(&decoder.decode(payload)),
        }
    }
}

impl<Wideband> Coder<Wideband> {
    const fn codec(&self) -> Codec {
        match self {
            Self::Pcmu => Codec::Pcmu,
            Self::Pcma => Codec::Pcma,
            Self::G722(_) => Codec::G722,
        }
    }
}

impl<Wideband> fmt::Debug for Coder<Wideband> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.codec().name())
    }
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, reason = "signals are reals, rounded to samples")]
mod tests {
    use super::*;

    const FRAME_OCTETS: usize = 160;

    /// Half a second of a 1,020 Hz tone at the codec's rate.
    fn tone(codec: Codec, amplitude: f64) -> Vec<i16> {
        let step = 1_020.0 * std::f64::consts::TAU / f64::from(codec.sample_rate());
        (0..codec.sample_rate() / 2)
            .map(|n| ((f64::from(n) * step).sin() * amplitude).round() as i16)
            .collect()
    }

    fn through(codec: Codec, pcm: &[i16]) -> Vec<i16> {
        let (mut encoder, mut decoder) = (codec.encoder(), codec.decoder());
        let (mut payload, mut heard) = (Vec::new(), Vec::new());
        for frame in pcm.chunks(codec.samples(FRAME_OCTETS)) {
            payload.clear();
            encoder.encode(frame, &mut payload);
            assert_eq!(payload.len(), FRAME_OCTETS, "{codec:?} frame of 20 ms");
            decoder.decode(&payload, &mut heard);
        }
        heard
    }

    /// Signal to noise in dB, the codec's delay taken off and the first 50 ms left out.
    fn snr(codec: Codec, amplitude: f64) -> f64 {
        let delay = if codec == Codec::G722 { 22 } else { 0 };
        let pcm = tone(codec, amplitude);
        let heard = through(codec, &pcm);
        let pairs = pcm.iter().zip(&heard[delay..]).skip(800);
        let (signal, noise) = pairs.fold((0.0, 0.0), |(signal, noise), (&said, &heard)| {
            let (said, heard) = (f64::from(said), f64::from(heard));
            (signal + said * said, noise + (said - heard).powi(2))
        });
        10.0 * (signal / noise).log10()
    }

    #[test]
    fn a_tone_survives_each_codec_with_the_quality_of_a_telephone_network() {
        // ITU-T G.712 section 11 asks for 33 dB from 0 to -30 dBm0.
        for codec in Codec::ALL {
            for amplitude in [20_000.0, 5_000.0, 1_000.0] {
                let decibels = snr(codec, amplitude);
                assert!(decibels > 33.0, "{codec:?} at {amplitude}: {decibels}");
            }
        }
    }

    #[test]
    fn silence_is_silent_and_lasts_as_long_as_asked() {
        for codec in Codec::ALL {
            let (mut payload, mut heard) = (Vec::new(), Vec::new());
            codec.encoder().silence(FRAME_OCTETS, &mut payload);
            codec.decoder().decode(&payload, &mut heard);
            assert_eq!(heard.len(), codec.samples(FRAME_OCTETS));
            assert!(heard.iter().all(|sample| sample.abs() <= 16), "{codec:?}: {heard:?}");
        }
    }

    #[test]
    fn an_odd_sample_at_the_end_of_wideband_is_kept() {
        let mut payload = Vec::new();
        Codec::G722.encoder().encode(&[1, 2, 3], &mut payload);
        assert_eq!(payload.len(), 2);
    }

    #[test]
    fn wideband_is_sampled_twice_as_fast_as_its_rtp_clock_says() {
        assert_eq!((Codec::G722.sample_rate(), Codec::G722.clock_rate()), (16_000, 8_000));
    }

    #[test]
    fn a_codec_is_found_by_its_payload_type_and_by_its_name() {
        for codec in Codec::ALL {
            assert_eq!(Codec::of_payload_type(codec.payload_type()), Some(codec));
            assert_eq!(Codec::of_name(&codec.name().to_lowercase()), Some(codec));
        }
        assert_eq!((Codec::of_payload_type(18), Codec::of_name("opus")), (None, None));
    }

    #[test]
    fn any_octets_decode_without_panic() {
        let noise: Vec<u8> = (0..20_000_u32).map(|n| (n * n).to_be_bytes()[2]).collect();
        let mut heard = Vec::new();
        Codec::G722.decoder().decode(&noise, &mut heard);
        assert_eq!(heard.len(), 2 * noise.len());
    }

    #[test]
    fn the_loudest_noise_encodes_without_panic() {
        let square: Vec<i16> =
            (0..40_000).map(|n| if n * n / 7 % 3 == 0 { i16::MAX } else { i16::MIN }).collect();
        let mut payload = Vec::new();
        Codec::G722.encoder().encode(&square, &mut payload);
        assert_eq!(payload.len(), 20_000);
    }
}
