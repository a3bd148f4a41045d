//! The ways that ICE finds: which checks are made and how, which way is chosen, and that media keeps
//! to it and keeps it open (RFC 8445).

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use super::exchange::{Exchange, Stream};
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::evidence::{Content, Flow, Side};
use crate::ice::Remote;
use crate::ice::stun::{Class, Message, TransactionId};
use crate::time::Instant;

pub const RULES: &[Rule] = &[
    rule("RFC8445-6.1.1-1", whoever_offers_controls),
    rule("RFC8445-7.1-1", checks_are_complete),
    rule("RFC8445-8.1.1-1", one_way_is_chosen),
    rule("RFC8445-11-1", ways_are_kept_open),
    rule("RFC8445-12.1-1", media_keeps_to_its_way),
    rule("RFC8839-4.2.1.4-1", lite_agents_only_answer),
];

/// One sending of a STUN message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told<'a> {
    pub(super) at: Instant,
    pub(super) side: Side,
    pub(super) source: SocketAddr,
    pub(super) target: SocketAddr,
    pub(super) message: &'a Message,
    bytes: &'a [u8],
    pub(super) from_caller: bool,
}

/// A stream for which both sides speak ICE in every exchange.
pub(super) struct Sought<'a, 'b> {
    stream: &'b Stream<'a>,
    /// What the caller said of it, and what the callee did, exchange by exchange.
    said: Vec<(Remote, Remote)>,
    /// All STUN between the two for its RTP, while the dialog lasted.
    pub(super) told: Vec<Told<'a>>,
}

pub(super) fn sought<'a, 'b>(case: &'b Case<'a>) -> Vec<Sought<'a, 'b>> {
    let all = case.streams.iter().filter(|it| it.exchanges.iter().all(Exchange::is_open));
    let each = all.filter_map(|stream| {
        let said = stream.exchanges.iter().map(|it| Some((it.caller.ice()?, it.callee.ice()?)));
        let said = said.collect::<Option<Vec<_>>>()?;
        let (from, until) = stream.span(case);
        let told = case.timeline.signalling().iter().filter_map(|it| {
            let Content::Stun(message, bytes) = &it.content else { return None };
            let (side, source, target) = (it.side, it.source, it.target);
            let from_caller = stream.is_from_caller(source, target)?;
            let told = Told { at: it.at, side, source, target, message, bytes, from_caller };
            (it.at >= from && it.at <= until).then_some(told)
        });
        let told = told.collect();
        Some(Sought { stream, said, told })
    });
    each.collect()
}

/// A way that one side nominated, and the other agreed to.
#[derive(Clone, Copy, Debug)]
struct Choice<'a> {
    way: Pair,
    at: Instant,
    /// The USERNAME of the check: another one is of another beginning.
    name: Option<&'a str>,
    by_caller: bool,
}

/// The two ends of a way, in one order for both directions.
type Pair = (SocketAddr, SocketAddr);

fn pair(one: SocketAddr, other: SocketAddr) -> Pair {
    (one.min(other), one.max(other))
}

impl Sought<'_, '_> {
    fn requests(&self) -> impl Iterator<Item = &Told<'_>> {
        self.told.iter().filter(|it| it.message.class == Class::Request)
    }

    /// What one side said of itself, whenever.
    fn of(&self, caller: bool) -> impl Iterator<Item = &Remote> {
        self.said.iter().map(move |it| if caller { &it.0 } else { &it.1 })
    }

    fn is_lite(&self, caller: bool) -> bool {
        self.of(caller).any(|it| it.is_lite)
    }

    /// The ways that were nominated, where that was answered, in order.
    fn choices(&self) -> Vec<Choice<'_>> {
        let mut asked: BTreeMap<TransactionId, &Told<'_>> = BTreeMap::new();
        let mut found: BTreeMap<TransactionId, Choice<'_>> = BTreeMap::new();
        for told in &self.told {
            let id = told.message.id;
            if told.message.class == Class::Request && told.message.use_candidate {
                asked.entry(id).or_insert(told);
            }
            let request = asked.get(&id).filter(|_| told.message.class == Class::Success);
            let Some(request) = request else { continue };
            if (request.source, request.target) == (told.target, told.source) {
                found.entry(id).or_insert(Choice {
                    way: pair(told.source, told.target),
                    at: told.at,
                    name: request.message.username.as_deref(),
                    by_caller: request.from_caller,
                });
            }
        }
        let mut found: Vec<_> = found.into_values().collect();
        found.sort_by_key(|it| it.at);
        found
    }

    /// Whether one side says to be of RFC 8445, whenever it says anything.
    pub(super) fn speaks_ice2(&self, caller: bool) -> bool {
        self.stream.exchanges.iter().all(|it| {
            let options = it.half(caller).value("ice-options").unwrap_or_default();
            options.split_ascii_whitespace().any(|it| it == "ice2")
        })
    }

    /// Whether two who thought the same of themselves had to sort that out.
    fn had_conflict(&self) -> bool {
        self.told.iter().any(|it| it.message.error == Some(ROLE_CONFLICT))
    }
}

