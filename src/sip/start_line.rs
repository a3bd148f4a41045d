//! The first line of a message.

use std::borrow::Cow;
use std::fmt;

use super::malformed::Malformed;
use super::method::Method;
use super::scan::is_token;

/// What a message is: a request or the answer to one (RFC 3261 section 7).
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum StartLine {
    /// `INVITE sip:alice@example.com SIP/2.0`
    Request {
        /// What is asked for.
        method: Method,
        /// Of whom: as written, also when that is no URI.
        uri: String,
        /// `SIP/2.0`, or what else the line ends with.
        version: Cow<'static, str>,
    },
    /// `SIP/2.0 200 OK`
    Status {
        /// `SIP/2.0`, or what else the line begins with.
        version: Cow<'static, str>,
        /// Three digits: 0 to 999, although only 100 to 699 mean something.
        code: u16,
        /// In words; may be empty.
        reason: Cow<'static, str>,
    },
}

impl StartLine {
    /// Reads the line, which must come without its line end. What stands between its parts is
    /// kept with the URI or the version, so that the line is written as it was read; all else is
    /// for [`Message::check`](super::Message::check) to judge.
    pub fn parse(line: &str) -> Result<Self, Malformed> {
        if line.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("SIP/")) {
            return Self::parse_status(line);
        }
        let why = "a request is a method, a URI and a version";
        let (method, rest) = line.split_once(' ').ok_or(Malformed::Line { line: 1, why })?;
        let (uri, version) = split_version(rest).ok_or(Malformed::Line { line: 1, why })?;
        if method.is_empty() || !method.bytes().all(is_token) {
            return Err(Malformed::Line { line: 1, why: "the method is no token" });
        }
        let version = known_version(version);
        Ok(Self::Request { method: Method::from(method), uri: uri.to_owned(), version })
    }

    fn parse_status(line: &str) -> Result<Self, Malformed> {
        let fault = Malformed::Line { line: 1, why: "a status is three digits between blanks" };
        let (version, rest) = line.split_once(' ').ok_or(fault.clone())?;
        // RFC 3261 section 25.1 wants a blank after the code even without a reason; not every
        // sender writes it.
        let (code, reason) = rest.split_once(' ').unwrap_or((rest, ""));
        if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(fault);
        }
        let code = code.parse().expect("three digits are a u16");
        let usual = usual_reason(code);
        let reason =
            if reason == usual { Cow::Borrowed(usual) } else { Cow::Owned(reason.to_owned()) };
        Ok(Self::Status { version: known_version(version), code, reason })
    }
}

/// Divides at the last blank that a version follows.
fn split_version(rest: &str) -> Option<(&str, &str)> {
    let at = rest.rmatch_indices(' ').map(|(at, _)| at).find(|at| {
        let after = rest.get(at + 1..).unwrap_or_default();
        after.get(..4).is_some_and(|name| name.eq_ignore_ascii_case("SIP/"))
    })?;
    Some((rest.get(..at)?, rest.get(at + 1..)?))
}

fn known_version(version: &str) -> Cow<'static, str> {
    if version == SIP_2_0 { Cow::Borrowed(SIP_2_0) } else { Cow::Owned(version.to_owned()) }
}

impl fmt::Display for StartLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request { method, uri, version } => write!(f, "{method} {uri} {version}"),
            Self::Status { version, code, reason } => write!(f, "{version} {code:03} {reason}"),
        }
    }
}

/// The reason phrase that goes with a code (RFC 3261 section 21 and the RFCs named); `""` for a
/// code without one.
pub fn usual_reason(code: u16) -> &'static str {
    REASONS.iter().find(|(known, _)| *known == code).map_or("", |(_, reason)| reason)
}

/// The version that everybody speaks.
pub(crate) const SIP_2_0: &str = "SIP/2.0";

