//! The picture of every example: who sent what to whom and when, what flowed, and what the
//! recorder was told.
//!
//! A picture guards against change; read it when it changes. There is nothing in it that had to be
//! made alike: ids, ports and times come from the seed.

use std::fmt::Write as _;
use std::path::Path;

use tallylight::evidence::{Ladder, Timeline};
use tallylight::steps::Example;

use crate::stage;

#[test]
fn the_ladder_of_every_example_in_the_quiet_office() {
    for office in ["quiet_office", stage::ICE, stage::FRONT, stage::FAR] {
        let is_home = |example: &Example| stage::home(example) == office;
        for (name, ladder) in play(office, is_home, |timeline| Ladder::of(timeline).to_string()) {
            // Twelve calls in a picture are too many to look at.
            if ladder.lines().count() < 300 {
                insta::assert_snapshot!(name, ladder);
            }
        }
    }
}

/// One number for each: the pictures themselves are in the evidence of a run
/// (`tallylight run --evidence DIR`).
#[test]
fn the_timelines_of_every_example_on_the_other_scenarios() {
    let mut told = String::new();
    for scenario in ["bad_network", "long_distance", stage::ICE] {
        writeln!(told, "{scenario}").unwrap();
        for (name, digest) in play(scenario, |_| true, Timeline::digest) {
            writeln!(told, "  {} {name}", &digest[..16]).unwrap();
        }
    }
    insta::assert_snapshot!(told);
}

fn play<T>(
    scenario: &str,
    counts: impl Fn(&Example) -> bool,
    keep: impl Fn(&Timeline) -> T,
) -> Vec<(String, T)> {
    let mut examples = stage::examples_on(scenario);
    examples.retain(|example| counts(example));
    let scenario = stage::scenario(scenario);
    let jobs: Vec<_> = examples.iter().map(|it| stage::job(it, &scenario, scenario.seed)).collect();
    stage::play(&jobs, 2, |job, played| {
        let timeline = played.kept.and_then(|kept| kept.timeline).expect("it was played");
        (name(&job.example), keep(&timeline))
    })
}

/// `start_and_end__the_caller_hangs_up`
fn name(example: &Example) -> String {
    let feature = Path::new(&example.path).file_stem().unwrap().to_str().unwrap();
    let words = example.name.to_lowercase();
    let words = words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    format!("{feature}__{}", words.collect::<Vec<_>>().join("_"))
}
