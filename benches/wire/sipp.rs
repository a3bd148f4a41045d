//! SIPp's `rtp_stream`: one SIPp calls another, whose answers point at the receiver.

use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{env, fs, io, process};

use crate::sender::{Running, Sender};

/// See the room's first line.
pub struct Sipp;

impl Sender for Sipp {
    fn name(&self) -> &'static str {
        "SIPp"
    }

    /// Every call of SIPp 3.6.1 sends from the same port, each with the next SSRC.
    fn start(&self, streams: usize, target: SocketAddrV4) -> Result<Running, String> {
        let folder = env::temp_dir().join(format!("wire-bench-{}", process::id()));
        start_in(&folder, streams, target).map_err(|error| {
            let _ = fs::remove_dir_all(&folder);
            format!("start SIPp (Debian package sip-tester): {error}")
        })
    }
}

fn start_in(folder: &PathBuf, streams: usize, target: SocketAddrV4) -> io::Result<Running> {
    fs::create_dir_all(folder)?;
    // A second of mu-law silence.
    fs::write(folder.join("sound.pcmu"), [0xFF; 8_000])?;
    let (caller, callee) = (free_port()?, free_port()?);
    let mut answering = command("answer", callee, folder);
    answering.args(["-key", "media", &target.ip().to_string()]).args([
        "-key",
        "port",
        &target.port().to_string(),
    ]);
    let answering = answering.spawn()?;
    let mut calling = command("call", caller, folder);
    calling
        .args(["-m", &streams.to_string(), "-l", &streams.to_string(), "-r", CALLS_A_SECOND])
        .arg(format!("{}:{callee}", Ipv4Addr::LOCALHOST));
    match calling.spawn() {
        Ok(calling) => Ok(Running::new(calling, vec![answering], Some(folder.clone()))),
        Err(error) => {
            end(answering);
            Err(error)
        }
    }
}

fn command(part: &str, port: u16, folder: &Path) -> Command {
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/wire/sipp");
    let mut command = Command::new("sipp");
    command
        .current_dir(folder)
        .arg("-sf")
        .arg(scenarios.join(format!("{part}.xml")))
        .args(["-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", &port.to_string()])
        .args(["-nostdin", "-timeout", "30s", "-buff_size", "4194304"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// A port that was free a moment ago: SIPp cannot be asked which it took.
fn free_port() -> io::Result<u16> {
    Ok(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn end(mut child: Child) {
    // A child that cannot be killed has ended.
    let _ = child.kill();
    let _ = child.wait();
}

/// All are up within two seconds.
const CALLS_A_SECOND: &str = "500";
