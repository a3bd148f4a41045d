//! RTCP: what every report has to hold, and whether it is true (RFC 3550 section 6, RFC 7022).

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use super::{Case, Lane, Ports, Rule, rule};
use crate::check::Verdict;
use crate::evidence::{Host, Kind, ReportSeen, RtpSeen, Side, Timeline};
use crate::rtp::{Compound, RtcpPacket, SenderInfo};
use crate::sip::Method;
use crate::time::Instant;

pub const RULES: &[Rule] = &[
    rule("RFC3550-6.1-1", reports_are_compound),
    rule("RFC3550-6.4.1-1", senders_report_what_they_sent),
    rule("RFC3550-6.5.1-1", everybody_has_one_name),
    rule("RFC3550-6.3.7-1", whoever_says_goodbye_leaves),
    rule("RFC7022-4.2-1", nobody_has_anothers_name),
];

/// A report, and what it says, if that can be read.
pub(super) type Report<'b, 'a> = (&'a ReportSeen, Option<&'b Compound>);

/// Each report that is not encrypted, once: as it left, or as it arrived where the sender is not
/// watched.
pub(super) fn clear<'b, 'a>(case: &'b Case<'a>) -> impl Iterator<Item = Report<'b, 'a>> {
    case.reports.iter().map(|(report, compound)| (*report, compound.as_ref()))
}

/// The reports of a timeline that are [clear](clear).
pub(super) fn read<'a>(
    timeline: &'a Timeline,
    ports: &Ports,
) -> Vec<(&'a ReportSeen, Option<Compound>)> {
    let reports = timeline.reports();
    let sent: BTreeSet<_> =
        reports.iter().filter(|it| it.side == Side::Sent).map(|it| it.source).collect();
    let own = reports.iter().filter(|it| it.side == Side::Sent || !sent.contains(&it.source));
    let clear = own.filter(|it| !ports.secret.contains(&it.target));
    clear.map(|it| (it, Compound::read(&it.bytes).ok())).collect()
}

/// Those of them that have to be whole.
pub(super) fn reports<'b, 'a>(case: &'b Case<'a>) -> impl Iterator<Item = Report<'b, 'a>> {
    clear(case).filter(|(it, _)| !case.ports.reduced.contains(&it.target))
}

pub(super) fn broken(
    case: &Case<'_>,
    row: &'static str,
    report: &ReportSeen,
    what: &str,
) -> Verdict {
    let cast = case.timeline.cast();
    let (who, whom) = (cast.label(report.source), cast.label(report.target));
    Verdict::fail(row, report.at, format!("{who} sent {whom} RTCP {what}")).blaming(&who)
}

