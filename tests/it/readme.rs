//! What the README shows is what the program says.

use std::path::Path;

use clap::Parser as _;
use tallylight::cli::{self, Arguments, Exit, Output};

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
