//! Several documents add up to a state, and a state becomes another by an update.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::{example, fixture, plain, read};
use crate::siprec::{
    DataMode, Dialect, Extension, Id, Interval, Malformed, Metadata, Name, NameId, Parent,
    Participant, ParticipantSession, ParticipantStream, Session, SessionRecording, Stream, diff,
};

/// What is known after the documents of the RFC's example, one after another.
fn folded(updates: &[&str]) -> Metadata {
    let mut state = example::snapshot();
    for update in updates {
        state.apply(&read(update)).unwrap();
    }
    state
}

#[test]
fn one_who_leaves_is_gone_and_nobody_else_is() {
    let state = folded(&[fixture!("rfc_left.xml")]);
    let left = |id: &Id| {
        let association = state.participant_sessions.iter().find(|it| it.participant == *id);
        association.unwrap().interval.disassociate_time.clone()
    };
    assert_eq!(left(&example::bob()).as_deref(), Some("2030-01-01T09:45:00Z"));
    assert_eq!(left(&example::alice()), None);
    assert_eq!(state.participants.len(), 2);
    assert_eq!(state.mode, DataMode::Complete, "what is known is the whole");
}

#[test]
fn a_hold_replaces_all_that_a_participant_sent_and_received() {
    let state = folded(&[fixture!("rfc_hold.xml")]);
    let of = |id: &Id| {
        let ends = state.participant_streams.iter().find(|it| it.participant == *id).unwrap();
        (ends.send.len(), ends.receive.len())
    };
    assert_eq!(of(&example::bob()), (0, 2));
    assert_eq!(of(&example::alice()), (2, 0));
    assert_eq!(state.extensions, example::snapshot().extensions);
}

#[test]
fn a_transfer_brings_a_participant_and_new_dialogs() {
    let state = folded(&[fixture!("rfc_transfer.xml")]);
    let stream = &state.labelled("96").next().unwrap().id;
    let senders: Vec<_> = state.senders(stream).iter().map(|it| it.names[0].aor.clone()).collect();
    assert_eq!(senders, ["sip:carol@example.com"]);
    assert_eq!(
        state.sessions[0].sip_session_ids,
        ["99887766554433221100ffeeddccbbaa;remote=ffeeddccbbaa99887766554433221100"]
    );
    assert_eq!(state.sessions[0].group, example::snapshot().sessions[0].group);
    assert_eq!(state.dangling(), []);
}

#[test]
fn a_snapshot_replaces_everything() {
    let state = folded(&[fixture!("rfc_transfer.xml"), fixture!("quirk_none.xml")]);
    assert_eq!(state, read(fixture!("quirk_none.xml")));
}

#[test]
fn one_who_leaves_and_returns_was_there_twice() {
    let bob = |interval| Metadata {
        mode: DataMode::Partial,
        participant_sessions: vec![ParticipantSession {
            participant: example::bob(),
            session: example::session(),
            interval,
            params: Vec::new(),
        }],
        ..Metadata::default()
    };
    let mut state = example::snapshot();
    state.apply(&bob(Interval::until("2030-01-01T10:00:00Z"))).unwrap();
    state.apply(&bob(Interval::since("2030-01-01T10:05:00Z"))).unwrap();
    state.apply(&bob(Interval::until("2030-01-01T10:10:00Z"))).unwrap();
    let intervals: Vec<_> = state
        .participant_sessions
        .iter()
        .filter(|it| it.participant == example::bob())
        .map(|it| it.interval.clone())
        .collect();
    let interval = |from: &str, to: &str| Interval {
        associate_time: Some(format!("2030-01-01T{from}:00Z")),
        disassociate_time: Some(format!("2030-01-01T{to}:00Z")),
    };
    assert_eq!(intervals, [interval("09:30", "10:00"), interval("10:05", "10:10")]);
}

#[test]
fn a_state_does_not_grow_for_ever() {
    let mut state = example::snapshot();
    let many = |from: u32| Metadata {
        mode: DataMode::Partial,
        participants: (from..from + 1_000)
            .map(|it| Participant { id: Id::new(it.to_string()), names: Vec::new() })
            .collect(),
        ..Metadata::default()
    };
    for from in [0, 1_000, 2_000, 3_000] {
        state.apply(&many(from)).unwrap();
    }
    let before = state.clone();
    assert_eq!(state.apply(&many(4_000)), Err(Malformed::Overgrown { most: 4_096 }));
    assert_eq!(state, before, "it stays as it was");
    assert_eq!(state.apply(&many(3_000)), Ok(()), "what is known is no growth");
}

#[test]
fn an_update_says_only_what_changed() {
    let old = example::snapshot();
    let mut new = old.clone();
    new.participant_sessions[0].interval.disassociate_time = Some("2030-01-01T10:00:00Z".into());
    new.sessions[0].stop_time = Some("2030-01-01T10:00:00Z".into());
    let update = diff(&old, &new);
    let expected = Metadata {
        mode: DataMode::Partial,
        sessions: vec![Session {
            id: example::session(),
            stop_time: Some("2030-01-01T10:00:00Z".into()),
            ..Session::default()
        }],
        participant_sessions: vec![ParticipantSession {
            participant: example::bob(),
            session: example::session(),
            interval: Interval::until("2030-01-01T10:00:00Z"),
            params: Vec::new(),
        }],
        ..Metadata::default()
    };
    assert_eq!(update, expected);
}

