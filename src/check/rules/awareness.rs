//! Who is recorded knows it, and says what they would like (RFC 7866 sections 6.1.2, 6.3, 7.1.2
//! to 7.3).

use std::time::Duration;

use super::legs::{Leg, Standing, changes, kept, legs, record_of, standing};
use super::session::has_option;
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::check::view::last_seen;
use crate::evidence::{Sighting, calls};
use crate::sdp::{Attribute, Description, Record};
use crate::sip::Method;
use crate::time::Instant;

pub const RULES: &[Rule] = &[
    rule("RFC7866-6.1.2-1", everybody_is_told),
    rule("RFC7866-6.1.2-2", the_aware_are_told_in_their_way),
    rule("RFC7866-6.3-1", the_aware_say_so_at_once),
    rule("RFC7866-7.1.2-3", changes_are_told),
    rule("RFC7866-7.1.2-4", |case| words(case, "RFC7866-7.1.2-4", "record", RECORD)),
    rule("RFC7866-7.1.3-2", wishes_are_answered),
    rule("RFC7866-7.3.1-2", what_is_heard_of_is_passed_on),
    rule("RFC7866-7.3.2-4", |case| words(case, "RFC7866-7.3.2-4", "recordpref", PREFERENCE)),
];

/// Everybody whose call is recorded is told (section 6.1.2): by an attribute, an announcement or a
/// tone. That there is no contract, nobody can see; but whoever is told of recordings by
/// attributes has no need of one.
fn everybody_is_told(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC7866-6.1.2-1";
    each_recorded(case, |leg, at| {
        let heard = || heard_something(case, leg);
        Some(if leg.shown(at + LIMIT).is_some() || heard() {
            Verdict::Pass
        } else if leg.is_aware() {
            untold(case, row, leg, "recorded a call, and neither told nor played anything to")
        } else {
            Verdict::Inconclusive(format!("whether {} was told in another way", leg.user))
        })
    })
}

/// Whoever understands `a=record` is told by it (section 6.1.2).
fn the_aware_are_told_in_their_way(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC7866-6.1.2-2";
    each_recorded(case, |leg, at| {
        let mut told = leg.described(false).filter(|(sighting, _)| sighting.at <= at + LIMIT);
        let is_told =
            told.any(|(_, it)| matches!(record_of(it), Some(Record::On | Record::Paused)));
        let untold = || untold(case, row, leg, "recorded a call without a=record to");
        leg.is_aware().then(|| if is_told { Verdict::Pass } else { untold() })
    })
}

/// What a row makes of each leg whose user begins to be recorded, and the moment.
fn each_recorded(
    case: &Case<'_>,
    judge: impl Fn(&Leg<'_, '_>, Instant) -> Option<Verdict>,
) -> Vec<Verdict> {
    let (kept, legs) = (kept(case), legs(case));
    let end = last_seen(case.timeline);
    let first = |leg: &Leg<'_, '_>| {
        let mut changes = changes(&kept, &leg.user, LIMIT).into_iter();
        let (at, _) = changes.find(|(_, standing)| *standing == Standing::On)?;
        // The call may have been answered after the recording began.
        let at = at.max(leg.from);
        let lasts = standing(&kept, &leg.user, at + LIMIT) != Standing::Off;
        (lasts && leg.is_up(at, at + LIMIT) && at + LIMIT <= end).then_some(at)
    };
    legs.iter().filter_map(|leg| judge(leg, first(leg)?)).collect()
}

/// A finding against whoever sent the last message of a leg that could have told.
fn untold(case: &Case<'_>, row: &'static str, leg: &Leg<'_, '_>, seen: &str) -> Verdict {
    let last = leg.described(false).last().map_or(leg.dialog.first(), |(sighting, _)| sighting);
    case.blame(row, last, &format!("{seen} {}", leg.user))
}

/// Whether an announcement or a tone reached the telephone of a leg.
fn heard_something(case: &Case<'_>, leg: &Leg<'_, '_>) -> bool {
    let phone = if leg.by_phone { leg.dialog.caller } else { leg.dialog.callee };
    let own =
        case.timeline.flows().iter().filter(|flow| case.host(flow.target) == case.host(phone));
    let mut own = own.filter(|flow| case.host(flow.source) != case.host(phone));
    own.any(|flow| !flow.cues().is_empty() || !flow.over().tones.is_empty())
}

