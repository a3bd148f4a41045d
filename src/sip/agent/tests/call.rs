//! Calls from beginning to end.

use super::*;

#[test]
fn a_call_is_answered_and_ended_by_the_caller() {
    let mut pair = Pair::new(Settings::default());
    let call = pair.invite();
    pair.run(50);
    let theirs = pair.bob.incoming();
    pair.bob.agent.ring(pair.now, theirs, 180, Content::none()).unwrap();
    pair.run(1_000);
    pair.bob.agent.answer(pair.now, theirs, answer().into()).unwrap();
    pair.run(1_000);
    pair.alice.agent.hang_up(pair.now, call, reason()).unwrap();
    pair.finish();
    assert_eq!(
        pair.ladder,
        [
            "0 alice INVITE",
            "50 bob 180 INVITE",
            "1050 bob 200 INVITE",
            "1060 alice ACK",
            "2050 alice BYE",
            "2060 bob 200 BYE"
        ]
    );
    assert_eq!(pair.last("BYE").headers.get("Reason"), Some("SIP;cause=200"));
    assert!(matches!(pair.alice.event(), Event::Progress { offer: false, .. }));
    assert!(matches!(pair.alice.event(), Event::Answered { offer: false, .. }));
    assert_eq!(pair.alice.ended(), Why::HungUpHere);
    assert!(matches!(pair.bob.event(), Event::Acknowledged { .. }));
    let Event::Ended { why: Why::HungUpThere, request: Some(bye), .. } = pair.bob.event() else {
        panic!("not ended");
    };
    assert_eq!(bye.headers.get("Reason"), Some("SIP;cause=200"));
}

#[test]
fn the_callee_ends_the_call() {
    let mut pair = Pair::new(Settings::default());
    let (_, theirs) = pair.talking();
    pair.bob.agent.hang_up(pair.now, theirs, Vec::new()).unwrap();
    pair.finish();
    assert_eq!(pair.messages(), ["bob BYE", "alice 200 BYE"]);
    assert_eq!(pair.alice.ended(), Why::HungUpThere);
    assert_eq!(pair.bob.ended(), Why::HungUpHere);
}

#[test]
fn an_invite_says_who_we_are_and_what_we_can_do() {
    let mut pair = Pair::new(Settings {
        user_agent: Some("Tallylight".into()),
        supported: vec!["replaces".into()],
        contact_params: "+sip.src".into(),
        ..Settings::default()
    });
    pair.invite();
    let invite = pair.last("INVITE");
    let get = |name| invite.headers.get(name).unwrap();
    assert_eq!(get("Contact"), "<sip:alice@192.0.2.1:5060>;+sip.src");
    assert_eq!(get("Max-Forwards"), "70");
    assert_eq!(get("Allow"), "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, PRACK, INFO");
    assert_eq!(get("Supported"), "replaces, 100rel");
    assert_eq!(get("User-Agent"), "Tallylight");
    assert_eq!(
        invite.via().unwrap().to_string(),
        format!(
            "SIP/2.0/UDP 192.0.2.1:5060;branch={};rport",
            invite.via().unwrap().branch().unwrap()
        )
    );
    assert!(invite.from().unwrap().tag().is_some() && invite.to().unwrap().tag().is_none());
}

#[test]
fn an_agent_may_live_on_any_thread() {
    fn is_send<T: Send>(_: &T) {}
    is_send(&UserAgent::new(Settings::default(), 1));
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let bytes = || {
        let mut pair = Pair::new(Settings::default());
        let (call, _) = pair.talking();
        pair.alice.agent.hang_up(pair.now, call, Vec::new()).unwrap();
        pair.finish();
        pair.packets
    };
    assert_eq!(bytes(), bytes());
}

#[test]
fn a_callee_that_says_nothing_is_spoken_for() {
    let mut pair = Pair::new(Settings::default());
    pair.invite();
    pair.run(5_000);
    assert_eq!(pair.ladder, ["0 alice INVITE", "210 bob 100 INVITE"]);
}

