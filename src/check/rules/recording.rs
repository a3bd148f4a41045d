//! A recording session: what is offered in it, and what is answered (RFC 7866 sections 7 and 8.3).

use super::session::{Offered, Said, Session};
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::sdp::{Description, Direction, Kind, MediaDescription, judge_answer, judge_reoffer};

pub const RULES: &[Rule] = &[
    rule("RFC7866-7.1-1", offers_are_answered_by_the_book),
    rule("RFC7866-7.1.1-1", streams_are_only_sent),
    rule("RFC7866-7.1.1-2", every_stream_has_a_label),
    rule("RFC7866-7.1.1-5", labels_are_unique),
    rule("RFC7866-7.2-5", recorders_add_nothing),
    rule("RFC7866-7.2-6", recorders_begin_without_an_offer),
    rule("RFC7866-8.1.2-2", |case| each_first(case, plain_profiles_are_taken)),
    rule("RFC7866-8.3.1-1", |case| each_answer(case, "RFC7866-8.3.1-1", is_apart)),
    rule("RFC7866-8.3.2-2", |case| each_answer(case, "RFC7866-8.3.2-2", |offer| !is_apart(offer))),
    rule("RFC7866-8.4-1", |case| each_first(case, both_voices_are_taken)),
    rule("RFC7866-8.4-2", |case| each_first(case, both_pictures_are_taken)),
    rule("RFC7866-12.2-1", |case| each_first(case, secure_profiles_are_taken)),
    rule("RFC7866-12.2-2", keys_are_agreed_on),
];

/// The two sides offer and answer as RFC 3264 has it (section 7.1).
fn offers_are_answered_by_the_book(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC7866-7.1-1";
    case.each_session(|_, session| {
        let mut verdicts = Vec::new();
        let mut last: [Option<&Description>; 2] = [None, None];
        for Offered { offer, answer } in session.offers() {
            let Some(offered) = offer.sdp else { continue };
            let before = last[usize::from(offer.by_client)].replace(offered);
            let wrong = before.map(|before| judge_reoffer(before, offered)).unwrap_or_default();
            let verdict = wrong.first().map_or(Verdict::Pass, |wrong| {
                case.blame(row, offer.sighting, &format!("made an offer in which {wrong}"))
            });
            verdicts.push(verdict);
            let Some((answer, answered)) = answer.and_then(|it| Some((it, it.sdp?))) else {
                continue;
            };
            last[usize::from(answer.by_client)] = Some(answered);
            let wrong = judge_answer(offered, answered);
            verdicts.push(wrong.first().map_or(Verdict::Pass, |wrong| {
                case.blame(row, answer.sighting, &format!("gave an answer in which {wrong}"))
            }));
        }
        verdicts
    })
}

/// The descriptions of one side.
fn descriptions<'s, 'a>(
    session: &'s Session<'a>,
    by_client: bool,
) -> impl Iterator<Item = (&'s Said<'a>, &'a Description)> {
    let said = session.said.iter().filter(move |said| said.by_client == by_client);
    said.filter_map(|said| Some((said, said.sdp?)))
}

fn open(description: &Description) -> impl Iterator<Item = &MediaDescription> {
    description.media.iter().filter(|medium| !medium.is_disabled())
}

