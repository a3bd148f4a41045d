//! Listens to what passes: from the payload of a packet to who is heard in it.

use std::collections::VecDeque;

use bytes::Bytes;

use super::media::{RtpSeen, Sound};
use crate::audio::{self, Heard, Listener, Mark};
use crate::rtp::{Codec, Narrowband};

/// Listens to single packets of G.711, and remembers what it heard: the same frame crosses a call
/// six times, and is listened to once.
#[derive(Debug)]
pub(super) struct Ear {
    remembered: Vec<Option<Memory>>,
    pcm: Vec<i16>,
    expected: Vec<u8>,
}

#[derive(Clone, Debug)]
struct Memory {
    codec: Codec,
    payload: Bytes,
    sound: Sound,
}

impl Ear {
    pub(super) fn new() -> Self {
        Self {
            remembered: vec![None; REMEMBERED],
            pcm: Vec::with_capacity(FRAME),
            expected: Vec::with_capacity(FRAME),
        }
    }

    /// What is heard in one packet by itself; nothing can be said of a codec with a memory.
    /// `before` is what its flow said before, if that was a single voice: whoever speaks will most
    /// likely go on.
    pub(super) fn hear(
        &mut self,
        payload_type: u8,
        packet: &Bytes,
        payload: &[u8],
        before: Option<Mark>,
    ) -> Sound {
        let codec = match Codec::of_payload_type(payload_type) {
            Some(codec @ (Codec::Pcmu | Codec::Pcma)) => codec,
            Some(Codec::G722) => return Sound::Other,
            None => return Sound::Unheard,
        };
        let slot = fingerprint(payload);
        if let Some(Some(known)) = self.remembered.get(slot)
            && known.codec == codec
            && known.payload == payload
        {
            return known.sound;
        }
        let next = before.map(|mark| mark.later(1));
        let sound = match next.filter(|mark| self.is_pure(codec, payload, *mark)) {
            Some(mark) => Sound::Voice(mark),
            None => self.listen(codec, payload),
        };
        let payload = packet.slice_ref(payload);
        self.remembered[slot] = Some(Memory { codec, payload, sound });
        sound
    }

    /// Whether a payload is just what a voice says at a moment, octet for octet: to say it is a
    /// fraction of the work of listening.
    fn is_pure(&mut self, codec: Codec, payload: &[u8], mark: Mark) -> bool {
        self.expected.clear();
        codec.encoder().encode(&mark.voice().speak(mark.moment()), &mut self.expected);
        self.expected == payload
    }

    fn listen(&mut self, codec: Codec, payload: &[u8]) -> Sound {
        self.pcm.clear();
        codec.decoder().decode(payload, &mut self.pcm);
        match self.pcm.first_chunk::<FRAME>() {
            Some(frame) if self.pcm.len() == FRAME => Sound::of(&audio::hear(frame)),
            _ => Sound::Other,
        }
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

/// A place in the memory for a payload, from three words in its middle, where the frames of
/// speech differ. Two payloads that share one only forget each other.
fn fingerprint(payload: &[u8]) -> usize {
    let word = |at: usize| {
        let eight = payload.get(at..).and_then(|rest| rest.first_chunk());
        u64::from_le_bytes(eight.copied().unwrap_or_default())
    };
    let sum = WORDS.iter().fold(0, |sum: u64, at| {
        (sum ^ word(*at)).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29)
    });
    usize::try_from(sum >> 32).expect("32 bits") % REMEMBERED
}

/// Where the fingerprint is taken.
const WORDS: [usize; 3] = [24, 72, 120];
/// A few seconds of a dozen voices.
const REMEMBERED: usize = 4_096;
/// 20 ms at 8 kHz.
const FRAME: usize = 160;
/// A listener makes up its mind within four symbols.
const OPEN_MAX: usize = 32;
/// Timestamps may go back from where a stream begins.
const START: u64 = 1 << 33;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::Voice;

    #[test]
    fn what_is_known_by_its_octets_would_be_heard_the_same() {
        let mut ear = Ear::new();
        for person in 0..Voice::PEOPLE {
            let voice = Voice::of_person(person).unwrap();
            for moment in (u32::from(person)..Mark::CYCLE).step_by(211) {
                for codec in [Codec::Pcmu, Codec::Pcma] {
                    let mark = Mark::new(voice, moment);
                    let mut payload = Vec::new();
                    codec.encoder().encode(&voice.speak(moment), &mut payload);
                    assert!(ear.is_pure(codec, &payload, mark));
                    assert_eq!(ear.listen(codec, &payload), Sound::Voice(mark), "{codec:?}");
                }
            }
        }
    }

    #[test]
    fn a_voice_that_leaps_is_heard_where_it_is() {
        let mut ear = Ear::new();
        let voice = Voice::of_person(3).unwrap();
        let mut payload = Vec::new();
        Codec::Pcmu.encoder().encode(&voice.speak(700), &mut payload);
        let payload = Bytes::from(payload);
        let before = Some(Mark::new(voice, 500));
        let sound = ear.hear(0, &payload, &payload, before);
        assert_eq!(sound, Sound::Voice(Mark::new(voice, 700)));
        assert_eq!(ear.hear(8, &payload, &payload, None), ear.listen(Codec::Pcma, &payload));
    }
}
