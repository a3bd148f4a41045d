//! Faults of those who do not let the others do what they may, or take for a command what is none.

use std::time::Duration;

use tallylight::evidence::Script;

use super::edit::Change::{All, Cut, Do, Put};
use super::edit::{between, each, header, places, stretch};
use super::sessions::recorder_ends;
use super::taken::refuse;
use super::{BEGUN, Fault, HELD, REGISTERED, TALK, UNRECORDED, WISH};

/// See [`Fault`].
pub const FAULTS: &[Fault] = &[
    Fault {
        what: "a client that registers as one is refused",
        of: REGISTERED,
        by: &[
            Put("call REGISTER", ";+sip.srs", ";+sip.srs;+sip.src"),
            Put("call 200 REGISTER", "200 Said", "400 Said"),
        ],
        breaks: &["RFC7866-6.1.1-4"],
        also: &[],
    },
    Fault {
        what: "a recording is begun in the name of somebody on the call",
        of: TALK,
        by: &[Do(|script| {
            let uri = |script: &Script, which: &str| {
                let first = script.messages[places(script, which)[0]].text();
                format!("<{}>", between(&header(&first, "From"), "<", ">"))
            };
            let (alice, own) = (uri(script, "call INVITE"), uri(script, "rs INVITE"));
            each(script, "rs", |text| text.replace(&own, &alice));
        })],
        breaks: &["RFC7866-6.1.1-5"],
        also: &[],
    },
    Fault {
        what: "a recorder begins in the name of somebody on the call",
        of: BEGUN,
        by: &[All("rs", "<sip:recorder@example.com>", "<sip:bob@example.com>")],
        breaks: &["RFC7866-6.2-5"],
        also: &[],
    },
    Fault {
        what: "a call to a client is never answered",
        of: UNRECORDED,
        by: &[
            Do(|script| {
                let invite = script.messages[places(script, "call INVITE")[0]].text();
                let branch = between(&invite, "branch=", ";");
                let is_answer = |text: &str| text.starts_with("SIP/2.0") && text.contains(&branch);
                script.messages.retain(|line| !is_answer(&line.text()));
            }),
            Do(|script| stretch(script, Duration::from_secs(80))),
        ],
        breaks: &["RFC7866-6.1.1-7"],
        also: &[],
    },
    Fault {
        what: "a client that shows itself in the call is refused",
        of: TALK,
        by: &[
            Do(|script| {
                let told = script.messages.iter_mut().find(|it| it.text().contains("a=record:on"));
                let told = told.unwrap();
                let contact = format!("Contact: {}", header(&told.text(), "Contact"));
                let text = told.text().replacen(&contact, &format!("{contact};+sip.src"), 1);
                told.set_text(text);
                refuse(script, "a=record:on");
            }),
            // By its tag, the call is one of a recording client now.
            Put("rs 488 INVITE", "488 Not Acceptable Here", "400 Bad Request"),
        ],
        breaks: &["RFC7866-6.1.2-4"],
        also: &[
            ("RFC7866-11.1.2-1", "it tells of the recording, and is refused for that as well"),
            ("RFC7866-11.4-1", "and it says so of all streams at once"),
        ],
    },
    Fault {
        what: "other labels are refused",
        of: BEGUN,
        by: &[
            Put("rs UPDATE #2", "o=src 1 1 ", "o=src 1 2 "),
            Put("rs UPDATE #2", "a=label:1", "a=label:7"),
            Put("rs UPDATE #2", "<label>1<", "<label>7<"),
            Put("rs 200 UPDATE #2", "200 Said", "606 Said"),
            Cut("rs 606 UPDATE", "Content-Type", "\r\n"),
        ],
        breaks: &["RFC7866-7.1.1-4"],
        also: &[],
    },
    Fault {
        what: "a recorder has labels of its own",
        of: TALK,
        by: &[Put("rs 200 INVITE", "a=recvonly\r\n", "a=recvonly\r\na=label:9\r\n")],
        breaks: &["RFC7866-7.2-10"],
        also: &[],
    },
    Fault {
        what: "the pause of a recording on hold is refused",
        of: HELD,
        by: &[
            Put("rs 200 INVITE #2", "200 Said", "488 Said"),
            Cut("rs 488 INVITE", "Content-Type", "\r\n"),
        ],
        breaks: &["RFC7866-7.1.1.1-7"],
        also: &[],
    },
    Fault {
        what: "a recorder hangs up because the call is on hold",
        of: HELD,
        by: &[Do(recorder_ends), Do(|script| stretch_call(script, Duration::from_secs(10)))],
        breaks: &["RFC7866-7.1.1.1-8"],
        also: &[],
    },
    Fault {
        what: "a recorder that is not ready is refused",
        of: BEGUN,
        by: &[
            Put("rs 200 INVITE #2", "200 Said", "488 Said"),
            Cut("rs 488 INVITE", "Content-Type", "\r\n"),
        ],
        breaks: &["RFC7866-7.2-2"],
        also: &[],
    },
    Fault {
        what: "a recorder that is ready again wants to send too",
        of: BEGUN,
        by: &[Put("rs INVITE #3", "a=recvonly", "a=sendrecv")],
        breaks: &["RFC7866-7.2-3"],
        also: &[],
    },
    Fault {
        what: "a recorder may not drop a stream",
        of: BEGUN,
        by: &[
            All("rs INVITE #2", "a=inactive", "a=recvonly"),
            Put("rs INVITE #2", "m=audio 50002", "m=audio 0"),
            Put("rs 200 INVITE #2", "200 Said", "488 Said"),
            Cut("rs 488 INVITE", "Content-Type", "\r\n"),
        ],
        breaks: &["RFC7866-7.2-4"],
        also: &[],
    },
    Fault {
        what: "a client that is asked to record offers nothing",
        of: BEGUN,
        by: &[
            Cut("rs 200 INVITE #1", "--x\r\nContent-Type: application/sdp", "a=label:2\r\n\r\n"),
            Cut("rs ACK #1", "Content-Type", "\r\n"),
        ],
        breaks: &["RFC7866-7.2-7"],
        also: &[("RFC7866-9.1-6", "the labels in its metadata are those of no offer")],
    },
    Fault {
        what: "what a telephone declares is obeyed",
        of: WISH,
        by: &[All("call", "a=recordpref:pause", "a=record:paused")],
        breaks: &["RFC7866-7.3.1-4"],
        also: &[],
    },
];

/// Lets the call last longer than its recording.
fn stretch_call(script: &mut Script, by: Duration) {
    for which in ["call BYE", "call 200 BYE"] {
        for place in places(script, which) {
            let line = &mut script.messages[place];
            line.left.iter_mut().chain(&mut line.arrived).for_each(|at| *at += by);
        }
    }
}
