//! How metadata travels: under which type, beside which offer, and when (RFC 7866 section 9.1).

use std::time::Duration;

use super::session::{Said, Session};
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::check::view::is_living;
use crate::evidence::{Host, RecordingSession};
use crate::sip::Method;
use crate::siprec::{DataMode, Document, Id, MediaType, Metadata, Multipart, Part};

pub const RULES: &[Rule] = &[
    rule("RFC7866-9-1", has_its_type),
    rule("RFC9806-2-1", has_its_new_type),
    rule("RFC9806-2-3", has_no_name_of_drafts),
    rule("RFC7866-9-2", metadata_says_what_it_is_for),
    rule("RFC7866-9.1-1", metadata_is_there_and_readable),
    rule("RFC7866-9.1-5", metadata_has_its_carriers),
    rule("RFC7866-9.1-6", labels_come_with_an_offer),
    rule("RFC7866-9.1-7", both_come_as_parts),
    rule("RFC7866-9.1-9", the_first_is_whole),
    rule("RFC7866-9.1-10", the_first_to_come_is_whole),
    rule("RFC7866-9.1-14", what_is_listed_is_taken),
    rule("RFC7866-9.2-9", known_ids_are_taken),
];

/// What is metadata by its words is called so (section 9); the name that RFC 7866 had is another
/// row's.
fn has_its_type(case: &Case<'_>) -> Vec<Verdict> {
    let said = case.sessions().flat_map(|(_, session)| &session.said);
    let judged = said.filter_map(|said| {
        let told = said.metadata_part().map(|(_, media_type)| media_type.essence);
        let others = said.parts.others.iter().filter(|part| is_metadata(part));
        let called = told.into_iter().chain(others.map(|part| part.media_type().essence));
        let called: Vec<_> = called.collect();
        let wrong = called.iter().find(|it| ![CURRENT, WITHDRAWN].contains(&it.as_str()));
        (!called.is_empty()).then(|| match wrong {
            Some(wrong) => {
                case.blame("RFC7866-9-1", said.sighting, &format!("sent metadata as {wrong}"))
            }
            None => Verdict::Pass,
        })
    });
    judged.collect()
}

/// It comes in INVITE, in UPDATE, or in the 2xx to an INVITE (section 9.1); of BYE the examples of RFC
/// 8068 section 3.2.4 know more.
fn metadata_has_its_carriers(case: &Case<'_>) -> Vec<Verdict> {
    case.each_session(|_, session| {
        let told = session.said.iter().filter(|it| it.by_client && it.document.is_some());
        let judged = told.map(|said| {
            let is_carrier = match (said.message.method(), said.message.code()) {
                (Some(method), _) => {
                    matches!(method, Method::Invite | Method::Update | Method::Bye)
                }
                (None, code) => said.changes() && code.is_some_and(|it| (200..300).contains(&it)),
            };
            case.held(is_carrier, "RFC7866-9.1-5", said.sighting, || {
                format!("told metadata in its {}", said.cseq.method)
            })
        });
        judged.collect()
    })
}

/// And by the name that RFC 9806 settled on, in Accept too.
fn has_its_new_type(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC9806-2-1";
    let said = case.sessions().flat_map(|(_, session)| &session.said);
    let judged = said.filter_map(|said| {
        let called = said.metadata_part().map(|(_, media_type)| media_type.essence);
        let accepted = said.message.headers.all("Accept").filter_map(MediaType::parse);
        let mut names = accepted.map(|it| it.essence).collect::<Vec<_>>();
        // Whoever takes both names the old one for the sake of others.
        if names.iter().any(|it| it == CURRENT) {
            names.retain(|it| it != WITHDRAWN);
        }
        names.extend(called);
        names.retain(|it| [CURRENT, WITHDRAWN].contains(&it.as_str()));
        let is_old = names.iter().any(|it| it == WITHDRAWN);
        (!names.is_empty()).then(|| {
            case.held(!is_old, row, said.sighting, || format!("calls metadata {WITHDRAWN}"))
        })
    });
    judged.collect()
}

/// That of a draft for requests is no name at all; who lists it in Accept does no harm (RFC 9806
/// section 2).
fn has_no_name_of_drafts(case: &Case<'_>) -> Vec<Verdict> {
    let said = case.sessions().flat_map(|(_, session)| &session.said);
    let judged = said.filter_map(|said| {
        let (_, called) = said.metadata_part()?;
        Some(case.held(called.essence != DRAFT, "RFC9806-2-3", said.sighting, || {
            format!("calls what it sends {DRAFT}, which no RFC does")
        }))
    });
    judged.collect()
}

