//! The integration tests, one binary.

mod torture;
