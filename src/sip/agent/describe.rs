//! What we say of the session, in requests and in responses: one after the other, so that a change
//! which had to wait is not sent once it is out of date (RFC 3264 section 8).

use super::call::{Call, Wanted};
use super::content::{Body, Content};
use crate::sip::Message;

impl Call {
    /// A response, an ACK or a PRACK of ours described the session. A change that still waits for
    /// its turn did not know of that.
    pub(super) fn describe(&mut self, body: Option<Body>) {
        if body == self.description {
            return;
        }
        self.description = body;
        for wanted in self.wanted.iter_mut().filter(|wanted| describes(&wanted.content)) {
            if wanted.is_refresh {
                wanted.content.body.clone_from(&self.description);
            } else {
                wanted.is_stale = true;
            }
        }
    }

    /// Changes that were never sent will not be. Returns whether there is one.
    pub(super) fn overtake(&mut self) -> bool {
        let describing = |it: &&mut Wanted| describes(&it.content) && !it.is_refresh;
        let mut unsent = false;
        for wanted in self.wanted.iter_mut().filter(describing) {
            wanted.is_stale = true;
            unsent |= wanted.tries == 0;
        }
        unsent
    }

    /// A change of ours goes out, with the description that it proposes.
    pub(super) fn propose(&mut self, wanted: &mut Wanted) {
        if describes(&wanted.content) {
            let proposed = wanted.content.body.clone();
            wanted.before = std::mem::replace(&mut self.description, proposed);
        }
    }

    /// It was refused: what was said before it counts (RFC 3261 section 14.1).
    pub(super) fn withdraw(&mut self, wanted: &mut Wanted) {
        if let Some(before) = wanted.before.take()
            && self.description == wanted.content.body
        {
            self.description = Some(before);
        }
    }
}

/// Whether a message carries a session description: an offer or an answer. A multipart body does
/// if one of its parts says that it is one.
pub(super) fn has_description(message: &Message) -> bool {
    let content_type = message.headers.get("Content-Type").unwrap_or_default();
    is_description(content_type, &message.body)
}

/// As [`has_description`], of what the owner puts into a message.
pub(super) fn describes(content: &Content) -> bool {
    content.body.as_ref().is_some_and(|body| is_description(&body.content_type, &body.bytes))
}

fn is_description(content_type: &str, body: &[u8]) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if body.is_empty() {
        return false;
    }
    let is_multipart =
        essence.get(..10).is_some_and(|kind| kind.eq_ignore_ascii_case("multipart/"));
    essence.eq_ignore_ascii_case(SDP)
        || (is_multipart
            && body.windows(SDP.len()).any(|part| part.eq_ignore_ascii_case(SDP.as_bytes())))
}

/// The media type of offers and answers.
const SDP: &str = "application/sdp";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_found_alone_and_among_parts() {
        let describes = |kind: &str, body: &'static str| is_description(kind, body.as_bytes());
        assert!(describes("Application/SDP ; charset=utf-8", "v=0"));
        assert!(describes(
            "multipart/mixed;boundary=x",
            "--x\r\ncontent-type: APPLICATION/sdp\r\n"
        ));
        assert!(!describes("multipart/mixed;boundary=x", "--x\r\nContent-Type: text/plain\r\n"));
        assert!(!describes("application/rs-metadata+xml", "application/sdp"));
        assert!(!describes("application/sdp", ""));
    }
}
