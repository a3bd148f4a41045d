//! `prompts`: what a platform plays to people on recorded calls, and tells the recorder of it.
//!
//! The product leaves all of it open but the two ranges of a reminder; what is absent is as the
//! platform has it by itself.

use std::time::Duration;

use super::file;
use super::quantity::{Unreadable, duration};
use super::reader::{Reader, TRUTH};

/// What a platform plays. Each is `None` where the file says nothing.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Prompts {
    /// `length`: of an announcement, at most 30 s.
    pub length: Option<Duration>,
    /// `tone frequency`: of the reminder and the beep, in hertz.
    pub hertz: Option<u16>,
    /// `tone length`: of the reminder.
    pub tone_length: Option<Duration>,
    /// `tone level`: of both, in tenths of a dBm0.
    pub level: Option<i16>,
    /// `end announced`: whether the end of a recording is, while the call goes on (AMB-1).
    pub end_announced: Option<bool>,
    /// `newcomers told`: whether somebody who comes to a recorded call is (REG-CONS-2).
    pub newcomers_told: Option<bool>,
    /// `announced with`: the call, or the recording (AMB-2).
    pub with_call: Option<bool>,
    /// `set by`: the portal, or the programming interface (AMB-4).
    pub set_by_api: Option<bool>,
    /// `pauses told to`: everybody, or the recorded party (AMB-8).
    pub pauses_to_everybody: Option<bool>,
    /// `reminders recorded` (AMB-9).
    pub reminders_recorded: Option<bool>,
    /// `pause notices recorded` (AMB-10).
    pub pauses_recorded: Option<bool>,
    /// `announcements recorded` (REG-FCC-2).
    pub announcements_recorded: Option<bool>,
    /// `told as`: the namespace of the element that tells the recorder.
    pub namespace: Option<String>,
    /// `told in`: the element of the metadata in which it stands.
    pub placement: Option<Placement>,
    /// `reminders told`: whether the recorder is told of each reminder.
    pub reminders_told: Option<bool>,
}

/// In which element of the metadata the recorder is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(missing_docs, reason = "each is an element of RFC 7865")]
pub enum Placement {
    Participant,
    Recording,
    Session,
}

/// Reads what the file says.
pub fn read(reader: &mut Reader, file: &file::Prompts) -> Prompts {
    let namespace = file.told_as.0.as_ref().and_then(|text| reader.value(text, namespace));
    Prompts {
        length: file.length.0.as_ref().and_then(|text| reader.value(text, length)),
        hertz: file.tone_frequency.0.as_ref().and_then(|text| reader.value(text, frequency)),
        tone_length: file.tone_length.0.as_ref().and_then(|text| reader.value(text, length)),
        level: file.tone_level.0.as_ref().and_then(|text| reader.value(text, level)),
        end_announced: word(reader, &file.end_announced, "truth", TRUTH),
        newcomers_told: word(reader, &file.newcomers_told, "truth", TRUTH),
        with_call: word(reader, &file.announced_with, "begin", BEGINS),
        set_by_api: word(reader, &file.set_by, "way to make settings", WAYS),
        pauses_to_everybody: word(reader, &file.pauses_told_to, "audience", AUDIENCES),
        reminders_recorded: word(reader, &file.reminders_recorded, "truth", TRUTH),
        pauses_recorded: word(reader, &file.pause_notices_recorded, "truth", TRUTH),
        announcements_recorded: word(reader, &file.announcements_recorded, "truth", TRUTH),
        namespace,
        placement: word(reader, &file.told_in, "element", PLACEMENTS),
        reminders_told: word(reader, &file.reminders_told, "truth", TRUTH),
    }
}

fn word<T: Copy>(
    reader: &mut Reader,
    field: &file::Field<file::Text>,
    kind: &str,
    words: &[(&str, T)],
) -> Option<T> {
    field.0.as_ref().and_then(|text| reader.word(text, kind, words))
}

