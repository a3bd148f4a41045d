//! Both dialects have the shape that their speakers expect, and survive a round trip.

use super::{example, fixture, forgiven, plain, read};
use crate::siprec::{
    BroadWorks, Call, DataMode, Dialect, Document, Extension, Group, Id, Interval, Metadata, Name,
    NameId, Param, Parent, Participant, ParticipantSession, ParticipantStream, Reason, Recording,
    Session, SessionRecording, SnapshotRequest, Stream, StreamMode,
};

/// The recorded call of the field guide, appendix A.1, built from nothing.
fn webex() -> Metadata {
    let file = read(fixture!("webex_initial.xml"));
    let session = file.sessions[0].id.clone();
    let party = |index: usize| {
        let (participant, stream) = (&file.participants[index], &file.streams[index]);
        (participant.id.clone(), stream.id.clone())
    };
    let (user, other) = (party(0), party(1));
    let participant =
        |id: &Id, aor: &str| Participant { id: id.clone(), names: vec![NameId::unnamed(aor)] };
    let stream = |id: &Id, label: &str| Stream {
        id: id.clone(),
        session: Some(session.clone()),
        label: Some(label.into()),
        mode: Some(StreamMode::Separate),
    };
    let takes_part = |participant: &Id| ParticipantSession {
        participant: participant.clone(),
        session: session.clone(),
        ..Default::default()
    };
    let sends = |(participant, stream): &(Id, Id)| ParticipantStream {
        participant: participant.clone(),
        send: vec![stream.clone()],
        ..Default::default()
    };
    let platform = BroadWorks {
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
        ..BroadWorks::default()
    };
    Metadata {
        recording: Some(Recording {
            id: file.recording.as_ref().unwrap().id.clone(),
            requestor: Some("SRC".into()),
            kind: Some("selective".into()),
        }),
        groups: vec![Group {
            id: file.groups[0].id.clone(),
            initiator: Some("sip:+12025550101@example.net".into()),
            ..Group::default()
        }],
        sessions: vec![Session {
            id: session.clone(),
            group: Some(file.groups[0].id.clone()),
            start_time: Some("2030-01-01T00:00:00Z".into()),
            ..Session::default()
        }],
        participants: vec![
            participant(&user.0, "sip:u1@int.example.net"),
            participant(&other.0, "sip:+12025550199@example.net"),
        ],
        streams: vec![stream(&user.1, "1"), stream(&other.1, "2")],
        participant_sessions: vec![takes_part(&user.0), takes_part(&other.0)],
        participant_streams: vec![sends(&user), sends(&other)],
        extensions: vec![platform.extension(&session, file.extensions[0].id.clone()).unwrap()],
        ..Metadata::default()
    }
}

/// The lines of a document without their indentation.
fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim_start).collect()
}

#[test]
fn the_dialect_of_webex_has_the_shape_of_the_captures() {
    assert_eq!(lines(&webex().write(Dialect::Webex)), lines(fixture!("webex_initial.xml")));
}

#[test]
fn the_dialect_of_webex_survives_a_round_trip() {
    for text in [fixture!("webex_initial.xml"), fixture!("webex_conference.xml")] {
        let metadata = plain(read(text));
        assert_eq!(plain(read(&metadata.write(Dialect::Webex))), metadata);
    }
    assert_eq!(plain(read(&webex().write(Dialect::Webex))), webex());
}

#[test]
fn the_dialect_of_the_rfc_survives_a_round_trip_and_is_legal() {
    for text in [
        fixture!("rfc_complete.xml"),
        fixture!("rfc_left.xml"),
        fixture!("rfc_hold.xml"),
        fixture!("rfc_transfer.xml"),
    ] {
        let metadata = plain(read(text));
        let again = read(&metadata.write(Dialect::Rfc));
        assert_eq!(forgiven(&again), [""; 0]);
        assert_eq!(plain(again), metadata);
    }
}