pub(super) fn broken(case: &Case<'_>, row: &'static str, told: &Told<'_>, what: &str) -> Verdict {
    let cast = case.timeline.cast();
    let (who, whom) = (cast.label(told.source), cast.label(told.target));
    Verdict::fail(row, told.at, format!("{who} sent {whom} a check {what}")).blaming(&who)
}

/// Whoever began is the one who controls, unless one side only answers: then the other is (section
/// 6.1.1). A conflict may turn that round.
fn whoever_offers_controls(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for it in sought(case) {
        let began = it.stream.exchanges[0].by_caller;
        let caller_controls = match (it.is_lite(true), it.is_lite(false)) {
            (false, true) => true,
            (true, false) => false,
            _ => began,
        };
        if it.had_conflict() {
            continue;
        }
        for told in it.requests() {
            let controls = match (told.message.controlling, told.message.controlled) {
                (Some(_), None) => true,
                (None, Some(_)) => false,
                _ => continue,
            };
            let is_due = controls == (told.from_caller == caller_controls);
            verdicts.push(if is_due {
                Verdict::Pass
            } else {
                let role = if controls { "controlling" } else { "controlled" };
                broken(
                    case,
                    "RFC8445-6.1.1-1",
                    told,
                    &format!("as the {role} side, which it is not"),
                )
            });
        }
    }
    verdicts
}

/// A check says how good its way is and who controls, and is signed for whoever it goes to (sections
/// 7.1 and 7.2.2). Only who controls chooses a way.
fn checks_are_complete(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for it in sought(case) {
        for told in it.requests() {
            let message = told.message;
            let mut keys = it.of(!told.from_caller).map(|it| it.credentials.password.as_str());
            let lack = if message.username.is_none() {
                Some("without a username")
            } else if !keys.any(|key| message.is_signed(told.bytes, key)) {
                Some("that is not signed with the password of whoever gets it")
            } else if !message.has_fingerprint {
                Some("without a fingerprint")
            } else if message.priority.is_none() {
                Some("without a priority")
            } else if message.controlling.is_some() == message.controlled.is_some() {
                Some("that does not say who controls")
            } else if message.use_candidate && message.controlled.is_some() {
                Some("that chooses a way, by whoever is controlled")
            } else {
                None
            };
            verdicts
                .push(lack.map_or(Verdict::Pass, |lack| broken(case, "RFC8445-7.1-1", told, lack)));
        }
    }
    verdicts
}

/// One way is chosen for RTP, once (section 8.1.1). Who does not speak of `ice2` may follow the RFC
/// before, which allows more.
fn one_way_is_chosen(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for it in sought(case) {
        let mut chosen: BTreeMap<Option<&str>, Pair> = BTreeMap::new();
        let choices = it.choices();
        for choice in &choices {
            if !it.speaks_ice2(choice.by_caller) {
                continue;
            }
            let first = *chosen.entry(choice.name).or_insert(choice.way);
            let is_same = first == choice.way;
            verdicts.push(Verdict::require(is_same, "RFC8445-8.1.1-1", choice.at, || {
                let side = if choice.by_caller { "the caller" } else { "the called side" };
                let (one, other) = choice.way;
                format!("{side} chose the way between {one} and {other} after another")
            }));
        }
    }
    verdicts
}

