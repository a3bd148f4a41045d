//! What the people on a user's recorded calls are told, before anybody in a feature says otherwise.

use std::time::Duration;

use super::file;
use super::quantity::{Unreadable, duration};
use super::reader::{Reader, TRUTH};

/// What the people on a user's recorded calls are told.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Notices {
    /// `announced`: on which calls the begin and the end of a recording are; on none unless the file
    /// says otherwise.
    pub announced: Announced,
    /// `pauses told by`: how a pause and its end are told; not at all unless the file says otherwise.
    pub pauses: Signal,
    /// `reminder tone`: how often it comes, 10 s to 30 minutes; never unless the file says otherwise.
    pub reminder: Option<Duration>,
    /// `outside`: whether the owner is reached over the public telephone network; not unless the file
    /// says otherwise.
    pub outside: bool,
    /// `language`: of the owner, as RFC 5646 has it; unknown unless the file says otherwise.
    pub language: Option<String>,
}

/// On which calls something is announced.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Announced {
    /// On none.
    #[default]
    Nowhere,
    /// On those within the organization.
    Internal,
    /// On those with somebody outside.
    Outside,
    /// On all.
    Everywhere,
}

/// How people are told of a pause.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Signal {
    /// Not at all.
    #[default]
    Nothing,
    /// By a beep.
    Beep,
    /// In words.
    Announcement,
}

/// Reads what the file says of a phone.
pub fn read(reader: &mut Reader, part: &file::Part) -> Notices {
    let usual = Notices::default();
    Notices {
        announced: reader.word_or(&part.announced, "kind of calls", CALLS, usual.announced),
        pauses: reader.word_or(&part.pauses_told_by, "notice", SIGNALS, usual.pauses),
        reminder: reader.value_or(&part.reminder_tone, None, |text| period(text).map(Some)),
        outside: reader.word_or(&part.outside, "truth", TRUTH, false),
        language: reader.value_or(&part.language, None, |text| language(text).map(Some)),
    }
}

/// The widest of the product's two ranges: its interface takes what its portal does not.
fn period(text: &str) -> Result<Duration, Unreadable> {
    let period = duration(text)?;
    let fits = (LEAST..=MOST).contains(&period);
    fits.then_some(period).ok_or_else(|| Unreadable {
        what: format!("a tone cannot come every `{text}`"),
        help: "every `10 s` to `30 minutes`".to_owned(),
    })
}

fn language(text: &str) -> Result<String, Unreadable> {
    let primary = text.split('-').next().unwrap_or_default();
    let is_tag = matches!(primary.len(), 2 | 3) && primary.chars().all(|c| c.is_ascii_alphabetic());
    is_tag.then(|| text.to_owned()).ok_or_else(|| Unreadable {
        what: format!("`{text}` is not the tag of a language"),
        help: "for example `de` or `pt-BR`".to_owned(),
    })
}

const CALLS: &[(&str, Announced)] = &[
    ("never", Announced::Nowhere),
    ("internal calls", Announced::Internal),
    ("outside calls", Announced::Outside),
    ("all calls", Announced::Everywhere),
];
const SIGNALS: &[(&str, Signal)] =
    &[("nothing", Signal::Nothing), ("beep", Signal::Beep), ("announcement", Signal::Announcement)];
const LEAST: Duration = Duration::from_secs(10);
const MOST: Duration = Duration::from_mins(30);
