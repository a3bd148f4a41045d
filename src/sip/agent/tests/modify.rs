//! Changing a session: re-INVITE and UPDATE (RFC 3261 section 14, RFC 3311).

use super::*;

#[test]
fn a_reinvite_changes_the_session() {
    let mut pair = Pair::new(Settings::default());
    let (call, _) = pair.talking();
    let id = pair.alice.agent.reinvite(pair.now, call, offer().into()).unwrap();
    pair.run(20);
    let request = pair.bob.modify();
    pair.bob.agent.respond(pair.now, request, Reply::new(200).with(answer())).unwrap();
    pair.run(20);
    assert_eq!(pair.messages(), ["alice INVITE", "bob 200 INVITE", "alice ACK"]);
    match pair.alice.event() {
        Event::Modified { id: told, response, offer: false, .. } => {
            assert_eq!((told, response.body), (id, answer().bytes));
        }
        event => panic!("{event:?}"),
    }
    assert!(matches!(pair.bob.event(), Event::Acknowledged { .. }));
    assert_eq!(pair.last("INVITE").cseq().unwrap().number, 2);
}

#[test]
fn a_refused_reinvite_leaves_the_call_as_it_was() {
    let mut pair = Pair::new(Settings::default());
    let (call, theirs) = pair.talking();
    pair.bob.agent.reinvite(pair.now, theirs, offer().into()).unwrap();
    pair.run(20);
    let request = pair.alice.modify();
    pair.alice.agent.respond(pair.now, request, Reply::new(488)).unwrap();
    pair.run(20);
    assert_eq!(pair.messages(), ["bob INVITE", "alice 488 INVITE", "bob ACK"]);
    assert!(matches!(pair.bob.event(), Event::ModifyFailed { code: 488, .. }));
    assert!(pair.alice.agent.call(call).is_some() && pair.bob.agent.call(theirs).is_some());
    let again = pair.alice.agent.respond(pair.now, request, Reply::new(200));
    assert_eq!(again, Err(Error::NoSuchRequest));
}

#[test]
fn a_reinvite_without_an_offer_is_acknowledged_with_the_answer() {
    let mut pair = Pair::new(Settings::default());
    let (call, _) = pair.talking();
    pair.alice.agent.reinvite(pair.now, call, Content::none()).unwrap();
    pair.run(20);
    let request = pair.bob.modify();
    pair.bob.agent.respond(pair.now, request, Reply::new(200).with(offer())).unwrap();
    pair.run(20);
    assert!(matches!(pair.alice.event(), Event::Modified { offer: true, .. }));
    pair.alice.agent.acknowledge(pair.now, call, &answer().into()).unwrap();
    pair.run(20);
    let Event::Acknowledged { request, .. } = pair.bob.event() else { panic!("no ACK") };
    assert_eq!(request.body, answer().bytes);
}

#[test]
fn reinvites_that_cross_are_refused_and_tried_again_one_after_the_other() {
    let mut pair = Pair::new(Settings::default());
    let (call, theirs) = pair.talking();
    let start = pair.now;
    pair.alice.agent.reinvite(pair.now, call, offer().into()).unwrap();
    pair.bob.agent.reinvite(pair.now, theirs, offer().into()).unwrap();
    pair.run(30);
    assert_eq!(
        pair.messages(),
        [
            "alice INVITE",
            "bob INVITE",
            "alice 491 INVITE",
            "bob 491 INVITE",
            "alice ACK",
            "bob ACK"
        ]
    );
    // Who was called waits 0 to 2 s, who called 2.1 to 4 s.
    let first = pair.run_until("bob INVITE");
    assert!(first - start <= Duration::from_millis(2_020), "{first}");
    let request = pair.alice.modify();
    pair.alice.agent.respond(pair.now, request, Reply::new(200).with(offer())).unwrap();
    let second = pair.run_until("alice INVITE");
    assert!((2_120..=4_020).contains(&(second - start).as_millis()), "{second}");
    assert!(matches!(pair.bob.event(), Event::Modified { .. }));
    let request = pair.bob.modify();
    pair.bob.agent.respond(pair.now, request, Reply::new(200).with(answer())).unwrap();
    pair.run(20);
    assert!(matches!(pair.alice.event(), Event::Acknowledged { .. }));
    assert!(matches!(pair.alice.event(), Event::Modified { .. }));
}

