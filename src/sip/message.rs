//! A SIP message: read so that no byte is lost, written just as told.

use std::io::Write as _;

use bytes::Bytes;

use super::headers::Headers;
use super::line::Line;
use super::malformed::Malformed;
use super::scan::is_blank;
use super::start_line::StartLine;

/// A request or a response (RFC 3261 section 7).
///
/// What was read and not changed since is written byte for byte as it came. Everything else is
/// written from the parts: each header line as it stands, and a Content-Length when there is none.
/// A copy is cheap. Two messages are equal when their parts are.
#[derive(Clone, Debug)]
pub struct Message {
    /// What it is.
    pub start: StartLine,
    /// Its headers.
    pub headers: Headers,
    /// Its body. [`set_body`](Self::set_body) keeps the headers in step.
    pub body: Bytes,
    received: Option<Received>,
}

/// What a message looked like when it came.
#[derive(Clone, Debug)]
struct Received {
    whole: Bytes,
    headers: Headers,
    body: Bytes,
    excess: Bytes,
    /// Whether a blank line ended the headers.
    ended: bool,
}

impl Message {
    /// Reads one whole message: a datagram, or what the framing cut from a stream.
    ///
    /// Only what has no start line or breaks a limit cannot be read. All else can, so that it can
    /// be shown and answered, and is for [`check`](Self::check) to judge. Empty lines in front are
    /// skipped (RFC 3261 section 7.5). A body longer than Content-Length is cut (section 18.3) and
    /// what was cut is [`excess`](Self::excess).
    pub fn parse(whole: &Bytes) -> Result<Self, Malformed> {
        if whole.len() > MESSAGE_BYTES_MAX {
            return Err(Malformed::TooLarge { what: "bytes", limit: MESSAGE_BYTES_MAX });
        }
        let blank = whole.iter().take_while(|&&byte| byte == b'\r' || byte == b'\n').count();
        let first_end = end_of_line(whole, blank);
        let first = whole.get(blank..first_end).unwrap_or_default();
        let start = StartLine::parse(&String::from_utf8_lossy(without_line_end(first)))?;
        let (headers, head_end) = split_headers(whole, first_end)?;
        let ended = head_end.is_some();
        let after = whole.slice(head_end.unwrap_or(whole.len())..);
        let cut = content_length(&headers).filter(|&length| length <= after.len());
        let body = after.slice(..cut.unwrap_or(after.len()));
        let excess = after.slice(body.len()..);
        let received = Received {
            whole: whole.clone(),
            headers: headers.clone(),
            body: body.clone(),
            excess,
            ended,
        };
        Ok(Self { start, headers, body, received: Some(received) })
    }

    /// A message of these parts.
    pub fn new(start: StartLine, headers: Headers, body: Bytes) -> Self {
        Self { start, headers, body, received: None }
    }

    /// The message as it goes out.
    pub fn to_bytes(&self) -> Bytes {
        if let Some(received) = &self.received
            && self.is_as_received(received)
        {
            return received.whole.clone();
        }
        let length = (!self.headers.has("Content-Length")).then_some(self.body.len());
        self.write(length)
    }

    /// The message with the headers that it has and no other: to leave out Content-Length.
    pub fn to_bytes_as_told(&self) -> Bytes {
        self.write(None)
    }

    /// What followed the body in its datagram; a sender should not have sent it (RFC 3261 section
    /// 18.3).
    pub fn excess(&self) -> &[u8] {
        self.received.as_ref().map_or(&[], |received| &received.excess)
    }

    /// Whether a blank line ended the headers, when the message was read.
    pub(crate) fn is_whole(&self) -> bool {
        self.received.as_ref().is_none_or(|received| received.ended)
    }

    fn is_as_received(&self, received: &Received) -> bool {
        let line = || {
            let text = received.whole.trim_ascii_start();
            let line = without_line_end(text.get(..end_of_line(text, 0)).unwrap_or_default());
            StartLine::parse(&String::from_utf8_lossy(line))
        };
        self.headers.is_copy_of(&received.headers)
            && self.body == received.body
            && line().as_ref() == Ok(&self.start)
    }

    fn write(&self, content_length: Option<usize>) -> Bytes {
        let lines: usize = self.headers.lines().map(|line| line.raw().len()).sum();
        let mut out = Vec::with_capacity(lines + self.body.len() + START_LINE_BYTES_USUAL);
        write!(out, "{}\r\n", self.start).expect("a Vec takes all");
        for line in self.headers.lines() {
            out.extend_from_slice(line.raw());
        }
        if let Some(length) = content_length {
            write!(out, "Content-Length: {length}\r\n").expect("a Vec takes all");
        }
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(&self.body);
        out.into()
    }
}

impl PartialEq for Message {
    fn eq(&self, other: &Self) -> bool {
        self.start == other.start && self.headers == other.headers && self.body == other.body
    }
}

impl Eq for Message {}

