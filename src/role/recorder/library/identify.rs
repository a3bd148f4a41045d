//! What the metadata of a recording session says of the call, in either dialect.

use super::{Announcement, CallType, Key, Participant, RecordingType};
use crate::siprec::{self, BroadWorks, Call, Id, Metadata};

/// What the metadata of a recording session says of the call.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Said {
    /// Where the call comes from, if all four are said.
    pub key: Option<Key>,
    /// What ties it to the recording of the other party.
    pub tracking_id: Option<String>,
    /// Who called, seen from the recorded user.
    pub call_type: CallType,
    /// A conversation, or a message to a mailbox.
    pub recording_type: RecordingType,
    /// What becomes of the recording, in the product's own word: `on` is the only one that has
    /// been seen.
    pub kind: Option<String>,
    /// The number that called.
    pub from: String,
    /// The number that was called.
    pub to: String,
    /// Everybody, the recorded user first.
    pub participants: Vec<Participant>,
    /// What people were told.
    pub announcements: Vec<Announcement>,
}

impl Said {
    /// Reads what documents of metadata add up to.
    ///
    /// The product's own part says who called whom. Without it nobody can tell whose call it is:
    /// the other elements name addresses, not accounts.
    pub fn of(metadata: &Metadata) -> Self {
        let extension = metadata.extensions.iter().find_map(BroadWorks::read);
        let participants: Vec<_> =
            metadata.participants.iter().take(PEOPLE_MAX).map(|it| person(metadata, it)).collect();
        let mut said = Self {
            recording_type: if is_voicemail(metadata) {
                RecordingType::Voicemail
            } else {
                RecordingType::Recording
            },
            announcements: announcements(metadata),
            participants,
            ..Self::default()
        };
        if let Some(extension) = extension {
            said.key = key(&extension);
            said.tracking_id = extension.tracking_id.map(bounded);
            said.kind = extension.recording_type.map(bounded);
            said.count_call_in(extension.call);
        }
        if said.from.is_empty() && said.to.is_empty() {
            let mut numbers = said.participants.iter().map(|it| it.number.clone());
            (said.from, said.to) = numbers.next().zip(numbers.next()).unwrap_or_default();
        }
        said
    }

    fn count_call_in(&mut self, call: Option<Call>) {
        let (call_type, from, to) = match call {
            Some(Call::Originating { calling, called, .. }) => {
                (CallType::Outbound, calling, called)
            }
            Some(Call::Terminating { calling, called, .. }) => (CallType::Inbound, calling, called),
            None => return,
        };
        self.call_type = call_type;
        self.from = bounded(from.unwrap_or_default());
        self.to = bounded(to.unwrap_or_default());
    }

    /// What people call whoever has this number.
    pub fn name_of(&self, number: &str) -> String {
        let person = self.participants.iter().find(|person| person.number == number);
        person.map(|person| person.name.clone()).unwrap_or_default()
    }
}

/// The four fields that a call can show; a missing one is none.
fn key(extension: &BroadWorks) -> Option<Key> {
    let field = |text: &Option<String>| text.clone().map(bounded);
    Some(Key {
        // It is BroadWorks that says it.
        external_type: BROADWORKS.to_owned(),
        service_provider: field(&extension.service_provider)?,
        external_group: field(&extension.group)?,
        external_identifier: field(&extension.user)?,
    })
}

fn person(metadata: &Metadata, participant: &siprec::Participant) -> Participant {
    let name_id = participant.names.first().cloned().unwrap_or_default();
    let sends = metadata.participant_streams.iter().filter(|it| it.participant == participant.id);
    let label = |id: &Id| {
        let stream = metadata.streams.iter().find(|stream| stream.id == *id)?;
        stream.label.clone().map(bounded)
    };
    let sides = sends.flat_map(|it| &it.send).take(SIDES_MAX).filter_map(label).collect();
    let stay: Vec<_> = metadata
        .participant_sessions
        .iter()
        .filter(|it| it.participant == participant.id)
        .map(|it| &it.interval)
        .collect();
    let first = stay.first().and_then(|interval| interval.associate_time.clone());
    let began = metadata.sessions.first().and_then(|session| session.start_time.clone());
    let name = name_id.names.first().map(|name| name.text.clone());
    Participant {
        number: number_of(&name_id.aor),
        aor: bounded(name_id.aor),
        name: bounded(name.unwrap_or_default()),
        sides,
        joined: first.or(began).map(bounded),
        left: stay.last().and_then(|interval| interval.disassociate_time.clone()).map(bounded),
    }
}

/// What stands before the domain of an address, without the scheme.
fn number_of(aor: &str) -> String {
    let (_, rest) = aor.split_once(':').unwrap_or(("", aor));
    let user = rest.split(['@', ';', '>']).next().unwrap_or_default();
    bounded(user.to_owned())
}

/// The product's mark of a voice message is not public: an element of that name, by whomever, is
/// ours.
fn is_voicemail(metadata: &Metadata) -> bool {
    metadata.extensions.iter().any(|it| it.name.eq_ignore_ascii_case("voicemail"))
}

fn announcements(metadata: &Metadata) -> Vec<Announcement> {
    let read = metadata.extensions.iter().filter_map(siprec::Announcement::read);
    let note = read.map(|it| Announcement {
        kind: it.kind.word().to_owned(),
        played_at: bounded(it.started_at),
        duration_ms: it.duration_ms,
        heard_by: it.heard_by.into_iter().take(PEOPLE_MAX).map(bounded).collect(),
    });
    note.take(ANNOUNCEMENTS_MAX).collect()
}

/// No more of a text than anybody needs: it came from the network.
fn bounded(text: String) -> String {
    if text.chars().count() <= TEXT_MAX {
        return text;
    }
    text.chars().take(TEXT_MAX).collect()
}

/// S-72.
pub const BROADWORKS: &str = "BroadWorks";
/// A large conference.
const PEOPLE_MAX: usize = 200;
/// One side, or two after a transfer.
const SIDES_MAX: usize = 8;
/// A pause every minute for a day, told at both ends.
pub const ANNOUNCEMENTS_MAX: usize = 2_000;
/// The longest name that the product takes is half of this.
const TEXT_MAX: usize = 256;
