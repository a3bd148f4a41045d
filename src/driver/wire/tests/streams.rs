//! TCP and TLS over the loopback interface.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use super::*;

#[test]
fn a_message_crosses_and_its_answer_comes_back_on_the_same_connection() {
    for transport in [Transport::Tcp, Transport::Tls] {
        let mut wire = wire();
        let [alice, bob] = [(); 2].map(|()| wire.listen(transport, ANY).unwrap());
        wire.send(packet(transport, alice, bob, INVITE));
        assert_eq!(next(&mut wire), Some((alice, bob, INVITE.to_owned())), "{transport}");
        // Alice listens no more, so nobody could open another connection to her.
        wire.close(transport, alice);
        wire.send(packet(transport, bob, alice, OK));
        assert_eq!(next(&mut wire), Some((bob, alice, OK.to_owned())), "{transport}");
        wire.send(packet(transport, alice, bob, OK));
        assert_eq!(next(&mut wire), Some((alice, bob, OK.to_owned())), "{transport}");
    }
}

#[test]
fn a_peer_of_others_is_known_by_the_address_that_it_comes_from() {
    let (mut wire, mut peer) = wire_and_peer(StreamLimits::default());
    peer.write_all(INVITE.as_bytes()).unwrap();
    let (source, target, _) = next(&mut wire).unwrap();
    assert_eq!((source, target), (peer.local_addr().unwrap(), peer.peer_addr().unwrap()));
    wire.send(packet(Transport::Tcp, target, source, OK));
    let mut answer = vec![0; OK.len()];
    peer.read_exact(&mut answer).unwrap();
    assert_eq!(answer, OK.as_bytes());
}

#[test]
fn messages_keep_their_order_and_their_bounds() {
    for transport in [Transport::Tcp, Transport::Tls] {
        let mut wire = wire();
        let [alice, bob] = [(); 2].map(|()| wire.listen(transport, ANY).unwrap());
        let messages: Vec<String> = (0..200).map(|size| message(&"x".repeat(37 * size))).collect();
        for text in &messages {
            wire.send(packet(transport, alice, bob, text));
        }
        for text in &messages {
            assert_eq!(&next(&mut wire).unwrap().2, text);
        }
    }
}

#[test]
fn a_refused_connection_gives_the_messages_back_and_is_complained_of() {
    let mut wire = wire();
    let alice = wire.listen(Transport::Tcp, ANY).unwrap();
    let closed = TcpListener::bind(ANY).unwrap().local_addr().unwrap();
    wire.send(packet(Transport::Tcp, alice, closed, INVITE));
    let returned = next_returned(&mut wire);
    assert_eq!((returned.source, returned.target), (alice, closed));
    assert_eq!(returned.payload, INVITE);
    let complaint = wire.complaints()[0].to_string();
    let expected = format!("TCP {alice} to {closed} could not be opened: Connection refused");
    assert!(complaint.contains(&expected), "{complaint}");
}

#[test]
fn a_peer_that_is_not_believed_gets_no_message() {
    let stranger = wire();
    let trust = Trust::Authorities(stranger.certificates().to_owned());
    let mut wire = Wire::open(&WireSettings { trust, ..Default::default() }).unwrap();
    let [alice, bob] = [(); 2].map(|()| wire.listen(Transport::Tls, ANY).unwrap());
    wire.send(packet(Transport::Tls, alice, bob, INVITE));
    assert_eq!(next_returned(&mut wire).payload, INVITE);
    let complaints: Vec<String> = wire.complaints().iter().map(ToString::to_string).collect();
    assert!(complaints.iter().any(|it| it.contains("invalid peer certificate")), "{complaints:?}");
}

#[test]
fn a_peer_whose_certificate_is_known_is_believed() {
    let known = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let certificates = known.cert.pem();
    let identity = Identity::Pem {
        certificates: certificates.clone(),
        key: known.signing_key.serialize_pem(),
    };
    let trust = Trust::Authorities(certificates);
    let settings = WireSettings { identity, trust, ..Default::default() };
    let mut wire = Wire::open(&settings).unwrap();
    let [alice, bob] = [(); 2].map(|()| wire.listen(Transport::Tls, ANY).unwrap());
    wire.send(packet(Transport::Tls, alice, bob, INVITE));
    assert_eq!(next(&mut wire).unwrap().2, INVITE);
    assert!(wire.tls_secrets().contains("CLIENT_TRAFFIC_SECRET_0 "));
}

#[test]
fn a_port_in_use_is_told_for_streams_too() {
    let taken = TcpListener::bind(ANY).unwrap();
    let address = taken.local_addr().unwrap();
    let error = wire().listen(Transport::Tls, address).unwrap_err();
    assert_eq!(error.to_string(), format!("listen on TLS {address}: the port is in use"));
}

#[test]
fn a_peer_that_sends_a_byte_at_a_time_is_cut_off() {
    let (mut wire, mut peer) = wire_and_peer(StreamLimits {
        to_read_a_message: Duration::from_millis(300),
        ..Default::default()
    });
    let began = wire.now();
    let mut sent = String::new();
    for byte in INVITE.chars() {
        if peer.write_all(&[byte as u8]).is_err() {
            break;
        }
        sent.push(byte);
        if let Some(arrival) = wire.wait(wire.now() + Duration::from_millis(20)) {
            // What came of it is shown.
            let Event::Packet(packet) = arrival.event else { panic!("{arrival:?}") };
            assert!(sent.as_bytes().starts_with(&packet.payload));
            break;
        }
    }
    assert_ended(&mut peer);
    assert!(sent.len() < INVITE.len());
    assert!(wire.now() - began < Duration::from_secs(4));
    let trouble = first_trouble(&wire);
    assert_eq!(trouble.to_string(), "was cut off: a message was not complete after 300ms");
}

