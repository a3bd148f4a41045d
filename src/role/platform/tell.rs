//! What the recorder is told of what was played to people (the product's facts, section 4.8: the
//! product's own way is not known).

use std::time::Duration;

use super::bridge::End;
use super::player::{Played, Then};
use super::prompts::Placement;
use super::recording::Stage;
use super::settings::Dialect;
use super::{BridgeId, Fault, Platform};
use crate::sip::agent::Content;
use crate::siprec::{Announcement, Occasion};
use crate::time::Instant;

impl Platform {
    /// Something was played to its end, or cut short: every recorder of the call is told.
    pub(super) fn was_played(&mut self, now: Instant, id: BridgeId, played: Played) {
        let then = played.item.then;
        let is_untold = self.has(Fault::TellNothing)
            || played.item.kind == Occasion::Reminder && !self.settings.prompts.telling.reminders;
        let recordings = self.bridges.get(&id).map_or(0, |bridge| bridge.recordings.len());
        if !is_untold && played.heard.contains(&true) {
            for index in 0..recordings {
                let is_parting = self.has_last_words(id, index);
                let recording = self.recording(id, index);
                if recording.is_some_and(|it| it.stage == Stage::Up || is_parting) {
                    self.tell(now, id, index, &[&played]);
                }
            }
            let player = self.player(id);
            if player.played.len() < TOLD_MAX && played.item.kind != Occasion::Reminder {
                player.played.push(played);
            }
        }
        match then {
            Then::GoOn => {}
            Then::EndCall => self.end_call(now, id),
            // A recorder that gets the end before the news would not take the news any more.
            Then::EndRecording(index) if !is_untold => {
                self.player(id).leaving.insert(index);
            }
            Then::EndRecording(index) => self.part(now, id, index),
        }
    }

    /// A recorder answered to what it was told: if that was the last, it is let go.
    pub(super) fn was_told(&mut self, now: Instant, id: BridgeId, index: usize) {
        let player = self.players.get_mut(&id);
        if player.is_some_and(|player| player.leaving.remove(&index)) {
            self.part(now, id, index);
        }
    }

    /// The recorder of a recording that is over is let go.
    pub(super) fn part(&mut self, now: Instant, id: BridgeId, index: usize) {
        self.player(id).parting.remove(&index);
        if let Some(call) = self.recording(id, index).and_then(|recording| recording.call) {
            let _ = self.agent.hang_up(now, call, Vec::new());
        }
    }

    /// A recording begins: its recorder is told of what was played on the call before.
    pub(super) fn tell_of_before(&mut self, now: Instant, id: BridgeId, index: usize) {
        let played = self.player(id).played.clone();
        if !played.is_empty() {
            self.tell(now, id, index, &played.iter().collect::<Vec<_>>());
        }
    }

    fn tell(&mut self, now: Instant, id: BridgeId, index: usize, played: &[&Played]) {
        for played in played {
            let announcement = self.announcement(id, played);
            let telling = self.settings.prompts.telling.clone();
            let fault = self.settings.fault;
            let Some(recording) = self.recording(id, index) else { return };
            let announcement = match fault {
                Some(Fault::TellWrongKind) => {
                    Announcement { kind: Occasion::Failure, ..announcement }
                }
                _ => announcement,
            };
            let whole = telling.placement != Placement::Participant;
            let heard = if whole { Vec::new() } else { announcement.heard_by.clone() };
            recording.script.tell(&announcement, &telling, &heard);
        }
        self.send_announcements(now, id, index);
    }

    /// UPDATE with the metadata whole; the product does not offer its streams again with it.
    fn send_announcements(&mut self, now: Instant, id: BridgeId, index: usize) {
        let (dialect, fault) = (self.settings.dialect, self.settings.fault);
        let Some(recording) = self.recording(id, index) else { return };
        let Some(call) = recording.call else { return };
        let content = match dialect {
            Dialect::Rfc => {
                let said = recording.said();
                Content::from(recording.script.body(&said, dialect, fault))
            }
            Dialect::Webex => recording.script.alone(),
        };
        let asked = self.agent.update(now, call, content);
        if dialect == Dialect::Rfc {
            self.note_offer(id, index, asked);
        }
    }

    fn announcement(&self, id: BridgeId, played: &Played) -> Announcement {
        let bridge = self.bridges.get(&id);
        let heard = End::BOTH.into_iter().filter(|end| played.heard[*end as usize]);
        let fault = self.settings.fault;
        let heard =
            heard.filter(|end| !(fault == Some(Fault::TellCallerOnly) && *end == End::Callee));
        let numbers = heard.filter_map(|end| Some(bridge?.leg(end).number.clone()));
        let heard_by = numbers.map(|number| format!("sip:{number}@{}", self.settings.domain));
        let began = match fault {
            Some(Fault::TellWrongTime) => played.began + LATER,
            _ => played.began,
        };
        let level = match played.item.kind {
            Occasion::Compliance | Occasion::Failure => "organization",
            _ => "user",
        };
        Announcement {
            kind: played.item.kind,
            method: played.item.method,
            started_at: self.settings.epoch.rfc3339(began),
            duration_ms: u64::try_from(played.length.as_millis()).unwrap_or(u64::MAX),
            level: Some(level.to_owned()),
            heard_by: heard_by.collect(),
        }
    }

    fn end_call(&mut self, now: Instant, id: BridgeId) {
        let Some(bridge) = self.bridges.get(&id) else { return };
        let calls: Vec<_> = bridge.legs.iter().filter_map(|leg| leg.call).collect();
        for call in calls {
            let _ = self.agent.hang_up(now, call, Vec::new());
        }
    }
}

/// Announcements of one call that are kept for a recording that begins later.
const TOLD_MAX: usize = 16;
/// Nobody would take it for the time on the way.
const LATER: Duration = Duration::from_secs(3);
