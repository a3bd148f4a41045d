//! Calls that are answered and changed: who acknowledges what, and who waits for whom (RFC 3261
//! sections 13 and 14).

use std::time::Duration;

use super::transactions::{PATIENCE, T1};
use super::{Asked, Case, Rule, Said, Talk, rule};
use crate::check::Verdict;
use crate::sip::Method;
use crate::time::Instant;

pub const RULES: &[Rule] = &[
    rule("RFC3261-13.2.2.4-1", answers_are_acknowledged),
    rule("RFC3261-13.3.1.4-1", answers_are_repeated_until_acknowledged),
    rule("RFC3261-14.1-1", one_invitation_at_a_time),
    rule("RFC3261-14.1-2", |case| whoever_collides_waits(case, "RFC3261-14.1-2", &Method::Invite)),
    rule("RFC3261-14.1-3", |case| {
        what_is_refused_changes_nothing(case, "RFC3261-14.1-3", &Method::Invite)
    }),
    rule("RFC3261-14.2-2", collisions_are_told),
    rule("RFC3311-5.3-1", updates_are_as_invitations),
];

/// Every copy of a 2xx that arrives is acknowledged with the number of the INVITE (RFC 3261 section
/// 13.2.2.4).
fn answers_are_acknowledged(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for (request, asked) in case.requests_of(Method::Invite) {
        for answer in case.all(&asked.responses).filter(|it| it.is_answer(200, 299)) {
            let Some(arrived) = answer.arrived else { continue };
            let acks = acks(case, request).filter(|ack| ack.to_tag == answer.to_tag);
            let acknowledged = acks.filter(|ack| ack.at >= arrived).count();
            let lives = case.lives(case.host(request.source()), arrived);
            if acknowledged == 0 && (arrived + 5 * PATIENCE > case.end || !lives) {
                continue;
            }
            let who = case.sender(request.sighting);
            let verdict = case.require(acknowledged > 0, "RFC3261-13.2.2.4-1", answer, || {
                let number = request.number;
                format!("and no ACK of {who} followed with the number of message {number}")
            });
            verdicts.push(verdict.blaming(&who));
        }
    }
    verdicts
}

/// Every ACK to an INVITE, whichever way it went: that to a 2xx may pass by the proxies.
pub(super) fn acks<'b, 'a>(
    case: &'b Case<'a>,
    request: &'b Said<'a>,
) -> impl Iterator<Item = &'b Said<'a>> {
    let same = |asked: &&Asked| {
        let own = asked.request(case);
        own.call_id == request.call_id
            && own.cseq == request.cseq
            && own.from_tag == request.from_tag
    };
    let of_call = case.asked.iter().filter(same);
    of_call.flat_map(|asked| case.all(&asked.acks))
}

/// A 2xx is sent again until it is acknowledged, and who never is says goodbye (RFC 3261 section
/// 13.3.1.4).
fn answers_are_repeated_until_acknowledged(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC3261-13.3.1.4-1";
    let judged = case.requests_of(Method::Invite).filter_map(|(request, asked)| {
        let mut answers = case.all(&asked.responses).filter(|it| it.is_answer(200, 299));
        let first = answers.next()?;
        let copies = answers.count();
        let acknowledged = acks(case, request).filter_map(|it| it.arrived).min();
        // Who has said goodbye waits for no ACK.
        let over = talk_of(case, first).and_then(|talk| Some(case.at(talk.ended?).at));
        let until = acknowledged.into_iter().chain(over).min().unwrap_or(case.end);
        let waited = until.since(first.at);
        // T1 may be longer than half a second.
        if waited < 4 * T1 {
            return Some(Verdict::Pass);
        }
        if copies == 0 {
            let waited = waited.as_millis();
            let seen = format!("once, although no ACK came for {waited} ms");
            return Some(case.broken(row, first, seen));
        }
        let talk = talk_of(case, first)?;
        let own = talk.is_from_caller(first);
        let left =
            case.all(&talk.said).any(|it| it.is(&Method::Bye) && talk.is_from_caller(it) == own);
        let stays = waited > GIVE_UP && !left && talk.ended.is_none();
        Some(case.require(!stays, row, first, || {
            "and stayed in the call, although no ACK ever came".to_owned()
        }))
    });
    judged.collect()
}

