//! What becomes of RTP and RTCP on their way through a recording client (RFC 7866 section 8.2): told
//! from the sources of its streams, which a translator leaves as they are.

use std::collections::{BTreeMap, BTreeSet};

use super::session::{Session, by_section};
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::evidence::{Flow, Host, RecordingSession, ReportSeen, RtpSeen, Side};
use crate::rtp::{Compound, RtcpPacket};
use crate::time::Instant;

pub const RULES: &[Rule] = &[
    rule("RFC7866-8.2.1.1-1", |case| each(case, "RFC7866-8.2.1.1-1", Way::Forwarded, unmixed)),
    rule("RFC7866-8.2.1.1-2", |case| each(case, "RFC7866-8.2.1.1-2", Way::Forwarded, known_there)),
    rule("RFC7866-8.2.1.1-3", |case| each(case, "RFC7866-8.2.1.1-3", Way::Forwarded, reported)),
    rule("RFC7866-8.2.1.1-4", |case| each(case, "RFC7866-8.2.1.1-4", Way::Forwarded, answered)),
    rule("RFC7866-8.2.1.1-6", |case| each(case, "RFC7866-8.2.1.1-6", Way::Forwarded, noticed)),
    rule("RFC7866-8.2.1.2-2", |case| each(case, "RFC7866-8.2.1.2-2", Way::Transcoded, unmixed)),
    rule("RFC7866-8.2.1.2-3", |case| each(case, "RFC7866-8.2.1.2-3", Way::Transcoded, known_there)),
    rule("RFC7866-8.2.1.2-4", |case| each(case, "RFC7866-8.2.1.2-4", Way::Transcoded, reported)),
    rule("RFC7866-8.2.1.2-5", |case| each(case, "RFC7866-8.2.1.2-5", Way::Transcoded, answered)),
    rule("RFC7866-8.2.1.2-7", |case| each(case, "RFC7866-8.2.1.2-7", Way::Transcoded, noticed)),
    rule("RFC7866-8.2.2-4", |case| at_the_client(case, "RFC7866-8.2.2-4", Way::Mixed)),
    rule("RFC7866-8.2.2-5", |case| each(case, "RFC7866-8.2.2-5", Way::Mixed, noticed)),
    rule("RFC7866-8.2.3-2", |case| at_the_client(case, "RFC7866-8.2.3-2", Way::Own)),
    rule("RFC7866-8.2.3-3", |case| each(case, "RFC7866-8.2.3-3", Way::Own, noticed)),
];

/// How the media of a stream came to be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Way {
    /// The packets of a telephone, as they were.
    Forwarded,
    /// The packets of a telephone, in another codec.
    Transcoded,
    /// Packets of the client's own with several people in them.
    Mixed,
    /// Packets of the client's own.
    Own,
}

/// A source of media in a recording session.
pub(super) struct Stream<'a> {
    /// Its place among the streams.
    pub(super) place: usize,
    pub(super) ssrc: u32,
    /// Its packets as seen nearest to the recorder.
    packets: Vec<&'a RtpSeen>,
    /// The telephone that it comes from.
    phone: Option<Host>,
    way: Way,
}

/// RTCP, taken apart: when, whether the recorder is at this end, and what it says.
pub(super) struct Rtcp {
    at: Instant,
    pub(super) to_recorder: bool,
    pub(super) from_recorder: bool,
    /// Whether it was seen to reach the client; where that is out of sight, that it was sent to it.
    has_come: bool,
    /// Where it came from, and where it went.
    ends: [Host; 2],
    compound: Compound,
}

/// One recording session, its sources and all RTCP.
pub(super) struct View<'a> {
    pub(super) streams: Vec<Stream<'a>>,
    pub(super) rtcp: Vec<Rtcp>,
    /// How many reports must come to the client before it can be told that it keeps them.
    enough: usize,
    pub(super) end: Instant,
}

