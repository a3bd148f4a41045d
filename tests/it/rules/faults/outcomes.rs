//! What is made of answers, what is said before a call is up, and where it is said.

use tallylight::evidence::{Script, ScriptLine};

use super::super::edit::Edit::{
    self, AckOf, Act, Again, Append, Ask, CutBody, Drop, Late, Number, Reply, Swap, With, Without,
};
use super::super::edit::{rewrite, value};
use super::messages::CHALLENGED;
use super::{CALL, CANCELLED, DECLINED, LISTED, REFUSED, fault};
use crate::rules::Fault;

/// Alice has two calls.
const TWO: &str = "One call is on hold while the other goes on";

/// What was refused is asked of the same recorder once more.
const AGAIN: Edit =
    Again("INVITE platform recorder", 300, &[("1 INVITE", "2 INVITE"), ("z9hG4bK", "z9hG4bKmore")]);
const TAKEN: Edit = Reply("INVITE platform recorder 2", 6, "503 Service Unavailable", "");
const UNTOLD: (&str, &str) = ("RFC3261-17.1.1.2-2", "nobody acknowledges the second refusal");
/// Makes UPDATE of an ACK.
const FIRST: &[(&str, &str)] = &[
    ("ACK sip", "UPDATE sip"),
    ("1 ACK", "2 UPDATE"),
    ("z9hG4bK", "z9hG4bKfirst"),
    ("Max-Forwards", "Contact: <sip:+12025550101@192.0.2.10:5060>\r\nMax-Forwards"),
];
const SECOND: &[(&str, &str)] = &[
    ("ACK sip", "UPDATE sip"),
    ("1 ACK", "3 UPDATE"),
    ("z9hG4bK", "z9hG4bKsecond"),
    ("Max-Forwards", "Contact: <sip:+12025550101@192.0.2.10:5060>\r\nMax-Forwards"),
];
const CONTACT: &str = "Contact: <sip:platform@198.51.100.10:5060>\r\n";
const RINGS: [Edit; 2] = [
    With("180 INVITE platform Alice", "Require", "100rel"),
    With("180 INVITE platform Alice", "RSeq", "1"),
];

