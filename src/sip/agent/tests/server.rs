//! What a server says to strangers (RFC 3261 section 8.2).

use super::*;

/// A request with what every request has, and more.
fn request(method: &str, more: &str) -> String {
    format!(
        "{method} sip:bob@192.0.2.2 SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\n\
         Max-Forwards: 70\nFrom: <sip:alice@example.com>;tag=a\nTo: <sip:bob@example.com>\n\
         Call-ID: 7\nCSeq: 1 {method}\nContact: <sip:alice@192.0.2.1>\n{more}\n"
    )
}

fn pair() -> Pair {
    Pair::new(Settings::default())
}

#[test]
fn options_tells_what_we_can_do() {
    let mut pair = pair();
    pair.forge(&request("OPTIONS", ""));
    let response = pair.last("200 OPTIONS");
    let get = |name| response.headers.get(name).unwrap();
    assert_eq!(get("Allow"), "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, PRACK, INFO");
    assert_eq!((get("Supported"), get("Accept")), ("100rel", "application/sdp"));
    assert!(response.to().unwrap().tag().is_some());
}

#[test]
fn options_within_a_call_leave_it_alone() {
    let mut pair = pair();
    let (call, theirs) = pair.talking();
    pair.alice.agent.request_within(pair.now, call, Method::Options, &Content::none()).unwrap();
    pair.run(20);
    assert_eq!(pair.messages(), ["alice OPTIONS", "bob 200 OPTIONS"]);
    assert!(matches!(pair.alice.event(), Event::Response { code: 200, .. }));
    assert!(pair.bob.agent.call(theirs).is_some());
}

#[test]
fn a_method_that_we_do_not_allow_gets_405() {
    let mut pair = pair();
    pair.forge(&request("SUBSCRIBE", ""));
    let allow = pair.last("405 SUBSCRIBE").headers.get("Allow").unwrap().to_owned();
    assert!(allow.starts_with("INVITE, "));
}

#[test]
fn a_request_of_a_call_that_never_was_gets_481() {
    for method in ["BYE", "UPDATE", "INFO", "PRACK"] {
        let mut pair = pair();
        pair.forge(&request(method, ""));
        pair.forge(
            &request(method, "")
                .replace("bob@example.com>", "bob@example.com>;tag=x")
                .replace("bK1", "bK2"),
        );
        let line = format!("bob 481 {method}");
        assert_eq!(pair.messages(), [line.clone(), line]);
    }
}

#[test]
fn an_ack_of_nothing_is_answered_with_nothing() {
    let mut pair = pair();
    pair.forge(&request("ACK", ""));
    pair.forge(&request("ACK", "").replace("bob@example.com>", "bob@example.com>;tag=x"));
    assert_eq!(pair.messages(), NOTHING);
    assert_eq!(pair.bob.agent.leftovers(), NOTHING);
}

#[test]
fn a_caller_may_end_an_early_dialog_by_bye() {
    let mut pair = pair();
    pair.forge(&request("INVITE", ""));
    let theirs = pair.bob.incoming();
    pair.bob.agent.ring(pair.now, theirs, 180, Content::none()).unwrap();
    pair.run(1);
    let tag = pair.last("180 INVITE").to().unwrap().tag().unwrap().to_owned();
    let bye = request("BYE", "").replace("CSeq: 1", "CSeq: 2").replace("bK1", "bK2");
    pair.forge(&bye.replace("bob@example.com>", &format!("bob@example.com>;tag={tag}")));
    assert_eq!(pair.messages(), ["bob 180 INVITE", "bob 200 BYE", "bob 487 INVITE"]);
    assert_eq!(pair.bob.ended(), Why::HungUpThere);
}

#[test]
fn a_copy_that_came_another_way_gets_482() {
    let mut pair = pair();
    pair.forge(&request("INVITE", ""));
    pair.forge(&request("INVITE", "").replace("z9hG4bK1", "z9hG4bK2"));
    pair.run(100);
    assert_eq!(pair.messages(), ["bob 482 INVITE"]);
    pair.bob.incoming();
    assert!(pair.bob.events.is_empty());
}

