//! The documents of the RFCs and of Webex Calling.

use super::{example, fixture, forgiven, read};
use crate::siprec::{
    BroadWorks, Call, DataMode, Document, Extension, Id, Malformed, Metadata, Name, Param, Parent,
    Queue, RedirectedCall, StreamMode,
};

fn aors(participants: &[&crate::siprec::Participant]) -> Vec<String> {
    participants.iter().flat_map(|it| &it.names).map(|it| it.aor.clone()).collect()
}

#[test]
fn the_snapshot_of_rfc_7865_is_read_whole() {
    let metadata = example::snapshot();
    assert_eq!(forgiven(&metadata), [""; 0]);
    assert_eq!(metadata.mode, DataMode::Complete);
    assert_eq!(metadata.labels().collect::<Vec<_>>(), ["96", "97", "98", "99"]);
    let session = &metadata.sessions[0];
    let dialogs = "00112233445566778899aabbccddeeff;remote=ffeeddccbbaa99887766554433221100";
    assert_eq!(session.sip_session_ids, [dialogs], "folded in the document");
    assert_eq!(session.group.as_ref(), Some(&metadata.groups[0].id), "blanks around it");
    assert_eq!(
        metadata.participant_sessions[1].params,
        [Param { name: "isfocus".into(), value: "true".into() }]
    );
    assert_eq!(metadata.dangling(), []);
}

#[test]
fn the_graph_tells_who_is_heard_on_which_stream() {
    let metadata = example::snapshot();
    let stream = &metadata.labelled("96").next().unwrap().id;
    assert_eq!(aors(&metadata.senders(stream)), ["sip:bob@example.com"]);
    assert_eq!(aors(&metadata.receivers(stream)), ["sip:alice@example.net", "tel:+12025550101"]);
}

#[test]
fn names_are_unescaped_and_tell_their_language() {
    let alice = &example::snapshot().participants[1];
    let name = Name { text: "Al\u{17E}b\u{11B}ta & spol.".into(), language: Some("cs".into()) };
    assert_eq!(alice.names[0].names, [name]);
    assert_eq!(alice.names[1].names, [], "a second address needs no name");
}

#[test]
fn extensions_are_kept_with_what_they_belong_to() {
    let metadata = example::snapshot();
    let found: Vec<_> =
        metadata.extensions.iter().map(|it| (it.name.as_str(), it.parent.clone())).collect();
    let group = Parent::Group(metadata.groups[0].id.clone());
    assert_eq!(
        found,
        [
            ("helpdesk", group.clone()),
            ("ours", group),
            ("ours", Parent::Session(example::session())),
            ("ours", Parent::Participant(example::bob())),
        ]
    );
    assert!(metadata.extensions[3].xml.contains("<shelf>9</shelf>"));
}

#[test]
fn the_snapshot_of_webex_calling_is_read_into_the_same_model() {
    let metadata = read(fixture!("webex_initial.xml"));
    assert_eq!(metadata.recording.as_ref().and_then(|it| it.kind.as_deref()), Some("selective"));
    assert_eq!(metadata.sessions[0].group.as_ref(), Some(&metadata.groups[0].id));
    assert_eq!(metadata.participant_sessions.len(), 2);
    assert_eq!(metadata.streams[0].mode, Some(StreamMode::Separate));
    let stream = &metadata.labelled("2").next().unwrap().id;
    assert_eq!(aors(&metadata.senders(stream)), ["sip:+12025550199@example.net"]);
    assert_eq!(metadata.dangling(), []);
}

#[test]
fn the_extension_of_broadworks_tells_whose_recording_it_is() {
    let metadata = read(fixture!("webex_initial.xml"));
    let [extension] = &metadata.extensions[..] else { panic!("one extension") };
    assert_eq!(extension.parent, Parent::Session(metadata.sessions[0].id.clone()));
    let expected = BroadWorks {
        version: Some("4.0".into()),
        tracking_id: Some("3f0c2d1e-0000-4000-8000-000000000001".into()),
        service_provider: Some("SP0001".into()),
        group: Some("SP0001L0001".into()),
        user: Some("u1@int.example.net".into()),
        call_id: Some("callhalf-1:0".into()),
        call: Some(Call::Terminating {
            calling: Some("+12025550199".into()),
            called: Some("+12025550101".into()),
            redirect: None,
        }),
        recording_type: Some("on".into()),
        redirected: None,
        queue: None,
    };
    assert_eq!(BroadWorks::read(extension), Some(expected));
}

