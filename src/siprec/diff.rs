//! The smallest document that brings one state to another.

use std::collections::BTreeSet;

use super::extension::Parent;
use super::id::Id;
use super::metadata::{
    DataMode, Group, Interval, Metadata, ParticipantSession, Session, SessionRecording, Stream,
};

/// What to send to one that knows `old` so that it knows `new`.
///
/// That is a partial update of what changed; nothing but the mode if nothing did. A partial update
/// cannot take anything away: where that is needed, it is a complete snapshot instead. Either way,
/// [`Metadata::apply`] makes `new` of `old` with it, but for the order of elements.
pub fn diff(old: &Metadata, new: &Metadata) -> Metadata {
    let mut update = Metadata { mode: DataMode::Partial, ..Metadata::default() };
    update.recording = new.recording.clone().filter(|_| old.recording != new.recording);
    groups(old, new, &mut update);
    sessions(old, new, &mut update);
    let changed = new.participants.iter().filter(|it| old.participant(&it.id) != Some(it));
    update.participants = changed.cloned().collect();
    let changed = new.streams.iter().filter(|it| old.stream(&it.id) != Some(it));
    update.streams = changed.cloned().collect();
    session_recordings(old, new, &mut update);
    participant_sessions(old, new, &mut update);
    participant_streams(old, new, &mut update);
    extensions(old, new, &mut update);

    let mut reached = old.clone();
    match reached.apply(&update) {
        Ok(()) if sorted(&reached) == sorted(new) => update,
        _ => Metadata { mode: DataMode::Complete, quirks: Vec::new(), ..new.clone() },
    }
}

fn groups(old: &Metadata, new: &Metadata, update: &mut Metadata) {
    for group in &new.groups {
        let known = old.groups.iter().find(|it| it.id == group.id).cloned().unwrap_or_default();
        let change = Group {
            id: group.id.clone(),
            interval: known.interval.change(&group.interval),
            initiator: changed(known.initiator.as_ref(), group.initiator.as_ref()),
        };
        if known != *group {
            update.groups.push(change);
        }
    }
}

fn sessions(old: &Metadata, new: &Metadata, update: &mut Metadata) {
    for session in &new.sessions {
        let known = old.session(&session.id).cloned().unwrap_or_default();
        let change = Session {
            id: session.id.clone(),
            sip_session_ids: changed_list(&known.sip_session_ids, &session.sip_session_ids),
            reasons: changed_list(&known.reasons, &session.reasons),
            group: changed(known.group.as_ref(), session.group.as_ref()),
            start_time: changed(known.start_time.as_ref(), session.start_time.as_ref()),
            stop_time: changed(known.stop_time.as_ref(), session.stop_time.as_ref()),
        };
        if known != *session {
            update.sessions.push(change);
        }
    }
}

fn session_recordings(old: &Metadata, new: &Metadata, update: &mut Metadata) {
    let keys: BTreeSet<&Id> = new.session_recordings.iter().map(|it| &it.session).collect();
    for key in keys {
        let of = |metadata: &Metadata| -> Vec<SessionRecording> {
            metadata.session_recordings.iter().filter(|it| it.session == *key).cloned().collect()
        };
        for (known, now) in pairs(&of(old), &of(new)) {
            let mut change = now.clone();
            if let Some(known) = known {
                change.interval = known.interval.change(&now.interval);
            }
            update.session_recordings.push(change);
        }
    }
}

fn participant_sessions(old: &Metadata, new: &Metadata, update: &mut Metadata) {
    let keys: BTreeSet<(&Id, &Id)> =
        new.participant_sessions.iter().map(|it| (&it.participant, &it.session)).collect();
    for key in keys {
        let of = |metadata: &Metadata| -> Vec<ParticipantSession> {
            let all = metadata.participant_sessions.iter();
            all.filter(|it| (&it.participant, &it.session) == key).cloned().collect()
        };
        for (known, now) in pairs(&of(old), &of(new)) {
            let mut change = now.clone();
            if let Some(known) = known {
                change.interval = known.interval.change(&now.interval);
                change.params = changed_list(&known.params, &now.params);
            }
            update.participant_sessions.push(change);
        }
    }
}

fn participant_streams(old: &Metadata, new: &Metadata, update: &mut Metadata) {
    let keys: BTreeSet<&Id> = new.participant_streams.iter().map(|it| &it.participant).collect();
    for key in keys {
        let of = |metadata: &Metadata| -> Vec<super::ParticipantStream> {
            let all = metadata.participant_streams.iter();
            all.filter(|it| it.participant == *key).cloned().collect()
        };
        if of(old) != of(new) {
            update.participant_streams.extend(of(new));
        }
    }
}

