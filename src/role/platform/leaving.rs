//! Those who have handed a call on, and those whom nobody waits for any more: they have a moment to
//! hang up themselves.

use std::time::Duration;

use super::{Place, Platform};
use crate::sip::agent::{CallId, Event, Reply};
use crate::time::Instant;

impl Platform {
    /// Somebody who handed a call on has a moment to hang up (RFC 5589 section 6.1).
    pub(super) fn let_go(&mut self, now: Instant, call: CallId) {
        self.places.insert(call, Place::Leaving);
        self.leaving.insert(call, now + LEAVE_TAKING);
    }

    /// When the next one has had enough time to hang up.
    pub(super) fn leaving_deadline(&self) -> Option<Instant> {
        self.leaving.values().min().copied()
    }

    /// Hangs up for those who did not.
    pub(super) fn see_off(&mut self, now: Instant) {
        let late: Vec<_> =
            self.leaving.iter().filter(|(_, at)| **at <= now).map(|(call, _)| *call).collect();
        for call in late {
            self.leaving.remove(&call);
            let _ = self.agent.hang_up(now, call, Vec::new());
        }
    }

    /// Something happened on the call of somebody who leaves.
    pub(super) fn handle_leaving(&mut self, now: Instant, event: &Event) {
        match event {
            Event::Failed { call, .. } | Event::Ended { call, .. } => {
                self.places.remove(call);
                self.leaving.remove(call);
            }
            Event::Modify { id, .. } => {
                let _ = self.agent.respond(now, *id, Reply::new(491));
            }
            Event::Info { id, .. } => {
                let _ = self.agent.respond(now, *id, Reply::new(200));
            }
            _ => {}
        }
    }
}

/// A telephone that was told that the call is handed on hangs up at once.
const LEAVE_TAKING: Duration = Duration::from_secs(2);
