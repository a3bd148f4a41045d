//! Names that a scenario may use and other rooms own.

use super::cast::RoleName;

/// What the caller knows: the faults that parts can have, and the requirements of the catalogue.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    /// Each fault, and the role that can have it.
    pub faults: &'a [(RoleName, &'a str)],
    /// The ids of all requirements.
    pub requirements: &'a [&'a str],
}

impl<'a> Known<'a> {
    /// The faults that this role can have.
    pub fn faults_of(&self, role: RoleName) -> Vec<&'a str> {
        self.faults.iter().filter(|(owner, _)| *owner == role).map(|(_, fault)| *fault).collect()
    }
}

/// What a vendor can offer to be asked about: the name behind `@needs.`, and what it means.
///
/// A capability that a scenario does not declare is skipped with its reason, never passed.
pub const CAPABILITIES: &[(&str, &str)] = &[
    (
        "administrator",
        "somebody sets recording up through the settings interface, and can look at recordings",
    ),
    ("announcements", "everybody is told that the call is recorded"),
    (
        "certificates",
        "parts reach each other over TLS, and can have certificates that are not good",
    ),
    ("conference", "a third party can join a call"),
    ("days", "days can go by"),
    ("forwarding", "a call can be forwarded to another party"),
    ("hold", "a party can be put on hold"),
    ("ice", "a phone looks for the best way of its media (RFC 8445)"),
    ("on demand", "a user can start the recording during a call"),
    ("pause", "a user can pause the recording and resume it"),
    ("portal", "people look at recordings through the recorder's own interface"),
    ("record awareness", "a phone can be told that it is recorded (RFC 7866 section 6.3)"),
    ("reminder tone", "a tone reminds everybody that the call is recorded"),
    ("second recorder", "another recorder is asked where the first one fails"),
    ("third phone", "Carol has a telephone too, with a number of her own"),
    ("transfer", "a party can be transferred to another"),
    ("voicemail", "an unanswered call goes to a mailbox"),
];

/// The name of a capability as a tag writes it: `@needs.on-demand`.
pub fn capability_tag(capability: &str) -> String {
    format!("needs.{}", capability.replace(' ', "-"))
}
