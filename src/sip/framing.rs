//! Cuts a stream into messages by their Content-Length (RFC 3261 sections 7.5 and 18.3).

use bytes::{Buf, Bytes, BytesMut};

pub use super::malformed::Malformed;
use super::malformed::Place;
use super::message::{MESSAGE_BYTES_MAX, end_of_line};
use super::scan::is_blank;

/// What a stream holds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Frame {
    /// One message, from its start line to the end of its body.
    Message(Bytes),
    /// An empty line twice: the peer asks for an empty line in return, to keep the connection open
    /// (RFC 5626 section 3.5.1).
    Ping,
}

/// Collects what a connection brings until it is a whole message.
///
/// After each [`push`](Self::push) of at most 64 KiB, call [`next`](Self::next) until it yields
/// `None`. It never holds more than [`BUFFER_BYTES_MAX`], and looks at each byte once, however
/// small the pieces are.
#[derive(Debug, Default)]
pub struct Framer {
    buffer: BytesMut,
    state: State,
}

#[derive(Debug)]
enum State {
    /// The headers have not ended in the first `seen` bytes.
    Head { seen: usize },
    /// The message has so many bytes.
    Body { whole: usize },
    /// Nobody can tell where the next message begins.
    Lost(Malformed),
}

impl Default for State {
    fn default() -> Self {
        Self::Head { seen: 0 }
    }
}

