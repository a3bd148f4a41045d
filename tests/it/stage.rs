//! The project's own features and scenarios, and playing them: what the proofs below share.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tallylight::cli;
use tallylight::scenario::{Scenario, Source};
use tallylight::steps::world::{Kept, Setting, World};
use tallylight::steps::{self, Ending, Example, Job, Played, Stage};

/// The scenarios in which nothing is real.
pub const SIMULATED: [&str; 5] = ["quiet_office", "bad_network", FAR, ICE, FRONT];

/// The scenario for what the quiet office has not got; everything else would be no different in it.
pub const ICE: &str = "ice_office";

/// The scenario with somebody who sets recording up: what everybody else does is no different there.
pub const FRONT: &str = "front_office";

/// The scenario in which the recorder is reached over TLS.
pub const FAR: &str = "long_distance";

/// The example that lasts ten minutes: thirty times the work of any other.
pub const LONG: &str = "A long call";

/// Every example of every feature, file by file.
pub fn examples() -> Vec<Arc<Example>> {
    let vocabulary = cli::vocabulary();
    let mut examples = Vec::new();
    for path in files("features", "feature") {
        let source = Source::new(path.clone(), read(&path));
        examples.extend(steps::read(&source, &vocabulary).unwrap());
    }
    examples
}

/// The examples that are played on a scenario: it declares what they need.
pub fn examples_on(name: &str) -> Vec<Arc<Example>> {
    let scenario = scenario(name);
    let mut examples = examples();
    examples.retain(|example| {
        let mut needs = example.needs();
        let declares = needs.all(|need| scenario.reason_without(&need).is_none());
        declares && (![ICE, FRONT].contains(&name) || home(example) == name)
    });
    examples
}

/// The office in which an example is at home: the quiet one, unless that has not got what it needs.
pub fn home(example: &Example) -> &'static str {
    let needs = |what: &str| example.needs().any(|need| need == what);
    match () {
        () if needs("ice") => ICE,
        () if needs("administrator") => FRONT,
        () if needs("certificates") => FAR,
        () => "quiet_office",
    }
}

/// The example of this name.
pub fn example(name: &str) -> Arc<Example> {
    let examples = examples();
    let found = examples.iter().find(|example| example.name == name);
    Arc::clone(found.unwrap_or_else(|| panic!("no example is called `{name}`")))
}

/// One of the project's scenarios.
pub fn scenario(name: &str) -> Arc<Scenario> {
    scenario_of(&scenario_text(name))
}

/// The text of one of the project's scenarios.
pub fn scenario_text(name: &str) -> String {
    read(&format!("scenarios/{name}.yaml"))
}

/// A scenario from its text.
pub fn scenario_of(text: &str) -> Arc<Scenario> {
    let read = Scenario::parse("scenarios/test.yaml", text, &cli::known());
    Arc::new(read.unwrap_or_else(|complaints| panic!("{complaints:?}\n{text}")))
}

/// A text with a part of it replaced, which has to be there.
pub fn with(text: &str, part: &str, other: &str) -> String {
    assert!(text.contains(part), "there is no `{part}` to replace in\n{text}");
    text.replacen(part, other, 1)
}

/// An example on a scenario, to be played with this seed.
pub fn job(example: &Arc<Example>, scenario: &Arc<Scenario>, seed: u64) -> Job<World> {
    let scenario = Arc::clone(scenario);
    let setting = Setting { scenario, seed, evidence: None, pcap: None };
    Job { example: Arc::clone(example), setting: Arc::new(setting) }
}

/// Plays some jobs, a few at a time so that what needs the cores for itself gets its turn, and keeps
/// of each what `keep` makes of it; in the order of the jobs.
pub fn play<T>(
    jobs: &[Job<World>],
    workers: usize,
    mut keep: impl FnMut(&Job<World>, Played<Kept>) -> T,
) -> Vec<T> {
    let mut kept = Vec::new();
    for some in jobs.chunks(16 * workers) {
        let _busy = BUSY.read().unwrap_or_else(PoisonError::into_inner);
        let played = collect(some, workers, |i, played| keep(&some[i], played));
        kept.extend(played);
    }
    kept
}

/// Plays some jobs in real time, all at once, and no simulation meanwhile: it would take every
/// core, and what came late would be our own fault.
pub fn play_on_the_wire<T>(
    jobs: &[Job<World>],
    keep: impl Fn(&Job<World>, Played<Kept>) -> T,
) -> Vec<T> {
    let _alone = BUSY.write().unwrap_or_else(PoisonError::into_inner);
    collect(jobs, jobs.len(), |i, played| keep(&jobs[i], played))
}

/// Plays all jobs, and answers in their order.
pub fn collect<W: Stage, T>(
    jobs: &[Job<W>],
    workers: usize,
    mut keep: impl FnMut(usize, Played<W::Kept>) -> T,
) -> Vec<T> {
    let mut kept: Vec<Option<T>> = jobs.iter().map(|_| None).collect();
    let ended = |i: usize, played| kept[i] = Some(keep(i, played));
    steps::run(jobs, workers, &|| Duration::ZERO, ended);
    kept.into_iter().map(|one| one.expect("every job is played")).collect()
}

/// Held to read by whoever simulates, and to write by whoever needs the cores.
static BUSY: RwLock<()> = RwLock::new(());

/// Fails unless a file is what a test makes of it; with `INSTA_UPDATE=always` writes it instead.
pub fn assert_made(path: &str, text: &str) {
    if std::env::var_os("INSTA_UPDATE").is_some_and(|how| how == "always") {
        return fs::write(path, text).unwrap();
    }
    assert!(
        read(path) == text,
        "{path} is old: INSTA_UPDATE=always cargo test --test it writes it"
    );
}

/// Fails unless there is nothing to complain about.
///
/// The complaints are printed too: while examples are played beside this test, cucumber keeps the
/// texts of all panics off the terminal.
pub fn assert_none(complaints: &[String], of: usize) {
    for complaint in complaints.iter().take(40) {
        println!("{complaint}");
    }
    assert!(complaints.is_empty(), "{} of {of} are not as they should be", complaints.len());
}

/// How an example came out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Came {
    /// All is well.
    Passed,
    /// Somebody broke these requirements; none, if what people waited for did not happen.
    Failed(Vec<&'static str>, String),
    /// It could not be told.
    Unsure(String),
    /// The harness could not do its work.
    Crashed(String),
}

impl Came {
    /// What is left of an example that was played.
    pub fn of(played: &Played<Kept>) -> Self {
        let findings = played.kept.as_ref().map(|kept| &kept.findings[..]).unwrap_or_default();
        let broken = || {
            let mut ids: Vec<_> = findings.iter().map(|finding| finding.requirement.0).collect();
            ids.dedup();
            ids
        };
        match played.ending() {
            Ending::Passed if findings.is_empty() => Self::Passed,
            Ending::Passed => Self::Failed(broken(), findings[0].seen.clone()),
            Ending::Broken(_, why) => Self::Failed(broken(), why.to_owned()),
            Ending::Inconclusive(_, _) if !findings.is_empty() => {
                Self::Failed(broken(), findings[0].seen.clone())
            }
            Ending::Inconclusive(_, why) => Self::Unsure(why.to_owned()),
            Ending::CannotRun(_, why) => Self::Crashed(why),
        }
    }
}

/// The files of a folder of the project, those of its folders included, sorted.
pub fn files(folder: &str, extension: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root().join(&folder)).unwrap() {
            let path = folder.join(entry.unwrap().file_name());
            if root().join(&path).is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == extension) {
                found.push(path.to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

/// A file of the project.
pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
