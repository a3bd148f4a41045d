//! Illegal messages granted.

use super::super::edit::Edit::{self, Swap, With};
use super::legal::{ASK, FINE, form};
use super::{CALL, fault};
use crate::rules::Fault;

const CHECKED: (&str, &str) = ("RFC4475-3.1.2.1-1", "no strict reader takes such a message");
const NUMBERED: (&str, &str) = ("RFC3261-8.1.1.5-1", "nor may anybody send it");

pub const FAULTS: &[Fault] = &[
    fault(
        CALL,
        "less body than promised is taken",
        &[ASK, form(&[("Content-Length: 0", "Content-Length: 99")]), FINE],
        &["RFC4475-3.1.2.2-1"],
        &[CHECKED],
    ),
    fault(
        CALL,
        "a negative length is taken",
        &[ASK, form(&[("Content-Length: 0", "Content-Length: -5")]), FINE],
        &["RFC4475-3.1.2.3-1"],
        &[CHECKED],
    ),
    fault(
        CALL,
        "a missing header is not missed",
        &[
            ASK,
            FINE,
            Edit::Without("OPTIONS Alice platform", "Call-ID"),
            Edit::Without("200 OPTIONS platform Alice", "Call-ID"),
        ],
        &["RFC4475-3.3.1-1"],
        &[CHECKED, ("RFC3261-8.1.1-1", "it is one of the six")],
    ),
    fault(
        CALL,
        "an unknown body is taken",
        &[ASK, form(&[UNKNOWN]), FINE],
        &["RFC4475-3.3.6-1", "RFC3261-20.11-1"],
        &[],
    ),
    fault(
        CALL,
        "two lengths are taken",
        &[ASK, form(&[("Content-Length: 0", "Content-Length: 0\r\nContent-Length: 5")]), FINE],
        &["RFC4475-3.3.9-1"],
        &[CHECKED],
    ),
    fault(
        CALL,
        "a number beyond all bounds is taken",
        &[ASK, form(&[("1 OPTIONS", "36893488147419103232 OPTIONS")]), FINE],
        &["RFC4475-3.1.2.4-1"],
        &[CHECKED, NUMBERED],
    ),
    fault(
        CALL,
        "an open quotation is taken",
        &[ASK, form(&[("To: <sip:", "To: \"Alice <sip:")]), FINE],
        &["RFC4475-3.1.2.6-1"],
        &[CHECKED],
    ),
    fault(
        CALL,
        "another method in CSeq is taken",
        &[
            ASK,
            FINE,
            Swap("200 OPTIONS platform Alice", &[("1 OPTIONS", "1 MESSAGE")]),
            form(&[("1 OPTIONS", "1 MESSAGE")]),
        ],
        &["RFC4475-3.1.2.17-1"],
        &[CHECKED, NUMBERED],
    ),
    fault(
        CALL,
        "a header that is there twice is taken",
        &[ASK, form(&[("Max-Forwards: 70", "Max-Forwards: 70\r\nMax-Forwards: 5")]), FINE],
        &["RFC4475-3.3.8-1"],
        &[CHECKED],
    ),
    fault(
        CALL,
        "who takes no SDP gets some",
        &[With("INVITE Alice platform", "Accept", "text/nobodyKnowsThis")],
        &["RFC4475-3.3.15-1"],
        &[],
    ),
    fault(
        CALL,
        "IPv6 without brackets is taken",
        &[ASK, form(&[("OPTIONS sip:calls.example", "OPTIONS sip:2001:db8::10")]), FINE],
        &["RFC5118-4.2-1"],
        &[CHECKED],
    ),
];

const UNKNOWN: (&str, &str) = (
    "Content-Length: 0\r\n\r\n",
    "Content-Type: application/unknown-stuff\r\nContent-Length: 0\r\n\r\n<stuff>",
);
