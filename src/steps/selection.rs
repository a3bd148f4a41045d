//! Which examples are played: by file and line, by tags, by name.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use cucumber::tag::Ext as _;
use gherkin::tagexpr::TagOperation;

use crate::scenario::Diagnostic;

use super::feature::Example;

/// A feature file, or a folder of them, and perhaps a line in it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Target {
    /// The path, as it was given.
    pub path: String,
    /// The line of an example, of a step, of a row, or of a rule.
    pub line: Option<usize>,
}

impl Target {
    /// Reads `features/dual_streams.feature` or `features/dual_streams.feature:11`.
    pub fn parse(text: &str) -> Self {
        let numbered =
            text.rsplit_once(':').and_then(|(path, line)| Some((path, line.parse().ok()?)));
        match numbered {
            Some((path, line)) => Self { path: path.to_owned(), line: Some(line) },
            None => Self { path: text.to_owned(), line: None },
        }
    }

    /// Whether this is the file, or a folder that it is in.
    pub fn covers(&self, path: &str) -> bool {
        let own = self.path.trim_start_matches("./").trim_end_matches('/');
        let path = path.trim_start_matches("./");
        own.is_empty() || own == "." || path == own || path.starts_with(&format!("{own}/"))
    }

    /// The examples, by their number in the list, that it names.
    fn examples(&self, examples: &[Arc<Example>]) -> Vec<usize> {
        let here = (0..examples.len()).filter(|i| self.covers(&examples[*i].path));
        at_line(examples, &here.collect::<Vec<_>>(), self.line)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}", self.path),
            None => f.write_str(&self.path),
        }
    }
}

/// Which examples of all that were read are to be played; everything, unless it says otherwise.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only these files and lines.
    pub targets: Vec<Target>,
    /// Only examples with such tags.
    pub tags: Option<TagOperation>,
    /// Only examples with this in their name, in upper or lower case.
    pub name: Option<String>,
    /// Only the examples of these titles.
    pub titles: Option<BTreeSet<&'static str>>,
}

impl Selection {
    /// The examples that are selected, in their order.
    pub fn of(&self, examples: &[Arc<Example>]) -> Vec<Arc<Example>> {
        let mut chosen: Vec<bool> = vec![self.targets.is_empty(); examples.len()];
        for i in self.targets.iter().flat_map(|target| target.examples(examples)) {
            chosen[i] = true;
        }
        let chosen = examples.iter().zip(chosen).filter(|(_, chosen)| *chosen);
        let suits = |example: &&Arc<Example>| {
            self.suits_tags(example) && self.suits_name(example) && self.suits_title(example)
        };
        chosen.map(|(example, _)| example).filter(suits).cloned().collect()
    }

    /// The targets at which there is no example: each is a mistake, even beside others.
    pub fn unmatched(&self, examples: &[Arc<Example>]) -> impl Iterator<Item = &Target> {
        self.targets.iter().filter(|target| target.examples(examples).is_empty())
    }

    fn suits_tags(&self, example: &Example) -> bool {
        self.tags.as_ref().is_none_or(|tags| tags.eval(&example.tags))
    }

    fn suits_title(&self, example: &Example) -> bool {
        self.titles.as_ref().is_none_or(|titles| titles.contains(example.title().as_str()))
    }

    fn suits_name(&self, example: &Example) -> bool {
        let name = example.name.to_lowercase();
        self.name.as_ref().is_none_or(|part| name.contains(&part.to_lowercase()))
    }
}

/// Reads a tag expression such as `@needs.pause and not @needs.hold`.
pub fn tags(text: &str) -> Result<TagOperation, Diagnostic> {
    text.trim().parse().map_err(|_| {
        Diagnostic::new(format!("`{text}` is not a tag expression"))
            .help("for example `@needs.pause and not @needs.hold`")
    })
}

/// The examples that a line belongs to, most closely: the row; the example or the outline; all of
/// the rule; all of the feature. None for a line behind everything.
fn at_line(examples: &[Arc<Example>], here: &[usize], line: Option<usize>) -> Vec<usize> {
    let Some(line) = line else { return here.to_vec() };
    let with = |suits: &dyn Fn(&Example) -> bool| -> Vec<usize> {
        here.iter().copied().filter(|i| suits(&examples[*i])).collect()
    };
    let row = with(&|example| example.line == line);
    if !row.is_empty() {
        return row;
    }
    let block = with(&|example| example.block.0 <= line && line <= example.block.1);
    if !block.is_empty() {
        return block;
    }
    // A line between two examples belongs to the second: to its tags, or to its rule.
    let Some(next) = here.iter().map(|i| &examples[*i]).find(|e| e.block.0 > line) else {
        return Vec::new();
    };
    let first = here.first().is_some_and(|i| Arc::ptr_eq(&examples[*i], next));
    match next.rule_line {
        Some(rule) if rule <= line => {
            let previous = with(&|e| e.rule_line == Some(rule) && e.block.1 < line);
            let whole_rule = previous.is_empty();
            with(&|e| e.rule_line == Some(rule) && (whole_rule || e.block == next.block))
        }
        _ if first => here.to_vec(),
        _ => with(&|example| example.block == next.block),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_may_follow_the_file() {
        let target = Target::parse("features/a.feature:11");
        assert_eq!((target.path.as_str(), target.line), ("features/a.feature", Some(11)));
        assert_eq!(Target::parse("features").line, None);
        assert_eq!(Target::parse("c:a.feature").path, "c:a.feature");
    }

    #[test]
    fn a_folder_covers_the_files_in_it() {
        assert!(Target::parse("features/").covers("features/signalling/invite.feature"));
        assert!(Target::parse("./features").covers("features/a.feature"));
        assert!(!Target::parse("features/a").covers("features/a.feature"));
    }

    #[test]
    fn a_tag_expression_that_is_none_is_refused() {
        assert!(tags("@needs.pause and not (@needs.hold or @needs.transfer)").is_ok());
        for text in ["", "needs.pause", "@a or", "@a @b", "not"] {
            assert!(tags(text).is_err(), "{text}");
        }
    }
}
