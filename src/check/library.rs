//! Whether people get at the recordings that are theirs, and at no others, for as long as they
//! should: judged by what the recorder's API showed them.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Verdict;
use super::portal::{Asked, asked, told};
use super::settings_api::is_switched_off;
use crate::evidence::{Kind, Timeline, What, recordings};

/// The list that this person looked at last has so many recordings, or messages about them.
pub fn sees(timeline: &Timeline, email: &str, count: usize) -> Verdict {
    let asked = asked(timeline);
    let lists = asked.iter().filter(|it| it.who == email && is_list(it));
    let Some(last) = lists.last() else { return nothing(email) };
    let requirement = match last.path.as_str() {
        path if path.ends_with("unclaimed") => "DUB-API-9",
        _ if is_switched_off(timeline) => "WXC-CFG-3",
        _ if last.query.is_some() => "DUB-API-4",
        _ if asked.iter().any(|it| it.method == "DELETE") => "DUB-API-10",
        _ if is_provisional(timeline) => "WXC-MODE-2",
        _ => at_stake(timeline, &asked, email, Matter::Keeping(count)),
    };
    let seen = last.listed();
    Verdict::require(seen == Some(count), requirement, last.at, || match seen {
        Some(seen) => format!("{email} was shown {seen} recordings instead of {count}"),
        None => format!("{email} was shown no list, but {}", last.status),
    })
}

/// This person was given the sound of a recording.
pub fn hears_it(timeline: &Timeline, email: &str) -> Verdict {
    let asked = asked(timeline);
    let Some(last) = asked.iter().rfind(|it| it.who == email) else { return nothing(email) };
    let requirement = at_stake(timeline, &asked, email, Matter::Access);
    let is_sound = last.path.starts_with("audio/") && last.status == 200;
    Verdict::require(is_sound, requirement, last.at, || {
        format!("{email} asked for {} and got {}, which is no sound", last.path, last.status)
    })
}

/// The last thing that this person wanted was refused, with this code of the product's.
pub fn is_refused(timeline: &Timeline, email: &str, code: u64) -> Verdict {
    let asked = asked(timeline);
    let mine: Vec<_> = asked.iter().filter(|it| it.who == email).collect();
    let Some(sent) = mine.iter().map(|it| it.sent).max() else { return nothing(email) };
    // Of several questions at once, one is enough.
    let at_once = if code == TOO_OFTEN { Duration::from_secs(1) } else { Duration::ZERO };
    let mut last = mine.iter().filter(|it| sent.since(it.sent) <= at_once);
    let is_refused = last.clone().any(|it| it.body["code"].as_u64() == Some(code));
    let Some(last) = last.next() else { return nothing(email) };
    let requirement = match code {
        NO_TOKEN => "DUB-API-2",
        TOO_OFTEN => "DUB-API-3",
        _ => at_stake(timeline, &asked, email, Matter::Access),
    };
    Verdict::require(is_refused, requirement, last.at, || {
        format!("{email} asked for {} and got {}, not the error {code}", last.path, last.status)
    })
}

/// This person was given no token.
pub fn is_kept_out(timeline: &Timeline, email: &str) -> Verdict {
    let asked = asked(timeline);
    let Some(last) = asked.iter().rfind(|it| it.who == email) else { return nothing(email) };
    let is_kept_out = last.path == "token" && last.body["error"] == "invalid_grant";
    Verdict::require(is_kept_out, "DUB-API-1", last.at, || {
        format!("{email} signed in with a guess, and then got {} of {}", last.status, last.path)
    })
}

/// This person was told that there is no sound as long as the call is up.
pub fn is_told_of_a_call(timeline: &Timeline, email: &str) -> Verdict {
    let asked = asked(timeline);
    let mine = asked.iter().filter(|it| it.who == email && it.path.starts_with("recordings/"));
    let Some(last) = mine.last() else { return nothing(email) };
    let is_told = last.body["recording_url"].is_null()
        && last.body["errors"].as_array().is_some_and(|errors| !errors.is_empty());
    Verdict::require(is_told, "DUB-API-5", last.at, || {
        format!("{email} was told where the sound is, of a call that was still up")
    })
}

/// This person was shown the dub.point that they looked for by its identifier.
pub fn sees_point(timeline: &Timeline, email: &str) -> Verdict {
    let asked = asked(timeline);
    let Some(last) = asked.iter().rfind(|it| it.who == email) else { return nothing(email) };
    let wanted = last.query.as_deref().unwrap_or_default();
    let identifier = last.body["external_identifier"].as_str();
    let is_it = identifier.is_some_and(|it| wanted.contains(&crate::http::escape(it)));
    Verdict::require(is_it && last.status == 200, "DUB-PNT-6", last.at, || {
        format!("{email} asked for {}?{wanted} and got {}", last.path, last.status)
    })
}

