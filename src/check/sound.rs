//! The sound of a recording as it is fetched: a WAV file, read within bounds.

use std::collections::BTreeMap;

use crate::audio::{Listener, Sound, Voice};
use crate::rtp::Codec;

/// The samples of each side of a WAV file of 8 kHz, in µ-law or 16 bits; nothing of any other.
pub fn sides(file: &[u8]) -> Option<Vec<Vec<i16>>> {
    let (head, mut rest) = (file.get(..12)?, file.get(12..)?);
    if !head.starts_with(b"RIFF") || !head.ends_with(b"WAVE") {
        return None;
    }
    let mut format = None;
    loop {
        let (name, size) = (rest.get(..4)?, rest.get(4..8)?);
        let size = usize::try_from(u32::from_le_bytes(size.try_into().ok()?)).ok()?;
        let body = rest.get(8..)?;
        match name {
            b"fmt " => format = Format::read(body),
            b"data" => return Some(format?.split(body.get(..size).unwrap_or(body))),
            _ => {}
        }
        // Every chunk has an even number of bytes.
        rest = body.get(size.checked_add(size % 2)?..)?;
    }
}

/// Whose voices are heard in some samples, and how often.
pub fn voices(samples: &[i16]) -> BTreeMap<Voice, usize> {
    let mut heard = Vec::new();
    let mut listener = Listener::new();
    listener.push(0, samples, &mut heard);
    listener.finish(&mut heard);
    let mut voices = BTreeMap::new();
    for (_, heard) in heard {
        if let Sound::Voice(mark) = heard.sound {
            *voices.entry(mark.voice()).or_default() += 1;
        }
    }
    voices.retain(|_, count| *count >= BY_CHANCE);
    voices
}

struct Format {
    is_companded: bool,
    sides: usize,
}

impl Format {
    fn read(chunk: &[u8]) -> Option<Self> {
        let field = |at: usize| Some(u16::from_le_bytes(chunk.get(at..at + 2)?.try_into().ok()?));
        let is_companded = match (field(0)?, field(14)?) {
            (MU_LAW, 8) => true,
            (PCM, 16) => false,
            _ => return None,
        };
        let sides = usize::from(field(2)?);
        let is_telephone = u32::from_le_bytes(chunk.get(4..8)?.try_into().ok()?) == SAMPLE_RATE;
        (is_telephone && (1..=SIDES_MAX).contains(&sides)).then_some(Self { is_companded, sides })
    }

    fn split(&self, data: &[u8]) -> Vec<Vec<i16>> {
        let mut all = Vec::new();
        if self.is_companded {
            Codec::Pcmu.decoder().decode(data, &mut all);
        } else {
            all.extend(data.chunks_exact(2).map(|two| i16::from_le_bytes([two[0], two[1]])));
        }
        let side = |side| all.iter().skip(side).step_by(self.sides).copied().collect();
        (0..self.sides).map(side).collect()
    }
}

/// A few moments that sound like somebody are nobody.
const BY_CHANCE: usize = 5;
const SAMPLE_RATE: u32 = 8_000;
const PCM: u16 = 1;
/// RFC 2361 section A.6.
const MU_LAW: u16 = 7;
/// One for each party of a large conference.
const SIDES_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn file(format: u16, bits: u16, data: &[u8]) -> Vec<u8> {
        let mut file = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0".to_vec();
        for field in [format, 2, 8_000, 0, 0, 0, 0, bits] {
            file.extend(field.to_le_bytes());
        }
        file.extend(b"odd \x01\0\0\0x\0data");
        file.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
        file.extend(data);
        file
    }

    #[test]
    fn sides_are_told_apart_in_either_format() {
        let pcm = file(PCM, 16, &[1, 0, 2, 0, 3, 0, 4, 0]);
        assert_eq!(sides(&pcm), Some(vec![vec![1, 3], vec![2, 4]]));
        let companded = sides(&file(MU_LAW, 8, &[0xFF, 0x80])).unwrap();
        assert_eq!((companded[0].len(), companded[1].len()), (1, 1));
        assert!(companded[0][0] == 0 && companded[1][0] > 30_000);
    }

    #[test]
    fn what_is_no_such_file_is_none() {
        let whole = file(PCM, 16, &[1, 0, 2, 0]);
        for end in 0..whole.len() - 4 {
            let _ = sides(&whole[..end]);
        }
        assert_eq!(sides(b"{}"), None);
        assert_eq!(sides(&file(3, 16, &[0, 0])), None);
    }

    #[test]
    fn a_voice_is_known_by_what_it_says() {
        let [one, other] = [0, 1].map(|person| Voice::of_person(person).unwrap());
        let samples: Vec<_> = (0..50).flat_map(|moment| one.speak(moment)).collect();
        let voices = voices(&samples);
        assert!(voices.contains_key(&one) && !voices.contains_key(&other));
    }
}
