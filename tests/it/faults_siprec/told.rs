//! Faults of what is told in metadata, by the letter and by the clock, and of recorders that do not
//! take what a client may tell.

use tallylight::evidence::Script;

use super::edit::Change::{self, All, Cut, Do, Put};
use super::edit::{each, places};
use super::scripted::both;
use super::{BEGUN, Fault, SHARED, STILL, TALK};

/// See [`Fault`].
pub const FAULTS: &[Fault] = &[
    Fault {
        what: "metadata does not declare its encoding",
        of: TALK,
        by: &[Put("rs INVITE", " encoding=\"UTF-8\"", "")],
        breaks: &["RFC7865-5.1-2"],
        also: &[],
    },
    Fault {
        what: "the cause of an end is a word",
        of: STILL,
        by: &[Put("rs INVITE #1", SESSION, WITH_REASON)],
        breaks: &["RFC7865-6.3.1-3"],
        also: &[],
    },
    Fault {
        what: "a dialog of a conference is listed twice",
        of: STILL,
        by: &[
            Put("rs INVITE #1", SESSION, WITH_DIALOGS),
            Put("rs INVITE #1", "<stream ", THIRD),
            Put("rs INVITE #1", "<participantstreamassoc", THIRD_TAKES_PART),
        ],
        breaks: &["RFC7865-6.3.1-5"],
        also: &[],
    },
    Fault {
        what: "a name has its quotes on",
        of: TALK,
        by: &[
            Put("rs INVITE", "<name>", "<name>&quot;"),
            Put("rs INVITE", "</name>", "&quot;</name>"),
        ],
        breaks: &["RFC7865-6.5.1-4"],
        also: &[],
    },
    Fault {
        what: "a capability has no value",
        of: TALK,
        by: &[Put(
            "rs INVITE",
            "</participantsessionassoc>",
            "<param pname=\"isfocus\"/></participantsessionassoc>",
        )],
        breaks: &["RFC7865-6.6.1-5"],
        also: &[],
    },
    Fault {
        what: "the content of a stream is no list of words",
        of: TALK,
        by: &[Put("rs INVITE", "a=label:1\r\n", "a=label:1\r\na=content:main;alt\r\n")],
        breaks: &["RFC7865-6.7.1-2"],
        also: &[],
    },
    Fault {
        what: "a recorder says twice why it asks",
        of: BEGUN,
        by: &[Put(
            "rs UPDATE #1",
            "</requestsnapshot>",
            "<requestreason>lost</requestreason><requestreason>late</requestreason></requestsnapshot>",
        )],
        breaks: &["RFC7865-7-3"],
        also: &[],
    },
    Fault {
        what: "a session joined its recording an hour before that began",
        of: TALK,
        by: &[Do(|script| associate(script, "<sessionrecordingassoc", "2029-12-31T23:00:00Z"))],
        breaks: &["RFC7865-6.4.1-2"],
        also: &[],
    },
    Fault {
        what: "somebody is heard from next year on",
        of: TALK,
        by: &[Do(|script| associate(script, "<participantstreamassoc", "2031-01-01T00:00:00Z"))],
        breaks: &["RFC7865-6.9-4"],
        also: &[],
    },
    Fault {
        what: "an update says again what is known",
        of: STILL,
        by: &[AGAIN, Put("rs INVITE #2", ">complete<", ">partial<")],
        breaks: &["RFC7865-5-2"],
        also: &[],
    },
    Fault {
        what: "two clients call two groups by one name",
        of: SHARED,
        by: &[
            Put("rs INVITE", SESSION, WITH_GROUP),
            All("rs INVITE #2", "hVpd7YQgRW2nD22h7q60JQ==", "AAAAAAAAQACAAAAAAAAAAg=="),
            All("rs INVITE #2", "srfBElmCRp2QB23b7Mpk0w==", "AAAAAAAAQACAAAAAAAAAAw=="),
            All("rs INVITE #2", "zSfPoSvdSDCmU3A3TRDxAw==", "AAAAAAAAQACAAAAAAAAABA=="),
            All("rs INVITE #2", "UAAMm5GRQKSCMVvLyl4rFw==", "AAAAAAAAQACAAAAAAAAABQ=="),
            All("rs INVITE #2", "AAAAAAAAQACAAAAAAAAAAQ==", "AAAAAAAAQACAAAAAAAAABg=="),
            Put("rs INVITE #2", "sip:bob@example.com\">", "sip:carol@example.com\">"),
            Put("rs INVITE #2", "sip:paul@example.com\">", "sip:dave@example.com\">"),
            Put("rs INVITE #2", "2029-12-31T23:59:59Z", "2030-01-01T00:00:01Z"),
        ],
        breaks: &["RFC7865-6.2.1-2"],
        also: &[],
    },
    Fault {
        what: "a name of another group is refused",
        of: SHARED,
        by: &[
            Put("rs INVITE #2", SESSION, WITH_GROUP),
            Do(|script| refuse(script, "rs 200 INVITE #2", 415)),
        ],
        breaks: &["RFC7865-6.5.1-6"],
        also: &[],
    },
    Fault {
        what: "a stream that was not taken is not to be told of",
        of: STILL,
        by: &[
            AGAIN,
            All("rs INVITE", "a=label:2\r\n", WITH_PICTURE),
            All("rs INVITE", "<sessionrecordingassoc", PICTURE),
            Do(|script| {
                each(script, "rs 200 INVITE #1", |text| format!("{text}m=video 0 RTP/AVP 31\r\n"));
            }),
            REFUSED_LATER,
        ],
        breaks: &["RFC7865-6.7.1-5"],
        also: &[],
    },
    Fault {
        what: "whoever is gone is missed",
        of: STILL,
        by: &[
            AGAIN,
            Cut("rs INVITE #2", "<participant participant_id=\"zSf", "</participant>"),
            Cut("rs INVITE #2", "<participantsessionassoc participant_id=\"zSf", "/>"),
            Cut(
                "rs INVITE #2",
                "<participantstreamassoc participant_id=\"zSf",
                "</participantstreamassoc>",
            ),
            REFUSED_LATER,
        ],
        breaks: &["RFC7865-SEM-4"],
        also: &[],
    },
    Fault {
        what: "a charset beside another declaration is refused",
        of: STILL,
        by: &[
            AGAIN,
            Put("rs INVITE #2", "rs-metadata+xml\r\n", "rs-metadata+xml;charset=\"utf-8\"\r\n"),
            Put("rs INVITE #2", "encoding=\"UTF-8\"", "encoding=\"ISO-8859-1\""),
            REFUSED_LATER,
        ],
        breaks: &["RFC7865-5.1-3"],
        also: &[("RFC9806-4.1-1", "the type is not taken with it")],
    },
    Fault {
        what: "metadata without a call is refused",
        of: STILL,
        by: &[Do(|script| cut(script, "<session ", "</recording>")), REFUSED_AT_ONCE],
        breaks: &["RFC7865-6.1.2-1"],
        also: &[],
    },
    Fault {
        what: "a session without people is refused",
        of: STILL,
        by: &[
            Do(|script| cut(script, "<participant ", "<stream ")),
            Do(|script| cut(script, "<participantsessionassoc", "</recording>")),
            REFUSED_AT_ONCE,
        ],
        breaks: &["RFC7865-6.3.2-1"],
        also: &[],
    },
    Fault {
        what: "the reasons of an end are refused",
        of: STILL,
        by: &[AGAIN, Put("rs INVITE #2", SESSION, WITH_REASONS), REFUSED_LATER],
        breaks: &["RFC7865-6.3.1-2"],
        also: &[],
    },
    Fault {
        what: "a stream of no session is refused",
        of: STILL,
        by: &[
            AGAIN,
            Put(
                "rs INVITE #2",
                "rFw==\" session_id=\"hVpd7YQgRW2nD22h7q60JQ==\"><label>",
                "rFw==\"><label>",
            ),
            REFUSED_LATER,
        ],
        breaks: &["RFC7865-6.3.2-3"],
        also: &[],
    },
    Fault {
        what: "a session that is recorded once more is refused",
        of: STILL,
        by: &[AGAIN, Change::Twice("rs INVITE #2", "<sessionrecordingassoc", "/>"), REFUSED_LATER],
        breaks: &["RFC7865-6.4.1-3"],
        also: &[],
    },
    Fault {
        what: "a second address is refused",
        of: STILL,
        by: &[
            AGAIN,
            Put("rs INVITE #2", "<nameID ", "<nameID aor=\"tel:+12025550101\"/><nameID "),
            REFUSED_LATER,
        ],
        breaks: &["RFC7865-6.5.1-3"],
        also: &[],
    },
    Fault {
        what: "somebody who takes part once more is refused",
        of: STILL,
        by: &[
            AGAIN,
            Change::Twice("rs INVITE #2", "<participantsessionassoc", "/>"),
            REFUSED_LATER,
        ],
        breaks: &["RFC7865-6.6.1-4"],
        also: &[],
    },
    Fault {
        what: "somebody on two streams is refused",
        of: STILL,
        by: &[
            AGAIN,
            Put("rs INVITE #2", "<recv>", "<send>AAAAAAAAQACAAAAAAAAAAQ==</send><recv>"),
            REFUSED_LATER,
        ],
        breaks: &["RFC7865-6.8.1-4"],
        also: &[],
    },
    Fault {
        what: "somebody who neither sends nor receives is refused",
        of: STILL,
        by: &[AGAIN, Cut("rs INVITE #2", "<send>", "</recv>"), REFUSED_LATER],
        breaks: &["RFC7865-6.8.1-5"],
        also: &[],
    },
    Fault {
        what: "blanks around a reference are refused",
        of: STILL,
        by: &[AGAIN, Put("rs INVITE #2", "<send>", "<send>\r\n  "), REFUSED_LATER],
        breaks: &["RFC7865-9-11"],
        also: &[],
    },
    Fault {
        what: "metadata of another version is never answered",
        of: STILL,
        by: &[
            AGAIN,
            All("rs INVITE #2", "ns:recording:1", "ns:recording:2"),
            Do(|script| {
                for which in ["rs 200 INVITE #2", "rs ACK #2"] {
                    let place = places(script, which)[0];
                    script.messages.remove(place);
                }
            }),
        ],
        breaks: &["RFC7865-6.11-2"],
        also: &[
            ("RFC7865-5.1.1-1", "its elements are in another namespace"),
            ("RFC7865-5.1.2-1", "and so is its root"),
            ("RFC7865-6.11-1", "there is one version"),
        ],
    },
];

