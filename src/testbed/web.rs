//! Where a part is on the web: where it is asked over HTTP, and whence it asks others.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::AnyDriver;
use crate::driver::{self, Listen as _};
use crate::packet::Transport;
use crate::scenario::{self, Part, Role, Scenario, Setting};

/// Where a part is on the web.
#[derive(Clone, Debug, Default)]
pub struct Web {
    /// Where it is asked over HTTP, if it answers anything.
    pub listens: Option<SocketAddr>,
    /// Whence it asks others: one address for each question that is open.
    pub asks: Vec<SocketAddr>,
}

impl Web {
    /// Opens what a part of ours answers at: the recorder its interface, the portal what it is
    /// told, and the platform its settings API, where there is an administrator to ask for it.
    pub fn open(
        scenario: &Scenario,
        driver: &mut AnyDriver,
        (index, part, host): (usize, &Part, IpAddr),
    ) -> Result<Self, driver::Error> {
        let (host, port, first) = match &scenario.setting {
            Setting::Simulated(_) => (host, HTTP, FIRST_ASKING),
            // Other machines are let in only where the file says so; and where parts share a host,
            // each has ports of its own to ask from.
            Setting::Wire(wire) => {
                let host = wire.http.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
                (host, wire.http_port(&part.name).unwrap_or(0), FIRST_ASKING + index * ASKING)
            }
        };
        let (answers, asks) = match part.role {
            Role::Phone(_) => (false, has_admin(scenario)),
            Role::Admin(_) => (false, true),
            Role::Platform(_) => (has_admin(scenario), has_admin(scenario)),
            Role::Recorder(_) | Role::Portal => (true, true),
        };
        let mut web = Self::default();
        if answers {
            web.listens = Some(driver.listen(Transport::Http, SocketAddr::new(host, port))?);
        }
        if asks {
            let ports = (first..first + ASKING).filter_map(|port| u16::try_from(port).ok());
            web.asks = ports.map(|port| SocketAddr::new(host, port)).collect();
        }
        Ok(web)
    }

    /// Every address that is its own.
    pub fn addresses(&self) -> impl Iterator<Item = SocketAddr> {
        self.listens.iter().chain(&self.asks).copied()
    }
}

/// Without an administrator nobody asks.
pub fn has_admin(scenario: &Scenario) -> bool {
    scenario::admins(&scenario.cast).next().is_some()
}

/// Where the web is in simulation.
const HTTP: u16 = 8_080;
/// Below everything that a system gives away by itself: on the wire they are names, not sockets.
const FIRST_ASKING: usize = 12_000;
/// Questions of one part that may be open at once.
const ASKING: usize = 16;
