//! What a subscription gives (product facts, S-01 to S-18).

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A subscription of a user.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// Dubber Go: free, open to everybody, any number of recordings for 30 days each, and nobody
    /// but the user gets at them (S-01 to S-07).
    #[default]
    DubberGo,
    /// Paid: unlimited storage and retention, and administrators get at the recordings (S-09 to
    /// S-12).
    Standard,
    /// As Standard, with analysis (S-03).
    Ai,
}

impl Plan {
    /// Every plan and its name at the API, which is ours: the product's is not public.
    pub const ALL: &[(&str, Self)] =
        &[("dubber_go", Self::DubberGo), ("standard", Self::Standard), ("ai", Self::Ai)];

    /// The plan of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, plan)| *plan)
    }

    /// Its name at the API.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, plan)| *plan == self).map_or("", |(name, _)| name)
    }

    /// How long a recording is kept; `None` is for ever.
    pub fn retention(self) -> Option<Duration> {
        (self == Self::DubberGo).then_some(THIRTY_DAYS)
    }

    /// Whether it takes a contract with the recorder's vendor (S-09).
    pub fn needs_contract(self) -> bool {
        self != Self::DubberGo
    }

    /// Whether the administrators of the account get at the recordings (S-07, S-12).
    pub fn lets_administrators_in(self) -> bool {
        self != Self::DubberGo
    }

    /// Whether recordings are analysed.
    pub fn has_ai(self) -> bool {
        self == Self::Ai
    }
}

/// How the recorder reads what the product's texts leave open. Each is a choice of the scenario.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Policy {
    /// When recordings go that were made before their user moved from a paid plan to the free one.
    pub after_migration: AfterMigration,
    /// What the 30 days of a recording are counted from.
    pub base: Base,
    /// The platform's word for a recording that is kept only if its user asks for it. It is not
    /// public, and any other word is taken for one that keeps it.
    pub provisional: String,
    /// The product of a dub.point on the free plan. The API's values are known, not which of them
    /// stands for which plan.
    pub free_product: String,
    /// The product of a dub.point on a paid plan; see [`free_product`](Self::free_product).
    pub paid_product: String,
}

impl Policy {
    /// The product that a dub.point has to show for a user of this plan (S-71).
    pub fn product_of(&self, plan: Plan) -> &str {
        if plan.needs_contract() { &self.paid_product } else { &self.free_product }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            after_migration: AfterMigration::default(),
            base: Base::default(),
            provisional: "demand".to_owned(),
            free_product: "playback".to_owned(),
            paid_product: "reserved".to_owned(),
        }
    }
}

/// The two readings of S-18 (AMB-6): the texts say "after 30 days" and not of what.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum AfterMigration {
    /// 30 days from the migration for what was there before.
    #[default]
    FromMigration,
    /// 30 days from the recording: what is older goes at once.
    FromRecording,
}

/// What the age of a recording is counted from (AMB-7): the texts do not say.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Base {
    /// The moment at which it was in the library.
    #[default]
    Ingest,
    /// Its start.
    Start,
    /// Its end.
    End,
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ingest => "their place in the library",
            Self::Start => "their beginning",
            Self::End => "their end",
        })
    }
}

/// S-06.
const THIRTY_DAYS: Duration = Duration::from_hours(30 * 24);
