//! RTCP that comes too often, in the wrong order, or says what is not so.

use std::net::IpAddr;
use std::time::Duration;

use tallylight::evidence::{ReportSeen, Script, Side};
use tallylight::time::Instant;

use super::super::edit::Edit::{Act, Swap};
use super::{CALL, ROOM, describe_anew, fault};
use crate::rules::Fault;

pub const FAULTS: &[Fault] = &[
    fault(CALL, "three reports a second", &[Act(hurry)], &["RFC3550-6.2-1"], &[]),
    fault(CALL, "a loss that was none", &[Act(lose_much)], &["RFC3550-6.4.1-2"], &[]),
    fault(CALL, "a jitter that was none", &[Act(tremble)], &["RFC3550-6.4.1-2"], &[]),
    fault(CALL, "feedback before a name", &[Act(push_in)], &["RFC4585-3.1-1"], &[]),
    fault(CALL, "a picture is asked for unasked", &[Act(ask_for_a_picture)], &["RFC5104-7-1"], &[]),
    fault(CALL, "an answer that wants pictures", &[Act(want_pictures)], &["RFC5104-7-1"], &[]),
    fault(
        ROOM,
        "a client whose reports are an hour late",
        &[Act(an_hour_late)],
        &["RFC6341-5-REQ022"],
        &[],
    ),
    fault(
        CALL,
        "two names that are to be one",
        &[Swap(
            "INVITE platform recorder",
            &[
                ("t=0 0\r\n", "t=0 0\r\na=group:LS 1 2\r\n"),
                ("a=label:1\r\n", "a=label:1\r\na=mid:1\r\n"),
                ("a=label:2\r\n", "a=label:2\r\na=mid:2\r\n"),
            ],
        )],
        &["RFC7022-4.1-1"],
        &[],
    ),
];

const ALICE: [u8; 4] = [192, 0, 2, 10];
const PLATFORM: [u8; 4] = [198, 51, 100, 10];
const RECORDER: [u8; 4] = [203, 0, 113, 10];

/// Changes each sender report of Alice's, as it left and as it arrived: its number, and its bytes.
fn each(script: &mut Script, change: impl Fn(u8, &mut Vec<u8>)) {
    let mut known: Vec<Vec<u8>> = Vec::new();
    for report in script.reports.iter_mut().filter(|it| is_own(it)) {
        let mut bytes = report.bytes.to_vec();
        let place = known.iter().position(|it| *it == bytes).unwrap_or_else(|| {
            known.push(bytes.clone());
            known.len() - 1
        });
        change(u8::try_from(place).unwrap(), &mut bytes);
        report.bytes = bytes.into();
    }
}

fn is_own(report: &ReportSeen) -> bool {
    report.source.ip() == IpAddr::from(ALICE) && report.bytes[1] == 200
}

fn first_length(bytes: &[u8]) -> usize {
    4 * (usize::from(u16::from_be_bytes([bytes[2], bytes[3]])) + 1)
}

/// Alice reports three times a second for a while, that she received nothing.
fn hurry(script: &mut Script) {
    let model = script.reports.iter().find(|it| is_own(it)).unwrap().clone();
    let name = model.bytes[first_length(&model.bytes)..].to_vec();
    for number in 0..8_u8 {
        let mut bytes = vec![0x81, 201, 0, 7];
        bytes.extend(&model.bytes[4..8]);
        bytes.extend([0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, number]);
        bytes.extend([0; 12]);
        bytes.extend(&name);
        let at = Instant::from_millis(5_000 + 300 * u64::from(number));
        for (side, at) in [(Side::Sent, at), (Side::Received, at + Duration::from_millis(6))] {
            let bytes = bytes.clone().into();
            script.reports.push(ReportSeen { at, side, bytes, ..model.clone() });
        }
    }
    script.reports.sort_by_key(|it| it.at);
}

/// Forty packets more are lost in each report, where none is.
fn lose_much(script: &mut Script) {
    each(script, |number, bytes| {
        if bytes[0] & 31 > 0 {
            bytes[33..36].copy_from_slice(&[0, 0, 40 * number]);
        }
    });
}

/// A jitter of a second.
fn tremble(script: &mut Script) {
    each(script, |_, bytes| {
        if bytes[0] & 31 > 0 {
            bytes[40..44].copy_from_slice(&8_000_u32.to_be_bytes());
        }
    });
}

/// Puts a message of feedback into her first report, behind so many bytes.
pub fn feed_back(script: &mut Script, at: fn(&[u8]) -> usize, message: &[u8]) {
    each(script, |number, bytes| {
        if number == 0 {
            let (place, ssrc) = (at(bytes), bytes[4..8].to_vec());
            let own = [&message[..4], &ssrc, &message[4..]].concat();
            bytes.splice(place..place, own);
        }
    });
}

/// A loss of picture between report and name (RFC 4585 section 6.3.1).
fn push_in(script: &mut Script) {
    feed_back(script, first_length, &[0x81, 206, 0, 2, 0, 0, 0, 1]);
}

/// A command for a whole picture (RFC 5104 section 4.3.1.1).
fn ask_for_a_picture(script: &mut Script) {
    let message = [0x84, 206, 0, 4, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0];
    feed_back(script, <[u8]>::len, &message);
}

/// Alice's second answer takes a command that was not offered.
fn want_pictures(script: &mut Script) {
    describe_anew(script, |text| {
        text.replace("a=ptime:20\r\n", "a=ptime:20\r\na=rtcp-fb:0 ccm fir\r\n")
    });
}

/// What the platform sends the recorder says that it is an hour earlier.
fn an_hour_late(script: &mut Script) {
    let own = script.reports.iter_mut().filter(|it| {
        let ends = (it.source.ip(), it.target.ip());
        ends == (PLATFORM.into(), RECORDER.into()) && it.bytes[1] == 200
    });
    for report in own {
        let mut bytes = report.bytes.to_vec();
        let seconds = u32::from_be_bytes([bytes[8], bytes[9], bytes[10], bytes[11]]);
        bytes[8..12].copy_from_slice(&seconds.wrapping_sub(3_600).to_be_bytes());
        report.bytes = bytes.into();
    }
}
