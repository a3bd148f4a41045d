//! What is refused in a feature file before anything runs.
//!
//! Nothing passes by not happening: an example that says nothing, or says it where nobody reads
//! it, is a mistake of the author and not a pass.

use std::collections::BTreeMap;

use crate::scenario::{CAPABILITIES, Diagnostic, Place, Source, capability_tag, nearest};

use super::outline::{self, Block, Kind, Row};

/// Reads the outline of a file and complains about all that is wrong with it.
pub fn outline(source: &Source) -> (Vec<Block>, Vec<Diagnostic>) {
    if source.text().len() > FILE_MAX {
        let what = format!("this file is longer than {} KiB", FILE_MAX / 1024);
        return (Vec::new(), vec![Diagnostic::new(what).in_file(source.path())]);
    }
    if source.text().starts_with('\u{FEFF}') {
        let place = Place { line: 1, column: 1, width: 1 };
        let complaint = source.complaint(place, "the file begins with a byte order mark");
        return (Vec::new(), vec![complaint.help("save it as UTF-8 without one")]);
    }
    let (blocks, mut complaints) = outline::read(source);
    let mut lint = Lint { source, complaints: Vec::new() };
    lint.features(&blocks, complaints.is_empty());
    lint.rules(&blocks);
    lint.examples(&blocks);
    lint.names(&blocks);
    for block in &blocks {
        lint.tags(block);
        lint.steps(block);
    }
    complaints.append(&mut lint.complaints);
    (blocks, complaints)
}

struct Lint<'a> {
    source: &'a Source,
    complaints: Vec<Diagnostic>,
}

