//! What is played to people: one stream of packets at a steady pace, told to the recorder in the
//! place that the scenario names, and kept with the recording.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tallylight::evidence::{Flow, Kind, Sound, Timeline, recordings};
use tallylight::role::Command;
use tallylight::role::recorder::{Keep, Recording};
use tallylight::siprec::{Announcement, Occasion, Parent};
use tallylight::testbed::Testbed;

use crate::stage::{self, Came};

fn told_to(example: &str, text: &str) -> Timeline {
    let scenario = stage::scenario_of(text);
    let job = stage::job(&stage::example(example), &scenario, scenario.seed);
    let mut timelines = stage::play(&[job], 1, |_, played| {
        assert_eq!(Came::of(&played), Came::Passed, "{text}");
        played.kept.and_then(|kept| kept.timeline).expect("it was played")
    });
    timelines.remove(0)
}

fn office(platform: &str) -> String {
    let office = stage::scenario_text("quiet_office");
    stage::with(&office, "role: platform,", &format!("role: platform, {platform},"))
}

#[test]
fn an_announcement_and_what_it_interrupts_are_one_stream_at_one_pace() {
    let timeline = told_to("A call within the company", &office("prompts: { length: 3 s }"));
    let to_phone = |flow: &&Flow| timeline.cast().is(flow.target, Kind::Phone);
    let flows: Vec<_> = timeline.flows().iter().filter(to_phone).collect();
    assert_eq!(flows.len(), 2);
    for flow in flows {
        let sent = &flow.sent;
        assert!(sent.iter().all(|packet| packet.ssrc == sent[0].ssrc));
        for pair in sent.windows(2) {
            let step = pair[1].sequence.wrapping_sub(pair[0].sequence);
            let ticks = pair[1].timestamp.wrapping_sub(pair[0].timestamp);
            assert_eq!(step, 1, "at {}", pair[1].at);
            assert!((160..=480).contains(&ticks), "{ticks} ticks at {}", pair[1].at);
        }
        let played: Vec<_> =
            sent.iter().filter(|packet| matches!(packet.sound, Sound::Prompt(_))).collect();
        assert_eq!(played.len(), 150);
        for pair in played.windows(2) {
            assert_eq!(pair[1].at - pair[0].at, Duration::from_millis(20));
        }
        assert!(played[0].marker && played[1..].iter().all(|packet| !packet.marker));
    }
}

#[test]
fn wideband_telephones_hear_announcements_and_tones() {
    let wideband = stage::read("tests/data/scenarios/wideband.yaml");
    let text = stage::with(&wideband, "codecs: [G722, PCMU]", "codecs: [G722]");
    for example in ["A call within the company", "Every ten seconds"] {
        told_to(example, &text);
    }
}

#[test]
fn the_recorder_is_told_in_the_words_and_the_place_that_the_scenario_names() {
    for dialect in ["rfc", "webex"] {
        for place in ["recording", "session", "participant"] {
            let prompts = format!("told as: \"urn:example:played:9\", told in: {place}");
            let text = office(&format!("dialect: {dialect}, prompts: {{ {prompts} }}"));
            let profile = if dialect == "webex" { "webex-calling" } else { "rfc-strict" };
            let text = stage::with(&text, "profile: rfc-strict", &format!("profile: {profile}"));
            let timeline = told_to("The recorder is told of the announcement", &text);
            let sessions = recordings(&timeline);
            let (_, last) = sessions[0].documents.last().unwrap();
            let told = last.extensions.iter().filter(|it| it.name == Announcement::NAME);
            let told: Vec<_> = told.collect();
            assert_eq!(told.len(), if place == "participant" { 2 } else { 1 }, "{text}");
            for extension in told {
                assert_eq!(extension.namespace, "urn:example:played:9");
                let is_there = match place {
                    "recording" => extension.parent == Parent::Recording,
                    "session" => matches!(extension.parent, Parent::Session(_)),
                    _ => matches!(extension.parent, Parent::Participant(_)),
                };
                assert!(is_there, "{place}: {:?}", extension.parent);
            }
        }
    }
}

/// Keeps recordings where a test can see them.
#[derive(Clone, Debug, Default)]
struct Shelf(Arc<Mutex<Vec<Recording>>>);

impl Keep for Shelf {
    fn keep(&mut self, recording: Recording) {
        self.0.lock().unwrap().push(recording);
    }
}

#[test]
fn the_recorder_keeps_what_it_was_told_with_the_recording() {
    let text = stage::scenario_text("quiet_office");
    let alice = "0101\", recording: always, announced: all calls, reminder tone: 10 s";
    let text = stage::with(&text, "0101\"", alice);
    let shelf = Shelf::default();
    let scenario = stage::scenario_of(&text);
    let mut testbed = Testbed::build(&scenario, 1, Box::new(shelf.clone())).unwrap();
    let second = Duration::from_secs(1);
    for (wait, who, what) in [
        (second, "Alice", Command::Call("+12025550102".to_owned())),
        (second, "Bob", Command::Answer),
        (22 * second, "Alice", Command::HangUp),
    ] {
        testbed.pass(wait);
        assert!(testbed.tell(who, what));
    }
    testbed.pass(second);
    let kept = shelf.0.lock().unwrap();
    let kinds: Vec<_> = kept[0].announcements.iter().map(|told| told.kind).collect();
    assert_eq!(kinds, [Occasion::Start, Occasion::Reminder, Occasion::Reminder]);
    assert!(kept[0].announcements.iter().all(|told| told.heard_by.len() == 2));
}
