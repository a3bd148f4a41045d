//! More legal messages refused for their form, and more illegal ones granted.

use tallylight::evidence::Script;

use super::super::edit::Edit::{Act, Swap, With};
use super::super::edit::rewrite;
use super::forms::{ASK, BAD, CHECKED, DISLIKED, FINE, form, invitation};
use super::{CALL, DECLINED, REFUSED, fault};
use crate::rules::Fault;

const NUMBERED: (&str, &str) = ("RFC3261-8.1.1.5-1", "nor may anybody send it");

pub const FAULTS: &[Fault] = &[
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
    fault(
        CALL,
        "a number beyond all bounds is taken",
        &[ASK, form(&[("1 OPTIONS", "36893488147419103232 OPTIONS")]), FINE],
        &["RFC4475-3.1.2.4-1"],
        &[CHECKED, NUMBERED],
    ),
    fault(
        CALL,
        "an open quotation is taken",
        &[ASK, form(&[("To: <sip:", "To: \"Alice <sip:")]), FINE],
        &["RFC4475-3.1.2.6-1"],
        &[CHECKED],
    ),
    fault(
        CALL,
        "another method in CSeq is taken",
        &[
            ASK,
            FINE,
            Swap("200 OPTIONS platform Alice", &[("1 OPTIONS", "1 MESSAGE")]),
            form(&[("1 OPTIONS", "1 MESSAGE")]),
        ],
        &["RFC4475-3.1.2.17-1"],
        &[CHECKED, NUMBERED],
    ),
    fault(
        CALL,
        "a header that is there twice is taken",
        &[ASK, form(&[("Max-Forwards: 70", "Max-Forwards: 70\r\nMax-Forwards: 5")]), FINE],
        &["RFC4475-3.3.8-1"],
        &[CHECKED],
    ),
    fault(
        CALL,
        "who takes no SDP gets some",
        &[With("INVITE Alice platform", "Accept", "text/nobodyKnowsThis")],
        &["RFC4475-3.3.15-1"],
        &[],
    ),
    fault(
        CALL,
        "IPv6 without brackets is taken",
        &[ASK, form(&[("OPTIONS sip:calls.example", "OPTIONS sip:2001:db8::10")]), FINE],
        &["RFC5118-4.2-1"],
        &[CHECKED],
    ),
    fault(
        REFUSED,
        "one stream of all is refused",
        &[Act(one_stream), DISLIKED],
        &["INT-MIX-1"],
        &[],
    ),
    fault(
        REFUSED,
        "a time of old clients is refused",
        &[invitation(&[("Z</associate-time>", "+0000</associate-time>")]), DISLIKED],
        &["INT-OSS-1"],
        &[],
    ),
];

/// The question of Alice has a header of six hundred octets.
fn long_header(script: &mut Script) {
    let long = Box::leak("long ".repeat(120).into_boxed_str());
    With("OPTIONS Alice platform", "Subject", long).apply(script);
}

/// The INVITE to the recorder offers one stream, and does not say which way it goes.
fn one_stream(script: &mut Script) {
    for line in &mut script.messages {
        if !line.text().contains("<recording ") {
            continue;
        }
        rewrite(line, |text| {
            let (first, rest) = text.split_once("a=sendonly\r\na=label:1\r\n").unwrap();
            let (_, after) = rest.split_once("a=label:2\r\n").unwrap();
            format!("{first}a=label:1\r\n{after}")
        });
    }
}
