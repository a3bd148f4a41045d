//! Offers and answers (RFC 3264), and the grammar of both (RFC 8866).

use std::collections::BTreeSet;
use std::time::Duration;

use super::case::unless;
use super::extensions::open;
use super::{Case, Rule, Said, Talk, rule};
use crate::check::Verdict;
use crate::sdp::{
    Attribute, Description, Deviation, Problem, judge_answer, judge_grammar, judge_reoffer,
};

pub const RULES: &[Rule] = &[
    rule("RFC3264-4-1", one_offer_at_a_time),
    rule("RFC3264-6-1", |case| {
        answers(case, "RFC3264-6-1", |it| matches!(it, Problem::StreamCount { .. }))
    }),
    rule("RFC3264-6.1-1", |case| answers(case, "RFC3264-6.1-1", is_of_kind)),
    rule("RFC3264-6.1-2", |case| {
        answers(case, "RFC3264-6.1-2", |it| matches!(it, Problem::Direction { .. }))
    }),
    rule("RFC3264-6.1-3", |case| {
        answers(case, "RFC3264-6.1-3", |it| matches!(it, Problem::NoCommonFormat { .. }))
    }),
    rule("RFC3264-8-1", |case| again(case, "RFC3264-8-1", is_of_version)),
    rule("RFC3264-8-2", |case| {
        again(case, "RFC3264-8-2", |it| matches!(it, Problem::StreamDropped { .. }))
    }),
    rule("RFC3264-8.2-1", |case| {
        answers(case, "RFC3264-8.2-1", |it| matches!(it, Problem::RemovedStreamAccepted { .. }))
    }),
    rule("RFC3264-5-1", |case| {
        grammar(case, "RFC3264-5-1", |it| matches!(it, Deviation::OriginNumber { .. }))
    }),
    rule("RFC3264-6.1-4", answers_map_their_numbers),
    rule("RFC4574-4-1", |case| {
        grammar(case, "RFC4574-4-1", |it| matches!(it, Deviation::Label { .. }))
    }),
    rule("RFC4796-5-1", |case| case.each("RFC4796-5-1", names_its_content)),
    rule("RFC8866-5.3-1", |case| {
        grammar(case, "RFC8866-5.3-1", |it| matches!(it, Deviation::EmptyName))
    }),
    rule("RFC8866-8.2.3-1", |case| grammar(case, "RFC8866-8.2.3-1", is_unmapped)),
    rule("RFC8866-5-2", |case| grammar(case, "RFC8866-5-2", is_of_lines)),
    rule("RFC8866-5.7-1", |case| {
        grammar(case, "RFC8866-5.7-1", |it| matches!(it, Deviation::NoAddress { .. }))
    }),
    rule("RFC8866-5.9-1", |case| {
        grammar(case, "RFC8866-5.9-1", |it| matches!(it, Deviation::NoTime))
    }),
];

/// Nobody makes an offer while another is open, in either direction (RFC 3264 section 4).
fn one_offer_at_a_time(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for talk in &case.talks {
        for new in &talk.offers {
            let offer = case.at(new.offered);
            let host = case.host(offer.source());
            let margin = if case.is_watched(host) { Duration::ZERO } else { MARGIN };
            let open = talk.offers.iter().find(|other| {
                let (from, until) = open(case, other, other.by_caller == new.by_caller);
                let is_open = until.is_none_or(|until| offer.at + margin < until);
                let is_other = !std::ptr::eq(*other, new);
                is_other && is_open && from.is_some_and(|from| from + margin < offer.at)
            });
            let open = open.map(|open| case.at(open.offered));
            // The same INVITE with credentials, or without what was refused, is the same offer; an
            // offer that crossed another one was made before that had come.
            verdicts.push(open.map_or(Verdict::Pass, |open| {
                let who = case.sender(open.sighting);
                let seen =
                    format!("with an offer, while {who}'s was open (message {})", open.number);
                case.broken("RFC3264-4-1", offer, seen)
            }));
        }
    }
    verdicts
}

/// What RFC 3264 forbids in an answer, as far as a row is about that.
fn answers(case: &Case<'_>, row: &'static str, concerns: fn(&Problem) -> bool) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for offered in case.talks.iter().flat_map(|talk| &talk.offers) {
        let Some((answer, place)) = offered.answer else { continue };
        let problems = judge_answer(offered.offer, answer);
        let wrong = problems.iter().find(|it| concerns(it));
        verdicts.push(wrong.map_or(Verdict::Pass, |wrong| {
            case.broken(row, case.at(place), format!("with an answer that cannot be: {wrong}"))
        }));
    }
    verdicts
}

