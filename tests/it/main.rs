//! The integration tests, one binary.

mod scenarios;
mod torture;