impl Framer {
    /// A framer for a fresh connection.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes what the connection brought.
    pub fn push(&mut self, bytes: &[u8]) {
        if matches!(self.state, State::Lost(_)) {
            return;
        }
        if self.buffer.len() + bytes.len() > BUFFER_BYTES_MAX {
            let (what, limit) = ("bytes of a stream", BUFFER_BYTES_MAX);
            self.state = State::Lost(Malformed::TooLarge { what, limit });
            return;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// Yields the next message, or `None` until there is more.
    ///
    /// A message whose Content-Length makes no sense is yielded without its body, so that it can be
    /// shown and answered; after it, as after any error, each further call fails: where the next
    /// message begins cannot be known, and the connection is to be closed (RFC 4475 sections
    /// 3.1.2.3 and 3.3.9).
    #[expect(clippy::should_implement_trait, reason = "an iterator would end at the first `None`")]
    pub fn next(&mut self) -> Result<Option<Frame>, Malformed> {
        loop {
            match &self.state {
                State::Lost(fault) => return Err(fault.clone()),
                State::Body { whole } if self.buffer.len() < *whole => return Ok(None),
                State::Body { whole } => {
                    let message = self.buffer.split_to(*whole).freeze();
                    self.state = State::Head { seen: 0 };
                    return Ok(Some(Frame::Message(message)));
                }
                State::Head { seen: 0 } => match empty_lines(&self.buffer) {
                    EmptyLines::None => self.state = State::Head { seen: 1 },
                    EmptyLines::Unknown => return Ok(None),
                    EmptyLines::Stray(bytes) => self.buffer.advance(bytes),
                    EmptyLines::Ping => {
                        self.buffer.advance(PING.len());
                        return Ok(Some(Frame::Ping));
                    }
                },
                State::Head { seen } => match find_head_end(&self.buffer, *seen) {
                    Ok(end) => return Ok(self.take_head(end)),
                    Err(_) if self.buffer.len() > MESSAGE_BYTES_MAX => {
                        self.state = State::Lost(too_large());
                    }
                    Err(seen) => {
                        self.state = State::Head { seen };
                        return Ok(None);
                    }
                },
            }
        }
    }

    /// What was received and is no message yet: what to show when the connection ends or fails.
    pub fn rest(&self) -> &[u8] {
        &self.buffer
    }

    /// Yields the message if its body is here already; `None` if it has to be waited for.
    fn take_head(&mut self, end: usize) -> Option<Frame> {
        let length = content_length(&self.buffer[..end]).and_then(|length| {
            let whole = end.checked_add(length).filter(|whole| *whole <= MESSAGE_BYTES_MAX);
            whole.ok_or(too_large())
        });
        let (taken, state) = match length {
            Ok(whole) if whole > self.buffer.len() => {
                self.state = State::Body { whole };
                return None;
            }
            Ok(whole) => (whole, State::Head { seen: 0 }),
            Err(fault) => (end, State::Lost(fault)),
        };
        self.state = state;
        Some(Frame::Message(self.buffer.split_to(taken).freeze()))
    }
}

/// What stands before a start line.
enum EmptyLines {
    None,
    /// The next bytes will tell.
    Unknown,
    /// To be ignored (RFC 3261 section 7.5).
    Stray(usize),
    Ping,
}

fn empty_lines(buffer: &[u8]) -> EmptyLines {
    if buffer.starts_with(PING) {
        return EmptyLines::Ping;
    }
    if PING.starts_with(buffer) {
        return EmptyLines::Unknown;
    }
    let stray = buffer.iter().take_while(|&&byte| byte == b'\r' || byte == b'\n').count();
    if stray > 0 { EmptyLines::Stray(stray.min(PING.len() / 2)) } else { EmptyLines::None }
}

/// Where the headers end, after the empty line; or up to where they are known not to end.
fn find_head_end(buffer: &[u8], seen: usize) -> Result<usize, usize> {
    let mut at = seen;
    while let Some(found) = buffer.get(at..).unwrap_or_default().iter().position(|&b| b == b'\n') {
        let line_end = at + found;
        match buffer.get(line_end + 1..).unwrap_or_default() {
            [b'\n', ..] => return Ok(line_end + 2),
            [b'\r', b'\n', ..] => return Ok(line_end + 3),
            [] | [b'\r'] => return Err(line_end),
            _ => at = line_end + 1,
        }
    }
    Err(buffer.len().max(seen))
}

/// What Content-Length says. Without one there is no body: on a stream it must not be missing (RFC
/// 3261 section 20.14), but that is for others to judge.
fn content_length(head: &[u8]) -> Result<usize, Malformed> {
    let mut length = None;
    let mut line = 1;
    let mut at = end_of_line(head, 0);
    while at < head.len() {
        line += 1;
        let (first, mut end) = (line, end_of_line(head, at));
        while head.get(end).copied().is_some_and(is_blank) {
            end = end_of_line(head, end);
            line += 1;
        }
        if let Some(value) = content_length_value(&head[at..end]) {
            let said = read_length(value, first)?;
            if length.is_some_and(|other| other != said) {
                return Err(Malformed::Repeated { field: CONTENT_LENGTH, line: first });
            }
            length = Some(said);
        }
        at = end;
    }
    Ok(length.unwrap_or(0))
}

fn content_length_value(line: &[u8]) -> Option<&[u8]> {
    let colon = line.iter().position(|&byte| byte == b':')?;
    let (name, value) = line.split_at(colon);
    let name = name.trim_ascii_end();
    let is_length =
        name.eq_ignore_ascii_case(CONTENT_LENGTH.as_bytes()) || name.eq_ignore_ascii_case(b"l");
    is_length.then(|| value[1..].trim_ascii())
}

fn read_length(value: &[u8], line: usize) -> Result<usize, Malformed> {
    let digits = std::str::from_utf8(value)
        .ok()
        .filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()));
    let place = Place { line: Some(line), byte: 0 };
    let (field, why) = (CONTENT_LENGTH.to_owned(), "a number is missing");
    let digits = digits.ok_or(Malformed::Field { field, place, why })?;
    // What does not fit is too large in any case.
    Ok(digits.parse().unwrap_or(usize::MAX))
}

fn too_large() -> Malformed {
    Malformed::TooLarge { what: "bytes", limit: MESSAGE_BYTES_MAX }
}

/// The keep-alive of RFC 5626 section 3.5.1.
const PING: &[u8] = b"\r\n\r\n";

const CONTENT_LENGTH: &str = "Content-Length";

