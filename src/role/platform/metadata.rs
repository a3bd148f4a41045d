//! What the platform tells a recorder of a call (RFC 7865): who takes part, and who is heard on
//! which stream.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

use super::bridge::{Bridge, End};
use super::control::call_id;
use super::fault::Fault;
use super::identity::{EXTERNAL_GROUP, SERVICE_PROVIDER, external_identifier};
use super::prompts::{Placement, Telling};
use super::recording::label;
use super::settings::{Dialect, Settings};
use super::spoil::spoil_metadata;
use crate::role::RecordingMode;
use crate::sip::agent;
use crate::siprec::{
    self, Announcement, BroadWorks, Call, DataMode, Extension, Group, Id, Interval, Layout,
    Metadata, MetadataType, NameId, Parent, Participant, ParticipantSession, ParticipantStream,
    Recording, Redirect, Session, SessionRecording, Stream, StreamMode,
};
use crate::time::Instant;

/// What the metadata of one recording says, from document to document.
#[derive(Debug, Default)]
pub struct Script {
    pub(super) metadata: Metadata,
    /// Who is in the call at present, and on which side.
    pub(super) present: Vec<(End, Id)>,
    /// Whose side each stream carries.
    pub(super) voices: Vec<(End, Id)>,
    /// The product's own part, as it was said last.
    pub(super) broadworks: BroadWorks,
    kept: bool,
    boundary: String,
    session_id: String,
    /// Whether there is something that the recorder was not told.
    pub(super) is_news: bool,
    /// What was played to people, and the id under which the drafts want it.
    told: Vec<Extension>,
    told_id: Id,
}

impl Script {
    /// What is to be said of a call that is recorded for `user`, whose streams carry the voices
    /// of `ends`.
    pub fn new(
        bridge: &Bridge,
        user: End,
        ends: &[End],
        settings: &Settings,
        since: Instant,
        rng: &mut ChaCha8Rng,
    ) -> Self {
        let mut id = || new_id(settings.dialect, rng);
        let (group, session) = (id(), id());
        // Of a room those are told who are in it: nobody yet.
        let people = [user, user.other()]
            .into_iter()
            .filter(|end| bridge.room.is_none() || bridge.leg(*end).call.is_some());
        let participants: Vec<_> = people.map(|end| (end, id())).collect();
        let streams: Vec<_> = ends.iter().map(|end| (*end, id())).collect();
        let recording = Recording {
            id: id(),
            requestor: Some("SRC".to_owned()),
            kind: Some("selective".to_owned()),
        };
        let extension_id = id();
        let kept = !is_provisional(bridge, user, settings);
        let time = settings.epoch.rfc3339(since);
        let aor = |end: End| format!("sip:{}@{}", bridge.leg(end).number, settings.domain);
        let broadworks = broadworks(bridge, user, settings, kept);
        let metadata = Metadata {
            mode: DataMode::Complete,
            recording: Some(recording),
            groups: vec![Group {
                id: group.clone(),
                interval: Interval::since(time.clone()),
                initiator: Some(aor(End::Caller)),
            }],
            sessions: vec![Session {
                id: session.clone(),
                group: Some(group),
                start_time: Some(time.clone()),
                ..Session::default()
            }],
            participants: participants
                .iter()
                .map(|(end, id)| Participant {
                    id: id.clone(),
                    names: vec![NameId::new(aor(*end), bridge.leg(*end).display.clone())],
                })
                .collect(),
            streams: streams
                .iter()
                .enumerate()
                .map(|(index, (_, id))| Stream {
                    id: id.clone(),
                    session: Some(session.clone()),
                    label: Some(label(index)),
                    mode: Some(StreamMode::Separate),
                })
                .collect(),
            session_recordings: vec![SessionRecording {
                session: session.clone(),
                interval: Interval::since(time.clone()),
            }],
            participant_sessions: participants
                .iter()
                .map(|(_, id)| ParticipantSession {
                    participant: id.clone(),
                    session: session.clone(),
                    interval: Interval::since(time.clone()),
                    params: Vec::new(),
                })
                .collect(),
            participant_streams: participants
                .iter()
                .map(|(end, id)| association(*end, id, &streams, &time))
                .collect(),
            extensions: broadworks
                .extension(&session, Some(extension_id))
                .into_iter()
                .chain(voicemail(bridge, &session, settings.fault))
                .collect(),
            quirks: Vec::new(),
        };
        let session_id = uuid(rng).replace('-', "");
        let boundary = match settings.dialect {
            Dialect::Rfc => format!("tallylight-{}", rng.next_u32()),
            Dialect::Webex => "UniqueBroadWorksBoundary".to_owned(),
        };
        let told_id = Id::new(format!("{}-played", session.as_str()));
        Self {
            metadata,
            present: participants,
            voices: streams,
            broadworks,
            kept,
            boundary,
            session_id,
            is_news: true,
            told: Vec::new(),
            told_id,
        }
    }