const REASONS: &[(u16, &str)] = &[
    (100, "Trying"),
    (180, "Ringing"),
    (181, "Call Is Being Forwarded"),
    (182, "Queued"),
    (183, "Session Progress"),
    // RFC 6228.
    (199, "Early Dialog Terminated"),
    (200, "OK"),
    // RFC 6665.
    (202, "Accepted"),
    // RFC 5839.
    (204, "No Notification"),
    (300, "Multiple Choices"),
    (301, "Moved Permanently"),
    (302, "Moved Temporarily"),
    (305, "Use Proxy"),
    (380, "Alternative Service"),
    (400, "Bad Request"),
    (401, "Unauthorized"),
    (402, "Payment Required"),
    (403, "Forbidden"),
    (404, "Not Found"),
    (405, "Method Not Allowed"),
    (406, "Not Acceptable"),
    (407, "Proxy Authentication Required"),
    (408, "Request Timeout"),
    (410, "Gone"),
    // RFC 3903.
    (412, "Conditional Request Failed"),
    (413, "Request Entity Too Large"),
    (414, "Request-URI Too Long"),
    (415, "Unsupported Media Type"),
    (416, "Unsupported URI Scheme"),
    // RFC 4412.
    (417, "Unknown Resource-Priority"),
    (420, "Bad Extension"),
    (421, "Extension Required"),
    // RFC 4028.
    (422, "Session Interval Too Small"),
    (423, "Interval Too Brief"),
    // RFC 8224.
    (428, "Use Identity Header"),
    // RFC 3892.
    (429, "Provide Referrer Identity"),
    // RFC 5626.
    (430, "Flow Failed"),
    // RFC 5079.
    (433, "Anonymity Disallowed"),
    // RFC 8224.
    (436, "Bad Identity Info"),
    (437, "Unsupported Credential"),
    (438, "Invalid Identity Header"),
    // RFC 5626.
    (439, "First Hop Lacks Outbound Support"),
    // RFC 6086.
    (469, "Bad Info Package"),
    (480, "Temporarily Unavailable"),
    (481, "Call/Transaction Does Not Exist"),
    (482, "Loop Detected"),
    (483, "Too Many Hops"),
    (484, "Address Incomplete"),
    (485, "Ambiguous"),
    (486, "Busy Here"),
    (487, "Request Terminated"),
    (488, "Not Acceptable Here"),
    // RFC 6665.
    (489, "Bad Event"),
    (491, "Request Pending"),
    (493, "Undecipherable"),
    // RFC 3329.
    (494, "Security Agreement Required"),
    (500, "Server Internal Error"),
    (501, "Not Implemented"),
    (502, "Bad Gateway"),
    (503, "Service Unavailable"),
    (504, "Server Time-out"),
    (505, "Version Not Supported"),
    (513, "Message Too Large"),
    // RFC 3312.
    (580, "Precondition Failure"),
    (600, "Busy Everywhere"),
    (603, "Decline"),
    (604, "Does Not Exist Anywhere"),
    (606, "Not Acceptable"),
    // RFC 8197.
    (607, "Unwanted"),
    // RFC 8688.
    (608, "Rejected"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_line_is_written_as_it_was_read() {
        for line in [
            "INVITE sip:alice@example.com SIP/2.0",
            "INVITE  sip:a@b  SIP/2.0",
            "INVITE sip:a@b; lr SIP/2.0",
            "OPTIONS sip:a@b SIP/2.0  ",
            "FOO sip:a@b sip/7.0",
            "SIP/2.0 200 Fine by me",
            "SIP/2.0 200 OK",
            "SIP/2.0 100 ",
            "sip/2.0 042 x",
        ] {
            assert_eq!(StartLine::parse(line).unwrap().to_string(), line);
        }
    }

    #[test]
    fn what_is_neither_request_nor_status_is_refused() {
        for line in [
            "",
            "hello",
            "INVITE sip:a@b",
            "GET / HTTP/1.1",
            "SIP/2.0 4294967301 x",
            "SIP/2.0 20 OK",
            "SIP/2.0 2xx OK",
            "SIP/2.0",
            "IN\u{7f}VITE sip:a@b SIP/2.0",
            " SIP/2.0",
            "é a SIP/2.0",
        ] {
            assert!(StartLine::parse(line).is_err(), "{line}");
        }
    }
}
