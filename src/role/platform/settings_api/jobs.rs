//! The jobs that a change of the vendor becomes: each is done at once here (section 3.4).

use serde_json::{Value, json};

use super::Refusal;
use crate::role::platform::provisioning::Directory;

/// The jobs that there were, the newest last.
#[derive(Debug, Default)]
pub struct Jobs {
    done: Vec<(String, String)>,
}

impl Jobs {
    /// Another one is done, towards this vendor.
    pub fn add(&mut self, id: String, vendor: &str) {
        if self.done.len() >= JOBS_MAX {
            self.done.remove(0);
        }
        self.done.push((id, vendor.to_owned()));
    }

    /// All of them.
    pub fn list(&self, directory: &Directory) -> Value {
        let items: Vec<_> = self.done.iter().map(|job| write(job, directory)).collect();
        json!({ "items": items })
    }

    /// The one of this id.
    pub fn show(&self, id: &str, directory: &Directory) -> Result<Value, Refusal> {
        Ok(write(self.find(id)?, directory))
    }

    /// What went wrong in it: nothing does.
    pub fn errors(&self, id: &str) -> Result<Value, Refusal> {
        self.find(id).map(|_| json!({ "items": [] }))
    }

    fn find(&self, id: &str) -> Result<&(String, String), Refusal> {
        self.done.iter().find(|(known, _)| known == id).ok_or_else(|| Refusal::unknown("job"))
    }
}

/// The counts are those of the specification's example, not of its schema, which differ.
fn write((id, vendor): &(String, String), directory: &Directory) -> Value {
    let users = directory.people.iter().filter(|person| person.settings.enabled).count();
    json!({
        "id": id, "trackingId": id, "instanceId": 1, "vendorId": vendor,
        "sourceCustomerId": directory.organization.id,
        "targetCustomerId": directory.organization.id,
        "jobExecutionStatus": [{
            "id": 1, "statusMessage": "COMPLETED", "exitCode": "COMPLETED",
            "stepExecutionStatuses": [],
        }],
        "latestExecutionStatus": "COMPLETED",
        "counts": {
            "totalNumberOfLocations": 1, "totalNumberOfUsers": users, "failedUsers": 0,
            "updatedUsers": users,
        },
    })
}

/// Nobody changes the vendor so often.
const JOBS_MAX: usize = 100;
