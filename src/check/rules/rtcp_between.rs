//! RTCP between a recording client and its recorder: what came well, whose it is, and how much may
//! come (RFC 7866 section 8.1).

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use super::feedback::{agreed_on, kind};
use super::recorded_media::rtcp_addresses;
use super::rtcp::clear;
use super::session::{Session, by_section};
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::evidence::{RecordingSession, ReportSeen, Side};
use crate::rtp::{Compound, ReportBlock, RtcpPacket};
use crate::time::Instant;

pub const RULES: &[Rule] = &[
    rule("RFC7866-8.1.1-2", what_comes_is_reported),
    rule("RFC7866-8.1.3-1", new_sources_are_reported),
    rule("RFC7866-8.1.5.1-1", sources_keep_their_name),
    rule("RFC7866-8.1.7.3-1", limits_are_answered),
];

/// RTCP that can be read.
pub(super) struct Told<'a> {
    pub(super) report: &'a ReportSeen,
    pub(super) compound: &'a Compound,
}

impl Told<'_> {
    /// Who reports in it, and on what.
    pub(super) fn reports(&self) -> impl Iterator<Item = (u32, &[ReportBlock])> {
        self.compound.0.iter().filter_map(RtcpPacket::report)
    }

    fn has_report(&self) -> bool {
        self.reports().next().is_some()
    }

    /// The sources that it reports on.
    fn about(&self) -> impl Iterator<Item = u32> {
        self.reports().flat_map(|(_, blocks)| blocks).map(|it| it.ssrc)
    }
}

/// All RTCP that can be read, each packet once: by where it went.
pub(super) type ByTarget<'a> = BTreeMap<SocketAddr, Vec<Told<'a>>>;

pub(super) fn by_target<'b>(case: &'b Case<'_>) -> ByTarget<'b> {
    let mut all = ByTarget::new();
    for (report, compound) in clear(case) {
        let Some(compound) = compound else { continue };
        all.entry(report.target).or_default().push(Told { report, compound });
    }
    all
}

/// What one side told the other while a recording session lasted, in order.
pub(super) fn told<'b, 'a>(
    case: &Case<'_>,
    all: &'b ByTarget<'a>,
    (recording, session): (&RecordingSession<'_>, &Session<'_>),
    by_client: bool,
) -> Vec<&'b Told<'a>> {
    let (begins, ends) = (recording.dialog.invited, recording.dialog.over().unwrap_or(case.end));
    let to: BTreeSet<_> = rtcp_addresses(session, !by_client).into_iter().collect();
    let told = to.iter().filter_map(|it| all.get(it)).flatten();
    let during = |it: &&Told<'_>| it.report.at >= begins && it.report.at <= ends;
    let mut told: Vec<_> = told.filter(during).collect();
    told.sort_by_key(|it| it.report.at);
    told
}

/// A source of media in a recording session, as seen nearest to the recorder.
pub(super) struct Source {
    /// Which stream it is on.
    pub(super) place: usize,
    pub(super) ssrc: u32,
    pub(super) first: Instant,
    pub(super) last: Instant,
    /// How many packets of it came.
    pub(super) count: usize,
}

/// Every source of a recording session, the first to come first.
pub(super) fn sources(recording: &RecordingSession<'_>) -> Vec<Source> {
    let mut known: BTreeMap<(usize, u32), Source> = BTreeMap::new();
    for (place, stream) in recording.streams.iter().enumerate() {
        for packet in stream.flows.iter().flat_map(|flow| flow.nearest_to_receiver()) {
            let (ssrc, at) = (packet.ssrc, packet.at);
            if let Some(source) = known.get_mut(&(place, ssrc)) {
                source.first = source.first.min(at);
                source.last = source.last.max(at);
                source.count += 1;
            } else if known.len() < SOURCES_MAX {
                let source = Source { place, ssrc, first: at, last: at, count: 1 };
                known.insert((place, ssrc), source);
            }
        }
    }
    let mut sources: Vec<_> = known.into_values().collect();
    sources.sort_by_key(|it| it.first);
    sources
}

