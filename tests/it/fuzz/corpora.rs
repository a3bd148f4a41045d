//! What is right, to be bent: the messages of `tests/data`, and those of a call of ours.

use std::fs;
use std::net::SocketAddr;

use bytes::Bytes;
use tallylight::evidence::{Secrets, write_lines};
use tallylight::ice::stun;
use tallylight::rtp::{
    Chunk, Compound, Extension, Header, ReportBlock, RtcpPacket, SenderInfo, TelephoneEvent,
};

use crate::corpus;
use crate::judge::played_on;
use crate::sealed::tunnel::{self, Agreement, Sealed, packets};
use crate::stage;

pub fn sip() -> Vec<Bytes> {
    let folders = ["rfc4475", "rfc5118", "siprec_invite"];
    folders.into_iter().flat_map(corpus::all).map(|(_, message)| message).collect()
}

pub fn sdp() -> Vec<Bytes> {
    files("sdp", "sdp")
}

pub fn metadata() -> Vec<Bytes> {
    files("siprec", "xml")
}

/// A Content-Type on the first line, and the body after it.
pub fn multipart() -> Vec<Bytes> {
    let invites = corpus::all("siprec_invite").into_iter().map(|(_, message)| message);
    let other = corpus::raw("rfc4475", "mpart01");
    let of = |message: Bytes| {
        let message = tallylight::sip::Message::parse(&message).unwrap();
        let kind = message.headers.get("Content-Type").unwrap();
        Bytes::from([kind.as_bytes(), b"\n", &message.body[..]].concat())
    };
    invites.chain([other]).map(of).collect()
}

pub fn rtp() -> Vec<Bytes> {
    let header = Header {
        payload_type: 0,
        marker: true,
        sequence: 65_535,
        timestamp: 7,
        ssrc: 9,
        csrcs: vec![1, 2],
    };
    let one_byte = Extension { profile: 0xBEDE, data: &[0x10, 7, 0x23, 1, 2, 3, 4, 0] };
    let two_bytes = Extension { profile: 0x1000, data: &[1, 2, 3, 4, 2, 0, 0, 0] };
    let event = TelephoneEvent { event: 11, end: true, volume: 10, duration: 800 };
    let bare = Header { payload_type: 101, csrcs: Vec::new(), ..header.clone() };
    vec![
        header.write(&[0xFF; 160]),
        header.write_extended(&one_byte, &[0xFF; 20]),
        header.write_extended(&two_bytes, &[0xFF; 20]),
        bare.write(&event.write()),
    ]
}

pub fn rtcp() -> Vec<Bytes> {
    let block = ReportBlock {
        ssrc: 9,
        fraction_lost: 3,
        lost: -1,
        highest: 70_000,
        jitter: 12,
        last_report: 77,
        delay: 88,
    };
    let info = SenderInfo { ntp: 1 << 40, timestamp: 160, packets: 3, octets: 480 };
    let chunk = Chunk::of_cname(7, "alice@192.0.2.1");
    let blocks = vec![block; 2];
    let parts = [
        RtcpPacket::SenderReport { ssrc: 7, info, blocks: blocks.clone() },
        RtcpPacket::ReceiverReport { ssrc: 7, blocks },
        RtcpPacket::Description(vec![chunk]),
        RtcpPacket::Goodbye { ssrcs: vec![7], reason: Some("gone".to_owned()) },
    ];
    let [sender, receiver, description, bye] = parts;
    let compound = |parts: Vec<RtcpPacket>| Compound(parts).write();
    vec![
        compound(vec![sender.clone(), description.clone()]),
        compound(vec![receiver.clone(), description.clone(), bye]),
        compound(vec![receiver, description]),
        compound(vec![sender]),
    ]
}

pub fn stun() -> Vec<Bytes> {
    let at = |text: &str| text.parse::<SocketAddr>().unwrap();
    let mut request = stun::Message::new(stun::Class::Request, *b"tallylight!!");
    request.username = Some("abcd:efgh".to_owned());
    request.priority = Some(1 << 30);
    request.use_candidate = true;
    request.controlling = Some(77);
    let mut success = stun::Message::new(stun::Class::Success, *b"tallylight!!");
    success.mapped = Some(at("192.0.2.1:5060"));
    let mut six = success.clone();
    six.mapped = Some(at("[2001:db8::1]:5060"));
    let mut error = stun::Message::new(stun::Class::Error, *b"tallylight!!");
    error.error = Some(487);
    let mut all: Vec<_> = [&request, &success, &six].map(|it| it.to_bytes("password")).into();
    all.push(error.to_unsigned_bytes());
    all
}

