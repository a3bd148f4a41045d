//! What is unusual refused or not answered, and answers that are none taken for some.

use tallylight::evidence::Script;

use super::super::edit::Edit::{self, Act, Again, Cut, Drop, Late, Reply, Swap};
use super::super::edit::rewrite;
use super::legal::{ASK, BAD, FINE, form};
use super::messages::CHECKED;
use super::{CALL, DECLINED, OPTIONS, fault};
use crate::rules::Fault;

const BARE: (&str, &str) = ("RFC3261-7.1-1", "nor may anybody send it");
const SIX: (&str, &str) = ("RFC5118-4.1-1", "it is an address of IPv6");
const REFUSED: (&str, &str) = ("RFC3261-17.1.1.2-2", "it is a refusal");
const OTHERWISE: (&str, &str) = ("RFC3261-8.2.6.2-1", "nor may anybody answer it");

/// Alice asks something long after her call, so that she is known to be alive.
const LATER: Edit = Again("REGISTER Alice platform", 8_000, OPTIONS);

pub const FAULTS: &[Fault] = &[
    fault(
        CALL,
        "a name of odd characters is refused",
        &[ASK, form(&[("Max-Forwards", "extensionHeader-!.*+_`'~: 1\r\nMax-Forwards")]), BAD],
        &["RFC4475-3.1.1.2-1"],
        &[],
    ),
    fault(
        CALL,
        "a percent sign in a name is refused",
        &[ASK, form(&[("From: <", "From: \"%Z%45\" <")]), BAD],
        &["RFC4475-3.1.1.5-1"],
        &[],
    ),
    fault(
        CALL,
        "an unknown transport is refused",
        &[
            ASK,
            form(&[(
                "Max-Forwards",
                "Via: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bKas3\r\nMax-Forwards",
            )]),
            BAD,
        ],
        &["RFC4475-3.1.1.10-1"],
        &[],
    ),
    fault(
        DECLINED,
        "a refusal in odd words is not acknowledged",
        &[
            Swap(
                "603 INVITE platform Alice",
                &[("SIP/2.0 603 ", "SIP/2.0 603 = 2**3 * 5**2 \u{43d}\u{435} ")],
            ),
            Drop("ACK Alice platform"),
            LATER,
            FINE,
        ],
        &["RFC4475-3.1.1.12-1"],
        &[REFUSED],
    ),
    fault(
        DECLINED,
        "a refusal without words is not acknowledged",
        &[Act(without_words), Drop("ACK Alice platform"), LATER, FINE],
        &["RFC4475-3.1.1.13-1"],
        &[REFUSED],
    ),
    fault(
        DECLINED,
        "an answer with a number beyond all bounds is taken",
        &[Swap("603 INVITE platform Alice", &[("1 INVITE", "9292394834772304023312 INVITE")])],
        &["RFC4475-3.1.2.5-1"],
        &[CHECKED, OTHERWISE],
    ),
    fault(
        CALL,
        "a question in brackets is not answered",
        &[ASK, form(&[("OPTIONS sip:calls.example SIP", "OPTIONS <sip:calls.example> SIP")])],
        &["RFC4475-3.1.2.7-1"],
        &[CHECKED, BARE],
    ),
    fault(
        CALL,
        "a question with a blank is not answered",
        &[ASK, form(&[("OPTIONS sip:calls.example SIP", "OPTIONS sip:calls.example; lr SIP")])],
        &["RFC4475-3.1.2.8-1"],
        &[CHECKED, BARE],
    ),
    fault(
        DECLINED,
        "a code that there is not is acknowledged",
        &[
            Reply("INVITE Alice platform", 20, "799 Better Not", ""),
            Late("603 INVITE platform Alice", 100),
            Again("ACK Alice platform", 110, &[]),
        ],
        &["RFC4475-3.1.2.19-1"],
        &[("RFC3261-7-1", "nobody can read it")],
    ),
    fault(
        CALL,
        "a scheme that nobody knows is taken",
        &[
            ASK,
            form(&[("OPTIONS sip:calls.example", "OPTIONS nobodyKnowsThis:calls.example")]),
            FINE,
        ],
        &["RFC4475-3.3.2-1"],
        &[],
    ),
    fault(
        CALL,
        "credentials that nobody knows are refused",
        &[ASK, form(&[("Max-Forwards", OPAQUE)]), BAD],
        &["RFC4475-3.3.7-1"],
        &[],
    ),
    fault(
        DECLINED,
        "an answer by way of everybody is acknowledged",
        &[Swap(
            "603 INVITE platform Alice",
            &[(
                "\r\nCall-ID",
                "\r\nVia: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23\r\nCall-ID",
            )],
        )],
        &["RFC4475-3.3.10-1"],
        &[OTHERWISE, ("RFC3261-8.1.3.3-1", "and the one behind it is nobody's")],
    ),
    fault(
        CALL,
        "a question of the old kind is not answered",
        &[ASK, form(&[("z9hG4bK", "")]), Cut("OPTIONS Alice platform", "From", "tag=")],
        &["RFC4475-3.4.1-1"],
        &[
            ("RFC3261-8.1.1.3-1", "it has no tag in From"),
            ("RFC3261-8.1.1.7-1", "its branch is of the old kind"),
        ],
    ),
    fault(
        CALL,
        "what ends like a port is refused",
        &[ASK, form(&[("OPTIONS sip:calls.example", "OPTIONS sip:[2001:db8::10:5070]")]), BAD],
        &["RFC5118-4.3-1"],
        &[SIX],
    ),
    fault(
        CALL,
        "a port behind brackets is refused",
        &[ASK, form(&[("OPTIONS sip:calls.example", "OPTIONS sip:[2001:db8::10]:5070")]), BAD],
        &["RFC5118-4.4-1"],
        &[SIX],
    ),
    fault(
        CALL,
        "a way of both kinds is refused",
        &[
            ASK,
            form(&[(
                "Max-Forwards",
                "Via: SIP/2.0/UDP [2001:db8::9:255];branch=z9hG4bKas3\r\nMax-Forwards",
            )]),
            BAD,
        ],
        &["RFC5118-4.7-1"],
        &[],
    ),
    fault(
        CALL,
        "a description of both kinds is refused",
        &[ASK, form(&[BOTH]), BAD],
        &["RFC5118-4.8-1"],
        &[("RFC5118-4.6-1", "it has an address of IPv6")],
    ),
    fault(
        CALL,
        "a mapped address is refused",
        &[
            ASK,
            form(&[(
                "Max-Forwards",
                "Via: SIP/2.0/UDP [::ffff:192.0.2.2];branch=z9hG4bKas3\r\nMax-Forwards",
            )]),
            BAD,
        ],
        &["RFC5118-4.9-1"],
        &[],
    ),
    fault(
        CALL,
        "an address in both manners is refused",
        &[ASK, form(&[("OPTIONS sip:calls.example", "OPTIONS sip:[2001:db8::192.0.2.1]")]), BAD],
        &["RFC5118-4.10-1"],
        &[SIX],
    ),
];

/// With what the rules on credentials look for, of whatever kind they are.
const OPAQUE: &str = "Authorization: NoOneKnowsThisScheme opaque-data=here, uri=\"sip:calls.example\", \
    qop=auth, nc=00000001, cnonce=\"c1\"\r\nMax-Forwards";
const BOTH: (&str, &str) = (
    "Content-Length: 0\r\n\r\n",
    "Content-Type: application/sdp\r\nContent-Length: 0\r\n\r\n\
     v=0\r\no=- 1 1 IN IP6 2001:db8::1\r\ns=-\r\nt=0 0\r\n\
     m=audio 4000 RTP/AVP 0\r\nc=IN IP4 192.0.2.1\r\n\
     m=audio 4002 RTP/AVP 0\r\nc=IN IP6 2001:db8::1\r\n",
);

/// The refusals have a code, and nothing behind it.
fn without_words(script: &mut Script) {
    for line in &mut script.messages {
        rewrite(line, |text| match text.split_once("\r\n") {
            Some((first, rest)) if first.starts_with("SIP/2.0 603 ") => {
                format!("SIP/2.0 603 \r\n{rest}")
            }
            _ => text.to_owned(),
        });
    }
}