/// The recorder's reports are about what comes to it (section 8.1.1). One that is out of sight and
/// reports on nothing may get nothing.
fn what_comes_is_reported(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC7866-8.1.1-2";
    let all = by_target(case);
    case.each_session(|recording, session| {
        let sources = sources(recording);
        let told = told(case, &all, (recording, session), false);
        let is_due = |it: &&&Told<'_>| {
            let at = it.report.at;
            it.has_report() && sources.iter().any(|one| one.first + AWHILE < at && at < one.last)
        };
        let due: Vec<_> = told.iter().filter(is_due).collect();
        let about: BTreeSet<u32> = told.iter().flat_map(|it| it.about()).collect();
        let knows = sources.iter().any(|it| about.contains(&it.ssrc));
        let Some(last) = due.last().filter(|_| knows || due.len() >= FEW) else {
            return Vec::new();
        };
        let who = case.timeline.cast().label(last.report.source);
        vec![if knows {
            Verdict::Pass
        } else if about.is_empty() && !case.is_watched(case.host(last.report.source)) {
            Verdict::Inconclusive(format!("whether what was sent to {who} came there"))
        } else {
            let count = due.len();
            let seen = format!("{who} sent {count} reports, and none is about what comes to it");
            Verdict::fail(row, last.report.at, seen + &by_section(row)).blaming(&who)
        }]
    })
}

/// Where another source takes the place of one that the recorder reported on, it reports on that
/// (section 8.1.3).
fn new_sources_are_reported(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC7866-8.1.3-1";
    let all = by_target(case);
    case.each_session(|recording, session| {
        let sources = sources(recording);
        let told = told(case, &all, (recording, session), false);
        let mut verdicts = Vec::new();
        for place in 0..recording.streams.len() {
            let own: Vec<_> = sources.iter().filter(|it| it.place == place).collect();
            for pair in own.windows(2) {
                let [before, now] = pair else { continue };
                if now.first + OVERLAP < before.last || now.count < MANY {
                    continue;
                }
                let knew = told.iter().find(|it| {
                    it.report.at < now.first && it.about().any(|ssrc| ssrc == before.ssrc)
                });
                let Some(knew) = knew else { continue };
                let later = told.iter().filter(|it| {
                    let at = it.report.at;
                    let is_during = at > now.first + SOON && at < now.last;
                    is_during && it.report.source == knew.report.source && it.has_report()
                });
                let later: Vec<_> = later.collect();
                let knows = later.iter().any(|it| it.about().any(|ssrc| ssrc == now.ssrc));
                let Some(last) = later.last().filter(|_| knows || later.len() >= FEW) else {
                    continue;
                };
                let who = case.timeline.cast().label(last.report.source);
                let verdict = Verdict::require(knows, row, last.report.at, || {
                    let (was, is) = (before.ssrc, now.ssrc);
                    let seen = format!("{who} reported on {was}, and never on {is} that followed");
                    seen + &by_section(row)
                });
                verdicts.push(verdict.blaming(&who));
            }
        }
        verdicts
    })
}

/// A source of a recording has one name, which is not empty (section 8.1.5.1). Those who are in a
/// mixture are another row's.
fn sources_keep_their_name(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC7866-8.1.5.1-1";
    let all = by_target(case);
    case.each_session(|recording, session| {
        let own: BTreeSet<u32> = sources(recording).iter().map(|it| it.ssrc).collect();
        let mut names: BTreeMap<u32, &str> = BTreeMap::new();
        let mut wrong: BTreeMap<u32, Verdict> = BTreeMap::new();
        let told = told(case, &all, (recording, session), true);
        for it in &told {
            let chunks = it.compound.chunks().filter(|chunk| own.contains(&chunk.ssrc));
            for (ssrc, name) in chunks.filter_map(|it| Some((it.ssrc, it.cname()?))) {
                let known = *names.entry(ssrc).or_insert(name);
                if known == name && !name.is_empty() {
                    continue;
                }
                wrong.entry(ssrc).or_insert_with(|| {
                    let who = case.timeline.cast().label(it.report.source);
                    let seen = if name.is_empty() {
                        format!("{who} called the source {ssrc} nothing")
                    } else {
                        format!("{who} called the source {ssrc} {name}, which was {known} before")
                    };
                    Verdict::fail(row, it.report.at, seen + &by_section(row)).blaming(&who)
                });
            }
        }
        let judged = names.keys().map(|ssrc| wrong.remove(ssrc).unwrap_or(Verdict::Pass));
        judged.collect()
    })
}

