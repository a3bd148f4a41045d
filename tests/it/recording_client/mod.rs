//! The platform as a session recording client (RFC 7866), against recorders that a script plays.

mod glare;
mod offer;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tallylight::role::Command;
use tallylight::sip::Method;

use super::bench::{
    ALICE_AT, BOB_AT, Bench, Peer, RECORDER_AT, SCRIPTED_RTP, Wish, datagram, metadata_of, sdp,
    sdp_of, title,
};

/// Alice and Bob talk, and the recorder was asked a second ago.
fn asked(wish: &Wish) -> (Bench, Peer) {
    let mut bench = Bench::new(&Wish { with_recorder: false, ..wish.clone() });
    bench.connect();
    let recorder = Peer::invited(&mut bench, RECORDER_AT);
    (bench, recorder)
}

/// Alice and Bob talk, and the recorder takes both sides.
fn recorded() -> (Bench, Peer) {
    let (mut bench, recorder) = asked(&Wish::default());
    recorder.answer(&mut bench, &both("recvonly", 1));
    bench.pass(500);
    bench.inbox.clear();
    (bench, recorder)
}

fn both(direction: &str, version: u32) -> String {
    sdp(RECORDER_AT, version, &[(SCRIPTED_RTP, direction), (SCRIPTED_RTP + 2, direction)])
}

/// How many packets of media a deed of time sends to the recorder, and to the telephones.
fn media_in(bench: &mut Bench, millis: u64) -> (u64, u64) {
    let heard = |bench: &Bench| bench.rtp_to(ALICE_AT) + bench.rtp_to(BOB_AT);
    let before = (bench.rtp_to(RECORDER_AT), heard(bench));
    bench.pass(millis);
    (bench.rtp_to(RECORDER_AT) - before.0, heard(bench) - before.1)
}

/// The conversation goes on: 50 packets a second from each side.
fn assert_they_talk(bench: &mut Bench) {
    let (_, heard) = media_in(bench, 1_000);
    assert!((95..=105).contains(&heard), "{heard} packets in a second");
}

#[test]
fn a_200_that_comes_after_the_platform_gave_up_is_acknowledged_and_ended() {
    let wish = Wish { patience: Duration::from_secs(2), ..Wish::default() };
    let (mut bench, recorder) = asked(&wish);
    recorder.respond(&mut bench, &recorder.invite, 180, &[]);
    bench.pass(2_000);
    let cancel = bench.await_method(RECORDER_AT, &Method::Cancel);
    recorder.respond(&mut bench, &cancel, 200, &[]);
    recorder.answer(&mut bench, &both("recvonly", 1));
    bench.pass(100);
    let mut titles = bench.titles(RECORDER_AT);
    titles.retain(|title| title != "CANCEL");
    assert_eq!(titles, ["ACK", "BYE"]);
    assert_eq!(bench.rtp_to(RECORDER_AT), 0);
    assert_they_talk(&mut bench);
}

#[test]
fn a_200_that_comes_late_without_any_response_before_is_ended_too() {
    let wish = Wish { patience: Duration::from_secs(2), ..Wish::default() };
    let (mut bench, recorder) = asked(&wish);
    bench.pass(5_000);
    bench.inbox.clear();
    recorder.answer(&mut bench, &both("recvonly", 1));
    bench.pass(100);
    assert_eq!(bench.titles(RECORDER_AT), ["ACK", "BYE"]);
    assert_eq!(bench.rtp_to(RECORDER_AT), 0);
    assert_they_talk(&mut bench);
}

#[test]
fn a_recorder_that_refuses_in_any_way_costs_the_recording_only() {
    for code in [302, 380, 401, 403, 404, 407, 480, 486, 488, 500, 503, 600, 603] {
        let (mut bench, recorder) = asked(&Wish::default());
        bench.inbox.clear();
        recorder.respond(&mut bench, &recorder.invite, code, &[("WWW-Authenticate", "Basic x")]);
        bench.pass(100);
        assert_eq!(title(&bench.next(RECORDER_AT).unwrap()), "ACK");
        assert_eq!(bench.titles(RECORDER_AT), [""; 0], "after {code}");
        let (to_recorder, to_phones) = media_in(&mut bench, 1_000);
        assert_eq!(to_recorder, 0, "after {code}");
        assert!(to_phones >= 95, "after {code}");
    }
}

#[test]
fn a_recorder_that_wants_a_longer_session_interval_is_asked_again_with_it() {
    let (mut bench, recorder) = asked(&Wish::default());
    bench.inbox.clear();
    recorder.respond(&mut bench, &recorder.invite, 422, &[("Min-SE", "3600")]);
    bench.pass(100);
    assert_eq!(title(&bench.next(RECORDER_AT).unwrap()), "ACK");
    let again = Peer::invited(&mut bench, RECORDER_AT);
    assert_eq!(again.invite.session_expires().unwrap().unwrap().seconds, 3_600);
    again.answer(&mut bench, &both("recvonly", 1));
    assert!(media_in(&mut bench, 1_000).0 >= 95);
}

