//! Recordings as WAV files, one channel for each side, as long as the longest.

use std::io::{Seek, Write};

use bytes::Bytes;

use super::store::Track;
use crate::rtp::Codec;

/// Writes 16 bits a sample: what is kept for people.
pub fn write(to: impl Write + Seek, tracks: &[Track]) -> Result<(), hound::Error> {
    let spec = hound::WavSpec {
        channels: u16::try_from(tracks.len()).unwrap_or(u16::MAX),
        sample_rate: SAMPLE_RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut wav = hound::WavWriter::new(to, spec)?;
    for index in 0..length(tracks) {
        for track in tracks {
            wav.write_sample(track.pcm.get(index).copied().unwrap_or(0))?;
        }
    }
    wav.finalize()
}

/// Makes 8 bits a sample (µ-law), which every player takes: half as much to hold in memory.
pub fn companded(tracks: &[Track]) -> Bytes {
    let channels = u16::try_from(tracks.len()).unwrap_or(u16::MAX);
    let samples = length(tracks);
    let mut sides = Vec::new();
    for track in tracks {
        let mut side = Vec::with_capacity(samples);
        let mut encoder = Codec::Pcmu.encoder();
        encoder.encode(&track.pcm, &mut side);
        encoder.silence(samples.saturating_sub(side.len()), &mut side);
        sides.push(side);
    }
    let size = u32::try_from(samples * sides.len()).unwrap_or(u32::MAX);
    let mut file = head(channels, size, u32::try_from(samples).unwrap_or(u32::MAX));
    for index in 0..samples {
        file.extend(sides.iter().filter_map(|side| side.get(index)));
    }
    // Every chunk has an even number of bytes.
    if size % 2 == 1 {
        file.push(0);
    }
    file.into()
}

/// RIFF, `fmt `, `fact` as formats other than PCM need it, and the head of `data`.
fn head(channels: u16, size: u32, samples: u32) -> Vec<u8> {
    let mut head = Vec::with_capacity(58);
    head.extend(b"RIFF");
    head.extend((50 + size + size % 2).to_le_bytes());
    head.extend(b"WAVEfmt ");
    head.extend(18_u32.to_le_bytes());
    head.extend(MU_LAW.to_le_bytes());
    head.extend(channels.to_le_bytes());
    head.extend(SAMPLE_RATE.to_le_bytes());
    head.extend((SAMPLE_RATE * u32::from(channels)).to_le_bytes());
    head.extend(channels.to_le_bytes());
    head.extend(8_u16.to_le_bytes());
    head.extend(0_u16.to_le_bytes());
    head.extend(b"fact");
    head.extend(4_u32.to_le_bytes());
    head.extend(samples.to_le_bytes());
    head.extend(b"data");
    head.extend(size.to_le_bytes());
    head
}

fn length(tracks: &[Track]) -> usize {
    tracks.iter().map(|track| track.pcm.len()).max().unwrap_or(0)
}

const SAMPLE_RATE: u32 = 8_000;
/// RFC 2361 section A.6: `WAVE_FORMAT_MULAW`.
const MU_LAW: u16 = 7;

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn tracks() -> [Track; 2] {
        let track = |pcm: &[i16]| Track { label: None, heard: 1, pcm: pcm.to_vec() };
        [track(&[0, 1_000, -1_000]), track(&[8_031])]
    }

    #[test]
    fn the_shorter_side_is_silent_at_the_end() {
        let mut file = Cursor::new(Vec::new());
        write(&mut file, &tracks()).unwrap();
        file.set_position(0);
        let samples = hound::WavReader::new(file).unwrap().into_samples::<i16>();
        let samples: Vec<_> = samples.map(Result::unwrap).collect();
        assert_eq!(samples, [0, 8_031, 1_000, 0, -1_000, 0]);
    }

    #[test]
    fn half_as_much_is_as_long() {
        let file = companded(&tracks());
        assert_eq!(file.len(), 58 + 6);
        assert_eq!(file[4..8], (58_u32 + 6 - 8).to_le_bytes());
        assert_eq!((&file[..4], &file[8..16]), (&b"RIFF"[..], &b"WAVEfmt "[..]));
        assert_eq!(file[54..58], 6_u32.to_le_bytes());
    }
}
