//! The flows of RFC 3665 gone wrong, and what a border controller hides.

use std::time::Duration;

use tallylight::evidence::Script;

use super::super::edit::Edit::{Act, Again, Ask, Drop, Reply, Swap, With};
use super::super::edit::{put, rewrite, value};
use super::legal::{ASK, FINE};
use super::messages::CHALLENGED;
use super::{CALL, CANCELLED, DECLINED, OPTIONS, fault};
use crate::rules::Fault;

/// There is no such call any more.
const GONE: &str = "481 Call/Transaction Does Not Exist";

pub const FAULTS: &[Fault] = &[
    fault(
        CALL,
        "a registrar's challenge met as a proxy's",
        &[
            Swap("200 REGISTER platform Alice", CHALLENGED),
            Again(
                "REGISTER Alice platform",
                20,
                &[("z9hG4bK", "z9hG4bKmet"), ("Max-Forwards", AS_A_PROXY), ("1 REG", "2 REG")],
            ),
            Reply("REGISTER Alice platform 2", 1, "200 OK", ""),
        ],
        &["RFC3665-2.1-1"],
        &[],
    ),
    fault(
        CALL,
        "listed after it has left",
        &[
            Again(
                "REGISTER Alice platform",
                3_000,
                &[("z9hG4bK", "z9hG4bKleft"), ("1 REGISTER", "2 REGISTER")],
            ),
            With("REGISTER Alice platform 2", "Expires", "0"),
            Act(still_listed),
        ],
        &["RFC3665-2.4-1"],
        &[],
    ),
    fault(
        DECLINED,
        "a proxy's challenge met as a registrar's",
        &[
            Swap(
                "603 INVITE platform Alice",
                &[("SIP/2.0 603", "SIP/2.0 407"), ("Content-Length", PROXY)],
            ),
            Again(
                "INVITE Alice platform",
                100,
                &[("z9hG4bK", "z9hG4bKmet"), ("Max-Forwards", AS_A_SERVER), ("1 INV", "2 INV")],
            ),
            Reply("INVITE Alice platform 2", 1, "486 Busy Here", ""),
        ],
        &["RFC3665-3.3-1"],
        &[],
    ),
    fault(
        CALL,
        "asked elsewhere under the same branch",
        &[ASK, Act(ask_elsewhere)],
        &["RFC3665-3.4-1"],
        &[],
    ),
    fault(
        CANCELLED,
        "a goodbye in a call that was cancelled",
        &[Ask("180 INVITE Bob platform", 900, "BYE", ""), Reply("BYE Bob platform", 1, GONE, "")],
        &["RFC3665-3.8-1"],
        &[],
    ),
    fault(
        DECLINED,
        "a goodbye of somebody busy",
        &[
            Swap("603 INVITE Bob platform", &[("SIP/2.0 603", "SIP/2.0 486")]),
            Ask("180 INVITE Bob platform", 900, "BYE", ""),
            Reply("BYE Bob platform", 1, GONE, ""),
        ],
        &["RFC3665-3.9-1"],
        &[],
    ),
    fault(
        DECLINED,
        "nobody answers, and nobody tells the caller",
        &[
            Drop("180 INVITE Bob platform"),
            Drop("603 INVITE Bob platform"),
            Drop("ACK platform Bob"),
            Drop("603 INVITE platform Alice"),
            Drop("ACK Alice platform"),
            Again("INVITE platform Bob", 500, &[]),
            Again("INVITE platform Bob", 1_500, &[]),
            Again("INVITE platform Bob", 3_500, &[]),
            Again("INVITE platform Bob", 7_500, &[]),
            Again("INVITE platform Bob", 15_500, &[]),
            Again("INVITE platform Bob", 31_500, &[]),
            Again("REGISTER Alice platform", 56_000, OPTIONS),
            FINE,
        ],
        &["RFC3665-3.10-1"],
        &[],
    ),
    fault(
        DECLINED,
        "a goodbye of somebody who is not there",
        &[
            Swap("603 INVITE Bob platform", &[("SIP/2.0 603", "SIP/2.0 480")]),
            Ask("180 INVITE Bob platform", 900, "BYE", ""),
            Reply("BYE Bob platform", 1, GONE, ""),
        ],
        &["RFC3665-3.11-1"],
        &[],
    ),
    fault(CALL, "known by an inner address alone", &[Act(without_a_name)], &["RFC5853-3.1-1"], &[]),
];

const AS_A_PROXY: &str = "Proxy-Authorization: Digest username=\"alice\", realm=\"calls.example\", nonce=\"n1\", \
    qop=auth, nc=00000001, cnonce=\"c1\", uri=\"sip:calls.example\", response=\"0000000000000000000000000000000000000000000000000000000000000000\", algorithm=SHA-256\r\nMax-Forwards";
const AS_A_SERVER: &str = "Authorization: Digest username=\"alice\", realm=\"calls.example\", nonce=\"n1\", \
    qop=auth, nc=00000001, cnonce=\"c1\", uri=\"sip:calls.example\", response=\"0000000000000000000000000000000000000000000000000000000000000000\", algorithm=SHA-256\r\nMax-Forwards";
const PROXY: &str = "Proxy-Authenticate: Digest realm=\"calls.example\", nonce=\"n1\", qop=\"auth\", algorithm=SHA-256\r\n\
    Content-Length";

/// Alice is granted that she has left, and listed all the same.
fn still_listed(script: &mut Script) {
    let contact = value(script, "REGISTER Alice platform 2", "Contact");
    let listed = Box::leak(format!("Contact: {contact};expires=43200\r\n").into_boxed_str());
    Reply("REGISTER Alice platform 2", 1, "200 OK", listed).apply(script);
}

/// The question that nobody answers goes to another host five seconds later.
fn ask_elsewhere(script: &mut Script) {
    let line = script.messages.iter().find(|line| line.text().starts_with("OPTIONS"));
    let mut line = line.unwrap().clone();
    line.left = line.left.map(|at| at + Duration::from_secs(5));
    line.arrived = None;
    line.packet.target = ([198, 51, 100, 77], 5_060).into();
    put(script, line);
}

/// The metadata knows no more of Bob than an address in a private network.
fn without_a_name(script: &mut Script) {
    for line in &mut script.messages {
        rewrite(line, |text| {
            let text = text.replace(
                "nameID aor=\"sip:+12025550102@calls.example\"",
                "nameID aor=\"sip:10.0.0.12\"",
            );
            text.replace(">Bob</name>", "></name>")
        });
    }
}
