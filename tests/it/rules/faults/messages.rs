//! Messages, what carries them, and what is answered to them.

use tallylight::packet::Transport;

use super::super::edit::Edit::{
    AckOf, Act, Again, Append, Cut, Drop, Late, Lose, More, Over, Reply, Swap, With, Without,
};
use super::{CALL, CANCELLED, DECLINED, LISTED, OPTIONS, REFUSED, fault, spoil};
use crate::rules::Fault;

pub const CHECKED: (&str, &str) = ("RFC4475-3.1.2.1-1", "no strict reader takes such a message");

pub const FAULTS: &[Fault] = &[
    fault(
        CALL,
        "a body without its type",
        &[Append("BYE Alice platform", "bye")],
        &["RFC3261-7.4.1-1"],
        &[],
    ),
    fault(
        CALL,
        "no Max-Forwards",
        &[Without("INVITE Alice platform", "Max-Forwards")],
        &["RFC3261-8.1.1-1"],
        &[],
    ),
    fault(
        CALL,
        "no tag in From",
        &[
            Cut("REGISTER Alice platform", "From", "tag="),
            Cut("200 REGISTER platform Alice", "From", "tag="),
        ],
        &["RFC3261-8.1.1.3-1"],
        &[],
    ),
    fault(
        CALL,
        "both calls have one Call-ID",
        &[Act(spoil::one_call_id)],
        &["RFC3261-8.1.1.4-1"],
        &[],
    ),
    fault(CALL, "a branch is used twice", &[Act(spoil::one_branch)], &["RFC3261-8.1.1.7-1"], &[]),
    fault(
        CALL,
        "a branch of the old kind",
        &[
            Swap("REGISTER Alice platform", &[("z9hG4bK", "")]),
            Swap("200 REGISTER platform Alice", &[("z9hG4bK", "")]),
        ],
        &["RFC3261-8.1.1.7-1"],
        &[],
    ),
    fault(
        CALL,
        "no Contact in INVITE",
        &[Without("INVITE Alice platform", "Contact")],
        &["RFC3261-8.1.1.8-1"],
        &[],
    ),
    fault(
        CALL,
        "an invitation in many frames",
        &[Over(Transport::Udp)],
        &["RFC3261-18.1.1-1"],
        &[],
    ),
    fault(
        CALL,
        "what is large is not read",
        &[
            Over(Transport::Udp),
            Drop("200 INVITE recorder platform"),
            Drop("ACK platform recorder"),
            Act(spoil::nothing_to_the_recorder),
        ],
        &["RFC3261-18.1.1-2"],
        &[
            ("RFC3261-18.1.1-1", "it went over UDP"),
            ("RFC3261-17.1.1.2-1", "nobody answered, and it was not sent again"),
        ],
    ),
    fault(
        CALL,
        "what is large is lost",
        &[Over(Transport::Udp), Lose("INVITE platform recorder")],
        &["INT-SIZE-1"],
        &[("RFC3261-18.1.1-1", "it went over UDP")],
    ),
    fault(
        CALL,
        "no length on a stream",
        &[Without("BYE platform recorder", "Content-Length")],
        &["RFC3261-18.3-1"],
        &[],
    ),
    fault(
        CALL,
        "an answer with another number",
        &[Swap("200 BYE Bob platform", &[("CSeq: ", "CSeq: 7")])],
        &["RFC3261-8.2.6.2-1"],
        &[],
    ),
    fault(
        CALL,
        "an answer with another From",
        &[Swap("180 INVITE Bob platform", &[("From: \"Alice\"", "From: \"Alicia\"")])],
        &["RFC3261-8.2.6.2-1"],
        &[],
    ),
    fault(
        CALL,
        "an answer with another branch",
        &[Swap("180 INVITE Bob platform", &[("z9hG4bK", "z9hG4bKother")])],
        &["RFC3261-8.2.6.2-1"],
        &[],
    ),
    fault(
        CALL,
        "an extension refused, and not named",
        &[
            Again("REGISTER Alice platform", 50, OPTIONS),
            Reply("OPTIONS Alice platform", 1, "420 Bad Extension", ""),
        ],
        &["RFC3261-8.2.2.3-1"],
        &[],
    ),
    fault(
        CALL,
        "an unknown extension granted",
        &[
            Again("REGISTER Alice platform", 50, OPTIONS),
            With("OPTIONS Alice platform", "Require", "no-such-thing"),
            Reply("OPTIONS Alice platform", 1, "200 OK", LISTED),
        ],
        &["RFC3261-8.2.2.3-1", "RFC4475-3.3.5-1"],
        &[],
    ),
    fault(
        CALL,
        "a body refused, and no other named",
        &[
            Again("REGISTER Alice platform", 50, OPTIONS),
            Reply("OPTIONS Alice platform", 1, "415 Unsupported Media Type", ""),
        ],
        &["RFC3261-8.2.3-1"],
        &[],
    ),
    fault(
        CALL,
        "OPTIONS that lists nothing",
        &[
            Again("REGISTER Alice platform", 50, OPTIONS),
            Reply("OPTIONS Alice platform", 1, "200 OK", ""),
        ],
        &["RFC3261-11-1"],
        &[],
    ),
    fault(
        CALL,
        "OPTIONS is unknown",
        &[
            Again("REGISTER Alice platform", 50, OPTIONS),
            Reply("OPTIONS Alice platform", 1, "501 Not Implemented", ""),
        ],
        &["RFC3261-11-1"],
        &[],
    ),
    fault(
        CALL,
        "CANCEL is not allowed",
        &[Swap("INVITE Alice platform", &[("ACK, CANCEL,", "ACK,")])],
        &["RFC3261-13.1-1"],
        &[],
    ),
    fault(
        DECLINED,
        "an offer refused without a word",
        &[Swap("603 INVITE platform Alice", &[("SIP/2.0 603", "SIP/2.0 488")])],
        &["RFC3261-13.3.1.3-1"],
        &[],
    ),
    fault(
        CALL,
        "asking for 40 seconds",
        &[Again("REGISTER Alice platform", 40_000, &[])],
        &["RFC3261-8.1.3.1-1"],
        &[],
    ),
    fault(
        CALL,
        "asking again at once",
        &[Again("INVITE Alice platform", 10, &[])],
        &["RFC3261-17.1.1.2-1"],
        &[],
    ),
    fault(
        CALL,
        "asking again over a stream",
        &[Again("INVITE platform recorder", 600, &[])],
        &["RFC3261-17.1.1.2-1"],
        &[],
    ),
    fault(
        DECLINED,
        "a refusal is not acknowledged",
        &[
            Drop("ACK Alice platform"),
            Again("REGISTER Alice platform", 3_000, OPTIONS),
            Reply("OPTIONS Alice platform", 1, "200 OK", LISTED),
        ],
        &["RFC3261-17.1.1.2-2"],
        &[],
    ),
    fault(
        DECLINED,
        "an ACK with a branch of its own",
        &[Swap("ACK Alice platform", &[("z9hG4bK", "z9hG4bKown")])],
        &["RFC3261-17.1.1.3-1"],
        &[],
    ),
    fault(
        DECLINED,
        "an ACK on a way of its own",
        &[More("ACK Alice platform", "Route", "<sip:192.0.2.77;lr>")],
        &["RFC3261-17.1.1.3-1"],
        &[],
    ),
    fault(
        CALL,
        "no answer for a while",
        &[Late("180 INVITE Bob platform", 300)],
        &["RFC3261-17.2.1-1"],
        &[],
    ),
    fault(
        CALL,
        "asked again, and silent",
        &[Lose("180 INVITE platform Alice"), Again("INVITE Alice platform", 500, &[])],
        &["RFC3261-17.2.1-1"],
        &[],
    ),
    fault(
        CANCELLED,
        "a CANCEL for somebody else",
        &[Swap("CANCEL Alice platform", &[("CANCEL sip:+1202", "CANCEL sip:+1303")])],
        &["RFC3261-9.1-1"],
        &[],
    ),
    fault(
        CANCELLED,
        "cancelled, and refused otherwise",
        &[Swap("487 INVITE platform Alice", &[("SIP/2.0 487", "SIP/2.0 480")])],
        &["RFC3261-9.2-1"],
        &[],
    ),
    fault(
        CANCELLED,
        "cancelled, and not believed",
        &[Swap("200 CANCEL platform Alice", &[("SIP/2.0 200", "SIP/2.0 481")])],
        &["RFC3261-9.2-1"],
        &[],
    ),
    fault(
        CALL,
        "a challenge met under the same number",
        &[
            Swap("200 REGISTER platform Alice", CHALLENGED),
            Again(
                "REGISTER Alice platform",
                20,
                &[("z9hG4bK", "z9hG4bKmet"), ("Max-Forwards", MET)],
            ),
            Reply("REGISTER Alice platform 2", 1, "200 OK", ""),
        ],
        &["RFC3261-22.2-1"],
        &[("RFC3261-10.2-1", "it is a registration")],
    ),
    fault(
        CALL,
        "the weaker challenge met",
        &[
            Swap("200 REGISTER platform Alice", CHALLENGED),
            Again(
                "REGISTER Alice platform",
                20,
                &[("z9hG4bK", "z9hG4bKmet"), ("Max-Forwards", MET), ("1 REGISTER", "2 REGISTER")],
            ),
            Reply("REGISTER Alice platform 2", 1, "200 OK", ""),
            Again(
                "REGISTER Alice platform",
                40,
                &[("z9hG4bK", "z9hG4bKbest"), ("Max-Forwards", BEST), ("1 REGISTER", "3 REGISTER")],
            ),
            Reply("REGISTER Alice platform 3", 1, "200 OK", ""),
        ],
        &["RFC8760-2.4-1"],
        &[],
    ),
    fault(
        REFUSED,
        "an ACK to another refusal",
        &[Swap("ACK platform recorder", &[("ACK sip:", "ACK sip:other@")])],
        &["RFC3261-17.1.1.3-1"],
        &[],
    ),
    fault(
        DECLINED,
        "an INVITE without its To",
        &[
            Without("ACK Alice platform", "To"),
            AckOf("ACK Alice platform", "INVITE Alice platform"),
        ],
        &["RFC3261-8.1.1-1"],
        &[CHECKED, ("RFC3261-17.1.1.3-1", "it is an ACK")],
    ),
];

pub const CHALLENGED: &[(&str, &str)] = &[
    ("SIP/2.0 200", "SIP/2.0 401"),
    (
        "Server:",
        "WWW-Authenticate: Digest realm=\"calls.example\", nonce=\"n1\", qop=\"auth\", algorithm=SHA-256\r\n\
         WWW-Authenticate: Digest realm=\"calls.example\", nonce=\"n2\", qop=\"auth\", algorithm=MD5\r\nServer:",
    ),
];
pub const MET: &str = "Authorization: Digest username=\"alice\", realm=\"calls.example\", nonce=\"n2\", \
    qop=auth, nc=00000001, cnonce=\"c1\", uri=\"sip:calls.example\", response=\"00000000000000000000000000000000\", algorithm=MD5\r\nMax-Forwards";
const BEST: &str = "Authorization: Digest username=\"alice\", realm=\"calls.example\", nonce=\"n1\", \
    qop=auth, nc=00000001, cnonce=\"c1\", uri=\"sip:calls.example\", \
    response=\"0000000000000000000000000000000000000000000000000000000000000000\", algorithm=SHA-256\r\nMax-Forwards";