#[test]
fn a_second_reinvite_waits_for_the_first() {
    let mut pair = Pair::new(Settings::default());
    let (call, _) = pair.talking();
    pair.alice.agent.reinvite(pair.now, call, offer().into()).unwrap();
    pair.alice.agent.reinvite(pair.now, call, offer().into()).unwrap();
    for _ in 0..2 {
        pair.run(1_000);
        let request = pair.bob.modify();
        pair.bob.agent.respond(pair.now, request, Reply::new(200).with(answer())).unwrap();
        pair.run(20);
        assert!(matches!(pair.bob.event(), Event::Acknowledged { .. }));
    }
    assert_eq!(
        pair.messages(),
        [
            "alice INVITE",
            "bob 100 INVITE",
            "bob 200 INVITE",
            "alice ACK",
            "alice INVITE",
            "bob 100 INVITE",
            "bob 200 INVITE",
            "alice ACK"
        ]
    );
}

#[test]
fn a_callee_does_not_reinvite_before_the_ack() {
    let mut pair = Pair::new(Settings::default()).losing(1, "ACK");
    pair.invite();
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.bob.agent.answer(pair.now, theirs, answer().into()).unwrap();
    pair.bob.agent.reinvite(pair.now, theirs, offer().into()).unwrap();
    pair.run(1_000);
    assert_eq!(
        pair.messages()[1..],
        [
            "bob 200 INVITE",
            "alice ACK",
            "bob 200 INVITE",
            "alice ACK",
            "bob INVITE",
            "alice 100 INVITE"
        ]
    );
}

#[test]
fn a_second_invite_before_the_first_is_answered_gets_500_and_a_time() {
    let mut pair = Pair::new(Settings::default());
    let (call, _) = pair.talking();
    pair.alice.agent.reinvite(pair.now, call, offer().into()).unwrap();
    pair.run(20);
    let first = pair.last("INVITE");
    let branch = first.via().unwrap().branch().unwrap().to_owned();
    let text = String::from_utf8(first.to_bytes().into()).unwrap();
    pair.forge(&text.replace(&branch, "z9hG4bKother").replace("CSeq: 2", "CSeq: 3"));
    let refusal = pair.last("500 INVITE");
    assert!(refusal.retry_after().unwrap().unwrap().seconds <= 10);
}

#[test]
fn a_request_with_an_old_number_gets_500() {
    let mut pair = Pair::new(Settings::default());
    let (call, _) = pair.talking();
    pair.alice.agent.info(pair.now, call, &Content::none()).unwrap();
    pair.run(20);
    let info = pair.last("INFO");
    let branch = info.via().unwrap().branch().unwrap().to_owned();
    let text = String::from_utf8(info.to_bytes().into()).unwrap();
    pair.forge(&text.replace(&branch, "z9hG4bKother").replace("CSeq: 2", "CSeq: 1"));
    assert_eq!(pair.messages().last().unwrap(), "bob 500 INFO");
}

#[test]
fn a_request_with_another_tag_is_of_no_call() {
    let mut pair = Pair::new(Settings::default());
    let (call, _) = pair.talking();
    pair.alice.agent.info(pair.now, call, &Content::none()).unwrap();
    pair.run(20);
    let info = pair.last("INFO");
    let branch = info.via().unwrap().branch().unwrap().to_owned();
    let tag = info.from().unwrap().tag().unwrap().to_owned();
    let text = String::from_utf8(info.to_bytes().into()).unwrap();
    pair.forge(&text.replace(&branch, "z9hG4bKother").replace(&tag, "other"));
    assert_eq!(pair.messages().last().unwrap(), "bob 481 INFO");
}

#[test]
fn a_reinvite_that_nobody_answers_ends_the_call() {
    let mut pair = Pair::new(Settings::default());
    let (call, _) = pair.talking();
    pair = pair.losing(99, "INVITE");
    pair.alice.agent.reinvite(pair.now, call, offer().into()).unwrap();
    pair.finish();
    assert!(matches!(pair.alice.event(), Event::ModifyFailed { code: 408, response: None, .. }));
    assert_eq!(pair.alice.ended(), Why::Lost(408));
    assert_eq!(pair.bob.ended(), Why::HungUpThere);
}

