//! A recording session laid out for its rules: who said what, with which offer, and what the
//! metadata added up to by then.

use super::Case;
use crate::check::{Finding, Id, Verdict};
use crate::evidence::{Dialog, RecordingSession, Sighting};
use crate::sdp::Description;
use crate::sip::header::CSeq;
use crate::sip::{Message, Method};
use crate::siprec::{Document, Malformed, MediaType, Metadata, Part, Received};
use crate::time::Instant;

/// One message of a recording session: the first sending of it.
#[derive(Debug)]
pub struct Said<'a> {
    /// When, and between whom.
    pub sighting: &'a Sighting,
    /// The message.
    pub message: &'a Message,
    /// What it is, or what it answers.
    pub cseq: CSeq,
    /// Whether the recording client said it.
    pub by_client: bool,
    /// The session description in it, if one can be read.
    pub sdp: Option<&'a Description>,
    /// Its parts; none, if it has no body, or one that cannot be taken apart.
    pub parts: Received,
    /// What its metadata says, or why that cannot be read.
    pub document: Option<Result<Document, Malformed>>,
}

/// An offer, and what became of it.
#[derive(Clone, Copy, Debug)]
pub struct Offered<'a, 's> {
    /// The message with the offer.
    pub offer: &'s Said<'a>,
    /// The message with the answer.
    pub answer: Option<&'s Said<'a>>,
}

/// Everything that was said in one recording session, in order.
#[derive(Debug)]
pub struct Session<'a> {
    /// The messages.
    pub said: Vec<Said<'a>>,
}

/// A document of metadata, and what it and those before it add up to.
#[derive(Debug)]
pub struct Told<'a, 's> {
    /// What brought it.
    pub said: &'s Said<'a>,
    /// The document itself.
    pub document: &'s Metadata,
    /// All that the recorder knows now.
    pub state: Metadata,
}

impl<'a> Session<'a> {
    /// Lays a recording session out; `messages` are those that count, each as it left its sender.
    pub fn of(recording: &RecordingSession<'a>, messages: &[(&'a Sighting, &'a Message)]) -> Self {
        let own = recording.dialog.call_id;
        let own = messages.iter().filter(|(_, message)| message.call_id() == Ok(own));
        let client_calls = !is_servers(&recording.dialog);
        let mut said: Vec<Said<'a>> = Vec::new();
        for &(sighting, message) in own {
            let Ok(cseq) = message.cseq() else { continue };
            let by_client = recording.dialog.is_from_caller(sighting) == client_calls;
            let is_copy = |it: &Said<'_>| {
                it.by_client == by_client
                    && it.cseq == cseq
                    && (it.message.method(), it.message.code())
                        == (message.method(), message.code())
            };
            if !said.iter().any(is_copy) {
                said.push(Said::of(sighting, message, cseq, by_client));
            }
        }
        Self { said }
    }

    /// What one side said in order to begin, change or describe the session: its INVITEs and
    /// UPDATEs, and what it answered to those of the other, refusals and attempts not counted.
    pub fn sayings(&self, by_client: bool) -> impl Iterator<Item = &Said<'a>> {
        self.said.iter().filter(move |said| {
            let is_taken = said.message.code().is_none_or(|code| (101..300).contains(&code));
            said.by_client == by_client && said.changes() && is_taken
        })
    }

    /// The request that began it.
    pub fn invite(&self) -> Option<&Said<'a>> {
        self.said.first()
    }

    /// The final response to a request.
    pub fn answer_to(&self, request: &Said<'_>) -> Option<&Said<'a>> {
        self.said.iter().find(|said| {
            said.by_client != request.by_client
                && said.cseq == request.cseq
                && said.message.code().is_some_and(|code| code >= 200)
        })
    }

    /// Each offer with its answer, oldest first.
    pub fn offers(&self) -> Vec<Offered<'a, '_>> {
        let mut offers: Vec<Offered<'a, '_>> = Vec::new();
        for said in self.said.iter().filter(|said| said.sdp.is_some()) {
            match offers.last_mut() {
                Some(last) if last.is_answered_by(said) => {
                    last.answer = Some(said);
                }
                // The same answer again: first in a provisional response.
                Some(last) if last.answer.is_some_and(|it| it.repeats(said)) => {}
                _ => offers.push(Offered { offer: said, answer: None }),
            }
        }
        offers
    }

    /// Each document of metadata of the client, with what the recorder knows after it.
    pub fn told(&self) -> Vec<Told<'a, '_>> {
        let mut told: Vec<Told<'a, '_>> = Vec::new();
        for said in self.said.iter().filter(|said| said.by_client) {
            let Some(Ok(Document::Metadata(document))) = &said.document else { continue };
            let mut state = told.last().map(|last| last.state.clone()).unwrap_or_default();
            // What fits nothing changes nothing.
            let _ = state.apply(document);
            told.push(Told { said, document, state });
        }
        told
    }
}

impl<'a> Said<'a> {
    fn of(sighting: &'a Sighting, message: &'a Message, cseq: CSeq, by_client: bool) -> Self {
        let content_type = message.headers.get("Content-Type");
        let parts = content_type.and_then(|it| Received::split(it, &message.body).ok());
        let parts = parts.unwrap_or_default();
        let document = parts.metadata_bytes().map(Document::parse);
        let sdp = sighting.description().map(|(_, description)| description);
        Self { sighting, message, cseq, by_client, sdp, parts, document }
    }

    /// When it was seen.
    pub fn at(&self) -> Instant {
        self.sighting.at
    }

