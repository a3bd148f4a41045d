//! The typed words of setting recording up: `{answer}` and `{option}`.

use std::str::FromStr;

use cucumber::Parameter;

use super::words::Unsaid;
use crate::check::settings_api::{Answer, Setting};
use crate::role::admin::Extra;

/// What somebody is told who asks, as people say it.
#[derive(Clone, Copy, Debug, Eq, Parameter, PartialEq)]
#[param(
    name = "answer",
    regex = r"it is done|the terms have to be accepted|this is not allowed|this is not possible|the token is not good|the value is not good|the address serves another account|the licence is not enough|recording was not bought with the licence|the partner has to enable recording first|there is nobody|nobody is known by that name|the organisation is another one's"
)]
pub struct Reply(pub Answer);

impl FromStr for Reply {
    type Err = Unsaid;

    fn from_str(text: &str) -> Result<Self, Unsaid> {
        let known = ANSWERS.iter().find(|(words, _)| *words == text);
        known.map(|(_, answer)| Self(*answer)).ok_or(Unsaid("what an administrator is told"))
    }
}

/// Something that is set up for a person beside the mode.
#[derive(Clone, Copy, Debug, Eq, Parameter, PartialEq)]
#[param(name = "option", regex = r"announcements|announced pauses|beeps at pauses|voice messages")]
pub struct Setup {
    /// What is asked for.
    pub extra: Extra,
    /// What is shown.
    pub setting: Setting,
}

impl FromStr for Setup {
    type Err = Unsaid;

    fn from_str(text: &str) -> Result<Self, Unsaid> {
        let (extra, setting) = match text {
            "announcements" => (Extra::Announcements, Setting::Announcements),
            "announced pauses" => (Extra::AnnouncedPauses, Setting::AnnouncedPauses),
            "beeps at pauses" => (Extra::Beeps, Setting::Beeps),
            "voice messages" => (Extra::VoiceMessages, Setting::VoiceMessages),
            _ => return Err(Unsaid("something that can be set up")),
        };
        Ok(Self { extra, setting })
    }
}

const ANSWERS: &[(&str, Answer)] = &[
    ("it is done", Answer::Done),
    ("the terms have to be accepted", Answer::Terms),
    ("this is not allowed", Answer::NotAllowed),
    ("this is not possible", Answer::NotNow),
    ("the token is not good", Answer::NoToken),
    ("the value is not good", Answer::NoValue),
    ("the address serves another account", Answer::OtherAccount),
    ("the licence is not enough", Answer::Licence),
    ("recording was not bought with the licence", Answer::Online),
    ("the partner has to enable recording first", Answer::Partner),
    ("there is nobody", Answer::Nobody),
    ("nobody is known by that name", Answer::Unknown),
    ("the organisation is another one's", Answer::OtherOrganization),
];
