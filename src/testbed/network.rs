//! From what a scenario says of its network to the links of the simulation, or to sockets.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use super::cast::Error;
use crate::driver::sim::{
    Bandwidth, BitRate, Jitter, LinkSettings, Reordering, Share, SimSettings,
};
use crate::driver::wire::{Identity, Priority, Trust, WireSettings};
use crate::evidence::Kind;
use crate::ice;
use crate::scenario::{self, Part, Scenario};

/// The network of a scenario, each link drawing from this seed.
pub fn simulated(scenario: &Scenario, network: &scenario::Network, seed: u64) -> SimSettings {
    SimSettings { seed, default_link: link(&network.base), links: links(scenario, network) }
}

/// The address of a part in simulation: telephones, the platform and the recorder are on
/// networks of their own (RFC 5737).
pub fn simulated_host(index: usize, part: &Part) -> IpAddr {
    let [high, low] = u16::try_from(index + 10).unwrap_or(u16::MAX).to_be_bytes();
    let address = match part.role {
        // Two hundred and more telephones do not fit into 192.0.2.0/24.
        scenario::Role::Phone(_) if high > 0 => Ipv4Addr::new(198, 18, high, low),
        scenario::Role::Phone(_) => Ipv4Addr::new(192, 0, 2, low),
        scenario::Role::Platform(_) => Ipv4Addr::new(198, 51, 100, 10),
        scenario::Role::Portal => Ipv4Addr::new(203, 0, 113, 200),
        scenario::Role::Recorder(_) if part.name == "recorder" => Ipv4Addr::new(203, 0, 113, 10),
        scenario::Role::Admin(_) => Ipv4Addr::new(198, 51, 100, 100_u8.saturating_add(low)),
        // Another one.
        scenario::Role::Recorder(_) => Ipv4Addr::new(203, 0, 113, 10_u8.saturating_add(low)),
    };
    IpAddr::V4(address)
}

/// What a part is there for, as the evidence calls it.
pub fn kind(role: &scenario::Role) -> Kind {
    match role {
        scenario::Role::Phone(_) => Kind::Phone,
        scenario::Role::Platform(_) => Kind::Platform,
        scenario::Role::Recorder(_) => Kind::Recorder,
        scenario::Role::Admin(_) => Kind::Admin,
        scenario::Role::Portal => Kind::Portal,
    }
}

/// Sockets of the real network, with the files that TLS needs.
///
/// # Errors
///
/// A file that cannot be read.
pub fn wired(wire: &scenario::Wire) -> Result<WireSettings, Error> {
    let read = |path: &std::path::Path| {
        std::fs::read_to_string(path)
            .map_err(|cause| Error::File { path: path.display().to_string(), cause })
    };
    let priority = if wire.real_time { Priority::RealTime } else { Priority::Ordinary };
    let settings = WireSettings { priority, ..WireSettings::default() };
    let Some(files) = &wire.tls else { return Ok(settings) };
    let identity =
        Identity::Pem { certificates: read(&files.certificate)?, key: read(&files.key)? };
    let trust = match &files.trust {
        Some(path) => Trust::Authorities(read(path)?),
        None => Trust::Anybody,
    };
    Ok(WireSettings { identity, trust, asks_clients: files.asks_clients, ..settings })
}

fn links(
    scenario: &Scenario,
    network: &scenario::Network,
) -> BTreeMap<(IpAddr, IpAddr), LinkSettings> {
    let host = |name: &str| {
        let index = scenario.cast.iter().position(|part| part.name == name)?;
        Some(simulated_host(index, &scenario.cast[index]))
    };
    let mut links = BTreeMap::new();
    for between in &network.links {
        let [one, other] = &between.ends;
        if let Some((one, other)) = host(one).zip(host(other)) {
            links.insert((one, other), link(&between.link));
            links.insert((other, one), link(&between.link));
        }
    }
    links
}

fn link(link: &scenario::Link) -> LinkSettings {
    LinkSettings {
        latency: link.latency,
        jitter: Jitter { spread: link.jitter, ..Jitter::default() },
        loss: Share::per_million(link.loss.per_million()),
        reordering: Reordering {
            share: Share::per_million(link.reordering.per_million()),
            ..Reordering::default()
        },
        duplication: Share::per_million(link.duplication.per_million()),
        bandwidth: link.bandwidth.map(|rate| Bandwidth {
            rate: BitRate::per_second(rate.bits_per_second()),
            queue: QUEUE,
        }),
        ..LinkSettings::default()
    }
}

/// How a platform speaks ICE.
pub fn ice(agent: scenario::IceAgent) -> ice::Mode {
    match agent {
        scenario::IceAgent::Full => ice::Mode::Full,
        scenario::IceAgent::Lite => ice::Mode::Lite,
    }
}

/// A router that holds more than this makes a call unbearable before it drops anything.
const QUEUE: Duration = Duration::from_millis(200);
