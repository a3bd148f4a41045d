//! Dialogs told by their tags (RFC 3261 section 12), and the offers and answers in each (RFC
//! 3264).

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use super::said::Said;
use crate::evidence::{Kind, Timeline};
use crate::packet::Transport;
use crate::sdp::Description;
use crate::sip::Method;

/// A dialog that an INVITE began, or tried to: places in [`Case::said`](super::Case::said).
#[derive(Clone, Debug)]
pub struct Talk<'a> {
    /// The Call-ID.
    pub call_id: &'a str,
    /// The tag of whoever began it, and that of the other side.
    pub tags: (String, String),
    /// All that was said in it, in order; the first INVITE first.
    pub said: Vec<usize>,
    /// The first 2xx to INVITE.
    pub confirmed: Option<usize>,
    /// The first BYE.
    pub ended: Option<usize>,
    /// Whether it is with a recorder.
    pub recording: bool,
    /// Its offers, in order.
    pub offers: Vec<Offered<'a>>,
}

/// An offer, and what became of it.
#[derive(Clone, Debug)]
pub struct Offered<'a> {
    /// The offer.
    pub offer: &'a Description,
    /// What brought it.
    pub offered: usize,
    /// Whether the side that began the dialog made it.
    pub by_caller: bool,
    /// The answer, and what brought it.
    pub answer: Option<(&'a Description, usize)>,
    /// What refused it.
    pub refused: Option<usize>,
}

impl<'a> Talk<'a> {
    /// Whether the side that began the dialog sent a message of it.
    pub fn is_from_caller(&self, said: &Said<'_>) -> bool {
        (said.from_tag.as_deref() == Some(&self.tags.0)) == said.is_request()
    }

    /// The requests of one side but ACK and CANCEL, each once, in order.
    pub fn requests<'b>(
        &'b self,
        said: &'b [Said<'a>],
        by_caller: bool,
    ) -> impl Iterator<Item = &'b Said<'a>> {
        let mut seen: BTreeSet<(u32, &Method)> = BTreeSet::new();
        self.said.iter().map(|place| &said[*place]).filter(move |it| {
            let is_own = it.is_request() && self.is_from_caller(it) == by_caller;
            let counts = is_own && !matches!(it.method, Method::Ack | Method::Cancel);
            let Some(number) = it.cseq.filter(|_| counts) else { return false };
            seen.insert((number, &it.method))
        })
    }

    /// What one side said of itself, in offers and in answers, and where; in order.
    pub fn descriptions(&self, of_caller: bool) -> Vec<(&'a Description, usize)> {
        let own = self.offers.iter().filter_map(|it| {
            if it.by_caller == of_caller { Some((it.offer, it.offered)) } else { it.answer }
        });
        let mut own: Vec<_> = own.collect();
        own.sort_by_key(|(_, place)| *place);
        own
    }
}

/// Every dialog of a timeline.
pub(super) fn talks<'a>(timeline: &Timeline, said: &[Said<'a>]) -> Vec<Talk<'a>> {
    let mut all: Vec<Talk<'a>> = Vec::new();
    // By Call-ID and both tags, in either order, and by who speaks with whom: behind a proxy the
    // same dialog is another conversation, about other media.
    let mut known: BTreeMap<(Ends, &str, &str, &str), usize> = BTreeMap::new();
    // What was said before the other side had a tag.
    let mut early: BTreeMap<(Ends, &str, &str), Vec<usize>> = BTreeMap::new();
    let refusals = refusals(said);
    for (place, one) in said.iter().enumerate() {
        let between = between(one);
        let Some(from) = one.from_tag.as_deref() else { continue };
        let Some(to) = one.to_tag.as_deref() else {
            early.entry((between, one.call_id, from)).or_default().push(place);
            continue;
        };
        let keys = [(between, one.call_id, from, to), (between, one.call_id, to, from)];
        let found = keys.iter().find_map(|key| known.get(key)).copied();
        if let Some(found) = found {
            all[found].said.push(place);
            continue;
        }
        // What was refused before begins nothing: whoever tries again begins another dialog.
        let lasts = |it: &&usize| {
            let refused = said[**it].asked.and_then(|asked| refusals.get(&asked));
            refused.is_none_or(|refused| *refused >= place)
        };
        let before = early.get(&(between, one.call_id, from)).into_iter().flatten();
        let before: Vec<usize> = before.filter(lasts).copied().collect();
        let begins = before.first().is_some_and(|first| said[*first].is(&Method::Invite));
        if !begins || one.is_request() && one.method != Method::Invite && before.is_empty() {
            continue;
        }
        known.insert((between, one.call_id, from, to), all.len());
        let ends = before.first().map(|first| [said[*first].source(), said[*first].target()]);
        let recorder = |it| timeline.cast().is(it, Kind::Recorder);
        all.push(Talk {
            call_id: one.call_id,
            tags: (from.to_owned(), to.to_owned()),
            said: before.into_iter().chain([place]).collect(),
            confirmed: None,
            ended: None,
            recording: ends.is_some_and(|ends| ends.into_iter().any(recorder)),
            offers: Vec::new(),
        });
    }
    for talk in &mut all {
        finish(talk, said);
    }
    all
}

