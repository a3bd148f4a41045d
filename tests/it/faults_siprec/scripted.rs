//! Sessions that none of our parts begins by itself, written out: a recorder that asks for a
//! recording, for a snapshot and for other streams; a telephone that is asked to record; a
//! recorder that registers; two clients that speak of one call; a call that stays on hold.

use std::fmt::Write as _;
use std::net::SocketAddr;

use tallylight::evidence::{Kind, Member, Name, Script, Timeline};
use tallylight::packet::{Packet, Transport};
use tallylight::time::{Epoch, Instant};

/// A message: when, from whom to whom, its title as in `200 INVITE 1`, headers, body.
type Line<'a> = (u64, &'a str, &'a str, &'a str, &'a str, String);

const SRC: &str = "<sip:platform@192.0.2.20>;+sip.src";
const SRS: &str = "<sip:recorder@192.0.2.30>;+sip.srs";

/// A recorder begins a recording, asks for a snapshot, pauses, goes on, and ends it.
pub fn recorder_begins() -> Script {
    let (r, p) = ("recorder", "platform");
    let begin = format!("Contact: {SRS}\r\nRequire: siprec\r\n");
    let ask = format!(
        "Contact: {SRS}\r\nContent-Type: application/rs-metadata+xml\r\nContent-Disposition: recording-session\r\n"
    );
    let own = format!("Contact: {SRC}\r\n");
    let told = format!("Contact: {SRC}\r\nContent-Type: multipart/mixed;boundary=x\r\n");
    let sdp = "Content-Type: application/sdp\r\n";
    let heard = format!("Contact: {SRS}\r\n{sdp}");
    script(&[
        (1_000, r, p, "INVITE 1", &begin, String::new()),
        (1_010, p, r, "200 INVITE 1", &told, both(&client(1, "sendonly"))),
        (1_020, r, p, "ACK 1", sdp, server(1, "recvonly")),
        (3_000, r, p, "UPDATE 2", &ask, WISH.to_owned()),
        (3_010, p, r, "200 UPDATE 2", &own, String::new()),
        (3_020, p, r, "UPDATE 1", &told, both(&client(1, "sendonly"))),
        (3_030, r, p, "200 UPDATE 1", &heard, server(1, "recvonly")),
        (8_000, r, p, "INVITE 3", &heard, server(2, "inactive")),
        (8_010, p, r, "200 INVITE 3", &format!("{own}{sdp}"), client(2, "inactive")),
        (8_020, r, p, "ACK 3", "", String::new()),
        (10_000, r, p, "INVITE 4", &heard, server(3, "recvonly")),
        (10_010, p, r, "200 INVITE 4", &format!("{own}{sdp}"), client(3, "sendonly")),
        (10_020, r, p, "ACK 4", "", String::new()),
        (12_000, r, p, "BYE 5", "", String::new()),
        (12_010, p, r, "200 BYE 5", "", String::new()),
    ])
}

/// A recorder begins a recording with an offer of its own.
pub fn recorder_offers() -> Script {
    let (r, p) = ("recorder", "platform");
    let begin = format!("Contact: {SRS}\r\nRequire: siprec\r\nContent-Type: application/sdp\r\n");
    let taken = format!("Contact: {SRC}\r\nContent-Type: multipart/mixed;boundary=x\r\n");
    script(&[
        (1_000, r, p, "INVITE 1", &begin, server(1, "recvonly")),
        (1_010, p, r, "200 INVITE 1", &taken, both(&client(1, "sendonly"))),
        (1_020, r, p, "ACK 1", "", String::new()),
        (5_000, r, p, "BYE 2", "", String::new()),
        (5_010, p, r, "200 BYE 2", "", String::new()),
    ])
}

/// A client begins a recording, pauses it, and ends it.
pub fn paused_for_good() -> Script {
    let (p, r) = ("platform", "recorder");
    let begin = format!(
        "Contact: {SRC}\r\nRequire: siprec\r\nContent-Type: multipart/mixed;boundary=x\r\n"
    );
    let again = format!("Contact: {SRC}\r\nContent-Type: application/sdp\r\n");
    let taken = format!("Contact: {SRS}\r\nContent-Type: application/sdp\r\n");
    script(&[
        (1_000, p, r, "INVITE 1", &begin, both(&client(1, "sendonly"))),
        (1_010, r, p, "200 INVITE 1", &taken, server(1, "recvonly")),
        (1_020, p, r, "ACK 1", "", String::new()),
        (5_000, p, r, "INVITE 2", &again, client(2, "inactive")),
        (5_010, r, p, "200 INVITE 2", &taken, server(2, "inactive")),
        (5_020, p, r, "ACK 2", "", String::new()),
        (60_000, p, r, "BYE 3", "", String::new()),
        (60_010, r, p, "200 BYE 3", "", String::new()),
    ])
}

