//! What the people on a user's recorded calls are told, as an administrator sets it (the product's
//! facts, section 3.2), and the choices that the product leaves open.

use std::fmt;
use std::time::Duration;

/// What the people on a user's recorded calls are told.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Notices {
    /// On which calls the begin and the end of a recording are announced.
    pub announced: Announced,
    /// How a pause and its end are told.
    pub pauses: Signal,
    /// How often a tone reminds everybody; never unless somebody asked for it (AMB-3).
    pub reminder: Option<Duration>,
}

/// On which calls something is announced: `startStopAnnouncement`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Announced {
    /// On calls within the organization.
    pub internal: bool,
    /// On calls from and to the public telephone network.
    pub pstn: bool,
}

impl Announced {
    /// On every call.
    pub const EVERYWHERE: Self = Self { internal: true, pstn: true };
}

/// How people are told of a pause and of its end: `notification.type`.
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

/// One setting of a user's notices.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Notice {
    /// On which calls the begin and the end of a recording are announced.
    Announce(Announced),
    /// How a pause and its end are told.
    Pauses(Signal),
    /// How often a tone reminds everybody; refused outside of [`Surface::periods`].
    Remind(Option<Duration>),
    /// That a tone reminds everybody, as often as is usual where settings are made (AMB-3).
    RemindAsUsual,
    /// Whether this person is reached over the public telephone network.
    Outside(bool),
    /// The language of this person: `en`, `de`, `pt-BR`.
    Language(String),
}

/// One of the choices that the product leaves open, or that are made for a whole organization.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Choice {
    /// Whether the end of a recording is announced while the call goes on (AMB-1).
    AnnounceEnd(bool),
    /// Whether recordings are announced when the call begins, whenever recording does (AMB-2).
    AnnounceAtCallStart(bool),
    /// By which way settings are made (AMB-4).
    SetBy(Surface),
    /// Whether a pause is told to everybody, or to the recorded party only (AMB-8).
    PausesToEverybody(bool),
    /// Whether reminders are on the recording (AMB-9).
    RecordReminders(bool),
    /// Whether the notice of a pause and of its end is on the recording (AMB-10).
    RecordPauseNotices(bool),
    /// Whether the announcements of the start and of the end are on the recording, as carriers in the
    /// United States once had to have it (REG-FCC-2).
    RecordAnnouncements(bool),
    /// What becomes of a call that cannot be recorded.
    Failing(Failure),
    /// What callers from outside are told, and those who are called there.
    Compliance(Compliance),
}

/// Whom the compliance announcement is played to (the product's facts, section 3.5).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Compliance {
    /// Whether those who call from outside hear it.
    pub inbound: bool,
    /// Whether those who are called outside hear it, and how long after the answer.
    pub outbound: Option<Duration>,
}

/// What becomes of a call that cannot be recorded (the product's facts, section 3.4).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Failure {
    /// `PROCEED_WITH_CALL_NO_ANNOUNCEMENT`: it goes on.
    #[default]
    GoOn,
    /// `PROCEED_CALL_WITH_ANNOUNCEMENT`: it goes on, and everybody is told.
    GoOnAndSay,
    /// `END_CALL_WITH_ANNOUNCEMENT`: everybody is told, and it ends.
    EndAndSay,
}

/// By which way an administrator makes settings.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Surface {
    /// The pages of the administrator's portal.
    #[default]
    Portal,
    /// The programming interface.
    Api,
}

impl Surface {
    /// The shortest and the longest time between two reminders (AMB-4).
    pub const fn periods(self) -> (Duration, Duration) {
        match self {
            Self::Portal => (Duration::from_secs(10), Duration::from_secs(90)),
            Self::Api => (Duration::from_secs(10), Duration::from_mins(30)),
        }
    }

    /// Once switched on, a tone comes so often unless somebody says otherwise (AMB-3).
    pub const fn usual_period(self) -> Duration {
        match self {
            Self::Portal => Duration::from_secs(20),
            Self::Api => Duration::from_secs(15),
        }
    }

    /// Whether a time between two reminders can be set, or why it cannot.
    pub fn check(self, period: Duration) -> Result<(), OutOfRange> {
        let (least, most) = self.periods();
        if (least..=most).contains(&period) { Ok(()) } else { Err(OutOfRange { least, most }) }
    }
}

/// Why a time between two reminders cannot be set.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("set an interval outside of {} to {} seconds", least.as_secs(), most.as_secs())]
pub struct OutOfRange {
    /// The shortest that can.
    pub least: Duration,
    /// The longest that can.
    pub most: Duration,
}

/// As the deed stands on the timeline, after the name of the platform.
impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Announce(Announced { internal, pstn }) => {
                write!(f, "announced: internal {internal}, outside {pstn}")
            }
            Self::Pauses(signal) => write!(f, "pauses told by {signal:?}"),
            Self::Remind(None) => f.write_str("no reminder tone"),
            Self::Remind(Some(period)) => write!(f, "reminder tone every {period:?}"),
            Self::RemindAsUsual => f.write_str("reminder tone"),
            Self::Outside(outside) => write!(f, "outside {outside}"),
            Self::Language(language) => write!(f, "language {language}"),
        }
    }
}

/// As [`Notice`].
impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_portal_takes_10_to_90_seconds_and_the_interface_10_to_1800() {
        let refused = |surface: Surface, seconds: u64| {
            surface.check(Duration::from_secs(seconds)).err().map(|why| why.to_string())
        };
        for (surface, most) in [(Surface::Portal, 90), (Surface::Api, 1_800)] {
            assert_eq!(refused(surface, 10), None);
            assert_eq!(refused(surface, most), None);
            let why = format!("set an interval outside of 10 to {most} seconds");
            assert_eq!(refused(surface, 9), Some(why.clone()));
            assert_eq!(refused(surface, most + 1), Some(why));
        }
    }
}
