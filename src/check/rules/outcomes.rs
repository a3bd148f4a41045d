//! What whoever asked makes of what was answered, and where they ask again (RFC 3261 sections 8 to
//! 17, RFC 3263, RFC 3581, RFC 8760).

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use super::credentials::{challenges, credentials, met, param};
use super::sips::contacts;
use super::{Asked, Case, Rule, Said, Talk, rule};
use crate::check::Verdict;
use crate::evidence::Kind;
use crate::packet::Transport;
use crate::sdp::MediaDescription;
use crate::sip::{Method, Uri};
use crate::time::Instant;

pub const RULES: &[Rule] = &[
    rule("RFC3261-8.1.3.2-1", unknown_codes_are_those_of_their_class),
    rule("RFC3261-8.1.3.4-1", whoever_is_sent_on_goes_there),
    rule("RFC3261-8.2-1", what_is_refused_is_not_done),
    rule("RFC3261-10.2-1", registrations_follow_each_other),
    rule("RFC3261-17.2.3-1", a_branch_is_of_its_sender),
    rule("RFC3263-4-1", whoever_was_asked_is_told),
    rule("RFC3581-3-1", answers_are_heard_where_they_were_wanted),
    rule("RFC4028-4-1", long_sessions_are_taken),
    rule("RFC8760-2.4-2", challenges_that_nobody_knows_are_not_met),
];

/// A code that is not known means what the first of its class means (RFC 3261 section 8.1.3.2).
fn unknown_codes_are_those_of_their_class(case: &Case<'_>) -> Vec<Verdict> {
    let is_unknown = |it: &Said<'_>| it.code.is_some_and(|code| !CODES.contains(&code));
    answers_are_heard(case, "RFC3261-8.1.3.2-1", is_unknown)
}

