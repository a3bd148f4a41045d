//! The numbers by which sources of RTP are told apart: drawn anew for each call, and one source's
//! alone (RFC 3550 sections 5.1 and 8.2).

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use super::rtcp::clear;
use super::{Case, Lane, Rule, rule};
use crate::audio::Voice;
use crate::check::Verdict;
use crate::evidence::{Flow, Host, Kind, RtpSeen};
use crate::rtp::RtcpPacket;
use crate::time::Instant;

pub const RULES: &[Rule] = &[
    rule("RFC3550-5.1-2", streams_begin_at_random),
    rule("RFC3550-5.1-6", no_two_send_under_one_number),
    rule("RFC3550-8.2-1", whoever_collides_changes),
    rule("RFC3550-8.2-2", what_collides_is_kept_out),
];

/// Where a stream began, in which call, and when it was over.
struct Start<'a> {
    call_id: &'a str,
    first: &'a RtpSeen,
    last: Instant,
}

/// Two streams of one sender do not begin alike (RFC 3550 section 5.1). The same packets at the same
/// time are one stream that goes two ways, and what is passed on began elsewhere.
fn streams_begin_at_random(case: &Case<'_>) -> Vec<Verdict> {
    let mut known: BTreeMap<(Host, u16, u32), Start<'_>> = BTreeMap::new();
    let mut verdicts = Vec::new();
    let mut lanes: Vec<_> = case.lanes.iter().collect();
    lanes.sort_by_key(|lane| lane.packets.first().map(|first| first.at));
    for lane in lanes {
        let host = case.host(lane.flow.source);
        let call_id = case.talks[lane.talk].call_id;
        for (ssrc, packets) in &lane.sources {
            let (Some(first), Some(last)) = (packets.first(), packets.last()) else { continue };
            if case.ports.is_relayed(*ssrc, host) || !may_be_source(case, lane, first.at) {
                continue;
            }
            let key = (host, first.sequence, first.timestamp);
            let start = Start { call_id, first, last: last.at };
            let again = known
                .get(&key)
                .filter(|before| before.call_id != call_id && before.last < first.at);
            verdicts.push(again.map_or(Verdict::Pass, |before| {
                let who = case.timeline.cast().label(lane.flow.source);
                let seen = format!(
                    "{who} began a stream with number {} and time {}, as the one of {:.3} s",
                    first.sequence,
                    first.timestamp,
                    before.first.at.elapsed().as_secs_f64()
                );
                Verdict::fail("RFC3550-5.1-2", first.at, seen).blaming(&who)
            }));
            known.entry(key).or_insert(start);
        }
    }
    verdicts
}

/// Whether what somebody sends may be their own: a platform passes on what telephones say, whose
/// packets may be out of sight.
fn may_be_source(case: &Case<'_>, lane: &Lane<'_>, at: Instant) -> bool {
    let host = case.host(lane.flow.source);
    let to_it = |flow: &&Flow| case.host(flow.target) == host && case.host(flow.source) != host;
    let began = |flow: &Flow| flow.nearest_to_sender().first().is_some_and(|it| it.at <= at);
    !case.timeline.cast().is(lane.flow.source, Kind::Platform)
        || case.timeline.flows().iter().filter(to_it).any(began)
}

/// The packets of a source, by number and time.
fn marks(packets: &[&RtpSeen]) -> BTreeSet<(u16, u32)> {
    packets.iter().map(|it| (it.sequence, it.timestamp)).collect()
}

/// What comes to one port under one number while a lane's packets do, from another address, and is
/// not the same again.
struct Intruder<'b, 'a> {
    lane: &'b Lane<'a>,
    flow: &'a Flow,
    ssrc: u32,
    packets: Vec<&'a RtpSeen>,
}

fn intruders<'b, 'a>(case: &'b Case<'a>) -> Vec<Intruder<'b, 'a>> {
    let mut to: BTreeMap<SocketAddr, Vec<&'a Flow>> = BTreeMap::new();
    for flow in case.timeline.flows() {
        to.entry(flow.target).or_default().push(flow);
    }
    let mut found = Vec::new();
    for lane in &case.lanes {
        let others = to.get(&lane.flow.target).into_iter().flatten();
        for flow in others.copied().filter(|it| it.source != lane.flow.source) {
            for (ssrc, packets) in &lane.sources {
                let (Some(first), Some(last)) = (packets.first(), packets.last()) else {
                    continue;
                };
                let own = flow.nearest_to_sender().iter();
                let own = own.filter(|it| it.ssrc == *ssrc && it.at > first.at && it.at < last.at);
                let own: Vec<_> = own.collect();
                let (from, until) = (own.first().map(|it| it.at), own.last().map(|it| it.at));
                let between = |it: &&&RtpSeen| Some(it.at) > from && Some(it.at) < until;
                let meanwhile = packets.iter().filter(between).count();
                // One way may have lost what another brought.
                let known = marks(packets);
                let strange = marks(&own).difference(&known).count();
                if meanwhile > ENOUGH && strange > ENOUGH && 2 * strange > own.len() {
                    found.push(Intruder { lane, flow, ssrc: *ssrc, packets: own });
                }
            }
        }
    }
    found
}

/// Two who send to one port have two numbers (RFC 3550 section 5.1).
fn no_two_send_under_one_number(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts: Vec<_> = case.lanes.iter().map(|_| Verdict::Pass).collect();
    for Intruder { lane, flow, ssrc, packets } in intruders(case) {
        let cast = case.timeline.cast();
        let (who, other) = (cast.label(flow.source), lane.flow.source);
        let seen = format!(
            "{who} sent RTP from {} under {ssrc}, the number of what came from {other}",
            flow.source
        );
        let at = packets.first().map(|it| it.at).unwrap_or_default();
        verdicts.push(Verdict::fail("RFC3550-5.1-6", at, seen));
    }
    verdicts
}