/// A program was told of so many recordings, of each once or more.
pub fn is_told(timeline: &Timeline, count: usize) -> Verdict {
    let asked = asked(timeline);
    let activated = asked.iter().rfind(|it| it.path.ends_with("/activate"));
    let Some(activated) = activated else {
        return Verdict::Inconclusive("no secret was ever given back".to_owned());
    };
    let messages = told(timeline);
    let seen: BTreeSet<_> = messages.iter().map(|it| it.recording.as_str()).collect();
    let was_away = timeline.deeds().iter().any(|deed| match &deed.what {
        What::Act(text) => text.contains("listen to messages again"),
        What::Recording { .. } => false,
    });
    let requirement = match (activated.status, was_away) {
        (200, false) => "DUB-API-7",
        (200, true) => "DUB-API-8",
        _ => "DUB-API-6",
    };
    let at = messages.last().map_or(activated.at, |it| it.at);
    Verdict::require(seen.len() == count, requirement, at, || {
        format!("a program was told of {} recordings instead of {count}", seen.len())
    })
}

fn nothing(email: &str) -> Verdict {
    Verdict::Inconclusive(format!("{email} was never seen to ask the recorder"))
}

fn is_list(asked: &Asked) -> bool {
    asked.path.ends_with("recordings") || asked.path.ends_with("unclaimed")
}

/// What a list or an answer is about.
#[derive(Clone, Copy, Debug)]
enum Matter {
    /// Whether this many are still there.
    Keeping(usize),
    /// Whether somebody gets at one.
    Access,
}

/// The requirement that is at stake when somebody asks for a recording, by what was done before.
fn at_stake(timeline: &Timeline, asked: &[Asked], email: &str, matter: Matter) -> &'static str {
    if let Some(requirement) = point_at_stake(asked) {
        return requirement;
    }
    let puts = |to: &'static str| {
        asked.iter().filter(move |it| it.method == "PUT" && it.path.starts_with(to))
    };
    if puts("users/").any(|it| it.sends["role"].is_string()) {
        return "DUB-ACC-5";
    }
    let moved = puts("users/").last();
    if puts("accounts/").any(|it| it.sends["contract"] == false) {
        return if moved.is_some() { "DUB-PAID-1" } else { "DUB-GO-1" };
    }
    let is_paid = moved.is_some_and(|it| it.sends["plan"] != "dubber_go");
    let recordings = recordings(timeline);
    let began = |it: &&Asked| recordings.iter().any(|recording| recording.dialog.invited < it.at);
    let is_up = |it: &Asked| {
        let mut dialogs = recordings.iter().map(|recording| &recording.dialog);
        dialogs.any(|call| call.invited < it.at && call.ended.is_none_or(|end| it.at < end))
    };
    let is_own = own_address(timeline).is_some_and(|own| own == email);
    match (moved.filter(began), matter) {
        (Some(moved), _) if is_up(moved) => "DUB-MIG-1",
        (Some(_), _) if is_paid => "DUB-MIG-2",
        (Some(_), _) => "DUB-MIG-3",
        (None, Matter::Keeping(MANY..)) if is_paid => "DUB-PAID-2",
        (None, Matter::Keeping(MANY..)) => "DUB-GO-2",
        (None, Matter::Keeping(_)) if is_paid && is_own => "DUB-PAID-3",
        (None, Matter::Keeping(_)) if is_own => "DUB-GO-3",
        (None, _) if is_paid => "DUB-PAID-4",
        (None, _) => "DUB-GO-4",
    }
}

/// The requirement of the field of a dub.point that was changed.
fn point_at_stake(asked: &[Asked]) -> Option<&'static str> {
    let mut puts = asked.iter().filter(|it| it.path.starts_with("dub_points/"));
    let field = puts.find_map(|it| it.sends.as_object()?.keys().next())?;
    Some(match field.as_str() {
        "product" => "DUB-PNT-7",
        "external_type" => "DUB-PNT-2",
        "service_provider" => "DUB-PNT-3",
        "external_group" => "DUB-PNT-4",
        _ => "DUB-PNT-5",
    })
}

/// Whether recordings are kept only where somebody asks for it.
fn is_provisional(timeline: &Timeline) -> bool {
    timeline.deeds().iter().any(|deed| match &deed.what {
        What::Recording { mode, .. } => mode == "kept on demand",
        What::Act(_) => false,
    })
}

/// Where the first person is written to whose calls are recorded.
fn own_address(timeline: &Timeline) -> Option<String> {
    let numbers = timeline.deeds().iter().filter_map(|deed| match &deed.what {
        What::Recording { number, .. } => Some(number),
        What::Act(_) => None,
    });
    let mut members = numbers.filter_map(|number| timeline.cast().with_number(number));
    let member = members.find(|member| member.kind == Kind::Phone)?;
    Some(format!("{}@acme.example", member.name.as_str().to_lowercase()))
}

/// The product's code for a token that is none any more.
const NO_TOKEN: u64 = 1038;
/// And for a question too many in a second.
const TOO_OFTEN: u64 = 1021;
/// As many recordings as nobody keeps by chance.
const MANY: usize = 10;
