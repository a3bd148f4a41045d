//! The ways that media takes: from one side of a dialog to an address that the other side gave.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::said::Said;
use super::talk::Talk;
use crate::evidence::{Flow, RtpSeen, Timeline};
use crate::sdp::MediaDescription;
use crate::sip::Method;
use crate::time::Instant;

/// Media on one stream of a dialog, in one direction.
#[derive(Clone, Debug)]
pub struct Lane<'a> {
    /// The dialog, as its place in [`Case::talks`](super::Case::talks).
    pub talk: usize,
    /// Which stream of the dialog, from 0.
    pub medium: usize,
    /// Whether the side that began the dialog sends.
    pub from_caller: bool,
    /// The flow.
    pub flow: &'a Flow,
    /// Its packets while the dialog lasted, as seen nearest to the sender, in order.
    pub packets: &'a [RtpSeen],
    /// The packets of each source, in the order in which they were seen.
    pub sources: Vec<(u32, Vec<&'a RtpSeen>)>,
    /// Whether they were seen as they left.
    pub as_sent: bool,
}

/// What one side, and the other, said of a stream when packets were sent.
#[derive(Clone, Copy, Debug)]
pub struct Agreed<'a> {
    /// From when the sender knew.
    pub since: Instant,
    /// From when the sender may have kept to it already: from the offer on, if that was the other
    /// side's.
    pub open: Instant,
    /// What the sender said of the stream.
    pub sender: &'a MediaDescription,
    /// What the receiver said of it.
    pub receiver: &'a MediaDescription,
}

/// Every lane of a timeline.
pub(super) fn lanes<'a>(
    timeline: &'a Timeline,
    said: &[Said<'a>],
    talks: &[Talk<'a>],
) -> Vec<Lane<'a>> {
    let mut to: BTreeMap<SocketAddr, Vec<&'a Flow>> = BTreeMap::new();
    for flow in timeline.flows() {
        to.entry(flow.target).or_default().push(flow);
    }
    let mut lanes = Vec::new();
    for (place, talk) in talks.iter().enumerate() {
        let span = span(talk, said);
        let count = talk.offers.iter().map(|it| it.offer.media.len()).max().unwrap_or_default();
        for medium in 0..count {
            for from_caller in [true, false] {
                let hosts = addresses(talk, medium, from_caller);
                let hosts: BTreeSet<IpAddr> = hosts.iter().map(SocketAddr::ip).collect();
                let targets = addresses(talk, medium, !from_caller);
                let flows = targets.iter().filter_map(|target| to.get(target)).flatten();
                let own = flows.filter(|flow| hosts.contains(&flow.source.ip()));
                lanes.extend(own.filter_map(|flow| {
                    let as_sent = !flow.sent.is_empty();
                    let packets = within(flow.nearest_to_sender(), span);
                    let sources = sources(packets);
                    let (talk, flow) = (place, *flow);
                    let lane = Lane { talk, medium, from_caller, flow, packets, sources, as_sent };
                    (!packets.is_empty()).then_some(lane)
                }));
            }
        }
    }
    lanes
}

impl<'a> Lane<'a> {
    /// What was agreed on for this stream, exchange by exchange, as the sender knew it.
    pub fn agreed(&self, all: &[Said<'a>], talk: &Talk<'a>) -> Vec<Agreed<'a>> {
        let known = talk.offers.iter().filter_map(|it| {
            let (answer, place) = it.answer?;
            let said = &all[place];
            let is_own_offer = it.by_caller == self.from_caller;
            let since = if is_own_offer { said.arrived? } else { said.at };
            let (sender, receiver) =
                if is_own_offer { (it.offer, answer) } else { (answer, it.offer) };
            let asked = &all[it.offered];
            let open = if is_own_offer { since } else { asked.arrived.unwrap_or(asked.at) };
            Some(Agreed {
                since,
                open,
                sender: sender.media.get(self.medium)?,
                receiver: receiver.media.get(self.medium)?,
            })
        });
        known.collect()
    }

    /// The packets from one moment until before another.
    pub fn between(&self, from: Instant, until: Option<Instant>) -> &'a [RtpSeen] {
        within(self.packets, (from, until))
    }
}

fn sources(packets: &[RtpSeen]) -> Vec<(u32, Vec<&RtpSeen>)> {
    let mut sources: Vec<(u32, Vec<&RtpSeen>)> = Vec::new();
    for packet in packets {
        let known = sources.iter().rposition(|(ssrc, _)| *ssrc == packet.ssrc);
        if let Some((_, own)) = known.and_then(|place| sources.get_mut(place)) {
            own.push(packet);
        } else if sources.len() < SOURCES_MAX {
            sources.push((packet.ssrc, vec![packet]));
        }
    }
    sources
}

/// From the first INVITE until a little after the end.
fn span(talk: &Talk<'_>, said: &[Said<'_>]) -> (Instant, Option<Instant>) {
    let first = talk.said.first().map(|place| said[*place].at).unwrap_or_default();
    let refused = talk.said.iter().map(|place| &said[*place]).find(|it| {
        talk.confirmed.is_none() && it.method == Method::Invite && it.is_answer(300, 699)
    });
    let end = talk.ended.map(|place| said[place].at).or(refused.map(|it| it.at));
    (first, end.map(|end| end + AFTERWARDS))
}

fn within(packets: &[RtpSeen], (from, until): (Instant, Option<Instant>)) -> &[RtpSeen] {
    let start = packets.partition_point(|packet| packet.at < from);
    let end = until.map_or(packets.len(), |end| packets.partition_point(|it| it.at < end));
    packets.get(start..end.max(start)).unwrap_or_default()
}

/// Where one side took media of a stream, whenever.
fn addresses(talk: &Talk<'_>, medium: usize, of_caller: bool) -> BTreeSet<SocketAddr> {
    let own = talk.offers.iter().filter_map(|it| {
        let own = if it.by_caller == of_caller { Some(it.offer) } else { it.answer.map(|it| it.0) };
        own?.media.get(medium)?.rtp_address()
    });
    own.collect()
}

/// Packets that were on their way when the dialog ended.
const AFTERWARDS: Duration = Duration::from_secs(1);
/// A stream has one source, and a few more after transfers; rubbish has any number.
const SOURCES_MAX: usize = 64;
