//! The typed words of recordings in a portal: `{plan}`, `{field}` and `{refusal}`.

use std::str::FromStr;

use cucumber::Parameter;

use super::words::{Party, Unsaid};
use crate::role::portal::Errand;

/// A plan, by its name at the API.
#[derive(Clone, Copy, Debug, Eq, Parameter, PartialEq)]
#[param(name = "plan", regex = r"free|standard|AI")]
pub struct Plan(pub &'static str);

impl FromStr for Plan {
    type Err = Unsaid;

    fn from_str(text: &str) -> Result<Self, Unsaid> {
        match text {
            "free" => Ok(Self("dubber_go")),
            "standard" => Ok(Self("standard")),
            "AI" => Ok(Self("ai")),
            _ => Err(Unsaid("a plan")),
        }
    }
}

/// One of the five fields of a dub.point.
#[derive(Clone, Copy, Debug, Eq, Parameter, PartialEq)]
#[param(
    name = "field",
    regex = r"service provider|external group|external identifier|external type|product"
)]
pub struct Field {
    /// Its name at the API.
    pub name: &'static str,
    /// Something that it should not say.
    pub wrong: &'static str,
    /// What it should say on the free plan; `None` is that of a user.
    pub right: Option<&'static str>,
}

impl Field {
    /// To set it.
    pub fn errand(self, whose: Party, value: String) -> Errand {
        Errand::SetPoint { whose: whose.0, field: self.name.to_owned(), value }
    }
}

impl FromStr for Field {
    type Err = Unsaid;

    fn from_str(text: &str) -> Result<Self, Unsaid> {
        let (name, wrong, right) = match text {
            "service provider" => ("service_provider", "SP0002", Some("SP0001")),
            "external group" => ("external_group", "SP0001L0002", Some("SP0001L0001")),
            "external identifier" => ("external_identifier", "nobody@int.example.net", None),
            "external type" => ("external_type", "Cisco", Some("BroadWorks")),
            "product" => ("product", "payg", Some("playback")),
            _ => return Err(Unsaid("a field of a dub.point")),
        };
        Ok(Self { name, wrong, right })
    }
}

/// What somebody is told who does not get what they want.
#[derive(Clone, Copy, Debug, Eq, Parameter, PartialEq)]
#[param(
    name = "refusal",
    regex = r"this is not part of the plan|there is no such recording|signing in is due|the call is still up|this is too often|the password is wrong"
)]
pub enum Refusal {
    /// By the product's code.
    Code(u64),
    /// What stands in the recording itself.
    StillUp,
    /// By the error of RFC 6749 section 5.2.
    KeptOut,
}

impl FromStr for Refusal {
    type Err = Unsaid;

    fn from_str(text: &str) -> Result<Self, Unsaid> {
        match text {
            "this is not part of the plan" => Ok(Self::Code(1010)),
            "there is no such recording" => Ok(Self::Code(1009)),
            "signing in is due" => Ok(Self::Code(1038)),
            "this is too often" => Ok(Self::Code(1021)),
            "the call is still up" => Ok(Self::StillUp),
            "the password is wrong" => Ok(Self::KeptOut),
            _ => Err(Unsaid("what the recorder says")),
        }
    }
}
