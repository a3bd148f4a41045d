//! What is taken, refused or sent on where it should not be: stray answers, second ways, old forms.

use tallylight::evidence::{Script, ScriptLine};

use super::super::edit::Edit::{Act, Again, Append, Ask, Late, Number, Reply, Swap, With};
use super::super::edit::{put, rewrite, value};
use super::legal::{ASK, BAD, FINE, form};
use super::messages::CHALLENGED;
use super::{CALL, DECLINED, LISTED, fault};
use crate::rules::Fault;

/// Alice has two calls.
const TWO: &str = "One call is on hold while the other goes on";
const VIAS: (&str, &str) = ("RFC3261-8.2.6.2-1", "its Vias are not those of the request");

pub const FAULTS: &[Fault] = &[
    fault(
        CALL,
        "an answer with two Vias is taken",
        &[Swap(
            "200 INVITE Bob platform",
            &[("\r\nFrom: ", "\r\nVia: SIP/2.0/UDP 192.0.2.99:5060;branch=z9hG4bKunder\r\nFrom: ")],
        )],
        &["RFC3261-8.1.3.3-1"],
        &[VIAS],
    ),
    fault(
        CALL,
        "an answer to somebody else is taken",
        &[Swap("200 INVITE Bob platform", &[("UDP 198.51.100.10:5060", "UDP 192.0.2.99:5060")])],
        &["RFC3261-18.1.2-1"],
        &[VIAS],
    ),
    fault(
        CALL,
        "what comes by two ways is taken twice",
        &[
            ASK,
            Reply("OPTIONS Alice platform", 100, "200 OK", LISTED),
            Again("OPTIONS Alice platform", 20, &[("z9hG4bK", "z9hG4bKmerged")]),
            Reply("OPTIONS Alice platform 2", 20, "200 OK", LISTED),
        ],
        &["RFC3261-8.2.2.2-1"],
        &[],
    ),
    fault(
        CALL,
        "what may go no further is sent on",
        &[
            ASK,
            With("OPTIONS Alice platform", "Max-Forwards", "0"),
            Act(send_on),
            Reply("OPTIONS platform Bob", 1, "200 OK", LISTED),
            FINE,
        ],
        &["RFC3261-16.3-1"],
        &[],
    ),
    fault(
        DECLINED,
        "no word for more than a minute",
        &[
            Late("603 INVITE Bob platform", 80_000),
            Late("ACK platform Bob", 80_000),
            Late("603 INVITE platform Alice", 80_000),
            Late("ACK Alice platform", 80_000),
        ],
        &["RFC3261-13.3.1.1-1"],
        &[],
    ),
    fault(
        CALL,
        "an unknown parameter of an address is refused",
        &[ASK, form(&[("OPTIONS sip:calls.example", "OPTIONS sip:calls.example;foo=bar")]), BAD],
        &["RFC3261-19.1.1-1"],
        &[],
    ),
    fault(
        CALL,
        "two reasons of one kind",
        &[With("BYE Alice platform", "Reason", "Q.850;cause=16, Q.850;cause=17")],
        &["RFC3326-2-1"],
        &[],
    ),
    fault(
        CALL,
        "a part that may be handled",
        &[Swap(
            "INVITE platform recorder",
            &[("recording-session\r\n", "recording-session;handling=perhaps\r\n")],
        )],
        &["RFC5621-8.2-1"],
        &[],
    ),
    fault(CALL, "parts within parts", &[ASK, form(&[NESTED]), FINE], &["RFC5621-4.3-1"], &[]),
    fault(
        CALL,
        "an UPDATE without an offer is refused",
        &[
            Number("BYE Alice platform", 2),
            Again("BYE Alice platform", -6_000, UPDATE),
            Reply("UPDATE Alice platform", 1, "400 Bad Request", ""),
        ],
        &["RFC3311-5.1-1"],
        &[],
    ),
    fault(
        TWO,
        "a call that there is not is replaced",
        &[Act(replace_nobody)],
        &["RFC3891-3-2"],
        &[],
    ),
    fault(
        CALL,
        "a package that was asked for is refused",
        &[
            With("INVITE Alice platform", "Recv-Info", "bar"),
            With("200 INVITE platform Alice", "Recv-Info", "foo"),
            Number("BYE Alice platform", 2),
            Again("BYE Alice platform", -6_000, INFO),
            With("INFO Alice platform", "Info-Package", "foo"),
            Reply("INFO Alice platform", 1, "469 Bad Info Package", "Recv-Info: foo\r\n"),
        ],
        &["RFC6086-5.2.2-1"],
        &[],
    ),
    fault(
        CALL,
        "what a party can do is quoted",
        &[Swap(
            "INVITE platform recorder",
            &[(
                "</participantsessionassoc>",
                "<param pname=\"class\" pval=\"&quot;business&quot;\"/></participantsessionassoc>",
            )],
        )],
        &["RFC4235-4.1.6.2-1"],
        &[],
    ),
    fault(
        CALL,
        "a Session-ID of old is refused",
        &[
            ASK,
            form(&[(
                "Max-Forwards",
                "Session-ID: ab30317f1a784dc48ff824d0d3715d86\r\nMax-Forwards",
            )]),
            BAD,
        ],
        &["RFC7329-4.1-1"],
        &[("RFC7989-5-1", "it names no remote side")],
    ),
    fault(
        CALL,
        "a name that was refused is used",
        &[
            With("INVITE Alice platform", "Session-ID", ONE),
            Number("BYE Alice platform", 2),
            Again("BYE Alice platform", -6_000, INFO),
            With("INFO Alice platform", "Session-ID", OTHER),
            Reply("INFO Alice platform", 1, "403 Forbidden", RENAMED),
            With("200 BYE platform Alice", "Session-ID", TO_OTHER),
        ],
        &["RFC7989-8-1"],
        &[("RFC7989-6-1", "and nobody should have another name")],
    ),
    fault(
        CALL,
        "a conference with two names",
        &[
            With("200 INVITE platform Alice", "Contact", FOCUS),
            With("200 INVITE platform Alice", "Session-ID", ONE),
            With("INVITE platform Bob", "Contact", FOCUS),
            With("INVITE platform Bob", "Session-ID", OTHER),
        ],
        &["RFC7989-9-1"],
        &[],
    ),
    fault(
        CALL,
        "a proof that is too short for its algorithm",
        &[
            Swap("200 REGISTER platform Alice", CHALLENGED),
            Again(
                "REGISTER Alice platform",
                20,
                &[("z9hG4bK", "z9hG4bKmet"), ("Max-Forwards", SHORT), ("1 REGISTER", "2 REGISTER")],
            ),
            Reply("REGISTER Alice platform 2", 1, "200 OK", ""),
        ],
        &["RFC8760-2.6-2"],
        &[],
    ),
    fault(
        CALL,
        "a wish for nothing",
        &[
            Ask(
                "200 INVITE recorder platform",
                1_000,
                "INFO",
                "Content-Type: application/media_control+xml\r\n",
            ),
            Append("INFO recorder platform", "<media_control/>"),
            Reply("INFO recorder platform", 1, "200 OK", ""),
        ],
        &["RFC5168-4-1"],
        &[],
    ),
    fault(
        CALL,
        "a bandwidth that nobody knows is refused",
        &[ASK, form(&[BANDWIDTH]), BAD],
        &["RFC8866-5.8-1"],
        &[],
    ),
    fault(
        CALL,
        "content that is no word",
        &[Swap(
            "INVITE platform recorder",
            &[("a=label:1\r\n", "a=content:the speaker\r\na=label:1\r\n")],
        )],
        &["RFC4796-5-1"],
        &[],
    ),
];