#[test]
fn a_copy_that_came_the_same_way_is_absorbed() {
    let mut pair = pair();
    for _ in 0..3 {
        pair.forge(&request("INVITE", ""));
    }
    pair.bob.incoming();
    assert!(pair.bob.events.is_empty());
    assert_eq!(pair.messages(), ["bob 100 INVITE", "bob 100 INVITE"]);
}

#[test]
fn a_malformed_request_gets_400_and_another_version_505() {
    let mut pair = pair();
    pair.forge(&request("OPTIONS", "").replace("CSeq: 1", "CSeq: 99999999999"));
    pair.forge(
        &request("OPTIONS", "")
            .replace("OPTIONS sip:bob@192.0.2.2 SIP/2.0", "OPTIONS sip:bob@192.0.2.2 SIP/7.0"),
    );
    pair.forge(&request("INVITE", "Content-Length: 500\n"));
    let codes: Vec<_> = pair
        .packets
        .iter()
        .map(|packet| Message::parse(&packet.payload).unwrap().code().unwrap())
        .collect();
    assert_eq!(codes, [400, 505, 400]);
    assert_eq!(pair.bob.agent.leftovers(), NOTHING);
    assert!(pair.bob.events.is_empty());
}

#[test]
fn a_request_that_says_too_little_is_dropped() {
    let mut pair = pair();
    pair.forge("OPTIONS sip:bob@192.0.2.2 SIP/2.0\n\n");
    pair.forge(&request("OPTIONS", "").replace("Via", "X-Via"));
    pair.forge(&request("ACK", "").replace("CSeq: 1", "CSeq: 99999999999"));
    pair.forge("SIP/2.0 200 OK\n\n");
    assert_eq!(pair.messages(), NOTHING);
}

#[test]
fn beyond_the_bound_everybody_gets_503() {
    let mut pair = Pair::new(Settings { transactions_max: 10, ..Settings::default() });
    for number in 0..50 {
        let text = request("OPTIONS", "").replace("z9hG4bK1", &format!("z9hG4bKx{number}"));
        pair.forge(&text.replace("Call-ID: 7", &format!("Call-ID: {number}")));
    }
    let messages = pair.messages();
    assert_eq!(messages[9..11], ["bob 200 OPTIONS", "bob 503 OPTIONS"]);
    assert_eq!(pair.bob.agent.core.layer.len(), 10);
    pair.run(32_000);
    pair.forge(&request("OPTIONS", ""));
    assert_eq!(pair.messages(), ["bob 200 OPTIONS"]);
}

#[test]
fn beyond_the_bound_of_calls_an_invite_gets_503() {
    let mut pair = Pair::new(Settings { calls_max: 1, ..Settings::default() });
    pair.invite();
    assert!(matches!(
        pair.alice.agent.invite(
            pair.now,
            Invite {
                uri: Uri::parse("sip:bob@192.0.2.2").unwrap(),
                from: NameAddr::parse("<sip:a@b>").unwrap(),
                to: NameAddr::parse("<sip:a@b>").unwrap(),
                outbound: None,
                contact_params: None,
                content: Content::none(),
            }
        ),
        Err(Error::TooMany)
    ));
    pair.run(20);
    pair.forge(&request("INVITE", ""));
    assert_eq!(pair.messages().last().unwrap(), "bob 503 INVITE");
}

#[test]
fn a_client_of_rfc_2543_is_served() {
    let old = |text: String| {
        text.replace(";branch=z9hG4bK1", "").replace(";tag=a", "").replace("Max-Forwards: 70\n", "")
    };
    let mut pair = pair();
    for _ in 0..2 {
        pair.forge(&old(request("INVITE", "")));
    }
    let theirs = pair.bob.incoming();
    assert!(pair.bob.events.is_empty());
    pair.bob.agent.answer(pair.now, theirs, offer().into()).unwrap();
    pair.run(10);
    let tag = pair.last("200 INVITE").to().unwrap().tag().unwrap().to_owned();
    let tagged = |text: String| {
        old(text).replace("bob@example.com>", &format!("bob@example.com>;tag={tag}"))
    };
    pair.forge(&tagged(request("ACK", "")));
    assert!(matches!(pair.bob.event(), Event::Acknowledged { .. }));
    pair.forge(&tagged(request("BYE", "").replace("CSeq: 1", "CSeq: 2")));
    assert_eq!(pair.bob.ended(), Why::HungUpThere);
    assert_eq!(pair.messages().last().unwrap(), "bob 200 BYE");
}

