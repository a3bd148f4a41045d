//! One INVITE, several telephones (RFC 3261 sections 13.2.2.1 and 13.2.2.4).

use super::*;

/// A response of the telephone with this tag to Alice's INVITE.
fn response(pair: &Pair, code: u16, tag: &str) -> Message {
    let mut response = Message::response_to(&pair.last("INVITE"), code, "");
    response.set_to_tag(tag);
    response.headers.push("Contact", format!("<sip:{tag}@192.0.2.2>"));
    if (101..300).contains(&code) {
        response.set_body("application/sdp", answer().bytes);
    }
    response
}

/// Alice has called, and Bob does not exist.
fn pair() -> (Pair, CallId) {
    let mut pair = Pair::new(Settings::default()).with_fate(|_| Fate::Drop);
    let call = pair.invite();
    (pair, call)
}

fn targets(pair: &Pair, from: usize) -> Vec<String> {
    let line = |packet: &Packet| {
        let message = Message::parse(&packet.payload).unwrap();
        let to = message.to().unwrap();
        let tag = to.tag().unwrap_or_default().to_owned();
        format!("{} {} {tag}", summary(&packet.payload), message.uri_text())
    };
    pair.packets[from..].iter().map(line).collect()
}

#[test]
fn the_first_telephone_to_answer_has_the_call_and_the_others_are_ended() {
    let (mut pair, call) = pair();
    for tag in ["one", "two"] {
        pair.forge_for_alice(&response(&pair, 180, tag));
        assert!(matches!(pair.alice.event(), Event::Progress { .. }));
    }
    pair.forge_for_alice(&response(&pair, 200, "two"));
    assert!(matches!(pair.alice.event(), Event::Answered { .. }));
    pair.forge_for_alice(&response(&pair, 200, "one"));
    pair.forge_for_alice(&response(&pair, 200, "three"));
    assert_eq!(
        targets(&pair, 1),
        [
            "ACK sip:two@192.0.2.2 two",
            "ACK sip:one@192.0.2.2 one",
            "BYE sip:one@192.0.2.2 one",
            "ACK sip:three@192.0.2.2 three",
            "BYE sip:three@192.0.2.2 three"
        ]
    );
    assert!(pair.alice.events.is_empty());
    assert_eq!(pair.alice.agent.call(call).unwrap().dialog.as_ref().unwrap().remote_tag, "two");
}

#[test]
fn a_copy_of_each_2xx_gets_its_own_ack_again() {
    let (mut pair, _) = pair();
    for tag in ["one", "two", "one", "two"] {
        pair.forge_for_alice(&response(&pair, 200, tag));
    }
    assert_eq!(targets(&pair, 4), ["ACK sip:one@192.0.2.2 one", "ACK sip:two@192.0.2.2 two"]);
    assert_eq!(pair.packets[1], pair.packets[4]);
    assert_eq!(pair.packets[2], pair.packets[5]);
}

#[test]
fn a_telephone_that_answers_after_the_call_is_over_is_ended() {
    let (mut pair, call) = pair();
    pair.forge_for_alice(&response(&pair, 200, "one"));
    pair.alice.agent.hang_up(pair.now, call, Vec::new()).unwrap();
    pair.run(1);
    let from = pair.packets.len();
    pair.forge_for_alice(&response(&pair, 200, "two"));
    pair.forge_for_alice(&response(&pair, 200, "one"));
    assert_eq!(
        targets(&pair, from),
        ["ACK sip:two@192.0.2.2 two", "BYE sip:two@192.0.2.2 two", "ACK sip:one@192.0.2.2 one"]
    );
}

#[test]
fn each_telephone_counts_its_reliable_responses_for_itself() {
    let (mut pair, _) = pair();
    let reliable = |pair: &Pair, tag: &str, rseq: u32| {
        let mut response = response(pair, 183, tag);
        response.headers.push("Require", "100rel");
        response.headers.push("RSeq", rseq.to_string());
        response
    };
    for (tag, rseq) in [("one", 7), ("two", 99), ("one", 9), ("one", 8), ("two", 99)] {
        pair.forge_for_alice(&reliable(&pair, tag, rseq));
    }
    assert_eq!(
        targets(&pair, 1),
        [
            "PRACK sip:one@192.0.2.2 one",
            "PRACK sip:two@192.0.2.2 two",
            "PRACK sip:one@192.0.2.2 one"
        ]
    );
    assert_eq!(pair.alice.events.len(), 3);
}

#[test]
fn more_forks_than_anybody_has_are_not_remembered() {
    let (mut pair, call) = pair();
    for fork in 0..1_000 {
        pair.forge_for_alice(&response(&pair, 180, &format!("fork{fork}")));
        pair.forge_for_alice(&response(&pair, 200, &format!("fork{fork}")));
    }
    assert!(pair.packets.len() < 40, "{}", pair.packets.len());
    assert!(pair.alice.agent.calls[&call].forks.is_empty());
}

#[test]
fn a_response_that_was_not_meant_for_us_is_dropped() {
    let (mut pair, _) = pair();
    let via = pair.last("INVITE").headers.get("Via").unwrap().to_owned();
    let mut other = response(&pair, 180, "one");
    other.headers.set("Via", via.replace("192.0.2.1", "192.0.2.7"));
    pair.forge_for_alice(&other);
    let mut two = response(&pair, 180, "one");
    two.headers.push_front("Via", "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKother");
    pair.forge_for_alice(&two);
    let mut more = response(&pair, 180, "one");
    more.headers.push("Via", "SIP/2.0/UDP 192.0.2.7;branch=z9hG4bKother");
    pair.forge_for_alice(&more);
    let mut method = response(&pair, 180, "one");
    method.headers.set("CSeq", "1 OPTIONS");
    pair.forge_for_alice(&method);
    assert!(pair.alice.events.is_empty());
}

#[test]
fn the_route_of_a_dialog_is_that_of_its_own_response() {
    let (mut pair, call) = pair();
    let mut answered = response(&pair, 200, "one");
    answered.headers.push("Record-Route", "<sip:192.0.2.8;lr>, <sip:192.0.2.9:5080;lr>");
    pair.forge_for_alice(&answered);
    pair.alice.agent.info(pair.now, call, &Content::none()).unwrap();
    pair.run(0);
    let info = pair.last("INFO");
    let routes: Vec<_> = info.headers.all("Route").collect();
    assert_eq!(routes, ["<sip:192.0.2.9:5080;lr>", "<sip:192.0.2.8;lr>"]);
    assert_eq!(info.uri_text(), "sip:one@192.0.2.2");
    let target = pair.packets.last().unwrap().target;
    assert_eq!(target, "192.0.2.9:5080".parse().unwrap());
}
