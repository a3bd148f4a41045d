//! One person: licence, identifiers, and the settings of their recording.

use std::time::Duration;

use super::organization::{Setup, Vendor};
use crate::role::platform::identity::external_identifier;
use crate::role::platform::settings::User;
use crate::role::{Announced, Notices, RecordingMode, Signal};

/// What a scenario says of a person.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Profile {
    /// E.164.
    pub number: String,
    /// S-37.
    pub first_name: String,
    /// S-37; the product has an empty one too.
    pub last_name: String,
    /// Where they are written to.
    pub email: String,
    /// What they may use.
    pub licence: Licence,
    /// Their own bearer token, for their calls and their view of their settings.
    pub token: String,
}

/// What of the product a person may use (S-24).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Licence {
    /// Recording by any vendor.
    #[default]
    Professional,
    /// The same, in the product's older texts.
    Basic,
    /// Recording by the product's own vendor only (section 3.2).
    Standard,
    /// Bought on the product's web pages: the free plan of Dubber is not offered with it (S-08).
    Online,
    /// Nothing.
    None,
}

impl Licence {
    /// Whether this vendor's recorder may be used.
    pub fn may_record(self, vendor: Vendor) -> bool {
        match self {
            Self::Professional | Self::Basic => true,
            Self::Standard => vendor == Vendor::Webex,
            Self::Online => vendor != Vendor::Dubber,
            Self::None => false,
        }
    }

    /// The word of the API (section 3.4).
    pub fn word(self) -> &'static str {
        match self {
            Self::Professional | Self::Online => "PROFESSIONAL_USER",
            Self::Basic => "BASIC_USER",
            Self::Standard => "STANDARD_USER",
            Self::None => "NONE",
        }
    }
}

/// When calls are recorded, in the words of the API (section 3.2).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(missing_docs, reason = "the words of the product say it")]
pub enum Record {
    Always,
    AlwaysWithPauseResume,
    #[default]
    Never,
    OnDemand,
    OnDemandWithUserInitiatedStart,
}

impl Record {
    const WORDS: [(&str, Self); 5] = [
        ("Always", Self::Always),
        ("Always with Pause/Resume", Self::AlwaysWithPauseResume),
        ("Never", Self::Never),
        ("On Demand", Self::OnDemand),
        ("On Demand with User Initiated Start", Self::OnDemandWithUserInitiatedStart),
    ];

    /// How calls are recorded in each mode of the API (AMB-5).
    pub fn mode(self) -> RecordingMode {
        match self {
            Self::Never => RecordingMode::Never,
            Self::Always => RecordingMode::Always,
            Self::AlwaysWithPauseResume => RecordingMode::AlwaysWithPause,
            Self::OnDemand => RecordingMode::KeptOnDemand,
            Self::OnDemandWithUserInitiatedStart => RecordingMode::OnDemand,
        }
    }

    /// And the other way round, for what was set without the API.
    pub fn of(mode: RecordingMode) -> Self {
        match mode {
            RecordingMode::Never => Self::Never,
            RecordingMode::Always => Self::Always,
            RecordingMode::AlwaysWithPause => Self::AlwaysWithPauseResume,
            RecordingMode::KeptOnDemand => Self::OnDemand,
            RecordingMode::OnDemand => Self::OnDemandWithUserInitiatedStart,
        }
    }

    /// The words of the API.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, it)| *it == self).map_or("", |(word, _)| word)
    }

    /// The mode of these words.
    pub fn named(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, it)| *it)
    }
}

/// How a pause and its end are told: `notification.type`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(missing_docs, reason = "the words of the product say it")]
pub enum Notification {
    #[default]
    None,
    Beep,
    PlayAnnouncement,
}

impl Notification {
    const WORDS: [(&str, Self); 3] =
        [("None", Self::None), ("Beep", Self::Beep), ("Play Announcement", Self::PlayAnnouncement)];

    /// The words of the API.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, it)| *it == self).map_or("", |(word, _)| word)
    }

    /// What these words mean.
    pub fn named(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, it)| *it)
    }
}

/// What is set for a person (section 3.2). The default is that of the product.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct RecordingSettings {
    /// The switch (S-39).
    pub enabled: bool,
    /// When calls are recorded (S-44).
    pub record: Record,
    /// Whether voice messages are (S-59, S-60).
    pub voicemail: bool,
    /// How a pause and its end are told, and whether they are.
    pub notification: (Notification, bool),
    /// Seconds between two reminders, and whether they are played.
    pub repeat: (u32, bool),
    /// Whether the begin and the end are announced on calls within the organisation.
    pub announced_internally: bool,
    /// And on calls from and to the public network.
    pub announced_outside: bool,
}

impl Default for RecordingSettings {
    fn default() -> Self {
        Self {
            enabled: false,
            record: Record::Never,
            voicemail: false,
            notification: (Notification::None, false),
            repeat: (15, false),
            announced_internally: false,
            announced_outside: false,
        }
    }
}

impl RecordingSettings {
    /// These, with what is in force for somebody's calls.
    #[must_use]
    pub fn as_for(self, user: &User) -> Self {
        let Notices { announced, pauses, reminder } = &user.notices;
        let seconds = reminder.and_then(|period| u32::try_from(period.as_secs()).ok());
        Self {
            enabled: self.enabled || user.recording != RecordingMode::Never,
            record: Record::of(user.recording),
            voicemail: user.diversions.records_messages,
            notification: match pauses {
                Signal::Nothing => (Notification::None, false),
                Signal::Beep => (Notification::Beep, true),
                Signal::Announcement => (Notification::PlayAnnouncement, true),
            },
            repeat: (seconds.unwrap_or(self.repeat.0), seconds.is_some()),
            announced_internally: announced.internal,
            announced_outside: announced.pstn,
        }
    }

    /// Puts them in force for somebody's calls, but for the mode.
    pub fn apply(&self, user: &mut User) {
        if !self.enabled {
            user.notices = Notices::default();
            user.diversions.records_messages = false;
            return;
        }
        let Self { notification: (how, is_told), repeat: (seconds, is_repeated), .. } = *self;
        user.notices = Notices {
            announced: Announced {
                internal: self.announced_internally,
                pstn: self.announced_outside,
            },
            pauses: match how {
                Notification::Beep if is_told => Signal::Beep,
                Notification::PlayAnnouncement if is_told => Signal::Announcement,
                _ => Signal::Nothing,
            },
            reminder: is_repeated.then(|| Duration::from_secs(seconds.into())),
        };
        user.diversions.records_messages = self.voicemail;
    }

    /// In which mode calls are recorded.
    pub fn mode(&self) -> RecordingMode {
        if self.enabled { self.record.mode() } else { RecordingMode::Never }
    }
}

/// One person of the organisation.
#[derive(Clone, Debug)]
pub struct Person {
    /// Their id.
    pub id: String,
    /// Who they are.
    pub profile: Profile,
    /// An IANA time zone.
    pub time_zone: String,
    /// The third of the identifiers for support (S-42).
    pub external_identifier: String,
    /// What is set for them.
    pub settings: RecordingSettings,
    /// Whether the recorder knows them.
    pub has_account: bool,
}

impl Person {
    pub(super) fn new(profile: &Profile, id: String, setup: &Setup) -> Self {
        Self {
            id,
            profile: profile.clone(),
            time_zone: setup.time_zone.clone(),
            external_identifier: external_identifier(&profile.number),
            settings: RecordingSettings::default(),
            has_account: false,
        }
    }
}
