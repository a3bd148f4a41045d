//! A run as text for a terminal.

use std::fmt::Write as _;
use std::time::Duration;

use super::data::{
    ExampleReport, FindingText, LadderLine, Outcome, RunReport, ScenarioName, StepText,
};

/// A line for every example, by feature and scenario.
pub fn verdicts(report: &RunReport) -> String {
    let mut text = String::new();
    let mut feature = None;
    let mut scenario: Option<&ScenarioName> = None;
    for example in &report.examples {
        if feature != Some(&example.path) {
            let gap = if feature.is_none() { "" } else { "\n" };
            put(&mut text, &format!("{gap}{}  ({})", example.feature, example.path));
            feature = Some(&example.path);
            scenario = None;
        }
        if scenario != Some(&example.scenario) {
            let ScenarioName { title, path } = &example.scenario;
            put(&mut text, &format!("  on {title}  ({path})"));
            scenario = Some(&example.scenario);
        }
        put(&mut text, &verdict(example));
        for note in &example.notes {
            put(&mut text, &format!("                  {note}"));
        }
    }
    text
}

fn verdict(example: &ExampleReport) -> String {
    let (word, reason) = match &example.outcome {
        Outcome::Passed => ("pass", None),
        Outcome::Failed { .. } => ("FAIL", None),
        Outcome::Inconclusive { .. } => ("inconclusive", None),
        Outcome::Skipped { reason } => ("skipped", Some(reason)),
        Outcome::CannotRun { .. } => ("ERROR", None),
    };
    let reason = reason.map_or_else(String::new, |reason| format!(": {reason}"));
    format!("    {word:<12}  {}{reason}", example.example)
}

/// Everything about an example that did not pass; empty for one that did, or was skipped.
pub fn failure(example: &ExampleReport) -> String {
    let (word, step, why) = match &example.outcome {
        Outcome::Passed | Outcome::Skipped { .. } => return String::new(),
        Outcome::Failed { step, why } => ("FAIL", step, why.clone()),
        Outcome::Inconclusive { step, why } => ("OPEN", step, format!("inconclusive: {why}")),
        Outcome::CannotRun { step, why } => ("ERROR", step, why.clone()),
    };
    let mut text = String::new();
    put(&mut text, &format!("{word:<5} {}: {}", example.feature, example.example));
    let at = |path: &str, line| format!("      {path}:{line}");
    match step {
        Some(StepText { path, line, text: step }) => {
            put(&mut text, &format!("{}   {step}", at(path, *line)));
        }
        None => put(&mut text, &at(&example.path, example.line)),
    }
    if example.findings.is_empty() {
        put(&mut text, "");
        put(&mut text, &wrapped("      ", &why));
    }
    for finding in &example.findings {
        put(&mut text, "");
        put_finding(&mut text, finding);
    }
    put(&mut text, "");
    put(&mut text, &format!("      again  {}", example.again));
    text
}

/// A finding, its requirement, and the lines of the ladder around it.
pub fn finding(finding: &FindingText) -> String {
    let mut text = String::new();
    put_finding(&mut text, finding);
    text
}

fn put_finding(text: &mut String, finding: &FindingText) {
    put(text, &wrapped(&format!("      {}   ", finding.requirement), &finding.seen));
    put(text, &wrapped(&format!("        {:<6} ", finding.level), &finding.statement));
    put(text, &wrapped(&format!("        {:<6} ", "from"), &finding.source));
    put(text, &wrapped(&format!("        {:<6} ", "by"), &finding.blame.to_string()));
    if let Some(place) = &finding.audio {
        put(text, &format!("        {:<6} {place}", "at"));
    }
    if !finding.ladder.is_empty() {
        put(text, "");
        ladder(text, &finding.ladder);
    }
}

/// The lines of a ladder as text, in columns.
pub fn ladder_text(lines: &[LadderLine]) -> String {
    let mut text = String::new();
    ladder(&mut text, lines);
    text
}

/// Times to the right, parties and messages in columns, and `>` before the line that matters.
fn ladder(text: &mut String, lines: &[LadderLine]) {
    let time = |line: &LadderLine| line.at.map_or_else(|| "never".to_owned(), milliseconds);
    let widest = |cell: &dyn Fn(&LadderLine) -> usize| lines.iter().map(cell).max().unwrap_or(0);
    let times = widest(&|line| time(line).chars().count());
    let froms = widest(&|line| line.from.chars().count());
    let tos = widest(&|line| line.to.chars().count());
    let whats = widest(&|line| line.what.chars().count());
    for line in lines {
        let mark = if line.marked { '>' } else { ' ' };
        let LadderLine { from, to, what, detail, .. } = line;
        let at = time(line);
        // A deed goes to nobody.
        let arrow = if to.is_empty() { "  " } else { "->" };
        let row = format!(
            "        {mark} {at:>times$}  {from:<froms$} {arrow} {to:<tos$}  {what:<whats$}  {detail}"
        );
        put(text, row.trim_end());
    }
}

/// How many there were and what that means.
pub fn summary(report: &RunReport, meaning: &str) -> String {
    let tally = report.tally();
    let counts = [
        (tally.passed, "passed"),
        (tally.failed, "failed"),
        (tally.inconclusive, "inconclusive"),
        (tally.skipped, "skipped"),
        (tally.cannot_run, "could not run"),
    ];
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let counts: Vec<_> = counts.map(|(count, word)| format!("{count} {word}")).collect();
    let total = tally.total();
    let examples = if total == 1 { "example" } else { "examples" };
    let mut text = format!("{total} {examples}");
    if total > 0 {
        let _ = write!(text, ": {}", counts.join(", "));
    }
    let simulated = report.simulated();
    if simulated > Duration::ZERO {
        let _ = write!(text, "; {} of virtual time", span(simulated));
    }
    let _ = write!(text, "; {}\n{meaning}\n", span(report.elapsed));
    text
}

/// `12.3 s`, `4 min 5 s`, `2 h 3 min`.
fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..60 => format!("{}.{} s", seconds, time.subsec_millis() / 100),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds / 60 % 60),
    }
}

fn milliseconds(at: Duration) -> String {
    let micros = at.as_micros();
    let digits = (micros / 1_000).to_string();
    let mut grouped = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{grouped}.{:03} ms", micros % 1_000)
}

/// The text behind its lead, broken between words, later lines beneath the first.
fn wrapped(lead: &str, text: &str) -> String {
    let indent = lead.chars().count();
    let mut lines = vec![lead.to_owned()];
    let mut column = indent;
    for word in text.split_whitespace() {
        let width = word.chars().count();
        if column > indent && column + 1 + width > WIDTH {
            lines.push(" ".repeat(indent));
            column = indent;
        }
        let line = lines.last_mut().expect("there is a first line");
        if column > indent {
            line.push(' ');
            column += 1;
        }
        line.push_str(word);
        column += width;
    }
    lines.join("\n")
}

/// Adds a line, without anything that could command a terminal: what was seen came from the
/// network.
fn put(text: &mut String, line: &str) {
    let hidden = |c: char| {
        matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
            || (c.is_control() && c != '\n')
    };
    text.extend(line.chars().map(|c| if hidden(c) { '\u{FFFD}' } else { c }));
    text.push('\n');
}

/// Lines no wider than this are read without moving the head.
const WIDTH: usize = 100;
