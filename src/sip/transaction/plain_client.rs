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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip::Method;

    struct Bench {
        client: PlainClient,
        outputs: Vec<ClientOutput>,
        log: Vec<String>,
    }

    /// A bench whose transaction began at zero.
    fn bench(reliable: bool) -> Bench {
        let (payload, mut outputs) = (Bytes::from_static(b"BYE"), Vec::new());
        let (now, timers) = (Instant::START, Timers::default());
        let client = PlainClient::new(now, payload, reliable, timers, &mut outputs);
        let mut bench = Bench { client, outputs, log: Vec::new() };
        bench.note(now);
        bench
    }

    impl Bench {
        fn note(&mut self, now: Instant) {
            for output in self.outputs.drain(..) {
                let what = match output {
                    ClientOutput::Transmit(_) => "sent".into(),
                    ClientOutput::Response(response) => response.code().unwrap().to_string(),
                    ClientOutput::TimedOut => "timed out".into(),
                    ClientOutput::Unreachable => "unreachable".into(),
                };
                self.log.push(format!("{} {what}", now.elapsed().as_millis()));
            }
        }

        fn respond(&mut self, at: u64, code: u16) {
            let now = Instant::from_millis(at);
            self.run_until(now);
            let response = Message::response_to(&Message::request(Method::Bye, "sip:b"), code, "");
            self.client.handle_response(now, code, response, &mut self.outputs);
            self.note(now);
        }

        fn run_until(&mut self, end: Instant) {
            while let Some(at) = self.client.deadline().filter(|at| *at <= end) {
                self.client.handle_timeout(at, &mut self.outputs);
                self.note(at);
            }
        }

        fn run(mut self) -> Vec<String> {
            self.run_until(Instant::from_millis(200_000));
            assert!(self.client.is_terminated());
            self.log
        }
    }

    #[test]
    fn an_unanswered_request_is_sent_eleven_times_in_32_seconds() {
        let log = bench(false).run();
        let sent = [0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
        let mut expected: Vec<_> = sent.iter().map(|at| format!("{at} sent")).collect();
        expected.push("32000 timed out".into());
        assert_eq!(log, expected);
    }

    #[test]
    fn a_provisional_response_slows_the_copies_to_t2() {
        let mut bench = bench(false);
        bench.respond(600, 100);
        bench.respond(6_000, 200);
        assert_eq!(
            bench.run(),
            ["0 sent", "500 sent", "600 100", "1500 sent", "5500 sent", "6000 200"]
        );
    }

    #[test]
    fn a_provisional_response_does_not_stop_the_clock() {
        let mut bench = bench(true);
        bench.respond(600, 100);
        assert_eq!(bench.run(), ["0 sent", "600 100", "32000 timed out"]);
    }

    #[test]
    fn a_copy_of_the_final_response_is_dropped_for_t4() {
        let mut bench = bench(false);
        bench.respond(100, 200);
        bench.respond(5_099, 200);
        assert!(!bench.client.is_terminated());
        bench.respond(5_100, 200);
        assert!(bench.client.is_terminated());
        assert_eq!(bench.run(), ["0 sent", "100 200"]);
    }

    #[test]
    fn a_reliable_transport_has_no_copies_to_wait_for() {
        let mut bench = bench(true);
        bench.respond(100, 200);
        assert!(bench.client.is_terminated());
    }

    #[test]
    fn a_transport_error_is_told_once() {
        let mut bench = bench(true);
        bench.client.handle_transport_error(&mut bench.outputs);
        bench.client.handle_transport_error(&mut bench.outputs);
        bench.note(Instant::START);
        assert_eq!(bench.run(), ["0 sent", "0 unreachable"]);
    }
}
