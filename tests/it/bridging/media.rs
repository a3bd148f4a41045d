//! What is relayed between two telephones, and what is not.

use std::net::IpAddr;

use tallylight::role::Command;
use tallylight::sdp::Codec;
use tallylight::sip::Method;

use super::{assert_nothing_is_left, carol_talks, carols, quiet, told_alice, with_carol};
use crate::bench::{
    ALICE_AT, BOB_AT, Bench, CAROL, CAROL_AT, PLATFORM_AT, Peer, SCRIPTED_RTP, Wish, datagram, sdp,
    sdp_of, sdp_of_codecs,
};

#[test]
fn a_codec_can_change_in_mid_call() {
    let mut bench = with_carol();
    let mut carol = carol_talks(&mut bench);
    bench.tape = Some(Vec::new());
    let offer = sdp_of_codecs(CAROL_AT, 2, &[(SCRIPTED_RTP, "sendrecv")], "8");
    carol.request(&mut bench, "INVITE", "", "application/sdp", &offer);
    bench.pass(100);
    let answer = loop {
        let message = bench.await_method(CAROL_AT, &Method::Invite);
        if message.code().is_some_and(|code| code >= 200) {
            break message;
        }
    };
    assert!(sdp_of(&answer).contains("RTP/AVP 8"), "{}", sdp_of(&answer));
    carol.acknowledge_last(&mut bench);
    bench.tape = Some(Vec::new());
    bench.pass(500);
    let tape = bench.tape.take().unwrap();
    let types = tape
        .iter()
        .filter(|(_, it)| it.target.ip() == IpAddr::from(CAROL_AT) && crate::bench::is_rtp(it));
    let types: std::collections::BTreeSet<_> = types.map(|(_, it)| it.payload[1] & 0x7F).collect();
    assert_eq!(types, [8].into());
}

#[test]
fn one_common_codec_is_enough_and_none_is_488() {
    let one = Wish { codecs: [vec![Codec::PCMU, Codec::PCMA], vec![Codec::PCMA]], ..quiet() };
    let mut bench = Bench::new(&one);
    bench.connect();
    assert!(bench.rtp_to(ALICE_AT) >= 45 && bench.rtp_to(BOB_AT) >= 45);
    let none = Wish { codecs: [vec![Codec::PCMU], vec![Codec::PCMA]], ..quiet() };
    let mut bench = Bench::new(&none);
    bench.tape = Some(Vec::new());
    bench.connect();
    assert_eq!(told_alice(&mut bench), [488]);
    assert_nothing_is_left(&mut bench);
}

#[test]
fn media_that_would_come_round_for_ever_is_not_sent() {
    let mut bench = with_carol();
    // Carol calls herself, and says on both sides that her media is at the platform's own ports.
    let at = |port| sdp(PLATFORM_AT, 1, &[(port, "sendrecv")]);
    let mut carol = Peer::call(&mut bench, CAROL_AT, CAROL, "", &at(20_002));
    bench.pass(10);
    let callee = loop {
        let peer = Peer::invited(&mut bench, CAROL_AT);
        if peer.invite.call_id() != carol.invite.call_id() {
            break peer;
        }
    };
    callee.answer(&mut bench, &at(20_000));
    bench.pass(10);
    let answer = loop {
        let message = bench.await_method(CAROL_AT, &Method::Invite);
        if message.code() == Some(200) {
            break message;
        }
    };
    carol.note(answer);
    carol.request(&mut bench, "ACK", "", "", "");
    for port in [20_000, 20_001, 20_002, 20_003] {
        for source in [20_000, 20_001, 20_002, 20_003] {
            let mut packet = datagram(PLATFORM_AT, PLATFORM_AT, vec![0x80; 172]);
            (packet.source, packet.target) =
                ((PLATFORM_AT, source).into(), (PLATFORM_AT, port).into());
            bench.send(packet);
        }
    }
    bench.pass(100);
    assert_eq!(bench.underway(), 0);
    assert!(bench.rtp_to(PLATFORM_AT) <= 32, "{} packets", bench.rtp_to(PLATFORM_AT));
}

#[test]
fn a_stranger_cannot_speak_into_a_call() {
    let mut bench = with_carol();
    let carol = carol_talks(&mut bench);
    let port = sdp_of(&carol.invite);
    let port: u16 =
        port.split("m=audio ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    let packet = |from: [u8; 4], at: u16| {
        let mut packet = datagram(from, PLATFORM_AT, vec![0x80; 172]);
        packet.source.set_port(at);
        packet.target.set_port(port);
        packet
    };
    bench.send(packet(CAROL_AT, SCRIPTED_RTP));
    bench.pass(10);
    let before = bench.rtp_to(ALICE_AT);
    for _ in 0..20 {
        bench.send(packet([192, 0, 2, 66], 4_000));
    }
    bench.pass(10);
    assert_eq!(bench.rtp_to(ALICE_AT), before);
    bench.send(packet(CAROL_AT, SCRIPTED_RTP));
    bench.pass(10);
    assert_eq!(bench.rtp_to(ALICE_AT), before + 1);
}

#[test]
fn a_telephone_whose_stream_is_taken_away_falls_silent_and_sleeps() {
    let mut bench = with_carol();
    let mut carol = carol_talks(&mut bench);
    bench.tell(ALICE_AT, Command::Press("123".to_owned()));
    let gone = sdp(CAROL_AT, 2, &[(0, "")]);
    let nowhere = carols(2, "sendrecv").replace("c=IN IP4 192.0.2.12", "c=IN IP4 0.0.0.0");
    bench.tell(ALICE_AT, Command::Hold);
    bench.pass(50);
    let change = bench.await_method(CAROL_AT, &Method::Invite);
    carol.respond_with(&mut bench, &change, 200, &[], &gone);
    bench.pass(10_000);
    carol.request(&mut bench, "INVITE", "", "application/sdp", &nowhere);
    bench.pass(1_000);
    carol.acknowledge_last(&mut bench);
    bench.tell(ALICE_AT, Command::Press("123".to_owned()));
    bench.pass(10_000);
}
