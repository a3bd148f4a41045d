//! What somebody may do, refused by others or done wrongly; and what is said that is not so.

use std::net::IpAddr;

use tallylight::audio::{Cue, Message, Prompt};
use tallylight::evidence::{Script, Sound};

use super::super::edit::Edit::{Act, Swap, SwapAll};
use super::dialogs::REFUSED_PAUSE;
use super::reports::feed_back;
use super::{CALL, PAUSED, REFUSED, fault};
use crate::rules::Fault;

pub const FAULTS: &[Fault] = &[
    fault(
        REFUSED,
        "streams that wait are refused",
        &[
            Swap(
                "INVITE platform recorder",
                &[("a=sendonly", "a=inactive"), ("a=sendonly", "a=inactive")],
            ),
            Swap("503 INVITE recorder platform", &[("SIP/2.0 503", "SIP/2.0 500")]),
        ],
        &["RFC7245-3.2.1-2"],
        &[],
    ),
    fault(CALL, "a goodbye of one who stays", &[Act(say_goodbye)], &["RFC3550-6.3.7-1"], &[]),
    fault(
        CALL,
        "G.722 that counts as it is sampled",
        &[Swap(
            "INVITE Alice platform",
            &[
                (" 101\r\n", " 101 9\r\n"),
                ("a=ptime:20\r\n", "a=ptime:20\r\na=rtpmap:9 G722/16000\r\n"),
            ],
        )],
        &["RFC3551-4.5.2-1"],
        &[("RFC3264-8-1", "what she says next has none of it")],
    ),
    fault(
        CALL,
        "a codec of the table with another clock",
        &[Swap(
            "INVITE Alice platform",
            &[
                (" 101\r\n", " 101 18\r\n"),
                ("a=ptime:20\r\n", "a=ptime:20\r\na=rtpmap:18 G729/16000\r\n"),
            ],
        )],
        &["RFC3551-6-1"],
        &[("RFC3264-8-1", "what she says next has none of it")],
    ),
    fault(CALL, "two people of one name", &[Act(call_bob_alice)], &["RFC7022-4.2-1"], &[]),
    fault(CALL, "a loss of picture that says which", &[Act(say_which)], &["RFC4585-6.3.1-1"], &[]),
    fault(
        LONG,
        "a limit that nobody acknowledges",
        &[
            SwapAll("a=ptime:20\r\n", "a=ptime:20\r\na=rtcp-fb:0 ccm tmmbr\r\n"),
            Act(want_less_of_alice),
        ],
        &["RFC5104-4.2.1-1"],
        &[],
    ),
    fault(
        PAUSED,
        "a pause is told that was refused",
        &[Act(tell_of_a_refused_pause)],
        &["WXC-PRN-4"],
        &[("RFC3261-14.1-3", "and nothing flows, as if it had not been")],
    ),
];

/// They talk for 35 seconds.
const LONG: &str = "Every ten seconds";
const ALICE: [u8; 4] = [192, 0, 2, 10];
const BOB: [u8; 4] = [192, 0, 2, 11];
const PLATFORM: [u8; 4] = [198, 51, 100, 10];

/// Alice's first report ends with a goodbye (RFC 3550 section 6.6).
fn say_goodbye(script: &mut Script) {
    feed_back(script, <[u8]>::len, &[0x81, 203, 0, 1]);
}

/// Alice has lost a picture, and says more than that (RFC 4585 section 6.3.1).
fn say_which(script: &mut Script) {
    feed_back(script, <[u8]>::len, &[0x81, 206, 0, 3, 0, 0, 0, 1, 0, 0, 0, 7]);
}

/// Bob's reports have Alice's name.
fn call_bob_alice(script: &mut Script) {
    for report in script.reports.iter_mut().filter(|it| it.source.ip() == IpAddr::from(BOB)) {
        let mut bytes = report.bytes.to_vec();
        let own = bytes.windows(7).position(|it| it == b"5550102").unwrap();
        bytes[own + 6] = b'1';
        report.bytes = bytes.into();
    }
}

/// The first report of the platform's to Alice wants less of what she sends (RFC 5104 section
/// 4.2.1.1).
fn want_less_of_alice(script: &mut Script) {
    let is_own = |ip: IpAddr| ip == IpAddr::from(ALICE);
    let hers = script.flows.iter().find(|it| is_own(it.source.ip())).unwrap().sent[0].ssrc;
    let to_her = |it: &&mut tallylight::evidence::ReportSeen| {
        it.source.ip() == IpAddr::from(PLATFORM) && is_own(it.target.ip())
    };
    let first = script.reports.iter_mut().find(to_her).unwrap().bytes.clone();
    for report in script.reports.iter_mut().filter(to_her).filter(|it| it.bytes == first) {
        let sender = &first[4..8];
        let limit = [sender, &[0; 4], &hers.to_be_bytes(), &[0, 0, 1, 0]].concat();
        report.bytes = [&first[..], &[0x83, 205, 0, 4], &limit].concat().into();
    }
}

/// Alice hears that the recording is paused, for two seconds from when the recorder refused that.
fn tell_of_a_refused_pause(script: &mut Script) {
    for edit in REFUSED_PAUSE {
        edit.apply(script);
    }
    let pause = script.messages.iter().find(|it| it.text().starts_with("SIP/2.0 500")).unwrap();
    let since = pause.left.unwrap();
    let prompt = Prompt::new(Message::Paused, 0).unwrap();
    let is_hers = |ip: IpAddr| ip == IpAddr::from(ALICE);
    for flow in script.flows.iter_mut().filter(|it| is_hers(it.target.ip())) {
        for list in [&mut flow.sent, &mut flow.received] {
            let heard = list.iter_mut().filter(|it| it.at > since).take(100);
            for (packet, position) in heard.zip(0..) {
                packet.sound = Sound::Prompt(Cue::new(prompt, position).unwrap());
            }
        }
    }
}
