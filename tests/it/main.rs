//! The integration tests, one binary.
mod audio;
