//! The integration tests, one binary.

mod bench;
mod bridging;
mod cli;
mod corpus;
mod gherkin;
mod mutations;
mod opinions;
mod pcapng;
mod recording_client;
mod report;
mod rtp;
mod rubbish;
mod scenarios;
mod siprec;
mod siprec_invite;
mod torture;
