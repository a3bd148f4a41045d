//! What a program that ended at the wrong moment left: found when the folder is opened, and put
//! right or removed.

use std::fs;
use std::io;
use std::path::Path;

use super::catalogue::Catalogue;
use super::{ENTRY, HALF, SOUND, name_of};
use crate::role::recorder::library::Entry;

/// Puts right what can be, removes the rest, and says of each what was done.
pub fn repair(root: &Path, catalogue: &mut Catalogue) -> io::Result<Vec<String>> {
    let mut said = Vec::new();
    finish_removing(root, catalogue, &mut said)?;
    let known = catalogue.folders().map_err(io::Error::other)?;
    for (id, folder) in &known {
        if !root.join(folder).join(SOUND).exists() {
            catalogue.remove(*id).map_err(io::Error::other)?;
            catalogue.removed(*id).map_err(io::Error::other)?;
            said.push(format!("recording {id} is gone from {folder}: it was struck off"));
        }
    }
    for item in fs::read_dir(root)? {
        let path = item?.path();
        let name = name_of(&path);
        if name.starts_with(HALF) {
            fs::remove_dir_all(&path)?;
            said.push(format!("{name} was half written: it was removed"));
        } else if !known.iter().any(|(_, folder)| *folder == name) {
            said.extend(enter(&path, &name, catalogue)?);
        }
    }
    for (id, call_id) in catalogue.begun().map_err(io::Error::other)? {
        catalogue.drop_begun(id).map_err(io::Error::other)?;
        said.push(format!("the call of recording {id} ({call_id}) was still up: it is lost"));
    }
    Ok(said)
}

/// The program ended between the catalogue and the folder.
fn finish_removing(
    root: &Path,
    catalogue: &mut Catalogue,
    said: &mut Vec<String>,
) -> io::Result<()> {
    for (id, folder) in catalogue.going().map_err(io::Error::other)? {
        let path = root.join(&folder);
        if path.exists() {
            fs::remove_dir_all(&path)?;
            said.push(format!("recording {id} was half removed: the rest of it is gone now"));
        }
        catalogue.removed(id).map_err(io::Error::other)?;
    }
    Ok(())
}

/// A recording that was whole, but not in the catalogue yet; other folders are none of ours.
fn enter(path: &Path, name: &str, catalogue: &mut Catalogue) -> io::Result<Option<String>> {
    let Ok(text) = fs::read_to_string(path.join(ENTRY)) else { return Ok(None) };
    let entry = serde_json::from_str::<Entry>(&text).ok();
    let Some(entry) = entry.filter(|_| path.join(SOUND).exists()) else {
        return Ok(Some(format!("{name} is no recording that can be read: it was left alone")));
    };
    if catalogue.folder_of(entry.id).map_err(io::Error::other)?.is_some() {
        return Ok(Some(format!("{name} has the id of another recording: it was left alone")));
    }
    catalogue.keep(entry.id, &text, name).map_err(io::Error::other)?;
    Ok(Some(format!("recording {} was whole, but in no catalogue: it was entered", entry.id)))
}
