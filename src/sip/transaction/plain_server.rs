//! The server transaction of every request but INVITE and ACK: RFC 3261 section 17.2.2 with the
//! restraint of RFC 4320.

use std::mem;

use bytes::Bytes;

use super::{ServerOutput, Timers};
use crate::time::Instant;

/// One request that came, until no copy of it can come any more.
#[derive(Debug)]
pub(super) struct PlainServer {
    reliable: bool,
    timers: Timers,
    state: State,
}

/// Each timer lives in the state that needs it: to leave the state is to cancel it.
#[derive(Debug)]
enum State {
    /// Nothing was said yet; 100 is due when the client's interval reaches T2. After 64*T1 the
    /// client has given up, and so do we.
    Trying {
        trying: Instant,
        give_up: Instant,
    },
    /// The last provisional response, for whoever asks again.
    Proceeding {
        last: Bytes,
        give_up: Instant,
    },
    /// Timer J: copies of the request get the same response again.
    Completed {
        last: Bytes,
        end: Instant,
    },
    Terminated,
}

impl PlainServer {
    /// A request has come.
    pub(super) fn new(now: Instant, reliable: bool, timers: Timers) -> Self {
        let trying = now + timers.trying_later();
        let state = State::Trying { trying, give_up: now + timers.give_up() };
        Self { reliable, timers, state }
    }

    /// Sends a response of the transaction user.
    pub(super) fn send(
        &mut self,
        now: Instant,
        code: u16,
        response: Bytes,
        outputs: &mut Vec<ServerOutput>,
    ) {
        let state = mem::replace(&mut self.state, State::Terminated);
        self.state = match (state, code) {
            (State::Trying { give_up, .. } | State::Proceeding { give_up, .. }, 100..200) => {
                outputs.push(ServerOutput::Transmit(response.clone()));
                State::Proceeding { last: response, give_up }
            }
            (State::Trying { .. } | State::Proceeding { .. }, 200..) => {
                outputs.push(ServerOutput::Transmit(response.clone()));
                if self.reliable {
                    State::Terminated
                } else {
                    State::Completed { last: response, end: now + self.timers.give_up() }
                }
            }
            // RFC 3261 section 17.2.2: any other final response is discarded.
            (state, _) => state,
        };
    }

    /// Takes a copy of the request.
    pub(super) fn handle_retransmission(&mut self, outputs: &mut Vec<ServerOutput>) {
        match &self.state {
            State::Proceeding { last, .. } | State::Completed { last, .. } => {
                outputs.push(ServerOutput::Transmit(last.clone()));
            }
            State::Trying { .. } | State::Terminated => {}
        }
    }

    /// Does what is due.
    pub(super) fn handle_timeout(&mut self, now: Instant, outputs: &mut Vec<ServerOutput>) {
        let state = mem::replace(&mut self.state, State::Terminated);
        self.state = match state {
            // RFC 4320 section 4.2: no 408; a late final response would only be discarded.
            State::Trying { give_up, .. } | State::Proceeding { give_up, .. } if give_up <= now => {
                State::Terminated
            }
            // The response comes back through `send`, and ends the silence.
            State::Trying { trying, give_up } if trying <= now => {
                outputs.push(ServerOutput::Trying);
                State::Trying { trying, give_up }
            }
            State::Completed { end, .. } if end <= now => State::Terminated,
            state => state,
        };
    }

    /// When to call [`handle_timeout`](Self::handle_timeout).
    pub(super) fn deadline(&self) -> Option<Instant> {
        match &self.state {
            State::Trying { trying, give_up } => Some(*trying.min(give_up)),
            State::Proceeding { give_up, .. } => Some(*give_up),
            State::Completed { end, .. } => Some(*end),
            State::Terminated => None,
        }
    }

    /// Whether no final response was sent yet.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.state, State::Trying { .. } | State::Proceeding { .. })
    }

    /// Whether it may be forgotten.
    pub(super) fn is_terminated(&self) -> bool {
        matches!(self.state, State::Terminated)
    }
}
