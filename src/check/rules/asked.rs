//! Transactions: a request, however often it was sent, and what was answered to it.

use std::collections::BTreeMap;

use super::Case;
use super::said::Said;
use crate::evidence::Transaction;
use crate::sip::Method;

/// A transaction: places in [`Case::said`].
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The request, first sending first; never empty.
    pub requests: Vec<usize>,
    /// What was answered, in the order in which it was sent.
    pub responses: Vec<usize>,
    /// The ACKs, to whatever final response: with the branch of the request, or with its number in
    /// `CSeq`.
    pub acks: Vec<usize>,
}

impl Asked {
    /// The request as it was sent first.
    pub fn request<'b, 'a>(&self, case: &'b Case<'a>) -> &'b Said<'a> {
        case.at(self.requests[0])
    }

    /// The first final response.
    pub fn outcome<'b, 'a>(&self, case: &'b Case<'a>) -> Option<&'b Said<'a>> {
        self.responses.iter().map(|it| case.at(*it)).find(|it| it.is_answer(200, 699))
    }

    /// Its status.
    pub fn code(&self, case: &Case<'_>) -> Option<u16> {
        self.outcome(case)?.code
    }

    pub(super) fn transaction<'a>(&self, said: &[Said<'a>]) -> Transaction<'a> {
        let sightings = |places: &[usize]| places.iter().map(|it| said[*it].sighting).collect();
        let same = |place: &&usize| said[**place].branch == said[self.requests[0]].branch;
        let acks: Vec<_> = self.acks.iter().filter(same).copied().collect();
        Transaction {
            requests: sightings(&self.requests),
            responses: sightings(&self.responses),
            acks: sightings(&acks),
        }
    }
}

/// Call-ID, number, method and caller: what is the same in a request and in what answers it.
type Number = (String, u32, Method, Option<String>);

/// Sorts messages into transactions. A response belongs to the request whose branch it has (RFC
/// 3261 section 17.1.3); failing that, and so that it can be told that it lacks the branch, to the
/// one with the same Call-ID, `CSeq` and caller.
pub(super) fn asked(said: &mut [Said<'_>]) -> Vec<Asked> {
    let mut all: Vec<Asked> = Vec::new();
    let mut by_branch: BTreeMap<(String, bool), Vec<usize>> = BTreeMap::new();
    let mut by_number: BTreeMap<Number, Vec<usize>> = BTreeMap::new();
    for place in 0..said.len() {
        let one = &said[place];
        let is_ack = one.method == Method::Ack;
        let method = if is_ack { Method::Invite } else { one.method.clone() };
        let branch = one.branch.clone().map(|it| (it, method == Method::Cancel));
        let number = one
            .cseq
            .map(|number| (one.call_id.to_owned(), number, method.clone(), one.from_tag.clone()));
        // Where a branch is not unique, the last request with it that fits best is meant.
        let fits = |it: &&usize| {
            let request = &said[all[**it].requests[0]];
            request.cseq == one.cseq && request.call_id == one.call_id && request.method == method
        };
        let with_branch = branch.as_ref().and_then(|it| by_branch.get(it));
        let best = with_branch.and_then(|them| them.iter().rev().find(fits)).copied();
        let found = if one.is_request() && !is_ack {
            best
        } else {
            let any = || with_branch.and_then(|them| them.last()).copied().filter(|_| !is_ack);
            let numbered = || {
                let them = by_number.get(number.as_ref()?)?;
                let from = |it: &&usize| {
                    let request = &said[all[**it].requests[0]];
                    let back = (request.source(), request.target());
                    let ends = (one.source(), one.target());
                    ends.0 == back.0 || ends == (back.1, back.0)
                };
                them.iter().rev().find(from).or(them.last()).copied()
            };
            best.or_else(any).or_else(numbered)
        };
        let found = match found {
            Some(found) => found,
            None if one.is_request() && !is_ack => {
                all.push(Asked::default());
                by_branch.extend(
                    branch
                        .clone()
                        .map(|it| (it, Vec::new()))
                        .filter(|(it, _)| !by_branch.contains_key(it)),
                );
                let new = all.len() - 1;
                if let Some(them) = branch.and_then(|it| by_branch.get_mut(&it)) {
                    them.push(new);
                }
                if let Some(number) = number {
                    by_number.entry(number).or_default().push(new);
                }
                new
            }
            None => continue,
        };
        let list = match (is_ack, one.is_request()) {
            (true, _) => &mut all[found].acks,
            (_, true) => &mut all[found].requests,
            _ => &mut all[found].responses,
        };
        list.push(place);
        said[place].asked = Some(found);
    }
    all
}
