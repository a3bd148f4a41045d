//! Telling others of recordings: which notifications there are, and what is on its way to whom.
//!
//! The product posts to an address that somebody named, first with a secret that has to be given
//! back, and keeps what could not be delivered. Its bodies and its patience are not public: ours
//! are tried again after half a minute, five minutes and an hour.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use serde_json::{Value, json};

use super::super::flaw::Flaw;
use super::super::library::{Date, Entry, Id, Library};
use super::{Desk, objects};

/// Somebody who wants to be told.
#[derive(Clone, Debug)]
pub struct Notification {
    /// Its id.
    pub id: Id,
    /// The group or the account that it is of.
    pub holder: Id,
    /// Where to.
    pub post_url: String,
    /// Of what.
    pub event: EventType,
    /// Whether the recording is told in full.
    pub includes_data: bool,
    /// Whether the secret was given back.
    pub is_active: bool,
    /// What came with the first message, and has to be given back.
    pub secret: String,
    /// Why the last message could not be delivered.
    pub error: Option<String>,
    /// What could not be delivered, the oldest first.
    pub unclaimed: VecDeque<Value>,
}

/// What is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EventType {
    /// A recording is there.
    Create,
    /// A recording has changed.
    Update,
}

impl EventType {
    /// The word of the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "recording.create",
            Self::Update => "recording.update",
        }
    }

    /// The event of this word.
    pub fn named(word: &str) -> Option<Self> {
        [Self::Create, Self::Update].into_iter().find(|event| event.word() == word)
    }
}

/// A message on its way.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The notification that it is of.
    pub notification: Id,
    /// Where to.
    pub post_url: String,
    /// The value of `X-Hook-Secret`, in the first message only.
    pub secret: Option<String>,
    /// What it says.
    pub body: Value,
    /// How often it was tried.
    tries: usize,
    due: Date,
}

/// Who is told of what, and what is on its way.
#[derive(Debug, Default)]
pub struct Hooks {
    notifications: BTreeMap<Id, Notification>,
    waiting: VecDeque<Delivery>,
    last_id: u64,
}

impl Hooks {
    /// Adds one, whose secret is on its way; `None` if there are too many.
    pub fn add(&mut self, now: Date, mut notification: Notification) -> Option<Id> {
        if self.notifications.len() >= NOTIFICATIONS_MAX {
            return None;
        }
        self.last_id += 1;
        let id = Id(self.last_id);
        notification.id = id;
        self.waiting.push_back(Delivery {
            notification: id,
            post_url: notification.post_url.clone(),
            secret: Some(notification.secret.clone()),
            body: json!({ "notification": id.to_string() }),
            tries: 0,
            due: now,
        });
        self.notifications.insert(id, notification);
        Some(id)
    }

    /// The notification of this id.
    pub fn get(&self, id: Id) -> Option<&Notification> {
        self.notifications.get(&id)
    }

    /// The notification of this id, to change it.
    pub fn get_mut(&mut self, id: Id) -> Option<&mut Notification> {
        self.notifications.get_mut(&id)
    }

    /// The notifications of a group or an account.
    pub fn of(&self, holder: Id) -> impl Iterator<Item = &Notification> {
        self.notifications.values().filter(move |it| it.holder == holder)
    }

    /// Removes one, and what is on its way.
    pub fn remove(&mut self, id: Id) {
        self.notifications.remove(&id);
        self.waiting.retain(|delivery| delivery.notification != id);
    }

    /// Something happened to a recording: whoever wants to know is told.
    pub fn tell(
        &mut self,
        now: Date,
        event: EventType,
        entry: &Entry,
        data: &Value,
        library: &Library,
        tells_all: bool,
    ) {
        let account = entry.owner.account();
        let group = account.and_then(|it| library.account(it)).map(|account| account.group);
        let is_meant = |it: &&mut Notification| {
            let holder = Some(it.holder);
            (it.is_active || tells_all)
                && it.event == event
                && (holder == account || holder == group)
        };
        for it in self.notifications.values_mut().filter(is_meant) {
            let mut body = json!({
                "event_type": event.word(),
                "notification": it.id.to_string(),
                "recording": entry.id.to_string(),
            });
            if it.includes_data {
                body["data"] = data.clone();
            }
            if self.waiting.len() >= WAITING_MAX {
                it.give_up(body);
                continue;
            }
            self.waiting.push_back(Delivery {
                notification: it.id,
                post_url: it.post_url.clone(),
                secret: None,
                body,
                tries: 0,
                due: now,
            });
        }
    }

    /// The next message that is due; [`delivered`](Self::delivered) or
    /// [`failed`](Self::failed) says what became of it.
    pub fn poll(&mut self, now: Date) -> Option<Delivery> {
        let place = self.waiting.iter().position(|delivery| delivery.due <= now)?;
        self.waiting.remove(place)
    }

    /// When the next message is due.
    pub fn next_due(&self) -> Option<Date> {
        self.waiting.iter().map(|delivery| delivery.due).min()
    }

    /// A message arrived.
    pub fn delivered(&mut self, delivery: &Delivery) {
        if let Some(it) = self.notifications.get_mut(&delivery.notification) {
            it.error = None;
        }
    }

    /// A message did not arrive: it is tried again, or nobody claims it.
    pub fn failed(&mut self, now: Date, mut delivery: Delivery, why: &str) {
        let Some(it) = self.notifications.get_mut(&delivery.notification) else { return };
        it.error = Some(why.to_owned());
        match RETRIES.get(delivery.tries) {
            Some(patience) => {
                delivery.tries += 1;
                delivery.due = now.plus(*patience);
                self.waiting.push_back(delivery);
            }
            None => it.give_up(delivery.body),
        }
    }
}

impl Notification {
    fn give_up(&mut self, body: Value) {
        if self.unclaimed.len() >= UNCLAIMED_MAX {
            self.unclaimed.pop_front();
        }
        self.unclaimed.push_back(body);
    }
}

impl Desk<'_> {
    /// A recording has changed: whoever wants to know is told.
    pub fn recording_updated(&mut self, id: Id) {
        self.announce(EventType::Update, id);
    }

    /// A recording is there: whoever wants to know is told.
    pub fn recording_created(&mut self, id: Id) {
        self.announce(EventType::Create, id);
    }

    fn announce(&mut self, event: EventType, id: Id) {
        let tells_none = self.flaw == Some(Flaw::TellNobody);
        if self.api.hooks.notifications.is_empty() || tells_none {
            return;
        }
        if let Some(entry) = self.library.recording(id) {
            let data = objects::recording(self, entry);
            let tells_all = self.flaw == Some(Flaw::TellUnasked);
            self.api.hooks.tell(self.now, event, entry, &data, self.library, tells_all);
        }
    }
}

/// How long after each failure it is tried again.
const RETRIES: [Duration; 3] =
    [Duration::from_secs(30), Duration::from_mins(5), Duration::from_hours(1)];
/// More programs do not listen to one recorder.
const NOTIFICATIONS_MAX: usize = 256;
/// An hour of a busy customer; beyond, nobody claims them.
const WAITING_MAX: usize = 4_096;
/// What nobody has claimed after so many more is forgotten.
const UNCLAIMED_MAX: usize = 1_024;
