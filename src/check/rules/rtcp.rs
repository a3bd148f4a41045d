//! RTCP: what every report has to hold, and whether it is true (RFC 3550 section 6).

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};

use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::evidence::{ReportSeen, Side};
use crate::rtp::{Compound, RtcpPacket, SenderInfo};
use crate::time::Instant;

pub const RULES: &[Rule] = &[
    rule("RFC3550-6.1-1", reports_are_compound),
    rule("RFC3550-6.4.1-1", senders_report_what_they_sent),
    rule("RFC3550-6.5.1-1", everybody_has_one_name),
];

/// Each report that is not encrypted, once: as it left, or as it arrived where the sender is not
/// watched.
fn reports<'a>(case: &Case<'a>) -> Vec<(&'a ReportSeen, Option<Compound>)> {
    let reports = case.timeline.reports();
    let sent: BTreeSet<_> =
        reports.iter().filter(|it| it.side == Side::Sent).map(|it| it.source).collect();
    let secret = super::keys::secret_hosts(case);
    let own = reports.iter().filter(|it| it.side == Side::Sent || !sent.contains(&it.source));
    let clear = own.filter(|it| !secret.contains(&it.target.ip()) && !is_reduced(case, it));
    clear.map(|it| (it, Compound::read(&it.bytes).ok())).collect()
}

/// Whether a single packet was agreed on (RFC 5506).
fn is_reduced(case: &Case<'_>, report: &ReportSeen) -> bool {
    let given = case.said.iter().filter_map(|it| it.sighting.description());
    let mut media = given.flat_map(|(_, description)| &description.media);
    media.any(|medium| {
        let to = [medium.rtcp_address(), medium.rtp_address()].contains(&Some(report.target));
        to && medium.attribute("rtcp-rsize").is_some()
    })
}

fn broken(case: &Case<'_>, row: &'static str, report: &ReportSeen, what: &str) -> Verdict {
    let cast = case.timeline.cast();
    let (who, whom) = (cast.label(report.source), cast.label(report.target));
    Verdict::fail(row, report.at, format!("{who} sent {whom} RTCP {what}"))
}

/// A report comes first, and a description with it (RFC 3550 section 6.1).
fn reports_are_compound(case: &Case<'_>) -> Vec<Verdict> {
    let judged = reports(case).into_iter().map(|(report, compound)| {
        let begins = |it: &Compound| it.0.first().is_some_and(|first| first.report().is_some());
        match compound {
            None => broken(case, "RFC3550-6.1-1", report, "that cannot be read"),
            Some(it) if !begins(&it) => {
                broken(case, "RFC3550-6.1-1", report, "that does not begin with a report")
            }
            Some(it) if it.chunks().next().is_none() => {
                broken(case, "RFC3550-6.1-1", report, "without a description of its source")
            }
            Some(_) => Verdict::Pass,
        }
    });
    judged.collect()
}

/// Every report gives the canonical name of its source, and that stays (RFC 3550 section 6.5.1).
fn everybody_has_one_name(case: &Case<'_>) -> Vec<Verdict> {
    let mut names: BTreeMap<(IpAddr, u32), String> = BTreeMap::new();
    let mut verdicts = Vec::new();
    for (report, compound) in reports(case) {
        let Some(compound) = compound else { continue };
        let Some((ssrc, _)) = compound.0.first().and_then(RtcpPacket::report) else { continue };
        let name = compound.chunks().find(|it| it.ssrc == ssrc).and_then(|it| it.cname());
        let Some(name) = name else {
            // Without any description the compound as a whole is wrong.
            if compound.chunks().next().is_some() {
                verdicts.push(broken(case, "RFC3550-6.5.1-1", report, "without its own CNAME"));
            }
            continue;
        };
        let known = names.entry((report.source.ip(), ssrc)).or_insert_with(|| name.to_owned());
        verdicts.push(if known == name {
            Verdict::Pass
        } else {
            let what = format!("as {name}, which was {known} before");
            broken(case, "RFC3550-6.5.1-1", report, &what)
        });
    }
    verdicts
}

/// What a source reports of itself agrees with what it sent, and the two times in each report go
/// on alike (RFC 3550 section 6.4.1).
fn senders_report_what_they_sent(case: &Case<'_>) -> Vec<Verdict> {
    let mut last: BTreeMap<(SocketAddr, u32), (Instant, SenderInfo)> = BTreeMap::new();
    let mut verdicts = Vec::new();
    for (report, compound) in reports(case) {
        let first = compound.and_then(|it| it.0.into_iter().next());
        let Some(RtcpPacket::SenderReport { ssrc, info, .. }) = first else { continue };
        let key = (report.target, ssrc);
        let wrong = last.get(&key).and_then(|before| {
            let is_one = before.1.ntp != info.ntp;
            is_one.then(|| differs(case, report, ssrc, *before, info)).flatten()
        });
        last.insert(key, (report.at, info));
        verdicts.push(
            wrong.map_or(Verdict::Pass, |what| broken(case, "RFC3550-6.4.1-1", report, &what)),
        );
    }
    verdicts
}

fn differs(
    case: &Case<'_>,
    report: &ReportSeen,
    ssrc: u32,
    (before, earlier): (Instant, SenderInfo),
    now: SenderInfo,
) -> Option<String> {
    // Reports of one source to one place are not all on one port.
    let flows = case.timeline.flows().iter().filter(|flow| {
        flow.source.ip() == report.source.ip() && flow.target.ip() == report.target.ip()
    });
    let flow = flows.max_by_key(|flow| {
        flow.nearest_to_sender().iter().filter(|packet| packet.ssrc == ssrc).count()
    })?;
    let packets = flow.nearest_to_sender().iter().filter(|packet| packet.ssrc == ssrc);
    let own: Vec<_> = packets.collect();
    let seconds = (now.ntp.wrapping_sub(earlier.ntp) >> 16) as f64 / 65_536.0;
    let first = own.first()?;
    let clock = super::rtp::clock_of(case, flow, first.payload_type)?;
    let ticks = f64::from(now.timestamp.wrapping_sub(earlier.timestamp).cast_signed());
    let said = ticks / f64::from(clock);
    if (said - seconds).abs() > TIMES {
        return Some(format!("in which {seconds:.3} s of its clock are {said:.3} s of its media"));
    }
    // Whoever passes reports on as they are passes on what was counted elsewhere.
    if super::rtp::is_relayed(case, flow, ssrc) {
        return None;
    }
    let counted = now.packets.wrapping_sub(earlier.packets);
    let seen = own.iter().filter(|it| it.at > before && it.at <= report.at).count();
    let off = i64::from(counted.cast_signed()) - i64::try_from(seen).unwrap_or(i64::MAX);
    // In a capture some may be missing; a count that is too low is wrong all the same.
    let few = i64::try_from(seen / 20).unwrap_or_default() + PACKETS;
    let knows = case.is_watched(report.source.ip());
    let wrong = off < -few || knows && off > few;
    wrong.then(|| format!("that counts {counted} packets where {seen} were sent"))
}

/// What a stream's clock may be wrong by between two reports, in seconds.
const TIMES: f64 = 0.2;
/// What is on its way while the report is written.
const PACKETS: i64 = 5;
