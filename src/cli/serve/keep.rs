//! What is written beside a recording: the picture of the call, the verdicts, and the timeline.

use std::fs;
use std::path::Path;

use crate::evidence::{Ladder, Timeline, record};

use super::judge::Judgement;

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
