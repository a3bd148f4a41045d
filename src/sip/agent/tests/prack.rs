//! Reliable provisional responses (RFC 3262).

use super::*;
use crate::sip::agent::Reliability;

fn settings() -> Settings {
    Settings { reliable_provisional: Reliability::WhenSupported, ..Settings::default() }
}

#[test]
fn a_reliable_provisional_response_gets_its_prack() {
    let mut pair = Pair::new(settings());
    pair.invite();
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.bob.agent.ring(pair.now, theirs, 183, answer().into()).unwrap();
    pair.run(100);
    pair.bob.agent.ring(pair.now, theirs, 180, Content::none()).unwrap();
    pair.run(100);
    assert_eq!(
        pair.messages(),
        [
            "alice INVITE",
            "bob 183 INVITE",
            "alice PRACK",
            "bob 200 PRACK",
            "bob 180 INVITE",
            "alice PRACK",
            "bob 200 PRACK"
        ]
    );
    let (one, two) = (pair.last("183 INVITE"), pair.last("180 INVITE"));
    assert_eq!(two.rseq().unwrap(), Some(one.rseq().unwrap().unwrap() + 1));
    assert_eq!(one.headers.get("Require"), Some("100rel"));
    let prack = pair.last("PRACK");
    let rseq = two.rseq().unwrap().unwrap();
    assert_eq!(prack.headers.get("RAck"), Some(format!("{rseq} 1 INVITE").as_str()));
    assert_eq!(prack.cseq().unwrap().number, 3);
    pair.bob.agent.answer(pair.now, theirs, Content::none()).unwrap();
    pair.run(100);
    assert!(matches!(pair.alice.event(), Event::Progress { offer: false, .. }));
    assert!(matches!(pair.alice.event(), Event::Progress { .. }));
    assert!(matches!(pair.alice.event(), Event::Answered { offer: false, .. }));
}

#[test]
fn a_lost_provisional_response_is_repeated_until_its_prack() {
    let mut pair = Pair::new(settings()).losing(2, "180 INVITE");
    pair.invite();
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.bob.agent.ring(pair.now, theirs, 180, Content::none()).unwrap();
    pair.run(60_000);
    assert_eq!(
        pair.ladder[1..],
        [
            "20 bob 180 INVITE",
            "500 alice INVITE",
            "510 bob 180 INVITE",
            "520 bob 180 INVITE",
            "530 alice PRACK",
            "540 bob 200 PRACK"
        ]
    );
}

#[test]
fn a_copy_of_a_provisional_response_is_told_once() {
    let mut pair = Pair::new(settings()).losing(1, "PRACK");
    pair.invite();
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.bob.agent.ring(pair.now, theirs, 180, Content::none()).unwrap();
    pair.run(5_000);
    assert_eq!(pair.alice.events.len(), 1);
    let pracks = pair.packets.iter().filter(|packet| summary(&packet.payload) == "PRACK").count();
    assert_eq!(pracks, 2);
}

#[test]
fn a_provisional_response_that_nobody_acknowledges_ends_in_504() {
    let mut pair = Pair::new(settings()).losing(99, "PRACK");
    pair.invite();
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.bob.agent.ring(pair.now, theirs, 180, Content::none()).unwrap();
    pair.finish();
    let copies: Vec<_> = pair.ladder.iter().filter(|line| line.ends_with("180 INVITE")).collect();
    // RFC 3262 section 3: the intervals double without end.
    let at = ["20", "520", "1520", "3520", "7520", "15520", "31520"];
    assert!(copies.iter().map(|line| line.split(' ').next().unwrap()).eq(at), "{copies:?}");
    assert!(pair.ladder.contains(&"32020 bob 504 INVITE".to_owned()));
    assert_eq!(pair.bob.ended(), Why::NotAcknowledged);
}

#[test]
fn an_answer_waits_for_the_prack_to_a_description() {
    let mut pair = Pair::new(settings()).losing(1, "PRACK");
    pair.invite();
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.bob.agent.ring(pair.now, theirs, 183, answer().into()).unwrap();
    pair.bob.agent.answer(pair.now, theirs, Content::none()).unwrap();
    pair.run(5_000);
    let messages = pair.messages();
    let prack = messages.iter().position(|line| line == "bob 200 PRACK").unwrap();
    let answer = messages.iter().position(|line| line == "bob 200 INVITE").unwrap();
    assert!(prack < answer, "{messages:?}");
}

#[test]
fn an_answer_does_not_wait_for_the_prack_to_a_mere_ringing() {
    let mut pair = Pair::new(settings());
    pair.invite();
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.bob.agent.ring(pair.now, theirs, 180, Content::none()).unwrap();
    pair.bob.agent.answer(pair.now, theirs, answer().into()).unwrap();
    pair.run(5_000);
    assert_eq!(
        pair.messages(),
        [
            "alice INVITE",
            "bob 180 INVITE",
            "bob 200 INVITE",
            "alice PRACK",
            "alice ACK",
            "bob 200 PRACK"
        ]
    );
}

#[test]
fn an_offer_in_a_provisional_response_is_answered_in_the_prack() {
    let mut pair = Pair::new(settings());
    let call = pair.invite_with(Content::none());
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.bob.agent.ring(pair.now, theirs, 183, offer().into()).unwrap();
    pair.run(20);
    assert!(matches!(pair.alice.event(), Event::Progress { offer: true, .. }));
    pair.alice.agent.acknowledge(pair.now, call, &answer().into()).unwrap();
    pair.run(20);
    let Event::Acknowledged { request, .. } = pair.bob.event() else { panic!("no PRACK") };
    assert_eq!((request.method(), &request.body), (Some(&Method::Prack), &answer().bytes));
    pair.bob.agent.answer(pair.now, theirs, Content::none()).unwrap();
    pair.run(20);
    assert!(matches!(pair.alice.event(), Event::Answered { offer: false, .. }));
    assert_eq!(
        pair.messages(),
        [
            "alice INVITE",
            "bob 183 INVITE",
            "alice PRACK",
            "bob 200 PRACK",
            "bob 200 INVITE",
            "alice ACK"
        ]
    );
}

#[test]
fn who_does_not_do_it_refuses_who_requires_it() {
    let mut pair = Pair::of(
        settings(),
        Settings { reliable_provisional: Reliability::Never, ..Settings::default() },
    );
    pair.invite_with(Content::from(offer()).with_header("Require", "100rel"));
    pair.run(100);
    assert_eq!(pair.last("420 INVITE").headers.get("Unsupported"), Some("100rel"));
    assert_eq!(pair.alice.failed(), 420);
}

#[test]
fn a_prack_to_nothing_is_answered_481() {
    let mut pair = Pair::new(settings());
    pair.invite();
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.bob.agent.ring(pair.now, theirs, 180, Content::none()).unwrap();
    pair.run(100);
    let prack = pair.last("PRACK");
    let branch = prack.via().unwrap().branch().unwrap().to_owned();
    let text = String::from_utf8(prack.to_bytes().into()).unwrap();
    let again = text.replace(&branch, "z9hG4bKother").replace("CSeq: 2 PRACK", "CSeq: 3 PRACK");
    pair.forge(&again);
    assert_eq!(pair.messages().last().unwrap(), "bob 481 PRACK");
}
