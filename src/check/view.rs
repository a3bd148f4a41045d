//! What the checks look at: a call as its people know it, what they said, and what was recorded.

use std::collections::{BTreeMap, BTreeSet};

use super::deeds::dials_code;
use crate::audio::{Mark, Voice};
use crate::evidence::{
    Dialog, Flow, Kind, RecordedStream, RecordingSession, Side, Speakers, Timeline, dialogs,
    recordings,
};
use crate::sip::Method;
use crate::time::Instant;

/// A conversation between two telephones, bridged by a platform: when it began and ended for the
/// people in it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Conversation {
    /// When the caller dialled.
    pub dialled: Instant,
    /// When the called telephone's answer left it, or else was seen to arrive; nothing, where that
    /// telephone is out of sight.
    pub taken: Option<Instant>,
    /// When both sides knew that the call was answered.
    pub answered: Instant,
    /// When somebody hung up.
    pub hung_up: Option<Instant>,
    /// When the platform knew of that, as far as it can be seen.
    pub end_known: Option<Instant>,
    /// When the platform ended it although nobody had hung up.
    pub cut: Option<Instant>,
    /// When the next call that was answered was dialled.
    next: Option<Instant>,
}

impl Conversation {
    /// Whether something happened in this call rather than in one before or after it.
    pub fn has(&self, at: Instant) -> bool {
        at >= self.dialled && self.next.is_none_or(|next| at < next)
    }
}

/// The conversation that was answered last.
pub fn last_conversation(timeline: &Timeline) -> Option<Conversation> {
    conversations(timeline).pop()
}

/// Every conversation of the timeline, in the order in which they were dialled.
pub fn conversations(timeline: &Timeline) -> Vec<Conversation> {
    let mut dialogs = dialogs(timeline);
    // A code that is dialled is a call for machines.
    dialogs.retain(|dialog| !dials_code(dialog.invite));
    let is = |address, kind| timeline.cast().is(address, kind);
    let called = dialogs.iter().filter(|dialog| is(dialog.caller, Kind::Phone));
    let called: Vec<_> = called.filter(|dialog| dialog.answered.is_some()).collect();
    let to_phone = dialogs.iter().filter(|dialog| is(dialog.callee, Kind::Phone));
    let answers: Vec<_> = to_phone.filter_map(|dialog| Some(dialog.answered?.left)).collect();
    let hang_ups: Vec<_> =
        dialogs.iter().filter_map(|dialog| bye_of(timeline, dialog, Kind::Phone)).collect();
    let with_phone = dialogs
        .iter()
        .filter(|dialog| is(dialog.caller, Kind::Phone) || is(dialog.callee, Kind::Phone));
    let cuts: Vec<_> =
        with_phone.filter_map(|dialog| bye_of(timeline, dialog, Kind::Platform)).collect();
    let conversation = |(place, dialog): (usize, &&Dialog<'_>)| {
        let next = called.get(place + 1).map(|next| next.invited);
        let answered = dialog.answered?.known();
        let within = |at: &Instant| *at >= answered && next.is_none_or(|next| *at < next);
        let end = hang_ups.iter().copied().filter(|(left, _)| within(left)).min();
        let cut = cuts
            .iter()
            .map(|(left, _)| *left)
            .filter(|left| within(left) && end.is_none_or(|(hung_up, _)| *left < hung_up))
            .min();
        let taken =
            answers.iter().copied().find(|taken| *taken >= dialog.invited && *taken <= answered);
        Some(Conversation {
            dialled: dialog.invited,
            taken,
            answered,
            hung_up: end.map(|(left, _)| left),
            end_known: end.map(|(_, known)| known),
            cut,
            next,
        })
    };
    called.iter().enumerate().filter_map(conversation).collect()
}

