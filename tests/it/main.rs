//! The integration tests, one binary.

mod gherkin;
mod scenarios;
