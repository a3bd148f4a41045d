//! The secrets of our TLS connections, so that a capture of them can be read.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use tokio_rustls::rustls::KeyLog;

/// Collects secrets as lines in the format of NSS, which is that of `SSLKEYLOGFILE`.
#[derive(Debug, Default)]
pub(super) struct Keys(Mutex<BTreeSet<String>>);

impl Keys {
    /// All lines; both ends of a connection of ours to ourselves have the same.
    pub(super) fn lines(&self) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().fold(String::new(), |text, line| text + line + "\n")
    }
}

impl KeyLog for Keys {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() < MOST_LINES {
            lines.insert(format!("{label} {} {}", hex(client_random), hex(secret)));
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Five lines a connection: peers may open as many as they like, one after another.
const MOST_LINES: usize = 50_000;