impl Lint<'_> {
    fn complain(&mut self, place: Place, what: impl Into<String>, help: impl Into<String>) {
        self.complaints.push(self.source.complaint(place, what).help(help));
    }

    fn features(&mut self, blocks: &[Block], otherwise_well: bool) {
        let features: Vec<_> = blocks.iter().filter(|b| b.kind == Kind::Feature).collect();
        if features.is_empty() && otherwise_well {
            let complaint = Diagnostic::new("there is no `Feature:` in this file");
            let complaint = complaint.in_file(self.source.path());
            self.complaints.push(complaint.help("a file without one would pass by doing nothing"));
        }
        if let Some(second) = features.get(1) {
            self.complain(second.place, "a second feature", "one feature to a file");
        }
        if let Some(first) = blocks.first().filter(|block| block.kind != Kind::Feature) {
            self.complain(first.place, "this stands before `Feature:`", "begin with `Feature:`");
        }
        let examples = blocks.iter().any(|b| matches!(b.kind, Kind::Example | Kind::Outline));
        if let ([feature], false, true) = (&features[..], examples, otherwise_well) {
            let help = "without one the feature would pass by doing nothing";
            self.complain(feature.place, "a feature without examples", help);
        }
    }

    fn rules(&mut self, blocks: &[Block]) {
        for (i, block) in blocks.iter().enumerate() {
            let rest = blocks[i + 1..].iter();
            let mut own = rest.take_while(|b| !matches!(b.kind, Kind::Rule | Kind::Feature));
            let has_example = |b: &Block| matches!(b.kind, Kind::Example | Kind::Outline);
            if block.kind == Kind::Rule && !own.any(has_example) {
                self.complain(block.place, "a rule without examples", "nothing would show it");
            }
            let before = i.checked_sub(1).map(|before| blocks[before].kind);
            let first = matches!(before, Some(Kind::Feature | Kind::Rule));
            if block.kind == Kind::Background && !first {
                let what = "a background behind an example";
                self.complain(block.place, what, "put it first under its feature or rule");
            }
        }
    }

    fn examples(&mut self, blocks: &[Block]) {
        for (i, block) in blocks.iter().enumerate() {
            let tables: Vec<_> =
                blocks[i + 1..].iter().take_while(|b| b.kind == Kind::Table).collect();
            match block.kind {
                Kind::Example | Kind::Outline => {
                    self.example(block, &tables);
                }
                Kind::Background if block.steps.is_empty() => {
                    self.complain(block.place, "a background without steps", "remove it");
                }
                Kind::Table => {
                    let before = i.checked_sub(1).map(|before| blocks[before].kind);
                    if !matches!(before, Some(Kind::Outline | Kind::Example | Kind::Table)) {
                        let help = "put it under the outline that it is for";
                        self.complain(block.place, "a table of examples without an outline", help);
                    }
                    self.table(block);
                }
                _ => {}
            }
        }
    }

    fn example(&mut self, block: &Block, tables: &[&Block]) {
        if block.steps.is_empty() && !block.doubtful {
            let help = "without one it would pass by doing nothing";
            self.complain(block.place, "an example without steps", help);
        }
        if block.name.is_empty() {
            self.complain(block.place, "an example without a name", "say what it shows");
        }
        if block.kind == Kind::Outline && tables.is_empty() {
            let help = "a table under `Examples:`, or `Example:` in place of `Scenario Outline:`";
            self.complain(block.place, "an outline without examples", help);
        }
        let columns: Vec<_> = tables.iter().filter_map(|t| t.rows.first()).collect();
        for step in &block.steps {
            for name in placeholders(&step.text) {
                let known = |header: &&Row| header.cells.iter().any(|cell| cell == name);
                let help = if tables.is_empty() {
                    "only an outline with a table of `Examples:` has placeholders".to_owned()
                } else if !columns.iter().all(known) {
                    let cells = columns.iter().flat_map(|row| row.cells.iter());
                    let names: Vec<_> = cells.map(String::as_str).collect();
                    nearest(name, names.iter().copied()).map_or_else(
                        || format!("the columns are {}", names.join(", ")),
                        |near| format!("did you mean `<{near}>`?"),
                    )
                } else {
                    continue;
                };
                self.complain(step.place, format!("nothing stands for `<{name}>`"), help);
            }
        }
    }

    fn table(&mut self, block: &Block) {
        if block.rows.len() < 2 {
            let help = "a row of names, and beneath it a row for each example";
            self.complain(block.place, "a table without examples", help);
        }
        self.ragged(&block.rows);
    }

    fn ragged(&mut self, rows: &[Row]) {
        let Some((header, others)) = rows.split_first() else { return };
        for row in others.iter().filter(|row| row.cells.len() != header.cells.len()) {
            let what = format!(
                "a row of width {} in a table of width {}",
                row.cells.len(),
                header.cells.len()
            );
            self.complain(row.place, what, "as many cells as the first row has");
        }
    }

    /// The order of names is that of the file: a repeat of a name points to the first.
    fn names(&mut self, blocks: &[Block]) {
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        for block in blocks {
            match block.kind {
                Kind::Rule | Kind::Feature => seen.clear(),
                Kind::Example | Kind::Outline if !block.name.is_empty() => {
                    if let Some(line) = seen.get(block.name.as_str()) {
                        let what =
                            format!("a second example of this name; the first is in line {line}");
                        self.complain(block.place, what, "two examples show two things");
                    }
                    seen.entry(&block.name).or_insert(block.place.line);
                }
                _ => {}
            }
        }
    }

    /// A tag that is not a capability would do nothing, whatever its author hoped.
    fn tags(&mut self, block: &Block) {
        let known: Vec<_> = CAPABILITIES.iter().map(|(name, _)| capability_tag(name)).collect();
        for (tag, place) in &block.tags {
            if known.contains(tag) {
                continue;
            }
            let help = nearest(tag, known.iter().map(String::as_str)).map_or_else(
                || {
                    "tags are capabilities, such as `@needs.hold`; they have no other use"
                        .to_owned()
                },
                |near| format!("did you mean `@{near}`?"),
            );
            self.complain(*place, format!("`@{tag}` is not a capability"), help);
        }
    }

    fn steps(&mut self, block: &Block) {
        if let Some(first) = block.steps.first()
            && matches!(first.keyword, "And" | "But")
            && !block.doubtful
        {
            let what = format!("`{}` continues a step, and there is none", first.keyword);
            self.complain(first.place, what, "begin with Given, When or Then");
        }
        for step in &block.steps {
            if step.text.is_empty() {
                self.complain(step.place, "a step that says nothing", "say it, or remove it");
            }
            self.ragged(&step.rows);
        }
    }
}

/// The names between `<` and `>`.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(name, _)| name)
}

/// A feature is a page or two; the Gherkin reader's time grows faster than its text.
const FILE_MAX: usize = 256 * 1024;