/// Answers of some form are answers: a final one is acknowledged, and none leaves anybody asking.
pub(super) fn answers_are_heard(
    case: &Case<'_>,
    row: &'static str,
    is: impl Fn(&Said<'_>) -> bool,
) -> Vec<Verdict> {
    let acks = last_acks(case);
    let judged = case.requests().filter_map(|(request, asked)| {
        let of_invite = request.method == Method::Invite;
        let least = if of_invite { 100 } else { 200 };
        let mut odd = case.all(&asked.responses).filter(|it| it.is_answer(least, 699));
        let odd = odd.find(|it| is(it))?;
        let (host, arrived) = (case.host(request.source()), odd.arrived?);
        let mut later = case.all(&asked.requests).filter(|it| it.at > arrived + SLACK);
        let again = later.next().filter(|_| case.is_watched(host));
        if let Some(again) = again {
            let seen = format!("once more, although message {} had answered it", odd.number);
            return Some(case.broken(row, again, seen));
        }
        if !of_invite || odd.is_answer(100, 199) {
            return Some(Verdict::Pass);
        }
        let last = acks.get(&(request.call_id, request.cseq, request.from_tag.as_deref()));
        let is_told = last.is_some_and(|last| *last >= arrived);
        let is_due = arrived + SOON < case.end && case.lives(host, arrived);
        (is_told || is_due).then(|| {
            let who = case.sender(request.sighting);
            let seen = || format!("which {who} never acknowledged");
            case.require(is_told, row, odd, seen).blaming(&who)
        })
    });
    judged.collect()
}

/// When each INVITE was acknowledged last, whichever way the ACK went: by Call-ID, number and caller.
fn last_acks<'b>(case: &'b Case<'_>) -> BTreeMap<Invited<'b>, Instant> {
    let mut last: BTreeMap<Invited<'b>, Instant> = BTreeMap::new();
    for asked in &case.asked {
        let own = asked.request(case);
        let Some(at) = case.all(&asked.acks).map(|ack| ack.at).max() else { continue };
        let known = last.entry((own.call_id, own.cseq, own.from_tag.as_deref())).or_insert(at);
        *known = at.max(*known);
    }
    last
}

/// Call-ID, number in `CSeq` and tag of the caller of an INVITE.
type Invited<'b> = (&'b str, Option<u32>, Option<&'b str>);

/// Whoever is sent on and asks again asks one of those that it was sent to (RFC 3261 section
/// 8.1.3.4).
fn whoever_is_sent_on_goes_there(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.requests().filter_map(|(request, asked)| {
        let refusal = asked.outcome(case).filter(|it| it.is_answer(300, 399))?;
        let told = refusal.arrived.filter(|_| request.to_tag.is_none())?;
        let known = contacts(refusal);
        // What an address wants put into headers is no part of the next one.
        let is_plain = |it: &Uri| it.as_sip().is_some_and(|it| it.headers.is_empty());
        if known.is_empty() || !known.iter().all(is_plain) {
            return None;
        }
        // A proxy has others to ask, whoever sends it on.
        let is_own = |it: &Said<'_>| it.message.headers.all("Via").count() == 1;
        let (next, _) = case.requests().find(|(it, _)| {
            let is_same = it.call_id == request.call_id && it.from_tag == request.from_tag;
            let is_again = it.at > told && it.method == request.method && it.to_tag.is_none();
            is_same && is_again && is_own(it) && is_own(request)
        })?;
        let uri = next.message.request_uri().ok()?;
        let met = known.iter().any(|it| it.is_equivalent(&uri));
        Some(case.require(met, "RFC3261-8.1.3.4-1", next, || {
            format!("for {uri}, to which message {} had not sent it", refusal.number)
        }))
    });
    judged.collect()
}

/// What was wanted in a request that was refused is not done: nobody goes to a Contact that it gave,
/// and no media goes to an address of its offer (RFC 3261 section 8.2).
fn what_is_refused_is_not_done(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for (place, talk) in case.talks.iter().enumerate() {
        for request in case.all(&talk.said).filter(|it| it.is_request() && refreshes(it)) {
            let asked = request.asked.map(|it| &case.asked[it]);
            let refusal = asked.and_then(|it| it.outcome(case));
            let refusal = refusal.filter(|it| it.is_answer(300, 699) && request.to_tag.is_some());
            let Some(refusal) = refusal else { continue };
            verdicts.extend(nobody_goes_there(case, talk, request, refusal));
            verdicts.extend(nothing_is_sent_there(case, place, request, refusal));
        }
    }
    verdicts
}

fn refreshes(said: &Said<'_>) -> bool {
    matches!(said.method, Method::Invite | Method::Update)
}

/// What the side that refused asks next goes to the address that it had before.
fn nobody_goes_there(
    case: &Case<'_>,
    talk: &Talk<'_>,
    request: &Said<'_>,
    refusal: &Said<'_>,
) -> Option<Verdict> {
    let by_caller = talk.is_from_caller(request);
    let own = case.all(&talk.said).filter(|it| talk.is_from_caller(it) == by_caller);
    let own: Vec<_> = own.filter(|it| refreshes(it) && !contacts(it).is_empty()).collect();
    let before: Vec<Uri> =
        own.iter().filter(|it| it.number < request.number).flat_map(|it| contacts(it)).collect();
    let wanted = contacts(request).into_iter().next()?;
    let is_new = !before.is_empty() && !before.iter().any(|it| it.is_equivalent(&wanted));
    let until = own.iter().find(|it| it.number > request.number).map_or(case.end, |it| it.at);
    let mut others = case.all(&talk.said).filter(|it| {
        let is_own = it.is_request() && talk.is_from_caller(it) != by_caller;
        let counts = !matches!(it.method, Method::Ack | Method::Cancel);
        let within = it.to_tag.is_some() && it.message.headers.all("Via").count() == 1;
        is_own && counts && within && it.at > refusal.at && it.at <= until
    });
    let next = others.next().filter(|_| is_new)?;
    let goes = next.message.request_uri().is_ok_and(|uri| uri.is_equivalent(&wanted));
    Some(case.require(!goes, "RFC3261-8.2-1", next, || {
        format!("to {wanted}, the Contact of what message {} refused", refusal.number)
    }))
}

/// No media of the side that refused goes to an address that only what it refused gave.
fn nothing_is_sent_there(
    case: &Case<'_>,
    place: usize,
    request: &Said<'_>,
    refusal: &Said<'_>,
) -> Vec<Verdict> {
    let talk = &case.talks[place];
    let by_caller = talk.is_from_caller(request);
    let Some((_, offer)) = request.sighting.description() else { return Vec::new() };
    let of_others = talk.descriptions(by_caller).into_iter().filter(|(own, _)| *own != offer);
    let known: Vec<SocketAddr> =
        of_others.flat_map(|(it, _)| &it.media).filter_map(MediaDescription::rtp_address).collect();
    let wanted = offer.media.iter().filter_map(MediaDescription::rtp_address);
    let new: Vec<_> = wanted.filter(|it| !known.contains(it)).collect();
    let lanes = case.lanes.iter().filter(|lane| {
        lane.talk == place && lane.from_caller != by_caller && new.contains(&lane.flow.target)
    });
    let judged = lanes.map(|lane| {
        let stray = lane.between(refusal.at + SOON, None).first();
        stray.map_or(Verdict::Pass, |packet| {
            let who = case.timeline.cast().label(lane.flow.source);
            let (target, number) = (lane.flow.target, refusal.number);
            let seen = format!("{who} sent RTP to {target}, which message {number} had refused");
            Verdict::fail("RFC3261-8.2-1", packet.at, seen).blaming(&who)
        })
    });
    judged.collect()
}

/// Registrations under one Call-ID are counted, and none is asked for before the last is settled
/// (RFC 3261 section 10.2).
fn registrations_follow_each_other(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC3261-10.2-1";
    let mut last: BTreeMap<(&str, SocketAddr, SocketAddr), (&Said<'_>, &Asked)> = BTreeMap::new();
    let mut verdicts = Vec::new();
    for (request, asked) in case.requests_of(Method::Register) {
        let key = (request.call_id, request.source(), request.target());
        let Some((before, settled)) = last.insert(key, (request, asked)) else { continue };
        let answered = settled.outcome(case).and_then(|it| it.arrived);
        let is_open = answered.is_some_and(|answered| answered > request.at + SLACK);
        let binds = |it: &Said<'_>| it.message.headers.has("Contact");
        let is_counted = request.cseq.is_none() || request.cseq > before.cseq;
        verdicts.push(if is_counted {
            let overlaps = is_open && binds(request) && binds(before);
            case.require(!overlaps, row, request, || {
                format!("before message {} was answered", before.number)
            })
        } else {
            let seen = format!("with no higher number in CSeq than message {} has", before.number);
            case.broken(row, request, seen)
        });
    }
    verdicts
}

/// A request with the branch of somebody else's is another one, and is answered (RFC 3261 section
/// 17.2.3).
fn a_branch_is_of_its_sender(case: &Case<'_>) -> Vec<Verdict> {
    let sender = |it: &Said<'_>| it.message.via().ok().map(|via| (via.host, via.port));
    let mut known: BTreeMap<(&str, SocketAddr), (&Said<'_>, &Asked)> = BTreeMap::new();
    let mut verdicts = Vec::new();
    for (request, asked) in case.requests().filter(|(it, _)| it.method != Method::Cancel) {
        let Some(branch) = request.branch.as_deref() else { continue };
        let first = *known.entry((branch, request.target())).or_insert((request, asked));
        let (before, answered) = first;
        let is_other = sender(before) != sender(request) && before.call_id != request.call_id;
        let Some(arrived) = request.arrived.filter(|_| is_other) else { continue };
        let is_answered = !asked.responses.is_empty();
        let lives = case.lives(case.host(request.target()), arrived);
        let is_due = !answered.responses.is_empty() && arrived + SOON < case.end && lives;
        if is_answered || is_due {
            verdicts.push(case.require(is_answered, "RFC3261-17.2.3-1", request, || {
                let number = before.number;
                format!("with the branch of message {number}, which was answered in its place")
            }));
        }
    }
    verdicts
}

/// A CANCEL, and the ACK to a refusal, go where the INVITE went (RFC 3263 section 4).
fn whoever_was_asked_is_told(case: &Case<'_>) -> Vec<Verdict> {
    let mut cancels: BTreeMap<&str, Vec<&Said<'_>>> = BTreeMap::new();
    for (cancel, _) in case.requests_of(Method::Cancel) {
        cancels.entry(cancel.call_id).or_default().push(cancel);
    }
    let mut verdicts = Vec::new();
    for (invite, asked) in case.requests_of(Method::Invite) {
        let went: Vec<_> = case.all(&asked.requests).map(way).collect();
        let is_of = |it: &Said<'_>| {
            it.branch == invite.branch && it.call_id == invite.call_id && it.cseq == invite.cseq
        };
        let cancels = cancels.get(invite.call_id).into_iter().flatten().copied();
        let own = case.all(&asked.acks).chain(cancels).filter(|it| is_of(it));
        verdicts.extend(own.map(|it| {
            case.require(went.contains(&way(it)), "RFC3263-4-1", it, || {
                let (target, asked) = (it.target(), invite.target());
                format!("to {target}, where message {} went to {asked}", invite.number)
            })
        }));
    }
    verdicts
}

/// Where a message goes, and over what; on streams the port may be that of a connection.
fn way(said: &Said<'_>) -> (Transport, SocketAddr) {
    let (transport, mut target) = (said.sighting.transport, said.target());
    if transport != Transport::Udp {
        target.set_port(0);
    }
    (transport, target)
}

/// Whoever asks for answers at the port that it asks from hears them there (RFC 3581 section 3).
fn answers_are_heard_where_they_were_wanted(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.requests().filter_map(|(request, asked)| {
        let (source, via) = (request.source(), request.message.via().ok()?);
        let is_own = via.host.ip() == Some(source.ip()) && via.port.unwrap_or(SIP) == source.port();
        let is_elsewhere = via.wants_rport() && !is_own;
        let heard = is_elsewhere && case.is_watched(case.host(source));
        let over_udp = request.sighting.transport == Transport::Udp;
        let mut answers = case.all(&asked.responses).filter(|it| it.target() == source);
        let answer = answers.find(|it| it.is_answer(200, 699)).filter(|_| heard && over_udp)?;
        let arrived = answer.arrived?;
        let again = case.all(&asked.requests).find(|it| it.at > arrived + SLACK);
        Some(again.map_or(Verdict::Pass, |again| {
            let number = answer.number;
            let seen = format!("once more, although message {number} had come to where it asked");
            case.broken("RFC3581-3-1", again, seen)
        }))
    });
    judged.collect()
}

/// Whoever says which session is long enough takes one that is (RFC 4028 section 4). A proxy on the
/// way may have made it shorter: judged is who is asked in the end.
fn long_sessions_are_taken(case: &Case<'_>) -> Vec<Verdict> {
    let is_end = |address| {
        let is = |kind| case.timeline.cast().is(address, kind);
        is(Kind::Phone) || is(Kind::Recorder)
    };
    let judged = case.requests().filter_map(|(request, asked)| {
        let wanted = request.message.session_expires().ok().flatten()?.seconds;
        let is_judged = refreshes(request) && wanted > SHORTEST && is_end(request.target());
        let outcome = asked.outcome(case).filter(|_| is_judged)?;
        let least = outcome.message.min_se().ok().flatten().map(|it| it.seconds);
        let met = outcome.code != Some(422) || least.is_none_or(|least| wanted < least);
        Some(case.require(met, "RFC4028-4-1", outcome, || {
            format!("to a session of {wanted} s, which is as long as it has to be")
        }))
    });
    judged.collect()
}

/// What nobody understands in a challenge nobody answers (RFC 8760 section 2.4). Whoever takes such
/// credentials has shown that both understand.
fn challenges_that_nobody_knows_are_not_met(case: &Case<'_>) -> Vec<Verdict> {
    let judged = met(case).into_iter().filter_map(|(_, refusal, again)| {
        let algorithm = |it: &str| param(it, "algorithm").unwrap_or("MD5").to_ascii_lowercase();
        let is_digest = |it: &&str| {
            it.trim_start().get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("digest "))
        };
        let odd = challenges(refusal)
            .filter(is_digest)
            .filter(|it| !ALGORITHMS.contains(&algorithm(it).as_str()));
        let odd: Vec<_> = odd.collect();
        let nonce = credentials(again).and_then(|it| param(it, "nonce"));
        let met = odd.iter().find(|it| param(it, "nonce") == nonce);
        let asked = again.asked.and_then(|it| case.asked[it].outcome(case));
        let is_taken = asked.is_none_or(|it| it.is_answer(200, 299));
        let is_understood = met.is_some() && is_taken;
        (!odd.is_empty() && !is_understood).then(|| {
            case.require(met.is_none(), "RFC8760-2.4-2", again, || {
                let what = met.map(|it| algorithm(it)).unwrap_or_default();
                format!("with credentials for a challenge by {what}, which there is not")
            })
        })
    });
    judged.collect()
}

/// The codes that are registered.
const CODES: &[u16] = &[
    100, 180, 181, 182, 183, 199, 200, 202, 204, 300, 301, 302, 305, 380, 400, 401, 402, 403, 404,
    405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 420, 421, 422, 423, 424, 425,
    428, 429, 430, 433, 436, 437, 438, 439, 440, 469, 470, 480, 481, 482, 483, 484, 485, 486, 487,
    488, 489, 491, 493, 494, 500, 501, 502, 503, 504, 505, 513, 555, 580, 600, 603, 604, 606, 607,
    608,
];
/// The algorithms of Digest that are registered, in lower case, and those of telephones.
const ALGORITHMS: &[&str] = &[
    "md5",
    "md5-sess",
    "sha-256",
    "sha-256-sess",
    "sha-512-256",
    "sha-512-256-sess",
    "akav1-md5",
    "akav2-md5",
];
/// Where SIP is, unless something else is said.
const SIP: u16 = 5060;
/// A session of more than as many seconds is none that is too short (RFC 4028 section 4).
const SHORTEST: u32 = 90;
/// What a clock may be wrong by, and what is read a little later.
const SLACK: Duration = Duration::from_millis(50);
/// Nobody needs longer to answer, or to stop.
const SOON: Duration = Duration::from_secs(5);
