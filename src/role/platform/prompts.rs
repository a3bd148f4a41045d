//! What a platform plays to people and tells the recorder of it: the choices that are made for all
//! its users.

use std::time::Duration;

use crate::audio::Tone;
use crate::role::{Choice, Compliance, Failure, Surface};
use crate::siprec::Announcement;

/// What is played, to whom, and what the recorder is told of it.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Prompts {
    /// How long an announcement is. The product's words, and so their length, are not known.
    pub length: Duration,
    /// The reminder. The product's frequency, length and level are not known; this is the recorder
    /// warning tone of FS-1037C unless somebody says otherwise.
    pub reminder: Tone,
    /// The beep of a pause and of its end: as little is known of it.
    pub beep: Tone,
    /// AMB-1: whether the end of a recording is announced while the call goes on.
    pub announces_end: bool,
    /// Whether somebody who comes to a call that is recorded is told so (REG-CONS-2). Whether the
    /// product does is not known.
    pub tells_newcomers: bool,
    /// AMB-2: whether recordings are announced when the call begins, whenever recording does.
    pub at_call_start: bool,
    /// AMB-4: by which way settings are made.
    pub surface: Surface,
    /// AMB-8: whether a pause is told to everybody, or to the recorded party only.
    pub pauses_to_everybody: bool,
    /// AMB-9: whether reminders are on the recording.
    pub records_reminders: bool,
    /// AMB-10: whether the notice of a pause and of its end is on the recording.
    pub records_pauses: bool,
    /// Whether announcements are on the recording (REG-FCC-2). The product's never are (S-54).
    pub records_announcements: bool,
    /// What becomes of a call that cannot be recorded: `failureBehavior`. Which of them the product
    /// begins with is not known; its examples show the first.
    pub failure: Failure,
    /// Who hears the compliance announcement.
    pub compliance: Compliance,
    /// How the recorder is told.
    pub telling: Telling,
}

/// How the recorder is told of what was played. The product's way is not known.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Telling {
    /// The namespace of the element.
    pub namespace: String,
    /// Where it stands.
    pub placement: Placement,
    /// Whether each reminder is told too.
    pub reminders: bool,
}

/// Where in the metadata an announcement is told.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Placement {
    /// Within the recording.
    Recording,
    /// Within the session: the call.
    #[default]
    Session,
    /// Within each participant who heard it.
    Participant,
}

impl Default for Prompts {
    fn default() -> Self {
        Self {
            length: Duration::from_secs(2),
            reminder: Tone::RECORDER_WARNING,
            beep: Tone { length: Duration::from_millis(200), ..Tone::RECORDER_WARNING },
            announces_end: true,
            tells_newcomers: true,
            at_call_start: false,
            surface: Surface::Portal,
            pauses_to_everybody: true,
            records_reminders: false,
            records_pauses: false,
            records_announcements: false,
            failure: Failure::default(),
            compliance: Compliance::default(),
            telling: Telling {
                namespace: Announcement::NAMESPACE.to_owned(),
                placement: Placement::Session,
                reminders: true,
            },
        }
    }
}

impl Prompts {
    /// Somebody chose.
    pub fn choose(&mut self, choice: Choice) {
        match choice {
            Choice::AnnounceEnd(it) => self.announces_end = it,
            Choice::AnnounceAtCallStart(it) => self.at_call_start = it,
            Choice::SetBy(it) => self.surface = it,
            Choice::PausesToEverybody(it) => self.pauses_to_everybody = it,
            Choice::RecordReminders(it) => self.records_reminders = it,
            Choice::RecordPauseNotices(it) => self.records_pauses = it,
            Choice::RecordAnnouncements(it) => self.records_announcements = it,
            Choice::Failing(it) => self.failure = it,
            Choice::Compliance(it) => self.compliance = it,
        }
    }
}

/// The number of a language in our announcements, by its tag (RFC 5646): its first part decides.
/// English where we have no other, as the product's standard prompts.
pub fn language(tag: &str) -> u8 {
    let primary = tag.split('-').next().unwrap_or_default();
    let known = LANGUAGES.iter().position(|known| known.eq_ignore_ascii_case(primary));
    known.and_then(|place| u8::try_from(place).ok()).unwrap_or(0)
}

/// Whether we have announcements in this language.
pub fn is_language(tag: &str) -> bool {
    let primary = tag.split('-').next().unwrap_or_default();
    LANGUAGES.iter().any(|known| known.eq_ignore_ascii_case(primary))
}

/// The languages of our announcements: the place is the number. At most
/// [`crate::audio::Prompt::LANGUAGES`].
const LANGUAGES: &[&str] = &[
    "en", "de", "fr", "es", "it", "nl", "pt", "cs", "he", "pl", "sv", "nb", "da", "fi", "hu", "ro",
    "bg", "uk", "el", "tr", "ar", "ja", "ko", "zh", "vi", "th", "id", "hr", "sk", "ca",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{Message, Prompt};

    #[test]
    fn there_is_an_announcement_in_every_language() {
        for tag in LANGUAGES {
            assert!(Prompt::new(Message::Started, language(tag)).is_some(), "{tag}");
        }
        assert_eq!((language("de-AT"), language("tlh")), (1, 0));
        assert!(is_language("pt-BR") && !is_language("tlh"));
    }
}