pub const FAULTS: &[Fault] = &[
    fault(
        DECLINED,
        "a code that nobody knows is not acknowledged",
        &[
            Swap("603 INVITE platform Alice", &[("SIP/2.0 603", "SIP/2.0 699")]),
            Drop("ACK Alice platform"),
            Again("REGISTER Alice platform", 8_000, super::OPTIONS),
            Reply("OPTIONS Alice platform", 1, "200 OK", LISTED),
        ],
        &["RFC3261-8.1.3.2-1"],
        &[("RFC3261-17.1.1.2-2", "it is a refusal")],
    ),
    fault(
        REFUSED,
        "sent on, and not gone there",
        &[
            Swap(
                "503 INVITE recorder platform",
                &[("503 Service Unavailable", "302 Moved\r\nContact: <sip:203.0.113.25>")],
            ),
            AGAIN,
            TAKEN,
        ],
        &["RFC3261-8.1.3.4-1"],
        &[UNTOLD],
    ),
    fault(
        CALL,
        "gone where it was refused to go",
        &[
            Swap("INVITE platform Alice", &[("Contact: <sip:platform@", "Contact: <sip:moved@")]),
            CutBody("200 INVITE Alice platform", "v=0"),
            Without("200 INVITE Alice platform", "Content-Type"),
            Swap("200 INVITE Alice platform", &[("200 OK", "500 Server Internal Error")]),
            AckOf("ACK platform Alice", "INVITE platform Alice"),
            Swap("BYE Alice platform", &[("BYE sip:platform@", "BYE sip:moved@")]),
        ],
        &["RFC3261-8.2-1"],
        &[],
    ),
    fault(
        CALL,
        "registered twice under one number",
        &[
            Again("REGISTER Alice platform", 5_000, &[("z9hG4bK", "z9hG4bKonce")]),
            Reply("REGISTER Alice platform 2", 1, "200 OK", ""),
        ],
        &["RFC3261-10.2-1"],
        &[],
    ),
    fault(
        CALL,
        "registered again before the answer",
        &[
            Again(
                "REGISTER Alice platform",
                20,
                &[("1 REGISTER", "2 REGISTER"), ("z9hG4bK", "z9hG4bKonce")],
            ),
            Reply("REGISTER Alice platform 2", 1, "200 OK", ""),
            Late("200 REGISTER platform Alice", 100),
        ],
        &["RFC3261-10.2-1"],
        &[],
    ),
    fault(
        CALL,
        "taken for somebody else",
        &[
            Again("REGISTER Alice platform", 50, super::OPTIONS),
            With(
                "OPTIONS Alice platform",
                "Via",
                "SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKshared;rport",
            ),
            Reply("OPTIONS Alice platform", 1, "200 OK", LISTED),
            Again("REGISTER Bob platform", 150, super::OPTIONS),
            With(
                "OPTIONS Bob platform",
                "Via",
                "SIP/2.0/UDP 192.0.2.11:5060;branch=z9hG4bKshared;rport",
            ),
        ],
        &["RFC3261-17.2.3-1"],
        &[("RFC3261-8.1.1.7-1", "two have one branch")],
    ),
    fault(CANCELLED, "cancelled elsewhere", &[Act(cancel_elsewhere)], &["RFC3263-4-1"], &[]),
    fault(
        CALL,
        "an answer to the port that was asked from is not heard",
        &[
            Swap("REGISTER Alice platform", &[("UDP 192.0.2.10:5060", "UDP 192.0.2.10:5070")]),
            Swap("200 REGISTER platform Alice", &[("UDP 192.0.2.10:5060", "UDP 192.0.2.10:5070")]),
            Again("REGISTER Alice platform", 500, &[]),
        ],
        &["RFC3581-3-1"],
        &[],
    ),
    fault(
        REFUSED,
        "a session that is long enough is refused",
        &[Swap(
            "503 INVITE recorder platform",
            &[("503 Service Unavailable", "422 Session Interval Too Small\r\nMin-SE: 90")],
        )],
        &["RFC4028-4-1"],
        &[],
    ),
    fault(
        CALL,
        "a challenge that nobody knows is met",
        &[
            Swap("200 REGISTER platform Alice", CHALLENGED),
            Swap("401 REGISTER platform Alice", &[("algorithm=SHA-256", "algorithm=FOO")]),
            Again(
                "REGISTER Alice platform",
                20,
                &[("z9hG4bK", "z9hG4bKmet"), ("Max-Forwards", MET), ("1 REGISTER", "2 REGISTER")],
            ),
            Reply("REGISTER Alice platform 2", 1, "403 Forbidden", ""),
        ],
        &["RFC8760-2.4-2"],
        &[],
    ),
    fault(
        CALL,
        "a second UPDATE is taken at once",
        &[
            Number("BYE Alice platform", 2),
            Number("BYE Alice platform", 3),
            Again("ACK Alice platform", 1_000, FIRST),
            Reply("UPDATE Alice platform", 1_000, "200 OK", CONTACT),
            Again("ACK Alice platform", 1_500, SECOND),
            Reply("UPDATE Alice platform 2", 1, "200 OK", CONTACT),
        ],
        &["RFC3311-5.2-1"],
        &[],
    ),
    fault(
        CALL,
        "an UPDATE again too soon after a collision",
        &[
            Number("BYE Alice platform", 2),
            Number("BYE Alice platform", 3),
            Again("ACK Alice platform", 1_000, FIRST),
            Reply("UPDATE Alice platform", 1, "491 Request Pending", ""),
            Again("ACK Alice platform", 1_500, SECOND),
            Reply("UPDATE Alice platform 2", 1, "200 OK", CONTACT),
        ],
        &["RFC3311-5.3-1"],
        &[],
    ),
    fault(TWO, "a call that was replaced lasts", &[Act(replace)], &["RFC3891-3-4"], &[]),
    fault(
        CALL,
        "an offer is not answered",
        &[
            CutBody("200 INVITE Bob platform 2", "v=0"),
            Without("200 INVITE Bob platform 2", "Content-Type"),
        ],
        &["RFC3261-13.2.1-2"],
        &[],
    ),
    fault(
        CALL,
        "all is refused, and nobody leaves",
        &[
            Drop("ACK platform Bob 2"),
            Drop("200 INVITE Bob platform 2"),
            Drop("INVITE platform Bob 2"),
            Swap("BYE platform Bob", &[("CSeq: 3", "CSeq: 2")]),
            Swap("200 BYE Bob platform", &[("CSeq: 3", "CSeq: 2")]),
            CutBody("INVITE platform Bob", "v=0"),
            Without("INVITE platform Bob", "Content-Type"),
            With("ACK platform Bob", "Content-Type", "application/sdp"),
            Append("ACK platform Bob", NOTHING),
            Act(without_bob),
        ],
        &["RFC3261-13.2.2.4-2"],
        &[],
    ),
    fault(
        DECLINED,
        "a goodbye to whoever calls",
        &[Ask("180 INVITE Bob platform", 1, "BYE", ""), Reply("BYE Bob platform", 1, "200 OK", "")],
        &["RFC3261-15-1"],
        &[],
    ),
    fault(
        CALL,
        "a goodbye to nobody",
        &[
            Again(
                "REGISTER Alice platform",
                50,
                &[
                    ("REGISTER sip", "BYE sip"),
                    ("1 REGISTER", "1 BYE"),
                    ("z9hG4bK", "z9hG4bKbye"),
                    ("Call-ID: ", "Call-ID: bye"),
                    (";tag=", ";tag=bye"),
                ],
            ),
            Reply("BYE Alice platform", 1, "481 Call/Transaction Does Not Exist", ""),
        ],
        &["RFC3261-15-1"],
        &[],
    ),
    fault(
        CALL,
        "it rings, and need not arrive",
        &[Swap(
            "INVITE platform Bob",
            &[("Supported: 100rel, timer", "Supported: timer\r\nRequire: 100rel")],
        )],
        &["RFC3262-3-1"],
        &[],
    ),
    fault(
        DECLINED,
        "it rings for ever, unacknowledged",
        &[
            With("180 INVITE Bob platform", "Require", "100rel"),
            With("180 INVITE Bob platform", "RSeq", "1"),
            Late("603 INVITE Bob platform", 45_000),
            Late("ACK platform Bob", 45_000),
            Late("603 INVITE platform Alice", 45_000),
            Late("ACK Alice platform", 45_000),
        ],
        &["RFC3262-3-6"],
        &[("RFC3262-4-1", "nobody acknowledges it")],
    ),
    fault(
        CALL,
        "taken before the answer was acknowledged",
        &[
            RINGS[0],
            RINGS[1],
            Act(ring_with_an_answer),
            Number("BYE Alice platform", 2),
            Again(
                "BYE Alice platform",
                -500,
                &[
                    ("BYE sip", "PRACK sip"),
                    ("3 BYE\r\n", "2 PRACK\r\nRAck: 1 1 INVITE\r\n"),
                    ("z9hG4bK", "z9hG4bKprack"),
                ],
            ),
            Reply("PRACK Alice platform", 1, "200 OK", ""),
        ],
        &["RFC3262-3-7"],
        &[],
    ),
    fault(
        CALL,
        "an offer in PRACK is not answered",
        &[
            RINGS[0],
            RINGS[1],
            Act(ring_with_an_answer),
            Number("BYE Alice platform", 2),
            Again(
                "ACK Alice platform",
                -1_000,
                &[
                    ("ACK sip", "PRACK sip"),
                    ("1 ACK\r\n", "2 PRACK\r\nRAck: 1 1 INVITE\r\n"),
                    ("z9hG4bK", "z9hG4bKprack"),
                ],
            ),
            Act(offer_in_prack),
            Reply("PRACK Alice platform", 1, "200 OK", ""),
        ],
        &["RFC3262-5-1"],
        &[("RFC3264-4-1", "the next offer comes while that one is open")],
    ),
];