/// A telephone that takes part in telling of recordings says so in its first INVITE, or in what it
/// answers to one (section 6.3).
fn the_aware_say_so_at_once(case: &Case<'_>) -> Vec<Verdict> {
    let judged = legs(case).into_iter().filter_map(|leg| {
        let wishes =
            leg.described(true).any(|(_, it)| attributes(it).any(|it| it.name == "recordpref"));
        if !wishes && !leg.is_aware() {
            return None;
        }
        let mut own = leg.dialog.sightings().filter(|sighting| {
            let Some(message) = sighting.message() else { return false };
            let is_first = match message.code() {
                None => message.method() == Some(&Method::Invite),
                Some(code) => (101..300).contains(&code),
            };
            let by_phone = leg.dialog.is_from_caller(sighting) == leg.by_phone;
            by_phone && is_first && message.cseq().ok() == leg.dialog.invite.cseq().ok()
        });
        let says = |it: &Sighting| {
            it.message().is_some_and(|it| has_option(it, "Supported", "record-aware"))
        };
        let first = own.clone().next()?;
        let met = own.any(says);
        Some(case.held(met, "RFC7866-6.3-1", first, || {
            "takes part in recording indications, and did not say record-aware at once".to_owned()
        }))
    });
    judged.collect()
}

/// Whenever it stands otherwise with a recording, telephones that want to know are told (section
/// 7.1.2).
fn changes_are_told(case: &Case<'_>) -> Vec<Verdict> {
    let (kept, legs) = (kept(case), legs(case));
    let each = legs.iter().filter(|leg| leg.is_aware()).flat_map(|leg| {
        let changes = changes(&kept, &leg.user, LIMIT);
        // That a recording begins is another row's.
        let begins = usize::from(changes.first().is_some_and(|(_, it)| *it == Standing::On));
        let judged = changes.into_iter().skip(begins);
        judged
            .filter_map(|(at, now)| is_told(case, "RFC7866-7.1.2-3", &legs, leg, at, now))
            .collect::<Vec<_>>()
    });
    each.collect()
}

/// Whether a change is told to a telephone; nothing, where the call did not last or the change was
/// another one.
fn is_told(
    case: &Case<'_>,
    row: &'static str,
    legs: &[Leg<'_, '_>],
    leg: &Leg<'_, '_>,
    at: Instant,
    now: Standing,
) -> Option<Verdict> {
    let by = at + LIMIT;
    if !leg.is_up(at, by) || last_seen(case.timeline) < by {
        return None;
    }
    // Nothing flows while a call is on hold, which is no pause.
    let is_held = legs.iter().any(|leg| leg.is_up(at, at) && leg.is_held(by));
    let shown = leg.shown(by);
    let wanted = match now {
        Standing::Off if shown.is_none() => return None,
        Standing::Off => Record::Off,
        Standing::On => Record::On,
        Standing::Paused if is_held => return None,
        Standing::Paused => Record::Paused,
    };
    // A recording that is stopped soon after is over for people before its recorder is let go.
    let mut since = leg.described(false).filter(|(it, _)| (at..=by).contains(&it.at));
    if shown == Some(wanted) || since.any(|(_, it)| record_of(it) == Some(wanted)) {
        return Some(Verdict::Pass);
    }
    let shown = shown.map_or("nothing".to_owned(), |it| it.to_string());
    Some(untold(
        case,
        row,
        leg,
        &format!("told `{shown}` instead of `{wanted}` of the recording to"),
    ))
}

