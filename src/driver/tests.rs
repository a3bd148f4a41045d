//! What both drivers promise alike: the same story, in simulation and on the wire.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;

use super::sim::SimSettings;
use super::wire::WireSettings;
use super::{Arrival, Driver, Event, Listen, Sim, Wire};
use crate::packet::{Packet, Transport};

#[test]
fn a_request_and_its_answer_are_told_alike() {
    for transport in [Transport::Udp, Transport::Tcp, Transport::Tls] {
        tell_alike(|driver| {
            let [alice, bob] = [(); 2].map(|()| driver.listen(transport, ANY).unwrap());
            driver.send(packet(transport, alice, bob, REQUEST));
            let first = next(driver);
            driver.send(packet(transport, bob, alice, ANSWER));
            let names = [(alice, "Alice"), (bob, "Bob")];
            vec![tell(&first, &names), tell(&next(driver), &names)]
        });
    }
}

#[test]
fn a_port_that_nobody_opened_is_told_alike() {
    for transport in [Transport::Udp, Transport::Tcp, Transport::Tls] {
        tell_alike(|driver| {
            let [alice, bob] = [(); 2].map(|()| driver.listen(transport, ANY).unwrap());
            driver.close(transport, bob);
            driver.send(packet(transport, alice, bob, REQUEST));
            vec![tell(&next(driver), &[(alice, "Alice"), (bob, "Bob")])]
        });
    }
}

#[test]
fn an_exchange_over_http_is_told_alike() {
    tell_alike(|driver| {
        let bob = driver.listen(Transport::Http, ANY).unwrap();
        let names = [(ASKER, "Alice"), (bob, "Bob")];
        driver.send(packet(Transport::Http, ASKER, bob, "GET /v1/people/me HTTP/1.1\r\n\r\n"));
        let asked = next(driver);
        let answer = "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}";
        driver.send(packet(Transport::Http, bob, ASKER, answer));
        let answered = next(driver);
        driver.close(Transport::Http, bob);
        driver.send(packet(Transport::Http, ASKER, bob, "GET / HTTP/1.1\r\n\r\n"));
        vec![tell(&asked, &names), tell(&answered, &names), tell(&next(driver), &names)]
    });
}

#[test]
fn what_cannot_leave_is_told_alike() {
    tell_alike(|driver| {
        let [alice, bob] = [(); 2].map(|()| driver.listen(Transport::Udp, ANY).unwrap());
        driver.send(packet(Transport::Udp, alice, bob, &"x".repeat(65_508)));
        driver.close(Transport::Udp, alice);
        driver.send(packet(Transport::Udp, alice, bob, REQUEST));
        let names = [(alice, "Alice"), (bob, "Bob")];
        vec![tell(&next(driver), &names), tell(&next(driver), &names)]
    });
}

#[test]
fn a_pair_of_ports_in_use_is_passed_over_alike() {
    tell_alike(|driver| {
        let first = driver.listen_pair(ANY.ip(), 41_000..=42_000).unwrap();
        let second = driver.listen_pair(ANY.ip(), 41_000..=42_000).unwrap();
        let again = driver.listen(Transport::Udp, first).unwrap_err().to_string();
        vec![
            format!("even: {}", first.port().is_multiple_of(2)),
            format!("behind: {}", second.port() > first.port() + 1),
            again.replace(&first.to_string(), "the first"),
        ]
    });
}

trait Both: Driver + Listen {}
impl<D: Driver + Listen> Both for D {}

fn tell_alike(story: impl Fn(&mut dyn Both) -> Vec<String>) {
    let mut sim = Sim::new(SimSettings::default());
    let mut wire = Wire::open(&WireSettings::default()).unwrap();
    let told = story(&mut sim);
    assert!(!told.is_empty());
    assert_eq!(told, story(&mut wire));
}

fn next(driver: &mut dyn Both) -> Arrival {
    let deadline = driver.now() + Duration::from_secs(5);
    loop {
        let arrival = driver.wait(deadline).expect("something arrives");
        // Each end of a connection may tell how it was opened.
        if arrival.event.packet().is_some() {
            return arrival;
        }
    }
}

fn tell(arrival: &Arrival, names: &[(SocketAddr, &str)]) -> String {
    let what = match &arrival.event {
        Event::Packet(_) => "arrived",
        _ => "came back",
    };
    let packet = arrival.event.packet().expect("it is about one");
    let name = |address| names.iter().find(|name| name.0 == address).map_or("?", |name| name.1);
    let (source, target) = (name(packet.source), name(packet.target));
    let text = String::from_utf8_lossy(&packet.payload);
    let line = text.lines().next().unwrap_or_default();
    format!("{} {source} to {target} {what}: {line}", packet.transport)
}

fn packet(transport: Transport, source: SocketAddr, target: SocketAddr, text: &str) -> Packet {
    Packet { transport, source, target, payload: Bytes::copy_from_slice(text.as_bytes()) }
}

const ANY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
/// Whoever asks listens nowhere.
const ASKER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 18_000);
const REQUEST: &str = "OPTIONS sip:bob@example.com SIP/2.0\r\nContent-Length: 0\r\n\r\n";
const ANSWER: &str = "SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n";
