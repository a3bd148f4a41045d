//! Who speaks without our marks, as real people do, or not at all: what needs the marks cannot be
//! told of them, and that is nobody's fault.

use super::view::{asked_in, last_conversation};
use crate::evidence::{
    Flow, Kind, Member, RecordedStream, RecordingSession, RtpSeen, Sound, Speakers, Timeline,
    dialogs,
};
use crate::time::Instant;

/// Why voices cannot tell who is heard where: somebody does not speak as our people do, each in a
/// voice that can be known again.
pub fn stranger(timeline: &Timeline) -> Option<String> {
    let phones: Vec<_> = phones(timeline).collect();
    let is_mute = |phone: &&Member| packets_of(timeline, phone).next().is_none();
    if phones.iter().all(is_mute) {
        return Some("no telephone was seen to speak".to_owned());
    }
    phones.iter().filter(|phone| !is_mute(phone)).find_map(|phone| why_unknown(timeline, phone))
}

/// Why the voice of this person cannot be told from others, if it cannot.
pub fn is_stranger(timeline: &Timeline, name: &str) -> Option<String> {
    let phone = phones(timeline).find(|phone| phone.name.as_str() == name)?;
    why_unknown(timeline, phone)
}

/// Whether a stream may belong to somebody whom we have not heard speak: no voice that we know
/// fills it, and there are more streams than people whose voices are known.
pub fn may_carry_a_stranger(
    session: &RecordingSession<'_>,
    stream: &RecordedStream<'_>,
    speakers: &Speakers,
) -> bool {
    let speech = Speech::of(stream.flows.iter().flat_map(|flow| flow.nearest_to_receiver()));
    speakers.count() < session.streams.len() && (speech.marked == 0 || speech.is_strange())
}

/// Why nothing could flow on a recorded stream: in the last call, one of the telephones sent
/// nothing that could be passed on. Only where we play the platform would we have seen it.
pub fn mute(timeline: &Timeline) -> Option<String> {
    let members = timeline.cast().members();
    if !members.iter().any(|member| member.kind == Kind::Platform && !member.real) {
        return None;
    }
    let conversation = last_conversation(timeline)?;
    let talks = |phone: &Member| {
        packets_of(timeline, phone).any(|packet| packet.at >= conversation.dialled)
    };
    let is_in_it = |phone: &Member| is_in_a_call_since(timeline, phone, conversation.dialled);
    let mut mute = phones(timeline).filter(|phone| is_in_it(phone) && !talks(phone));
    mute.next().map(|phone| format!("the telephone of {} sent no media", phone.name))
}

/// Why the recorder, which was asked to record the last call, was sent nothing: there was nothing.
pub fn nothing_to_record(timeline: &Timeline) -> Option<String> {
    let was_asked = !asked_in(timeline, &last_conversation(timeline)?).is_empty();
    mute(timeline).filter(|_| was_asked)
}

fn why_unknown(timeline: &Timeline, phone: &Member) -> Option<String> {
    let name = &phone.name;
    let speech = Speech::of(packets_of(timeline, phone));
    if speech.is_strange() {
        return Some(format!(
            "{name} speaks without our marks, as real people do, and cannot be told from others"
        ));
    }
    (speech.marked == 0).then(|| format!("{name} was not heard to say anything"))
}

fn phones(timeline: &Timeline) -> impl Iterator<Item = &Member> {
    timeline.cast().members().iter().filter(|member| member.kind == Kind::Phone)
}

/// What left somebody's telephone.
fn packets_of<'a>(
    timeline: &'a Timeline,
    phone: &Member,
) -> impl Iterator<Item = &'a RtpSeen> + use<'a> {
    let name = phone.name.clone();
    let own = move |flow: &&Flow| {
        timeline.cast().at(flow.source).is_some_and(|member| member.name == name)
    };
    timeline.flows().iter().filter(own).flat_map(Flow::nearest_to_sender)
}

/// Whether somebody's telephone is in a call that was answered, and begun since.
fn is_in_a_call_since(timeline: &Timeline, phone: &Member, since: Instant) -> bool {
    let is = |address| timeline.cast().at(address).is_some_and(|it| it.name == phone.name);
    dialogs(timeline).iter().any(|dialog| {
        dialog.invited >= since
            && dialog.answered.is_some()
            && (is(dialog.caller) || is(dialog.callee))
    })
}

/// How much of some audio is what.
#[derive(Clone, Copy, Debug, Default)]
struct Speech {
    /// Packets with a mark of ours.
    marked: usize,
    /// Packets that can be heard, and hold none that we can read.
    strange: usize,
}

impl Speech {
    fn of<'a>(packets: impl IntoIterator<Item = &'a RtpSeen>) -> Self {
        let mut speech = Self::default();
        for packet in packets {
            match packet.sound {
                Sound::Voice(_) => speech.marked += 1,
                Sound::Other | Sound::Mixed | Sound::Unheard => speech.strange += 1,
                Sound::Silence | Sound::Prompt(_) | Sound::Event(_) => {}
            }
        }
        speech
    }

    /// In hours of real speech, some moment will look like a mark: the many decide.
    fn is_strange(self) -> bool {
        self.strange >= WORDS && self.strange > self.marked
    }
}

/// Fewer packets may be a click.
const WORDS: usize = 5;
