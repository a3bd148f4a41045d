//! From the text of a value to the value, gathering every complaint on the way.

use super::diagnostic::{Diagnostic, Located, Place, Source};
use super::file::{Field, Text};
use super::quantity::Unreadable;
use super::yaml::{place_of, suggestion};

/// Reads values of one file and gathers what is wrong with them, so that a person hears of all of
/// it at once.
pub struct Reader<'a> {
    source: &'a Source,
    complaints: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    /// A reader of this file.
    pub fn new(source: &'a Source) -> Self {
        Self { source, complaints: Vec::new() }
    }

    /// What was wrong.
    pub fn into_complaints(self) -> Vec<Diagnostic> {
        self.complaints
    }

    /// Complains about a place, and says what would have been right.
    pub fn complain(&mut self, place: Place, what: impl Into<String>, help: impl Into<String>) {
        self.complaints.push(self.source.complaint(place, what).help(help));
    }

    /// Complains about the whole file.
    pub fn complain_of_file(&mut self, what: impl Into<String>, help: impl Into<String>) {
        self.complaints.push(Diagnostic::new(what).in_file(self.source.path()).help(help));
    }

    /// The value of a text that was written.
    pub fn value<T>(
        &mut self,
        text: &Text,
        parse: impl FnOnce(&str) -> Result<T, Unreadable>,
    ) -> Option<T> {
        parse(&text.value)
            .map_err(|Unreadable { what, help }| self.complain(place_of(text), what, help))
            .ok()
    }

    /// The value of a key, or the default if the key is absent.
    pub fn value_or<T>(
        &mut self,
        field: &Field<Text>,
        default: T,
        parse: impl FnOnce(&str) -> Result<T, Unreadable>,
    ) -> T {
        let read = field.0.as_ref().and_then(|text| self.value(text, parse));
        read.unwrap_or(default)
    }

    /// One of a few words.
    pub fn word<T: Copy>(&mut self, text: &Text, kind: &str, words: &[(&str, T)]) -> Option<T> {
        let found = words.iter().find(|(word, _)| *word == text.value).map(|(_, value)| *value);
        if found.is_none() {
            let known: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            let what = format!("`{}` is not a {kind}", text.value);
            self.complain(place_of(text), what, suggestion(&text.value, &known));
        }
        found
    }

    /// One of a few words, or the default if the key is absent.
    pub fn word_or<T: Copy>(
        &mut self,
        field: &Field<Text>,
        kind: &str,
        words: &[(&str, T)],
        default: T,
    ) -> T {
        let read = field.0.as_ref().and_then(|text| self.word(text, kind, words));
        read.unwrap_or(default)
    }

    /// A sentence that says something.
    pub fn sentence(&mut self, text: &Text, kind: &str) -> Located<String> {
        if text.value.trim().is_empty() {
            self.complain(place_of(text), format!("an empty {kind}"), "say it in a few words");
        }
        Located { value: text.value.trim().to_owned(), place: place_of(text) }
    }
}

/// `true` and `false`, and no other word for them.
pub const TRUTH: &[(&str, bool)] = &[("true", true), ("false", false)];
