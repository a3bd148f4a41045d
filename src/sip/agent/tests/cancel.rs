//! Giving up a call before it is answered (RFC 3261 section 9).

use super::*;

#[test]
fn a_cancelled_call_ends_on_both_sides() {
    let mut pair = Pair::new(Settings::default());
    let call = pair.invite();
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.bob.agent.ring(pair.now, theirs, 180, Content::none()).unwrap();
    pair.run(1_000);
    pair.alice.agent.hang_up(pair.now, call, reason()).unwrap();
    pair.finish();
    assert_eq!(
        pair.ladder[2..],
        ["1020 alice CANCEL", "1030 bob 200 CANCEL", "1030 bob 487 INVITE", "1040 alice ACK"]
    );
    assert!(matches!(pair.alice.event(), Event::Progress { .. }));
    assert_eq!(pair.alice.ended(), Why::HungUpHere);
    let Event::Ended { why: Why::Cancelled, request: Some(cancel), .. } = pair.bob.event() else {
        panic!("not cancelled");
    };
    assert_eq!(cancel.headers.get("Reason"), Some("SIP;cause=200"));
    assert_eq!(pair.bob.agent.hang_up(pair.now, theirs, Vec::new()), Err(Error::NoSuchCall));
}

#[test]
fn a_cancel_repeats_what_identifies_the_invite() {
    let mut pair = Pair::new(Settings::default());
    let call = pair.invite_with(Content::from(offer()).with_header("Require", "100rel"));
    pair.run(300);
    pair.alice.agent.hang_up(pair.now, call, Vec::new()).unwrap();
    pair.finish();
    let (invite, cancel) = (pair.last("INVITE"), pair.last("CANCEL"));
    for name in ["Via", "From", "To", "Call-ID"] {
        assert_eq!(cancel.headers.get(name), invite.headers.get(name), "{name}");
    }
    assert_eq!(cancel.uri_text(), invite.uri_text());
    assert_eq!(cancel.cseq().unwrap().to_string(), "1 CANCEL");
    assert!(!cancel.headers.has("Require"));
}

#[test]
fn a_cancel_waits_for_the_first_provisional_response() {
    let mut pair = Pair::new(Settings::default());
    let call = pair.invite();
    pair.alice.agent.hang_up(pair.now, call, Vec::new()).unwrap();
    pair.finish();
    assert_eq!(
        pair.ladder,
        [
            "0 alice INVITE",
            "210 bob 100 INVITE",
            "220 alice CANCEL",
            "230 bob 200 CANCEL",
            "230 bob 487 INVITE",
            "240 alice ACK"
        ]
    );
    assert_eq!(pair.alice.ended(), Why::HungUpHere);
}

#[test]
fn a_call_is_cancelled_once_however_many_responses_come() {
    let mut pair = Pair::new(Settings::default()).losing(9, "CANCEL");
    let call = pair.invite();
    pair.run(300);
    pair.alice.agent.hang_up(pair.now, call, Vec::new()).unwrap();
    let theirs = pair.bob.incoming();
    for code in [180, 181, 183] {
        pair.bob.agent.ring(pair.now, theirs, code, Content::none()).unwrap();
    }
    pair.run(100);
    assert_eq!(pair.messages().iter().filter(|line| line.ends_with("CANCEL")).count(), 1);
}

#[test]
fn a_2xx_that_crosses_the_cancel_is_acknowledged_and_ended() {
    let mut pair = Pair::new(Settings::default());
    let call = pair.invite();
    pair.run(300);
    let theirs = pair.bob.incoming();
    pair.bob.agent.answer(pair.now, theirs, answer().into()).unwrap();
    pair.alice.agent.hang_up(pair.now, call, reason()).unwrap();
    pair.finish();
    assert_eq!(
        pair.messages()[2..],
        [
            "alice CANCEL",
            "bob 200 INVITE",
            "alice ACK",
            "alice BYE",
            "bob 200 CANCEL",
            "bob 200 BYE"
        ]
    );
    assert_eq!(pair.last("BYE").headers.get("Reason"), Some("SIP;cause=200"));
    assert_eq!(pair.alice.ended(), Why::HungUpHere);
    assert!(matches!(pair.bob.event(), Event::Acknowledged { .. }));
    assert_eq!(pair.bob.ended(), Why::HungUpThere);
}

