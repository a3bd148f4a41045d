//! Media that comes from where it is taken (RFC 4961).

use std::collections::BTreeSet;
use std::net::SocketAddr;

use super::exchange::Exchange;
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::time::Instant;

pub const RULES: &[Rule] = &[rule("RFC4961-4-1", media_comes_from_where_it_is_taken)];

/// Who sends and receives on a stream does both at one port, for RTP and for RTCP (RFC 4961 section
/// 4). From behind a NAT the address would be another; and what ICE finds is another row's.
fn media_comes_from_where_it_is_taken(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for stream in &case.streams {
        if !stream.exchanges.iter().all(flows_both_ways) {
            continue;
        }
        for from_caller in [true, false] {
            let own = stream.wanted(from_caller);
            let theirs = stream.wanted(!from_caller);
            let media = stream.lanes(case, from_caller);
            let media =
                media.filter_map(|it| Some((it.flow.source, it.packets.get(FEW)?.at, "RTP")));
            let (from, until) = stream.span(case);
            let reports = case.timeline.reports().iter().filter(|it| {
                let is_own = own.iter().any(|own| own.ip() == it.source.ip());
                is_own && theirs.contains(&it.target) && it.at >= from && it.at <= until
            });
            let reports = reports.map(|it| (it.source, it.at, "RTCP"));
            let mut known: BTreeSet<SocketAddr> = BTreeSet::new();
            for (source, at, what) in media.chain(reports) {
                let is_others = case.ports.given.contains(&source) && !own.contains(&source);
                if !is_others && known.insert(source) {
                    verdicts.push(verdict(case, source, at, what, own.contains(&source)));
                }
            }
        }
    }
    verdicts
}

fn verdict(case: &Case<'_>, source: SocketAddr, at: Instant, what: &str, is_own: bool) -> Verdict {
    let who = case.timeline.cast().label(source);
    let seen = format!("{who} sent {what} from port {}, where it takes none", source.port());
    Verdict::require(is_own, "RFC4961-4-1", at, || seen).blaming(&who)
}

fn flows_both_ways(it: &Exchange<'_>) -> bool {
    let sides = [it.caller, it.callee];
    it.is_open()
        && sides.iter().all(|half| {
            let direction = half.medium.direction;
            let has_ways = half.medium.attribute("candidate").is_some();
            direction.sends() && direction.receives() && !has_ways
        })
}

/// A packet or two may be of somebody who tries something out.
const FEW: usize = 10;
