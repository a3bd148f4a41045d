//! Tallylight: a compliance test harness and SIP simulator for call recording.

pub mod audio;
pub mod check;
pub mod cli;
pub mod driver;
pub mod evidence;
pub mod packet;
pub mod report;
pub mod role;
pub mod rtp;
pub mod scenario;
pub mod sdp;
pub mod sip;
pub mod siprec;
pub mod steps;
pub mod testbed;
pub mod time;
