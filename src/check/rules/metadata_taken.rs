//! What a recorder makes of metadata that is unusual, or broken: it takes the one, and lives on
//! with the other (RFC 7865 section 9, RFC 7866 section 9.2, RFC 9806).

use std::time::Duration;

use super::tolerance::{of_form, recorded};
use super::{Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::siprec::DataMode;

pub const RULES: &[Rule] = &[
    rule("RFC7865-9-9", |case| {
        // Other refusals are about other things.
        of_form(case, "RFC7865-9-9", "an extension in its metadata", &[400, 500], has_extension)
    }),
    rule("RFC9806-2-2", |case| {
        recorded(case, "RFC9806-2-2", "metadata by its old name", is_called_as_before)
    }),
    rule("RFC7866-9.1-3", |case| {
        of_form(case, "RFC7866-9.1-3", "a snapshot", &[488], is_later_snapshot)
    }),
    rule("RFC7866-9.2-10", |case| answered(case, "RFC7866-9.2-10", "broken metadata", is_broken)),
    rule("RFC7865-9-12", |case| {
        answered(case, "RFC7865-9-12", "metadata that declares entities", declares_entities)
    }),
];

/// A request of some form is answered, whatever is answered.
fn answered(
    case: &Case<'_>,
    row: &'static str,
    form: &str,
    is: fn(&Said<'_>) -> bool,
) -> Vec<Verdict> {
    let judged = case.requests().filter_map(|(request, asked)| {
        let arrived = request.arrived.filter(|_| is(request))?;
        let is_answered = asked.outcome(case).is_some();
        let is_due = arrived + PATIENCE < case.end;
        (is_answered || is_due).then(|| {
            let who = case.timeline.cast().label(request.target());
            case.require(is_answered, row, request, || {
                format!("with {form} to {who}, who never answered it")
            })
        })
    });
    judged.collect()
}

/// Whether there is an element in it that is in another namespace, and in its place there.
fn has_extension(request: &Said<'_>) -> bool {
    let Some(Ok(metadata)) = request.sighting.metadata() else { return false };
    !metadata.extensions.is_empty()
}

/// Whether it tells everything once more, in a session that is up.
fn is_later_snapshot(request: &Said<'_>) -> bool {
    let Some(Ok(metadata)) = request.sighting.metadata() else { return false };
    request.to_tag.is_some() && metadata.mode == DataMode::Complete && metadata.quirks.is_empty()
}

fn is_called_as_before(request: &Said<'_>) -> bool {
    let body = String::from_utf8_lossy(&request.message.body);
    body.contains("application/rs-metadata\r\n") || body.contains("application/rs-metadata;")
}

fn is_broken(request: &Said<'_>) -> bool {
    matches!(request.sighting.metadata(), Some(Err(_)))
}

fn declares_entities(request: &Said<'_>) -> bool {
    String::from_utf8_lossy(&request.message.body).contains("<!ENTITY")
}

/// Every transaction is over by then (RFC 3261 section 17: 64 T1), and a recorder that is well
/// needs far less.
const PATIENCE: Duration = Duration::from_secs(5);
