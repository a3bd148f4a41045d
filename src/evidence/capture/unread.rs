//! The TLS connections of captures that could not be read, and what to do about it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::tcp::Ends;
use super::tls::{Secrets, Trouble};

/// Those that may carry SIP, and why each could not be read.
#[derive(Clone, Debug, Default)]
pub(super) struct Unread {
    connections: BTreeMap<Ends, Trouble>,
}

impl Unread {
    /// What one capture left unread.
    pub(super) fn new(mut connections: BTreeMap<Ends, Trouble>) -> Self {
        let is_other = |port| NO_SIP.contains(&port);
        connections.retain(|(one, other), _| !is_other(one.port()) && !is_other(other.port()));
        Self { connections }
    }

    /// What several did; the same connection may be in each.
    pub(super) fn of_all<'a>(all: impl Iterator<Item = &'a Self>) -> Self {
        Self { connections: all.flat_map(|one| one.connections.clone()).collect() }
    }

    /// Whether secrets that are not known would help.
    pub(super) fn is_locked(&self) -> bool {
        self.connections.values().any(|why| *why == Trouble::Locked)
    }

    /// Whether any is of a machine that speaks SIP elsewhere, or where SIP is expected.
    pub(super) fn concerns(&self, speaks: impl Fn(IpAddr) -> bool) -> bool {
        let concerns = |(one, other): &Ends| {
            [one, other].iter().any(|end| end.port() == SIPS || speaks(end.ip()))
        };
        self.connections.keys().any(concerns)
    }

    /// What is to be known of them, as sentences.
    pub(super) fn notes(&self, secrets: &Secrets) -> Vec<String> {
        let mut counts: BTreeMap<Trouble, u64> = BTreeMap::new();
        for why in self.connections.values() {
            *counts.entry(*why).or_default() += 1;
        }
        let note = |(why, count): (Trouble, u64)| {
            let (s, their) = if count == 1 { ("", "its") } else { ("s", "their") };
            let what = match why {
                Trouble::Locked if secrets.is_empty() => {
                    format!("cannot be read without {their} keys: --keys FILE")
                }
                Trouble::Locked => {
                    format!("cannot be read: {their} keys are not among those told: --keys FILE")
                }
                Trouble::Misfit => format!("cannot be read: {their} keys do not fit"),
                Trouble::Headless => format!(
                    "cannot be read: {their} beginning is missing, or one direction: start to \
                     capture before the parts connect"
                ),
                Trouble::Suite(number) => format!(
                    "cannot be read: the cipher suite 0x{number:04X} is not one of AES-GCM or \
                     ChaCha20-Poly1305"
                ),
            };
            format!("{count} TLS connection{s} {what}")
        };
        counts.into_iter().map(note).collect()
    }
}

/// RFC 3261 section 19.1.2.
const SIPS: u16 = 5_061;
/// What is spoken within TLS at these ports is known: HTTP, mail, directories, names.
const NO_SIP: [u16; 7] = [443, 465, 636, 853, 993, 995, 8_443];