#[test]
fn an_answer_that_is_none_ends_the_recording_session() {
    for rubbish in ["this is not what you think\r\n", "", "v=0\r\n"] {
        let (mut bench, recorder) = asked(&Wish::default());
        bench.inbox.clear();
        recorder.answer(&mut bench, rubbish);
        bench.pass(100);
        assert_eq!(bench.titles(RECORDER_AT), ["ACK", "BYE"], "after {rubbish:?}");
        assert_eq!(bench.rtp_to(RECORDER_AT), 0);
        assert_they_talk(&mut bench);
    }
}

#[test]
fn a_recorder_that_takes_one_side_gets_that_side_only() {
    let (mut bench, recorder) = asked(&Wish::default());
    let one = sdp(RECORDER_AT, 1, &[(0, ""), (SCRIPTED_RTP + 2, "recvonly")]);
    recorder.answer(&mut bench, &one);
    bench.pass(1_000);
    let ports: Vec<_> = bench
        .rtp
        .keys()
        .filter(|to| to.ip() == IpAddr::from(RECORDER_AT))
        .map(SocketAddr::port)
        .collect();
    assert_eq!(ports, [SCRIPTED_RTP + 2]);
}

#[test]
fn a_recorder_that_answers_inactive_is_sent_nothing_until_it_asks() {
    let (mut bench, mut recorder) = asked(&Wish::default());
    recorder.answer(&mut bench, &both("inactive", 1));
    bench.pass(100);
    assert_eq!(media_in(&mut bench, 1_000).0, 0);
    bench.inbox.clear();
    recorder.request(&mut bench, "INVITE", "", "application/sdp", &both("recvonly", 2));
    bench.pass(100);
    let answer = bench.await_method(RECORDER_AT, &Method::Invite);
    assert_eq!(answer.code(), Some(200));
    assert_eq!(sdp_of(&answer).matches("a=sendonly").count(), 2, "{}", sdp_of(&answer));
    recorder.acknowledge_last(&mut bench);
    assert!(media_in(&mut bench, 1_000).0 >= 95);
}

#[test]
fn a_recorder_that_pauses_by_inactive_is_answered_inactive_and_sent_nothing() {
    let (mut bench, mut recorder) = recorded();
    recorder.request(&mut bench, "INVITE", "", "application/sdp", &both("inactive", 2));
    bench.pass(100);
    let answer = bench.await_method(RECORDER_AT, &Method::Invite);
    assert_eq!(answer.code(), Some(200));
    // RFC 3264 section 6.1.
    assert_eq!(sdp_of(&answer).matches("a=inactive").count(), 2, "{}", sdp_of(&answer));
    recorder.acknowledge_last(&mut bench);
    bench.pass(100);
    assert_eq!(media_in(&mut bench, 1_000).0, 0);
    recorder.request(&mut bench, "UPDATE", "", "application/sdp", &both("recvonly", 3));
    bench.pass(100);
    assert!(media_in(&mut bench, 1_000).0 >= 95);
    assert_they_talk(&mut bench);
}

#[test]
fn a_recorder_that_says_goodbye_is_let_go_and_the_call_goes_on() {
    let (mut bench, mut recorder) = recorded();
    recorder.request(&mut bench, "BYE", "", "", "");
    bench.pass(100);
    assert_eq!(bench.titles(RECORDER_AT), ["200 (BYE)"]);
    assert_eq!(media_in(&mut bench, 1_000).0, 0);
    assert_they_talk(&mut bench);
    bench.tell(ALICE_AT, Command::HangUp);
    bench.pass(200);
    assert_eq!(bench.titles(RECORDER_AT), [""; 0]);
}

#[test]
fn a_dead_recorder_does_not_keep_anybody_from_hanging_up() {
    let (mut bench, _) = recorded();
    bench.dead.push(RECORDER_AT.into());
    bench.tell(BOB_AT, Command::HangUp);
    bench.pass(50);
    assert_eq!(media_in(&mut bench, 1_000), (0, 0));
    bench.pass(70_000);
    for (left, free) in bench.leftovers() {
        assert!(left.is_empty() || left == ["1 bindings"], "{left:?}");
        assert!([4, 24].contains(&free), "{free} ports");
    }
}

#[test]
fn a_snapshot_that_is_asked_for_comes_whole() {
    let (mut bench, mut recorder) = recorded();
    let wish = "<?xml version=\"1.0\"?>\r\n<requestsnapshot \
                xmlns=\"urn:ietf:params:xml:ns:recording:1\"/>";
    recorder.request(&mut bench, "UPDATE", "", "application/rs-metadata+xml", wish);
    bench.pass(100);
    assert_eq!(title(&bench.next(RECORDER_AT).unwrap()), "200 (UPDATE)");
    let update = bench.await_method(RECORDER_AT, &Method::Update);
    let metadata = metadata_of(&update);
    assert!(metadata.contains("<datamode>complete</datamode>"), "{metadata}");
    assert_eq!(metadata.matches("<participant ").count(), 2);
    assert_eq!(metadata.matches("<stream ").count(), 2);
    recorder.respond_with(&mut bench, &update, 200, &[], &both("recvonly", 1));
    assert!(media_in(&mut bench, 1_000).0 >= 95);
}

