//! Faults of metadata: one message of a healthy call says something else.

use super::edit::Change::{All, Cut, Do, Id, Move, Put, Refer, Twice};
use super::edit::{NOBODY, between, each, places};
use super::{BEGUN, Fault, HOLD, TALK, TWO};

/// See [`Fault`].
pub const FAULTS: &[Fault] = &[
    Fault {
        what: "a snapshot in UTF-8 is refused",
        of: HOLD,
        by: &[
            Put("rs INVITE #2", "<name>", "<name>\u{17D}ofie "),
            Put("rs 200 INVITE #2", "SIP/2.0 200 OK", "SIP/2.0 400 Bad Request"),
        ],
        breaks: &["RFC7865-5.1-4"],
        also: &[("RFC7865-9-9", "there are extensions in it too")],
    },
    Fault {
        what: "the mode is spelt as in a draft",
        of: TALK,
        by: &[
            Put("rs INVITE", "<datamode>", "<dataMode>"),
            Put("rs INVITE", "</datamode>", "</dataMode>"),
        ],
        breaks: &["RFC7865-5.1.2-5"],
        also: &[],
    },
    Fault {
        what: "an address has no scheme",
        of: TALK,
        by: &[Put("rs INVITE", "aor=\"sip:", "aor=\"")],
        breaks: &["RFC7865-6.5.1-2"],
        also: &[],
    },
    Fault {
        what: "metadata does not say what it is for",
        of: TALK,
        by: &[Put("rs INVITE", "Content-Disposition: recording-session\r\n", "")],
        breaks: &["RFC7866-9-2"],
        also: &[],
    },
    Fault {
        what: "the namespace is that of a draft",
        of: TALK,
        by: &[All("rs INVITE", "ns:recording:1", "ns:recording")],
        breaks: &["RFC7865-5.1.1-1", "RFC7865-5.1.2-1", "RFC7865-6.11-1"],
        also: &[],
    },
    Fault {
        what: "one element is in no namespace",
        of: TALK,
        by: &[Put(
            "rs INVITE",
            "</recording>",
            "<supervisor xmlns=\"\">1</supervisor></recording>",
        )],
        breaks: &["RFC7865-5.1.1-1"],
        also: &[("RFC7865-9-8", "an extension needs a namespace of its own")],
    },
    Fault {
        what: "a recording is within the recording",
        of: TALK,
        by: &[Put("rs INVITE", "</recording>", "<recording/></recording>")],
        breaks: &["RFC7865-5.1.2-2"],
        also: &[],
    },
    Fault {
        what: "a group has no id",
        of: TALK,
        by: &[Cut("rs INVITE", " group_id=\"", "\"")],
        breaks: &["RFC7865-6.2.1-1"],
        also: &[
            ("RFC7865-6.2.2-1", "no session can name it"),
            ("RFC7865-9-4", "the schema wants the attribute"),
            ("RFC7865-6.3.1-6", "its session names it"),
        ],
    },
    Fault {
        what: "a group ends before it begins",
        of: TALK,
        by: &[Put(
            "rs INVITE",
            "</associate-time>",
            "</associate-time><disassociate-time>2001-01-01T00:00:00Z</disassociate-time>",
        )],
        breaks: &["RFC7865-6.2.1-3"],
        also: &[],
    },
    Fault {
        what: "no session is of the group",
        of: TALK,
        by: &[Cut("rs INVITE", "<group-ref>", "</group-ref>")],
        breaks: &["RFC7865-6.2.2-1"],
        also: &[],
    },
    Fault {
        what: "a session is there twice",
        of: TALK,
        by: &[Twice("rs INVITE", "<session ", "</session>")],
        breaks: &["RFC7865-6.3.1-1"],
        also: &[],
    },
    Fault {
        what: "a session ends before it begins",
        of: TALK,
        by: &[Put(
            "rs INVITE",
            "</start-time>",
            "</start-time><stop-time>2001-01-01T00:00:00Z</stop-time>",
        )],
        breaks: &["RFC7865-6.3.1-7"],
        also: &[],
    },
    Fault {
        what: "two recordings have one stream, of two sessions",
        of: TWO,
        by: &[Do(|script| share(script, "<stream stream_id=\"", "<stream stream_id=\""))],
        breaks: &["RFC7865-6.3.2-2"],
        also: &[],
    },
    Fault {
        what: "a session that nobody knows is recorded",
        of: TALK,
        by: &[Refer("rs INVITE", "<sessionrecordingassoc session_id=\"", NOBODY)],
        breaks: &["RFC7865-6.4.1-1"],
        also: &[],
    },
    Fault {
        what: "a participant has no address",
        of: TALK,
        by: &[Cut("rs INVITE", "<nameID", "</nameID>")],
        breaks: &["RFC7865-6.5.1-1"],
        also: &[("RFC7865-SEM-3", "somebody on the call has no address in it")],
    },
    Fault {
        what: "a participant is somebody else in the next snapshot",
        of: HOLD,
        by: &[Id("rs INVITE #2", "<participant participant_id=\"", NOBODY)],
        breaks: &["RFC7865-6.5.1-5"],
        also: &[],
    },
    Fault {
        what: "somebody unknown takes part in the session",
        of: TALK,
        by: &[Refer("rs INVITE", "<participantsessionassoc participant_id=\"", NOBODY)],
        breaks: &["RFC7865-6.6.1-1"],
        also: &[],
    },
    Fault {
        what: "a stream has another id in the next snapshot",
        of: HOLD,
        by: &[Id("rs INVITE #3", "<stream stream_id=\"", NOBODY)],
        breaks: &["RFC7865-6.7.1-3"],
        also: &[],
    },
    Fault {
        what: "a stream is of a session that nobody knows",
        of: TALK,
        by: &[Do(|script| {
            each(script, "rs INVITE", |text| {
                let (head, rest) = text.split_at(text.find("<stream ").unwrap());
                let id = between(rest, "session_id=\"", "\"");
                format!("{head}{}", rest.replacen(&id, NOBODY, 1))
            });
        })],
        breaks: &["RFC7865-6.7.1-4"],
        also: &[],
    },
    Fault {
        what: "nobody sends a stream",
        of: TALK,
        by: &[Cut("rs INVITE", "<send>", "</send>")],
        breaks: &["RFC7865-6.8.1-1"],
        also: &[],
    },
    Fault {
        what: "who is on hold still sends and receives",
        of: HOLD,
        by: &[Do(|script| {
            let first = script.messages[places(script, "rs INVITE #1")[0]].text();
            let all = between(&first, "<participantstreamassoc", "</recording>");
            each(script, "rs INVITE #2", |text| {
                let own = between(text, "<participantstreamassoc", "</recording>");
                text.replace(&own, &all)
            });
        })],
        breaks: &["RFC7865-6.8.1-2", "RFC7865-6.8.1-3"],
        also: &[],
    },
    Fault {
        what: "nothing is told of a call on hold",
        of: HOLD,
        by: &[
            Cut("rs INVITE #2", "<?xml", "</recording>\n"),
            Put(
                "rs INVITE #2",
                "application/rs-metadata+xml\r\nContent-Disp",
                "text/plain\r\nContent-Disp",
            ),
        ],
        breaks: &["RFC7866-9.1-2"],
        also: &[
            ("RFC7865-6.8.1-2", "what was told last is that they send"),
            ("RFC7865-6.8.1-3", "and that they receive"),
        ],
    },
    Fault {
        what: "a time says not where its clock stands",
        of: TALK,
        by: &[Put("rs INVITE", "Z</associate-time>", "</associate-time>")],
        breaks: &["RFC7865-6.9-1"],
        also: &[],
    },
    Fault {
        what: "a time has a small letter",
        of: TALK,
        by: &[Put("rs INVITE", "Z</associate-time>", "z</associate-time>")],
        breaks: &["RFC7865-6.9-2"],
        also: &[("RFC7865-9-10", "the schema's times have capital letters too")],
    },
    Fault {
        what: "a time is there twice",
        of: TALK,
        by: &[Twice("rs INVITE", "<associate-time>", "</associate-time>")],
        breaks: &["RFC7865-9-10"],
        also: &[],
    },
    Fault {
        what: "an id is of no version of UUID",
        of: TALK,
        by: &[Id("rs INVITE", "<participant participant_id=\"", "i1Pz3to5hGk8fuXl+PbwCw==")],
        breaks: &["RFC7865-6.10-1"],
        also: &[],
    },
    Fault {
        what: "an id has the address of a machine in it",
        of: TALK,
        by: &[Id("rs INVITE", "<participant participant_id=\"", "AAAAAAAAEACAAAAAAAAAAA==")],
        breaks: &["RFC7865-6.10-2"],
        also: &[],
    },
    Fault {
        what: "an id is in hexadecimal",
        of: TALK,
        by: &[Id(
            "rs INVITE",
            "<participant participant_id=\"",
            "857a5ded8420456da70f6da1eeaeb425",
        )],
        breaks: &["RFC7865-6.10-3", "RFC7865-6.10-4"],
        also: &[],
    },
    Fault {
        what: "a participant of one recording is a stream of another",
        of: TWO,
        by: &[Do(|script| share(script, "<stream stream_id=\"", "<participant participant_id=\""))],
        breaks: &["RFC7865-6.10-5"],
        also: &[],
    },
    Fault {
        what: "the mode comes last",
        of: TALK,
        by: &[Move("rs INVITE", "<datamode>", "</datamode>", "</recording>")],
        breaks: &["RFC7865-9-1"],
        also: &[],
    },
    Fault {
        what: "the group of a session comes late",
        of: TALK,
        by: &[Move("rs INVITE", "<start-time>", "</start-time>", "<group-ref>")],
        breaks: &["RFC7865-9-2"],
        also: &[],
    },
    Fault {
        what: "what somebody sends comes last",
        of: TALK,
        by: &[Move("rs INVITE", "<send>", "</send>", "</participantstreamassoc>")],
        breaks: &["RFC7865-9-3"],
        also: &[],
    },
    Fault {
        what: "an id has the name that a draft had",
        of: TALK,
        by: &[Put("rs INVITE", "<participant participant_id=", "<participant id=")],
        breaks: &["RFC7865-9-4"],
        also: &[],
    },
    Fault {
        what: "the mode has a word of its own",
        of: TALK,
        by: &[Put("rs INVITE", "<datamode>complete", "<datamode>full")],
        breaks: &["RFC7865-9-5"],
        also: &[],
    },
    Fault {
        what: "the address has another name",
        of: TALK,
        by: &[Put("rs INVITE", " aor=\"", " uri=\"")],
        breaks: &["RFC7865-9-6"],
        also: &[("RFC7865-SEM-3", "somebody on the call has no address in it")],
    },
    Fault {
        what: "a stream has its label twice",
        of: TALK,
        by: &[Twice("rs INVITE", "<label>", "</label>")],
        breaks: &["RFC7865-9-7"],
        also: &[],
    },
    Fault {
        what: "an extension is in the namespace of the standard",
        of: TALK,
        by: &[Put("rs INVITE", "</recording>", "<supervisor>1</supervisor></recording>")],
        breaks: &["RFC7865-9-8"],
        also: &[],
    },
    Fault {
        what: "metadata has another type",
        of: BEGUN,
        by: &[Put("rs 200 INVITE #1", "application/rs-metadata+xml", "application/xml")],
        breaks: &["RFC7866-9-1"],
        also: &[],
    },
    Fault {
        what: "metadata has its old type",
        of: TALK,
        by: &[All("rs INVITE", "rs-metadata+xml", "rs-metadata")],
        breaks: &["RFC9806-2-1"],
        also: &[],
    },
    Fault {
        what: "the metadata is cut off",
        of: TALK,
        by: &[Put("rs INVITE", "</recording>", "")],
        breaks: &["RFC7866-9.1-1"],
        also: &[],
    },
    Fault {
        what: "a label is not that of the offer",
        of: TALK,
        by: &[Put("rs INVITE", "<label>2", "<label>9")],
        breaks: &["RFC7866-9.1-6"],
        also: &[],
    },
    Fault {
        what: "offer and metadata are related, not mixed",
        of: TALK,
        by: &[Put("rs INVITE", "multipart/mixed", "multipart/related")],
        breaks: &["RFC7866-9.1-7"],
        also: &[],
    },
    Fault {
        what: "a recording begins with an update",
        of: HOLD,
        by: &[Put("rs INVITE #1", "complete</datamode>", "partial</datamode>")],
        breaks: &["RFC7866-9.1-9"],
        also: &[],
    },
    Fault {
        what: "the first metadata comes late, and is an update",
        of: HOLD,
        by: &[
            Cut("rs INVITE #1", "<?xml", "</recording>\n"),
            Put(
                "rs INVITE #1",
                "application/rs-metadata+xml\r\nContent-Disp",
                "text/plain\r\nContent-Disp",
            ),
            Put("rs INVITE #2", "complete</datamode>", "partial</datamode>"),
        ],
        breaks: &["RFC7866-9.1-10"],
        also: &[("RFC7866-9.1-9", "there was a call to be told of from the beginning")],
    },
];

/// What the first recording calls by `one` is called by `other` in the second.
fn share(script: &mut tallylight::evidence::Script, one: &str, other: &str) {
    let [first, second] = places(script, "rs INVITE")[..] else { panic!("two recordings") };
    let id = between(&script.messages[first].text(), one, "\"");
    let text = script.messages[second].text();
    let own = between(&text, other, "\"");
    script.messages[second].set_text(text.replace(&own, &id));
}
