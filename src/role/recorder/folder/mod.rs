//! Recordings in a folder, with a catalogue that survives whatever befalls the program.
//!
//! Each recording has a folder of its own: `recording.wav`, one side per channel, `metadata.xml`
//! as it came, and `entry.json` as it stood in the library. It is written aside and renamed, and
//! then entered in the catalogue in one transaction; it is removed in the opposite order. So
//! whenever the program ends, what is there is either whole or can be told to be half.

mod catalogue;
mod repair;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::library::{Change, Id, Restored, json};
use super::store::{Keep, Recording};
use super::wav;
use catalogue::Catalogue;

/// Recordings in a folder. Copies share it.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug)]
struct Shared {
    catalogue: Catalogue,
    kept: Vec<Result<PathBuf, String>>,
    repairs: Vec<String>,
}

impl Folder {
    /// A folder at `root`, which is made if it is not there. It can be written to, or this fails.
    /// What an earlier run left half is repaired or removed: [`repairs`](Self::repairs) says so.
    pub fn new(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        let mut catalogue = Catalogue::open(&root.join(CATALOGUE)).map_err(io::Error::other)?;
        let repairs = repair::repair(root, &mut catalogue)?;
        let shared = Shared { catalogue, kept: Vec::new(), repairs };
        Ok(Self { root: root.to_owned(), shared: Arc::new(Mutex::new(shared)) })
    }

    /// What was repaired or removed when the folder was opened, each in a sentence.
    pub fn repairs(&self) -> Vec<String> {
        self.shared().repairs.clone()
    }

    /// What became of the recordings since this was asked last: the folder of each, or why it
    /// could not be kept, in words that fit after "cannot".
    pub fn take_kept(&self) -> Vec<Result<PathBuf, String>> {
        std::mem::take(&mut self.shared().kept)
    }

    /// Aside, then renamed: under its own name a recording is whole.
    fn write(&self, recording: &Recording) -> io::Result<PathBuf> {
        let aside = self.root.join(format!("{HALF}{}", recording.id));
        if aside.exists() {
            fs::remove_dir_all(&aside)?;
        }
        fs::create_dir(&aside)?;
        let mut wav = File::create(aside.join(SOUND))?;
        wav::write(io::BufWriter::new(&mut wav), &recording.tracks).map_err(io::Error::other)?;
        wav.sync_all()?;
        write_whole(&aside.join(DOCUMENT), &recording.document)?;
        write_whole(&aside.join(ENTRY), json(&recording.entry).as_bytes())?;
        sync(&aside)?;
        let folder = self.free_name(recording);
        fs::rename(&aside, &folder)?;
        sync(&self.root)?;
        let mut shared = self.shared();
        let kept = shared.catalogue.keep(recording.id, &json(&recording.entry), &name_of(&folder));
        kept.map_err(io::Error::other)?;
        Ok(folder)
    }

    /// A name for a folder: the time, and of the Call-ID whatever a file system takes.
    fn free_name(&self, recording: &Recording) -> PathBuf {
        let alphanumeric = |text: &str, most| -> String {
            text.chars().filter(char::is_ascii_alphanumeric).take(most).collect()
        };
        let time = alphanumeric(&recording.started, NAME_MAX);
        let call = alphanumeric(&recording.call_id, NAME_MAX);
        let folder = self.root.join(format!("{time}-{call}"));
        if folder.exists() {
            return self.root.join(format!("{time}-{call}-{}", recording.id));
        }
        folder
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Keep for Folder {
    fn keep(&mut self, recording: Recording) {
        let root = self.root.display();
        let kept = self.write(&recording);
        let kept = kept.map_err(|why| format!("keep a recording in {root}: {why}"));
        self.shared().kept.push(kept);
    }

    fn restore(&mut self) -> Restored {
        self.shared().catalogue.restore().unwrap_or_else(|why| {
            tracing::error!("cannot read the catalogue of {}: {why}", self.root.display());
            Restored::default()
        })
    }

    fn begin(&mut self, id: Id, call_id: &str) {
        complain("begin a recording", self.shared().catalogue.begin(id, call_id));
    }

    fn drop_begun(&mut self, id: Id) {
        complain("end a recording", self.shared().catalogue.drop_begun(id));
    }

    fn note(&mut self, changes: &[Change]) {
        if !changes.is_empty() {
            complain("write down what has changed", self.shared().catalogue.note(changes));
        }
    }

    fn forget(&mut self, id: Id) {
        let removed = self.shared().catalogue.remove(id);
        complain(
            "remove a recording",
            removed.map(|folder| {
                if let Some(folder) = folder {
                    // What cannot be removed now is removed at the next start.
                    let _ = fs::remove_dir_all(self.root.join(folder));
                }
            }),
        );
        complain("forget a recording", self.shared().catalogue.removed(id));
    }

    fn sound(&mut self, id: Id) -> Option<Bytes> {
        let folder = self.shared().catalogue.folder_of(id).ok().flatten()?;
        fs::read(self.root.join(folder).join(SOUND)).ok().map(Bytes::from)
    }
}

fn complain(what: &str, done: rusqlite::Result<()>) {
    if let Err(why) = done {
        tracing::error!("cannot {what} in the catalogue: {why}");
    }
}

fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Names in a folder last only once the folder itself was written.
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn name_of(folder: &Path) -> String {
    folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

const CATALOGUE: &str = "catalogue.db";
const SOUND: &str = "recording.wav";
const DOCUMENT: &str = "metadata.xml";
const ENTRY: &str = "entry.json";
/// Before the id, in the name of a folder that is not whole yet.
const HALF: &str = ".half-";
/// Of a time, and of a Call-ID.
const NAME_MAX: usize = 24;

#[cfg(test)]
mod tests;