#[test]
fn a_content_length_of_four_gigabytes_ends_the_connection() {
    let (mut wire, mut peer) = wire_and_peer(StreamLimits::default());
    let huge = INVITE.replace("Content-Length: 4", "Content-Length: 4294967296");
    peer.write_all(huge.as_bytes()).unwrap();
    let (source, target, seen) = next(&mut wire).unwrap();
    assert!(huge.starts_with(&seen));
    // There is a moment to answer.
    wire.send(packet(Transport::Tcp, target, source, OK));
    let mut answer = vec![0; OK.len()];
    peer.read_exact(&mut answer).unwrap();
    assert_eq!(answer, OK.as_bytes());
    assert_ended(&mut peer);
    assert!(matches!(first_trouble(&wire), Trouble::Unreadable(_)));
}

#[test]
fn rubbish_without_end_ends_the_connection() {
    let (wire, mut peer) = wire_and_peer(StreamLimits::default());
    let rubbish = vec![b'x'; 1 << 20];
    let _ = peer.write_all(&rubbish);
    assert_ended(&mut peer);
    assert!(matches!(first_trouble(&wire), Trouble::Unreadable(_)));
}

#[test]
fn a_double_line_end_keeps_the_connection_alive_and_is_answered() {
    let (mut wire, mut peer) = wire_and_peer(StreamLimits::default());
    ping(&mut peer);
    peer.write_all(INVITE.as_bytes()).unwrap();
    assert_eq!(next(&mut wire).unwrap().2, INVITE);
}

#[test]
fn an_idle_connection_is_closed_without_a_complaint() {
    let idle = Duration::from_millis(100);
    let (wire, mut peer) = wire_and_peer(StreamLimits { idle, ..Default::default() });
    assert_ended(&mut peer);
    assert_eq!(wire.complaints(), []);
}

#[test]
fn a_connection_more_than_there_may_be_is_closed() {
    let (wire, mut first) =
        wire_and_peer(StreamLimits { most_connections: 1, ..Default::default() });
    ping(&mut first);
    let mut second = TcpStream::connect(first.peer_addr().unwrap()).unwrap();
    assert_ended(&mut second);
    assert_eq!(first_trouble(&wire), Trouble::TooMany(1));
}

#[test]
fn a_peer_that_does_not_read_gets_its_messages_back_to_us() {
    let (mut wire, mut peer) = wire_and_peer(StreamLimits {
        to_write_a_message: Duration::from_millis(200),
        write_queue: 8,
        ..Default::default()
    });
    ping(&mut peer);
    let (local, remote) = (peer.peer_addr().unwrap(), peer.local_addr().unwrap());
    let large = message(&"x".repeat(60_000));
    // Until the system's buffers are full, and the peer is given up.
    let until = soon(&wire);
    while wire.complaints().is_empty() {
        assert!(wire.now() < until);
        wire.send(packet(Transport::Tcp, local, remote, &large));
        wire.wait(wire.now());
    }
    assert_eq!(next_returned(&mut wire).payload, large);
    assert!(matches!(first_trouble(&wire), Trouble::SlowReader(_)));
}

#[test]
fn a_connection_that_the_peer_closed_is_opened_anew() {
    let mut wire = wire();
    let listener = TcpListener::bind(ANY).unwrap();
    let (alice, bob) = (ANY, listener.local_addr().unwrap());
    for _ in 0..2 {
        wire.send(packet(Transport::Tcp, alice, bob, INVITE));
        let (mut peer, _) = listener.accept().unwrap();
        let mut heard = vec![0; INVITE.len()];
        peer.read_exact(&mut heard).unwrap();
        assert_eq!(heard, INVITE.as_bytes());
        drop(peer);
        // The end is noticed in a moment.
        wire.wait(wire.now() + Duration::from_millis(200));
    }
}

fn wire_and_peer(limits: StreamLimits) -> (Wire, TcpStream) {
    let mut wire = Wire::open(&WireSettings { limits, ..Default::default() }).unwrap();
    let address = wire.listen(Transport::Tcp, ANY).unwrap();
    let peer = TcpStream::connect(address).unwrap();
    peer.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    (wire, peer)
}

/// Shows that a connection is in use on both sides.
fn ping(peer: &mut TcpStream) {
    peer.write_all(b"\r\n\r\n").unwrap();
    let mut pong = [0; 2];
    peer.read_exact(&mut pong).unwrap();
    assert_eq!(&pong, b"\r\n");
}

/// The peer sees the end of the connection, in good order or not.
fn assert_ended(peer: &mut TcpStream) {
    peer.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    match peer.read(&mut [0; 64]) {
        Ok(count) => assert_eq!(count, 0),
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset),
    }
}

fn next_returned(wire: &mut Wire) -> Packet {
    loop {
        match wire.wait(soon(wire)).unwrap().event {
            Event::Undeliverable(packet) => return packet,
            Event::Packet(packet) => panic!("{packet:?}"),
            Event::Handshake(_) => {}
        }
    }
}

/// The first complaint, which may come a moment after the peer has noticed.
fn first_trouble(wire: &Wire) -> Trouble {
    let until = soon(wire);
    loop {
        if let Some(complaint) = wire.complaints().into_iter().next() {
            return complaint.trouble;
        }
        assert!(wire.now() < until, "no complaint");
        std::thread::yield_now();
    }
}

fn message(body: &str) -> String {
    format!("MESSAGE sip:bob@example.com SIP/2.0\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

const INVITE: &str = "INVITE sip:bob@example.com SIP/2.0\r\nContent-Length: 4\r\n\r\nv=0\n";
const OK: &str = "SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n";
