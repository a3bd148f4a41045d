//! What a person is told when a file of theirs cannot be used: one format for the whole program.

use std::fmt;
use std::sync::Arc;

/// One complaint: what is wrong, where, and what would have been right.
///
/// Printed as
///
/// ```text
/// error: unknown key `latancy`
///   --> scenarios/quiet_office.yaml:12:3
///    |
/// 12 |   latancy: 10 ms
///    |   ^^^^^^^
/// help: did you mean `latency`?
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Diagnostic {
    what: String,
    file: Option<String>,
    spot: Option<Spot>,
    help: Vec<String>,
}

/// The place of a complaint and the line of text it points into.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Spot {
    place: Place,
    line: String,
}

impl Diagnostic {
    /// A complaint that concerns no file: a wrong argument, say.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), file: None, spot: None, help: Vec::new() }
    }

    /// The same complaint about a whole file.
    #[must_use]
    pub fn in_file(mut self, path: impl Into<String>) -> Self {
        self.file = Some(path.into());
        self
    }

    /// The same complaint with one more line that says what would have been right.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// What is wrong, without the place.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Where it is wrong; `None` if it concerns a whole file, or none.
    pub fn place(&self) -> Option<Place> {
        self.spot.as_ref().map(|spot| spot.place)
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", printable(&self.what))?;
        let gutter = self.spot.as_ref().map_or(1, |spot| spot.place.line.to_string().len());
        if let Some(file) = &self.file {
            write!(f, "\n{:gutter$}--> {}", "", printable(file))?;
        }
        if let Some(Spot { place, line }) = &self.spot {
            let (text, caret) = window(line, *place);
            let underline = "^".repeat(caret.width);
            write!(f, ":{}:{}", place.line, place.column)?;
            write!(f, "\n{:gutter$} |", "")?;
            write!(f, "\n{} | {text}", place.line)?;
            write!(f, "\n{:gutter$} | {:2$}{underline}", "", "", caret.before)?;
        }
        for help in &self.help {
            write!(f, "\nhelp: {}", printable(help))?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostic {}

/// Everything that is wrong with one file; never empty.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// `Err` with the complaints in the order of the file, `Ok` if there are none.
    pub fn unless_empty(mut complaints: Vec<Diagnostic>) -> Result<(), Self> {
        if complaints.is_empty() {
            return Ok(());
        }
        complaints.sort_by_key(|complaint| complaint.place().map(|p| (p.line, p.column)));
        Err(Self(complaints))
    }

    /// The complaints, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(complaint: Diagnostic) -> Self {
        Self(vec![complaint])
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, complaint) in self.0.iter().enumerate() {
            let gap = if i == 0 { "" } else { "\n\n" };
            write!(f, "{gap}{complaint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

/// A stretch of one line; lines and columns count from 1, in characters.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The first column.
    pub column: usize,
    /// How many characters; 0 points between two.
    pub width: usize,
}

/// A value and where it was written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub place: Place,
}

/// A file as it was read, so that a complaint can show the line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Source {
    path: Arc<str>,
    text: Arc<str>,
}

impl Source {
    /// The text of the file that is called `path` in messages.
    pub fn new(path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    /// What the file is called in messages.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A complaint about `place`.
    pub fn complaint(&self, place: Place, what: impl Into<String>) -> Diagnostic {
        let line = self.text.lines().nth(place.line.saturating_sub(1)).unwrap_or_default();
        Diagnostic {
            what: what.into(),
            file: Some(self.path.to_string()),
            spot: Some(Spot { place, line: line.to_owned() }),
            help: Vec::new(),
        }
    }
}

/// Where the underline goes.
struct Caret {
    before: usize,
    width: usize,
}

/// The part of a line that is shown: all of it, unless it is very long.
fn window(line: &str, place: Place) -> (String, Caret) {
    let chars: Vec<char> = line.chars().collect();
    let at = place.column.saturating_sub(1).min(chars.len());
    let start = at.saturating_sub(LINE_SHOWN_MAX / 2);
    let end = chars.len().min(start + LINE_SHOWN_MAX);
    let lead = if start > 0 { "…" } else { "" };
    let tail = if end < chars.len() { "…" } else { "" };
    let shown: String = chars[start..end].iter().copied().map(tame).collect();
    let width = place.width.min(end.saturating_sub(at)).max(1);
    let caret = Caret { before: at - start + lead.chars().count(), width };
    (format!("{lead}{}{tail}", shown.trim_end()), caret)
}

/// The same text without anything that could command a terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { c } else { tame(c) }).collect()
}

fn tame(c: char) -> char {
    match c {
        '\t' => ' ',
        // Control characters, and those that are invisible or turn the direction of the text.
        '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2066}'..='\u{2069}'
        | '\u{FEFF}' => '\u{FFFD}',
        c if c.is_control() => '\u{FFFD}',
        c => c,
    }
}

/// More than this of one line would fill the screen instead of showing the place.
const LINE_SHOWN_MAX: usize = 160;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_shows_the_line_and_underlines_the_place() {
        let source = Source::new("a.yaml", "title: x\n\tseed: many\n");
        let place = Place { line: 2, column: 8, width: 4 };
        let complaint = source.complaint(place, "`many` is not a number").help("`seed: 7`");
        let shown = complaint.to_string();
        assert_eq!(
            shown,
            "error: `many` is not a number\n --> a.yaml:2:8\n  |\n2 |  seed: many\n  |        ^^^^\nhelp: `seed: 7`"
        );
    }

    #[test]
    fn a_very_long_line_is_cut_around_the_place() {
        let source = Source::new("a.yaml", format!("{}here{}", "x".repeat(500), "y".repeat(500)));
        let complaint = source.complaint(Place { line: 1, column: 501, width: 4 }, "wrong");
        let shown = complaint.to_string();
        let mut lines = shown.lines().skip(3);
        let (text, carets) = (lines.next().unwrap(), lines.next().unwrap());
        assert!(text.chars().count() < 180, "{text}");
        let column = carets.chars().position(|c| c == '^').unwrap();
        assert_eq!(text.chars().skip(column).take(4).collect::<String>(), "here");
    }

    #[test]
    fn a_line_cannot_command_the_terminal() {
        let source = Source::new("a.yaml", "\u{1b}[2J");
        let shown = source.complaint(Place { line: 1, column: 1, width: 1 }, "\u{7}").to_string();
        assert!(!shown.contains(['\u{1b}', '\u{7}']), "{shown:?}");
    }
}
