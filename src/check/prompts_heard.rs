//! What was played to people, as their telephones heard it.

use std::collections::BTreeSet;
use std::time::Duration;

use super::view::Conversation;
use crate::audio::{Burst, Cue, Prompt};
use crate::evidence::{Flow, Kind, Timeline, dialogs};
use crate::time::Instant;

/// Whom a sentence is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Audience {
    /// Each party of the last call.
    Everybody,
    /// None of them.
    Nobody,
    /// This one, whoever else.
    One(String),
    /// This one, and none of the others.
    Only(String),
}

impl Audience {
    /// Whether a party should hear it; nothing, where it does not matter.
    pub fn should_hear(&self, name: &str) -> Option<bool> {
        match self {
            Self::Everybody => Some(true),
            Self::Nobody => Some(false),
            Self::One(one) => (one == name).then_some(true),
            Self::Only(one) => Some(one == name),
        }
    }
}

/// An announcement as it was heard in one place.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Passage {
    /// Which, and in which language.
    pub prompt: Prompt,
    /// When its beginning was heard, or would have been.
    pub from: Instant,
    /// When its end was.
    pub to: Instant,
    /// How many of its frames of 20 ms were heard.
    pub frames: usize,
}

impl Passage {
    /// Whether so much of it was heard that people understand it.
    pub fn is_understood(&self) -> bool {
        let all = usize::try_from((self.to - self.from).as_millis() / 20).unwrap_or(usize::MAX);
        self.frames >= FEW && self.frames * 10 >= all * 8
    }
}

/// The announcements in some flows, oldest first.
pub fn passages<'a>(flows: impl IntoIterator<Item = &'a Flow>) -> Vec<Passage> {
    let mut cues: Vec<(Instant, Cue)> = flows.into_iter().flat_map(Flow::cues).collect();
    cues.sort_by_key(|(at, _)| *at);
    let mut passages: Vec<Passage> = Vec::new();
    let mut heard: BTreeSet<u16> = BTreeSet::new();
    for (at, cue) in cues {
        let position = FRAME * u32::from(cue.position());
        let from = Instant::START + at.elapsed().saturating_sub(position);
        match passages.last_mut() {
            Some(last) if last.prompt == cue.prompt && at - last.to < APART => {
                last.to = last.to.max(at + FRAME);
                last.frames += usize::from(heard.insert(cue.position()));
            }
            _ => {
                heard = BTreeSet::from([cue.position()]);
                passages.push(Passage { prompt: cue.prompt, from, to: at + FRAME, frames: 1 });
            }
        }
    }
    passages
}

/// The parties of a conversation: whose telephones called or took it.
pub fn parties(timeline: &Timeline, conversation: &Conversation) -> Vec<String> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    let up = dialogs(timeline).into_iter();
    for dialog in up.filter(|it| it.answered.is_some() && conversation.has(it.invited)) {
        let ends = [dialog.caller, dialog.callee].map(|address| timeline.cast().at(address));
        let phones = ends.into_iter().flatten().filter(|member| member.kind == Kind::Phone);
        names.extend(phones.map(|member| member.name.to_string()));
    }
    names.into_iter().collect()
}

/// What reaches somebody's telephone.
pub fn towards<'a>(timeline: &'a Timeline, name: &str) -> Vec<&'a Flow> {
    let to = |flow: &&Flow| {
        timeline.cast().at(flow.target).is_some_and(|member| member.name.as_str() == name)
    };
    timeline.flows().iter().filter(to).collect()
}

/// What reaches a recorder.
pub fn towards_recorders(timeline: &Timeline) -> Vec<&Flow> {
    let flows = timeline.flows().iter();
    flows.filter(|flow| timeline.cast().is(flow.target, Kind::Recorder)).collect()
}

/// The announcements that somebody heard in a conversation.
pub fn heard_by(timeline: &Timeline, conversation: &Conversation, name: &str) -> Vec<Passage> {
    let passages = passages(towards(timeline, name));
    passages.into_iter().filter(|passage| conversation.has(passage.to)).collect()
}

/// The tones that somebody heard in a conversation, and when each began.
pub fn tones_heard(
    timeline: &Timeline,
    conversation: &Conversation,
    name: &str,
) -> Vec<(Instant, Burst)> {
    let flows = towards(timeline, name);
    let tones = flows.iter().flat_map(|flow| flow.over().tones.iter().copied());
    let mut tones: Vec<_> = tones.filter(|(at, _)| conversation.has(*at)).collect();
    tones.sort_by_key(|(at, _)| *at);
    tones
}

const FRAME: Duration = Duration::from_millis(20);
/// A gap in an announcement is shorter, even on a poor network; the next one comes later.
const APART: Duration = Duration::from_millis(400);
/// Half a second: less tells nobody anything.
const FEW: usize = 25;
