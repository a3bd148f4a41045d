//! The INVITE client transaction: RFC 3261 section 17.1.1 with the Accepted state of RFC 6026.

use std::mem;
use std::time::Duration;

use bytes::Bytes;

use super::resend::Resend;
use super::{ClientOutput, Timers, derived};
use crate::sip::Message;
use crate::time::Instant;

/// One INVITE on its way, until no copy of its final response can come any more.
#[derive(Debug)]
pub(super) struct InviteClient {
    invite: Message,
    reliable: bool,
    timers: Timers,
    state: State,
}

/// Each timer lives in the state that needs it: to leave the state is to cancel it.
#[derive(Debug)]
enum State {
    /// Timer A resends over an unreliable transport, timer B gives up.
    Calling {
        payload: Bytes,
        resend: Option<Resend>,
        give_up: Instant,
    },
    /// No limit, until there was a CANCEL.
    Proceeding {
        give_up: Option<Instant>,
    },
    /// Timer M: later copies of the 2xx still go up, to be acknowledged there.
    Accepted {
        end: Instant,
    },
    /// Timer D: later copies of the refusal are acknowledged here.
    Completed {
        ack: Bytes,
        end: Instant,
    },
    Terminated,
}

impl InviteClient {
    /// Sends `invite`, whose bytes are `payload`.
    pub(super) fn new(
        now: Instant,
        invite: Message,
        payload: Bytes,
        reliable: bool,
        timers: Timers,
        outputs: &mut Vec<ClientOutput>,
    ) -> Self {
        outputs.push(ClientOutput::Transmit(payload.clone()));
        let resend = (!reliable).then(|| Resend::after(now, timers.t1));
        let state = State::Calling { payload, resend, give_up: now + timers.give_up() };
        Self { invite, reliable, timers, state }
    }

    /// The INVITE, which ACK and CANCEL are made from.
    pub(super) fn invite(&self) -> &Message {
        &self.invite
    }

    /// Whether a provisional response came and no final one: only then may a CANCEL be sent (RFC
    /// 3261 section 9.1).
    pub(super) fn is_proceeding(&self) -> bool {
        matches!(self.state, State::Proceeding { .. })
    }

    /// Takes a response of the transaction.
    pub(super) fn handle_response(
        &mut self,
        now: Instant,
        code: u16,
        response: Message,
        outputs: &mut Vec<ClientOutput>,
    ) {
        let state = mem::replace(&mut self.state, State::Terminated);
        self.state = match (state, code) {
            (State::Calling { .. }, 100..200) => {
                outputs.push(ClientOutput::Response(response));
                State::Proceeding { give_up: None }
            }
            (State::Proceeding { give_up }, 100..200) => {
                outputs.push(ClientOutput::Response(response));
                State::Proceeding { give_up }
            }
            (State::Calling { .. } | State::Proceeding { .. }, 200..300) => {
                outputs.push(ClientOutput::Response(response));
                State::Accepted { end: now + self.timers.give_up() }
            }
            // RFC 6026 section 7.2: copies and other forks' 2xx go up, each to its own ACK.
            (State::Accepted { end }, 200..300) => {
                outputs.push(ClientOutput::Response(response));
                State::Accepted { end }
            }
            (State::Calling { .. } | State::Proceeding { .. }, 300..) => {
                // RFC 3261 section 17.1.1.2: acknowledged here, even over a reliable transport.
                let ack = derived::ack(&self.invite, &response).to_bytes();
                outputs.push(ClientOutput::Transmit(ack.clone()));
                outputs.push(ClientOutput::Response(response));
                match self.timer_d() {
                    Duration::ZERO => State::Terminated,
                    timer_d => State::Completed { ack, end: now + timer_d },
                }
            }
            (State::Completed { ack, end }, 300..) => {
                outputs.push(ClientOutput::Transmit(ack.clone()));
                State::Completed { ack, end }
            }
            // A response after a better one, or below 100, says nothing new.
            (state, _) => state,
        };
    }

    /// Does what is due.
    pub(super) fn handle_timeout(&mut self, now: Instant, outputs: &mut Vec<ClientOutput>) {
        let state = mem::replace(&mut self.state, State::Terminated);
        self.state = match state {
            State::Calling { give_up, .. } if give_up <= now => {
                outputs.push(ClientOutput::TimedOut);
                State::Terminated
            }
            State::Calling { payload, resend: Some(resend), give_up } if resend.at <= now => {
                outputs.push(ClientOutput::Transmit(payload.clone()));
                let resend = Some(resend.doubled(Duration::MAX));
                State::Calling { payload, resend, give_up }
            }
            State::Proceeding { give_up: Some(give_up) } if give_up <= now => {
                outputs.push(ClientOutput::TimedOut);
                State::Terminated
            }
            State::Accepted { end } | State::Completed { end, .. } if end <= now => {
                State::Terminated
            }
            state => state,
        };
    }

    /// Takes note of a CANCEL: without a final response within 64*T1 the transaction is over
    /// (RFC 3261 section 9.1).
    pub(super) fn handle_cancel(&mut self, now: Instant) {
        if let State::Proceeding { give_up: give_up @ None } = &mut self.state {
            *give_up = Some(now + self.timers.give_up());
        }
    }

    /// Takes note that the transport failed (RFC 3261 section 17.1.4).
    pub(super) fn handle_transport_error(&mut self, outputs: &mut Vec<ClientOutput>) {
        if let State::Calling { .. } | State::Proceeding { .. } = self.state {
            outputs.push(ClientOutput::Unreachable);
        }
        self.state = State::Terminated;
    }

    /// When to call [`handle_timeout`](Self::handle_timeout).
    pub(super) fn deadline(&self) -> Option<Instant> {
        match &self.state {
            State::Calling { resend: Some(resend), give_up, .. } => Some(resend.at.min(*give_up)),
            State::Calling { resend: None, give_up, .. } => Some(*give_up),
            State::Proceeding { give_up } => *give_up,
            State::Accepted { end } | State::Completed { end, .. } => Some(*end),
            State::Terminated => None,
        }
    }

    /// Whether it may be forgotten.
    pub(super) fn is_terminated(&self) -> bool {
        matches!(self.state, State::Terminated)
    }

    /// RFC 3261 section 17.1.1.2: as long as the server may resend, whose T1 we do not know.
    fn timer_d(&self) -> Duration {
        if self.reliable { Duration::ZERO } else { self.timers.give_up().max(TIMER_D_LEAST) }
    }
}

const TIMER_D_LEAST: Duration = Duration::from_secs(32);
