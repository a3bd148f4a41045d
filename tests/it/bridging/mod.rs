//! The platform between two telephones (a back-to-back user agent), where things cross, are
//! refused or come in an odd order. Carol's telephone is a script.

mod early;
mod media;

use bytes::Bytes;
use tallylight::role::Command;
use tallylight::sip::{Message, Method};

use super::bench::{
    ALICE_AT, BOB, BOB_AT, Bench, CAROL, CAROL_AT, PLATFORM_AT, Peer, SCRIPTED_RTP, Wish, datagram,
    sdp, sdp_of, sip_at, title,
};

fn quiet() -> Wish {
    Wish { recorded: [false, false], ..Wish::default() }
}

/// Carol's script is registered.
fn with_carol() -> Bench {
    let mut bench = Bench::new(&quiet());
    register_carol(&mut bench, CAROL_AT, 1);
    bench
}

fn register_carol(bench: &mut Bench, at: [u8; 4], cseq: u32) {
    let sip = sip_at(at);
    let text = format!(
        "REGISTER sip:calls.example SIP/2.0\r\nVia: SIP/2.0/UDP {sip};branch=z9hG4bK-r{cseq}\r\n\
         Max-Forwards: 70\r\nFrom: <sip:{CAROL}@calls.example>;tag=r\r\n\
         To: <sip:{CAROL}@calls.example>\r\nCall-ID: register\r\nCSeq: {cseq} REGISTER\r\n\
         Contact: <sip:carol@{sip}>\r\nContent-Length: 0\r\n\r\n"
    );
    bench.send(datagram(at, PLATFORM_AT, text));
    bench.pass(10);
    assert_eq!(bench.titles(at), ["200 (REGISTER)"]);
}

/// Alice calls Carol, whose telephone got this INVITE.
fn carol_is_called(bench: &mut Bench) -> Peer {
    bench.tell(ALICE_AT, Command::Call(CAROL.to_owned()));
    bench.pass(10);
    Peer::invited(bench, CAROL_AT)
}

/// Alice and Carol talk.
fn carol_talks(bench: &mut Bench) -> Peer {
    let carol = carol_is_called(bench);
    carol.answer(bench, &carols(1, "sendrecv"));
    bench.pass(100);
    bench.inbox.clear();
    carol
}

fn carols(version: u32, direction: &str) -> String {
    sdp(CAROL_AT, version, &[(SCRIPTED_RTP, direction)])
}

/// The final statuses of INVITEs that Alice was given.
fn told_alice(bench: &mut Bench) -> Vec<u16> {
    let tape = bench.tape.take().unwrap_or_default();
    let to_alice = tape.iter().filter(|(_, packet)| packet.target == sip_at(ALICE_AT));
    let messages = to_alice.filter_map(|(_, packet)| Message::parse(&packet.payload).ok());
    let answers =
        messages.filter(|message| message.cseq().is_ok_and(|it| it.method == Method::Invite));
    let mut codes: Vec<_> =
        answers.filter_map(|it| it.code()).filter(|code| *code >= 200).collect();
    codes.dedup();
    codes
}

/// After all timers nothing is left but registrations, and every port is free.
fn assert_nothing_is_left(bench: &mut Bench) {
    bench.pass(200_000);
    for (left, free) in bench.leftovers() {
        assert!(left.is_empty() || left == ["1 bindings"], "{left:?}");
        assert!([4, 24].contains(&free), "{free} ports are free");
    }
}

#[test]
fn an_answer_that_crosses_the_cancel_is_acknowledged_and_ended() {
    let mut bench = with_carol();
    let carol = carol_is_called(&mut bench);
    carol.respond(&mut bench, &carol.invite, 180, &[]);
    bench.pass(10);
    bench.tell(ALICE_AT, Command::HangUp);
    carol.answer(&mut bench, &carols(1, "sendrecv"));
    bench.pass(20);
    let titles = bench.titles(CAROL_AT);
    assert!(titles.contains(&"ACK".to_owned()), "{titles:?}");
    assert!(titles.contains(&"BYE".to_owned()), "{titles:?}");
    assert_nothing_is_left(&mut bench);
}

