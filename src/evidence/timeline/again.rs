//! A timeline made of another one: a part of it, or what was written of it and is read back.

use std::net::SocketAddr;

use super::Timeline;
use crate::evidence::media::{Flow, ReportSeen, RtpSeen};
use crate::evidence::sighting::{Content, Side, Sighting};
use crate::packet::Packet;
use crate::time::Instant;

impl Timeline {
    /// A timeline of some of what is on this one.
    pub(in crate::evidence) fn part(
        &self,
        message: impl Fn(&Sighting) -> bool,
        flows: Vec<Flow>,
        moment: impl Fn(Instant) -> bool,
    ) -> Self {
        let mut part = Self {
            cast: self.cast.clone(),
            flows,
            reports: self.reports.iter().filter(|report| moment(report.at)).cloned().collect(),
            handshakes: self.handshakes.iter().filter(|(at, _)| moment(*at)).copied().collect(),
            deeds: self.deeds.clone(),
            dropped: self.dropped,
            torn: self.torn,
            ..Self::new(self.epoch)
        };
        for sighting in self.signalling.iter().filter(|it| message(it)) {
            part.take_in(sighting.clone());
        }
        part
    }

    /// A message that an earlier timeline had, or rubbish, and why it is that.
    pub(in crate::evidence) fn message_again(
        &mut self,
        at: Instant,
        side: Side,
        packet: &Packet,
        why: Option<String>,
    ) {
        self.message(at, side, packet);
        let last = self.signalling.last_mut().filter(|last| last.at == at);
        if let (Some(last), Some(why)) = (last, why) {
            last.content = Content::Rubbish(packet.payload.clone(), why);
        }
    }

    /// A packet of media that an earlier timeline had.
    pub(in crate::evidence) fn packet_again(
        &mut self,
        (source, target): (SocketAddr, SocketAddr),
        side: Side,
        seen: RtpSeen,
        csrcs: &[u32],
    ) {
        let Some(flow) = self.flow((source, target)) else {
            self.dropped += 1;
            return;
        };
        let flow = &mut self.flows[flow];
        let (list, over) = match side {
            Side::Received => (&mut flow.received, &mut flow.over_received),
            _ => (&mut flow.sent, &mut flow.over_sent),
        };
        if !over.note(seen.at, seen.ssrc, csrcs) {
            self.dropped += 1;
        }
        list.push(seen);
    }

    /// A flow that an earlier timeline had.
    pub(in crate::evidence) fn flow_again(&mut self, flow: Flow) {
        if let Some(place) = self.flow((flow.source, flow.target)) {
            self.flows[place] = flow;
        }
    }

    /// A report that an earlier timeline had.
    pub(in crate::evidence) fn report_again(&mut self, report: ReportSeen) {
        self.reports.push(report);
    }

    /// How many sightings an earlier timeline had no room for.
    pub(in crate::evidence) fn count_dropped(&mut self, dropped: u64) {
        self.dropped += dropped;
    }
}
