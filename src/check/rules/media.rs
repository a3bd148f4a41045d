//! Whether media flows as was agreed (RFC 3264 sections 5 to 8, RFC 8866 section 6.7).

use std::time::Duration;

use super::{Agreed, Case, Lane, Rule, rule};
use crate::check::Verdict;
use crate::evidence::RtpSeen;
use crate::sdp::{Codec, Direction, MediaDescription};
use crate::time::Instant;

pub const RULES: &[Rule] = &[
    rule("RFC3264-5.1-1", nobody_sends_who_said_otherwise),
    rule("RFC3264-5.1-2", |case| formats(case, "RFC3264-5.1-2", |it| it == Direction::SendOnly)),
    rule("RFC3264-7-1", |case| formats(case, "RFC3264-7-1", |it| it != Direction::SendOnly)),
    rule("RFC3264-6-3", nothing_goes_where_it_was_refused),
    rule("RFC8866-6.7-1", reports_go_on),
    rule("INT-MAP-1", each_stream_to_its_own_port),
];

/// Each agreement on a lane, with the packets that were sent while it held: from a little after its
/// beginning, so that what was under way is over, until the next was.
fn periods<'a>(case: &Case<'a>, lane: &Lane<'a>) -> Vec<(Agreed<'a>, &'a [RtpSeen])> {
    let talk = &case.talks[lane.talk];
    let agreed = lane.agreed(&case.said, talk);
    let until = |place: usize| {
        let next = agreed.get(place + 1).map(|next| next.open);
        next.or(talk.ended.map(|ended| case.at(ended).at))
    };
    let period = |(place, it): (usize, &Agreed<'a>)| {
        let until = until(place);
        (*it, lane.between(it.since + SETTLED, until))
    };
    agreed.iter().enumerate().map(period).collect()
}

fn lane_broken(
    case: &Case<'_>,
    row: &'static str,
    lane: &Lane<'_>,
    packet: &RtpSeen,
    what: &str,
) -> Verdict {
    let cast = case.timeline.cast();
    let (who, whom) = (cast.label(lane.flow.source), cast.label(lane.flow.target));
    let seen = format!("{who} sent {whom} RTP (number {}) {what}", packet.sequence);
    Verdict::fail(row, packet.at, seen).blaming(&who)
}

/// Who says that they only receive, or neither, sends nothing (RFC 3264 section 5.1).
fn nobody_sends_who_said_otherwise(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for lane in &case.lanes {
        for (agreed, packets) in periods(case, lane) {
            let said = agreed.sender.direction;
            if said.sends() || agreed.sender.is_disabled() {
                verdicts.push(Verdict::Pass);
                continue;
            }
            // Keys that somebody presses while they wait are told all the same.
            let heard = packets.iter().find(|it| !is_event(agreed.receiver, it.payload_type));
            verdicts.push(heard.map_or(Verdict::Pass, |packet| {
                let what = format!("on a stream that it had called {said}");
                lane_broken(case, "RFC3264-5.1-1", lane, packet, &what)
            }));
        }
    }
    verdicts
}

/// Media is in a format that the other side has named (RFC 3264 sections 5.1, 6.1 and 7).
fn formats(case: &Case<'_>, row: &'static str, concerns: fn(Direction) -> bool) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for lane in &case.lanes {
        let periods = periods(case, lane).into_iter();
        for (agreed, packets) in periods.filter(|(it, _)| concerns(it.sender.direction)) {
            let known = |packet: &&RtpSeen| !names(agreed.receiver, packet.payload_type);
            let strange = packets.iter().find(known);
            verdicts.push(strange.map_or(Verdict::Pass, |packet| {
                let what =
                    format!("of payload type {}, which nobody had named", packet.payload_type);
                lane_broken(case, row, lane, packet, &what)
            }));
        }
    }
    verdicts
}

fn is_event(medium: &MediaDescription, payload_type: u8) -> bool {
    let own = medium.formats.iter().find(|format| format.payload_type() == Some(payload_type));
    own.and_then(|it| it.codec.as_ref()).is_some_and(Codec::is_telephone_event)
}

fn names(medium: &MediaDescription, payload_type: u8) -> bool {
    medium.formats.iter().any(|format| format.payload_type() == Some(payload_type))
}

/// Nothing is sent on a stream that was refused (RFC 3264 section 6).
fn nothing_goes_where_it_was_refused(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for lane in &case.lanes {
        for (agreed, packets) in periods(case, lane) {
            if !agreed.sender.is_disabled() && !agreed.receiver.is_disabled() {
                verdicts.push(Verdict::Pass);
                continue;
            }
            verdicts.push(packets.first().map_or(Verdict::Pass, |packet| {
                lane_broken(case, "RFC3264-6-3", lane, packet, "on a stream that was refused")
            }));
        }
    }
    verdicts
}

/// Whoever has reported goes on doing so while no media flows (RFC 8866 section 6.7).
fn reports_go_on(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for lane in &case.lanes {
        let talk = &case.talks[lane.talk];
        let agreed = lane.agreed(&case.said, talk);
        let end = talk.ended.map_or(case.end, |ended| case.at(ended).at);
        for (place, it) in agreed.iter().enumerate() {
            let until = agreed.get(place + 1).map_or(end, |next| next.since);
            let is_idle = !it.sender.direction.sends() && it.sender.attribute("inactive").is_some();
            let to = it.receiver.rtcp_address().filter(|_| is_idle);
            if until.since(it.since) < LONG || to.is_none() {
                continue;
            }
            let to = [to, it.receiver.rtp_address()];
            let from = case.host(lane.flow.source);
            let own = case.timeline.reports().iter().filter(|report| {
                case.host(report.source) == from && to.contains(&Some(report.target))
            });
            let times: Vec<Instant> = own.map(|report| report.at).collect();
            if !times.iter().any(|at| *at < it.since) {
                continue;
            }
            let goes_on = times.iter().any(|at| *at > it.since + SETTLED && *at <= until);
            let who = case.timeline.cast().label(lane.flow.source);
            verdicts.push(Verdict::require(goes_on, "RFC8866-6.7-1", it.since, || {
                let seconds = until.since(it.since).as_secs();
                format!("{who} sent no RTCP for {seconds} s on a stream that is not gone but idle")
            }));
        }
    }
    verdicts
}

/// What is sent to the port of one stream is in a format of that stream, not of another one's.
fn each_stream_to_its_own_port(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for lane in case.lanes.iter().filter(|lane| case.talks[lane.talk].recording) {
        let talk = &case.talks[lane.talk];
        let last =
            talk.offers.iter().rev().find_map(|it| it.answer.map(|(answer, _)| (it, answer)));
        let Some((offered, answer)) = last else { continue };
        let receiver = if offered.by_caller == lane.from_caller { answer } else { offered.offer };
        let strange = lane.packets.iter().find(|packet| {
            let of = |place: usize| {
                receiver.media.get(place).is_some_and(|it| names(it, packet.payload_type))
            };
            !of(lane.medium) && (0..receiver.media.len()).any(of)
        });
        verdicts.push(strange.map_or(Verdict::Pass, |packet| {
            let what =
                format!("of payload type {}, which belongs to another stream", packet.payload_type);
            lane_broken(case, "INT-MAP-1", lane, packet, &what)
        }));
    }
    verdicts
}

/// Until what was under way has arrived, and whoever sends has heard.
const SETTLED: Duration = Duration::from_millis(500);
/// Twice the longest time between two reports at the usual interval (RFC 3550 section 6.2).
const LONG: Duration = Duration::from_secs(16);
