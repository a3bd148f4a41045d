//! RTP itself: its header, its numbers and its times (RFC 3550, RFC 3551).

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Case, Lane, Rule, rule};
use crate::check::Verdict;
use crate::evidence::{Content, Flow, Kind, RtpSeen};
use crate::packet::Transport;
use crate::sdp::{Codec, Format};

pub const RULES: &[Rule] = &[
    rule("RFC3550-5.1-1", what_goes_to_a_media_port_is_rtp),
    rule("RFC3550-5.1-3", packets_are_numbered),
    rule("RFC3550-5.1-4", time_goes_on),
    rule("RFC3551-4.1-1", marks_begin_what_is_said),
    rule("RFC3551-4.2-1", packets_are_as_long_as_was_agreed),
    rule("RFC3551-4.5.14-1", |case| {
        each_format(case, "RFC3551-4.5.14-1", |it| matches!(it.payload_type(), Some(0 | 8)))
    }),
    rule("RFC3551-4.5.2-1", |case| each_format(case, "RFC3551-4.5.2-1", is_g722)),
    rule("RFC3551-6-1", |case| each_format(case, "RFC3551-6-1", has_fixed_number)),
];

/// A finding against whoever sent a packet.
pub(super) fn broken(
    case: &Case<'_>,
    row: &'static str,
    flow: &Flow,
    at: &RtpSeen,
    what: &str,
) -> Verdict {
    let cast = case.timeline.cast();
    let (who, whom) = (cast.label(flow.source), cast.label(flow.target));
    let seen = format!("{who} sent {whom} RTP (number {}) {what}", at.sequence);
    Verdict::fail(row, at.at, seen).blaming(&who)
}

/// What goes to an address that was given for media is a whole packet of version 2 (RFC 3550
/// section 5.1), or one of the other protocols that share its port (RFC 7983).
fn what_goes_to_a_media_port_is_rtp(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts: Vec<_> = case.lanes.iter().map(|_| Verdict::Pass).collect();
    for sighting in case.timeline.signalling() {
        let Content::Rubbish(bytes, why) = &sighting.content else { continue };
        let is_other = bytes.first().is_some_and(|first| matches!(first, 0..=3 | 16..=79));
        let is_media =
            sighting.transport == Transport::Udp && case.ports.rtp.contains(&sighting.target);
        if is_media && !is_other {
            let who = case.sender(sighting);
            let seen =
                format!("{who} sent {} bytes to a port for media: cannot {why}", bytes.len());
            verdicts.push(Verdict::fail("RFC3550-5.1-1", sighting.at, seen));
        }
    }
    verdicts
}

/// Each packet has the number after the last (RFC 3550 section 5.1). Seen as they leave: what is
/// lost or overtaken is nobody's fault. Whoever passes a stream on as it is also passes on what it
/// did not get (section 7.1).
fn packets_are_numbered(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for lane in watched(case) {
        let host = case.host(lane.flow.source);
        for (ssrc, packets) in &lane.sources {
            let gap = packets.windows(2).find(|pair| {
                let [before, next] = pair else { return false };
                next.sequence != before.sequence.wrapping_add(1)
            });
            let gap = gap.filter(|_| !case.ports.is_relayed(*ssrc, host));
            verdicts.push(match gap {
                Some([before, next]) => {
                    let what = format!("after number {}", before.sequence);
                    broken(case, "RFC3550-5.1-3", lane.flow, next, &what)
                }
                _ => Verdict::Pass,
            });
        }
    }
    verdicts
}

/// The lanes whose packets were seen as they left.
pub(super) fn watched<'b, 'a>(case: &'b Case<'a>) -> impl Iterator<Item = &'b Lane<'a>> {
    case.lanes.iter().filter(|lane| lane.as_sent && case.is_watched(case.host(lane.flow.source)))
}

/// The timestamp goes on as time does, by the clock of the format (RFC 3550 section 5.1), also over
/// silence. An event keeps the time at which it began (RFC 4733 section 2.2.1).
fn time_goes_on(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for lane in &case.lanes {
        let clocks = clocks(case, lane);
        for (ssrc, packets) in &lane.sources {
            let speech = packets.iter().filter(|it| clocks.contains_key(&it.payload_type));
            let speech: Vec<_> = speech.copied().collect();
            // Whoever passes a stream on may have kept some of it back until now.
            let relayed = case.ports.is_relayed(*ssrc, case.host(lane.flow.source));
            let aside = if relayed { f64::MAX } else { ASIDE };
            verdicts.push(
                odd_time(&speech, &clocks, aside).map_or(Verdict::Pass, |(packet, what)| {
                    broken(case, "RFC3550-5.1-4", lane.flow, packet, &what)
                }),
            );
        }
    }
    verdicts
}

