//! Making sure that recorders are there: OPTIONS every so often (RFC 3261 section 11).

use super::invitation::recorder_uri;
use super::{Fault, Platform};
use crate::sip::agent::{Content, Outside, RequestId};
use crate::sip::uri::{Host, Uri};
use crate::sip::{Message, Method, NameAddr};
use crate::time::Instant;

/// How one recorder is, by what it answered.
#[derive(Debug, Default)]
pub struct Pulse {
    /// What it was asked last and has not answered.
    asked: Option<RequestId>,
    /// How often running it did not.
    failures: u32,
    /// Whether it was given up.
    lost: bool,
}

impl Pulse {
    /// Whether it was given up.
    pub fn is_lost(&self) -> bool {
        self.lost
    }
}

impl Platform {
    /// When the recorders are asked next.
    pub(super) fn beat_deadline(&self) -> Option<Instant> {
        let next = self.settings.failing.heartbeat.and(self.next_beat);
        next.filter(|_| !self.has(Fault::LetTheHeartStop))
    }

    /// Asks every recorder whether it is there, if it is time to.
    pub(super) fn beat(&mut self, now: Instant) {
        let Some(heartbeat) = self.settings.failing.heartbeat else { return };
        if self.next_beat.is_some_and(|next| next > now) || self.has(Fault::LetTheHeartStop) {
            return;
        }
        self.next_beat = Some(now + heartbeat.period);
        for (place, recorder) in self.recorders().into_iter().enumerate() {
            // What it was asked a whole period ago it does not answer any more.
            if self.pulses.get_mut(&place).is_some_and(|pulse| pulse.asked.take().is_some()) {
                self.miss(now, place);
            }
            let uri = recorder_uri(recorder);
            let domain = Host::Name(self.settings.domain.clone());
            let asked = self.agent.request(
                now,
                &Outside {
                    method: Method::Options,
                    uri: uri.clone(),
                    from: NameAddr::new(Uri::sip("platform", domain)),
                    to: NameAddr::new(uri),
                    outbound: Some(recorder),
                    content: Content::none(),
                },
            );
            self.pulses.entry(place).or_default().asked = asked.ok();
        }
    }

    /// A request of ours outside of any call was answered, or nobody answered it.
    pub(super) fn beaten(&mut self, now: Instant, id: RequestId, response: Option<&Message>) {
        let asked = self.pulses.iter_mut().find(|(_, pulse)| pulse.asked == Some(id));
        let Some((place, pulse)) = asked else { return };
        pulse.asked = None;
        let is_there = response.is_some_and(|response| response.code() != Some(503));
        if is_there {
            (pulse.failures, pulse.lost) = (0, false);
        } else {
            let place = *place;
            self.miss(now, place);
        }
    }

    fn miss(&mut self, now: Instant, place: usize) {
        let most = self.settings.failing.heartbeat.map_or(u32::MAX, |it| it.failures);
        let Some(pulse) = self.pulses.get_mut(&place) else { return };
        pulse.failures = pulse.failures.saturating_add(1);
        if pulse.failures >= most && !std::mem::replace(&mut pulse.lost, true) {
            self.lose_recorder(now, place);
        }
    }
}
