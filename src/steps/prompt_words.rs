//! The typed words of sentences about what people are told: `{listeners}`, `{news}`, `{language}`,
//! `{sound}`, `{calls}` and `{choice}`.

use std::str::FromStr;
use std::time::Duration;

use cucumber::Parameter;

use super::words::Unsaid;
use crate::check::prompts::Message;
use crate::check::prompts_heard::Audience;
use crate::role::{Announced, Choice, Compliance, Failure, Surface};

/// Whom a sentence is about: `everybody`, `nobody`, `Alice`, `only Alice`.
#[derive(Clone, Debug, Eq, Parameter, PartialEq)]
#[param(
    name = "listeners",
    regex = r"everybody|nobody|only \p{Lu}[\p{Alphabetic}\d_]*|\p{Lu}[\p{Alphabetic}\d_]*"
)]
pub struct Listeners(pub Audience);

impl FromStr for Listeners {
    type Err = Unsaid;

    fn from_str(text: &str) -> Result<Self, Unsaid> {
        Ok(Self(match (text, text.strip_prefix("only ")) {
            ("everybody", _) => Audience::Everybody,
            ("nobody", _) => Audience::Nobody,
            (_, Some(one)) => Audience::Only(one.to_owned()),
            (one, None) => Audience::One(one.to_owned()),
        }))
    }
}

/// What people are told: `the call is recorded`.
#[derive(Clone, Copy, Debug, Eq, Parameter, PartialEq)]
#[param(
    name = "news",
    regex = r"the call is recorded|the recording has ended|the recording is paused|the recording goes on|the call may be recorded|the call cannot be recorded and goes on|the call cannot be recorded and ends"
)]
pub struct Told(pub Message);

impl FromStr for Told {
    type Err = Unsaid;

    fn from_str(text: &str) -> Result<Self, Unsaid> {
        one_of(NEWS, text).map(Self).ok_or(Unsaid("what people are told"))
    }
}

/// A language: `German`.
#[derive(Clone, Copy, Debug, Eq, Parameter, PartialEq)]
#[param(name = "language", regex = r"English|German|French|Czech|Hebrew|Dutch")]
pub struct Language(pub &'static str);

impl FromStr for Language {
    type Err = Unsaid;

    fn from_str(text: &str) -> Result<Self, Unsaid> {
        one_of(LANGUAGES, text).map(Self).ok_or(Unsaid("a language"))
    }
}

/// What may be on a recording beside voices: `announcement`, `tone`.
#[derive(Clone, Copy, Debug, Eq, Parameter, PartialEq)]
#[param(name = "sound", regex = r"announcement|tone")]
pub enum Heard {
    /// An announcement.
    Announcement,
    /// A tone.
    Tone,
}

impl FromStr for Heard {
    type Err = Unsaid;

    fn from_str(text: &str) -> Result<Self, Unsaid> {
        let words = [("announcement", Self::Announcement), ("tone", Self::Tone)];
        one_of(&words, text).ok_or(Unsaid("a sound"))
    }
}

/// On which calls something is announced: `all calls`.
#[derive(Clone, Copy, Debug, Eq, Parameter, PartialEq)]
#[param(name = "calls", regex = r"all calls|internal calls|outside calls")]
pub struct Calls(pub Announced);

impl FromStr for Calls {
    type Err = Unsaid;

    fn from_str(text: &str) -> Result<Self, Unsaid> {
        one_of(CALLS, text).map(Self).ok_or(Unsaid("some calls"))
    }
}

/// What a platform does where the product leaves it open.
#[derive(Clone, Copy, Debug, Eq, Parameter, PartialEq)]
#[param(
    name = "choice",
    regex = r"announces no end of a recording|announces recordings as soon as a call begins|takes settings by its programming interface|tells of a pause only whoever is recorded|records its reminders|records its notices of pauses|records its announcements|says so when it cannot record|says so and ends the call when it cannot record|warns outside parties|warns outside parties after five seconds"
)]
pub struct Chosen(pub Choice);

impl FromStr for Chosen {
    type Err = Unsaid;

    fn from_str(text: &str) -> Result<Self, Unsaid> {
        one_of(CHOICES, text).map(Self).ok_or(Unsaid("a choice"))
    }
}

fn one_of<T: Copy>(words: &[(&str, T)], text: &str) -> Option<T> {
    words.iter().find(|(known, _)| *known == text).map(|(_, it)| *it)
}

const NEWS: &[(&str, Message)] = &[
    ("the call is recorded", Message::Started),
    ("the recording has ended", Message::Stopped),
    ("the recording is paused", Message::Paused),
    ("the recording goes on", Message::Resumed),
    ("the call may be recorded", Message::Compliance),
    ("the call cannot be recorded and goes on", Message::FailedAndProceeds),
    ("the call cannot be recorded and ends", Message::FailedAndEnds),
];

/// RFC 5646.
const LANGUAGES: &[(&str, &str)] = &[
    ("English", "en"),
    ("German", "de"),
    ("French", "fr"),
    ("Czech", "cs"),
    ("Hebrew", "he"),
    ("Dutch", "nl"),
];

const CALLS: &[(&str, Announced)] = &[
    ("all calls", Announced::EVERYWHERE),
    ("internal calls", Announced { internal: true, pstn: false }),
    ("outside calls", Announced { internal: false, pstn: true }),
];

const WARNS: Compliance = Compliance { inbound: true, outbound: Some(Duration::ZERO) };
const WARNS_LATER: Compliance =
    Compliance { inbound: true, outbound: Some(Duration::from_secs(5)) };

const CHOICES: &[(&str, Choice)] = &[
    ("announces no end of a recording", Choice::AnnounceEnd(false)),
    ("announces recordings as soon as a call begins", Choice::AnnounceAtCallStart(true)),
    ("takes settings by its programming interface", Choice::SetBy(Surface::Api)),
    ("tells of a pause only whoever is recorded", Choice::PausesToEverybody(false)),
    ("records its reminders", Choice::RecordReminders(true)),
    ("records its notices of pauses", Choice::RecordPauseNotices(true)),
    ("records its announcements", Choice::RecordAnnouncements(true)),
    ("says so when it cannot record", Choice::Failing(Failure::GoOnAndSay)),
    ("says so and ends the call when it cannot record", Choice::Failing(Failure::EndAndSay)),
    ("warns outside parties", Choice::Compliance(WARNS)),
    ("warns outside parties after five seconds", Choice::Compliance(WARNS_LATER)),
];

#[cfg(test)]
mod tests {
    use cucumber::codegen::Regex;

    use super::*;

    #[test]
    fn whatever_an_expression_lets_through_can_be_read() {
        fn all<T: FromStr>(regex: &str) {
            let whole = Regex::new(&format!("^(?:{regex})$")).unwrap();
            for word in regex.split('|').filter(|word| !word.contains('\\')) {
                assert!(whole.is_match(word) && word.parse::<T>().is_ok(), "{word}");
            }
        }
        all::<Listeners>(Listeners::REGEX);
        all::<Told>(Told::REGEX);
        all::<Language>(Language::REGEX);
        all::<Heard>(Heard::REGEX);
        all::<Calls>(Calls::REGEX);
        all::<Chosen>(Chosen::REGEX);
        assert_eq!("only Bob".parse(), Ok(Listeners(Audience::Only("Bob".to_owned()))));
        assert_eq!("Bob".parse(), Ok(Listeners(Audience::One("Bob".to_owned()))));
    }
}
