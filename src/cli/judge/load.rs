//! From the files that somebody named to a timeline.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::evidence::{Captured, Told, capture, read_lines};
use crate::scenario::Diagnostic;

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
        _ => captures(&paths, arguments).map_err(|(place, why)| {
            let help = "`tallylight judge` reads pcap, pcapng and timeline.jsonl";
            vec![cannot(place, &why).help(help)]
        }),
    }
}

fn captures(
    paths: &[PathBuf],
    arguments: &Judge,
) -> Result<Captured, (usize, crate::evidence::Unreadable)> {
    let openers: Vec<_> = paths.iter().map(|path| move || open(path)).collect();
    let files = openers.iter().enumerate().map(|(place, open)| Told {
        name: arguments.files[place].display().to_string(),
        open,
        offset: place.checked_sub(1).and_then(|place| arguments.offsets.get(place)).copied(),
    });
    let files: Vec<_> = files.collect();
    capture(&files)
}

fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    Ok(Box::new(BufReader::with_capacity(BUFFER, File::open(path)?)))
}

fn first_byte(path: &Path) -> io::Result<Option<u8>> {
    let mut first = [0];
    let read = File::open(path)?.read(&mut first)?;
    Ok((read == 1).then_some(first[0]))
}

const BUFFER: usize = 256 * 1024;
