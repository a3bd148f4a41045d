//! Legal messages refused for their form.

use tallylight::evidence::Script;

use super::super::edit::Edit::{self, Act, Again, Bytes, Reply, Swap, With};
use super::{CALL, DECLINED, LISTED, OPTIONS, fault};
use crate::rules::Fault;

pub const ASK: Edit = Again("REGISTER Alice platform", 50, OPTIONS);
pub const BAD: Edit = Reply("OPTIONS Alice platform", 1, "400 Bad Request", "");
pub const FINE: Edit = Reply("OPTIONS Alice platform", 1, "200 OK", LISTED);

pub const fn form(swaps: &'static [(&'static str, &'static str)]) -> Edit {
    Swap("OPTIONS Alice platform", swaps)
}

pub const FAULTS: &[Fault] = &[
    fault(
        CALL,
        "short names are not read",
        &[ASK, form(&[("Contact:", "m:")]), BAD],
        &["RFC3261-7.3.3-1"],
        &[],
    ),
    fault(
        CALL,
        "an unknown header is refused",
        &[ASK, form(&[("Max-Forwards", "X-New: 1\r\nMax-Forwards")]), BAD],
        &["RFC3261-8.2.2-1"],
        &[],
    ),
    fault(
        CALL,
        "a folded line is refused",
        &[ASK, form(&[("Max-Forwards: 70", "Max-Forwards:\r\n 70")]), BAD],
        &["RFC4475-3.1.1.1-1"],
        &[],
    ),
    fault(
        CALL,
        "a name without a blank is refused",
        &[ASK, form(&[("From: <", "From: \"Alice\"<")]), BAD],
        &["RFC4475-3.1.1.6-1"],
        &[],
    ),
    fault(
        CALL,
        "bytes behind the body are refused",
        &[ASK, form(&[("Content-Length: 0\r\n\r\n", "Content-Length:  0\r\n\r\nxx")]), BAD],
        &["RFC4475-3.1.1.8-1"],
        &[],
    ),
    fault(
        CALL,
        "a binary part is refused",
        &[
            ASK,
            form(&[PARTS]),
            BAD,
            Bytes("OPTIONS Alice platform", "PLAIN", b"\xff\xfe\x00\x01\x02"),
        ],
        &["RFC4475-3.1.1.11-1"],
        &[("RFC5621-4.2-1", "it is a part among others")],
    ),
    fault(CALL, "several parts are refused", &[ASK, form(&[PARTS]), BAD], &["RFC5621-4.2-1"], &[]),
    fault(CALL, "IPv6 is refused", &[ASK, form(&[IPV6]), BAD], &["RFC5118-4.6-1"], &[]),
    fault(
        CALL,
        "an escape is refused",
        &[ASK, form(&[("From: <sip:+12025550101", "From: <sip:%61lice")]), BAD],
        &["RFC4475-3.1.1.3-1"],
        &[],
    ),
    fault(
        CALL,
        "an escaped null is refused",
        &[ASK, form(&[("From: <sip:+12025550101", "From: <sip:null-%00-null")]), BAD],
        &["RFC4475-3.1.1.4-1"],
        &[("RFC4475-3.1.1.3-1", "it is an escape")],
    ),
    fault(
        CALL,
        "a long header is refused",
        &[ASK, Act(long_header), BAD],
        &["RFC4475-3.1.1.7-1"],
        &[],
    ),
    fault(
        CALL,
        "a semicolon in a user is refused",
        &[ASK, form(&[("From: <sip:+12025550101", "From: <sip:alice;day=tuesday")]), BAD],
        &["RFC4475-3.1.1.9-1"],
        &[],
    ),
    fault(
        CALL,
        "a bare branch is refused",
        &[
            ASK,
            With(
                "OPTIONS Alice platform",
                "Via",
                "SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK;rport",
            ),
            BAD,
        ],
        &["RFC4475-3.2.1-1"],
        &[],
    ),
    fault(
        CALL,
        "a target of IPv6 is refused",
        &[ASK, form(&[("OPTIONS sip:calls.example", "OPTIONS sip:[2001:db8::10]")]), BAD],
        &["RFC5118-4.1-1"],
        &[],
    ),
    fault(
        CALL,
        "an origin of IPv6 is refused",
        &[
            ASK,
            form(&[(
                "Max-Forwards",
                "Via: SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3\r\n\
                 Max-Forwards",
            )]),
            BAD,
        ],
        &["RFC5118-4.5-1"],
        &[],
    ),
    fault(
        DECLINED,
        "a telephone wants to send an INVITE on",
        &[
            Swap("INVITE platform Bob", &[("Max-Forwards: 69", "Max-Forwards: 0")]),
            Swap("603 INVITE Bob platform", &[("SIP/2.0 603", "SIP/2.0 483")]),
        ],
        &["RFC4475-3.3.11-1"],
        &[],
    ),
];

const PARTS: (&str, &str) = (
    "Content-Length: 0\r\n\r\n",
    "Content-Type: multipart/mixed;boundary=b\r\nContent-Length: 0\r\n\r\n\
     --b\r\nContent-Type: image/x-picture\r\n\r\nPLAIN\r\n--b--\r\n",
);
const IPV6: (&str, &str) = (
    "Content-Length: 0\r\n\r\n",
    "Content-Type: application/sdp\r\nContent-Length: 0\r\n\r\n\
     v=0\r\no=- 1 1 IN IP6 2001:db8::1\r\ns=-\r\nc=IN IP6 2001:db8::1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n",
);

/// The question of Alice has a header of six hundred octets.
fn long_header(script: &mut Script) {
    let long = Box::leak("long ".repeat(120).into_boxed_str());
    With("OPTIONS Alice platform", "Subject", long).apply(script);
}
