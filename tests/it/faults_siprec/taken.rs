//! Faults of recorders that are given unusual or broken metadata.

use super::edit::Change::{All, Do, Put};
use super::edit::places;
use super::{Fault, HOLD};

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
];

/// The second INVITE of the recording session gets no answer.
fn second_unanswered(script: &mut tallylight::evidence::Script) {
    for which in ["rs 200 INVITE #2", "rs ACK #2"] {
        let place = places(script, which)[0];
        script.messages.remove(place);
    }
}
