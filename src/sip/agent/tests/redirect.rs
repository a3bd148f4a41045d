//! Following redirections (RFC 3261 section 8.1.3.4).

use super::*;

fn following() -> Settings {
    Settings { follow_redirects: true, ..Settings::default() }
}

/// Bob redirects the call that has just come to him.
fn redirect(pair: &mut Pair, contacts: &[&str]) {
    let theirs = pair.bob.incoming();
    let mut content = Content::none();
    for contact in contacts {
        content = content.with_header("Contact", contact);
    }
    pair.bob.agent.reject(pair.now, theirs, &Reply::new(302).with(content)).unwrap();
    pair.run(0);
    assert_eq!(pair.bob.ended(), Why::HungUpHere);
    pair.run(20);
}

fn targets(pair: &Pair) -> Vec<String> {
    let invites = pair.packets.iter().filter(|packet| summary(&packet.payload) == "INVITE");
    invites.map(|packet| Message::parse(&packet.payload).unwrap().uri_text().to_owned()).collect()
}

#[test]
fn a_redirected_call_is_tried_where_it_is_preferred_most() {
    let mut pair = Pair::new(following());
    pair.invite();
    pair.run(20);
    redirect(&mut pair, &["<sip:low@192.0.2.2>;q=0.1", "<sip:high@192.0.2.2?Subject=x>;q=0.9"]);
    let theirs = pair.bob.incoming();
    pair.bob.agent.reject(pair.now, theirs, &Reply::new(404)).unwrap();
    pair.run(0);
    assert_eq!(pair.bob.ended(), Why::HungUpHere);
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.bob.agent.answer(pair.now, theirs, answer().into()).unwrap();
    pair.run(20);
    assert_eq!(
        targets(&pair),
        ["sip:bob@192.0.2.2:5060", "sip:high@192.0.2.2", "sip:low@192.0.2.2"]
    );
    assert!(matches!(pair.alice.event(), Event::Answered { .. }));
    assert_eq!(pair.last("INVITE").cseq().unwrap().number, 3);
}

#[test]
fn who_redirects_in_circles_is_left() {
    let mut pair = Pair::new(following());
    pair.invite();
    pair.run(20);
    redirect(&mut pair, &["<sip:carol@192.0.2.2>"]);
    redirect(&mut pair, &["<sip:bob@192.0.2.2:5060>", "<sip:carol@192.0.2.2>"]);
    assert_eq!(targets(&pair).len(), 2);
    assert_eq!(pair.alice.failed(), 302);
}

#[test]
fn a_target_that_cannot_be_reached_is_passed_over() {
    let mut pair = Pair::new(following());
    pair.invite();
    pair.run(20);
    redirect(&mut pair, &["<sip:bob@example.com>", "<sip:carol@192.0.2.2>"]);
    pair.bob.incoming();
    assert_eq!(targets(&pair), ["sip:bob@192.0.2.2:5060", "sip:carol@192.0.2.2"]);
}

#[test]
fn a_redirection_is_a_refusal_unless_we_are_told_to_follow() {
    let mut pair = Pair::new(Settings::default());
    pair.invite();
    pair.run(20);
    redirect(&mut pair, &["<sip:carol@192.0.2.2>"]);
    assert_eq!(pair.alice.failed(), 302);
    assert_eq!(targets(&pair), ["sip:bob@192.0.2.2:5060"]);
    pair.finish();
}
