//! What the simulated network promises.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;

use super::*;

#[test]
fn a_datagram_arrives_after_the_latency_of_its_link() {
    let mut sim = network(SimSettings { default_link: latency(10), ..Default::default() });
    sim.send(packet(Transport::Udp, ALICE, BOB, "hello"));
    assert_eq!(story(&mut sim), ["10.000 hello"]);
}

#[test]
fn each_direction_is_a_link_of_its_own() {
    let links = [((ALICE.ip(), BOB.ip()), latency(40))].into();
    let mut sim = network(SimSettings { links, default_link: latency(10), ..Default::default() });
    sim.send(packet(Transport::Udp, ALICE, BOB, "there"));
    sim.send(packet(Transport::Udp, BOB, ALICE, "and back"));
    assert_eq!(story(&mut sim), ["10.000 and back", "40.000 there"]);
}

#[test]
fn the_same_seed_gives_the_same_story_and_another_seed_another() {
    let told = |seed| {
        let mut sim = network(SimSettings { seed, default_link: rough(), ..Default::default() });
        talk(&mut sim, 0)
    };
    assert_eq!(told(1), told(1));
    assert_ne!(told(1), told(2));
}

#[test]
fn a_packet_more_on_one_link_moves_none_on_another() {
    let told = |extra| {
        let mut sim = network(SimSettings { seed: 7, default_link: rough(), ..Default::default() });
        talk(&mut sim, extra)
    };
    assert_eq!(told(0), told(1));
}

#[test]
fn two_packets_at_the_same_moment_arrive_in_the_order_of_sending() {
    let mut sim = network(SimSettings::default());
    for word in ["one", "two", "three"] {
        sim.send(packet(Transport::Udp, ALICE, BOB, word));
    }
    assert_eq!(story(&mut sim), ["0.000 one", "0.000 two", "0.000 three"]);
}

#[test]
fn a_closed_port_gives_the_datagram_back_after_one_round_trip() {
    let mut sim = network(SimSettings { default_link: latency(10), ..Default::default() });
    let closed = SocketAddr::new(BOB.ip(), 9);
    sim.send(packet(Transport::Udp, ALICE, closed, "anybody?"));
    assert_eq!(story(&mut sim), ["20.000 undeliverable anybody?"]);
}

#[test]
fn nobody_answers_for_a_host_that_does_not_exist_or_is_dead() {
    let mut sim = network(SimSettings { default_link: latency(10), ..Default::default() });
    let nowhere: SocketAddr = "192.0.2.99:5060".parse().unwrap();
    sim.close_host(BOB.ip());
    sim.send(packet(Transport::Udp, ALICE, nowhere, "anybody?"));
    sim.send(packet(Transport::Udp, ALICE, BOB, "Bob?"));
    sim.send(packet(Transport::Udp, BOB, ALICE, "I am dead"));
    assert_eq!(story(&mut sim), Vec::<String>::new());
}

#[test]
fn a_datagram_may_be_cut_short() {
    let default_link = LinkSettings { oversize: Oversize::Cut(4), ..latency(1) };
    let mut sim = network(SimSettings { default_link, ..Default::default() });
    sim.send(packet(Transport::Udp, ALICE, BOB, "INVITE"));
    assert_eq!(story(&mut sim), ["1.000 INVI"]);
}

#[test]
fn a_datagram_that_is_too_long_may_be_lost() {
    let default_link = LinkSettings { oversize: Oversize::Drop(4), ..latency(1) };
    let mut sim = network(SimSettings { default_link, ..Default::default() });
    sim.send(packet(Transport::Udp, ALICE, BOB, "INVITE"));
    sim.send(packet(Transport::Udp, ALICE, BOB, "BYE"));
    assert_eq!(story(&mut sim), ["1.000 BYE"]);
}

#[test]
fn a_datagram_beyond_64_kib_does_not_leave() {
    let mut sim = network(SimSettings::default());
    let mut large = packet(Transport::Udp, ALICE, BOB, "");
    large.payload = vec![b' '; 65_508].into();
    sim.send(large);
    let arrival = sim.wait(LONG).unwrap();
    assert!(matches!(arrival.event, Event::Undeliverable(_)));
}

#[test]
fn the_first_message_pays_the_handshake_and_the_next_does_not() {
    for (transport, first) in [(Transport::Tcp, "30.000 one"), (Transport::Tls, "50.000 one")] {
        let mut sim = network(SimSettings { default_link: latency(10), ..Default::default() });
        sim.send(packet(transport, ALICE, BOB, "one"));
        assert_eq!(story(&mut sim), [first]);
        let later = sim.now();
        sim.send(packet(transport, BOB, ALICE, "two"));
        let arrival = sim.wait(LONG + Duration::from_mins(1)).unwrap();
        assert_eq!(arrival.at - later, Duration::from_millis(10));
    }
}

