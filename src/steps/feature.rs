//! A feature file into the examples that can be played, outlines expanded.

use std::collections::BTreeSet;
use std::sync::Arc;

use cucumber::feature::Ext as _;
use gherkin::{Feature, GherkinEnv};

use crate::scenario::{Diagnostic, Diagnostics, Place, Source};

use super::lint;
use super::outline::{self, Block, Kind, Row};
use super::vocabulary::Vocabulary;

/// One example: everything that is needed to play it, to name it, and to find it again.
#[derive(Clone, Debug)]
pub struct Example {
    /// The path of the feature file, as it was given.
    pub path: String,
    /// The name of the feature.
    pub feature: String,
    /// The name of the rule that it shows.
    pub rule: Option<String>,
    /// Its own name; for a row of an outline, with the values of the row.
    pub name: String,
    /// The line of its keyword, or of its row in the table of an outline.
    pub line: usize,
    /// Its tags and those of its rule and its feature, without the `@`.
    pub tags: Vec<String>,
    /// The lines from its keyword to its last step, or to the last row of its outline.
    pub(super) block: (usize, usize),
    /// The line of its rule.
    pub(super) rule_line: Option<usize>,
    /// The feature with this example alone.
    pub(super) alone: Feature,
}

impl Example {
    /// Its file and its name, as tables name it: `dual_streams/A two-party call`.
    pub fn title(&self) -> String {
        let file = self.path.rsplit('/').next().unwrap_or_default();
        format!("{}/{}", file.strip_suffix(".feature").unwrap_or(file), self.name)
    }

    /// Its steps, those of the backgrounds first.
    pub fn steps(&self) -> impl Iterator<Item = &gherkin::Step> {
        let rule = self.alone.rules.first();
        let backgrounds =
            [self.alone.background.as_ref(), rule.and_then(|r| r.background.as_ref())];
        let scenarios = rule.map_or(&self.alone.scenarios, |rule| &rule.scenarios);
        let before = backgrounds.into_iter().flatten().flat_map(|background| &background.steps);
        before.chain(scenarios.iter().flat_map(|scenario| &scenario.steps))
    }

    /// The capabilities that it asks about, as a scenario declares them.
    pub fn needs(&self) -> impl Iterator<Item = String> {
        self.tags.iter().filter_map(|tag| tag.strip_prefix("needs.")).map(|n| n.replace('-', " "))
    }
}

/// Reads the examples of a feature file, and sees that every step of them says one thing.
pub fn read(source: &Source, vocabulary: &Vocabulary) -> Result<Vec<Arc<Example>>, Diagnostics> {
    let (blocks, complaints) = lint::outline(source);
    Diagnostics::unless_empty(complaints)?;
    let feature = Feature::parse(source.text(), GherkinEnv::default())
        .map_err(|error| unforeseen(source, &error.to_string()))?;
    let cut = Cutter { source, feature: &feature };
    let examples = cut.examples(&blocks)?;
    let mut told = BTreeSet::new();
    let mut complaints = Vec::new();
    for step in examples.iter().flat_map(Example::steps) {
        // The rows of an outline share their steps; one complaint about each will do.
        if told.insert((step.position.line, step.value.clone())) {
            let place = place_of(&blocks, step.position.line);
            complaints.extend(vocabulary.complaint(source, place, step));
        }
    }
    Diagnostics::unless_empty(complaints)?;
    Ok(examples.into_iter().map(Arc::new).collect())
}

/// Cuts a feature into its examples, by our own outline of the file: the Gherkin reader knows
/// neither the lines of an outline's rows nor, beneath a comment, those of its steps.
struct Cutter<'a> {
    source: &'a Source,
    feature: &'a Feature,
}

