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
    pub api: Option<SocketAddr>,
    /// Whence it asks others: one address for each question that is open.
    pub asks: Vec<SocketAddr>,
}

impl Web {
    /// Opens what a part of ours answers at. The recorder answers in simulation; on the wire, and
    /// at the platform, something is open only where there is an administrator to ask for it.
    pub fn open(
        scenario: &Scenario,
        driver: &mut AnyDriver,
        (index, part, host): (usize, &Part, IpAddr),
    ) -> Result<Self, driver::Error> {
        let (host, port, is_open) = match &scenario.setting {
            Setting::Simulated(_) => (host, HTTP, matches!(part.role, Role::Recorder(_))),
            // Other machines are let in only where the file says so.
            Setting::Wire(wire) => {
                let host = wire.http.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
                (host, wire.http_port(&part.name).unwrap_or(0), false)
            }
        };
        let answers = matches!(part.role, Role::Platform(_) | Role::Recorder(_));
        let is_open = is_open || answers && has_admin(scenario);
        let api = is_open.then(|| driver.listen(Transport::Http, SocketAddr::new(host, port)));
        let asks = match part.role {
            Role::Phone(_) => 0..0,
            Role::Platform(_) | Role::Recorder(_) | Role::Admin(_) => asking(index),
        };
        let asks = asks.filter_map(|port| u16::try_from(port).ok());
        Ok(Self {
            api: api.transpose()?,
            asks: asks.map(|port| SocketAddr::new(host, port)).collect(),
        })
    }

    /// Every address that is its own.
    pub fn addresses(&self) -> impl Iterator<Item = SocketAddr> {
        self.api.iter().chain(&self.asks).copied()
    }
}

/// Without an administrator nobody asks.
pub fn has_admin(scenario: &Scenario) -> bool {
    scenario::admins(&scenario.cast).next().is_some()
}

/// Where parts share a host, each has ports of its own to ask from.
fn asking(index: usize) -> std::ops::Range<usize> {
    let first = FIRST_ASKING + index * ASKING;
    first..first + ASKING
}

/// Where the web is in simulation.
const HTTP: u16 = 8_080;
/// Below everything that a system gives away by itself: on the wire they are names, not sockets.
const FIRST_ASKING: usize = 12_000;
/// Questions of one part that may be open at once.
const ASKING: usize = 16;
