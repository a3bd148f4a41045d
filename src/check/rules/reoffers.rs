//! What one side of a recording session offers says what it has to, and what it may say the other
//! side takes (RFC 7866 sections 7.1.1 and 7.2).

use std::collections::BTreeSet;

use super::session::{Offered, Said, Session};
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::sdp::{Description, Direction, MediaDescription};
use crate::sip::Method;
use crate::siprec::Document;

pub const RULES: &[Rule] = &[
    rule("RFC7866-7.1.1-4", |case| case.each_session(|_, it| labels_may_change(case, it))),
    rule("RFC7866-7.2-2", |case| {
        case.each_session(|_, it| {
            recorders_may(case, it, "RFC7866-7.2-2", "a recorder that is not ready", is_unready)
        })
    }),
    rule("RFC7866-7.2-3", |case| case.each_session(|_, it| what_is_wanted_is_received(case, it))),
    rule("RFC7866-7.2-4", |case| {
        case.each_session(|_, it| {
            recorders_may(case, it, "RFC7866-7.2-4", "to drop a stream", drops_some)
        })
    }),
    rule("RFC7866-7.2-10", |case| case.each_session(|_, it| labels_are_given_back(case, it))),
    rule("RFC7866-7.2-7", |case| {
        case.each_session(|_, it| whoever_is_asked_offers(case, it).into_iter().collect())
    }),
];

/// Whether an offer is taken: nothing, if that is not known.
pub(super) fn taken(
    case: &Case<'_>,
    row: &'static str,
    session: &Session<'_>,
    offered: &Offered<'_, '_>,
    what: &str,
) -> Option<Verdict> {
    let outcome = offered.answer.or_else(|| session.answer_to(offered.offer))?;
    let code = outcome.message.code().unwrap_or_default();
    Some(case.held(!UNTAKEN.contains(&code), row, outcome.sighting, || {
        format!("refused {what} with {code}")
    }))
}

/// What a recorder may do with streams that it was offered is not refused (section 7.2).
fn recorders_may(
    case: &Case<'_>,
    session: &Session<'_>,
    row: &'static str,
    what: &str,
    concerns: fn(&MediaDescription, &MediaDescription) -> bool,
) -> Vec<Verdict> {
    let (mut known, mut own): (Option<&Description>, Option<&Description>) = (None, None);
    let mut verdicts = Vec::new();
    for offered in session.offers() {
        let (client, server) = offered.sides();
        if let (false, Some(known), Some(own), Some(now)) =
            (offered.offer.by_client, known, own, server)
            && known.media.iter().zip(&now.media).any(|(known, now)| concerns(known, now))
            && is_of_same_media(own, now)
        {
            verdicts.extend(taken(case, row, session, &offered, what));
        }
        known = client.or(known);
        own = server.or(own);
    }
    verdicts
}

/// Whether somebody only sends, receives or drops otherwise than before: with other codecs there
/// are other reasons to refuse that.
pub(super) fn is_of_same_media(before: &Description, now: &Description) -> bool {
    let is_alike = |(before, now): (&MediaDescription, &MediaDescription)| {
        let media = (&before.kind, &before.proto, &before.formats);
        now.is_disabled() || media == (&now.kind, &now.proto, &now.formats)
    };
    before.media.len() == now.media.len() && before.media.iter().zip(&now.media).all(is_alike)
}

/// Whether the recorder takes nothing for now on a stream that the client has.
fn is_unready(client: &MediaDescription, recorder: &MediaDescription) -> bool {
    let is_open = !client.is_disabled() && !recorder.is_disabled();
    is_open && recorder.direction == Direction::Inactive
}

fn drops_some(client: &MediaDescription, recorder: &MediaDescription) -> bool {
    !client.is_disabled() && recorder.is_disabled()
}

/// A recorder that becomes ready for a stream offers to receive it (section 7.2).
fn what_is_wanted_is_received(case: &Case<'_>, session: &Session<'_>) -> Vec<Verdict> {
    let mut last: Option<&Description> = None;
    let mut verdicts = Vec::new();
    for offered in session.offers() {
        let server = offered.sides().1;
        let before = last.filter(|_| !offered.offer.by_client);
        if let (Some(before), Some(now)) = (before, server) {
            let both = before.media.iter().zip(&now.media).enumerate();
            let wanted = both.filter(|(_, (before, now))| {
                let was_unready = !before.is_disabled() && before.direction == Direction::Inactive;
                was_unready && !now.is_disabled() && now.direction != Direction::Inactive
            });
            verdicts.extend(wanted.map(|(place, (_, now))| {
                let met = now.direction == Direction::RecvOnly;
                case.held(met, "RFC7866-7.2-3", offered.offer.sighting, || {
                    let direction = now.direction.name();
                    format!("wants stream {} again, and offers it as {direction}", place + 1)
                })
            }));
        }
        last = server.or(last);
    }
    verdicts
}

