//! SIPp as a telephone, as a registrar and as a callee that wants proof; one call each.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::alone::LOOPBACK;
use crate::program::{Ended, Program, wait_until};
use crate::tone::Tone;

/// The domain of every number (RFC 2606).
pub const DOMAIN: &str = "platform.example";

/// A number, and the password that goes with it.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// In E.164 form; also the user name.
    pub number: &'static str,
    /// The password of its registration.
    pub secret: &'static str,
}

/// What carries SIP.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Transport {
    Tcp,
    Udp,
}

/// A place where SIPp plays one part after another.
pub struct Sipp {
    name: &'static str,
    line: Line,
    port: u16,
    transport: Transport,
    folder: PathBuf,
}

impl Sipp {
    /// A telephone that speaks `tone`, with SIP at `port` and RTP a thousand ports above.
    pub fn new(
        name: &'static str,
        line: Line,
        port: u16,
        transport: Transport,
        tone: Tone,
        folder: &Path,
    ) -> Self {
        let folder = folder.join(name);
        fs::create_dir_all(&folder).expect("the folder of the example can be written");
        tone.write_ulaw(&folder.join("tone.pcmu"));
        Self { name, line, port, transport, folder }
    }

    /// Where it speaks SIP.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::new(LOOPBACK, self.port)
    }

    /// Registers with a registrar, and ends.
    pub fn register(&self, registrar: SocketAddr) -> Ended {
        let mut command = self.command("register");
        command.args(["-auth_uri", DOMAIN]).arg(registrar.to_string());
        self.start("register", &mut command).end(PATIENCE)
    }

    /// Calls `number` by way of `next`, and hangs up after talking for `talk`.
    pub fn call(&self, number: &str, next: SocketAddr, talk: Duration) -> Program {
        let mut command = self.command("call");
        command
            .args(["-key", "number", number, "-d", &talk.as_millis().to_string()])
            .args(["-auth_uri", &format!("{number}@{DOMAIN}")])
            .arg(next.to_string());
        self.start("call", &mut command)
    }

    /// Answers one call, and ends when it is hung up on.
    pub fn answer(&self) -> Program {
        self.listen("answer", &mut self.command("answer"))
    }

    /// Challenges one call, then answers it if the caller proves to be `caller`.
    pub fn challenge(&self, caller: Line) -> Program {
        let mut command = self.command("challenge");
        command.args(["-key", "caller", caller.number, "-key", "secret", caller.secret]);
        self.listen("challenge", &mut command)
    }

    /// Takes one registration, of `line`, if it proves its password; then stays until dropped.
    pub fn take_registration(&self, line: Line) -> Program {
        let mut command = self.command("registrar");
        command.args(["-key", "caller", line.number, "-key", "secret", line.secret]);
        self.listen("registrar", &mut command)
    }

    /// Starts a part that is called, and waits until it can be.
    fn listen(&self, part: &str, command: &mut Command) -> Program {
        let program = self.start(part, command);
        let (table, state) = match self.transport {
            Transport::Tcp => ("/proc/self/net/tcp", LISTENS),
            Transport::Udp => ("/proc/self/net/udp", ""),
        };
        let port = format!(":{:04X} ", self.port);
        let bound = wait_until(PATIENCE, || {
            let sockets = fs::read_to_string(table).expect("the kernel lists the sockets");
            sockets.lines().any(|line| line.contains(&port) && line.contains(state)).then_some(())
        });
        assert!(bound.is_some(), "SIPp does not listen: {}", program.output());
        program
    }

    fn start(&self, part: &str, command: &mut Command) -> Program {
        let report = self.error_file(part);
        Program::start_painter(&format!("{}.{part}", self.name), command, &self.folder, &report)
    }

    fn command(&self, part: &str) -> Command {
        let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/sipp");
        let mut command = Command::new("sipp");
        command
            .current_dir(&self.folder)
            .arg("-sf")
            .arg(scenarios.join(format!("{part}.xml")))
            .args(["-i", &LOOPBACK.to_string(), "-p", &self.port.to_string()])
            .args(["-mi", &LOOPBACK.to_string(), "-mp", &(self.port + 1_000).to_string()])
            .args(["-t", if self.transport == Transport::Udp { "u1" } else { "t1" }])
            .args(["-key", "line", self.line.number, "-key", "domain", DOMAIN])
            .args(["-au", self.line.number, "-ap", self.line.secret])
            // One call, no keyboard, no end without an end; a refused call is not hung up on.
            .args(["-m", "1", "-nostdin", "-timeout", "30s", "-timeout_error"])
            .args(["-default_behaviors", "all,-bye", "-aa"])
            .args(["-trace_msg", "-message_file", &format!("{part}.messages")])
            .args(["-trace_err", "-error_file"])
            .arg(self.error_file(part));
        command
    }

    /// What SIPp found wrong in `part`.
    pub fn errors(&self, part: &str) -> String {
        fs::read_to_string(self.error_file(part)).unwrap_or_default()
    }

    fn error_file(&self, part: &str) -> PathBuf {
        self.folder.join(format!("{part}.errors"))
    }
}

/// Longer than SIPp's own limit.
pub const PATIENCE: Duration = Duration::from_secs(35);

/// Any peer, and the state LISTEN, in the kernel's list of TCP sockets.
const LISTENS: &str = " 00000000:0000 0A ";
