//! What a receiver reports of what it received: loss and jitter by the formulas (RFC 3550 section
//! 6.4.1, appendices A.3 and A.8).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::rtcp::{broken, clear};
use super::{Case, Lane, Rule, rule};
use crate::check::Verdict;
use crate::evidence::{Host, ReportSeen, RtpSeen};
use crate::rtp::ReportBlock;
use crate::time::Instant;

pub const RULES: &[Rule] = &[rule("RFC3550-6.4.1-2", receivers_report_what_they_received)];

/// What somebody told of one source, once.
#[derive(Clone, Copy, Debug)]
struct Told<'a> {
    report: &'a ReportSeen,
    block: ReportBlock,
}

/// Everything that receivers told themselves of what came to them: by receiver, by whose report it
/// was, and by source.
fn told<'a>(case: &Case<'a>) -> BTreeMap<(Host, u32, u32), Vec<Told<'a>>> {
    let mut begins: BTreeMap<u32, Host> = BTreeMap::new();
    let mut told: BTreeMap<(Host, u32, u32), Vec<Told<'a>>> = BTreeMap::new();
    for (report, compound) in clear(case) {
        for packet in compound.iter().flat_map(|it| &it.0) {
            let Some((by, blocks)) = packet.report() else { continue };
            let host = case.host(report.source);
            // What somebody passes on was told by another.
            if *begins.entry(by).or_insert(host) != host {
                continue;
            }
            for block in blocks {
                let own = told.entry((host, by, block.ssrc)).or_default();
                own.push(Told { report, block: *block });
            }
        }
    }
    told
}

/// Each report on a source agrees with the one before and, as far as it is known what came, with that.
fn receivers_report_what_they_received(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for ((host, _, ssrc), own) in told(case) {
        let mut lanes = case.lanes.iter().filter(|lane| {
            let comes = lane.sources.iter().any(|(it, _)| *it == ssrc);
            comes && case.host(lane.flow.target) == host
        });
        let (Some(lane), None) = (lanes.next(), lanes.next()) else { continue };
        for pair in own.windows(2) {
            let [before, now] = pair else { continue };
            let wrong = odd(case, lane, before, now);
            verdicts.push(
                wrong.map_or(Verdict::Pass, |what| {
                    broken(case, "RFC3550-6.4.1-2", now.report, &what)
                }),
            );
        }
    }
    verdicts
}

fn odd(case: &Case<'_>, lane: &Lane<'_>, before: &Told<'_>, now: &Told<'_>) -> Option<String> {
    let spanned = now.block.highest.wrapping_sub(before.block.highest);
    if spanned == 0 || spanned > 1 << 15 {
        return None;
    }
    let spanned = i64::from(spanned);
    let lost = i64::from(now.block.lost) - i64::from(before.block.lost);
    if lost > spanned + FEW {
        return Some(format!("in which {lost} of {spanned} packets were lost"));
    }
    // Reports may be lost too: the fraction is of the time since the last of them.
    if lost <= 0 && now.block.fraction_lost >= QUARTER {
        let quarters = f64::from(now.block.fraction_lost) / 256.0;
        return Some(format!("in which {quarters:.2} of the packets were lost, and {lost} in all"));
    }
    let is_known = !lane.flow.received.is_empty() && case.is_watched(case.host(lane.flow.target));
    if !is_known || !listens(case, lane, before.report.at, now.report.at) {
        return None;
    }
    let seen = Seen::of(lane, before, now)?;
    let missing = spanned - seen.different;
    if lost > missing + FEW || lost < missing - seen.again - FEW {
        return Some(format!("in which {lost} of {spanned} packets were lost, and {missing} were"));
    }
    let jitter = jitter(case, lane, now)?;
    let said = f64::from(now.block.jitter) / jitter.clock;
    let off = (said - jitter.seconds).abs();
    (off > jitter.seconds + ROUGHLY).then(|| {
        let is = jitter.seconds;
        format!("in which the jitter of a source is {said:.3} s, and it was {is:.3} s")
    })
}

