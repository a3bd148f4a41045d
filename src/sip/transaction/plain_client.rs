//! The client transaction of every request but INVITE and ACK: RFC 3261 section 17.1.2.

use std::mem;

use bytes::Bytes;

use super::resend::Resend;
use super::{ClientOutput, Timers};
use crate::sip::Message;
use crate::time::Instant;

/// One request on its way, until no copy of its final response can come any more.
#[derive(Debug)]
pub(super) struct PlainClient {
    reliable: bool,
    timers: Timers,
    state: State,
}

/// Each timer lives in the state that needs it: to leave the state is to cancel it.
#[derive(Debug)]
enum State {
    /// Timer E resends over an unreliable transport at intervals that double, timer F gives up.
    Trying {
        payload: Bytes,
        resend: Option<Resend>,
        give_up: Instant,
    },
    /// The same, at intervals of T2.
    Proceeding {
        payload: Bytes,
        resend: Option<Resend>,
        give_up: Instant,
    },
    /// Timer K: later copies of the final response are dropped here.
    Completed {
        end: Instant,
    },
    Terminated,
}

impl PlainClient {
    /// Sends the request whose bytes are `payload`.
    pub(super) fn new(
        now: Instant,
        payload: Bytes,
        reliable: bool,
        timers: Timers,
        outputs: &mut Vec<ClientOutput>,
    ) -> Self {
        outputs.push(ClientOutput::Transmit(payload.clone()));
        let resend = (!reliable).then(|| Resend::after(now, timers.t1));
        let state = State::Trying { payload, resend, give_up: now + timers.give_up() };
        Self { reliable, timers, state }
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
            (
                State::Trying { payload, resend, give_up }
                | State::Proceeding { payload, resend, give_up },
                100..200,
            ) => {
                outputs.push(ClientOutput::Response(response));
                State::Proceeding { payload, resend, give_up }
            }
            (State::Trying { .. } | State::Proceeding { .. }, 200..) => {
                outputs.push(ClientOutput::Response(response));
                if self.reliable {
                    State::Terminated
                } else {
                    State::Completed { end: now + self.timers.t4 }
                }
            }
            // A copy, or a code below 100, says nothing new.
            (state, _) => state,
        };
    }

    /// Does what is due.
    pub(super) fn handle_timeout(&mut self, now: Instant, outputs: &mut Vec<ClientOutput>) {
        let state = mem::replace(&mut self.state, State::Terminated);
        self.state = match state {
            State::Trying { give_up, .. } | State::Proceeding { give_up, .. } if give_up <= now => {
                outputs.push(ClientOutput::TimedOut);
                State::Terminated
            }
            State::Trying { payload, resend: Some(resend), give_up } if resend.at <= now => {
                outputs.push(ClientOutput::Transmit(payload.clone()));
                let resend = Some(resend.doubled(self.timers.t2));
                State::Trying { payload, resend, give_up }
            }
            State::Proceeding { payload, resend: Some(resend), give_up } if resend.at <= now => {
                outputs.push(ClientOutput::Transmit(payload.clone()));
                let resend = Some(resend.every(self.timers.t2));
                State::Proceeding { payload, resend, give_up }
            }
            State::Completed { end } if end <= now => State::Terminated,
            state => state,
        };
    }

    /// Takes note that the transport failed (RFC 3261 section 17.1.4).
    pub(super) fn handle_transport_error(&mut self, outputs: &mut Vec<ClientOutput>) {
        if let State::Trying { .. } | State::Proceeding { .. } = self.state {
            outputs.push(ClientOutput::Unreachable);
        }
        self.state = State::Terminated;
    }

    /// When to call [`handle_timeout`](Self::handle_timeout).
    pub(super) fn deadline(&self) -> Option<Instant> {
        match &self.state {
            State::Trying { resend, give_up, .. } | State::Proceeding { resend, give_up, .. } => {
                Some(resend.map_or(*give_up, |resend| resend.at.min(*give_up)))
            }
            State::Completed { end } => Some(*end),
            State::Terminated => None,
        }
    }

    /// Whether it may be forgotten.
    pub(super) fn is_terminated(&self) -> bool {
        matches!(self.state, State::Terminated)
    }
}