/// The clock of each payload type of a lane that carries speech.
pub(super) fn clocks(case: &Case<'_>, lane: &Lane<'_>) -> BTreeMap<u8, u32> {
    let agreed = lane.agreed(&case.said, &case.talks[lane.talk]);
    let formats = agreed.iter().flat_map(|it| &it.receiver.formats);
    let known = formats.filter_map(|format| Some((format.payload_type()?, format.codec.clone()?)));
    known.filter(|(_, codec)| !codec.is_auxiliary()).map(|(it, codec)| (it, codec.clock)).collect()
}

fn odd_time<'a>(
    packets: &[&'a RtpSeen],
    clocks: &BTreeMap<u8, u32>,
    aside: f64,
) -> Option<(&'a RtpSeen, String)> {
    let mut start = *packets.first()?;
    let mut last = start;
    for packet in packets.iter().copied().skip(1) {
        if packet.payload_type != start.payload_type {
            (start, last) = (packet, packet);
            continue;
        }
        let is_next = packet.sequence.wrapping_sub(last.sequence) < 1 << 15;
        let is_back = packet.timestamp.wrapping_sub(last.timestamp) >= 1 << 31;
        if is_next && is_back {
            return Some((packet, format!("with a time before that of number {}", last.sequence)));
        }
        let clock = clocks.get(&packet.payload_type).copied().filter(|clock| *clock > 0)?;
        let said = f64::from(packet.timestamp.wrapping_sub(start.timestamp)) / f64::from(clock);
        let went = packet.at.since(start.at).as_secs_f64();
        if is_next && (said - went).abs() > aside + went * DRIFT {
            let what =
                format!("{said:.3} s after its first by its own time, and {went:.3} s by ours");
            return Some((packet, what));
        }
        if is_next {
            last = packet;
        }
    }
    None
}

/// The first packet after a silence has the mark, and no other (RFC 3551 section 4.1). That is said of
/// telephones: who passes several streams on as one may mark where they meet.
fn marks_begin_what_is_said(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for lane in case.lanes.iter().filter(|it| case.timeline.cast().is(it.flow.source, Kind::Phone))
    {
        let clocks = clocks(case, lane);
        let all = in_order(lane);
        // Of each two packets that follow each other, by how much their times do.
        let pairs = all.windows(2).filter_map(|pair| {
            let [before, next] = pair else { return None };
            let follows = next.ssrc == before.ssrc
                && next.payload_type == before.payload_type
                && next.sequence == before.sequence.wrapping_add(1)
                && clocks.contains_key(&next.payload_type)
                && !case.ports.is_relayed(next.ssrc, case.host(lane.flow.source));
            follows.then(|| (*next, next.timestamp.wrapping_sub(before.timestamp)))
        });
        let pairs: Vec<_> = pairs.collect();
        let mut steps: Vec<u32> = pairs.iter().map(|it| it.1).collect();
        steps.sort_unstable();
        let Some(usual) = steps.get(steps.len() / 2).filter(|_| steps.len() >= FEW) else {
            continue;
        };
        let odd = |marker: bool, is_due: &dyn Fn(u32) -> bool, most: usize| {
            let mut odd = pairs.iter().filter(|(it, step)| it.marker == marker && is_due(*step));
            odd.nth(most).map(|(packet, _)| *packet)
        };
        let marked = odd(true, &|step| step == *usual, MARKS);
        let unmarked = odd(false, &|step| step > 10 * usual && step < 1 << 31, SILENCES);
        let wrong = marked.map(|it| (it, "with a mark, in the middle of what is said"));
        let wrong = wrong.or(unmarked.map(|it| (it, "without a mark, after a silence")));
        verdicts.push(wrong.map_or(Verdict::Pass, |(packet, what)| {
            broken(case, "RFC3551-4.1-1", lane.flow, packet, what)
        }));
    }
    verdicts
}