const MET: &str = "Authorization: Digest username=\"alice\", realm=\"calls.example\", nonce=\"n1\", \
    qop=auth, nc=00000001, cnonce=\"c1\", uri=\"sip:calls.example\", response=\"00000000000000000000000000000000\", algorithm=FOO\r\nMax-Forwards";
/// No stream is taken.
const NOTHING: &str = "v=0\r\no=- 2973325009 1 IN IP4 198.51.100.10\r\ns=-\r\nc=IN IP4 198.51.100.10\r\nt=0 0\r\n\
     m=audio 0 RTP/AVP 0\r\n";

/// Alice cancels at another port than she called.
fn cancel_elsewhere(script: &mut Script) {
    let own = |line: &&mut ScriptLine| {
        line.text().starts_with("CANCEL") && line.packet.source.ip().to_string() == "192.0.2.10"
    };
    script.messages.iter_mut().filter(own).for_each(|line| line.packet.target.set_port(5_070));
}

/// The second call of Alice's takes the place of her first.
fn replace(script: &mut Script) {
    let first = "200 INVITE platform Alice";
    let tag = |name| value(script, first, name).split(";tag=").nth(1).unwrap().to_owned();
    let (theirs, hers) = (tag("To"), tag("From"));
    let call = value(script, first, "Call-ID");
    let replaces = format!("{call};to-tag={theirs};from-tag={hers}");
    let line = script.messages.iter_mut().find(|line| {
        let text = line.text();
        text.starts_with("INVITE sip:+12025550103@calls.example")
    });
    rewrite(line.unwrap(), |text| {
        let known = text.replacen("Supported: ", "Supported: replaces, ", 1);
        known.replacen("\r\n", &format!("\r\nReplaces: {replaces}\r\n"), 1)
    });
}

