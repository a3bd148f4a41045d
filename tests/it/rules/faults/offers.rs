//! Offers, answers and their grammar.

use super::super::edit::Edit::{Act, CutBody, Swap, SwapAll};
use super::{CALL, DECLINED, PAUSED, fault, spoil};
use crate::rules::Fault;

pub const FAULTS: &[Fault] = &[
    fault(
        CALL,
        "one stream answered of two",
        &[
            CutBody("200 INVITE recorder platform", "m=audio 20002"),
            Act(spoil::nothing_to_the_recorder),
        ],
        &["RFC3264-6-1"],
        &[],
    ),
    fault(
        CALL,
        "sound answered with pictures",
        &[Swap("200 INVITE recorder platform", &[("m=audio", "m=video")])],
        &["RFC3264-6.1-1"],
        &[],
    ),
    fault(
        CALL,
        "sendonly answered with sendrecv",
        &[Swap("200 INVITE recorder platform", &[("a=recvonly", "a=sendrecv")])],
        &["RFC3264-6.1-2"],
        &[],
    ),
    fault(
        CALL,
        "nothing in common",
        &[Swap("200 INVITE recorder platform", &[("RTP/AVP 0 8 101", "RTP/AVP 18")])],
        &["RFC3264-6.1-3"],
        &[
            ("RFC3264-5.1-2", "what is sent was not answered"),
            ("INT-MAP-1", "the other stream had answered it"),
        ],
    ),
    fault(
        CALL,
        "a version left out",
        &[Swap("INVITE platform Alice", &[(" 2 IN IP4", " 7 IN IP4")])],
        &["RFC3264-8-1"],
        &[],
    ),
    fault(
        CALL,
        "a stream vanishes",
        &[
            Swap(
                "INVITE platform Bob",
                &[("a=sendrecv\r\n", "a=sendrecv\r\nm=video 0 RTP/AVP 31\r\n")],
            ),
            Swap(
                "200 INVITE Bob platform",
                &[("a=sendrecv\r\n", "a=sendrecv\r\nm=video 0 RTP/AVP 31\r\n")],
            ),
            Swap("200 INVITE Bob platform 2", &[(" 1 IN IP4", " 2 IN IP4")]),
        ],
        &["RFC3264-8-2"],
        &[],
    ),
    fault(
        CALL,
        "a stream that is gone is answered",
        &[
            SwapAll("a=sendrecv\r\n", "a=sendrecv\r\nm=video 0 RTP/AVP 31\r\n"),
            Swap("200 INVITE Bob platform", &[("m=video 0", "m=video 4000")]),
            Swap("200 INVITE Bob platform 2", &[(" 1 IN IP4", " 2 IN IP4")]),
        ],
        &["RFC3264-8.2-1"],
        &[],
    ),
    fault(
        CALL,
        "lines in disorder",
        &[Swap(
            "200 INVITE recorder platform",
            &[("c=IN IP4 203.0.113.10\r\nt=0 0", "t=0 0\r\nc=IN IP4 203.0.113.10")],
        )],
        &["RFC8866-5-2"],
        &[],
    ),
    fault(
        DECLINED,
        "no address for media",
        &[Swap("INVITE Alice platform", &[("c=IN IP4 192.0.2.10\r\n", "")])],
        &["RFC8866-5.7-1"],
        &[],
    ),
    fault(
        DECLINED,
        "no time",
        &[Swap("INVITE Alice platform", &[("t=0 0\r\n", "")])],
        &["RFC8866-5.9-1"],
        &[],
    ),
    fault(
        DECLINED,
        "PCMU at 16 kHz",
        &[Swap("INVITE Alice platform", &[("PCMU/8000", "PCMU/16000")])],
        &["RFC3551-4.5.14-1"],
        &[],
    ),
    fault(
        CALL,
        "sending what was called recvonly",
        &[Swap(
            "200 INVITE Bob platform 2",
            &[("a=sendrecv", "a=recvonly"), (" 1 IN IP4", " 2 IN IP4")],
        )],
        &["RFC3264-5.1-1"],
        &[],
    ),
    fault(
        CALL,
        "a format that the recorder had not answered",
        &[
            Swap("200 INVITE recorder platform", &[("RTP/AVP 0 8 101", "RTP/AVP 8 101")]),
            Swap("200 INVITE recorder platform", &[("RTP/AVP 0 8 101", "RTP/AVP 8 101")]),
        ],
        &["RFC3264-5.1-2"],
        &[],
    ),
    fault(
        CALL,
        "a format that Bob had not answered",
        &[
            Swap("200 INVITE Bob platform", &[("RTP/AVP 0 8 101", "RTP/AVP 8 101")]),
            Swap("200 INVITE Bob platform 2", &[("RTP/AVP 0 8 101", "RTP/AVP 8 101")]),
        ],
        &["RFC3264-7-1"],
        &[],
    ),
    fault(
        PAUSED,
        "sending where it was refused",
        &[Swap("200 INVITE recorder platform 3", &[("m=audio 20000", "m=audio 0")])],
        &["RFC3264-6-3"],
        &[],
    ),
    fault(
        CALL,
        "the sound of one stream on the port of another",
        &[Swap(
            "200 INVITE recorder platform",
            &[("m=audio 20002 RTP/AVP 0 8 101", "m=audio 20002 RTP/AVP 8 101")],
        )],
        &["INT-MAP-1"],
        &[("RFC3264-5.1-2", "that stream had not named it")],
    ),
    fault(
        CALL,
        "an old address is kept",
        &[Swap("INVITE platform Alice", &[("m=audio 20000", "m=audio 30000")])],
        &["RFC3665-3.7-1"],
        &[],
    ),
];