/// The second INVITE tells everything once more.
const AGAIN: Change = Do(|script| {
    each(script, "rs INVITE #2", |text| {
        let (head, sdp) = text.split_once("\r\n\r\n").unwrap();
        let head = head.replacen("application/sdp", "multipart/mixed;boundary=x", 1);
        format!("{head}\r\n\r\n{}", both(sdp))
    });
});

/// What it tells is not taken.
const REFUSED_LATER: Change = Do(|script| refuse(script, "rs 200 INVITE #2", 400));

/// What the first tells is not taken, and that is the end.
const REFUSED_AT_ONCE: Change = Do(|script| {
    refuse(script, "rs 200 INVITE #1", 400);
    script.messages.truncate(3);
});

/// An INVITE is refused, without a description.
fn refuse(script: &mut Script, which: &str, code: u16) {
    each(script, which, |text| {
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        let head = head.replacen("SIP/2.0 200", &format!("SIP/2.0 {code}"), 1);
        let lines = head.split("\r\n").filter(|line| !line.starts_with("Content-Type"));
        lines.collect::<Vec<_>>().join("\r\n") + "\r\n\r\n"
    });
}

/// From the first of these on, up to the next of those, nothing.
fn cut(script: &mut Script, from: &str, to: &str) {
    each(script, "rs INVITE #1", |text| {
        let (head, rest) = text.split_at(text.find(from).unwrap());
        format!("{head}{}", &rest[rest.find(to).unwrap()..])
    });
}

