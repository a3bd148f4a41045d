//! The way back, what was answered before, and what an answer takes up.

use super::super::edit::Edit::{Act, Again, Cut, Drop, Reply, Swap};
use super::{CALL, CANCELLED, HOLD, LISTED, OPTIONS, fault, spoil};
use crate::rules::Fault;

pub const FAULTS: &[Fault] = &[
    fault(
        CALL,
        "asked again too soon",
        &[Again("BYE Alice platform", 100, &[])],
        &["RFC3261-17.1.2.2-1"],
        &[],
    ),
    fault(
        CALL,
        "asked again over a connection",
        &[Again("BYE platform recorder", 500, &[])],
        &["RFC3261-17.1.2.2-1"],
        &[],
    ),
    fault(
        CALL,
        "granted, and then refused",
        &[
            Again("REGISTER Alice platform", 50, OPTIONS),
            Reply("OPTIONS Alice platform", 1, "200 OK", LISTED),
            Reply("OPTIONS Alice platform", 9, "500 Server Internal Error", ""),
        ],
        &["RFC3261-17.2.2-1"],
        &[],
    ),
    fault(
        CALL,
        "not told where it came from",
        &[
            Swap("REGISTER Alice platform", &[("UDP 192.0.2.10:5060", "UDP 10.0.0.10:5060")]),
            Swap("200 REGISTER platform Alice", &[("UDP 192.0.2.10:5060", "UDP 10.0.0.10:5060")]),
            Cut("200 REGISTER platform Alice", "Via", "received="),
        ],
        &["RFC3261-18.2.1-1"],
        &[],
    ),
    fault(
        CALL,
        "not told by which port it came",
        &[Swap("200 REGISTER platform Alice", &[(";rport=5060", ";rport")])],
        &["RFC3581-4-1"],
        &[],
    ),
    fault(
        CANCELLED,
        "cancelled before anything was heard",
        &[Drop("180 INVITE platform Alice")],
        &["RFC3261-9.1-2"],
        &[],
    ),
    fault(
        CALL,
        "an answer for another time",
        &[Swap("200 INVITE recorder platform", &[("t=0 0", "t=3999999999 4000000000")])],
        &["RFC3264-6-2"],
        &[],
    ),
    fault(
        CALL,
        "no way for reports",
        &[Swap(
            "200 INVITE Bob platform",
            &[("a=sendrecv", "a=sendonly"), ("c=IN IP4 192.0.2.11", "c=IN IP4 0.0.0.0")],
        )],
        &["RFC3264-6.1-5"],
        &[("RFC3264-8-1", "it says otherwise later, under the same version")],
    ),
    fault(
        HOLD,
        "a number that means another codec",
        &[Swap("INVITE Alice platform 2", &[("101 telephone-event", "101 CN")])],
        &["RFC3264-8.3.2-1"],
        &[],
    ),
    fault(
        CALL,
        "RTP at an odd port",
        &[Swap("200 INVITE platform Alice", &[("m=audio 20000 ", "m=audio 20001 ")])],
        &["RFC3550-11-1"],
        &[],
    ),
    fault(
        CALL,
        "events that are not listed",
        &[Swap("INVITE platform recorder", &[("a=fmtp:101 0-15\r\n", "")])],
        &["RFC4733-2.5.2.1-1"],
        &[],
    ),
    fault(
        CALL,
        "one port for both, unasked",
        &[Swap(
            "200 INVITE recorder platform",
            &[("a=ptime:20\r\n", "a=ptime:20\r\na=rtcp-mux\r\n")],
        )],
        &["RFC5761-5.1.1-1"],
        &[],
    ),
    fault(
        CALL,
        "ICE with whoever speaks none",
        &[Swap(
            "200 INVITE recorder platform",
            &[(
                "a=ptime:20\r\n",
                "a=ptime:20\r\na=ice-ufrag:F7gI\r\na=ice-pwd:x9cml/YzichV2+XlhiMu8g\r\n",
            )],
        )],
        &["RFC8839-4.3.2-1"],
        &[],
    ),
    fault(
        CALL,
        "an origin without numbers",
        &[Swap(
            "INVITE platform recorder",
            &[("o=tallylight ", "o=tallylight 99999999999999999999")],
        )],
        &["RFC3264-5-1"],
        &[],
    ),
    fault(
        CALL,
        "a session without a name",
        &[Swap("INVITE platform recorder", &[("s=-\r\n", "s=\r\n")])],
        &["RFC8866-5.3-1"],
        &[],
    ),
    fault(
        CALL,
        "a label of two words",
        &[Swap("INVITE platform recorder", &[("a=label:1", "a=label:the user")])],
        &["RFC4574-4-1"],
        &[],
    ),
    fault(
        CALL,
        "a number that nothing maps",
        &[Swap("INVITE platform recorder", &[("a=rtpmap:101 telephone-event/8000\r\n", "")])],
        &["RFC8866-8.2.3-1"],
        &[],
    ),
    fault(
        CALL,
        "an answer with a number that nothing maps",
        &[Swap("200 INVITE recorder platform", &[("a=rtpmap:101 telephone-event/8000\r\n", "")])],
        &["RFC3264-6.1-4"],
        &[("RFC8866-8.2.3-1", "it is a description too")],
    ),
    fault(
        CALL,
        "an answer over another connection",
        &[Act(spoil::another_connection)],
        &["RFC3261-18.2.2-1"],
        &[],
    ),
];