#[test]
fn an_update_of_nothing_says_nothing() {
    let empty = Metadata { mode: DataMode::Partial, ..Metadata::default() };
    assert_eq!(diff(&example::snapshot(), &example::snapshot()), empty);
}

#[test]
fn what_is_to_vanish_takes_a_snapshot() {
    let old = example::snapshot();
    let mut new = old.clone();
    new.participants.pop();
    assert_eq!(diff(&old, &new), Metadata { mode: DataMode::Complete, ..new });
}

/// A small world, in which every change is likely.
fn state() -> impl Strategy<Value = Metadata> {
    let id = || (0..3_u8).prop_map(|it| Id::base64([it; 16]));
    let time = || prop::option::of((0..3_u8).prop_map(|it| format!("2030-01-01T00:00:0{it}Z")));
    let interval = || {
        let ends = (time(), time());
        ends.prop_map(|(associate_time, disassociate_time)| Interval {
            associate_time,
            disassociate_time,
        })
    };
    let participant = (id(), 0..3_u8).prop_map(|(id, name)| {
        let names = vec![Name { text: name.to_string(), language: None }];
        Participant { id, names: vec![NameId { aor: "sip:x@example.com".into(), names }] }
    });
    let session = (id(), prop::option::of(id()), time(), time()).prop_map(
        |(id, group, start_time, stop_time)| Session {
            id,
            group,
            start_time,
            stop_time,
            ..Session::default()
        },
    );
    let stream = (id(), prop::option::of(id()), prop::option::of("[12]"))
        .prop_map(|(id, session, label)| Stream { id, session, label, mode: None });
    let recorded =
        (id(), interval()).prop_map(|(session, interval)| SessionRecording { session, interval });
    let took_part = (id(), id(), interval()).prop_map(|(participant, session, interval)| {
        ParticipantSession { participant, session, interval, params: Vec::new() }
    });
    let ends = (id(), prop::collection::vec(id(), 0..2), interval()).prop_map(
        |(participant, send, interval)| ParticipantStream {
            participant,
            send,
            receive: Vec::new(),
            interval,
        },
    );
    let extension = (id(), 0..3_u8, 0..3_u8).prop_map(|(id, kind, value)| {
        let parent = match kind {
            0 => Parent::Recording,
            1 => Parent::Session(id),
            _ => Parent::Participant(id),
        };
        Extension::new(parent, &format!("<x xmlns=\"urn:example:x\">{value}</x>")).unwrap()
    });
    let parts = (
        prop::collection::vec(participant, 0..4),
        prop::collection::vec(session, 0..4),
        prop::collection::vec(stream, 0..4),
        prop::collection::vec(recorded, 0..4),
        prop::collection::vec(took_part, 0..4),
        prop::collection::vec(ends, 0..4),
        prop::collection::vec(extension, 0..3),
    );
    parts.prop_map(|(participants, sessions, streams, recorded, took_part, ends, extensions)| {
        Metadata {
            participants,
            sessions,
            streams,
            session_recordings: recorded,
            participant_sessions: took_part,
            participant_streams: ends,
            extensions,
            ..Metadata::default()
        }
    })
}

/// A state in an order that does not depend on how it came about.
fn sorted(metadata: Metadata) -> Metadata {
    let mut it = plain(metadata);
    it.participants.sort();
    it.sessions.sort();
    it.streams.sort();
    it.session_recordings.sort();
    it.participant_sessions.sort();
    it.participant_streams.sort();
    it
}

/// Drops what has the id of another: no state can have come to that.
fn keep_first<T>(list: &mut Vec<T>, id: impl Fn(&T) -> Id) {
    let mut seen = BTreeSet::new();
    list.retain(|it| seen.insert(id(it)));
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn an_update_always_brings_the_old_state_to_the_new(old in state(), new in state()) {
        let mut reached = old.clone();
        reached.apply(&diff(&old, &new)).unwrap();
        prop_assert_eq!(sorted(reached), sorted(new));
    }

    #[test]
    fn a_small_change_takes_no_snapshot(mut old in state(), time in 0..9_u8) {
        keep_first(&mut old.participants, |it| it.id.clone());
        keep_first(&mut old.sessions, |it| it.id.clone());
        keep_first(&mut old.streams, |it| it.id.clone());
        let mut new = old.clone();
        let id = Id::base64([9; 16]);
        new.sessions.push(Session { id: id.clone(), ..Session::default() });
        new.session_recordings.push(SessionRecording {
            session: id,
            interval: Interval::since(format!("2030-01-01T00:00:0{time}Z")),
        });
        prop_assert_eq!(diff(&old, &new).mode, DataMode::Partial);
    }

    #[test]
    fn an_update_survives_being_written(old in state(), new in state()) {
        let update = diff(&old, &new);
        let mut reached = old.clone();
        reached.apply(&read(&update.write(Dialect::Rfc))).unwrap();
        let mut expected = old;
        expected.apply(&update).unwrap();
        let orphans = |it: &Extension| match &it.parent {
            Parent::Session(id) => update.session(id).is_none(),
            Parent::Participant(id) => update.participant(id).is_none(),
            _ => false,
        };
        prop_assume!(!update.extensions.iter().any(orphans));
        prop_assert_eq!(sorted(reached), sorted(expected));
    }
}