#[test]
fn a_caller_that_hangs_up_before_its_ack_ends_the_call() {
    let mut bench = with_carol();
    let mut carol = Peer::call(&mut bench, CAROL_AT, BOB, "", &carols(1, "sendrecv"));
    bench.pass(500);
    bench.tell(BOB_AT, Command::Answer);
    bench.pass(50);
    let answer = loop {
        let message = bench.await_method(CAROL_AT, &Method::Invite);
        if message.code() == Some(200) {
            break message;
        }
    };
    carol.note(answer);
    carol.request(&mut bench, "BYE", "", "", "");
    bench.pass(50);
    assert!(bench.titles(CAROL_AT).contains(&"200 (BYE)".to_owned()));
    bench.tape = Some(Vec::new());
    bench.pass(1_000);
    let media =
        bench.tape.take().unwrap().iter().filter(|(_, it)| super::bench::is_rtp(it)).count();
    assert_eq!(media, 0);
    assert_nothing_is_left(&mut bench);
}

#[test]
fn two_changes_at_once_come_one_after_the_other() {
    let mut bench = Bench::new(&quiet());
    bench.connect();
    bench.tell(ALICE_AT, Command::Hold);
    bench.tell(BOB_AT, Command::Hold);
    bench.pass(10_000);
    let before = bench.rtp_to(ALICE_AT) + bench.rtp_to(BOB_AT);
    bench.pass(1_000);
    assert_eq!(bench.rtp_to(ALICE_AT) + bench.rtp_to(BOB_AT), before, "both hold");
    bench.tell(BOB_AT, Command::Resume);
    bench.tell(ALICE_AT, Command::Resume);
    bench.pass(10_000);
    let before = (bench.rtp_to(ALICE_AT), bench.rtp_to(BOB_AT));
    bench.pass(1_000);
    assert!(bench.rtp_to(ALICE_AT) - before.0 >= 48, "Alice hears Bob again");
    assert!(bench.rtp_to(BOB_AT) - before.1 >= 48, "Bob hears Alice again");
    bench.tell(BOB_AT, Command::HangUp);
    assert_nothing_is_left(&mut bench);
}

#[test]
fn a_call_without_an_offer_gets_the_offer_of_the_callee() {
    let mut bench = with_carol();
    let mut carol = Peer::call(&mut bench, CAROL_AT, BOB, "", "");
    bench.pass(500);
    bench.tell(BOB_AT, Command::Answer);
    bench.pass(50);
    let offer = loop {
        let message = bench.await_method(CAROL_AT, &Method::Invite);
        if message.code() == Some(200) {
            break message;
        }
    };
    assert!(sdp_of(&offer).contains("m=audio"), "{}", sdp_of(&offer));
    carol.note(offer);
    carol.request(&mut bench, "ACK", "", "application/sdp", &carols(1, "sendrecv"));
    bench.pass(1_000);
    assert!(bench.rtp_to(CAROL_AT) >= 45, "{} packets", bench.rtp_to(CAROL_AT));
}

#[test]
fn a_call_whose_answer_never_comes_is_ended_on_both_sides() {
    let mut bench = with_carol();
    let mut carol = Peer::call(&mut bench, CAROL_AT, BOB, "", "");
    bench.pass(500);
    bench.tell(BOB_AT, Command::Answer);
    bench.pass(50);
    let offer = loop {
        let message = bench.await_method(CAROL_AT, &Method::Invite);
        if message.code() == Some(200) {
            break message;
        }
    };
    carol.note(offer);
    carol.request(&mut bench, "ACK", "", "", "");
    bench.pass(50);
    let bye = bench.await_method(CAROL_AT, &Method::Bye);
    carol.respond(&mut bench, &bye, 200, &[]);
    assert_nothing_is_left(&mut bench);
}

#[test]
fn an_update_passes_from_one_side_to_the_other() {
    let mut bench = with_carol();
    let mut carol = carol_talks(&mut bench);
    carol.request(&mut bench, "UPDATE", "", "application/sdp", &carols(2, "sendonly"));
    bench.pass(100);
    let answer = bench.await_method(CAROL_AT, &Method::Update);
    assert_eq!(answer.code(), Some(200));
    assert!(sdp_of(&answer).contains("a=recvonly"), "{}", sdp_of(&answer));
}

#[test]
fn an_update_without_an_offer_gets_no_answer() {
    let mut bench = with_carol();
    let mut carol = carol_talks(&mut bench);
    carol.request(&mut bench, "UPDATE", "", "", "");
    bench.pass(100);
    let answer = bench.await_method(CAROL_AT, &Method::Update);
    assert_eq!((answer.code(), answer.body.len()), (Some(200), 0));
}

