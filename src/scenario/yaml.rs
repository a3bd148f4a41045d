//! Text into [`File`], and the YAML reader's complaints into ours.

use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::{DuplicateKeyPolicy, Error, Location, MergeKeyPolicy, budget, options};

use super::diagnostic::{Diagnostic, Place, Source};
use super::file::{File, Text};
use super::nearest::nearest;

/// Reads the shape of a scenario file.
pub fn read(source: &Source) -> Result<File, Diagnostic> {
    if source.text().len() > FILE_MAX {
        let what = format!("this file is longer than {} KiB", FILE_MAX / 1024);
        return Err(Diagnostic::new(what).in_file(source.path()).help("is it a scenario?"));
    }
    if source.text().trim().is_empty() {
        let empty = Diagnostic::new("this file is empty").in_file(source.path());
        return Err(empty.help("a scenario has at least a `title`, a `cast` and a `network`"));
    }
    let options = options! {
        budget: budget! {
            max_depth: DEPTH_MAX,
            max_nodes: NODES_MAX,
            max_events: 4 * NODES_MAX,
            // One file, no inheritance: what is written is what holds.
            max_anchors: 0,
            max_aliases: 0,
            max_documents: 1,
        },
        duplicate_keys: DuplicateKeyPolicy::Error,
        merge_keys: MergeKeyPolicy::Error,
        reject_unsupported_tags: true,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(source.text(), options)
        .map_err(|error| complaint(source, &error))
}

/// Where a scalar was written.
pub fn place_of(text: &Text) -> Place {
    place(text.referenced)
}

/// A place as the YAML reader names it.
pub fn place(location: Location) -> Place {
    let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    Place {
        line: number(location.line()),
        column: number(location.column()),
        width: number(location.span().len()),
    }
}

fn complaint(source: &Source, error: &Error) -> Diagnostic {
    let error = error.without_snippet();
    let location = error.location().unwrap_or(Location::UNKNOWN);
    if location == Location::UNKNOWN {
        return Diagnostic::new(error.to_string()).in_file(source.path());
    }
    let (what, help) = explanation(error);
    let complaint = source.complaint(word_at(source, place(location)), what);
    help.map_or_else(|| complaint.clone(), |help| complaint.clone().help(help))
}

/// What is wrong in our words, and what would have been right where that is known.
fn explanation(error: &Error) -> (String, Option<String>) {
    let (what, help) = match error {
        Error::SerdeUnknownField { field, expected, .. } => {
            return (format!("unknown key `{field}`"), Some(suggestion(field, expected)));
        }
        Error::DuplicateMappingKey { key, .. } => {
            let key = key.as_deref().unwrap_or("this key");
            return (format!("`{key}` is there twice"), Some("each key once".to_owned()));
        }
        Error::NullIntoString { .. } => ("a key without a value", "write the value, or no key"),
        Error::Unexpected { expected, .. } => match *expected {
            "string scalar" => ("a single value is needed here, not a list or a map", ""),
            "mapping start" => ("a map is needed here", "for example `{ role: phone }`"),
            "sequence start" => ("a list is needed here", "for example `[one, two]`"),
            other => return (format!("the YAML reader expected {other}"), None),
        },
        Error::Budget { breach: BudgetBreach::Anchors { .. }, .. }
        | Error::Budget { breach: BudgetBreach::Aliases { .. }, .. }
        | Error::MergeKeyNotAllowed { .. } => {
            ("anchors (`&name`), aliases and merges are not read here", "write what holds in place")
        }
        Error::Budget { breach: BudgetBreach::Documents { .. }, .. }
        | Error::MultipleDocuments { .. } => ("a second document", "one scenario to a file"),
        Error::Budget { .. } => ("too much, or too deep, for a scenario", ""),
        Error::UnsupportedTag { .. } => ("a tag (`!name`) has no meaning here", "remove it"),
        other => return (message(other), None),
    };
    (what.to_owned(), Some(help.to_owned()).filter(|help| !help.is_empty()))
}

/// The reader's own words, without the place: that is shown beneath them.
fn message(error: &Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(what, _)| what.to_owned())
}

/// Which of the known words was meant, or all of them.
pub fn suggestion(word: &str, known: &[&str]) -> String {
    match nearest(word, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => "there is none yet".to_owned(),
        None => format!("one of {}", known.join(", ")),
    }
}

/// The reader gives some places without a width: underline the word that stands there.
fn word_at(source: &Source, place: Place) -> Place {
    if place.width > 1 {
        return place;
    }
    let line = source.text().lines().nth(place.line.saturating_sub(1)).unwrap_or_default();
    let rest = line.chars().skip(place.column.saturating_sub(1));
    let width = rest.take_while(|c| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-')).count();
    Place { width: width.max(1), ..place }
}

/// A scenario is a page or two.
const FILE_MAX: usize = 256 * 1024;

/// Deepest today: the file, its network, the links, one link.
const DEPTH_MAX: usize = 8;

/// A cast of hundreds has thousands of scalars.
const NODES_MAX: usize = 50_000;
