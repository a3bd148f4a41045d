//! Making messages.

use std::borrow::Cow;

use bytes::Bytes;

use super::headers::Headers;
use super::line::Line;
use super::message::Message;
use super::method::Method;
use super::start_line::{SIP_2_0, StartLine, usual_reason};

impl Message {
    /// A request without headers.
    pub fn request(method: Method, uri: impl Into<String>) -> Self {
        let start = StartLine::Request { method, uri: uri.into(), version: Cow::Borrowed(SIP_2_0) };
        Self::new(start, Headers::new(), Bytes::new())
    }

    /// A response to `request` (RFC 3261 section 8.2.6.2): with its Via headers, From, To, Call-ID
    /// and `CSeq`, and in a 100 its Timestamp (section 8.2.6.1). An empty `reason` is the usual one.
    /// To gets no tag here: see [`set_to_tag`](Self::set_to_tag).
    pub fn response_to(request: &Self, code: u16, reason: &str) -> Self {
        let reason = match reason {
            "" => Cow::Borrowed(usual_reason(code)),
            own => Cow::Owned(own.to_owned()),
        };
        let start = StartLine::Status { version: Cow::Borrowed(SIP_2_0), code, reason };
        let mut headers = Headers::new();
        for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
            copy(name, &request.headers, &mut headers);
        }
        if code == 100 {
            copy("Timestamp", &request.headers, &mut headers);
        }
        Self::new(start, headers, Bytes::new())
    }

    /// Gives the message a body. A Content-Length is removed, so that the right one is written.
    pub fn set_body(&mut self, content_type: &str, body: impl Into<Bytes>) {
        self.headers.set("Content-Type", content_type);
        self.headers.remove("Content-Length");
        self.body = body.into();
    }

    /// Takes the body away with the headers that describe it.
    pub fn clear_body(&mut self) {
        for name in ["Content-Type", "Content-Disposition", "Content-Encoding", "Content-Length"] {
            self.headers.remove(name);
        }
        self.body = Bytes::new();
    }

    /// Gives To a tag, unless it has one (RFC 3261 section 8.2.6.2).
    pub fn set_to_tag(&mut self, tag: &str) {
        if let Ok(to) = self.to()
            && to.tag().is_none()
        {
            let value = self.headers.get("To").unwrap_or_default();
            let value = format!("{value};tag={tag}");
            self.headers.set("To", value);
        }
    }
}

/// Copies the headers of a name: each line as it stands, unless it is folded or broken.
fn copy(name: &str, from: &Headers, to: &mut Headers) {
    for line in from.named(name) {
        let plain = line.is_plain().then(|| line.clone());
        to.push_line(plain.unwrap_or_else(|| Line::write(name, line.value())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_repeats_what_identifies_the_request() {
        let request = Message::parse(&Bytes::from_static(
            b"INVITE sip:b@c SIP/2.0\r\nv:SIP/2.0/UDP a;branch=z9hG4bK1\r\nVia: SIP/2.0/UDP b,\r\n \
              SIP/2.0/UDP c\r\nf: <sip:a@c>;tag=1\r\nTo: <sip:b@c>\r\ni: 7\r\nCSeq: 1 INVITE\r\n\
              Timestamp: 5\r\nContact: <sip:a@d>\r\n\r\n",
        ))
        .unwrap();
        let mut response = Message::response_to(&request, 180, "");
        response.set_to_tag("2");
        response.set_to_tag("3");
        assert_eq!(
            response.to_bytes(),
            "SIP/2.0 180 Ringing\r\nv:SIP/2.0/UDP a;branch=z9hG4bK1\r\n\
             Via: SIP/2.0/UDP b, SIP/2.0/UDP c\r\nf: <sip:a@c>;tag=1\r\nTo: <sip:b@c>;tag=2\r\n\
             i: 7\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
        );
        assert!(Message::response_to(&request, 100, "").headers.has("Timestamp"));
    }

    #[test]
    fn a_body_takes_its_headers_with_it() {
        let mut message = Message::request(Method::Info, "sip:a@b");
        message.headers.push("Via", "x");
        message.set_body("text/plain", "hi");
        assert_eq!(
            message.to_bytes(),
            "INFO sip:a@b SIP/2.0\r\nVia: x\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\
             \r\nhi"
        );
        let mut again = Message::parse(&message.to_bytes()).unwrap();
        again.clear_body();
        assert_eq!(again.to_bytes(), "INFO sip:a@b SIP/2.0\r\nVia: x\r\nContent-Length: 0\r\n\r\n");
    }
}
