//! From a scenario to the users of a platform, and to what it plays to them.

use crate::audio::{Level, Tone};
use crate::role::platform::{self, language};
use crate::role::{Announced, Notices, RecordingMode, Signal, Surface};
use crate::scenario::{self, Part, Phone, Player, Scenario};

/// The user that has a phone.
pub fn user(part: &Part, phone: &Phone) -> platform::User {
    let notices = &phone.notices;
    platform::User {
        number: phone.number.as_str().to_owned(),
        display: part.name.clone(),
        password: phone.password.clone(),
        takes_sha256: matches!(part.player, Player::Ours { .. }),
        recording: match phone.recording {
            scenario::Recording::Never => RecordingMode::Never,
            scenario::Recording::OnDemand => RecordingMode::OnDemand,
            scenario::Recording::KeptOnDemand => RecordingMode::KeptOnDemand,
            scenario::Recording::Always => RecordingMode::Always,
            scenario::Recording::AlwaysWithPause => RecordingMode::AlwaysWithPause,
        },
        diversions: platform::Diversions::default(),
        notices: Notices {
            announced: match notices.announced {
                scenario::Announced::Nowhere => Announced::default(),
                scenario::Announced::Internal => Announced { internal: true, pstn: false },
                scenario::Announced::Outside => Announced { internal: false, pstn: true },
                scenario::Announced::Everywhere => Announced::EVERYWHERE,
            },
            pauses: match notices.pauses {
                scenario::Signal::Nothing => Signal::Nothing,
                scenario::Signal::Beep => Signal::Beep,
                scenario::Signal::Announcement => Signal::Announcement,
            },
            reminder: notices.reminder,
        },
        outside: notices.outside,
        language: notices.language.as_deref().map_or(0, language),
    }
}

/// What a platform plays: what the file leaves out is as the platform has it by itself.
pub fn prompts(said: &scenario::Prompts) -> platform::Prompts {
    let usual = platform::Prompts::default();
    let level = said.level.map(|tenths| Level::from_dbm0(f64::from(tenths) / 10.0));
    let tone = |usual: Tone| Tone {
        hertz: said.hertz.unwrap_or(usual.hertz),
        level: level.unwrap_or(usual.level),
        ..usual
    };
    let length = said.tone_length.unwrap_or(usual.reminder.length);
    let telling = platform::Telling {
        namespace: said.namespace.clone().unwrap_or(usual.telling.namespace),
        placement: said.placement.map_or(usual.telling.placement, |placement| match placement {
            scenario::Placement::Participant => platform::Placement::Participant,
            scenario::Placement::Recording => platform::Placement::Recording,
            scenario::Placement::Session => platform::Placement::Session,
        }),
        reminders: said.reminders_told.unwrap_or(usual.telling.reminders),
    };
    platform::Prompts {
        length: said.length.unwrap_or(usual.length),
        reminder: Tone { length, ..tone(usual.reminder) },
        beep: tone(usual.beep),
        announces_end: said.end_announced.unwrap_or(usual.announces_end),
        tells_newcomers: said.newcomers_told.unwrap_or(usual.tells_newcomers),
        at_call_start: said.with_call.unwrap_or(usual.at_call_start),
        surface: said
            .set_by_api
            .map_or(usual.surface, |api| if api { Surface::Api } else { Surface::Portal }),
        pauses_to_everybody: said.pauses_to_everybody.unwrap_or(usual.pauses_to_everybody),
        records_reminders: said.reminders_recorded.unwrap_or(usual.records_reminders),
        records_pauses: said.pauses_recorded.unwrap_or(usual.records_pauses),
        records_announcements: said.announcements_recorded.unwrap_or(usual.records_announcements),
        failure: usual.failure,
        compliance: usual.compliance,
        telling,
    }
}

/// The frequency of the tone that is to be listened for.
pub fn tone_of(scenario: &Scenario) -> u16 {
    let mut platforms = scenario.cast.iter().filter_map(|part| match &part.role {
        scenario::Role::Platform(platform) => platform.prompts.hertz,
        _ => None,
    });
    platforms.next_back().unwrap_or(Tone::RECORDER_WARNING.hertz)
}