    /// Whether it begins or changes a session, or answers what does.
    pub fn changes(&self) -> bool {
        matches!(self.cseq.method, Method::Invite | Method::Update)
    }

    /// Whether it is a request of this method.
    pub fn asks(&self, method: &Method) -> bool {
        self.message.method() == Some(method)
    }

    /// Whether it has this option tag in this header.
    pub fn has_option(&self, header: &str, option: &str) -> bool {
        has_option(self.message, header, option)
    }

    /// The metadata part, and its type; a body that is nothing else has the message's headers.
    pub fn metadata_part(&self) -> Option<(&Part, MediaType)> {
        let part = self.parts.metadata.as_ref()?;
        Some((part, part.media_type()))
    }

    /// The Content-Disposition of its metadata.
    pub fn disposition(&self) -> Option<&str> {
        let part = self.parts.metadata.as_ref()?;
        let is_alone = !self.is_multipart();
        part.header("Content-Disposition")
            .or_else(|| self.message.headers.get("Content-Disposition").filter(|_| is_alone))
    }

    /// Whether its body is one of several parts.
    pub fn is_multipart(&self) -> bool {
        let content_type = self.message.headers.get("Content-Type");
        content_type.and_then(MediaType::parse).is_some_and(|it| it.is_multipart())
    }

    /// Whether it asks for a snapshot (RFC 7865 section 7).
    pub fn wants_snapshot(&self) -> bool {
        matches!(self.document, Some(Ok(Document::SnapshotRequest(_))))
    }

    fn repeats(&self, other: &Self) -> bool {
        self.by_client == other.by_client
            && self.cseq == other.cseq
            && self.parts.sdp_bytes() == other.parts.sdp_bytes()
    }
}

impl<'a> Offered<'a, '_> {
    /// Whether an offer stands until this message, which can carry an answer.
    fn is_answered_by(&self, said: &Said<'_>) -> bool {
        let may = match said.message.method() {
            Some(method) => matches!(method, Method::Ack | Method::Prack),
            None => said.message.code().is_some_and(|code| code < 300),
        };
        self.answer.is_none() && self.offer.by_client != said.by_client && may
    }

    /// What the client said, and what the recorder did.
    pub fn sides(&self) -> (Option<&'a Description>, Option<&'a Description>) {
        let answer = self.answer.and_then(|answer| answer.sdp);
        if self.offer.by_client { (self.offer.sdp, answer) } else { (answer, self.offer.sdp) }
    }
}

/// Whether the recorder began a recording session (RFC 7866 section 6.2): as it says, or because
/// whoever answered says that they are the client, and the recorder offered nothing itself.
pub fn is_servers(dialog: &Dialog<'_>) -> bool {
    let invite = dialog.invite;
    let is_silent = || !is_tagged(invite, "+sip.src") && invite.body.is_empty();
    let mut answers = dialog.sightings().filter_map(|it| it.message());
    let by_client = |it: &Message| it.code().is_some() && is_tagged(it, "+sip.src");
    is_tagged(invite, "+sip.srs") || (is_silent() && answers.any(by_client))
}

/// Whether the Contact has a feature tag, as a parameter of its own and not as `"FALSE"` (RFC 3840
/// section 9).
pub fn is_tagged(message: &Message, tag: &str) -> bool {
    let contact = message.contact().ok().flatten();
    contact.is_some_and(|contact| {
        contact.params.has(tag)
            && contact.params.get(tag).is_none_or(|value| !value.eq_ignore_ascii_case("FALSE"))
    })
}

/// Whether a message has an option tag in a header.
pub fn has_option(message: &Message, header: &str, option: &str) -> bool {
    let mut values = message.headers.all(header).flat_map(|value| value.split(','));
    values.any(|value| value.trim().eq_ignore_ascii_case(option))
}

impl<'a> Case<'a> {
    /// Each recording session: as the network tells it, and laid out.
    pub fn sessions(&self) -> impl Iterator<Item = (&RecordingSession<'a>, &Session<'a>)> {
        self.recordings.iter().zip(&self.sessions)
    }

    /// The verdicts of a rule that looks at each recording session.
    pub fn each_session(
        &self,
        judge: impl Fn(&RecordingSession<'a>, &Session<'a>) -> Vec<Verdict>,
    ) -> Vec<Verdict> {
        self.sessions().flat_map(|(recording, session)| judge(recording, session)).collect()
    }

    /// A pass if `met`, or else a finding against whoever sent a message.
    pub fn held(
        &self,
        met: bool,
        row: &'static str,
        sighting: &Sighting,
        seen: impl FnOnce() -> String,
    ) -> Verdict {
        if met { Verdict::Pass } else { self.blame(row, sighting, &seen()) }
    }

    /// A finding against whoever sent a message: who, in which message, what, and by which section
    /// it should not be so. `seen` fits after the name of a part.
    pub fn blame(&self, row: &'static str, sighting: &Sighting, seen: &str) -> Verdict {
        let place = self.timeline.signalling().iter().position(|it| std::ptr::eq(it, sighting));
        let packet = place.map_or_else(String::new, |place| format!(" (message {})", place + 1));
        let who = self.sender(sighting);
        let seen = format!("{who}{packet} {seen}{}", by_section(row));
        Verdict::Fail(Finding {
            requirement: Id(row),
            at: sighting.at,
            seen,
            never: None,
            by: Some(who),
        })
    }
}

/// `, against RFC 7865 section 9`.
pub fn by_section(row: &'static str) -> String {
    let row = Id(row).look_up();
    let source = row.source.strip_prefix("RFC").unwrap_or(&row.source);
    format!(", against RFC {source} section {}", row.section)
}
