//! What the README shows is what the program says.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use clap::Parser as _;
use tallylight::check::{Coverage, catalogue, coverage};
use tallylight::cli::{self, Arguments, Exit, Output};

use crate::{faults, faults_siprec, house, rules, stage};

fn told(words: &[&str]) -> (Exit, String) {
    let arguments = Arguments::try_parse_from(["tallylight"].iter().chain(words)).unwrap();
    let (mut results, mut complaints) = (Vec::new(), Vec::new());
    let mut output = Output { results: &mut results, complaints: &mut complaints };
    let exit = cli::start(Path::new(env!("CARGO_MANIFEST_DIR")), &arguments, &mut output);
    (exit, String::from_utf8(results).unwrap())
}

#[test]
fn the_failure_in_the_readme_is_a_real_one() {
    let scenario = "tests/data/scenarios/one_sided_fork.yaml";
    let (exit, told) = told(&["run", "features/dual_streams.feature:8", "--scenario", scenario]);
    assert_eq!(exit, Exit::Broken);
    let failure = told.split("\nFAIL").nth(1).and_then(|rest| rest.split("\n1 example").next());
    let failure = format!("FAIL{}", failure.expect("it fails").trim_end());
    let readme = include_str!("../../README.md");
    assert!(readme.contains(&failure), "put this into README.md:\n{failure}");
}

#[test]
fn telephones_that_speak_wideband_are_understood() {
    let scenario = "tests/data/scenarios/wideband.yaml";
    let features = ["features/start_and_end.feature", "features/dual_streams.feature:27"];
    let (exit, told) = told(&["run", features[0], features[1], "--scenario", scenario]);
    assert_eq!(exit, Exit::Passed, "{told}");
}

/// How much is judged, and how much of that was seen to bite: counted, not claimed.
#[test]
fn the_figures_in_the_readme_are_current() {
    let mut rows: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    for row in catalogue() {
        let place = match coverage(&row.id) {
            Coverage::Judged => 0,
            Coverage::Through => 1,
            Coverage::NotYet => 2,
            Coverage::NotObservable => 3,
        };
        let level = match (row.priority, row.level.as_str()) {
            (1, _) => "priority 1",
            (_, "must" | "should") => "must or should, of lower priority",
            _ => "other",
        };
        rows.entry(level).or_default()[place] += 1;
        rows.entry("~all").or_default()[place] += 1;
    }
    let mut made = String::from(
        "| statements of the catalogue | judged | judged through others | not yet judged | cannot be seen on a network |\n|---|---|---|---|---|\n",
    );
    for (level, [judged, through, not_yet, unseen]) in rows {
        let level = level.trim_start_matches('~');
        writeln!(made, "| {level} | {judged} | {through} | {not_yet} | {unseen} |").unwrap();
    }
    let faults = faults::count() + faults_siprec::count() + rules::count();
    let checks = house::requirements_named();
    let mut broken = rules::caught();
    broken.extend(faults::caught().map(|(row, _)| row.to_owned()));
    let seen = checks.intersection(&broken).count();
    let checks = checks.len();
    writeln!(
        made,
        "\nChecks with a fault, over checks: {seen} of {checks}; {faults} faults are planted. The matrix is in\n\
         `tests/it/rules/snapshots` and `tests/it/snapshots`."
    )
    .unwrap();
    let (begin, end) = ("<!-- made by a test: figures -->\n", "<!-- made: end -->");
    let readme = stage::read("README.md");
    let (before, rest) = readme.split_once(begin).expect("there is a place for the figures");
    let (_, after) = rest.split_once(end).expect("the place for the figures ends");
    stage::assert_made("README.md", &format!("{before}{begin}{made}{end}{after}"));
}