/// Whoever lists the type of metadata in Accept takes what is of that type, as a request for a
/// snapshot (section 9.1).
fn what_is_listed_is_taken(case: &Case<'_>) -> Vec<Verdict> {
    case.each_session(|_, session| {
        let alone = session.said.iter().filter(|it| it.message.is_request() && !it.is_multipart());
        let judged = alone.filter_map(|said| {
            let (_, kind) = said.metadata_part()?;
            let mut before = session
                .said
                .iter()
                .filter(|it| it.by_client != said.by_client && it.at() < said.at());
            let listed = before.any(|it| {
                let mut listed = it.message.headers.all("Accept").filter_map(MediaType::parse);
                listed.any(|it| it.essence == kind.essence)
            });
            let answer = session.answer_to(said).filter(|_| listed)?;
            let met = answer.message.code() != Some(415);
            Some(case.held(met, "RFC7866-9.1-14", answer.sighting, || {
                format!("refused with 415 what is {}, which it had listed", kind.essence)
            }))
        });
        judged.collect()
    })
}

/// The part that is metadata has the disposition of a recording session (section 9).
fn metadata_says_what_it_is_for(case: &Case<'_>) -> Vec<Verdict> {
    case.each_session(|_, session| {
        let judged = documents(session).map(|(said, _)| {
            let told = said.disposition().map(|it| it.split(';').next().unwrap_or_default().trim());
            let is_said = told.is_some_and(|it| it.eq_ignore_ascii_case("recording-session"));
            case.held(is_said, "RFC7866-9-2", said.sighting, || {
                let told = told.unwrap_or("nothing");
                format!("sent metadata whose disposition is {told}, not recording-session")
            })
        });
        judged.collect()
    })
}

/// A recording comes with metadata, and every document of it can be read; one at least is whole
/// (section 9.1).
fn metadata_is_there_and_readable(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC7866-9.1-1";
    let judged = case.sessions().map(|(recording, session)| {
        let unreadable = session.said.iter().filter(|said| said.by_client).find_map(|said| {
            let why = said.document.as_ref()?.as_ref().err()?;
            Some((said.sighting, why))
        });
        if let Some((sighting, why)) = unreadable {
            return case.blame(
                row,
                sighting,
                &format!("sent metadata that one cannot read: cannot {why}"),
            );
        }
        let documents = || documents(session).map(|(_, document)| document.mode);
        if !is_living(recording) || documents().any(|mode| mode == DataMode::Complete) {
            return Verdict::Pass;
        }
        let seen = match documents().next() {
            Some(_) => "never sent all of the metadata",
            None => "recorded without metadata",
        };
        case.blame(row, recording.dialog.first(), seen)
    });
    judged.collect()
}

/// Labels in metadata are those of an offer in the same message (section 9.1): outside of it they
/// mean nothing (section 7.1.1).
fn labels_come_with_an_offer(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC7866-9.1-6";
    case.each_session(|_, session| {
        let judged = documents(session).filter_map(|(said, document)| {
            let labels: Vec<_> = document.labels().collect();
            let stray = labels.iter().find(|label| {
                said.sdp.is_none_or(|description| description.labelled(label).is_none())
            });
            (!labels.is_empty()).then(|| match stray {
                Some(label) => {
                    let seen = match said.sdp {
                        Some(_) => format!("sent metadata with the label {label}, which the offer beside it has not"),
                        None => format!("sent metadata with the label {label} and no offer"),
                    };
                    case.blame(row, said.sighting, &seen)
                }
                None => Verdict::Pass,
            })
        });
        judged.collect()
    })
}

/// An offer and metadata in one message are two parts of `multipart/mixed` (section 9.1).
fn both_come_as_parts(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC7866-9.1-7";
    let said = case.sessions().flat_map(|(_, session)| &session.said);
    let judged = said.filter(|said| said.by_client && said.changes()).filter_map(|said| {
        let content_type = MediaType::parse(said.message.headers.get("Content-Type")?)?;
        let has_metadata =
            said.parts.metadata.is_some() || said.parts.others.iter().any(is_metadata);
        let has_both = said.parts.sdp.is_some() && has_metadata;
        let body = String::from_utf8_lossy(&said.message.body);
        let seen_both = body.contains("v=0\r\n") && body.contains("<recording");
        if !has_both && !seen_both {
            return None;
        }
        let wrong = if !content_type.is("multipart/mixed") {
            Some(format!("sent an offer and metadata in a body of type {}", content_type.essence))
        } else if let Err(why) = Multipart::parse(&content_type, &said.message.body) {
            Some(format!("sent an offer and metadata in a body of which one cannot {why}"))
        } else if said.parts.is_cut_off {
            Some("sent a body of parts without its last boundary".to_owned())
        } else if !has_both {
            Some("sent an offer and metadata, and not each as a part".to_owned())
        } else {
            let again = |part: &Part| {
                let media_type = part.media_type();
                media_type.is("application/sdp") || media_type.is_metadata()
            };
            let more = said.parts.others.iter().any(again);
            more.then(|| "sent more than one offer, or more than one document".to_owned())
        };
        let seen = || wrong.clone().unwrap_or_default();
        Some(case.held(wrong.is_none(), row, said.sighting, seen))
    });
    judged.collect()
}

