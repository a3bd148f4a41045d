//! Dialogs: what makes them, which way they go, and how they end (RFC 3261 sections 12 and 15).

use std::time::Duration;

use super::{Case, Rule, Said, Talk, rule};
use crate::check::Verdict;
use crate::sip::{Method, NameAddr, Uri};

pub const RULES: &[Rule] = &[
    rule("RFC3261-12.1.1-1", the_route_is_handed_back),
    rule("RFC3261-12.1.1-2", whoever_answers_can_be_reached),
    rule("RFC3261-12.1.2-1", callers_take_the_route_back),
    rule("RFC3261-12.2.1.1-1", requests_go_where_they_were_told),
    rule("RFC3261-12.2.1.1-2", requests_are_counted),
    rule("RFC3261-12.2.1.2-2", what_is_gone_is_over),
    rule("RFC3261-12.2.2-1", strangers_are_turned_away),
    rule("RFC3261-15.1.2-1", a_goodbye_is_confirmed),
];

/// What makes a dialog has every Record-Route of the request, in order (RFC 3261 section 12.1.1).
fn the_route_is_handed_back(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for (request, asked) in case.requests_of(Method::Invite) {
        let asked_for: Vec<_> = request.message.headers.all("Record-Route").collect();
        for answer in case.all(&asked.responses).filter(|it| it.is_answer(200, 299)) {
            let handed: Vec<_> = answer.message.headers.all("Record-Route").collect();
            // Before it came to whoever answers, proxies may have put themselves in front.
            let suits = handed.ends_with(&asked_for);
            verdicts.push(case.require(suits, "RFC3261-12.1.1-1", answer, || {
                let (handed, asked) = (handed.len(), asked_for.len());
                format!("with {handed} Record-Routes, other than the {asked} of the request")
            }));
        }
    }
    verdicts
}

/// A 2xx to an INVITE has a Contact (RFC 3261 section 12.1.1).
fn whoever_answers_can_be_reached(case: &Case<'_>) -> Vec<Verdict> {
    let answers =
        case.said.iter().filter(|it| it.method == Method::Invite && it.is_answer(200, 299));
    let judged = answers.map(|it| {
        let contact = it.message.contact().ok().flatten();
        case.require(contact.is_some(), "RFC3261-12.1.1-2", it, || "without a Contact".to_owned())
    });
    judged.collect()
}

/// The caller's requests take the way back through all who wanted to stay on it (RFC 3261 section
/// 12.1.2).
fn callers_take_the_route_back(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for talk in &case.talks {
        let Some(answer) = talk.confirmed.map(|place| case.at(place)) else { continue };
        let mut expected = uris(answer, "Record-Route");
        expected.reverse();
        for request in own_requests(case, talk, true).filter(|it| it.number > answer.number) {
            let route = uris(request, "Route");
            verdicts.push(case.require(route == expected, "RFC3261-12.1.2-1", request, || {
                let (route, expected) = (route.len(), expected.len());
                format!("with {route} Routes, other than the {expected} that were recorded")
            }));
        }
    }
    verdicts
}

/// A request in a dialog goes to the Contact that the other side gave last (RFC 3261 section
/// 12.2.1.1), and the called side's takes the recorded route.
fn requests_go_where_they_were_told(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC3261-12.2.1.1-1";
    let mut verdicts = Vec::new();
    for talk in &case.talks {
        for by_caller in [true, false] {
            for request in own_requests(case, talk, by_caller) {
                let told = told(case, talk, request, by_caller);
                let Ok(uri) = request.message.request_uri() else { continue };
                // A strict router's address may stand there instead.
                let strict = route_is_strict(request);
                if told.is_empty() || strict {
                    continue;
                }
                let suits = told.iter().any(|it| it.is_equivalent(&uri));
                verdicts.push(case.require(suits, row, request, || {
                    let told = told.last().map(ToString::to_string).unwrap_or_default();
                    format!("to {uri}, and not to {told}, the Contact of the other side")
                }));
                let recorded = talk.said.first().map(|place| uris(case.at(*place), "Record-Route"));
                let route = uris(request, "Route");
                if !by_caller && recorded.is_some_and(|recorded| recorded != route) {
                    verdicts.push(case.broken(
                        row,
                        request,
                        "with another route than was recorded",
                    ));
                }
            }
        }
    }
    verdicts
}

