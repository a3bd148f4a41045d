//! A script at the other end of a dialog: it says what a test wants said, legal or not.

use bytes::Bytes;
use tallylight::packet::{Packet, Transport};
use tallylight::sip::{Message, Method};

use super::{Bench, CAROL, PLATFORM_AT, body, sip_at, title};

/// A script at the other end of a dialog.
pub struct Peer {
    at: [u8; 4],
    /// The INVITE that began it.
    pub invite: Message,
    tag: String,
    cseq: u32,
    /// Whether the script called.
    calls: bool,
    /// The last response that made a dialog, for a caller.
    answer: Option<Message>,
}

impl Peer {
    /// Whoever gets this INVITE.
    pub fn of(at: [u8; 4], invite: Message) -> Self {
        Self { at, invite, tag: "peer".to_owned(), cseq: 100, calls: false, answer: None }
    }

    /// Takes the INVITE that came.
    pub fn invited(bench: &mut Bench, at: [u8; 4]) -> Self {
        let invite = bench.await_method(at, &Method::Invite);
        assert!(invite.is_request(), "{}", title(&invite));
        Self::of(at, invite)
    }

    /// Calls a number from a script's address.
    pub fn call(bench: &mut Bench, at: [u8; 4], number: &str, extra: &str, sdp: &str) -> Self {
        let text = format!(
            "INVITE sip:{number}@calls.example SIP/2.0\r\nVia: SIP/2.0/UDP {};branch=z9hG4bK-c\r\n\
             Max-Forwards: 70\r\nFrom: <sip:{CAROL}@calls.example>;tag=peer\r\n\
             To: <sip:{number}@calls.example>\r\nCall-ID: scripted-{}\r\nCSeq: 100 INVITE\r\n\
             Contact: <sip:carol@{}>\r\n{extra}{}",
            sip_at(at),
            bench.now,
            sip_at(at),
            body(sdp, "application/sdp"),
        );
        let invite = Message::parse(&Bytes::from(text.clone())).expect("a script's INVITE");
        bench.send(datagram(at, PLATFORM_AT, text));
        Self { at, invite, tag: "peer".to_owned(), cseq: 100, calls: true, answer: None }
    }

    /// Responds to a request.
    pub fn respond(&self, bench: &mut Bench, request: &Message, code: u16, extra: &[(&str, &str)]) {
        self.respond_with(bench, request, code, extra, "");
    }

    /// Responds to a request with SDP.
    pub fn respond_with(
        &self,
        bench: &mut Bench,
        request: &Message,
        code: u16,
        extra: &[(&str, &str)],
        sdp: &str,
    ) {
        let mut response = Message::response_to(request, code, "");
        if code > 100 {
            response.set_to_tag(&self.tag);
        }
        response.headers.push("Contact", format!("<sip:peer@{}>", sip_at(self.at)));
        for (name, value) in extra {
            response.headers.push(name, value);
        }
        if !sdp.is_empty() {
            response.set_body("application/sdp", sdp.to_owned());
        }
        bench.send(datagram(self.at, PLATFORM_AT, response.to_bytes()));
    }

    /// Answers the INVITE that began it.
    pub fn answer(&self, bench: &mut Bench, sdp: &str) {
        self.respond_with(bench, &self.invite.clone(), 200, &[], sdp);
    }

    /// Sends a request within the dialog. ACK and CANCEL keep the number of the last INVITE.
    pub fn request(
        &mut self,
        bench: &mut Bench,
        method: &str,
        extra: &str,
        kind: &str,
        text: &str,
    ) {
        if !matches!(method, "ACK" | "CANCEL") {
            self.cseq += 1;
        }
        let (from, to, uri) = match &self.answer {
            _ if !self.calls => {
                let from = format!("{};tag={}", self.header("To"), self.tag);
                (from, self.header("From"), contact(&self.invite))
            }
            Some(answer) if method != "CANCEL" => {
                let to = answer.headers.get("To").unwrap_or_default().to_owned();
                (self.header("From"), to, contact(answer))
            }
            _ => (self.header("From"), self.header("To"), self.invite.uri_text().to_owned()),
        };
        let branch = match method {
            "CANCEL" => "z9hG4bK-c".to_owned(),
            _ => format!("z9hG4bK-{}-{method}", self.cseq),
        };
        let cseq = if matches!(method, "ACK" | "CANCEL") && self.calls { 100 } else { self.cseq };
        let text = format!(
            "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {};branch={branch}\r\nMax-Forwards: 70\r\n\
             From: {from}\r\nTo: {to}\r\nCall-ID: {}\r\nCSeq: {cseq} {method}\r\n\
             Contact: <sip:peer@{}>\r\n{extra}{}",
            sip_at(self.at),
            self.header("Call-ID"),
            sip_at(self.at),
            body(text, kind),
        );
        bench.send(datagram(self.at, PLATFORM_AT, text));
    }

    /// ACK to a re-INVITE of the script's.
    pub fn acknowledge_last(&mut self, bench: &mut Bench) {
        let cseq = self.cseq;
        let text = format!(
            "ACK {} SIP/2.0\r\nVia: SIP/2.0/UDP {};branch=z9hG4bK-{cseq}-ack\r\nMax-Forwards: 70\r\n\
             From: {};tag={}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {cseq} ACK\r\nContent-Length: 0\r\n\r\n",
            contact(&self.invite),
            sip_at(self.at),
            self.header("To"),
            self.tag,
            self.header("From"),
            self.header("Call-ID"),
        );
        bench.send(datagram(self.at, PLATFORM_AT, text));
    }

    /// Notes the answer to a call of the script's.
    pub fn note(&mut self, answer: Message) {
        self.answer = Some(answer);
    }

    fn header(&self, name: &str) -> String {
        self.invite.headers.get(name).unwrap_or_default().to_owned()
    }
}

fn contact(message: &Message) -> String {
    let contact = message.contact().ok().flatten().expect("a Contact");
    contact.uri.to_string()
}

pub fn datagram(from: [u8; 4], to: [u8; 4], payload: impl Into<Bytes>) -> Packet {
    let (source, target) = (sip_at(from), sip_at(to));
    Packet { transport: Transport::Udp, source, target, payload: payload.into() }
}

/// Whether a packet looks like RTP, and is none of RTCP (RFC 5761 section 4).
pub fn is_rtp(packet: &Packet) -> bool {
    let first = packet.payload.first().is_some_and(|byte| byte >> 6 == 2);
    first && packet.payload.get(1).is_some_and(|byte| !(192..=223).contains(byte))
}
