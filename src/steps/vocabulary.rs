//! The sentences that features can be written in.

use cucumber::codegen::inventory;
use cucumber::codegen::{Regex, StepConstructor, WorldInventory};
use gherkin::StepType;

use crate::scenario::{Diagnostic, Place, Source, distance, nearest};

use super::words;

/// One sentence.
#[derive(Clone, Debug)]
pub struct Sentence {
    /// Given, When or Then.
    pub kind: StepType,
    /// The sentence as a cucumber expression, such as `{party} calls {party}`.
    pub text: String,
    /// The file of the function that it calls.
    pub file: &'static str,
    /// The line of that function's attribute.
    pub line: u32,
    /// The first line of that function's documentation, where the source is at hand.
    pub doc: Option<String>,
    expression: Regex,
}

/// All sentences, sorted by kind and text.
#[derive(Clone, Debug)]
pub struct Vocabulary(Vec<Sentence>);

impl Vocabulary {
    /// The sentences of a world. `sources` are the files that define them, name and text, for the
    /// documentation; a file that is not among them has none.
    pub fn of<W: WorldInventory>(sources: &[(&str, &str)]) -> Self {
        let mut sentences = Vec::new();
        for given in inventory::iter::<W::Given> {
            sentences.push(sentence(StepType::Given, given, sources));
        }
        for when in inventory::iter::<W::When> {
            sentences.push(sentence(StepType::When, when, sources));
        }
        for then in inventory::iter::<W::Then> {
            sentences.push(sentence(StepType::Then, then, sources));
        }
        sentences.sort_by(|a, b| (rank(a.kind), &a.text).cmp(&(rank(b.kind), &b.text)));
        Self(sentences)
    }

    /// The sentences, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &Sentence> {
        self.0.iter()
    }

    /// The sentences that a step says; exactly one if the step is well written.
    pub fn matching<'a>(&'a self, step: &'a gherkin::Step) -> impl Iterator<Item = &'a Sentence> {
        self.said(&step.value).filter(|sentence| sentence.kind == step.ty)
    }

    fn said<'a>(&'a self, text: &'a str) -> impl Iterator<Item = &'a Sentence> {
        self.0.iter().filter(move |sentence| sentence.expression.is_match(text))
    }

    /// What is wrong with a step that does not say exactly one sentence.
    pub fn complaint(
        &self,
        source: &Source,
        place: Place,
        step: &gherkin::Step,
    ) -> Option<Diagnostic> {
        let said: Vec<_> = self.matching(step).collect();
        match said.as_slice() {
            [_] => None,
            [] => {
                let what = format!("no {} sentence says this", word(step.ty));
                Some(source.complaint(place, what).help(self.meant(step)))
            }
            several => {
                let complaint = source.complaint(place, "more than one sentence says this");
                Some(several.iter().fold(complaint, |complaint, sentence| {
                    let Sentence { text, file, line, .. } = sentence;
                    complaint.help(format!("`{text}` at {file}:{line}"))
                }))
            }
        }
    }

    /// What the author of a step that says nothing probably meant.
    fn meant(&self, step: &gherkin::Step) -> String {
        if let Some(other) = self.said(&step.value).next() {
            return format!("`{}` is a {} sentence", other.text, word(other.kind));
        }
        let general = generalised(&step.value);
        let own = self.0.iter().filter(|sentence| sentence.kind == step.ty);
        let near = own.min_by_key(|sentence| distance(&general, &sentence.text));
        let near = near.and_then(|sentence| nearest(&general, [sentence.text.as_str()]));
        let near = near.or_else(|| nearest(&general, self.0.iter().map(|s| s.text.as_str())));
        near.map_or_else(
            || "`tallylight steps` prints all sentences".to_owned(),
            |near| format!("did you mean `{near}`?"),
        )
    }
}

/// The word for a kind of step.
pub fn word(kind: StepType) -> &'static str {
    match kind {
        StepType::Given => "Given",
        StepType::When => "When",
        StepType::Then => "Then",
    }
}

fn rank(kind: StepType) -> usize {
    match kind {
        StepType::Given => 0,
        StepType::When => 1,
        StepType::Then => 2,
    }
}

fn sentence<W>(
    kind: StepType,
    constructor: &impl StepConstructor<W>,
    sources: &[(&str, &str)],
) -> Sentence {
    let (location, expression, _) = constructor.inner();
    let expression = expression();
    let source = sources.iter().find(|(file, _)| *file == location.path);
    Sentence {
        kind,
        text: readable(expression.as_str()),
        file: location.path,
        line: location.line,
        doc: source.and_then(|(_, text)| documentation(text, location.line)),
        expression,
    }
}

