//! What the recorder knows: groups of accounts, their users, the dub.points by which calls are
//! theirs, and the recordings.
//!
//! Pure state: nothing here knows of HTTP, SIP or files. Every change is remembered until
//! [`Library::take_changes`] hands it to whoever writes it down.

mod account;
mod change;
mod date;
mod entry;
mod identify;
mod plan;
mod point;
mod recordings;
mod retention;
mod seed;

pub use account::{Account, Group, Role, Standing, User};
pub use change::{Change, Kind, Restored, json};
pub use date::Date;
pub use entry::{
    Announcement, CallType, Entry, Id, Owner, Participant, Pause, RecordingType, Status,
};
pub use identify::{BROADWORKS, Said};
pub use plan::{AfterMigration, Base, Plan, Policy};
pub use point::{Key, Mismatch, Point};
pub use recordings::Finished;
pub use seed::{Person, Seed};

use std::collections::{BTreeMap, BTreeSet};

/// Everything that the recorder knows.
#[derive(Debug, Default)]
pub struct Library {
    policy: Policy,
    groups: BTreeMap<Id, Group>,
    accounts: BTreeMap<Id, Account>,
    users: BTreeMap<Id, User>,
    points: BTreeMap<Id, Point>,
    recordings: BTreeMap<Id, Entry>,
    /// When each recording has to go, the first one first.
    due: BTreeSet<(Date, Id)>,
    changed: BTreeSet<(Kind, Id)>,
    last_id: Id,
    /// A way of being wrong: paid plans keep no longer than the free one.
    paid_is_free: bool,
}

impl Library {
    /// An empty library.
    pub fn new(policy: Policy) -> Self {
        Self { policy, last_id: FIRST, ..Self::default() }
    }

    /// How plans and retention are read here.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The groups.
    pub fn groups(&self) -> impl DoubleEndedIterator<Item = &Group> {
        self.groups.values()
    }

    /// The accounts.
    pub fn accounts(&self) -> impl DoubleEndedIterator<Item = &Account> {
        self.accounts.values()
    }

    /// The users.
    pub fn users(&self) -> impl DoubleEndedIterator<Item = &User> {
        self.users.values()
    }

    /// The dub.points.
    pub fn points(&self) -> impl DoubleEndedIterator<Item = &Point> {
        self.points.values()
    }

    /// The recordings, in the order in which they were made.
    pub fn recordings(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.recordings.values()
    }

    /// The group of this id.
    pub fn group(&self, id: Id) -> Option<&Group> {
        self.groups.get(&id)
    }

    /// The account of this id.
    pub fn account(&self, id: Id) -> Option<&Account> {
        self.accounts.get(&id)
    }

    /// The user of this id.
    pub fn user(&self, id: Id) -> Option<&User> {
        self.users.get(&id)
    }

    /// The user with this e-mail address, which nobody else has in any account (product facts,
    /// S-34). Case does not matter.
    pub fn user_of_email(&self, email: &str) -> Option<&User> {
        self.users.values().find(|user| user.email.eq_ignore_ascii_case(email))
    }

    /// The dub.point of this id.
    pub fn point(&self, id: Id) -> Option<&Point> {
        self.points.get(&id)
    }

    /// The recording of this id.
    pub fn recording(&self, id: Id) -> Option<&Entry> {
        self.recordings.get(&id)
    }

    /// What was changed since this was asked last, to be written down at once.
    pub fn take_changes(&mut self) -> Vec<Change> {
        let changed = std::mem::take(&mut self.changed);
        changed.into_iter().map(|(kind, id)| self.change(kind, id)).collect()
    }

    fn touch(&mut self, kind: Kind, id: Id) {
        self.changed.insert((kind, id));
    }

    fn next_id(&mut self) -> Id {
        self.last_id = Id(self.last_id.0 + 1);
        self.last_id
    }
}

/// So that no id looks like a count.
const FIRST: Id = Id(1_000);

#[cfg(test)]
mod tests;
