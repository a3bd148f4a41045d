//! What people did to their recordings, and what they said: read from the deeds of a timeline.

use std::time::Duration;

use super::view::last_seen;
use crate::evidence::{Deed, Flow, Kind, Side, Timeline, What};
use crate::sip::{Message, Method};
use crate::time::Instant;

/// Somebody asked for something to be done with a recording.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// Who.
    pub who: &'a str,
    /// What, in one word: `starts`, `stops`, `pauses`, `resumes`.
    pub what: &'a str,
    /// When their finger was on the key.
    pub at: Instant,
    /// When the platform knew, as far as it can be seen.
    pub known: Option<Instant>,
}

/// Every wish of the timeline, oldest first.
pub fn wishes(timeline: &Timeline) -> Vec<Wish<'_>> {
    let wish = |deed| wish_of(timeline, deed);
    timeline.deeds().iter().filter_map(wish).collect()
}

/// A stretch of time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Window {
    /// It begins here,
    pub from: Instant,
    /// and ends before this.
    pub to: Instant,
}

impl Window {
    /// Whether a moment lies in it.
    pub fn has(&self, at: Instant) -> bool {
        (self.from..self.to).contains(&at)
    }
}

/// The pauses of the timeline: each from when the platform knew of it to when somebody asked for
/// its end, or to the end of all.
pub fn pauses(timeline: &Timeline) -> Vec<Window> {
    let wishes = wishes(timeline);
    // It has lasted to the last moment that was seen.
    let end = last_seen(timeline) + Duration::from_nanos(1);
    let pauses = wishes.iter().enumerate().filter(|(_, wish)| wish.what == "pauses");
    let window = pauses.filter_map(|(place, pause)| {
        let later = wishes.iter().skip(place + 1).find(|wish| wish.what != "pauses");
        Some(Window { from: pause.known?, to: later.map_or(end, |wish| wish.at) })
    });
    window.collect()
}

/// When somebody said some words: `says "4929 1234"` on the timeline, and as long as it takes.
pub fn said_words(timeline: &Timeline, who: &str, words: &str) -> Option<Window> {
    let saying = format!("says \"{words}\"");
    deed_of(timeline, who, &saying).map(|at| Window { from: at, to: at + speaking(words) })
}

/// When somebody pressed some keys, and as long as it takes.
pub fn typed(timeline: &Timeline, who: &str, keys: &str) -> Option<Window> {
    let pressing = format!("presses {keys}");
    let count = u32::try_from(keys.len()).unwrap_or(u32::MAX);
    deed_of(timeline, who, &pressing).map(|at| Window { from: at, to: at + PRESSING * (count + 1) })
}

/// How long it takes to say some words: digits one by one.
pub fn speaking(words: &str) -> Duration {
    let digits = words.chars().filter(char::is_ascii_digit).count();
    let others = words.split(' ').filter(|word| !word.contains(|c: char| c.is_ascii_digit()));
    WORD * u32::try_from(digits + others.count()).unwrap_or(1).max(1)
}

/// How long it takes to press some keys.
pub fn pressing(keys: &str) -> Duration {
    PRESSING * (u32::try_from(keys.len()).unwrap_or(1) + 1)
}

fn deed_of(timeline: &Timeline, who: &str, text: &str) -> Option<Instant> {
    let mut deeds = timeline.deeds().iter().rev();
    let own = |deed: &&Deed| {
        deed.who.as_str() == who && matches!(&deed.what, What::Act(act) if act == text)
    };
    deeds.find(own).map(|deed| deed.at)
}

fn wish_of<'a>(timeline: &'a Timeline, deed: &'a Deed) -> Option<Wish<'a>> {
    let What::Act(act) = &deed.what else { return None };
    let what = act.strip_suffix(" the recording")?;
    let who = deed.who.as_str();
    let later = timeline.deeds().iter().find(|later| {
        later.at > deed.at
            && matches!(&later.what, What::Act(act) if act.ends_with(" the recording"))
    });
    let until = later.map(|later| later.at);
    let within = |known: &Instant| until.is_none_or(|until| *known < until);
    let known = asked(timeline, who, deed.at).filter(within);
    let known = known.or_else(|| pressed(timeline, who, deed.at).filter(within));
    Some(Wish { who, what, at: deed.at, known })
}

/// When the message that brings a wish came to the platform: a call to a code, an INFO with a
/// word, or an offer with a preference.
fn asked(timeline: &Timeline, who: &str, since: Instant) -> Option<Instant> {
    let later = timeline.signalling().iter().filter(|sighting| sighting.at >= since);
    let cast = timeline.cast();
    let mut left = None;
    for sighting in later {
        let from = cast.at(sighting.source).is_some_and(|member| member.name.as_str() == who);
        if !from || !sighting.message().is_some_and(brings_wish) {
            continue;
        }
        if sighting.side == Side::Received {
            return Some(sighting.at);
        }
        left.get_or_insert(sighting.at);
    }
    left
}

/// Whether a message of a telephone says what its user wants of a recording.
fn brings_wish(message: &Message) -> bool {
    let prefers = || {
        let body = std::str::from_utf8(&message.body).unwrap_or_default();
        body.contains("a=recordpref:")
    };
    match message.method() {
        Some(Method::Info) => message.headers.get("Record").is_some(),
        Some(Method::Invite | Method::Update) => dials_code(message) || prefers(),
        _ => false,
    }
}

/// Whether a request goes to a feature code rather than to somebody.
pub(super) fn dials_code(request: &Message) -> bool {
    let user = request.request_uri().ok().and_then(|uri| uri.user());
    user.is_some_and(|user| user.starts_with('*'))
}

/// When the last key of a code that was pressed in the call came to the platform.
fn pressed(timeline: &Timeline, who: &str, since: Instant) -> Option<Instant> {
    let cast = timeline.cast();
    let own = |flow: &&Flow| {
        cast.at(flow.source).is_some_and(|member| member.name.as_str() == who)
            && cast.is(flow.target, Kind::Platform)
    };
    let packets = timeline.flows().iter().filter(own).flat_map(Flow::nearest_to_receiver);
    let keys = packets.filter(|packet| packet.at >= since && packet.sound.event().is_some());
    let mut seen: Vec<u32> = Vec::new();
    for key in keys {
        if !seen.contains(&key.timestamp) {
            seen.push(key.timestamp);
        }
        if seen.len() == CODE {
            return Some(key.at);
        }
    }
    None
}

/// A digit or a word of somebody who is in no hurry.
const WORD: Duration = Duration::from_millis(300);
/// A key, and the pause behind it.
const PRESSING: Duration = Duration::from_millis(200);
/// `*44`
const CODE: usize = 3;
