//! What a recorder is offered in the middle of a recording, and what becomes of it (RFC 3264 section
//! 8). One offer may wait for another: each answer belongs to its own.

use std::collections::VecDeque;

use super::bridge::End;
use super::recording::{Flow, Recording};
use crate::packet::Packet;
use crate::sdp::{Description, Direction, Format, Hold, Medium, Session, Side, negotiate};
use crate::sip::agent::RequestId;

/// What the recorder did not agree to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Failed {
    /// The recording goes on.
    Pause,
    /// It stays paused.
    Resume,
}

impl Recording {
    /// The offer again: the stream of whoever is not heard at present is held (RFC 7866 section
    /// 7.1.1.1).
    pub(super) fn reoffer(
        &mut self,
        formats: impl Fn(End) -> Vec<Format>,
        is_heard: impl Fn(End) -> bool,
        how: Hold,
    ) -> Vec<u8> {
        let streams = &self.streams;
        let next = self.said.revised(|session| {
            for (medium, stream) in session.media.iter_mut().zip(streams) {
                // RFC 3264 section 8.3.2: somebody else may have come, who speaks other codecs.
                let spoken = formats(stream.of);
                if !medium.is_disabled() && !spoken.is_empty() && !same(&spoken, &medium.formats) {
                    medium.formats = spoken;
                }
                // What the recorder wanted less of in an offer of its own, it may want again.
                if !medium.is_disabled() {
                    medium.direction = Direction::SendOnly;
                }
                medium.hold = (!is_heard(stream.of)).then_some(how);
            }
        });
        self.said_before = Some(std::mem::replace(&mut self.said, next));
        self.said.to_bytes()
    }

    /// What is said now was offered in this request.
    pub(super) fn was_offered(&mut self, request: RequestId) {
        if self.offered.len() == OFFERED_MAX {
            self.offered.pop_front();
        }
        self.offered.push_back((request, self.said.clone()));
    }

    /// What was offered in this request, which is settled now, as is what went before it.
    pub(super) fn settle(&mut self, request: RequestId) -> Option<Session> {
        let place = self.offered.iter().position(|(known, _)| *known == request)?;
        self.offered.drain(..=place).next_back().map(|(_, offer)| offer)
    }

    /// The recorder refused an offer: if that was the last, all is as before (RFC 3261 section 14.1).
    /// What waited for a pause goes out after all. Returns what came to nothing.
    pub(super) fn offer_failed(
        &mut self,
        request: RequestId,
        packets: &mut VecDeque<Packet>,
    ) -> Option<Failed> {
        let offer = self.settle(request);
        let is_last = self.offered.is_empty();
        if let Some(before) = self.said_before.take_if(|_| is_last) {
            self.said = before.instead_of(&self.said);
        }
        match self.flow {
            Flow::Resuming if is_last => {
                self.paused();
                Some(Failed::Resume)
            }
            Flow::Pausing if offer.is_some_and(|it| it.media.iter().all(Medium::is_still)) => {
                self.flow = Flow::Running;
                self.release(packets);
                Some(Failed::Pause)
            }
            _ => None,
        }
    }

    /// The recorder asked for something before it could be offered what it was to be: it was not.
    pub(super) fn unsay(&mut self) {
        if let Some(before) = self.said_before.take() {
            self.said = before;
        }
    }

    /// What was offered last, as bytes of SDP.
    pub(super) fn said(&mut self) -> Vec<u8> {
        self.said.say()
    }

    /// The recorder answered what was offered in this request.
    pub(super) fn answered_to(&mut self, request: RequestId, answer: &Description) {
        let offer = self.settle(request).unwrap_or_else(|| self.said.clone());
        self.agree(&offer, answer);
    }

    /// The recorder answered what was said first. Returns whether it takes anything at all.
    pub(super) fn answered(&mut self, answer: &Description) -> bool {
        let offer = self.said.clone();
        self.agree(&offer, answer);
        self.streams.iter().any(|stream| stream.agreed.is_some())
    }

    fn agree(&mut self, offer: &Session, answer: &Description) {
        if self.offered.is_empty() {
            self.said_before = None;
        }
        let negotiated = negotiate(&offer.describe(), answer, Side::Offerer);
        for (stream, agreed) in self.streams.iter_mut().zip(negotiated) {
            stream.agreed = agreed;
        }
    }

    /// The recorder makes an offer of its own, say to take less: our answer.
    pub(super) fn answer(&mut self, offer: &Description) -> Option<Vec<u8>> {
        if offer.media.len() != self.said.media.len() {
            return None;
        }
        let answer = self.said.revised(|session| {
            for (ours, theirs) in session.media.iter_mut().zip(&offer.media) {
                if ours.is_disabled() {
                    continue;
                }
                // RFC 3264 section 6.1; and a recording client only sends.
                ours.direction = theirs.direction.answered(Direction::SendOnly);
                if theirs.is_disabled() {
                    *ours = Medium::refused(theirs.kind.clone(), &theirs.proto, "0");
                }
            }
        });
        let negotiated = negotiate(offer, &answer.describe(), Side::Answerer);
        for (stream, agreed) in self.streams.iter_mut().zip(negotiated) {
            stream.agreed = agreed;
        }
        self.said = answer;
        self.said_before = None;
        Some(self.said.to_bytes())
    }
}

/// Whether the same can be said in these formats.
fn same(one: &[Format], other: &[Format]) -> bool {
    one.len() == other.len() && one.iter().all(|format| other.contains(format))
}

/// More offers than one at a time wait for each other.
const OFFERED_MAX: usize = 8;
