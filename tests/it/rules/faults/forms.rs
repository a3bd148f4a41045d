//! Legal messages refused for their form, and illegal ones granted.

use super::super::edit::Edit::{self, Act, Again, Bytes, Reply, Swap};
use super::{CALL, LISTED, OPTIONS, REFUSED, fault, spoil};
use crate::rules::Fault;

pub const CHECKED: (&str, &str) = ("RFC4475-3.1.2.1-1", "no strict reader takes such a message");
pub const ASK: Edit = Again("REGISTER Alice platform", 50, OPTIONS);
pub const BAD: Edit = Reply("OPTIONS Alice platform", 1, "400 Bad Request", "");
pub const FINE: Edit = Reply("OPTIONS Alice platform", 1, "200 OK", LISTED);

pub const fn form(swaps: &'static [(&'static str, &'static str)]) -> Edit {
    Swap("OPTIONS Alice platform", swaps)
}

pub const fn invitation(swaps: &'static [(&'static str, &'static str)]) -> Edit {
    Swap("INVITE platform recorder", swaps)
}

/// The recorder does not like it.
pub const DISLIKED: Edit = Swap("503 INVITE recorder platform", &[("SIP/2.0 503", "SIP/2.0 500")]);

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
        &["RFC4475-3.3.6-1"],
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
        REFUSED,
        "the metadata of the drafts is refused",
        &[
            invitation(&[
                (
                    "<recording xmlns=\"urn:ietf:params:xml:ns:recording:1\">",
                    "<recording_metadata xmlns=\"urn:ietf:params:xml:ns:siprec\">",
                ),
                ("</recording>", "</recording_metadata>"),
            ]),
            DISLIKED,
        ],
        &["INT-BW-1"],
        &[],
    ),
    fault(
        REFUSED,
        "the tag of the drafts is refused",
        &[invitation(&[("+sip.src", "src")]), DISLIKED],
        &["INT-BW-2"],
        &[("RFC3840-9-2", "it has no plus")],
    ),
    fault(
        REFUSED,
        "metadata first is refused",
        &[Act(spoil::metadata_first), DISLIKED],
        &["INT-BW-3"],
        &[],
    ),
    fault(
        REFUSED,
        "a namespace without version is refused",
        &[invitation(&[("ns:recording:1", "ns:recording")]), DISLIKED],
        &["INT-AC-1"],
        &[],
    ),
    fault(
        REFUSED,
        "an early spelling is refused",
        &[invitation(&[("<datamode>", "<dataMode>"), ("</datamode>", "</dataMode>")]), DISLIKED],
        &["INT-ORA-1"],
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
const UNKNOWN: (&str, &str) = (
    "Content-Length: 0\r\n\r\n",
    "Content-Type: application/unknown-stuff\r\nContent-Length: 0\r\n\r\n<stuff>",
);
