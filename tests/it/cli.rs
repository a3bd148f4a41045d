//! The command line: what it reads, what it says, and how it ends.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{CommandFactory as _, Parser as _};
use tallylight::cli::{self, Arguments, Exit, Output};

const SCENARIO: &str = r#"title: A quiet office
cast:
  Alice:    { role: phone, number: "+1 202 555 0101" }
  platform: { role: platform }
  recorder: { role: recorder }
network:
  latency: 10 ms
"#;

const PIGS: &str = "\
Feature: Pigs
  Rule: Pigs fly
    Example: One pig
      When pigs fly over the tally light
";

/// A folder of this test alone, with these files in it.
fn home(test: &str, files: &[(&str, &[u8])]) -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli").join(test);
    let _ = fs::remove_dir_all(&home);
    for folder in ["features", "scenarios"] {
        fs::create_dir_all(home.join(folder)).unwrap();
    }
    for (path, text) in files {
        let path = home.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    home
}

/// How the program ends, and what it says: results, then complaints.
fn told(home: &Path, words: &[&str]) -> (Exit, String) {
    let words = ["tallylight"].iter().chain(words);
    let arguments = Arguments::try_parse_from(words).unwrap();
    let (mut results, mut complaints) = (Vec::new(), Vec::new());
    let mut output = Output { results: &mut results, complaints: &mut complaints };
    let exit = cli::start(home, &arguments, &mut output);
    results.extend(complaints);
    (exit, String::from_utf8(results).unwrap())
}

#[test]
fn the_arguments_are_sound() {
    Arguments::command().debug_assert();
}

#[test]
fn a_run_that_matches_nothing_fails() {
    let home = home("nothing", &[("scenarios/office.yaml", SCENARIO.as_bytes())]);
    let (exit, told) = told(&home, &[]);
    assert_eq!(exit, Exit::NothingRan);
    insta::assert_snapshot!(told);
}

#[test]
fn a_step_that_nobody_knows_is_found_before_anything_runs() {
    let files =
        [("scenarios/a.yaml", SCENARIO.as_bytes()), ("features/pigs.feature", PIGS.as_bytes())];
    let (exit, told) = told(&home("unknown_step", &files), &["run"]);
    assert_eq!(exit, Exit::CouldNotRun);
    insta::assert_snapshot!(told);
}

#[test]
fn every_file_is_complained_about_at_once() {
    let scenario = SCENARIO.replace("latency", "latancy");
    let files = [
        ("scenarios/a.yaml", scenario.as_bytes()),
        ("features/deep/pigs.feature", PIGS.as_bytes()),
        ("features/latin.feature", b"Feature: \xE9t\xE9\n".as_slice()),
    ];
    let home = home("all_at_once", &files);
    let (exit, told) = told(&home, &["run", "features/deep", "features/latin.feature"]);
    assert_eq!(exit, Exit::CouldNotRun);
    insta::assert_snapshot!(told);
}

#[test]
fn a_file_that_is_not_there_is_guessed() {
    let home = home("missing", &[("features/pigs.feature", PIGS.as_bytes())]);
    let (exit, told) = told(&home, &["run", "features/pigz.feature:3", "--tags", "needs"]);
    assert_eq!(exit, Exit::CouldNotRun);
    insta::assert_snapshot!(told);
}

#[test]
fn a_simulated_scenario_cannot_be_served() {
    let home = home("serve", &[("scenarios/office.yaml", SCENARIO.as_bytes())]);
    let (exit, told) = told(&home, &["serve", "scenarios/office.yaml"]);
    assert_eq!(exit, Exit::CouldNotRun);
    insta::assert_snapshot!(told);
}

#[test]
fn a_folder_that_contains_itself_is_read_once() {
    let home = home("circle", &[("scenarios/office.yaml", SCENARIO.as_bytes())]);
    std::os::unix::fs::symlink(home.join("features"), home.join("features/again")).unwrap();
    assert_eq!(told(&home, &["run"]).0, Exit::NothingRan);
}

#[test]
fn the_program_ends_with_the_documented_codes() {
    let home = home("codes", &[("scenarios/office.yaml", SCENARIO.as_bytes())]);
    let code = |words: &[&str]| {
        let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_tallylight"));
        program.args(words).current_dir(&home).output().unwrap().status.code()
    };
    assert_eq!(code(&["--help"]), Some(0));
    assert_eq!(code(&["run"]), Some(4));
    assert_eq!(code(&["run", "features/nowhere.feature"]), Some(2));
    assert_eq!(code(&["run", "--seed", "lucky"]), Some(2));
    assert_eq!(code(&["dance"]), Some(2));
}
