//! Faults of what a client tells of the call when it begins to record it.

use super::edit::Change::{All, Do, Put, Refer};
use super::edit::each;
use super::{Fault, TALK};

/// See [`Fault`].
pub const FAULTS: &[Fault] = &[
    Fault {
        what: "a dialog is called by its Call-ID",
        of: TALK,
        by: &[Put(
            "rs INVITE",
            "<group-ref>",
            "<sipSessionID>call@192.0.2.1</sipSessionID><group-ref>",
        )],
        breaks: &["RFC7865-6.3.1-4"],
        also: &[],
    },
    Fault {
        what: "a dialog is called as no call is",
        of: TALK,
        by: &[
            Put(
                "call INVITE",
                "Max-Forwards",
                "Session-ID: ab30317f1a784dc48ff824d0d3715d86;remote=00000000000000000000000000000000\r\nMax-Forwards",
            ),
            Put(
                "rs INVITE",
                "<group-ref>",
                "<sipSessionID>47755a9de7794ba387653f2099600ef2;remote=bb30317f1a784dc48ff824d0d3715d86</sipSessionID><group-ref>",
            ),
        ],
        breaks: &["RFC7865-6.3.1-4"],
        also: &[],
    },
    Fault {
        what: "the first INVITE does not say who takes part",
        of: TALK,
        by: &[Do(|script| {
            each(script, "rs INVITE", |text| {
                let from = text.find("<participantsessionassoc").unwrap();
                let end = "</participantsessionassoc>\n";
                let to = text.rfind(end).unwrap() + end.len();
                format!("{}{}", &text[..from], &text[to..])
            });
        })],
        breaks: &["RFC8068-3.2.1-1"],
        also: &[],
    },
    Fault {
        what: "somebody else is named",
        of: TALK,
        by: &[All("rs INVITE", "sip:+12025550102@", "sip:+12025550177@")],
        breaks: &["RFC7865-SEM-3"],
        also: &[],
    },
    Fault {
        what: "a session is of a group that nobody knows",
        of: TALK,
        by: &[Refer("rs INVITE", "<group-ref>", "AAAAAAAAQACAAAAAAAAAAQ==")],
        breaks: &["RFC7865-6.3.1-6"],
        also: &[("RFC7865-6.2.2-1", "the group that is known has no session")],
    },
];
