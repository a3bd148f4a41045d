//! What the folder promises, whatever befalls the program.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;

use super::*;
use crate::role::recorder::library::{Entry, Kind};
use crate::role::recorder::store::Track;

/// A folder that is gone with it.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("tallylight-folder-{}-{count}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    fn open(&self) -> Folder {
        Folder::new(&self.0).unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn recording(id: u64) -> Recording {
    Recording {
        id: Id(id),
        entry: Entry { id: Id(id), ..Entry::default() },
        call_id: format!("call-{id}@192.0.2.1"),
        started: "2030-01-01T00:00:00.000Z".to_owned(),
        ended: "2030-01-01T00:00:10.000Z".to_owned(),
        why: crate::sip::agent::Why::HungUpThere,
        tracks: vec![Track { label: None, heard: 1, pcm: vec![7; 8_000] }],
        announcements: Vec::new(),
        metadata: None,
        document: Bytes::from_static(b"<recording/>"),
    }
}

fn ids(folder: &mut Folder) -> Vec<u64> {
    folder.restore().documents.iter().map(|it| it.id.0).collect()
}

#[test]
fn what_was_kept_is_there_after_a_start() {
    let scratch = Scratch::new();
    let mut folder = scratch.open();
    folder.begin(Id(1), "call-1");
    folder.keep(recording(1));
    assert!(folder.take_kept()[0].is_ok());
    drop(folder);
    let mut folder = scratch.open();
    assert_eq!((ids(&mut folder), folder.repairs()), (vec![1], vec![]));
    assert!(folder.sound(Id(1)).unwrap().starts_with(b"RIFF"));
}

#[test]
fn what_was_removed_is_not() {
    let scratch = Scratch::new();
    let mut folder = scratch.open();
    folder.keep(recording(1));
    let path = folder.take_kept().remove(0).unwrap();
    folder.forget(Id(1));
    assert!(!path.exists());
    assert_eq!(folder.sound(Id(1)), None);
    drop(folder);
    let mut folder = scratch.open();
    assert!(folder.restore().documents.is_empty());
    assert_eq!(folder.restore().last_id, Some(Id(1)), "its id is not given again");
}

#[test]
fn half_a_recording_is_removed_and_said_so() {
    let scratch = Scratch::new();
    drop(scratch.open());
    fs::create_dir(scratch.0.join(".half-7")).unwrap();
    fs::write(scratch.0.join(".half-7/recording.wav"), b"RI").unwrap();
    let folder = scratch.open();
    assert_eq!(folder.repairs(), [".half-7 was half written: it was removed"]);
    assert!(!scratch.0.join(".half-7").exists());
}

#[test]
fn a_recording_that_is_whole_but_in_no_catalogue_is_entered() {
    let scratch = Scratch::new();
    let mut folder = scratch.open();
    folder.keep(recording(7));
    folder.shared().catalogue.remove(Id(7)).unwrap();
    folder.shared().catalogue.removed(Id(7)).unwrap();
    drop(folder);
    let mut folder = scratch.open();
    assert_eq!(ids(&mut folder), [7]);
    assert_eq!(folder.repairs().len(), 1);
}

#[test]
fn half_a_removal_is_finished() {
    let scratch = Scratch::new();
    let mut folder = scratch.open();
    folder.keep(recording(7));
    let path = folder.take_kept().remove(0).unwrap();
    folder.shared().catalogue.remove(Id(7)).unwrap();
    drop(folder);
    let mut folder = scratch.open();
    assert!(ids(&mut folder).is_empty() && !path.exists());
    assert_eq!(folder.repairs().len(), 1);
}

#[test]
fn a_recording_that_somebody_took_away_is_struck_off_and_strangers_are_left_alone() {
    let scratch = Scratch::new();
    let mut folder = scratch.open();
    folder.keep(recording(7));
    fs::remove_dir_all(folder.take_kept().remove(0).unwrap()).unwrap();
    fs::create_dir(scratch.0.join("holiday")).unwrap();
    drop(folder);
    let mut folder = scratch.open();
    assert!(ids(&mut folder).is_empty() && scratch.0.join("holiday").exists());
    assert_eq!(folder.repairs().len(), 1);
}

#[test]
fn a_call_that_was_up_is_told_of_once() {
    let scratch = Scratch::new();
    let mut folder = scratch.open();
    folder.begin(Id(3), "call-3");
    folder.begin(Id(4), "call-4");
    folder.drop_begun(Id(4));
    drop(folder);
    assert_eq!(
        scratch.open().repairs(),
        ["the call of recording 3 (call-3) was still up: it is lost"]
    );
    assert!(scratch.open().repairs().is_empty());
}

#[test]
fn the_library_is_written_down_with_it() {
    let scratch = Scratch::new();
    let mut folder = scratch.open();
    let user = |document: Option<&str>| Change {
        kind: Kind::User,
        id: Id(5),
        document: document.map(str::to_owned),
    };
    folder.note(&[user(Some("{}"))]);
    assert_eq!(folder.restore().documents, [user(Some("{}"))]);
    folder.note(&[user(None)]);
    assert!(folder.restore().documents.is_empty());
}

#[test]
fn two_calls_of_one_moment_have_two_folders() {
    let scratch = Scratch::new();
    let mut folder = scratch.open();
    folder.keep(recording(1));
    folder.keep(Recording { call_id: recording(1).call_id, ..recording(2) });
    let kept: Vec<_> = folder.take_kept().into_iter().map(Result::unwrap).collect();
    assert_ne!(kept[0], kept[1]);
}
