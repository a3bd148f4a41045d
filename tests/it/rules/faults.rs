//! The faults, topic by topic. Each is a sound run with a few changes to it.

mod answers;
mod crossing;
mod described;
mod dialogs;
mod field;
mod handshakes;
mod headers;
mod illegal;
mod keys;
mod legal;
mod liberties;
mod media;
mod messages;
mod numbers;
mod offers;
mod outcomes;
mod pressed;
mod reference;
mod reports;
mod sealed;
mod sparse;
mod spoil;
mod tortured;
mod turns;
mod ways;
mod whole;

use std::net::IpAddr;

use tallylight::evidence::Script;

use super::Fault;
use super::edit::{Edit, rewrite};

/// Every fault.
pub fn all() -> impl Iterator<Item = &'static Fault> {
    let topics = [
        messages::FAULTS,
        field::FAULTS,
        illegal::FAULTS,
        legal::FAULTS,
        liberties::FAULTS,
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
        turns::FAULTS,
        keys::FAULTS,
        sealed::FAULTS,
        handshakes::FAULTS,
        ways::FAULTS,
        numbers::FAULTS,
        reports::FAULTS,
        reference::FAULTS,
        tortured::FAULTS,
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

/// Alice describes herself otherwise in her answers, as something new if it was not new anyhow.
fn describe_anew(script: &mut Script, change: impl Fn(&str) -> String) {
    let origin = |text: &str| text.lines().find(|it| it.starts_with("o=")).map(str::to_owned);
    let own = script.messages.iter_mut().filter(|line| {
        let is_alice = line.packet.source.ip() == IpAddr::from([192, 0, 2, 10]);
        is_alice && line.text().contains("m=audio ")
    });
    let (mut offers, answers): (Vec<_>, Vec<_>) =
        own.partition(|line| line.text().starts_with("INVITE "));
    let first = origin(&offers.remove(0).text());
    for line in answers {
        rewrite(line, |text| {
            let text = change(text);
            let Some(same) = origin(&text).filter(|it| first.as_ref() == Some(it)) else {
                return text;
            };
            let mut words: Vec<String> = same.split(' ').map(str::to_owned).collect();
            words[2] = (words[2].parse::<u64>().unwrap() + 1).to_string();
            text.replace(&same, &words.join(" "))
        });
    }
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
