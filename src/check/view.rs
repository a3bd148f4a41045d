//! What the checks look at: a call as its people know it, what they said, and what was recorded.

use std::collections::{BTreeMap, BTreeSet};

use crate::audio::{Mark, Voice};
use crate::evidence::{
    Dialog, Flow, Kind, RecordingSession, Side, Sound, Speakers, Timeline, dialogs, recordings,
};
use crate::sip::Method;
use crate::time::Instant;

/// A conversation between two telephones, bridged by a platform: when it began and ended for the
/// people in it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Conversation {
    /// When both sides knew that the call was answered.
    pub answered: Instant,
    /// When somebody hung up.
    pub hung_up: Option<Instant>,
    /// When the platform knew of that, as far as it can be seen.
    pub end_known: Option<Instant>,
}

/// Every conversation of the timeline, in the order in which they were answered.
pub fn conversations(timeline: &Timeline) -> Vec<Conversation> {
    let dialogs = dialogs(timeline);
    let is_phone = |address| timeline.cast().is(address, Kind::Phone);
    let ends = dialogs.iter().filter_map(|dialog| hang_up(timeline, dialog));
    let ends: Vec<(Instant, Instant)> = ends.collect();
    let mut list: Vec<_> = dialogs
        .iter()
        .filter(|dialog| is_phone(dialog.caller))
        .filter_map(|dialog| {
            let answered = dialog.answered?.known();
            let end = ends.iter().filter(|(left, _)| *left >= answered).min();
            Some(Conversation {
                answered,
                hung_up: end.map(|(left, _)| *left),
                end_known: end.map(|(_, known)| *known),
            })
        })
        .collect();
    list.sort_by_key(|conversation| conversation.answered);
    list
}

/// When a telephone's own BYE left, and when the other end got it.
fn hang_up(timeline: &Timeline, dialog: &Dialog<'_>) -> Option<(Instant, Instant)> {
    let byes = dialog.sightings.iter().filter(|sighting| {
        sighting.message().is_some_and(|message| message.method() == Some(&Method::Bye))
            && timeline.cast().is(sighting.source, Kind::Phone)
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
    let mut heard = BTreeMap::new();
    for packet in flows.into_iter().flat_map(Flow::nearest_to_receiver) {
        if let Some(mark) = packet.sound.voice() {
            heard.entry(mark).or_insert(packet.at);
        }
    }
    heard
}

/// Everything that a recording session brought to the recorder.
pub fn recorded(session: &RecordingSession<'_>) -> BTreeMap<Mark, Instant> {
    heard(session.streams.iter().flat_map(|stream| stream.flows.iter().copied()))
}

/// Why voices cannot tell who is heard where: somebody does not speak as our people do, each in a
/// voice that can be known again.
pub fn stranger(timeline: &Timeline) -> Option<String> {
    let cast = timeline.cast();
    let phone = |flow: &Flow| {
        cast.at(flow.source).filter(|member| member.kind == Kind::Phone).map(|it| it.name.clone())
    };
    let speaks = |flow: &Flow| {
        let packets = flow.nearest_to_sender();
        let unknown = packets.iter().filter(|it| matches!(it.sound, Sound::Other | Sound::Unheard));
        packets.iter().all(|packet| packet.sound.voice().is_none()) && unknown.count() >= WORDS
    };
    if let Some(name) = timeline.flows().iter().filter(|flow| speaks(flow)).find_map(phone) {
        return Some(format!(
            "{name} speaks with a voice of their own, which cannot be told apart"
        ));
    }
    let nobody = timeline.flows().iter().find_map(phone).is_none();
    nobody.then(|| "no telephone was seen to speak".to_owned())
}

/// Fewer packets may be a click.
const WORDS: usize = 5;

/// The recording sessions that were answered and in which media flowed.
pub fn living(timeline: &Timeline) -> Vec<RecordingSession<'_>> {
    let alive = |session: &RecordingSession<'_>| {
        session.dialog.answered.is_some() && session.streams.iter().any(|stream| stream.is_alive())
    };
    recordings(timeline).into_iter().filter(alive).collect()
}

/// The voices that are heard among some marks.
pub fn voices(marks: &BTreeMap<Mark, Instant>) -> BTreeSet<Voice> {
    marks.keys().map(|mark| mark.voice()).collect()
}
