//! RFC 3261 as data: messages in which no byte is lost, and what their headers say; and as machines:
//! transactions, dialogs, and the user agent that is made of them.

mod agenda;
pub mod agent;
mod build;
mod check;
mod dialog;
pub mod digest;
pub mod flow;
pub mod framing;
pub mod header;
mod header_name;
mod headers;
mod ids;
mod line;
mod malformed;
mod message;
mod method;
mod params;
mod rsip_bridge;
mod scan;
mod start_line;
mod transaction;
pub mod transport;
pub mod uri;
mod views;

pub use dialog::DialogId;
pub use header::{
    CSeq, Contacts, MediaType, MinSe, NameAddr, RAck, Reason, Refresher, Replaces, RetryAfter,
    SessionExpires, Tokens, Via, Warning,
};
pub use headers::Headers;
pub use line::Line;
pub use malformed::{Malformed, Place};
pub use message::{HEADER_LINES_MAX, MESSAGE_BYTES_MAX, Message};
pub use method::Method;
pub use params::Params;
pub use start_line::{StartLine, usual_reason};
pub use transaction::Timers;
pub use uri::{Host, SipUri, TelUri, Uri};
