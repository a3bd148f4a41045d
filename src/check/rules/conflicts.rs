//! How two agents of ICE settle which of them controls, and how soon they ask again (RFC 8445
//! sections 7.2.5.1 and 14).

use std::collections::BTreeMap;
use std::time::Duration;

use super::ice::{ROLE_CONFLICT, Sought, Told, broken, sought};
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::evidence::Side;
use crate::ice::stun::{Class, Message};
use crate::time::Instant;

pub const RULES: &[Rule] = &[
    rule("RFC8445-7.2.5.1-1", conflicts_are_settled),
    rule("RFC8445-14.2-1", nobody_asks_again_too_soon),
];

/// Whether somebody controls, as it says; nothing, if it does not say, or says both.
fn controls(message: &Message) -> Option<bool> {
    match (message.controlling, message.controlled) {
        (Some(_), None) => Some(true),
        (None, Some(_)) => Some(false),
        _ => None,
    }
}

impl Sought<'_, '_> {
    /// The sendings of one side, each once: as they left, if that was watched.
    fn of_side(&self, caller: bool) -> impl Iterator<Item = &Told<'_>> {
        let own = move |it: &&Told<'_>| it.from_caller == caller;
        let is_watched = self.told.iter().filter(own).any(|it| it.side == Side::Sent);
        let side = if is_watched { Side::Sent } else { Side::Received };
        self.told.iter().filter(own).filter(move |it| it.side == side)
    }

    /// When somebody came to know of something that was sent to it.
    fn known(&self, told: &Told<'_>) -> Option<Instant> {
        let mut other = self.told.iter().filter(|it| it.from_caller == told.from_caller);
        let is_watched = other.clone().any(|it| it.side == Side::Received);
        let same = |it: &&Told<'_>| {
            let is_copy =
                it.message.id == told.message.id && it.message.class == told.message.class;
            is_copy && it.side == Side::Received
        };
        if is_watched { other.find(same).map(|it| it.at) } else { Some(told.at) }
    }
}

/// Whoever is told of a conflict takes the other part, with another number to break ties by (section
/// 7.2.5.1). The RFC before let the number be.
fn conflicts_are_settled(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for it in sought(case) {
        for caller in [true, false] {
            let told = it.of_side(!caller).filter(|it| it.message.error == Some(ROLE_CONFLICT));
            for error in told.take(CONFLICTS_MAX) {
                verdicts.extend(settled(case, &it, caller, error));
            }
        }
    }
    verdicts
}

fn settled(
    case: &Case<'_>,
    it: &Sought<'_, '_>,
    caller: bool,
    error: &Told<'_>,
) -> Option<Verdict> {
    let requests = || it.of_side(caller).filter(|it| it.message.class == Class::Request);
    let asked = requests().find(|it| it.message.id == error.message.id)?;
    let was = controls(asked.message)?;
    let known = it.known(error)?;
    let before: Vec<_> =
        requests().filter(|it| it.at <= known + SLACK).map(|it| it.message.id).collect();
    let next = requests().find(|it| it.at > known + SLACK && !before.contains(&it.message.id))?;
    let now = controls(next.message)?;
    // Another conflict in between may have turned it round once more.
    let mut others = it.of_side(!caller).filter(|it| it.at >= asked.at && it.at <= next.at);
    if others.any(|it| it.message.class == Class::Request && controls(it.message) == Some(!was)) {
        return None;
    }
    let number = |it: &Message| it.controlling.or(it.controlled);
    let keeps_number = number(asked.message) == number(next.message);
    Some(if was == now {
        let part = if now { "controlling" } else { "controlled" };
        let what = format!("as the {part} side, after it was told of a conflict");
        broken(case, "RFC8445-7.2.5.1-1", next, &what)
    } else if keeps_number && it.speaks_ice2(caller) {
        let what = "with the number that it broke ties by before a conflict";
        broken(case, "RFC8445-7.2.5.1-1", next, what)
    } else {
        Verdict::Pass
    })
}

/// A check that is not answered comes again after half a second, not sooner (section 14.3). Who does
/// not speak of `ice2` may follow the RFC before, which allows less.
fn nobody_asks_again_too_soon(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for it in sought(case) {
        for caller in [true, false].into_iter().filter(|caller| it.speaks_ice2(*caller)) {
            let requests = it.of_side(caller).filter(|it| it.message.class == Class::Request);
            let mut last = BTreeMap::new();
            for told in requests {
                let key = (told.message.id, told.source, told.target);
                let Some(before) = last.insert(key, told.at) else { continue };
                let gap = told.at.since(before);
                // What comes twice at once the network has doubled.
                if gap < DOUBLED {
                    continue;
                }
                verdicts.push(if gap + SLACK >= RTO {
                    Verdict::Pass
                } else {
                    let what = format!("again after {} ms, not 500 or more", gap.as_millis());
                    broken(case, "RFC8445-14.2-1", told, &what)
                });
            }
        }
    }
    verdicts
}

/// RFC 8445 section 14.3.
const RTO: Duration = Duration::from_millis(500);
/// What was on its way when the news came, and what clocks may be wrong by.
const SLACK: Duration = Duration::from_millis(100);
/// Two copies of one datagram come so close.
const DOUBLED: Duration = Duration::from_millis(20);
/// More conflicts than these are of no honest agent.
const CONFLICTS_MAX: usize = 16;