    /// The Session-ID header of the recording session as the product writes it.
    pub fn session_id_header(&self) -> String {
        format!("{};remote={}", self.session_id, "0".repeat(32))
    }

    /// Whether the recorder is to keep it.
    pub fn is_kept(&self) -> bool {
        self.kept
    }

    /// The recorder is to keep it: its user asked for it.
    pub fn keep(&mut self) {
        self.kept = true;
        self.broadworks.recording_type = Some(KEPT.to_owned());
        if let Some(session) = self.metadata.sessions.last().map(|session| session.id.clone()) {
            self.write_broadworks(&session);
        }
    }

    /// Tells of something that was played: once, or to each of those who `heard` it. Of many only
    /// the last are told again, so that a document does not grow without bound.
    pub fn tell(&mut self, announcement: &Announcement, telling: &Telling, heard: &[String]) {
        let session = self.metadata.sessions.first().map(|session| session.id.clone());
        let parents: Vec<_> = match telling.placement {
            Placement::Recording => vec![Parent::Recording],
            Placement::Session => session.into_iter().map(Parent::Session).collect(),
            Placement::Participant => {
                let heard = |it: &&Participant| it.names.iter().any(|it| heard.contains(&it.aor));
                let participants = self.metadata.participants.iter().filter(heard);
                participants.map(|it| Parent::Participant(it.id.clone())).collect()
            }
        };
        for parent in parents {
            let id = Some(self.told_id.clone());
            self.told.extend(announcement.extension(&telling.namespace, parent, id));
        }
        let excess = self.told.len().saturating_sub(TOLD_MAX);
        self.told.drain(..excess);
    }

    /// All that is to be said, without an offer: as the product updates it.
    pub fn alone(&self) -> agent::Content {
        let document = self.whole().write(siprec::Dialect::Webex);
        let body = siprec::Body::metadata(&document, MetadataType::Current);
        let disposition = body.content_disposition.into_iter();
        let headers = disposition.map(|it| ("Content-Disposition".to_owned(), it)).collect();
        let body = Some(agent::Body::new(&body.content_type, body.bytes));
        agent::Content { headers, body }
    }

    fn whole(&self) -> Metadata {
        let mut metadata = self.metadata.clone();
        metadata.extensions.extend(self.told.iter().cloned());
        metadata
    }

    /// The body of an INVITE or UPDATE: the offer, and all that is to be said.
    pub fn body(&mut self, offer: &[u8], dialect: Dialect, fault: Option<Fault>) -> agent::Body {
        self.is_news = false;
        let dialect = match dialect {
            Dialect::Rfc => siprec::Dialect::Rfc,
            Dialect::Webex => siprec::Dialect::Webex,
        };
        let layout = Layout { boundary: self.boundary.clone(), ..Layout::of(dialect) };
        let Some(document) = spoil_metadata(fault, self.whole().write(dialect)) else {
            return agent::Body::new("application/sdp", offer.to_vec());
        };
        let body = siprec::Body::both(offer, &document, &layout);
        agent::Body::new(&body.content_type, body.bytes)
    }
}

