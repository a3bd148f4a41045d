//! Telephones and a platform that look for the best way of their media.

use std::sync::Arc;

use tallylight::evidence::{Content, Timeline};
use tallylight::scenario::{IceAgent, Role, RoleName, Scenario};

use crate::stage::{self, Came};

/// Plays two people who talk, both heard, and what was seen of it.
fn play(scenario: &Arc<Scenario>) -> (Came, Timeline) {
    let example = stage::example("What they say to each other");
    let jobs = [stage::job(&example, scenario, scenario.seed)];
    let played = stage::play(&jobs, 1, |_, played| {
        let came = Came::of(&played);
        (came, played.kept.and_then(|kept| kept.timeline).expect("it was played"))
    });
    played.into_iter().next().unwrap()
}

fn office() -> String {
    stage::scenario_text(stage::ICE)
}

fn stun(timeline: &Timeline) -> usize {
    timeline.signalling().iter().filter(|sighting| sighting.stun().is_some()).count()
}

#[test]
fn a_full_agent_and_a_lite_one_both_bring_people_together() {
    let full = play(&stage::scenario_of(&office()));
    let lite = play(&stage::scenario_of(&stage::with(&office(), "agent: full", "agent: lite")));
    for (came, timeline) in [&full, &lite] {
        assert_eq!(*came, Came::Passed);
        let is_rubbish = |content: &Content| matches!(content, Content::Rubbish(..));
        assert!(!timeline.signalling().iter().any(|it| is_rubbish(&it.content)));
    }
    assert!(stun(&full.1) > stun(&lite.1) && stun(&lite.1) > 0, "a lite agent asks nothing");
}

#[test]
fn who_does_not_speak_ice_is_spoken_to_as_ever() {
    let without = |person: &str| {
        let text = office();
        let (before, after) = text.split_once(person).unwrap();
        format!("{before}{person}{}", after.replacen(", ice: true", "", 1))
    };
    for text in [without("Alice"), without("Bob")] {
        let (came, _) = play(&stage::scenario_of(&text));
        assert_eq!(came, Came::Passed, "{text}");
    }
    let alone = stage::with(&office(), "ice agent: full", "ice agent: none");
    let (came, timeline) = play(&stage::scenario_of(&alone));
    assert_eq!((came, stun(&timeline)), (Came::Passed, 0));
}

#[test]
fn a_platform_says_how_it_finds_its_ways() {
    let office = stage::scenario_of(&office());
    let platform = office.with_role(RoleName::Platform).next().unwrap();
    let Role::Platform(platform) = &platform.role else { panic!("it is a platform") };
    assert_eq!(platform.ways.agent, Some(IceAgent::Full));
    assert_eq!(platform.ways.recording_delay.as_millis(), 40);
    assert!(office.phones().all(|(_, phone)| phone.ice));
    let quiet = stage::scenario("quiet_office");
    assert!(quiet.phones().all(|(_, phone)| !phone.ice));
}
