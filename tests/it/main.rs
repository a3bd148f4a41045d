//! The integration tests, one binary.
mod siprec;
