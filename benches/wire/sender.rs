//! What sends, and how it is started and ended.

use std::net::SocketAddrV4;
use std::path::PathBuf;
use std::process::Child;
use std::{env, fs};

/// Something that sends paced G.711 streams from a process of its own.
pub trait Sender {
    /// Its name in the table.
    fn name(&self) -> &'static str;

    /// Starts `streams` streams to `target`, one packet of 160 bytes every 20 ms, each stream with
    /// an SSRC of its own; they last until they are dropped. Fails where it cannot run here.
    fn start(&self, streams: usize, target: SocketAddrV4) -> Result<Running, String>;
}

/// The processes of a sender; dropping them ends them.
pub struct Running {
    /// The process that sends, whose processor time counts.
    sending: Child,
    /// Those that it needs beside it.
    beside: Vec<Child>,
    /// Where they left files.
    folder: Option<PathBuf>,
}

impl Running {
    /// A sender with what it needs beside it and the folder that is theirs.
    pub fn new(sending: Child, beside: Vec<Child>, folder: Option<PathBuf>) -> Self {
        Self { sending, beside, folder }
    }

    /// The process whose processor time counts.
    pub fn measured(&self) -> u32 {
        self.sending.id()
    }

    /// How it is: still there, or ended with what.
    pub fn remarks(&mut self) -> String {
        match self.sending.try_wait() {
            Ok(Some(status)) => format!("and it ended with {status}"),
            _ => "after all the time it was given".to_owned(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        for child in self.beside.iter_mut().chain([&mut self.sending]) {
            // Neither can be mended here: a child that cannot be killed has ended.
            let _ = child.kill();
            let _ = child.wait();
        }
        if let Some(folder) = &self.folder {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

/// Starts this program again, to be the sender of that name.
pub fn start_this_program_as(
    name: &str,
    streams: usize,
    target: SocketAddrV4,
) -> Result<Running, String> {
    let program = env::current_exe().map_err(|error| format!("find this program: {error}"))?;
    let child = std::process::Command::new(program)
        .args([CHILD, name, &streams.to_string(), &target.to_string()])
        .spawn()
        .map_err(|error| format!("start this program: {error}"))?;
    Ok(Running::new(child, Vec::new(), None))
}

/// Marks a call of this program by itself.
pub const CHILD: &str = "--send";