/// When the BYE of a part of this kind left it, and when the other end got it.
fn bye_of(timeline: &Timeline, dialog: &Dialog<'_>, kind: Kind) -> Option<(Instant, Instant)> {
    let byes = dialog.sightings().filter(|sighting| {
        sighting.message().is_some_and(|message| message.method() == Some(&Method::Bye))
            && timeline.cast().is(sighting.source, kind)
    });
    let mut left = None;
    for bye in byes {
        left.get_or_insert(bye.at);
        if bye.side == Side::Received {
            return Some((left?, bye.at));
        }
    }
    left.map(|left| (left, left))
}

/// The last moment at which anything was seen, media or signalling.
pub fn last_seen(timeline: &Timeline) -> Instant {
    let media = timeline.flows().iter().flat_map(|flow| [flow.sent.last(), flow.received.last()]);
    let media = media.flatten().map(|packet| packet.at);
    let signalling = timeline.signalling().last().map(|sighting| sighting.at);
    media.chain(signalling).max().unwrap_or_default()
}

/// What somebody said: each moment of their speech, and when it left their telephone.
pub fn spoken(timeline: &Timeline, name: &str) -> BTreeMap<Mark, Instant> {
    let voice = Speakers::of(timeline).voice_of(name);
    let own = |flow: &&Flow| {
        timeline.cast().at(flow.source).is_some_and(|member| member.name.as_str() == name)
    };
    let packets = timeline.flows().iter().filter(own).flat_map(Flow::nearest_to_sender);
    let marks = packets.filter_map(|packet| Some((packet.sound.voice()?, packet.at)));
    marks.filter(|(mark, _)| Some(mark.voice()) == voice).collect()
}

/// What arrived in some flows: each moment of anybody's speech, and when it first arrived.
pub fn heard<'a>(flows: impl IntoIterator<Item = &'a Flow>) -> BTreeMap<Mark, Instant> {
    let packets = flows.into_iter().flat_map(Flow::nearest_to_receiver);
    let marks = packets.filter_map(|packet| Some((packet.sound.voice()?, packet.at)));
    let mut marks: Vec<(Mark, Instant)> = marks.collect();
    // All but in order already: quicker than to find a place in the map for each.
    marks.sort_by_key(|(mark, _)| *mark);
    marks.dedup_by_key(|(mark, _)| *mark);
    marks.into_iter().collect()
}

/// Everything that a recording session brought to the recorder.
pub fn recorded(session: &RecordingSession<'_>) -> BTreeMap<Mark, Instant> {
    heard(session.streams.iter().flat_map(|stream| stream.flows.iter().copied()))
}

/// The recording sessions that the recorder was asked for in a conversation, taken or not.
pub fn asked_in<'a>(
    timeline: &'a Timeline,
    conversation: &Conversation,
) -> Vec<RecordingSession<'a>> {
    let all = recordings(timeline).into_iter();
    all.filter(|session| conversation.has(session.dialog.invited)).collect()
}

/// The recording sessions of the last conversation that were answered and in which media flowed;
/// none if there was no conversation.
pub fn living(timeline: &Timeline) -> Vec<RecordingSession<'_>> {
    let Some(conversation) = last_conversation(timeline) else { return Vec::new() };
    asked_in(timeline, &conversation).into_iter().filter(is_living).collect()
}

/// Whether a recording session was answered and media flowed in it.
pub fn is_living(session: &RecordingSession<'_>) -> bool {
    session.dialog.answered.is_some() && session.streams.iter().any(RecordedStream::is_alive)
}

/// Whether a recording session brought the recorder anything in this voice.
pub fn carries(session: &RecordingSession<'_>, voice: Voice) -> bool {
    let flows = session.streams.iter().flat_map(|stream| &stream.flows);
    let mut packets = flows.flat_map(|flow| flow.nearest_to_receiver());
    packets.any(|packet| packet.sound.voice().is_some_and(|mark| mark.voice() == voice))
}

/// The voices that are heard among some marks.
pub fn voices(marks: &BTreeMap<Mark, Instant>) -> BTreeSet<Voice> {
    // In the order of the voices: each stands in one run.
    let mut voices: Vec<_> = marks.keys().map(|mark| mark.voice()).collect();
    voices.dedup();
    voices.into_iter().collect()
}
