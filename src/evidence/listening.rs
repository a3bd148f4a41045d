//! Listens to what passes: from the payload of a packet to who is heard in it.

use std::collections::VecDeque;

use bytes::Bytes;

use super::media::{RtpSeen, Sound};
use crate::audio::{self, Heard, Listener};
use crate::rtp::{Codec, Narrowband};

/// Listens to single packets of G.711, and remembers what it heard: the same frame crosses a call
/// six times, and is listened to once.
#[derive(Debug)]
pub(super) struct Ear {
    remembered: Vec<Option<(Bytes, Sound)>>,
    pcm: Vec<i16>,
}

impl Ear {
    pub(super) fn new() -> Self {
        Self { remembered: vec![None; REMEMBERED], pcm: Vec::with_capacity(FRAME) }
    }

    /// What is heard in one packet by itself; nothing can be said of a codec with a memory.
    pub(super) fn hear(&mut self, payload_type: u8, payload: &Bytes) -> Sound {
        let codec = match Codec::of_payload_type(payload_type) {
            Some(codec @ (Codec::Pcmu | Codec::Pcma)) => codec,
            Some(Codec::G722) => return Sound::Other,
            None => return Sound::Unheard,
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

/// Listens to a stream whose packets say nothing by themselves: G.722, which has a memory; speech
/// that was framed anew on its way; several voices at once.
#[derive(Debug, Default)]
pub(super) struct StreamEar {
    attention: Option<Box<Attention>>,
}

#[derive(Debug)]
struct Attention {
    narrowband: Narrowband,
    listener: Listener,
    /// The RTP timestamp of the last packet, and what it comes to without wrapping.
    last: (u32, u64),
    pcm: Vec<i16>,
    heard: Vec<(u64, Heard)>,
    /// The packets that may still be given a name: where each begins, and its place in the list.
    open: VecDeque<(u64, usize, bool)>,
}

impl StreamEar {
    /// Listens to the last packet of `list`, and writes into the list whatever is understood now,
    /// which may be about the packets before it.
    pub(super) fn hear(&mut self, list: &mut [RtpSeen], payload: &[u8]) {
        let Some((last, _)) = list.split_last() else { return };
        let Some(codec) = Codec::of_payload_type(last.payload_type) else { return };
        if self.attention.is_none() && !matches!(last.sound, Sound::Other | Sound::Mixed) {
            return;
        }
        let (ssrc, timestamp, place) = (last.ssrc, last.timestamp, list.len() - 1);
        let attention = self.attention.get_or_insert_with(|| Box::new(Attention::new(timestamp)));
        let position = attention.follow(timestamp);
        attention.open.push_back((position, place, false));
        if attention.open.len() > OPEN_MAX {
            attention.open.pop_front();
        }
        attention.pcm.clear();
        attention.narrowband.decode(ssrc, codec, payload, &mut attention.pcm);
        attention.listener.push(position, &attention.pcm, &mut attention.heard);
        attention.write(list);
    }
}

impl Attention {
    fn new(timestamp: u32) -> Self {
        Self {
            narrowband: Narrowband::default(),
            listener: Listener::new(),
            last: (timestamp, START),
            pcm: Vec::with_capacity(FRAME),
            heard: Vec::new(),
            open: VecDeque::new(),
        }
    }

    /// Where a packet with this timestamp begins, counted without wrapping.
    fn follow(&mut self, timestamp: u32) -> u64 {
        let (last, position) = self.last;
        let step = i64::from(timestamp.wrapping_sub(last).cast_signed());
        let position = position.saturating_add_signed(step);
        self.last = (timestamp, position);
        position
    }

    /// Gives the packets their names. A second voice in a packet makes it a mix.
    fn write(&mut self, list: &mut [RtpSeen]) {
        for (position, heard) in self.heard.drain(..) {
            let sound = Sound::of(&heard);
            // A symbol belongs to the packet in which its middle is.
            let middle = position + FRAME as u64 / 2;
            let packet = self.open.iter_mut().rev().find(|(begin, ..)| *begin <= middle);
            let Some((_, place, named)) = packet else { continue };
            let Some(seen) = list.get_mut(*place) else { continue };
            let again = matches!((seen.sound, sound), (Sound::Voice(one), Sound::Voice(other)) if one.voice() != other.voice());
            seen.sound = if *named && again { Sound::Mixed } else { sound };
            *named |= matches!(sound, Sound::Voice(_));
        }
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
/// A listener makes up its mind within four symbols.
const OPEN_MAX: usize = 32;
/// Timestamps may go back from where a stream begins.
const START: u64 = 1 << 33;
