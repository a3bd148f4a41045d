//! What flows in a recording session, and when nothing may (RFC 7866 sections 7.1.1.1, 7.2 and
//! 8.1).

use std::net::SocketAddr;
use std::time::Duration;

use super::feedback::agreed_on;
use super::session::{Offered, Said, Session, by_section};
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::check::view::{is_living, last_seen};
use crate::evidence::{Flow, RecordingSession, ReportSeen, Side};
use crate::rtp::{Compound, RtcpPacket};
use crate::sdp::{Description, MediaDescription};
use crate::sip::Method;
use crate::siprec::MediaType;
use crate::time::Instant;

pub const RULES: &[Rule] = &[
    rule("RFC7866-7.1.1.1-4", |case| silences(case, "RFC7866-7.1.1.1-4", true)),
    rule("RFC7866-7.2-9", |case| silences(case, "RFC7866-7.2-9", false)),
    rule("RFC7866-8.1.1-1", both_sides_report),
    rule("RFC7866-8.1.6-1", |case| flows_are_kept_alive(case, "RFC7866-8.1.6-1", false)),
    rule("RFC7866-8.1.7.1.1-1", |case| refreshes(case, "RFC7866-8.1.7.1.1-1", None)),
    rule("RFC7866-8.1.7.1.1-2", |case| refreshes(case, "RFC7866-8.1.7.1.1-2", Some(false))),
    rule("RFC7866-8.1.8-1", media_comes_from_its_address),
    rule("RFC7866-8.1.8-2", reports_come_from_their_address),
    rule("RFC7866-10-2", |case| flows_are_kept_alive(case, "RFC7866-10-2", true)),
];

/// A time in which a stream was not to flow.
#[derive(Debug)]
struct Silence {
    /// Which stream.
    place: usize,
    /// Whether the client wanted it so, or the recorder.
    by_client: bool,
    /// From when the client knew,
    from: Instant,
    /// until something else was offered, or the end.
    until: Instant,
}

fn is_still(description: &Description, place: usize) -> bool {
    description.media.get(place).is_some_and(|it| it.is_disabled() || it.is_still())
}

/// Every such time, stream by stream.
fn silent(
    case: &Case<'_>,
    recording: &RecordingSession<'_>,
    session: &Session<'_>,
) -> Vec<Silence> {
    let offers = session.offers();
    let end = recording.dialog.over().unwrap_or_else(|| last_seen(case.timeline));
    let mut found = Vec::new();
    for (index, offered) in offers.iter().enumerate() {
        let (Some(client), Some(server), Some(answer)) =
            (offered.sides().0, offered.sides().1, offered.answer)
        else {
            continue;
        };
        let next = offers.get(index + 1).map(|it| it.offer.at());
        let from = known(case, offered, answer);
        for place in 0..client.media.len() {
            let (by_client, by_server) = (is_still(client, place), is_still(server, place));
            if by_client || by_server {
                found.push(Silence { place, by_client, from, until: next.unwrap_or(end) });
            }
        }
    }
    found
}

/// When the client knew of an exchange: when the answer arrived, if that is not its own.
fn known(case: &Case<'_>, offered: &Offered<'_, '_>, answer: &Said<'_>) -> Instant {
    let arrival = case.timeline.signalling().iter().find(|it| {
        it.side == Side::Received
            && it.at >= answer.at()
            && it.message().is_some_and(|message| {
                message.code() == answer.message.code()
                    && message.cseq().ok().as_ref() == Some(&answer.cseq)
                    && message.call_id().ok() == answer.message.call_id().ok()
            })
    });
    if offered.offer.by_client { arrival.map_or(answer.at(), |it| it.at) } else { answer.at() }
}

/// What the recording's client sent on one of its streams: each flow once.
fn flows_of<'a>(recording: &RecordingSession<'a>, place: usize) -> Vec<&'a Flow> {
    recording.streams.get(place).map(|stream| stream.flows.clone()).unwrap_or_default()
}

