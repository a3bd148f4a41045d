//! What somebody does in a portal, or has a program of theirs do there.

use std::fmt;

use serde_json::{Value, json};

/// What somebody does in a portal.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Visit {
    /// Who: the first name that they sign in with.
    pub who: String,
    /// What.
    pub errand: Errand,
}

/// What can be done there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Errand {
    /// Looks at the recordings that there are.
    Look,
    /// Looks at a page of them.
    Page(usize),
    /// Looks at them with the token of the last visit, however old it is.
    LookAgain,
    /// Signs in with a secret that is not theirs.
    Guess,
    /// Asks for the recordings more often in a second than the recorder takes.
    Hurry,
    /// Looks at the recordings that nobody was found for.
    LookForNobodys,
    /// Listens to the last recording that anybody has seen.
    Listen,
    /// Deletes it.
    Delete,
    /// Moves somebody to a plan, by the API's name for it.
    Move(String, String),
    /// Makes somebody an administrator of the account.
    Promote(String),
    /// Says whether there is a contract with the customer.
    Contract(bool),
    /// Sets a field of somebody's dub.point.
    SetPoint {
        /// Whose.
        whose: String,
        /// `external_group`.
        field: String,
        /// What it says from now on.
        value: String,
    },
    /// Looks for somebody's dub.point by the identifier that the calling platform shows.
    FindPoint {
        /// Whose.
        whose: String,
        /// `+12025550101@int.example.net`.
        identifier: String,
    },
    /// Gives somebody what is nobody's, as far as it is theirs by the dub.point seen last.
    Give(String),
    /// Asks that a program be told of recordings, and gives the secret back that comes.
    Subscribe,
    /// Asks for that, and gives another secret back.
    SubscribeWrongly,
    /// Looks for what that program could not be told.
    LookForUnclaimed,
    /// The program takes no messages from now on, or takes them again.
    Away(bool),
}

impl Errand {
    /// What is put somewhere, if anything.
    pub(super) fn body(&self) -> Value {
        match self {
            Self::Move(_, plan) => json!({ "plan": plan }),
            Self::Promote(_) => json!({ "role": "Administrator" }),
            Self::Contract(is_signed) => json!({ "contract": is_signed }),
            Self::SetPoint { field, value, .. } => json!({ field.as_str(): value }),
            _ => Value::Null,
        }
    }

    /// Whom it is about.
    pub(super) fn whose(&self) -> Option<&str> {
        match self {
            Self::Move(whose, _) | Self::Promote(whose) | Self::SetPoint { whose, .. } => {
                Some(whose)
            }
            _ => None,
        }
    }
}

/// As the deed stands on the timeline, after the name of the portal.
impl fmt::Display for Visit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lets {} ", self.who)?;
        match &self.errand {
            Errand::Look => f.write_str("look at the recordings"),
            Errand::Page(page) => write!(f, "look at page {page} of the recordings"),
            Errand::LookAgain => f.write_str("look at the recordings without signing in"),
            Errand::Guess => f.write_str("sign in with another password"),
            Errand::Hurry => f.write_str("ask too often"),
            Errand::LookForNobodys => f.write_str("look for recordings that are nobody's"),
            Errand::Listen => f.write_str("listen to the recording"),
            Errand::Delete => f.write_str("delete the recording"),
            Errand::Move(whose, plan) => write!(f, "move {whose} to the plan {plan}"),
            Errand::Promote(whose) => write!(f, "make {whose} an administrator"),
            Errand::Contract(true) => f.write_str("sign the contract"),
            Errand::Contract(false) => f.write_str("end the contract"),
            Errand::SetPoint { whose, field, value } => {
                write!(f, "set {field} of {whose}'s dub.point to {value}")
            }
            Errand::FindPoint { whose, .. } => write!(f, "look for {whose}'s dub.point"),
            Errand::Give(whose) => write!(f, "give {whose} what is nobody's"),
            Errand::Subscribe => f.write_str("ask to be told of recordings"),
            Errand::SubscribeWrongly => {
                f.write_str("ask to be told of recordings, with another secret")
            }
            Errand::LookForUnclaimed => f.write_str("look for what could not be told"),
            Errand::Away(true) => f.write_str("listen to no messages"),
            Errand::Away(false) => f.write_str("listen to messages again"),
        }
    }
}
