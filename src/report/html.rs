//! A run as one page for a browser, without anything from elsewhere.

use std::fmt::Write as _;

use super::by_requirement::{Broken, by_requirement};
use super::coverage::coverage;
use super::data::{ExampleReport, Outcome, RunReport};
use super::text::{ladder_text, summary};

/// The page: what came of it, what was broken by requirement with the ladder around it, every
/// example, and how much of the catalogue is judged.
pub fn html(report: &RunReport, meaning: &str) -> String {
    let mut body = String::new();
    let failed = report.examples.iter().any(|it| matches!(it.outcome, Outcome::Failed { .. }));
    let tone = if failed { "failed" } else { "passed" };
    let _ = writeln!(body, "<h1><span class=\"lamp {tone}\"></span>Tallylight</h1>");
    let _ = writeln!(body, "<p class=summary>{}</p>", escaped(&summary(report, meaning)));
    let broken = by_requirement(report);
    if !broken.is_empty() {
        let _ = writeln!(body, "<h2>What was broken</h2>");
    }
    for row in &broken {
        requirement(&mut body, row);
    }
    unexplained(&mut body, report);
    examples(&mut body, report);
    let rows = coverage();
    let _ = writeln!(
        body,
        "<h2>How much is judged</h2><p>Of {} requirements in the catalogue {} are judged, {} \
         sum up others that are, {} cannot be seen on a network, and {} are not checked yet.</p>",
        rows.total, rows.judged, rows.through, rows.not_observable, rows.not_yet
    );
    format!("{HEAD}{body}</body></html>\n")
}

fn requirement(body: &mut String, row: &Broken<'_>) {
    let _ = writeln!(
        body,
        "<section><h3 id=\"{id}\">{id} <small>{level}</small></h3><p>{statement} \
         <cite>{source}</cite></p>",
        id = escaped(row.requirement),
        level = escaped(row.level),
        statement = escaped(row.statement),
        source = escaped(row.source),
    );
    for shown in &row.findings {
        let place = shown.finding.audio.as_ref().map(|place| format!("; hear it at {place}"));
        let _ = writeln!(
            body,
            "<details open><summary>{seen} <small>{example}, {scenario}</small></summary>\
             <p>By: {by}{place}</p><pre>{ladder}</pre><p><code>{again}</code></p></details>",
            seen = escaped(&shown.finding.seen),
            example = escaped(shown.example),
            scenario = escaped(shown.scenario),
            by = escaped(&shown.finding.blame.to_string()),
            place = escaped(&place.unwrap_or_default()),
            ladder = escaped(&ladder_text(&shown.finding.ladder)),
            again = escaped(shown.again),
        );
    }
    body.push_str("</section>\n");
}

/// What did not pass without breaking a requirement.
fn unexplained(body: &mut String, report: &RunReport) {
    let unexplained = |it: &&ExampleReport| {
        !matches!(it.outcome, Outcome::Passed | Outcome::Skipped { .. }) && it.findings.is_empty()
    };
    let mut heading = Some("<h2>What else did not pass</h2>\n");
    for example in report.examples.iter().filter(unexplained) {
        body.push_str(heading.take().unwrap_or_default());
        let (_, why) = verdict(&example.outcome);
        let _ = writeln!(
            body,
            "<details open><summary>{}</summary><p>{}</p><p><code>{}</code></p></details>",
            escaped(&example.example),
            escaped(why),
            escaped(&example.again)
        );
    }
}

fn examples(body: &mut String, report: &RunReport) {
    body.push_str("<h2>Every example</h2>\n<table><tr><th>verdict<th>example<th>scenario<th>");
    body.push_str("where<th>beside</tr>\n");
    for example in &report.examples {
        let (word, why) = verdict(&example.outcome);
        let why = if matches!(example.outcome, Outcome::Skipped { .. }) { why } else { "" };
        let _ = writeln!(
            body,
            "<tr class={class}><td>{word}<td>{feature}: {name}<td>{scenario}<td>{path}:{line}\
             <td>{why} {notes}</tr>",
            class = word.replace(' ', "-"),
            feature = escaped(&example.feature),
            name = escaped(&example.example),
            scenario = escaped(&example.scenario.title),
            path = escaped(&example.path),
            line = example.line,
            why = escaped(why),
            notes = escaped(&example.notes.join("; ")),
        );
    }
    body.push_str("</table>\n");
}

fn verdict(outcome: &Outcome) -> (&'static str, &str) {
    match outcome {
        Outcome::Passed => ("passed", ""),
        Outcome::Failed { why, .. } => ("failed", why),
        Outcome::Inconclusive { why, .. } => ("inconclusive", why),
        Outcome::Skipped { reason } => ("skipped", reason),
        Outcome::CannotRun { why, .. } => ("could not run", why),
    }
}

/// Text as HTML, without anything that could command a browser: what was seen came from the
/// network.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' | '\t' => safe.push(c),
            c if c.is_control() => safe.push('\u{FFFD}'),
            c => safe.push(c),
        }
    }
    safe
}

const HEAD: &str = r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Tallylight</title>
<style>
:root { color-scheme: light dark; --soft: #8884; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
h1 .lamp { display: inline-block; width: .7em; height: .7em; border-radius: 50%; margin-right: .4em; }
.lamp.passed { background: #2a9d4a; } .lamp.failed { background: #d92d20; }
.summary { white-space: pre-line; }
section, details { border-left: 3px solid var(--soft); padding-left: 1rem; margin: 1rem 0; }
small, cite { opacity: .7; font-weight: normal; }
pre { overflow-x: auto; background: var(--soft); padding: .7rem; border-radius: 4px; }
table { border-collapse: collapse; width: 100%; } th { text-align: left; }
td, th { padding: .2rem .6rem .2rem 0; border-bottom: 1px solid var(--soft); vertical-align: top; }
tr.failed td:first-child, tr.could-not-run td:first-child { color: #d92d20; font-weight: bold; }
tr.inconclusive td:first-child { color: #b54708; } tr.skipped { opacity: .6; }
</style></head><body>
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_the_network_becomes_markup() {
        assert_eq!(escaped("<b a='\"'>\u{1b}[2J&"), "&lt;b a=&#39;&quot;&#39;&gt;\u{FFFD}[2J&amp;");
    }
}
