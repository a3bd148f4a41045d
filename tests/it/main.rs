//! The integration tests, one binary.
mod rtp;
