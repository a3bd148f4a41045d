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
    /// Sets something besides.
    SetUp(String, Extra),
    /// Looks at what is set for somebody.
    Look(String),
    /// Looks at it as at somebody's of another organisation.
    LookElsewhere(String),
    /// Looks at what is set for somebody whom nobody knows.
    LookForStranger,
    /// Switches recording on for the organisation, as only the partner may.
    EnableOrganization,
    /// Accepts the terms of service, or refuses them.
    Terms(bool),
    /// Looks at the people who are recorded, from this one on.
    Page(usize),
}

/// Something that is set for a person beside the mode.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Extra {
    /// The begin and the end of a recording are announced on every call.
    Announcements,
    /// A pause and its end are told in words.
    AnnouncedPauses,
    /// A pause and its end are told by a beep.
    Beeps,
    /// Voice messages are recorded too.
    VoiceMessages,
}

impl Errand {
    /// To record somebody's calls, or not, whatever it takes.
    pub fn record(number: String, mode: RecordingMode) -> Self {
        let word = match mode {
            RecordingMode::Never => return Self::SwitchOff(number),
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
            | Self::SetUp(number, _)
            | Self::LookElsewhere(number)
            | Self::Look(number) => Some(number),
            Self::Terms(_) | Self::Page(_) | Self::LookForStranger | Self::EnableOrganization => {
                None
            }
        }
    }

    pub(super) fn needs_vendor(&self) -> bool {
        matches!(self, Self::Terms(_))
    }

    /// Whether it changes something that has to be read before.
    pub(super) fn reads_first(&self) -> bool {
        matches!(
            self,
            Self::Record { .. } | Self::SwitchOff(_) | Self::Remind(..) | Self::SetUp(..)
        )
    }

    /// What is to be added to where it goes: the organisation, where it is another one.
    pub(super) fn query(&self) -> &'static str {
        if matches!(self, Self::LookElsewhere(_)) { "?orgId=another" } else { "" }
    }

    /// Where it goes, if it is about nobody whom anybody knows.
    pub(super) fn path(&self) -> String {
        const BASE: &str = "/v1/telephony/config/callRecording";
        match self {
            Self::LookForStranger => "/v1/people/stranger/features/callRecording".to_owned(),
            Self::Page(start) => format!("{BASE}/vendorUsers?start={start}&max=100"),
            _ => BASE.to_owned(),
        }
    }

    /// What is put there, if anything.
    pub(super) fn body(&self) -> Option<Value> {
        match self {
            Self::Terms(accepted) => Some(json!({ "termsOfServiceEnabled": accepted })),
            Self::EnableOrganization => Some(json!({ "enabled": true })),
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
            Self::SetUp(_, extra) => extra.change(body),
            // They only look, or are about nobody.
            _ => {}
        }
    }
}

impl Extra {
    fn change(self, body: &mut Value) {
        match self {
            Self::Announcements => {
                body["startStopAnnouncement"] =
                    json!({ "internalCallsEnabled": true, "pstnCallsEnabled": true });
                body["startStopAnnouncementEnabled"] = json!(true);
            }
            Self::AnnouncedPauses => {
                body["notification"] = json!({ "type": "Play Announcement", "enabled": true });
            }
            // Section 3.2: switched on without a type it is a beep.
            Self::Beeps => body["notification"] = json!({ "enabled": true }),
            Self::VoiceMessages => body["recordVoicemailEnabled"] = json!(true),
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
            Self::SetUp(number, extra) => write!(f, "sets up {extra:?} for {number}"),
            Self::Look(number) => write!(f, "looks at the settings of {number}"),
            Self::LookElsewhere(number) => write!(f, "looks for {number} in another organisation"),
            Self::LookForStranger => f.write_str("looks at the settings of a stranger"),
            Self::EnableOrganization => f.write_str("enables recording for the organisation"),
            Self::Terms(true) => f.write_str("accepts the terms"),
            Self::Terms(false) => f.write_str("refuses the terms"),
            Self::Page(start) => write!(f, "lists who is recorded, from {start}"),
        }
    }
}