/// Makes INFO, or UPDATE, of the BYE that follows it.
const INFO: &[(&str, &str)] =
    &[("BYE sip", "INFO sip"), ("3 BYE", "2 INFO"), ("z9hG4bK", "z9hG4bKinfo")];
const UPDATE: &[(&str, &str)] = &[
    ("BYE sip", "UPDATE sip"),
    ("3 BYE", "2 UPDATE"),
    ("z9hG4bK", "z9hG4bKupdate"),
    ("Max-Forwards", "Contact: <sip:+12025550101@192.0.2.10:5060>\r\nMax-Forwards"),
];
const NESTED: (&str, &str) = (
    "Content-Length: 0\r\n\r\n",
    "Content-Type: multipart/mixed;boundary=outer\r\nContent-Length: 0\r\n\r\n\
     --outer\r\nContent-Type: multipart/mixed;boundary=inner\r\n\r\n\
     --inner\r\nContent-Type: text/plain\r\n\r\nwords\r\n--inner--\r\n--outer--\r\n",
);
const BANDWIDTH: (&str, &str) = (
    "Content-Length: 0\r\n\r\n",
    "Content-Type: application/sdp\r\nContent-Length: 0\r\n\r\n\
     v=0\r\no=- 1 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nb=FOO:1\r\nt=0 0\r\n\
     m=audio 4000 RTP/AVP 0\r\n",
);
/// Two names of Session-ID, and somebody who calls the other by the second.
const ONE: &str = "ab30317f1a784dc48ff824d0d3715d86;remote=00000000000000000000000000000000";
const OTHER: &str = "47755a9de7794ba387653f2099600ef2;remote=00000000000000000000000000000000";
const TO_OTHER: &str = "f81d4fae7dec41d0a76500a0c91e6bf6;remote=47755a9de7794ba387653f2099600ef2";
/// The platform is told a new name, and says it.
const RENAMED: &str = "Session-ID: f81d4fae7dec41d0a76500a0c91e6bf6;\
    remote=47755a9de7794ba387653f2099600ef2\r\n";