#[test]
fn a_response_goes_where_rport_or_the_via_says() {
    let mut pair = pair();
    pair.forge(&request("OPTIONS", "").replace("192.0.2.1:5060;", "198.51.100.7:5999;"));
    pair.forge(
        &request("OPTIONS", "")
            .replace("192.0.2.1:5060;branch=z9hG4bK1", "198.51.100.7:5999;branch=z9hG4bK2;rport")
            .replace("Call-ID: 7", "Call-ID: 8"),
    );
    let targets: Vec<_> = pair.packets.iter().map(|packet| packet.target.to_string()).collect();
    assert_eq!(targets, ["192.0.2.1:5999", "192.0.2.1:5060"]);
    let via = pair.last("200 OPTIONS").via().unwrap();
    assert_eq!((via.received(), via.rport()), (Some("192.0.2.1".parse().unwrap()), Some(5060)));
}

#[test]
fn a_long_ringing_is_told_again_every_minute() {
    let mut pair = pair();
    pair.invite();
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.bob.agent.ring(pair.now, theirs, 180, Content::none()).unwrap();
    pair.run(130_000);
    assert_eq!(
        pair.ladder[1..],
        ["20 bob 180 INVITE", "60020 bob 180 INVITE", "120020 bob 180 INVITE"]
    );
}

#[test]
fn a_response_repeats_the_record_route_in_order() {
    let mut pair = pair();
    pair.forge(&request(
        "INVITE",
        "Record-Route: <sip:192.0.2.8;lr>\nRecord-Route: <sip:192.0.2.1;lr;x=y>;z=\"q\"\n",
    ));
    let theirs = pair.bob.incoming();
    pair.bob.agent.ring(pair.now, theirs, 180, Content::none()).unwrap();
    pair.bob.agent.answer(pair.now, theirs, offer().into()).unwrap();
    pair.run(0);
    for what in ["180 INVITE", "200 INVITE"] {
        let response = pair.last(what);
        let routes: Vec<_> = response.headers.all("Record-Route").collect();
        assert_eq!(routes, ["<sip:192.0.2.8;lr>", "<sip:192.0.2.1;lr;x=y>;z=\"q\""]);
    }
}

#[test]
fn a_verb_that_does_not_fit_is_refused() {
    let mut pair = pair();
    let call = pair.invite();
    pair.run(20);
    let theirs = pair.bob.incoming();
    let now = pair.now;
    let (alice, bob) = (&mut pair.alice.agent, &mut pair.bob.agent);
    assert_eq!(alice.answer(now, call, Content::none()), Err(Error::NotNow));
    assert_eq!(alice.ring(now, call, 180, Content::none()), Err(Error::NotNow));
    assert_eq!(alice.reject(now, call, &Reply::new(486)), Err(Error::NotNow));
    assert_eq!(alice.reinvite(now, call, Content::none()), Err(Error::NotNow));
    assert_eq!(alice.acknowledge(now, call, &Content::none()), Err(Error::NotNow));
    assert_eq!(alice.info(now, call, &Content::none()), Err(Error::NotNow));
    assert_eq!(bob.ring(now, theirs, 200, Content::none()), Err(Error::NotNow));
    assert_eq!(bob.ring(now, theirs, 100, Content::none()), Err(Error::NotNow));
    assert_eq!(bob.reject(now, theirs, &Reply::new(200)), Err(Error::NotNow));
    assert_eq!(bob.hang_up(now, CallId(99), Vec::new()), Err(Error::NoSuchCall));
    assert_eq!(bob.respond(now, RequestId(99), Reply::new(200)), Err(Error::NoSuchRequest));
    let method = Method::Bye;
    assert_eq!(alice.request_within(now, call, method, &Content::none()), Err(Error::NotNow));
}
