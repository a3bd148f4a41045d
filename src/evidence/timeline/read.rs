//! What a packet of signalling says.

use std::sync::Arc;

use bytes::Bytes;

use super::Timeline;
use crate::evidence::bodies::Bodies;
use crate::evidence::sighting::{Content, RUBBISH_KEPT};
use crate::http;
use crate::sip::Message;

impl Timeline {
    pub(super) fn read(&mut self, payload: &Bytes) -> (Content, Arc<Bodies>) {
        let known = self.lately_read.iter().flatten().find(|(known, ..)| known == payload);
        if let Some((_, content, bodies)) = known {
            return (content.clone(), Arc::clone(bodies));
        }
        let bodies = Arc::new(Bodies::default());
        let content = match Message::parse(payload) {
            Ok(message) => Content::Sip(Arc::new(message)),
            Err(why) => {
                // A copy: a slice would keep the whole of it.
                let kept = &payload[..payload.len().min(RUBBISH_KEPT)];
                Content::Rubbish(Bytes::copy_from_slice(kept), why.to_string())
            }
        };
        self.lately_read[self.reads % self.lately_read.len()] =
            Some((payload.clone(), content.clone(), Arc::clone(&bodies)));
        self.reads += 1;
        (content, bodies)
    }

    /// Whole, as long as there is room: a recording may be in it.
    pub(super) fn read_http(&mut self, payload: &Bytes) -> Content {
        let rubbish = |why: String| {
            Content::Rubbish(
                Bytes::copy_from_slice(&payload[..payload.len().min(RUBBISH_KEPT)]),
                why,
            )
        };
        if self.http_bytes + payload.len() > HTTP_BYTES_MAX {
            self.dropped += 1;
            return rubbish("keep any more of what was said over HTTP".to_owned());
        }
        match http::Message::read(payload) {
            Ok(message) => {
                self.http_bytes += payload.len();
                Content::Http(Arc::new(message))
            }
            Err(why) => rubbish(why.to_string()),
        }
    }
}

/// What a message of STUN is.
pub(super) fn stun(payload: &Bytes) -> Content {
    match crate::ice::stun::Message::read(payload) {
        Ok(message) => Content::Stun(Arc::new(message), payload.clone()),
        Err(why) => {
            let kept = &payload[..payload.len().min(RUBBISH_KEPT)];
            Content::Rubbish(Bytes::copy_from_slice(kept), why.to_string())
        }
    }
}

/// A recording of some minutes, fetched a few times.
const HTTP_BYTES_MAX: usize = 256 << 20;
