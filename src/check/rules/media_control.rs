//! Wishes for a whole picture that are told by INFO (RFC 5168).

use super::{Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::sip::Method;

pub const RULES: &[Rule] = &[rule("RFC5168-4-1", pictures_are_asked_for)];

/// Whoever asks for a picture by INFO says so in the words that there are for it, and whoever says
/// to take such wishes does not refuse their type (RFC 5168 sections 4 and 5).
fn pictures_are_asked_for(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC5168-4-1";
    let mut verdicts = Vec::new();
    for (info, asked) in case.requests_of(Method::Info).filter(|(info, _)| is_of_media(info)) {
        let body = String::from_utf8_lossy(&info.message.body);
        let is_whole = body.contains("media_control") && body.trim_end().ends_with('>');
        let asks = ["vc_primitive", "to_encoder"].iter().all(|word| body.contains(word));
        let is_sound = is_whole && (asks || body.contains("general_error"));
        verdicts.push(case.require(is_sound, row, info, || {
            "of the type of wishes for a picture, and without one".to_owned()
        }));
        let Some(outcome) = asked.outcome(case) else { continue };
        let peer = case.host(info.target());
        let told = case.said.iter().filter(|it| it.call_id == info.call_id);
        let mut told = told.filter(|it| it.number < info.number && case.host(it.source()) == peer);
        let takes = |it: &Said<'_>| {
            let mut ranges = it.message.headers.all("Accept");
            ranges.any(|range| range.trim_start().to_ascii_lowercase().starts_with(TYPE))
        };
        if is_sound && told.any(takes) {
            verdicts.push(case.require(outcome.code != Some(415), row, outcome, || {
                format!("to message {}, whose type it had listed in Accept", info.number)
            }));
        }
    }
    verdicts
}

fn is_of_media(info: &Said<'_>) -> bool {
    let kind = info.message.content_type().ok().flatten();
    kind.is_some_and(|kind| kind.essence_is(TYPE))
}

const TYPE: &str = "application/media_control+xml";
