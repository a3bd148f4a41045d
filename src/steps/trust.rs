//! Whether the platform and the recorder make sure of each other.

use std::str::FromStr;

use super::outcome::StepError;
use super::words::Unsaid;
use super::world::World;
use crate::check::trust;
use crate::evidence::Kind;
use crate::testbed::{Credential, Flaw};

/// What is wrong with a certificate: `has expired`.
#[derive(Clone, Copy, Debug, Eq, cucumber::Parameter, PartialEq)]
#[param(
    name = "flaw",
    regex = r"has expired|is for somebody else|is for a user|has a wildcard for a name|is of an unknown issuer"
)]
pub struct Flawed(pub Flaw);

impl FromStr for Flawed {
    type Err = Unsaid;

    fn from_str(text: &str) -> Result<Self, Unsaid> {
        let known = FLAWS.iter().find(|(words, _)| *words == text);
        known.map(|(_, flaw)| Self(*flaw)).ok_or(Unsaid("what is wrong with a certificate"))
    }
}

/// The recorder has a certificate that nobody should believe.
#[cucumber::given(expr = "the recorder's certificate {flaw}")]
fn recorders(world: &mut World, flaw: Flawed) -> Result<(), StepError> {
    world.equip(Kind::Recorder, Credential::Flawed(flaw.0))
}

/// The platform has a certificate that nobody should believe.
#[cucumber::given(expr = "the platform's certificate {flaw}")]
fn platforms(world: &mut World, flaw: Flawed) -> Result<(), StepError> {
    world.equip(Kind::Platform, Credential::Flawed(flaw.0))
}

/// Whoever connects to the recorder has to show a certificate.
#[cucumber::given("the recorder asks for certificates")]
fn asks(world: &mut World) -> Result<(), StepError> {
    world.equip(Kind::Recorder, Credential::Asks)
}

/// Each has seen a certificate of the other one.
#[cucumber::then("the platform and the recorder know each other")]
fn know(world: &mut World) -> Result<(), StepError> {
    world.judge(|timeline, _| trust::know_each_other(timeline))
}

/// The platform ended every connection to the recorder before anything was said on it.
#[cucumber::then("the platform tells the recorder nothing")]
fn tells_nothing(world: &mut World) -> Result<(), StepError> {
    world.judge(|timeline, _| trust::recorder_is_turned_away(timeline))
}

/// The recorder ended every connection of the platform before anything was said on it.
#[cucumber::then("the recorder takes nothing from the platform")]
fn takes_nothing(world: &mut World) -> Result<(), StepError> {
    world.judge(|timeline, _| trust::platform_is_turned_away(timeline))
}

const FLAWS: [(&str, Flaw); 5] = [
    ("has expired", Flaw::Expired),
    ("is for somebody else", Flaw::OtherName),
    ("is for a user", Flaw::User),
    ("has a wildcard for a name", Flaw::Wildcard),
    ("is of an unknown issuer", Flaw::UnknownIssuer),
];