pub fn http() -> Vec<Bytes> {
    [
        "GET /v1/people?email=bob%40acme.example&max=10 HTTP/1.1\r\nHost: api.example\r\n\
         Authorization: Bearer kim-token\r\n\r\n",
        "PUT /v1/people/77/features/callRecording HTTP/1.1\r\nHost: api.example\r\nContent-Type: \
         application/json\r\nContent-Length: 35\r\n\r\n{\"enabled\": true, \"record\": \"Always\"}",
        "POST /sandbox/v1/token HTTP/1.1\r\nHost: api.example\r\nContent-Type: \
         application/x-www-form-urlencoded\r\nContent-Length: 42\r\n\r\n\
         grant_type=password&username=alice%40acme.",
        "HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\nContent-Length: 4\r\n\r\nRIFF",
        "HTTP/1.1 204 No Content\r\n\r\n",
    ]
    .map(Bytes::from)
    .into()
}

pub fn keys() -> Vec<Bytes> {
    let (random, secret) = ("0f".repeat(32), "a7".repeat(48));
    let log = format!(
        "# of one connection\nCLIENT_RANDOM {random} {secret}\nEXPORTER_SECRET {random} {secret}\n\
         SERVER_TRAFFIC_SECRET_0 {random} {secret}\nRSA 0123456789abcdef {secret}\n"
    );
    vec![log.into(), sealed().keys.into()]
}

/// The secrets of what is sealed in [`captures`].
pub fn sealed_keys() -> Secrets {
    let logs = keys();
    Secrets::read(str::from_utf8(&logs[1]).unwrap()).unwrap()
}

/// The beginning of captures from elsewhere, and short ones of ours.
pub fn captures() -> Vec<Bytes> {
    let elsewhere = ["opensips-rtpproxy-to-sipp.pcap", "opensips-rtpproxy-to-pjsua.pcap"];
    let read = |name| fs::read(format!("tests/data/captures/{name}")).unwrap();
    let mut all: Vec<Bytes> = elsewhere.map(|name| read(name)[..16_000].to_vec().into()).into();
    let Sealed { file, keys } = sealed();
    all.push(tunnel::keys_first(&file, &keys).into());
    all.push(file.into());
    all
}

pub fn timelines() -> Vec<Bytes> {
    let (timeline, _) = short();
    let mut lines = Vec::new();
    write_lines(&timeline, &mut lines).unwrap();
    // Of media a few lines are enough.
    let text = String::from_utf8(lines).unwrap();
    let mut media = 0;
    let few = text.lines().filter(|line| {
        let is_media = line.contains("\"kind\":\"rtp\"");
        media += usize::from(is_media);
        !is_media || media % 100 == 0
    });
    vec![few.flat_map(|line| [line, "\n"]).collect::<String>().into()]
}

/// The signalling of a call within TLS; made once, since each has secrets of its own.
fn sealed() -> Sealed {
    static SEALED: std::sync::OnceLock<(Vec<u8>, String)> = std::sync::OnceLock::new();
    let (file, keys) = SEALED.get_or_init(|| {
        let (timeline, file) = short();
        let Sealed { file, keys } = tunnel::seal(&timeline, &file, &Agreement::all()[0]);
        // Without its datagrams of media: there are thousands.
        assert!(packets(&file).len() > 10);
        (tunnel::without_media(&file), keys)
    });
    Sealed { file: file.clone(), keys: keys.clone() }
}

fn short() -> (tallylight::evidence::Timeline, Vec<u8>) {
    let office = stage::scenario_text("quiet_office");
    let role = "role: platform, transport: tls";
    let office = stage::with(&office, "role: platform, transport: tcp", role);
    played_on(&office, "A two-party call")
}

fn files(folder: &str, extension: &str) -> Vec<Bytes> {
    let files = stage::files(&format!("tests/data/{folder}"), extension);
    files.iter().map(|path| fs::read(path).unwrap().into()).collect()
}
