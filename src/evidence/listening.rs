//! Listens to what passes: from the payload of a packet to who is heard in it.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;

use super::media::{Overheard, RtpSeen, Sound};
use crate::audio::{self, Burst, Heard, Listener, Mark, ToneFinder};
use crate::rtp::{Codec, Narrowband, TelephoneEvent};
use crate::time::Instant;

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
            None => return unheard(payload_type, payload),
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
    finder: ToneFinder,
    bursts: Vec<Burst>,
    /// When the last packets came, and where each begins.
    lately: VecDeque<(u64, Instant)>,
    /// How many packets running could be understood by themselves.
    plain: usize,
}

impl StreamEar {
    /// Listens to the last packet of `list`, and writes into the list whatever is understood now,
    /// which may be about the packets before it.
    pub(super) fn hear(
        &mut self,
        list: &mut [RtpSeen],
        payload: &[u8],
        tone: u16,
        over: &mut Overheard,
    ) {
        let Some((last, _)) = list.split_last() else { return };
        let Some(codec) = Codec::of_payload_type(last.payload_type) else { return };
        let is_plain = !matches!(last.sound, Sound::Other | Sound::Mixed);
        if self.attention.is_none() && is_plain {
            return;
        }
        let (ssrc, timestamp, place) = (last.ssrc, last.timestamp, list.len() - 1);
        let fresh = || Box::new(Attention::new(timestamp, tone));
        let attention = self.attention.get_or_insert_with(fresh);
        attention.plain = if is_plain { attention.plain + 1 } else { 0 };
        let position = attention.follow(timestamp);
        attention.note(position, place, last.at);
        attention.pcm.clear();
        attention.narrowband.decode(ssrc, codec, payload, &mut attention.pcm);
        attention.listener.push(position, &attention.pcm, &mut attention.heard);
        attention.finder.push(position, &attention.pcm, &mut attention.bursts);
        let is_over = attention.plain >= PLAIN;
        if is_over {
            attention.listener.finish(&mut attention.heard);
            attention.finder.finish(&mut attention.bursts);
        }
        attention.write(list, over);
        if is_over {
            self.attention = None;
        }
    }
}

impl Attention {
    fn new(timestamp: u32, tone: u16) -> Self {
        Self {
            narrowband: Narrowband::default(),
            listener: Listener::new(),
            last: (timestamp, START),
            pcm: Vec::with_capacity(FRAME),
            heard: Vec::new(),
            open: VecDeque::new(),
            finder: ToneFinder::new(tone),
            bursts: Vec::new(),
            lately: VecDeque::new(),
            plain: 0,
        }
    }

    fn note(&mut self, position: u64, place: usize, at: Instant) {
        self.open.push_back((position, place, false));
        if self.open.len() > OPEN_MAX {
            self.open.pop_front();
        }
        self.lately.push_back((position, at));
        if self.lately.len() > LATELY_MAX {
            self.lately.pop_front();
        }
    }

    /// When the sample at this position came, or would have.
    fn moment(&self, position: u64) -> Option<Instant> {
        let before = self.lately.iter().rfind(|(begin, _)| *begin <= position);
        let (begin, at) = before.or(self.lately.front())?;
        let span = |samples: u64| Duration::from_micros(samples.saturating_mul(125));
        Some(if position >= *begin {
            *at + span(position - begin)
        } else {
            Instant::START + at.elapsed().saturating_sub(span(begin - position))
        })
    }

    /// Where a packet with this timestamp begins, counted without wrapping.
    fn follow(&mut self, timestamp: u32) -> u64 {
        let (last, position) = self.last;
        let step = i64::from(timestamp.wrapping_sub(last).cast_signed());
        let position = position.saturating_add_signed(step);
        self.last = (timestamp, position);
        position
    }