/// Nobody sends an INVITE in a dialog while another is not finished there, in either direction (RFC
/// 3261 section 14.1).
fn one_invitation_at_a_time(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for talk in &case.talks {
        let invites = invites(case, talk);
        for (request, _) in invites.iter().filter(|(it, _)| it.to_tag.is_some()) {
            let host = case.host(request.source());
            let margin = if case.is_watched(host) { Duration::ZERO } else { T1 };
            let own = talk.is_from_caller(request);
            let open = invites.iter().find(|(other, asked)| {
                if std::ptr::eq(*other, *request) || other.number > request.number {
                    return false;
                }
                let (from, until) = pending(case, other, asked, talk.is_from_caller(other) == own);
                let Some(from) = from else { return false };
                let is_open = until.is_none_or(|until| request.at + margin < until);
                from + margin < request.at && is_open
            });
            verdicts.push(open.map_or(Verdict::Pass, |(open, _)| {
                let who = case.sender(open.sighting);
                let seen = format!("while that of {who} was open (message {})", open.number);
                case.broken("RFC3261-14.1-1", request, seen)
            }));
        }
    }
    verdicts
}

/// From when until when an INVITE is open for one side: whoever sent it, or whoever got it.
fn pending(
    case: &Case<'_>,
    request: &Said<'_>,
    asked: &Asked,
    for_sender: bool,
) -> (Option<Instant>, Option<Instant>) {
    let outcome = asked.outcome(case);
    if for_sender {
        let finals = case.all(&asked.responses).filter(|it| it.is_answer(200, 699));
        return (Some(request.at), finals.filter_map(|it| it.arrived).min());
    }
    let arrived = case.all(&asked.requests).filter_map(|it| it.arrived).min();
    (arrived, outcome.map(|it| it.at))
}

/// The INVITEs of a dialog, each once.
fn invites<'b, 'a>(case: &'b Case<'a>, talk: &'b Talk<'a>) -> Vec<(&'b Said<'a>, &'b Asked)> {
    of_method(case, talk, &Method::Invite)
}

/// The requests of a method in a dialog, each once.
fn of_method<'b, 'a>(
    case: &'b Case<'a>,
    talk: &'b Talk<'a>,
    method: &Method,
) -> Vec<(&'b Said<'a>, &'b Asked)> {
    let mut found: Vec<(&Said<'a>, &Asked)> = Vec::new();
    for it in case.all(&talk.said).filter(|it| it.is(method)) {
        // What a proxy sends on is no other.
        let known =
            found.iter().any(|(known, _)| known.cseq == it.cseq && known.from_tag == it.from_tag);
        if let Some(asked) = it.asked.filter(|_| !known) {
            found.push((it, &case.asked[asked]));
        }
    }
    found
}

/// After a collision the one whose Call-ID it is waits for 2.1 to 4 seconds, the other for two at
/// most (RFC 3261 section 14.1).
fn whoever_collides_waits(case: &Case<'_>, row: &'static str, method: &Method) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for talk in &case.talks {
        let all = of_method(case, talk, method);
        for (request, asked) in &all {
            let told = asked.outcome(case).filter(|it| it.code == Some(491));
            let Some(told) = told.and_then(|it| it.arrived) else { continue };
            let own = talk.is_from_caller(request);
            let again = all
                .iter()
                .map(|(it, _)| *it)
                .find(|it| talk.is_from_caller(it) == own && it.at > told);
            let Some(again) = again else { continue };
            let waited = again.at - told;
            let (least, most) =
                if own { (OWNER_LEAST, OWNER_MOST) } else { (Duration::ZERO, OTHER_MOST) };
            // Whoever waits much longer has something else to say.
            if waited > 3 * OWNER_MOST {
                continue;
            }
            let suits = waited + SLACK >= least && waited <= most + SLACK;
            verdicts.push(case.require(suits, row, again, || {
                let (least, most) = (least.as_millis(), most.as_millis());
                format!("{} ms after a collision, and not {least} to {most}", waited.as_millis())
            }));
        }
    }
    verdicts
}