/// A packet holds what the receiver asked for, or else 20 ms (RFC 3551 section 4.2).
fn packets_are_as_long_as_was_agreed(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for lane in &case.lanes {
        let agreed = lane.agreed(&case.said, &case.talks[lane.talk]);
        let Some(last) = agreed.last() else { continue };
        let asked: Vec<_> = agreed.iter().filter_map(|it| it.receiver.ptime).collect();
        let clocks = clocks(case, lane);
        for (_, packets) in &lane.sources {
            let Some(clock) = packets.first().and_then(|it| clocks.get(&it.payload_type)) else {
                continue;
            };
            let mut steps: Vec<u32> = packets
                .windows(2)
                .filter(|pair| pair[1].sequence == pair[0].sequence.wrapping_add(1))
                .map(|pair| pair[1].timestamp.wrapping_sub(pair[0].timestamp))
                .collect();
            if steps.len() < FEW || *clock == 0 {
                continue;
            }
            steps.sort_unstable();
            let usual = steps[steps.len() / 2];
            let length = Duration::from_secs_f64(f64::from(usual) / f64::from(*clock));
            let is_near = |wanted: Duration| wanted.abs_diff(length) < Duration::from_millis(1);
            let suits = match &asked[..] {
                [] => is_near(DEFAULT),
                asked => asked.iter().any(|asked| is_near(*asked)),
            };
            // A limit is kept too, and what is a multiple of the frame of a codec is its business.
            let limited = last.receiver.max_ptime.is_some_and(|most| length <= most);
            verdicts.push(if suits || limited {
                Verdict::Pass
            } else {
                let what = format!("and others with {} ms in each", length.as_millis());
                broken(case, "RFC3551-4.2-1", lane.flow, packets[0], &what)
            });
        }
    }
    verdicts
}

/// What is meant by a number or a name is the codec of the tables, with its clock and its channels,
/// whatever is said (RFC 3551 section 6). Payload types 0 and 8 are PCMU and PCMA at 8 kHz (section
/// 4.5.14).
fn each_format(case: &Case<'_>, row: &'static str, concerns: fn(&Format) -> bool) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for said in &case.said {
        let Some((_, description)) = said.sighting.description() else { continue };
        let formats = description.media.iter().flat_map(|medium| &medium.formats);
        for format in formats.filter(|it| concerns(it)) {
            let of_number = format.payload_type().and_then(Codec::of_static);
            let usual = if is_g722(format) { Some(Codec::G722) } else { of_number };
            let suits = format.codec.is_none() || format.codec == usual;
            verdicts.push(case.require(suits, row, said, || {
                let codec = format.codec.as_ref().map(ToString::to_string).unwrap_or_default();
                format!("with payload type {} as {codec}", format.name)
            }));
        }
    }
    verdicts
}

/// G.722 counts at 8 kHz, although it is sampled at 16 (RFC 3551 section 4.5.2).
fn is_g722(format: &Format) -> bool {
    format.codec.as_ref().is_some_and(|it| it.name.eq_ignore_ascii_case("G722"))
}

/// A codec under the number that the table has for it (RFC 3551 section 6); of those that have rows
/// of their own, and of numbers that are taken for another codec, it is not said.
fn has_fixed_number(format: &Format) -> bool {
    let number = format.payload_type().filter(|number| !matches!(number, 0 | 8 | 9));
    let own = number.and_then(Codec::of_static).zip(format.codec.as_ref());
    own.is_some_and(|(own, said)| own.name.eq_ignore_ascii_case(&said.name))
}

/// The packets of a lane as they were numbered, source by source, each once: the network may have
/// changed their order, or doubled some, before they came to whoever sends them on.
pub(super) fn in_order<'a>(lane: &Lane<'a>) -> Vec<&'a RtpSeen> {
    let mut all = Vec::new();
    for (_, packets) in &lane.sources {
        let mut highest = i64::from(packets.first().map_or(0, |first| first.sequence));
        let mut own: BTreeMap<i64, &RtpSeen> = BTreeMap::new();
        for packet in packets {
            let low = u16::try_from(highest & 0xFFFF).unwrap_or_default();
            let number = highest + i64::from(packet.sequence.wrapping_sub(low).cast_signed());
            highest = highest.max(number);
            own.entry(number).or_insert(packet);
        }
        all.extend(own.into_values());
    }
    all
}

/// What a sender may be late by, or have kept until now, in seconds.
const ASIDE: f64 = 3.0;
/// What two clocks may differ by.
const DRIFT: f64 = 0.01;
/// RFC 3551 section 4.2.
const DEFAULT: Duration = Duration::from_millis(20);
/// A telephone may mark what begins for another reason than that it was silent,
const MARKS: usize = 10;
/// and forget it once or twice.
const SILENCES: usize = 2;
/// Fewer packets show no habit.
const FEW: usize = 20;
