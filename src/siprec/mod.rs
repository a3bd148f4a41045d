//! The metadata of a recording session and the body that carries it (RFC 7865, RFC 7866 section 9).
//!
//! A body is taken apart by [`Received::split`], its metadata read by [`Metadata::parse`], and what
//! several documents say is folded together by [`Metadata::apply`]. The other way,
//! [`Metadata::write`] and [`Body`] make what a recording client sends, in the dialect of RFC 7865
//! or in that of Webex Calling.
//!
//! ```
//! use tallylight::siprec::{Body, Dialect, Id, Layout, Metadata, Received, Stream};
//!
//! let stream = Stream { id: Id::base64([7; 16]), label: Some("1".into()), ..Stream::default() };
//! let metadata = Metadata { streams: vec![stream], ..Metadata::default() };
//! let body = Body::both(b"v=0\r\n", &metadata.write(Dialect::Rfc), &Layout::of(Dialect::Rfc));
//!
//! let received = Received::split(&body.content_type, &body.bytes)?;
//! let read = Metadata::parse(received.metadata_bytes().expect("it was sent"))?;
//! assert_eq!(read, metadata);
//! # Ok::<(), tallylight::siprec::Malformed>(())
//! ```

mod announcement;
mod aor;
mod body;
mod bounds;
mod broadworks;
mod date;
mod diff;
mod document;
mod extension;
mod graph;
mod id;
mod malformed;
mod media_type;
mod metadata;
mod multipart;
mod parse;
mod quirk;
mod reader;
mod schema;
mod update;
mod write;
mod write_rfc;
mod write_webex;
mod xml;

pub use announcement::{Announcement, Method, Occasion};
pub use body::{Body, Colon, Layout, MetadataType, Order, Received};
pub use broadworks::{BroadWorks, Call, Queue, Redirect, RedirectedCall};
pub use date::{is_date_time, is_xml_date_time, moment};
pub use diff::diff;
pub use document::{Document, SnapshotRequest};
pub use extension::{Extension, Parent};
pub use graph::Dangling;
pub use id::{Id, IdForm};
pub use malformed::Malformed;
pub use media_type::MediaType;
pub use metadata::{
    DataMode, Group, Interval, Metadata, Name, NameId, Param, Participant, ParticipantSession,
    ParticipantStream, Reason, Recording, Session, SessionRecording, Stream, StreamMode,
};
pub use multipart::{Header, Multipart, Part};
pub use quirk::{Oddity, Quirk};
pub use write::Dialect;

#[cfg(test)]
mod tests;
