//! Each stream of a dialog with what its two sides said of it, exchange by exchange, and who of them
//! sent what to whom.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use super::{Case, Lane, Talk};
use crate::ice::Remote;
use crate::sdp::{Attribute, Description, MediaDescription};
use crate::time::Instant;

/// What one side said of a stream.
#[derive(Clone, Copy, Debug)]
pub(super) struct Half<'a> {
    pub(super) description: &'a Description,
    pub(super) medium: &'a MediaDescription,
}

/// What both sides said of a stream in an offer and its answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exchange<'a> {
    /// Whether the side that began the dialog made the offer.
    pub(super) by_caller: bool,
    pub(super) caller: Half<'a>,
    pub(super) callee: Half<'a>,
    /// Where the offer stands among all that was said.
    pub(super) offered: usize,
    /// Where the answer stands there.
    pub(super) answered: usize,
}

/// A stream of a dialog.
#[derive(Clone, Debug)]
pub(super) struct Stream<'a> {
    /// The dialog, as its place in [`Case::talks`].
    pub(super) talk: usize,
    /// Which stream of it, from 0.
    pub(super) medium: usize,
    /// The exchanges that were answered; never none.
    pub(super) exchanges: Vec<Exchange<'a>>,
}

impl<'a> Half<'a> {
    /// What holds for the stream: its own attributes, then those of the session.
    pub(super) fn attributes(self) -> impl Iterator<Item = &'a Attribute> {
        self.medium.attributes.iter().chain(&self.description.attributes)
    }

    /// The value of the first attribute of a name; empty, if it is there without one.
    pub(super) fn value(self, name: &str) -> Option<&'a str> {
        let own = self.attributes().find(|it| it.name == name)?;
        Some(own.value.as_deref().unwrap_or_default().trim())
    }

    /// What it said of ICE, if it speaks it.
    pub(super) fn ice(self) -> Option<Remote> {
        let all = self.attributes().map(|it| (it.name.as_str(), it.value.as_deref()));
        Remote::read(all, self.medium.rtp_address())
    }

    /// Where it takes RTP: the address that it gave, and those that it would rather have.
    pub(super) fn addresses(self) -> BTreeSet<SocketAddr> {
        let candidates = self.ice().map(|it| it.candidates).unwrap_or_default();
        let own = candidates.into_iter().filter(|(component, _)| *component == 1);
        own.map(|(_, address)| address).chain(self.medium.rtp_address()).collect()
    }
}

impl<'a> Exchange<'a> {
    pub(super) fn half(&self, of_caller: bool) -> Half<'a> {
        if of_caller { self.caller } else { self.callee }
    }

    pub(super) fn is_open(&self) -> bool {
        !self.caller.medium.is_disabled() && !self.callee.medium.is_disabled()
    }
}

impl Stream<'_> {
    /// Where one side took RTP, whenever.
    pub(super) fn addresses(&self, of_caller: bool) -> BTreeSet<SocketAddr> {
        self.exchanges.iter().flat_map(|it| it.half(of_caller).addresses()).collect()
    }

    /// Where one side took RTP and RTCP, as its addresses say, whenever.
    pub(super) fn wanted(&self, of_caller: bool) -> BTreeSet<SocketAddr> {
        let media = self.exchanges.iter().map(|it| it.half(of_caller).medium);
        media.flat_map(MediaDescription::addresses).collect()
    }

    /// The ways that the media of one side takes.
    pub(super) fn lanes<'b, 'a>(
        &self,
        case: &'b Case<'a>,
        from_caller: bool,
    ) -> impl DoubleEndedIterator<Item = &'b Lane<'a>> + use<'b, 'a> {
        let own = (self.talk, self.medium, from_caller);
        case.lanes.iter().filter(move |it| (it.talk, it.medium, it.from_caller) == own)
    }

    /// Whether a packet from one address to another is of the side that began the dialog; nothing,
    /// if it is not of this stream.
    pub(super) fn is_from_caller(&self, source: SocketAddr, target: SocketAddr) -> Option<bool> {
        [true, false].into_iter().find(|from_caller| {
            let (own, theirs) = (self.addresses(*from_caller), self.addresses(!from_caller));
            let is_own = own.iter().any(|it| it.ip() == source.ip()) && !theirs.contains(&source);
            is_own && theirs.contains(&target) && !own.contains(&target)
        })
    }

    /// From the first word of the dialog to the last.
    pub(super) fn span(&self, case: &Case<'_>) -> (Instant, Instant) {
        let talk = &case.talks[self.talk];
        let first = talk.said.first().map(|place| case.at(*place).at).unwrap_or_default();
        (first, talk.ended.map_or(case.end, |ended| case.at(ended).at))
    }
}

/// Every stream that was offered and answered.
pub(super) fn streams<'a>(talks: &[Talk<'a>]) -> Vec<Stream<'a>> {
    let mut streams: BTreeMap<(usize, usize), Vec<Exchange<'a>>> = BTreeMap::new();
    for (talk, it) in talks.iter().enumerate() {
        for offered in &it.offers {
            let Some((answer, answered)) = offered.answer else { continue };
            let pairs = offered.offer.media.iter().zip(&answer.media).enumerate();
            for (medium, (ours, theirs)) in pairs {
                let offer = Half { description: offered.offer, medium: ours };
                let answer = Half { description: answer, medium: theirs };
                let by_caller = offered.by_caller;
                let (caller, callee) = if by_caller { (offer, answer) } else { (answer, offer) };
                let place = offered.offered;
                let exchange = Exchange { by_caller, caller, callee, offered: place, answered };
                streams.entry((talk, medium)).or_default().push(exchange);
            }
        }
    }
    let each = streams.into_iter();
    each.map(|((talk, medium), exchanges)| Stream { talk, medium, exchanges }).collect()
}
