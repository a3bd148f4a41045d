//! Which way messages go (RFC 3261 section 18).

use super::*;

fn transports(pair: &Pair) -> Vec<String> {
    let line = |packet: &Packet| format!("{} {}", packet.transport, summary(&packet.payload));
    pair.packets.iter().map(line).collect()
}

#[test]
fn a_large_invite_goes_over_tcp_and_says_so() {
    let mut pair = Pair::new(Settings::default());
    let call = pair.invite_with(large_offer().into());
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.bob.agent.answer(pair.now, theirs, answer().into()).unwrap();
    pair.run(20);
    pair.alice.agent.hang_up(pair.now, call, Vec::new()).unwrap();
    pair.finish();
    assert_eq!(
        transports(&pair),
        ["TCP INVITE", "TCP 200 INVITE", "TCP ACK", "TCP BYE", "TCP 200 BYE"]
    );
    assert_eq!(pair.last("INVITE").via().unwrap().transport, "TCP");
    assert_eq!(pair.packets[0].target, "192.0.2.2:5060".parse().unwrap());
    // The callee wants to be reached the way it was; the caller stays where it is.
    let contact = pair.last("200 INVITE").contact().unwrap().unwrap();
    assert_eq!(contact.uri.param("transport"), Some("tcp"));
    assert_eq!(pair.last("INVITE").contact().unwrap().unwrap().uri.param("transport"), None);
}

#[test]
fn a_large_invite_goes_over_udp_if_the_rule_is_off() {
    let mut pair = Pair::new(Settings { large_requests_to_tcp: false, ..Settings::default() });
    pair.invite_with(large_offer().into());
    assert_eq!(transports(&pair), ["UDP INVITE"]);
    assert!(pair.packets[0].payload.len() > 3_000);
}

#[test]
fn a_request_of_1300_bytes_is_small_and_one_more_is_not() {
    let length = |body: usize| {
        let mut pair = Pair::new(Settings::default());
        pair.invite_with(Body::new("application/sdp", vec![b'x'; body]).into());
        (pair.packets[0].payload.len(), pair.packets[0].transport)
    };
    let (head, _) = length(100);
    let fits = 1_300 - (head - 100);
    // The figure in Content-Length grows by a digit.
    let fits = if fits > 999 { fits - 1 } else { fits };
    assert_eq!(length(fits), (1_300, Transport::Udp));
    assert_eq!(length(fits + 1), (1_301, Transport::Tcp));
}

#[test]
fn a_refused_connection_falls_back_to_udp() {
    let mut pair = Pair::new(Settings::default()).with_fate(|packet| match packet.transport {
        Transport::Tcp => Fate::Refuse,
        _ => Fate::Deliver,
    });
    pair.invite_with(large_offer().into());
    pair.run(50);
    pair.bob.incoming();
    assert_eq!(transports(&pair), ["TCP INVITE", "UDP INVITE"]);
    let vias: Vec<_> = pair
        .packets
        .iter()
        .map(|packet| Message::parse(&packet.payload).unwrap().via().unwrap())
        .collect();
    assert_eq!((vias[0].transport.as_str(), vias[1].transport.as_str()), ("TCP", "UDP"));
    assert_eq!(vias[0].branch(), vias[1].branch());
}

#[test]
fn a_refused_connection_without_another_way_is_a_503() {
    let mut pair = Pair::new(Settings::default()).with_fate(|_| Fate::Refuse);
    pair.invite_at("sip:bob@192.0.2.2;transport=tcp", offer().into());
    pair.finish();
    assert_eq!(transports(&pair), ["TCP INVITE"]);
    assert_eq!(pair.alice.failed(), 503);
}

#[test]
fn a_large_ack_that_is_refused_goes_over_udp() {
    let mut pair = Pair::new(Settings::default()).with_fate(|packet| match packet.transport {
        Transport::Tcp => Fate::Refuse,
        _ => Fate::Deliver,
    });
    let call = pair.invite_with(Content::none());
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.bob.agent.answer(pair.now, theirs, offer().into()).unwrap();
    pair.run(20);
    pair.alice.agent.acknowledge(pair.now, call, &large_offer().into()).unwrap();
    pair.run(100);
    assert_eq!(transports(&pair), ["UDP INVITE", "UDP 200 INVITE", "TCP ACK", "UDP ACK"]);
    let Event::Acknowledged { request, .. } = pair.bob.event() else { panic!("no ACK") };
    assert_eq!(request.via().unwrap().transport, "UDP");
}

#[test]
fn a_contact_that_refuses_is_reached_by_the_connection_it_came_by() {
    let mut pair = Pair::new(Settings::default()).with_fate(|packet| match packet.target.port() {
        5099 => Fate::Refuse,
        _ => Fate::Deliver,
    });
    let contact = "<sip:alice@192.0.2.1:5099;transport=tcp>";
    let content = Content::from(offer()).with_header("Contact", contact);
    pair.invite_at("sip:bob@192.0.2.2;transport=tcp", content);
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.bob.agent.answer(pair.now, theirs, answer().into()).unwrap();
    pair.run(20);
    pair.bob.agent.hang_up(pair.now, theirs, Vec::new()).unwrap();
    pair.finish();
    let byes: Vec<_> = pair
        .packets
        .iter()
        .filter(|packet| summary(&packet.payload) == "BYE")
        .map(|packet| packet.target.port())
        .collect();
    assert_eq!(byes, [5099, 5060]);
    assert!(matches!(pair.alice.event(), Event::Answered { .. }));
    assert_eq!(pair.alice.ended(), Why::HungUpThere);
}

