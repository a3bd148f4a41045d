//! From the files that somebody named to a timeline.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::evidence::{Captured, Secrets, Told, capture, read_lines};
use crate::scenario::{Diagnostic, Place, Source};

use crate::cli::args::Judge;

/// Reads captures, or one timeline.
pub fn load(home: &Path, arguments: &Judge) -> Result<Captured, Vec<Diagnostic>> {
    let paths: Vec<PathBuf> = arguments.files.iter().map(|path| home.join(path)).collect();
    let name = |place: usize| arguments.files[place].display().to_string();
    let cannot = |place: usize, why: &dyn std::fmt::Display| {
        Diagnostic::new(format!("cannot read this: {why}")).in_file(name(place))
    };
    let mut complaints = Vec::new();
    let mut are_lines = Vec::new();
    for (place, path) in paths.iter().enumerate() {
        match first_byte(path) {
            Ok(first) => are_lines.push(first == Some(b'{')),
            Err(why) => complaints.push(cannot(place, &why)),
        }
    }
    if arguments.offsets.len() >= arguments.files.len() {
        let what = "more offsets than captures after the first";
        complaints.push(Diagnostic::new(what).help("the first capture's clock is right"));
    }
    if are_lines.contains(&true) && !arguments.keys.is_empty() {
        let what = "a timeline is not encrypted, and needs no keys";
        complaints.push(Diagnostic::new(what).help("leave --keys out"));
    }
    let mut secrets = Secrets::default();
    for name in &arguments.keys {
        match keys(&home.join(name), &name.display().to_string()) {
            Ok(more) => secrets.extend(more),
            Err(complaint) => complaints.push(complaint),
        }
    }
    if !complaints.is_empty() {
        return Err(complaints);
    }
    match &are_lines[..] {
        [true] => {
            let file = open(&paths[0]).map_err(|why| vec![cannot(0, &why)])?;
            read_lines(file).map_err(|why| vec![cannot(0, &why)])
        }
        lines if lines.contains(&true) => {
            let what = "a timeline holds all that was seen, and cannot be joined with other files";
            Err(vec![Diagnostic::new(what).help("name it alone")])
        }
        _ => captures(&paths, arguments, secrets).map_err(|(place, why)| {
            let help = "`tallylight judge` reads pcap, pcapng and timeline.jsonl";
            vec![cannot(place, &why).help(help)]
        }),
    }
}

fn captures(
    paths: &[PathBuf],
    arguments: &Judge,
    secrets: Secrets,
) -> Result<Captured, (usize, crate::evidence::Unreadable)> {
    let openers: Vec<_> = paths.iter().map(|path| move || open(path)).collect();
    let files = openers.iter().enumerate().map(|(place, open)| Told {
        name: arguments.files[place].display().to_string(),
        open,
        offset: place.checked_sub(1).and_then(|place| arguments.offsets.get(place)).copied(),
    });
    let files: Vec<_> = files.collect();
    capture(&files, secrets)
}

/// Reads a key log.
fn keys(path: &Path, name: &str) -> Result<Secrets, Diagnostic> {
    let cannot = |why: &dyn std::fmt::Display| {
        Diagnostic::new(format!("cannot read this: {why}")).in_file(name)
    };
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(KEYS_MAX + 1).read_to_end(&mut bytes));
    read.map_err(|why| cannot(&why))?;
    if bytes.len() as u64 > KEYS_MAX {
        return Err(cannot(&"a key log of more than 256 MiB"));
    }
    let text = String::from_utf8(bytes).map_err(|_| cannot(&"it is no text").help(KEY_LOG))?;
    let secrets = Secrets::read(&text).map_err(|bad| {
        let place = Place { line: bad.line, column: bad.column, width: bad.width };
        Source::new(name, text.as_str()).complaint(place, bad.what).help(KEY_LOG)
    })?;
    if secrets.is_empty() {
        let what = "there is no secret of a TLS connection in it";
        return Err(Diagnostic::new(what).in_file(name).help(KEY_LOG));
    }
    Ok(secrets)
}

fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    Ok(Box::new(BufReader::with_capacity(BUFFER, File::open(path)?)))
}

fn first_byte(path: &Path) -> io::Result<Option<u8>> {
    let mut first = [0];
    let read = File::open(path)?.read(&mut first)?;
    Ok((read == 1).then_some(first[0]))
}

const KEY_LOG: &str = "one of the ends writes it when it is told SSLKEYLOGFILE=FILE: on each line a \
                       label, the random of the client, and the secret";
/// More connections than are read.
const KEYS_MAX: u64 = 256 << 20;
const BUFFER: usize = 256 * 1024;
