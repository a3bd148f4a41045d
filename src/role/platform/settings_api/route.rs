//! Which thing a path names, and what may be done with it (section 3.1).

use crate::http::{Method, Uri, segments};

/// What a path names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Route {
    /// Whose token it is.
    Me,
    /// Everybody.
    People,
    /// One person.
    Person(String),
    /// The settings of a person's recording.
    PersonRecording(String),
    /// The settings of one's own.
    OwnRecording,
    /// The switch of the organisation.
    Organization,
    /// The vendors of recorders.
    Vendors,
    /// The vendor that is chosen.
    Vendor,
    /// The terms of a vendor.
    Terms(String),
    /// Whom the compliance announcement is played to.
    Compliance,
    /// Where recordings can be stored.
    Regions,
    /// Who is recorded by the vendor.
    VendorUsers,
    /// What a change of the vendor became.
    Jobs,
    /// One of them.
    Job(String),
    /// What went wrong in it.
    JobErrors(String),
    /// Where the organisation is.
    Locations,
    /// Something of a location: its id, and what.
    Location(String, OfLocation),
    /// The calls that are up.
    Calls,
    /// One of them.
    Call(String),
    /// Something to be done with the recording of a call: `startRecording`.
    Control(String),
}

/// What a path names of a location.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OfLocation {
    /// Whom the compliance announcement is played to.
    Compliance,
    /// The vendors, and what becomes of calls that cannot be recorded.
    Vendors,
    /// The vendor that is chosen.
    Vendor,
    /// Who is recorded by the vendor.
    VendorUsers,
}

impl Route {
    /// What a path names, if anything.
    pub fn of(uri: &Uri) -> Option<Self> {
        let segments = segments(uri)?;
        let words: Vec<&str> = segments.iter().map(String::as_str).collect();
        let ["v1", rest @ ..] = words.as_slice() else { return None };
        Some(match rest {
            ["people"] => Self::People,
            ["people", "me"] => Self::Me,
            ["people", id] => Self::Person((*id).to_owned()),
            ["people", id, "features", "callRecording"] => Self::PersonRecording((*id).to_owned()),
            ["telephony", "config", "people", "me", "settings", "callRecording"] => {
                Self::OwnRecording
            }
            ["telephony", "config", "callRecording", rest @ ..] => match rest {
                [] => Self::Organization,
                ["vendors"] => Self::Vendors,
                ["vendor"] => Self::Vendor,
                ["vendors", id, "termsOfService"] => Self::Terms((*id).to_owned()),
                ["complianceAnnouncement"] => Self::Compliance,
                ["regions"] => Self::Regions,
                ["vendorUsers"] => Self::VendorUsers,
                _ => return None,
            },
            ["locations"] => Self::Locations,
            ["telephony", "config", "locations", id, "callRecording", what] => {
                let what = match *what {
                    "complianceAnnouncement" => OfLocation::Compliance,
                    "vendors" => OfLocation::Vendors,
                    "vendor" => OfLocation::Vendor,
                    "vendorUsers" => OfLocation::VendorUsers,
                    _ => return None,
                };
                Self::Location((*id).to_owned(), what)
            }
            ["telephony", "config", "jobs", "callRecording", rest @ ..] => match rest {
                [] => Self::Jobs,
                [id] => Self::Job((*id).to_owned()),
                [id, "errors"] => Self::JobErrors((*id).to_owned()),
                _ => return None,
            },
            ["telephony", "calls"] => Self::Calls,
            [
                "telephony",
                "calls",
                it @ ("startRecording" | "stopRecording" | "pauseRecording" | "resumeRecording"),
            ] => Self::Control((*it).to_owned()),
            ["telephony", "calls", id] => Self::Call((*id).to_owned()),
            _ => return None,
        })
    }

    /// The methods that it takes, and the scope that each asks for; none for whoever has a token.
    pub fn methods(&self) -> &'static [(Method, Option<&'static str>)] {
        match self {
            Self::Me => &[(Method::GET, None)],
            Self::People | Self::Person(_) => &[(Method::GET, Some(PEOPLE_READ))],
            Self::PersonRecording(_) => {
                &[(Method::GET, Some(PEOPLE_READ)), (Method::PUT, Some(PEOPLE_WRITE))]
            }
            Self::OwnRecording => &[(Method::GET, Some(OWN_READ))],
            Self::Organization
            | Self::Terms(_)
            | Self::Compliance
            | Self::Location(_, OfLocation::Compliance) => {
                &[(Method::GET, Some(CONFIG_READ)), (Method::PUT, Some(CONFIG_WRITE))]
            }
            Self::Vendor | Self::Location(_, OfLocation::Vendor) => {
                &[(Method::PUT, Some(CONFIG_WRITE))]
            }
            Self::Locations => &[(Method::GET, Some(LOCATIONS_READ))],
            Self::Location(..)
            | Self::Vendors
            | Self::Regions
            | Self::VendorUsers
            | Self::Jobs
            | Self::Job(_)
            | Self::JobErrors(_) => &[(Method::GET, Some(CONFIG_READ))],
            Self::Calls | Self::Call(_) => &[(Method::GET, Some(CALLS_READ))],
            Self::Control(_) => &[(Method::POST, Some(CALLS_WRITE))],
        }
    }
}

const PEOPLE_READ: &str = "spark-admin:people_read";
const PEOPLE_WRITE: &str = "spark-admin:people_write";
const CONFIG_READ: &str = "spark-admin:telephony_config_read";
const CONFIG_WRITE: &str = "spark-admin:telephony_config_write";
const LOCATIONS_READ: &str = "spark-admin:locations_read";
const OWN_READ: &str = "spark:telephony_config_read";
const CALLS_READ: &str = "spark:calls_read";
const CALLS_WRITE: &str = "spark:calls_write";

/// The scopes of somebody who may read.
pub const READ: &[&str] = &[PEOPLE_READ, CONFIG_READ, LOCATIONS_READ];
/// The scopes of somebody who may write.
pub const WRITE: &[&str] = &[PEOPLE_WRITE, CONFIG_WRITE];

/// The scopes of everybody, for what is their own.
pub const OWN: &[&str] = &[OWN_READ, CALLS_READ, CALLS_WRITE];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_one_thing_or_nothing() {
        let of = |path: &'static str| Route::of(&Uri::from_static(path));
        let recording = Route::PersonRecording("a/b".to_owned());
        assert_eq!(of("/v1/people/a%2Fb/features/callRecording?orgId=o"), Some(recording));
        let terms = Route::Terms("v".to_owned());
        assert_eq!(of("/v1/telephony/config/callRecording/vendors/v/termsOfService"), Some(terms));
        // The vendor comes first (section 3.1).
        assert_eq!(of("/v1/telephony/config/callRecording/termsOfService/v"), None);
        assert_eq!(of("/v2/people/me"), None);
        assert_eq!(of("/v1/people/%zz"), None);
    }
}
