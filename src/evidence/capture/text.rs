//! Finds the SIP messages in the bytes of a stream, if it carries any.

use bytes::Bytes;

use crate::sip::framing::{Frame, Framer};

/// What a stream says, as far as it was read.
#[derive(Debug, Default)]
pub(super) enum Text {
    /// Nothing came yet, or what came is the middle of something.
    #[default]
    Unknown,
    Sip(Framer),
    /// Something else.
    Other,
}

impl Text {
    /// Takes the next bytes, and gives the messages that they complete.
    pub(super) fn push(&mut self, news: &[u8], messages: &mut Vec<Bytes>) {
        if matches!(self, Self::Unknown) {
            match begins(news) {
                Begins::Sip => *self = Self::Sip(Framer::new()),
                Begins::Else => *self = Self::Other,
                Begins::Blank => return,
            }
        }
        let Self::Sip(framer) = self else { return };
        for piece in news.chunks(PIECE) {
            framer.push(piece);
            loop {
                match framer.next() {
                    Ok(Some(Frame::Message(message))) => messages.push(message),
                    Ok(Some(Frame::Ping)) => {}
                    Ok(None) => break,
                    Err(_) => {
                        // Where the next message begins, a segment will show.
                        *self = Self::Unknown;
                        return;
                    }
                }
            }
        }
    }
}

/// What some bytes are the beginning of.
enum Begins {
    Sip,
    /// Keep-alives only (RFC 5626 section 3.5.1).
    Blank,
    Else,
}

fn begins(bytes: &[u8]) -> Begins {
    let text = bytes.trim_ascii_start();
    if text.is_empty() {
        Begins::Blank
    } else if is_sip(text) || is_cut_request(text) {
        Begins::Sip
    } else {
        Begins::Else
    }
}

/// Whether bytes are the beginning of a request line whose end is in the next segment.
fn is_cut_request(bytes: &[u8]) -> bool {
    if bytes.iter().any(|byte| matches!(byte, b'\r' | b'\n')) {
        return false;
    }
    let mut words = bytes.splitn(2, |byte| *byte == b' ');
    let method = words.next().unwrap_or_default();
    let is_method = method.len() <= METHOD_MAX && method.iter().all(u8::is_ascii_uppercase);
    let schemes: [&[u8]; 3] = [b"sip:", b"sips:", b"tel:"];
    is_method
        && words
            .next()
            .is_none_or(|uri| schemes.iter().any(|it| uri.starts_with(it) || it.starts_with(uri)))
}

/// Whether bytes begin as a SIP message does (RFC 3261 section 7).
pub(super) fn is_sip(bytes: &[u8]) -> bool {
    let bytes = bytes.trim_ascii_start();
    let line = bytes.split(|byte| *byte == b'\r' || *byte == b'\n').next().unwrap_or_default();
    let is_word = |word: &[u8]| !word.is_empty() && word.iter().all(u8::is_ascii_graphic);
    let first = line.split(|byte| *byte == b' ').next().unwrap_or_default();
    line.starts_with(b"SIP/2.0 ")
        || (first.len() <= METHOD_MAX && is_word(first) && line.ends_with(b" SIP/2.0"))
}

/// What a framer takes at once.
const PIECE: usize = 32 * 1024;
/// The longest is SUBSCRIBE; others may be invented.
const METHOD_MAX: usize = 32;