/// A framer holds no more: the beginning of a message, and one more piece of 64 KiB.
pub const BUFFER_BYTES_MAX: usize = 2 * MESSAGE_BYTES_MAX;

#[cfg(test)]
mod tests {
    use super::*;

    fn all(framer: &mut Framer) -> Vec<Frame> {
        std::iter::from_fn(|| framer.next().unwrap()).collect()
    }

    fn message(text: &str) -> Frame {
        Frame::Message(Bytes::copy_from_slice(text.as_bytes()))
    }

    const ONE: &str = "BYE sip:a@b SIP/2.0\r\nl : 4\r\n\r\n\r\nhi";
    const TWO: &str = "SIP/2.0 200 OK\r\nContent-Length:\r\n 0\r\n\r\n";

    #[test]
    fn messages_are_cut_alike_however_the_stream_is_cut() {
        let stream = format!("\r\n\r\n{ONE}\r\n{TWO}\r\n\r\n\r\n\r\n\r\n{ONE}");
        let frames =
            [Frame::Ping, message(ONE), message(TWO), Frame::Ping, Frame::Ping, message(ONE)];
        for piece in 1..=stream.len() {
            let mut framer = Framer::new();
            let mut found = Vec::new();
            for bytes in stream.as_bytes().chunks(piece) {
                framer.push(bytes);
                found.extend(all(&mut framer));
            }
            assert_eq!(found, frames, "pieces of {piece}");
            assert_eq!(framer.rest(), b"");
        }
    }

    #[test]
    fn bare_line_feeds_end_lines_too() {
        let mut framer = Framer::new();
        framer.push(b"\nBYE sip:a@b SIP/2.0\nl:1\n\nxBYE");
        assert_eq!(all(&mut framer), [message("BYE sip:a@b SIP/2.0\nl:1\n\nx")]);
        assert_eq!(framer.rest(), b"BYE");
    }

    #[test]
    fn a_content_length_without_sense_yields_the_headers_and_ends_the_stream() {
        for (length, status) in [
            ("-1", 400),
            ("five", 400),
            ("", 400),
            ("4000000000", 513),
            ("99999999999999999999999", 513),
            ("3\r\nl: 4", 400),
        ] {
            let head = format!("BYE sip:a@b SIP/2.0\r\nContent-Length: {length}\r\n\r\n");
            let mut framer = Framer::new();
            framer.push(head.as_bytes());
            framer.push(b"body");
            assert_eq!(framer.next(), Ok(Some(message(&head))), "{length}");
            assert_eq!(framer.next().unwrap_err().status(), status, "{length}");
            framer.push(b"more");
            assert!(framer.next().is_err());
            assert_eq!(framer.rest(), b"body");
        }
    }

    #[test]
    fn headers_that_never_end_are_not_collected_for_ever() {
        let mut framer = Framer::new();
        let mut pushed = 0;
        let fault = loop {
            framer.push(b"X: y\r\n");
            pushed += 6;
            match framer.next() {
                Ok(None) => assert!(pushed <= MESSAGE_BYTES_MAX + 6),
                Ok(Some(frame)) => panic!("{frame:?}"),
                Err(fault) => break fault,
            }
        };
        assert_eq!(fault, too_large());
    }

    #[test]
    fn a_piece_that_does_not_fit_is_not_taken() {
        let mut framer = Framer::new();
        framer.push(&vec![b'x'; BUFFER_BYTES_MAX]);
        framer.push(b"x");
        assert!(framer.next().is_err());
        assert_eq!(framer.rest().len(), BUFFER_BYTES_MAX);
    }

    #[test]
    fn a_repeated_content_length_that_agrees_is_good_enough_to_cut() {
        let mut framer = Framer::new();
        framer.push(b"BYE sip:a@b SIP/2.0\r\nl: 1\r\nContent-Length: 01\r\n\r\nxy");
        assert_eq!(all(&mut framer).len(), 1);
        assert_eq!(framer.rest(), b"y");
    }
}
