//! Requests that cross, come late, or are asked again as they were.

use tallylight::evidence::Script;

use super::super::edit::Edit::{self, Act, Again, CutBody, Late, Number, Reply, Swap, Without};
use super::{CALL, HOLD, LISTED, REFUSED, fault};
use crate::rules::Fault;

/// What was refused with 503 is asked once more, just the same.
const ASKED_AGAIN: [Edit; 2] = [
    Again("INVITE platform recorder", 300, &[("1 INVITE", "2 INVITE"), ("z9hG4bK", "z9hG4bKmore")]),
    Reply("INVITE platform recorder 2", 6, "503 Service Unavailable", ""),
];

const UNTOLD: (&str, &str) = ("RFC3261-17.1.1.2-2", "nobody acknowledges the second refusal");

pub const FAULTS: &[Fault] = &[
    fault(
        CALL,
        "an older request is taken",
        &[
            Again(
                "ACK Alice platform",
                1_000,
                &[("ACK sip", "OPTIONS sip"), ("1 ACK", "0 OPTIONS"), ("z9hG4bK", "z9hG4bKold")],
            ),
            Reply("OPTIONS Alice platform", 1, "200 OK", LISTED),
        ],
        &["RFC3261-12.2.2-2"],
        &[("RFC3261-12.2.1.1-2", "its sender counts down")],
    ),
    fault(
        CALL,
        "an offer without an answer",
        &[
            CutBody("INVITE platform Bob 2", "v=0"),
            Without("INVITE platform Bob 2", "Content-Type"),
        ],
        &["RFC3261-13.2.1-3"],
        &[],
    ),
    fault(
        HOLD,
        "a second INVITE is not told to wait",
        &[
            Late("200 INVITE platform Alice 2", 50),
            Late("ACK Alice platform 2", 50),
            Number("INVITE Alice platform 2", 3),
            Again(
                "INVITE Alice platform 2",
                4,
                &[("2 INVITE", "3 INVITE"), ("z9hG4bK", "z9hG4bKnext")],
            ),
            Reply("INVITE Alice platform 3", 1, "500 Server Internal Error", ""),
        ],
        &["RFC3261-14.2-1"],
        &[
            ("RFC3261-14.1-1", "one INVITE at a time"),
            ("RFC3264-4-1", "and one offer"),
            ("RFC3261-17.1.1.2-2", "nobody acknowledges it"),
        ],
    ),
    fault(
        CALL,
        "a question before the goodbye is forgotten",
        &[
            Number("BYE Alice platform", 2),
            Again(
                "ACK Alice platform",
                9_980,
                &[("ACK sip", "OPTIONS sip"), ("1 ACK", "2 OPTIONS"), ("z9hG4bK", "z9hG4bKq")],
            ),
            Again(
                "REGISTER Alice platform",
                20_000,
                &[("1 REGISTER", "2 REGISTER"), ("z9hG4bK", "z9hG4bKlater")],
            ),
        ],
        &["RFC3261-15.1.2-2"],
        &[],
    ),
    fault(HOLD, "an UPDATE is thought over", &[Act(update_thought_over)], &["RFC3311-5.2-3"], &[]),
    fault(
        CALL,
        "a call that was taken is refused",
        &[Reply("INVITE Alice platform", 2_100, "486 Busy Here", "")],
        &["RFC6026-7.1-1"],
        &[("RFC3261-17.1.1.3-1", "the ACK to the 2xx is taken for that to the refusal")],
    ),
    fault(
        REFUSED,
        "an unknown extension is required again",
        &[
            Swap(
                "503 INVITE recorder platform",
                &[("503 Service Unavailable", "420 Bad Extension\r\nUnsupported: siprec")],
            ),
            ASKED_AGAIN[0],
            ASKED_AGAIN[1],
        ],
        &["RFC3261-8.1.3.5-1"],
        &[UNTOLD],
    ),
    fault(
        REFUSED,
        "a body that is not taken is sent again",
        &[
            Swap(
                "503 INVITE recorder platform",
                &[(
                    "503 Service Unavailable",
                    "415 Unsupported Media Type\r\nAccept: application/sdp",
                )],
            ),
            ASKED_AGAIN[0],
            ASKED_AGAIN[1],
        ],
        &["RFC3261-8.1.3.5-2"],
        &[
            UNTOLD,
            ("RFC5621-4.2-1", "several parts are what was not taken"),
            ("RFC3261-7.4.1-2", "and Accept does not have them"),
        ],
    ),
    fault(
        REFUSED,
        "a session that is too short is asked for again",
        &[
            Swap(
                "503 INVITE recorder platform",
                &[("503 Service Unavailable", "422 Session Interval Too Small\r\nMin-SE: 3600")],
            ),
            ASKED_AGAIN[0],
            ASKED_AGAIN[1],
        ],
        &["RFC4028-7.3-1"],
        &[UNTOLD],
    ),
];

/// Alice asks by UPDATE, and the platform thinks it over.
fn update_thought_over(script: &mut Script) {
    let turn = &[("ACK sip", "UPDATE sip"), ("2 ACK", "3 UPDATE"), ("z9hG4bK", "z9hG4bKupdate")];
    Edit::Number("INVITE Alice platform 3", 3).apply(script);
    Edit::Again("ACK Alice platform 2", 500, turn).apply(script);
    let contact = "<sip:+12025550101@192.0.2.10:5060>";
    Edit::With("UPDATE Alice platform", "Contact", contact).apply(script);
    let contact = "Contact: <sip:platform@198.51.100.10:5060>\r\n";
    Edit::Reply("UPDATE Alice platform", 2_500, "200 OK", contact).apply(script);
}
