//! The network between the parts: simulated, with a link's delays and losses, or real sockets.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use super::cast::{Part, Player};
use super::diagnostic::Place;
use super::file::{self, Field, Named, Text};
use super::quantity::{Rate, Share, Unreadable, duration};
use super::reader::{Reader, TRUTH};
use super::yaml::{place, place_of, suggestion};

/// What the parts meet on; exactly one of the two is in a scenario.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Setting {
    /// `network`: simulated, in virtual time.
    Simulated(Network),
    /// `wire`: real sockets, in real time.
    Wire(Wire),
}

impl Setting {
    /// Whether it takes no real time.
    pub fn is_simulated(&self) -> bool {
        matches!(self, Self::Simulated(_))
    }
}

/// A simulated network.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Network {
    /// What every link has that has nothing of its own.
    pub base: Link,
    /// `links`: the links that differ.
    pub links: Vec<Between>,
}

impl Network {
    /// The link between two parts, in either direction.
    pub fn link(&self, one: &str, other: &str) -> Link {
        let own = self.links.iter().find(|between| between.joins(one, other));
        own.map_or(self.base, |between| between.link)
    }
}

/// A link with a character of its own.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Between {
    /// The two parts, in the order of the file.
    pub ends: [String; 2],
    /// What the link is like.
    pub link: Link,
}

impl Between {
    fn joins(&self, one: &str, other: &str) -> bool {
        let [a, b] = &self.ends;
        (a == one && b == other) || (a == other && b == one)
    }
}

/// What a link does to what crosses it. The default is a link that does nothing to it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Link {
    /// How long a packet is under way, one way.
    pub latency: Duration,
    /// How much longer it may be, at random.
    pub jitter: Duration,
    /// How many datagrams are lost.
    pub loss: Share,
    /// How many datagrams are overtaken by a later one.
    pub reordering: Share,
    /// How many datagrams arrive twice.
    pub duplication: Share,
    /// What the link can carry; no limit unless the file names one.
    pub bandwidth: Option<Rate>,
}

/// Real sockets.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Wire {
    /// `listen`: where the parts that we play are; 127.0.0.1 unless the file says otherwise.
    pub listen: IpAddr,
    /// `ports`: the SIP port of each part that must have a certain one; any free one otherwise.
    pub ports: Vec<(String, u16)>,
    /// `http`: where the settings API is; this machine alone unless the file says otherwise.
    pub http: Option<IpAddr>,
    /// `http ports`: the port of each part's API that must have a certain one.
    pub http_ports: Vec<(String, u16)>,
    /// `tls`: files for TLS; a certificate made for the run otherwise.
    pub tls: Option<TlsFiles>,
    /// `real time`: whether what sends media asks the system for real-time priority, so that a busy
    /// machine makes it less late; not unless the file says so.
    pub real_time: bool,
}

impl Wire {
    /// The SIP port that the file gives to a part.
    pub fn port(&self, part: &str) -> Option<u16> {
        self.ports.iter().find(|(name, _)| name == part).map(|(_, port)| *port)
    }

    /// The port that the file gives to a part's API.
    pub fn http_port(&self, part: &str) -> Option<u16> {
        self.http_ports.iter().find(|(name, _)| name == part).map(|(_, port)| *port)
    }
}

/// PEM files.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TlsFiles {
    /// `certificate`: our chain.
    pub certificate: PathBuf,
    /// `key`: its private key.
    pub key: PathBuf,
    /// `trust`: the authorities whose certificates we accept; every certificate without it, since
    /// test systems seldom have a good one.
    pub trust: Option<PathBuf>,
    /// `asks clients`: whether whoever connects to us has to show a certificate that one of these
    /// authorities signed (RFC 7866 section 12.1); not unless the file says so.
    pub asks_clients: bool,
}

/// Reads which of the two it is. `names` are those of the whole cast, also of the parts that could
/// not be read.
pub fn read(
    reader: &mut Reader,
    file: &file::File,
    cast: &[Part],
    names: &[String],
) -> Option<Setting> {
    match (&file.network.0, &file.wire.0) {
        (Some(network), None) => {
            for part in cast.iter().filter(|part| !matches!(part.player, Player::Ours { .. })) {
                let what = format!("{} is real, but `network` is simulated", part.name);
                reader.complain(part.place, what, "write `wire` in place of `network`");
            }
            Some(Setting::Simulated(read_network(reader, &network.value, names)))
        }
        (None, Some(wire)) => Some(Setting::Wire(read_wire(reader, &wire.value, names))),
        (None, None) => {
            let help = "add `network:` for a simulation, or `wire:` for real sockets";
            reader.complain_of_file("a scenario needs a `network` or a `wire`", help);
            None
        }
        (Some(_), Some(wire)) => {
            let help = "one of them: `network` is simulated, `wire` is real";
            let Place { line, column, .. } = place(wire.referenced);
            let at = Place { line, column, width: 1 };
            reader.complain(at, "both `network` and `wire`", help);
            None
        }
    }
}

fn read_network(reader: &mut Reader, file: &file::Network, names: &[String]) -> Network {
    let keys = [
        &file.latency,
        &file.jitter,
        &file.loss,
        &file.reordering,
        &file.duplication,
        &file.bandwidth,
    ];
    let base = read_link(reader, keys, Link::default());
    let mut links: Vec<Between> = Vec::new();
    for (name, own) in file.links.0.iter().flat_map(|links| &links.0) {
        let keys = [
            &own.latency,
            &own.jitter,
            &own.loss,
            &own.reordering,
            &own.duplication,
            &own.bandwidth,
        ];
        let link = read_link(reader, keys, base);
        let Some(ends) = read_ends(reader, name, names) else { continue };
        if links.iter().any(|between| between.joins(&ends[0], &ends[1])) {
            let help = "a link has two directions and one entry";
            reader.complain(place_of(name), "this link is there twice", help);
        }
        links.push(Between { ends, link });
    }
    Network { base, links }
}