/// Once a way is chosen, RTP takes that one (section 12.1).
fn media_keeps_to_its_way(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for it in sought(case) {
        let choices = it.choices();
        let Some(known) = choices.iter().map(|it| it.at).max() else { continue };
        let ways: BTreeSet<_> = choices.iter().map(|it| it.way).collect();
        let (_, until) = it.stream.span(case);
        for flow in case.timeline.flows() {
            if it.stream.is_from_caller(flow.source, flow.target).is_none() {
                continue;
            }
            let late = flow.nearest_to_sender().iter();
            let mut late = late.filter(|it| it.at > known + SETTLED && it.at <= until);
            let is_chosen = ways.contains(&pair(flow.source, flow.target));
            verdicts.push(match late.nth(FEW).filter(|_| !is_chosen) {
                None => Verdict::Pass,
                Some(packet) => {
                    let (from, to) = (flow.source, flow.target);
                    let who = case.timeline.cast().label(from);
                    let seen =
                        format!("{who} sent RTP from {from} to {to}, a way that was not chosen");
                    Verdict::fail("RFC8445-12.1-1", packet.at, seen).blaming(&who)
                }
            });
        }
    }
    verdicts
}

/// Something goes each way once in a while, media or not (section 11): four times the 15 s that are
/// usual may be somebody's choice, more is a way that closes.
fn ways_are_kept_open(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for it in sought(case) {
        let choices = it.choices();
        let ways: BTreeSet<_> = choices.iter().map(|it| it.way).collect();
        let (Some(way), 1) = (ways.first(), ways.len()) else { continue };
        let Some(chosen) = choices.iter().map(|it| it.at).max() else { continue };
        let (_, until) = it.stream.span(case);
        for (source, target) in [(way.0, way.1), (way.1, way.0)] {
            let seen = activity(case, source, target);
            let mut times: Vec<_> = seen.into_iter().filter(|at| *at <= until).collect();
            // What is sent out of our sight is not missing.
            if times.is_empty() || !case.lives(case.host(source), chosen + IDLE) {
                continue;
            }
            times.extend([chosen, until]);
            times.retain(|at| *at >= chosen);
            times.sort_unstable();
            let gap = times.windows(2).find(|pair| pair[1].since(pair[0]) > IDLE);
            verdicts.push(gap.map_or(Verdict::Pass, |gap| {
                let who = case.timeline.cast().label(source);
                let seconds = gap[1].since(gap[0]).as_secs();
                let seen = format!("{who} sent nothing for {seconds} s on the way that was chosen");
                Verdict::fail("RFC8445-11-1", gap[0] + IDLE, seen).blaming(&who)
            }));
        }
    }
    verdicts
}

/// When anything was seen to go from one address to another.
fn activity(case: &Case<'_>, source: SocketAddr, target: SocketAddr) -> Vec<Instant> {
    let own = |from: SocketAddr, to: SocketAddr| (from, to) == (source, target);
    let flows = case.timeline.flows().iter().filter(|it| own(it.source, it.target));
    let media = flows.flat_map(Flow::nearest_to_sender).map(|it| it.at);
    let reports = case.timeline.reports().iter().filter(|it| own(it.source, it.target));
    let other = case.timeline.signalling().iter().filter(|it| own(it.source, it.target));
    media.chain(reports.map(|it| it.at)).chain(other.map(|it| it.at)).collect()
}

/// Who says to be lite makes no checks (RFC 8839 section 4.2.1.4): a full agent does not say so.
fn lite_agents_only_answer(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for it in sought(case) {
        for caller in [true, false].into_iter().filter(|caller| it.is_lite(*caller)) {
            let own = it.requests().find(|told| told.from_caller == caller);
            verdicts.push(own.map_or(Verdict::Pass, |told| {
                broken(case, "RFC8839-4.2.1.4-1", told, "although it had said to be lite")
            }));
        }
    }
    verdicts
}

/// RFC 8445 section 7.3.1.1.
pub(super) const ROLE_CONFLICT: u16 = 487;
/// Until both know of a choice, and media has moved.
const SETTLED: Duration = Duration::from_secs(2);
/// As much is no mistake.
const FEW: usize = 10;
/// Four times the 15 s of section 11.
const IDLE: Duration = Duration::from_mins(1);