const FOCUS: &str = "<sip:platform@198.51.100.10:5060>;isfocus";
/// SHA-256 makes twice as many digits.
const SHORT: &str = "Authorization: Digest username=\"alice\", realm=\"calls.example\", nonce=\"n1\", \
    qop=auth, nc=00000001, cnonce=\"c1\", uri=\"sip:calls.example\", response=\"00000000000000000000000000000000\", algorithm=SHA-256\r\nMax-Forwards";

/// The platform passes the question of Alice's on to Bob.
fn send_on(script: &mut Script) {
    let is_asked = |line: &&ScriptLine| line.text().starts_with("OPTIONS ");
    let mut line = script.messages.iter().find(is_asked).unwrap().clone();
    let at = line.arrived.unwrap();
    (line.left, line.arrived) = (Some(at), Some(at + std::time::Duration::from_millis(6)));
    line.packet.source = line.packet.target;
    line.packet.target = ([192, 0, 2, 11], 5_060).into();
    rewrite(&mut line, |text| {
        let via = "\r\nVia: SIP/2.0/UDP 198.51.100.10:5060;branch=z9hG4bKproxy\r\nVia: ";
        text.replacen("\r\nVia: ", via, 1)
    });
    put(script, line);
}

/// The second call of Alice's takes the place of another one under the Call-ID of her first.
fn replace_nobody(script: &mut Script) {
    let call = value(script, "200 INVITE platform Alice", "Call-ID");
    let line = script.messages.iter_mut().find(|line| {
        let text = line.text();
        text.starts_with("INVITE sip:+12025550103@calls.example")
    });
    rewrite(line.unwrap(), |text| {
        let more = format!("Replaces: {call};to-tag=nobody;from-tag=nobody\r\nRequire: replaces");
        text.replacen("\r\n", &format!("\r\n{more}\r\n"), 1)
    });
}