/// The Contacts that the other side gave before, as far as the sender may know: the last one, and
/// one more if that has only just come.
fn told(case: &Case<'_>, talk: &Talk<'_>, request: &Said<'_>, by_caller: bool) -> Vec<Uri> {
    let known = case.all(&talk.said).filter(|it| {
        let refreshes = matches!(it.method, Method::Invite | Method::Update);
        let makes = it.is_request() || it.is_answer(101, 299);
        talk.is_from_caller(it) != by_caller && refreshes && makes && it.at < request.at
    });
    let known =
        known.filter_map(|it| Some((it.arrived?, it.message.contact().ok().flatten()?.uri)));
    let all: Vec<_> = known.filter(|(arrived, _)| *arrived <= request.at + SLACK).collect();
    let recent = |at: &crate::time::Instant| *at + SLACK >= request.at;
    let kept = all.iter().rposition(|(arrived, _)| !recent(arrived)).unwrap_or_default();
    all.into_iter().skip(kept).map(|(_, uri)| uri).collect()
}

/// The requests of one side within a dialog, ACK included, as it wrote them: nobody has added a
/// Via yet.
fn own_requests<'b, 'a>(
    case: &'b Case<'a>,
    talk: &'b Talk<'a>,
    by_caller: bool,
) -> impl Iterator<Item = &'b Said<'a>> {
    case.all(&talk.said).filter(move |it| {
        let is_own = it.is_request() && talk.is_from_caller(it) == by_caller;
        let refuses = || {
            let asked = it.asked.map(|asked| &case.asked[asked]);
            asked.and_then(|asked| asked.outcome(case)).is_some_and(|it| it.is_answer(300, 699))
        };
        // The ACK to a refusal is a copy of the INVITE, and goes where that went.
        let counts = it.method != Method::Cancel && !(it.method == Method::Ack && refuses());
        is_own && counts && it.to_tag.is_some() && it.message.headers.all("Via").count() == 1
    })
}

fn uris(said: &Said<'_>, name: &'static str) -> Vec<Uri> {
    let addresses: Vec<NameAddr> = said.message.addresses(name).unwrap_or_default();
    addresses.into_iter().map(|it| it.uri).collect()
}

fn route_is_strict(request: &Said<'_>) -> bool {
    let first = uris(request, "Route").into_iter().next();
    first.is_some_and(|uri| uri.as_sip().is_none_or(|uri| !uri.is_loose()))
}

/// The numbers of one side's requests in a dialog go up by one (RFC 3261 section 12.2.1.1); those
/// of ACK and CANCEL are of what they belong to. In a capture that begins later, or lacks some,
/// only what goes down or stays is certain; this one does not begin later.
fn requests_are_counted(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for talk in &case.talks {
        for by_caller in [true, false] {
            let requests: Vec<_> = talk.requests(&case.said, by_caller).collect();
            for pair in requests.windows(2) {
                let [before, next] = pair else { continue };
                let (from, to) = (before.cseq.unwrap_or_default(), next.cseq.unwrap_or_default());
                let follows = to == from.wrapping_add(1);
                verdicts.push(case.require(follows, "RFC3261-12.2.1.1-2", next, || {
                    format!("with the number {to} after {from} (message {})", before.number)
                }));
            }
        }
    }
    verdicts
}

