//! What every request has to pass before anybody looks at what it wants (RFC 3261 section 8.2).

use super::content::{Content, Reply};
use super::core::Core;
use crate::sip::{MediaType, Message, Method, Uri};

impl Core {
    /// Why a request cannot be processed, as the answer to it.
    pub(super) fn objection(&self, request: &Message) -> Option<Reply> {
        self.object_to_method(request)
            .or_else(|| object_to_target(request))
            .or_else(|| self.object_to_require(request))
            .or_else(|| self.object_to_body(request))
    }

    /// RFC 3261 section 8.2.1: 405 for a method that is known and not supported, 501 for one that
    /// nobody here has heard of (section 21.5.2, RFC 4475 section 3.1.1.2).
    fn object_to_method(&self, request: &Message) -> Option<Reply> {
        let is_allowed =
            request.method().is_some_and(|method| self.settings.allow.contains(method));
        if is_allowed {
            return None;
        }
        let content = Content::none().with_header("Allow", self.identity.allow());
        let is_unknown = matches!(request.method(), Some(Method::Other(_)));
        Some(Reply::new(if is_unknown { 501 } else { 405 }).with(content))
    }

    /// RFC 3261 section 8.2.2.3.
    fn object_to_require(&self, request: &Message) -> Option<Reply> {
        let supported = self.identity.supported();
        let is_known = |tag: &&str| supported.iter().any(|known| known.eq_ignore_ascii_case(tag));
        let unknown: Vec<_> = request.headers.all("Require").filter(|tag| !is_known(tag)).collect();
        if unknown.is_empty() {
            return None;
        }
        let content = Content::none().with_header("Unsupported", &unknown.join(", "));
        Some(Reply::new(420).with(content))
    }

    /// RFC 3261 section 8.2.3.
    fn object_to_body(&self, request: &Message) -> Option<Reply> {
        if request.body.is_empty()
            || !matches!(request.method(), Some(Method::Invite | Method::Update))
            || is_optional(request)
        {
            return None;
        }
        let mut codings = request.headers.all("Content-Encoding");
        if codings.any(|coding| !coding.eq_ignore_ascii_case("identity")) {
            let content = Content::none().with_header("Accept-Encoding", "identity");
            return Some(Reply::new(415).with(content));
        }
        let is_accepted = match request.content_type() {
            Ok(Some(kind)) => self.settings.accept.iter().any(|range| is_within(&kind, range)),
            _ => false,
        };
        if is_accepted {
            return None;
        }
        let content = Content::none().with_header("Accept", self.identity.accept());
        Some(Reply::new(415).with(content))
    }
}

/// RFC 3261 section 8.2.2.1.
fn object_to_target(request: &Message) -> Option<Reply> {
    match request.request_uri() {
        Ok(Uri::Sip(_) | Uri::Tel(_)) => None,
        Ok(Uri::Other { .. }) => Some(Reply::new(416)),
        Err(_) => Some(Reply::new(400)),
    }
}

/// Whether a body may be ignored (RFC 3261 section 20.11).
fn is_optional(request: &Message) -> bool {
    let disposition = request.headers.get("Content-Disposition").unwrap_or_default();
    let mut params = disposition.split(';').skip(1).map(|param| param.replace([' ', '\t'], ""));
    params.any(|param| param.eq_ignore_ascii_case("handling=optional"))
}

fn is_within(kind: &MediaType, range: &str) -> bool {
    match range.split_once('/') {
        Some(("*", "*")) => true,
        Some((family, "*")) => kind.kind.eq_ignore_ascii_case(family),
        _ => kind.essence_is(range),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip::agent::Settings;

    fn code(headers: &[(&str, &str)], method: &str, uri: &str) -> u16 {
        let core = Core::new(Settings::default(), 1);
        let mut request = Message::request(Method::from(method), uri);
        for (name, value) in headers {
            request.headers.push(name, value);
        }
        request.body = "body".into();
        core.objection(&request).map_or(0, |reply| reply.code)
    }

    const SDP: (&str, &str) = ("Content-Type", "application/sdp");

    #[test]
    fn what_we_do_not_do_is_refused_with_what_we_do() {
        assert_eq!(code(&[SDP], "INVITE", "sip:bob@192.0.2.2"), 0);
        assert_eq!(code(&[SDP], "INVITE", "tel:+12025550101"), 0);
        assert_eq!(code(&[], "INFO", "sip:bob@192.0.2.2"), 0);
        assert_eq!(code(&[SDP], "PUBLISH", "sip:bob@192.0.2.2"), 405);
        assert_eq!(code(&[SDP], "FOO", "sip:bob@192.0.2.2"), 501);
        assert_eq!(code(&[SDP], "INVITE", "soap.beep://192.0.2.103:3002"), 416);
        assert_eq!(code(&[SDP, ("Require", "nothing")], "INVITE", "sip:b@192.0.2.2"), 420);
        assert_eq!(code(&[SDP, ("Require", "100rel")], "INVITE", "sip:b@192.0.2.2"), 0);
    }

    #[test]
    fn a_body_that_must_be_understood_has_to_be_of_a_known_kind() {
        let invite = |headers: &[_]| code(headers, "INVITE", "sip:bob@192.0.2.2");
        assert_eq!(invite(&[("Content-Type", "text/plain")]), 415);
        assert_eq!(invite(&[]), 415);
        assert_eq!(invite(&[SDP, ("Content-Encoding", "gzip")]), 415);
        let optional = ("Content-Disposition", "render; handling = optional");
        assert_eq!(invite(&[("Content-Type", "text/plain"), optional]), 0);
    }
}