/// A report comes first, and a description with it (RFC 3550 section 6.1).
fn reports_are_compound(case: &Case<'_>) -> Vec<Verdict> {
    let judged = reports(case).map(|(report, compound)| {
        let begins = |it: &Compound| it.0.first().is_some_and(|first| first.report().is_some());
        match compound {
            None => broken(case, "RFC3550-6.1-1", report, "that cannot be read"),
            Some(it) if !begins(it) => {
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
    let mut names: BTreeMap<(Host, u32), String> = BTreeMap::new();
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
        let known =
            names.entry((case.host(report.source), ssrc)).or_insert_with(|| name.to_owned());
        verdicts.push(if known == name {
            Verdict::Pass
        } else {
            let what = format!("as {name}, which was {known} before");
            broken(case, "RFC3550-6.5.1-1", report, &what)
        });
    }
    verdicts
}

/// Whoever says that they leave does not go on sending as before (RFC 3550 section 6.3.7). Goodbyes
/// that are passed on are somebody else's.
fn whoever_says_goodbye_leaves(case: &Case<'_>) -> Vec<Verdict> {
    let mut to: BTreeMap<(Host, SocketAddr), Vec<&Lane<'_>>> = BTreeMap::new();
    for lane in &case.lanes {
        let agreed = lane.agreed(&case.said, &case.talks[lane.talk]);
        let told = agreed.iter().filter_map(|it| it.receiver.rtcp_address());
        let targets: BTreeSet<_> = told.chain([lane.flow.target]).collect();
        for target in targets {
            to.entry((case.host(lane.flow.source), target)).or_default().push(lane);
        }
    }
    let mut verdicts = Vec::new();
    for (report, compound) in clear(case) {
        let host = case.host(report.source);
        let lanes = to.get(&(host, report.target));
        for ssrc in
            compound.into_iter().flat_map(gone).filter(|it| !case.ports.is_relayed(*it, host))
        {
            let sources = lanes.into_iter().flatten().flat_map(|lane| &lane.sources);
            let mut own = sources.filter(|it| it.0 == ssrc).map(|it| &it.1).peekable();
            if own.peek().is_none() {
                continue;
            }
            verdicts.push(if own.any(|packets| goes_on(packets, report.at)) {
                let what = format!("that says goodbye of {ssrc}, and went on sending under it");
                broken(case, "RFC3550-6.3.7-1", report, &what)
            } else {
                Verdict::Pass
            });
        }
    }
    verdicts
}

/// The sources that leave, by a compound.
fn gone(compound: &Compound) -> Vec<u32> {
    let ssrcs = compound.0.iter().filter_map(|it| match it {
        RtcpPacket::Goodbye { ssrcs, .. } => Some(ssrcs),
        _ => None,
    });
    ssrcs.flatten().copied().collect()
}

/// Whether packets go on after a moment without a gap: whoever comes back later may do so.
fn goes_on(packets: &[&RtpSeen], after: Instant) -> bool {
    (1..=STEPS).all(|step| {
        let (from, until) = (after + step * STEP, after + (step + 1) * STEP);
        let place = packets.partition_point(|it| it.at < from);
        packets.get(place).is_some_and(|it| it.at < until)
    })
}

/// The names of two people are drawn apart, or given for good, so that no two are alike (RFC 7022
/// section 4.2). Telephones of one user may share theirs, and so may the addresses of a gateway, which
/// does not register.
fn nobody_has_anothers_name(case: &Case<'_>) -> Vec<Verdict> {
    let registers = case.requests_of(Method::Register);
    let phones: BTreeSet<_> = registers.map(|(it, _)| case.host(it.source())).collect();
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    let mut judged: BTreeSet<(Host, String)> = BTreeSet::new();
    let mut verdicts = Vec::new();
    for (report, compound) in clear(case) {
        let host = case.host(report.source);
        let phone = case.timeline.cast().at(report.source);
        let phone = phone.filter(|it| it.kind == Kind::Phone && phones.contains(&host));
        let Some(number) = phone.and_then(|it| it.number.as_ref()) else { continue };
        let own = compound.and_then(|it| {
            let (ssrc, _) =
                it.0.first()?.report().filter(|it| !case.ports.is_relayed(it.0, host))?;
            it.chunks().find(|chunk| chunk.ssrc == ssrc)?.cname()
        });
        let Some(name) = own.filter(|it| judged.insert((host, (*it).to_owned()))) else { continue };
        let first = known.entry(name.to_owned()).or_insert_with(|| number.clone());
        verdicts.push(if first == number {
            Verdict::Pass
        } else {
            broken(case, "RFC7022-4.2-1", report, &format!("as {name}, which {first} is called"))
        });
    }
    verdicts
}

/// What a source reports of itself agrees with what it sent, and the two times in each report go
/// on alike (RFC 3550 section 6.4.1).
fn senders_report_what_they_sent(case: &Case<'_>) -> Vec<Verdict> {
    let mut of_target: BTreeMap<SocketAddr, Vec<Told>> = BTreeMap::new();
    for (report, compound) in reports(case) {
        let first = compound.and_then(|it| it.0.first());
        let Some(RtcpPacket::SenderReport { ssrc, info, .. }) = first else { continue };
        let (ssrc, info) = (*ssrc, *info);
        let told = Told { at: report.at, from: case.host(report.source), ssrc, info };
        of_target.entry(report.target).or_default().push(told);
    }
    let mut verdicts = Vec::new();
    for lane in &case.lanes {
        let clocks = super::rtp::clocks(case, lane);
        for (ssrc, packets) in &lane.sources {
            let clock = packets.iter().find_map(|it| clocks.get(&it.payload_type)).copied();
            let Some(clock) = clock else { continue };
            let own = told_of(case, lane, *ssrc, packets, &of_target);
            for pair in own.windows(2) {
                let [before, now] = pair else { continue };
                let wrong = differs(case, lane, packets, clock, before, now);
                verdicts.push(wrong.map_or(Verdict::Pass, |what| {
                    let cast = case.timeline.cast();
                    let (who, whom) = (cast.label(lane.flow.source), cast.label(lane.flow.target));
                    let seen = format!("{who} sent {whom} RTCP {what}");
                    Verdict::fail("RFC3550-6.4.1-1", now.at, seen).blaming(&who)
                }));
            }
        }
    }
    verdicts
}

/// What a source told of itself.
struct Told {
    at: Instant,
    from: Host,
    ssrc: u32,
    info: SenderInfo,
}

/// What a source on a lane told of itself while the dialog lasted, in order.
fn told_of<'b>(
    case: &Case<'_>,
    lane: &Lane<'_>,
    ssrc: u32,
    packets: &[&RtpSeen],
    of_target: &'b BTreeMap<SocketAddr, Vec<Told>>,
) -> Vec<&'b Told> {
    let talk = &case.talks[lane.talk];
    let from = packets.first().map(|first| first.at).unwrap_or_default();
    let until = talk.ended.map_or(case.end, |ended| case.at(ended).at);
    let agreed = lane.agreed(&case.said, talk);
    let given: BTreeSet<_> = agreed.iter().flat_map(|it| it.receiver.addresses()).collect();
    let told = given.iter().filter_map(|target| of_target.get(target)).flatten();
    let own = told.filter(|it| {
        let of_source = it.from == case.host(lane.flow.source) && it.ssrc == ssrc;
        of_source && it.at >= from && it.at <= until
    });
    let mut own: Vec<_> = own.collect();
    own.sort_by_key(|it| it.at);
    own
}

fn differs(
    case: &Case<'_>,
    lane: &Lane<'_>,
    packets: &[&RtpSeen],
    clock: u32,
    before: &Told,
    now: &Told,
) -> Option<String> {
    let seconds = seconds(now.info.ntp.wrapping_sub(before.info.ntp));
    let ticks = now.info.timestamp.wrapping_sub(before.info.timestamp).cast_signed();
    let said = f64::from(ticks) / f64::from(clock.max(1));
    // Who has begun anew under the same name counts anew.
    let again = now.info.packets < before.info.packets;
    if !again && (said - seconds).abs() > TIMES {
        return Some(format!("in which {seconds:.3} s of its clock are {said:.3} s of its media"));
    }
    // Whoever passes reports on as they are passes on what was counted elsewhere, and whoever goes
    // on elsewhere counts there.
    let own = (lane.talk, lane.medium, lane.from_caller);
    let elsewhere = case.lanes.iter().any(|other| {
        (other.talk, other.medium, other.from_caller) == own && !std::ptr::eq(other.flow, lane.flow)
    });
    if again || elsewhere || case.ports.is_relayed(now.ssrc, now.from) {
        return None;
    }
    let counted = now.info.packets.wrapping_sub(before.info.packets);
    let seen = packets.iter().filter(|it| it.at > before.at && it.at <= now.at).count();
    let off = i64::from(counted.cast_signed()) - i64::try_from(seen).unwrap_or(i64::MAX);
    // In a capture some may be missing; a count that is too low is wrong all the same.
    let few = i64::try_from(seen / 20).unwrap_or_default() + PACKETS;
    let knows = case.is_watched(now.from);
    let wrong = off < -few || knows && off > few;
    wrong.then(|| format!("that counts {counted} packets where {seen} were sent"))
}

/// A span of NTP time, in seconds; none is longer than a day.
pub(super) fn seconds(ntp: u64) -> f64 {
    let (whole, part) = (ntp >> 32, (ntp >> 16) & 0xFFFF);
    let float = |it: u64| f64::from(u32::try_from(it).unwrap_or(u32::MAX));
    float(whole) + float(part) / 65_536.0
}

/// So many steps after a goodbye, each so long, there are packets, if it was none.
const STEPS: u32 = 5;
const STEP: Duration = Duration::from_millis(500);
/// What a stream's clock may be wrong by between two reports, in seconds.
const TIMES: f64 = 0.2;
/// What is on its way while the report is written.
const PACKETS: i64 = 5;
