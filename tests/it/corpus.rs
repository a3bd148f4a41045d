//! The messages in `tests/data`.

use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;

/// The messages of a folder, by name.
pub fn all(folder: &str) -> Vec<(String, Bytes)> {
    let mut all: Vec<_> = fs::read_dir(path(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "dat"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, fs::read(&path).unwrap().into())
        })
        .collect();
    all.sort();
    all
}

/// One message.
pub fn raw(folder: &str, name: &str) -> Bytes {
    fs::read(path(folder).join(format!("{name}.dat"))).unwrap().into()
}

fn path(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(folder)
}
