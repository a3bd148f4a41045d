//! A recording session in which nothing is recorded for a while: the recorder stays, and what it
//! wants again it gets (RFC 7866 sections 7.1.1.1 and 7.2).

use super::session::{Offered, Said, Session};
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::sdp::{Description, Direction, MediaDescription};
use crate::sip::Method;

pub const RULES: &[Rule] = &[
    rule("RFC7866-7.1.1.1-9", recorders_wait),
    rule("RFC7866-7.2-8", |case| case.each_session(|_, session| given_again(case, session))),
];

/// A recorder does not end the recording because its client paused it (section 7.1.1.1).
fn recorders_wait(case: &Case<'_>) -> Vec<Verdict> {
    case.each_session(|_, session| {
        let mut verdicts = Vec::new();
        let offers = session.offers();
        let mut paused = false;
        for said in &session.said {
            let offered = offers.iter().find(|it| std::ptr::eq(it.offer, said) && said.by_client);
            if let Some(offer) = offered.and_then(|it| it.offer.sdp) {
                paused = is_still(offer);
                verdicts.extend(paused.then_some(Verdict::Pass));
            } else if paused && said.asks(&Method::Bye) {
                paused = false;
                if has_another_reason(said) {
                    continue;
                }
                verdicts.push(case.held(
                    said.by_client,
                    "RFC7866-7.1.1.1-9",
                    said.sighting,
                    || "ended the recording while it was paused".to_owned(),
                ));
            }
        }
        verdicts
    })
}

/// Whether who ends a session says that it goes out of service (RFC 3326 section 2).
pub(super) fn has_another_reason(bye: &Said<'_>) -> bool {
    bye.message.headers.all("Reason").any(|reason| reason.replace(' ', "").contains("cause=503"))
}

/// A stream that the recorder did not want for a while, and wants again, is sent again (section
/// 7.2), unless the client has paused it itself.
fn given_again(case: &Case<'_>, session: &Session<'_>) -> Vec<Verdict> {
    let mut unwanted: Option<&Description> = None;
    let mut is_paused = false;
    let mut verdicts = Vec::new();
    for Offered { offer, answer } in session.offers() {
        let Some(offered) = offer.sdp else { continue };
        if offer.by_client {
            is_paused = is_still(offered);
            continue;
        }
        let before = unwanted.replace(offered).filter(|_| !is_paused);
        let given = answer.and_then(|answer| Some((answer, answer.sdp?)));
        let (Some(before), Some((answer, given))) = (before, given) else { continue };
        let wanted = offered.media.iter().zip(&before.media).enumerate();
        let wanted = wanted.filter(|(_, (now, before))| {
            before.direction == Direction::Inactive && now.direction == Direction::RecvOnly
        });
        let told = wanted.filter_map(|(place, _)| Some((place, given.media.get(place)?)));
        verdicts.extend(told.map(|(place, medium)| is_sent(case, answer, place, medium)));
    }
    verdicts
}

fn is_sent(case: &Case<'_>, answer: &Said<'_>, place: usize, medium: &MediaDescription) -> Verdict {
    let met = medium.direction == Direction::SendOnly && !medium.is_disabled();
    case.held(met, "RFC7866-7.2-8", answer.sighting, || {
        let direction = medium.direction.name();
        format!("answered that stream {}, which is wanted again, is {direction}", place + 1)
    })
}

/// Whether nothing is sent on any stream.
pub(super) fn is_still(description: &Description) -> bool {
    let mut open = description.media.iter().filter(|it| !it.is_disabled());
    open.all(MediaDescription::is_still)
}