#[test]
fn a_callee_may_ring_reliably() {
    let mut bench = with_carol();
    let carol = carol_is_called(&mut bench);
    let reliably = [("Require", "100rel"), ("RSeq", "7")];
    carol.respond_with(&mut bench, &carol.invite, 183, &reliably, &carols(1, "sendrecv"));
    bench.pass(10);
    let prack = bench.await_method(CAROL_AT, &Method::Prack);
    assert_eq!(prack.headers.get("RAck"), Some("7 1 INVITE"));
    carol.respond(&mut bench, &prack, 200, &[]);
    carol.respond(&mut bench, &carol.invite, 200, &[]);
    bench.pass(1_000);
    assert!(bench.rtp_to(CAROL_AT) >= 45, "{} packets", bench.rtp_to(CAROL_AT));
}

#[test]
fn a_caller_may_demand_reliable_ringing() {
    let mut bench = with_carol();
    let extra = "Require: 100rel\r\n";
    let mut carol = Peer::call(&mut bench, CAROL_AT, BOB, extra, &carols(1, "sendrecv"));
    bench.pass(100);
    let ringing = loop {
        let message = bench.await_method(CAROL_AT, &Method::Invite);
        if message.code() == Some(180) {
            break message;
        }
    };
    let rseq = ringing.rseq().unwrap().expect("an RSeq");
    carol.note(ringing);
    carol.request(&mut bench, "PRACK", &format!("RAck: {rseq} 100 INVITE\r\n"), "", "");
    bench.pass(10);
    assert_eq!(bench.await_method(CAROL_AT, &Method::Prack).code(), Some(200));
    bench.tell(BOB_AT, Command::Answer);
    bench.pass(20);
    assert_eq!(bench.await_method(CAROL_AT, &Method::Invite).code(), Some(200));
}

#[test]
fn a_long_call_is_refreshed_and_lasts() {
    let mut bench = Bench::new(&quiet());
    bench.connect();
    bench.tell(ALICE_AT, Command::Hold);
    bench.tell(BOB_AT, Command::Hold);
    bench.pass(5_000);
    bench.tape = Some(Vec::new());
    bench.pass(35 * 60_000);
    let tape = bench.tape.take().unwrap();
    let titles: Vec<_> = tape
        .iter()
        .filter_map(|(_, packet)| Message::parse(&packet.payload).ok())
        .map(|message| title(&message))
        .collect();
    let refreshes = titles.iter().filter(|it| matches!(it.as_str(), "INVITE" | "UPDATE")).count();
    assert!(refreshes >= 2, "{titles:?}");
    assert!(!titles.contains(&"BYE".to_owned()), "{titles:?}");
    bench.tell(BOB_AT, Command::Resume);
    bench.pass(1_000);
    bench.tell(ALICE_AT, Command::Resume);
    bench.pass(1_000);
    let before = bench.rtp_to(ALICE_AT);
    bench.pass(1_000);
    assert!(bench.rtp_to(ALICE_AT) - before >= 48);
}

#[test]
fn what_concerns_only_the_callee_and_us_is_not_the_callers_to_act_on() {
    for (code, told) in [(302, 480), (401, 480), (407, 480), (486, 486), (488, 488), (603, 603)] {
        let mut bench = with_carol();
        bench.tape = Some(Vec::new());
        let carol = carol_is_called(&mut bench);
        let elsewhere = format!("<sip:+19005550199@{}>", sip_at(CAROL_AT));
        carol.respond(&mut bench, &carol.invite, code, &[("Contact", &elsewhere)]);
        bench.pass(100);
        // Least of all is that place called in Alice's name.
        assert_eq!(bench.titles(CAROL_AT), ["ACK"], "after {code}");
        assert_eq!(told_alice(&mut bench), [told], "after {code}");
        assert_nothing_is_left(&mut bench);
    }
}

#[test]
fn a_refused_change_leaves_the_call_as_it_was() {
    let mut bench = with_carol();
    let carol = carol_talks(&mut bench);
    bench.tell(ALICE_AT, Command::Hold);
    bench.pass(50);
    let change = bench.await_method(CAROL_AT, &Method::Invite);
    carol.respond(&mut bench, &change, 488, &[]);
    bench.pass(50);
    // A refresh by INVITE is answered with what was agreed on, not with what was refused.
    let mut carol = carol;
    bench.inbox.clear();
    carol.request(&mut bench, "INVITE", "", "", "");
    bench.pass(50);
    let offer = loop {
        let message = bench.await_method(CAROL_AT, &Method::Invite);
        if message.code() == Some(200) {
            break message;
        }
    };
    assert!(!sdp_of(&offer).contains("a=sendonly"), "{}", sdp_of(&offer));
}