/// Divides all from `at` into header lines, up to the empty line, and tells where that ends:
/// `None` when there is none.
fn split_headers(whole: &Bytes, mut at: usize) -> Result<(Headers, Option<usize>), Malformed> {
    let mut lines = Vec::with_capacity(LINES_USUAL);
    while at < whole.len() {
        let mut end = end_of_line(whole, at);
        if without_line_end(whole.get(at..end).unwrap_or_default()).is_empty() {
            return Ok((Headers::from_lines(lines), Some(end)));
        }
        // RFC 3261 section 7.3.1: a line that begins with a blank goes on with the one before.
        while whole.get(end).copied().is_some_and(is_blank) {
            end = end_of_line(whole, end);
        }
        if lines.len() == HEADER_LINES_MAX {
            return Err(Malformed::TooLarge { what: "header lines", limit: HEADER_LINES_MAX });
        }
        lines.push(Line::new(whole.slice(at..end)));
        at = end;
    }
    Ok((Headers::from_lines(lines), None))
}

/// Where the line that begins at `at` ends, after its line end.
pub(crate) fn end_of_line(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter().position(|&byte| byte == b'\n').map_or(bytes.len(), |found| at + found + 1)
}

/// The line without CRLF, or without a bare LF.
pub(crate) fn without_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// What the first Content-Length says, if it is a number.
fn content_length(headers: &Headers) -> Option<usize> {
    headers.get("Content-Length")?.parse().ok()
}

/// No message may be longer: a datagram cannot be, and on a stream nobody needs to be.
pub const MESSAGE_BYTES_MAX: usize = 65_536;

/// No message may have more header lines: ten times what the longest real ones have.
pub const HEADER_LINES_MAX: usize = 512;

/// Room for the lines of a usual message, so that reading it asks for memory once.
const LINES_USUAL: usize = 24;

/// Room for a usual start line, Content-Length and the empty line.
const START_LINE_BYTES_USUAL: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip::method::Method;

    fn read(text: &str) -> Message {
        Message::parse(&Bytes::copy_from_slice(text.as_bytes())).unwrap()
    }

    #[test]
    fn what_is_not_changed_is_written_byte_for_byte() {
        for text in [
            "INVITE sip:a@b SIP/2.0\r\nv : SIP/2.0/UDP c\r\nTo:\r\n  <sip:a@b>\r\nl:2\r\n\r\nhixx",
            "\r\n\r\nSIP/2.0 200\nVia: x\n\nbody",
            "SIP/2.0 200 OK\r\nno colon\r\nSupported:\r\n\r\n",
            "BYE sip:a@b SIP/2.0\r\nContent-Length: 4000000000\r\n\r\nx",
            "BYE sip:a@b SIP/2.0\r\nVia: x",
        ] {
            assert_eq!(read(text).to_bytes(), text);
            assert_eq!(read(text).clone().to_bytes(), text);
        }
    }

    #[test]
    fn bytes_that_are_no_utf_8_survive() {
        let raw = Bytes::from_static(b"SIP/2.0 200 \xff\r\nSubject: \xfe\r\n\r\n\xfd");
        assert_eq!(Message::parse(&raw).unwrap().to_bytes(), raw);
    }

    #[test]
    fn a_body_is_cut_where_content_length_says_and_the_rest_reported() {
        let message = read("BYE sip:a@b SIP/2.0\r\nl: 2\r\n\r\nhixx");
        assert_eq!((&message.body[..], message.excess()), (&b"hi"[..], &b"xx"[..]));
        assert_eq!(read("BYE sip:a@b SIP/2.0\r\nl: 9\r\n\r\nhi").body, "hi");
        assert_eq!(read("BYE sip:a@b SIP/2.0\r\n\r\nhi").body, "hi");
    }

    #[test]
    fn a_changed_message_keeps_the_lines_that_were_not_changed() {
        let mut message = read("BYE sip:a@b SIP/2.0\r\nv:x\r\nTo:\r\n y\r\nl: 2\r\n\r\nhixx");
        message.headers.push_front("Via", "z");
        assert_eq!(
            message.to_bytes(),
            "BYE sip:a@b SIP/2.0\r\nVia: z\r\nv:x\r\nTo:\r\n y\r\nl: 2\r\n\r\nhi"
        );
        let mut message = read("BYE sip:a@b SIP/2.0\r\n\r\n");
        message.start = StartLine::Request {
            method: Method::Ack,
            uri: "sip:c".into(),
            version: "SIP/2.0".into(),
        };
        assert_eq!(message.to_bytes(), "ACK sip:c SIP/2.0\r\nContent-Length: 0\r\n\r\n");
    }

    #[test]
    fn a_message_beyond_the_limits_is_not_read() {
        let long = format!("BYE sip:a@b SIP/2.0\r\nX: {}\r\n\r\n", "x".repeat(MESSAGE_BYTES_MAX));
        let many = format!("BYE sip:a@b SIP/2.0\r\n{}\r\n", "X:\r\n".repeat(HEADER_LINES_MAX + 1));
        for text in [long, many] {
            let fault = Message::parse(&text.into()).unwrap_err();
            assert_eq!(fault.status(), 513, "{fault}");
        }
    }

    #[test]
    fn an_illegal_message_is_written_just_as_told() {
        let mut message = Message::request(Method::Bye, "<sip:a@b>");
        message.headers.push("Content-Length", "-1");
        message.headers.push("To", "\"open");
        message.headers.push_line(Line::new(Bytes::from_static(b"rubbish\n")));
        assert_eq!(
            message.to_bytes(),
            "BYE <sip:a@b> SIP/2.0\r\nContent-Length: -1\r\nTo: \"open\r\nrubbish\n\r\n"
        );
    }
}