#[test]
fn a_refused_call_fails_with_the_code() {
    let mut pair = Pair::new(Settings::default());
    pair.invite();
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.bob.agent.reject(pair.now, theirs, &Reply::new(486)).unwrap();
    pair.finish();
    assert_eq!(pair.messages(), ["alice INVITE", "bob 486 INVITE", "alice ACK"]);
    assert_eq!(pair.alice.failed(), 486);
    assert_eq!(pair.bob.ended(), Why::HungUpHere);
}

#[test]
fn a_callee_that_hangs_up_before_it_answers_refuses() {
    let mut pair = Pair::new(Settings::default());
    pair.invite();
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.bob.agent.hang_up(pair.now, theirs, reason()).unwrap();
    pair.finish();
    assert_eq!(pair.last("486 INVITE").headers.get("Reason"), Some("SIP;cause=200"));
    assert_eq!(pair.alice.failed(), 486);
}

#[test]
fn a_call_that_nobody_takes_fails_with_408() {
    let mut pair = Pair::new(Settings::default()).with_fate(|_| Fate::Drop);
    pair.invite();
    pair.finish();
    assert_eq!(pair.ladder.len(), 7);
    assert_eq!((pair.alice.failed(), pair.now), (408, Instant::from_millis(32_000)));
}

#[test]
fn a_call_to_nowhere_fails_with_503_at_once() {
    let mut pair = Pair::new(Settings::default());
    pair.invite_at("sip:bob@example.com", offer().into());
    assert_eq!(pair.alice.failed(), 503);
    pair.finish();
    assert_eq!(pair.ladder, NOTHING);
}

#[test]
fn an_invite_without_an_offer_is_acknowledged_with_the_answer() {
    let mut pair = Pair::new(Settings::default());
    let call = pair.invite_with(Content::none());
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.bob.agent.answer(pair.now, theirs, offer().into()).unwrap();
    pair.run(600);
    assert!(matches!(pair.alice.event(), Event::Answered { offer: true, .. }));
    pair.alice.agent.acknowledge(pair.now, call, &answer().into()).unwrap();
    pair.run(600);
    let Event::Acknowledged { request, .. } = pair.bob.event() else { panic!("no ACK") };
    assert_eq!(request.body, answer().bytes);
    assert_eq!(pair.messages(), ["alice INVITE", "bob 200 INVITE", "bob 200 INVITE", "alice ACK"]);
    assert!(pair.alice.agent.acknowledge(pair.now, call, &answer().into()).is_err());
}

#[test]
fn hanging_up_on_an_offer_acknowledges_it_first() {
    let mut pair = Pair::new(Settings::default());
    let call = pair.invite_with(Content::none());
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.bob.agent.answer(pair.now, theirs, offer().into()).unwrap();
    pair.run(100);
    pair.alice.agent.hang_up(pair.now, call, Vec::new()).unwrap();
    pair.finish();
    let messages = pair.messages();
    assert_eq!(messages[2..], ["alice ACK", "alice BYE", "bob 200 BYE"]);
}

#[test]
fn a_lost_ack_is_repeated_with_the_next_copy_of_the_2xx() {
    let mut pair = Pair::new(Settings::default()).losing(2, "ACK");
    pair.invite();
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.bob.agent.answer(pair.now, theirs, answer().into()).unwrap();
    pair.run(5_000);
    assert_eq!(
        pair.ladder,
        [
            "0 alice INVITE",
            "20 bob 200 INVITE",
            "30 alice ACK",
            "520 bob 200 INVITE",
            "530 alice ACK",
            "1520 bob 200 INVITE",
            "1530 alice ACK"
        ]
    );
    assert!(matches!(pair.alice.event(), Event::Answered { .. }));
    assert!(pair.alice.events.is_empty());
    assert!(matches!(pair.bob.event(), Event::Acknowledged { .. }));
}

#[test]
fn a_2xx_that_nobody_acknowledges_ends_the_call_after_64_t1() {
    let mut pair = Pair::new(Settings::default()).losing(99, "ACK");
    pair.invite();
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.bob.agent.answer(pair.now, theirs, answer().into()).unwrap();
    pair.finish();
    let copies = pair.ladder.iter().filter(|line| line.ends_with("200 INVITE")).count();
    assert_eq!(copies, 11);
    assert!(pair.ladder.contains(&"32020 bob BYE".to_owned()), "{:?}", pair.ladder);
    assert_eq!(pair.bob.ended(), Why::NotAcknowledged);
    assert!(matches!(pair.alice.event(), Event::Answered { .. }));
    assert_eq!(pair.alice.ended(), Why::HungUpThere);
}

