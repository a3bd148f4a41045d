//! The recorder as a session recording server (RFC 7866), against a client that a script plays.

use tallylight::packet::Packet;
use tallylight::sip::{Message, Method};

use super::bench::{Bench, CAROL_AT, RECORDER_AT, Wish, datagram, sdp, sdp_of, sip_at};

/// A request of the client's in a recording session, with so many streams and these metadata.
fn request(cseq: u32, method: &str, to: &str, streams: usize, metadata: &str) -> Packet {
    let at = sip_at(CAROL_AT);
    let offer = sdp(CAROL_AT, cseq, &vec![(30_000, "sendonly"); streams]);
    let body = match method {
        "INVITE" => format!(
            "--x\r\nContent-Type: application/sdp\r\n\r\n{offer}\r\n--x\r\n\
             Content-Type: application/rs-metadata+xml\r\n\
             Content-Disposition: recording-session\r\n\r\n{metadata}\r\n--x--\r\n"
        ),
        _ => String::new(),
    };
    let text = format!(
        "{method} sip:{} SIP/2.0\r\nVia: SIP/2.0/UDP {at};branch=z9hG4bK-{cseq}-{method}\r\n\
         Max-Forwards: 70\r\nFrom: <sip:client@{at}>;tag=c\r\nTo: {to}\r\nCall-ID: recording\r\n\
         CSeq: {cseq} {method}\r\nContact: <sip:client@{at}>;+sip.src\r\nRequire: siprec\r\n\
         Content-Type: multipart/mixed;boundary=x\r\nContent-Length: {}\r\n\r\n{body}",
        sip_at(RECORDER_AT),
        body.len()
    );
    datagram(CAROL_AT, RECORDER_AT, text)
}

fn metadata(group: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\r\n<recording xmlns=\"urn:ietf:params:xml:ns:recording:1\">\
         <datamode>complete</datamode><group group_id=\"{group}\"/></recording>"
    )
}

fn final_answer(bench: &mut Bench) -> Message {
    loop {
        let message = bench.await_method(CAROL_AT, &Method::Invite);
        if message.code().is_some_and(|code| code >= 200) {
            return message;
        }
    }
}

#[test]
fn a_change_that_is_refused_leaves_the_metadata_alone() {
    let mut bench = Bench::new(&Wish::default());
    let (first, second) =
        (metadata("AAAAAAAAAAAAAAAAAAAAAA=="), metadata("BBBBBBBBBBBBBBBBBBBBBB=="));
    let recorder = format!("<sip:{}>", sip_at(RECORDER_AT));
    bench.send(request(1, "INVITE", &recorder, 2, &first));
    bench.pass(100);
    let answer = final_answer(&mut bench);
    assert_eq!(answer.code(), Some(200));
    let to = answer.headers.get("To").unwrap().to_owned();
    bench.send(request(1, "ACK", &to, 0, ""));
    let port =
        sdp_of(&answer).split("m=audio ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    for sequence in 0..20_u16 {
        let mut rtp = vec![0x80, 0];
        rtp.extend(sequence.to_be_bytes());
        rtp.extend((u32::from(sequence) * 160).to_be_bytes());
        rtp.extend([0, 0, 0, 7]);
        rtp.extend([0xFF; 160]);
        let mut packet = datagram(CAROL_AT, RECORDER_AT, rtp);
        packet.source.set_port(30_000);
        packet.target.set_port(port.parse().unwrap());
        bench.send(packet);
        bench.pass(20);
    }
    // One stream fewer than there was is no offer.
    bench.send(request(2, "INVITE", &to, 1, &second));
    bench.pass(100);
    assert_eq!(final_answer(&mut bench).code(), Some(488));
    bench.send(request(3, "BYE", &to, 0, ""));
    bench.pass(100);
    let kept = bench.shelf.take();
    assert_eq!(kept.len(), 1);
    let document = String::from_utf8(kept[0].document.to_vec()).unwrap();
    assert_eq!(document.trim(), first);
}
