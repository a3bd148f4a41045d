//! As whom a recording client and a recorder introduce themselves, in a recording session and
//! elsewhere (RFC 7866 section 6).

use std::collections::BTreeMap;
use std::time::Duration;

use super::legs::{Leg, legs};
use super::session::{Session, has_option, is_tagged};
use super::tolerance::of_form;
use super::{Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::evidence::{Kind, metadata_of};
use crate::sip::{Method, Uri};

pub const RULES: &[Rule] = &[
    rule("RFC7866-6.1.1-4", |case| {
        of_form(case, "RFC7866-6.1.1-4", "+sip.src in its Contact", UNREAD, |request| {
            request.is(&Method::Register) && shows_a_client(request)
        })
    }),
    rule("RFC7866-6.1.1-5", |case| name_themselves(case, "RFC7866-6.1.1-5", false)),
    rule("RFC7866-6.1.1-7", other_calls_are_answered),
    rule("RFC7866-6.1.2-4", |case| {
        of_form(case, "RFC7866-6.1.2-4", "+sip.src in its Contact", UNREAD, |request| {
            let is_shown = request.is(&Method::Invite) && shows_a_client(request);
            is_shown && is_for_people(case, request)
        })
    }),
    rule("RFC7866-6.2-5", |case| name_themselves(case, "RFC7866-6.2-5", true)),
];

/// Whether a request says that it is a recording client's, and nothing is wrong with it.
fn shows_a_client(request: &Said<'_>) -> bool {
    is_tagged(request.message, "+sip.src") && request.flaw.is_none()
}

/// Whether an INVITE goes to a telephone, and is none for a recording session.
fn is_for_people(case: &Case<'_>, invite: &Said<'_>) -> bool {
    let media = invite.sighting.description().map(|(_, it)| it.media.as_slice());
    let is_labelled = media.is_some_and(|media| media.iter().any(|it| it.label.is_some()));
    case.timeline.cast().is(invite.target(), Kind::Phone)
        && !has_option(invite.message, "Require", "siprec")
        && metadata_of(invite.message).is_none()
        && !is_labelled
}

/// Whoever begins a recording session is named in From, and whom they ask in To (sections 6.1.1
/// and 6.2): not somebody who takes part in the call. A client that is a telephone takes part
/// itself, so that only those at the other end of it are others.
fn name_themselves(case: &Case<'_>, row: &'static str, by_server: bool) -> Vec<Verdict> {
    let legs = legs(case);
    let judged = case.sessions().filter_map(|(_, session)| {
        let invite = session.invite().filter(|it| it.asks(&Method::Invite))?;
        if invite.by_client == by_server {
            return None;
        }
        let message = invite.message;
        let (from, to) = (message.from().ok()?.uri, message.to().ok()?.uri);
        let (client, recorder) = if by_server { (&to, &from) } else { (&from, &to) };
        let call = case.call_of(message.call_id().ok()?);
        let of_call = |leg: &&Leg<'_, '_>| {
            call.is_some_and(|call| call.call_ids.contains(leg.dialog.call_id))
        };
        let others: Vec<_> = legs.iter().filter(of_call).filter_map(party).collect();
        let people = participants(session);
        if others.is_empty() && people.is_empty() {
            return None;
        }
        let is_one_of = |known: &[Uri], uri: &Uri| known.iter().any(|it| is_same(it, uri));
        let wrong = if is_one_of(&others, client) {
            Some((client, "its client"))
        } else if is_one_of(&others, recorder) || is_one_of(&people, recorder) {
            Some((recorder, "its recorder"))
        } else {
            None
        };
        Some(case.held(wrong.is_none(), row, invite.sighting, || {
            let (uri, whom) = wrong.unwrap_or((client, "its client"));
            format!("began a recording in which {uri}, who is on the call, stands for {whom}")
        }))
    });
    judged.collect()
}

/// As whom the user of a telephone takes part in a call.
fn party(leg: &Leg<'_, '_>) -> Option<Uri> {
    let invite = leg.dialog.invite;
    let address = if leg.by_phone { invite.from() } else { invite.to() };
    address.ok().map(|it| it.uri)
}

/// Whom the metadata names that came first.
fn participants(session: &Session<'_>) -> Vec<Uri> {
    let first = super::recording_body::documents(session).next();
    let people = first.into_iter().flat_map(|(_, document)| &document.participants);
    people.flat_map(|it| &it.names).filter_map(|it| Uri::parse(&it.aor).ok()).collect()
}

/// Whether two addresses are of one user at one host.
fn is_same(one: &Uri, other: &Uri) -> bool {
    let is_named = one.user().is_some_and(|user| !user.is_empty());
    is_named && one.user() == other.user() && one.host().is_some() && one.host() == other.host()
}

/// What becomes of a call that is no recording session is the choice of a client or a recorder
/// (section 6.1.1); but a telephone that belongs here gets some answer from one who lives.
fn other_calls_are_answered(case: &Case<'_>) -> Vec<Verdict> {
    let cast = case.timeline.cast();
    let way = |it: &Said<'_>| (case.host(it.source()), case.host(it.target()));
    let last: BTreeMap<_, _> = case.said.iter().map(|it| (way(it), it.at)).collect();
    let judged = case.requests_of(Method::Invite).filter_map(|(request, asked)| {
        let serves = |kind| cast.is(request.target(), kind);
        let is_called = serves(Kind::Platform) || serves(Kind::Recorder);
        let is_plain = request.to_tag.is_none()
            && request.flaw.is_none()
            && !["+sip.src", "src", "+sip.srs"].iter().any(|tag| is_tagged(request.message, tag))
            && !has_option(request.message, "Require", "siprec")
            && metadata_of(request.message).is_none();
        if !is_called || !is_plain || !cast.is(request.source(), Kind::Phone) {
            return None;
        }
        let is_answered = !asked.responses.is_empty();
        let due = request.arrived? + GIVE_UP;
        // What goes this way is seen, and the caller is known there.
        let way = (case.host(request.target()), case.host(request.source()));
        let lives = last.get(&way).is_some_and(|last| *last > due);
        (is_answered || lives).then(|| {
            let who = cast.label(request.target());
            case.require(is_answered, "RFC7866-6.1.1-7", request, || {
                format!("to {who}, who never answered it, and says other things to the caller")
            })
        })
    });
    judged.collect()
}

/// 64 times T1 (RFC 3261 section 17.1.1.2), and a little.
const GIVE_UP: Duration = Duration::from_secs(33);
/// What is answered to a tag that somebody stumbles over; other refusals are about other things.
const UNREAD: &[u16] = &[400, 420];
