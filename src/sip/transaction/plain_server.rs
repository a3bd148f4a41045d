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

    /// Whether it may be forgotten.
    pub(super) fn is_terminated(&self) -> bool {
        matches!(self.state, State::Terminated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Bench {
        server: PlainServer,
        outputs: Vec<ServerOutput>,
        log: Vec<String>,
    }

    /// A bench whose request came at zero.
    fn bench(reliable: bool) -> Bench {
        let server = PlainServer::new(Instant::START, reliable, Timers::default());
        Bench { server, outputs: Vec::new(), log: Vec::new() }
    }

    impl Bench {
        fn note(&mut self, now: Instant) {
            for output in mem::take(&mut self.outputs) {
                match output {
                    ServerOutput::Transmit(payload) => {
                        let text = String::from_utf8(payload.into()).unwrap();
                        self.log.push(format!("{} {text}", now.elapsed().as_millis()));
                    }
                    ServerOutput::Trying => {
                        self.server.send(now, 100, "100".into(), &mut self.outputs);
                        self.note(now);
                    }
                    ServerOutput::Ack(_) | ServerOutput::NoAck => panic!("only an INVITE has them"),
                }
            }
        }

        fn send(&mut self, at: u64, code: u16) -> &mut Self {
            let now = Instant::from_millis(at);
            self.run_until(now);
            self.server.send(now, code, code.to_string().into(), &mut self.outputs);
            self.note(now);
            self
        }

        fn copy(&mut self, at: u64) -> &mut Self {
            let now = Instant::from_millis(at);
            self.run_until(now);
            self.server.handle_retransmission(&mut self.outputs);
            self.note(now);
            self
        }

        fn run_until(&mut self, end: Instant) {
            while let Some(at) = self.server.deadline().filter(|at| *at <= end) {
                self.server.handle_timeout(at, &mut self.outputs);
                self.note(at);
            }
        }

        fn run(&mut self) -> Vec<String> {
            self.run_until(Instant::from_millis(200_000));
            assert!(self.server.is_terminated());
            mem::take(&mut self.log)
        }
    }

    #[test]
    fn a_silent_user_is_spoken_for_once_the_client_asks_every_t2() {
        assert_eq!(bench(false).copy(500).copy(3_600).run(), ["3500 100", "3600 100"]);
    }

    #[test]
    fn nothing_is_said_after_64_t1() {
        let mut bench = bench(true);
        bench.send(32_000, 200);
        assert_eq!(bench.run(), ["3500 100"]);
    }

    #[test]
    fn every_copy_gets_the_final_response_again_for_64_t1() {
        let mut bench = bench(false);
        bench.copy(50).send(100, 200).copy(600).send(700, 500).copy(32_099);
        assert!(!bench.server.is_terminated());
        assert_eq!(bench.run(), ["100 200", "600 200", "32099 200"]);
    }

    #[test]
    fn a_reliable_transport_has_no_copies_to_wait_for() {
        let mut bench = bench(true);
        bench.send(100, 200);
        assert!(bench.server.is_terminated());
        assert_eq!(bench.run(), ["100 200"]);
    }
}