/// Bob says nothing, and hears nothing.
fn without_bob(script: &mut Script) {
    let bob: std::net::IpAddr = [192, 0, 2, 11].into();
    script.flows.retain(|it| it.source.ip() != bob && it.target.ip() != bob);
    script.reports.retain(|it| it.source.ip() != bob && it.target.ip() != bob);
}

/// What rings for Alice has the description that the 2xx has.
fn ring_with_an_answer(script: &mut Script) {
    describe(script, "200 INVITE platform Alice", "SIP/2.0 180");
}

/// Alice offers once more what she has offered.
fn offer_in_prack(script: &mut Script) {
    describe(script, "INVITE Alice platform", "PRACK");
}

/// Gives a message of a call the description that another one has.
fn describe(script: &mut Script, pick: &str, start: &str) {
    let call = value(script, pick, "Call-ID");
    let of_call = |line: &&ScriptLine, start: &str| {
        let text = line.text();
        text.starts_with(start) && text.contains(&call)
    };
    let start_of_model = if pick.starts_with("200") { "SIP/2.0 200" } else { "INVITE" };
    let model = script.messages.iter().find(|it| of_call(it, start_of_model)).unwrap().text();
    let (_, body) = model.split_once("\r\n\r\n").unwrap();
    for line in &mut script.messages {
        if line.text().starts_with(start) && line.text().contains(&call) {
            rewrite(line, |text| {
                let kind = "\r\nContent-Type: application/sdp\r\n";
                format!("{}{body}", text.replacen("\r\n", kind, 1))
            });
        }
    }
}
