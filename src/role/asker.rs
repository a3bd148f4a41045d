//! Asking and answering over HTTP: an exchange is a packet from a port of its own, and the packet
//! that comes back to it.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;

use crate::http::{HeaderValue, Message, Request, Response, StatusCode, header, json};
use crate::packet::{Packet, Transport};
use crate::time::Instant;

/// Whoever asks over HTTP. `T` says what a question was for.
///
/// A port is used again as late as possible, so that a late answer finds nobody.
#[derive(Debug)]
pub struct Asker<T> {
    free: VecDeque<SocketAddr>,
    waiting: BTreeMap<SocketAddr, Waiting<T>>,
    packets: VecDeque<Packet>,
}

#[derive(Debug)]
struct Waiting<T> {
    target: SocketAddr,
    until: Instant,
    purpose: T,
}

/// Why there is no answer.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Failed {
    /// As many questions are open as there are ports.
    #[error("ask so much at once")]
    Busy,
    /// Nobody answered in time.
    #[error("get an answer in time")]
    Silent,
    /// The network says that nobody is there.
    #[error("reach anybody there")]
    Unreachable,
    /// What came is no answer.
    #[error("read the answer: it says that one cannot {0}")]
    Unreadable(String),
}

impl<T> Asker<T> {
    /// Somebody who asks from these addresses, one for each question that is open.
    pub fn new(from: impl IntoIterator<Item = SocketAddr>) -> Self {
        let free = from.into_iter().collect();
        Self { free, waiting: BTreeMap::new(), packets: VecDeque::new() }
    }

    /// Asks whoever is at `target`. When too much is open, what it was for comes back at once.
    pub fn ask(
        &mut self,
        now: Instant,
        target: SocketAddr,
        mut request: Request<Bytes>,
        purpose: T,
    ) -> Result<(), (T, Failed)> {
        let Some(source) = self.free.pop_front() else { return Err((purpose, Failed::Busy)) };
        // RFC 9110 section 7.2.
        if let Ok(host) = HeaderValue::from_str(&target.to_string()) {
            request.headers_mut().entry(header::HOST).or_insert(host);
        }
        let payload = Message::Request(request).to_bytes();
        self.packets.push_back(Packet { transport: Transport::Http, source, target, payload });
        self.waiting.insert(source, Waiting { target, until: now + PATIENCE, purpose });
        Ok(())
    }

    /// Whether this packet is for us rather than for somebody who answers at the same part.
    pub fn is_ours(&self, packet: &Packet) -> bool {
        packet.transport == Transport::Http && self.waiting.contains_key(&packet.target)
    }

    /// Takes a packet. Gives what the question was for, and the answer.
    pub fn handle_packet(
        &mut self,
        packet: &Packet,
    ) -> Option<(T, Result<Response<Bytes>, Failed>)> {
        if self.waiting.get(&packet.target)?.target != packet.source {
            return None;
        }
        let purpose = self.close(packet.target)?;
        let answer = match Message::read(&packet.payload) {
            Ok(Message::Response(response)) => Ok(response),
            Ok(Message::Request(_)) => Err(Failed::Unreadable("answer with a question".to_owned())),
            Err(why) => Err(Failed::Unreadable(why.to_string())),
        };
        Some((purpose, answer))
    }

    /// Takes a packet of ours that could not be delivered. Gives what the question was for.
    pub fn handle_undeliverable(&mut self, packet: &Packet) -> Option<(T, Failed)> {
        if packet.transport != Transport::Http {
            return None;
        }
        Some((self.close(packet.source)?, Failed::Unreachable))
    }

    /// The questions that nobody answered in time; one at a time, until there are none.
    pub fn handle_timeout(&mut self, now: Instant) -> Option<(T, Failed)> {
        let late = self.waiting.iter().find(|(_, waiting)| waiting.until <= now);
        let source = *late?.0;
        Some((self.close(source)?, Failed::Silent))
    }

