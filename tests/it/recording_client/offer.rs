//! What a recorder is offered, and what comes of its answer.

use std::net::IpAddr;

use tallylight::role::Command;
use tallylight::role::platform::Dialect;
use tallylight::sdp::Codec;

use super::{asked, assert_they_talk, both};
use crate::bench::{ALICE_AT, BOB_AT, Bench, Peer, RECORDER_AT, Wish, sdp_of};

#[test]
fn a_recorder_gets_no_codec_that_it_did_not_take() {
    let (mut bench, recorder) = asked(&Wish::default());
    // PCMU, and no telephone events.
    recorder.answer(&mut bench, &both("recvonly", 1));
    bench.pass(500);
    bench.tape = Some(Vec::new());
    bench.tell(ALICE_AT, Command::Press("12".to_owned()));
    bench.pass(500);
    let tape = bench.tape.take().unwrap();
    let types_to = |at: [u8; 4]| {
        let to = tape.iter().filter(|(_, packet)| {
            packet.target.ip() == IpAddr::from(at) && crate::bench::is_rtp(packet)
        });
        let types = to.map(|(_, packet)| packet.payload[1] & 0x7F);
        types.collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(types_to(BOB_AT).len(), 2);
    assert_eq!(types_to(RECORDER_AT), [0].into());
}

#[test]
fn the_invite_is_what_the_rfc_or_the_product_says() {
    for dialect in [Dialect::Rfc, Dialect::Webex] {
        let (_, recorder) = asked(&Wish { dialect, ..Wish::default() });
        let headers = &recorder.invite.headers;
        let contact = headers.get("Contact").unwrap();
        let text = sdp_of(&recorder.invite);
        assert_eq!(text.matches("a=sendonly").count(), 2, "{text}");
        assert_eq!(text.matches("a=label:1\r\n").count(), 1, "{text}");
        assert_eq!(text.matches("a=label:2\r\n").count(), 1, "{text}");
        assert!(headers.get("Content-Type").unwrap().starts_with("multipart/mixed"));
        assert!(headers.get("Accept").unwrap().contains("application/sdp"));
        let body = String::from_utf8_lossy(&recorder.invite.body).into_owned();
        assert!(body.contains("application/rs-metadata+xml"), "{body}");
        let plain = body.to_ascii_lowercase().replace(": ", ":");
        assert!(plain.contains("content-disposition:recording-session"), "{body}");
        let requires = headers.all("Require").any(|tag| tag == "siprec");
        match dialect {
            // RFC 7866 sections 6.1.1 and 8.2.
            Dialect::Rfc => {
                assert!(contact.contains(";+sip.src"), "{contact}");
                assert!(requires);
            }
            Dialect::Webex => {
                assert!(contact.contains(";src") && !requires, "{contact}");
            }
        }
    }
}

#[test]
fn two_recordings_of_one_call_are_two_sessions_with_one_tracking_id() {
    let wish = Wish { dialect: Dialect::Webex, recorded: [true, true], ..Wish::default() };
    let (mut bench, one) = asked(&wish);
    let other = loop {
        let peer = Peer::invited(&mut bench, RECORDER_AT);
        if peer.invite.call_id() != one.invite.call_id() {
            break peer;
        }
    };
    let name = "X-BroadWorks-Correlation-Info";
    assert_eq!(one.invite.headers.get(name), other.invite.headers.get(name));
    let session = |peer: &Peer| peer.invite.headers.get("Session-ID").map(str::to_owned);
    assert_ne!(session(&one), session(&other));
}

#[test]
fn a_platform_without_ports_does_not_record_and_still_connects() {
    let wish = Wish { platform_ports: 3, with_recorder: false, ..Wish::default() };
    let mut bench = Bench::new(&wish);
    bench.connect();
    assert_they_talk(&mut bench);
    assert!(bench.next(RECORDER_AT).is_none());
    bench.tell(ALICE_AT, Command::HangUp);
    bench.pass(1_000);
    bench.connect();
    assert_they_talk(&mut bench);
}

#[test]
fn a_recorder_without_a_common_codec_records_nothing() {
    let wish = Wish { codecs: [vec![Codec::G722], vec![Codec::G722]], ..Wish::default() };
    let (mut bench, recorder) = asked(&wish);
    recorder.answer(&mut bench, &both("recvonly", 1));
    bench.pass(100);
    assert_eq!(bench.rtp_to(RECORDER_AT), 0);
    assert_they_talk(&mut bench);
}