fn extensions(old: &Metadata, new: &Metadata, update: &mut Metadata) {
    let known: BTreeSet<_> = old.extensions.iter().collect();
    let changed: Vec<_> = new.extensions.iter().filter(|it| !known.contains(it)).cloned().collect();
    for extension in &changed {
        carry(&extension.parent, new, update);
    }
    // Those of the same parent and name replace each other, so all of them have to be said.
    let is_named = |it: &&super::Extension| {
        let key = (&it.parent, &it.namespace, &it.name);
        changed.iter().any(|new| (&new.parent, &new.namespace, &new.name) == key)
    };
    update.extensions = new.extensions.iter().filter(is_named).cloned().collect();
}

/// Has the update name the element that an extension belongs to, for it stands within.
fn carry(parent: &Parent, new: &Metadata, update: &mut Metadata) {
    match parent {
        Parent::Group(id) if !update.groups.iter().any(|it| it.id == *id) => {
            update.groups.push(Group { id: id.clone(), ..Group::default() });
        }
        Parent::Session(id) if update.session(id).is_none() => {
            update.sessions.push(Session { id: id.clone(), ..Session::default() });
        }
        // RFC 7865 section 9: a participant is never without a name.
        Parent::Participant(id) if update.participant(id).is_none() => {
            update.participants.extend(new.participant(id).cloned());
        }
        Parent::Stream(id) if update.stream(id).is_none() => {
            update.streams.push(Stream { id: id.clone(), ..Stream::default() });
        }
        Parent::SessionRecording(session) => {
            let is_named = update.session_recordings.iter().any(|it| it.session == *session);
            let named = SessionRecording { session: session.clone(), ..Default::default() };
            update.session_recordings.extend((!is_named).then_some(named));
        }
        Parent::ParticipantSession { participant, session } => {
            let is_same =
                |it: &ParticipantSession| it.participant == *participant && it.session == *session;
            let is_named = update.participant_sessions.iter().any(is_same);
            let (participant, session) = (participant.clone(), session.clone());
            let named = ParticipantSession { participant, session, ..Default::default() };
            update.participant_sessions.extend((!is_named).then_some(named));
        }
        // What a participant sends and receives is always said as a whole.
        Parent::ParticipantStream(participant)
            if !update.participant_streams.iter().any(|it| it.participant == *participant) =>
        {
            let all = new.participant_streams.iter();
            let own = all.filter(|it| it.participant == *participant).cloned();
            update.participant_streams.extend(own);
        }
        _ => {}
    }
}

impl Interval {
    /// What an update has to say of an interval that is now `now`.
    fn change(&self, now: &Self) -> Self {
        Self {
            associate_time: changed(self.associate_time.as_ref(), now.associate_time.as_ref()),
            disassociate_time: changed(
                self.disassociate_time.as_ref(),
                now.disassociate_time.as_ref(),
            ),
        }
    }
}

/// The intervals that are new or not as they were, each with what was known of it.
fn pairs<'a, T: PartialEq>(old: &'a [T], new: &'a [T]) -> Vec<(Option<&'a T>, &'a T)> {
    let known = |(index, now): (usize, &'a T)| (old.get(index), now);
    let is_news = |(known, now): &(Option<&'a T>, &'a T)| *known != Some(*now);
    new.iter().enumerate().map(known).filter(is_news).collect()
}

fn changed<T: Clone + PartialEq>(known: Option<&T>, now: Option<&T>) -> Option<T> {
    now.filter(|_| known != now).cloned()
}

fn changed_list<T: Clone + PartialEq>(known: &[T], now: &[T]) -> Vec<T> {
    if known == now { Vec::new() } else { now.to_vec() }
}

/// A state whose elements are in an order that does not depend on how it came about.
fn sorted(metadata: &Metadata) -> Metadata {
    let mut sorted = Metadata { mode: DataMode::Complete, quirks: Vec::new(), ..metadata.clone() };
    sorted.groups.sort();
    sorted.sessions.sort();
    sorted.participants.sort();
    sorted.streams.sort();
    sorted.session_recordings.sort();
    sorted.participant_sessions.sort();
    sorted.participant_streams.sort();
    sorted.extensions.sort();
    sorted
}
