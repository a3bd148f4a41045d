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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip::Method;

    struct Bench {
        client: InviteClient,
        outputs: Vec<ClientOutput>,
        log: Vec<String>,
    }

    /// A bench whose transaction began at zero.
    fn bench(reliable: bool) -> Bench {
        let mut invite = Message::request(Method::Invite, "sip:bob@192.0.2.2");
        invite.headers.push("Via", "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1");
        invite.headers.push("Route", "<sip:192.0.2.9;lr>");
        invite.headers.push("From", "<sip:alice@192.0.2.1>;tag=1");
        invite.headers.push("To", "<sip:bob@192.0.2.2>");
        invite.headers.push("Call-ID", "7");
        invite.headers.push("CSeq", "5 INVITE");
        let (payload, mut outputs) = (invite.to_bytes(), Vec::new());
        let client = InviteClient::new(
            Instant::START,
            invite,
            payload,
            reliable,
            Timers::default(),
            &mut outputs,
        );
        Bench { client, outputs, log: Vec::new() }.noted(Instant::START)
    }

    impl Bench {
        fn noted(mut self, now: Instant) -> Self {
            self.note(now);
            self
        }

        fn note(&mut self, now: Instant) {
            for output in self.outputs.drain(..) {
                let what = match output {
                    ClientOutput::Transmit(payload) => {
                        let message = Message::parse(&payload).unwrap();
                        message.method().unwrap().to_string()
                    }
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
            let mut response = Message::response_to(self.client.invite(), code, "");
            response.set_to_tag("2");
            self.client.handle_response(now, code, response, &mut self.outputs);
            self.note(now);
        }

        fn run_until(&mut self, end: Instant) {
            while let Some(at) = self.client.deadline().filter(|at| *at <= end) {
                self.client.handle_timeout(at, &mut self.outputs);
                self.note(at);
            }
        }

        fn run(mut self) -> (Vec<String>, bool) {
            self.run_until(Instant::from_millis(200_000));
            (self.log, self.client.is_terminated())
        }
    }

    #[test]
    fn an_unanswered_invite_is_sent_seven_times_in_32_seconds() {
        let (log, terminated) = bench(false).run();
        let sent = ["0", "500", "1500", "3500", "7500", "15500", "31500"];
        let mut expected: Vec<_> = sent.iter().map(|at| format!("{at} INVITE")).collect();
        expected.push("32000 timed out".into());
        assert_eq!((log, terminated), (expected, true));
    }

    #[test]
    fn a_reliable_transport_needs_one_copy_and_the_same_patience() {
        let (log, terminated) = bench(true).run();
        assert_eq!(log, ["0 INVITE", "32000 timed out"]);
        assert!(terminated);
    }

    #[test]
    fn a_provisional_response_ends_the_copies_and_the_hurry() {
        let mut bench = bench(false);
        bench.respond(600, 100);
        bench.respond(90_000, 180);
        let (log, terminated) = bench.run();
        assert_eq!(log, ["0 INVITE", "500 INVITE", "600 100", "90000 180"]);
        assert!(!terminated);
    }

    #[test]
    fn after_a_cancel_64_t1_are_enough() {
        let mut bench = bench(false);
        bench.respond(100, 180);
        bench.client.handle_cancel(Instant::from_millis(1_000));
        bench.client.handle_cancel(Instant::from_millis(9_000));
        let (log, terminated) = bench.run();
        assert_eq!(log, ["0 INVITE", "100 180", "33000 timed out"]);
        assert!(terminated);
    }

    #[test]
    fn every_copy_of_a_refusal_is_acknowledged_but_told_once() {
        let mut bench = bench(false);
        bench.respond(100, 486);
        bench.respond(600, 486);
        bench.respond(32_099, 486);
        bench.respond(32_100, 486);
        let (log, terminated) = bench.run();
        assert_eq!(log, ["0 INVITE", "100 ACK", "100 486", "600 ACK", "32099 ACK"]);
        assert!(terminated);
    }

    #[test]
    fn a_refusal_over_a_reliable_transport_is_acknowledged_and_done() {
        let mut bench = bench(true);
        bench.respond(100, 486);
        assert!(bench.client.is_terminated());
        assert_eq!(bench.log, ["0 INVITE", "100 ACK", "100 486"]);
    }

    #[test]
    fn every_2xx_goes_up_for_64_t1_and_none_is_acknowledged_here() {
        let mut bench = bench(false);
        bench.respond(100, 180);
        bench.respond(200, 200);
        bench.respond(700, 200);
        bench.respond(800, 180);
        bench.respond(900, 486);
        bench.respond(32_199, 200);
        bench.respond(32_201, 200);
        let (log, terminated) = bench.run();
        assert_eq!(log, ["0 INVITE", "100 180", "200 200", "700 200", "32199 200"]);
        assert!(terminated);
    }

    #[test]
    fn a_transport_error_is_told_once() {
        let mut bench = bench(true);
        bench.client.handle_transport_error(&mut bench.outputs);
        bench.client.handle_transport_error(&mut bench.outputs);
        let (log, terminated) = bench.noted(Instant::START).run();
        assert_eq!(log, ["0 INVITE", "0 unreachable"]);
        assert!(terminated);
    }

    #[test]
    fn the_ack_repeats_the_path_of_the_invite_and_the_to_of_the_response() {
        let bench = bench(false);
        let mut response = Message::response_to(bench.client.invite(), 486, "");
        response.set_to_tag("2");
        assert_eq!(
            derived::ack(bench.client.invite(), &response).to_bytes(),
            "ACK sip:bob@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n\
             Route: <sip:192.0.2.9;lr>\r\nMax-Forwards: 70\r\nFrom: <sip:alice@192.0.2.1>;tag=1\r\n\
             To: <sip:bob@192.0.2.2>;tag=2\r\nCall-ID: 7\r\nCSeq: 5 ACK\r\n\
             Content-Length: 0\r\n\r\n"
        );
    }
}
