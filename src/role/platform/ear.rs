//! What somebody in a room says, until it is mixed.

use std::collections::BTreeMap;

use super::mouth::SAMPLES;
use crate::rtp::{self, Codec, Compound, Contributor};

/// What somebody says, frame by frame, until it is mixed.
#[derive(Debug, Default)]
pub struct Ear {
    frames: BTreeMap<u64, Vec<i16>>,
    /// The number of the last packet, and what it comes to without wrapping.
    last: Option<(u16, u64)>,
    is_running: bool,
    source: Option<u32>,
    cname: Option<String>,
}

impl Ear {
    /// Takes a packet in.
    pub fn hear(&mut self, packet: &rtp::Packet<'_>) {
        let Some(codec) = Codec::of_payload_type(packet.header.payload_type) else { return };
        self.source = Some(packet.header.ssrc);
        let mut pcm = Vec::with_capacity(SAMPLES);
        codec.decoder().decode(packet.payload, &mut pcm);
        if pcm.len() != SAMPLES || self.frames.len() >= FRAMES_MAX {
            return;
        }
        let number = packet.header.sequence;
        let place = self.last.map_or(1 << 32, |(last, place)| {
            let step = i64::from(number.wrapping_sub(last).cast_signed());
            place.saturating_add_signed(step)
        });
        if self.last.is_none_or(|(_, last)| place > last) {
            self.last = Some((number, place));
        }
        self.frames.insert(place, pcm);
    }

    /// Takes a report in, for the name in it.
    pub fn hear_report(&mut self, report: &[u8]) {
        let Ok(report) = Compound::read(report) else { return };
        let mut own = report.chunks().filter(|chunk| Some(chunk.ssrc) == self.source);
        if let Some(cname) = own.find_map(|chunk| chunk.cname()) {
            self.cname = Some(cname.to_owned());
        }
    }

    /// Whoever is heard, as a contributor to a mixture.
    pub fn contributor(&self) -> Option<Contributor> {
        Some(Contributor { csrc: self.source?, cname: self.cname.clone() })
    }

    /// The next 20 ms; nothing while too little is there to be sure of more.
    pub fn next(&mut self) -> Option<Vec<i16>> {
        self.is_running =
            !self.frames.is_empty() && (self.is_running || self.frames.len() >= AHEAD);
        if !self.is_running {
            return None;
        }
        while self.frames.len() > 2 * AHEAD {
            self.frames.pop_first();
        }
        self.frames.pop_first().map(|(_, frame)| frame)
    }
}

/// How much is waited for before it is mixed: 60 ms, more than networks of ours jitter.
const AHEAD: usize = 3;
/// A second: a peer that sends faster is not listened to.
const FRAMES_MAX: usize = 50;
