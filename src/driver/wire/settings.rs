//! What may be chosen about real sockets.

use std::time::Duration;

/// How the sockets behave. The default suits a test on one machine.
#[derive(Clone, Debug, Default)]
pub struct WireSettings {
    /// Bounds on connections.
    pub limits: StreamLimits,
    /// Bounds on exchanges over HTTP.
    pub http: HttpLimits,
    /// Who we are on TLS.
    pub identity: Identity,
    /// Whom we believe on TLS.
    pub trust: Trust,
    /// Whether whoever connects to us over TLS has to show a certificate that we
    /// [believe](Self::trust) (RFC 7866 section 12.1): it needs authorities.
    pub asks_clients: bool,
    /// How urgently the thread runs that sends datagrams.
    pub priority: Priority,
}

/// How urgently the thread runs that sends datagrams when they are due.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Priority {
    /// As any other: a busy machine makes it late.
    #[default]
    Ordinary,
    /// Before every ordinary thread (sched(7), `SCHED_FIFO`), if the system allows it.
    RealTime,
}

/// Bounds on connections, so that no peer can hang us or fill our memory.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct StreamLimits {
    /// Connections at once, ours and theirs together; more are closed at once.
    pub most_connections: usize,
    /// How long a connection may take to open, the TLS handshake included.
    pub to_open: Duration,
    /// How long a message may take from its first byte to its last.
    pub to_read_a_message: Duration,
    /// How long a message of ours may take to be written, to a peer that does not read.
    pub to_write_a_message: Duration,
    /// How long a connection may lie still. A recording session may say nothing for long, but
    /// session timers (RFC 4028) speak more often than this.
    pub idle: Duration,
    /// Messages of ours that may wait for one connection.
    pub write_queue: usize,
}

impl Default for StreamLimits {
    fn default() -> Self {
        Self {
            most_connections: 1_024,
            to_open: Duration::from_secs(10),
            // As long as a transaction lives (RFC 3261 section 17: 64 * T1).
            to_read_a_message: Duration::from_secs(32),
            to_write_a_message: Duration::from_secs(32),
            idle: Duration::from_hours(1),
            write_queue: 256,
        }
    }
}

/// Bounds on HTTP, so that no peer can hang us or fill our memory. A request has at most 1 MiB,
/// an answer at most [`BODY_MAX`](crate::http::BODY_MAX).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HttpLimits {
    /// Connections at once, ours and theirs together; more are closed at once.
    pub most_connections: usize,
    /// How long a head, and then a body, may take to come in.
    pub to_read: Duration,
    /// How long an answer may take: ours to be given, theirs to begin and to end.
    pub to_answer: Duration,
    /// How long a message of ours may take to leave, to a peer that does not read.
    pub to_write: Duration,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            most_connections: 256,
            to_read: Duration::from_secs(10),
            to_answer: Duration::from_secs(30),
            to_write: Duration::from_secs(30),
        }
    }
}

/// Who we are on TLS.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Identity {
    /// A certificate and its key from files in PEM form, the certificate's issuers behind it.
    Pem {
        /// The text of the certificates.
        certificates: String,
        /// The text of the key.
        key: String,
    },
    /// A certificate made at the start for these names and addresses, signed by itself.
    SelfSigned {
        /// DNS names and IP addresses.
        names: Vec<String>,
    },
}

impl Default for Identity {
    fn default() -> Self {
        let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
        Self::SelfSigned { names }
    }
}

/// Whom we believe on TLS.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Trust {
    /// Everybody: a tester wants to talk first. The handshake's signatures are still checked.
    #[default]
    Anybody,
    /// Whoever has a certificate for the address, signed by one of these in PEM form.
    Authorities(String),
}
