//! Media on its way: from one telephone to the other, and to the recorders.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use super::bridge::{Bridge, End, Stage};
use super::recording::{Flow, Stage as Recorded, datagram};
use super::{BridgeId, Fault, Platform};
use crate::packet::{Packet, Transport};
use crate::role::ports::rtcp_of;
use crate::time::Instant;

impl Platform {
    /// Whether a packet belongs to a media port of ours.
    pub(super) fn is_media(&self, packet: &Packet) -> bool {
        let ours = self.settings.ports.host();
        let at =
            |address: SocketAddr| address.ip() == ours && self.ports.contains_key(&address.port());
        let is_signalling =
            self.settings.listen.iter().any(|(_, address)| *address == packet.target);
        packet.transport == Transport::Udp
            && !is_signalling
            && (at(packet.target) || at(packet.source))
    }

    /// Passes a packet on to whoever should have it.
    pub(super) fn relay(&mut self, now: Instant, id: BridgeId, packet: &Packet) {
        let Some(bridge) = self.bridges.get_mut(&id) else { return };
        let Some((from, is_rtcp)) = bridge.end_at(packet.target.port()) else {
            return self.relay_report(id, packet);
        };
        if bridge.leg_mut(from).takes(packet.source, is_rtcp, &packet.payload) {
            if !is_rtcp {
                self.listen_for_code(now, id, from, &packet.payload);
            }
            self.relay_from(now, id, from, is_rtcp, packet);
        }
    }

    /// What was said at one end goes to the other, and to the recorders.
    pub(super) fn relay_from(
        &mut self,
        now: Instant,
        id: BridgeId,
        from: End,
        is_rtcp: bool,
        packet: &Packet,
    ) {
        let Some(bridge) = self.bridges.get(&id) else { return };
        let is_person = bridge.leg(from).call.is_some();
        if bridge.mailbox.is_some() && is_person {
            self.deposit(now, id, is_rtcp, packet);
        } else if let Some(room) = bridge.room.filter(|_| is_person) {
            // It is recorded when it is mixed, so that all stand where they were heard.
            return self.hear_in_room(now, (room, id), is_rtcp, packet);
        } else {
            self.pass_on(now, id, from, is_rtcp, packet);
        }
        self.copy(now, id, from, is_rtcp, packet);
    }

    /// What one telephone sent goes to the other.
    fn pass_on(&mut self, now: Instant, id: BridgeId, from: End, is_rtcp: bool, packet: &Packet) {
        let Some(bridge) = self.bridges.get(&id) else { return };
        let to = bridge.leg(from.other());
        let target = to.agreed.as_ref().and_then(|agreed| {
            if is_rtcp { agreed.remote_rtcp } else { agreed.remote_rtp.filter(|_| agreed.may_send) }
        });
        let source = if is_rtcp { rtcp_of(to.local) } else { to.local };
        let muted = is_muted(self.settings.fault, bridge, from);
        let (host, ports) = (self.settings.ports.host(), &self.ports);
        let Some(target) = target.filter(|at| !muted && !is_ours(host, ports, *at)) else { return };
        let player = self.player(id);
        let payload = if is_rtcp {
            Some(player.report(from, &packet.payload))
        } else {
            player.pass(now, from.other(), &packet.payload)
        };
        let packet = payload.map(|payload| datagram(source, target, &payload));
        let to = self.bridges.get_mut(&id).map(|bridge| bridge.leg_mut(from.other()));
        if let Some((to, packet)) = to.zip(packet) {
            to.way.send(is_rtcp, packet, &mut self.packets);
        }
    }

    /// What one telephone sent goes to the recorders too.
    pub(super) fn copy(
        &mut self,
        now: Instant,
        id: BridgeId,
        from: End,
        is_rtcp: bool,
        packet: &Packet,
    ) {
        let Self { bridges, spoiler, packets, settings, players, .. } = self;
        let mut player = players.get_mut(&id);
        let is_speaking = player.as_ref().is_some_and(|player| player.is_speaking());
        if settings.fault == Some(Fault::ForgetMeanwhile) && is_speaking && !is_rtcp {
            return;
        }
        let bridge = bridges.get_mut(&id).filter(|bridge| bridge.stage != Stage::Over);
        let recordings = bridge.into_iter().flat_map(|bridge| &mut bridge.recordings);
        for (index, recording) in recordings.enumerate() {
            if is_rtcp {
                recording.hear_rtcp(from, &packet.payload, packets);
                continue;
            }
            if settings.fault == Some(Fault::SendUnasked)
                && recording.stage != Recorded::Up
                && let Some((_, recorder)) = settings.recorder
            {
                let somewhere = SocketAddr::new(recorder.ip(), GUESSED);
                let source = recording.streams.first().map(|stream| stream.local);
                packets.extend(source.map(|it| datagram(it, somewhere, &packet.payload)));
            } else {
                let player = player.as_mut();
                let mixed = player.and_then(|it| it.copy(index, from, &packet.payload));
                let payload = mixed.as_ref().unwrap_or(&packet.payload);
                spoiler.fork(now, recording, from, payload, packets);
            }
        }
    }

