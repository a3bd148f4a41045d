//! What is played to people, and how it is laid over what they say to each other.

use std::iter;

use bytes::Bytes;

use crate::audio::{self, Prompt, Tone};
use crate::rtp::{Codec, Decoder, Encoder, Packet};

/// What is played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sound {
    /// An announcement, and how many frames of 20 ms it has.
    Words(Prompt, u16),
    /// A tone.
    Tone(Tone),
}

impl Sound {
    /// The 20 ms at this place, at 8 kHz or `wide` at 16 kHz; nothing after its end.
    pub fn frame(&self, position: u32, wide: bool) -> Option<Vec<i16>> {
        match self {
            Self::Words(prompt, frames) => {
                let position = u16::try_from(position).ok().filter(|it| it < frames)?;
                if wide {
                    prompt.play_wide(position).map(|frame| frame.to_vec())
                } else {
                    prompt.play(position).map(|frame| frame.to_vec())
                }
            }
            Self::Tone(tone) if wide => tone.play_wide(position).map(|frame| frame.to_vec()),
            Self::Tone(tone) => tone.play(position).map(|frame| frame.to_vec()),
        }
    }

    /// So many samples from this one on, with silence after its end.
    fn samples(&self, from: usize, count: usize, wide: bool) -> Vec<i16> {
        let frame = if wide { 320 } else { 160 };
        let first = from / frame;
        let places = (first..).map_while(|place| u32::try_from(place).ok());
        let frames = places.take(count / frame + 2).map(|place| self.frame(place, wide));
        let frames = frames.map(|it| it.unwrap_or_else(|| vec![0; frame]));
        frames.flatten().skip(from % frame).take(count).collect()
    }
}

/// One stream over which a sound is laid.
#[derive(Debug, Default)]
pub struct Overlay {
    /// The timestamp at which the sound begins.
    begin: Option<u32>,
    coder: Option<(Decoder, Encoder)>,
}

impl Overlay {
    /// The packet with the sound over it; nothing where there is none to lay over it, or no audio
    /// that we know to lay it over.
    pub fn mix(&mut self, sound: &Sound, packet: &Bytes) -> Option<Bytes> {
        let read = Packet::read(packet).ok().filter(|it| it.extension.is_none())?;
        let codec = Codec::of_payload_type(read.header.payload_type)?;
        let begin = *self.begin.get_or_insert(read.header.timestamp);
        let ticks = read.header.timestamp.wrapping_sub(begin);
        // What was said before it began comes late, or its clock was set anew.
        let ticks = usize::try_from(ticks).ok().filter(|ticks| *ticks < TICKS_MAX)?;
        if self.coder.as_ref().is_none_or(|(decoder, _)| decoder.codec() != codec) {
            self.coder = Some((codec.decoder(), codec.encoder()));
        }
        let (decoder, encoder) = self.coder.as_mut()?;
        let mut said = Vec::new();
        decoder.decode(read.payload, &mut said);
        let wide = codec == Codec::G722;
        let from = if wide { 2 * ticks } else { ticks };
        let played = sound.samples(from, said.len(), wide);
        if played.iter().all(|sample| *sample == 0) {
            return None;
        }
        let mut both = vec![0; said.len()];
        audio::mix(&[&said, &played], &mut both);
        let mut payload = Vec::with_capacity(read.payload.len());
        encoder.encode(&both, &mut payload);
        Some(read.header.write(&payload))
    }
}

/// The payload of the frame at this place, in a codec; nothing after the end.
pub fn encode(sound: &Sound, position: u32, encoder: &mut Encoder) -> Option<Vec<u8>> {
    let pcm = sound.frame(position, encoder.codec() == Codec::G722)?;
    let mut payload = Vec::with_capacity(160);
    encoder.encode(&pcm, &mut payload);
    // A tone ends where it ends; the frame is sent whole.
    payload.extend(iter::repeat_n(0xFF, 160_usize.saturating_sub(payload.len())));
    Some(payload)
}

/// A minute: no sound of ours is as long.
const TICKS_MAX: usize = 480_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{Message, Voice};
    use crate::rtp::Header;

    #[test]
    fn samples_from_anywhere_are_those_of_the_frames() {
        let tone = Sound::Tone(Tone::RECORDER_WARNING);
        let words = Sound::Words(Prompt::new(Message::Paused, 0).unwrap(), 30);
        for (sound, length) in [(tone, 25 * 160), (words, 30 * 160)] {
            let all: Vec<_> = (0..).map_while(|it| sound.frame(it, false)).flatten().collect();
            assert_eq!(all.len(), length);
            for (from, count) in [(0, 160), (80, 240), (159, 2), (1_000, 333)] {
                assert_eq!(sound.samples(from, count, false), all[from..from + count]);
            }
            assert_eq!(sound.samples(length, 160, false), [0; 160]);
            assert_eq!(sound.samples(0, 320, true), sound.frame(0, true).unwrap());
        }
    }

    #[test]
    fn a_tone_is_laid_over_speech_from_the_first_packet_on() {
        let voice = Voice::of_person(3).unwrap();
        let sound = Sound::Tone(Tone::RECORDER_WARNING);
        let mut overlay = Overlay::default();
        for moment in 0..30 {
            let mut payload = Vec::new();
            Codec::Pcmu.encoder().encode(&voice.speak(moment), &mut payload);
            let header = Header { timestamp: 160 * moment, ..Header::default() };
            let mixed = overlay.mix(&sound, &header.write(&payload));
            assert_eq!(mixed.is_some(), moment < 25, "{moment}");
            let Some(mixed) = mixed else { continue };
            let mixed = Packet::read(&mixed).unwrap();
            assert_eq!(mixed.header, header);
            assert_ne!(mixed.payload, payload, "{moment}");
        }
        assert_eq!(overlay.mix(&sound, &Bytes::from_static(b"no RTP")), None);
    }
}
