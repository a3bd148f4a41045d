//! Under which names and numbers people are in a recording (RFC 7866 section 8.3), and of whom
//! something is in a mixture (RFC 3550 section 7.1, RFC 7866 sections 8.1.4 and 8.2.2).

use std::collections::{BTreeMap, BTreeSet};

use super::relayed::{View, names};
use super::session::by_section;
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::evidence::{Contributors, Flow, Host, RtpSeen, Sound};
use crate::time::Instant;

pub const RULES: &[Rule] = &[
    rule("RFC7866-8.3.1-2", names_stay_apart),
    rule("RFC7866-8.3.1-3", sources_stay_apart),
    rule("RFC3550-7.1-1", mixers_are_sources_of_their_own),
    rule("RFC7866-8.1.4-1", |case| each(case, "RFC7866-8.1.4-1", says_of_whom)),
    rule("RFC7866-8.2.2-1", |case| each(case, "RFC7866-8.2.2-1", names_those_of_the_call)),
    rule("RFC7866-8.3.2-3", |case| each(case, "RFC7866-8.3.2-3", keeps_names_apart)),
    rule("RFC7866-8.3.2-4", |case| each(case, "RFC7866-8.3.2-4", has_one_name_for_each)),
    rule("RFC7866-8.3.2-5", |case| each(case, "RFC7866-8.3.2-5", keeps_numbers_apart)),
];

/// A mixture on its way to a recorder: when it was first seen to be one, or said that it is.
struct Mixture<'a> {
    flow: &'a Flow,
    client: Host,
    /// Which names the recorder was told, and which the client, source by source.
    there: BTreeMap<u32, BTreeSet<String>>,
    here: BTreeMap<u32, BTreeSet<String>>,
}

impl Mixture<'_> {
    fn lists(&self) -> &[Contributors] {
        &self.flow.over().contributors
    }

    /// Every source that a list of it has, and since when.
    fn contributors(&self) -> BTreeMap<u32, Instant> {
        let lists = self.lists().iter().rev();
        lists.flat_map(|list| list.csrcs.iter().map(|csrc| (*csrc, list.from))).collect()
    }
}

/// Whether a mixture is as it should be, or when it is not, and how.
type Judged = Result<(), (Instant, String)>;

/// What a row makes of each mixture that goes to a recorder: when it is wrong, and how.
fn each(
    case: &Case<'_>,
    row: &'static str,
    judge: fn(&Case<'_>, &Mixture<'_>) -> Option<Judged>,
) -> Vec<Verdict> {
    case.each_session(|recording, session| {
        let client = case.host(recording.dialog.caller);
        let flows = recording.streams.iter().enumerate();
        let flows =
            flows.flat_map(|(place, stream)| stream.flows.iter().map(move |it| (place, *it)));
        let flows = flows.filter(|(_, flow)| is_mixture(flow)).collect::<Vec<_>>();
        if flows.is_empty() {
            return Vec::new();
        }
        let view = View::of(case, recording, session);
        let told = |to_recorder| {
            let told = view.rtcp.iter().filter(|it| it.to_recorder == to_recorder);
            names(told.filter(|it| !it.from_recorder))
        };
        let judged = flows.into_iter().filter_map(|(place, flow)| {
            let mixture = Mixture { flow, client, there: told(true), here: told(false) };
            Some(match judge(case, &mixture)? {
                Ok(()) => Verdict::Pass,
                Err((at, seen)) => {
                    let seen = format!("stream {}: {seen}{}", place + 1, by_section(row));
                    Verdict::fail(row, at, seen)
                }
            })
        });
        judged.collect()
    })
}

fn is_mixture(flow: &Flow) -> bool {
    !flow.over().contributors.is_empty() || mixed(flow).nth(ENOUGH).is_some()
}

/// The packets in which several people are heard.
fn mixed(flow: &Flow) -> impl Iterator<Item = &RtpSeen> {
    flow.nearest_to_receiver().iter().filter(|it| it.sound == Sound::Mixed)
}

/// A mixer is a source of its own: it does not send under the number of one of those whom it mixes
/// (RFC 3550 section 7.1).
fn mixers_are_sources_of_their_own(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.timeline.flows().iter().filter(|flow| is_mixture(flow)).map(|flow| {
        let mut heard: BTreeMap<u32, Vec<Instant>> = BTreeMap::new();
        for packet in mixed(flow) {
            heard.entry(packet.ssrc).or_default().push(packet.at);
        }
        let heard = heard.into_iter().filter_map(|(ssrc, at)| Some((ssrc, *at.get(ENOUGH)?)));
        let listed = flow.over().contributors.iter().map(|it| (it.ssrc, it.from));
        let sender = case.host(flow.source);
        let mut borrowed = listed.chain(heard).filter(|(it, _)| case.ports.is_relayed(*it, sender));
        borrowed.next().map_or(Verdict::Pass, |(ssrc, at)| {
            let who = case.timeline.cast().label(flow.source);
            let seen = format!("{who} sent a mixture under {ssrc}, the number of somebody else");
            Verdict::fail("RFC3550-7.1-1", at, seen)
        })
    });
    judged.collect()
}

/// What several people are heard in says of whom it is (section 8.1.4).
fn says_of_whom(_: &Case<'_>, mixture: &Mixture<'_>) -> Option<Judged> {
    let over = mixture.flow.over();
    mixed(mixture.flow).next()?;
    let mut silent = mixed(mixture.flow).filter(|it| over.contributors(it).is_empty());
    Some(silent.nth(ENOUGH).map_or(Ok(()), |packet| {
        Err((packet.at, "several people are heard in it, and its packets list nobody".to_owned()))
    }))
}