/// Who is heard on which stream, and who hears it.
fn association(end: End, participant: &Id, streams: &[(End, Id)], time: &str) -> ParticipantStream {
    let of = |own: bool| {
        let streams = streams.iter().filter(move |(of, _)| (*of == end) == own);
        streams.map(|(_, id)| id.clone()).collect()
    };
    ParticipantStream {
        participant: participant.clone(),
        send: of(true),
        receive: of(false),
        interval: Interval::since(time),
    }
}

/// The product's own part of the metadata (its facts, section 4.4).
fn broadworks(bridge: &Bridge, user: End, settings: &Settings, kept: bool) -> BroadWorks {
    let number = |end: End| Some(bridge.leg(end).number.clone());
    let (calling, called) = (number(End::Caller), number(End::Callee));
    let call = match user {
        End::Caller => Call::Originating { calling, dialed: called.clone(), called },
        End::Callee => {
            Call::Terminating { calling, called, redirect: redirect(bridge, settings.fault) }
        }
    };
    let recording_type = if kept { KEPT } else { settings.provisional.as_str() };
    BroadWorks {
        version: Some("4.0".to_owned()),
        tracking_id: Some(bridge.tracking_id.clone()),
        service_provider: Some(SERVICE_PROVIDER.to_owned()),
        group: Some(EXTERNAL_GROUP.to_owned()),
        user: Some(external_identifier(&bridge.leg(user).number)),
        call_id: Some(call_id(bridge.id, user)),
        call: Some(call),
        recording_type: Some(recording_type.to_owned()),
        ..BroadWorks::default()
    }
}

/// Whether a recording of this user's call is thrown away unless the user asks for it.
fn is_provisional(bridge: &Bridge, user: End, settings: &Settings) -> bool {
    let number = &bridge.leg(user).number;
    let user = settings.users.iter().find(|user| user.number == *number);
    let keeps_all = settings.fault == Some(Fault::KeepEverything);
    !keeps_all && user.is_some_and(|user| user.recording == RecordingMode::KeptOnDemand)
}

/// That a call is a message, in a namespace of our own: the product's way of saying so is not
/// known.
fn voicemail(bridge: &Bridge, session: &Id, fault: Option<Fault>) -> Option<Extension> {
    let is_told = bridge.mailbox.is_some() && fault != Some(Fault::CallMessagesCalls);
    let parent = Parent::Session(session.clone());
    is_told.then(|| Extension::new(parent, VOICEMAIL).ok()).flatten()
}

/// How a call came to whoever took it, if not straight.
fn redirect(bridge: &Bridge, fault: Option<Fault>) -> Option<Redirect> {
    if fault == Some(Fault::CallMessagesCalls) {
        return None;
    }
    let (first, last) = bridge.diverted.first().zip(bridge.diverted.last())?;
    Some(Redirect {
        last: Some(last.clone()),
        original: Some(first.clone()),
        count: Some(bridge.diverted.len().to_string()),
    })
}

pub(super) fn new_id(dialect: Dialect, rng: &mut ChaCha8Rng) -> Id {
    let mut bits = [0; 16];
    rng.fill_bytes(&mut bits);
    match dialect {
        Dialect::Rfc => Id::base64(bits),
        Dialect::Webex => Id::urn_uuid(bits),
    }
}

/// A random UUID as text.
pub fn uuid(rng: &mut ChaCha8Rng) -> String {
    let id = new_id(Dialect::Webex, rng);
    id.as_str().trim_start_matches("urn:uuid:").to_owned()
}

/// See [`voicemail`].
const VOICEMAIL: &str = "<voicemail xmlns=\"urn:example:recording-voicemail:1\"/>";
/// The recording type of what is kept: the only one that has been seen.
const KEPT: &str = "on";
/// A document may tell of so many: a tone that comes every ten seconds fills it in five minutes.
const TOLD_MAX: usize = 32;
