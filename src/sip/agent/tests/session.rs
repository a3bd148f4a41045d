//! Session timers (RFC 4028).

use super::*;
use crate::sip::Refresher;
use crate::sip::agent::SessionTimer;

fn timer(interval: Option<u64>, least: u64, refresher: Option<Refresher>) -> Settings {
    Settings {
        session_timer: Some(SessionTimer {
            interval: interval.map(Duration::from_secs),
            least: Duration::from_secs(least),
            refresher,
        }),
        ..Settings::default()
    }
}

/// When each message of this kind left, in seconds.
fn seconds(pair: &Pair, line: &str) -> Vec<u64> {
    let lines = pair.ladder.iter().filter(|sent| sent.ends_with(line));
    lines.map(|sent| sent.split(' ').next().unwrap().parse::<u64>().unwrap() / 1_000).collect()
}

#[test]
fn the_refresher_sends_update_at_half_the_interval() {
    let mut pair = Pair::of(timer(Some(600), 90, None), timer(None, 90, Some(Refresher::Uac)));
    pair.talking();
    pair.run(1_000_000);
    assert_eq!(seconds(&pair, "alice UPDATE"), [300, 600, 900]);
    assert_eq!(pair.last("UPDATE").headers.get("Session-Expires"), Some("600;refresher=uac"));
    assert_eq!(pair.last("200 UPDATE").headers.get("Session-Expires"), Some("600;refresher=uac"));
    assert!(pair.alice.events.is_empty() && pair.bob.events.is_empty());
}

#[test]
fn the_callee_refreshes_if_that_was_agreed() {
    let mut pair = Pair::of(timer(Some(600), 90, None), timer(None, 90, Some(Refresher::Uas)));
    pair.talking();
    pair.run(700_000);
    assert_eq!(seconds(&pair, "bob UPDATE"), [300, 600]);
    assert_eq!(seconds(&pair, "alice UPDATE"), [0; 0]);
}

#[test]
fn the_2xx_says_what_was_agreed() {
    let mut pair = Pair::of(timer(Some(600), 90, None), timer(None, 90, Some(Refresher::Uas)));
    let call = pair.invite();
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.bob.agent.answer(pair.now, theirs, answer().into()).unwrap();
    pair.run(20);
    assert_eq!(pair.last("INVITE").headers.get("Session-Expires"), Some("600"));
    let answered = pair.last("200 INVITE");
    assert_eq!(answered.headers.get("Session-Expires"), Some("600;refresher=uas"));
    assert_eq!(answered.headers.get("Require"), Some("timer"));
    pair.alice.agent.hang_up(pair.now, call, Vec::new()).unwrap();
    pair.finish();
}

#[test]
fn a_peer_without_update_is_refreshed_by_the_same_offer() {
    let mut bob = timer(None, 90, Some(Refresher::Uac));
    bob.allow.retain(|method| *method != Method::Update);
    let mut pair = Pair::of(timer(Some(600), 90, None), bob);
    pair.talking();
    pair.run(300_000);
    let request = pair.bob.modify();
    pair.bob.agent.respond(pair.now, request, Reply::new(200).with(answer())).unwrap();
    pair.run(1_000);
    assert_eq!(pair.last("INVITE").body, offer().bytes);
    assert!(pair.alice.events.is_empty());
    assert!(matches!(pair.bob.event(), Event::Acknowledged { .. }));
    pair.run(400_000);
    assert_eq!(seconds(&pair, "alice INVITE"), [300, 600]);
}

#[test]
fn a_peer_that_refuses_update_after_all_is_refreshed_by_the_same_offer() {
    let mut pair = Pair::of(timer(Some(600), 90, None), timer(None, 90, Some(Refresher::Uac)));
    let (_, theirs) = pair.talking();
    let told = pair.bob.agent.calls.get_mut(&theirs).unwrap();
    told.contact = "<sip:bob@192.0.2.2:5060>".into();
    pair.bob.agent.core.settings.allow.retain(|method| *method != Method::Update);
    pair.run(300_100);
    assert_eq!(pair.messages(), ["alice UPDATE", "bob 405 UPDATE", "alice INVITE"]);
}

#[test]
fn who_waits_in_vain_for_a_refresh_ends_the_call() {
    let mut pair = Pair::of(timer(Some(600), 90, None), timer(None, 90, Some(Refresher::Uac)));
    pair.talking();
    pair = pair.losing(usize::MAX, "UPDATE");
    pair.run(299_000);
    pair.alice.agent = UserAgent::new(Settings::default(), 9);
    pair.run(400_000);
    // 600 s less a third of it, at most 32 s.
    assert_eq!(seconds(&pair, "bob BYE")[0], 568);
    assert_eq!(pair.bob.ended(), Why::Expired);
}

