//! The integration tests, one binary.

mod gherkin;
mod report;
mod scenarios;
mod corpus;
mod mutations;
mod opinions;
mod siprec_invite;
mod torture;