/// What a row makes of each description of the client.
fn each(
    case: &Case<'_>,
    row: &'static str,
    wrong: fn(&Said<'_>, &Description) -> Option<String>,
) -> Vec<Verdict> {
    case.each_session(|_, session| {
        let judged = descriptions(session, true).map(|(said, description)| {
            let wrong = wrong(said, description);
            wrong.map_or(Verdict::Pass, |wrong| case.blame(row, said.sighting, &wrong))
        });
        judged.collect()
    })
}

/// Every stream that a recording client describes has a label, and one (section 7.1.1).
fn every_stream_has_a_label(case: &Case<'_>) -> Vec<Verdict> {
    each(case, "RFC7866-7.1.1-2", |_, description| {
        let labels = |medium: &MediaDescription| {
            medium.attributes.iter().filter(|it| it.name == "label").count()
        };
        let odd =
            |(_, medium): &(usize, &MediaDescription)| !medium.is_disabled() && labels(medium) != 1;
        let (place, medium) = description.media.iter().enumerate().find(odd)?;
        Some(match labels(medium) {
            0 => format!("described stream {} without a label", place + 1),
            count => format!("described stream {} with {count} labels", place + 1),
        })
    })
}

/// No two streams of a recording session have one label (section 7.1.1).
fn labels_are_unique(case: &Case<'_>) -> Vec<Verdict> {
    each(case, "RFC7866-7.1.1-5", |_, description| {
        let labels: Vec<_> = open(description).filter_map(|it| it.label.as_deref()).collect();
        let again = |(place, label): (usize, &&str)| labels[..place].contains(label);
        let place = labels.iter().enumerate().position(again)?;
        Some(format!("labelled two streams {}", labels[place]))
    })
}

/// A recording client wants nothing back: its streams are sent, or paused (section 7.1.1).
fn streams_are_only_sent(case: &Case<'_>) -> Vec<Verdict> {
    each(case, "RFC7866-7.1.1-1", |_, description| {
        let is_one_way = |it: Direction| matches!(it, Direction::SendOnly | Direction::Inactive);
        let direction = open(description).map(|it| it.direction).find(|it| !is_one_way(*it))?;
        Some(format!("described a recorded stream as {}", direction.name()))
    })
}

/// A recorder takes streams away, and never adds any (section 7.2).
fn recorders_add_nothing(case: &Case<'_>) -> Vec<Verdict> {
    case.each_session(|_, session| {
        let mut known: Option<&Description> = None;
        let mut verdicts = Vec::new();
        for it in session.offers() {
            let (client, server) = it.sides();
            if let (false, Some(offer), Some(known)) = (it.offer.by_client, server, known) {
                let was_open =
                    |place: usize| known.media.get(place).is_some_and(|it| !it.is_disabled());
                let mut places = offer.media.iter().enumerate();
                let added = places.find(|(place, it)| !it.is_disabled() && !was_open(*place));
                let met = added.is_none();
                verdicts.push(case.held(met, "RFC7866-7.2-5", it.offer.sighting, || {
                    let place = added.map_or(0, |(place, _)| place + 1);
                    format!("offered stream {place}, which was not being recorded")
                }));
            }
            known = client.or(known);
        }
        verdicts
    })
}

/// A recorder that begins a session leaves the offer to the client (section 7.2).
fn recorders_begin_without_an_offer(case: &Case<'_>) -> Vec<Verdict> {
    case.each_session(|_, session| {
        let invite = session.invite().filter(|said| !said.by_client && said.message.is_request());
        let judged = invite.map(|invite| {
            case.held(invite.parts.sdp.is_none(), "RFC7866-7.2-6", invite.sighting, || {
                "began a recording with an offer of its own".to_owned()
            })
        });
        judged.into_iter().collect()
    })
}

/// Whether an offer has the streams of one kind apart.
fn is_apart(offer: &Description) -> bool {
    [Kind::Audio, Kind::Video].iter().any(|kind| of_kind(offer, kind) > 1)
}

fn of_kind(description: &Description, kind: &Kind) -> usize {
    open(description).filter(|it| it.kind == *kind).count()
}

/// The answer of a recorder has each stream of the offer, refused ones with port 0 (sections 8.3.1
/// and 8.3.2).
fn each_answer(
    case: &Case<'_>,
    row: &'static str,
    concerns: fn(&Description) -> bool,
) -> Vec<Verdict> {
    case.each_session(|_, session| {
        let judged = session.offers().into_iter().filter(|it| it.offer.by_client);
        let judged = judged.filter_map(|it| {
            let (offer, answer) = (it.offer.sdp?, it.answer?);
            let (wanted, got) = (offer.media.len(), answer.sdp?.media.len());
            concerns(offer).then(|| {
                case.held(wanted == got, row, answer.sighting, || {
                    format!("answered {got} of {wanted} streams")
                })
            })
        });
        judged.collect()
    })
}

/// What a row makes of the first offer of a client, and of what became of it: refused as a whole
/// with such a status, or answered.
fn each_first(
    case: &Case<'_>,
    judge: fn(&Case<'_>, &Description, &Said<'_>) -> Option<Verdict>,
) -> Vec<Verdict> {
    case.each_session(|_, session| {
        let offers = session.offers();
        let first = offers.first().filter(|it| it.offer.by_client);
        let judged = first.and_then(|it| {
            let answer = it.answer.or_else(|| session.answer_to(it.offer))?;
            judge(case, it.offer.sdp?, answer)
        });
        judged.into_iter().collect()
    })
}

/// Who can do without feedback does (section 8.1.2): an offer of the plain profiles with a codec
/// that every telephone has is no reason to refuse.
fn plain_profiles_are_taken(
    case: &Case<'_>,
    offer: &Description,
    answer: &Said<'_>,
) -> Option<Verdict> {
    let plain = |it: &MediaDescription| ["RTP/AVP", "RTP/SAVP"].contains(&it.proto.as_str());
    let common =
        |it: &MediaDescription| it.formats.iter().any(|it| ["0", "8"].contains(&it.name.as_str()));
    let is_plain = open(offer).all(plain) && open(offer).any(common);
    let seen = "refused an offer of RTP/AVP or RTP/SAVP";
    is_plain.then(|| {
        case.held(!is_declined(answer), "RFC7866-8.1.2-2", answer.sighting, || seen.to_owned())
    })
}

/// A recorder takes the profiles of SRTP (section 12.2), and answers with the same.
fn secure_profiles_are_taken(
    case: &Case<'_>,
    offer: &Description,
    answer: &Said<'_>,
) -> Option<Verdict> {
    if open(offer).next().is_none() || !open(offer).all(is_secure) {
        return None;
    }
    let answered = answer.sdp.iter().flat_map(|it| open(it)).collect::<Vec<_>>();
    let met = !is_declined(answer) && answered.iter().all(|it| is_secure(it));
    let seen = if is_declined(answer) {
        "refused an offer of SRTP"
    } else {
        "answered an offer of SRTP with RTP"
    };
    Some(case.held(met, "RFC7866-12.2-1", answer.sighting, || seen.to_owned()))
}

/// A recorder takes the two voices of a call apart (section 8.4).
fn both_voices_are_taken(
    case: &Case<'_>,
    offer: &Description,
    answer: &Said<'_>,
) -> Option<Verdict> {
    let (offered, taken) = (of_kind(offer, &Kind::Audio), of_kind(answer.sdp?, &Kind::Audio));
    (offered > 1).then(|| {
        case.held(taken > 1, "RFC7866-8.4-1", answer.sighting, || {
            format!("took {taken} of {offered} audio streams")
        })
    })
}

/// A recorder of pictures takes both sides' apart (section 8.4).
fn both_pictures_are_taken(
    case: &Case<'_>,
    offer: &Description,
    answer: &Said<'_>,
) -> Option<Verdict> {
    let (offered, taken) = (of_kind(offer, &Kind::Video), of_kind(answer.sdp?, &Kind::Video));
    (offered > 1 && taken > 0).then(|| {
        case.held(taken > 1, "RFC7866-8.4-2", answer.sighting, || {
            format!("took {taken} of {offered} video streams")
        })
    })
}

/// Who offers SRTP offers keys in the description, and who takes it answers with keys under one of
/// the offered tags (section 12.2, RFC 4568 section 5.1.2).
fn keys_are_agreed_on(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC7866-12.2-2";
    case.each_session(|_, session| {
        let mut verdicts = Vec::new();
        for it in session.offers() {
            let Some(offer) = it.offer.sdp else { continue };
            for (place, medium) in offer.media.iter().enumerate() {
                // The keys of UDP/TLS are made elsewhere.
                let is_ours = is_secure(medium) && !medium.proto.starts_with("UDP/TLS");
                if medium.is_disabled() || !is_ours {
                    continue;
                }
                let tags: Vec<_> = medium.crypto().filter_map(tag_and_suite).collect();
                verdicts.push(case.held(!tags.is_empty(), row, it.offer.sighting, || {
                    format!("offered SRTP without a key on stream {}", place + 1)
                }));
                let Some((said, answer)) =
                    it.answer.and_then(|it| Some((it, it.sdp?.media.get(place)?)))
                else {
                    continue;
                };
                let chosen = answer.crypto().find_map(tag_and_suite);
                let met = answer.is_disabled() || chosen.is_some_and(|it| tags.contains(&it));
                verdicts.push(case.held(met || tags.is_empty(), row, said.sighting, || {
                    format!("took SRTP on stream {} with no key that was offered", place + 1)
                }));
            }
        }
        verdicts
    })
}

/// Whether a stream is of a profile of SRTP.
pub(super) fn is_secure(medium: &MediaDescription) -> bool {
    medium.proto.contains("SAVP")
}

/// The tag and the suite of a crypto line.
fn tag_and_suite(line: &str) -> Option<(&str, &str)> {
    let mut words = line.split_ascii_whitespace();
    Some((words.next()?, words.next()?))
}

/// Whether an offer was refused for what it says: as a whole, or stream by stream.
fn is_declined(answer: &Said<'_>) -> bool {
    let code = answer.message.code().unwrap_or_default();
    let is_empty = answer.sdp.is_some_and(|it| open(it).next().is_none());
    [488, 606].contains(&code) || (code < 300 && is_empty)
}
