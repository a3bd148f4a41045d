//! HTTP over the loopback interface, with peers that behave badly.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::*;

#[test]
fn a_body_in_pieces_arrives_in_one() {
    let (mut wire, server) = serving(HttpLimits::default());
    let mut peer = TcpStream::connect(server).unwrap();
    let pieces = "PUT /a HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\n\
                  2\r\nab\r\n1\r\nc\r\n0\r\n\r\n";
    peer.write_all(pieces.as_bytes()).unwrap();
    let (source, target, text) = next(&mut wire).unwrap();
    assert_eq!((source, target), (peer.local_addr().unwrap(), server));
    assert_eq!(text, "PUT /a HTTP/1.1\r\nhost: b\r\ncontent-length: 3\r\n\r\nabc");
    wire.send(packet(Transport::Http, target, source, OK));
    let answer = all_of(&mut peer);
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("hello"), "{answer}");
}

#[test]
fn a_body_beyond_the_bound_is_refused_before_it_is_read() {
    let (mut wire, server) = serving(HttpLimits::default());
    let mut peer = TcpStream::connect(server).unwrap();
    let length = (1 << 20) + 1;
    let head = format!("PUT /a HTTP/1.1\r\nHost: b\r\nContent-Length: {length}\r\n\r\n");
    peer.write_all(head.as_bytes()).unwrap();
    // The peer may be cut off while it still writes.
    let _ = peer.write_all(&vec![b'x'; length]);
    assert!(status_of(&mut peer).is_none_or(|status| status == "413"));
    assert!(wire.wait(wire.now() + Duration::from_millis(50)).is_none());
}

#[test]
fn a_peer_that_writes_slowly_is_cut_off() {
    let limits = HttpLimits { to_read: Duration::from_millis(100), ..HttpLimits::default() };
    let (mut wire, server) = serving(limits);
    let mut head = TcpStream::connect(server).unwrap();
    head.write_all(b"GET /a HTT").unwrap();
    let mut body = TcpStream::connect(server).unwrap();
    body.write_all(b"PUT /a HTTP/1.1\r\nHost: b\r\nContent-Length: 3\r\n\r\na").unwrap();
    assert_eq!(status_of(&mut body).as_deref(), Some("408"));
    all_of(&mut head);
    assert!(wire.wait(wire.now() + Duration::from_millis(50)).is_none());
}

#[expect(clippy::disallowed_methods, reason = "a peer has a clock of its own")]
fn pause_for(span: Duration) {
    std::thread::sleep(span);
}

#[test]
fn a_peer_that_does_not_read_is_cut_off() {
    let limits = HttpLimits {
        to_read: Duration::from_secs(1),
        to_answer: Duration::from_secs(1),
        to_write: Duration::from_millis(100),
        most_connections: 1,
    };
    let (mut wire, server) = serving(limits);
    let mut peer = TcpStream::connect(server).unwrap();
    peer.write_all(b"GET /a HTTP/1.1\r\nHost: b\r\n\r\n").unwrap();
    let (source, target, _) = next(&mut wire).unwrap();
    let length = 16 << 20;
    let answer =
        format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{}", "x".repeat(length));
    wire.send(packet(Transport::Http, target, source, &answer));
    // There is room for the next one again, before long.
    let next_one = (0..100).find_map(|_| {
        pause_for(Duration::from_millis(100));
        let mut second = TcpStream::connect(server).unwrap();
        // It may be turned away while it still writes.
        let _ = second.write_all(b"GET /b HTTP/1.1\r\nHost: b\r\n\r\n");
        wire.wait(wire.now() + Duration::from_millis(200))
    });
    assert!(
        matches!(next_one.unwrap().event, Event::Packet(it) if it.payload.starts_with(b"GET /b"))
    );
    let mut got = Vec::new();
    let _ = peer.read_to_end(&mut got);
    assert!(got.len() < length, "it was cut off");
}

#[test]
fn a_part_that_does_not_answer_is_answered_for() {
    let limits = HttpLimits { to_answer: Duration::from_millis(50), ..HttpLimits::default() };
    let (mut wire, server) = serving(limits);
    let mut peer = TcpStream::connect(server).unwrap();
    peer.write_all(b"GET /a HTTP/1.1\r\nHost: b\r\n\r\n").unwrap();
    let (source, target, _) = next(&mut wire).unwrap();
    assert_eq!(status_of(&mut peer).as_deref(), Some("503"));
    // What comes too late comes back.
    wire.send(packet(Transport::Http, target, source, OK));
    assert!(matches!(wire.wait(soon(&wire)).unwrap().event, Event::Undeliverable(_)));
}

fn serving(limits: HttpLimits) -> (Wire, SocketAddr) {
    let settings = WireSettings { http: limits, ..WireSettings::default() };
    let mut wire = Wire::open(&settings).unwrap();
    let server = wire.listen(Transport::Http, ANY).unwrap();
    (wire, server)
}

fn all_of(peer: &mut TcpStream) -> String {
    let mut text = Vec::new();
    peer.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let _ = peer.read_to_end(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}

fn status_of(peer: &mut TcpStream) -> Option<String> {
    all_of(peer).split(' ').nth(1).map(str::to_owned)
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
