//! What stands in the body of a message, read once however often it is asked for.

use std::sync::OnceLock;

use bytes::Bytes;

use super::exchange::description_of;
use super::recordings::metadata_of;
use crate::sdp::Description;
use crate::sip::Message;
use crate::siprec::{Document, Metadata};

/// What was read of one message so far.
#[derive(Debug, Default)]
pub(super) struct Bodies {
    description: OnceLock<Option<(Bytes, Description)>>,
    metadata: OnceLock<Option<Result<Metadata, String>>>,
}

impl Bodies {
    /// The SDP in `message`, as it stands there and as it is read; none if it cannot be.
    pub(super) fn description(&self, message: &Message) -> Option<&(Bytes, Description)> {
        self.description.get_or_init(|| description_of(message)).as_ref()
    }

    /// The metadata in `message`, or why it cannot be read. A request for it is none.
    pub(super) fn metadata(&self, message: &Message) -> Option<&Result<Metadata, String>> {
        let read = || match Document::parse(&metadata_of(message)?) {
            Ok(Document::Metadata(metadata)) => Some(Ok(*metadata)),
            Ok(Document::SnapshotRequest(_)) => None,
            Err(why) => Some(Err(why.to_string())),
        };
        self.metadata.get_or_init(read).as_ref()
    }
}
