//! Hold, resume, add, remove, and the version that tells of it.

use std::net::IpAddr;

use crate::sdp::Direction::{Inactive, RecvOnly, SendOnly, SendRecv};
use crate::sdp::{Codec, Direction, Format, Hold, Medium, Origin, Session, judge_reoffer};

fn call(directions: &[Direction]) -> Session {
    let address: IpAddr = "192.0.2.1".parse().unwrap();
    let medium = |(port, &direction)| Medium {
        direction,
        ..Medium::audio(port, vec![Format::of(Codec::PCMU)])
    };
    let media = (5_000..).step_by(2).zip(directions).map(medium).collect();
    Session { media, ..Session::new(Origin::new("alice", 7, address), address) }
}

fn directions(session: &Session) -> Vec<Direction> {
    session.describe().media.iter().map(|it| it.direction).collect()
}

#[test]
fn a_hold_stops_what_would_be_received_and_a_resume_brings_it_back() {
    let before = call(&[SendRecv, RecvOnly, SendOnly]);
    let held = before.revised(|it| it.hold(Hold::SendOnly));
    assert_eq!(directions(&held), [SendOnly, Inactive, SendOnly]);
    let resumed = held.revised(Session::resume);
    assert_eq!(directions(&resumed), [SendRecv, RecvOnly, SendOnly]);
}

#[test]
fn a_recording_pauses_inactive_and_resumes_sendonly() {
    let recording = call(&[SendOnly, SendOnly]);
    let paused = recording.revised(|it| it.hold(Hold::Inactive));
    assert_eq!(directions(&paused), [Inactive, Inactive]);
    assert_eq!(directions(&paused.revised(Session::resume)), [SendOnly, SendOnly]);
}

#[test]
fn the_old_hold_nulls_the_address_and_says_nothing_of_the_direction() {
    let held = call(&[SendRecv]).revised(|it| it.hold(Hold::NullAddress)).describe();
    assert!(held.media[0].has_null_address() && held.media[0].port != 0);
    assert_eq!(held.media[0].direction, SendRecv);
}

#[test]
fn the_pause_of_webex_does_both() {
    let paused = call(&[SendOnly]).revised(|it| it.hold(Hold::InactiveNullAddress)).describe();
    assert!(paused.media[0].has_null_address());
    assert_eq!(paused.media[0].direction, Inactive);
}

#[test]
fn a_version_is_one_higher_if_and_only_if_something_changed() {
    let first = call(&[SendRecv]);
    let same = first.revised(|_| ());
    assert_eq!(same.to_bytes(), first.to_bytes());
    let second = first.revised(|it| it.media[0].port = 6_000);
    assert_eq!(second.origin.version, first.origin.version + 1);
    // An answer made afresh, by one that had said something else before.
    let third = Session { origin: Origin { version: 40, ..first.origin.clone() }, ..first.clone() };
    assert_eq!(third.following(&second).origin.version, second.origin.version + 1);
}

#[test]
fn what_was_refused_is_followed_by_the_next_version() {
    let first = call(&[SendRecv]);
    let refused = first.revised(|it| it.hold(Hold::Inactive));
    let again = refused.origin.version + 1;
    let mut back = first.clone().instead_of(&refused);
    assert_eq!(back.origin.version, again);
    let moved = back.revised(|it| it.media[0].port = 6_000);
    assert_eq!(moved.origin.version, again, "nobody has seen another description of this version");
    assert_eq!(moved.revised(|it| it.media[0].port = 6_002).origin.version, again + 1);
    back.say();
    assert_eq!(back.revised(|it| it.media[0].port = 6_000).origin.version, again + 1);
}

#[test]
fn a_new_stream_goes_below_the_others_or_into_a_free_slot() {
    let audio = |port| Medium::audio(port, vec![Format::of(Codec::PCMA)]);
    let mut session = call(&[SendRecv, SendRecv]);
    assert_eq!(session.add(audio(7_000)), 2);
    session.remove(1);
    assert_eq!(session.media.len(), 3);
    assert_eq!(session.describe().media[1].port, 0);
    assert_eq!(session.add(audio(7_002)), 1);
    assert_eq!(session.add(audio(7_004)), 3);
}

#[test]
fn every_change_is_a_legal_successor() {
    let mut session = call(&[SendRecv, SendRecv]);
    let changes: [fn(&mut Session); 6] = [
        |it| it.hold(Hold::SendOnly),
        Session::resume,
        |it| it.hold(Hold::InactiveNullAddress),
        |it| it.remove(0),
        |it| {
            it.add(Medium::audio(9_000, vec![Format::of(Codec::OPUS)]));
        },
        |_| (),
    ];
    for change in changes {
        let next = session.revised(change);
        assert_eq!(judge_reoffer(&session.describe(), &next.describe()), []);
        session = next;
    }
}
