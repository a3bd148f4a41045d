//! The INVITE server transaction: RFC 3261 section 17.2.1 with the Accepted state of RFC 6026.

use std::mem;

use bytes::Bytes;

use super::resend::Resend;
use super::{ServerOutput, Timers};
use crate::sip::Message;
use crate::time::Instant;

/// One INVITE that came, until no copy of it or of its ACK can come any more.
#[derive(Debug)]
pub(super) struct InviteServer {
    reliable: bool,
    timers: Timers,
    state: State,
}

/// Each timer lives in the state that needs it: to leave the state is to cancel it.
#[derive(Debug)]
enum State {
    /// Nothing was said yet; 100 is due soon.
    Silent {
        trying: Instant,
    },
    /// The last provisional response, for whoever asks again.
    Proceeding {
        last: Bytes,
    },
    /// Timer L: copies of the INVITE are dropped here, the 2xx is repeated from above.
    Accepted {
        end: Instant,
    },
    /// Timer G resends over an unreliable transport, timer H gives up.
    Completed {
        last: Bytes,
        resend: Option<Resend>,
        give_up: Instant,
    },
    /// Timer I: copies of the ACK are dropped here.
    Confirmed {
        end: Instant,
    },
    Terminated,
}

impl InviteServer {
    /// An INVITE has come.
    pub(super) fn new(now: Instant, reliable: bool, timers: Timers) -> Self {
        Self { reliable, timers, state: State::Silent { trying: now + TRYING } }
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
            (State::Silent { .. } | State::Proceeding { .. }, 100..200) => {
                outputs.push(ServerOutput::Transmit(response.clone()));
                State::Proceeding { last: response }
            }
            (State::Silent { .. } | State::Proceeding { .. }, 200..300) => {
                outputs.push(ServerOutput::Transmit(response));
                State::Accepted { end: now + self.timers.give_up() }
            }
            // RFC 6026 section 7.1: the transaction user repeats its 2xx through here.
            (State::Accepted { end }, 200..300) => {
                outputs.push(ServerOutput::Transmit(response));
                State::Accepted { end }
            }
            (State::Silent { .. } | State::Proceeding { .. }, 300..) => {
                outputs.push(ServerOutput::Transmit(response.clone()));
                State::Completed {
                    last: response,
                    resend: (!self.reliable).then(|| Resend::after(now, self.timers.t1)),
                    give_up: now + self.timers.give_up(),
                }
            }
            // Nothing can be added to a final response.
            (state, _) => state,
        };
    }

    /// Takes a copy of the INVITE.
    pub(super) fn handle_retransmission(&mut self, outputs: &mut Vec<ServerOutput>) {
        match &self.state {
            State::Silent { .. } => outputs.push(ServerOutput::Trying),
            State::Proceeding { last } | State::Completed { last, .. } => {
                outputs.push(ServerOutput::Transmit(last.clone()));
            }
            // RFC 6026 section 7.1: absorbed, for the 2xx is repeated anyway; and after an ACK
            // the copy is only late.
            State::Accepted { .. } | State::Confirmed { .. } | State::Terminated => {}
        }
    }

    /// Takes an ACK that matches the transaction.
    pub(super) fn handle_ack(
        &mut self,
        now: Instant,
        ack: Message,
        outputs: &mut Vec<ServerOutput>,
    ) {
        match &self.state {
            State::Completed { .. } if self.reliable => self.state = State::Terminated,
            State::Completed { .. } => self.state = State::Confirmed { end: now + self.timers.t4 },
            // RFC 6026 section 6: only a client of RFC 2543 sends its ACK to a 2xx here.
            State::Accepted { .. } => outputs.push(ServerOutput::Ack(ack)),
            // A copy, or an ACK to nothing.
            State::Silent { .. }
            | State::Proceeding { .. }
            | State::Confirmed { .. }
            | State::Terminated => {}
        }
    }

    /// Does what is due.
    pub(super) fn handle_timeout(&mut self, now: Instant, outputs: &mut Vec<ServerOutput>) {
        let state = mem::replace(&mut self.state, State::Terminated);
        self.state = match state {
            // The response comes back through `send`, and ends the silence.
            State::Silent { trying } if trying <= now => {
                outputs.push(ServerOutput::Trying);
                State::Silent { trying }
            }
            State::Completed { give_up, .. } if give_up <= now => {
                outputs.push(ServerOutput::NoAck);
                State::Terminated
            }
            State::Completed { last, resend: Some(resend), give_up } if resend.at <= now => {
                outputs.push(ServerOutput::Transmit(last.clone()));
                let resend = Some(resend.doubled(self.timers.t2));
                State::Completed { last, resend, give_up }
            }
            State::Accepted { end } | State::Confirmed { end } if end <= now => State::Terminated,
            state => state,
        };
    }

    /// When to call [`handle_timeout`](Self::handle_timeout).
    pub(super) fn deadline(&self) -> Option<Instant> {
        match &self.state {
            State::Silent { trying } => Some(*trying),
            State::Completed { resend: Some(resend), give_up, .. } => Some(resend.at.min(*give_up)),
            State::Completed { resend: None, give_up, .. } => Some(*give_up),
            State::Accepted { end } | State::Confirmed { end } => Some(*end),
            State::Proceeding { .. } | State::Terminated => None,
        }
    }

    /// Whether no final response was sent yet.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.state, State::Silent { .. } | State::Proceeding { .. })
    }

    /// Whether it may be forgotten.
    pub(super) fn is_terminated(&self) -> bool {
        matches!(self.state, State::Terminated)
    }
}

/// RFC 3261 section 17.2.1: how long the transaction user may be silent.
const TRYING: std::time::Duration = std::time::Duration::from_millis(200);
