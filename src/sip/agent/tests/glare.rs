//! Changes that cross, and what becomes of those that had to wait (RFC 3261 section 14.1).

use super::*;

/// Each wants to change the call at the same moment, and refuses the other's wish.
fn cross(pair: &mut Pair, ours: CallId, theirs: CallId) {
    pair.alice.agent.reinvite(pair.now, ours, offer().into()).unwrap();
    pair.bob.agent.reinvite(pair.now, theirs, answer().into()).unwrap();
    pair.run(20);
    pair.ladder.clear();
}

/// When the next INVITE of this party leaves, counted from now, in milliseconds.
fn wait_for(pair: &mut Pair, who: &str) -> u64 {
    let start = u64::try_from(pair.now.elapsed().as_millis()).unwrap();
    pair.run_until(&format!("{who} INVITE"));
    let line = pair.ladder.iter().find(|line| line.ends_with(&format!("{who} INVITE"))).unwrap();
    line.split(' ').next().unwrap().parse::<u64>().unwrap() - start
}

#[test]
fn after_a_491_the_owner_of_the_call_id_waits_longer_and_both_in_units_of_10_ms() {
    let mut pair = Pair::new(Settings::default());
    let (ours, theirs) = pair.talking();
    let (mut owner, mut other) = (Vec::new(), Vec::new());
    for _ in 0..40 {
        cross(&mut pair, ours, theirs);
        let crossed = pair.now;
        other.push(wait_for(&mut pair, "bob"));
        let request = pair.alice.modify();
        pair.alice.agent.respond(pair.now, request, Reply::new(488)).unwrap();
        let before = u64::try_from((pair.now - crossed).as_millis()).unwrap();
        owner.push(before + wait_for(&mut pair, "alice"));
        let request = pair.bob.modify_after_refusal();
        pair.bob.agent.respond(pair.now, request, Reply::new(488)).unwrap();
        pair.run(1_000);
        pair.alice.events.clear();
        pair.bob.events.clear();
    }
    assert!(owner.iter().all(|wait| (2_100..=4_000).contains(wait)), "{owner:?}");
    assert!(other.iter().all(|wait| *wait <= 2_000), "{other:?}");
    assert!(owner.iter().chain(&other).all(|wait| wait % 10 == 0), "{owner:?} {other:?}");
    let spread = |waits: &[u64]| waits.iter().max().unwrap() - waits.iter().min().unwrap();
    assert!(spread(&owner) > 1_000 && spread(&other) > 1_000, "{owner:?} {other:?}");
}

#[test]
fn a_change_that_is_tried_again_is_the_same_to_the_byte() {
    let mut pair = Pair::new(Settings::default());
    let (ours, theirs) = pair.talking();
    cross(&mut pair, ours, theirs);
    wait_for(&mut pair, "bob");
    let request = pair.alice.modify();
    pair.alice.agent.respond(pair.now, request, Reply::new(488)).unwrap();
    wait_for(&mut pair, "alice");
    assert_eq!(pair.last("INVITE").body, offer().bytes);
}

#[test]
fn a_change_is_out_of_date_once_we_have_said_something_else() {
    let mut pair = Pair::new(Settings::default());
    let (ours, theirs) = pair.talking();
    let id = pair.alice.agent.reinvite(pair.now, ours, offer().into()).unwrap();
    pair.bob.agent.reinvite(pair.now, theirs, answer().into()).unwrap();
    pair.run(20);
    wait_for(&mut pair, "bob");
    let request = pair.alice.modify();
    let newer = Body::new("application/sdp", "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\n");
    pair.alice.agent.respond(pair.now, request, Reply::new(200).with(newer)).unwrap();
    pair.ladder.clear();
    pair.run(10_000);
    assert!(!pair.messages().contains(&"alice INVITE".to_owned()));
    assert!(matches!(pair.alice.event(), Event::Acknowledged { .. }));
    assert!(matches!(pair.alice.event(), Event::ModifyStale { id: told, .. } if told == id));
    assert!(pair.alice.events.is_empty());
}

#[test]
fn a_change_that_was_overtaken_is_never_sent() {
    let mut pair = Pair::new(Settings::default());
    let (ours, theirs) = pair.talking();
    assert!(!pair.alice.agent.overtake(ours), "nothing waits");
    pair.bob.agent.reinvite(pair.now, theirs, answer().into()).unwrap();
    wait_for(&mut pair, "bob");
    let request = pair.alice.modify();
    let id = pair.alice.agent.reinvite(pair.now, ours, offer().into()).unwrap();
    assert!(pair.alice.agent.overtake(ours));
    pair.alice.agent.respond(pair.now, request, Reply::new(488)).unwrap();
    pair.ladder.clear();
    pair.run(10_000);
    assert!(!pair.messages().contains(&"alice INVITE".to_owned()));
    assert!(matches!(pair.alice.event(), Event::ModifyStale { id: told, .. } if told == id));
}

#[test]
fn a_refused_change_is_not_what_a_refresh_repeats() {
    let mut bob = Settings::default();
    bob.allow.retain(|method| *method != Method::Update);
    let timer = crate::sip::agent::SessionTimer {
        interval: Some(Duration::from_mins(10)),
        least: Duration::from_secs(90),
        refresher: None,
    };
    let alice = Settings { session_timer: Some(timer), ..Settings::default() };
    let mut pair = Pair::of(alice, bob);
    let (ours, _) = pair.talking();
    pair.alice.agent.reinvite(pair.now, ours, large_offer().into()).unwrap();
    pair.run(100);
    let request = pair.bob.modify();
    pair.bob.agent.respond(pair.now, request, Reply::new(488)).unwrap();
    pair.run(310_000);
    assert_eq!(pair.last("INVITE").body, offer().bytes);
}
