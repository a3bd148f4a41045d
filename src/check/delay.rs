//! What delays the first words of a call: the search for a way, recording, or both.
//!
//! Nobody says how long any of it takes. So calls are compared with each other and with no
//! number: every call of one kind against every call of another.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Verdict;
use super::view::{Conversation, asked_in, conversations};
use crate::evidence::{Flow, Kind, Side, Timeline};
use crate::ice::stun;
use crate::time::Instant;

/// The first words come later where a way is looked for, and nothing is recorded.
pub fn search_delays(timeline: &Timeline) -> Verdict {
    later(timeline, "WXC-ICE-2", Sort { searched: true, recorded: false }, &[Sort::default()])
}

/// The first words come later where the call is recorded, and no way is looked for.
pub fn recording_delays(timeline: &Timeline) -> Verdict {
    later(timeline, "WXC-ICE-1", Sort { searched: false, recorded: true }, &[Sort::default()])
}

/// The first words come later where there is both than where there is either.
pub fn both_delay_more(timeline: &Timeline) -> Verdict {
    let either = [(true, false), (false, true)];
    let either = either.map(|(searched, recorded)| Sort { searched, recorded });
    later(timeline, "WXC-ICE-3", Sort { searched: true, recorded: true }, &either)
}

/// What a call is like.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
struct Sort {
    /// Whether a telephone had its checks answered.
    searched: bool,
    /// Whether a recorder was asked in.
    recorded: bool,
}

/// When the first words of a call arrived, after the answer, and when that was.
type First = (Duration, Instant);

/// Every call of one sort was later than every call of the others.
fn later(timeline: &Timeline, requirement: &'static str, one: Sort, others: &[Sort]) -> Verdict {
    let mut calls: BTreeMap<Sort, Vec<First>> = BTreeMap::new();
    for conversation in conversations(timeline) {
        if let Some(first) = first_words(timeline, &conversation) {
            calls.entry(sort(timeline, &conversation)).or_default().push(first);
        }
    }
    let of = |sort: Sort| calls.get(&sort).map_or(&[][..], Vec::as_slice);
    if let Some(sort) = others.iter().chain([&one]).find(|sort| of(**sort).len() < FEW) {
        let why = format!("fewer than {FEW} calls {} were seen", sort.word());
        return Verdict::Inconclusive(why);
    }
    let soonest = of(one).iter().min().copied().unwrap_or_default();
    Verdict::of_all(others.iter().map(|other| {
        let latest = of(*other).iter().max().copied().unwrap_or_default();
        Verdict::require(soonest.0 > latest.0, requirement, soonest.1, || {
            let [soonest, latest] = [soonest.0, latest.0].map(|delay| delay.as_millis());
            let (one, other) = (one.word(), other.word());
            format!("first words {soonest} ms after the answer {one}, {latest} ms {other}")
        })
    }))
}

fn sort(timeline: &Timeline, conversation: &Conversation) -> Sort {
    let mut answers = timeline.signalling().iter().filter(|sighting| {
        let is_answer = sighting.stun().is_some_and(|it| it.class == stun::Class::Success);
        is_answer && sighting.side == Side::Received && conversation.has(sighting.at)
    });
    let searched = answers.any(|sighting| timeline.cast().is(sighting.target, Kind::Phone));
    Sort { searched, recorded: !asked_in(timeline, conversation).is_empty() }
}

/// How long after the answer both had heard something; `None` if they did not.
fn first_words(timeline: &Timeline, conversation: &Conversation) -> Option<First> {
    let answered = conversation.taken.unwrap_or(conversation.answered);
    let mut heard: BTreeMap<&str, Instant> = BTreeMap::new();
    for flow in timeline.flows() {
        let Some(listener) = timeline.cast().at(flow.target) else { continue };
        let Some(first) = first_voice(flow, answered, conversation) else { continue };
        if listener.kind == Kind::Phone {
            let known = heard.entry(listener.name.as_str()).or_insert(first);
            *known = first.min(*known);
        }
    }
    let last = heard.values().max().filter(|_| heard.len() == 2)?;
    Some((*last - answered, *last))
}

fn first_voice(flow: &Flow, answered: Instant, conversation: &Conversation) -> Option<Instant> {
    let mut voices =
        flow.nearest_to_receiver().iter().filter(|packet| packet.sound.voice().is_some());
    let first = voices.find(|packet| packet.at >= answered)?;
    conversation.has(first.at).then_some(first.at)
}

impl Sort {
    fn word(self) -> &'static str {
        match (self.searched, self.recorded) {
            (false, false) => "without search or recording",
            (true, false) => "with a search",
            (false, true) => "with a recording",
            (true, true) => "with both",
        }
    }
}

/// One call is chance.
const FEW: usize = 2;
