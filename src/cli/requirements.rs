//! `tallylight requirements` and `tallylight explain`: the catalogue, for people.

use std::fmt::Write as _;

use super::args::{Explain, Requirements};
use super::exercised;
use super::exit::Exit;
use super::findings::source;
use super::output::{Output, complain};
use super::shown::shown;
use crate::check::{
    Coverage, Id, Profile, Requirement, catalogue, coverage, field, judged_in, through,
};

/// Prints the rows that match, a line for each, and counts them.
pub fn list(arguments: &Requirements, output: &mut Output) -> Exit {
    let rows: Vec<_> = catalogue().iter().filter(|row| matches(arguments, row)).collect();
    if rows.is_empty() {
        output.say("no requirement matches; `tallylight requirements` lists all\n");
        return Exit::NothingRan;
    }
    for row in &rows {
        let sign = match coverage(&row.id) {
            Coverage::Judged => '*',
            Coverage::Through => '+',
            Coverage::NotYet => ' ',
            Coverage::NotObservable => '-',
        };
        let Requirement { id, role, statement, priority, .. } = row;
        let level = row.level.as_str();
        output.say(&format!("{sign} {id:<24} {level:<6} {role:<8} {priority}  {statement}\n"));
    }
    let count = |wanted| rows.iter().filter(|row| coverage(&row.id) == wanted).count();
    output.say(&format!(
        "\n{} requirements: * {} judged, + {} judged through others, {} not yet, - {} not observable on a network\n",
        rows.len(),
        count(Coverage::Judged),
        count(Coverage::Through),
        count(Coverage::NotYet),
        count(Coverage::NotObservable),
    ));
    Exit::Passed
}

/// Prints all that is known of a row, or of those of a section.
pub fn explain(arguments: &Explain, output: &mut Output) -> Exit {
    let rows = match exercised::rows(&arguments.id) {
        Ok(rows) => rows,
        Err(complaint) => return complain(output, &[complaint]),
    };
    let texts: Vec<_> = rows.into_iter().map(one).collect();
    output.say(&texts.join("\n"));
    Exit::Passed
}

fn one(row: &Requirement) -> String {
    let mut text = format!("{}\n", row.id);
    let mut put = |name: &str, value: &str| {
        let _ = writeln!(text, "  {name:<11}{value}");
    };
    put(row.level.as_str(), &row.statement);
    put("about", role(&row.role));
    put("from", &format!("{}, {}", source(&row.source), row.section));
    put("priority", &row.priority.to_string());
    put("how", &row.check);
    match coverage(&row.id) {
        Coverage::Judged => put("judged", &format!("yes, in {}", judged_in(&row.id).join(", "))),
        Coverage::Through => {
            if let Some(through) = through(&row.id) {
                let by = through.by.join(", ");
                put("judged", &format!("through {by}: {}", through.because));
            }
        }
        Coverage::NotYet => put("judged", "not yet"),
        Coverage::NotObservable => put("judged", "no: no network shows it"),
    }
    let examples = exercised::examples(&row.id);
    if let Some(first) = examples.first() {
        put(
            "played",
            &match examples.len() {
                1 => format!("in {first}"),
                many => format!("in {many} examples, such as {first}"),
            },
        );
    }
    if let Some(shown) = shown(&row.id) {
        let (what, ladder) = shown.broken.split_once('\n').unwrap_or((shown.broken, ""));
        put("violated", &format!("{what}\n{ladder}"));
        put("kept", &format!("in the same place, without the fault\n{}", shown.kept.trim_end()));
    }
    let troubles = field().iter().filter(|trouble| trouble.rows.contains(&row.id));
    for trouble in troubles {
        put("broken by", &format!("{} (no. {} in the field)", trouble.seen, trouble.rank));
        put("then", &trouble.then);
    }
    let Some(id) = catalogue().iter().find(|it| it.id == row.id) else { return text };
    for profile in Profile::ALL {
        if let Some(because) = profile.forgives(Id(&id.id)) {
            put("forgiven", &format!("by {}: {because}", profile.name()));
        }
    }
    text
}

fn role(role: &str) -> &str {
    match role {
        "src" => "the recording client (SRC)",
        "srs" => "the recorder (SRS)",
        "ua" => "a telephone",
        "any" => "anybody",
        role => role,
    }
}

/// Whether an example of a feature exercises a row.
fn is_exercised(row: &Requirement, feature: &str) -> bool {
    let file = feature.rsplit('/').next().unwrap_or(feature);
    let name = file.strip_suffix(".feature").unwrap_or(file);
    exercised::examples(&row.id).iter().any(|it| it.split('/').next() == Some(name))
}

fn matches(arguments: &Requirements, row: &Requirement) -> bool {
    let is = |wanted: &Option<String>, value: &str| {
        wanted.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(value))
    };
    let is_judged = matches!(coverage(&row.id), Coverage::Judged | Coverage::Through);
    is(&arguments.source, &row.source)
        && is(&arguments.role, &row.role)
        && is(&arguments.level, row.level.as_str())
        && arguments.priority.is_none_or(|wanted| wanted == row.priority)
        && arguments.feature.as_ref().is_none_or(|feature| is_exercised(row, feature))
        && (!arguments.judged || is_judged)
        && (!arguments.not_judged || !is_judged)
}
