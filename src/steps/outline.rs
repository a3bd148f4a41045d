//! A feature file line by line: what each line is, and the outline that they make.
//!
//! The Gherkin reader takes any line it does not know for a description, so that a misspelt step
//! vanishes. Here every line is something, or is complained about.

use crate::scenario::{Diagnostic, Place, Source, nearest};

/// A keyword with a colon, and what hangs on it.
#[derive(Debug)]
pub struct Block {
    /// Which keyword.
    pub kind: Kind,
    /// What is written behind the colon.
    pub name: String,
    /// Where the keyword is.
    pub place: Place,
    /// The tags above it, without the `@`.
    pub tags: Vec<(String, Place)>,
    /// Its steps, in order.
    pub steps: Vec<Step>,
    /// The rows that belong to it and not to a step.
    pub rows: Vec<Row>,
    /// Its last line.
    pub end: usize,
    /// Whether a line of it was complained about, so that what seems to be missing may be there.
    pub doubtful: bool,
}

/// The keywords that have a colon.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// `Feature:`
    Feature,
    /// `Rule:`
    Rule,
    /// `Background:`
    Background,
    /// `Example:` or `Scenario:`
    Example,
    /// `Scenario Outline:`
    Outline,
    /// `Examples:`
    Table,
}

/// A step.
#[derive(Debug)]
pub struct Step {
    /// `Given`, `When`, `Then`, `And` or `But`.
    pub keyword: &'static str,
    /// The sentence.
    pub text: String,
    /// Where the sentence is.
    pub place: Place,
    /// The rows beneath it.
    pub rows: Vec<Row>,
}

/// A row of a table.
#[derive(Debug)]
pub struct Row {
    /// Its cells, trimmed.
    pub cells: Vec<String>,
    /// Where it is.
    pub place: Place,
}

/// Reads the outline of a file, and complains about every line that is nothing.
pub fn read(source: &Source) -> (Vec<Block>, Vec<Diagnostic>) {
    let mut scan = Scan {
        source,
        blocks: Vec::new(),
        tags: Vec::new(),
        fence: None,
        lost: false,
        complaints: Vec::new(),
    };
    for (i, text) in source.text().lines().enumerate() {
        scan.line(i + 1, text);
    }
    scan.end();
    (scan.blocks, scan.complaints)
}

struct Scan<'a> {
    source: &'a Source,
    blocks: Vec<Block>,
    /// Tags that wait for their keyword.
    tags: Vec<(String, Place)>,
    /// The doc string that is open: its fence, and where it was opened.
    fence: Option<(&'static str, Place)>,
    /// Whether the keyword of the steps that follow has been complained about already.
    lost: bool,
    complaints: Vec<Diagnostic>,
}

