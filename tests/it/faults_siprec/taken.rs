//! Faults of recorders that are given unusual or broken metadata.

use super::edit::Change::{self, All, Cut, Do, Put};
use super::edit::{each, places};
use super::scripted::METADATA;
use super::{BEGUN, Fault, HOLD, REFUSED, TALK, WISH};

/// See [`Fault`].
pub const FAULTS: &[Fault] = &[
    Fault {
        what: "an extension of the metadata is refused",
        of: HOLD,
        by: &[
            Put(
                "rs INVITE #2",
                "</recording>",
                "<x:note xmlns:x=\"urn:example:x\">1</x:note></recording>",
            ),
            Put("rs 200 INVITE #2", "SIP/2.0 200 OK", "SIP/2.0 400 Bad Request"),
        ],
        breaks: &["RFC7865-9-9"],
        also: &[],
    },
    Fault {
        what: "a snapshot in mid-session is refused",
        of: HOLD,
        by: &[Put("rs 200 INVITE #2", "SIP/2.0 200 OK", "SIP/2.0 488 Not Acceptable Here")],
        breaks: &["RFC7866-9.1-3"],
        also: &[],
    },
    Fault {
        what: "metadata by its old name is refused",
        of: HOLD,
        by: &[
            All("rs INVITE #2", "application/rs-metadata+xml", "application/rs-metadata"),
            Put("rs 200 INVITE #2", "SIP/2.0 200 OK", "SIP/2.0 415 Unsupported Media Type"),
        ],
        breaks: &["RFC9806-2-2"],
        also: &[("RFC9806-2-1", "it is the old name")],
    },
    Fault {
        what: "broken metadata is never answered",
        of: HOLD,
        by: &[Put("rs INVITE #2", "</recording>", ""), Do(second_unanswered)],
        breaks: &["RFC7866-9.2-10"],
        also: &[
            ("RFC7866-9.1-1", "nobody can read it"),
            ("RFC7866-9.1-2", "what changed is not in it"),
            ("RFC7865-6.8.1-2", "as before, somebody sends"),
            ("RFC7865-6.8.1-3", "as before, somebody receives"),
        ],
    },
    Fault {
        what: "metadata with entities is never answered",
        of: HOLD,
        by: &[
            Put(
                "rs INVITE #2",
                "<recording ",
                "<!DOCTYPE recording [<!ENTITY a \"b\">]><recording ",
            ),
            Do(second_unanswered),
        ],
        breaks: &["RFC7865-9-12"],
        also: &[
            ("RFC7866-9.2-10", "to us it is broken"),
            ("RFC7866-9.1-1", "and cannot be read"),
            ("RFC7866-9.1-2", "what changed is not in it"),
            ("RFC7865-6.8.1-2", "as before, somebody sends"),
            ("RFC7865-6.8.1-3", "as before, somebody receives"),
        ],
    },
    Fault {
        what: "metadata without a mode is refused",
        of: HOLD,
        by: &[Cut("rs INVITE #2", "<datamode>", "</datamode>"), DISLIKED],
        breaks: &["RFC7865-5.1.2-4"],
        also: &[("RFC7866-9.1-3", "it is a snapshot")],
    },
    Fault {
        what: "somebody who sends no more is refused",
        of: HOLD,
        by: &[Put("rs INVITE #2", ">complete<", ">partial<"), DISLIKED],
        breaks: &["RFC7865-6.8.1-8"],
        also: &[],
    },
    Fault {
        what: "a name of before is not known",
        of: HOLD,
        by: &[
            Put("rs INVITE #3", ">complete<", ">partial<"),
            Cut("rs INVITE #3", "<participant ", "</participant>"),
            Put("rs 200 INVITE #3", "SIP/2.0 200 OK", "SIP/2.0 488 Not Acceptable Here"),
        ],
        breaks: &["RFC7865-SEM-5"],
        also: &[],
    },
    Fault {
        what: "a media type in capitals is refused",
        of: REFUSED,
        by: &[
            Put("rs INVITE", "Content-Type: application/sdp", "Content-Type: application/SDP"),
            DISLIKED_AT_ONCE,
        ],
        breaks: &["RFC8068-3.2.1-2"],
        also: &[("RFC7866-8.1.2-2", "and an offer with it")],
    },
    Fault {
        what: "metadata without disposition is refused",
        of: REFUSED,
        by: &[Cut("rs INVITE", "Content-Disposition", "\r\n"), DISLIKED_AT_ONCE],
        breaks: &["RFC8068-3.2.3-5"],
        also: &[("RFC7866-9-2", "it has to be there"), ("RFC7866-8.1.2-2", "and an offer with it")],
    },
    Fault {
        what: "metadata without the association of the session is refused",
        of: REFUSED,
        by: &[
            Cut("rs INVITE", "<sessionrecordingassoc", "</sessionrecordingassoc>"),
            DISLIKED_AT_ONCE,
        ],
        breaks: &["RFC8068-3.3.1-2"],
        also: &[
            ("RFC8068-3.2.1-1", "a client has to say it"),
            ("RFC7866-8.1.2-2", "and an offer with it"),
        ],
    },
    Fault {
        what: "metadata alone is refused",
        of: BEGUN,
        by: &[
            Do(|script| {
                each(script, "rs UPDATE #2", |text| {
                    text.replacen("application/sdp", "text/plain", 1)
                });
            }),
            Put("rs 200 UPDATE #2", "SIP/2.0 200 Said", "SIP/2.0 415 Said"),
        ],
        breaks: &["RFC7866-9.1-8"],
        also: &[
            ("RFC7866-9.1-6", "its labels are those of no offer"),
            ("RFC7866-9.1-7", "what stands beside it is none"),
        ],
    },
    Fault {
        what: "a preference is refused",
        of: WISH,
        by: &[Do(|script| refuse(script, "a=recordpref"))],
        breaks: &["RFC7866-7.3.2-1", "RFC7866-11.4-1"],
        also: &[],
    },
    Fault {
        what: "a=record is refused by whoever is aware of it",
        of: TALK,
        by: &[Do(|script| refuse(script, "a=record:on"))],
        breaks: &["RFC7866-11.1.2-1"],
        also: &[("RFC7866-11.4-1", "it is said of all streams at once")],
    },
    Fault {
        what: "metadata comes in an ACK",
        of: TALK,
        by: &[Do(|script| {
            each(script, "rs ACK", |text| {
                let (head, _) = text.split_once("\r\n\r\n").unwrap();
                let kind = "Content-Type: application/rs-metadata+xml\r\n\
                            Content-Disposition: recording-session";
                format!("{head}\r\n{kind}\r\n\r\n{METADATA}")
            });
        })],
        breaks: &["RFC7866-9.1-5"],
        also: &[
            ("RFC7866-9.1-6", "it comes without an offer"),
            ("RFC7865-SEM-3", "and is about others"),
        ],
    },
];

/// The first request with this in it is refused.
pub fn refuse(script: &mut tallylight::evidence::Script, with: &str) {
    let asked = script.messages.iter().find(|it| it.text().contains(with)).unwrap().text();
    let branch = super::edit::between(&asked, "branch=", ";");
    for line in &mut script.messages {
        let text = line.text();
        if text.starts_with("SIP/2.0 200") && text.contains(&branch) {
            line.set_text(text.replacen("200 OK", "488 Not Acceptable Here", 1));
        }
    }
}

/// The second INVITE of the recording session is not understood;
const DISLIKED: Change =
    Put("rs 200 INVITE #2", "SIP/2.0 200 OK", "SIP/2.0 488 Not Acceptable Here");
/// nor is the first.
const DISLIKED_AT_ONCE: Change = Put("rs 503 INVITE", "SIP/2.0 503", "SIP/2.0 488");

/// The second INVITE of the recording session gets no answer.
fn second_unanswered(script: &mut tallylight::evidence::Script) {
    for which in ["rs 200 INVITE #2", "rs ACK #2"] {
        let place = places(script, which)[0];
        script.messages.remove(place);
    }
}