/// Who took the command is told how much may come, and says that it heard (section 8.1.7.3, RFC 5104
/// section 4.2). Whether less comes is in the length of packets.
fn limits_are_answered(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC7866-8.1.7.3-1";
    let mut all = None;
    let mut verdicts = Vec::new();
    for (recording, session) in case.sessions() {
        if !agreed_on(session, "ccm tmmbr") {
            continue;
        }
        let all = all.get_or_insert_with(|| by_target(case));
        let own: BTreeSet<u32> = sources(recording).iter().map(|it| it.ssrc).collect();
        let asked: Vec<_> = told(case, all, (recording, session), false)
            .into_iter()
            .filter(|it| it.compound.0.iter().filter_map(limited).any(|it| own.contains(&it)))
            .collect();
        let client = case.host(recording.dialog.caller);
        let needed = if case.is_watched(client) { 1 } else { FEW };
        // Where a request got lost, the next may have come.
        let mut came = asked.iter().filter(|it| has_arrived(case, it.report));
        let Some(first) = came.next().filter(|_| asked.len() >= needed) else { continue };
        let since = first.report.at;
        let later = told(case, all, (recording, session), true);
        let later: Vec<_> = later.into_iter().filter(|it| it.report.at > since).collect();
        let answers = |it: &Told<'_>| it.compound.0.iter().any(|it| kind(it) == Some(NOTIFICATION));
        let is_answered = later.iter().any(|it| answers(it));
        let Some(last) = later.last() else { continue };
        let is_due = later.len() >= FEW && last.report.at >= since + ANSWERED;
        if is_answered || is_due {
            let who = case.timeline.cast().label(last.report.source);
            let verdict = Verdict::require(is_answered, row, last.report.at, || {
                let seen = "was told how much may come, and never said that it heard";
                format!("{who} {seen}{}", by_section(row))
            });
            verdicts.push(verdict.blaming(&who));
        }
    }
    verdicts
}

/// The source of which a packet says how much may come (RFC 5104 section 4.2.1).
fn limited(packet: &RtcpPacket) -> Option<u32> {
    match packet {
        RtcpPacket::Other { bytes, .. } if kind(packet) == Some(REQUEST) => {
            Some(u32::from_be_bytes(bytes.get(12..16)?.try_into().ok()?))
        }
        _ => None,
    }
}

/// Whether a report was seen to arrive, where that can be seen.
fn has_arrived(case: &Case<'_>, report: &ReportSeen) -> bool {
    let is_same = |it: &ReportSeen| {
        it.side == Side::Received && it.target == report.target && it.bytes == report.bytes
    };
    !case.is_watched(case.host(report.target)) || case.timeline.reports().iter().any(is_same)
}

/// TMMBR and TMMBN: type and format (RFC 5104 section 4.2).
const REQUEST: (u8, u8) = (205, 3);
const NOTIFICATION: (u8, u8) = (205, 4);
/// Two intervals of RTCP.
const ANSWERED: Duration = Duration::from_secs(10);
/// Whatever came for so long is in the next report.
const AWHILE: Duration = Duration::from_secs(5);
/// What was on its way, or not yet believed, at the time of a report.
const SOON: Duration = Duration::from_secs(2);
/// What comes late of one source, after the next has begun.
const OVERLAP: Duration = Duration::from_millis(200);
/// So many reports show a habit.
const FEW: usize = 3;
/// Fewer packets are hardly a source.
const MANY: usize = 50;
/// A session has a few sources; rubbish has any number.
const SOURCES_MAX: usize = 64;