/// What RFC 3264 forbids in a later description, as far as a row is about that.
fn again(case: &Case<'_>, row: &'static str, concerns: fn(&Problem) -> bool) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    let of_talk = |talk: &Talk<'_>, verdicts: &mut Vec<Verdict>| {
        for of_caller in [true, false] {
            let own = talk.descriptions(of_caller);
            let versions: BTreeSet<_> =
                own.iter().filter_map(|(it, _)| Some(it.origin.as_ref()?.version)).collect();
            // Known of many, and nobody stumbles over it: whoever never counts cannot be meant to
            // say that nothing changed.
            if row == "RFC3264-8-1" && own.len() > 2 && versions.len() == 1 {
                let why = "one side gives every description the same version, changed or not";
                verdicts.push(Verdict::Inconclusive(why.to_owned()));
                continue;
            }
            for pair in own.windows(2) {
                let [(before, _), (next, place)] = pair else { continue };
                let problems = judge_reoffer(before, next);
                let wrong = problems.iter().find(|it| concerns(it));
                verdicts.push(wrong.map_or(Verdict::Pass, |wrong| {
                    let seen = format!("with a description that cannot follow its last: {wrong}");
                    case.broken(row, case.at(*place), seen)
                }));
            }
        }
    };
    for talk in &case.talks {
        of_talk(talk, &mut verdicts);
    }
    verdicts
}

fn is_of_kind(problem: &Problem) -> bool {
    matches!(problem, Problem::KindChanged { .. } | Problem::TransportChanged { .. })
}

fn is_of_version(problem: &Problem) -> bool {
    matches!(
        problem,
        Problem::OriginChanged
            | Problem::VersionStep { .. }
            | Problem::ChangedUnderSameVersion { .. }
    )
}

/// What RFC 8866 wants otherwise, as far as a row is about that.
fn grammar(case: &Case<'_>, row: &'static str, concerns: fn(&Deviation) -> bool) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for said in &case.said {
        let Some((_, description)) = said.sighting.description() else { continue };
        let deviations = deviations(description);
        let wrong = deviations.iter().find(|it| concerns(it));
        verdicts.push(wrong.map_or(Verdict::Pass, |wrong| {
            case.broken(row, said, format!("with a description in which {wrong}"))
        }));
    }
    verdicts
}

fn is_unmapped(deviation: &Deviation) -> bool {
    matches!(deviation, Deviation::UnmappedPayloadType { .. })
}

/// An answer says what each payload type above 95 is (RFC 3264 section 6.1).
fn answers_map_their_numbers(case: &Case<'_>) -> Vec<Verdict> {
    let offers = case.talks.iter().flat_map(|talk| &talk.offers);
    let judged = offers.filter_map(|it| {
        let (answer, place) = it.answer?;
        let wrong = deviations(answer).into_iter().find(is_unmapped);
        Some(case.require(wrong.is_none(), "RFC3264-6.1-4", case.at(place), || {
            let wrong = wrong.map(|wrong| wrong.to_string());
            format!("with an answer in which {}", wrong.unwrap_or_default())
        }))
    });
    judged.collect()
}

/// What a stream is for stands with it, as a list of words (RFC 4796 section 5).
fn names_its_content(said: &Said<'_>) -> Option<Result<(), String>> {
    let (_, description) = said.sighting.description()?;
    let is_content = |it: &&Attribute| it.name == "content";
    let of_streams = description.media.iter().flat_map(|it| &it.attributes).filter(is_content);
    let of_session = description.attributes.iter().find(is_content);
    let values: Vec<_> = of_streams.map(|it| it.value.as_deref().unwrap_or_default()).collect();
    if let Some(odd) = of_session {
        let value = odd.value.as_deref().unwrap_or_default();
        return Some(Err(format!("with a=content:{value} for the session, not for a stream")));
    }
    let is_list = |value: &str| value.split(',').all(is_token);
    let odd = values.iter().find(|value| !is_list(value));
    values.first()?;
    Some(unless(odd.is_some(), || {
        format!("with a=content:{}, which is no list of words", odd.unwrap_or(&""))
    }))
}

/// Whether something is a token (RFC 8866 section 9).
fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|it| it.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`{|}~".contains(&it))
}

fn deviations(description: &Description) -> Vec<Deviation> {
    let mut deviations = judge_grammar(description);
    // The address of a stream that is refused or gone means nothing.
    deviations.retain(|it| match it {
        Deviation::NoAddress { stream } => {
            description.media.get(*stream).is_none_or(|it| !it.is_disabled())
        }
        _ => true,
    });
    deviations
}

fn is_of_lines(deviation: &Deviation) -> bool {
    matches!(
        deviation,
        Deviation::LineOrder { .. }
            | Deviation::UnknownLine { .. }
            | Deviation::NoOrigin
            | Deviation::NoName
    )
}

/// What crosses on the way, where arrivals are not seen.
const MARGIN: Duration = Duration::from_millis(500);
