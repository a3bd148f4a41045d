//! Recordings from their beginning to their end in the library.

use super::entry::{Announcement, Entry, Id, Owner, Pause, Status};
use super::identify::{ANNOUNCEMENTS_MAX, Said};
use super::{Date, Kind, Library, Mismatch};

/// How a recording ended.
#[derive(Clone, Debug, Default)]
pub struct Finished {
    /// When it began: the moment of the first sample.
    pub started: Date,
    /// When it ended.
    pub ended: Date,
    /// The labels of its sides.
    pub sides: Vec<String>,
}

impl Library {
    /// A recording session has begun: its recording is in the books, whoever's it is.
    pub fn begin_recording(&mut self, now: Date, call_id: &str) -> Id {
        let id = self.next_id();
        let entry = Entry {
            id,
            owner: self.owner_of(None, |_| false),
            call_id: call_id.to_owned(),
            started: now,
            created: now,
            updated: now,
            ..Entry::default()
        };
        self.recordings.insert(id, entry);
        id
    }

    /// Metadata came: what it says of the call counts, and whose the call is is decided by it.
    pub fn tell(&mut self, now: Date, id: Id, said: &Said, forgives: impl Fn(Mismatch) -> bool) {
        let owner = self.owner_of(said.key.as_ref(), forgives);
        let Some(entry) = self.recordings.get_mut(&id) else { return };
        entry.owner = owner;
        entry.key.clone_from(&said.key);
        entry.tracking_id.clone_from(&said.tracking_id);
        entry.recording_type = said.recording_type;
        entry.is_provisional = said.kind.as_deref() == Some(&self.policy.provisional);
        entry.call_type = said.call_type;
        entry.from_label = said.name_of(&said.from);
        entry.from.clone_from(&said.from);
        entry.to_label = said.name_of(&said.to);
        entry.to.clone_from(&said.to);
        entry.participants.clone_from(&said.participants);
        // Each document tells of those since the last one, or of all: none is told twice.
        for announcement in &said.announcements {
            entry.note(announcement);
        }
        entry.updated = now;
    }

    /// The sound stops, or goes on, while the call stays up.
    pub fn pause(&mut self, now: Date, id: Id, is_paused: bool) {
        let Some(entry) = self.recordings.get_mut(&id) else { return };
        let has_room = entry.pauses.len() < PAUSES_MAX;
        let open = entry.pauses.last_mut().filter(|pause| pause.to.is_none());
        match (open, is_paused) {
            (None, true) if has_room => entry.pauses.push(Pause { from: now, to: None }),
            (Some(pause), false) => pause.to = Some(now),
            (None | Some(_), _) => {}
        }
    }

    /// The call is over, and its recording whole.
    pub fn finish_recording(&mut self, now: Date, id: Id, finished: Finished) {
        let Some(entry) = self.recordings.get_mut(&id) else { return };
        entry.status = Status::Active;
        entry.started = finished.started;
        entry.ended = Some(finished.ended);
        entry.sides = finished.sides;
        entry.created = now;
        entry.updated = now;
        self.touch(Kind::Recording, id);
        self.reckon(id);
    }

    /// The call is over, and there is nothing to keep.
    pub fn drop_recording(&mut self, id: Id) {
        self.recordings.remove(&id);
    }

    /// Drops what is being recorded of a user: a way of being wrong.
    pub fn drop_what_is_recorded(&mut self, user: Id) {
        self.recordings
            .retain(|_, entry| entry.owner.user() != Some(user) || entry.status == Status::Active);
    }

    /// The oldest recordings of a user beyond the last so many: those that a recorder with a
    /// limit would remove.
    pub fn beyond(&self, user: Option<Id>, count: usize) -> Vec<Id> {
        let own = self.recordings.values().rev().filter(|entry| entry.owner.user() == user);
        own.skip(count).map(|entry| entry.id).collect()
    }

    /// Changes what people note of a recording.
    pub fn change_recording(&mut self, now: Date, id: Id, change: impl FnOnce(&mut Entry)) {
        if let Some(entry) = self.recordings.get_mut(&id) {
            change(entry);
            entry.updated = now;
            let is_whole = entry.status == Status::Active;
            if is_whole {
                self.touch(Kind::Recording, id);
            }
            self.reckon(id);
        }
    }

    /// Removes a recording for good.
    pub fn remove_recording(&mut self, id: Id) {
        if self.recordings.remove(&id).is_some() {
            self.touch(Kind::Recording, id);
            self.due.retain(|(_, known)| *known != id);
        }
    }

    /// Somebody says whose the recordings are that nobody was found for, by what their calls
    /// said; the ids of those that are theirs now.
    pub fn claim(&mut self, now: Date, group: Id, point: Id) -> Vec<Id> {
        let Some(point) = self.points.get(&point).cloned() else { return Vec::new() };
        let is_meant = |entry: &&Entry| {
            entry.owner == Owner::Nobody { group } && entry.key.as_ref() == Some(&point.key)
        };
        let meant: Vec<_> = self.recordings.values().filter(is_meant).map(|it| it.id).collect();
        let owner = Owner::User { account: point.account, user: point.user };
        for id in &meant {
            self.change_recording(now, *id, |entry| entry.owner = owner);
        }
        meant
    }
}

impl Entry {
    fn note(&mut self, announcement: &Announcement) {
        if self.announcements.len() < ANNOUNCEMENTS_MAX
            && !self.announcements.contains(announcement)
        {
            self.announcements.push(announcement.clone());
        }
    }
}

/// One for every ten seconds of the longest call that is kept.
const PAUSES_MAX: usize = 1_500;
