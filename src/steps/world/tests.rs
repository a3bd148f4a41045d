//! What is left of a world in which something went wrong.

use super::*;
use crate::cli::known;
use crate::evidence::{Kind, Member, Name};
use crate::role::{Input, Output, Role};
use crate::steps::{self, Vocabulary};
use crate::testbed::Home;

/// A part of ours with a mistake in it.
struct Mistaken;

impl Role for Mistaken {
    fn handle_input(&mut self, now: Instant, _: Input) {
        assert!(now == Instant::START, "a mistake of ours");
    }

    fn poll_output(&mut self) -> Output {
        Output::Timeout(Some(Instant::from_millis(2_000)))
    }
}

/// An example in a quiet office, and the world that has begun to play it.
fn begun(evidence: Option<PathBuf>) -> (World, Setting, Arc<Example>) {
    let scenario = include_str!("../../../scenarios/quiet_office.yaml");
    let scenario = Scenario::parse("quiet_office.yaml", scenario, &known()).unwrap();
    let feature = include_str!("../../../features/start_and_end.feature");
    let source = crate::scenario::Source::new("start_and_end.feature", feature);
    let mut examples = steps::read(&source, &Vocabulary::of::<World>(SOURCES)).unwrap();
    let setting = Setting { scenario: Arc::new(scenario), seed: 3, evidence, pcap: None };
    let (mut world, example) = (World::default(), examples.remove(0));
    world.begin(&setting, &example).unwrap();
    (world, setting, example)
}

#[test]
fn evidence_that_is_not_whole_lets_nothing_pass() {
    let (mut world, ..) = begun(None);
    assert_eq!(world.judge(|_, _| Verdict::Pass), Ok(()));
    let timeline = world.set().unwrap().testbed.timeline_mut();
    timeline.overflow();
    let is_open =
        |said| matches!(said, Err(StepError::Inconclusive(why)) if why.contains("not whole"));
    assert!(is_open(world.judge(|_, _| Verdict::Pass)));
    let broken = |_: &Timeline, _: &Limits| Verdict::fail("WXC-STR-1", Instant::START, "one");
    assert!(is_open(world.judge(broken)));
    assert!(is_open(world.until("a miracle", |_, _| false)));
    let kept = world.finish().unwrap();
    assert!(kept.findings.is_empty() && kept.doubt.is_some());
}

#[test]
fn the_evidence_of_an_example_that_panics_is_kept() {
    let root = std::env::temp_dir().join(format!("tallylight-panic-{}", std::process::id()));
    let (mut world, setting, example) = begun(Some(root.clone()));
    let member =
        Member { name: Name::from("Mallory"), kind: Kind::Phone, number: None, real: false };
    let testbed = &mut world.set().unwrap().testbed;
    let added = panic::catch_unwind(AssertUnwindSafe(|| {
        testbed.add(member, &Home::default(), Box::new(Mistaken));
    }));
    assert!(added.is_err(), "the mistake was made");
    world.finish().unwrap();
    let folder = folder::folder(&setting, &example).unwrap();
    let ladder = std::fs::read_to_string(folder.join("ladder.txt")).unwrap();
    let lines = std::fs::read_to_string(folder.join("timeline.jsonl")).unwrap();
    std::fs::remove_dir_all(&root).unwrap();
    assert!(ladder.contains("REGISTER") && lines.contains("REGISTER"));
}
