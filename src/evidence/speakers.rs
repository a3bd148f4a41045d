//! Whose voice is whose: told by what leaves each telephone, or arrives from it.

use std::collections::{BTreeMap, BTreeSet};

use super::cast::{Kind, Name};
use super::media::{Flow, Sound};
use super::timeline::Timeline;
use crate::audio::{Mark, Voice};

/// Whose voice is whose.
#[derive(Clone, Debug, Default)]
pub struct Speakers {
    /// The first to be heard with each voice.
    names: BTreeMap<Voice, Name>,
    /// The first voice of each; in a crowd some have the same.
    voices: BTreeMap<Name, Voice>,
}

impl Speakers {
    /// What the media that came from telephones' own addresses has told.
    pub fn of(timeline: &Timeline) -> &Self {
        timeline.speakers()
    }

    /// Learns every voice from the media that comes from a telephone's own address.
    pub(super) fn learn(timeline: &Timeline) -> Self {
        let mut speakers = Self::default();
        for flow in timeline.flows() {
            let Some(member) = timeline.cast().at(flow.source) else { continue };
            if member.kind != Kind::Phone {
                continue;
            }
            let mut last = None;
            for mark in flow.nearest_to_sender().iter().filter_map(|packet| packet.sound.voice()) {
                // A voice goes on for thousands of packets.
                if last.replace(mark.voice()) != Some(mark.voice()) {
                    speakers.names.entry(mark.voice()).or_insert_with(|| member.name.clone());
                    speakers.voices.entry(member.name.clone()).or_insert(mark.voice());
                }
            }
        }
        speakers
    }

    /// The name of whoever has this voice; the first of several.
    pub fn name(&self, voice: Voice) -> Option<&str> {
        self.names.get(&voice).map(Name::as_str)
    }

    /// How many people have a voice that is known.
    pub fn count(&self) -> usize {
        self.names.values().collect::<BTreeSet<_>>().len()
    }

    /// The voice of somebody, if they were heard.
    pub fn voice_of(&self, name: &str) -> Option<Voice> {
        let own = self.names.iter().find(|(_, known)| known.as_str() == name);
        let shared = || self.voices.iter().find(|(known, _)| known.as_str() == name);
        own.map(|(voice, _)| *voice).or_else(|| shared().map(|(_, voice)| *voice))
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
        names.extend(played(flow));
        if names.is_empty() { String::new() } else { format!("  {}", names.join(", ")) }
    }
}

/// What is played in a flow: each announcement, and how many tones.
fn played(flow: &Flow) -> Vec<String> {
    let prompts: BTreeSet<_> = flow.cues().into_iter().map(|(_, cue)| cue.prompt).collect();
    let announced = prompts.into_iter().map(|prompt| match prompt.language() {
        0 => format!("announcement {:?}", prompt.message()),
        language => format!("announcement {:?} in language {language}", prompt.message()),
    });
    let tones = match flow.over().tones.len() {
        0 => None,
        1 => Some("a tone".to_owned()),
        count => Some(format!("{count} tones")),
    };
    announced.chain(tones).collect()
}
