//! What people note of a recording: tags and metadata (product facts, sections 5.2 and 5.3).

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::library::{Entry, Id};
use super::authorise::Verb;
use super::{Answer, Call, Problem, no_content, objects, ok};

impl Call<'_, '_> {
    /// `POST /recordings/{id}/tags`: in place of all that there were.
    pub fn set_tags(&mut self, id: Id) -> Answer {
        self.recording(id, Verb::Annotate)?;
        let fields = self.object()?;
        let tags = fields.value("tags").and_then(Value::as_array);
        let tags = tags.ok_or_else(|| Problem::wrong("tags is not a list"))?;
        if tags.len() > TAGS_MAX {
            return Err(Problem::wrong(format!("more than {TAGS_MAX} tags")));
        }
        let tags: Option<Vec<_>> = tags.iter().map(|tag| tag.as_str().map(str::to_owned)).collect();
        let tags = tags.ok_or_else(|| Problem::wrong("a tag is not a text"))?;
        if tags.iter().any(|tag| tag.is_empty() || tag.chars().count() > VALUE_MAX) {
            return Err(Problem::wrong(format!("a tag is empty or longer than {VALUE_MAX}")));
        }
        self.annotate(id, |entry| entry.tags = tags)
    }

    /// `DELETE /recordings/{id}/tags`: all of them.
    pub fn remove_tags(&mut self, id: Id) -> Answer {
        self.recording(id, Verb::Annotate)?;
        self.annotate(id, |entry| entry.tags.clear())?;
        Ok(no_content())
    }

    /// `PUT /recordings/{id}/metadata`: in place of all that there was.
    pub fn set_metadata(&mut self, id: Id) -> Answer {
        self.recording(id, Verb::Annotate)?;
        let fields = self.object()?;
        let metadata = match fields.value("metadata") {
            Some(Value::Object(own)) => notes(own.iter())?,
            _ => notes(fields.iter())?,
        };
        self.annotate(id, |entry| entry.metadata = metadata)
    }

    fn annotate(&mut self, id: Id, change: impl FnOnce(&mut Entry)) -> Answer {
        self.desk.library.change_recording(self.desk.now, id, change);
        self.desk.recording_updated(id);
        let entry = self.desk.library.recording(id).ok_or_else(Problem::not_found)?;
        Ok(ok(&objects::recording(self.desk, entry)))
    }
}

/// Keys of letters and digits, and short values.
pub fn notes<'a>(
    fields: impl Iterator<Item = (&'a String, &'a Value)>,
) -> Result<BTreeMap<String, String>, Problem> {
    let mut notes = BTreeMap::new();
    for (key, value) in fields {
        let is_key =
            (1..=KEY_MAX).contains(&key.len()) && key.chars().all(|c| c.is_ascii_alphanumeric());
        let value = value.as_str().filter(|it| it.chars().count() <= VALUE_MAX);
        let (true, Some(value), true) = (is_key, value, notes.len() < NOTES_MAX) else {
            let shown: String = key.chars().take(KEY_MAX).collect();
            return Err(Problem::wrong(format!("metadata `{shown}` is not a short text")));
        };
        notes.insert(key.clone(), value.to_owned());
    }
    Ok(notes)
}

/// Product facts, section 5.3.
const TAGS_MAX: usize = 25;
const KEY_MAX: usize = 50;
const VALUE_MAX: usize = 255;
/// The product does not say; a form has fewer.
const NOTES_MAX: usize = 100;
