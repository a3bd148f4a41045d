//! The two tones that the telephones speak, as files they can play.

use std::f64::consts::TAU;
use std::fs;
use std::path::Path;

use audio_codec_algorithms::encode_ulaw;
use hound::{SampleFormat, WavSpec, WavWriter};

/// Samples in a second, everywhere in this test.
pub const RATE: u32 = 8_000;

/// A telephone's voice.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Tone {
    /// 1,000 Hz.
    High,
    /// 440 Hz.
    Low,
}

impl Tone {
    /// Its frequency in hertz; a whole number, so that a second of it can be repeated seamlessly.
    pub fn hertz(self) -> f64 {
        match self {
            Self::High => 1_000.0,
            Self::Low => 440.0,
        }
    }

    /// The tone that is not this one.
    pub fn other(self) -> Self {
        match self {
            Self::High => Self::Low,
            Self::Low => Self::High,
        }
    }

    /// Sample number `n`, a quarter of full scale.
    #[expect(clippy::cast_possible_truncation, reason = "a quarter of full scale fits")]
    pub fn sample(self, n: u32) -> i16 {
        (LOUDNESS
            * f64::from(i16::MAX)
            * (TAU * self.hertz() * f64::from(n) / f64::from(RATE)).sin()) as i16
    }

    /// Writes one second as raw mu-law, which SIPp repeats.
    pub fn write_ulaw(self, path: &Path) {
        let bytes: Vec<u8> = (0..RATE).map(|n| encode_ulaw(self.sample(n))).collect();
        fs::write(path, bytes).expect("the folder of the example can be written");
    }

    /// Writes a minute as WAV: baresip plays its file once.
    pub fn write_wav(self, path: &Path) {
        write_wav(path, &[(0..60 * RATE).map(|n| self.sample(n)).collect()]);
    }
}

/// Writes channels of equal length as a WAV file.
pub fn write_wav(path: &Path, channels: &[Vec<i16>]) {
    let spec = WavSpec {
        channels: u16::try_from(channels.len()).expect("one or two channels"),
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let mut file = WavWriter::create(path, spec).expect("the folder of the example can be written");
    for n in 0..channels[0].len() {
        for channel in channels {
            file.write_sample(channel[n]).expect("the file can be written");
        }
    }
    file.finalize().expect("the file can be written");
}

/// The loudness of a tone, as a share of full scale.
pub const LOUDNESS: f64 = 0.25;
