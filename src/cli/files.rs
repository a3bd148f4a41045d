//! Features and scenarios: those in the current folder, or those that the program brings along.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::scenario::{Diagnostic, Source, nearest};

use super::embedded::Embedded;

/// Where the features, or the scenarios, of a run come from.
#[derive(Clone, Copy, Debug)]
pub struct Shelf {
    /// The folder, under the current one.
    pub folder: &'static str,
    /// How the names of its files end.
    pub extension: &'static str,
    /// What is used where there is no such folder.
    pub embedded: &'static [Embedded],
}

impl Shelf {
    /// Every file, sorted by path: of the folder under `home`, or, where there is none, of the
    /// program itself.
    pub fn all(&self, home: &Path) -> Result<Vec<Source>, Diagnostic> {
        if !home.join(self.folder).is_dir() {
            return Ok(self
                .embedded
                .iter()
                .map(|(path, text)| Source::new(*path, *text))
                .collect());
        }
        self.under(home, Path::new(self.folder))
    }

    /// The files that an argument names: a file, or all files in a folder.
    pub fn named(&self, home: &Path, path: &str) -> Result<Vec<Source>, Diagnostic> {
        let place = home.join(path);
        if place.is_dir() {
            return self.under(home, Path::new(path));
        }
        let plain = path.trim_start_matches("./").trim_end_matches('/');
        if !place.exists() && !home.join(self.folder).is_dir() {
            let inside = |known: &str| known == plain || known.starts_with(&format!("{plain}/"));
            let found = self.embedded.iter().filter(|(known, _)| inside(known));
            let found: Vec<_> = found.map(|(path, text)| Source::new(*path, *text)).collect();
            if !found.is_empty() {
                return Ok(found);
            }
        }
        if !place.exists() {
            return Err(self.missing(home, path));
        }
        Ok(vec![read(home, Path::new(path))?])
    }

    fn under(&self, home: &Path, folder: &Path) -> Result<Vec<Source>, Diagnostic> {
        let mut paths = Vec::new();
        collect(home, folder, self.extension, DEPTH_MAX, &mut paths)?;
        paths.sort();
        paths.iter().map(|path| read(home, path)).collect()
    }

    fn missing(&self, home: &Path, path: &str) -> Diagnostic {
        let known = self.all(home).unwrap_or_default();
        let known: Vec<_> = known.iter().map(Source::path).collect();
        let missing = Diagnostic::new(format!("there is no `{path}`"));
        match nearest(path, known.iter().copied()) {
            Some(near) => missing.help(format!("did you mean `{near}`?")),
            None if known.is_empty() => missing,
            None => missing.help(format!("there are {}", known.join(", "))),
        }
    }
}

fn collect(
    home: &Path,
    folder: &Path,
    extension: &str,
    depth: usize,
    paths: &mut Vec<PathBuf>,
) -> Result<(), Diagnostic> {
    let unreadable = |error| unreadable(folder, &error);
    for entry in fs::read_dir(home.join(folder)).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let path = folder.join(entry.file_name());
        // Folders behind a link are passed over: a link can lead in a circle.
        let kind = entry.file_type().map_err(unreadable)?;
        if kind.is_dir() && depth > 0 {
            collect(home, &path, extension, depth - 1, paths)?;
        } else if path.extension().is_some_and(|found| found == extension) {
            paths.push(path);
        }
    }
    Ok(())
}

fn read(home: &Path, path: &Path) -> Result<Source, Diagnostic> {
    let mut bytes = Vec::new();
    let file = fs::File::open(home.join(path)).map_err(|error| unreadable(path, &error))?;
    let mut file = file.take(FILE_MAX + 1);
    file.read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    let shown = path.display().to_string();
    if bytes.len() as u64 > FILE_MAX {
        return Err(Diagnostic::new("this file is too long to be ours").in_file(shown));
    }
    String::from_utf8(bytes).map(|text| Source::new(shown.as_str(), text)).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.split(|byte| *byte == b'\n').count();
        let what = format!("line {line} is not UTF-8");
        Diagnostic::new(what).in_file(shown.as_str()).help("save the file as UTF-8")
    })
}

fn unreadable(path: &Path, error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(format!("cannot read this: {error}")).in_file(path.display().to_string())
}

/// Deep enough for `features/signalling/`, and an end to a folder that contains itself.
const DEPTH_MAX: usize = 8;

/// Longer than any file that a person writes.
const FILE_MAX: u64 = 1024 * 1024;