/// Nothing flows on a stream that is inactive because the client said so (section 7.1.1.1), or
/// because the recorder did, or refused it (section 7.2).
fn silences(case: &Case<'_>, row: &'static str, by_client: bool) -> Vec<Verdict> {
    case.each_session(|recording, session| {
        let mut verdicts = Vec::new();
        for silence in silent(case, recording, session) {
            if silence.by_client != by_client || silence.until <= silence.from + ON_THE_WAY {
                continue;
            }
            let packets = flows_of(recording, silence.place);
            let mut packets = packets.iter().flat_map(|flow| flow.nearest_to_sender());
            let within = |at| at > silence.from + ON_THE_WAY && at < silence.until;
            let first = packets.find(|packet| within(packet.at));
            verdicts.push(first.map_or(Verdict::Pass, |packet| {
                let who = case.timeline.cast().label(recording.dialog.caller);
                let why = if by_client { "was paused" } else { "was not wanted" };
                let seen = format!("{who} sent media on stream {}, which {why}", silence.place + 1);
                Verdict::fail(row, packet.at, seen + &by_section(row)).blaming(&who)
            }));
        }
        verdicts.extend((!by_client).then(|| refused(case, recording, session, row)).flatten());
        verdicts
    })
}

/// Nothing flows in a recording that was refused.
fn refused(
    case: &Case<'_>,
    recording: &RecordingSession<'_>,
    session: &Session<'_>,
    row: &'static str,
) -> Option<Verdict> {
    let (at, code) = recording.dialog.refused?;
    let invite = session.invite().filter(|it| it.by_client)?;
    let own: Vec<_> = invite.sdp?.media.iter().filter_map(MediaDescription::rtp_address).collect();
    let flows = case.timeline.flows().iter().filter(|flow| {
        own.contains(&flow.source) && case.host(flow.target) == case.host(recording.dialog.callee)
    });
    let until = recording.dialog.over().map_or(at, |over| over.max(at)) + AFTERWARDS;
    let mut packets = flows.flat_map(Flow::nearest_to_sender);
    let late = packets.find(|packet| packet.at > at + ON_THE_WAY && packet.at < until);
    Some(late.map_or(Verdict::Pass, |packet| {
        let who = case.timeline.cast().label(recording.dialog.caller);
        let seen = format!("{who} sent media to a recorder that had answered {code}");
        Verdict::fail(row, packet.at, seen + &by_section(row)).blaming(&who)
    }))
}

/// Where a side takes RTCP, whatever was said when.
pub(super) fn rtcp_addresses(session: &Session<'_>, by_client: bool) -> Vec<SocketAddr> {
    each_address(session, by_client, |medium| {
        // With one port for both (RFC 5761), RTCP may come there.
        [medium.rtcp_address(), medium.rtp_address().filter(|_| medium.rtcp_mux)]
    })
}

fn each_address(
    session: &Session<'_>,
    by_client: bool,
    of: impl Fn(&MediaDescription) -> [Option<SocketAddr>; 2],
) -> Vec<SocketAddr> {
    let own = session.said.iter().filter(|said| said.by_client == by_client);
    own.filter_map(|said| said.sdp).flat_map(|it| &it.media).flat_map(of).flatten().collect()
}

/// The reports of one side in a recording: to where the other takes them.
fn reports<'c>(
    case: &'c Case<'_>,
    session: &Session<'_>,
    by_client: bool,
) -> impl Iterator<Item = &'c ReportSeen> {
    let to = rtcp_addresses(session, !by_client);
    // Before and after it, other calls may have had the same ports.
    let begins = session.said.first().map(Said::at).unwrap_or_default();
    let bye = session.said.iter().find(|said| said.asks(&Method::Bye));
    let ends = bye.map(|bye| bye.at() + LATE_REPORTS);
    let own = case
        .timeline
        .reports()
        .iter()
        .filter(move |report| report.at >= begins && ends.is_none_or(|ends| report.at <= ends));
    own.filter(move |report| to.contains(&report.target))
}

