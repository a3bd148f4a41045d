//! The integration tests, one binary.

mod opinions;
mod siprec_invite;
mod torture;
