//! The integration tests, one binary.

mod audio;
mod cli;
mod corpus;
mod determinism;
mod faults;
mod gherkin;
mod house;
mod ladders;
mod mutations;
mod opinions;
mod pcapng;
mod readme;
mod report;
mod rtp;
mod scenarios;
mod siprec;
mod siprec_invite;
mod stage;
mod torture;
mod wire;