/// A label means something in its own message only (section 7.1.1): an offer in which nothing but
/// the labels is new, and the metadata goes with them, is as good as the one before.
fn labels_may_change(case: &Case<'_>, session: &Session<'_>) -> Vec<Verdict> {
    let mut known: Option<&Description> = None;
    let mut verdicts = Vec::new();
    for offered in session.offers() {
        let client = offered.sides().0;
        let before = known.filter(|_| offered.offer.by_client);
        if let (Some(before), Some(now)) = (before, client)
            && is_relabelled(before, now)
            && goes_with(offered.offer, now)
        {
            let what = "streams because they have other labels than before";
            verdicts.extend(taken(case, "RFC7866-7.1.1-4", session, &offered, what));
        }
        known = client.or(known);
    }
    verdicts
}

/// A recorder that writes labels into its answer, as the sample does, writes those of the offer (section
/// 7.2): none is as good.
fn labels_are_given_back(case: &Case<'_>, session: &Session<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for offered in session.offers().into_iter().filter(|it| it.offer.by_client) {
        let (Some(offer), Some(answer), Some(said)) =
            (offered.offer.sdp, offered.sides().1, offered.answer)
        else {
            continue;
        };
        let pairs = offer.media.iter().zip(&answer.media);
        let labels = pairs.filter_map(|(was, is)| Some((was.label.as_ref()?, is.label.as_ref()?)));
        verdicts.extend(labels.map(|(was, is)| {
            case.held(was == is, "RFC7866-7.2-10", said.sighting, || {
                format!("answered the stream of label {was} with label {is}")
            })
        }));
    }
    verdicts
}

/// Whether some labels are others than before, each still one stream's, and all else is the same.
fn is_relabelled(before: &Description, now: &Description) -> bool {
    let is_alike = |(before, now): (&MediaDescription, &MediaDescription)| {
        (before.port, before.direction, before.label.is_some())
            == (now.port, now.direction, now.label.is_some())
    };
    let pairs = || before.media.iter().zip(&now.media);
    let labels: Vec<_> = now.media.iter().filter_map(|it| it.label.as_deref()).collect();
    is_of_same_media(before, now)
        && pairs().all(is_alike)
        && pairs().any(|(before, now)| before.label != now.label)
        && labels.iter().collect::<BTreeSet<_>>().len() == labels.len()
}

/// Whether the metadata beside an offer, if there is any, speaks of labels that are in it.
fn goes_with(said: &Said<'_>, offer: &Description) -> bool {
    match &said.document {
        None => true,
        Some(Ok(Document::Metadata(metadata))) => {
            metadata.labels().all(|label| offer.labelled(label).is_some())
        }
        Some(_) => false,
    }
}

/// A client that takes an invitation to record without an offer makes one, in which each stream has
/// a label (section 7.2): in its 2xx, or before that.
fn whoever_is_asked_offers(case: &Case<'_>, session: &Session<'_>) -> Option<Verdict> {
    let row = "RFC7866-7.2-7";
    let invite = session.invite().filter(|it| !it.by_client && it.asks(&Method::Invite))?;
    let is_accepted = |it: &&Said<'_>| it.message.code().is_some_and(|code| code < 300);
    let answer = session.answer_to(invite).filter(is_accepted)?;
    if invite.parts.sdp.is_some() {
        return None;
    }
    let mut answers = session.said.iter().filter(|it| {
        let may_offer = it.message.code().is_some_and(|code| (101..300).contains(&code));
        it.by_client && it.cseq == invite.cseq && may_offer
    });
    let Some(said) = answers.find(|it| it.parts.sdp.is_some()) else {
        return Some(case.blame(row, answer.sighting, "took a recording, and offered no streams"));
    };
    let mut media = said.sdp?.media.iter().enumerate();
    let bare = media.find(|(_, it)| !it.is_disabled() && it.label.is_none());
    Some(case.held(bare.is_none(), row, said.sighting, || {
        let place = bare.map_or(0, |(place, _)| place + 1);
        format!("took a recording, and offered stream {place} without a label")
    }))
}

/// What is answered where somebody does not take what is offered. What crosses other requests, or
/// comes to somebody who is busy, is refused with other codes.
const UNTAKEN: &[u16] = &[400, 415, 420, 488, 606];