/// The INVITE that begins a recording brings all of the metadata (section 9.1), if there is
/// anything to be recorded yet: a recording may wait for its first call (section 10).
fn the_first_is_whole(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC7866-9.1-9";
    case.each_session(|recording, session| {
        let Some(invite) = session.invite().filter(|it| it.by_client) else { return Vec::new() };
        let is_early = is_living(recording) && flows_soon(recording, invite);
        let verdict = match &invite.document {
            Some(Ok(Document::Metadata(metadata))) => {
                case.held(metadata.mode == DataMode::Complete, row, invite.sighting, || {
                    "began a recording with a partial update".to_owned()
                })
            }
            None if is_early => {
                case.blame(row, invite.sighting, "began to record a call without metadata")
            }
            _ => return Vec::new(),
        };
        vec![verdict]
    })
}

/// Whether there was something to record when the INVITE was sent: media followed at once.
fn flows_soon(recording: &RecordingSession<'_>, invite: &Said<'_>) -> bool {
    let flows = recording.streams.iter().flat_map(|stream| &stream.flows);
    let first = flows.filter_map(|flow| Some(flow.nearest_to_receiver().first()?.at)).min();
    let answered = recording.dialog.answered.map_or(invite.at(), |it| it.known());
    first.is_some_and(|first| first < answered + AT_ONCE)
}

/// Where there was no metadata yet, the first that comes is all of it (section 9.1).
fn the_first_to_come_is_whole(case: &Case<'_>) -> Vec<Verdict> {
    case.each_session(|_, session| {
        let is_bare = session.invite().is_some_and(|it| match &it.document {
            None => true,
            Some(Ok(Document::Metadata(metadata))) => metadata.sessions.is_empty(),
            _ => false,
        });
        let mut later = documents(session).filter(|(_, document)| !document.sessions.is_empty());
        let Some((said, document)) = later.next().filter(|_| is_bare) else { return Vec::new() };
        let met = document.mode == DataMode::Complete;
        vec![case.held(met, "RFC7866-9.1-10", said.sighting, || {
            "sent as the first metadata of a recording a partial update".to_owned()
        })]
    })
}

/// That another client has spoken of a session before is no error (section 9.2).
fn known_ids_are_taken(case: &Case<'_>) -> Vec<Verdict> {
    let mut known: Vec<(Host, Vec<&Id>)> = Vec::new();
    let mut verdicts = Vec::new();
    for (recording, session) in case.sessions() {
        let client = case.host(recording.dialog.caller);
        let first = session.invite().filter(|it| it.by_client);
        let Some((said, document)) = documents(session).next() else { continue };
        let ids: Vec<_> = document.sessions.iter().map(|it| &it.id).collect();
        let is_shared = |(other, theirs): &(Host, Vec<&Id>)| {
            *other != client && ids.iter().any(|id| theirs.contains(id))
        };
        let answer = first.filter(|it| it.cseq == said.cseq).and_then(|it| session.answer_to(it));
        if let Some(answer) = answer.filter(|_| known.iter().any(is_shared)) {
            let code = answer.message.code().unwrap_or_default();
            verdicts.push(case.held(
                !REFUSED.contains(&code),
                "RFC7866-9.2-9",
                answer.sighting,
                || format!("refused with {code} a session that another client had named before"),
            ));
        }
        known.push((client, ids));
    }
    verdicts
}

/// The documents that the client sent and that can be read.
pub(super) fn documents<'s, 'a>(
    session: &'s Session<'a>,
) -> impl Iterator<Item = (&'s Said<'a>, &'s Metadata)> {
    session.said.iter().filter(|said| said.by_client).filter_map(|said| match &said.document {
        Some(Ok(Document::Metadata(metadata))) => Some((said, &**metadata)),
        _ => None,
    })
}

/// Whether a part of another type is metadata by its words.
fn is_metadata(part: &Part) -> bool {
    let text = String::from_utf8_lossy(&part.body);
    let is_ours = ["urn:ietf:params:xml:ns:recording", "urn:ietf:params:xml:ns:siprec"]
        .iter()
        .any(|namespace| text.contains(namespace));
    is_ours && Metadata::parse(&part.body).is_ok()
}

/// RFC 7865 and RFC 9806.
const CURRENT: &str = "application/rs-metadata+xml";
/// RFC 7866.
const WITHDRAWN: &str = "application/rs-metadata";
/// A draft of RFC 7866, and the examples of RFC 8068 in Accept.
const DRAFT: &str = "application/rs-metadata-request";
/// What a recorder answers that does not like what it was told.
const REFUSED: [u16; 5] = [400, 403, 409, 488, 606];
/// A call that is recorded has media from its beginning.
const AT_ONCE: Duration = Duration::from_secs(1);