    /// When somebody will have waited long enough.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.waiting.values().map(|waiting| waiting.until).min()
    }

    /// The next packet to send.
    pub fn poll_transmit(&mut self) -> Option<Packet> {
        self.packets.pop_front()
    }

    /// How many questions are open.
    pub fn open(&self) -> usize {
        self.waiting.len()
    }

    fn close(&mut self, source: SocketAddr) -> Option<T> {
        let waiting = self.waiting.remove(&source)?;
        self.free.push_back(source);
        Some(waiting.purpose)
    }
}

/// The request in a packet, or the answer to what is none: 400, or nothing at all to an answer
/// that nobody waits for.
#[expect(clippy::result_large_err, reason = "an answer is as good a value as a request")]
pub fn asked(packet: &Packet) -> Result<Request<Bytes>, Option<Response<Bytes>>> {
    match Message::read(&packet.payload) {
        Ok(Message::Request(request)) => Ok(request),
        Ok(Message::Response(_)) => Err(None),
        Err(why) => {
            let what = serde_json::json!({ "message": format!("cannot {why}") });
            Err(Some(json(StatusCode::BAD_REQUEST, &what)))
        }
    }
}

/// The packet that answers another.
pub fn answer(packet: &Packet, response: Response<Bytes>) -> Packet {
    let payload = Message::Response(response).to_bytes();
    let Packet { transport, source: target, target: source, .. } = *packet;
    Packet { transport, source, target, payload }
}

/// As long as people look at a page that does not come.
const PATIENCE: Duration = Duration::from_secs(20);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_finds_what_the_question_was_for() {
        let mut asker = asker();
        asker.ask(Instant::START, SERVER.into(), request(), "one").unwrap();
        asker.ask(Instant::START, SERVER.into(), request(), "two").unwrap();
        let (first, second) = (asker.poll_transmit().unwrap(), asker.poll_transmit().unwrap());
        assert_ne!(first.source, second.source);
        let reply = answer(&second, json(StatusCode::OK, &serde_json::json!({})));
        assert!(asker.is_ours(&reply));
        let (purpose, answer) = asker.handle_packet(&reply).unwrap();
        assert_eq!((purpose, answer.unwrap().status()), ("two", StatusCode::OK));
        assert!(asker.handle_packet(&reply).is_none(), "a second copy finds nobody");
        assert_eq!(asker.open(), 1);
    }

    #[test]
    fn a_question_without_an_answer_ends() {
        let mut asker = asker();
        asker.ask(Instant::START, SERVER.into(), request(), "one").unwrap();
        asker.ask(Instant::START, SERVER.into(), request(), "two").unwrap();
        let refused = asker.ask(Instant::START, SERVER.into(), request(), "three");
        assert_eq!(refused, Err(("three", Failed::Busy)));
        let first = asker.poll_transmit().unwrap();
        assert_eq!(asker.handle_undeliverable(&first), Some(("one", Failed::Unreachable)));
        let due = asker.next_deadline().unwrap();
        assert_eq!(asker.handle_timeout(due), Some(("two", Failed::Silent)));
        assert_eq!((asker.handle_timeout(due), asker.next_deadline()), (None, None));
    }

    #[test]
    fn what_is_no_request_is_answered_with_400_and_what_is_an_answer_not_at_all() {
        let packet = |payload: &'static [u8]| Packet {
            transport: Transport::Http,
            source: SERVER.into(),
            target: SERVER.into(),
            payload: Bytes::from_static(payload),
        };
        assert_eq!(asked(&packet(b"nonsense")).unwrap_err().unwrap().status(), 400);
        assert!(asked(&packet(b"HTTP/1.1 204 No Content\r\n\r\n")).unwrap_err().is_none());
    }

    fn asker() -> Asker<&'static str> {
        Asker::new([50_000, 50_001].map(|port| ([192, 0, 2, 1], port).into()))
    }

    fn request() -> Request<Bytes> {
        Request::get("/v1/people/me").body(Bytes::new()).unwrap()
    }

    const SERVER: ([u8; 4], u16) = ([198, 51, 100, 1], 8080);
}
