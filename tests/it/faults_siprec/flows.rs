//! Faults of whole recordings, as the examples of RFC 8068 show them.

use std::time::Duration;

use tallylight::evidence::Script;

use super::edit::Change::{Do, Put};
use super::edit::places;
use super::{Fault, REFUSED, TALK};

/// See [`Fault`].
pub const FAULTS: &[Fault] = &[
    Fault {
        what: "a recording outlives its call, and does not say so",
        of: TALK,
        by: &[Do(end_later)],
        breaks: &["RFC8068-3.4.1-1"],
        also: &[],
    },
    Fault {
        what: "a second call on one stream is refused",
        of: REFUSED,
        by: &[
            Put("rs INVITE", "<participant ", SESSION),
            Put("rs INVITE", "<participantsessionassoc ", ASSOCIATION),
            Put("rs 503 INVITE", "SIP/2.0 503", "SIP/2.0 488"),
        ],
        breaks: &["RFC8068-3.5-1"],
        also: &[("RFC7866-8.1.2-2", "and an offer with it")],
    },
];

/// The recording session is ended twelve seconds after its call.
fn end_later(script: &mut Script) {
    for which in ["rs BYE", "rs 200 BYE"] {
        for place in places(script, which) {
            let line = &mut script.messages[place];
            for at in line.left.iter_mut().chain(&mut line.arrived) {
                *at += Duration::from_secs(12);
            }
        }
    }
}

const SESSION: &str = "<session session_id=\"AAAAAAAAQACAAAAAAAAAAA==\"></session><participant ";
const ASSOCIATION: &str = "<sessionrecordingassoc session_id=\"AAAAAAAAQACAAAAAAAAAAA==\">\
    </sessionrecordingassoc><participantsessionassoc ";
