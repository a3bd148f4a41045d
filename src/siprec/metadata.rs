//! What metadata says: who takes part in which session, and whose voice is on which stream
//! (RFC 7865 sections 4 and 6).
//!
//! The drafts before RFC 7865, which Webex Calling still speaks, nest some of this otherwise; here
//! is one model for both. Times are texts of RFC 3339, ids are kept as they are written.

use super::extension::Extension;
use super::id::Id;
use super::quirk::Quirk;

/// Whether a document tells everything or only what changed (RFC 7865 section 5.1.2).
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum DataMode {
    /// Everything: what holds where nothing is said.
    #[default]
    Complete,
    /// Only what changed.
    Partial,
}

/// One document of metadata, or the state that several add up to.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Metadata {
    /// Whether it tells everything.
    pub mode: DataMode,
    /// The recording itself, which only the drafts describe.
    pub recording: Option<Recording>,
    /// Groups of sessions.
    pub groups: Vec<Group>,
    /// Communication sessions: the calls.
    pub sessions: Vec<Session>,
    /// Who takes part in them.
    pub participants: Vec<Participant>,
    /// What is recorded of them.
    pub streams: Vec<Stream>,
    /// When each session was part of the recording.
    pub session_recordings: Vec<SessionRecording>,
    /// When each participant was part of a session.
    pub participant_sessions: Vec<ParticipantSession>,
    /// Who is heard on which stream, and who hears it.
    pub participant_streams: Vec<ParticipantStream>,
    /// What vendors add.
    pub extensions: Vec<Extension>,
    /// What the parser had to forgive; nothing, if this was not read.
    pub quirks: Vec<Quirk>,
}

/// The recording as the drafts describe it.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Recording {
    /// Its name.
    pub id: Id,
    /// Who asked for it: `SRC` or `SRS`.
    pub requestor: Option<String>,
    /// What is recorded: `selective`, or everything.
    pub kind: Option<String>,
}

/// Sessions that belong together, such as those of one call that is transferred (RFC 7865
/// section 6.2).
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Group {
    /// Its name.
    pub id: Id,
    /// When it was formed and when it ended.
    pub interval: Interval,
    /// Who began it: an address, in the drafts only.
    pub initiator: Option<String>,
}

/// A communication session (RFC 7865 section 6.3).
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Session {
    /// Its name.
    pub id: Id,
    /// The Session-ID of each of its dialogs (RFC 7989).
    pub sip_session_ids: Vec<String>,
    /// Why it ended.
    pub reasons: Vec<Reason>,
    /// The group that it belongs to.
    pub group: Option<Id>,
    /// When it began.
    pub start_time: Option<String>,
    /// When it ended.
    pub stop_time: Option<String>,
}

/// Why a session ended: a Reason header (RFC 3326).
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Reason {
    /// The protocol of the cause; SIP if nothing is said.
    pub protocol: Option<String>,
    /// The cause, a number if it is legal.
    pub cause: Option<String>,
    /// The cause in words.
    pub text: String,
}

/// Somebody, or some device, who takes part (RFC 7865 section 6.5).
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Participant {
    /// Its name within the metadata.
    pub id: Id,
    /// Its addresses and names; at least one, if it is legal.
    pub names: Vec<NameId>,
}

/// An address of a participant and what people call it.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct NameId {
    /// The address-of-record: a SIP or tel URI, if it is legal.
    pub aor: String,
    /// The display name, at most one, if it is legal.
    pub names: Vec<Name>,
}

impl NameId {
    /// An address with a display name.
    pub fn new(aor: impl Into<String>, name: impl Into<String>) -> Self {
        Self { aor: aor.into(), names: vec![Name { text: name.into(), language: None }] }
    }

    /// An address alone.
    pub fn unnamed(aor: impl Into<String>) -> Self {
        Self { aor: aor.into(), names: Vec::new() }
    }
}

/// A text that may say in which language it is.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Name {
    /// The text.
    pub text: String,
    /// The value of `xml:lang`.
    pub language: Option<String>,
}

/// A recorded stream (RFC 7865 section 6.7).
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Stream {
    /// Its name within the metadata.
    pub id: Id,
    /// The session that it is of; none in a persistent recording session without a call.
    pub session: Option<Id>,
    /// The label of its `m=` line in the SDP of the same message (RFC 7866 section 7.1.1).
    pub label: Option<String>,
    /// Whether it is of one party or of all, in the drafts only.
    pub mode: Option<StreamMode>,
}

/// Whether a stream is of one side or of all together, in the drafts.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum StreamMode {
    /// `separate`: the voice of one side.
    Separate,
    /// `mixed`: all voices.
    Mixed,
    /// Any other word.
    Other(String),
}

/// When something began and ended, each as far as it is said.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Interval {
    /// `associate-time`.
    pub associate_time: Option<String>,
    /// `disassociate-time`.
    pub disassociate_time: Option<String>,
}

impl Interval {
    /// From this time on.
    pub fn since(time: impl Into<String>) -> Self {
        Self { associate_time: Some(time.into()), disassociate_time: None }
    }

    /// Until this time: what an update says at the end.
    pub fn until(time: impl Into<String>) -> Self {
        Self { associate_time: None, disassociate_time: Some(time.into()) }
    }

    /// Whether its end is not known.
    pub fn is_open(&self) -> bool {
        self.disassociate_time.is_none()
    }
}

/// A session is part of the recording (RFC 7865 section 6.4). It may be so several times.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct SessionRecording {
    /// The session.
    pub session: Id,
    /// When.
    pub interval: Interval,
}

/// A participant is part of a session (RFC 7865 section 6.6). It may be so several times.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct ParticipantSession {
    /// The participant.
    pub participant: Id,
    /// The session.
    pub session: Id,
    /// When.
    pub interval: Interval,
    /// What the participant can do, such as being a conference focus.
    pub params: Vec<Param>,
}

/// A capability of a participant (RFC 7865 section 6.6.1).
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Param {
    /// `pname`.
    pub name: String,
    /// `pval`.
    pub value: String,
}

/// What a participant sends and receives (RFC 7865 section 6.8).
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct ParticipantStream {
    /// The participant.
    pub participant: Id,
    /// The streams that carry its voice.
    pub send: Vec<Id>,
    /// The streams that it hears.
    pub receive: Vec<Id>,
    /// When.
    pub interval: Interval,
}