#[test]
fn a_snapshot_request_beside_an_offer_gets_its_answer_too() {
    let (mut bench, mut recorder) = recorded();
    let offer = both("inactive", 2);
    let mixed = format!(
        "--x\r\nContent-Type: application/sdp\r\n\r\n{offer}\r\n--x\r\n\
         Content-Type: application/rs-metadata+xml\r\nContent-Disposition: recording-session\r\n\r\n\
         <requestsnapshot xmlns=\"urn:ietf:params:xml:ns:recording:1\"/>\r\n--x--\r\n"
    );
    recorder.request(&mut bench, "UPDATE", "", "multipart/mixed;boundary=x", &mixed);
    bench.pass(100);
    let answer = bench.next(RECORDER_AT).unwrap();
    assert_eq!(title(&answer), "200 (UPDATE)");
    assert!(sdp_of(&answer).contains("a=inactive"), "{}", sdp_of(&answer));
    assert_eq!(title(&bench.next(RECORDER_AT).unwrap()), "UPDATE");
}

#[test]
fn media_that_a_recorder_sends_back_reaches_nobody() {
    let (mut bench, recorder) = recorded();
    let offer = sdp_of(&recorder.invite);
    let port = offer.split("m=audio ").nth(1).and_then(|line| line.split(' ').next());
    let port: u16 = port.unwrap().parse().unwrap();
    let usual = media_in(&mut bench, 1_000).1;
    for sequence in 0..100_u16 {
        let mut rtp = vec![0x80, 0];
        rtp.extend(sequence.to_be_bytes());
        rtp.extend([0; 168]);
        let mut packet = datagram(RECORDER_AT, super::bench::PLATFORM_AT, rtp);
        packet.source.set_port(SCRIPTED_RTP);
        packet.target.set_port(port);
        bench.send(packet);
    }
    let (_, heard) = media_in(&mut bench, 1_000);
    assert!(heard.abs_diff(usual) <= 2, "{heard}, usually {usual}");
}

#[test]
fn hold_and_resume_tell_the_recorder_who_is_heard_and_raise_the_version() {
    let (mut bench, recorder) = recorded();
    let versions = |text: &str| {
        let origin = text.lines().find(|line| line.starts_with("o=")).unwrap().to_owned();
        origin.split(' ').nth(2).unwrap().parse::<u32>().unwrap()
    };
    let first = versions(&sdp_of(&recorder.invite));
    // Bob, who holds, may still send; Alice may not.
    for (command, sending, step) in [(Command::Hold, 1, 1), (Command::Resume, 2, 2)] {
        bench.tell(BOB_AT, command);
        bench.pass(100);
        let change = bench.await_method(RECORDER_AT, &Method::Invite);
        let (text, metadata) = (sdp_of(&change), metadata_of(&change));
        assert_eq!(text.matches("a=sendonly").count(), sending, "{text}");
        assert_eq!(text.matches("a=inactive").count(), 2 - sending, "{text}");
        assert_eq!(versions(&text), first + step);
        assert_eq!(metadata.matches("<send>").count(), sending, "{metadata}");
        let labels: Vec<_> = text.lines().filter(|line| line.starts_with("a=label:")).collect();
        assert_eq!(labels, ["a=label:1", "a=label:2"]);
        let answer = if sending == 2 { "recvonly" } else { "inactive" };
        recorder.respond_with(&mut bench, &change, 200, &[], &both(answer, 1 + step));
        bench.pass(100);
        assert_eq!(title(&bench.next(RECORDER_AT).unwrap()), "ACK");
        let heard = media_in(&mut bench, 1_000).0;
        assert_eq!(heard >= 95, sending == 2, "{heard}");
    }
}

#[test]
fn a_call_that_is_held_while_the_recorder_thinks_is_recorded_as_held() {
    let (mut bench, recorder) = asked(&Wish::default());
    bench.tell(BOB_AT, Command::Hold);
    bench.pass(100);
    bench.inbox.clear();
    recorder.answer(&mut bench, &both("recvonly", 1));
    bench.pass(100);
    assert_eq!(title(&bench.next(RECORDER_AT).unwrap()), "ACK");
    let change = bench.await_method(RECORDER_AT, &Method::Invite);
    assert_eq!(sdp_of(&change).matches("a=inactive").count(), 1);
}

#[test]
fn a_recorder_that_refuses_a_change_goes_on_recording() {
    let (mut bench, recorder) = recorded();
    bench.tell(BOB_AT, Command::Hold);
    bench.pass(100);
    let change = bench.await_method(RECORDER_AT, &Method::Invite);
    recorder.respond(&mut bench, &change, 488, &[]);
    bench.pass(100);
    bench.tell(BOB_AT, Command::Resume);
    bench.pass(100);
    let change = bench.await_method(RECORDER_AT, &Method::Invite);
    let change = if title(&change) == "ACK" {
        bench.await_method(RECORDER_AT, &Method::Invite)
    } else {
        change
    };
    recorder.respond_with(&mut bench, &change, 200, &[], &both("recvonly", 2));
    bench.pass(100);
    assert!(media_in(&mut bench, 1_000).0 >= 95);
}
