//! What is written beside a recording, or in place of one: the picture of the call, the verdicts,
//! and the timeline.

use std::fs;
use std::path::{Path, PathBuf};

use crate::evidence::{Ladder, Timeline, record};

use super::judge::Judgement;

/// Makes a folder for the evidence of calls that left no recording, named after the first moment
/// that was seen of them; the error fits after "cannot".
pub fn folder_of_none(root: &Path, timeline: &Timeline) -> Result<PathBuf, String> {
    let first = timeline.signalling().first().map(|sighting| sighting.at).unwrap_or_default();
    let time = timeline.epoch().rfc3339(first);
    let time: String = time.chars().filter(char::is_ascii_alphanumeric).collect();
    let folder = root.join(format!("{time}-not-recorded"));
    let made = fs::create_dir_all(&folder);
    made.map_err(|why| format!("write {}: {why}", folder.display()))?;
    Ok(folder)
}

/// Writes the evidence into the folder of a recording; the error fits after "cannot".
pub fn write(folder: &Path, timeline: &Timeline, judgement: &Judgement) -> Result<(), String> {
    let files = [
        ("ladder.txt", Ladder::of(timeline).to_string()),
        ("verdicts.txt", judgement.text()),
        ("timeline.json", record(timeline)),
    ];
    for (name, text) in files {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|why| format!("write {}: {why}", path.display()))?;
    }
    Ok(())
}
