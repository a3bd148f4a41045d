//! From arguments to what is played, or to everything that is wrong with it.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use crate::check;
use crate::scenario::{Diagnostic, Diagnostics, Known, RoleName, Scenario, Source};
use crate::steps::world::{SOURCES, World};
use crate::steps::{self, Example, Play, Selection, Target, Vocabulary};
use crate::testbed;

use super::args::Run;
use super::embedded::{FEATURES, SCENARIOS};
use super::exercised;
use super::exit::Exit;

/// Why nothing is played.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// How the program ends.
    pub exit: Exit,
    /// What is wrong.
    pub complaints: Vec<Diagnostic>,
}

/// What the other rooms know and a scenario may name.
pub fn known() -> Known<'static> {
    static FAULTS: LazyLock<Vec<(RoleName, &str)>> = LazyLock::new(testbed::faults);
    static REQUIREMENTS: LazyLock<Vec<&str>> =
        LazyLock::new(|| check::catalogue().iter().map(|row| row.id.as_str()).collect());
    Known { faults: &FAULTS, requirements: &REQUIREMENTS }
}

/// The sentences of this house.
pub fn vocabulary() -> Vocabulary {
    Vocabulary::of::<World>(SOURCES)
}

/// Everything that `run` needs, read from the folder `home`; never empty. Every complaint about
/// every file is gathered, so that a person hears of all at once.
pub fn plan(home: &Path, run: &Run) -> Result<Vec<Play>, Refusal> {
    let mut complaints = Complaints::default();
    let tags = run.tags.as_deref().map(steps::tags).transpose();
    let tags = complaints.take(tags.map_err(Diagnostics::from)).flatten();
    let targets: Vec<_> = run.features.iter().map(|text| Target::parse(text)).collect();
    let examples = examples(home, &targets, &mut complaints);
    let scenarios = scenarios(home, run, &mut complaints);
    complaints.none_or(Exit::CouldNotRun)?;
    let titles = titles(run)?;
    let selection = Selection { targets, tags, name: run.name.clone(), titles };
    let plays = steps::plan(&selection.of(&examples), &scenarios, run.seed);
    let mut missing = Complaints::default();
    if scenarios.is_empty() {
        missing.0.push(Diagnostic::new("there is no scenario to play on, so nothing ran"));
    }
    for target in selection.unmatched(&examples) {
        let what = format!("there is no example at `{target}`, so nothing ran");
        missing.0.push(Diagnostic::new(what).help(format!(
            "`tallylight run {} --dry-run` prints those that there are",
            target.path
        )));
    }
    if plays.is_empty() && missing.0.is_empty() {
        let what = "no example matches, so nothing ran";
        let help = "`tallylight run --dry-run` prints those that there are";
        missing.0.push(Diagnostic::new(what).help(help));
    }
    missing.none_or(Exit::NothingRan)?;
    Ok(plays)
}

/// The examples that exercise one of the requirements that were named, if any was.
fn titles(run: &Run) -> Result<Option<BTreeSet<&'static str>>, Refusal> {
    let refusal = |exit| move |why| Refusal { exit, complaints: vec![why] };
    let mut titles = BTreeSet::new();
    for wanted in &run.requirements {
        exercised::rows(wanted).map_err(refusal(Exit::CouldNotRun))?;
        titles.extend(exercised::exercising(wanted).map_err(refusal(Exit::NothingRan))?);
    }
    Ok((!run.requirements.is_empty()).then_some(titles))
}

/// One scenario by name.
pub fn scenario(home: &Path, path: &str) -> Result<Scenario, Vec<Diagnostic>> {
    let sources = SCENARIOS.named(home, path).map_err(|complaint| vec![complaint])?;
    let [source] = &sources[..] else {
        return Err(vec![Diagnostic::new(format!("`{path}` is not one scenario"))]);
    };
    parse(source).map_err(|complaints| complaints.into_iter().collect())
}

fn examples(home: &Path, targets: &[Target], complaints: &mut Complaints) -> Vec<Arc<Example>> {
    let mut sources: Vec<Source> = Vec::new();
    if targets.is_empty() {
        sources =
            complaints.take(FEATURES.all(home).map_err(Diagnostics::from)).unwrap_or_default();
    }
    for target in targets {
        let named = FEATURES.named(home, &target.path).map_err(Diagnostics::from);
        for source in complaints.take(named).unwrap_or_default() {
            // A file may be named twice, for two lines of it.
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
    }
    let vocabulary = vocabulary();
    let read = sources.iter().filter_map(|s| complaints.take(steps::read(s, &vocabulary)));
    read.flatten().collect()
}

fn scenarios(home: &Path, run: &Run, complaints: &mut Complaints) -> Vec<Arc<Scenario>> {
    let mut sources: Vec<Source> = Vec::new();
    if run.scenarios.is_empty() {
        let all = SCENARIOS.all(home).map_err(Diagnostics::from);
        sources = complaints.take(all).unwrap_or_default();
    }
    for path in &run.scenarios {
        let named = SCENARIOS.named(home, path).map_err(Diagnostics::from);
        for source in complaints.take(named).unwrap_or_default() {
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
    }
    let read: Vec<_> = sources.iter().filter_map(|source| complaints.take(parse(source))).collect();
    // The wire is only played on when it is asked for: it takes real time and real ports.
    let wanted = |s: &Scenario| !run.scenarios.is_empty() || s.setting.is_simulated();
    let wanted = read.into_iter().filter(wanted);
    let speaking = |scenario: Scenario| match run.dialect {
        Some(dialect) => scenario.speaking(dialect).map_err(Diagnostics::from),
        None => Ok(scenario),
    };
    wanted.filter_map(|it| complaints.take(speaking(it))).map(Arc::new).collect()
}

fn parse(source: &Source) -> Result<Scenario, Diagnostics> {
    Scenario::parse(source.path(), source.text(), &known())
}

/// What is wrong so far.
#[derive(Default)]
struct Complaints(Vec<Diagnostic>);

impl Complaints {
    fn take<T>(&mut self, result: Result<T, Diagnostics>) -> Option<T> {
        result.map_err(|complaints| self.0.extend(complaints)).ok()
    }

    fn none_or(self, exit: Exit) -> Result<(), Refusal> {
        if self.0.is_empty() { Ok(()) } else { Err(Refusal { exit, complaints: self.0 }) }
    }
}
