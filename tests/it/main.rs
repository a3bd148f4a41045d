//! The integration tests, one binary.

mod cli;
mod gherkin;
mod report;
mod scenarios;
