//! What an administrator is asked to do.

use std::fmt;

use serde_json::{Value, json};

use crate::role::RecordingMode;

/// What an administrator is asked to do. People are known by their numbers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Errand {
    /// Switches somebody's recording on, in a mode of the API's own words or of none; whoever
    /// `insists` accepts the terms on the way.
    Record {
        /// Whose.
        number: String,
        /// `Always`.
        word: String,
        /// Whether terms stand in the way.
        insists: bool,
    },
    /// Switches it off (S-40).
    SwitchOff(String),
    /// Sets the seconds between two reminders.
    Remind(String, u32),
    /// Looks at what is set for somebody.
    Look(String),
    /// Accepts the terms of service, or refuses them.
    Terms(bool),
    /// Looks at the people who are recorded, from this one on.
    Page(usize),
}

impl Errand {
    /// To record somebody's calls, or not, whatever it takes.
    pub fn record(number: String, mode: RecordingMode) -> Self {
        let word = match mode {
            RecordingMode::Never => "Never",
            RecordingMode::Always => "Always",
            RecordingMode::AlwaysWithPause => "Always with Pause/Resume",
            RecordingMode::OnDemand => "On Demand with User Initiated Start",
            RecordingMode::KeptOnDemand => "On Demand",
        };
        Self::Record { number, word: word.to_owned(), insists: true }
    }

    /// Whom it is about.
    pub(super) fn number(&self) -> Option<&str> {
        match self {
            Self::Record { number, .. }
            | Self::SwitchOff(number)
            | Self::Remind(number, _)
            | Self::Look(number) => Some(number),
            Self::Terms(_) | Self::Page(_) => None,
        }
    }

    pub(super) fn needs_vendor(&self) -> bool {
        matches!(self, Self::Terms(_))
    }

    /// Whether it changes something that has to be read before.
    pub(super) fn reads_first(&self) -> bool {
        matches!(self, Self::Record { .. } | Self::SwitchOff(_) | Self::Remind(..))
    }

    /// Where it goes, if it is about nobody.
    pub(super) fn path(&self) -> String {
        let start = if let Self::Page(start) = self { *start } else { 0 };
        format!("/v1/telephony/config/callRecording/vendorUsers?start={start}&max=100")
    }

    /// What is put there, if anything.
    pub(super) fn body(&self) -> Option<Value> {
        match self {
            Self::Terms(accepted) => Some(json!({ "termsOfServiceEnabled": accepted })),
            _ => None,
        }
    }

    /// Changes what was read of a person.
    pub(super) fn change(&self, body: &mut Value) {
        match self {
            Self::Record { word, .. } => {
                body["enabled"] = json!(true);
                body["record"] = json!(word);
            }
            Self::SwitchOff(_) => body["enabled"] = json!(false),
            Self::Remind(_, seconds) => {
                body["repeat"] = json!({ "interval": seconds, "enabled": true });
            }
            Self::Look(_) | Self::Terms(_) | Self::Page(_) => {}
        }
    }
}

/// As the deed stands on the timeline, after the name of whoever does it.
impl fmt::Display for Errand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record { number, word, .. } => write!(f, "records {number}: {word}"),
            Self::SwitchOff(number) => write!(f, "switches recording off for {number}"),
            Self::Remind(number, seconds) => write!(f, "reminds {number} every {seconds} s"),
            Self::Look(number) => write!(f, "looks at the settings of {number}"),
            Self::Terms(true) => f.write_str("accepts the terms"),
            Self::Terms(false) => f.write_str("refuses the terms"),
            Self::Page(start) => write!(f, "lists who is recorded, from {start}"),
        }
    }
}