/// The first association of this name began at another time.
fn associate(script: &mut Script, association: &str, time: &str) {
    each(script, "rs INVITE", |text| {
        let (head, rest) = text.split_at(text.find(association).unwrap());
        let (before, known) = rest.split_once("<associate-time>").unwrap();
        let (_, after) = known.split_once('<').unwrap();
        format!("{head}{before}<associate-time>{time}<{after}")
    });
}

const SESSION: &str = "<session session_id=\"hVpd7YQgRW2nD22h7q60JQ==\"/>";
const WITH_REASON: &str = "<session session_id=\"hVpd7YQgRW2nD22h7q60JQ==\">\
    <reason cause=\"normal\">over</reason></session>";
const WITH_REASONS: &str = "<session session_id=\"hVpd7YQgRW2nD22h7q60JQ==\">\
    <reason cause=\"200\">over</reason><reason protocol=\"Q.850\" cause=\"16\">over</reason></session>";
const WITH_DIALOGS: &str = "<session session_id=\"hVpd7YQgRW2nD22h7q60JQ==\">\
    <sipSessionID>ab30317f1a784dc48ff824d0d3715d86;remote=47755a9de7794ba387653f2099600ef2</sipSessionID>\
    <sipSessionID>ab30317f1a784dc48ff824d0d3715d86;remote=47755a9de7794ba387653f2099600ef2</sipSessionID>\
    </session>";
const WITH_GROUP: &str = "<group group_id=\"AAAAAAAAQACAAAAAAAAABw==\">\
    <associate-time>2029-12-31T23:59:59Z</associate-time></group>\
    <session session_id=\"hVpd7YQgRW2nD22h7q60JQ==\">\
    <group-ref>AAAAAAAAQACAAAAAAAAABw==</group-ref></session>";
const THIRD: &str = "<participant participant_id=\"AAAAAAAAQACAAAAAAAAACA==\">\
    <nameID aor=\"sip:quentin@example.com\"/></participant><stream ";
const THIRD_TAKES_PART: &str = "<participantsessionassoc \
    participant_id=\"AAAAAAAAQACAAAAAAAAACA==\" session_id=\"hVpd7YQgRW2nD22h7q60JQ==\"/>\
    <participantstreamassoc";
const WITH_PICTURE: &str = "a=label:2\r\nm=video 40004 RTP/AVP 31\r\na=inactive\r\na=label:3\r\n";
const PICTURE: &str = "<stream stream_id=\"AAAAAAAAQACAAAAAAAAACQ==\" \
    session_id=\"hVpd7YQgRW2nD22h7q60JQ==\"><label>3</label></stream><sessionrecordingassoc";
