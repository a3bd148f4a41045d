//! From a scenario to a testbed: every part of ours at an address of its own.

use std::net::SocketAddr;
use std::time::Duration;

use thiserror::Error;

use super::library;
use super::web::Web;
use super::words::{codecs, transport};
use super::{AnyDriver, Home, Testbed, network, office, users};
use crate::audio::Voice;
use crate::driver;
use crate::driver::sim::Sim;
use crate::driver::wire::Wire;
use crate::evidence::{Member, Name, Timeline};
use crate::packet::Transport;
use crate::role::phone::{self, Phone};
use crate::role::platform::{self, Platform};
use crate::role::recorder::{self, Keep, Recorder};
use crate::role::{Channel, Ports, RecordWords, Role};
use crate::scenario::{self, Part, Player, Scenario, Setting};
use crate::time::Epoch;

/// Why a testbed cannot be built. Each reads well after "cannot".
#[derive(Debug, Error)]
pub enum Error {
    /// The driver cannot open an address, or start at all.
    #[error("{0}")]
    Driver(#[from] driver::Error),
    /// A file that the scenario names cannot be read.
    #[error("read {path}: {cause}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        cause: std::io::Error,
    },
}

/// Every fault that a part can have, with the role that can have it.
pub fn faults() -> Vec<(scenario::RoleName, &'static str)> {
    let platform =
        platform::Fault::ALL.iter().map(|(name, _)| (scenario::RoleName::Platform, *name));
    let recorder =
        recorder::Fault::ALL.iter().map(|(name, _)| (scenario::RoleName::Recorder, *name));
    let flaws = platform::Flaw::ALL.iter().map(|(name, _)| (scenario::RoleName::Platform, *name));
    let slips = recorder::Flaw::ALL.iter().map(|(name, _)| (scenario::RoleName::Recorder, *name));
    let roles = platform.chain(flaws).chain(recorder).chain(slips);
    roles.chain(super::trust::FAULTS).collect()
}

impl Testbed {
    /// Puts the cast of a scenario on its network. Recordings go to `keep`.
    pub fn build(scenario: &Scenario, seed: u64, keep: Box<dyn Keep>) -> Result<Self, Error> {
        let driver = match &scenario.setting {
            Setting::Simulated(simulated) => {
                AnyDriver::Sim(Sim::new(network::simulated(scenario, simulated, seed)))
            }
            Setting::Wire(wire) => AnyDriver::Wire(Box::new(Wire::open(&network::wired(wire)?)?)),
        };
        let mut builder =
            Builder { scenario, seed, epoch: driver.epoch(), keep: Some(keep), driver };
        let places = builder.places()?;
        let parts = builder.parts(&places);
        let mut timeline = Timeline::new(builder.epoch);
        timeline.listen_for(users::tone_of(scenario));
        let mut testbed = Self::new(builder.driver, timeline);
        for (part, place) in scenario.cast.iter().zip(&places) {
            let web = place.web.listens.map(|address| (Transport::Http, address));
            let listen = place.listen.iter().copied().chain(web).collect();
            testbed.listening.insert(Name::from(part.name.as_str()), listen);
        }
        for (member, home, role) in parts {
            match role {
                Some(role) => testbed.add(member, &home, role),
                None => testbed.timeline.cast_mut().add(member, &home.hosts, &home.sockets),
            }
        }
        for part in &scenario.cast {
            testbed.spoil(part);
        }
        Ok(testbed)
    }
}

pub(super) struct Builder<'a> {
    pub(super) scenario: &'a Scenario,
    seed: u64,
    epoch: Epoch,
    keep: Option<Box<dyn Keep>>,
    pub(super) driver: AnyDriver,
}

/// A part, where it lives, and its role if we play it.
type Placed = (Member, Home, Option<Box<dyn Role>>);

/// Where a part lives.
#[derive(Clone, Debug)]
struct Place {
    listen: Vec<(Transport, SocketAddr)>,
    ports: Ports,
    home: Home,
    web: Web,
}

