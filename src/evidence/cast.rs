//! Who lives at which address, so that evidence can speak of Alice rather than of 192.0.2.11:5060.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// The name of a part: `Alice`, `platform`, `recorder`. Cheap to clone.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Name(Arc<str>);

impl Name {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// What a part is there for.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Kind {
    /// A telephone: one party of the communication session.
    Phone,
    /// The calling platform, which is the session recording client (RFC 7866).
    Platform,
    /// The recorder: the session recording server (RFC 7866).
    Recorder,
    /// An administrator: somebody with a token for the platform's settings API.
    Admin,
    /// The pages through which people look at recordings.
    Portal,
}

/// One part.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Member {
    /// Its name.
    pub name: Name,
    /// What it is there for.
    pub kind: Kind,
    /// Its telephone number in E.164 form without blanks (`+12025550101`), if it has one.
    pub number: Option<String>,
    /// Whether a real system plays it, so that only its peers' side of the traffic is seen.
    pub real: bool,
}

/// Who is at an address, as far as it is known: several parts may share one machine.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Host {
    /// A part, by its place in [`Cast::members`].
    Part(usize),
    /// A machine of which nothing else is known.
    Machine(IpAddr),
}

/// Who takes part and where they live.
#[derive(Clone, Debug, Default)]
pub struct Cast {
    members: Vec<Member>,
    sockets: BTreeMap<SocketAddr, usize>,
    hosts: BTreeMap<IpAddr, usize>,
    /// Addresses that real parts turned out to have, the one that was learned last at the end.
    learned: VecDeque<SocketAddr>,
}

impl Cast {
    /// Adds a part that has the whole of `hosts` and the single addresses `sockets` to itself.
    pub fn add(&mut self, member: Member, hosts: &[IpAddr], sockets: &[SocketAddr]) {
        let index = self.members.len();
        self.members.push(member);
        self.hosts.extend(hosts.iter().map(|host| (*host, index)));
        self.sockets.extend(sockets.iter().map(|socket| (*socket, index)));
    }

    /// Everywhere that a part lives: hosts and single addresses, as text.
    pub(super) fn homes(&self, member: usize) -> Vec<String> {
        let hosts = self.hosts.iter().filter(|(_, own)| **own == member);
        let sockets = self.sockets.iter().filter(|(_, own)| **own == member);
        hosts
            .map(|(host, _)| host.to_string())
            .chain(sockets.map(|(at, _)| at.to_string()))
            .collect()
    }

    /// A real part turned out to have an address, which another one may have had before.
    pub(super) fn learn(&mut self, member: usize, address: SocketAddr) {
        match self.sockets.insert(address, member) {
            Some(before) if before == member => return,
            Some(_) => {}
            None => self.learned.push_back(address),
        }
        if self.learned.len() > LEARNED_MAX
            && let Some(oldest) = self.learned.pop_front()
        {
            self.sockets.remove(&oldest);
        }
    }

    /// Whether anybody is real: their addresses may have to be learned.
    pub(super) fn has_real(&self) -> bool {
        self.members.iter().any(|member| member.real)
    }

    /// Every part, in the order of the scenario.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The part that lives at `address`, if it is known.
    pub fn at(&self, address: SocketAddr) -> Option<&Member> {
        let index = self.index_at(address)?;
        self.members.get(index)
    }

    /// The place in [`members`](Self::members) of the part at `address`.
    pub fn index_at(&self, address: SocketAddr) -> Option<usize> {
        self.sockets.get(&address).or_else(|| self.hosts.get(&address.ip())).copied()
    }

    /// Who is at `address`.
    pub fn host(&self, address: SocketAddr) -> Host {
        self.index_at(address).map_or(Host::Machine(address.ip()), Host::Part)
    }

    /// The part called `name`.
    pub fn named(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name.as_str() == name)
    }

    /// The part with this telephone number.
    pub fn with_number(&self, number: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.number.as_deref() == Some(number))
    }

    /// Whether `address` belongs to a part of this kind.
    pub fn is(&self, address: SocketAddr, kind: Kind) -> bool {
        self.at(address).is_some_and(|member| member.kind == kind)
    }

    /// The name of whoever lives at `address`, or the address itself.
    pub fn label(&self, address: SocketAddr) -> String {
        self.at(address).map_or_else(|| address.to_string(), |member| member.name.to_string())
    }
}

/// A telephone has a new address for each call at most; a thousand calls are soon long ago.
const LEARNED_MAX: usize = 4_096;