/// A call is put on hold for good, and its client sends one of the two streams on.
pub fn held_for_good() -> Script {
    let (a, p, r) = ("Alice", "platform", "recorder");
    let begin = format!(
        "Contact: {SRC}\r\nRequire: siprec\r\nContent-Type: multipart/mixed;boundary=x\r\n"
    );
    let again = format!("Contact: {SRC}\r\nContent-Type: application/sdp\r\n");
    let taken = format!("Contact: {SRS}\r\nContent-Type: application/sdp\r\n");
    let call = "Contact: <sip:Alice@192.0.2.11>\r\nContent-Type: application/sdp\r\n";
    let bridge = "Contact: <sip:platform@192.0.2.20>\r\nContent-Type: application/sdp\r\n";
    script(&[
        (500, a, p, "INVITE 1", call, person(11, 1, "sendrecv")),
        (510, p, a, "200 INVITE 1", bridge, person(20, 1, "sendrecv")),
        (520, a, p, "ACK 1", "", String::new()),
        (1_000, p, r, "INVITE 1", &begin, both(&client(1, "sendonly"))),
        (1_010, r, p, "200 INVITE 1", &taken, server(1, "recvonly")),
        (1_020, p, r, "ACK 1", "", String::new()),
        (4_900, a, p, "INVITE 2", call, person(11, 2, "inactive")),
        (4_910, p, a, "200 INVITE 2", bridge, person(20, 2, "inactive")),
        (4_920, a, p, "ACK 2", "", String::new()),
        (
            5_000,
            p,
            r,
            "INVITE 2",
            &again,
            client(2, "sendonly").replacen("sendonly", "inactive", 1),
        ),
        (
            5_010,
            r,
            p,
            "200 INVITE 2",
            &taken,
            server(2, "recvonly").replacen("recvonly", "inactive", 1),
        ),
        (5_020, p, r, "ACK 2", "", String::new()),
        (60_000, a, p, "BYE 3", "", String::new()),
        (60_005, p, a, "200 BYE 3", "", String::new()),
        (60_010, p, r, "BYE 3", "", String::new()),
        (60_020, r, p, "200 BYE 3", "", String::new()),
    ])
}

/// A telephone is asked to record, and cannot.
pub fn telephone_is_asked() -> Script {
    let begin = format!(
        "Contact: {SRC}\r\nRequire: siprec\r\nContent-Type: multipart/mixed;boundary=x\r\n"
    );
    script(&[
        (1_000, "platform", "Alice", "INVITE 1", &begin, both(&client(1, "sendonly"))),
        (1_010, "Alice", "platform", "420 INVITE 1", "Unsupported: siprec\r\n", String::new()),
        (1_020, "platform", "Alice", "ACK 1", "", String::new()),
    ])
}

/// A recorder registers.
pub fn recorder_registers() -> Script {
    let contact = format!("Contact: {SRS}\r\n");
    script(&[
        (1_000, "recorder", "platform", "REGISTER 1", &contact, String::new()),
        (1_010, "platform", "recorder", "200 REGISTER 1", &contact, String::new()),
    ])
}

/// Two clients record one call, and call it by one name.
pub fn two_clients() -> Script {
    let mut lines = Vec::new();
    let begin = format!(
        "Contact: {SRC}\r\nRequire: siprec\r\nContent-Type: multipart/mixed;boundary=x\r\n"
    );
    let taken = format!("Contact: {SRS}\r\nContent-Type: application/sdp\r\n");
    for (at, client_) in [(1_000, "platform"), (2_000, "second")] {
        lines.push((at, client_, "recorder", "INVITE 1", &*begin, both(&client(1, "sendonly"))));
        lines.push((at + 10, "recorder", client_, "200 INVITE 1", &*taken, server(1, "recvonly")));
        lines.push((at + 20, client_, "recorder", "ACK 1", "", String::new()));
    }
    script(&lines)
}

