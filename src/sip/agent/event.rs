//! What an agent tells its owner.

use crate::sip::Message;
use crate::sip::flow::Flow;
use std::fmt;
use std::time::Duration;

/// A call, from its INVITE to its last event: whatever became of its dialogs.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct CallId(pub(super) u64);

/// A request, ours or theirs, that somebody still has to answer.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct RequestId(pub(super) u64);

/// A binding that is kept at a registrar.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct RegistrationId(pub(super) u64);

/// Something that its owner has to know, or to answer.
///
/// A call that came in begins with [`Incoming`](Self::Incoming). Every call, in or out, ends with
/// exactly one of [`Failed`](Self::Failed) and [`Ended`](Self::Ended), after which its id means
/// nothing any more.
#[derive(Clone, Debug)]
pub enum Event {
    /// An INVITE began a call. The owner rings, answers or rejects.
    Incoming {
        /// The new call.
        call: CallId,
        /// The INVITE.
        request: Message,
    },
    /// A provisional response other than 100 came to a call of ours. Where it was sent reliably
    /// its PRACK is already out, unless `offer` says that it has to bring an answer.
    Progress {
        /// The call.
        call: CallId,
        /// The response; its To tag tells one fork from another.
        response: Message,
        /// It brought an offer: the owner has to [`acknowledge`](super::UserAgent::acknowledge).
        offer: bool,
    },
    /// A call of ours was answered; its ACK is already out, unless `offer`.
    Answered {
        /// The call.
        call: CallId,
        /// The 2xx.
        response: Message,
        /// It brought an offer: the owner has to [`acknowledge`](super::UserAgent::acknowledge).
        offer: bool,
    },
    /// The ACK to a 2xx of ours came, or the PRACK to a provisional response that had carried our
    /// offer. Its body, if it has one, is the answer.
    Acknowledged {
        /// The call.
        call: CallId,
        /// The ACK or PRACK.
        request: Message,
    },
    /// A call of ours came to nothing.
    Failed {
        /// The call, which is over.
        call: CallId,
        /// The status: 408 where nobody answered, 503 where nobody could be reached.
        code: u16,
        /// The response, unless the code is our own.
        response: Option<Message>,
    },
    /// The peer wants to change the session (re-INVITE, UPDATE, or a PRACK with an offer): the
    /// owner has to [`respond`](super::UserAgent::respond).
    Modify {
        /// The call.
        call: CallId,
        /// What to respond to.
        id: RequestId,
        /// The request.
        request: Message,
    },
    /// A re-INVITE or UPDATE of ours was accepted; the ACK is already out, unless `offer`.
    Modified {
        /// The call.
        call: CallId,
        /// What [`reinvite`](super::UserAgent::reinvite) or
        /// [`update`](super::UserAgent::update) returned.
        id: RequestId,
        /// The 2xx.
        response: Message,
        /// It brought an offer: the owner has to [`acknowledge`](super::UserAgent::acknowledge).
        offer: bool,
    },
    /// A re-INVITE or UPDATE of ours was refused: the session is as it was before.
    ModifyFailed {
        /// The call.
        call: CallId,
        /// What [`reinvite`](super::UserAgent::reinvite) or
        /// [`update`](super::UserAgent::update) returned.
        id: RequestId,
        /// The status.
        code: u16,
        /// The response, unless the code is our own.
        response: Option<Message>,
    },
    /// The turn of a re-INVITE or UPDATE of ours has come, which had to wait, perhaps after a 491;
    /// but we have described the session otherwise since, and it was dropped. Who still wants it
    /// has to say it anew, as things are now.
    ModifyStale {
        /// The call.
        call: CallId,
        /// What [`reinvite`](super::UserAgent::reinvite) or
        /// [`update`](super::UserAgent::update) returned.
        id: RequestId,
    },
    /// An INFO came in a dialog: the owner has to [`respond`](super::UserAgent::respond).
    Info {
        /// The call.
        call: CallId,
        /// What to respond to.
        id: RequestId,
        /// The INFO.
        request: Message,
    },
    /// A call is over that had been answered, was given up by its caller, or was refused here.
    Ended {
        /// The call, which is over.
        call: CallId,
        /// Who or what ended it.
        why: Why,
        /// The BYE or CANCEL of the peer, with its Reason, if that was it.
        request: Option<Message>,
    },
    /// Any other request came: the owner has to [`respond`](super::UserAgent::respond).
    Request {
        /// What to respond to.
        id: RequestId,
        /// The call in whose dialog it came.
        call: Option<CallId>,
        /// The request.
        request: Message,
        /// Where it came from.
        flow: Flow,
    },
    /// A request of ours other than a re-INVITE or UPDATE came to its end.
    Response {
        /// What [`request`](super::UserAgent::request), [`info`](super::UserAgent::info) or
        /// [`request_within`](super::UserAgent::request_within) returned.
        id: RequestId,
        /// The call in whose dialog it was sent.
        call: Option<CallId>,
        /// The status: 408 where nobody answered, 503 where nobody could be reached.
        code: u16,
        /// The response, unless the code is our own.
        response: Option<Message>,
    },
    /// A registrar took or renewed our binding.
    Registered {
        /// Which.
        registration: RegistrationId,
        /// For how long, from now.
        expires: Duration,
        /// The 200.
        response: Message,
    },
    /// A registrar removed our binding, as we had asked.
    Unregistered {
        /// Which; its id means nothing any more.
        registration: RegistrationId,
    },
    /// A registrar refused or could not be reached. The agent tries again by itself later.
    RegistrationFailed {
        /// Which.
        registration: RegistrationId,
        /// The status: 408 where nobody answered, 503 where nobody could be reached.
        code: u16,
        /// The response, unless the code is our own.
        response: Option<Message>,
    },
}

/// Who or what ended a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Why {
    /// Our owner hung up, or refused it.
    HungUpHere,
    /// The peer sent BYE.
    HungUpThere,
    /// The caller sent CANCEL before we answered.
    Cancelled,
    /// Our 2xx, or our reliable provisional response, was never acknowledged.
    NotAcknowledged,
    /// The session timer ran out (RFC 4028 section 10), or the Expires of an INVITE that was not
    /// answered.
    Expired,
    /// A request within the dialog got this answer, which says that the dialog is gone: 481, or
    /// 408 (RFC 3261 section 12.2.1.2).
    Lost(u16),
}

impl Why {
    /// What the BYE says of it, if the peer could not know otherwise (RFC 3326).
    pub(super) fn reason(self) -> Option<String> {
        let cause = match self {
            Self::HungUpHere | Self::HungUpThere | Self::Cancelled => return None,
            Self::NotAcknowledged | Self::Expired => 408,
            Self::Lost(code) => code,
        };
        Some(format!("SIP;cause={cause};text=\"{self}\""))
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HungUpHere => f.write_str("hung up here"),
            Self::HungUpThere => f.write_str("hung up there"),
            Self::Cancelled => f.write_str("cancelled"),
            Self::NotAcknowledged => f.write_str("not acknowledged"),
            Self::Expired => f.write_str("expired"),
            Self::Lost(code) => write!(f, "lost ({code})"),
        }
    }
}
