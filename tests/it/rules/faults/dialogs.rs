//! Dialogs, and the calls in them.

use super::super::edit::Edit::{
    self, AckOf, Act, Again, Append, Ask, CutBody, Drop, Late, Lose, More, Number, Reply, Swap,
    Without,
};
use super::{CALL, HELD, HOLD, LEFT, PAUSED, fault, spoil};
use crate::rules::Fault;

const ROUTE: &str = "<sip:192.0.2.99;lr>";

/// The recorder refuses a pause.
pub const REFUSED_PAUSE: &[Edit] = &[
    CutBody("200 INVITE recorder platform 2", "v=0"),
    Without("200 INVITE recorder platform 2", "Content-Type"),
    Swap("200 INVITE recorder platform 3", &[(" 3 IN IP4", " 2 IN IP4")]),
    Swap(
        "200 INVITE recorder platform 2",
        &[("SIP/2.0 200 OK", "SIP/2.0 500 Server Internal Error")],
    ),
    AckOf("ACK platform recorder 2", "INVITE platform recorder 2"),
];

pub const FAULTS: &[Fault] = &[
    fault(
        CALL,
        "a route is not handed back",
        &[More("INVITE platform Bob", "Record-Route", ROUTE)],
        &["RFC3261-12.1.1-1"],
        &[],
    ),
    fault(
        CALL,
        "no Contact in the answer",
        &[Without("200 INVITE Bob platform", "Contact")],
        &["RFC3261-12.1.1-2"],
        &[],
    ),
    fault(
        CALL,
        "a route is not taken",
        &[
            More("INVITE platform Bob", "Record-Route", ROUTE),
            More("200 INVITE Bob platform", "Record-Route", ROUTE),
        ],
        &["RFC3261-12.1.2-1"],
        &[],
    ),
    fault(
        CALL,
        "two proxies are passed over",
        &[
            More("INVITE platform Bob", "Record-Route", ROUTE),
            More("INVITE platform Bob", "Record-Route", "<sip:192.0.2.98;lr>"),
            More("200 INVITE Bob platform", "Record-Route", ROUTE),
            More("200 INVITE Bob platform", "Record-Route", "<sip:192.0.2.98;lr>"),
        ],
        &["RFC3665-3.2-1"],
        &[("RFC3261-12.1.2-1", "the caller asks neither")],
    ),
    fault(
        CALL,
        "a BYE to another address",
        &[Swap("BYE platform Bob", &[("@192.0.2.11", "@192.0.2.12")])],
        &["RFC3261-12.2.1.1-1"],
        &[],
    ),
    fault(
        CALL,
        "a number left out",
        &[
            Swap("BYE Alice platform", &[("CSeq: ", "CSeq: 4")]),
            Swap("200 BYE platform Alice", &[("CSeq: ", "CSeq: 4")]),
        ],
        &["RFC3261-12.2.1.1-2"],
        &[],
    ),
    fault(
        CALL,
        "told that it is gone, and talking on",
        &[
            Number("BYE Alice platform", 2),
            Again(
                "BYE Alice platform",
                -6_000,
                &[("BYE sip", "INFO sip"), ("3 BYE", "2 INFO"), ("z9hG4bK", "z9hG4bKinfo")],
            ),
            Reply("INFO Alice platform", 1, "481 Call/Transaction Does Not Exist", ""),
        ],
        &["RFC3261-12.2.1.2-2"],
        &[],
    ),
    fault(
        CALL,
        "a second goodbye is granted",
        &[
            Again("BYE Alice platform", 1_000, &[("2 BYE", "3 BYE"), ("z9hG4bK", "z9hG4bKagain")]),
            Reply("BYE Alice platform 2", 1, "200 OK", ""),
        ],
        &["RFC3261-12.2.2-1"],
        &[],
    ),
    fault(
        CALL,
        "a goodbye is refused",
        &[Swap("200 BYE platform Alice", &[("SIP/2.0 200", "SIP/2.0 500")])],
        &["RFC3261-15.1.2-1"],
        &[],
    ),
    fault(
        CALL,
        "an answer is not acknowledged",
        &[Drop("ACK Alice platform"), Again("200 INVITE platform Alice", 500, &[])],
        &["RFC3261-13.2.2.4-1"],
        &[],
    ),
    fault(
        CALL,
        "an answer is sent once, unheard",
        &[Lose("ACK Alice platform")],
        &["RFC3261-13.3.1.4-1"],
        &[],
    ),
    fault(
        HOLD,
        "an invitation while asked for an answer",
        &[
            Reply("INVITE platform Alice", 1, "100 Trying", ""),
            Swap("200 INVITE Alice platform", &[(" 1 IN IP4", " 3 IN IP4")]),
            Late("200 INVITE Alice platform", 1_500),
            Late("ACK platform Alice", 1_500),
        ],
        &["RFC3261-14.1-1", "RFC3264-4-1"],
        &[("RFC3261-14.2-2", "the other side takes it all the same")],
    ),
    fault(
        HOLD,
        "a collision that nobody tells",
        &[
            Late("INVITE platform Alice", 1_001),
            Swap("200 INVITE Alice platform", &[(" 1 IN IP4", " 3 IN IP4")]),
            Late("200 INVITE Alice platform", 1_001),
            Late("ACK platform Alice", 1_001),
        ],
        &["RFC3261-14.2-2"],
        &[],
    ),
    fault(
        HOLD,
        "asking again too soon after a collision",
        &[
            CutBody("200 INVITE platform Alice 2", "v=0"),
            Without("200 INVITE platform Alice 2", "Content-Type"),
            Swap(
                "200 INVITE platform Alice 2",
                &[("SIP/2.0 200 OK", "SIP/2.0 491 Request Pending")],
            ),
            Swap("200 INVITE platform Alice 2", &[(" 4 IN IP4", " 3 IN IP4")]),
            AckOf("ACK Alice platform 2", "INVITE Alice platform 2"),
        ],
        &["RFC3261-14.1-2"],
        &[],
    ),
    fault(PAUSED, "paused although that was refused", REFUSED_PAUSE, &["RFC3261-14.1-3"], &[]),
    fault(
        LEFT,
        "leaving before the answer was acknowledged",
        &[
            Again("200 INVITE platform Alice", 500, &[]),
            Again("ACK Alice platform", 500, &[]),
            Lose("ACK Alice platform"),
        ],
        &["RFC3665-3.1-1", "RFC3261-15-1"],
        &[],
    ),
    fault(
        CALL,
        "UPDATE is taken, and not announced",
        &[
            Swap("INVITE Alice platform", &[(" UPDATE,", "")]),
            Number("BYE Alice platform", 2),
            Again(
                "BYE Alice platform",
                -6_000,
                &[("BYE sip", "UPDATE sip"), ("3 BYE", "2 UPDATE"), ("z9hG4bK", "z9hG4bKupdate")],
            ),
            Reply("UPDATE Alice platform", 1, "200 OK", ""),
        ],
        &["RFC3311-4-1"],
        &[],
    ),
    fault(
        HOLD,
        "an offer in UPDATE upon an offer",
        &[
            Number("INVITE Alice platform 2", 3),
            Again(
                "INVITE Alice platform 2",
                2,
                &[
                    ("INVITE sip", "UPDATE sip"),
                    ("2 INVITE", "3 UPDATE"),
                    ("z9hG4bK", "z9hG4bKupdate"),
                ],
            ),
            Act(spoil::answer_the_update),
        ],
        &["RFC3311-5.2-2"],
        &[("RFC3264-4-1", "an offer upon an offer should not have been made")],
    ),
    fault(
        CALL,
        "a tag without its plus",
        &[Swap("INVITE platform recorder", &[("+sip.src", "src")])],
        &["RFC3840-9-2"],
        &[],
    ),
    fault(
        CALL,
        "a session that nobody refreshes or ends",
        &[Swap("200 INVITE Alice platform", &[("Session-Expires: 1800", "Session-Expires: 4")])],
        &["RFC4028-7.2-1", "RFC4028-10-1"],
        &[("RFC4028-5-1", "four seconds are too few")],
    ),
    fault(
        CALL,
        "the same again as something new",
        &[Swap("INVITE platform Alice", &[("a=record:on\r\n", "")])],
        &["RFC4028-7.4-1"],
        &[],
    ),
    fault(
        CALL,
        "a question of the recorder's is not answered",
        &[Ask("200 INVITE recorder platform", 1_000, "OPTIONS", "")],
        &["INT-ROB-2"],
        &[],
    ),
    fault(
        CALL,
        "a refresh of the recorder's is not answered",
        &[Ask("200 INVITE recorder platform", 1_000, "UPDATE", "")],
        &["RFC4028-10-2"],
        &[("INT-ROB-2", "it is a question too")],
    ),
    fault(
        HELD,
        "a recording ends because of a hold",
        &[Act(spoil::end_while_held)],
        &["INT-HOLD-1"],
        &[],
    ),
    fault(
        CALL,
        "an answer in parts",
        &[
            Swap(
                "200 INVITE recorder platform",
                &[
                    ("Content-Type: application/sdp", "Content-Type: multipart/mixed;boundary=x"),
                    ("v=0", "--x\r\nContent-Type: application/sdp\r\n\r\nv=0"),
                ],
            ),
            Append("200 INVITE recorder platform", "\r\n--x--\r\n"),
        ],
        &["INT-ANS-1"],
        &[],
    ),
    fault(
        PAUSED,
        "dead after a refusal",
        &[
            Drop("200 INVITE Alice platform 3"),
            Drop("INVITE platform Alice 3"),
            Drop("200 INVITE Bob platform 4"),
            Drop("INVITE platform Bob 4"),
            CutBody("200 INVITE recorder platform 3", "v=0"),
            Without("200 INVITE recorder platform 3", "Content-Type"),
            Swap(
                "200 INVITE recorder platform 3",
                &[("SIP/2.0 200 OK", "SIP/2.0 500 Server Internal Error")],
            ),
            Act(spoil::the_platform_dies),
        ],
        &["INT-ROB-1"],
        &[],
    ),
];