#[test]
fn a_2xx_that_comes_before_any_provisional_response_is_ended_too() {
    let mut pair = Pair::new(Settings::default());
    let call = pair.invite();
    pair.alice.agent.hang_up(pair.now, call, Vec::new()).unwrap();
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.bob.agent.answer(pair.now, theirs, answer().into()).unwrap();
    pair.finish();
    assert_eq!(
        pair.messages(),
        ["alice INVITE", "bob 200 INVITE", "alice ACK", "alice BYE", "bob 200 BYE"]
    );
}

#[test]
fn a_peer_that_ignores_the_cancel_is_given_up_after_64_t1() {
    let mut pair = Pair::new(Settings::default());
    let call = pair.invite();
    pair.run(300);
    pair = pair.losing(99, "CANCEL");
    pair.alice.agent.hang_up(pair.now, call, Vec::new()).unwrap();
    pair.run(32_001);
    assert_eq!(pair.alice.ended(), Why::HungUpHere);
    pair.run(10_000);
    assert_eq!(pair.alice.agent.leftovers(), NOTHING);
}

#[test]
fn a_cancel_of_nothing_is_answered_481() {
    let mut pair = Pair::new(Settings::default());
    pair.forge(
        "CANCEL sip:bob@192.0.2.2 SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK9\n\
         From: <sip:alice@example.com>;tag=1\nTo: <sip:bob@example.com>\nCall-ID: 1\n\
         CSeq: 1 CANCEL\n\n",
    );
    assert_eq!(pair.messages(), ["bob 481 CANCEL"]);
}

#[test]
fn an_invite_that_expires_is_cancelled_by_its_caller() {
    let mut pair = Pair::new(Settings::default());
    pair.invite_with(Content::from(offer()).with_header("Expires", "30"));
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.bob.agent.ring(pair.now, theirs, 180, Content::none()).unwrap();
    pair.finish();
    assert_eq!(pair.ladder[2], "30000 alice CANCEL");
    assert!(matches!(pair.alice.event(), Event::Progress { .. }));
    assert_eq!(pair.alice.failed(), 487);
    assert_eq!(pair.bob.ended(), Why::Cancelled);
}

#[test]
fn an_invite_that_expires_is_refused_by_who_is_called() {
    let mut pair = Pair::new(Settings::default()).losing(1, "CANCEL");
    pair.invite_with(Content::from(offer()).with_header("Expires", "30"));
    pair.run(20);
    pair.bob.incoming();
    pair.run(30_100);
    assert_eq!(pair.messages()[2..], ["alice CANCEL", "bob 487 INVITE", "alice ACK"]);
    assert_eq!(pair.bob.ended(), Why::Expired);
}

#[test]
fn an_invite_that_expires_unheard_is_cancelled_as_soon_as_it_can_be() {
    let mut pair = Pair::new(Settings::default()).losing(1, "180 INVITE");
    pair.invite_with(Content::from(offer()).with_header("Expires", "0"));
    pair.run(5);
    assert_eq!(pair.messages(), ["alice INVITE"]);
    pair.run(300);
    assert_eq!(pair.messages()[0], "bob 487 INVITE");
    assert_eq!(pair.alice.failed(), 487);
}

#[test]
fn a_lost_refusal_is_repeated_until_its_ack() {
    let mut pair = Pair::new(Settings::default()).losing(2, "487 INVITE");
    let call = pair.invite();
    pair.run(300);
    pair.alice.agent.hang_up(pair.now, call, Vec::new()).unwrap();
    pair.finish();
    assert_eq!(
        pair.messages()[4..],
        ["bob 487 INVITE", "bob 487 INVITE", "bob 487 INVITE", "alice ACK"]
    );
}