#[test]
fn an_info_for_a_call_that_is_gone_there_ends_it_here() {
    let mut pair = Pair::new(Settings::default());
    let (call, theirs) = pair.talking();
    pair = pair.losing(99, "BYE");
    pair.bob.agent.hang_up(pair.now, theirs, Vec::new()).unwrap();
    pair.run(100_000);
    pair.alice.agent.info(pair.now, call, &Content::none()).unwrap();
    pair.run(100);
    assert!(matches!(pair.alice.event(), Event::Response { code: 481, .. }));
    assert_eq!(pair.alice.ended(), Why::Lost(481));
}

#[test]
fn a_bye_crosses_a_reinvite() {
    let mut pair = Pair::new(Settings::default());
    let (call, theirs) = pair.talking();
    pair.alice.agent.reinvite(pair.now, call, offer().into()).unwrap();
    pair.bob.agent.hang_up(pair.now, theirs, Vec::new()).unwrap();
    pair.finish();
    assert_eq!(
        pair.messages(),
        ["alice INVITE", "bob BYE", "alice 200 BYE", "bob 481 INVITE", "alice ACK"]
    );
    assert_eq!(pair.alice.ended(), Why::HungUpThere);
    assert_eq!(pair.bob.ended(), Why::HungUpHere);
}

#[test]
fn an_unanswered_reinvite_is_answered_487_when_the_call_ends() {
    let mut pair = Pair::new(Settings::default());
    let (call, _) = pair.talking();
    pair.alice.agent.reinvite(pair.now, call, offer().into()).unwrap();
    pair.run(20);
    pair.alice.agent.hang_up(pair.now, call, Vec::new()).unwrap();
    pair.finish();
    assert_eq!(
        pair.messages(),
        ["alice INVITE", "alice BYE", "bob 200 BYE", "bob 487 INVITE", "alice ACK"]
    );
    let request = pair.bob.modify();
    assert_eq!(pair.bob.ended(), Why::HungUpThere);
    let late = pair.bob.agent.respond(pair.now, request, Reply::new(200));
    assert_eq!(late, Err(Error::NoSuchRequest));
}

#[test]
fn a_2xx_to_a_reinvite_that_crosses_our_bye_is_acknowledged() {
    let mut pair = Pair::new(Settings::default());
    let (call, _) = pair.talking();
    pair.alice.agent.reinvite(pair.now, call, offer().into()).unwrap();
    pair.run(20);
    let request = pair.bob.modify();
    pair.bob.agent.respond(pair.now, request, Reply::new(200).with(answer())).unwrap();
    pair.alice.agent.hang_up(pair.now, call, Vec::new()).unwrap();
    pair.finish();
    assert_eq!(
        pair.messages(),
        ["alice INVITE", "alice BYE", "bob 200 INVITE", "alice ACK", "bob 200 BYE"]
    );
}

#[test]
fn an_update_changes_a_call_before_and_after_it_is_answered() {
    let metadata = || Body::new("application/rs-metadata+xml", "<recording/>");
    let accept = vec!["application/sdp".into(), "application/rs-metadata+xml".into()];
    let mut pair = Pair::new(Settings { accept, ..Settings::default() });
    let call = pair.invite();
    pair.run(20);
    let theirs = pair.bob.incoming();
    assert_eq!(pair.alice.agent.update(pair.now, call, metadata().into()), Err(Error::NotNow));
    pair.bob.agent.ring(pair.now, theirs, 180, Content::none()).unwrap();
    pair.run(20);
    for _ in 0..2 {
        pair.alice.agent.update(pair.now, call, metadata().into()).unwrap();
        pair.run(20);
        let request = pair.bob.modify();
        pair.bob.agent.respond(pair.now, request, Reply::new(200)).unwrap();
        pair.run(20);
        let _ = pair.bob.agent.answer(pair.now, theirs, answer().into());
        pair.run(20);
        pair.bob.events.clear();
    }
    let modified = pair.alice.events.iter().filter(|e| matches!(e, Event::Modified { .. })).count();
    assert_eq!(modified, 2);
}

#[test]
fn an_offer_in_an_update_waits_until_the_first_one_is_answered() {
    let mut pair = Pair::new(Settings::default());
    let call = pair.invite();
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.bob.agent.ring(pair.now, theirs, 180, Content::none()).unwrap();
    pair.run(20);
    pair.alice.agent.update(pair.now, call, offer().into()).unwrap();
    pair.run(100);
    assert_eq!(pair.messages(), ["alice INVITE", "bob 180 INVITE"]);
    pair.bob.agent.answer(pair.now, theirs, answer().into()).unwrap();
    pair.run(100);
    assert_eq!(pair.messages(), ["bob 200 INVITE", "alice ACK", "alice UPDATE"]);
}

