//! Calls as the signalling tells them: one for each INVITE dialog that was seen.

use std::net::SocketAddr;
use std::ops::Deref;

use super::exchange::{Exchange, exchanges};
use super::index::Kept;
use super::sighting::{Side, Sighting};
use super::timeline::Timeline;
use crate::sdp::MediaDescription;
use crate::sip::{Message, Method};
use crate::time::Instant;

/// Everything that was seen under one Call-ID, if it began with an INVITE.
#[derive(Clone, Copy, Debug)]
pub struct Dialog<'a> {
    /// The Call-ID.
    pub call_id: &'a str,
    /// The first INVITE.
    pub invite: &'a Message,
    timeline: &'a Timeline,
    kept: &'a Kept,
}

/// What became of a dialog, and when.
#[derive(Clone, Copy, Debug)]
pub struct Course {
    /// Where the first INVITE came from.
    pub caller: SocketAddr,
    /// Where it went.
    pub callee: SocketAddr,
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
    let dialog = |kept| Dialog::of(timeline, kept);
    timeline.index().dialogs().iter().filter_map(dialog).collect()
}

impl<'a> Dialog<'a> {
    fn of(timeline: &'a Timeline, kept: &'a Kept) -> Option<Self> {
        let invite = timeline.signalling().get(*kept.places.first()?)?.message()?;
        Some(Self { call_id: invite.call_id().ok()?, invite, timeline, kept })
    }

    /// What was seen first of it: its INVITE.
    pub fn first(&self) -> &'a Sighting {
        &self.timeline.signalling()[self.kept.places[0]]
    }

    /// All of it, oldest first.
    pub fn sightings(&self) -> impl DoubleEndedIterator<Item = &'a Sighting> + Clone + use<'a> {
        let all = self.timeline.signalling();
        self.kept.places.iter().map(|place| &all[*place])
    }

    /// Where its descriptions want RTP and RTCP, oldest first.
    pub fn media_addresses(&self) -> impl Iterator<Item = SocketAddr> + use<'a> {
        let descriptions = self.sightings().filter_map(|it| it.description());
        let media = descriptions.flat_map(|(_, description)| &description.media);
        media.flat_map(MediaDescription::addresses)
    }

    /// Its offers and answers, oldest first.
    pub fn exchanges(&self) -> &'a [Exchange] {
        self.kept.exchanges.get_or_init(|| exchanges(self))
    }

    /// Whether a request in it that left a part of ours waits for its final answer.
    pub fn waits(&self) -> bool {
        self.timeline.index().waits_in(self.call_id)
    }

    /// Whether an address is the caller's, told by where its messages come from or go.
    pub fn is_from_caller(&self, sighting: &Sighting) -> bool {
        sighting.source == self.caller || sighting.target == self.callee
    }
}

impl Deref for Dialog<'_> {
    type Target = Course;

    fn deref(&self) -> &Course {
        &self.kept.course
    }
}

impl Course {
    /// Of a dialog of which only the INVITE was seen.
    pub(super) fn begin(invite: &Sighting) -> Self {
        Self {
            caller: invite.source,
            callee: invite.target,
            invited: invite.at,
            answered: None,
            refused: None,
            cancelled: None,
            ended: None,
            end_confirmed: None,
        }
    }

    /// When the dialog was over, however it ended.
    pub fn over(&self) -> Option<Instant> {
        self.ended.or(self.refused.map(|(at, _)| at)).or(self.cancelled)
    }

    /// Takes in one more sighting of it.
    pub(super) fn see(&mut self, sighting: &Sighting, message: &Message) {
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
