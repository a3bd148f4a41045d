//! What a telephone declares of a recording is no command to whoever records (RFC 7866 section
//! 7.3.1).

use std::time::Duration;

use super::legs::{Kept, Leg, kept, legs, record_of};
use super::session::Said;
use super::standstill::is_still;
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::check::view::last_seen;
use crate::evidence::Sighting;
use crate::sdp::Record;
use crate::sip::{Message, Method};
use crate::time::Instant;

pub const RULES: &[Rule] = &[rule("RFC7866-7.3.1-4", declarations_command_nothing)];

/// A recording is not paused or ended because a telephone said `a=record:paused` or `off`: who wants
/// that says it by `a=recordpref`, or in some other way, and where there is one it cannot be told.
fn declarations_command_nothing(case: &Case<'_>) -> Vec<Verdict> {
    let (kept, legs) = (kept(case), legs(case));
    let end = last_seen(case.timeline);
    let mut verdicts = Vec::new();
    for leg in &legs {
        for (at, declared) in declarations(leg).into_iter().filter(|(it, _)| it.at + LIMIT <= end) {
            let own = kept.iter().filter(|it| {
                it.from < at.at
                    && it.to.is_none_or(|to| at.at < to)
                    && it.present(&leg.user, at.at).is_some()
            });
            verdicts.extend(own.filter_map(|it| judge(case, leg, it, at, declared)));
        }
    }
    verdicts
}

/// Where a telephone declares that it is not recorded, or not for now, and wishes nothing.
fn declarations<'a>(leg: &Leg<'_, 'a>) -> Vec<(&'a Sighting, Record)> {
    let mut last = None;
    let own = leg.described(true).filter_map(|(sighting, description)| {
        let record = record_of(description);
        let is_news = std::mem::replace(&mut last, record) != record;
        let is_wish = description.media.iter().any(|it| it.record_preference.is_some());
        let record = record.filter(|it| is_news && !is_wish && *it != Record::On)?;
        Some((sighting, record))
    });
    own.collect()
}

fn judge(
    case: &Case<'_>,
    leg: &Leg<'_, '_>,
    kept: &Kept<'_, '_>,
    at: &Sighting,
    declared: Record,
) -> Option<Verdict> {
    let mut known = kept.session.said.iter().filter(|it| it.by_client && it.at() <= at.at);
    let before = known.rfind(|it| it.sdp.is_some())?;
    if before.sdp.is_some_and(is_still) {
        return None;
    }
    let later = kept.session.said.iter().filter(|it| it.by_client && it.message.is_request());
    let mut soon = later.filter(|it| it.at() > at.at && it.at() <= at.at + LIMIT);
    let obeys = |it: &&Said<'_>| it.asks(&Method::Bye) || it.sdp.is_some_and(is_still);
    let Some(said) = soon.find(obeys) else { return Some(Verdict::Pass) };
    if leg.is_held(said.at()) || is_asked_otherwise(case, leg, at, said.at()) {
        let why =
            "a recording changed when a telephone declared it, and others had asked for things";
        return Some(Verdict::Inconclusive(why.to_owned()));
    }
    let seen = format!("obeyed a telephone that had only declared a=record:{declared}");
    Some(case.blame("RFC7866-7.3.1-4", said.sighting, &seen))
}

/// Whether anything else came to the client for which it may have changed the recording.
fn is_asked_otherwise(case: &Case<'_>, leg: &Leg<'_, '_>, at: &Sighting, until: Instant) -> bool {
    let client = case.host(if leg.by_phone { leg.dialog.callee } else { leg.dialog.caller });
    let all = case.timeline.signalling();
    let start = all.partition_point(|it| it.at + LIMIT < at.at);
    let mut recent = all.iter().skip(start).take_while(|it| it.at <= until);
    let declares = |message: &Message| {
        at.message().is_some_and(|it| {
            it.call_id() == message.call_id() && it.cseq().ok() == message.cseq().ok()
        })
    };
    let asks = |it: &Sighting| match it.message() {
        Some(message) => {
            message.method().is_some_and(|it| *it != Method::Ack) && !declares(message)
        }
        None => it.http().is_some(),
    };
    let mut flows = case.timeline.flows().iter().filter(|it| case.host(it.target) == client);
    recent.any(|it| case.host(it.target) == client && asks(it))
        || flows.any(|flow| {
            let packets = flow.nearest_to_receiver();
            let start = packets.partition_point(|it| it.at + LIMIT < at.at);
            let mut recent = packets.iter().skip(start).take_while(|it| it.at <= until);
            recent.any(|it| it.sound.event().is_some())
        })
}

/// Whoever takes something for a command has obeyed it by then.
const LIMIT: Duration = Duration::from_secs(2);
