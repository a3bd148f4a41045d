//! What whoever runs the platform decides.

use super::fault::Fault;
use super::flaw::Flaw;
use super::spoil::Spoiler;
use super::{Platform, failure};
use crate::role::{Command, RecorderChoice, RecordingMode};
use crate::time::Instant;

impl Platform {
    /// Does what it is told, and shows settings that were made so at its API too.
    pub(super) fn obey(&mut self, now: Instant, command: Command) {
        match command {
            // Whoever runs the platform shuts it down: nobody is left talking to nobody.
            Command::HangUp => self.end_all(now),
            Command::Divert(number, when, to) => {
                if let Some(user) = self.user_mut(&number) {
                    user.diversions.set(when, to);
                }
            }
            Command::RecordMessages(number, records) => {
                if let Some(user) = self.user_mut(&number) {
                    user.diversions.records_messages = records;
                }
                self.directory.note(&number, &self.settings.users);
            }
            Command::Recorders(choice) => self.choose_recorders(now, choice),
            Command::Record(number, mode) => {
                self.set_recording(&number, mode);
                self.directory.note(&number, &self.settings.users);
            }
            Command::Notify(number, notice) => {
                self.set_notice(&number, &notice);
                self.directory.note(&number, &self.settings.users);
            }
            Command::Choose(choice) => {
                self.settings.prompts.choose(choice);
                self.directory.organization.choose(choice);
            }
            Command::Arrange(arrangement) => self.directory.arrange(&arrangement),
            Command::Break(fault) => {
                self.settings.fault = Fault::named(&fault);
                self.spoiler = Spoiler::new(self.settings.fault);
                self.desk.set_flaw(Flaw::named(&fault));
            }
            // For telephones.
            _ => {}
        }
    }

    fn choose_recorders(&mut self, now: Instant, choice: RecorderChoice) {
        match choice {
            RecorderChoice::StandBy => self.settings.failing.stands_by = true,
            RecorderChoice::Patience(span) => {
                self.settings.patience =
                    span.clamp(*failure::PATIENCE.start(), *failure::PATIENCE.end());
            }
            RecorderChoice::Beat(heartbeat) => {
                self.settings.failing.heartbeat = Some(heartbeat);
                self.next_beat = Some(now);
                self.beat(now);
            }
        }
    }

    /// From now on calls of this number are recorded in this mode.
    pub(super) fn set_recording(&mut self, number: &str, mode: RecordingMode) {
        let keeps = self.has(Fault::NeverUnset);
        for user in self.settings.users.iter_mut().filter(|user| user.number == number) {
            if !(keeps && mode == RecordingMode::Never) {
                user.recording = mode;
            }
        }
    }
}