/// Where a wish changes a recording, whoever had it is told of the change (section 7.1.3).
fn wishes_are_answered(case: &Case<'_>) -> Vec<Verdict> {
    let (kept, legs) = (kept(case), legs(case));
    let mut verdicts = Vec::new();
    for leg in &legs {
        let mut last = None;
        for (sighting, description) in leg.described(true) {
            let wish = description.media.iter().find_map(|it| it.record_preference);
            if wish.is_none() || std::mem::replace(&mut last, wish) == wish {
                continue;
            }
            let is_soon =
                |(at, _): &&(Instant, Standing)| *at >= sighting.at && *at <= sighting.at + LIMIT;
            let changes: Vec<_> = changes(&kept, &leg.user, LIMIT);
            let change = changes.iter().find(is_soon).copied();
            let told =
                change.and_then(|(at, now)| is_told(case, "RFC7866-7.1.3-2", &legs, leg, at, now));
            verdicts.extend(told);
        }
    }
    verdicts
}

/// Whoever bridges a call and is told that it is recorded tells the others (section 7.3.1).
fn what_is_heard_of_is_passed_on(case: &Case<'_>) -> Vec<Verdict> {
    let bridged = bridged(case);
    let calls = calls(case.timeline);
    let mut verdicts = Vec::new();
    for teller in &bridged {
        let on = teller.described(true).find(|(_, it)| record_of(it) == Some(Record::On));
        let Some((sighting, _)) = on else { continue };
        let call = calls.iter().find(|it| it.call_ids.contains(teller.dialog.call_id));
        let by = sighting.at.max(teller.from) + LIMIT;
        let others = bridged.iter().filter(|leg| {
            leg.dialog.call_id != teller.dialog.call_id
                && call.is_some_and(|it| it.call_ids.contains(leg.dialog.call_id))
                && leg.is_aware()
                && leg.is_up(by, by)
        });
        for leg in others.filter(|_| last_seen(case.timeline) >= by) {
            let met = leg.shown(by) == Some(Record::On);
            let seen = "was told of a recording, and passed nothing on to";
            verdicts.push(if met {
                Verdict::Pass
            } else {
                untold(case, "RFC7866-7.3.1-2", leg, seen)
            });
        }
    }
    verdicts
}

/// The legs of calls with a platform, recorded or not.
fn bridged<'c, 'a>(case: &'c Case<'a>) -> Vec<Leg<'c, 'a>> {
    use crate::evidence::Kind::{Phone, Platform};
    let is = |address, kind| case.timeline.cast().is(address, kind);
    let leg = case.dialogs.iter().filter_map(|dialog| {
        let by_phone = is(dialog.caller, Phone) && is(dialog.callee, Platform);
        let to_phone = is(dialog.caller, Platform) && is(dialog.callee, Phone);
        let from = dialog.answered?.known();
        let phone = if by_phone { dialog.caller } else { dialog.callee };
        let user = case.timeline.cast().at(phone)?.name.to_string();
        (by_phone || to_phone).then(|| Leg { dialog, user, by_phone, from, to: dialog.over() })
    });
    leg.collect()
}

pub(super) fn attributes(description: &Description) -> impl Iterator<Item = &Attribute> {
    let of_media = description.media.iter().flat_map(|medium| &medium.attributes);
    description.attributes.iter().chain(of_media)
}

/// An attribute has one of its words (sections 7.1.2 and 7.3.2), in whatever case: they are
/// literals of ABNF.
fn words(case: &Case<'_>, row: &'static str, name: &str, known: &[&str]) -> Vec<Verdict> {
    let judged = case.messages.iter().filter_map(|(sighting, _)| {
        let (_, description) = sighting.description()?;
        let mut values = attributes(description).filter(|it| it.name == name).peekable();
        values.peek()?;
        let is_odd = |it: &&Attribute| {
            let value = it.value.as_deref().unwrap_or_default();
            !known.iter().any(|word| value.eq_ignore_ascii_case(word))
        };
        let odd = values.find(is_odd);
        Some(case.held(odd.is_none(), row, sighting, || {
            let value = odd.and_then(|it| it.value.clone()).unwrap_or_default();
            format!("wrote a={name}:{value}, which is none of {}", known.join(", "))
        }))
    });
    judged.collect()
}

const RECORD: &[&str] = &["on", "off", "paused"];
const PREFERENCE: &[&str] = &["on", "off", "pause", "nopreference"];
/// Within this time whoever is to be told is told, although other changes may be on their way.
const LIMIT: Duration = Duration::from_secs(3);
