//! One message from bytes, and as bytes.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, Version,
};

use super::Malformed;

/// One HTTP/1.1 message with the whole of its body.
#[derive(Clone, Debug)]
pub enum Message {
    /// Somebody asks.
    Request(Request<Bytes>),
    /// Somebody answers.
    Response(Response<Bytes>),
}

impl Message {
    /// Reads one whole message, which the payload of a packet is.
    pub fn read(payload: &Bytes) -> Result<Self, Malformed> {
        if payload.starts_with(b"HTTP/") {
            read_response(payload).map(Self::Response)
        } else {
            read_request(payload).map(Self::Request)
        }
    }

    /// The message as it crosses the network: with a Content-Length, whatever its headers say of
    /// the length, and in one piece.
    pub fn to_bytes(&self) -> Bytes {
        match self {
            Self::Request(request) => {
                let target = request.uri().path_and_query().map_or("/", |it| it.as_str());
                let line = format!("{} {target} HTTP/1.1\r\n", request.method());
                // RFC 9110 section 8.6: a request that has no use for a body says nothing of it.
                let says_length = !request.body().is_empty()
                    || matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH);
                write(line, request.headers(), request.body(), says_length)
            }
            Self::Response(response) => {
                let status = response.status();
                let reason = status.canonical_reason().unwrap_or_default();
                let line = format!("HTTP/1.1 {} {reason}\r\n", status.as_str());
                // RFC 9110 section 8.6: these have no body, and so no length.
                let bodiless = status.is_informational() || status == StatusCode::NO_CONTENT;
                let body: &[u8] = if bodiless { &[] } else { response.body() };
                write(line, response.headers(), body, !bodiless)
            }
        }
    }

    /// The request, if it is one.
    pub fn request(&self) -> Option<&Request<Bytes>> {
        match self {
            Self::Request(request) => Some(request),
            Self::Response(_) => None,
        }
    }

    /// The response, if it is one.
    pub fn response(&self) -> Option<&Response<Bytes>> {
        match self {
            Self::Request(_) => None,
            Self::Response(response) => Some(response),
        }
    }

    /// What it carries.
    pub fn body(&self) -> &Bytes {
        match self {
            Self::Request(request) => request.body(),
            Self::Response(response) => response.body(),
        }
    }

    /// In one line: `GET /v1/people/me`, or `200 OK`.
    pub fn title(&self) -> String {
        match self {
            Self::Request(request) => format!("{} {}", request.method(), request.uri()),
            Self::Response(response) => response.status().to_string(),
        }
    }
}

fn read_request(payload: &Bytes) -> Result<Request<Bytes>, Malformed> {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS_MAX];
    let mut head = httparse::Request::new(&mut fields);
    let length = finished(head.parse(payload))?;
    let (Some(method), Some(target)) = (head.method, head.path) else {
        return Err(Malformed::Unfinished);
    };
    let method = Method::from_bytes(method.as_bytes()).map_err(wrong)?;
    let uri: Uri = target.parse().map_err(wrong)?;
    let mut request = Request::new(Bytes::new());
    *request.headers_mut() = headers(head.headers)?;
    *request.body_mut() = body(payload, length, request.headers())?;
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    *request.version_mut() = version(head.version);
    Ok(request)
}

fn read_response(payload: &Bytes) -> Result<Response<Bytes>, Malformed> {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS_MAX];
    let mut head = httparse::Response::new(&mut fields);
    let length = finished(head.parse(payload))?;
    let status = StatusCode::from_u16(head.code.unwrap_or_default()).map_err(wrong)?;
    let mut response = Response::new(Bytes::new());
    *response.headers_mut() = headers(head.headers)?;
    *response.body_mut() = body(payload, length, response.headers())?;
    *response.status_mut() = status;
    *response.version_mut() = version(head.version);
    Ok(response)
}

/// The length of the head.
fn finished(parsed: httparse::Result<usize>) -> Result<usize, Malformed> {
    match parsed {
        Ok(httparse::Status::Complete(length)) if length <= HEAD_MAX => Ok(length),
        Ok(httparse::Status::Complete(_)) | Err(httparse::Error::TooManyHeaders) => {
            Err(Malformed::LongHead)
        }
        Ok(httparse::Status::Partial) => Err(Malformed::Unfinished),
        Err(why) => Err(wrong(why)),
    }
}