impl Scan<'_> {
    fn line(&mut self, number: usize, text: &str) {
        let trimmed = text.trim();
        let column = text.chars().take_while(|c| c.is_whitespace()).count() + 1;
        let place = Place { line: number, column, width: trimmed.chars().count() };
        if let Some((fence, _)) = self.fence {
            if trimmed == fence {
                self.fence = None;
            }
            return;
        }
        if trimmed.is_empty() {
            return;
        }
        if let Some(comment) = trimmed.strip_prefix('#') {
            self.comment(place, comment);
        } else if trimmed.starts_with('@') {
            self.tag_line(place, trimmed);
        } else if trimmed.starts_with('|') {
            self.row(place, trimmed);
        } else if let Some(fence) = FENCES.iter().find(|fence| trimmed.starts_with(**fence)) {
            self.open_fence(place, fence, &trimmed[fence.len()..]);
        } else if let Some((kind, name)) = header(trimmed) {
            self.header(place, kind, name);
        } else if let Some((keyword, text)) = step(trimmed) {
            self.step(place, keyword, text);
        } else {
            self.prose(place, trimmed);
        }
        if let (Some(block), false) = (self.blocks.last_mut(), trimmed.starts_with(['#', '@'])) {
            block.end = number;
        }
    }

    fn end(&mut self) {
        if let Some((_, place)) = self.fence {
            self.complain(place, "a doc string that does not end", "the same quotes on a line");
        }
        if let Some((_, place)) = self.tags.first() {
            self.complain(*place, "tags with nothing beneath them", "the keyword they belong to");
        }
    }

    fn complain(&mut self, place: Place, what: impl Into<String>, help: impl Into<String>) {
        self.complaints.push(self.source.complaint(place, what).help(help));
    }

    /// `# language: fr` would change every keyword; the sentences are English.
    fn comment(&mut self, place: Place, comment: &str) {
        let language = comment.trim().strip_prefix("language").map(str::trim_start);
        let language = language.and_then(|rest| rest.strip_prefix(':')).map(str::trim);
        if language.is_some_and(|language| language != "en") {
            self.complain(place, "features are read in English only", "remove this line");
        }
    }

    fn tag_line(&mut self, place: Place, line: &str) {
        // A comment may follow the tags.
        let line = line.split(" #").next().unwrap_or_default();
        for (offset, word) in words(line) {
            let width = word.chars().count();
            let place = Place { column: place.column + offset, width, ..place };
            match word.strip_prefix('@') {
                Some(tag) if !tag.is_empty() && !tag.contains('@') => {
                    self.tags.push((tag.to_owned(), place));
                }
                _ => {
                    let what = format!("`{word}` is not a tag");
                    self.complain(place, what, "such as `@needs.hold`");
                }
            }
        }
    }

    fn row(&mut self, place: Place, line: &str) {
        let Some(cells) = cells(line) else {
            self.complain(place, "a row that does not end", "close it with `|`");
            return;
        };
        let row = Row { cells, place };
        match self.blocks.last_mut() {
            Some(Block { steps, .. }) if !steps.is_empty() => {
                steps.last_mut().expect("not empty").rows.push(row);
            }
            Some(block) if block.kind == Kind::Table => block.rows.push(row),
            _ => self.complain(place, "a row that belongs to nothing", "a step, or `Examples:`"),
        }
    }

    fn open_fence(&mut self, place: Place, fence: &'static str, after: &str) {
        let in_step = self.blocks.last().is_some_and(|block| !block.steps.is_empty());
        if !in_step {
            self.complain(place, "a doc string that belongs to nothing", "a step above it");
        }
        if !after.is_empty() {
            // The Gherkin reader glues the type onto the content.
            let help = "nothing behind the quotes; the content begins on the next line";
            self.complain(place, "the type of a doc string is not read", help);
        }
        self.fence = Some((fence, place));
    }

    fn header(&mut self, place: Place, kind: Kind, name: &str) {
        let tags = std::mem::take(&mut self.tags);
        if let (Kind::Background, Some((_, place))) = (kind, tags.first()) {
            self.complain(*place, "a background has no tags", "tag the feature or the rule");
        }
        self.lost = false;
        self.blocks.push(Block {
            kind,
            name: name.to_owned(),
            place,
            tags,
            steps: Vec::new(),
            rows: Vec::new(),
            end: place.line,
            doubtful: false,
        });
    }

    fn step(&mut self, place: Place, keyword: &'static str, text: &str) {
        if let Some((_, tag)) = self.tags.first() {
            self.complain(*tag, "a step has no tags", "tag the example");
            self.tags.clear();
        }
        let skipped = place.width - text.chars().count();
        let at = Place { column: place.column + skipped, width: place.width - skipped, ..place };
        match self.blocks.last_mut() {
            Some(block) if block.kind.has_steps() => {
                let text = text.to_owned();
                block.steps.push(Step { keyword, text, place: at, rows: Vec::new() });
            }
            _ if self.lost => {}
            _ => {
                let help = "put it under an `Example:`, or begin a description with another word";
                self.complain(place, "a step outside of an example", help);
                self.lost = true;
            }
        }
    }

    /// A description, where there may be one and where it hides no slip.
    fn prose(&mut self, place: Place, line: &str) {
        let kind = self.blocks.last().map(|block| block.kind);
        let first = line.split([' ', '\t', ':']).next().unwrap_or_default();
        let at = Place { width: first.chars().count().max(1), ..place };
        if let Some((word, near)) = misspelt_header(line) {
            let width = word.chars().count();
            let what = format!("`{word}` is not a keyword");
            let help = format!("did you mean `{near}:`?");
            self.complain(Place { width, ..place }, what, help);
            self.lost = true;
        } else if let Some(word) = CUT_SHORT.iter().find(|word| line.starts_with(**word)) {
            let what = format!("a line that begins with `{word}` is read as a keyword");
            let help = format!("`{word}:`, or begin the line with another word");
            self.complain(at, what, help);
            self.lost = true;
        } else if kind.is_none() {
            self.complain(at, "a line before `Feature:`", "begin with `Feature:`, or with `#`");
        } else if !matches!(kind, Some(Kind::Feature | Kind::Rule)) {
            let what = format!("`{first}` does not begin a step");
            let help = nearest(first, STEPS.iter().copied()).map_or_else(
                || "a step begins with Given, When, Then, And or But; a comment with #".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            self.complain(at, what, help);
            if let Some(block) = self.blocks.last_mut() {
                block.doubtful = true;
            }
        }
    }
}