/// What a row makes of each source that came in one way; nothing, if it makes nothing of it.
fn each(
    case: &Case<'_>,
    row: &'static str,
    way: Way,
    judge: fn(&View<'_>, &Stream<'_>) -> Option<Result<(), String>>,
) -> Vec<Verdict> {
    case.each_session(|recording, session| {
        let view = View::of(case, recording, session);
        let own = view.streams.iter().filter(|it| it.way == way);
        let judged = own.filter_map(|stream| {
            let at = stream.packets.first().map_or(Instant::START, |it| it.at);
            Some(match judge(&view, stream)? {
                Ok(()) => Verdict::Pass,
                Err(seen) => {
                    let seen = format!("stream {}: {seen}{}", stream.place + 1, by_section(row));
                    Verdict::fail(row, at, seen)
                }
            })
        });
        judged.collect()
    })
}

impl<'a> View<'a> {
    pub(super) fn of(
        case: &Case<'a>,
        recording: &RecordingSession<'a>,
        session: &Session<'a>,
    ) -> Self {
        let targets: Vec<_> =
            recording.streams.iter().flat_map(|it| &it.flows).map(|it| it.target).collect();
        let mut streams = Vec::new();
        for (place, stream) in recording.streams.iter().enumerate() {
            let mut by_source: BTreeMap<u32, Vec<&'a RtpSeen>> = BTreeMap::new();
            for packet in stream.flows.iter().flat_map(|flow| flow.nearest_to_receiver()) {
                by_source.entry(packet.ssrc).or_default().push(packet);
            }
            for (ssrc, packets) in by_source {
                let of: Vec<_> = case
                    .timeline
                    .flows()
                    .iter()
                    .filter(|flow| {
                        !targets.contains(&flow.target)
                            && case.host(flow.source) != case.host(recording.dialog.caller)
                            && flow.nearest_to_sender().iter().any(|it| it.ssrc == ssrc)
                    })
                    .collect();
                let way = way_of(&packets, of.first().copied(), session, stream.label.as_deref());
                // Telephones that chose the same number cannot be told apart by it.
                let mut phones = of.iter().map(|flow| case.host(flow.source));
                let phone = phones.next();
                let phone = phone.filter(|phone| phones.all(|other| other == *phone));
                streams.push(Stream { place, ssrc, packets, phone, way });
            }
        }
        let client = case.host(recording.dialog.caller);
        let watched = case.is_watched(client);
        let recorder: Vec<_> = targets.iter().map(|it| case.host(*it)).collect();
        // Before and after this session, other calls may have had the same ports.
        let begins = recording.dialog.invited;
        let ends = recording.dialog.over().map(|over| over + ON_THE_WAY);
        let seen = case.timeline.reports().iter();
        let seen = seen.filter(|it| it.at >= begins && ends.is_none_or(|ends| it.at <= ends));
        // Where both parties are recorded, what they say has the same source in both recordings.
        let own: BTreeSet<_> = recording.dialog.media_addresses().collect();
        let of_others: BTreeSet<_> =
            case.recordings.iter().flat_map(|it| it.dialog.media_addresses()).collect();
        let is_own = |it: &&ReportSeen| {
            let ends = [it.source, it.target];
            let is_others = ends.iter().any(|end| of_others.contains(end));
            !is_others || ends.iter().any(|end| own.contains(end))
        };
        let rtcp = seen.filter(is_own).filter_map(|report| {
            let ends = [case.host(report.source), case.host(report.target)];
            let has_come = ends[1] == client && (report.side == Side::Received || !watched);
            Some(Rtcp {
                at: report.at,
                to_recorder: recorder.contains(&ends[1]),
                from_recorder: recorder.contains(&ends[0]),
                has_come,
                ends,
                compound: Compound::read(&report.bytes).ok()?,
            })
        });
        let rtcp = rtcp.collect();
        let end = streams.iter().filter_map(|it| it.packets.last()).map(|it| it.at).max();
        let enough = if watched { 1 } else { ENOUGH };
        Self { streams, rtcp, enough, end: end.unwrap_or_default() }
    }
}

fn way_of(
    packets: &[&RtpSeen],
    of: Option<&Flow>,
    session: &Session<'_>,
    label: Option<&str>,
) -> Way {
    if let Some(flow) = of {
        let formats: BTreeSet<u8> =
            flow.nearest_to_sender().iter().map(|it| it.payload_type).collect();
        let is_same = packets.iter().any(|it| formats.contains(&it.payload_type));
        return if is_same { Way::Forwarded } else { Way::Transcoded };
    }
    let speakers = session.told().last().and_then(|told| {
        let stream = told.state.labelled(label?).next()?;
        Some(told.state.senders(&stream.id).len())
    });
    if speakers.is_some_and(|count| count > 1) { Way::Mixed } else { Way::Own }
}

