//! The integration tests, one binary.

mod cli;
mod gherkin;
mod report;
mod scenarios;
mod corpus;
mod mutations;
mod opinions;
mod siprec_invite;
mod torture;
mod rtp;
mod siprec;
