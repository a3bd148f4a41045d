//! What people would like a recording to do: how it is written, and what comes of it (RFC 7866
//! sections 7.3.2 and 11.4).

use std::time::Duration;

use super::awareness::attributes;
use super::legs::{Kept, Leg, Standing, changes, kept, legs, standing};
use super::tolerance::of_form;
use super::{Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::check::view::last_seen;
use crate::evidence::{Kind, Sighting};
use crate::sdp::RecordPreference;
use crate::sip::Method;
use crate::time::Instant;

pub const RULES: &[Rule] = &[
    rule("RFC7866-7.3.2-5", wishes_mean_what_they_say),
    rule("RFC7866-7.3.2-6", lines_begin_once),
    rule("RFC7866-11.4-1", |case| {
        let form = "a=record or a=recordpref before its streams";
        of_form(case, "RFC7866-11.4-1", form, &[400, 415, 488, 606], says_it_for_all)
    }),
];

/// A wish in the middle of a call that is followed by a change of the recording, and by nothing else
/// that could have led to it, is not followed by the contrary of what it wants (section 7.3.2).
fn wishes_mean_what_they_say(case: &Case<'_>) -> Vec<Verdict> {
    let (kept, legs) = (kept(case), legs(case));
    let mut verdicts = Vec::new();
    for leg in &legs {
        let mut last = None;
        for (sighting, description) in leg.described(true) {
            let wish = description.media.iter().find_map(|it| it.record_preference);
            let is_news = std::mem::replace(&mut last, wish) != wish;
            let Some(wish) = wish.filter(|_| is_news) else { continue };
            let Some((before, after)) = follows(case, &kept, &legs, leg, sighting.at) else {
                continue;
            };
            let met = !is_contrary(wish, before, after);
            verdicts.push(case.held(met, "RFC7866-7.3.2-5", sighting, || {
                let wish = wish.attribute().value.unwrap_or_default();
                let (before, after) = (named(before), named(after));
                format!(
                    "wanted `{wish}`, after which the recording was {after}, having been {before}"
                )
            }));
        }
    }
    verdicts
}

fn is_contrary(wish: RecordPreference, before: Standing, after: Standing) -> bool {
    match wish {
        RecordPreference::On => before != Standing::Off && after != Standing::On,
        RecordPreference::Off | RecordPreference::Pause => {
            before != Standing::On && after == Standing::On
        }
        RecordPreference::NoPreference => false,
    }
}

fn named(standing: Standing) -> &'static str {
    match standing {
        Standing::Off => "off",
        Standing::On => "on",
        Standing::Paused => "paused",
    }
}

/// How the recording of somebody stood before a wish, and how it did soon after; nothing, where it did
/// not change, or where something else may have changed it.
fn follows(
    case: &Case<'_>,
    kept: &[Kept<'_, '_>],
    legs: &[Leg<'_, '_>],
    leg: &Leg<'_, '_>,
    at: Instant,
) -> Option<(Standing, Standing)> {
    let by = at + LIMIT;
    if !leg.is_up(at, by) || last_seen(case.timeline) < by {
        return None;
    }
    let changes = changes(kept, &leg.user, Duration::ZERO);
    let before = changes.iter().rfind(|(from, _)| *from <= at);
    let (_, after) = changes.iter().find(|(from, _)| *from > at && *from <= at + SOON)?;
    let is_settled = before.is_none_or(|(from, _)| *from + SETTLED <= at);
    let lasts = standing(kept, &leg.user, by) == *after;
    // Nothing flows while a call is on hold, which is no pause.
    let is_held = || legs.iter().any(|leg| leg.is_up(at, at) && leg.is_held(by));
    let is_alone = is_settled && lasts && !is_held() && !is_disturbed(case, leg, at);
    is_alone.then_some((before.map_or(Standing::Off, |(_, it)| *it), *after))
}

/// Whether anybody did anything else at the time of a wish that may be about a recording.
fn is_disturbed(case: &Case<'_>, leg: &Leg<'_, '_>, at: Instant) -> bool {
    let is_then = |it: Instant| it + SOON >= at && it <= at + SOON;
    let asked = || {
        case.said.iter().any(|it| {
            let is_other = it.call_id != leg.dialog.call_id || it.method == Method::Info;
            let by_phone = case.timeline.cast().is(it.source(), Kind::Phone);
            is_then(it.at) && it.is_request() && it.method != Method::Ack && by_phone && is_other
        })
    };
    let over_http = |it: &Sighting| it.http().is_some() && is_then(it.at);
    let pressed = || {
        case.timeline.flows().iter().any(|flow| {
            let packets = flow.nearest_to_receiver();
            let from = packets.partition_point(|it| it.at + SOON < at);
            let mut near = packets.iter().skip(from).take_while(|it| is_then(it.at));
            near.any(|it| it.sound.event().is_some())
        })
    };
    asked() || case.timeline.signalling().iter().any(over_http) || pressed()
}

/// The line is `a=recordpref:`; that the grammar has another `a=` in it is a slip (section 7.3.2).
fn lines_begin_once(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.messages.iter().filter_map(|(sighting, _)| {
        let (_, description) = sighting.description()?;
        let names = attributes(description).map(|it| it.name.trim());
        let mut names = names.filter(|it| it.trim_start_matches("a=") == "recordpref").peekable();
        names.peek()?;
        let met = names.all(|it| it == "recordpref");
        Some(case.held(met, "RFC7866-7.3.2-6", sighting, || {
            "wrote a=a=recordpref, where a=recordpref is meant".to_owned()
        }))
    });
    judged.collect()
}

/// Whether something is said of the recording of all streams at once, in a call that is up.
fn says_it_for_all(request: &Said<'_>) -> bool {
    let description = request.sighting.description().filter(|_| request.to_tag.is_some());
    let is_ours = |name: &str| ["record", "recordpref"].contains(&name);
    description.is_some_and(|(_, it)| it.attributes.iter().any(|it| is_ours(&it.name)))
}

/// What somebody wants is done at once, or not at all.
const SOON: Duration = Duration::from_secs(1);
/// For so long nothing had changed before.
const SETTLED: Duration = Duration::from_millis(500);
/// What is done lasts for so long at least.
const LIMIT: Duration = Duration::from_secs(3);
