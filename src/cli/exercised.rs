//! Which examples can show that a requirement is kept, or broken: those in whose play a check had
//! something to say of it. `exercised.txt` is made by a test that also sees that it is current.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::check::{Coverage, Requirement, catalogue, coverage, through};
use crate::scenario::{Diagnostic, nearest};

/// The rows that a text means: one of this id, or else all of a section or a source.
///
/// # Errors
///
/// If there are none: says what is nearest.
pub fn rows(wanted: &str) -> Result<Vec<&'static Requirement>, Diagnostic> {
    let is_it = |row: &&Requirement| row.id.eq_ignore_ascii_case(wanted);
    let within = |row: &&Requirement| {
        let head = row.id.get(..wanted.len()).unwrap_or_default();
        let rest = row.id.get(wanted.len()..).unwrap_or_default();
        head.eq_ignore_ascii_case(wanted) && rest.starts_with(['-', '.'])
    };
    let mut rows: Vec<_> = catalogue().iter().filter(is_it).collect();
    if rows.is_empty() {
        rows = catalogue().iter().filter(within).collect();
    }
    if !rows.is_empty() {
        return Ok(rows);
    }
    let complaint = Diagnostic::new(format!("there is no requirement `{wanted}`"));
    let near = nearest(wanted, catalogue().iter().map(|row| row.id.as_str()));
    Err(match near {
        Some(near) => complaint.help(format!("did you mean `{near}`?")),
        None => complaint.help("`tallylight requirements` lists all"),
    })
}

/// The examples that exercise a row, or those that it is judged through: `recording_modes/An
/// outgoing call`.
pub fn examples(row: &str) -> BTreeSet<&'static str> {
    if let Some(through) = through(row) {
        return through.by.iter().flat_map(|row| examples(row)).collect();
    }
    let line = TABLE.rows.iter().find(|(id, _)| *id == row);
    let places = line.map(|(_, places)| places.as_slice()).unwrap_or_default();
    places.iter().filter_map(|place| TABLE.examples.get(*place).copied()).collect()
}

/// The examples that exercise any of the rows that a text means.
///
/// # Errors
///
/// If there is no such row, or no example for it: says why.
pub fn exercising(wanted: &str) -> Result<BTreeSet<&'static str>, Diagnostic> {
    let rows = rows(wanted)?;
    let found: BTreeSet<_> = rows.iter().flat_map(|row| examples(&row.id)).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let is_any = |wanted| rows.iter().any(|row| coverage(&row.id) == wanted);
    let why = if is_any(Coverage::Judged) {
        "a check judges it, and no example brings it about: `tallylight judge` and `serve` do judge by it"
    } else if is_any(Coverage::Through) {
        "it is judged through other rows: `tallylight explain` names them"
    } else if is_any(Coverage::NotYet) {
        "no check judges it yet"
    } else {
        "no network shows it"
    };
    Err(Diagnostic::new(format!("no example exercises `{wanted}`")).help(why))
}

/// The table as text: the examples by number, then each row with the numbers of its examples.
struct Table {
    examples: Vec<&'static str>,
    rows: Vec<(&'static str, Vec<usize>)>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { examples: Vec::new(), rows: Vec::new() };
    for line in include_str!("exercised.txt").lines() {
        if let Some(row) = line.strip_prefix("= ") {
            let mut words = row.split(' ');
            let id = words.next().unwrap_or_default();
            table.rows.push((id, words.flat_map(span).collect()));
        } else if let Some(example) = line.strip_prefix("+ ") {
            table.examples.push(example);
        }
    }
    table
});

/// `3` is one number, `3-5` are three.
fn span(word: &str) -> Vec<usize> {
    let (first, last) = word.split_once('-').unwrap_or((word, word));
    match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), Ok(last)) => (first..=last).collect(),
        _ => Vec::new(),
    }
}
