//! By what a recorder knows whose call it is: the three identifiers that stand in the metadata of
//! a recording and in the settings API, and that a dub.point has to have (S-42, S-73 to S-75).
//!
//! The product's own are opaque texts; these have their shape.

/// The service provider: `serviceProvider` of the API, `serviceProviderID` of the metadata.
pub const SERVICE_PROVIDER: &str = "SP0001";

/// The group: `externalGroup` and `groupID`. The product's is the service provider, an `L` and
/// digits.
pub const EXTERNAL_GROUP: &str = "SP0001L0001";

/// The user: `externalIdentifier` and `userID`.
pub fn external_identifier(number: &str) -> String {
    format!("{number}@int.example.net")
}
