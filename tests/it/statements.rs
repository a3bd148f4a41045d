//! `features/README.md` says which example shows which statement of the product's help article.
//! It is made from `tests/data/statements.yaml`, and this is what makes it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Deserialize;

use crate::stage;

/// A statement of the help article.
#[derive(Deserialize)]
struct Statement {
    id: String,
    /// How it can be shown.
    how: How,
    /// In our own words.
    says: String,
    /// The examples that show it: `recording_modes/An outgoing call`.
    #[serde(default)]
    by: Vec<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
enum How {
    /// By what crosses the network.
    A,
    /// By set-up and accounts.
    P,
    /// By documents and people only.
    D,
}

fn statements() -> Vec<Statement> {
    serde_yaml::from_str(&stage::read("tests/data/statements.yaml")).unwrap()
}

/// Every example there is: `recording_modes/An outgoing call`.
fn examples() -> BTreeSet<String> {
    stage::examples().iter().map(|example| example.title()).collect()
}

#[test]
fn the_table_of_statements_is_current() {
    stage::assert_made("features/README.md", &table());
}

#[test]
fn every_example_that_is_said_to_show_a_statement_is_there() {
    let known = examples();
    let named = statements().into_iter().flat_map(|statement| statement.by);
    let unknown: Vec<_> = named.filter(|name| !known.contains(name)).collect();
    assert_eq!(unknown, [""; 0]);
}

fn table() -> String {
    let statements = statements();
    let can: Vec<_> = statements.iter().filter(|statement| statement.how != How::D).collect();
    let are = can.iter().filter(|statement| !statement.by.is_empty()).count();
    let mut text = format!(
        "# Which example shows what\n\n\
         Made from `tests/data/statements.yaml` by a test that also sees that it is current. Of the {} statements of the product's help\n\
         article {} can be shown; {are} of them are.\n\n\
         | statement | in our words | shown by |\n|---|---|---|\n",
        statements.len(),
        can.len(),
    );
    for statement in &statements {
        let by = match statement.how {
            How::D => "– (documents and people)".to_owned(),
            _ if statement.by.is_empty() => "not yet".to_owned(),
            _ => list(&statement.by),
        };
        writeln!(text, "| {} | {} | {by} |", statement.id, statement.says).unwrap();
    }
    text
}

/// The examples, file by file.
fn list(examples: &[String]) -> String {
    let mut files: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (file, name) in examples.iter().filter_map(|example| example.split_once('/')) {
        files.entry(file).or_default().push(name);
    }
    let files = files
        .into_iter()
        .map(|(file, names)| format!("[`{file}`]({file}.feature): {}", names.join("; ")));
    files.collect::<Vec<_>>().join("<br>")
}
