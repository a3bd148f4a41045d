//! What people are told of a pause that the recorder would not have.

use std::time::Duration;

use super::standstill::is_still;
use super::{Case, Offered, Rule, Said, Talk, rule};
use crate::audio::Message;
use crate::check::Verdict;
use crate::check::prompts_heard::{Passage, passages};
use crate::check::strangers::stranger;
use crate::evidence::Kind;

pub const RULES: &[Rule] = &[rule("WXC-PRN-4", nobody_is_told_of_a_pause_that_failed)];

/// Nobody is told that a recording was paused where the recorder refused that: it goes on then, as
/// if nobody had asked (RFC 3261 section 14.1).
fn nobody_is_told_of_a_pause_that_failed(case: &Case<'_>) -> Vec<Verdict> {
    let pauses: Vec<_> = case.talks.iter().flat_map(|talk| pauses(case, talk)).collect();
    let refused = pauses.iter().filter_map(|it| Some((it, refusal(case, it)?)));
    let refused: Vec<_> = refused.take(REFUSED_MAX).collect();
    if refused.is_empty() {
        return Vec::new();
    }
    let told = told(case);
    let judged = refused.into_iter().filter_map(|(pause, refusal)| {
        let asked = case.at(pause.offered);
        let until = refusal.at + SOON;
        // Somebody else may have paused, or the same once more: then it is true of that.
        let is_true = pauses.iter().filter(|it| it.answer.is_some()).any(|it| {
            let at = case.at(it.offered).at;
            at + SOON >= asked.at && at <= until
        });
        if is_true {
            return None;
        }
        let wrong = told.iter().find(|it| it.from >= asked.at && it.from <= until);
        Some(match wrong {
            Some(passage) => {
                let (who, whom) = (case.sender(asked.sighting), case.sender(refusal.sighting));
                let number = refusal.number;
                let seen =
                    format!("{who} told people of a pause that {whom} refused (message {number})");
                Verdict::fail("WXC-PRN-4", passage.from, seen).blaming(&who)
            }
            None => why_unknown(case).map_or(Verdict::Pass, Verdict::Inconclusive),
        })
    });
    judged.collect()
}

/// The offers of a recording client after which nothing is to flow, where something did.
fn pauses<'b, 'a>(case: &Case<'_>, talk: &'b Talk<'a>) -> Vec<&'b Offered<'a>> {
    let mut flows = false;
    let mut found = Vec::new();
    for it in talk.offers.iter().filter(|_| talk.recording) {
        let by_client = !case.timeline.cast().is(case.at(it.offered).source(), Kind::Recorder);
        let is_open = it.offer.media.iter().any(|it| !it.is_disabled());
        let is_pause = is_open && is_still(it.offer);
        if by_client && flows && is_pause {
            found.push(it);
        }
        flows = if by_client && it.answer.is_some() { !is_pause } else { flows };
    }
    found
}

/// What refused an offer for good: not for now, nor for want of a name, nor because the whole session
/// is gone.
fn refusal<'b, 'a>(case: &'b Case<'a>, offered: &Offered<'_>) -> Option<&'b Said<'a>> {
    let refusal = case.at(offered.refused?);
    let is_final = refusal.code.is_some_and(|code| code >= 400 && !PASSING.contains(&code));
    is_final.then_some(refusal)
}

/// Each time that people heard that a recording is paused.
fn told(case: &Case<'_>) -> Vec<Passage> {
    let cast = case.timeline.cast();
    let to_phones = case.timeline.flows().iter().filter(|it| cast.is(it.target, Kind::Phone));
    let mut told = passages(to_phones);
    told.retain(|it| it.prompt.message() == Message::Paused && it.is_understood());
    told
}

/// Why nobody knows what people were told, if so: the words are not ours.
fn why_unknown(case: &Case<'_>) -> Option<String> {
    let mut members = case.timeline.cast().members().iter();
    let is_real = members.any(|it| it.kind == Kind::Platform && it.real);
    let why = || "a real platform has words of its own for what it tells people".to_owned();
    if is_real { Some(why()) } else { stranger(case.timeline) }
}

/// What is asked again, or cannot be.
const PASSING: &[u16] = &[401, 407, 408, 422, 481, 491];
/// What people are told of something, they are told by then.
const SOON: Duration = Duration::from_secs(5);
/// So many are looked at: rubbish has any number.
const REFUSED_MAX: usize = 256;