fn length(text: &str) -> Result<Duration, Unreadable> {
    let length = duration(text)?;
    let fits = (SHORTEST..=LONGEST).contains(&length);
    fits.then_some(length).ok_or_else(|| Unreadable {
        what: format!("nothing is played for `{text}`"),
        help: "from `40 ms` to `30 s`".to_owned(),
    })
}

/// `1400 Hz`
fn frequency(text: &str) -> Result<u16, Unreadable> {
    let hertz = text.trim().strip_suffix("Hz").and_then(|it| it.trim().parse().ok());
    hertz.filter(|hertz| (300..=3_400).contains(hertz)).ok_or_else(|| Unreadable {
        what: format!("`{text}` is not the frequency of a tone that telephones carry"),
        help: "from `300 Hz` to `3400 Hz`".to_owned(),
    })
}

/// `-20 dBm0`, in tenths.
fn level(text: &str) -> Result<i16, Unreadable> {
    let level = text.trim().strip_suffix("dBm0").map(str::trim).and_then(tenths);
    level.filter(|level| (-400..=0).contains(level)).ok_or_else(|| Unreadable {
        what: format!("`{text}` is not the level of a tone"),
        help: "from `-40 dBm0` to `0 dBm0`".to_owned(),
    })
}

fn tenths(text: &str) -> Option<i16> {
    let (whole, tenth) = text.split_once('.').unwrap_or((text, "0"));
    let digit: i16 = tenth.parse().ok().filter(|_| tenth.len() == 1)?;
    let whole_number: i16 = whole.parse().ok().filter(|it: &i16| it.abs() < 1_000)?;
    let sign = if whole.starts_with('-') { -1 } else { 1 };
    Some(whole_number * 10 + sign * digit)
}

/// An absolute URI (RFC 3986 section 4.3), as far as a slip can be seen.
fn namespace(text: &str) -> Result<String, Unreadable> {
    let (scheme, rest) = text.split_once(':').unwrap_or_default();
    let is_uri = !scheme.is_empty()
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        && !rest.is_empty()
        && !rest.contains(char::is_whitespace);
    is_uri.then(|| text.to_owned()).ok_or_else(|| Unreadable {
        what: format!("`{text}` is not a namespace"),
        help: "an absolute URI, such as `urn:example:recording-announcement:1`".to_owned(),
    })
}

const BEGINS: &[(&str, bool)] = &[("the call", true), ("the recording", false)];
const WAYS: &[(&str, bool)] = &[("api", true), ("portal", false)];
const AUDIENCES: &[(&str, bool)] = &[("everybody", true), ("the recorded party", false)];
const PLACEMENTS: &[(&str, Placement)] = &[
    ("participant", Placement::Participant),
    ("recording", Placement::Recording),
    ("session", Placement::Session),
];

/// Two frames: a tone needs as much to rise and to fall.
const SHORTEST: Duration = Duration::from_millis(40);
/// As long as an announcement of ours can be.
const LONGEST: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tones_are_what_telephones_carry() {
        assert_eq!(frequency("1400 Hz"), Ok(1_400));
        assert_eq!(level("-20 dBm0"), Ok(-200));
        assert_eq!(level("-0.5 dBm0"), Ok(-5));
        assert_eq!(level("-13.5 dBm0"), Ok(-135));
        for text in ["1400", "200 Hz", "3.4 kHz", "-1 Hz"] {
            assert!(frequency(text).is_err(), "{text}");
        }
        for text in ["-20", "1 dBm0", "-41 dBm0", "-20.55 dBm0", "dBm0", "9999999 dBm0"] {
            assert!(level(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_namespace_is_an_absolute_uri() {
        assert!(namespace("urn:example:x").is_ok());
        assert!(namespace("http://ns.example.net/played").is_ok());
        for text in ["", "announcement", "urn:", "not a uri: no"] {
            assert!(namespace(text).is_err(), "{text}");
        }
    }
}
