//! Somebody comes to a call that is recorded, and was not there when people were told.

use super::bridge::End;
use super::player::Then;
use super::{BridgeId, Fault, Platform};
use crate::audio::Message;
use crate::siprec::Occasion;
use crate::time::Instant;

impl Platform {
    /// Somebody is new on a call that is recorded: they alone are told. With a room it is those in
    /// it who would be told again.
    pub(super) fn notice_newcomer(&mut self, now: Instant, id: BridgeId, newcomer: End) {
        let user = newcomer.other();
        let running = self.players.get(&id).into_iter().flat_map(|player| &player.running);
        let recordings = running.filter_map(|index| self.bridges.get(&id)?.recordings.get(*index));
        let is_running = recordings.into_iter().any(|recording| recording.user == user);
        let is_there = self.bridges.get(&id).is_some_and(|it| it.leg(newcomer).call.is_some());
        let is_wanted = self.settings.prompts.tells_newcomers && !self.has(Fault::TellNoNewcomer);
        if is_running && is_there && is_wanted && self.announces(id, user) {
            let to = End::BOTH.map(|end| end == newcomer);
            self.announce_to(now, id, Occasion::Start, Message::Started, to, Then::GoOn);
        }
    }
}