/// Where each INVITE was refused first, by its transaction.
fn refusals(said: &[Said<'_>]) -> BTreeMap<usize, usize> {
    let refuses = |it: &Said<'_>| it.method == Method::Invite && it.is_answer(300, 699);
    let refusals = said.iter().enumerate().rev().filter(|(_, it)| refuses(it));
    refusals.filter_map(|(place, it)| Some((it.asked?, place))).collect()
}

/// Who speaks with whom.
type Ends = (SocketAddr, SocketAddr);

/// The two ends of a message, in one order both ways: by host, and where both are on one host, by
/// port.
fn between(said: &Said<'_>) -> Ends {
    let (source, target) = (said.source(), said.target());
    let is_one_host = source.ip() == target.ip() && said.sighting.transport == Transport::Udp;
    let end = |it: SocketAddr| if is_one_host { it } else { SocketAddr::new(it.ip(), 0) };
    let (one, other) = (end(source), end(target));
    (one.min(other), one.max(other))
}

fn finish<'a>(talk: &mut Talk<'a>, said: &[Said<'a>]) {
    let first =
        |is: &dyn Fn(&Said<'_>) -> bool| talk.said.iter().copied().find(|place| is(&said[*place]));
    talk.confirmed = first(&|it| it.method == Method::Invite && it.is_answer(200, 299));
    talk.ended = first(&|it| it.is(&Method::Bye));
    let mut offers: Vec<Offered<'a>> = Vec::new();
    // Which offer each transaction is about.
    let mut about: BTreeMap<usize, usize> = BTreeMap::new();
    for place in talk.said.iter().copied() {
        let one = &said[place];
        let Some(asked) = one.asked else { continue };
        let by_caller = talk.is_from_caller(one);
        let sdp: Option<&'a Description> = one.sighting.description().map(|(_, sdp)| sdp);
        let known = about.get(&asked).copied();
        match (sdp, known) {
            (None, Some(known)) if one.is_answer(300, 699) && offers[known].answer.is_none() => {
                offers[known].refused.get_or_insert(place);
            }
            (Some(sdp), Some(known)) => {
                let open = &mut offers[known];
                if open.by_caller != by_caller && open.answer.is_none() && open.refused.is_none() {
                    open.answer = Some((sdp, place));
                }
            }
            (Some(sdp), None) => {
                // A PRACK answers what a provisional response offered.
                let open = offers.last_mut().filter(|it| {
                    let waits = it.answer.is_none() && it.refused.is_none();
                    waits && it.by_caller != by_caller && !said[it.offered].is_request()
                });
                match open {
                    Some(open) if one.is(&Method::Prack) || one.is(&Method::Ack) => {
                        open.answer = Some((sdp, place));
                    }
                    // An answer to nothing that was seen.
                    _ if one.is(&Method::Ack) => {}
                    _ => {
                        about.insert(asked, offers.len());
                        offers.push(Offered {
                            offer: sdp,
                            offered: place,
                            by_caller,
                            answer: None,
                            refused: None,
                        });
                    }
                }
            }
            (None, _) => {}
        }
    }
    talk.offers = offers;
}