impl Kind {
    /// Whether steps may stand beneath it.
    pub fn has_steps(self) -> bool {
        matches!(self, Self::Background | Self::Example | Self::Outline)
    }
}

/// `Example: A two-party call`.
fn header(line: &str) -> Option<(Kind, &str)> {
    HEADERS.iter().find_map(|(word, kind)| {
        let name = line.strip_prefix(word)?.strip_prefix(':')?;
        Some((*kind, name.trim()))
    })
}

/// `Given Alice and Bob are talking`.
fn step(line: &str) -> Option<(&'static str, &str)> {
    STEPS.iter().find_map(|keyword| {
        let text = line.strip_prefix(keyword)?;
        // The Gherkin reader wants a blank; anything else it would take for a description.
        (text.is_empty() || text.starts_with(' ')).then(|| (*keyword, text.trim_start()))
    })
}

/// Words before a colon that are nearly a keyword: `Scenaro: …`, `example: …`, `Rule : …`.
fn misspelt_header(line: &str) -> Option<(&str, &'static str)> {
    let (word, _) = line.split_once(':')?;
    if word.split_whitespace().count() > 2 {
        return None;
    }
    let near = nearest(word.trim(), HEADERS.iter().map(|(word, _)| *word))?;
    Some((word, near))
}

/// The words of a line, each with the column at which it begins, from 0.
fn words(line: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut column = 0;
    for word in line.split([' ', '\t']) {
        if !word.is_empty() {
            words.push((column, word));
        }
        column += word.chars().count() + 1;
    }
    words
}

/// `| one | two |`; a bar or a backslash within a cell has a backslash before it.
fn cells(line: &str) -> Option<Vec<String>> {
    let mut cells = Vec::new();
    let mut cell = String::new();
    let mut chars = line.strip_prefix('|')?.chars();
    while let Some(c) = chars.next() {
        match c {
            '|' => cells.push(std::mem::take(&mut cell).trim().to_owned()),
            '\\' => cell.extend(chars.next()),
            c => cell.push(c),
        }
    }
    (cell.trim().is_empty() && !cells.is_empty()).then_some(cells)
}

const HEADERS: &[(&str, Kind)] = &[
    ("Feature", Kind::Feature),
    ("Business Need", Kind::Feature),
    ("Ability", Kind::Feature),
    ("Rule", Kind::Rule),
    ("Background", Kind::Background),
    ("Scenario Outline", Kind::Outline),
    ("Scenario Template", Kind::Outline),
    ("Examples", Kind::Table),
    ("Scenarios", Kind::Table),
    ("Example", Kind::Example),
    ("Scenario", Kind::Example),
];

/// Words at which the Gherkin reader ends a description, with or without a colon.
const CUT_SHORT: &[&str] = &["Rule", "Background", "Scenario", "Example"];

const STEPS: &[&str] = &["Given", "When", "Then", "And", "But"];

const FENCES: &[&str] = &["\"\"\"", "```"];
