//! Where recordings go.

use std::fmt::Debug;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use crate::sip::agent::Why;
use crate::siprec::{Announcement, Metadata};

/// A recording that is whole.
#[derive(Clone, Debug)]
pub struct Recording {
    /// The Call-ID of its recording session.
    pub call_id: String,
    /// When it started, RFC 3339.
    pub started: String,
    /// When it ended, RFC 3339.
    pub ended: String,
    /// Who or what ended it.
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

/// One side of a recording: 8,000 samples a second.
#[derive(Clone, Debug)]
pub struct Track {
    /// The label of its stream.
    pub label: Option<String>,
    /// How many packets were heard.
    pub heard: u64,
    /// The sound.
    pub pcm: Vec<i16>,
}

/// Keeps recordings.
pub trait Keep: Debug + Send {
    /// Keeps one.
    fn keep(&mut self, recording: Recording);

    /// Whether the sound is kept; where it is not, the tracks come without.
    fn keeps_sound(&self) -> bool {
        true
    }
}

/// Keeps nothing but the number of recordings: what a simulation needs.
#[derive(Debug, Default)]
pub struct Memory {
    /// How many there were.
    pub count: usize,
}

impl Keep for Memory {
    fn keep(&mut self, _: Recording) {
        self.count += 1;
    }

    fn keeps_sound(&self) -> bool {
        false
    }
}

/// Keeps each recording in a folder of its own: `recording.wav`, one side per channel, and
/// `metadata.xml` as it came.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
    kept: Arc<Mutex<Vec<Result<PathBuf, String>>>>,
}

impl Folder {
    /// A folder at `root`, which is made if it is not there. It can be written to, or this fails.
    pub fn new(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        let probe = root.join(PROBE);
        fs::write(&probe, [])?;
        fs::remove_file(&probe)?;
        Ok(Self { root: root.to_owned(), kept: Arc::default() })
    }

    /// What became of the recordings since this was asked last: the folder of each, or why it
    /// could not be kept, in words that fit after "cannot".
    pub fn take_kept(&self) -> Vec<Result<PathBuf, String>> {
        std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn write(&self, recording: &Recording) -> io::Result<PathBuf> {
        let folder = self.root.join(name(&recording.started, &recording.call_id));
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("metadata.xml"), &recording.document)?;
        write_wav(&folder.join("recording.wav"), &recording.tracks).map_err(io::Error::other)?;
        Ok(folder)
    }
}

impl Keep for Folder {
    fn keep(&mut self, recording: Recording) {
        let root = self.root.display();
        let kept = self.write(&recording);
        let kept = kept.map_err(|why| format!("keep a recording in {root}: {why}"));
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).push(kept);
    }
}

/// A name for a folder: the time, and of the Call-ID whatever a file system takes.
fn name(started: &str, call_id: &str) -> String {
    let time: String = started.chars().filter(char::is_ascii_alphanumeric).collect();
    let call: String = call_id.chars().filter(char::is_ascii_alphanumeric).take(24).collect();
    format!("{time}-{call}")
}

/// One channel for each track, as long as the longest.
fn write_wav(path: &Path, tracks: &[Track]) -> Result<(), hound::Error> {
    let spec = hound::WavSpec {
        channels: u16::try_from(tracks.len()).unwrap_or(u16::MAX),
        sample_rate: 8_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut wav = hound::WavWriter::create(path, spec)?;
    let length = tracks.iter().map(|track| track.pcm.len()).max().unwrap_or(0);
    for index in 0..length {
        for track in tracks {
            wav.write_sample(track.pcm.get(index).copied().unwrap_or(0))?;
        }
    }
    wav.finalize()
}

/// Made and removed again to see whether a folder can be written to.
const PROBE: &str = ".tallylight";
