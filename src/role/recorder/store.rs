//! Where recordings go.

use std::collections::BTreeMap;
use std::fmt::Debug;

use bytes::Bytes;

use super::library::{Change, Entry, Id, Restored};
use super::wav;
use crate::sip::agent::Why;
use crate::siprec::{Announcement, Metadata};

/// A recording that is whole.
#[derive(Clone, Debug)]
pub struct Recording {
    /// Its id in the library.
    pub id: Id,
    /// As it stands in the library.
    pub entry: Entry,
    /// The Call-ID of its recording session.
    pub call_id: String,
    /// When it started, RFC 3339.
    pub started: String,
    /// When it ended, RFC 3339.
    pub ended: String,
    /// Why it ended.
    pub why: Why,
    /// Its sides, aligned: sample n of each was heard at the same time.
    pub tracks: Vec<Track>,
    /// Who was on it, once all documents are counted in.
    pub metadata: Option<Metadata>,
    /// What was played to the people on the call, as far as the recorder was told, in order.
    pub announcements: Vec<Announcement>,
    /// The last document, as it came.
    pub document: Bytes,
}

impl Recording {
    /// Puts what is on any side on every side: a way of being wrong.
    pub fn mix_sides(&mut self) {
        let length = self.tracks.iter().map(|track| track.pcm.len()).max().unwrap_or(0);
        let at = |place: usize| {
            let samples = self.tracks.iter().filter_map(|track| track.pcm.get(place));
            samples.fold(0_i16, |sum, sample| sum.saturating_add(*sample))
        };
        let mixed: Vec<_> = (0..length).map(at).collect();
        for track in &mut self.tracks {
            track.pcm.clone_from(&mixed);
        }
    }
}

/// One side of a recording: 8,000 samples a second.
#[derive(Clone, Debug)]
pub struct Track {
    /// The label of its stream.
    pub label: Option<String>,
    /// How many packets were heard.
    pub heard: u64,
    /// The sound; none, if it is not kept.
    pub pcm: Vec<i16>,
}

/// Keeps recordings, and the library that they stand in.
pub trait Keep: Debug + Send {
    /// Keeps one: it is whole, and may stay.
    fn keep(&mut self, recording: Recording);

    /// Of how many samples of a side the sound is kept: that of a longer recording is not.
    fn samples_max(&self) -> usize {
        usize::MAX
    }

    /// What an earlier run wrote down.
    fn restore(&mut self) -> Restored {
        Restored::default()
    }

    /// A recording was begun; should the program end before it is whole, somebody wants to know.
    fn begin(&mut self, _id: Id, _call_id: &str) {}

    /// A recording was begun, and there was nothing to keep.
    fn drop_begun(&mut self, _id: Id) {}

    /// Writes down what has changed, all of it or nothing.
    fn note(&mut self, _changes: &[Change]) {}

    /// Removes a recording for good.
    fn forget(&mut self, _id: Id) {}

    /// The sound of a recording as a WAV file, one side per channel.
    fn sound(&mut self, _id: Id) -> Option<Bytes> {
        None
    }
}

/// Keeps the sound of short recordings in memory: what a simulation needs.
#[derive(Debug, Default)]
pub struct Memory {
    /// How many recordings there were.
    pub count: usize,
    sounds: BTreeMap<Id, Bytes>,
}

impl Keep for Memory {
    fn keep(&mut self, recording: Recording) {
        self.count += 1;
        if recording.tracks.iter().all(|track| track.pcm.is_empty()) {
            return;
        }
        self.sounds.insert(recording.id, wav::companded(&recording.tracks));
        while self.sounds.values().map(Bytes::len).sum::<usize>() > SOUNDS_MAX {
            self.sounds.pop_first();
        }
    }

    fn samples_max(&self) -> usize {
        SAMPLES_MAX
    }

    fn forget(&mut self, id: Id) {
        self.sounds.remove(&id);
    }

    fn sound(&mut self, id: Id) -> Option<Bytes> {
        self.sounds.get(&id).cloned()
    }
}

/// Two minutes: the examples that listen to a recording are shorter, and those that last for ten
/// minutes judge what crossed the network.
const SAMPLES_MAX: usize = 120 * 8_000;
/// Some minutes in all, beside what the evidence of a long call needs.
const SOUNDS_MAX: usize = 8 << 20;