impl Builder<'_> {
    /// Opens the addresses of every part that we play; a real one lives where the scenario says.
    fn places(&mut self) -> Result<Vec<Place>, Error> {
        let scenario = self.scenario;
        scenario.cast.iter().enumerate().map(|(index, part)| self.place(index, part)).collect()
    }

    fn place(&mut self, index: usize, part: &Part) -> Result<Place, Error> {
        let (host, shared) = match &self.scenario.setting {
            Setting::Simulated(_) => (network::simulated_host(index, part), false),
            Setting::Wire(wire) => (wire.listen, true),
        };
        let no_ports = Ports::of(host, Vec::new());
        let elsewhere = |listen, home| Place { listen, ports: no_ports, home, web: Web::default() };
        let mut home = Home::default();
        if let Player::Real(address) = &part.player {
            let address = &address.value;
            let transport = transport(address.transport);
            let known =
                address.host.parse().ok().zip(Some(address.port.unwrap_or(port_of(transport))));
            let socket = known.map(|(host, port)| SocketAddr::new(host, port));
            home.sockets.extend(socket);
            let listen = socket.map(|socket| (transport, socket)).into_iter().collect();
            return Ok(elsewhere(listen, home));
        }
        if part.player == Player::Registers {
            return Ok(elsewhere(Vec::new(), home));
        }
        let web = Web::open(self.scenario, &mut self.driver, (index, part, host))?;
        if shared {
            home.sockets.extend(web.addresses());
        }
        if matches!(part.role, scenario::Role::Portal | scenario::Role::Admin(_)) {
            // Nobody calls them.
            home.hosts.extend((!shared).then_some(host));
            let ports = Ports::of(host, Vec::new());
            return Ok(Place { listen: Vec::new(), ports, home, web });
        }
        let listen = self.listen(host, part)?;
        let ports = self.ports(host, part)?;
        if shared {
            home.sockets.extend(listen.iter().map(|(_, address)| *address));
            home.sockets.extend(ports.addresses().flat_map(|rtp| [rtp, above(rtp)]));
        } else {
            home.hosts.push(host);
        }
        Ok(Place { listen, ports, home, web })
    }

    fn parts(&mut self, places: &[Place]) -> Vec<Placed> {
        let scenario = self.scenario;
        let mut people = 0;
        let mut parts = Vec::new();
        for (index, (part, place)) in scenario.cast.iter().zip(places).enumerate() {
            let number = match &part.role {
                scenario::Role::Phone(phone) => Some(phone.number.as_str().to_owned()),
                _ => None,
            };
            let member = Member {
                name: Name::from(part.name.as_str()),
                kind: network::kind(&part.role),
                number,
                real: !matches!(part.player, Player::Ours { .. }),
            };
            let seed = self.seed.wrapping_mul(SPREAD) ^ index as u64;
            let role: Option<Box<dyn Role>> = match (&part.player, &part.role) {
                (Player::Real(_) | Player::Registers, _) => None,
                (_, scenario::Role::Phone(phone)) => {
                    // In a crowd some share a voice, but never neighbours in the cast.
                    let voice = Voice::of_person(people).expect("the count begins again in time");
                    people = (people + 1) % Voice::PEOPLE;
                    Some(Box::new(self.phone(part, phone, place, voice, seed, places)))
                }
                (_, scenario::Role::Platform(platform)) => {
                    Some(Box::new(self.platform(part, platform, place, seed, places)))
                }
                (_, scenario::Role::Portal) => {
                    let api = self.web_of(scenario::RoleName::Recorder, places);
                    Some(Box::new(library::portal(scenario, &place.web, api)))
                }
                (_, scenario::Role::Recorder(_)) => {
                    Some(Box::new(self.recorder(part, place, seed)))
                }
                (_, scenario::Role::Admin(admin)) => {
                    let api = self.web_of(scenario::RoleName::Platform, places);
                    Some(Box::new(office::admin(admin, &place.web, api)))
                }
            };
            parts.push((member, place.home.clone(), role));
        }
        parts
    }

    fn phone(
        &self,
        part: &Part,
        phone: &scenario::Phone,
        place: &Place,
        voice: Voice,
        seed: u64,
        places: &[Place],
    ) -> Phone {
        let preferred = transport(part.transport);
        let server = self.address_of(scenario::RoleName::Platform, preferred, places);
        Phone::new(phone::Settings {
            number: phone.number.as_str().to_owned(),
            display: part.name.clone(),
            domain: DOMAIN.to_owned(),
            server: server.unwrap_or((preferred, SocketAddr::new(place.ports.host(), SIP))),
            listen: place.listen.clone(),
            ports: place.ports.clone(),
            codecs: codecs(&part.codecs),
            voice,
            password: phone.password.clone(),
            record_aware: phone.record_aware,
            is_silent: false,
            controls: match phone.controls {
                scenario::Controls::StarCodes => Channel::StarCodes,
                scenario::Controls::Keys => Channel::Keys,
                scenario::Controls::Info => Channel::Info,
                scenario::Controls::App => Channel::App,
                scenario::Controls::RecordPreference => Channel::Preference,
            },
            ice: phone.ice,
            app: self.web_of(scenario::RoleName::Platform, places).map(|api| phone::AppSettings {
                api,
                from: place.web.asks.clone(),
                token: office::token_of(&part.name),
            }),
            record_words: RecordWords::default(),
            registration: phone.registration,
            seed,
            epoch: self.epoch,
        })
    }

    fn platform(
        &self,
        part: &Part,
        platform: &scenario::Platform,
        place: &Place,
        seed: u64,
        places: &[Place],
    ) -> Platform {
        let users = self.scenario.phones().map(|(part, phone)| users::user(part, phone));
        let recorder_api = self.web_of(scenario::RoleName::Recorder, places);
        let flaw = fault(part).and_then(platform::Flaw::named);
        Platform::new(platform::Settings {
            domain: DOMAIN.to_owned(),
            listen: place.listen.clone(),
            ports: place.ports.clone(),
            users: users.collect(),
            recorder: self.address_of(
                scenario::RoleName::Recorder,
                transport(part.transport),
                places,
            ),
            dialect: match platform.dialect {
                scenario::Dialect::Rfc => platform::Dialect::Rfc,
                scenario::Dialect::Webex => platform::Dialect::Webex,
            },
            patience: PATIENCE,
            failing: self.failing(part, places),
            prompts: users::prompts(&platform.prompts),
            large_requests_to_tcp: platform.large_requests == scenario::LargeRequests::Move,
            provisional: PROVISIONAL.to_owned(),
            stops_kept: platform.stops_kept,
            ice: platform.ways.agent.map(super::network::ice),
            recording_delay: platform.ways.recording_delay,
            record_words: RecordWords::default(),
            provisioning: office::setup(self.scenario, platform, &place.web, recorder_api, flaw),
            fault: fault(part).and_then(platform::Fault::named),
            seed,
            epoch: self.epoch,
        })
    }

    /// The recorders after the first.
    fn failing(&self, part: &Part, places: &[Place]) -> platform::Failing {
        let parts = self.scenario.cast.iter().zip(places);
        let recorders = parts.filter(|(part, _)| part.role.name() == scenario::RoleName::Recorder);
        let further = recorders.skip(1).filter_map(|(_, place)| {
            let wanted = transport(part.transport);
            place.listen.iter().find(|(it, _)| *it == wanted).or(place.listen.first()).copied()
        });
        platform::Failing { further: further.collect(), ..platform::Failing::default() }
    }

    fn recorder(&mut self, part: &Part, place: &Place, seed: u64) -> Recorder {
        let keep = self.keep.take().unwrap_or_else(|| Box::new(recorder::Memory::default()));
        let settings = recorder::Settings {
            listen: place.listen.clone(),
            ports: place.ports.clone(),
            codecs: codecs(&[scenario::Codec::Pcmu, scenario::Codec::Pcma, scenario::Codec::G722]),
            fault: fault(part).and_then(recorder::Fault::named),
            seed,
            epoch: self.epoch,
            service: library::service(self.scenario, part, place.web.listens, fault(part)),
            tells_from: place.web.asks.clone(),
        };
        Recorder::new(settings, keep)
    }

    /// Where the part with a role is asked over HTTP.
    fn web_of(&self, role: scenario::RoleName, places: &[Place]) -> Option<SocketAddr> {
        let index = self.scenario.cast.iter().position(|part| part.role.name() == role)?;
        places.get(index)?.web.listens
    }

    /// Where the part with a role is reached by a transport.
    fn address_of(
        &self,
        role: scenario::RoleName,
        transport: Transport,
        places: &[Place],
    ) -> Option<(Transport, SocketAddr)> {
        let index = self.scenario.cast.iter().position(|part| part.role.name() == role)?;
        let listen = &places.get(index)?.listen;
        listen.iter().find(|(it, _)| *it == transport).or(listen.first()).copied()
    }
}

pub(super) fn fault(part: &Part) -> Option<&str> {
    match &part.player {
        Player::Ours { fault } => fault.as_ref().map(|fault| fault.value.as_str()),
        _ => None,
    }
}

fn port_of(transport: Transport) -> u16 {
    if transport == Transport::Tls { SIP + 1 } else { SIP }
}

pub(super) fn above(rtp: SocketAddr) -> SocketAddr {
    SocketAddr::new(rtp.ip(), rtp.port() + 1)
}

/// RFC 2606: a domain that is nobody's.
const DOMAIN: &str = "calls.example";
/// RFC 3261 section 19.1.2.
pub(super) const SIP: u16 = 5_060;
/// The longest that a platform waits for its recorder (product: 50 ms to 10 s).
const PATIENCE: Duration = Duration::from_secs(10);
/// Not known; nobody has seen one but `on`.
const PROVISIONAL: &str = "demand";
/// Spreads the seeds of the parts apart: 2^64 divided by the golden ratio.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;
