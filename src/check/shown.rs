//! What a recording shows to whoever looks at it: both sides apart, who took part, what was left
//! out, and what people were told.

use serde_json::Value;

use super::Verdict;
use super::portal::{Asked, asked};
use super::sound::{sides, voices};
use crate::evidence::{Speakers, Timeline};

/// The sound that this person was given last has one of them on one side, and the other on the
/// other.
pub fn is_apart(timeline: &Timeline, email: &str, people: [&str; 2]) -> Verdict {
    let asked = asked(timeline);
    let sound = asked.iter().rfind(|it| it.who == email && it.path.starts_with("audio/"));
    let Some(sound) = sound else { return nothing(&format!("{email} fetched no sound")) };
    let Some(sides) = sides(&sound.bytes) else {
        return Verdict::fail("DUB-STR-1", sound.at, "what was fetched is no sound");
    };
    let speakers = Speakers::of(timeline);
    let heard = |side: &Vec<i16>| {
        let voices = voices(side).into_keys();
        voices.map(|voice| speakers.name(voice).unwrap_or("somebody").to_owned()).collect()
    };
    let mut heard: Vec<Vec<String>> = sides.iter().map(heard).collect();
    heard.sort();
    let mut wanted = people.map(|name| vec![name.to_owned()]).to_vec();
    wanted.sort();
    Verdict::require(heard == wanted, "DUB-STR-1", sound.at, || {
        let heard: Vec<_> = heard.iter().map(|names| names.join(" and ")).collect();
        format!("on the sides of the recording are heard: {}", heard.join("; "))
    })
}

/// The recording that was looked at last names these people, by name or by number: not every
/// platform says both.
pub fn names(timeline: &Timeline, people: [&str; 2]) -> Verdict {
    look(timeline, "DUB-API-11", |recording| {
        let participants = list(recording, "participants");
        let is_named = |name: &str| {
            let member = timeline.cast().named(name);
            let number = member.and_then(|member| member.number.as_deref());
            participants.iter().any(|it| {
                let address = it["address"].as_str().unwrap_or_default();
                it["name"] == name || number.is_some_and(|number| address.contains(number))
            })
        };
        let missing: Vec<_> = people.into_iter().filter(|name| !is_named(name)).collect();
        (missing.is_empty(), format!("the recording does not name {}", missing.join(" and ")))
    })
}

/// The recording that was looked at last marks so many pauses.
pub fn has_pauses(timeline: &Timeline, count: usize) -> Verdict {
    look(timeline, "DUB-EVT-2", |recording| {
        let pauses = list(recording, "pauses");
        let are_whole = pauses.iter().all(|it| it["from"].is_string() && it["to"].is_string());
        let seen = format!("the recording shows {} pauses instead of {count}", pauses.len());
        (pauses.len() == count && are_whole, seen)
    })
}

/// The recording that was looked at last notes so many announcements.
pub fn has_announcements(timeline: &Timeline, count: usize) -> Verdict {
    look(timeline, "DUB-EVT-1", |recording| {
        let seen = list(recording, "announcements").len();
        (seen == count, format!("the recording shows {seen} announcements instead of {count}"))
    })
}

/// The recording that was looked at last was analysed.
pub fn is_analysed(timeline: &Timeline) -> Verdict {
    look(timeline, "DUB-PAID-5", |recording| {
        let score = &recording["document_sentiment"]["score"];
        (score.is_number(), "the recording shows nothing of how the call went".to_owned())
    })
}

/// Judges the first recording of the list that was looked at last.
fn look(
    timeline: &Timeline,
    requirement: &'static str,
    judge: impl FnOnce(&Value) -> (bool, String),
) -> Verdict {
    let asked = asked(timeline);
    let is_list = |it: &&Asked| it.path.ends_with("/recordings");
    let Some(last) = asked.iter().rfind(is_list) else { return nothing("nobody looked") };
    let Some(recording) = list(&last.body, "recordings").first() else {
        return Verdict::fail(requirement, last.at, "there is no recording in the list");
    };
    let (is_right, seen) = judge(recording);
    Verdict::require(is_right, requirement, last.at, || seen)
}

fn list<'a>(object: &'a Value, name: &str) -> &'a [Value] {
    object[name].as_array().map_or(&[], Vec::as_slice)
}

fn nothing(why: &str) -> Verdict {
    Verdict::Inconclusive(why.to_owned())
}
