//! What a recorder is told of what was played to the people on a call.
//!
//! The product says that its recorder is told whenever an announcement plays; how it says so is
//! not public. This is an element of our own in the place of a vendor's extension, with what the
//! product tells its own recorder in other ways: what was played, when, for how long, and who
//! heard it.

use roxmltree::Node;

use super::extension::{Extension, Parent};
use super::id::Id;
use super::malformed::Malformed;
use super::reader::text;
use super::xml::Xml;

/// Something that was played to people on a recorded call.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Announcement {
    /// What it told them.
    pub kind: Occasion,
    /// How.
    pub method: Method,
    /// When it began (RFC 3339).
    pub started_at: String,
    /// For how many milliseconds it was played.
    pub duration_ms: u64,
    /// Who set it up, as far as it is said: `user`, `location` or `organization`.
    pub level: Option<String>,
    /// The addresses of those who heard it.
    pub heard_by: Vec<String>,
}

/// What people were told.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Occasion {
    /// That the call may be recorded, before anything is.
    Compliance,
    /// That it cannot be recorded.
    Failure,
    /// That the recording is paused.
    Pause,
    /// That the recording is still going on.
    Reminder,
    /// That the recording goes on after a pause.
    Resume,
    /// That the recording has begun.
    Start,
    /// That the recording has ended.
    Stop,
}

/// How people were told.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Method {
    /// In words.
    Announcement,
    /// By one tone that marks a change.
    Beep,
    /// By a tone that comes again and again.
    Tone,
}

impl Occasion {
    /// The word for it.
    pub fn word(self) -> &'static str {
        word(OCCASIONS, self)
    }
}

impl Method {
    /// The word for it.
    pub fn word(self) -> &'static str {
        word(METHODS, self)
    }
}

impl Announcement {
    /// The name of the element.
    pub const NAME: &str = "announcement";
    /// Its namespace unless somebody knows a better one: RFC 6963 keeps it for examples.
    pub const NAMESPACE: &str = "urn:example:recording-announcement:1";

    /// Reads an extension of any namespace; `None` if it is no announcement, or one of which one
    /// cannot tell what was played, and when.
    pub fn read(extension: &Extension) -> Option<Self> {
        if extension.name != Self::NAME {
            return None;
        }
        extension.with_element(Self::of).ok().flatten()
    }

    fn of(node: Node) -> Option<Self> {
        let heard_by =
            node.children().filter(|it| it.is_element() && it.tag_name().name() == HEARD_BY);
        Some(Self {
            kind: named(OCCASIONS, node.attribute("kind")?)?,
            method: named(METHODS, node.attribute("method").unwrap_or("announcement"))?,
            started_at: node.attribute("startedAt")?.trim().to_owned(),
            duration_ms: node.attribute("durationMs").and_then(|it| it.trim().parse().ok())?,
            level: node.attribute("level").map(str::to_owned),
            heard_by: heard_by.map(text).collect(),
        })
    }

    /// The extension to be added to an element, under an id that the drafts want.
    pub fn extension(
        &self,
        namespace: &str,
        parent: Parent,
        id: Option<Id>,
    ) -> Result<Extension, Malformed> {
        let extension = Extension::new(parent, self.write(namespace).trim_end())?;
        Ok(Extension { id, ..extension })
    }

    fn write(&self, namespace: &str) -> String {
        let duration = self.duration_ms.to_string();
        let level = self.level.as_ref().map(|level| ("level", level.as_str()));
        let attributes = [
            ("xmlns", namespace),
            ("kind", self.kind.word()),
            ("method", self.method.word()),
            ("startedAt", &self.started_at),
            ("durationMs", &duration),
        ];
        let attributes: Vec<_> = attributes.into_iter().chain(level).collect();
        let mut xml = Xml::new(" ");
        xml.open(Self::NAME, &attributes);
        self.heard_by.iter().for_each(|aor| xml.leaf(HEARD_BY, &[], aor));
        xml.finish()
    }
}

fn named<T: Copy>(words: &[(&str, T)], word: &str) -> Option<T> {
    words.iter().find(|(known, _)| *known == word.trim()).map(|(_, it)| *it)
}

fn word<T: Copy + PartialEq>(words: &[(&'static str, T)], of: T) -> &'static str {
    words.iter().find(|(_, it)| *it == of).map_or("", |(word, _)| word)
}

const HEARD_BY: &str = "heardBy";

const OCCASIONS: &[(&str, Occasion)] = &[
    ("compliance", Occasion::Compliance),
    ("failure", Occasion::Failure),
    ("pause", Occasion::Pause),
    ("reminder", Occasion::Reminder),
    ("resume", Occasion::Resume),
    ("start", Occasion::Start),
    ("stop", Occasion::Stop),
];

const METHODS: &[(&str, Method)] =
    &[("announcement", Method::Announcement), ("beep", Method::Beep), ("tone", Method::Tone)];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::siprec::{Dialect, Metadata, Recording, Session};

    fn told() -> Announcement {
        Announcement {
            kind: Occasion::Start,
            method: Method::Announcement,
            started_at: "2030-01-01T00:00:02.000Z".to_owned(),
            duration_ms: 3_000,
            level: Some("user".to_owned()),
            heard_by: vec!["sip:a&b@example.net".to_owned(), "tel:+12025550102".to_owned()],
        }
    }

    #[test]
    fn what_was_written_is_read_again_wherever_it_stands_in_both_dialects() {
        for dialect in [Dialect::Rfc, Dialect::Webex] {
            let (own, session) = (dialect.id([1; 16]), dialect.id([2; 16]));
            for parent in [Parent::Recording, Parent::Session(session.clone())] {
                let extension = told().extension("urn:example:x", parent, Some(own.clone()));
                let recording = Recording { id: dialect.id([3; 16]), ..Recording::default() };
                let metadata = Metadata {
                    recording: Some(recording),
                    sessions: vec![Session { id: session.clone(), ..Session::default() }],
                    extensions: vec![extension.unwrap()],
                    ..Metadata::default()
                };
                let read = Metadata::parse(metadata.write(dialect).as_bytes()).unwrap();
                assert_eq!(read.announcements(), [told()], "{dialect:?}");
                assert_eq!(read.extensions[0].namespace, "urn:example:x");
            }
        }
    }

    #[test]
    fn what_does_not_say_what_was_played_and_when_is_none() {
        let table = [
            "<announcement kind='start' startedAt='x'/>",
            "<announcement kind='start' durationMs='1'/>",
            "<announcement kind='birthday' startedAt='x' durationMs='1'/>",
            "<announcement kind='start' method='song' startedAt='x' durationMs='1'/>",
            "<announced kind='start' startedAt='x' durationMs='1'/>",
        ];
        for xml in table {
            let extension = Extension::new(Parent::Recording, xml).unwrap();
            assert_eq!(Announcement::read(&extension), None, "{xml}");
        }
    }
}
