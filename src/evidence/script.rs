//! A timeline taken apart and put together again: so that something in it can be changed, and
//! judged as if it had happened.

use bytes::Bytes;

use super::carried::carried;
use super::deed::Deed;
use super::media::{Flow, ReportSeen};
use super::sighting::Side;
use super::timeline::Timeline;
use crate::packet::{Handshake, Packet};
use crate::time::{Epoch, Instant};

/// Everything on a timeline that a change can be made to.
#[derive(Clone, Debug)]
pub struct Script {
    epoch: Epoch,
    cast: super::Cast,
    deeds: Vec<Deed>,
    /// Each sending of a message, in the order in which they were seen.
    pub messages: Vec<Line>,
    /// Every flow of media.
    pub flows: Vec<Flow>,
    /// Every RTCP packet, as it left and as it arrived.
    pub reports: Vec<ReportSeen>,
    /// Every TLS connection that was opened, or was not, and when.
    pub handshakes: Vec<(Instant, Handshake)>,
}

/// One sending of a message.
#[derive(Clone, Debug)]
pub struct Line {
    /// When it left, where its sender is watched.
    pub left: Option<Instant>,
    /// When it arrived, where its target is watched.
    pub arrived: Option<Instant>,
    /// What it is.
    pub packet: Packet,
}

impl Script {
    /// Takes a timeline apart. What is no SIP is left out, and so are copies that the network made.
    pub fn of(timeline: &Timeline) -> Self {
        let lines = carried(timeline).into_iter().map(|it| Line {
            left: (it.sighting.side == Side::Sent).then_some(it.sighting.at),
            arrived: it.arrived.filter(|_| it.arrival.is_some()),
            packet: Packet {
                transport: it.sighting.transport,
                source: it.sighting.source,
                target: it.sighting.target,
                payload: it.message.to_bytes(),
            },
        });
        Self {
            epoch: timeline.epoch(),
            cast: timeline.cast().clone(),
            deeds: timeline.deeds().to_vec(),
            messages: lines.collect(),
            flows: timeline.flows().to_vec(),
            reports: timeline.reports().to_vec(),
            handshakes: timeline.handshakes().to_vec(),
        }
    }

    /// Puts it together again.
    pub fn timeline(&self) -> Timeline {
        let mut timeline = Timeline::new(self.epoch);
        *timeline.cast_mut() = self.cast.clone();
        let mut seen: Vec<(Instant, Side, &Packet)> = Vec::new();
        for line in &self.messages {
            seen.extend(line.left.map(|at| (at, Side::Sent, &line.packet)));
            seen.extend(line.arrived.map(|at| (at, Side::Received, &line.packet)));
        }
        // What left and arrived at one moment stays in its order.
        seen.sort_by_key(|(at, ..)| *at);
        for (at, side, packet) in seen {
            timeline.message_again(at, side, packet, None);
        }
        for deed in &self.deeds {
            timeline.deed(deed.at, deed.who.as_str(), deed.what.clone());
        }
        for flow in &self.flows {
            timeline.flow_again(flow.clone());
        }
        for report in &self.reports {
            timeline.report_again(report.clone());
        }
        for (at, handshake) in &self.handshakes {
            timeline.handshake(*at, *handshake);
        }
        timeline
    }
}

impl Line {
    /// The text of the message.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.packet.payload).into_owned()
    }

    /// Makes it another message.
    pub fn set_text(&mut self, text: String) {
        self.packet.payload = Bytes::from(text);
    }
}