/// The keys in the order of [`Link`]; what is absent is as in `base`.
fn read_link(reader: &mut Reader, keys: [&Field<Text>; 6], base: Link) -> Link {
    let [latency, jitter, loss, reordering, duplication, bandwidth] = keys;
    Link {
        latency: reader.value_or(latency, base.latency, delay),
        jitter: reader.value_or(jitter, base.jitter, delay),
        loss: reader.value_or(loss, base.loss, Share::parse),
        reordering: reader.value_or(reordering, base.reordering, Share::parse),
        duplication: reader.value_or(duplication, base.duplication, Share::parse),
        bandwidth: reader.value_or(bandwidth, base.bandwidth, |text| Rate::parse(text).map(Some)),
    }
}

/// A duration that a packet can be under way.
fn delay(text: &str) -> Result<Duration, Unreadable> {
    let delay = duration(text)?;
    if delay > DELAY_MAX {
        let what = format!("`{text}` is longer than any packet is under way");
        return Err(Unreadable { what, help: "at most `1 minute`".to_owned() });
    }
    Ok(delay)
}

/// `Alice - platform`.
fn read_ends(reader: &mut Reader, name: &Text, names: &[String]) -> Option<[String; 2]> {
    let Some((one, other)) = name.value.split_once(" - ") else {
        let what = format!("`{}` is not a link", name.value);
        reader.complain(place_of(name), what, "two parts, such as `Alice - platform`");
        return None;
    };
    let (one, other) = (one.trim(), other.trim());
    for end in [one, other] {
        in_cast(reader, name, end, names)?;
    }
    if one == other {
        reader.complain(place_of(name), "a link joins two parts", "two different names");
        return None;
    }
    Some([one.to_owned(), other.to_owned()])
}

fn in_cast(reader: &mut Reader, at: &Text, name: &str, names: &[String]) -> Option<()> {
    if names.iter().any(|known| known == name) {
        return Some(());
    }
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    reader.complain(place_of(at), format!("no `{name}` in the cast"), suggestion(name, &names));
    None
}

fn read_wire(reader: &mut Reader, file: &file::Wire, names: &[String]) -> Wire {
    let address = |text: &str| {
        text.parse().map_err(|_| Unreadable {
            what: format!("`{text}` is not an address of this machine"),
            help: "for example `127.0.0.1`; ports stand under `ports`".to_owned(),
        })
    };
    let listen = reader.value_or(&file.listen, IpAddr::V4(Ipv4Addr::LOCALHOST), address);
    let http = file.http.0.as_ref().and_then(|text| reader.value(text, address));
    let ports = read_ports(reader, &file.ports, names);
    let http_ports = read_ports(reader, &file.http_ports, names);
    let tls = read_tls(reader, file);
    let real_time = reader.word_or(&file.real_time, "truth", TRUTH, false);
    Wire { listen, ports, http, http_ports, tls, real_time }
}

fn read_ports(
    reader: &mut Reader,
    field: &Field<Named<Text>>,
    names: &[String],
) -> Vec<(String, u16)> {
    let mut ports: Vec<(String, u16)> = Vec::new();
    for (name, text) in field.0.iter().flat_map(|ports| &ports.0) {
        let port = reader.value(text, port);
        if let (Some(()), Some(port)) = (in_cast(reader, name, &name.value, names), port) {
            if let Some((first, _)) = ports.iter().find(|(_, taken)| *taken == port) {
                let what = format!("port {port} belongs to {first} already");
                reader.complain(place_of(text), what, "each part has a port of its own");
            }
            ports.push((name.value.clone(), port));
        }
    }
    ports
}

fn read_tls(reader: &mut Reader, file: &file::Wire) -> Option<TlsFiles> {
    file.tls.0.as_ref().and_then(|tls| {
        let path = |text: &Text| PathBuf::from(&text.value);
        if let (Some(certificate), Some(key)) = (&tls.value.certificate.0, &tls.value.key.0) {
            let trust = tls.value.trust.0.as_ref().map(path);
            let asks = &tls.value.asks_clients;
            let asks_clients = reader.word_or(asks, "truth", TRUTH, false);
            if let (true, None, Some(asked)) = (asks_clients, &trust, &asks.0) {
                let what = "nobody can be asked for a certificate that nobody would believe";
                reader.complain(place_of(asked), what, "say whom to believe: `trust: FILE`");
            }
            let (certificate, key) = (path(certificate), path(key));
            return Some(TlsFiles { certificate, key, trust, asks_clients });
        }
        let what = "TLS needs a `certificate` and its `key`";
        reader.complain(place(tls.referenced), what, "or no `tls`: one is made for the run");
        None
    })
}

fn port(text: &str) -> Result<u16, Unreadable> {
    text.parse().ok().filter(|port| *port > 0).ok_or_else(|| Unreadable {
        what: format!("`{text}` is not a port"),
        help: "a number from 1 to 65535".to_owned(),
    })
}

/// To the moon and back takes 2.6 s; a minute is a slip.
const DELAY_MAX: Duration = Duration::from_mins(1);
