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

    /// Whether it may be forgotten.
    pub(super) fn is_terminated(&self) -> bool {
        matches!(self.state, State::Terminated)
    }
}

/// RFC 3261 section 17.2.1: how long the transaction user may be silent.
const TRYING: std::time::Duration = std::time::Duration::from_millis(200);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip::Method;

    struct Bench {
        server: InviteServer,
        outputs: Vec<ServerOutput>,
        log: Vec<String>,
    }

    /// A bench whose INVITE came at zero.
    fn bench(reliable: bool) -> Bench {
        let server = InviteServer::new(Instant::START, reliable, Timers::default());
        Bench { server, outputs: Vec::new(), log: Vec::new() }
    }

    impl Bench {
        fn note(&mut self, now: Instant) {
            for output in mem::take(&mut self.outputs) {
                let what = match output {
                    ServerOutput::Transmit(payload) => String::from_utf8(payload.into()).unwrap(),
                    ServerOutput::Trying => {
                        self.server.send(now, 100, "100".into(), &mut self.outputs);
                        return self.note(now);
                    }
                    ServerOutput::Ack(_) => "ACK goes up".into(),
                    ServerOutput::NoAck => "no ACK".into(),
                };
                self.log.push(format!("{} {what}", now.elapsed().as_millis()));
            }
        }

        fn at(&mut self, at: u64, act: impl FnOnce(&mut Self, Instant)) -> &mut Self {
            let now = Instant::from_millis(at);
            self.run_until(now);
            act(self, now);
            self.note(now);
            self
        }

        fn send(&mut self, at: u64, code: u16) -> &mut Self {
            self.at(at, |bench, now| {
                let text = code.to_string().into();
                bench.server.send(now, code, text, &mut bench.outputs);
            })
        }

        fn copy(&mut self, at: u64) -> &mut Self {
            self.at(at, |bench, _| bench.server.handle_retransmission(&mut bench.outputs))
        }

        fn ack(&mut self, at: u64) -> &mut Self {
            self.at(at, |bench, now| {
                let ack = Message::request(Method::Ack, "sip:b");
                bench.server.handle_ack(now, ack, &mut bench.outputs);
            })
        }

        fn run_until(&mut self, end: Instant) {
            while let Some(at) = self.server.deadline().filter(|at| *at <= end) {
                self.server.handle_timeout(at, &mut self.outputs);
                self.note(at);
            }
        }

        fn run(&mut self) -> Vec<String> {
            self.run_until(Instant::from_millis(200_000));
            mem::take(&mut self.log)
        }
    }

    #[test]
    fn a_silent_user_is_spoken_for_after_200_ms() {
        assert_eq!(bench(false).run(), ["200 100"]);
        assert_eq!(bench(false).send(199, 180).run(), ["199 180"]);
    }

    #[test]
    fn a_copy_of_the_invite_gets_the_last_provisional_response() {
        let mut bench = bench(false);
        let log = bench.copy(100).send(300, 180).send(400, 183).copy(900).run();
        assert_eq!(log, ["100 100", "300 180", "400 183", "900 183"]);
    }

    #[test]
    fn a_refusal_is_resent_until_64_t1() {
        let mut bench = bench(false);
        let log = bench.send(0, 486).run();
        let sent = [0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
        let mut expected: Vec<_> = sent.iter().map(|at| format!("{at} 486")).collect();
        expected.push("32000 no ACK".into());
        assert_eq!(log, expected);
        assert!(bench.server.is_terminated());
    }

    #[test]
    fn a_refusal_over_a_reliable_transport_is_sent_once() {
        assert_eq!(bench(true).send(0, 486).run(), ["0 486", "32000 no ACK"]);
    }

    #[test]
    fn an_ack_silences_a_refusal_and_its_copies_are_absorbed_for_t4() {
        let mut bench = bench(false);
        bench.send(0, 486).copy(100).ack(200).ack(300).copy(5_199);
        assert!(!bench.server.is_terminated());
        let log = bench.run();
        assert_eq!(log, ["0 486", "100 486"]);
        assert_eq!(bench.server.deadline(), None);
        assert!(bench.server.is_terminated());
    }

    #[test]
    fn an_ack_over_a_reliable_transport_ends_it_all() {
        let mut bench = bench(true);
        bench.send(0, 486).ack(100);
        assert!(bench.server.is_terminated());
    }

    #[test]
    fn after_a_2xx_copies_are_absorbed_and_the_user_may_repeat_it_for_64_t1() {
        let mut bench = bench(false);
        bench.send(1_000, 200).copy(1_100).send(1_500, 200).ack(1_600).send(1_700, 486);
        bench.run_until(Instant::from_millis(32_999));
        assert!(!bench.server.is_terminated());
        let log = bench.run();
        assert_eq!(log, ["200 100", "1000 200", "1500 200", "1600 ACK goes up"]);
        assert!(bench.server.is_terminated());
    }

    #[test]
    fn nothing_follows_a_final_response() {
        assert_eq!(bench(true).send(0, 486).send(10, 180).send(20, 200).ack(30).run(), ["0 486"]);
    }
}
