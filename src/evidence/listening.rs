//! Listens to what passes: from the payload of a packet to who is heard in it.

use bytes::Bytes;

use super::media::Sound;
use crate::audio;
use crate::rtp::Codec;

/// Listens to G.711, and remembers what it heard: the same frame crosses a call six times, and is
/// listened to once.
#[derive(Debug)]
pub(super) struct Ear {
    remembered: Vec<Option<(Bytes, Sound)>>,
    pcm: Vec<i16>,
}

impl Ear {
    pub(super) fn new() -> Self {
        Self { remembered: vec![None; REMEMBERED], pcm: Vec::with_capacity(FRAME) }
    }

    /// What is heard in one packet by itself.
    pub(super) fn hear(&mut self, payload_type: u8, payload: &Bytes) -> Sound {
        let codec = match payload_type {
            0 => Codec::Pcmu,
            8 => Codec::Pcma,
            _ => return Sound::Unheard,
        };
        let slot = fingerprint(payload_type, payload);
        if let Some(Some((known, sound))) = self.remembered.get(slot)
            && known == payload
        {
            return *sound;
        }
        self.pcm.clear();
        codec.decoder().decode(payload, &mut self.pcm);
        let sound = match self.pcm.first_chunk::<FRAME>() {
            Some(frame) if self.pcm.len() == FRAME => Sound::of(&audio::hear(frame)),
            _ => Sound::Other,
        };
        self.remembered[slot] = Some((payload.clone(), sound));
        sound
    }
}

/// A place in the memory for a payload. Two payloads that share one only forget each other.
fn fingerprint(payload_type: u8, payload: &[u8]) -> usize {
    let mut sum = u64::from(payload_type);
    for chunk in payload.chunks(8) {
        let mut eight = [0; 8];
        eight[..chunk.len()].copy_from_slice(chunk);
        sum = (sum ^ u64::from_le_bytes(eight)).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
    }
    usize::try_from(sum >> 32).expect("32 bits") % REMEMBERED
}

/// A few seconds of a dozen voices.
const REMEMBERED: usize = 4_096;
/// 20 ms at 8 kHz.
const FRAME: usize = 160;