#[test]
fn an_icmp_error_is_a_503() {
    let mut pair = Pair::new(Settings::default()).with_fate(|_| Fate::Refuse);
    pair.invite();
    pair.finish();
    assert_eq!((pair.alice.failed(), pair.now), (503, Instant::from_millis(10)));
}

#[test]
fn a_call_over_tcp_or_tls_stays_there_and_is_not_repeated() {
    for (transport, via) in [("tcp", Transport::Tcp), ("tls", Transport::Tls)] {
        let mut pair = Pair::new(Settings::default());
        let uri = format!("sip:bob@192.0.2.2;transport={transport}");
        let call = pair.invite_at(&uri, offer().into());
        pair.run(3_000);
        let theirs = pair.bob.incoming();
        pair.bob.agent.answer(pair.now, theirs, answer().into()).unwrap();
        pair.run(3_000);
        pair.alice.agent.hang_up(pair.now, call, Vec::new()).unwrap();
        pair.finish();
        assert!(pair.packets.iter().all(|packet| packet.transport == via));
        assert_eq!(
            pair.messages(),
            [
                "alice INVITE",
                "bob 100 INVITE",
                "bob 200 INVITE",
                "alice ACK",
                "alice BYE",
                "bob 200 BYE"
            ]
        );
        let contact = pair.last("INVITE").contact().unwrap().unwrap();
        assert_eq!(contact.uri.param("transport"), Some(transport));
    }
}

#[test]
fn a_secure_call_has_secure_contacts() {
    let mut pair = Pair::new(Settings::default());
    pair.invite_at("sips:bob@192.0.2.2", offer().into());
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.bob.agent.answer(pair.now, theirs, answer().into()).unwrap();
    pair.run(20);
    assert_eq!(pair.last("INVITE").headers.get("Contact"), Some("<sips:alice@192.0.2.1:5061>"));
    assert_eq!(pair.last("200 INVITE").headers.get("Contact"), Some("<sips:bob@192.0.2.2:5061>"));
    assert_eq!(pair.last("ACK").uri_text(), "sips:bob@192.0.2.2:5061");
    assert!(pair.packets.iter().all(|packet| packet.transport == Transport::Tls));
}

#[test]
fn a_response_whose_connection_is_gone_goes_to_the_port_of_the_via() {
    let mut pair = Pair::new(Settings::default());
    pair.invite_at("sip:bob@192.0.2.2;transport=tcp", offer().into());
    pair.run(5);
    // As if the INVITE came from a port that the system chose.
    let ((at, number), (mut packet, _)) = pair.wire.pop_first().unwrap();
    packet.source.set_port(40_000);
    pair.wire.insert((at, number), (packet, true));
    let mut pair = pair.with_fate(|packet| match packet.target.port() {
        40_000 => Fate::Refuse,
        _ => Fate::Deliver,
    });
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.bob.agent.reject(pair.now, theirs, &Reply::new(486)).unwrap();
    pair.run(50);
    let targets: Vec<_> =
        pair.packets.iter().filter(|packet| summary(&packet.payload) == "486 INVITE").collect();
    assert_eq!(targets.len(), 2);
    assert_eq!(targets[1].target, "192.0.2.1:5060".parse().unwrap());
    assert_eq!(pair.alice.failed(), 486);
}

#[test]
fn an_outbound_address_is_where_requests_go() {
    let outbound = Some((Transport::Udp, "192.0.2.2:5060".parse().unwrap()));
    let mut pair = Pair::new(Settings { outbound, ..Settings::default() });
    let call = pair.invite_at("sip:bob@example.com", offer().into());
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.bob.agent.answer(pair.now, theirs, answer().into()).unwrap();
    pair.run(20);
    pair.alice.agent.hang_up(pair.now, call, Vec::new()).unwrap();
    pair.finish();
    assert_eq!(pair.packets[0].target, "192.0.2.2:5060".parse().unwrap());
    assert_eq!(pair.last("BYE").uri_text(), "sip:bob@192.0.2.2:5060");
}

#[test]
fn a_peer_whose_contact_leads_nowhere_is_reached_the_way_it_came() {
    let contact = Content::from(offer()).with_header("Contact", "<sip:alice@example.com>");
    let mut pair = Pair::new(Settings::default());
    pair.invite_with(contact);
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.bob.agent.answer(pair.now, theirs, answer().into()).unwrap();
    pair.run(20);
    pair.bob.agent.hang_up(pair.now, theirs, Vec::new()).unwrap();
    pair.finish();
    assert_eq!(pair.last("BYE").uri_text(), "sip:alice@example.com");
    assert!(matches!(pair.alice.event(), Event::Answered { .. }));
    assert_eq!(pair.alice.ended(), Why::HungUpThere);
}

#[test]
fn a_route_of_the_owner_is_the_first_hop() {
    let mut pair = Pair::new(Settings::default());
    let route = Content::from(offer()).with_header("Route", "<sip:192.0.2.2;lr>");
    pair.invite_at("sip:bob@203.0.113.9", route);
    assert_eq!(pair.packets[0].target, "192.0.2.2:5060".parse().unwrap());
    assert_eq!(pair.last("INVITE").uri_text(), "sip:bob@203.0.113.9");
}

#[test]
fn line_ends_that_keep_a_connection_alive_are_ignored() {
    let mut pair = Pair::new(Settings::default());
    for text in ["\n\n", "\n\n\n\n", "", "rubbish", "\u{0}"] {
        pair.forge(text);
    }
    pair.finish();
    assert_eq!(pair.messages(), NOTHING);
}