/// An INVITE that is refused leaves the call as it was (RFC 3261 section 14.1): what flowed goes on.
fn what_is_refused_changes_nothing(
    case: &Case<'_>,
    row: &'static str,
    method: &Method,
) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for (place, talk) in case.talks.iter().enumerate() {
        for (request, asked) in of_method(case, talk, method) {
            let Some(refusal) = asked.outcome(case).filter(|it| it.is_answer(300, 699)) else {
                continue;
            };
            let again = matches!(refusal.code, Some(401 | 407 | 408 | 422 | 481 | 491));
            let within = request.to_tag.is_some() && !again;
            let Some(told) = refusal.arrived.filter(|_| within) else { continue };
            let until = told + 5 * T1;
            let quiet = talk.ended.is_none_or(|ended| case.at(ended).at > until)
                && !talk
                    .requests(&case.said, true)
                    .chain(talk.requests(&case.said, false))
                    .any(|it| it.at > request.at && it.at < until && it.number != request.number);
            if !quiet || case.end < until {
                continue;
            }
            let mut lanes = case.lanes.iter().filter(|lane| lane.talk == place);
            let stopped = lanes.find(|lane| {
                let before = lane.between(from_before(request.at), Some(request.at)).len();
                let after = lane.between(told + T1, Some(until)).len();
                before >= STEADY && after == 0
            });
            let who = stopped.map(|lane| case.timeline.cast().label(lane.flow.source));
            let who = who.unwrap_or_default();
            let seen = || format!("and {who} sent no more media");
            let verdict = case.require(stopped.is_none(), row, refusal, seen);
            verdicts.push(verdict.blaming(&who));
        }
    }
    verdicts
}

/// An UPDATE that is refused leaves the call as it was, and whoever collides waits as with INVITE
/// (RFC 3311 section 5.3).
fn updates_are_as_invitations(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC3311-5.3-1";
    let mut verdicts = whoever_collides_waits(case, row, &Method::Update);
    verdicts.extend(what_is_refused_changes_nothing(case, row, &Method::Update));
    verdicts
}

fn from_before(at: Instant) -> Instant {
    Instant::START + at.elapsed().saturating_sub(2 * T1)
}

/// Who gets an INVITE while one of their own is open refuses with 491 (RFC 3261 section 14.2).
fn collisions_are_told(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for talk in &case.talks {
        let invites = invites(case, talk);
        for (request, asked) in &invites {
            let Some(arrived) = case.all(&asked.requests).filter_map(|it| it.arrived).min() else {
                continue;
            };
            let host = case.host(request.target());
            let margin = if case.is_watched(host) { Duration::ZERO } else { T1 };
            let from_caller = talk.is_from_caller(request);
            let crossed = invites.iter().find(|(own, own_asked)| {
                let (from, until) = pending(case, own, own_asked, true);
                let is_open = until.is_none_or(|until| arrived + margin < until);
                let is_own = talk.is_from_caller(own) != from_caller;
                is_own && is_open && from.is_some_and(|from| from + margin < arrived)
            });
            let (Some((own, _)), Some(outcome)) = (crossed, asked.outcome(case)) else { continue };
            verdicts.push(case.require(
                outcome.code == Some(491),
                "RFC3261-14.2-2",
                outcome,
                || format!("although its own INVITE was open (message {})", own.number),
            ));
        }
    }
    verdicts
}

/// The dialog that a message is of.
pub(super) fn talk_of<'b, 'a>(case: &'b Case<'a>, said: &Said<'_>) -> Option<&'b Talk<'a>> {
    case.talks.iter().find(|talk| {
        let tags = [said.from_tag.as_deref(), said.to_tag.as_deref()];
        talk.call_id == said.call_id
            && tags.contains(&Some(&talk.tags.0))
            && tags.contains(&Some(&talk.tags.1))
    })
}

const OWNER_LEAST: Duration = Duration::from_millis(2_100);
const OWNER_MOST: Duration = Duration::from_secs(4);
const OTHER_MOST: Duration = Duration::from_secs(2);
/// What a clock may be wrong by, and what a busy machine adds.
const SLACK: Duration = Duration::from_millis(100);
/// 64 times T1, and a goodbye.
const GIVE_UP: Duration = Duration::from_secs(34);
/// As many packets in a second are a stream.
const STEADY: usize = 40;
