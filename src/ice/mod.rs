//! Finding a way for media that works: interactive connectivity establishment (RFC 8445), without
//! a socket and without a clock.
//!
//! Every random bit comes from a seed, and time is an argument, so that a run can be repeated; the
//! libraries that were looked at draw their transaction ids elsewhere. Only host candidates are
//! gathered: a telephone and its platform that need a server to meet are not simulated. Consent
//! freshness (RFC 7675) is not asked for.

mod agent;
mod description;
mod pair;
pub mod stun;

pub use agent::{Agent, Mode, Side};
pub use description::{Credentials, Line, Remote};
