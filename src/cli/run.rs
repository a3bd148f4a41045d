//! `tallylight run`: features on scenarios, played and judged.

use std::fs;
use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::sync::Arc;
use std::thread;

use crate::report::{
    self, ExampleReport, FindingText, Outcome, Progress, RunReport, ScenarioName, StepText, again,
};
use crate::scenario::{Diagnostic, Dialect};
use crate::steps::world::{Kept, Setting, World};
use crate::steps::{self, Ending, Job, Play, Played, StepPlayed};
use crate::testbed;

use super::args::Run;
use super::clock::Watch;
use super::exit::Exit;
use super::findings::describe;
use super::load;
use super::output::{Output, complain};
use super::reports;

/// Reads, plans, plays, and says what came of it.
pub fn run(home: &Path, arguments: &Run, output: &mut Output) -> Exit {
    let plays = match load::plan(home, arguments) {
        Ok(plays) => plays,
        Err(refusal) => {
            complain(output, &refusal.complaints);
            return refusal.exit;
        }
    };
    if let Err(complaint) = one_capture(arguments, &plays) {
        return complain(output, &[complaint]);
    }
    if arguments.dry_run {
        return dry_run(&plays, output);
    }
    if let Err(complaint) = places(arguments) {
        return complain(output, &[complaint]);
    }
    let report = play(arguments, &plays);
    let is_whole = !testbed::is_stopped();
    let exit = if is_whole { Exit::of(report.tally()) } else { Exit::CouldNotRun };
    output.say(&report::verdicts(&report));
    for example in &report.examples {
        let failure = report::failure(example);
        if !failure.is_empty() {
            output.say(&format!("\n{failure}"));
        }
    }
    output.say(&format!("\n{}", report::summary(&report, &exit.to_string())));
    match reports::write(&arguments.report, &report, exit) {
        Ok(()) => exit,
        Err(complaint) => complain(output, &[complaint]),
    }
}

/// Whether there is room for what is to be kept: better known before an hour of calls than after.
fn places(arguments: &Run) -> Result<(), Diagnostic> {
    let cannot = |path: &Path, why: &io::Error, help: &str| {
        Err(Diagnostic::new(format!("cannot write {}: {why}", path.display())).help(help))
    };
    if let Some(folder) = &arguments.evidence
        && let Err(why) = fs::create_dir_all(folder)
    {
        return cannot(folder, &why, "`--evidence` names a folder, which is made if it is missing");
    }
    if let Some(path) = &arguments.pcap
        && let Err(why) = fs::OpenOptions::new().append(true).create(true).open(path)
    {
        return cannot(path, &why, "`--pcap` names a file in a folder that is there");
    }
    reports::can_be_written(&arguments.report)
}

/// One file cannot hold the packets of several runs: their clocks all begin at zero.
fn one_capture(arguments: &Run, plays: &[Play]) -> Result<(), Diagnostic> {
    let played = plays.iter().filter(|play| play.skipped.is_none()).count();
    if arguments.pcap.is_none() || played <= 1 {
        return Ok(());
    }
    let what = format!("`--pcap` takes the packets of one example, and {played} would be played");
    Err(Diagnostic::new(what).help("name one as FEATURE:LINE, or use `--evidence DIR`"))
}

fn dry_run(plays: &[Play], output: &mut Output) -> Exit {
    let mut heard = None;
    for play in plays {
        let scenario = play.scenario.source.path();
        if heard != Some((&play.example.path, scenario)) {
            output.say(&format!("{} on {scenario}\n", play.example.path));
            heard = Some((&play.example.path, scenario));
        }
        let skipped = play.skipped.as_ref();
        let skipped = skipped.map_or_else(String::new, |why| format!("  (skipped: {why})"));
        output.say(&format!("  {:>4}  {}{skipped}\n", play.example.line, play.example.name));
    }
    if plays.iter().all(|play| play.skipped.is_some()) { Exit::NothingRan } else { Exit::Passed }
}

/// Plays what is not skipped: the simulated ones on every core, those on the wire many at a time,
/// since they mostly wait.
fn play(arguments: &Run, plays: &[Play]) -> RunReport {
    let watch = Watch::start();
    let mut reports: Vec<Option<ExampleReport>> = plays.iter().map(skipped).collect();
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let open = |i: &usize| plays[*i].skipped.is_none();
    let (simulated, wired): (Vec<_>, Vec<_>) =
        (0..plays.len()).filter(open).partition(|i| plays[*i].scenario.setting.is_simulated());
    let mut progress = progress(simulated.len() + wired.len());
    for (chosen, workers) in [(simulated, cores), (wired, WIRE_WORKERS)] {
        let jobs: Vec<_> = chosen.iter().map(|i| job(arguments, &plays[*i])).collect();
        steps::run(&jobs, workers, &|| watch.elapsed(), |i, played| {
            let name = &jobs[i].example.name;
            progress.ended(watch.elapsed(), name, played.ending() == Ending::Passed);
            let mut report = judged(&plays[chosen[i]], &played);
            keep_verdict(&jobs[i], &mut report);
            reports[chosen[i]] = Some(report);
        });
    }
    progress.finish();
    let examples = reports.into_iter().map(|report| report.expect("played or skipped")).collect();
    RunReport { examples, elapsed: watch.elapsed() }
}

