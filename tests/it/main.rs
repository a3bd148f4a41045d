//! The integration tests, one binary.

mod audio;
mod bench;
mod bridging;
mod cli;
mod clumsy;
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
mod recording_client;
mod report;
mod rtp;
mod rubbish;
mod scenarios;
mod siprec;
mod siprec_invite;
mod stage;
mod torture;
mod wire;
mod wire_rubbish;
