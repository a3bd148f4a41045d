//! The typed words of a sentence: `{party}`, `{duration}`, `{count}`, `{way}` and `{icon}`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use cucumber::Parameter;

use super::office_words::{Reply, Setup};
use super::portal_words::{Field, Plan, Refusal};
use super::prompt_words::{Calls, Chosen, Heard, Language, Listeners, Told};
use super::trust::Flawed;
use crate::check::indicator::Icon;
use crate::role::Channel;
use crate::scenario;

/// Somebody in the cast, by name: a word with a capital letter, so that it cannot be taken for a
/// word of the sentence.
#[derive(Clone, Debug, Eq, Ord, Parameter, PartialEq, PartialOrd)]
#[param(name = "party", regex = r"\p{Lu}[\p{Alphabetic}\d_]*")]
pub struct Party(pub String);

impl FromStr for Party {
    type Err = Unsaid;

    fn from_str(text: &str) -> Result<Self, Unsaid> {
        let named = text.chars().next().is_some_and(char::is_uppercase);
        if named { Ok(Self(text.to_owned())) } else { Err(Unsaid("somebody's name")) }
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A stretch of time: `10 seconds`, `500 ms`, `1 minute`, `ten seconds`.
#[derive(Clone, Copy, Debug, Eq, Ord, Parameter, PartialEq, PartialOrd)]
#[param(
    name = "duration",
    regex = r"(?:\d{1,4}(?:\.\d{1,3})?|an?|one|two|three|four|five|six|seven|eight|nine|ten|twenty|thirty) (?:ms|milliseconds?|s|seconds?|minutes?)"
)]
pub struct Span(pub Duration);

impl FromStr for Span {
    type Err = Unsaid;

    fn from_str(text: &str) -> Result<Self, Unsaid> {
        const EXPECTED: Unsaid = Unsaid("a duration such as 10 seconds");
        let (amount, unit) = text.split_once(' ').ok_or(EXPECTED)?;
        let amount = match number_word(amount) {
            Some(number) => number.to_string(),
            None => amount.to_owned(),
        };
        scenario::duration(&format!("{amount} {unit}")).map(Self).map_err(|_| EXPECTED)
    }
}

/// How many: `no`, `one` to `ten`, or digits.
#[derive(Clone, Copy, Debug, Eq, Ord, Parameter, PartialEq, PartialOrd)]
#[param(name = "count", regex = r"\d{1,6}|no|an?|one|two|three|four|five|six|seven|eight|nine|ten")]
pub struct Count(pub usize);

impl FromStr for Count {
    type Err = Unsaid;

    fn from_str(text: &str) -> Result<Self, Unsaid> {
        if let Some(number) = number_word(text) {
            return Ok(Self(number));
        }
        text.parse().map(Self).map_err(|_| Unsaid("a number"))
    }
}

/// By which way somebody controls recordings: `dialled codes`, `keys`, `a record button`, `a
/// preference`, `an app`.
#[derive(Clone, Copy, Debug, Eq, Parameter, PartialEq)]
#[param(name = "way", regex = r"dialled codes|keys|a record button|a preference|an app")]
pub struct Way(pub Channel);

impl FromStr for Way {
    type Err = Unsaid;

    fn from_str(text: &str) -> Result<Self, Unsaid> {
        Ok(Self(match text {
            "dialled codes" => Channel::StarCodes,
            "keys" => Channel::Keys,
            "a record button" => Channel::Info,
            "a preference" => Channel::Preference,
            "an app" => Channel::App,
            _ => return Err(Unsaid("a way to control recordings")),
        }))
    }
}

/// What a telephone shows: `that the call is recorded`, `that the recording is paused`, `that the
/// recording has stopped`, `that the recording has failed`, `no recording`.
#[derive(Clone, Copy, Debug, Eq, Parameter, PartialEq)]
#[param(
    name = "icon",
    regex = r"that the (?:call is recorded|recording (?:is paused|has stopped|has failed))|no recording"
)]
pub struct Shown(pub Icon);

