//! Recording sessions as the network tells them: the dialog with the recorder, its streams, who
//! the metadata says is on each, and what really flowed.

use std::net::SocketAddr;
use std::time::Duration;

use super::cast::Kind;
use super::dialogs::{Dialog, dialogs};
use super::exchange::{Exchange, description_of};
use super::media::Flow;
use super::timeline::Timeline;
use crate::sdp::{Description, MediaDescription};
use crate::sip::header::CSeq;
use crate::sip::{Message, Method};
use crate::siprec::{self, Metadata};
use crate::time::Instant;

/// One recording session (RFC 7866).
#[derive(Debug)]
pub struct RecordingSession<'a> {
    /// The dialog.
    pub dialog: Dialog<'a>,
    /// Its streams, in the order of the `m=` lines of the first offer.
    pub streams: Vec<RecordedStream<'a>>,
    /// The metadata in the order in which it came: when, and what it said.
    pub documents: Vec<(Instant, Metadata)>,
    /// Metadata that could not be read: when, and why.
    pub unreadable: Vec<(Instant, String)>,
}

/// One stream of a recording session.
#[derive(Debug)]
pub struct RecordedStream<'a> {
    /// The `a=label` of its `m=` line (RFC 4574).
    pub label: Option<String>,
    /// Where the recorder takes it, if it does.
    pub target: Option<SocketAddr>,
    /// What flowed there: one flow for each address that media came from.
    pub flows: Vec<&'a Flow>,
    /// The address of record of whoever the metadata says is heard on it.
    pub speaker: Option<String>,
}

impl RecordedStream<'_> {
    /// Whether a packet of media was seen on it.
    pub fn is_alive(&self) -> bool {
        self.flows.iter().any(|flow| !flow.nearest_to_receiver().is_empty())
    }
}

impl RecordingSession<'_> {
    /// When nothing was to be recorded, by offer and answer: from the answer to the offer that
    /// began it, to the offer that ended it, and how many packets flowed meanwhile.
    pub fn pauses(&self) -> Vec<(Instant, Option<Instant>, usize)> {
        let exchanges = self.dialog.exchanges();
        let is_paused = |description: &Description| {
            let mut open = description.media.iter().filter(|medium| !medium.is_disabled());
            !description.media.is_empty() && open.all(MediaDescription::is_still)
        };
        let said = |exchange: &Exchange| sides(exchange).0.map(is_paused);
        let mut pauses: Vec<(Instant, Option<Instant>, usize)> = Vec::new();
        for exchange in exchanges {
            let open = pauses.last_mut().filter(|(_, until, _)| until.is_none());
            match (said(exchange), open, &exchange.answer) {
                (Some(true), None, Some((at, _))) => pauses.push((*at, None, 0)),
                (Some(false), Some(pause), _) => pause.1 = Some(exchange.offered),
                _ => {}
            }
        }
        for (from, until, count) in &mut pauses {
            let end = until.or(self.dialog.over());
            let flows = self.streams.iter().flat_map(|stream| &stream.flows);
            let packets = flows.flat_map(|flow| flow.nearest_to_receiver());
            let is_within = |at: Instant| at > *from + ON_THE_WAY && end.is_none_or(|end| at < end);
            *count = packets.filter(|packet| is_within(packet.at)).count();
        }
        pauses
    }

    /// What the metadata says once every document is counted in.
    pub fn metadata(&self) -> Option<Metadata> {
        let mut documents = self.documents.iter().map(|(_, document)| document);
        let mut whole = documents.next()?.clone();
        for update in documents {
            // An update that fits nothing changes nothing.
            let _ = whole.apply(update);
        }
        Some(whole)
    }
}

/// Every recording session of the timeline, in the order of their INVITEs.
pub fn recordings(timeline: &Timeline) -> Vec<RecordingSession<'_>> {
    recordings_among(timeline, &dialogs(timeline))
}

/// The recording sessions among the dialogs of a timeline.
pub fn recordings_among<'a>(
    timeline: &'a Timeline,
    dialogs: &[Dialog<'a>],
) -> Vec<RecordingSession<'a>> {
    let sessions = dialogs.iter().filter(|dialog| is_recording(timeline, dialog));
    sessions.map(|dialog| recording(timeline, *dialog)).collect()
}

/// Whether a dialog is with a recorder: by who takes part, or by what it says of itself.
pub(super) fn is_recording(timeline: &Timeline, dialog: &Dialog<'_>) -> bool {
    let with_recorder = [dialog.caller, dialog.callee]
        .into_iter()
        .any(|address| timeline.cast().is(address, Kind::Recorder));
    with_recorder || claims_to_record(dialog.invite)
}

/// Who asks whom to record.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Asker {
    /// The recording client asks the recorder.
    Client,
    /// The recorder asks for a session (RFC 7866 section 6.2).
    Server,
}

