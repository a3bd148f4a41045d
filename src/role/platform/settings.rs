//! What makes one platform different from another, and who its users are.

use std::net::SocketAddr;
use std::time::Duration;

use super::failure::Failing;
use super::fault::Fault;
use super::forward::Diversions;
use super::prompts::Prompts;
use super::provisioning::Setup;
use crate::packet::Transport;
use crate::role::{Notices, Ports, RecordWords, RecordingMode};
use crate::time::Epoch;

/// What makes one platform different from another.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The domain of its users' addresses of record.
    pub domain: String,
    /// The addresses that it listens at for SIP.
    pub listen: Vec<(Transport, SocketAddr)>,
    /// Where its media comes from.
    pub ports: Ports,
    /// Its users.
    pub users: Vec<User>,
    /// The recorder, if it knows one.
    pub recorder: Option<(Transport, SocketAddr)>,
    /// How it speaks to the recorder.
    pub dialect: Dialect,
    /// How long it waits for the recorder to answer: 50 ms to 10 s (product: `maxResponseWaitTime`).
    pub patience: Duration,
    /// What it does where a recorder fails.
    pub failing: Failing,
    /// Whether a large request to the recorder moves from UDP to TCP (RFC 3261 section 18.1.1).
    pub large_requests_to_tcp: bool,
    /// What `recordingType` of the metadata says of a recording that is thrown away unless its user
    /// asks for it. That of the product is not known; what is kept has `on`.
    pub provisional: String,
    /// Whether a user may stop what is kept on demand: the product's API says yes, its telephones
    /// and the interface of its server no.
    pub stops_kept: bool,
    /// Whether it speaks ICE with telephones that do, and how: in full or as a lite agent.
    pub ice: Option<crate::ice::Mode>,
    /// How long it takes on each side to set up a call that is recorded: what is said meanwhile
    /// comes late. That of the product is not known; nothing, unless somebody says so.
    pub recording_delay: Duration,
    /// The words of a `Record` header field in INFO.
    pub record_words: RecordWords,
    /// What it plays to people, and tells the recorder of it.
    pub prompts: Prompts,
    /// Who may be recorded, and where that is asked for.
    pub provisioning: Setup,
    /// How it is wrong on purpose.
    pub fault: Option<Fault>,
    /// Where all its random numbers come from.
    pub seed: u64,
    /// What the run's clock hangs on, for the dates in metadata.
    pub epoch: Epoch,
}

/// Somebody with a number.
#[derive(Clone, Debug)]
pub struct User {
    /// E.164.
    pub number: String,
    /// The name that others see.
    pub display: String,
    /// What a telephone has to know to register; `None` asks for nothing.
    pub password: Option<String>,
    /// Whether its telephone passes over a challenge that it does not know (RFC 8760 section 2.4),
    /// so that SHA-256 can be asked of it. Many in the field know MD5 only, and give up.
    pub takes_sha256: bool,
    /// Whether their calls are recorded.
    pub recording: RecordingMode,
    /// Where their calls go that they do not take.
    pub diversions: Diversions,
    /// What the people on their recorded calls are told.
    pub notices: Notices,
    /// Whether they are reached over the public telephone network.
    pub outside: bool,
    /// The language that they are spoken to in, by its number: [`super::language`].
    pub language: u8,
}

impl User {
    /// Somebody who is not recorded, of whom nothing else is known.
    pub fn new(number: &str, display: &str) -> Self {
        Self {
            number: number.to_owned(),
            display: display.to_owned(),
            password: None,
            diversions: Diversions::default(),
            takes_sha256: false,
            recording: RecordingMode::Never,
            notices: Notices::default(),
            outside: false,
            language: 0,
        }
    }
}

/// How a recording client speaks: by the RFCs, or as the product really does.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Dialect {
    /// RFC 7865 and RFC 7866 to the letter.
    #[default]
    Rfc,
    /// As Webex Calling is seen to: `;src`, no `Require`, draft metadata, the metadata first.
    Webex,
}
