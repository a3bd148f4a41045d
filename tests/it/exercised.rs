//! `src/cli/exercised.txt` says in which examples a check has something to say of which row of the
//! catalogue. This is what makes it, from a play of every example in the office that it is at home in.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use clap::Parser as _;
use tallylight::check::{Coverage, Verdict, catalogue, coverage, rules};
use tallylight::cli::{self, Arguments, Exit, Output};

use crate::{faults, stage};

const TABLE: &str = "src/cli/exercised.txt";

#[test]
fn the_table_of_what_is_exercised_is_current() {
    let examples = stage::examples();
    let jobs: Vec<_> = examples
        .iter()
        .map(|example| {
            let scenario = stage::scenario(stage::home(example));
            stage::job(example, &scenario, scenario.seed)
        })
        .collect();
    let caught: Vec<_> = faults::caught().collect();
    let rows = stage::play(&jobs, 2, |job, played| -> BTreeSet<&'static str> {
        let timeline = played.kept.and_then(|kept| kept.timeline).expect("it was played");
        let judged = rules::judge(&timeline).into_iter();
        let said = judged.filter(|it| it.verdicts.iter().any(is_certain));
        let caught = caught.iter().filter(|(_, name)| *name == job.example.name);
        said.map(|it| it.requirement.0).chain(caught.map(|(row, _)| *row)).collect()
    });
    let mut by_row: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, rows) in rows.iter().enumerate() {
        for row in rows {
            by_row.entry(row).or_default().push(place);
        }
    }
    let mut text =
        String::from("Made by a test: INSTA_UPDATE=always cargo test --test it exercised\n\n");
    for example in &examples {
        writeln!(text, "+ {}", example.title()).unwrap();
    }
    text.push('\n');
    for (row, places) in by_row {
        writeln!(text, "= {row} {}", spans(&places)).unwrap();
    }
    stage::assert_made(TABLE, &text);
}

fn is_certain(verdict: &Verdict) -> bool {
    !matches!(verdict, Verdict::Inconclusive(_))
}

/// `[1, 2, 3, 7]` is `1-3 7`.
fn spans(places: &[usize]) -> String {
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for place in places {
        match spans.last_mut() {
            Some((_, last)) if *last + 1 == *place => *last = *place,
            _ => spans.push((*place, *place)),
        }
    }
    let words = spans.into_iter().map(|(first, last)| {
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_requirement_is_played_by_the_examples_that_exercise_it() {
    let start = |id: &str| {
        let words = ["tallylight", "run", "--requirement", id, "--dry-run"];
        let arguments = Arguments::try_parse_from(words).unwrap();
        let (mut results, mut complaints) = (Vec::new(), Vec::new());
        let mut output = Output { results: &mut results, complaints: &mut complaints };
        let exit = cli::start(Path::new("."), &arguments, &mut output);
        results.extend(complaints);
        (exit, String::from_utf8(results).unwrap())
    };
    let (exit, text) = start("WXC-STR-1");
    assert_eq!(exit, Exit::Passed);
    assert!(text.contains("A two-party call") && !text.contains("Nobody has touched"), "{text}");
    let (exit, section) = start("RFC4733-2.5.1.2");
    assert_eq!(exit, Exit::Passed);
    assert!(section.contains("Paused with keys"), "{section}");
    let (exit, text) = start("WXC-STR-99");
    assert_eq!(exit, Exit::CouldNotRun);
    assert!(text.contains("did you mean `WXC-STR-"), "{text}");
    let hidden = catalogue().iter().find(|row| coverage(&row.id) == Coverage::NotObservable);
    let (exit, text) = start(&hidden.unwrap().id);
    assert_eq!(exit, Exit::NothingRan);
    assert!(text.contains("no network shows it"), "{text}");
}
