//! Who has shown no good certificate is told nothing, and whoever is asked for credentials says all
//! again (RFC 7866 section 12.1, RFC 5922).

use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::check::trust::to_recorders;
use crate::packet::{Ending, Flaw, Handshake, Shown};
use crate::sip::Method;
use crate::time::Instant;

pub const RULES: &[Rule] = &[
    rule("RFC7866-12.1-1", who_is_asked_shows_a_certificate),
    rule("RFC7866-12.1-2", recorders_are_who_they_should_be),
    rule("RFC7866-12.1-3", platforms_are_who_they_should_be),
    rule("RFC7866-12.1-4", whoever_is_challenged_says_all_again),
    rule("RFC5922-7.1-1", |case| names_nobody(case, "RFC5922-7.1-1", Flaw::User)),
    rule("RFC5922-7.2-1", |case| names_nobody(case, "RFC5922-7.2-1", Flaw::Wildcard)),
];

/// A client that is asked for a certificate shows one.
fn who_is_asked_shows_a_certificate(case: &Case<'_>) -> Vec<Verdict> {
    let asked = to_recorders(case.timeline).filter_map(|it| Some((it, it.1.by_client?)));
    let judged = asked.map(|(it, shown)| {
        broken_unless(shown != Shown::Nothing, "RFC7866-12.1-1", case, it, |client, server| {
            format!("{client} was asked by {server} who it is, and showed no certificate")
        })
    });
    judged.collect()
}

/// Nothing is said to a recorder whose certificate is not good.
fn recorders_are_who_they_should_be(case: &Case<'_>) -> Vec<Verdict> {
    let shown = to_recorders(case.timeline).filter_map(|it| Some((it, it.1.by_server?)));
    let has_row = |shown: &Shown| [Flaw::User, Flaw::Wildcard].map(Shown::Flawed).contains(shown);
    let judged = shown.filter(|(_, shown)| !has_row(shown)).map(|(it, shown)| {
        let met = shown == Shown::Sound || it.1.end != Ending::Opened;
        broken_unless(met, "RFC7866-12.1-2", case, it, |client, server| {
            format!("{client} trusted {server}, which showed {shown}")
        })
    });
    judged.collect()
}

/// A recorder that asks who somebody is takes nothing from who cannot say.
fn platforms_are_who_they_should_be(case: &Case<'_>) -> Vec<Verdict> {
    let shown = to_recorders(case.timeline).filter_map(|it| Some((it, it.1.by_client?)));
    let judged = shown.map(|(it, shown)| {
        let met = shown == Shown::Sound || it.1.end != Ending::Opened;
        broken_unless(met, "RFC7866-12.1-3", case, it, |client, server| {
            format!("{server} let {client} in, which showed {shown}")
        })
    });
    judged.collect()
}

/// A client whose INVITE is challenged sends it again with credentials, and with all that it had.
fn whoever_is_challenged_says_all_again(case: &Case<'_>) -> Vec<Verdict> {
    case.each_session(|_, session| {
        let own = session.said.iter().filter(|it| it.by_client && it.asks(&Method::Invite));
        let own: Vec<_> = own.collect();
        let judged = own.windows(2).filter_map(|pair| {
            let [asked, again] = pair else { return None };
            let code = session.answer_to(asked).and_then(|it| it.message.code());
            let headers = &again.message.headers;
            let answers = ["Authorization", "Proxy-Authorization"].iter().any(|it| headers.has(it));
            if !answers || !matches!(code, Some(401 | 407)) {
                return None;
            }
            let lacks = if asked.sdp.is_some() && again.sdp.is_none() {
                Some("offer")
            } else {
                let is_gone = asked.parts.metadata.is_some() && again.parts.metadata.is_none();
                is_gone.then_some("metadata")
            };
            Some(case.held(lacks.is_none(), "RFC7866-12.1-4", again.sighting, || {
                format!("answered a challenge without the {} of before", lacks.unwrap_or_default())
            }))
        });
        judged.collect()
    })
}

/// A certificate that names nobody in this way is not taken for that of a server.
fn names_nobody(case: &Case<'_>, row: &'static str, flaw: Flaw) -> Vec<Verdict> {
    let shown = Some(Shown::Flawed(flaw));
    let judged = case.timeline.handshakes().iter().filter(|(_, it)| it.by_server == shown);
    let judged = judged.map(|it| {
        broken_unless(it.1.end != Ending::Opened, row, case, it, |client, server| {
            format!("{client} trusted {server}, which showed a certificate {flaw}")
        })
    });
    judged.collect()
}

fn broken_unless(
    met: bool,
    row: &'static str,
    case: &Case<'_>,
    (at, handshake): &(Instant, Handshake),
    seen: impl FnOnce(&str, &str) -> String,
) -> Verdict {
    let label = |address| case.timeline.cast().label(address);
    Verdict::require(met, row, *at, || seen(&label(handshake.client), &label(handshake.server)))
}
