//! Calls that are handed on.

use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::evidence::Dialog;
use crate::sip::Method;

pub const RULES: &[Rule] = &[rule("RFC3515-2.4.4-1", progress_is_told)];

/// Whoever accepts a REFER tells how it goes (RFC 3515 section 2.4.4).
fn progress_is_told(case: &Case<'_>) -> Vec<Verdict> {
    case.dialogs.iter().filter_map(is_told).collect()
}

fn is_told(dialog: &Dialog<'_>) -> Option<Verdict> {
    let messages = || dialog.sightings().filter_map(|it| Some((it.at, it.message()?)));
    let accepts = |code: Option<u16>| code.is_some_and(|code| (200..300).contains(&code));
    let of_refer = |message: &crate::sip::Message| {
        accepts(message.code()) && message.cseq().is_ok_and(|it| it.method == Method::Refer)
    };
    let (at, _) = messages().find(|(_, message)| of_refer(message))?;
    let told = messages().any(|(_, message)| {
        let is_sipfrag = message
            .content_type()
            .is_ok_and(|kind| kind.is_some_and(|kind| kind.essence_is("message/sipfrag")));
        message.method() == Some(&Method::Notify) && is_sipfrag
    });
    Some(Verdict::require(told, "RFC3515-2.4.4-1", at, || {
        "a call was to be handed on, and nobody was told how that went".to_owned()
    }))
}
