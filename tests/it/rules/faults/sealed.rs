//! Streams in secret that are not as their keys have it.

use std::net::IpAddr;

use tallylight::evidence::Script;

use super::super::edit::Edit::{Act, SwapAll};
use super::super::edit::rewrite;
use super::keys::{KEYS, SEALS, TLS};
use super::{CALL, TYPED, describe_anew, fault};
use crate::rules::Fault;

pub const FAULTS: &[Fault] = &[
    fault(
        CALL,
        "reports that say to be in the open",
        &[TLS, KEYS, SEALS, Act(open_reports)],
        &["RFC4568-6.3.2-1"],
        &[],
    ),
    fault(
        CALL,
        "a key with a parameter that nobody knows",
        &[TLS, KEYS, SEALS, Act(want_more)],
        &["RFC4568-6.3.7-1"],
        &[],
    ),
    fault(
        CALL,
        "another port with the same key",
        &[TLS, KEYS, SEALS, Act(move_on)],
        &["RFC4568-7.1.4-1"],
        &[("RFC3665-3.7-1", "and media goes where it went")],
    ),
    fault(
        CALL,
        "reports with a short seal",
        &[
            TLS,
            KEYS,
            SwapAll("AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"),
            Act(with_short_seals),
        ],
        &["RFC3711-5.2-1"],
        &[],
    ),
    fault(TYPED, "keys without a seal", &[TLS, KEYS, SEALS], &["RFC4733-6-1"], &[]),
];

fn is_alice(at: IpAddr) -> bool {
    at == IpAddr::from([192, 0, 2, 10])
}

/// The bit for encryption is not set in what Alice reports.
fn open_reports(script: &mut Script) {
    for report in script.reports.iter_mut().filter(|it| is_alice(it.source.ip())) {
        let mut bytes = report.bytes.to_vec();
        let place = bytes.len() - 14;
        bytes[place] &= 0x7F;
        report.bytes = bytes.into();
    }
}

/// Whatever key Alice tells has a parameter, and it is taken.
fn want_more(script: &mut Script) {
    for line in script.messages.iter_mut().filter(|it| is_alice(it.packet.source.ip())) {
        rewrite(line, |text| {
            let lines = text.split("\r\n").map(|line| {
                if line.starts_with("a=crypto:") {
                    format!("{line} FOO=1")
                } else {
                    line.to_owned()
                }
            });
            lines.collect::<Vec<_>>().join("\r\n")
        });
    }
}

/// Alice answers later that she takes media at another port, with the key that she has.
fn move_on(script: &mut Script) {
    describe_anew(script, |text| {
        let port = text.split("m=audio ").nth(1).unwrap().split(' ').next().unwrap();
        let next = port.parse::<u16>().unwrap() + 500;
        text.replace(&format!("m=audio {port} "), &format!("m=audio {next} "))
    });
}

/// Every report has an index, and a seal of four octets. Where the bit for encryption would be before
/// a long one, it is set.
fn with_short_seals(script: &mut Script) {
    for report in &mut script.reports {
        let mut bytes = [&report.bytes[..], &[0x80, 0, 0, 77], &[9; 4]].concat();
        let place = bytes.len() - 14;
        bytes[place] |= 0x80;
        report.bytes = bytes.into();
    }
}
