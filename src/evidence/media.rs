//! What was seen of media: a line of tens of bytes per packet, and who is heard in it.

use std::net::SocketAddr;

use bytes::Bytes;

use super::sighting::Side;
use crate::audio::{self, Burst, Cue, Mark};
use crate::rtp::TelephoneEvent;
use crate::time::Instant;

/// One RTP packet as it crossed one point.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RtpSeen {
    /// When.
    pub at: Instant,
    /// RTP timestamp, in units of the payload's clock rate.
    pub timestamp: u32,
    /// Synchronization source.
    pub ssrc: u32,
    /// Sequence number.
    pub sequence: u16,
    /// Payload type.
    pub payload_type: u8,
    /// The marker bit.
    pub marker: bool,
    /// Who or what is heard in it.
    pub sound: Sound,
}

/// What a packet of audio carries.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sound {
    /// Nothing that can be heard.
    Silence,
    /// One speaker, at one moment of their speech.
    Voice(Mark),
    /// An announcement of the platform.
    Prompt(Cue),
    /// Several voices at once.
    Mixed,
    /// Audible, but not our time-coded speech: a real person, a tone, noise.
    Other,
    /// Four octets of a dynamic payload type: a telephone event, where that was agreed on.
    Event(TelephoneEvent),
    /// Not looked at: a codec that is not known.
    Unheard,
}

impl Sound {
    /// What was heard, in the words of the timeline.
    pub(super) fn of(heard: &audio::Heard) -> Self {
        match heard.sound {
            audio::Sound::Silence => Self::Silence,
            audio::Sound::Voice(mark) => Self::Voice(mark),
            audio::Sound::Prompt(cue) => Self::Prompt(cue),
            audio::Sound::Mixed => Self::Mixed,
            audio::Sound::Tone { .. } | audio::Sound::Unknown => Self::Other,
        }
    }

    /// The mark of a voice or of an announcement.
    pub(super) fn mark(self) -> Option<Mark> {
        match self {
            Self::Voice(mark) => Some(mark),
            Self::Prompt(cue) => Some(cue.mark()),
            Self::Silence | Self::Mixed | Self::Other | Self::Event(_) | Self::Unheard => None,
        }
    }

    /// What a mark stands for.
    pub(super) fn of_mark(mark: Mark) -> Self {
        Cue::of_mark(mark).map_or(Self::Voice(mark), Self::Prompt)
    }

    /// The mark of a single voice.
    pub fn voice(self) -> Option<Mark> {
        match self {
            Self::Voice(mark) => Some(mark),
            _ => None,
        }
    }

    /// The telephone event that it may be.
    pub fn event(self) -> Option<TelephoneEvent> {
        match self {
            Self::Event(event) => Some(event),
            _ => None,
        }
    }
}

/// All RTP and RTCP from one address to another.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Where it comes from.
    pub source: SocketAddr,
    /// Where it goes.
    pub target: SocketAddr,
    /// Packets as they left, where the sender is ours to watch.
    pub sent: Vec<RtpSeen>,
    /// Packets as they arrived, where the receiver is ours to watch.
    pub received: Vec<RtpSeen>,
    /// What else was heard in the packets as they left.
    pub over_sent: Overheard,
    /// What else was heard in the packets as they arrived.
    pub over_received: Overheard,
}

/// Of whom something is in the packets of a source from some moment on, as they say themselves (RFC
/// 3550 section 5.1).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Contributors {
    /// From when on.
    pub from: Instant,
    /// Whose packets.
    pub ssrc: u32,
    /// Of whom.
    pub csrcs: Vec<u32>,
}

/// What was heard in a stream beside its voices, and what it says of itself.
#[derive(Clone, Debug, Default)]
pub struct Overheard {
    /// Places of announcements in packets in which somebody speaks too.
    pub cues: Vec<(Instant, Cue)>,
    /// Tones, and when each began.
    pub tones: Vec<(Instant, Burst)>,
    /// Its lists of contributors, wherever one is another than before.
    pub contributors: Vec<Contributors>,
}

impl Overheard {
    /// Notes of whom something is in a packet, unless there is no room for it any more: whoever has
    /// another list in each packet is not listened to for ever. Says whether there was room.
    #[must_use]
    pub(super) fn note(&mut self, from: Instant, ssrc: u32, csrcs: &[u32]) -> bool {
        let known = self.contributors.iter().rfind(|it| it.ssrc == ssrc);
        let is_news = known.map_or(!csrcs.is_empty(), |known| known.csrcs != csrcs);
        let has_room = self.contributors.len() < LISTS_MAX;
        if is_news && has_room {
            self.contributors.push(Contributors { from, ssrc, csrcs: csrcs.to_vec() });
        }
        has_room || !is_news
    }