impl Cutter<'_> {
    fn examples(&self, blocks: &[Block]) -> Result<Vec<Example>, Diagnostic> {
        let in_rules = self.feature.rules.iter().flat_map(|r| &r.scenarios);
        let mut scenarios = self.feature.scenarios.iter().chain(in_rules);
        let mut rules = self.feature.rules.iter();
        let mut rule: Option<(usize, gherkin::Rule)> = None;
        let mut bare = Feature { scenarios: vec![], rules: vec![], ..self.feature.clone() };
        let mut examples = Vec::new();
        for (i, block) in blocks.iter().enumerate() {
            match block.kind {
                Kind::Rule => {
                    let own = rules.next().ok_or_else(|| self.differs(block))?;
                    let own = gherkin::Rule { scenarios: vec![], ..own.clone() };
                    rule = Some((block.place.line, own));
                }
                Kind::Background => {
                    let own = rule.as_mut().map(|(_, rule)| rule.background.as_mut());
                    let background = own.unwrap_or(bare.background.as_mut());
                    let background = background.ok_or_else(|| self.differs(block))?;
                    self.align(block, &mut background.steps)?;
                }
                Kind::Example | Kind::Outline => {
                    let scenario = scenarios.next().ok_or_else(|| self.differs(block))?;
                    let mut scenario = scenario.clone();
                    self.align(block, &mut scenario.steps)?;
                    let tables = blocks[i + 1..].iter().take_while(|b| b.kind == Kind::Table);
                    let tables: Vec<_> = tables.collect();
                    let alone = alone(&bare, rule.as_ref().map(|(_, rule)| rule), scenario);
                    let rule_line = rule.as_ref().map(|(line, _)| *line);
                    examples.extend(self.expanded(block, &tables, alone, rule_line)?);
                }
                Kind::Feature | Kind::Table => {}
            }
        }
        match scenarios.next() {
            None => Ok(examples),
            Some(missed) => Err(unforeseen(self.source, &format!("`{}` is new", missed.name))),
        }
    }

    /// The reader and the outline must agree on every step: what one of them passed over would
    /// not be played.
    fn align(&self, block: &Block, steps: &mut [gherkin::Step]) -> Result<(), Diagnostic> {
        let alike = |(ours, theirs): (&outline::Step, &gherkin::Step)| ours.text == theirs.value;
        if block.steps.len() != steps.len() || !block.steps.iter().zip(&*steps).all(alike) {
            return Err(self.differs(block));
        }
        for (ours, theirs) in block.steps.iter().zip(steps) {
            theirs.position.line = ours.place.line;
        }
        Ok(())
    }

    fn differs(&self, block: &Block) -> Diagnostic {
        let what = "the Gherkin reader sees other steps here than are written";
        self.source.complaint(block.place, what).help("one keyword or step to a line")
    }

    fn expanded(
        &self,
        block: &Block,
        tables: &[&Block],
        alone: Feature,
        rule_line: Option<usize>,
    ) -> Result<Vec<Example>, Diagnostic> {
        let rows: Vec<_> = tables.iter().flat_map(|table| table.rows.iter().skip(1)).collect();
        let whole =
            alone.expand_examples().map_err(|error| unforeseen(self.source, &error.to_string()))?;
        let rule = whole.rules.first();
        let scenarios = rule.map_or(&whole.scenarios, |rule| &rule.scenarios).clone();
        if scenarios.len() != rows.len().max(1) {
            return Err(self.differs(block));
        }
        let end = tables.last().map_or(block.end, |table| table.end);
        let examples = scenarios.into_iter().enumerate().map(|(i, scenario)| {
            let row = rows.get(i).copied();
            let tags = [&whole.tags, rule.map_or(&whole.tags, |rule| &rule.tags), &scenario.tags];
            let tags: BTreeSet<_> = tags.into_iter().flatten().cloned().collect();
            Example {
                path: self.source.path().to_owned(),
                feature: whole.name.clone(),
                rule: rule.map(|rule| rule.name.clone()),
                name: name(block, row, &scenario.name),
                line: row.map_or(block.place.line, |row| row.place.line),
                tags: tags.into_iter().collect(),
                block: (block.place.line, end),
                rule_line,
                alone: with_only(&whole, scenario),
            }
        });
        Ok(examples.collect())
    }
}

/// A feature with one example in it, or with one outline.
fn alone(bare: &Feature, rule: Option<&gherkin::Rule>, example: gherkin::Scenario) -> Feature {
    let mut feature = bare.clone();
    match rule {
        Some(rule) => {
            feature.rules = vec![gherkin::Rule { scenarios: vec![example], ..rule.clone() }];
        }
        None => feature.scenarios = vec![example],
    }
    feature
}

fn with_only(whole: &Feature, example: gherkin::Scenario) -> Feature {
    let bare = Feature { scenarios: vec![], rules: vec![], ..whole.clone() };
    alone(&bare, whole.rules.first(), example)
}

/// The rows of an outline have one name unless a placeholder in it tells them apart.
fn name(block: &Block, row: Option<&Row>, expanded: &str) -> String {
    match row {
        Some(row) if block.name == expanded => format!("{expanded} ({})", row.cells.join(", ")),
        _ => expanded.to_owned(),
    }
}

fn place_of(blocks: &[Block], line: usize) -> Place {
    let mut steps = blocks.iter().flat_map(|block| &block.steps);
    let found = steps.find(|step| step.place.line == line);
    found.map_or(Place { line, column: 1, width: 1 }, |step| step.place)
}

/// What our own reading let through and the Gherkin reader does not understand.
fn unforeseen(source: &Source, what: &str) -> Diagnostic {
    // Its only way to name the place is in the text: `Error at 5:1: {…}`.
    let at = what.split_once(" at ").map_or("", |(_, rest)| rest);
    let mut numbers = at.split(':').map(|n| n.trim().parse::<usize>().ok());
    let what = "the Gherkin reader does not understand this";
    match (numbers.next().flatten(), numbers.next().flatten()) {
        (Some(line), Some(column)) => source.complaint(Place { line, column, width: 1 }, what),
        _ => Diagnostic::new(what).in_file(source.path()),
    }
}