fn headers(fields: &[httparse::Header<'_>]) -> Result<HeaderMap, Malformed> {
    let mut headers = HeaderMap::with_capacity(fields.len());
    for field in fields {
        let name = HeaderName::from_bytes(field.name.as_bytes()).map_err(wrong)?;
        headers.append(name, HeaderValue::from_bytes(field.value).map_err(wrong)?);
    }
    Ok(headers)
}

/// RFC 9112 section 6.3, for messages that are there as a whole.
fn body(payload: &Bytes, head: usize, headers: &HeaderMap) -> Result<Bytes, Malformed> {
    if headers.contains_key(TRANSFER_ENCODING) {
        return Err(Malformed::Pieces);
    }
    let mut said = None;
    for value in headers.get_all(CONTENT_LENGTH) {
        let digits = value.to_str().ok().filter(|it| it.bytes().all(|byte| byte.is_ascii_digit()));
        let length = digits.and_then(|it| it.parse::<usize>().ok()).ok_or(Malformed::Length)?;
        if said.replace(length).is_some_and(|before| before != length) {
            return Err(Malformed::Length);
        }
    }
    let (said, there) = (said.unwrap_or(0), payload.len().saturating_sub(head));
    if there > BODY_MAX {
        return Err(Malformed::LongBody);
    }
    if said != there {
        return Err(Malformed::OtherLength { said, there });
    }
    Ok(payload.slice(head..))
}

fn version(minor: Option<u8>) -> Version {
    if minor == Some(0) { Version::HTTP_10 } else { Version::HTTP_11 }
}

fn write(line: String, headers: &HeaderMap, body: &[u8], says_length: bool) -> Bytes {
    let mut bytes = line.into_bytes();
    for (name, value) in headers {
        if name == CONTENT_LENGTH || name == TRANSFER_ENCODING {
            continue;
        }
        bytes.extend(name.as_str().as_bytes());
        bytes.extend(b": ");
        bytes.extend(value.as_bytes());
        bytes.extend(b"\r\n");
    }
    if says_length {
        bytes.extend(format!("{CONTENT_LENGTH}: {}\r\n", body.len()).into_bytes());
    }
    bytes.extend(b"\r\n");
    bytes.extend(body);
    bytes.into()
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn wrong(why: impl ToString) -> Malformed {
    Malformed::Head(why.to_string())
}

/// What common servers take for a head.
pub const HEAD_MAX: usize = 64 * 1024;
/// A quarter of an hour of a recording as WAV, both sides apart; the network takes less from
/// strangers.
pub const BODY_MAX: usize = 32 << 20;
/// As many as common servers take.
const FIELDS_MAX: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_as_it_was_written() {
        let request = Request::put("/v1/people/a%2Fb?orgId=o")
            .header("Authorization", "Bearer t")
            .body(Bytes::from_static(b"{}"))
            .unwrap();
        let bytes = Message::Request(request).to_bytes();
        let text = "PUT /v1/people/a%2Fb?orgId=o HTTP/1.1\r\nauthorization: Bearer t\r\n\
                    content-length: 2\r\n\r\n{}";
        assert_eq!(bytes, text.as_bytes());
        let Ok(Message::Request(read)) = Message::read(&bytes) else { panic!("{bytes:?}") };
        assert_eq!((read.uri().path(), read.uri().query()), ("/v1/people/a%2Fb", Some("orgId=o")));
        assert_eq!(read.body(), "{}");
    }

    #[test]
    fn an_answer_without_content_has_no_length() {
        let response = Response::builder().status(204).body(Bytes::from_static(b"no")).unwrap();
        let bytes = Message::Response(response).to_bytes();
        assert_eq!(bytes, "HTTP/1.1 204 No Content\r\n\r\n");
        let read = Message::read(&bytes).unwrap();
        assert_eq!(read.response().unwrap().status(), 204);
        assert_eq!(read.title(), "204 No Content");
    }

    #[test]
    fn a_message_says_why_it_is_none() {
        let why = |text: &'static str| Message::read(&Bytes::from_static(text.as_bytes())).err();
        assert_eq!(why("GET / HTTP/1.1\r\n"), Some(Malformed::Unfinished));
        assert_eq!(why("GET / HTTP/1.1\r\nContent-Length: +1\r\n\r\na"), Some(Malformed::Length));
        let differ = "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na";
        assert_eq!(why(differ), Some(Malformed::Length));
        let short = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab";
        assert_eq!(why(short), Some(Malformed::OtherLength { said: 5, there: 2 }));
        let pieces = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
        assert_eq!(why(pieces), Some(Malformed::Pieces));
        assert!(matches!(why("\u{0}\u{1}"), Some(Malformed::Head(_))));
        assert!(matches!(why("GET  HTTP/1.1\r\n\r\n"), Some(Malformed::Head(_))));
    }

    #[test]
    fn a_head_beyond_its_bounds_is_refused() {
        let fields = "a: b\r\n".repeat(101);
        let many = Bytes::from(format!("GET / HTTP/1.1\r\n{fields}\r\n"));
        assert_eq!(Message::read(&many).err(), Some(Malformed::LongHead));
        let long = Bytes::from(format!("GET / HTTP/1.1\r\na: {}\r\n\r\n", "b".repeat(HEAD_MAX)));
        assert_eq!(Message::read(&long).err(), Some(Malformed::LongHead));
    }
}
