//! One sending of a message, and what its headers say: read once for all rules.

use std::net::SocketAddr;

use crate::evidence::{Carried, Sighting};
use crate::sip::{Malformed, Message, Method};
use crate::time::Instant;

/// One sending of a message.
#[derive(Clone, Debug)]
pub struct Said<'a> {
    /// Its place among all signalling that was seen, from 1.
    pub number: usize,
    /// As it was seen.
    pub sighting: &'a Sighting,
    /// The message.
    pub message: &'a Message,
    /// What is against the grammar in it.
    pub flaw: Option<Malformed>,
    /// When it left.
    pub at: Instant,
    /// When it reached its target, if it did.
    pub arrived: Option<Instant>,
    /// The method of the transaction: that of the start line, or else of `CSeq`.
    pub method: Method,
    /// The status; nothing, if it is a request.
    pub code: Option<u16>,
    /// The number in `CSeq`.
    pub cseq: Option<u32>,
    /// The Call-ID; empty, if there is none.
    pub call_id: &'a str,
    /// The branch of the topmost Via.
    pub branch: Option<String>,
    /// The tag in From.
    pub from_tag: Option<String>,
    /// The tag in To.
    pub to_tag: Option<String>,
    /// The transaction that it belongs to.
    pub asked: Option<usize>,
}

impl<'a> Said<'a> {
    pub(super) fn of(carried: Carried<'a>) -> Self {
        let Carried { number, sighting, message, arrived, .. } = carried;
        let cseq = message.cseq().ok();
        let of_cseq = || cseq.as_ref().map(|it| it.method.clone());
        let method = message.method().cloned().or_else(of_cseq);
        Self {
            number,
            sighting,
            message,
            flaw: message.check().err(),
            at: sighting.at,
            arrived,
            method: method.unwrap_or_else(|| Method::Other("?".to_owned())),
            code: message.code(),
            cseq: cseq.map(|it| it.number),
            call_id: message.call_id().unwrap_or_default(),
            branch: message.via().ok().and_then(|via| via.branch().map(str::to_owned)),
            from_tag: message.from().ok().and_then(|it| it.tag().map(str::to_owned)),
            to_tag: message.to().ok().and_then(|it| it.tag().map(str::to_owned)),
            asked: None,
        }
    }

    /// Whether it is a request.
    pub fn is_request(&self) -> bool {
        self.code.is_none()
    }

    /// Whether it is a request of this method.
    pub fn is(&self, method: &Method) -> bool {
        self.is_request() && self.method == *method
    }

    /// Whether it is a response with a status from `from` to `to`.
    pub fn is_answer(&self, from: u16, to: u16) -> bool {
        self.code.is_some_and(|code| (from..=to).contains(&code))
    }

    /// Where it came from.
    pub fn source(&self) -> SocketAddr {
        self.sighting.source
    }

    /// Where it was going.
    pub fn target(&self) -> SocketAddr {
        self.sighting.target
    }

    /// What it is, in short: `an INVITE`, `200 to INVITE`.
    pub fn title(&self) -> String {
        match self.code {
            None => self.method.to_string(),
            Some(code) => format!("{code} to {}", self.method),
        }
    }

    /// The tokens in all headers of a name, in lower case; none where they cannot be read.
    pub fn tokens(&self, name: &'static str) -> Vec<String> {
        let tokens = self.message.tokens(name).map(|it| it.0).unwrap_or_default();
        tokens.into_iter().map(|it| it.to_ascii_lowercase()).collect()
    }
}
