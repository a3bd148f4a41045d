//! The first words: what listens where, who has which number, and how to stop.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::cli::args::Serve;
use crate::packet::Transport;
use crate::scenario::{Player, Recording, Role, RoleName, Scenario};
use crate::testbed::Testbed;

/// Where recordings are kept.
pub fn folder(arguments: &Serve) -> PathBuf {
    arguments.keep.clone().unwrap_or_else(|| PathBuf::from(RECORDINGS))
}

/// What a person has to know to use it; the last line begins with `ready: `.
pub fn text(scenario: &Scenario, testbed: &Testbed, arguments: &Serve) -> String {
    let mut lines = vec![format!("{}  ({})", scenario.title, scenario.source.path())];
    for part in &scenario.cast {
        let about = match &part.role {
            Role::Phone(phone) => {
                let password = phone.password.as_deref();
                let password =
                    password.map_or("no password".to_owned(), |it| format!("password {it}"));
                let recorded = match phone.recording {
                    Recording::Always => "always recorded",
                    Recording::AlwaysWithPause => "always recorded, with pause and resume",
                    Recording::OnDemand => "recorded on demand",
                    Recording::KeptOnDemand => "recorded, and kept on demand",
                    Recording::Never => "never recorded",
                };
                let played = match part.player {
                    Player::Ours { .. } => ", played by us",
                    Player::Real(_) | Player::Registers => "",
                };
                format!("{}, {password}, {recorded}{played}", phone.number.as_str())
            }
            Role::Admin(admin) => format!("{}, token {}", admin.email, admin.token),
            Role::Platform(_) | Role::Recorder(_) | Role::Portal => {
                addresses(testbed.listening(&part.name))
            }
        };
        lines.push(format!("  {:<10} {about}", part.name));
    }
    lines.push(format!("  {:<10} {}/", "kept in", shown(&folder(arguments))));
    if let Some(path) = &arguments.pcap {
        lines.push(format!("  {:<10} {}", "packets", shown(path)));
    }
    let until = match arguments.duration {
        Some(duration) => format!("stops after {} s, or on Ctrl-C", duration.as_secs_f64()),
        None => "Ctrl-C stops".to_owned(),
    };
    lines.push(format!("ready: {}; {until}", invitation(scenario, testbed)));
    lines.join("\n") + "\n"
}

/// What to tell a telephone, where one of ours waits for it.
fn invitation(scenario: &Scenario, testbed: &Testbed) -> String {
    let mut registering = scenario.cast.iter().filter(|part| part.player == Player::Registers);
    let platform = scenario.with_role(RoleName::Platform).next();
    let listening = platform.map_or(&[][..], |part| testbed.listening(&part.name));
    let udp = listening.iter().find(|(transport, _)| *transport == Transport::Udp);
    match (registering.next(), udp) {
        (Some(_), Some((_, address))) => {
            format!("register with {address}, the number as user name, and call the other number")
        }
        _ => "telephones can call".to_owned(),
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// `127.0.0.1:5060 UDP and TCP, 127.0.0.1:5061 TLS`
fn addresses(listening: &[(Transport, SocketAddr)]) -> String {
    let mut by_address: Vec<(SocketAddr, Vec<String>)> = Vec::new();
    for (transport, address) in listening {
        match by_address.iter_mut().find(|(known, _)| known == address) {
            Some((_, transports)) => transports.push(transport.to_string()),
            None => by_address.push((*address, vec![transport.to_string()])),
        }
    }
    by_address.sort_by_key(|(address, transports)| {
        let is = |name: &str| transports.iter().all(|it| it == name);
        (is("HTTP"), is("TLS"), *address)
    });
    let one = |(address, transports): &(SocketAddr, Vec<String>)| {
        let mut transports = transports.clone();
        transports.sort_by_key(|it| it != "UDP");
        format!("{address} {}", transports.join(" and "))
    };
    by_address.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// In the folder in which the program is started.
const RECORDINGS: &str = "recordings";