    /// A recorder's receiver reports go to the telephone that they are about (RFC 7866 section
    /// 8.2.1.1); media it has no business to send.
    fn relay_report(&mut self, id: BridgeId, packet: &Packet) {
        let Some(bridge) = self.bridges.get(&id) else { return };
        let port = packet.target.port();
        let mut recordings = bridge.recordings.iter();
        let stream = recordings.find_map(|recording| recording.stream_at(port));
        let Some(stream) = stream.filter(|stream| port != stream.local.port()) else { return };
        let recorder = stream.agreed.as_ref().and_then(|agreed| agreed.remote_rtcp);
        if recorder.is_none_or(|recorder| recorder.ip() != packet.source.ip()) {
            return;
        }
        let leg = bridge.leg(stream.of);
        let target = leg.agreed.as_ref().and_then(|agreed| agreed.remote_rtcp);
        let (host, ports) = (self.settings.ports.host(), &self.ports);
        // A mixer has streams of its own, which no telephone knows (RFC 3550 section 7.1).
        let target = target.filter(|at| bridge.room.is_none() && !is_ours(host, ports, *at));
        if let Some(target) = target {
            self.packets.push_back(datagram(rtcp_of(leg.local), target, &packet.payload));
        }
    }

    /// Whether an address is a media port of ours that is in use.
    pub(super) fn is_ours(&self, at: SocketAddr) -> bool {
        is_ours(self.settings.ports.host(), &self.ports, at)
    }

    /// Takes so many pairs of media ports for a bridge: all of them, or none.
    pub(super) fn take_ports(&mut self, bridge: BridgeId, count: usize) -> Option<Vec<SocketAddr>> {
        let free = self.settings.ports.free();
        (free >= count).then(|| (0..count).map_while(|_| self.take_port(bridge)).collect())
    }

    fn take_port(&mut self, bridge: BridgeId) -> Option<SocketAddr> {
        let address = self.settings.ports.take()?;
        self.ports.insert(address.port(), bridge);
        self.ports.insert(rtcp_of(address).port(), bridge);
        Some(address)
    }

    /// A pair of media ports belongs to another bridge from now on.
    pub(super) fn move_port(&mut self, address: SocketAddr, bridge: BridgeId) {
        self.ports.insert(address.port(), bridge);
        self.ports.insert(rtcp_of(address).port(), bridge);
    }

    /// Gives a pair of media ports back.
    pub(super) fn release_port(&mut self, address: SocketAddr) {
        self.ports.remove(&address.port());
        self.ports.remove(&rtcp_of(address).port());
        self.settings.ports.give_back(address);
    }
}

/// Whether a fault keeps one side of a call from the other.
fn is_muted(fault: Option<Fault>, bridge: &Bridge, from: End) -> bool {
    match fault {
        Some(Fault::MuteCaller) => from == End::Caller,
        Some(Fault::MuteCallee) => from == End::Callee,
        Some(Fault::MuteWhilePaused) => {
            bridge.recordings.iter().any(|recording| recording.flow == Flow::Paused)
        }
        Some(Fault::MuteUnlessRecorded) => {
            let mut stages = bridge.recordings.iter().map(|recording| recording.stage);
            !bridge.recordings.is_empty() && stages.all(|stage| stage != Recorded::Up)
        }
        _ => false,
    }
}

/// Where a platform sends media that was not asked.
const GUESSED: u16 = 20_000;

/// Whether media would come to a port of ours that is in use: there it would come round for ever.
fn is_ours(host: IpAddr, ports: &BTreeMap<u16, BridgeId>, at: SocketAddr) -> bool {
    at.ip() == host && ports.contains_key(&at.port())
}