/// Writes the verdict beside the evidence, as soon as it is known.
fn keep_verdict(job: &Job<World>, report: &mut ExampleReport) {
    let Some(folder) = steps::folder(&job.setting, &job.example) else { return };
    if matches!(report.outcome, Outcome::Skipped { .. }) {
        return;
    }
    let mut text = report::failure(report);
    if text.is_empty() {
        text = format!("PASS  {}\n      again  {}\n", report.example, report.again);
    }
    if let Err(why) = steps::write_verdict(&folder, &text) {
        let why = format!("cannot write {}: {why}", folder.display());
        report.outcome = Outcome::CannotRun { step: None, why };
    }
}

fn progress(total: usize) -> Progress<std::io::Stderr> {
    if std::io::stderr().is_terminal() {
        Progress::on_terminal(total)
    } else {
        Progress::in_lines(total, std::io::stderr())
    }
}

fn job(arguments: &Run, play: &Play) -> Job<World> {
    let setting = Setting {
        scenario: Arc::clone(&play.scenario),
        seed: play.seed,
        evidence: arguments.evidence.clone(),
        pcap: arguments.pcap.clone(),
    };
    Job { example: Arc::clone(&play.example), setting: Arc::new(setting) }
}

fn skipped(play: &Play) -> Option<ExampleReport> {
    let reason = play.skipped.clone()?;
    Some(report(play, Outcome::Skipped { reason }))
}

/// What an example comes to: what its steps say, and what its world left behind. A finding that
/// no step asked about turns a pass into a failure; one that the scenario admits is a note.
fn judged(play: &Play, played: &Played<Kept>) -> ExampleReport {
    let step = |step: Option<&StepPlayed>| {
        step.map(|StepPlayed { keyword, text, line, .. }| StepText {
            path: play.example.path.clone(),
            line: *line,
            text: format!("{keyword} {text}"),
        })
    };
    if testbed::is_stopped() && played.kept.as_ref().is_none_or(|kept| kept.timeline.is_none()) {
        let reason = "the run was stopped before".to_owned();
        return report(play, Outcome::Skipped { reason });
    }
    let (findings, notes) = found(play, played);
    let doubt = played.kept.as_ref().and_then(|kept| kept.doubt.clone());
    let outcome = match played.ending() {
        Ending::Passed => match (findings.first(), doubt) {
            (Some(finding), _) => Outcome::Failed { step: None, why: finding.seen.clone() },
            (None, Some(why)) => Outcome::Inconclusive { step: None, why },
            (None, None) => Outcome::Passed,
        },
        Ending::Broken(at, why) => Outcome::Failed { step: step(at), why: why.to_owned() },
        Ending::Inconclusive(at, why) => {
            Outcome::Inconclusive { step: step(at), why: why.to_owned() }
        }
        Ending::CannotRun(at, why) => Outcome::CannotRun { step: step(at), why },
    };
    let simulated = played.kept.as_ref().and_then(|kept| kept.simulated);
    ExampleReport { elapsed: played.elapsed, simulated, findings, notes, ..report(play, outcome) }
}

/// What was found, and what is to be known beside it. Known deviations are admitted, not found.
fn found(play: &Play, played: &Played<Kept>) -> (Vec<FindingText>, Vec<String>) {
    let Some(kept) = &played.kept else { return (Vec::new(), Vec::new()) };
    let admitted = &play.scenario.known_deviations;
    let findings = kept.timeline.as_ref().map(|timeline| describe(&kept.findings, timeline));
    let (known, findings): (Vec<_>, Vec<_>) = findings
        .unwrap_or_default()
        .into_iter()
        .partition(|finding| admitted.contains_key(&finding.requirement));
    let admit = |finding: &FindingText| {
        let why = &admitted[&finding.requirement].value;
        format!("admitted: {} ({why}): {}", finding.requirement, finding.seen)
    };
    let notes = known.iter().map(admit).chain(kept.notes.iter().cloned()).collect();
    (findings, notes)
}

fn report(play: &Play, outcome: Outcome) -> ExampleReport {
    let Play { example, scenario, seed, .. } = play;
    let path = scenario.source.path();
    let asked = scenario.asked_dialect.map(Dialect::word);
    let title = match asked {
        Some(dialect) => format!("{}, in the dialect {dialect}", scenario.title),
        None => scenario.title.clone(),
    };
    ExampleReport {
        feature: example.feature.clone(),
        rule: example.rule.clone(),
        example: example.name.clone(),
        path: example.path.clone(),
        line: example.line,
        scenario: ScenarioName { title, path: path.to_owned() },
        seed: *seed,
        outcome,
        findings: Vec::new(),
        notes: Vec::new(),
        again: again(&example.path, example.line, path, asked, *seed),
        elapsed: std::time::Duration::ZERO,
        simulated: None,
    }
}

/// Examples on the wire wait for packets most of the time; each has ports of its own.
const WIRE_WORKERS: usize = 8;