    /// Gives the packets their names. A second voice in a packet makes it a mix; what is played
    /// over a voice is noted beside it.
    fn write(&mut self, list: &mut [RtpSeen], over: &mut Overheard) {
        for burst in std::mem::take(&mut self.bursts) {
            over.tones.extend(self.moment(burst.at).map(|at| (at, burst)));
        }
        for (position, heard) in self.heard.drain(..) {
            let sound = Sound::of(&heard);
            // A symbol belongs to the packet in which its middle is.
            let middle = position + FRAME as u64 / 2;
            let packet = self.open.iter_mut().rev().find(|(begin, ..)| *begin <= middle);
            let Some((_, place, named)) = packet else { continue };
            let Some(seen) = list.get_mut(*place) else { continue };
            seen.sound = match (seen.sound, sound) {
                (Sound::Voice(one), Sound::Voice(other))
                    if *named && one.voice() != other.voice() =>
                {
                    Sound::Mixed
                }
                (voice @ (Sound::Voice(_) | Sound::Mixed), Sound::Prompt(cue)) if *named => {
                    over.cues.push((seen.at, cue));
                    voice
                }
                (Sound::Prompt(cue), voice @ Sound::Voice(_)) if *named => {
                    over.cues.push((seen.at, cue));
                    voice
                }
                // A tone or a rest beside what was understood.
                (known, Sound::Other | Sound::Silence) if *named => known,
                (_, sound) => sound,
            };
            *named |= matches!(sound, Sound::Voice(_) | Sound::Prompt(_));
        }
    }
}

/// What stands in a packet that nobody can listen to.
fn unheard(payload_type: u8, payload: &[u8]) -> Sound {
    match <[u8; TelephoneEvent::LENGTH]>::try_from(payload) {
        // RFC 3551 section 6: dynamic payload types.
        Ok(octets) if (96..128).contains(&payload_type) => {
            Sound::Event(TelephoneEvent::read(octets))
        }
        _ => Sound::Unheard,
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
/// Longer than a tone lasts and is waited for: two and a half seconds.
const LATELY_MAX: usize = 128;
/// After a second that could be understood packet by packet, nobody has to listen any more.
const PLAIN: usize = 50;
/// Timestamps may go back from where a stream begins.
const START: u64 = 1 << 33;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{Message, Prompt, Tone, Voice, mix};

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

    /// Plays ten seconds of speech with something over it from the third second on.
    fn heard(over: impl Fn(u32) -> Option<[i16; FRAME]>) -> (Vec<RtpSeen>, Overheard) {
        let (mut ear, mut stream) = (Ear::new(), StreamEar::default());
        let (mut list, mut overheard) = (Vec::new(), Overheard::default());
        let voice = Voice::of_person(1).unwrap();
        for n in 0..500_u32 {
            let played = n.checked_sub(150).and_then(&over).unwrap_or([0; FRAME]);
            let mut both = [0; FRAME];
            mix(&[&voice.speak(n), &played], &mut both);
            let mut payload = Vec::new();
            Codec::Pcmu.encoder().encode(&both, &mut payload);
            let payload = Bytes::from(payload);
            let sound = ear.hear(0, &payload, &payload, None);
            list.push(RtpSeen {
                at: Instant::from_millis(20 * u64::from(n)),
                timestamp: 160 * n,
                ssrc: 7,
                sequence: 0,
                payload_type: 0,
                marker: false,
                sound,
            });
            stream.hear(&mut list, &payload, 1_400, &mut overheard);
        }
        (list, overheard)
    }

    fn understood(list: &[RtpSeen]) -> usize {
        let voice = Voice::of_person(1).unwrap();
        let right = |(n, seen): &(u32, &RtpSeen)| seen.sound == Sound::Voice(Mark::new(voice, *n));
        (0..).zip(list).filter(right).count()
    }

    #[test]
    fn speech_is_understood_under_a_tone_and_the_tone_is_measured() {
        let (list, over) = heard(|n| Tone::RECORDER_WARNING.play(n));
        assert!(understood(&list) >= 498, "{} of 500 understood", understood(&list));
        assert_eq!(over.tones.len(), 1, "{over:?}");
        let (at, burst) = over.tones[0];
        assert!(at.since(Instant::from_millis(2_990)) < Duration::from_millis(20), "{at}");
        assert!(burst.length.abs_diff(Duration::from_millis(500)) < Duration::from_millis(15));
        assert!(burst.hertz.abs_diff(1_400) <= 4, "{burst:?}");
        assert!((burst.level.dbm0() + 20.0).abs() < 1.0, "{burst:?}");
        assert_eq!(over.cues.len(), 0);
    }

    #[test]
    fn an_announcement_over_speech_is_noted_beside_it() {
        let prompt = Prompt::new(Message::Started, 0).unwrap();
        let play = |n| u16::try_from(n).ok().filter(|n| *n < 100).and_then(|n| prompt.play(n));
        let (list, over) = heard(play);
        assert!(understood(&list) >= 490, "{} of 500 understood", understood(&list));
        assert!(over.cues.len() >= 90, "{} of 100 noted", over.cues.len());
        assert_eq!(over.tones.len(), 0);
    }
}