/// Whether a stream was open both ways from one moment to another, and nothing was said of it.
fn listens(case: &Case<'_>, lane: &Lane<'_>, from: Instant, until: Instant) -> bool {
    let talk = &case.talks[lane.talk];
    let agreed = lane.agreed(&case.said, talk);
    let last = agreed.iter().rfind(|it| it.since <= from);
    let is_open =
        last.is_some_and(|it| it.sender.direction.sends() && it.receiver.direction.receives());
    let described = talk.said.iter().map(|place| case.at(*place));
    let mut described = described.filter(|it| it.sighting.description().is_some());
    is_open && !described.any(|it| it.at + UNDER_WAY >= from && it.at <= until)
}

/// What came between two reports.
struct Seen {
    /// How many packets of those that the second speaks of and the first does not.
    different: i64,
    /// How many came besides: copies, and what was late for the first.
    again: i64,
}

impl Seen {
    /// Nothing, where a source began anew, or the reports are of other numbers than came.
    fn of(lane: &Lane<'_>, before: &Told<'_>, now: &Told<'_>) -> Option<Self> {
        let own = packets(lane, now);
        let has = |told: &Told<'_>| own.iter().any(|it| it.sequence == low(told.block.highest));
        if !has(before) || !has(now) {
            return None;
        }
        let meanwhile = own.iter().filter(|it| it.at > before.report.at);
        let mut last = own.iter().rfind(|it| it.at <= before.report.at)?.sequence;
        let (low, span) = (low(before.block.highest), low(now.block.highest));
        let span = span.wrapping_sub(low);
        let (mut known, mut again) = (BTreeSet::new(), 0);
        for packet in meanwhile {
            let step = packet.sequence.wrapping_sub(last).cast_signed();
            if step.unsigned_abs() > LEAP {
                return None;
            }
            last = packet.sequence;
            let ahead = packet.sequence.wrapping_sub(low);
            if !((1..=span).contains(&ahead) && known.insert(ahead)) {
                again += 1;
            }
        }
        // What came just before the report was written may not be in it.
        let earlier = own.iter().filter(|it| it.at <= before.report.at);
        let ahead = earlier.map(|it| it.sequence.wrapping_sub(low));
        known.extend(ahead.filter(|ahead| (1..=span).contains(ahead) && *ahead < LEAP));
        Some(Self { different: i64::try_from(known.len()).unwrap_or(i64::MAX), again })
    }
}

/// What had come of a source when a report was sent.
fn packets<'a>(lane: &Lane<'a>, now: &Told<'_>) -> Vec<&'a RtpSeen> {
    let own = lane.flow.received.iter();
    own.filter(|it| it.ssrc == now.block.ssrc && it.at <= now.report.at).collect()
}

fn low(extended: u32) -> u16 {
    (extended & 0xFFFF) as u16
}

struct Jitter {
    seconds: f64,
    clock: f64,
}

/// The jitter by appendix A.8, of a source that sends one format.
fn jitter(case: &Case<'_>, lane: &Lane<'_>, now: &Told<'_>) -> Option<Jitter> {
    let own = packets(lane, now);
    let kinds: BTreeSet<_> = own.iter().map(|it| it.payload_type).collect();
    let kind = kinds.first().filter(|_| kinds.len() == 1)?;
    let clock = f64::from(*super::rtp::clocks(case, lane).get(kind).filter(|it| **it > 0)?);
    let mut seconds = 0.0;
    for pair in own.windows(2) {
        let [before, packet] = pair else { continue };
        let sent = packet.timestamp.wrapping_sub(before.timestamp).cast_signed();
        let came = packet.at.since(before.at).as_secs_f64();
        let off = (came - f64::from(sent) / clock).abs();
        seconds += (off - seconds) / 16.0;
    }
    Some(Jitter { seconds, clock })
}

/// What is on its way while a report is written.
const FEW: i64 = 3;
/// A quarter, in 1/256.
const QUARTER: u8 = 64;
/// Who begins anew leaps further.
const LEAP: u16 = 500;
/// What a receiver's clock may be wrong by, in seconds: some look at it once a frame.
const ROUGHLY: f64 = 0.06;
/// Until what was agreed on is done.
const UNDER_WAY: Duration = Duration::from_secs(1);