/// What two telephones send is not put into one stream: their packets do not alternate in it.
fn unmixed(view: &View<'_>, stream: &Stream<'_>) -> Option<Result<(), String>> {
    let (first, last) = (stream.packets.first()?.at, stream.packets.last()?.at);
    let other = view.streams.iter().find(|it| {
        let is_other = it.place == stream.place && it.ssrc != stream.ssrc && it.phone.is_some();
        is_other && it.packets.iter().filter(|it| it.at > first && it.at < last).count() > MIXED
    });
    Some(match other {
        Some(_) => Err("what two telephones sent was mixed into it".to_owned()),
        None => Ok(()),
    })
}

/// Each source is known at the recorder by some RTCP of its own, so that two of one number would
/// be noticed: who told of itself in the call is told of in the recording.
fn known_there(view: &View<'_>, stream: &Stream<'_>) -> Option<Result<(), String>> {
    let tells = |rtcp: &Rtcp| {
        let chunks = rtcp.compound.chunks().any(|chunk| chunk.ssrc == stream.ssrc);
        let reports = rtcp.compound.0.iter().filter_map(RtcpPacket::report);
        chunks || reports.into_iter().any(|(ssrc, _)| ssrc == stream.ssrc)
    };
    passed_on(view, stream, tells, "its telephone's RTCP was not passed on to the recorder")
}

/// The sender reports of a telephone go on to the recorder.
fn reported(view: &View<'_>, stream: &Stream<'_>) -> Option<Result<(), String>> {
    let tells = |rtcp: &Rtcp| {
        rtcp.compound
            .0
            .iter()
            .any(|it| matches!(it, RtcpPacket::SenderReport { ssrc, .. } if *ssrc == stream.ssrc))
    };
    passed_on(
        view,
        stream,
        tells,
        "its telephone's sender reports were not passed on to the recorder",
    )
}

fn passed_on(
    view: &View<'_>,
    stream: &Stream<'_>,
    tells: impl Fn(&Rtcp) -> bool,
    seen: &str,
) -> Option<Result<(), String>> {
    let phone = stream.phone?;
    let (first, last) = (stream.packets.first()?.at, stream.packets.last()?.at);
    let told = view.rtcp.iter().filter(|it| it.ends[0] == phone && it.has_come && tells(it));
    // What was told while it was still flowing.
    let told = told.filter(|it| it.at > first && it.at + SOON < last).count();
    let passed = view.rtcp.iter().any(|it| it.to_recorder && tells(it));
    if passed {
        return (told > 0).then_some(Ok(()));
    }
    (told >= view.enough).then(|| Err(seen.to_owned()))
}

/// The receiver reports of a recorder go on to the telephone that they speak of.
fn answered(view: &View<'_>, stream: &Stream<'_>) -> Option<Result<(), String>> {
    let phone = stream.phone?;
    let by = |rtcp: &Rtcp| -> Vec<u32> {
        let reports = rtcp.compound.0.iter().filter_map(RtcpPacket::report);
        let own = reports.filter(|(_, blocks)| blocks.iter().any(|it| it.ssrc == stream.ssrc));
        own.map(|(ssrc, _)| ssrc).collect()
    };
    let last = stream.packets.last()?.at;
    let said = view.rtcp.iter().filter(|it| it.from_recorder && it.has_come && it.at + SOON < last);
    let said: Vec<u32> = said.flat_map(by).collect();
    let mut heard = view.rtcp.iter().filter(|it| it.ends[1] == phone).flat_map(by);
    if heard.any(|ssrc| said.contains(&ssrc)) {
        return Some(Ok(()));
    }
    let seen = "what the recorder reported of it did not go on to its telephone";
    (said.len() >= view.enough).then(|| Err(seen.to_owned()))
}

/// A recorder notices what is lost: it says so in its reports, the only place where that shows.
fn noticed(view: &View<'_>, stream: &Stream<'_>) -> Option<Result<(), String>> {
    let own = view.rtcp.iter().filter(|it| it.from_recorder);
    counted(own, stream.ssrc, &stream.packets)
}