/// Whoever learns that another has its number says goodbye and takes a new one (RFC 3550 section
/// 8.2). An echo of its own packets is no other source, and what it passes on is not its own.
fn whoever_collides_changes(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for lane in &case.lanes {
        let host = case.host(lane.flow.source);
        for (ssrc, packets) in &lane.sources {
            let Some(told) = collision(case, lane, *ssrc, packets) else { continue };
            if is_from_third(case, lane, *ssrc) || !may_be_source(case, lane, told) {
                continue;
            }
            let who = case.timeline.cast().label(lane.flow.source);
            let goes_on = packets.iter().rfind(|it| it.at > told + CHANGED);
            let is_over =
                case.talks[lane.talk].ended.is_some_and(|it| case.at(it).at < told + CHANGED);
            let says_goodbye = clear(case).any(|(report, compound)| {
                let all = compound.iter().flat_map(|it| &it.0);
                let mut gone = all.filter_map(|it| match it {
                    RtcpPacket::Goodbye { ssrcs, .. } => Some(ssrcs),
                    _ => None,
                });
                case.host(report.source) == host
                    && report.at >= told
                    && gone.any(|it| it.contains(ssrc))
            });
            let reports = clear(case).any(|(it, _)| case.host(it.source) == host);
            let (at, what) = match goes_on {
                Some(packet) => (packet.at, "went on sending under it"),
                None if reports && !says_goodbye && !is_over => (told + CHANGED, "said no goodbye"),
                None => {
                    verdicts.push(Verdict::Pass);
                    continue;
                }
            };
            let seen = format!("{who} learned that its number {ssrc} is another's, and {what}");
            verdicts.push(Verdict::fail("RFC3550-8.2-1", at, seen).blaming(&who));
        }
    }
    verdicts
}

/// When a sender knew that the other side of its stream has its number too.
fn collision(case: &Case<'_>, lane: &Lane<'_>, ssrc: u32, packets: &[&RtpSeen]) -> Option<Instant> {
    let (first, last) = (packets.first()?.at, packets.last()?.at);
    let own = marks(packets);
    let back = case.lanes.iter().filter(|other| {
        (other.talk, other.medium) == (lane.talk, lane.medium)
            && other.from_caller != lane.from_caller
            && case.host(other.flow.source) != case.host(lane.flow.source)
    });
    let theirs = back
        .flat_map(|other| other.flow.nearest_to_receiver())
        .filter(|it| it.ssrc == ssrc && it.at > first && it.at < last);
    let strange = theirs.filter(|it| !own.contains(&(it.sequence, it.timestamp)));
    strange.map(|it| it.at).nth(ENOUGH)
}

/// Whether somebody else than the other side of a stream sends its number to whoever sends it there.
fn is_from_third(case: &Case<'_>, lane: &Lane<'_>, ssrc: u32) -> bool {
    let (host, peer) = (case.host(lane.flow.source), case.host(lane.flow.target));
    let mut others = case.timeline.flows().iter().filter(|flow| {
        let from = case.host(flow.source);
        case.host(flow.target) == host && from != host && from != peer
    });
    others.any(|flow| flow.nearest_to_receiver().iter().any(|it| it.ssrc == ssrc))
}

/// The voices in some packets, each with how often it was heard.
fn voices<'a>(packets: impl Iterator<Item = &'a RtpSeen>) -> BTreeMap<Voice, usize> {
    let mut heard = BTreeMap::new();
    for mark in packets.filter_map(|it| it.sound.voice()) {
        *heard.entry(mark.voice()).or_default() += 1;
    }
    heard
}

/// What comes under the number of a stream from elsewhere does not get into the recording (RFC 3550
/// section 8.2): nobody is heard there who is heard on no stream of the call.
fn what_collides_is_kept_out(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    let recorded = || case.recordings.iter().flat_map(|it| &it.streams).flat_map(|it| &it.flows);
    for Intruder { lane, flow, packets, .. } in intruders(case) {
        let is_agreed = case.lanes.iter().any(|lane| std::ptr::eq(lane.flow, flow));
        let host = case.host(lane.flow.target);
        let to_it = case.lanes.iter().filter(|lane| case.host(lane.flow.target) == host);
        let known = voices(to_it.flat_map(|lane| lane.packets));
        let strange = voices(packets.iter().copied());
        let strange: BTreeSet<_> = strange.keys().filter(|it| !known.contains_key(it)).collect();
        if is_agreed || strange.is_empty() {
            continue;
        }
        let own = recorded().filter(|it| case.host(it.source) == host);
        let heard = own
            .flat_map(|it| it.nearest_to_receiver())
            .filter(|it| it.sound.voice().is_some_and(|mark| strange.contains(&mark.voice())));
        let mut heard = heard.map(|it| it.at);
        verdicts.push(heard.nth(ENOUGH).map_or(Verdict::Pass, |at| {
            let from = flow.source;
            let seen = format!("what came from {from} under another's number is in the recording");
            Verdict::fail("RFC3550-8.2-2", at, seen)
        }));
    }
    verdicts
}

/// Less is what was on its way when somebody moved.
const ENOUGH: usize = 25;
/// By then whoever learned of a collision has done something about it.
const CHANGED: Duration = Duration::from_secs(5);
