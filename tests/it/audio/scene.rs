//! Who speaks when in a test, and what a line does to it.
#![expect(clippy::cast_precision_loss, reason = "a test has few samples")]
#![expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]

use audio_codec_algorithms::{decode_alaw, decode_ulaw, encode_alaw, encode_ulaw};
use ezk_g722::libg722::Bitrate;
use ezk_g722::libg722::decoder::Decoder;
use ezk_g722::libg722::encoder::Encoder;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use tallylight::audio::{Heard, Listener, Mark, Sound, Voice, narrow};

/// Somebody who speaks for a while.
#[derive(Clone, Copy)]
pub struct Speech {
    pub person: u8,
    /// The first sample.
    pub start: usize,
    /// The moment of the first symbol.
    pub moment: u32,
    pub symbols: u32,
    pub db: f64,
}

impl Speech {
    pub fn voice(self) -> Voice {
        Voice::of_person(self.person).unwrap()
    }

    fn end(self) -> usize {
        self.start + self.symbols as usize * 160
    }
}

/// What all of them say together, and 40 ms of silence.
pub fn speak(speeches: &[Speech]) -> Vec<i16> {
    let length = speeches.iter().map(|speech| speech.end()).max().unwrap_or_default() + 320;
    let mut sum = vec![0.0; length];
    for speech in speeches {
        let gain = 10_f64.powf(speech.db / 20.0);
        let said = (0..speech.symbols)
            .flat_map(|n| speech.voice().speak(speech.moment + n))
            .map(|sample| gain * f64::from(sample));
        sum[speech.start..].iter_mut().zip(said).for_each(|(sum, sample)| *sum += sample);
    }
    sum.into_iter().map(rounded).collect()
}

pub fn rounded(sample: f64) -> i16 {
    sample.round() as i16
}

pub fn a_law(pcm: &[i16]) -> Vec<i16> {
    pcm.iter().map(|&sample| decode_alaw(encode_alaw(sample))).collect()
}

pub fn mu_law(pcm: &[i16]) -> Vec<i16> {
    pcm.iter().map(|&sample| decode_ulaw(encode_ulaw(sample))).collect()
}

/// Through G.722 at 64 kbit/s, and back to 8 kHz.
pub fn g722(wide: &[i16]) -> Vec<i16> {
    let mut encoder = Encoder::new(Bitrate::Mode1_64000, false, false);
    let mut decoder = Decoder::new(Bitrate::Mode1_64000, false, false);
    let decoded = wide.chunks(320).flat_map(|frame| decoder.decode(&encoder.encode(frame)));
    let decoded: Vec<i16> = decoded.collect();
    let mut pcm = Vec::new();
    narrow(&decoded, &mut pcm);
    pcm
}

/// With white noise of this root mean square.
pub fn noisy(pcm: &[i16], rms: f64, rng: &mut ChaCha8Rng) -> Vec<i16> {
    pcm.iter()
        .map(|&sample| {
            // Twelve uniform numbers have a variance of one, and are nearly normal.
            let sum: f64 = (0..12).map(|_| uniform(rng)).sum();
            rounded(f64::from(sample) + rms * (sum - 6.0))
        })
        .collect()
}

/// From 0 to 1.
pub fn uniform(rng: &mut ChaCha8Rng) -> f64 {
    f64::from(rng.next_u32()) / f64::from(u32::MAX)
}

/// Played by a clock that is `ratio` times as fast: interpolated with a windowed sinc.
pub fn resampled(pcm: &[i16], ratio: f64) -> Vec<i16> {
    (0..pcm.len())
        .take_while(|&n| n as f64 * ratio < pcm.len() as f64)
        .map(|n| {
            let at = n as f64 * ratio;
            let near = pcm.iter().enumerate().skip((at as usize).saturating_sub(15)).take(32);
            rounded(near.map(|(n, &sample)| f64::from(sample) * kernel(at - n as f64)).sum())
        })
        .collect()
}

fn kernel(distance: f64) -> f64 {
    let angle = std::f64::consts::PI * distance;
    let sinc = if angle.abs() < 1e-9 { 1.0 } else { angle.sin() / angle };
    sinc * (0.5 + 0.5 * (angle / 17.0).cos())
}

/// What is heard when the samples come in frames of this length.
pub fn listen(pcm: &[i16], frame: usize) -> Vec<(u64, Heard)> {
    let (mut listener, mut heard) = (Listener::new(), Vec::new());
    for (n, samples) in pcm.chunks(frame).enumerate() {
        listener.push((n * frame) as u64, samples, &mut heard);
    }
    listener.finish(&mut heard);
    heard
}

/// The marks among what is heard, and where.
pub fn marks(heard: &[(u64, Heard)]) -> Vec<(u64, Mark)> {
    let mark = |heard: &Heard| if let Sound::Voice(mark) = heard.sound { Some(mark) } else { None };
    heard.iter().filter_map(|(at, heard)| Some((*at, mark(heard)?))).collect()
}

/// How well what was heard agrees with what was said.
#[derive(Debug, Default, Eq, PartialEq)]
pub struct Score {
    /// Symbols that were said.
    pub said: usize,
    /// Of these, those that were heard, within 2.5 ms of their place.
    pub heard: usize,
    /// Names for what nobody said.
    pub wrong: usize,
    /// Right names at a wrong place, or a second time.
    pub misplaced: usize,
    /// The furthest that a name is beside its place, in samples.
    pub beside: u64,
}

impl Score {
    pub fn of(speeches: &[Speech], heard: &[(u64, Heard)]) -> Self {
        let mut score = Self::default();
        let mut seen: Vec<Vec<bool>> =
            speeches.iter().map(|speech| vec![false; speech.symbols as usize]).collect();
        for (at, mark) in marks(heard) {
            let symbol = |speech: &Speech| mark.since(Mark::new(speech.voice(), speech.moment));
            let Some((speech, seen)) = speeches.iter().zip(&mut seen).find(|(speech, _)| {
                mark.voice() == speech.voice() && symbol(speech) < speech.symbols
            }) else {
                score.wrong += 1;
                continue;
            };
            let n = symbol(speech) as usize;
            let beside = at.abs_diff((speech.start + n * 160) as u64);
            if beside > 20 || std::mem::replace(&mut seen[n], true) {
                score.misplaced += 1;
            } else {
                score.beside = score.beside.max(beside);
            }
        }
        score.said = seen.iter().map(Vec::len).sum();
        score.heard = seen.iter().flatten().filter(|&&seen| seen).count();
        score
    }

    pub fn add(&mut self, other: &Self) {
        self.said += other.said;
        self.heard += other.heard;
        self.wrong += other.wrong;
        self.misplaced += other.misplaced;
        self.beside = self.beside.max(other.beside);
    }

    /// Whether all was heard, at its place, and nothing else.
    pub fn is_perfect(&self) -> bool {
        self.heard == self.said && self.wrong == 0 && self.misplaced == 0
    }
}
