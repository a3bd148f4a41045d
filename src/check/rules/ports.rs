//! Where media is wanted, and which way it goes on: what many rules ask of every packet.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use super::said::Said;
use crate::evidence::{Host, Timeline};
use crate::sdp::MediaDescription;

/// Every address that a description gave, and every source of RTP.
#[derive(Clone, Debug, Default)]
pub struct Ports {
    /// Where RTP and RTCP are wanted: what comes from there is of whoever gave it.
    pub given: BTreeSet<SocketAddr>,
    /// Where RTP is wanted.
    pub rtp: BTreeSet<SocketAddr>,
    /// Where RTP and RTCP are wanted in secret (RFC 3711).
    pub secret: BTreeSet<SocketAddr>,
    /// Where a single packet of RTCP will do (RFC 5506).
    pub reduced: BTreeSet<SocketAddr>,
    /// From where to where each source was sent.
    sources: BTreeMap<u32, BTreeSet<(Host, Host)>>,
}

impl Ports {
    pub(super) fn of(timeline: &Timeline, said: &[Said<'_>]) -> Self {
        let mut ports = Self::default();
        let described = said.iter().filter_map(|it| it.sighting.description());
        for medium in described.flat_map(|(_, description)| &description.media) {
            ports.add(medium);
        }
        for flow in timeline.flows() {
            let host = |address| timeline.cast().host(address);
            let ends = (host(flow.source), host(flow.target));
            let mut last = None;
            for packet in flow.nearest_to_sender() {
                if last != Some(packet.ssrc) {
                    ports.sources.entry(packet.ssrc).or_default().insert(ends);
                    last = Some(packet.ssrc);
                }
            }
        }
        ports
    }

    fn add(&mut self, medium: &MediaDescription) {
        let both = medium.addresses();
        self.given.extend(both.clone());
        self.rtp.extend(medium.rtp_address());
        if is_secret(medium) {
            self.secret.extend(both.clone());
        }
        if medium.attribute("rtcp-rsize").is_some() {
            self.reduced.extend(both);
        }
    }

    /// Whether whoever sends a source got it from somebody else, and passes it on.
    pub fn is_relayed(&self, ssrc: u32, sender: Host) -> bool {
        let known = self.sources.get(&ssrc);
        known.is_some_and(|ends| ends.iter().any(|(from, to)| *to == sender && *from != sender))
    }
}

/// Whether a stream is SRTP.
pub(super) fn is_secret(medium: &MediaDescription) -> bool {
    medium.proto.to_ascii_uppercase().contains("SAVP")
}
