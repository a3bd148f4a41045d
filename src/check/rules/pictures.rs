//! What is said of pictures in RTCP: that one is lost (RFC 4585 section 6.3.1), and that less is to
//! be sent (RFC 5104 section 4.2).

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;

use super::feedback::{agreed, kind};
use super::rtcp::{Report, broken, clear};
use super::{Case, Lane, Rule, rule};
use crate::check::Verdict;
use crate::evidence::{Host, ReportSeen, Side};
use crate::rtp::{Compound, RtcpPacket};

pub const RULES: &[Rule] = &[
    rule("RFC4585-6.3.1-1", a_loss_of_picture_says_no_more),
    rule("RFC5104-4.2.1-1", limits_are_acknowledged),
];

/// That a picture is lost is all that PLI says: there is nothing behind the two sources (RFC 4585
/// section 6.3.1.2).
fn a_loss_of_picture_says_no_more(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC4585-6.3.1-1";
    let mut verdicts = Vec::new();
    for (report, compound) in clear(case) {
        for packet in compound.iter().flat_map(|it| &it.0) {
            let RtcpPacket::Other { bytes, .. } = packet else { continue };
            let is_padded = bytes.first().is_some_and(|first| first & 0x20 != 0);
            if kind(packet) != Some(PICTURE_LOSS) || is_padded {
                continue;
            }
            let what = format!("with a loss of picture of {} bytes", bytes.len());
            let is_bare = bytes.len() == SOURCES;
            verdicts.push(if is_bare { Verdict::Pass } else { broken(case, row, report, &what) });
        }
    }
    verdicts
}

/// Whoever is asked to send less says which limit holds now (RFC 5104 section 4.2.2), with the next
/// reports at the latest. It is asked of whoever sends the source itself.
fn limits_are_acknowledged(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC5104-4.2.1-1";
    let reports: Vec<_> = clear(case).collect();
    let asks = |(_, compound): &&Report<'_, '_>| has(*compound, ASKED_LIMIT);
    let mut asked = reports.iter().filter(asks).peekable();
    if asked.peek().is_none() {
        return Vec::new();
    }
    let agreed = agreed(case);
    let known = sources(case);
    let arrived = arrived(case);
    let judged = asked.take(ASKED_MAX).filter_map(|(report, compound)| {
        let (asker, host) = (case.host(report.source), case.host(report.target));
        let is_agreed = agreed.get(&report.target).is_some_and(|it| it.contains("tmmbr"));
        let came = report.side == Side::Received
            || arrived.contains(&(report.target, &report.bytes))
            || !case.is_watched(host);
        let all = compound.iter().flat_map(|it| &it.0).filter(|it| kind(it) == Some(ASKED_LIMIT));
        let is_meant = all
            .flat_map(limited)
            .any(|ssrc| known.contains(&(host, ssrc)) && !case.ports.is_relayed(ssrc, host));
        if !(is_agreed && came && is_meant) {
            return None;
        }
        let back = |it: &&Report<'_, '_>| {
            let ends = (case.host(it.0.source), case.host(it.0.target));
            it.0.at > report.at && it.0.at < report.at + WHILE && ends == (host, asker)
        };
        let later: Vec<_> = reports.iter().filter(back).collect();
        let limit = later.iter().position(|(_, it)| has(*it, TOLD_LIMIT));
        match (limit, later.get(NEXT)) {
            (Some(_), _) => Some(Verdict::Pass),
            (None, Some((late, _))) => {
                Some(broken(case, row, late, "and never said that it keeps to the limit"))
            }
            (None, None) => None,
        }
    });
    judged.collect()
}

fn has(compound: Option<&Compound>, wanted: (u8, u8)) -> bool {
    compound.is_some_and(|it| it.0.iter().any(|it| kind(it) == Some(wanted)))
}

/// The sources of which a request wants less: one for each limit.
fn limited(packet: &RtcpPacket) -> Vec<u32> {
    let RtcpPacket::Other { bytes, .. } = packet else { return Vec::new() };
    let limits = bytes.get(SOURCES..).unwrap_or_default().chunks_exact(LIMIT);
    let ssrc = |it: &[u8]| Some(u32::from_be_bytes(it.get(..4)?.try_into().ok()?));
    limits.filter_map(ssrc).collect()
}

/// Every source that somebody sends.
fn sources(case: &Case<'_>) -> BTreeSet<(Host, u32)> {
    let of_lane = |lane: &Lane<'_>| lane.sources.iter().map(|(ssrc, _)| *ssrc).collect::<Vec<_>>();
    let each = case.lanes.iter().map(|lane| (case.host(lane.flow.source), of_lane(lane)));
    each.flat_map(|(host, own)| own.into_iter().map(move |ssrc| (host, ssrc))).collect()
}

/// The reports that were seen to arrive.
fn arrived<'a>(case: &Case<'a>) -> BTreeSet<(SocketAddr, &'a Bytes)> {
    let came = |it: &&ReportSeen| it.side == Side::Received;
    case.timeline.reports().iter().filter(came).map(|it| (it.target, &it.bytes)).collect()
}

/// PLI, TMMBR and TMMBN: the type of the packet, and its format.
const PICTURE_LOSS: (u8, u8) = (206, 1);
const ASKED_LIMIT: (u8, u8) = (205, 3);
const TOLD_LIMIT: (u8, u8) = (205, 4);
/// The head of a packet of feedback, and its two sources, in bytes.
const SOURCES: usize = 12;
/// A source, and the limit for it, in bytes.
const LIMIT: usize = 8;
/// Which of the reports after a request, from 0, has to have the answer: one may be under way.
const NEXT: usize = 2;
/// That many are there within this time.
const WHILE: Duration = Duration::from_mins(1);
/// So many requests are looked at: rubbish has any number.
const ASKED_MAX: usize = 256;
