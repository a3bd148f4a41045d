//! A recording as it stands in the books.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Date, Key};

/// The name of anything in the library; greater is later.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Id(pub u64);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A recording as it stands in the books. The sound is elsewhere.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Entry {
    /// Its id.
    pub id: Id,
    /// Whose it is.
    pub owner: Owner,
    /// What the call said of where it comes from.
    pub key: Option<Key>,
    /// The Call-ID of its recording session.
    pub call_id: String,
    /// What ties it to the recording of the other party, if both are recorded.
    pub tracking_id: Option<String>,
    /// Whether its call is still up.
    pub status: Status,
    /// A conversation, or a message to a mailbox.
    pub recording_type: RecordingType,
    /// Whether it is dropped at the end of the call unless its user asks for it.
    #[serde(skip)]
    pub is_provisional: bool,
    /// Who called whom, seen from the recorded user.
    pub call_type: CallType,
    /// The number that called.
    pub from: String,
    /// Whose number that is, as far as the call says.
    pub from_label: String,
    /// The number that was called.
    pub to: String,
    /// Whose number that is, as far as the call says.
    pub to_label: String,
    /// Everybody who took part.
    pub participants: Vec<Participant>,
    /// The labels of its sides, one channel each.
    pub sides: Vec<String>,
    /// When nothing was recorded although the call was up.
    pub pauses: Vec<Pause>,
    /// What people were told of the recording, as far as the platform says so.
    pub announcements: Vec<Announcement>,
    /// When it began.
    pub started: Date,
    /// When it ended; `None` while the call is up.
    pub ended: Option<Date>,
    /// When it was in the library.
    pub created: Date,
    /// When it was changed last.
    pub updated: Date,
    /// At most 25.
    pub tags: Vec<String>,
    /// What anybody wants to note.
    pub metadata: BTreeMap<String, String>,
}

impl Entry {
    /// How long it is; until now, if its call is up.
    pub fn duration(&self, now: Date) -> Duration {
        self.ended.unwrap_or(now).since(self.started)
    }

    /// Whether a number is among those that called and were called.
    pub fn has_number(&self, number: &str) -> bool {
        let own = self.participants.iter().map(|it| it.number.as_str());
        own.chain([self.from.as_str(), self.to.as_str()]).any(|it| it == number)
    }
}

/// Whose a recording is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// A user's.
    User {
        /// Their account.
        account: Id,
        /// The user.
        user: Id,
    },
    /// Nobody's: the group keeps it until somebody says whose it is.
    Nobody {
        /// The group.
        group: Id,
    },
}

impl Owner {
    /// The user, if it is somebody's.
    pub fn user(self) -> Option<Id> {
        match self {
            Self::User { user, .. } => Some(user),
            Self::Nobody { .. } => None,
        }
    }

    /// The account, if it is somebody's.
    pub fn account(self) -> Option<Id> {
        match self {
            Self::User { account, .. } => Some(account),
            Self::Nobody { .. } => None,
        }
    }
}

impl Default for Owner {
    fn default() -> Self {
        Self::Nobody { group: Id::default() }
    }
}

/// Whether the call of a recording is still up.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub enum Status {
    /// It is up. The product has no public word for this; it is ours.
    #[default]
    Recording,
    /// It is over, and the recording is whole.
    Active,
}

/// What was recorded.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingType {
    /// A conversation.
    #[default]
    Recording,
    /// A message to a mailbox.
    Voicemail,
}

/// Who called, seen from the recorded user.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CallType {
    /// The user was called.
    Inbound,
    /// The user called.
    Outbound,
    /// The call did not say.
    #[default]
    Unknown,
}

/// Somebody who took part.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Participant {
    /// Their address.
    pub aor: String,
    /// Their number, or what else stands before the domain.
    pub number: String,
    /// What people call them.
    pub name: String,
    /// The labels of the sides on which they are heard.
    pub sides: Vec<String>,
    /// When they came, RFC 3339.
    pub joined: Option<String>,
    /// When they left, RFC 3339; `None` if they stayed.
    pub left: Option<String>,
}

/// A span of a call of which there is no sound.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Pause {
    /// When it began.
    pub from: Date,
    /// When it ended; `None` if the call did first.
    pub to: Option<Date>,
}

/// Something that people were told (product facts, S-55).
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Announcement {
    /// What it was about: `start`, `stop`, `pause`, `resume`.
    pub kind: String,
    /// When it was played, RFC 3339.
    pub played_at: String,
    /// For how many milliseconds.
    pub duration_ms: u64,
    /// The addresses of those who heard it.
    pub heard_by: Vec<String>,
}