impl FromStr for Shown {
    type Err = Unsaid;

    fn from_str(text: &str) -> Result<Self, Unsaid> {
        let icon = Icon::ALL.into_iter().find(|icon| icon.to_string() == text);
        icon.map(Self).ok_or(Unsaid("what a telephone shows"))
    }
}

/// What a word should have been and was not. The expressions above let no such word through.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("find {0}")]
pub struct Unsaid(pub(super) &'static str);

/// The parameters that sentences of this house may have: name and expression.
pub const PARAMETERS: &[(&str, &str)] = &[
    (Span::NAME, Span::REGEX),
    (Count::NAME, Count::REGEX),
    (Party::NAME, Party::REGEX),
    (Way::NAME, Way::REGEX),
    (Shown::NAME, Shown::REGEX),
    (Reply::NAME, Reply::REGEX),
    (Setup::NAME, Setup::REGEX),
    (Listeners::NAME, Listeners::REGEX),
    (Told::NAME, Told::REGEX),
    (Language::NAME, Language::REGEX),
    (Heard::NAME, Heard::REGEX),
    (Calls::NAME, Calls::REGEX),
    (Chosen::NAME, Chosen::REGEX),
    (Plan::NAME, Plan::REGEX),
    (Field::NAME, Field::REGEX),
    (Refusal::NAME, Refusal::REGEX),
    (Flawed::NAME, Flawed::REGEX),
];

fn number_word(word: &str) -> Option<usize> {
    NUMBER_WORDS.iter().find(|(known, _)| *known == word).map(|(_, number)| *number)
}

const NUMBER_WORDS: &[(&str, usize)] = &[
    ("no", 0),
    ("a", 1),
    ("an", 1),
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("twenty", 20),
    ("thirty", 30),
];

#[cfg(test)]
mod tests {
    use cucumber::codegen::Regex;

    use super::*;

    fn whole(expression: &str) -> Regex {
        Regex::new(&format!("^(?:{expression})$")).unwrap()
    }

    #[test]
    fn durations_are_said_in_digits_and_in_words() {
        for (text, millis) in [
            ("10 seconds", 10_000),
            ("500 ms", 500),
            ("1 minute", 60_000),
            ("1.5 s", 1_500),
            ("ten seconds", 10_000),
            ("a second", 1_000),
        ] {
            assert!(whole(Span::REGEX).is_match(text), "{text}");
            assert_eq!(text.parse(), Ok(Span(Duration::from_millis(millis))), "{text}");
        }
        for text in ["10", "seconds", "-1 s", "1,5 s", "ten"] {
            assert!(!whole(Span::REGEX).is_match(text), "{text}");
        }
    }

    #[test]
    fn counts_are_said_in_digits_and_in_words() {
        for (text, count) in [("no", 0), ("one", 1), ("two", 2), ("ten", 10), ("12", 12)] {
            assert!(whole(Count::REGEX).is_match(text), "{text}");
            assert_eq!(text.parse(), Ok(Count(count)), "{text}");
        }
        assert!(!whole(Count::REGEX).is_match("many"));
    }

    #[test]
    fn a_party_has_a_capital_letter() {
        assert!(whole(Party::REGEX).is_match("Alice"));
        assert!(whole(Party::REGEX).is_match("Élodie2"));
        assert!(!whole(Party::REGEX).is_match("they"));
        assert!(!whole(Party::REGEX).is_match("Alice and Bob"));
    }

    #[test]
    fn whatever_an_expression_lets_through_can_be_read() {
        for amount in ["0", "9999", "9999.999", "a", "an", "thirty"] {
            for unit in ["ms", "milliseconds", "s", "second", "minutes"] {
                assert!(format!("{amount} {unit}").parse::<Span>().is_ok(), "{amount} {unit}");
            }
        }
        assert!("999999".parse::<Count>().is_ok());
    }
}
