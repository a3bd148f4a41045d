//! The integration tests, one binary.

mod gherkin;
mod report;
mod scenarios;
