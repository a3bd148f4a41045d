//! The faults, topic by topic. Each is a sound run with a few changes to it.

mod answers;
mod crossing;
mod described;
mod dialogs;
mod field;
mod headers;
mod illegal;
mod keys;
mod legal;
mod media;
mod messages;
mod offers;
mod outcomes;
mod pressed;
mod sparse;
mod spoil;
mod whole;

use super::Fault;
use super::edit::Edit;

/// Every fault.
pub fn all() -> impl Iterator<Item = &'static Fault> {
    let topics = [
        messages::FAULTS,
        field::FAULTS,
        illegal::FAULTS,
        legal::FAULTS,
        headers::FAULTS,
        answers::FAULTS,
        crossing::FAULTS,
        described::FAULTS,
        dialogs::FAULTS,
        offers::FAULTS,
        outcomes::FAULTS,
        media::FAULTS,
        pressed::FAULTS,
        sparse::FAULTS,
        keys::FAULTS,
        whole::FAULTS,
    ];
    topics.into_iter().flatten()
}

const fn fault(
    on: &'static str,
    name: &'static str,
    edits: &'static [Edit],
    breaks: &'static [&'static str],
    also: &'static [(&'static str, &'static str)],
) -> Fault {
    Fault { name, on, edits, breaks, also }
}

/// Two people, and a recorder.
const CALL: &str = "A two-party call";
/// Alice puts Bob on hold and takes the call up again.
const HOLD: &str = "The recorded party takes the call up again";
/// Alice puts Bob on hold.
const HELD: &str = "The recorded party puts the call on hold";
/// Alice gives up.
const CANCELLED: &str = "Nobody answers";
/// Bob declines.
const DECLINED: &str = "The call is declined";
/// The recorder answers 503.
const REFUSED: &str = "The recorder refuses";
/// Alice pauses the recording and resumes it.
const PAUSED: &str = "A card number is read out";
/// Bob hands the call on to Carol.
const HANDED_ON: &str = "The other party hands the call on";
/// Three people are in one call.
const ROOM: &str = "Everybody in a call of three talks at once";
/// Bob presses keys.
const TYPED: &str = "A card number is typed";
/// Alice pauses the recording with a code.
const CODES: &str = "Paused with keys";
/// Bob hangs up.
const LEFT: &str = "The called party hangs up";

/// Makes OPTIONS of Alice's REGISTER.
const OPTIONS: &[(&str, &str)] = &[
    ("REGISTER sip", "OPTIONS sip"),
    ("1 REGISTER", "1 OPTIONS"),
    ("z9hG4bK", "z9hG4bKoptions"),
    ("Call-ID: ", "Call-ID: options"),
    (";tag=", ";tag=options"),
];
/// What the answer to OPTIONS has to list.
const LISTED: &str =
    "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS\r\nAccept: application/sdp\r\nSupported: timer\r\n";