/// What was lost of a source before the last report on it, and what that says.
fn counted<'v>(
    rtcp: impl DoubleEndedIterator<Item = &'v Rtcp>,
    source: u32,
    packets: &[&RtpSeen],
) -> Option<Result<(), String>> {
    let lost_by = |rtcp: &Rtcp| {
        let reports = rtcp.compound.0.iter().filter_map(RtcpPacket::report);
        let mut blocks = reports.flat_map(|(_, blocks)| blocks);
        blocks.find(|it| it.ssrc == source).map(|it| it.lost)
    };
    let (at, told) = rtcp.rev().find_map(|it| Some((it.at, lost_by(it)?)))?;
    let before = || packets.iter().filter(|it| it.at < at);
    let first = before().next()?.sequence;
    let ahead = |it: &&&RtpSeen| it.sequence.wrapping_sub(first).cast_signed();
    let last = before().max_by_key(ahead)?.sequence;
    // What was counted on while nothing flowed, as in a pause, was kept back and not lost.
    let own: Vec<_> = before().collect();
    let silences = own.windows(2).filter_map(|pair| {
        let [one, next] = pair else { return None };
        let kept_back = next.sequence.wrapping_sub(one.sequence).wrapping_sub(1);
        (next.at.since(one.at) >= SILENCE).then_some(usize::from(kept_back))
    });
    let span = usize::from(last.wrapping_sub(first)) + 1;
    // What came twice counts for two (RFC 3550 section 6.4.1).
    let lost = span.saturating_sub(own.len() + silences.sum::<usize>());
    (lost > NOTICED).then(|| {
        let seen = format!("{lost} packets were lost, and {told} were reported to be");
        if told > 0 { Ok(()) } else { Err(seen) }
    })
}

/// A client whose streams are its own notices what is lost on the way to it.
fn at_the_client(case: &Case<'_>, row: &'static str, way: Way) -> Vec<Verdict> {
    case.each_session(|recording, session| {
        let view = View::of(case, recording, session);
        if !view.streams.iter().any(|it| it.way == way) {
            return Vec::new();
        }
        let client = case.host(recording.dialog.caller);
        let to_client = case.timeline.flows().iter().filter(|flow| {
            case.host(flow.target) == client
                && case.host(flow.source) != case.host(recording.dialog.callee)
        });
        let judged = to_client.filter_map(|flow| {
            let packets: Vec<_> = flow.nearest_to_receiver().iter().collect();
            let source = packets.first()?.ssrc;
            let own: Vec<_> = packets.into_iter().filter(|it| it.ssrc == source).collect();
            let ends = [client, case.host(flow.source)];
            let back = view.rtcp.iter().filter(|it| it.ends == ends);
            let at = own.first()?.at;
            Some(match counted(back, source, &own)? {
                Ok(()) => Verdict::Pass,
                Err(seen) => {
                    let who = case.timeline.cast().label(flow.source);
                    Verdict::fail(row, at, format!("from {who} {seen}") + &by_section(row))
                }
            })
        });
        judged.collect()
    })
}

/// The CNAMEs of each source in some RTCP.
pub(super) fn names<'v>(rtcp: impl Iterator<Item = &'v Rtcp>) -> BTreeMap<u32, BTreeSet<String>> {
    let mut names: BTreeMap<u32, BTreeSet<String>> = BTreeMap::new();
    for chunk in rtcp.flat_map(|it| it.compound.chunks()) {
        if let Some(cname) = chunk.cname() {
            names.entry(chunk.ssrc).or_default().insert(cname.to_owned());
        }
    }
    names
}

/// A few packets of somebody who spoke before are no mixture.
const MIXED: usize = 5;
/// Fewer may have come late, or not yet been counted.
const NOTICED: usize = 5;
/// So many reports in a row no network loses.
const ENOUGH: usize = 3;
/// A report that comes at the very end need not go on.
const SOON: std::time::Duration = std::time::Duration::from_secs(1);
/// Reports that were on their way when a session ended.
const ON_THE_WAY: std::time::Duration = std::time::Duration::from_secs(1);
/// No network loses so many packets in a row and goes on as if nothing had been.
const SILENCE: std::time::Duration = std::time::Duration::from_millis(500);