#[test]
fn a_stream_keeps_its_order_and_loses_nothing() {
    let mut sim = network(SimSettings { seed: 3, default_link: rough(), ..Default::default() });
    let words: Vec<String> = (0..500).map(|number| number.to_string()).collect();
    let mut heard = Vec::new();
    let mut at = Vec::new();
    for (tick, word) in (0..).zip(&words) {
        sim.send(packet(Transport::Tcp, ALICE, BOB, word));
        while let Some(arrival) = sim.wait(Instant::from_millis(20 * tick)) {
            at.push(arrival.at);
            heard.push(word_of(&arrival));
        }
    }
    while let Some(arrival) = sim.wait(Instant::from_millis(60_000)) {
        at.push(arrival.at);
        heard.push(word_of(&arrival));
    }
    assert_eq!(heard, words);
    assert!(at.is_sorted());
    // Some were late by a retransmission, and held up those behind them.
    assert!(at.windows(2).any(|pair| pair[1] - pair[0] > Duration::from_millis(150)));
}

#[test]
fn a_refused_connection_gives_all_messages_back_after_one_round_trip() {
    let mut sim = network(SimSettings { default_link: latency(10), ..Default::default() });
    let closed = SocketAddr::new(BOB.ip(), 9);
    sim.send(packet(Transport::Tls, ALICE, closed, "one"));
    sim.send(packet(Transport::Tls, ALICE, closed, "two"));
    assert_eq!(story(&mut sim), ["20.000 undeliverable one", "20.000 undeliverable two"]);
}

#[test]
fn a_connection_to_a_silent_host_is_given_up_after_30_seconds() {
    let mut sim = network(SimSettings { default_link: latency(10), ..Default::default() });
    sim.close_host(BOB.ip());
    sim.send(packet(Transport::Tcp, ALICE, BOB, "Bob?"));
    assert_eq!(story(&mut sim), ["30000.000 undeliverable Bob?"]);
}

#[test]
fn a_short_partition_makes_a_stream_late_and_a_long_one_breaks_it() {
    let told = |seconds: u64| {
        let mut sim = network(SimSettings { default_link: latency(10), ..Default::default() });
        sim.send(packet(Transport::Tcp, ALICE, BOB, "before"));
        sim.wait(LONG).unwrap();
        sim.partition(ALICE.ip(), BOB.ip());
        sim.send(packet(Transport::Tcp, ALICE, BOB, "meanwhile"));
        assert!(sim.wait(Instant::from_millis(30 + 1_000 * seconds)).is_none());
        sim.heal(BOB.ip(), ALICE.ip());
        story(&mut sim)
    };
    // Tried at 0, 0.2, 0.6, 1.4, 3, 6.2 s after the sending at 30 ms.
    assert_eq!(told(4), ["6240.000 meanwhile"]);
    assert_eq!(told(29), ["30030.000 undeliverable meanwhile"]);
}

#[test]
fn datagrams_sent_into_a_partition_are_lost() {
    let mut sim = network(SimSettings { default_link: latency(10), ..Default::default() });
    sim.send(packet(Transport::Udp, ALICE, BOB, "on its way"));
    sim.partition(BOB.ip(), ALICE.ip());
    sim.send(packet(Transport::Udp, ALICE, BOB, "too late"));
    assert_eq!(story(&mut sim), ["10.000 on its way"]);
}

#[test]
fn a_host_that_comes_back_does_not_remember_its_connections() {
    let mut sim = network(SimSettings { default_link: latency(10), ..Default::default() });
    sim.send(packet(Transport::Tcp, ALICE, BOB, "one"));
    sim.wait(LONG).unwrap();
    sim.close_host(BOB.ip());
    sim.listen(Transport::Tcp, BOB).unwrap();
    sim.send(packet(Transport::Tcp, ALICE, BOB, "two"));
    let arrival = sim.wait(LONG).unwrap();
    // A new handshake: 30 ms after the 30 ms of the first.
    assert_eq!(arrival.at, Instant::from_millis(60));
}

#[test]
fn a_port_is_opened_once_and_port_0_chooses() {
    let mut sim = network(SimSettings::default());
    let error = sim.listen(Transport::Udp, BOB).unwrap_err();
    assert_eq!(error.to_string(), "listen on UDP 192.0.2.2:5060: the port is in use");
    let any = SocketAddr::new(BOB.ip(), 0);
    let ports = [(); 2].map(|()| sim.listen(Transport::Udp, any).unwrap().port());
    assert_eq!(ports, [49_152, 49_153]);
}

#[test]
fn media_ports_come_in_pairs_until_the_range_is_full() {
    let mut sim = network(SimSettings::default());
    let mut pair = || sim.listen_pair(BOB.ip(), 10_001..=10_006);
    assert_eq!(pair().unwrap().port(), 10_002);
    assert_eq!(pair().unwrap().port(), 10_004);
    assert_eq!(
        pair().unwrap_err().to_string(),
        "find two free UDP ports on 192.0.2.2 between 10001 and 10006"
    );
}