#[test]
fn a_request_that_may_go_no_further_goes_no_further() {
    let mut bench = with_carol();
    let carol = Peer::call(&mut bench, CAROL_AT, BOB, "", &carols(1, "sendrecv"));
    let text = String::from_utf8(carol.invite.to_bytes().to_vec()).unwrap();
    let text = text.replace("Max-Forwards: 70", "Max-Forwards: 0").replace("-c\r", "-d\r");
    let text = text.replace("scripted-", "another-");
    bench.inbox.clear();
    bench.send(datagram(CAROL_AT, PLATFORM_AT, Bytes::from(text)));
    bench.pass(100);
    assert!(bench.titles(CAROL_AT).contains(&"483 (INVITE)".to_owned()));
}

#[test]
fn a_caller_can_hang_up_at_any_moment() {
    for millis in [0, 1, 2, 3, 4, 5, 500, 1_000, 1_001, 1_002, 1_003, 1_004, 1_005, 1_050, 2_000] {
        let mut bench = Bench::new(&Wish::default());
        bench.tell(ALICE_AT, Command::Call(BOB.to_owned()));
        bench.pass(millis.min(1_000));
        if millis >= 1_000 {
            bench.tell(BOB_AT, Command::Answer);
            bench.pass(millis - 1_000);
        }
        bench.tell(ALICE_AT, Command::HangUp);
        assert_nothing_is_left(&mut bench);
        bench.tell(BOB_AT, Command::Answer);
        bench.connect();
        let before = bench.rtp_to(ALICE_AT);
        bench.pass(1_000);
        assert!(bench.rtp_to(ALICE_AT) - before >= 48, "after a hang-up at {millis} ms");
    }
}

#[test]
fn a_telephone_that_moves_in_mid_call_keeps_its_call() {
    let mut bench = with_carol();
    let mut carol = carol_talks(&mut bench);
    register_carol(&mut bench, [192, 0, 2, 99], 2);
    let before = bench.rtp_to(CAROL_AT);
    bench.pass(1_000);
    assert!(bench.rtp_to(CAROL_AT) - before >= 48);
    carol.request(&mut bench, "BYE", "", "", "");
    bench.pass(50);
    assert!(bench.titles(CAROL_AT).contains(&"200 (BYE)".to_owned()));
    bench.tell(ALICE_AT, Command::Call(CAROL.to_owned()));
    bench.pass(50);
    assert_eq!(title(&bench.next([192, 0, 2, 99]).unwrap()), "INVITE");
}

#[test]
fn a_telephone_that_nobody_takes_does_not_ring_for_ever() {
    let mut bench = with_carol();
    bench.tape = Some(Vec::new());
    let carol = carol_is_called(&mut bench);
    carol.respond(&mut bench, &carol.invite, 180, &[]);
    bench.pass(190_000);
    let cancel = bench.await_method(CAROL_AT, &Method::Cancel);
    carol.respond(&mut bench, &cancel, 200, &[]);
    carol.respond(&mut bench, &carol.invite, 487, &[]);
    assert_eq!(told_alice(&mut bench), [408]);
    assert_nothing_is_left(&mut bench);
}

#[test]
fn a_telephone_that_claims_our_own_address_is_not_called() {
    let mut bench = with_carol();
    // A reflected REGISTER: it seems to come from the platform itself.
    let sip = sip_at(PLATFORM_AT);
    let text = format!(
        "REGISTER sip:calls.example SIP/2.0\r\nVia: SIP/2.0/UDP {sip};branch=z9hG4bK-loop\r\n\
         Max-Forwards: 70\r\nFrom: <sip:{CAROL}@calls.example>;tag=r\r\n\
         To: <sip:{CAROL}@calls.example>\r\nCall-ID: loop\r\nCSeq: 1 REGISTER\r\n\
         Contact: <sip:{CAROL}@{sip}>\r\nContent-Length: 0\r\n\r\n"
    );
    bench.send(datagram(PLATFORM_AT, PLATFORM_AT, text));
    bench.pass(10);
    bench.tape = Some(Vec::new());
    bench.tell(ALICE_AT, Command::Call(CAROL.to_owned()));
    bench.pass(100);
    assert!(bench.tape.as_ref().unwrap().len() < 10);
    assert_eq!(told_alice(&mut bench), [482]);
}
