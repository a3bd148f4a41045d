//! Whoever means harm: takes honest messages apart and joins them wrongly, and has evil ones of its own.

use std::net::SocketAddr;

use bytes::Bytes;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use tallylight::packet::{Packet, Transport};

use super::HOSTS;
use crate::bench::{ALICE, BOB, CAROL};

pub struct Vandal {
    pub rng: ChaCha8Rng,
    pub corpus: Vec<Packet>,
    pub evil: Vec<Bytes>,
}

impl Vandal {
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.rng.next_u64() % bound.max(1) as u64).unwrap()
    }

    pub fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    pub fn pick<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())].clone()
    }

    pub fn address(&mut self) -> SocketAddr {
        let host = self.pick(&HOSTS);
        let port = match self.below(6) {
            0 => 0,
            1 => 65_535,
            2 | 3 => 20_000 + u16::try_from(self.below(20)).unwrap(),
            _ => 5_060,
        };
        let stranger = self.one_in(4);
        SocketAddr::from((if stranger { [192, 0, 2, 66] } else { host }, port))
    }

    /// A packet that was seen, or something made of it, or something else altogether.
    pub fn packet(&mut self) -> Packet {
        let corpus = std::mem::take(&mut self.corpus);
        let mut packet = self.pick(&corpus);
        self.corpus = corpus;
        match self.below(8) {
            0 => packet.payload = self.noise(),
            1 => packet.payload = self.pick(&self.evil.clone()),
            2 => {}
            _ => packet.payload = self.mutated(&packet.payload),
        }
        if self.one_in(3) {
            packet.source = self.address();
        }
        if self.one_in(3) {
            packet.target = self.address();
        }
        if self.one_in(8) {
            // A reflection: from itself to itself.
            packet.source = packet.target;
        }
        if self.one_in(8) {
            packet.transport = Transport::Tcp;
        }
        packet
    }

    pub fn noise(&mut self) -> Bytes {
        let length = match self.below(4) {
            0 => self.below(4),
            1 => 1_472,
            _ => self.below(200),
        };
        let mut bytes = vec![0; length];
        self.rng.fill_bytes(&mut bytes);
        if let Some(first) = bytes.first_mut().filter(|_| self.rng.next_u64().is_multiple_of(2)) {
            *first = 0x80 | (*first & 0x1F);
        }
        bytes.into()
    }

    pub fn mutated(&mut self, payload: &Bytes) -> Bytes {
        let mut bytes = payload.to_vec();
        for _ in 0..=self.below(3) {
            match self.below(9) {
                0 => bytes.truncate(self.below(bytes.len() + 1)),
                1 => {
                    let at = self.below(bytes.len());
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte ^= 1 << (self.rng.next_u64() % 8);
                    }
                }
                2 => {
                    let (from, count) = (self.below(bytes.len()), self.below(40));
                    let copy: Vec<_> = bytes.iter().skip(from).take(count).copied().collect();
                    let at = self.below(bytes.len() + 1);
                    bytes.splice(at..at, copy);
                }
                _ => bytes = self.edited(bytes),
            }
        }
        bytes.into()
    }

    /// Changes a line of text: drops it, doubles it, or replaces one of its words.
    pub fn edited(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        let Ok(text) = String::from_utf8(bytes) else { return self.noise().to_vec() };
        let mut lines: Vec<_> = text.split("\r\n").map(str::to_owned).collect();
        let at = self.below(lines.len());
        match self.below(4) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(at, lines[at].clone()),
            2 => lines.swap(at, 0),
            _ => {
                let word = self.pick(&WORDS);
                let line = lines[at].clone();
                let cut: Vec<_> = line
                    .char_indices()
                    .filter(|(_, it)| ";: =<>@/,".contains(*it))
                    .map(|(at, _)| at + 1)
                    .collect();
                let from = if cut.is_empty() { 0 } else { self.pick(&cut) };
                let to =
                    cut.iter().copied().find(|cut| *cut > from).map_or(line.len(), |to| to - 1);
                lines[at] = format!("{}{word}{}", &line[..from], &line[to.max(from)..]);
            }
        }
        lines.join("\r\n").into_bytes()
    }
}