#[test]
fn a_callee_that_hangs_up_at_once_waits_for_the_ack() {
    let mut pair = Pair::new(Settings::default());
    pair.invite();
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.bob.agent.answer(pair.now, theirs, answer().into()).unwrap();
    pair.bob.agent.hang_up(pair.now, theirs, Vec::new()).unwrap();
    pair.finish();
    assert_eq!(
        pair.messages(),
        ["alice INVITE", "bob 200 INVITE", "alice ACK", "bob BYE", "alice 200 BYE"]
    );
}

#[test]
fn a_lost_bye_is_sent_again() {
    let mut pair = Pair::new(Settings::default());
    let (call, _) = pair.talking();
    pair = pair.losing(2, "BYE");
    pair.alice.agent.hang_up(pair.now, call, Vec::new()).unwrap();
    pair.finish();
    assert_eq!(pair.messages(), ["alice BYE", "alice BYE", "alice BYE", "bob 200 BYE"]);
    assert_eq!(pair.bob.ended(), Why::HungUpThere);
}

#[test]
fn a_lost_answer_to_a_bye_is_repeated_and_ends_nothing_twice() {
    let mut pair = Pair::new(Settings::default());
    let (call, _) = pair.talking();
    pair = pair.losing(2, "200 BYE");
    pair.alice.agent.hang_up(pair.now, call, Vec::new()).unwrap();
    pair.finish();
    assert_eq!(pair.messages().len(), 6);
    assert_eq!(pair.bob.ended(), Why::HungUpThere);
    assert_eq!(pair.alice.ended(), Why::HungUpHere);
}

#[test]
fn a_bye_that_nobody_answers_leaves_nothing_behind() {
    let mut pair = Pair::new(Settings::default());
    let (call, _) = pair.talking();
    pair = pair.with_fate(|_| Fate::Drop);
    pair.alice.agent.hang_up(pair.now, call, Vec::new()).unwrap();
    pair.run(200_000);
    assert_eq!(pair.alice.agent.leftovers(), NOTHING);
    assert_eq!(pair.alice.ended(), Why::HungUpHere);
}

#[test]
fn byes_that_cross_are_both_answered_200() {
    let mut pair = Pair::new(Settings::default());
    let (call, theirs) = pair.talking();
    pair.alice.agent.hang_up(pair.now, call, Vec::new()).unwrap();
    pair.bob.agent.hang_up(pair.now, theirs, Vec::new()).unwrap();
    pair.finish();
    assert_eq!(pair.messages(), ["alice BYE", "bob BYE", "alice 200 BYE", "bob 200 BYE"]);
    assert_eq!(pair.alice.ended(), Why::HungUpHere);
    assert_eq!(pair.bob.ended(), Why::HungUpHere);
}

#[test]
fn a_call_is_known_as_long_as_it_lasts() {
    let mut pair = Pair::new(Settings { contact_params: "+sip.src".into(), ..Settings::default() });
    let (call, theirs) = pair.talking();
    let alice = pair.alice.agent.call(call).unwrap();
    let bob = pair.bob.agent.call(theirs).unwrap();
    assert!(alice.answered && bob.answered && !alice.incoming && bob.incoming);
    assert_eq!(alice.call_id, bob.call_id);
    let (ours, theirs_id) = (alice.dialog.clone().unwrap(), bob.dialog.clone().unwrap());
    assert_eq!((ours.local_tag, ours.remote_tag), (theirs_id.remote_tag, theirs_id.local_tag));
    assert!(bob.remote_contact.as_ref().unwrap().params.has("+sip.src"));
    assert!(bob.remote_allow.contains(&Method::Update));
    assert_eq!(bob.remote.display.as_deref(), Some("Alice"));
    pair.bob.agent.hang_up(pair.now, theirs, Vec::new()).unwrap();
    assert!(pair.bob.agent.call(theirs).is_none());
    pair.finish();
    assert!(pair.alice.agent.call(call).is_none());
}