/// The first line of the doc comment above an attribute, or between it and its function.
fn documentation(source: &str, line: u32) -> Option<String> {
    let line = usize::try_from(line).ok()?;
    let lines: Vec<_> = source.lines().map(str::trim).collect();
    let attribute = |text: &&&str| text.starts_with("#[");
    let comment = |text: &&str| text.strip_prefix("///").map(|doc| doc.trim().to_owned());
    let below = lines.get(line..)?.iter().find(|text| !attribute(text)).and_then(comment);
    let above = lines.get(..line.checked_sub(1)?)?.iter().rev().skip_while(attribute);
    below.or_else(|| above.map_while(comment).last())
}

/// A regular expression that was made from a cucumber expression, back into one.
fn readable(expression: &str) -> String {
    let mut text = expression.to_owned();
    for (name, regex) in words::PARAMETERS {
        text = text.replace(&format!("({regex})"), &format!("{{{name}}}"));
    }
    text = text.replace(INT, "{int}").replace(WORD, "{word}");
    for id in 0..PARAMETERS_MAX {
        text = text.replace(&string(id), "{string}");
    }
    let text = text.strip_prefix('^').unwrap_or(&text);
    without_escapes(text.strip_suffix('$').unwrap_or(text))
}

/// `(?:s)?` as `(s)`, `(?:a|b)` as `a/b`, and no backslashes.
fn without_escapes(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let group = rest.strip_prefix("(?:").and_then(|group| group.split_once(')'));
        if let Some((inner, after)) = group {
            let inner = without_escapes(inner);
            if let Some(after) = after.strip_prefix('?') {
                plain.extend(["(", &inner, ")"]);
                rest = after;
            } else {
                plain.push_str(&inner.replace('|', "/"));
                rest = after;
            }
            continue;
        }
        rest = &rest[c.len_utf8()..];
        if c == '\\' {
            let escaped = rest.chars().next();
            plain.extend(escaped);
            rest = &rest[escaped.map_or(0, char::len_utf8)..];
        } else {
            plain.push(c);
        }
    }
    plain
}

/// A step with its values replaced by the names of their parameters, to be compared.
fn generalised(step: &str) -> String {
    let mut text = step.to_owned();
    for (name, regex) in words::PARAMETERS {
        let parameter = Regex::new(&format!(r"(^|\s)(?:{regex})(\s|$)"));
        let parameter = parameter.expect("the expressions of our parameters are sound");
        // Twice, since two values may share the blank between them.
        for _ in 0..2 {
            text = parameter.replace_all(&text, format!("${{1}}{{{name}}}${{2}}")).into_owned();
        }
    }
    text
}

/// What cucumber makes of `{int}`, `{word}` and `{string}`.
const INT: &str = r"((?:-?\d+)|(?:\d+))";
const WORD: &str = r"([^\s]+)";

fn string(id: usize) -> String {
    format!(r#"(?:"(?P<__{id}_0>[^"\\]*(?:\\.[^"\\]*)*)"|'(?P<__{id}_1>[^'\\]*(?:\\.[^'\\]*)*)')"#)
}

/// No sentence has more values.
const PARAMETERS_MAX: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_can_be_read_again() {
        let party = words::PARAMETERS[2].1;
        assert_eq!(readable(&format!("^({party}) calls ({party})$")), "{party} calls {party}");
        assert_eq!(readable(&format!(r"^the recorder hears {}$", string(0))), {
            "the recorder hears {string}"
        });
        assert_eq!(readable(r"^it rings (?:once|twice)\.$"), "it rings once/twice.");
        assert_eq!(readable("^two stream(?:s)?$"), "two stream(s)");
    }

    #[test]
    fn the_documentation_is_found_on_either_side_of_the_attribute() {
        let source = "\n/// Above.\n/// More.\n#[when(\"x\")]\nfn a() {}\n\n#[then(\"y\")]\n/// Below.\nfn b() {}\n";
        assert_eq!(documentation(source, 4).as_deref(), Some("Above."));
        assert_eq!(documentation(source, 7).as_deref(), Some("Below."));
        assert_eq!(documentation("#[when(\"x\")]\nfn a() {}\n", 1), None);
    }

    #[test]
    fn a_step_is_compared_without_its_values() {
        assert_eq!(generalised("Alice and Bob talk for 10 seconds"), {
            "{party} and {party} talk for {duration}"
        });
        assert_eq!(generalised("the recorder holds two streams"), {
            "the recorder holds {count} streams"
        });
    }
}
