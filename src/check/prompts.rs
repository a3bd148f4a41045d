//! Whether people were told what they had to be told of a recording, and the recording is not
//! told with it.

use std::time::Duration;

use super::Verdict;
use super::modes::end;
use super::prompts_heard::{Audience, Passage, heard_by, parties, passages, towards_recorders};
use super::streams::each_recording;
use super::view::{Conversation, last_conversation, living};
pub use crate::audio::Message;
use crate::evidence::{Dialog, Exchange, RecordingSession, Timeline, dialogs};
use crate::sdp::MediaDescription;
use crate::time::Instant;

/// What has to be heard.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct News {
    /// What people are told.
    pub message: Message,
    /// In which language, if it matters.
    pub language: Option<u8>,
    /// How long after what it tells of, at most, if it matters.
    pub within: Option<Duration>,
}

/// Those in the last call who should be told something were, and the others were not.
pub fn told(timeline: &Timeline, audience: &Audience, news: News) -> Verdict {
    let Some(conversation) = last_conversation(timeline) else { return no_conversation() };
    let parties = parties(timeline, &conversation);
    let judged = parties.iter().filter_map(|name| Some((name, audience.should_hear(name)?)));
    let judged: Vec<_> = judged.collect();
    if judged.is_empty() {
        return Verdict::Inconclusive("nobody of whom this is said was on the call".to_owned());
    }
    Verdict::of_all(judged.into_iter().map(|(name, should)| {
        let passages = heard_by(timeline, &conversation, name);
        let mut passages = passages.into_iter().filter(|it| it.prompt.message() == news.message);
        match (should, passages.next()) {
            (true, Some(first)) => {
                let again = passages.next().filter(|next| next.from - first.to < TWICE);
                let twice = again.map_or(Verdict::Pass, |again| {
                    let seen = format!("{name} was told twice that {}", words(news.message));
                    Verdict::fail(requirement(news.message), again.from, seen)
                });
                as_it_should(timeline, &conversation, name, news, first).worst(twice)
            }
            (true, None) => {
                let came_later =
                    news.message == Message::Started && is_newcomer(timeline, &conversation, name);
                let row = if came_later { "REG-CONS-2" } else { requirement(news.message) };
                Verdict::fail(row, end(timeline), {
                    format!("{name} was never told that {}", words(news.message))
                })
            }
            (false, Some(first)) => not_so_soon(timeline, &conversation, name, news, first),
            (false, None) => Verdict::Pass,
        }
    }))
}

/// Whether somebody came to a call that others had been talking in.
fn is_newcomer(timeline: &Timeline, conversation: &Conversation, name: &str) -> bool {
    let is_theirs = |dialog: &Dialog<'_>| {
        let ends = [dialog.caller, dialog.callee].map(|address| timeline.cast().at(address));
        ends.into_iter().flatten().any(|member| member.name.as_str() == name)
    };
    let mut own = dialogs(timeline).into_iter().filter(is_theirs);
    let came = own.find_map(|it| it.answered);
    came.is_some_and(|came| came.known() > conversation.answered)
}

fn as_it_should(
    timeline: &Timeline,
    conversation: &Conversation,
    name: &str,
    news: News,
    passage: Passage,
) -> Verdict {
    let requirement = requirement(news.message);
    if !passage.is_understood() {
        let seen = format!(
            "{name} heard {} ms of the announcement that {}",
            passage.frames * 20,
            words(news.message)
        );
        return Verdict::fail(requirement, passage.from, seen);
    }
    if let Some(language) = news.language
        && passage.prompt.language() != language
    {
        let seen = format!("{name} was told in another language that {}", words(news.message));
        return Verdict::fail(requirement, passage.from, seen);
    }
    let Some(within) = news.within else { return Verdict::Pass };
    let Some(since) = reason(timeline, conversation, news.message, passage.from) else {
        let seen = format!("{name} was told before it was true that {}", words(news.message));
        return Verdict::fail(requirement, passage.from, seen);
    };
    let late = passage.from - since;
    Verdict::require(late <= within, requirement, passage.from, || {
        let late = late.as_millis();
        format!("{name} was told {late} ms later that {}", words(news.message))
    })
}

/// It was heard by somebody who should not hear it, or not so soon.
fn not_so_soon(
    timeline: &Timeline,
    conversation: &Conversation,
    name: &str,
    news: News,
    passage: Passage,
) -> Verdict {
    let since = reason(timeline, conversation, news.message, passage.from);
    let is_later = |within: Duration| since.is_some_and(|since| passage.from - since > within);
    let is_fine = news.within.is_some_and(is_later);
    let is_untrue = news.message == Message::Paused && since.is_none();
    let row = if is_untrue { "WXC-PRN-4" } else { requirement(news.message) };
    Verdict::require(is_fine, row, passage.from, || {
        let adds = if is_untrue { ", and no recorder had agreed to that" } else { "" };
        format!("{name} was told that {}{adds}", words(news.message))
    })
}

