//! Streams told apart by their synchronization sources, for want of voices that can be: whoever
//! passes packets on leaves these as they are (RFC 3550 section 7.1, a translator).

use std::collections::BTreeMap;
use std::time::Duration;

use crate::evidence::{Flow, Kind, Name, RecordedStream, RtpSeen, Timeline};
use crate::time::Instant;

/// What leaves each telephone, by synchronization source; only those that one telephone alone has.
#[derive(Debug)]
pub struct Sources<'a> {
    by_ssrc: BTreeMap<u32, Vec<(&'a Name, &'a Flow)>>,
}

impl<'a> Sources<'a> {
    /// Learns them from the media that comes from each telephone's own address.
    pub fn of(timeline: &'a Timeline) -> Self {
        let mut by_ssrc: BTreeMap<u32, Vec<(&Name, &Flow)>> = BTreeMap::new();
        for flow in timeline.flows() {
            let phone = timeline.cast().at(flow.source).filter(|it| it.kind == Kind::Phone);
            let Some(phone) = phone else { continue };
            for packet in flow.nearest_to_sender() {
                let flows = by_ssrc.entry(packet.ssrc).or_default();
                if flows.last().is_none_or(|(_, last)| last.source != flow.source) {
                    flows.push((&phone.name, flow));
                }
            }
        }
        by_ssrc.retain(|_, flows| flows.iter().all(|(name, _)| *name == flows[0].0));
        Self { by_ssrc }
    }

    /// Whose telephone a recorded stream comes from, if all of it comes from one.
    pub fn speaker(&self, stream: &RecordedStream<'_>) -> Option<&'a Name> {
        let mut packets = packets(stream);
        let name_of = |packet: &RtpSeen| Some(self.by_ssrc.get(&packet.ssrc)?.first()?.0);
        let first = name_of(packets.next()?)?;
        packets.all(|packet| name_of(packet) == Some(first)).then_some(first)
    }

    /// The time from telephone to recorder of each packet of a stream that can be known again.
    pub fn delays(&self, stream: &RecordedStream<'_>) -> Vec<Duration> {
        let key = |packet: &RtpSeen| (packet.ssrc, packet.sequence, packet.timestamp);
        let flows = self.by_ssrc.values().flatten().map(|(_, flow)| *flow);
        let mut left: BTreeMap<_, Instant> = BTreeMap::new();
        for packet in flows.flat_map(Flow::nearest_to_sender) {
            left.entry(key(packet)).or_insert(packet.at);
        }
        packets(stream)
            .filter_map(|packet| Some(packet.at.since(*left.get(&key(packet))?)))
            .collect()
    }
}

fn packets<'a>(stream: &RecordedStream<'a>) -> impl Iterator<Item = &'a RtpSeen> {
    let flows: Vec<&'a Flow> = stream.flows.clone();
    flows.into_iter().flat_map(Flow::nearest_to_receiver)
}
