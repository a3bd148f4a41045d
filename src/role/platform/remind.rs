//! The tone that reminds people of a recording: how often it comes, and how it sounds (the product's
//! facts, sections 3.2 and 7.1).

use std::time::Duration;

use super::overlay::Sound;
use super::player::{Item, Then};
use super::{BridgeId, Fault, Platform};
use crate::audio::{Level, Tone};
use crate::siprec::{Method, Occasion};
use crate::time::Instant;

impl Platform {
    /// The tone comes as often as the recordings that are running want it, and not at all while
    /// none is.
    pub(super) fn remind(&mut self, now: Instant, id: BridgeId) {
        let Some(bridge) = self.bridges.get(&id) else { return };
        let player = self.players.get(&id);
        let running = player.into_iter().flat_map(|player| &player.running);
        let remembers_pauses = !self.has(Fault::RemindInPauses);
        let running: Vec<_> = if remembers_pauses {
            running.copied().collect()
        } else {
            (0..bridge.recordings.len()).collect()
        };
        let users = running.into_iter().filter_map(|index| bridge.recordings.get(index));
        let periods = users.filter_map(|recording| {
            let uninvited = self.has(Fault::RemindUninvited);
            let usual = uninvited.then(|| self.settings.prompts.surface.usual_period());
            self.notices_of(id, recording.user).reminder.or(usual)
        });
        let period = periods.min();
        let player = self.player(id);
        player.reminder = match (player.reminder, period) {
            (Some(known), Some(period)) if known.0 == period => Some(known),
            (_, period) => period.map(|period| (period, now + period)),
        };
        if let Some((_, due)) = player.reminder {
            self.wake(due);
        }
    }

    /// The tone, if it is due.
    pub(super) fn remind_now(&mut self, now: Instant, id: BridgeId) {
        let drift = if self.has(Fault::RemindLaterEachTime) { DRIFT } else { Duration::ZERO };
        let player = self.player(id);
        let Some((period, due)) = player.reminder.filter(|(_, due)| *due <= now) else { return };
        // Counted from when it was due, so that the tone does not drift.
        player.reminder = Some((period + drift, due + period + drift));
        let to = match self.settings.fault {
            Some(Fault::RemindCallerOnly) => [true, false],
            _ => [true, true],
        };
        let sound = Sound::Tone(self.tone());
        let recorded = self.settings.prompts.records_reminders;
        let (kind, method) = (Occasion::Reminder, Method::Tone);
        self.play(
            now,
            id,
            Item { kind, method, sound, to, recorded, over: false, then: Then::GoOn },
        );
    }

    /// The reminder, as the fault has it.
    fn tone(&self) -> Tone {
        let tone = self.settings.prompts.reminder;
        match self.settings.fault {
            Some(Fault::RemindHigh) => Tone { hertz: tone.hertz + tone.hertz / 45, ..tone },
            Some(Fault::RemindBriefly) => Tone { length: tone.length / 5, ..tone },
            Some(Fault::RemindLoudly) => {
                Tone { level: Level::from_dbm0(tone.level.dbm0() + 9.0), ..tone }
            }
            _ => tone,
        }
    }
}

/// So much later each time that two minutes show it.
const DRIFT: Duration = Duration::from_millis(400);