#[test]
fn the_extension_of_broadworks_tells_of_transfers_and_queues() {
    let read = read(fixture!("webex_conference.xml"));
    let read = BroadWorks::read(&read.extensions[0]).unwrap();
    let text = |it: &str| Some(it.to_owned());
    assert!(matches!(read.call, Some(Call::Originating { dialed, .. }) if dialed == text("0199")));
    assert_eq!(
        read.redirected,
        Some(RedirectedCall {
            tracking_id: text("17:2"),
            from: text("+12025550101"),
            to: text("+12025550142"),
        })
    );
    assert_eq!(
        read.queue,
        Some(Queue {
            user: text("queue@example.net"),
            name: text("Help desk"),
            number: text("2025550100"),
            country_code: text("1"),
        })
    );
    let other = Extension::new(Parent::Recording, "<broadWorksRecordingMetadata/>").unwrap();
    assert_eq!(BroadWorks::read(&other), None, "it has no namespace");
}

#[test]
fn a_request_for_a_snapshot_is_told_from_metadata() {
    let text = fixture!("rfc_snapshot_request.xml");
    let Document::SnapshotRequest(request) = Document::parse(text.as_bytes()).unwrap() else {
        panic!("a request")
    };
    let reason = Name { text: "Interne fout & herstart".into(), language: Some("nl".into()) };
    assert_eq!((request.reason, request.quirks), (Some(reason), vec![]));
    let found = "requestsnapshot".into();
    assert_eq!(Metadata::parse(text.as_bytes()), Err(Malformed::Root { found }));
}

#[test]
fn references_to_nothing_are_found_not_refused() {
    let metadata = read(fixture!("rfc_hold.xml"));
    let dangling: Vec<_> = metadata.dangling().iter().map(|it| it.to).collect();
    assert_eq!(dangling, ["participant", "participant", "stream", "stream"]);
}

#[test]
fn what_is_no_metadata_says_why_and_where() {
    let refused = |text: &str| Metadata::parse(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(refused("<a/>"), "find metadata in <a>");
    assert!(refused("<recording>\n</recordin>").starts_with("parse XML at line 2: "));
    assert!(refused("\n\n<recording>\n<x y></recording>").starts_with("parse XML at line 4: "));
    assert!(refused("").starts_with("parse XML at line 1: "));
    assert_eq!(Metadata::parse(b"<recording>\xFF"), Err(Malformed::NotUtf8));
}

#[test]
fn a_document_type_is_refused() {
    let bomb = "<?xml version='1.0'?><!DOCTYPE r [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>\
                <recording>&b;</recording>";
    let outside =
        "<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><recording>&x;</recording>";
    for text in [bomb, outside] {
        assert!(matches!(Metadata::parse(text.as_bytes()), Err(Malformed::NotXml { .. })));
    }
}

#[test]
fn what_only_exhausts_its_reader_is_refused() {
    let excess = |text: String| match Metadata::parse(text.as_bytes()) {
        Err(Malformed::Excessive { what, .. } | Malformed::TooLong { what, .. }) => what,
        other => panic!("{other:?}"),
    };
    assert_eq!(excess("<recording>".to_owned() + &"<a>".repeat(10_000)), "levels");
    assert_eq!(excess(format!("<recording>{}</recording>", "<stream/>".repeat(9_000))), "elements");
    assert_eq!(
        excess(
            format!("<recording>{}</recording>", "<x:a/>".repeat(300))
                .replace("<recording>", "<recording xmlns:x='y'>")
        ),
        "extensions"
    );
    assert_eq!(excess(" ".repeat(256 * 1024 + 1)), "metadata");
}

#[test]
fn a_large_extension_is_no_excess() {
    let text = format!(
        "<recording xmlns='urn:ietf:params:xml:ns:recording:1'><session session_id='{}'>\
         <big xmlns='urn:example:big'>{}</big></session></recording>",
        Id::base64([1; 16]),
        "x".repeat(64 * 1024)
    );
    assert_eq!(
        read(&text).extensions[0].xml.len(),
        64 * 1024 + "<big xmlns='urn:example:big'></big>".len()
    );
}
