//! The bridge to `rsip`, for people who script against it and as a second opinion in tests.

use std::fmt::Write as _;
use std::mem;

use bytes::Bytes;
use rsip::SipMessage;

use super::header::{CSeq, NameAddr, Values, Via};
use super::header_name::{is_same, long};
use super::malformed::Malformed;
use super::message::Message;
use super::start_line::{StartLine, usual_reason};

/// What `rsip` makes of a message.
///
/// It is given the message in the form that it reads best: names long, folds joined, each Via and
/// each address in a header of its own, no blanks around separators, exactly the body. It still
/// fails on what it has no words for: `tel:` and IPv6 addresses, extension methods, unknown
/// transports, quoted parameters. A reason phrase becomes the usual one.
impl TryFrom<&Message> for SipMessage {
    type Error = rsip::Error;

    fn try_from(message: &Message) -> Result<Self, rsip::Error> {
        let mut text = format!("{}\r\n", message.start);
        for line in message.headers.lines() {
            let name = long(line.name()).unwrap_or(line.name());
            if name.is_empty() || is_same(name, "Content-Length") {
                continue;
            }
            let is_divided = DIVIDED.iter().any(|divided| is_same(divided, name));
            let whole = [line.value()];
            let values: Vec<_> =
                if is_divided { Values::new(line.value()).collect() } else { whole.into() };
            for value in values {
                push(&mut text, name, &plain(name, value));
            }
        }
        push(&mut text, "Content-Length", &message.body.len().to_string());
        text.push_str("\r\n");
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(&message.body);
        Self::try_from(bytes)
    }
}

/// Our message of what `rsip` holds: its headers as it writes them, its body untouched (writing
/// the body itself, `rsip` replaces what is not UTF-8).
impl TryFrom<SipMessage> for Message {
    type Error = Malformed;

    fn try_from(mut theirs: SipMessage) -> Result<Self, Malformed> {
        let body = mem::take(theirs.body_mut());
        let head = Self::parse(&Bytes::from(theirs.to_string()))?;
        let mut start = head.start;
        if let StartLine::Status { code, reason, .. } = &mut start {
            // It writes `606 NotAcceptableGlobal`.
            *reason = usual_reason(*code).into();
        }
        Ok(Self::new(start, head.headers, body.into()))
    }
}

fn push(text: &mut String, name: &str, value: &str) {
    write!(text, "{name}: {value}\r\n").expect("a String takes all");
}

/// The value without freedoms that `rsip` does not read; as it stands where we cannot read it.
fn plain(name: &str, value: &str) -> String {
    let written = if is_same(name, "Via") {
        Via::parse(value).map(|via| via.to_string())
    } else if is_same(name, "CSeq") {
        CSeq::parse(value).map(|cseq| cseq.to_string())
    } else if ADDRESSES.iter().any(|address| is_same(address, name)) {
        NameAddr::parse(value).map(|address| address.to_string())
    } else {
        return value.to_owned();
    };
    written.unwrap_or_else(|_| value.to_owned())
}

/// Lists of which `rsip` sees the first value only, or none.
const DIVIDED: &[&str] = &["Via", "Contact", "Route", "Record-Route"];

const ADDRESSES: &[&str] = &["From", "To", "Contact", "Route", "Record-Route", "Reply-To"];

#[cfg(test)]
mod tests {
    use rsip::prelude::*;

    use super::*;

    fn read(text: &'static [u8]) -> Message {
        Message::parse(&Bytes::from_static(text)).unwrap()
    }

    const INVITE: &[u8] = b"INVITE sip:bob@example.com SIP/2.0\r\n\
        v: SIP / 2.0 / UDP a.example.com ; branch = z9hG4bK1, SIP/2.0/TCP b.example.com\r\n\
        f: Alice\r\n <sip:alice@example.com> ; tag = 1\r\n\
        T: sip:bob@example.com\r\n\
        i: x@y\r\nCSeq: 0009   INVITE\r\nl : 3\r\n\r\n\xff\x00\xfeand more";

    #[test]
    fn a_message_with_every_freedom_is_read_by_rsip() {
        let theirs = SipMessage::try_from(&read(INVITE)).unwrap();
        assert_eq!(theirs.from_header().unwrap().typed().unwrap().tag().unwrap().value(), "1");
        assert_eq!(
            theirs.via_header().unwrap().typed().unwrap().branch().unwrap().value(),
            "z9hG4bK1"
        );
        assert_eq!(theirs.cseq_header().unwrap().typed().unwrap().seq, 9);
        assert_eq!(theirs.body(), b"\xff\x00\xfe");
    }

    #[test]
    fn a_message_comes_back_from_rsip_with_the_same_meaning() {
        let ours = read(INVITE);
        let back = Message::try_from(SipMessage::try_from(&ours).unwrap()).unwrap();
        assert_eq!(back.start, ours.start);
        assert_eq!(back.vias(), ours.vias());
        assert_eq!(back.from(), ours.from());
        assert_eq!(back.to(), ours.to());
        assert_eq!(back.cseq(), ours.cseq());
        assert_eq!(back.body, ours.body);
        assert_eq!(back.check(), Ok(()));
    }

    #[test]
    fn a_reason_phrase_comes_back_as_the_usual_one() {
        let ours = read(b"SIP/2.0 606 No way\r\nVia: SIP/2.0/UDP a\r\n\r\n");
        let back = Message::try_from(SipMessage::try_from(&ours).unwrap()).unwrap();
        assert_eq!(back.start.to_string(), "SIP/2.0 606 Not Acceptable");
    }

    #[test]
    fn what_rsip_has_no_words_for_is_an_error() {
        assert!(SipMessage::try_from(&read(b"FOO sip:a@b SIP/2.0\r\n\r\n")).is_err());
    }
}
