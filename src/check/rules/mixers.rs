//! What a mixer tells a recorder of those whom it mixes: their names, and not their reports (RFC
//! 7866 sections 8.1.5 and 8.2.2).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::rtcp_between::{Told, by_target, sources, told};
use super::session::{Session, by_section};
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::evidence::{Contributors, Flow, Host, RecordingSession, Side};
use crate::rtp::Compound;
use crate::time::Instant;

pub const RULES: &[Rule] = &[
    rule("RFC7866-8.1.5-1", whoever_is_mixed_is_named),
    rule("RFC7866-8.2.2-2", whoever_is_mixed_does_not_report),
];

/// A source that says of whom it is a mixture.
struct Mixture<'a> {
    place: usize,
    flow: &'a Flow,
    ssrc: u32,
    /// Everybody whom it ever lists, and since when.
    contributors: BTreeMap<u32, Instant>,
}

impl Mixture<'_> {
    /// Whether it listed somebody for a while, and does so at a moment, in packets that still come.
    fn lists(&self, csrc: u32, at: Instant) -> bool {
        let packets = self.flow.nearest_to_receiver();
        let heard = packets.get(..packets.partition_point(|it| it.at <= at)).unwrap_or_default();
        let is_heard = heard.last().is_some_and(|it| it.ssrc == self.ssrc && it.at + SOON > at);
        let lists = &self.flow.over().contributors;
        let before = lists.partition_point(|it| it.from <= at);
        let last = lists.get(..before).unwrap_or_default().iter().rfind(|it| it.ssrc == self.ssrc);
        let is_listed = last.is_some_and(|it| it.csrcs.contains(&csrc));
        is_heard && is_listed && self.contributors.get(&csrc).is_some_and(|from| *from + SOON <= at)
    }

    fn is_by(&self, told: &Told<'_>) -> bool {
        told.reports().any(|(ssrc, _)| ssrc == self.ssrc)
    }
}

/// Every mixture that goes to a recorder.
fn mixtures<'a>(recording: &RecordingSession<'a>) -> Vec<Mixture<'a>> {
    let mut mixtures: Vec<Mixture<'a>> = Vec::new();
    for (place, stream) in recording.streams.iter().enumerate() {
        for flow in stream.flows.iter().copied() {
            let mut own: BTreeMap<u32, BTreeMap<u32, Instant>> = BTreeMap::new();
            for Contributors { from, ssrc, csrcs } in &flow.over().contributors {
                let known = own.entry(*ssrc).or_default();
                for csrc in csrcs {
                    known.entry(*csrc).or_insert(*from);
                }
            }
            let own = own.into_iter();
            mixtures.extend(own.map(|(ssrc, contributors)| Mixture {
                place,
                flow,
                ssrc,
                contributors,
            }));
        }
    }
    mixtures
}

/// What a row makes of each mixture, with what its client told the recorder.
fn each(
    case: &Case<'_>,
    judge: impl Fn(&RecordingSession<'_>, &Mixture<'_>, &[&Told<'_>]) -> Vec<Verdict>,
) -> Vec<Verdict> {
    let all = by_target(case);
    case.each_session(|recording, session: &Session<'_>| {
        let mixtures = mixtures(recording);
        if mixtures.is_empty() {
            return Vec::new();
        }
        let told = told(case, &all, (recording, session), true);
        mixtures.iter().flat_map(|mixture| judge(recording, mixture, &told)).collect()
    })
}

/// Whoever is listed, and told the client their name, is described to the recorder (section 8.1.5).
fn whoever_is_mixed_is_named(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC7866-8.1.5-1";
    let given = names_given(case);
    each(case, |recording, mixture, told| {
        let client = case.host(recording.dialog.caller);
        let chunks = told.iter().flat_map(|it| it.compound.chunks());
        let named: BTreeSet<_> =
            chunks.filter(|it| it.cname().is_some()).map(|it| it.ssrc).collect();
        let own: Vec<_> = told.iter().filter(|it| mixture.is_by(it)).collect();
        let needed = if case.is_watched(client) { 0 } else { FEW };
        let judged = mixture.contributors.iter().filter_map(|(csrc, from)| {
            if named.contains(csrc) {
                return Some(Verdict::Pass);
            }
            // Whoever is mixed anew tells their name anew.
            let mut given = given.get(&(client, *csrc))?.iter().filter(|at| *at >= from);
            let known = *given.nth(needed)?;
            let due = |at| at > known + SOON && mixture.lists(*csrc, at);
            let late = own.iter().filter(|it| due(it.report.at)).nth(1)?;
            let who = case.timeline.cast().label(late.report.source);
            let seen = format!(
                "{who} did not say who {csrc} is, of whom something is in stream {}",
                mixture.place + 1
            );
            Some(Verdict::fail(row, late.report.at, seen + &by_section(row)).blaming(&who))
        });
        judged.collect()
    })
}

/// When the name of a source came to somebody, or where that is out of sight was told to them.
fn names_given(case: &Case<'_>) -> BTreeMap<(Host, u32), Vec<Instant>> {
    let mut told: BTreeMap<(Host, u32), Vec<Instant>> = BTreeMap::new();
    for report in case.timeline.reports() {
        let to = case.host(report.target);
        let has_come = report.side == Side::Received || !case.is_watched(to);
        if !has_come || case.ports.secret.contains(&report.target) {
            continue;
        }
        let read = Compound::read(&report.bytes).unwrap_or_default();
        for chunk in read.chunks().filter(|it| it.cname().is_some()) {
            told.entry((to, chunk.ssrc)).or_default().push(report.at);
        }
    }
    told
}

/// The reports of those who are mixed stay in the call (section 8.2.2), unless what they send goes on
/// as it is, too.
fn whoever_is_mixed_does_not_report(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC7866-8.2.2-2";
    each(case, |recording, mixture, told| {
        let sources = sources(recording);
        let Some(own) = sources.iter().find(|it| it.ssrc == mixture.ssrc) else {
            return Vec::new();
        };
        let is_sent = |ssrc: u32, at: Instant| {
            let mut same = sources.iter().filter(|it| it.ssrc == ssrc);
            same.any(|it| at + NEAR >= it.first && at <= it.last + NEAR)
        };
        let wrong = told.iter().find_map(|it| {
            let at = it.report.at;
            let of_others = |ssrc: &u32| {
                *ssrc != mixture.ssrc && mixture.lists(*ssrc, at) && !is_sent(*ssrc, at)
            };
            let ssrc = it.reports().map(|(ssrc, _)| ssrc).find(of_others)?;
            (at + SOON <= own.last).then_some((it, ssrc))
        });
        let verdict = wrong.map(|(it, ssrc)| {
            let who = case.timeline.cast().label(it.report.source);
            let seen = format!(
                "{who} passed on what {ssrc} reported, which is mixed into stream {}",
                mixture.place + 1
            );
            Verdict::fail(row, it.report.at, seen + &by_section(row)).blaming(&who)
        });
        let is_told = || told.iter().any(|it| mixture.is_by(it)).then_some(Verdict::Pass);
        verdict.or_else(is_told).into_iter().collect()
    })
}

/// What was on its way when somebody began to be mixed, or ceased to.
const SOON: Duration = Duration::from_secs(1);
/// Reports on what was sent apart from the mixture.
const NEAR: Duration = Duration::from_secs(10);
/// No network loses so many reports in a row.
const FEW: usize = 3;