fn script(lines: &[Line<'_>]) -> Script {
    let mut timeline = Timeline::new(Epoch::SIMULATED);
    for (name, kind) in [
        ("Alice", Kind::Phone),
        ("platform", Kind::Platform),
        ("second", Kind::Platform),
        ("recorder", Kind::Recorder),
    ] {
        let member = Member { name: Name::from(name), kind, number: None, real: false };
        timeline.cast_mut().add(member, &[address(name).ip()], &[]);
    }
    for line in lines {
        let packet = Packet {
            transport: Transport::Tcp,
            source: address(line.1),
            target: address(line.2),
            payload: text(line).into(),
        };
        timeline.sent(Instant::from_nanos(line.0 * 1_000_000), &packet);
        timeline.received(Instant::from_nanos(line.0 * 1_000_000 + 5_000_000), &packet);
    }
    Script::of(&timeline)
}

fn text((_, from, to, title, headers, body): &Line<'_>) -> String {
    let words: Vec<_> = title.split(' ').collect();
    let (code, method, number) = match words[..] {
        [code, method, number] => (Some(code), method, number),
        [method, number] => (None, method, number),
        _ => panic!("{title}"),
    };
    let mut text = match code {
        Some(code) => format!("SIP/2.0 {code} Said\r\n"),
        None => format!("{method} sip:{to}@{} SIP/2.0\r\n", address(to).ip()),
    };
    // Who asked; each of two clients has a call of its own, and a telephone has one too.
    let asker = if code.is_some() { to } else { from };
    let answerer = if code.is_some() { from } else { to };
    let other =
        [from, to].into_iter().find(|it| ["second", "Alice"].contains(*it)).map_or("", |it| it);
    let begins = code.is_none() && ["INVITE", "REGISTER"].contains(&method);
    let tag = if begins && number == "1" { String::new() } else { format!(";tag={answerer}") };
    write!(
        text,
        "Via: SIP/2.0/TCP {};branch=z9hG4bK-{asker}-{method}-{number}\r\nMax-Forwards: 70\r\n\
         From: <sip:{asker}@example.com>;tag={asker}\r\nTo: <sip:{answerer}@example.com>{tag}\r\n\
         Call-ID: scripted{other}\r\nCSeq: {number} {method}\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        address(asker),
        body.len(),
    )
    .unwrap();
    text
}

fn address(name: &str) -> SocketAddr {
    let host = match name {
        "Alice" => 11,
        "platform" => 20,
        "second" => 21,
        _ => 30,
    };
    ([192, 0, 2, host], 5_060).into()
}

fn person(host: u8, version: u32, direction: &str) -> String {
    format!(
        "v=0\r\no=- {host} {version} IN IP4 192.0.2.{host}\r\ns=-\r\nc=IN IP4 192.0.2.{host}\r\nt=0 0\r\n\
         m=audio 30000 RTP/AVP 0\r\na={direction}\r\n"
    )
}

fn client(version: u32, direction: &str) -> String {
    format!(
        "v=0\r\no=src 1 {version} IN IP4 192.0.2.20\r\ns=-\r\nc=IN IP4 192.0.2.20\r\nt=0 0\r\n\
         m=audio 40000 RTP/AVP 0\r\na={direction}\r\na=label:1\r\n\
         m=audio 40002 RTP/AVP 0\r\na={direction}\r\na=label:2\r\n"
    )
}

fn server(version: u32, direction: &str) -> String {
    format!(
        "v=0\r\no=srs 2 {version} IN IP4 192.0.2.30\r\ns=-\r\nc=IN IP4 192.0.2.30\r\nt=0 0\r\n\
         m=audio 50000 RTP/AVP 0\r\na={direction}\r\nm=audio 50002 RTP/AVP 0\r\na={direction}\r\n"
    )
}

/// An offer, and the metadata beside it.
pub fn both(sdp: &str) -> String {
    format!(
        "--x\r\nContent-Type: application/sdp\r\n\r\n{sdp}\r\n--x\r\n\
         Content-Type: application/rs-metadata+xml\r\nContent-Disposition: recording-session\r\n\r\n\
         {METADATA}\r\n--x--\r\n"
    )
}

const WISH: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n\
    <requestsnapshot xmlns=\"urn:ietf:params:xml:ns:recording:1\"></requestsnapshot>\r\n";

/// Two people, each on a stream; what stands in it is in the order of RFC 7865 section 9.
pub const METADATA: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n\
<recording xmlns=\"urn:ietf:params:xml:ns:recording:1\"><datamode>complete</datamode>\
<session session_id=\"hVpd7YQgRW2nD22h7q60JQ==\"/>\
<participant participant_id=\"srfBElmCRp2QB23b7Mpk0w==\"><nameID aor=\"sip:bob@example.com\"><name>Bob</name></nameID></participant>\
<participant participant_id=\"zSfPoSvdSDCmU3A3TRDxAw==\"><nameID aor=\"sip:paul@example.com\"><name>Paul</name></nameID></participant>\
<stream stream_id=\"UAAMm5GRQKSCMVvLyl4rFw==\" session_id=\"hVpd7YQgRW2nD22h7q60JQ==\"><label>1</label></stream>\
<stream stream_id=\"AAAAAAAAQACAAAAAAAAAAQ==\" session_id=\"hVpd7YQgRW2nD22h7q60JQ==\"><label>2</label></stream>\
<sessionrecordingassoc session_id=\"hVpd7YQgRW2nD22h7q60JQ==\"/>\
<participantsessionassoc participant_id=\"srfBElmCRp2QB23b7Mpk0w==\" session_id=\"hVpd7YQgRW2nD22h7q60JQ==\"/>\
<participantsessionassoc participant_id=\"zSfPoSvdSDCmU3A3TRDxAw==\" session_id=\"hVpd7YQgRW2nD22h7q60JQ==\"/>\
<participantstreamassoc participant_id=\"srfBElmCRp2QB23b7Mpk0w==\">\
<send>UAAMm5GRQKSCMVvLyl4rFw==</send><recv>AAAAAAAAQACAAAAAAAAAAQ==</recv></participantstreamassoc>\
<participantstreamassoc participant_id=\"zSfPoSvdSDCmU3A3TRDxAw==\">\
<send>AAAAAAAAQACAAAAAAAAAAQ==</send><recv>UAAMm5GRQKSCMVvLyl4rFw==</recv></participantstreamassoc>\
</recording>";