#[test]
fn a_refresh_that_nobody_answers_ends_the_call() {
    let mut pair = Pair::of(timer(Some(600), 90, None), timer(None, 90, Some(Refresher::Uac)));
    pair.talking();
    pair = pair.losing(usize::MAX, "UPDATE");
    pair.run(400_000);
    assert_eq!(seconds(&pair, "alice BYE"), [332]);
    assert_eq!(pair.alice.ended(), Why::Lost(408));
    assert_eq!(pair.bob.ended(), Why::HungUpThere);
}

#[test]
fn an_interval_that_is_too_small_is_raised_and_tried_again() {
    let mut pair = Pair::of(timer(Some(100), 90, None), timer(None, 300, None));
    pair.invite();
    pair.run(50);
    let theirs = pair.bob.incoming();
    assert_eq!(pair.messages(), ["alice INVITE", "bob 422 INVITE", "alice ACK", "alice INVITE"]);
    let again = pair.last("INVITE");
    assert_eq!(again.headers.get("Session-Expires"), Some("300"));
    assert_eq!(again.headers.get("Min-SE"), Some("300"));
    assert_eq!(again.cseq().unwrap().number, 2);
    assert_eq!(pair.last("422 INVITE").headers.get("Min-SE"), Some("300"));
    pair.bob.agent.answer(pair.now, theirs, answer().into()).unwrap();
    pair.run(50);
    assert!(matches!(pair.alice.event(), Event::Answered { .. }));
    assert_eq!(pair.last("ACK").cseq().unwrap().number, 2);
}

#[test]
fn a_peer_that_knows_no_timer_is_refreshed_all_the_same() {
    let mut pair = Pair::of(timer(Some(600), 90, None), Settings::default());
    pair.talking();
    pair.run(700_000);
    assert_eq!(seconds(&pair, "alice UPDATE"), [300, 600]);
}

#[test]
fn without_a_wish_there_is_no_timer() {
    let mut pair = Pair::of(timer(None, 90, None), timer(None, 90, None));
    pair.talking();
    assert_eq!(pair.alice.agent.calls.values().next().unwrap().deadline(), None);
    pair.run(4_000_000);
    assert_eq!(pair.messages(), NOTHING);
}

/// Alice's telephone is switched off, or its line is cut.
fn silence_alice(pair: Pair) -> Pair {
    pair.with_fate(|packet| {
        if packet.source.ip().to_string() == "192.0.2.1" { Fate::Drop } else { Fate::Deliver }
    })
}

#[test]
fn a_caller_that_knows_no_timer_is_refreshed_and_told_nothing_of_it() {
    let mut pair = Pair::of(Settings::default(), timer(Some(600), 90, None));
    let call = pair.invite();
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.bob.agent.answer(pair.now, theirs, answer().into()).unwrap();
    pair.run(1_000_000);
    let answered = pair.last("200 INVITE");
    assert!(!answered.headers.has("Session-Expires") && !answered.headers.has("Require"));
    assert_eq!(seconds(&pair, "bob UPDATE"), [300, 600, 900]);
    pair.alice.agent.hang_up(pair.now, call, Vec::new()).unwrap();
    pair.finish();
}

#[test]
fn a_dead_caller_that_knew_no_timer_is_noticed() {
    let mut pair = Pair::of(Settings::default(), timer(Some(600), 90, None));
    pair.talking();
    pair = silence_alice(pair);
    pair.run(700_000);
    assert_eq!(seconds(&pair, "bob BYE")[0], 332);
    assert_eq!(pair.bob.ended(), Why::Lost(408));
    let reason = pair.last("BYE").headers.get("Reason").map(str::to_owned);
    assert_eq!(reason.as_deref(), Some("SIP;cause=408;text=\"lost (408)\""));
}

#[test]
fn a_dead_caller_that_was_to_refresh_is_noticed() {
    let mut pair = Pair::of(timer(None, 90, None), timer(Some(600), 90, None));
    pair.talking();
    pair = silence_alice(pair);
    pair.run(700_000);
    assert_eq!(seconds(&pair, "bob BYE")[0], 568);
    assert_eq!(pair.bob.ended(), Why::Expired);
    let reason = pair.last("BYE").headers.get("Reason").map(str::to_owned);
    assert_eq!(reason.as_deref(), Some("SIP;cause=408;text=\"expired\""));
}
