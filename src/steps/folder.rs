//! The folder that the evidence of one example is written to: `ladder.txt` for people,
//! `timeline.jsonl` for machines, `packets.pcapng` for Wireshark, and `verdict.txt`.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::evidence::{Ladder, Pcap, PcapWriter, Timeline, write_lines};
use crate::time::Epoch;

use super::feature::Example;
use super::outcome::StepError;
use super::world::Setting;

/// Where the evidence of an example goes, if it is wanted: a folder of its own in the one that
/// the person named.
pub fn folder(setting: &Setting, example: &Example) -> Option<PathBuf> {
    let root = setting.evidence.as_ref()?;
    let (feature, scenario) = (stem(&example.path), stem(setting.scenario.source.path()));
    Some(root.join(format!("{feature}-{}-{scenario}-{}", example.line, setting.seed)))
}

/// Writes how an example ended beside its evidence.
pub fn write_verdict(folder: &Path, text: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("verdict.txt"), text)
}

/// Opens the files for packets: in the folder, and where `--pcap` says.
pub(super) fn open_packets(
    setting: &Setting,
    folder: Option<&Path>,
    epoch: Epoch,
) -> Result<Option<Pcap>, StepError> {
    let mut files: Vec<(PathBuf, BufWriter<File>)> = Vec::new();
    if let Some(folder) = folder {
        fs::create_dir_all(folder).map_err(|why| cannot_write(folder, &why))?;
    }
    let paths = folder.map(|folder| folder.join("packets.pcapng")).into_iter();
    for path in paths.chain(setting.pcap.clone()) {
        let file = File::create(&path).map_err(|why| cannot_write(&path, &why))?;
        files.push((path, BufWriter::new(file)));
    }
    if files.is_empty() {
        return Ok(None);
    }
    let all: Box<dyn Write + Send> = Box::new(All(files));
    let pcap = PcapWriter::new(all, epoch);
    pcap.map(Some).map_err(|why| StepError::CannotRun(format!("write packets: {why}")))
}

/// Ends the files for packets: what could not be written is only known now.
pub(super) fn close_packets(timeline: &mut Timeline) -> Result<(), StepError> {
    let cannot = |why: &str| StepError::CannotRun(format!("write packets: {why}"));
    if let Some(why) = timeline.pcap_trouble() {
        return Err(cannot(why));
    }
    let Some(pcap) = timeline.take_pcap() else { return Ok(()) };
    pcap.finish().map(drop).map_err(|why| cannot(&why.to_string()))
}

/// Writes what was seen.
pub(super) fn write(folder: &Path, timeline: &Timeline) -> Result<(), StepError> {
    let ladder = folder.join("ladder.txt");
    fs::write(&ladder, Ladder::of(timeline).to_string())
        .map_err(|why| cannot_write(&ladder, &why))?;
    let lines = folder.join("timeline.jsonl");
    let written = File::create(&lines).and_then(|file| {
        let mut file = BufWriter::new(file);
        write_lines(timeline, &mut file)?;
        file.flush()
    });
    written.map_err(|why| cannot_write(&lines, &why))
}

fn cannot_write(path: &Path, why: &io::Error) -> StepError {
    StepError::CannotRun(format!("write {}: {why}", path.display()))
}

/// Several files that hold the same.
struct All(Vec<(PathBuf, BufWriter<File>)>);

impl All {
    fn each(&mut self, act: impl Fn(&mut BufWriter<File>) -> io::Result<()>) -> io::Result<()> {
        self.0.iter_mut().try_for_each(|(path, file)| {
            let told = |why: io::Error| io::Error::other(format!("{}: {why}", path.display()));
            act(file).map_err(told)
        })
    }
}

impl Write for All {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.each(|file| file.write_all(bytes))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.each(BufWriter::flush)
    }
}

fn stem(path: &str) -> String {
    Path::new(path).file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
}
