//! Whether all that was said arrived: at the recorder, and at the other telephone.

use std::collections::BTreeMap;
use std::time::Duration;

use super::align::median;
use super::streams::each_recording;
use super::view::{Conversation, heard, last_conversation, recorded, spoken};
use super::{Limits, Verdict};
use crate::audio::Mark;
use crate::evidence::{Flow, Timeline};
use crate::time::Instant;

/// Everything that somebody said between the answer and the hang-up is in every recording of the
/// last call, but for what the network may take; only what was said after `since`, if that is
/// given.
pub fn nothing_is_missing(
    timeline: &Timeline,
    name: &str,
    since: Option<Instant>,
    limits: &Limits,
) -> Verdict {
    let Some(conversation) = last_conversation(timeline) else { return no_conversation() };
    each_recording(timeline, |session| {
        let recorded = recorded(session);
        let said = said_within(timeline, name, since, &conversation, limits, &recorded);
        if said.len() < FEW {
            return Verdict::Inconclusive(format!("{name} said next to nothing"));
        }
        let lost = Lost::of(&said, &recorded);
        Verdict::require(lost.is_within(limits), "RFC6341-5-REQ005", lost.first, || {
            format!(
                "{:.1} % of what {name} said is missing, {} ms of it in a row",
                100.0 * lost.share(),
                lost.in_a_row.as_millis(),
            )
        })
    })
}

/// The first words that somebody said after the answer are in every recording of the last call.
pub fn first_words(timeline: &Timeline, name: &str, limits: &Limits) -> Verdict {
    edge(timeline, name, limits, "first", |said| said.first().copied())
}

/// The last words that somebody said before the hang-up are in every recording of the last call.
pub fn last_words(timeline: &Timeline, name: &str, limits: &Limits) -> Verdict {
    edge(timeline, name, limits, "last", |said| said.last().copied())
}

fn edge(
    timeline: &Timeline,
    name: &str,
    limits: &Limits,
    which: &str,
    pick: impl Fn(&[(Mark, Instant)]) -> Option<(Mark, Instant)>,
) -> Verdict {
    let Some(conversation) = last_conversation(timeline) else { return no_conversation() };
    each_recording(timeline, |session| {
        let recorded = recorded(session);
        let said = said_within(timeline, name, None, &conversation, limits, &recorded);
        let kept = said.iter().copied().filter(|(mark, _)| recorded.contains_key(mark));
        let kept: Vec<_> = kept.collect();
        let Some((_, said)) = pick(&said) else {
            return Verdict::Inconclusive(format!("{name} said nothing"));
        };
        let Some((_, kept)) = pick(&kept) else {
            let seen = format!("no word of {name} was recorded");
            return Verdict::fail("RFC6341-5-REQ005", said, seen);
        };
        let missing = (kept - said).max(said - kept);
        Verdict::require(missing <= limits.gap, "RFC6341-5-REQ005", said, || {
            format!("the {which} {} ms of what {name} said are missing", missing.as_millis())
        })
    })
}

/// Somebody hears somebody else: the call is not cut, and what the one says reaches the other's
/// telephone; only what was said after `since`, if that is given.
pub fn hears(
    timeline: &Timeline,
    listener: &str,
    speaker: &str,
    since: Option<Instant>,
    limits: &Limits,
) -> Verdict {
    let Some(conversation) = last_conversation(timeline) else { return no_conversation() };
    if let Some(cut) = conversation.cut {
        let seen = "the platform ended the call, and nobody had hung up";
        return Verdict::fail("RFC7866-5.1-4", cut, seen);
    }
    let to_listener = |flow: &&Flow| {
        timeline.cast().at(flow.target).is_some_and(|member| member.name.as_str() == listener)
    };
    let heard = heard(timeline.flows().iter().filter(to_listener));
    let said = said_within(timeline, speaker, since, &conversation, limits, &heard);
    if said.len() < FEW {
        return Verdict::Inconclusive(format!("{speaker} said next to nothing"));
    }
    let lost = Lost::of(&said, &heard);
    Verdict::require(lost.is_within(limits), "RFC6341-5-REQ005", lost.first, || {
        format!("{listener} did not hear {} of {} words of {speaker}", lost.count, said.len())
    })
}

/// What somebody said while the conversation lasted, in order. What was said last is left out: it
/// was still on its way to where it was `heard` when somebody hung up, or when we looked.
fn said_within(
    timeline: &Timeline,
    name: &str,
    since: Option<Instant>,
    conversation: &Conversation,
    limits: &Limits,
    heard: &BTreeMap<Mark, Instant>,
) -> Vec<(Mark, Instant)> {
    let begin = since.unwrap_or(conversation.answered).max(conversation.answered);
    let all = spoken(timeline, name);
    let on_the_way = || {
        let way = |(mark, at): (&Mark, &Instant)| Some(heard.get(mark)?.since(*at));
        median(all.iter().filter_map(way)).unwrap_or_default()
    };
    let last = conversation.hung_up.unwrap_or_else(|| {
        Instant::START + last_media(timeline).elapsed().saturating_sub(on_the_way())
    });
    let within = |at: Instant| at >= begin && at + limits.gap <= last;
    let mut said: Vec<_> =
        all.iter().map(|(mark, at)| (*mark, *at)).filter(|(_, at)| within(*at)).collect();
    said.sort_by_key(|(_, at)| *at);
    said
}

/// When somebody was seen to speak last.
pub(super) fn last_media(timeline: &Timeline) -> Instant {
    let last = timeline.flows().iter().filter_map(|flow| flow.nearest_to_sender().last());
    last.map(|packet| packet.at).max().unwrap_or_default()
}

/// What was said and did not arrive.
pub(super) struct Lost {
    pub count: usize,
    of: usize,
    /// When the first of it was said.
    pub first: Instant,
    /// The longest stretch of it.
    in_a_row: Duration,
}

impl Lost {
    pub fn of(said: &[(Mark, Instant)], heard: &BTreeMap<Mark, Instant>) -> Self {
        let mut lost =
            Self { count: 0, of: said.len(), first: Instant::START, in_a_row: Duration::ZERO };
        let mut run = Duration::ZERO;
        for (mark, at) in said {
            if heard.contains_key(mark) {
                run = Duration::ZERO;
                continue;
            }
            if lost.count == 0 {
                lost.first = *at;
            }
            lost.count += 1;
            run += Mark::LENGTH;
            lost.in_a_row = lost.in_a_row.max(run);
        }
        lost
    }

    /// How much it is of all, 0 to 1.
    pub fn share(&self) -> f64 {
        let count = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
        count(self.count) / count(self.of.max(1))
    }

    pub fn is_within(&self, limits: &Limits) -> bool {
        self.share() <= limits.loss && self.in_a_row <= limits.gap
    }
}

fn no_conversation() -> Verdict {
    Verdict::Inconclusive("no conversation was seen".to_owned())
}

/// A fifth of a second of speech: less proves nothing.
const FEW: usize = 10;