#[test]
fn time_stands_at_the_deadline_when_nothing_came_and_never_goes_back() {
    let mut sim = network(SimSettings::default());
    assert!(sim.wait(Instant::from_millis(5)).is_none());
    assert!(sim.wait(Instant::from_millis(3)).is_none());
    assert_eq!(sim.now(), Instant::from_millis(5));
}

/// Alice talks to Bob for ten seconds, and on a link of their own Carol to Bob, `extra` packets
/// more each time; what Bob hears of Alice.
fn talk(sim: &mut Sim, extra: u32) -> Vec<String> {
    let mut heard = Vec::new();
    for tick in 0..500 {
        for copy in 0..=extra {
            sim.send(packet(Transport::Udp, CAROL, BOB, &format!("Carol {tick} {copy}")));
        }
        sim.send(packet(Transport::Udp, ALICE, BOB, &format!("Alice {tick}")));
        while let Some(arrival) = sim.wait(Instant::from_millis(20 * tick)) {
            heard.push(line(&arrival));
        }
    }
    heard.extend(story(sim));
    heard.retain(|line| line.contains("Alice"));
    heard
}

#[test]
fn who_shows_no_good_certificate_is_told_nothing() {
    use crate::packet::{Ending, Flaw, Shown};
    let flawed = Shown::Flawed(Flaw::Expired);
    // What Alice shows and whether she looks, what Bob shows and whether he asks.
    let cases = [
        (Shown::Sound, true, Shown::Sound, true, Ending::Opened),
        (Shown::Nothing, true, Shown::Sound, false, Ending::Opened),
        (Shown::Nothing, true, Shown::Sound, true, Ending::RefusedByServer),
        (flawed, true, Shown::Sound, true, Ending::RefusedByServer),
        (Shown::Sound, true, flawed, false, Ending::RefusedByClient),
        (Shown::Sound, false, flawed, false, Ending::Opened),
    ];
    for (own, looks, other, asks, end) in cases {
        let mut sim = network(SimSettings::default());
        *sim.credentials_mut(ALICE.ip()) = Credentials { shows: own, checks: looks, asks: false };
        *sim.credentials_mut(BOB.ip()) = Credentials { shows: other, checks: true, asks };
        sim.send(packet(Transport::Tls, ALICE, BOB, "hello"));
        let events: Vec<_> = std::iter::from_fn(|| sim.wait(LONG)).map(|it| it.event).collect();
        let [Event::Handshake(seen), told] = &events[..] else { panic!("{events:?}") };
        assert_eq!((seen.end, seen.by_server), (end, Some(other)));
        assert_eq!(seen.by_client, asks.then_some(own));
        assert_eq!(matches!(told, Event::Packet(_)), end == Ending::Opened, "{told:?}");
    }
}

/// Which packets arrive from now on, until nothing does.
fn story(sim: &mut Sim) -> Vec<String> {
    let arrivals = std::iter::from_fn(|| sim.wait(LONG));
    arrivals.filter(|it| it.event.packet().is_some()).map(|it| line(&it)).collect()
}

fn line(arrival: &Arrival) -> String {
    let is_back = matches!(arrival.event, Event::Undeliverable(_));
    let what = if is_back { "undeliverable " } else { "" };
    format!("{} {what}{}", arrival.at, word_of(arrival))
}

fn word_of(arrival: &Arrival) -> String {
    let payload = arrival.event.packet().map(|packet| packet.payload.clone()).unwrap_or_default();
    String::from_utf8_lossy(&payload).into_owned()
}

fn network(settings: SimSettings) -> Sim {
    let mut sim = Sim::new(settings);
    for address in [ALICE, BOB, CAROL] {
        for transport in [Transport::Udp, Transport::Tcp, Transport::Tls] {
            sim.listen(transport, address).unwrap();
        }
    }
    sim
}

fn packet(transport: Transport, source: SocketAddr, target: SocketAddr, word: &str) -> Packet {
    Packet { transport, source, target, payload: Bytes::copy_from_slice(word.as_bytes()) }
}

fn latency(millis: u64) -> LinkSettings {
    LinkSettings { latency: Duration::from_millis(millis), ..Default::default() }
}

/// A network on which everything happens.
fn rough() -> LinkSettings {
    LinkSettings {
        jitter: Jitter { spread: Duration::from_millis(10), shape: Shape::LongTail },
        loss: Share::per_cent(5),
        reordering: Reordering { share: Share::per_cent(2), ..Default::default() },
        duplication: Share::per_cent(2),
        ..latency(20)
    }
}

const ALICE: SocketAddr = address(1);
const BOB: SocketAddr = address(2);
const CAROL: SocketAddr = address(3);
const LONG: Instant = Instant::from_millis(100_000);

const fn address(host: u8) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, host)), 5060)
}
