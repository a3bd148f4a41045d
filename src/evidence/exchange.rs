//! Offers and answers as they were seen (RFC 3264 in the messages of RFC 3261 section 13.2.1).

use bytes::Bytes;

use super::dialogs::Dialog;
use crate::sdp::Description;
use crate::sip::header::CSeq;
use crate::sip::{Message, Method};
use crate::siprec;
use crate::time::Instant;

/// An offer and its answer.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// When the offer was first seen.
    pub offered: Instant,
    /// When the answer was first seen, and the answer.
    pub answer: Option<(Instant, Description)>,
    /// The offer.
    pub offer: Description,
    /// Whether the side that began the dialog made the offer.
    pub by_caller: bool,
}

/// The exchanges of a dialog, oldest first. What cannot be read is left out.
pub(super) fn exchanges(dialog: &Dialog<'_>) -> Vec<Exchange> {
    let mut list: Vec<Exchange> = Vec::new();
    let mut last: Vec<(&Bytes, bool, Option<CSeq>)> = Vec::new();
    for sighting in dialog.sightings() {
        let Some(message) = sighting.message() else { continue };
        let Some((sdp, description)) = sighting.description() else { continue };
        let by_caller = dialog.is_from_caller(sighting);
        // Seen before: as it left, or as a copy. The same words in another transaction are another
        // offer: some never count up the version in the `o=` line.
        let seen = (sdp, by_caller, message.cseq().ok());
        if last.contains(&seen) {
            continue;
        }
        last.push(seen);
        let description = description.clone();
        match list.last_mut() {
            Some(open)
                if open.answer.is_none() && open.by_caller != by_caller && may_answer(message) =>
            {
                open.answer = Some((sighting.at, description));
            }
            _ => list.push(Exchange {
                offered: sighting.at,
                answer: None,
                offer: description,
                by_caller,
            }),
        }
    }
    list
}

/// Whether a message can carry an answer: a response, an ACK or a PRACK.
fn may_answer(message: &Message) -> bool {
    message.method().is_none_or(|method| matches!(method, Method::Ack | Method::Prack))
}

/// The SDP in a message, alone or as a part.
pub fn description_of(message: &Message) -> Option<(Bytes, Description)> {
    let content_type = message.headers.get("Content-Type")?;
    let sdp = siprec::Received::split(content_type, &message.body).ok()?;
    let sdp = Bytes::copy_from_slice(sdp.sdp_bytes()?);
    let description = Description::parse(&sdp).ok()?;
    Some((sdp, description))
}
