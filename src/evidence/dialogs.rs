//! Calls as the signalling tells them: one for each INVITE dialog that was seen.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use super::exchange::{Exchange, exchanges};
use super::sighting::{Side, Sighting};
use super::timeline::Timeline;
use crate::sip::{Message, Method};
use crate::time::Instant;

/// Everything that was seen under one Call-ID, if it began with an INVITE.
#[derive(Clone, Debug)]
pub struct Dialog<'a> {
    /// The Call-ID.
    pub call_id: &'a str,
    /// Where the first INVITE came from.
    pub caller: SocketAddr,
    /// Where it went.
    pub callee: SocketAddr,
    /// The first INVITE.
    pub invite: &'a Message,
    /// When it was first seen.
    pub invited: Instant,
    /// When the called side's 2xx to it left, or else was seen; and when it arrived, if it did.
    pub answered: Option<Answered>,
    /// The final response that refused it, and when it was first seen; not a challenge that was met.
    pub refused: Option<(Instant, u16)>,
    /// When its CANCEL was first seen.
    pub cancelled: Option<Instant>,
    /// When its BYE was first seen.
    pub ended: Option<Instant>,
    /// When the BYE was first answered.
    pub end_confirmed: Option<Instant>,
    /// All of it, oldest first.
    pub sightings: Vec<&'a Sighting>,
}

/// When a call was answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Answered {
    /// When the 2xx was first seen: as it left, where the answerer is ours to watch.
    pub left: Instant,
    /// When the 2xx was seen to arrive.
    pub arrived: Option<Instant>,
}

impl Answered {
    /// When the caller knew.
    pub fn known(&self) -> Instant {
        self.arrived.unwrap_or(self.left)
    }
}

/// Every INVITE dialog of the timeline, in the order of their INVITEs.
pub fn dialogs(timeline: &Timeline) -> Vec<Dialog<'_>> {
    let mut by_call_id: BTreeMap<&str, Dialog<'_>> = BTreeMap::new();
    let mut order = Vec::new();
    for sighting in timeline.signalling() {
        let Some(message) = sighting.message() else { continue };
        let Ok(call_id) = message.call_id() else { continue };
        match by_call_id.get_mut(call_id) {
            Some(dialog) => dialog.see(sighting, message),
            None if begins_a_call(message) => {
                order.push(call_id);
                by_call_id.insert(call_id, Dialog::begin(call_id, sighting, message));
            }
            None => {}
        }
    }
    order.into_iter().filter_map(|call_id| by_call_id.remove(call_id)).collect()
}

/// Whether a message is an INVITE outside of any dialog; of a call that began before anybody
/// watched, nobody knows who called whom.
fn begins_a_call(message: &Message) -> bool {
    let is_within = message.to().is_ok_and(|to| to.tag().is_some());
    message.method() == Some(&Method::Invite) && !is_within
}

impl<'a> Dialog<'a> {
    /// Its offers and answers, oldest first.
    pub fn exchanges(&self) -> Vec<Exchange> {
        exchanges(self)
    }

    /// Whether an address is the caller's, told by where its messages come from or go.
    pub fn is_from_caller(&self, sighting: &Sighting) -> bool {
        sighting.source == self.caller || sighting.target == self.callee
    }

    /// When the dialog was over, however it ended.
    pub fn over(&self) -> Option<Instant> {
        self.ended.or(self.refused.map(|(at, _)| at)).or(self.cancelled)
    }

    fn begin(call_id: &'a str, sighting: &'a Sighting, invite: &'a Message) -> Self {
        Self {
            call_id,
            caller: sighting.source,
            callee: sighting.target,
            invite,
            invited: sighting.at,
            answered: None,
            refused: None,
            cancelled: None,
            ended: None,
            end_confirmed: None,
            sightings: vec![sighting],
        }
    }

    fn see(&mut self, sighting: &'a Sighting, message: &'a Message) {
        self.sightings.push(sighting);
        let at = sighting.at;
        match (message.method(), message.code()) {
            (Some(Method::Bye), _) if sighting.side != Side::Undeliverable => {
                self.ended.get_or_insert(at);
            }
            (Some(Method::Cancel), _) => {
                self.cancelled.get_or_insert(at);
            }
            (Some(Method::Invite), _) if self.answered.is_none() => {
                // Sent again with credentials, or elsewhere: what was refused was not the call.
                self.refused = None;
            }
            (None, Some(code)) => self.see_response(sighting, message, code),
            _ => {}
        }
    }

    fn see_response(&mut self, sighting: &Sighting, message: &Message, code: u16) {
        let Ok(cseq) = message.cseq() else { return };
        let at = sighting.at;
        match (cseq.method, code) {
            (Method::Invite, 200..=299) => match &mut self.answered {
                None => self.answered = Some(Answered { left: at, arrived: None }),
                Some(answered) if sighting.side == Side::Received => {
                    answered.arrived.get_or_insert(at);
                }
                Some(_) => {}
            },
            (Method::Invite, 300..) if self.answered.is_none() => {
                self.refused.get_or_insert((at, code));
            }
            (Method::Bye, 200..) => {
                self.end_confirmed.get_or_insert(at);
            }
            _ => {}
        }
    }
}