    /// What of it belongs to some time: a list of contributors says nothing without packets.
    pub(super) fn during(&self, is_during: impl Fn(Instant) -> bool) -> Self {
        Self {
            cues: self.cues.iter().filter(|(at, _)| is_during(*at)).copied().collect(),
            tones: self.tones.iter().filter(|(at, _)| is_during(*at)).copied().collect(),
            contributors: self.contributors.clone(),
        }
    }

    /// Of whom something is in a packet, as it says itself.
    pub fn contributors(&self, packet: &RtpSeen) -> &[u32] {
        let own =
            self.contributors.iter().rfind(|it| it.ssrc == packet.ssrc && it.from <= packet.at);
        own.map_or(&[], |own| &own.csrcs)
    }
}

impl Flow {
    /// An empty flow.
    pub fn new(source: SocketAddr, target: SocketAddr) -> Self {
        Self {
            source,
            target,
            sent: Vec::new(),
            received: Vec::new(),
            over_sent: Overheard::default(),
            over_received: Overheard::default(),
        }
    }

    /// The packets as seen nearest to the receiver: as received, or else as sent.
    pub fn nearest_to_receiver(&self) -> &[RtpSeen] {
        if self.received.is_empty() { &self.sent } else { &self.received }
    }

    /// What else was heard in [`nearest_to_receiver`](Self::nearest_to_receiver).
    pub fn over(&self) -> &Overheard {
        if self.received.is_empty() { &self.over_sent } else { &self.over_received }
    }

    /// Every place of an announcement that was heard here, and when, oldest first.
    pub fn cues(&self) -> Vec<(Instant, Cue)> {
        let alone = self.nearest_to_receiver().iter().filter_map(|packet| match packet.sound {
            Sound::Prompt(cue) => Some((packet.at, cue)),
            _ => None,
        });
        let mut cues: Vec<_> = alone.chain(self.over().cues.iter().copied()).collect();
        cues.sort_by_key(|(at, _)| *at);
        cues
    }

    /// The packets as seen nearest to the sender: as sent, or else as received.
    pub fn nearest_to_sender(&self) -> &[RtpSeen] {
        if self.sent.is_empty() { &self.received } else { &self.sent }
    }
}

/// One RTCP packet as it crossed one point.
#[derive(Clone, Debug)]
pub struct ReportSeen {
    /// When.
    pub at: Instant,
    /// Whether it left or arrived.
    pub side: Side,
    /// Where it came from.
    pub source: SocketAddr,
    /// Where it was going.
    pub target: SocketAddr,
    /// The compound packet.
    pub bytes: Bytes,
}

/// Somebody speaks, and falls silent, twice a second for an hour.
const LISTS_MAX: usize = 8_192;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::audio::Level;

    fn at(millis: u64) -> Instant {
        Instant::from_nanos(millis * 1_000_000)
    }

    #[test]
    fn who_lists_others_in_each_packet_is_listened_to_for_a_while() {
        let mut over = Overheard::default();
        for number in 0..u32::try_from(LISTS_MAX).unwrap() {
            assert!(over.note(at(number.into()), 1, &[number]));
        }
        let last = over.contributors.last().unwrap().csrcs.clone();
        assert!(over.note(at(9_000), 1, &last), "nothing new");
        assert!(over.note(at(9_000), 2, &[]), "nothing to keep");
        assert!(!over.note(at(9_000), 1, &[7]));
        assert!(!over.note(at(9_000), 1, &[]), "the end of a list is news");
    }

    #[test]
    fn a_list_that_began_before_goes_on_during_a_call() {
        let mut over = Overheard::default();
        let burst = Burst {
            at: 0,
            length: Duration::from_millis(500),
            hertz: 1_400,
            level: Level::from_dbm0(-20.0),
        };
        over.tones = [1, 5, 9].map(|it| (at(it), burst)).into();
        assert!(over.note(at(1), 1, &[7]));
        let part = over.during(|moment| (at(4)..at(8)).contains(&moment));
        assert_eq!(part.tones.len(), 1);
        assert_eq!(part.contributors, over.contributors);
    }
}
