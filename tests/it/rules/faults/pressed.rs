//! Keys that are pressed, and codes of them.

use tallylight::evidence::{Script, Sound};
use tallylight::rtp::TelephoneEvent;

use super::super::edit::Edit::{Act, Again, SwapAll};
use super::{CODES, TYPED, fault, spoil};
use crate::rules::Fault;

pub const FAULTS: &[Fault] = &[
    fault(
        TYPED,
        "keys that nobody takes",
        &[SwapAll("a=fmtp:101 0-15", "a=fmtp:101 0-3")],
        &["RFC4733-2.5.1.1-1"],
        &[],
    ),
    fault(TYPED, "the end of a key is said once", &[Act(ends_once)], &["RFC4733-2.5.1.4-1"], &[]),
    fault(TYPED, "another key is sent", &[Act(another_key)], &["RFC4733-3.2-1"], &[]),
    fault(
        CODES,
        "a code is done twice",
        &[
            Again("INVITE platform recorder 2", 300, GO),
            Again("200 INVITE recorder platform 2", 300, GO_TOO),
            Again(
                "ACK platform recorder 2",
                300,
                &[("2 ACK", "3 ACK"), ("z9hG4bK", "z9hG4bKgoes")],
            ),
            Again("INVITE platform recorder 2", 600, STOP),
            Again("200 INVITE recorder platform 2", 600, STOP_TOO),
            Again(
                "ACK platform recorder 2",
                600,
                &[("2 ACK", "4 ACK"), ("z9hG4bK", "z9hG4bKstops")],
            ),
        ],
        &["RFC4733-FAC-2"],
        &[],
    ),
];

/// The recording goes on,
const GO: &[(&str, &str)] = &[
    ("2 INVITE", "3 INVITE"),
    ("z9hG4bK", "z9hG4bKgo"),
    (" 2 IN IP4", " 3 IN IP4"),
    ("a=inactive", "a=sendonly"),
    ("a=inactive", "a=sendonly"),
];
const GO_TOO: &[(&str, &str)] = &[
    ("2 INVITE", "3 INVITE"),
    ("z9hG4bK", "z9hG4bKgo"),
    (" 2 IN IP4", " 3 IN IP4"),
    ("a=inactive", "a=recvonly"),
    ("a=inactive", "a=recvonly"),
];
/// and is paused again.
const STOP: &[(&str, &str)] =
    &[("2 INVITE", "4 INVITE"), ("z9hG4bK", "z9hG4bKstop"), (" 2 IN IP4", " 4 IN IP4")];
const STOP_TOO: &[(&str, &str)] =
    &[("2 INVITE", "4 INVITE"), ("z9hG4bK", "z9hG4bKstop"), (" 2 IN IP4", " 4 IN IP4")];

/// What Bob presses: the packets of events, run by run.
fn each_event(script: &mut Script, mut change: impl FnMut(u32, &mut TelephoneEvent)) {
    let flow = spoil::flow(script, [192, 0, 2, 11]);
    for packet in flow.sent.iter_mut().chain(&mut flow.received) {
        if let Sound::Event(event) = &mut packet.sound {
            change(packet.timestamp, event);
        }
    }
}

/// Bob's telephone says once that a key is up, and then goes on as if it were down.
fn ends_once(script: &mut Script) {
    let mut over = 0;
    each_event(script, |timestamp, event| {
        event.end &= over != timestamp;
        if event.end {
            over = timestamp;
        }
    });
}

/// Bob's telephone sends another key than he pressed first.
fn another_key(script: &mut Script) {
    let mut first = None;
    each_event(script, |timestamp, event| {
        if *first.get_or_insert(timestamp) == timestamp {
            event.event = (event.event + 1) % 10;
        }
    });
}
