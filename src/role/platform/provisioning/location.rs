//! The one location of the organisation: it does as the organisation does, unless somebody says
//! otherwise (product facts, sections 3.4 and 3.5).

use super::organization::{Compliance, FailureBehavior, Organization};

/// The location as it is now.
#[derive(Clone, Debug)]
pub struct Location {
    /// Its id.
    pub id: String,
    /// Whom the compliance announcement is played to, if not to whom the organisation says.
    pub compliance: Option<Compliance>,
    /// What becomes of calls that cannot be recorded, if not what the organisation says.
    pub failure: Option<FailureBehavior>,
}

impl Location {
    pub(super) fn new(id: String) -> Self {
        Self { id, compliance: None, failure: None }
    }

    /// Whom the compliance announcement is played to here.
    pub fn compliance(&self, organization: &Organization) -> Compliance {
        self.compliance.unwrap_or(organization.compliance)
    }

    /// What becomes here of calls that cannot be recorded.
    pub fn failure(&self, organization: &Organization) -> FailureBehavior {
        self.failure.unwrap_or(organization.failure)
    }

    /// The only one needs no other name.
    pub const NAME: &str = "Headquarters";
}
