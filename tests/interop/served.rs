//! Telephones that none of us wrote call each other through `tallylight serve`.

use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::baresip::{Baresip, Setup};
use crate::serve::{Kept, OTHER, RECORDED, Recording, Served};
use crate::sipp::{Line, PATIENCE, Sipp, Transport};
use crate::tone::Tone;

pub fn sipp_calls_sipp_over_udp_and_is_recorded(folder: &Path) {
    sipp_calls_sipp(Transport::Udp, folder);
}

pub fn sipp_calls_sipp_over_tcp_and_is_recorded(folder: &Path) {
    sipp_calls_sipp(Transport::Tcp, folder);
}

fn sipp_calls_sipp(transport: Transport, folder: &Path) {
    let served = Served::start(folder);
    let (alice, bob) = two_on_sipp(transport, folder);
    let answer = bob.answer();
    alice.call(OTHER.number, Served::address(), TALK).end(PATIENCE).well();
    answer.end(PATIENCE).well();
    is_recorded(&served.stop(), transport);
}

pub fn an_incoming_call_of_the_recorded_user_is_recorded(folder: &Path) {
    let served = Served::start(folder);
    let (alice, bob) = two_on_sipp(Transport::Udp, folder);
    let answer = alice.answer();
    bob.call(RECORDED.number, Served::address(), TALK).end(PATIENCE).well();
    answer.end(PATIENCE).well();
    is_recorded(&served.stop(), Transport::Udp);
}

pub fn baresip_calls_baresip_and_is_recorded(folder: &Path) {
    let served = Served::start(folder);
    let mut alice = Baresip::start(&alice_on_baresip(Transport::Udp), folder);
    let bob = Setup {
        name: "bob",
        line: OTHER,
        port: 15_070,
        tone: Tone::High,
        ..alice_on_baresip(Transport::Udp)
    };
    let mut bob = Baresip::start(&bob, folder);
    alice.is_registered();
    bob.is_registered();
    alice.dial(OTHER.number);
    bob.answer();
    alice.is_talking();
    bob.is_talking();
    thread::sleep(TALK);
    bob.hang_up();
    alice.call_is_over();
    alice.quit().carries_only(Tone::High, LEAST, HOLE_IN_EAR);
    bob.quit().carries_only(Tone::Low, LEAST, HOLE_IN_EAR);
    is_recorded(&served.stop(), Transport::Udp);
}

pub fn baresip_over_tcp_calls_sipp_over_udp_and_is_recorded(folder: &Path) {
    let served = Served::start(folder);
    let mut alice = Baresip::start(&alice_on_baresip(Transport::Tcp), folder);
    alice.is_registered();
    let bob = Sipp::new("bob", OTHER, 5_070, Transport::Udp, Tone::High, folder);
    bob.register(Served::address()).well();
    let answer = bob.answer();
    alice.dial(OTHER.number);
    alice.is_talking();
    thread::sleep(TALK);
    alice.hang_up();
    alice.quit().carries_only(Tone::High, LEAST, HOLE_IN_EAR);
    answer.end(PATIENCE).well();
    is_recorded(&served.stop(), Transport::Tcp);
}

pub fn a_wrong_password_is_refused(folder: &Path) {
    let served = Served::start(folder);
    let impostor = Line { secret: "wrong", ..RECORDED };
    let phone = Sipp::new("impostor", impostor, 5_080, Transport::Udp, Tone::Low, folder);
    assert_eq!(phone.register(Served::address()).status.code(), Some(SIPP_CALL_FAILED));
    let errors = phone.errors("register");
    assert!(errors.contains(" 403 ") || errors.contains(" 401 "), "{errors}");
    let kept = served.stop();
    kept.has_no_recording();
    kept.capture.is_whole();
}

pub fn a_call_to_a_number_nobody_has_is_refused(folder: &Path) {
    let served = Served::start(folder);
    let alice = Sipp::new("alice", RECORDED, 5_080, Transport::Udp, Tone::Low, folder);
    alice.register(Served::address()).well();
    let refused = alice.call("+12025550199", Served::address(), TALK).end(PATIENCE);
    assert_eq!(refused.status.code(), Some(SIPP_CALL_FAILED));
    let errors = alice.errors("call");
    assert!(errors.contains(" 404 "), "{errors}");
    let kept = served.stop();
    kept.has_no_recording();
    kept.capture.is_whole();
}

/// Alice, whose calls are recorded and who speaks low, and Bob, who speaks high; both registered.
fn two_on_sipp(transport: Transport, folder: &Path) -> (Sipp, Sipp) {
    let alice = Sipp::new("alice", RECORDED, 5_080, transport, Tone::Low, folder);
    let bob = Sipp::new("bob", OTHER, 5_070, transport, Tone::High, folder);
    alice.register(Served::address()).well();
    bob.register(Served::address()).well();
    (alice, bob)
}

fn alice_on_baresip(transport: Transport) -> Setup {
    Setup {
        name: "alice",
        line: RECORDED,
        port: 15_060,
        next: Served::address(),
        transport,
        registers: true,
        tone: Tone::Low,
    }
}

/// Insists on one recording that is as it should be, and on a capture that tshark reads.
fn is_recorded(kept: &Kept, transport: Transport) {
    is_in_order(&kept.the_one_recording());
    kept.capture.is_whole();
    kept.capture.has_streams(STREAMS, PACKETS);
    let dialogs = kept.capture.dialogs();
    let calls = dialogs.iter().filter(|dialog| dialog.is_a_whole_call()).count();
    assert_eq!(calls, 3, "caller, callee and recording have a dialog each: {dialogs:#?}");
    if transport == Transport::Tcp {
        assert_ne!(kept.capture.frames("sip && tcp"), 0);
    }
}

/// Insists that each side is where it belongs, from the start to the end, and that the papers of
/// the recording say so.
pub fn is_in_order(recording: &Recording) {
    let own = recording.own.carries_only(Tone::Low, LEAST, HOLE_IN_RECORDING);
    let other = recording.other.carries_only(Tone::High, LEAST, HOLE_IN_RECORDING);
    assert!(own.from.abs_diff(other.from) <= APART, "the sides do not agree: {own:?} {other:?}");
    recording.names_both_parties();
    for word in ["INVITE", "BYE"] {
        assert!(recording.ladder.contains(word), "no {word} in\n{}", recording.ladder);
    }
    recording.is_judged_well();
}

/// How long a call is talked in.
const TALK: Duration = Duration::from_secs(4);

/// The least that must be heard of it: setting up takes a part of it.
const LEAST: Duration = Duration::from_millis(3_500);

const PACKETS: u64 = 175;

/// Each side reaches the platform, is passed on to the other phone, and to the recorder.
const STREAMS: usize = 6;

/// What a telephone's jitter buffer may leave out.
const HOLE_IN_EAR: Duration = Duration::from_millis(60);

/// Nothing is lost on loopback.
const HOLE_IN_RECORDING: Duration = Duration::ZERO;

/// Both telephones start to speak within the time of an ACK and a file being opened.
const APART: Duration = Duration::from_millis(500);

const SIPP_CALL_FAILED: i32 = 1;