/// Both sides report on streams that flow for a while (section 8.1.1), unless RTCP was switched
/// off (RFC 3556 section 2).
fn both_sides_report(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC7866-8.1.1-1";
    let mut verdicts = Vec::new();
    for (recording, session) in case.sessions() {
        let packets = recording.streams.iter().flat_map(|stream| &stream.flows);
        let packets: Vec<_> = packets.flat_map(|flow| flow.nearest_to_receiver()).collect();
        let (Some(first), Some(last)) =
            (packets.iter().map(|it| it.at).min(), packets.iter().map(|it| it.at).max())
        else {
            continue;
        };
        let is_off = session.said.iter().any(|said| {
            let sdp = said.sdp.map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned());
            sdp.is_some_and(|it| it.contains("b=RS:0\r\n") && it.contains("b=RR:0\r\n"))
        });
        if is_off {
            continue;
        }
        for (by_client, address) in
            [(true, recording.dialog.caller), (false, recording.dialog.callee)]
        {
            // Of whoever fell silent altogether, nothing can be asked.
            let alive = session.said.iter().rfind(|it| it.by_client == by_client).map(Said::at);
            let lasted = alive.unwrap_or(first).min(last).elapsed().saturating_sub(first.elapsed());
            if lasted < REPORTS {
                continue;
            }
            let met = reports(case, session, by_client).next().is_some();
            verdicts.push(if met {
                Verdict::Pass
            } else {
                let who = case.timeline.cast().label(address);
                let seen = format!("{who} sent no RTCP in {} s of a recording", lasted.as_secs());
                Verdict::fail(row, last, seen + &by_section(row)).blaming(&who)
            });
        }
    }
    verdicts
}

/// A stream on which nothing flows for long is kept alive (section 8.1.6, RFC 6263), in a recording
/// that waits for its first call too (section 10).
fn flows_are_kept_alive(case: &Case<'_>, row: &'static str, waits: bool) -> Vec<Verdict> {
    case.each_session(|recording, session| {
        let is_waiting = session.told().last().is_some_and(|told| told.state.sessions.is_empty());
        let mut verdicts = Vec::new();
        if is_waiting != waits {
            return verdicts;
        }
        for silence in silent(case, recording, session) {
            let mut described =
                session.said.iter().filter(|it| it.by_client).filter_map(|it| it.sdp);
            let is_gone = |it: &Description| {
                it.media.get(silence.place).is_none_or(MediaDescription::is_disabled)
            };
            if silence.until < silence.from + IDLE || described.next_back().is_none_or(is_gone) {
                continue;
            }
            let own = each_address(session, true, |it| [it.rtp_address(), None]);
            let targets = each_address(session, false, |it| [it.rtp_address(), None]);
            let within = |at: Instant| at >= silence.from && at <= silence.until;
            let is_own = |from, to| own.contains(&from) && targets.contains(&to);
            let flows = case.timeline.flows().iter().filter(|it| is_own(it.source, it.target));
            let media = flows.flat_map(Flow::nearest_to_sender).map(|packet| packet.at);
            let reports = case.timeline.reports().iter().filter(|it| is_own(it.source, it.target));
            let stun = case.timeline.signalling().iter().filter(|it| is_own(it.source, it.target));
            let mut seen = media.chain(reports.map(|it| it.at)).chain(stun.map(|it| it.at));
            verdicts.push(if seen.any(within) {
                Verdict::Pass
            } else {
                let who = case.timeline.cast().label(recording.dialog.caller);
                let span = silence.until - silence.from;
                let seen = format!(
                    "{who} sent nothing at all on stream {} for {} s",
                    silence.place + 1,
                    span.as_secs()
                );
                Verdict::fail(row, silence.until, seen + &by_section(row)).blaming(&who)
            });
        }
        verdicts
    })
}

