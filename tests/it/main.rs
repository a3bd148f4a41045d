//! The integration tests, one binary.

mod corpus;
mod mutations;
mod opinions;
mod siprec_invite;
mod torture;
