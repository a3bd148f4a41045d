//! What is kept of the dialogs of a timeline as it grows, so that nobody has to read all of it again
//! for one more message.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::dialogs::Course;
use super::exchange::Exchange;
use super::sighting::{Side, Sighting};
use crate::sip::{Message, Method};

/// What is kept of the dialogs of a timeline.
#[derive(Debug, Default)]
pub(super) struct Index {
    dialogs: Vec<Kept>,
    by_call_id: BTreeMap<Box<str>, usize>,
    /// The requests of ours that wait for their final answer, by Call-ID: number and method.
    waiting: BTreeMap<Box<str>, BTreeSet<(u32, Method)>>,
}

/// What is kept of one dialog.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) course: Course,
    /// The places of its sightings, oldest first.
    pub(super) places: Vec<usize>,
    /// Worked out when somebody asks, and again once there is more.
    pub(super) exchanges: OnceLock<Vec<Exchange>>,
}

impl Index {
    /// Takes a sighting in, which is at this place of the timeline.
    pub(super) fn see(&mut self, place: usize, sighting: &Sighting) {
        let Some(message) = sighting.message() else { return };
        let Ok(call_id) = message.call_id() else { return };
        self.wait(call_id, sighting.side, message);
        match self.by_call_id.get(call_id) {
            Some(known) => self.dialogs[*known].see(place, sighting, message),
            None if begins_a_call(message) => {
                self.by_call_id.insert(call_id.into(), self.dialogs.len());
                self.dialogs.push(Kept::begin(place, sighting));
            }
            None => {}
        }
    }

    /// Whether a request that left a part of ours waits for its final answer.
    pub(super) fn waits(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Whether one does in the call of this Call-ID.
    pub(super) fn waits_in(&self, call_id: &str) -> bool {
        self.waiting.contains_key(call_id)
    }

    /// Every INVITE dialog, in the order of their INVITEs.
    pub(super) fn dialogs(&self) -> &[Kept] {
        &self.dialogs
    }

    fn wait(&mut self, call_id: &str, side: Side, message: &Message) {
        let Ok(cseq) = message.cseq() else { return };
        let request = (cseq.number, cseq.method);
        match (message.code(), side) {
            (None, Side::Sent) if request.1 != Method::Ack => {
                self.waiting.entry(call_id.into()).or_default().insert(request);
            }
            (Some(200..), Side::Received) => {
                let Some(waiting) = self.waiting.get_mut(call_id) else { return };
                waiting.remove(&request);
                if waiting.is_empty() {
                    self.waiting.remove(call_id);
                }
            }
            _ => {}
        }
    }
}

/// Whether a message is an INVITE outside of any dialog; of a call that began before anybody
/// watched, nobody knows who called whom.
fn begins_a_call(message: &Message) -> bool {
    let is_within = || message.to().is_ok_and(|to| to.tag().is_some());
    message.method() == Some(&Method::Invite) && !is_within()
}

impl Kept {
    fn begin(place: usize, sighting: &Sighting) -> Self {
        Self { course: Course::begin(sighting), places: vec![place], exchanges: OnceLock::new() }
    }

    fn see(&mut self, place: usize, sighting: &Sighting, message: &Message) {
        self.places.push(place);
        if !message.body.is_empty() {
            self.exchanges.take();
        }
        self.course.see(sighting, message);
    }
}
