//! Which way a message goes: RFC 3261 section 18 with `rport` (RFC 3581), for numeric addresses.

mod hop;
mod reply;
mod route;

pub(super) use hop::next_hop;
pub use hop::resolve;
pub(super) use reply::{fallback_target, reply_flow};
pub(super) use route::{Paths, Route, restamped};