const WORDS: [&str; 24] = [
    "",
    "0",
    "-1",
    "65535",
    "4294967295",
    "4294967296",
    "99999999999999999999",
    "INVITE",
    "BYE",
    "ACK",
    "CANCEL",
    "UPDATE",
    "PRACK",
    "REGISTER",
    "inactive",
    "sendrecv",
    "0.0.0.0",
    "198.51.100.10",
    "203.0.113.10",
    "255.255.255.255",
    "multipart/mixed;boundary=x",
    "100rel",
    "z9hG4bK",
    "%00\u{fe0f}\"<",
];

/// Messages that only serve to exhaust their reader, each as an INVITE.
pub fn evil() -> Vec<Bytes> {
    let sdp = "v=0\r\no=- 1 1 IN IP4 198.51.100.10\r\ns=-\r\nc=IN IP4 198.51.100.10\r\nt=0 0\r\n";
    let lines = |count: usize, port: u16| {
        format!("{sdp}{}", format!("m=audio {port} RTP/AVP 0\r\n").repeat(count))
    };
    let deep = (0..500).fold(String::new(), |text, level| {
        text + &format!("--{level}\r\nContent-Type: multipart/mixed;boundary={}\r\n\r\n", level + 1)
    });
    let bomb = format!(
        "<!DOCTYPE x [<!ENTITY a \"{}\">{}]><recording>&j;</recording>",
        "a".repeat(1_000),
        ('b'..='j').fold(String::new(), |text, name| {
            let before = char::from_u32(u32::from(name) - 1).unwrap();
            text + &format!("<!ENTITY {name} \"{}\">", format!("&{before};").repeat(10))
        }),
    );
    let bodies = [
        ("application/sdp", lines(1_000, 20_000)),
        ("application/sdp", lines(60, 20_000)),
        ("application/sdp", lines(1, 0)),
        ("application/sdp", lines(1, 65_535)),
        ("application/sdp", lines(2, 20_002)),
        ("application/sdp", lines(1, 20_000).replace("RTP/AVP 0", &"RTP/AVP 0 8".repeat(400))),
        ("application/sdp", lines(1, 20_000).replace("198.51.100.10", "255.255.255.255")),
        ("multipart/mixed;boundary=0", deep),
        ("multipart/mixed;boundary=x", "--x\r\n\r\n".repeat(5_000)),
        ("application/rs-metadata+xml", bomb.clone()),
        (
            "multipart/mixed;boundary=x",
            format!(
                "--x\r\nContent-Type: application/sdp\r\n\r\n{}\r\n--x\r\nContent-Type: application/rs-metadata+xml\r\n\r\n{bomb}\r\n--x--\r\n",
                lines(2, 20_000)
            ),
        ),
    ];
    let mut messages: Vec<_> = bodies
        .iter()
        .map(|(kind, body)| invite(&format!("Content-Type: {kind}\r\n"), body))
        .collect();
    messages.push(invite(&format!("Subject: {}\r\n", "x".repeat(60_000)), ""));
    messages.push(invite(&"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx\r\n".repeat(400), ""));
    messages.push(invite(&"Record-Route: <sip:192.0.2.1;lr>\r\n".repeat(400), ""));
    messages.push(invite(&format!("Contact: <sip:a@b{}>\r\n", ";x=y".repeat(2_000)), ""));
    messages.push(invite(&"X: y\r\n".repeat(8_000), ""));
    messages
}

pub fn invite(headers: &str, body: &str) -> Bytes {
    let number = if headers.len().is_multiple_of(2) { ALICE } else { BOB };
    let length = body.len();
    Bytes::from(format!(
        "INVITE sip:{number}@calls.example SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.66;branch=z9hG4bK{length}\r\n\
         Max-Forwards: 70\r\nFrom: <sip:{CAROL}@calls.example>;tag=e\r\nTo: <sip:{number}@calls.example>\r\n\
         Call-ID: evil-{length}\r\nCSeq: 1 INVITE\r\nContact: <sip:x@198.51.100.10>;+sip.src\r\n\
         {headers}Content-Length: {length}\r\n\r\n{body}"
    ))
}
