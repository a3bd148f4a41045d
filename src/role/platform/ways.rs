//! How media leaves the platform for a telephone: when the way to it is open.

use std::time::Duration;

use super::bridge::{Bridge, End};
use super::{BridgeId, Fault, Platform};
use crate::ice::stun;
use crate::packet::Packet;
use crate::time::Instant;

impl Platform {
    /// The call is up. What is recorded takes a moment to set up (product: S-20).
    pub(super) fn set_up_ways(&mut self, now: Instant, id: BridgeId) {
        let (fault, span) = (self.settings.fault, self.settings.recording_delay);
        let Some(bridge) = self.bridges.get_mut(&id) else { return };
        let is_copied = bridge.recordings.is_empty() == (fault == Some(Fault::SetUpUnrecorded));
        for leg in &mut bridge.legs {
            leg.way.forgets = fault == Some(Fault::ForgetWhileSettingUp);
            let in_vain = fault == Some(Fault::WaitForNoChecks) && self.settings.ice.is_some();
            if in_vain && !leg.way.is_checked() {
                leg.way.set_up(now, span + IN_VAIN, true);
            } else if is_copied && !span.is_zero() {
                leg.way.set_up(now, span, fault == Some(Fault::SetUpAtOnce));
            }
        }
    }

    /// Takes a packet that came to a port of ours if it belongs to the search for a way. Returns
    /// whether it does.
    pub(super) fn find_way(&mut self, id: BridgeId, packet: &Packet) -> bool {
        if !stun::is_stun(&packet.payload) {
            return false;
        }
        // What comes from a port of ours would go round for ever.
        if !self.is_ours(packet.source)
            && let Some(bridge) = self.bridges.get_mut(&id)
            && let Some((end, _)) = bridge.end_at(packet.target.port())
        {
            bridge.leg_mut(end).way.handle_stun(packet);
        }
        true
    }

    /// Does what is due on every way.
    pub(super) fn tend_ways(&mut self, now: Instant) {
        let legs = self.bridges.values_mut().flat_map(|bridge: &mut Bridge| &mut bridge.legs);
        for leg in legs {
            leg.way.tend(now, &mut self.packets);
        }
    }

    /// When something is due on a way.
    pub(super) fn ways_deadline(&self) -> Option<Instant> {
        let legs = self.bridges.values().flat_map(|bridge| End::BOTH.map(|end| bridge.leg(end)));
        legs.filter_map(|leg| leg.way.next_deadline()).min()
    }
}

/// How long a platform with a fault waits for checks that nobody wants.
const IN_VAIN: Duration = Duration::from_millis(300);
