//! A recorder that is killed at any moment leaves a folder in which everything is whole.
//!
//! A child of this program keeps and removes recordings as fast as it can and says what it has
//! done; it is killed without a warning, and what it left is looked at.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tallylight::role::recorder::library::{Entry, Id};
use tallylight::role::recorder::{Folder, Keep, Recording, Track};
use tallylight::sip::agent::Why;

/// One folder for all the children, as for a program that is started again and again.
#[test]
fn whatever_the_moment_what_was_kept_is_there_and_what_is_there_is_whole() {
    let root = std::env::temp_dir().join(format!("tallylight-kill-{}", std::process::id()));
    let mut kept = BTreeSet::new();
    let mut rubbish = 0;
    for round in 0..ROUNDS {
        // Every moment of the first fifth of a second, in an order that is no order.
        let said = a_short_life(&root, Duration::from_millis(20 + round * 67 % 180));
        let doubtful = follow(&said, &mut kept);
        let mut folder = Folder::new(&root).unwrap();
        rubbish += folder.repairs().len();
        let there: BTreeSet<_> = folder.restore().documents.iter().map(|it| it.id.0).collect();
        for id in &kept {
            assert!(
                there.contains(id) || doubtful == Some(*id),
                "{id} is gone in {round}: {said:?}"
            );
        }
        for id in &there {
            let is_known = kept.contains(id) || doubtful == Some(*id) || *id > last(&said);
            assert!(is_known, "{id} is there again in {round}: {said:?}");
            let wav = folder.sound(Id(*id)).unwrap();
            assert_eq!(samples(&wav), SAMPLES, "{id} is not whole in {round}");
        }
        nothing_else(&root, there.len());
        kept = there;
    }
    println!("{ROUNDS} lives, {rubbish} things to repair");
    fs::remove_dir_all(&root).unwrap();
}

/// What the child has said is in `kept` afterwards; the id in the middle of which it was killed,
/// which may be there or not, comes back.
fn follow(said: &[String], kept: &mut BTreeSet<u64>) -> Option<u64> {
    let mut doubtful = None;
    for line in said {
        let (word, id) = line.split_once(' ').unwrap();
        let id = id.parse().unwrap();
        match word {
            "keeping" | "removing" => doubtful = Some(id),
            "kept" => drop((kept.insert(id), doubtful.take())),
            "removed" => drop((kept.remove(&id), doubtful.take())),
            other => panic!("the child says {other}"),
        }
    }
    doubtful
}

fn last(said: &[String]) -> u64 {
    let ids = said.iter().filter_map(|line| line.split_once(' ')?.1.parse().ok());
    ids.max().unwrap_or_default()
}

/// Starts a child, kills it after so long, and gives what it said.
#[expect(clippy::disallowed_methods, reason = "the child lives in real time")]
fn a_short_life(root: &Path, span: Duration) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["kill::a_child_that_keeps_and_removes", "--exact", "--ignored", "--nocapture"])
        .env(WHERE, root)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut lines = lines.map_while(Result::ok).filter_map(|line| {
        // The harness writes before it, on the same line.
        let (_, said) = line.split_once(MARK)?;
        Some(said.to_owned())
    });
    let ready = lines.next();
    assert_eq!(ready.as_deref(), Some("ready"));
    std::thread::sleep(span);
    kill(&mut child);
    lines.collect()
}

/// SIGKILL: nobody can do anything about it.
fn kill(child: &mut Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Not a test: what the test above kills. It ends by itself if nobody does.
#[test]
#[ignore = "a part of the test above"]
fn a_child_that_keeps_and_removes() {
    let Some(root) = std::env::var_os(WHERE).map(PathBuf::from) else { return };
    let mut folder = Folder::new(&root).unwrap();
    let first = folder.restore().last_id.map_or(1, |id| id.0 + 1);
    say("ready");
    for id in first..first + 2_000 {
        folder.begin(Id(id), "call");
        say(&format!("keeping {id}"));
        folder.keep(recording(id));
        folder.take_kept().remove(0).unwrap();
        say(&format!("kept {id}"));
        if id % 3 == 0 {
            say(&format!("removing {}", id - 1));
            folder.forget(Id(id - 1));
            say(&format!("removed {}", id - 1));
        }
    }
}

fn say(what: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{MARK}{what}").unwrap();
    out.flush().unwrap();
}

fn recording(id: u64) -> Recording {
    let track = || Track { label: None, heard: 1, pcm: vec![1; SAMPLES / 2] };
    Recording {
        id: Id(id),
        entry: Entry { id: Id(id), ..Entry::default() },
        call_id: format!("{id}"),
        started: "2030-01-01T00:00:00.000Z".to_owned(),
        ended: "2030-01-01T00:00:10.000Z".to_owned(),
        why: Why::HungUpThere,
        tracks: vec![track(), track()],
        announcements: Vec::new(),
        metadata: None,
        document: bytes::Bytes::from_static(b"<recording/>"),
    }
}

fn samples(wav: &[u8]) -> usize {
    hound::WavReader::new(wav).unwrap().into_samples::<i16>().map(Result::unwrap).count()
}

/// The catalogue, and a folder for each recording in it.
fn nothing_else(root: &Path, recordings: usize) {
    let names = fs::read_dir(root).unwrap().map(|it| it.unwrap().file_name());
    let names: Vec<_> = names.map(|it| it.into_string().unwrap()).collect();
    let folders = names.iter().filter(|name| !name.starts_with("catalogue.db")).count();
    assert_eq!(folders, recordings, "{names:?}");
}

const ROUNDS: u64 = 12;
const WHERE: &str = "TALLYLIGHT_KILL";
const MARK: &str = "child: ";
/// Two sides of five seconds.
const SAMPLES: usize = 80_000;
