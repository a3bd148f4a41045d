//! Whose voice is whose: told by what leaves each telephone, or arrives from it.

use std::collections::{BTreeMap, BTreeSet};

use super::cast::Kind;
use super::media::{Flow, Sound};
use super::timeline::Timeline;
use crate::audio::{Mark, Voice};

/// Whose voice is whose.
#[derive(Clone, Debug, Default)]
pub struct Speakers {
    names: BTreeMap<Voice, String>,
}

impl Speakers {
    /// Learns every voice from the media that comes from a telephone's own address.
    pub fn of(timeline: &Timeline) -> Self {
        let mut names = BTreeMap::new();
        for flow in timeline.flows() {
            let Some(member) = timeline.cast().at(flow.source) else { continue };
            if member.kind != Kind::Phone {
                continue;
            }
            let voices = flow.nearest_to_sender().iter().filter_map(|packet| packet.sound.voice());
            for mark in voices {
                names.entry(mark.voice()).or_insert_with(|| member.name.to_string());
            }
        }
        Self { names }
    }

    /// The name of whoever has this voice.
    pub fn name(&self, voice: Voice) -> Option<&str> {
        self.names.get(&voice).map(String::as_str)
    }

    /// The voice of somebody, if they were heard.
    pub fn voice_of(&self, name: &str) -> Option<Voice> {
        self.names.iter().find(|(_, known)| *known == name).map(|(voice, _)| *voice)
    }

    /// Who is heard in a flow, as `  Alice, Bob`; empty if nobody.
    pub fn heard_in(&self, flow: &Flow) -> String {
        let packets = flow.nearest_to_receiver();
        let voices: BTreeSet<_> =
            packets.iter().filter_map(|packet| packet.sound.voice()).collect();
        let voices: BTreeSet<_> = voices.into_iter().map(Mark::voice).collect();
        let mut names: Vec<_> = voices
            .into_iter()
            .map(|voice| self.name(voice).map_or_else(|| voice.to_string(), str::to_owned))
            .collect();
        if packets.iter().any(|packet| packet.sound == Sound::Mixed) {
            names.push("several at once".to_owned());
        }
        if names.is_empty() { String::new() } else { format!("  {}", names.join(", ")) }
    }
}
