//! Adds what a document says to what is known (RFC 7866 section 9.2).
//!
//! RFC 7865 does not say how an update replaces what was said before. This follows the examples of
//! RFC 8068: an element takes the place of the one with the same id, as far as it says anything;
//! a list of Session-IDs replaces the list; what a participant sends and receives is replaced as a
//! whole; leaving and joining again are two intervals.

use super::extension::Extension;
use super::id::Id;
use super::malformed::Malformed;
use super::metadata::{
    DataMode, Group, Interval, Metadata, Participant, ParticipantSession, ParticipantStream,
    Session, SessionRecording, Stream,
};

impl Metadata {
    /// Folds a document into the state that earlier ones added up to.
    ///
    /// A complete one replaces the state: what it does not name is gone. A partial one changes
    /// what it names. If the state would grow beyond what any call needs, it stays as it was. The
    /// quirks are afterwards those of the document.
    pub fn apply(&mut self, update: &Self) -> Result<(), Malformed> {
        let overgrown = Malformed::Overgrown { most: MAX_STATE };
        if update.count() > MAX_STATE {
            return Err(overgrown);
        }
        let mut next = match update.mode {
            DataMode::Complete => update.clone(),
            DataMode::Partial => {
                let mut next = self.clone();
                next.merge(update);
                next
            }
        };
        next.quirks.clone_from(&update.quirks);
        if next.count() > MAX_STATE {
            return Err(overgrown);
        }
        *self = next;
        Ok(())
    }

    fn merge(&mut self, update: &Self) {
        replace(&mut self.recording, update.recording.as_ref());
        for it in &update.groups {
            self.merge_group(it);
        }
        for it in &update.sessions {
            self.merge_session(it);
        }
        for it in &update.participants {
            self.merge_participant(it);
        }
        for it in &update.streams {
            self.merge_stream(it);
        }
        for it in &update.session_recordings {
            self.merge_session_recording(it);
        }
        for it in &update.participant_sessions {
            self.merge_participant_session(it);
        }
        self.replace_participant_streams(&update.participant_streams);
        self.replace_extensions(&update.extensions);
    }

    fn merge_group(&mut self, update: &Group) {
        let Some(group) = self.groups.iter_mut().find(|it| it.id == update.id) else {
            return self.groups.push(update.clone());
        };
        replace(&mut group.initiator, update.initiator.as_ref());
        group.interval.merge(&update.interval);
    }

    fn merge_session(&mut self, update: &Session) {
        let Some(session) = self.sessions.iter_mut().find(|it| it.id == update.id) else {
            return self.sessions.push(update.clone());
        };
        // RFC 8068 section 3.3.3: after somebody has left, the list is the shorter one.
        replace_list(&mut session.sip_session_ids, &update.sip_session_ids);
        replace_list(&mut session.reasons, &update.reasons);
        replace(&mut session.group, update.group.as_ref());
        replace(&mut session.start_time, update.start_time.as_ref());
        replace(&mut session.stop_time, update.stop_time.as_ref());
    }

    fn merge_participant(&mut self, update: &Participant) {
        match self.participants.iter_mut().find(|it| it.id == update.id) {
            Some(participant) => replace_list(&mut participant.names, &update.names),
            None => self.participants.push(update.clone()),
        }
    }

    fn merge_stream(&mut self, update: &Stream) {
        let Some(stream) = self.streams.iter_mut().find(|it| it.id == update.id) else {
            return self.streams.push(update.clone());
        };
        replace(&mut stream.session, update.session.as_ref());
        replace(&mut stream.label, update.label.as_ref());
        replace(&mut stream.mode, update.mode.as_ref());
    }

    fn merge_session_recording(&mut self, update: &SessionRecording) {
        let last = self.session_recordings.iter_mut().rfind(|it| it.session == update.session);
        match last.filter(|it| it.interval.continues(&update.interval)) {
            Some(last) => last.interval.merge(&update.interval),
            None => self.session_recordings.push(update.clone()),
        }
    }

    fn merge_participant_session(&mut self, update: &ParticipantSession) {
        let is_same = |it: &ParticipantSession| {
            (&it.participant, &it.session) == (&update.participant, &update.session)
        };
        let last = self.participant_sessions.iter_mut().rfind(|it| is_same(it));
        match last.filter(|it| it.interval.continues(&update.interval)) {
            Some(last) => {
                last.interval.merge(&update.interval);
                replace_list(&mut last.params, &update.params);
            }
            None => self.participant_sessions.push(update.clone()),
        }
    }

    /// RFC 8068 section 3.2.2: an association without `send` means that nothing is sent any more.
    fn replace_participant_streams(&mut self, update: &[ParticipantStream]) {
        let is_named = |participant: &Id| update.iter().any(|it| it.participant == *participant);
        self.participant_streams.retain(|it| !is_named(&it.participant));
        self.participant_streams.extend_from_slice(update);
    }

    fn replace_extensions(&mut self, update: &[Extension]) {
        let is_same = |a: &Extension, b: &Extension| {
            (&a.parent, &a.namespace, &a.name) == (&b.parent, &b.namespace, &b.name)
        };
        self.extensions.retain(|it| !update.iter().any(|new| is_same(it, new)));
        self.extensions.extend_from_slice(update);
    }

    fn count(&self) -> usize {
        self.groups.len()
            + self.sessions.len()
            + self.participants.len()
            + self.streams.len()
            + self.session_recordings.len()
            + self.participant_sessions.len()
            + self.participant_streams.len()
            + self.extensions.len()
    }
}

impl Interval {
    /// Whether an update speaks of this interval, not of one that begins after it.
    pub(super) fn continues(&self, update: &Self) -> bool {
        let begins_again = update.associate_time.is_some()
            && update.associate_time != self.associate_time
            && !self.is_open();
        !begins_again
    }

    fn merge(&mut self, update: &Self) {
        replace(&mut self.associate_time, update.associate_time.as_ref());
        replace(&mut self.disassociate_time, update.disassociate_time.as_ref());
    }
}

fn replace<T: Clone>(known: &mut Option<T>, update: Option<&T>) {
    if let Some(update) = update {
        *known = Some(update.clone());
    }
}

fn replace_list<T: Clone>(known: &mut Vec<T>, update: &[T]) {
    if !update.is_empty() {
        *known = update.to_vec();
    }
}

/// A conference of a hundred parties, each of whom leaves and returns ten times, has half of it.
const MAX_STATE: usize = 4_096;
