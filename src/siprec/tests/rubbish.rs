//! Nothing that arrives panics, and whatever was read can be written.

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngSeed;

use super::{example, fixture, plain};
use crate::siprec::{
    Body, BroadWorks, Dialect, Document, Extension, Layout, Metadata, Received, diff,
};

const DOCUMENTS: [&str; 5] = [
    fixture!("rfc_complete.xml"),
    fixture!("rfc_transfer.xml"),
    fixture!("webex_initial.xml"),
    fixture!("webex_conference.xml"),
    fixture!("quirk_vendor.xml"),
];

/// Everything that can be done to what somebody sent.
fn exercise(body: &[u8]) {
    let Ok(Document::Metadata(metadata)) = Document::parse(body) else { return };
    metadata.dangling();
    for extension in &metadata.extensions {
        BroadWorks::read(extension);
        let alone = Extension::new(extension.parent.clone(), &extension.xml);
        assert_eq!(alone.as_ref().map(|it| &it.name), Ok(&extension.name), "it can stand alone");
    }
    for dialect in [Dialect::Rfc, Dialect::Webex] {
        let written = metadata.write(dialect);
        assert!(Metadata::parse(written.as_bytes()).is_ok(), "what we write can be read");
    }
    let mut state = example::snapshot();
    let before = plain(state.clone());
    state.apply(&metadata).unwrap();
    diff(&before, &state);
}

type Change = (Index, Index, u8);

fn changes() -> impl Strategy<Value = Vec<Change>> {
    prop::collection::vec((any::<Index>(), any::<Index>(), any::<u8>()), 1..10)
}

/// Characters overwritten, inserted and removed, lines doubled and dropped.
fn damaged(text: &str, changes: &[Change]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for (at, other, byte) in changes {
        let (at, other) = (at.index(bytes.len()), other.index(bytes.len()));
        match byte % 5 {
            0 => bytes[at] = *byte,
            1 => bytes[at] = bytes[other],
            2 => bytes.insert(at, b"<>/\"'=& :;\r\n"[usize::from(byte / 5) % 12]),
            3 => {
                let (from, to) = (at.min(other), at.max(other).min(at.min(other) + 80));
                let piece = bytes[from..to].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => {
                bytes.drain(at.min(other)..at.max(other).min(at.min(other) + 80));
            }
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1_500,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn damaged_metadata_never_panics(which in 0..DOCUMENTS.len(), changes in changes()) {
        exercise(&damaged(DOCUMENTS[which], &changes));
    }

    #[test]
    fn metadata_whose_names_are_mixed_up_never_panics(
        which in 0..DOCUMENTS.len(),
        from in prop::sample::select(NAMES),
        to in prop::sample::select(NAMES),
    ) {
        exercise(DOCUMENTS[which].replace(from, to).as_bytes());
    }

    #[test]
    fn a_damaged_body_never_panics(changes in changes()) {
        let body = Body::both(b"v=0\r\n", DOCUMENTS[2], &Layout::of(Dialect::Webex));
        let text = String::from_utf8(body.bytes).unwrap();
        if let Ok(received) = Received::split(&body.content_type, &damaged(&text, &changes)) {
            received.metadata_bytes().into_iter().for_each(exercise);
        }
    }

    #[test]
    fn a_damaged_content_type_never_panics(changes in changes()) {
        let damaged = damaged("multipart/mixed; boundary=\"foo\\\"bar\"; x=y", &changes);
        let _ = Received::split(&String::from_utf8_lossy(&damaged), b"--foobar\r\n\r\n--foobar--");
    }
}

/// Names that mean something, each in the place of another.
const NAMES: &[&str] = &[
    "recording_metadata",
    "recording",
    "datamode",
    "dataMode",
    "group",
    "session",
    "participant",
    "stream",
    "sessionrecordingassoc",
    "participantsessionassoc",
    "participantstreamassoc",
    "send",
    "recv",
    "label",
    "nameID",
    "name",
    "aor",
    "associate-time",
    "extensiondata",
    "session_id",
    "id",
    "stream_id",
    "participant_id",
    "parent",
    "xmlns",
    "complete",
    "partial",
    "requestsnapshot",
    "",
];

#[test]
fn the_undamaged_documents_are_read() {
    for text in DOCUMENTS {
        assert!(Document::parse(text.as_bytes()).is_ok());
        exercise(text.as_bytes());
    }
}
