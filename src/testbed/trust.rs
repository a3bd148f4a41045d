//! Who shows which certificate in simulation, and who looks at them. On the wire the scenario's files
//! say it.

use super::{AnyDriver, Testbed};
use crate::driver::sim::Credentials;
use crate::evidence::Name;
use crate::packet::Shown;
use crate::scenario::RoleName;
use crate::testbed::cast::fault;

pub use crate::packet::Flaw;

/// What somebody does about certificates.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Credential {
    /// Shows one with something wrong about it.
    Flawed(Flaw),
    /// Asks whoever connects for one (RFC 7866 section 12.1).
    Asks,
}

/// The ways of being wrong about certificates, and who can have them.
pub(super) const FAULTS: [(RoleName, &str); 3] = [
    (RoleName::Platform, BELIEVE_ANYBODY),
    (RoleName::Platform, SHOW_NO_CERTIFICATE),
    (RoleName::Recorder, LET_ANYBODY_IN),
];

impl Testbed {
    /// A part has other credentials from the next connection on. Returns whether it can be: not on the
    /// wire, and not if there is no such part.
    pub fn equip(&mut self, name: &str, credential: Credential) -> bool {
        self.change(name, |credentials| match credential {
            // Who has a fault has it, whatever is asked of it.
            Credential::Flawed(_) if credentials.shows == Shown::Nothing => {}
            Credential::Flawed(flaw) => credentials.shows = Shown::Flawed(flaw),
            Credential::Asks => credentials.asks = true,
        })
    }

    /// Gives a part the fault that it has about certificates, if it has one.
    pub(super) fn spoil(&mut self, part: &crate::scenario::Part) {
        let Some(wrong) = fault(part) else { return };
        self.change(&part.name, |credentials| match wrong {
            BELIEVE_ANYBODY | LET_ANYBODY_IN => credentials.checks = false,
            SHOW_NO_CERTIFICATE => credentials.shows = Shown::Nothing,
            _ => {}
        });
    }

    fn change(&mut self, name: &str, change: impl FnOnce(&mut Credentials)) -> bool {
        let index = self.parts.iter().position(|part| part.name == Name::from(name));
        let host = self.hosts.iter().find(|(_, part)| Some(**part) == index).map(|(ip, _)| *ip);
        match (&mut self.driver, host) {
            (AnyDriver::Sim(sim), Some(host)) => {
                change(sim.credentials_mut(host));
                true
            }
            _ => false,
        }
    }
}

/// Connects to recorders whoever they are.
const BELIEVE_ANYBODY: &str = "believe-anybody";
/// Has no certificate for who asks for one.
const SHOW_NO_CERTIFICATE: &str = "show-no-certificate";
/// Asks for certificates, and takes what is shown.
const LET_ANYBODY_IN: &str = "let-anybody-in";