/// When what an announcement tells of happened: the last time before it was heard.
fn reason(
    timeline: &Timeline,
    conversation: &Conversation,
    message: Message,
    heard: Instant,
) -> Option<Instant> {
    let sessions = living(timeline);
    let of_sessions = |moments: fn(&RecordingSession<'_>) -> Vec<Instant>| {
        sessions.iter().flat_map(moments).filter(|at| *at <= heard).max()
    };
    match message {
        Message::Started => of_sessions(|session| {
            session.dialog.answered.iter().map(|answered| answered.left).collect()
        }),
        Message::Paused => of_sessions(|session| changes(session, true)),
        Message::Resumed => of_sessions(|session| changes(session, false)),
        // The recorder is let go once it was told of the announcement: the streams end before.
        Message::Stopped => of_sessions(|session| last_media(session).into_iter().collect()),
        _ => Some(conversation.answered),
    }
}

/// When the streams of a recording were paused, or taken up again.
pub(super) fn changes(session: &RecordingSession<'_>, paused: bool) -> Vec<Instant> {
    let is_paused = |exchange: &Exchange| {
        let mut open = exchange.offer.media.iter().filter(|medium| !medium.is_disabled());
        open.all(MediaDescription::is_still)
    };
    let exchanges = session.dialog.exchanges();
    let by_client = exchanges.iter().filter(|it| it.by_caller && it.answer.is_some());
    let by_client: Vec<_> = by_client.map(|it| (it.offered, is_paused(it))).collect();
    let pairs = by_client.iter().zip(by_client.iter().skip(1));
    pairs.filter(|(old, new)| old.1 != new.1 && new.1 == paused).map(|(_, new)| new.0).collect()
}

fn last_media(session: &RecordingSession<'_>) -> Option<Instant> {
    let flows = session.streams.iter().flat_map(|stream| &stream.flows);
    flows.filter_map(|flow| flow.nearest_to_sender().last()).map(|packet| packet.at).max()
}

/// No announcement is on any recording of the last call.
pub fn none_is_recorded(timeline: &Timeline) -> Verdict {
    each_recording(timeline, |_| Verdict::Pass).worst({
        let first = passages(towards_recorders(timeline)).into_iter().next();
        first.map_or(Verdict::Pass, |passage| {
            let what = words(passage.prompt.message());
            let seen = format!("the recorder heard the announcement that {what}");
            Verdict::fail("WXC-ANN-2", passage.from, seen)
        })
    })
}

/// An announcement is on every recording of the last call, where a choice wants it there, as
/// carriers in the United States once had to have it: against what the product promises.
pub fn one_is_recorded(timeline: &Timeline) -> Verdict {
    each_recording(timeline, |session| {
        let flows = session.streams.iter().flat_map(|stream| stream.flows.iter().copied());
        let is_there = passages(flows).iter().any(Passage::is_understood);
        Verdict::require(is_there, "WXC-ANN-2", end(timeline), || {
            "no announcement is on the recording".to_owned()
        })
    })
}

/// Every recording of the last call begins with the announcement of its start, as carriers in the
/// United States once had to have it (REG-FCC-2): against what the product promises (WXC-ANN-2).
pub fn begins_with_one(timeline: &Timeline) -> Verdict {
    each_recording(timeline, |session| {
        let flows: Vec<_> =
            session.streams.iter().flat_map(|it| it.flows.iter().copied()).collect();
        let packets = flows.iter().filter_map(|flow| flow.nearest_to_receiver().first());
        let Some(begun) = packets.map(|packet| packet.at).min() else {
            return Verdict::Inconclusive("nothing reached the recorder".to_owned());
        };
        let is_start = |it: &Passage| {
            it.prompt.message() == Message::Started && it.is_understood() && it.from < begun + SOON
        };
        let is_there = passages(flows).iter().any(is_start);
        Verdict::require(is_there, "REG-FCC-2", begun, || {
            "the recording does not begin with the announcement that the call is recorded"
                .to_owned()
        })
    })
}

/// The words of an announcement, after "that".
pub fn words(message: Message) -> &'static str {
    match message {
        Message::Started => "the call is recorded",
        Message::Stopped => "the recording has ended",
        Message::Paused => "the recording is paused",
        Message::Resumed => "the recording goes on",
        Message::Compliance => "the call may be recorded",
        Message::FailedAndEnds => "the call cannot be recorded and ends",
        Message::FailedAndProceeds => "the call cannot be recorded and goes on",
        Message::Greeting => "a message can be left",
    }
}

fn requirement(message: Message) -> &'static str {
    match message {
        Message::Stopped => "WXC-ANN-5",
        Message::Paused => "WXC-PRN-2",
        Message::Resumed => "WXC-PRN-3",
        Message::Compliance => "REG-CONS-1",
        Message::Started | Message::FailedAndEnds | Message::FailedAndProceeds => "WXC-ANN-1",
        Message::Greeting => "WXC-VM-1",
    }
}

pub(super) fn no_conversation() -> Verdict {
    Verdict::Inconclusive("no conversation was seen".to_owned())
}

/// What begins so soon after a recording did, begins with it.
const SOON: Duration = Duration::from_secs(1);
/// Nobody changes their mind about a recording sooner.
const TWICE: Duration = Duration::from_secs(2);
