//! The UUIDs of a session, from end to end (RFC 7989).

use std::collections::{BTreeMap, BTreeSet};

use super::cancel::meant;
use super::headers::{session_id, uuids_in};
use super::tolerance::of_form;
use super::{Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::evidence::Kind;
use crate::sip::Method;

pub const RULES: &[Rule] = &[
    rule("RFC7329-4.1-1", |case| {
        let form = "a Session-ID of one number";
        of_form(case, "RFC7329-4.1-1", form, &[400], |it| it.flaw.is_none() && is_of_old(it))
    }),
    rule("RFC7989-6-2", the_peer_is_called_by_its_name),
    rule("RFC7989-6-3", another_name_disturbs_nobody),
    rule("RFC7989-7-1", whoever_is_between_passes_names_on),
    rule("RFC7989-8-1", what_is_refused_renames_nobody),
    rule("RFC7989-9-1", a_conference_has_one_name),
];

/// What somebody calls itself, unless it has no name.
fn local(said: &Said<'_>) -> Option<String> {
    let own = uuids_in(session_id(said)?).first()?.to_ascii_lowercase();
    (!is_nil(&own)).then_some(own)
}

/// What somebody calls its peer, if it does.
fn remote(said: &Said<'_>) -> Option<String> {
    let peer = uuids_in(session_id(said)?).get(1)?.to_ascii_lowercase();
    (!is_nil(&peer)).then_some(peer)
}

/// Whether it names the call as before there were two sides to it (RFC 7329 section 4.1).
fn is_of_old(said: &Said<'_>) -> bool {
    session_id(said).is_some_and(|it| {
        let own = uuids_in(it);
        let is_hex = |it: &&str| it.len() == 32 && it.bytes().all(|it| it.is_ascii_hexdigit());
        own.len() == 1 && own.first().is_some_and(is_hex)
    })
}

fn is_nil(uuid: &str) -> bool {
    uuid.bytes().all(|it| it == b'0')
}

/// Whatever has a name in it, by its Call-ID, in order.
struct Named<'b, 'a>(BTreeMap<&'a str, Vec<&'b Said<'a>>>);

impl<'b, 'a> Named<'b, 'a> {
    fn of(case: &'b Case<'a>) -> Self {
        let mut named: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for said in case.said.iter().filter(|it| session_id(it).is_some()) {
            named.entry(said.call_id).or_default().push(said);
        }
        Self(named)
    }

    /// What was said of a call before something else.
    fn before(&self, call_id: &str, number: usize) -> impl Iterator<Item = &'b Said<'a>> {
        let own = self.0.get(call_id).into_iter().flatten().copied();
        own.take_while(move |it| it.number < number)
    }

    /// What whoever says something was told before, in the same call, that its peers are called.
    fn told(&self, case: &Case<'_>, said: &Said<'_>) -> BTreeSet<String> {
        let own = case.host(said.source());
        let before = self.before(said.call_id, said.number);
        before.filter(|it| case.host(it.target()) == own).filter_map(local).collect()
    }

    /// Whether whoever asks went by another name before.
    fn has_changed(&self, case: &Case<'_>, request: &Said<'_>) -> bool {
        let Some(own) = local(request) else { return false };
        let host = case.host(request.source());
        let mut before = self.before(request.call_id, request.number);
        before.any(|it| case.host(it.source()) == host && local(it).is_some_and(|it| it != own))
    }
}

/// Whoever calls its peer by a name has it from the peer, and a CANCEL says what the INVITE said
/// (section 6). A name that anybody else has is none of a stranger: calls are joined.
fn the_peer_is_called_by_its_name(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC7989-6-2";
    let (all, known) = (Named::of(case), case.said.iter().filter_map(local));
    let known: BTreeSet<String> = known.collect();
    let named = case.said.iter().filter_map(|said| {
        let peer = remote(said)?;
        let told = all.told(case, said);
        (!told.is_empty()).then(|| {
            case.require(told.contains(&peer) || known.contains(&peer), row, said, || {
                format!("to {peer} in Session-ID, as nobody is called")
            })
        })
    });
    let cancelled = case.requests_of(Method::Cancel).filter_map(|(cancel, _)| {
        let (invite, _) = meant(case, cancel)?;
        let (was, is) = (session_id(invite)?, session_id(cancel)?);
        Some(case.require(was == is, row, cancel, || {
            format!("with another Session-ID than message {} has", invite.number)
        }))
    });
    named.chain(cancelled).collect()
}

/// Names that nobody expected are taken as they are (section 6).
fn another_name_disturbs_nobody(case: &Case<'_>) -> Vec<Verdict> {
    let form = "another UUID in Session-ID than was expected";
    let all = Named::of(case);
    of_form(case, "RFC7989-6-3", form, &[400], |request| {
        let within = request.to_tag.is_some() && request.flaw.is_none();
        let is_strange = || {
            let told = all.told(case, request);
            remote(request).is_some_and(|it| !told.is_empty() && !told.contains(&it))
        };
        within && session_id(request).is_some() && (is_strange() || all.has_changed(case, request))
    })
}

/// A platform that calls somebody because somebody calls it says their name, and not another
/// (section 7).
fn whoever_is_between_passes_names_on(case: &Case<'_>) -> Vec<Verdict> {
    let all = Named::of(case);
    let is = |address, kind| case.timeline.cast().is(address, kind);
    let calls = case.requests_of(Method::Invite).filter(|(invite, _)| {
        let between = is(invite.source(), Kind::Platform) && is(invite.target(), Kind::Phone);
        between && invite.to_tag.is_none()
    });
    let judged = calls.filter_map(|(invite, _)| {
        let own = local(invite)?;
        let call = case.call_of(invite.call_id)?;
        let of_call = call.call_ids.iter().flat_map(|id| all.before(id, invite.number));
        let of_phones = of_call.filter(|it| is(it.source(), Kind::Phone));
        let names: BTreeSet<String> = of_phones.filter_map(local).collect();
        (!names.is_empty()).then(|| {
            case.require(names.contains(&own), "RFC7989-7-1", invite, || {
                format!("as {own} in Session-ID, which none of those who call is called")
            })
        })
    });
    judged.collect()
}

/// Whoever refuses a request does not call its sender by a name that this brought (section 8), until
/// the sender says it again.
fn what_is_refused_renames_nobody(case: &Case<'_>) -> Vec<Verdict> {
    let all = Named::of(case);
    let judged = case.requests().filter_map(|(request, asked)| {
        let outcome = asked.outcome(case).filter(|it| it.is_answer(400, 699))?;
        let new = local(request).filter(|_| request.to_tag.is_some())?;
        all.has_changed(case, request).then_some(())?;
        let (own, peer) = (case.host(request.source()), case.host(request.target()));
        let said = all.0.get(request.call_id).into_iter().flatten().copied();
        let later = said.filter(|it| it.number > outcome.number && it.cseq != request.cseq);
        let later = later.take_while(|it| {
            case.host(it.source()) != own || local(it).is_none_or(|name| name != new)
        });
        let mut peers = later.filter(|it| case.host(it.source()) == peer).peekable();
        let first = *peers.peek()?;
        let wrong = peers.find(|it| remote(it).is_some_and(|name| name == new));
        Some(case.require(wrong.is_none(), "RFC7989-8-1", wrong.unwrap_or(first), || {
            format!("to {new} in Session-ID, a name that message {} had refused", outcome.number)
        }))
    });
    judged.collect()
}

/// Whoever is the focus of a conference goes by one name with all who are in it (section 9): a
/// conference is told by its address, as long as the call lasts in which it was named.
fn a_conference_has_one_name(case: &Case<'_>) -> Vec<Verdict> {
    let mut known: BTreeMap<String, (String, &Said<'_>)> = BTreeMap::new();
    let mut verdicts = Vec::new();
    for said in &case.said {
        if said.is(&Method::Bye) {
            known.retain(|_, (_, first)| first.call_id != said.call_id);
        }
        let contact = said.message.contact().ok().flatten();
        let focus = contact.filter(|it| it.params.has("isfocus") && it.uri.user().is_some());
        let Some((focus, name)) = focus.zip(local(said)) else { continue };
        let (first, told) = known.entry(focus.uri.to_string()).or_insert((name.clone(), said));
        verdicts.push(case.require(*first == name, "RFC7989-9-1", said, || {
            let number = told.number;
            format!("as {name} in Session-ID, where the conference was {first} in message {number}")
        }));
    }
    verdicts
}