#[test]
fn an_update_waits_until_our_reinvite_is_over() {
    let mut pair = Pair::new(Settings::default());
    let (call, _) = pair.talking();
    pair.alice.agent.reinvite(pair.now, call, offer().into()).unwrap();
    pair.alice.agent.update(pair.now, call, Content::none()).unwrap();
    pair.run(20);
    let request = pair.bob.modify();
    pair.run(100);
    pair.bob.agent.respond(pair.now, request, Reply::new(200).with(answer())).unwrap();
    pair.run(100);
    let sent = pair.messages();
    let place = |what: &str| sent.iter().position(|it| it == what);
    assert!(place("alice UPDATE") > place("bob 200 INVITE"), "{sent:?}");
}

#[test]
fn updates_with_offers_that_cross_are_refused_491_and_tried_again() {
    let mut pair = Pair::new(Settings::default());
    let (call, theirs) = pair.talking();
    pair.alice.agent.update(pair.now, call, offer().into()).unwrap();
    pair.bob.agent.update(pair.now, theirs, offer().into()).unwrap();
    pair.run(20);
    assert_eq!(
        pair.messages(),
        ["alice UPDATE", "bob UPDATE", "alice 491 UPDATE", "bob 491 UPDATE"]
    );
    pair.run(5_000);
    let messages = pair.messages();
    assert!(messages.contains(&"bob UPDATE".to_owned()), "{messages:?}");
}

#[test]
fn a_reinvite_that_meets_an_unanswered_offer_is_told_to_wait() {
    let mut pair = Pair::new(Settings::default());
    let (call, theirs) = pair.talking();
    pair.alice.agent.update(pair.now, call, offer().into()).unwrap();
    pair.bob.agent.reinvite(pair.now, theirs, offer().into()).unwrap();
    pair.run(20);
    assert_eq!(
        pair.messages(),
        ["alice UPDATE", "bob INVITE", "alice 491 INVITE", "bob 491 UPDATE", "bob ACK"]
    );
}

#[test]
fn an_update_without_content_is_answered_by_itself() {
    let mut pair = Pair::new(Settings::default());
    let (call, theirs) = pair.talking();
    let moved = Content::none().with_header("Contact", "<sip:alice@192.0.2.1:5060;ob>");
    pair.alice.agent.update(pair.now, call, moved).unwrap();
    pair.run(20);
    assert_eq!(pair.messages(), ["alice UPDATE", "bob 200 UPDATE"]);
    assert!(pair.bob.events.is_empty());
    pair.bob.agent.info(pair.now, theirs, &Content::none()).unwrap();
    pair.run(1);
    assert_eq!(pair.last("INFO").uri_text(), "sip:alice@192.0.2.1:5060;ob");
}

#[test]
fn an_info_is_told_and_answered() {
    let mut pair = Pair::new(Settings::default());
    let (call, _) = pair.talking();
    let digit = Body::new("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n");
    let id = pair.alice.agent.info(pair.now, call, &digit.into()).unwrap();
    pair.run(20);
    let Event::Info { id: theirs, request, .. } = pair.bob.event() else { panic!("no INFO") };
    assert!(request.body.starts_with(b"Signal=5"));
    pair.bob.agent.respond(pair.now, theirs, Reply::new(200)).unwrap();
    pair.run(20);
    match pair.alice.event() {
        Event::Response { id: told, code: 200, call: Some(_), .. } => assert_eq!(told, id),
        event => panic!("{event:?}"),
    }
}

#[test]
fn a_request_that_the_owner_never_answers_is_forgotten() {
    let mut pair = Pair::new(Settings::default());
    let (call, theirs) = pair.talking();
    pair.alice.agent.update(pair.now, call, offer().into()).unwrap();
    pair.run(33_000);
    let request = pair.bob.modify();
    assert_eq!(
        pair.bob.agent.respond(pair.now, request, Reply::new(200)),
        Err(Error::NoSuchRequest)
    );
    // UPDATE got no answer: the call is over (RFC 3311 section 5.3).
    assert!(matches!(pair.alice.event(), Event::ModifyFailed { code: 408, .. }));
    assert_eq!(pair.alice.ended(), Why::Lost(408));
    assert!(pair.bob.agent.call(theirs).is_none());
}
