//! Questions to the graph of metadata: who is heard where, and what points to nothing.

use std::collections::BTreeSet;

use super::announcement::Announcement;
use super::id::Id;
use super::metadata::{Metadata, Participant, ParticipantStream, Session, Stream};

/// A reference to an id that nothing has (RFC 7865 sections 6.4 to 6.8).
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Dangling {
    /// The element that refers.
    pub within: &'static str,
    /// What it refers to: a group, a session, a participant or a stream.
    pub to: &'static str,
    /// The id.
    pub id: Id,
}

impl Metadata {
    /// The session of this name.
    pub fn session(&self, id: &Id) -> Option<&Session> {
        self.sessions.iter().find(|it| it.id == *id)
    }

    /// The participant of this name.
    pub fn participant(&self, id: &Id) -> Option<&Participant> {
        self.participants.iter().find(|it| it.id == *id)
    }

    /// The stream of this name.
    pub fn stream(&self, id: &Id) -> Option<&Stream> {
        self.streams.iter().find(|it| it.id == *id)
    }

    /// The streams with this label, by which they are tied to an `m=` line of the same message.
    pub fn labelled(&self, label: &str) -> impl Iterator<Item = &Stream> {
        self.streams.iter().filter(move |it| it.label.as_deref() == Some(label))
    }

    /// The labels of all streams, in order.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.streams.iter().filter_map(|it| it.label.as_deref())
    }

    /// Whose voice is on a stream, those who have stopped not counted.
    pub fn senders(&self, stream: &Id) -> Vec<&Participant> {
        self.ends(|it| it.send.contains(stream))
    }

    /// Who hears a stream, those who have stopped not counted.
    pub fn receivers(&self, stream: &Id) -> Vec<&Participant> {
        self.ends(|it| it.receive.contains(stream))
    }

    /// What was played to the people on the call, as far as it is told here, in order.
    pub fn announcements(&self) -> Vec<Announcement> {
        self.extensions.iter().filter_map(Announcement::read).collect()
    }

    fn ends(&self, has: impl Fn(&ParticipantStream) -> bool) -> Vec<&Participant> {
        let current = self.participant_streams.iter().filter(|it| it.interval.is_open());
        current.filter(|it| has(it)).filter_map(|it| self.participant(&it.participant)).collect()
    }

    /// Every reference to something that is not here, once.
    ///
    /// In a partial update these may well refer to what was said before: fold it first with
    /// [`Metadata::apply`]. Nor need the one that defines an id be the same recording client
    /// (RFC 7866 section 9.2).
    pub fn dangling(&self) -> Vec<Dangling> {
        let groups: BTreeSet<&Id> = self.groups.iter().map(|it| &it.id).collect();
        let sessions: BTreeSet<&Id> = self.sessions.iter().map(|it| &it.id).collect();
        let participants: BTreeSet<&Id> = self.participants.iter().map(|it| &it.id).collect();
        let streams: BTreeSet<&Id> = self.streams.iter().map(|it| &it.id).collect();
        let mut dangling = BTreeSet::new();
        let mut refer = |within, to, known: &BTreeSet<&Id>, id: &Id| {
            if !known.contains(id) {
                dangling.insert(Dangling { within, to, id: id.clone() });
            }
        };
        for session in &self.sessions {
            session.group.iter().for_each(|it| refer("session", "group", &groups, it));
        }
        for stream in &self.streams {
            stream.session.iter().for_each(|it| refer("stream", "session", &sessions, it));
        }
        for it in &self.session_recordings {
            refer("sessionrecordingassoc", "session", &sessions, &it.session);
        }
        for it in &self.participant_sessions {
            refer("participantsessionassoc", "participant", &participants, &it.participant);
            refer("participantsessionassoc", "session", &sessions, &it.session);
        }
        for it in &self.participant_streams {
            refer("participantstreamassoc", "participant", &participants, &it.participant);
            let ends = it.send.iter().chain(&it.receive);
            ends.for_each(|id| refer("participantstreamassoc", "stream", &streams, id));
        }
        dangling.into_iter().collect()
    }
}
