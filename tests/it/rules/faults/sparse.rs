//! What does not belong into a message, and answers that are not given.

use super::super::edit::Edit::{self, Again, Drop, More, Reply, Swap, SwapAll, With};
use super::legal::ASK;
use super::messages::CHECKED;
use super::{CALL, CANCELLED, HANDED_ON, fault};
use crate::rules::Fault;

const TRYING: Edit = Reply("OPTIONS Alice platform", 1, "100 Trying", "");
const LATE: Edit = Reply("OPTIONS Alice platform", 1, "408 Request Timeout", "");

pub const FAULTS: &[Fault] = &[
    fault(
        CALL,
        "a parameter twice",
        &[Swap(
            "INVITE Alice platform",
            &[("5550102@calls.example>", "5550102@calls.example>;x=1;x=1")],
        )],
        &["RFC3261-7.3.1-2"],
        &[CHECKED, ("RFC3261-8.2.6.2-1", "and it is answered without that")],
    ),
    fault(
        CALL,
        "a feature twice",
        &[Swap("INVITE platform recorder", &[(";+sip.src", ";+sip.src;+sip.src")])],
        &["RFC3840-9-1"],
        &[CHECKED, ("RFC3261-8.1.1.8-1", "it cannot be read")],
    ),
    fault(
        CANCELLED,
        "a CANCEL requires something",
        &[With("CANCEL Alice platform", "Require", "timer")],
        &["RFC3261-8.2.2.3-2"],
        &[],
    ),
    fault(CALL, "a question makes progress", &[ASK, TRYING], &["RFC4320-4.1-1"], &[]),
    fault(CALL, "a question is too late", &[ASK, LATE], &["RFC4320-4.2-1"], &[]),
    fault(
        CALL,
        "a reliable 100",
        &[Reply("INVITE Alice platform", 1, "100 Trying", "RSeq: 1\r\n")],
        &["RFC3262-4-2"],
        &[],
    ),
    fault(
        CALL,
        "a key in the open",
        &[Swap("200 INVITE recorder platform", &[("t=0 0\r\n", "t=0 0\r\nk=clear:secret\r\n")])],
        &["RFC8866-5.12-1"],
        &[],
    ),
    fault(
        CALL,
        "keys under the number of another codec",
        &[
            SwapAll(" 0 8 101\r\n", " 0 8 18\r\n"),
            SwapAll(" 0 101\r\n", " 0 18\r\n"),
            SwapAll(":101 ", ":18 "),
        ],
        &["RFC3551-3-1"],
        &[],
    ),
    fault(
        CALL,
        "Opus under the number of another codec",
        &[Swap(
            "INVITE Alice platform",
            &[
                (" 101\r\n", " 101 18\r\n"),
                ("a=ptime:20\r\n", "a=ptime:20\r\na=rtpmap:18 opus/48000/2\r\n"),
            ],
        )],
        &["RFC3551-3-1"],
        &[("RFC3264-8-1", "what she says next has none of it")],
    ),
    fault(
        CALL,
        "a number of RTCP beside RTCP",
        &[Swap(
            "INVITE Alice platform",
            &[
                (" 101\r\n", " 101 72\r\n"),
                ("a=ptime:20\r\n", "a=ptime:20\r\na=rtcp-mux\r\na=rtpmap:72 L8/8000\r\n"),
            ],
        )],
        &["RFC5761-4-1"],
        &[("RFC3264-8-1", "what she says next has none of it")],
    ),
    fault(
        HANDED_ON,
        "a call is handed on to two",
        &[More("REFER Bob platform", "Refer-To", "<sip:somebody@calls.example>")],
        &["RFC3515-2.4.1-1"],
        &[CHECKED],
    ),
    fault(
        HANDED_ON,
        "nobody says whether a call is handed on",
        &[Drop("202 REFER platform Bob")],
        &["RFC3515-2.4.2-1"],
        &[("RFC3261-15.1.2-2", "not even when the call ends")],
    ),
    fault(
        HANDED_ON,
        "the last word is not the last",
        &[Swap("NOTIFY platform Bob 3", &[("terminated;reason=noresource", "active;expires=60")])],
        &["RFC3515-2.4.7-1"],
        &[],
    ),
    fault(
        CALL,
        "a call that replaces two",
        &[
            More("INVITE Alice platform", "Replaces", "a@calls.example;to-tag=1;from-tag=2"),
            More("INVITE Alice platform", "Replaces", "b@calls.example;to-tag=1;from-tag=2"),
            More("INVITE Alice platform", "Supported", "replaces"),
        ],
        &["RFC3891-3-1"],
        &[],
    ),
    fault(
        CALL,
        "a call that replaces another, and does not say so",
        &[More("INVITE Alice platform", "Replaces", "a@calls.example;to-tag=1;from-tag=2")],
        &["RFC3891-6.2-1"],
        &[],
    ),
    fault(
        CALL,
        "what nobody sent is acknowledged",
        &[Again("BYE Alice platform", -500, PRACK), Reply("PRACK Alice platform", 1, "200 OK", "")],
        &["RFC3262-3-4"],
        &[("RFC3261-12.2.1.1-2", "its number is that of the BYE")],
    ),
    fault(
        CALL,
        "it rings twice before that is acknowledged",
        &[
            With("180 INVITE Bob platform", "Require", "100rel"),
            With("180 INVITE Bob platform", "RSeq", "1"),
            Again("180 INVITE Bob platform", 20, &[("RSeq: 1", "RSeq: 2")]),
        ],
        &["RFC3262-3-5"],
        &[("RFC3262-4-1", "and it is never acknowledged")],
    ),
];

/// Makes PRACK of a BYE.
const PRACK: &[(&str, &str)] = &[
    ("BYE sip", "PRACK sip"),
    (" BYE\r\n", " PRACK\r\nRAck: 7 1 INVITE\r\n"),
    ("z9hG4bK", "z9hG4bKprack"),
];