/// Whether an INVITE asks for a recording session, for somebody who does not know who takes part.
/// A client may carry its tag in the call that it records too (RFC 7866 section 6.1.2), so that by
/// itself says nothing.
pub(super) fn asks_to_record(invite: &Message) -> Option<Asker> {
    let contact = invite.contact().ok().flatten();
    let tagged = |tag: &str| contact.as_ref().is_some_and(|contact| contact.params.has(tag));
    let labelled = || {
        let (_, description) = description_of(invite)?;
        description.media.iter().all(|medium| medium.label.is_some()).then_some(())
    };
    let required = invite.headers.all("Require").any(|tag| tag.eq_ignore_ascii_case("siprec"));
    if tagged("+sip.srs") {
        return Some(Asker::Server);
    }
    let is_client = required
        || metadata_of(invite).is_some()
        || ((tagged("+sip.src") || tagged("src")) && labelled().is_some());
    is_client.then_some(Asker::Client)
}

/// RFC 7866 sections 6.1.1 and 9.1, and the dialect of the product.
fn claims_to_record(invite: &Message) -> bool {
    let tagged = invite.contact().ok().flatten().is_some_and(|contact| {
        ["+sip.src", "src", "+sip.srs"].into_iter().any(|tag| contact.params.has(tag))
    });
    tagged || invite.headers.all("Require").any(|tag| tag.eq_ignore_ascii_case("siprec"))
}

fn recording<'a>(timeline: &'a Timeline, dialog: Dialog<'a>) -> RecordingSession<'a> {
    let mut documents = Vec::new();
    let mut unreadable = Vec::new();
    let mut seen: Vec<(bool, CSeq)> = Vec::new();
    for sighting in dialog.sightings() {
        let Some(message) = sighting.message() else { continue };
        let (Some(read), Ok(cseq)) = (sighting.metadata(), message.cseq()) else { continue };
        // Seen as it left, or a copy.
        let message = (dialog.is_from_caller(sighting), cseq);
        if seen.contains(&message) {
            continue;
        }
        match read {
            Ok(document) => documents.push((sighting.at, document.clone())),
            Err(why) => unreadable.push((sighting.at, why.clone())),
        }
        seen.push(message);
    }
    let streams = streams(timeline, &dialog, &documents);
    RecordingSession { dialog, streams, documents, unreadable }
}

fn streams<'a>(
    timeline: &'a Timeline,
    dialog: &Dialog<'_>,
    documents: &[(Instant, Metadata)],
) -> Vec<RecordedStream<'a>> {
    let exchanges = dialog.exchanges();
    let Some(first) = exchanges.first() else { return Vec::new() };
    let count = first.offer.media.len();
    (0..count)
        .map(|index| {
            let label = exchanges.iter().find_map(|exchange| {
                let (src, _) = sides(exchange);
                src.and_then(|description| description.media.get(index)?.label.clone())
            });
            let targets: Vec<_> = exchanges
                .iter()
                .filter_map(|exchange| {
                    let (_, srs) = sides(exchange);
                    srs.and_then(|description| rtp_target(description, index))
                })
                .collect();
            let flows =
                timeline.flows().iter().filter(|flow| targets.contains(&flow.target)).collect();
            let speaker = label.as_deref().and_then(|label| speaker(documents, label));
            RecordedStream { label, target: targets.last().copied(), flows, speaker }
        })
        .collect()
}

/// What the recording client said in an exchange, and what the recorder did. The client began the
/// dialog (RFC 7866 section 6.1.1).
fn sides(exchange: &Exchange) -> (Option<&Description>, Option<&Description>) {
    let answer = exchange.answer.as_ref().map(|(_, answer)| answer);
    let offer = Some(&exchange.offer);
    if exchange.by_caller { (offer, answer) } else { (answer, offer) }
}

fn rtp_target(description: &Description, index: usize) -> Option<SocketAddr> {
    let medium = description.media.get(index)?;
    if medium.is_disabled() { None } else { medium.rtp_address() }
}

/// Who speaks on the stream of this label, by the first document that knows.
fn speaker(documents: &[(Instant, Metadata)], label: &str) -> Option<String> {
    documents.iter().find_map(|(_, document)| {
        let stream = document.labelled(label).next()?;
        let names = &document.senders(&stream.id).first()?.names;
        names.first().map(|name| name.aor.clone())
    })
}

/// The metadata in a message, alone or as a part.
pub fn metadata_of(message: &Message) -> Option<bytes::Bytes> {
    let may_carry = message
        .method()
        .is_none_or(|method| matches!(method, Method::Invite | Method::Update | Method::Bye));
    let content_type = message.headers.get("Content-Type").filter(|_| may_carry)?;
    let body = siprec::Received::split(content_type, &message.body).ok()?;
    body.metadata_bytes().map(bytes::Bytes::copy_from_slice)
}

/// What left before the answer was known arrives a little after it.
const ON_THE_WAY: Duration = Duration::from_millis(100);
