//! How media finds its way through the platform, and what recording costs on it.

use std::time::Duration;

use super::file;
use super::quantity::duration;
use super::reader::Reader;

/// How media finds its way through the platform.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Ways {
    /// `ice agent`: whether the platform speaks ICE with telephones that do; not unless the file
    /// says how.
    pub agent: Option<IceAgent>,
    /// `recording delay`: how long the platform takes on each side of a call to set up what is
    /// recorded; none unless the file says so. That of the product is small, and not known.
    pub recording_delay: Duration,
}

/// How a platform speaks ICE (RFC 8445 section 2.5).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum IceAgent {
    /// It checks, as the telephones do.
    Full,
    /// It answers checks, and leaves the choice to the telephones.
    Lite,
}

pub(super) fn read(reader: &mut Reader, part: &file::Part) -> Ways {
    Ways {
        agent: reader.word_or(&part.ice_agent, "ICE agent", AGENTS, None),
        recording_delay: reader.value_or(&part.recording_delay, Duration::ZERO, duration),
    }
}

const AGENTS: &[(&str, Option<IceAgent>)] =
    &[("none", None), ("full", Some(IceAgent::Full)), ("lite", Some(IceAgent::Lite))];
