//! What single header values say: each type reads one value and writes it back.

mod cseq;
mod date;
mod list;
mod media_type;
mod name_addr;
mod rack;
mod reason;
mod replaces;
mod retry_after;
mod session_timer;
mod via;
mod warning;

pub use cseq::CSeq;
pub use date::check_date;
pub use list::{Tokens, Values};
pub use media_type::MediaType;
pub use name_addr::{Contacts, NameAddr};
pub use rack::RAck;
pub use reason::Reason;
pub use replaces::Replaces;
pub use retry_after::RetryAfter;
pub use session_timer::{MinSe, Refresher, SessionExpires};
pub use via::Via;
pub use warning::Warning;
