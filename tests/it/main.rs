//! The integration tests, one binary.

mod audio;
mod cli;
mod corpus;
mod gherkin;
mod mutations;
mod opinions;
mod pcapng;
mod readme;
mod report;
mod rtp;
mod scenarios;
mod serve;
mod siprec;
mod siprec_invite;
mod torture;
