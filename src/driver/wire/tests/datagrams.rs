//! UDP over the loopback interface.

use std::net::UdpSocket;
use std::time::Duration;

use super::*;

#[test]
fn a_datagram_crosses_and_its_answer_comes_back() {
    let mut wire = wire();
    let [alice, bob] = [(); 2].map(|()| wire.listen(Transport::Udp, ANY).unwrap());
    wire.send(packet(Transport::Udp, alice, bob, "hello"));
    assert_eq!(next(&mut wire), Some((alice, bob, "hello".to_owned())));
    wire.send(packet(Transport::Udp, bob, alice, "hello yourself"));
    assert_eq!(next(&mut wire), Some((bob, alice, "hello yourself".to_owned())));
}

#[test]
fn a_datagram_over_ipv6_crosses_too() {
    let mut wire = wire();
    let any = "[::1]:0".parse().unwrap();
    let [alice, bob] = [(); 2].map(|()| wire.listen(Transport::Udp, any).unwrap());
    wire.send(packet(Transport::Udp, alice, bob, "hello"));
    assert_eq!(next(&mut wire), Some((alice, bob, "hello".to_owned())));
}

#[test]
fn a_datagram_is_stamped_when_it_reaches_the_machine_and_not_when_it_is_read() {
    let mut wire = wire();
    let [alice, bob] = [(); 2].map(|()| wire.listen(Transport::Udp, ANY).unwrap());
    let sent = wire.now();
    wire.send(packet(Transport::Udp, alice, bob, "hello"));
    // The loop is busy elsewhere.
    let busy_until = sent + Duration::from_millis(50);
    while wire.now() < busy_until {
        std::thread::yield_now();
    }
    let arrival = wire.wait(busy_until).unwrap();
    assert!(arrival.at - sent < Duration::from_millis(25), "{:?}", arrival.at - sent);
}

#[test]
fn a_closed_port_gives_the_whole_datagram_back() {
    let mut wire = wire();
    let alice = wire.listen(Transport::Udp, ANY).unwrap();
    let closed = UdpSocket::bind(ANY).unwrap().local_addr().unwrap();
    let long = "anybody? ".repeat(400);
    wire.send(packet(Transport::Udp, alice, closed, &long));
    let arrival = wire.wait(soon(&wire)).unwrap();
    let Event::Undeliverable(packet) = arrival.event else { panic!("{arrival:?}") };
    assert_eq!((packet.source, packet.target), (alice, closed));
    assert_eq!(packet.payload, long.as_bytes());
}

#[test]
fn an_error_for_one_datagram_does_not_keep_the_next_from_leaving() {
    let mut wire = wire();
    let [alice, bob] = [(); 2].map(|()| wire.listen(Transport::Udp, ANY).unwrap());
    let closed = UdpSocket::bind(ANY).unwrap().local_addr().unwrap();
    for number in 0..100 {
        wire.send(packet(Transport::Udp, alice, closed, "anybody?"));
        wire.send(packet(Transport::Udp, alice, bob, &number.to_string()));
    }
    let heard: Vec<String> = std::iter::from_fn(|| wire.wait(soon(&wire)))
        .filter_map(|arrival| match arrival.event {
            Event::Packet(packet) => Some(String::from_utf8_lossy(&packet.payload).into_owned()),
            _ => None,
        })
        .take(100)
        .collect();
    assert!(heard.iter().map(|number| number.parse::<u32>().unwrap()).eq(0..100));
}

#[test]
fn a_datagram_that_is_too_long_or_from_an_unknown_address_comes_back() {
    let mut wire = wire();
    let alice = wire.listen(Transport::Udp, ANY).unwrap();
    wire.send(packet(Transport::Udp, alice, alice, &"x".repeat(65_508)));
    wire.send(packet(Transport::Udp, ([127, 0, 0, 1], 9).into(), alice, "who?"));
    for _ in 0..2 {
        let arrival = wire.wait(soon(&wire)).unwrap();
        assert!(matches!(arrival.event, Event::Undeliverable(_)), "{arrival:?}");
    }
}

#[test]
fn a_port_in_use_is_told() {
    let taken = UdpSocket::bind(ANY).unwrap();
    let address = taken.local_addr().unwrap();
    let error = wire().listen(Transport::Udp, address).unwrap_err();
    assert_eq!(error.to_string(), format!("listen on UDP {address}: the port is in use"));
}

#[test]
fn a_foreign_address_is_told() {
    let foreign = "192.0.2.1:5060".parse().unwrap();
    let error = wire().listen(Transport::Udp, foreign).unwrap_err().to_string();
    assert_eq!(error, "listen on UDP 192.0.2.1:5060: this machine does not have that address");
}

#[test]
fn a_closed_address_neither_sends_nor_receives() {
    let mut wire = wire();
    let [alice, bob] = [(); 2].map(|()| wire.listen(Transport::Udp, ANY).unwrap());
    wire.close(Transport::Udp, bob);
    wire.send(packet(Transport::Udp, bob, alice, "I am gone"));
    let arrival = wire.wait(soon(&wire)).unwrap();
    assert!(matches!(arrival.event, Event::Undeliverable(_)));
    // The port is free again.
    assert_eq!(wire.listen(Transport::Udp, bob).unwrap(), bob);
}

#[test]
fn every_datagram_of_many_streams_arrives() {
    let mut wire = wire();
    let addresses = [(); 64].map(|()| wire.listen(Transport::Udp, ANY).unwrap());
    let mut heard = 0;
    for round in 0..50 {
        for pair in addresses.windows(2) {
            wire.send(packet(Transport::Udp, pair[0], pair[1], "voice"));
        }
        let deadline = Instant::from_millis(2 * round);
        while wire.wait(deadline).is_some() {
            heard += 1;
        }
    }
    while heard < 50 * 63 && wire.wait(soon(&wire)).is_some() {
        heard += 1;
    }
    assert_eq!((heard, wire.datagrams_lost()), (50 * 63, 0));
}

#[test]
fn the_lateness_of_what_a_deadline_asked_for_is_measured() {
    let mut wire = wire();
    let [alice, bob] = [(); 2].map(|()| wire.listen(Transport::Udp, ANY).unwrap());
    let start = wire.now();
    for tick in 1..=50 {
        let deadline = start + Duration::from_millis(2 * tick);
        while wire.wait(deadline).is_some() {}
        wire.send(packet(Transport::Udp, alice, bob, "tick"));
    }
    let lateness = wire.lateness();
    assert_eq!(lateness.count, 50);
    assert!(lateness.p50 <= lateness.p99 && lateness.p99 <= lateness.max, "{lateness}");
}

#[test]
fn every_packet_of_a_stream_waits_equally_long_for_the_grid() {
    for first in [0, 1, 20_000, 249_999, 250_000, 250_001] {
        let waits = (0..50).map(|turn| {
            let due = Instant::from_nanos(first + turn * 20_000_000);
            on_grid(due) - due
        });
        let waits: Vec<_> = waits.collect();
        assert!(waits[0] < GRID && waits.iter().all(|wait| *wait == waits[0]), "{waits:?}");
    }
}