/// Who is told that there is no such call, or hears nothing, holds it for ended (RFC 3261 section
/// 12.2.1.2).
fn what_is_gone_is_over(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for (place, talk) in case.talks.iter().enumerate() {
        let gone = case.all(&talk.said).find(|it| {
            let is_of_call = matches!(it.method, Method::Invite | Method::Update | Method::Info);
            let within =
                it.asked.is_some_and(|asked| case.asked[asked].request(case).to_tag.is_some());
            matches!(it.code, Some(481 | 408)) && is_of_call && within
        });
        let Some((gone, told)) = gone.and_then(|it| Some((it, it.arrived?))) else { continue };
        // Who asked is who got the answer.
        let by_caller = !talk.is_from_caller(gone);
        let later = talk
            .requests(&case.said, by_caller)
            .find(|it| it.at > told + SLACK && it.method != Method::Bye);
        let media =
            case.lanes.iter().filter(|lane| lane.talk == place && lane.from_caller == by_caller);
        let streams = media.flat_map(|lane| lane.between(told + GONE, None)).count();
        verdicts.push(match later {
            Some(later) => case.broken(
                "RFC3261-12.2.1.2-2",
                later,
                format!("in a dialog that message {} said is gone", gone.number),
            ),
            None => case.require(streams == 0, "RFC3261-12.2.1.2-2", gone, || {
                format!("and {streams} packets of media came long after it")
            }),
        });
    }
    verdicts
}

/// A request within a dialog that there is not gets 481 (RFC 3261 section 12.2.2).
fn strangers_are_turned_away(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.requests().filter_map(|(request, asked)| {
        let strange = request.to_tag.is_some() && request.method != Method::Cancel;
        let outcome = asked.outcome(case).filter(|_| strange)?;
        let arrived = request.arrived?;
        let ended = |talk: &Talk<'_>| {
            let bye = talk.ended.map(|place| case.at(place))?;
            let confirmed = case.asked.get(bye.asked?)?.outcome(case)?;
            // Both sides know: one has confirmed it, and the other has read that.
            let known = confirmed.at.max(confirmed.arrived?);
            (confirmed.is_answer(200, 299) && known + SLACK < arrived).then_some(())
        };
        let same = |talk: &&Talk<'_>| talk.call_id == request.call_id;
        let own = |talk: &&Talk<'_>| {
            let tags = [request.from_tag.as_deref(), request.to_tag.as_deref()];
            tags.contains(&Some(&talk.tags.0)) && tags.contains(&Some(&talk.tags.1))
        };
        let of_call: Vec<_> = case.talks.iter().filter(same).collect();
        let talk = of_call.iter().copied().find(own);
        let is_strange = match talk {
            Some(talk) => ended(talk).is_some(),
            None => !of_call.is_empty(),
        };
        is_strange.then(|| {
            case.require(outcome.code == Some(481), "RFC3261-12.2.2-1", outcome, || {
                format!("to message {}, whose dialog there is not", request.number)
            })
        })
    });
    judged.collect()
}

/// A BYE in a dialog is granted (RFC 3261 section 15.1.2). Two that cross each other may each find
/// the dialog gone.
fn a_goodbye_is_confirmed(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for talk in case.talks.iter().filter(|talk| talk.confirmed.is_some()) {
        let Some(bye) = talk.ended.map(|place| case.at(place)) else { continue };
        let Some(asked) = bye.asked.map(|asked| &case.asked[asked]) else { continue };
        let arrived = case.all(&asked.requests).find_map(|it| it.arrived);
        let Some(arrived) = arrived else { continue };
        if let Some(outcome) = asked.outcome(case) {
            let suits = outcome.is_answer(200, 299) || matches!(outcome.code, Some(401 | 407));
            verdicts.push(case.require(suits, "RFC3261-15.1.2-1", outcome, || {
                format!("in a dialog that there is (message {})", bye.number)
            }));
        } else if arrived + SOON < case.end && case.lives(case.host(bye.target()), arrived) {
            let who = case.timeline.cast().label(bye.target());
            let verdict =
                case.broken("RFC3261-15.1.2-1", bye, format!("and {who} never answered it"));
            verdicts.push(verdict.blaming(&who));
        }
    }
    verdicts
}

/// What crosses on the way, or is read a little later.
const SLACK: Duration = Duration::from_millis(50);
/// What was sent before the news came has long arrived.
const GONE: Duration = Duration::from_secs(5);
/// Nobody has to think about a BYE.
const SOON: Duration = Duration::from_secs(5);
