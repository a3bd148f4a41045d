//! Changes of a call that is not answered yet (RFC 3262 section 5, RFC 3311).

use tallylight::sip::{Message, Method};

use super::{carols, with_carol};
use crate::bench::{Bench, CAROL, CAROL_AT, Peer, sdp_of, title};

/// The next message of this title for Carol, on either of her lines.
fn await_title(bench: &mut Bench, wanted: &str) -> Message {
    while let Some(message) = bench.next(CAROL_AT) {
        if title(&message) == wanted {
            return message;
        }
    }
    panic!("no {wanted} came");
}

#[test]
fn an_offer_in_a_prack_passes_to_the_other_side_as_an_update() {
    let mut bench = with_carol();
    // Carol calls herself.
    let offer = carols(1, "sendrecv");
    let mut caller = Peer::call(&mut bench, CAROL_AT, CAROL, "Require: 100rel\r\n", &offer);
    bench.pass(10);
    let callee = Peer::of(CAROL_AT, await_title(&mut bench, "INVITE"));
    let reliably = [("Require", "100rel"), ("RSeq", "7"), ("Allow", "UPDATE, PRACK")];
    callee.respond_with(&mut bench, &callee.invite, 183, &reliably, &carols(1, "sendrecv"));
    bench.pass(10);
    let prack = await_title(&mut bench, "PRACK");
    callee.respond(&mut bench, &prack, 200, &[]);
    bench.pass(600);
    let progress = await_title(&mut bench, "183 (INVITE)");
    let rseq = progress.rseq().unwrap().expect("an RSeq");
    caller.note(progress);
    let rack = format!("RAck: {rseq} 100 INVITE\r\n");
    caller.request(&mut bench, "PRACK", &rack, "application/sdp", &carols(2, "sendonly"));
    bench.pass(10);
    let update = bench.await_method(CAROL_AT, &Method::Update);
    assert!(sdp_of(&update).contains("a=sendonly"), "{}", sdp_of(&update));
    callee.respond_with(&mut bench, &update, 200, &[], &carols(2, "recvonly"));
    bench.pass(10);
    let answer = await_title(&mut bench, "200 (PRACK)");
    assert!(sdp_of(&answer).contains("a=recvonly"), "{}", sdp_of(&answer));
}