#[test]
fn everything_that_the_rfc_has_words_for_survives() {
    let [session, bob, stream] = [1, 2, 3].map(|it| Id::base64([it; 16]));
    let interval = Interval {
        associate_time: Some("2030-01-01T00:00:00Z".into()),
        disassociate_time: Some("2030-01-01T00:00:01.5+02:00".into()),
    };
    let ours = |parent| Extension::new(parent, "<x xmlns=\"urn:example:x\">1</x>").unwrap();
    let metadata = Metadata {
        mode: DataMode::Partial,
        groups: vec![Group {
            id: Id::base64([4; 16]),
            interval: interval.clone(),
            initiator: None,
        }],
        sessions: vec![Session {
            id: session.clone(),
            sip_session_ids: vec!["a;remote=b".into(), "c;remote=d".into()],
            reasons: vec![
                Reason {
                    protocol: Some("Q.850".into()),
                    cause: Some("16".into()),
                    text: "Bye".into(),
                },
                Reason { protocol: None, cause: Some("200".into()), text: String::new() },
            ],
            group: Some(Id::base64([4; 16])),
            start_time: Some("2030-01-01T00:00:00Z".into()),
            stop_time: Some("2030-01-01T00:01:00Z".into()),
        }],
        participants: vec![Participant {
            id: bob.clone(),
            names: vec![NameId {
                aor: "sip:bob&co@example.com".into(),
                names: vec![Name { text: "<\"Bob\">".into(), language: Some("en".into()) }],
            }],
        }],
        streams: vec![Stream {
            id: stream.clone(),
            session: None,
            label: Some("1".into()),
            mode: None,
        }],
        session_recordings: vec![SessionRecording {
            session: session.clone(),
            interval: interval.clone(),
        }],
        participant_sessions: vec![ParticipantSession {
            participant: bob.clone(),
            session: session.clone(),
            interval: interval.clone(),
            params: vec![Param { name: "isfocus".into(), value: "a\nb".into() }],
        }],
        participant_streams: vec![ParticipantStream {
            participant: bob.clone(),
            send: vec![stream.clone()],
            receive: vec![stream.clone(), stream.clone()],
            interval,
        }],
        extensions: vec![
            ours(Parent::Recording),
            ours(Parent::Session(session.clone())),
            ours(Parent::Stream(stream)),
            ours(Parent::SessionRecording(session.clone())),
            ours(Parent::ParticipantSession { participant: bob.clone(), session }),
            ours(Parent::ParticipantStream(bob)),
        ],
        ..Metadata::default()
    };
    let again = read(&metadata.write(Dialect::Rfc));
    assert_eq!(forgiven(&again), [""; 0]);
    assert_eq!(plain(again), plain(metadata));
}

#[test]
fn a_snapshot_in_the_dialect_of_the_rfc_looks_like_its_example() {
    let [session, stream] = [1, 2].map(|it| Id::base64([it; 16]));
    let metadata = Metadata {
        sessions: vec![Session {
            id: session.clone(),
            start_time: Some("2030-01-01T00:00:00Z".into()),
            ..Session::default()
        }],
        streams: vec![Stream {
            id: stream,
            session: Some(session),
            label: Some("1".into()),
            mode: None,
        }],
        ..Metadata::default()
    };
    let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<recording xmlns=\"urn:ietf:params:xml:ns:recording:1\">
  <datamode>complete</datamode>
  <session session_id=\"AQEBAQEBQQGBAQEBAQEBAQ==\">
    <start-time>2030-01-01T00:00:00Z</start-time>
  </session>
  <stream stream_id=\"AgICAgICQgKCAgICAgICAg==\" session_id=\"AQEBAQEBQQGBAQEBAQEBAQ==\">
    <label>1</label>
  </stream>
</recording>
";
    assert_eq!(metadata.write(Dialect::Rfc), expected);
}

#[test]
fn an_extension_can_change_dialects() {
    let from_webex = read(fixture!("webex_initial.xml"));
    let read_as_rfc = read(&from_webex.write(Dialect::Rfc));
    let extension = &read_as_rfc.extensions[0];
    assert_eq!(extension.parent, Parent::Session(from_webex.sessions[0].id.clone()));
    assert_eq!(BroadWorks::read(extension), BroadWorks::read(&from_webex.extensions[0]));
}

#[test]
fn an_extension_of_something_absent_is_written_with_the_recording() {
    let lost = Extension::new(Parent::Session(example::session()), "<x xmlns='urn:x'/>").unwrap();
    let metadata = Metadata { extensions: vec![lost], ..Metadata::default() };
    assert_eq!(read(&metadata.write(Dialect::Rfc)).extensions[0].parent, Parent::Recording);
}

#[test]
fn a_request_for_a_snapshot_survives_a_round_trip() {
    for request in [SnapshotRequest::because("lost & found"), SnapshotRequest::default()] {
        let text = request.write();
        assert_eq!(Document::parse(text.as_bytes()), Ok(Document::SnapshotRequest(request)));
    }
}