/// A fresh picture is asked for by FIR, where that was agreed on, and by INFO otherwise (section
/// 8.1.7.1.1); of the recorder alone, or of both.
fn refreshes(case: &Case<'_>, row: &'static str, of: Option<bool>) -> Vec<Verdict> {
    case.each_session(|_, session| {
        let agreed = agreed_on(session, "ccm fir");
        let infos = session.said.iter().filter(|said| {
            let content_type = said.message.headers.get("Content-Type").and_then(MediaType::parse);
            said.asks(&Method::Info)
                && content_type.is_some_and(|it| it.is("application/media_control+xml"))
        });
        let infos = infos.filter(|said| of.is_none_or(|by_client| said.by_client == by_client));
        let mut verdicts: Vec<_> = infos
            .map(|said| {
                case.held(!agreed, row, said.sighting, || {
                    "asked for a picture by INFO, although FIR was agreed on".to_owned()
                })
            })
            .collect();
        if of == Some(false) {
            let firs = reports(case, session, false).filter(|report| is_fir(report));
            verdicts.extend(firs.map(|report| {
                let who = case.timeline.cast().label(report.source);
                let seen = format!("{who} asked for a picture by FIR, which was not agreed on");
                Verdict::require(agreed, row, report.at, || seen + &by_section(row)).blaming(&who)
            }));
        }
        verdicts
    })
}

/// Payload-specific feedback of format 4 (RFC 5104 section 4.3.1).
fn is_fir(report: &ReportSeen) -> bool {
    let read = Compound::read(&report.bytes).unwrap_or_default();
    read.0.iter().any(|it| match it {
        RtcpPacket::Other { packet_type: 206, bytes } => {
            bytes.first().is_some_and(|it| it & 31 == 4)
        }
        _ => false,
    })
}

/// RTP leaves from where it is taken (section 8.1.8).
fn media_comes_from_its_address(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC7866-8.1.8-1";
    case.each_session(|recording, session| {
        let own = each_address(session, true, |it| [it.rtp_address(), None]);
        let flows = recording.streams.iter().flat_map(|stream| &stream.flows);
        let flows = flows.filter(|flow| !flow.nearest_to_sender().is_empty());
        flows.map(|flow| symmetric(case, row, "RTP", flow.source, &own, flow_began(flow))).collect()
    })
}

/// And so does RTCP, on both sides (section 8.1.8).
fn reports_come_from_their_address(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC7866-8.1.8-2";
    case.each_session(|recording, session| {
        if !is_living(recording) {
            return Vec::new();
        }
        let mut verdicts = Vec::new();
        for by_client in [true, false] {
            let own = rtcp_addresses(session, by_client);
            let mut seen: Vec<SocketAddr> = Vec::new();
            for report in reports(case, session, by_client) {
                if !seen.contains(&report.source) {
                    seen.push(report.source);
                    verdicts.push(symmetric(case, row, "RTCP", report.source, &own, report.at));
                }
            }
        }
        verdicts
    })
}

fn symmetric(
    case: &Case<'_>,
    row: &'static str,
    what: &str,
    from: SocketAddr,
    own: &[SocketAddr],
    at: Instant,
) -> Verdict {
    if own.contains(&from) {
        return Verdict::Pass;
    }
    if !own.iter().any(|it| it.ip() == from.ip()) {
        let why = format!("{what} came from {from}, which a NAT may have made of another address");
        return Verdict::Inconclusive(why);
    }
    let who = case.timeline.cast().label(from);
    let seen = format!("{who} sent {what} from port {}, where it takes none", from.port());
    Verdict::fail(row, at, seen + &by_section(row)).blaming(&who)
}

fn flow_began(flow: &Flow) -> Instant {
    flow.nearest_to_sender().first().map_or(Instant::START, |packet| packet.at)
}

/// What was sent before the client had made up its mind is on its way.
const ON_THE_WAY: Duration = Duration::from_millis(200);
/// Whoever stops because of a refusal has stopped by then.
const AFTERWARDS: Duration = Duration::from_secs(5);
/// The interval of RTCP is 5 s at least, and three of them may be half as long again (RFC 3550
/// section 6.2).
const REPORTS: Duration = Duration::from_secs(20);
/// Four times the 15 s of RFC 6263 section 5.
const IDLE: Duration = Duration::from_mins(1);
/// Reports that were on their way when a session ended.
const LATE_REPORTS: Duration = Duration::from_secs(1);
