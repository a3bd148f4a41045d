//! What the headers of requests say, of session timers and of credentials too.

use super::super::edit::Edit::{Again, Ask, Reply, Swap, With, Without};
use super::messages::{CHALLENGED, CHECKED, MET};
use super::{CALL, CANCELLED, OPTIONS, fault};
use crate::rules::Fault;

pub const FAULTS: &[Fault] = &[
    fault(
        CALL,
        "an address in brackets",
        &[Swap(
            "BYE Alice platform",
            &[("BYE sip:", "BYE <sip:"), (" SIP/2.0\r\nVia", "> SIP/2.0\r\nVia")],
        )],
        &["RFC3261-7.1-1"],
        &[CHECKED],
    ),
    fault(
        CALL,
        "a registration within a dialog",
        &[Swap(
            "REGISTER Alice platform",
            &[("@calls.example>\r\nCall-ID", "@calls.example>;tag=old\r\nCall-ID")],
        )],
        &["RFC3261-8.1.1.2-1"],
        &[("RFC3261-8.2.6.2-1", "its answer has another tag")],
    ),
    fault(
        CALL,
        "a number beyond all numbers",
        &[
            Swap("REGISTER Alice platform", &[("CSeq: 1 ", "CSeq: 2147483649 ")]),
            Swap("200 REGISTER platform Alice", &[("CSeq: 1 ", "CSeq: 2147483649 ")]),
        ],
        &["RFC3261-8.1.1.5-1"],
        &[CHECKED, ("RFC4475-3.1.2.4-1", "nor may anybody take it")],
    ),
    fault(
        CALL,
        "more hops than anybody goes",
        &[With("REGISTER Alice platform", "Max-Forwards", "255")],
        &["RFC3261-8.1.1.6-1"],
        &[],
    ),
    fault(
        CALL,
        "an INVITE that does not say what its sender knows",
        &[Without("INVITE platform Bob", "Supported")],
        &["RFC3261-13.2.1-1"],
        &[
            ("RFC4028-7.1-1", "timers are among it"),
            ("RFC3261-8.2.4-1", "and required in the answer"),
        ],
    ),
    fault(
        CALL,
        "a method refused, and no other named",
        &[
            Again("REGISTER Alice platform", 50, OPTIONS),
            Reply("OPTIONS Alice platform", 1, "405 Method Not Allowed", ""),
        ],
        &["RFC3261-8.2.1-1"],
        &[("RFC3261-11-1", "it is OPTIONS")],
    ),
    fault(
        CALL,
        "an INFO that nobody asked for",
        &[
            Ask("200 INVITE Bob platform", 100, "INFO", "Info-Package: x-example\r\n"),
            Reply("INFO Bob platform", 1, "200 OK", ""),
        ],
        &["RFC6086-4.2.1-1", "RFC6086-4.2.2-1"],
        &[],
    ),
    fault(
        CALL,
        "an INFO that nobody answers",
        &[Ask("200 INVITE Bob platform", 100, "INFO", "")],
        &["RFC6086-4.2.2-2"],
        &[],
    ),
    fault(
        CALL,
        "two names for oneself",
        &[
            With(
                "INVITE Alice platform",
                "Session-ID",
                "ab30317f1a784dc48ff824d0d3715d86;remote=00000000000000000000000000000000",
            ),
            With(
                "ACK Alice platform",
                "Session-ID",
                "47755a9de7794ba387653f2099600ef2;remote=00000000000000000000000000000000",
            ),
        ],
        &["RFC7989-6-1"],
        &[],
    ),
    fault(
        CALL,
        "an answer that requires what nobody offered",
        &[With("180 INVITE Bob platform", "Require", "no-such-thing")],
        &["RFC3261-8.2.4-1"],
        &[],
    ),
    fault(
        CALL,
        "one challenge twice",
        &[
            Swap("200 REGISTER platform Alice", CHALLENGED),
            Swap("401 REGISTER platform Alice", &[("algorithm=SHA-256", "algorithm=MD5")]),
        ],
        &["RFC8760-2.3-1"],
        &[],
    ),
    fault(
        CALL,
        "nobody acknowledges that it rings",
        &[
            With("180 INVITE Bob platform", "Require", "100rel"),
            With("180 INVITE Bob platform", "RSeq", "1"),
        ],
        &["RFC3262-4-1"],
        &[],
    ),
    fault(
        CALL,
        "it rings, and has no number",
        &[With("180 INVITE Bob platform", "Require", "100rel")],
        &["RFC3262-3-3"],
        &[],
    ),
    fault(
        CALL,
        "it rings reliably for whoever does not know that",
        &[
            Swap("INVITE platform Bob", &[("Supported: 100rel, timer", "Supported: timer")]),
            With("180 INVITE Bob platform", "Require", "100rel"),
            With("180 INVITE Bob platform", "RSeq", "1"),
        ],
        &["RFC3262-3-2"],
        &[
            ("RFC3262-4-1", "and it is not acknowledged"),
            ("RFC3261-8.2.4-1", "100rel was not offered"),
        ],
    ),
    fault(
        CALL,
        "a Session-ID in capitals",
        &[With(
            "REGISTER Alice platform",
            "Session-ID",
            "AB30317F1A784DC48FF824D0D3715D86;remote=00000000000000000000000000000000",
        )],
        &["RFC7989-4.1-1"],
        &[],
    ),
    fault(
        CALL,
        "a Session-ID of one side",
        &[With("REGISTER Alice platform", "Session-ID", "ab30317f1a784dc48ff824d0d3715d86")],
        &["RFC7989-5-1"],
        &[],
    ),
    fault(
        CALL,
        "a session of a minute",
        &[With("INVITE Alice platform", "Min-SE", "60")],
        &["RFC4028-5-1"],
        &[],
    ),
    fault(
        CALL,
        "a session timer by whoever knows none",
        &[Swap(
            "INVITE Alice platform",
            &[("Supported: record-aware, 100rel, timer", "Supported: record-aware, 100rel")],
        )],
        &["RFC4028-7.1-1"],
        &[("RFC3261-8.2.4-1", "the answer requires it all the same")],
    ),
    fault(
        CALL,
        "a session longer than was asked for",
        &[Swap("200 INVITE Bob platform", &[("Session-Expires: 1800", "Session-Expires: 3600")])],
        &["RFC4028-9-1"],
        &[],
    ),
    fault(
        CALL,
        "nobody has to refresh",
        &[Swap("200 INVITE Bob platform", &[(";refresher=uac", "")])],
        &["RFC4028-9-1"],
        &[],
    ),
    fault(
        CALL,
        "too short, and not told what would do",
        &[
            Again("REGISTER Alice platform", 50, OPTIONS),
            Reply("OPTIONS Alice platform", 1, "422 Session Interval Too Small", ""),
        ],
        &["RFC4028-9-2"],
        &[],
    ),
    fault(
        CALL,
        "a password in the clear",
        &[Swap(
            "200 REGISTER platform Alice",
            &[
                ("SIP/2.0 200", "SIP/2.0 401"),
                ("Server:", "WWW-Authenticate: Basic realm=\"calls.example\"\r\nServer:"),
            ],
        )],
        &["RFC3261-22-1"],
        &[],
    ),
    fault(
        CANCELLED,
        "a CANCEL is challenged",
        &[Swap(
            "200 CANCEL platform Alice",
            &[
                ("SIP/2.0 200", "SIP/2.0 401"),
                (
                    "Server:",
                    "WWW-Authenticate: Digest realm=\"calls.example\", nonce=\"n1\", qop=\"auth\"\r\nServer:",
                ),
            ],
        )],
        &["RFC3261-22.1-1"],
        &[("RFC3261-9.2-1", "the INVITE is cancelled all the same")],
    ),
    fault(
        CALL,
        "a challenge of the old kind",
        &[
            Swap("200 REGISTER platform Alice", CHALLENGED),
            Swap(
                "401 REGISTER platform Alice",
                &[(", qop=\"auth\", algorithm=MD5", ", algorithm=MD5")],
            ),
        ],
        &["RFC3261-22.4-1"],
        &[],
    ),
    fault(
        CALL,
        "credentials without a quality",
        &[
            Swap("200 REGISTER platform Alice", CHALLENGED),
            Again(
                "REGISTER Alice platform",
                20,
                &[
                    ("z9hG4bK", "z9hG4bKmet"),
                    ("Max-Forwards", MET),
                    ("1 REGISTER", "2 REGISTER"),
                    ("qop=auth, nc=00000001, cnonce=\"c1\", ", ""),
                ],
            ),
            Reply("REGISTER Alice platform 2", 1, "200 OK", ""),
        ],
        &["RFC8760-2.6-1"],
        &[],
    ),
];