/// Those who are listed are sources of the call (section 8.2.2), unless two of them have one number,
/// so that the client had to give another.
fn names_those_of_the_call(case: &Case<'_>, mixture: &Mixture<'_>) -> Option<Judged> {
    let to_client = case.timeline.flows().iter().filter(|flow| {
        case.host(flow.target) == mixture.client && case.host(flow.source) != mixture.client
    });
    let mut known: BTreeMap<u32, BTreeSet<Host>> = BTreeMap::new();
    for flow in to_client {
        let sender = case.host(flow.source);
        for packet in flow.nearest_to_receiver() {
            known.entry(packet.ssrc).or_default().insert(sender);
        }
    }
    if known.is_empty() || known.values().any(|senders| senders.len() > 1) {
        return None;
    }
    let strange = mixture.contributors().into_iter().find(|(csrc, _)| !known.contains_key(csrc));
    Some(strange.map_or(Ok(()), |(csrc, at)| {
        Err((at, format!("its packets list {csrc}, a source that is not in the call")))
    }))
}

/// Two names of the call are two names in the recording, and one is one (section 8.3.2).
fn keeps_names_apart(_: &Case<'_>, mixture: &Mixture<'_>) -> Option<Judged> {
    let listed = mixture.contributors();
    let told = listed.iter().filter_map(|(csrc, at)| {
        let (there, here) = (mixture.there.get(csrc)?.first()?, mixture.here.get(csrc)?.first()?);
        Some((*at, here, there))
    });
    let told: Vec<_> = told.collect();
    let pairs = told.iter().flat_map(|one| told.iter().map(move |other| (one, other)));
    let mut wrong = pairs.filter(|(one, other)| (one.1 == other.1) != (one.2 == other.2));
    (told.len() > 1).then(|| {
        wrong.next().map_or(Ok(()), |((at, one, there), (_, other, also))| {
            let seen = format!("{one} and {other} of the call are {there} and {also} in it");
            Err((*at, seen))
        })
    })
}

/// Whoever is listed has one name as long as the recording lasts (section 8.3.2).
fn has_one_name_for_each(_: &Case<'_>, mixture: &Mixture<'_>) -> Option<Judged> {
    let listed = mixture.contributors();
    let told = listed.iter().filter_map(|(csrc, at)| Some((*at, mixture.there.get(csrc)?)));
    let mut told = told.peekable();
    told.peek()?;
    Some(told.find(|(_, names)| names.len() > 1).map_or(Ok(()), |(at, names)| {
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        Err((at, format!("one of those whom it lists is called {}", names.join(" and "))))
    }))
}

/// Each of those who are listed has a number of their own, and the mixture another (section 8.3.2).
fn keeps_numbers_apart(_: &Case<'_>, mixture: &Mixture<'_>) -> Option<Judged> {
    let lists = mixture.lists();
    let shared = |list: &&Contributors| {
        let different: BTreeSet<_> = list.csrcs.iter().chain([&list.ssrc]).collect();
        different.len() <= list.csrcs.len()
    };
    (!lists.is_empty()).then(|| {
        lists.iter().find(shared).map_or(Ok(()), |list| {
            Err((
                list.from,
                "two of those whom it lists, or it and one, have one number".to_owned(),
            ))
        })
    })
}

/// What a row on names makes of each recording of two or more telephones' streams.
fn each_pair(
    case: &Case<'_>,
    row: &'static str,
    is_one: fn((u32, &str), (u32, &str)) -> bool,
    seen: &str,
) -> Vec<Verdict> {
    case.each_session(|recording, session| {
        let view = View::of(case, recording, session);
        let there = names(view.rtcp.iter().filter(|it| it.to_recorder));
        let here = names(view.rtcp.iter().filter(|it| !it.to_recorder && !it.from_recorder));
        // A mixture has the name of its mixer.
        let flows: Vec<_> = recording.streams.iter().flat_map(|it| &it.flows).collect();
        let says_of_whom = |ssrc| {
            let mut lists = flows.iter().flat_map(|it| &it.over().contributors);
            lists.any(|it| it.ssrc == ssrc)
        };
        let known: Vec<_> = view
            .streams
            .iter()
            .filter(|it| !says_of_whom(it.ssrc))
            .filter_map(|it| Some((it.place, (it.ssrc, there.get(&it.ssrc)?.last()?.as_str()))))
            .collect();
        let phones: BTreeSet<_> = here.values().flatten().collect();
        let mut pairs = known
            .iter()
            .enumerate()
            .flat_map(|(place, one)| known[place + 1..].iter().map(move |other| (one, other)))
            .filter(|(one, other)| one.0 != other.0)
            .peekable();
        if pairs.peek().is_none() || phones.len() < 2 {
            return Vec::new();
        }
        let same = pairs.find(|(one, other)| is_one(one.1, other.1));
        vec![match same {
            None => Verdict::Pass,
            Some(((place, (_, name)), (other, _))) => {
                let seen =
                    format!("streams {} and {} both are {name}: {seen}", place + 1, other + 1);
                Verdict::fail(row, view.end, seen + &by_section(row))
            }
        }]
    })
}

/// Two telephones' names stay two names (section 8.3.1).
fn names_stay_apart(case: &Case<'_>) -> Vec<Verdict> {
    let seen = "two telephones have become one name";
    each_pair(case, "RFC7866-8.3.1-2", |one, other| one.1 == other.1, seen)
}

/// Two sources stay two sources (section 8.3.1).
fn sources_stay_apart(case: &Case<'_>) -> Vec<Verdict> {
    let seen = "two telephones have become one source";
    each_pair(case, "RFC7866-8.3.1-3", |one, other| one == other, seen)
}

/// What is heard of two people in fewer packets may be where one begins to speak for the other.
const ENOUGH: usize = 10;
