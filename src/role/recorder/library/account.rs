//! Who has recordings and who looks after them: groups, accounts, users.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Date, Id, Kind, Library, Plan};

/// Accounts of one service provider, and the calls that nobody could be found for.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Group {
    /// Its id.
    pub id: Id,
    /// What people call it.
    pub name: String,
    /// The service provider whose calls it gets.
    pub service_provider: String,
}

/// The account of an organisation.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Account {
    /// Its id.
    pub id: Id,
    /// The group that it is in.
    pub group: Id,
    /// The customer's name (S-37).
    pub name: String,
    /// Whether there is a contract, which the paid plans need (S-09).
    pub contract: bool,
    /// An IANA time zone (S-37).
    pub time_zone: String,
    /// What anybody wants to note.
    pub metadata: BTreeMap<String, String>,
    /// When it was made.
    pub created: Date,
    /// When it was changed last.
    pub updated: Date,
}

/// Somebody who can sign in.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct User {
    /// Their id.
    pub id: Id,
    /// Where they stand.
    pub standing: Standing,
    /// Their e-mail address: unique over all accounts (S-34), and their name when signing in.
    pub email: String,
    /// S-37.
    pub first_name: String,
    /// S-37.
    pub last_name: String,
    /// A language tag.
    pub language: String,
    /// What they sign in with: a password, or the token of an API user.
    pub secret: String,
    /// Their subscription.
    pub plan: Plan,
    /// When they last came from a paid plan to the free one, if they are on it.
    pub free_since: Option<Date>,
    /// When they were added.
    pub created: Date,
    /// When they were changed last.
    pub updated: Date,
}

/// Where a user stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Looks after the accounts of a group: the partner.
    Group(Id),
    /// Belongs to an account.
    Account(Id, Role),
}

/// What a user may do in their account.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Role {
    /// Has recordings.
    #[default]
    #[serde(rename = "Standard User")]
    Standard,
    /// Looks after the account, too (S-30).
    Administrator,
}

impl Role {
    /// The word of the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::Standard => "Standard User",
            Self::Administrator => "Administrator",
        }
    }

    /// The role of this word.
    pub fn named(word: &str) -> Option<Self> {
        [Self::Standard, Self::Administrator].into_iter().find(|role| role.word() == word)
    }
}

impl User {
    /// The account that they belong to.
    pub fn account(&self) -> Option<Id> {
        match self.standing {
            Standing::Account(account, _) => Some(account),
            Standing::Group(_) => None,
        }
    }

    /// What they may do: whoever looks after a group is an administrator of it.
    pub fn role(&self) -> Role {
        match self.standing {
            Standing::Account(_, role) => role,
            Standing::Group(_) => Role::Administrator,
        }
    }

    /// Whether they look after this account.
    pub fn administers(&self, account: Id) -> bool {
        self.standing == Standing::Account(account, Role::Administrator)
    }
}

impl Library {
    /// Adds a group.
    pub fn add_group(&mut self, name: &str, service_provider: &str) -> Id {
        let id = self.next_id();
        let service_provider = service_provider.to_owned();
        self.groups.insert(id, Group { id, name: name.to_owned(), service_provider });
        self.touch(Kind::Group, id);
        id
    }

    /// Adds an account to a group.
    pub fn add_account(&mut self, now: Date, account: Account) -> Id {
        let id = self.next_id();
        self.accounts.insert(id, Account { id, created: now, updated: now, ..account });
        self.touch(Kind::Account, id);
        id
    }

    /// Changes an account.
    pub fn change_account(&mut self, now: Date, id: Id, change: impl FnOnce(&mut Account)) {
        if let Some(account) = self.accounts.get_mut(&id) {
            change(account);
            account.updated = now;
            self.touch(Kind::Account, id);
        }
    }

    /// Adds a user; `None` if somebody has the e-mail address already, in whatever account (S-34).
    pub fn add_user(&mut self, now: Date, user: User) -> Option<Id> {
        if self.user_of_email(&user.email).is_some() {
            return None;
        }
        let id = self.next_id();
        self.users.insert(id, User { id, created: now, updated: now, ..user });
        self.touch(Kind::User, id);
        Some(id)
    }

    /// Changes a user; not their plan, for which there is [`migrate`](Self::migrate).
    pub fn change_user(&mut self, now: Date, id: Id, change: impl FnOnce(&mut User)) {
        if let Some(user) = self.users.get_mut(&id) {
            let (plan, free_since) = (user.plan, user.free_since);
            change(user);
            user.updated = now;
            (user.plan, user.free_since) = (plan, free_since);
            self.touch(Kind::User, id);
        }
    }

    /// Removes a user with their dub.points and recordings; the ids of the recordings.
    pub fn remove_user(&mut self, id: Id) -> Vec<Id> {
        if self.users.remove(&id).is_none() {
            return Vec::new();
        }
        self.touch(Kind::User, id);
        let points: Vec<_> =
            self.points.values().filter(|point| point.user == id).map(|point| point.id).collect();
        for point in points {
            self.remove_point(point);
        }
        let own = self.recordings.values().filter(|entry| entry.owner.user() == Some(id));
        let own: Vec<_> = own.map(|entry| entry.id).collect();
        for recording in &own {
            self.remove_recording(*recording);
        }
        own
    }
}
