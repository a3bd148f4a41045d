//! What makes one telephone different from another.

use std::net::SocketAddr;
use std::time::Duration;

use super::AppSettings;
use crate::audio::Voice;
use crate::packet::Transport;
use crate::role::{Channel, Ports, RecordWords};
use crate::sdp::Codec;
use crate::time::Epoch;

/// What makes one telephone different from another.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its number in E.164 form: the user part of its address of record.
    pub number: String,
    /// The name that it shows to others.
    pub display: String,
    /// The domain of its address of record.
    pub domain: String,
    /// The platform that it registers with and calls through.
    pub server: (Transport, SocketAddr),
    /// The addresses that it listens at.
    pub listen: Vec<(Transport, SocketAddr)>,
    /// Where its media comes from.
    pub ports: Ports,
    /// The codecs it has, the most preferred first.
    pub codecs: Vec<Codec>,
    /// The voice of its person.
    pub voice: Voice,
    /// The password of its account, if the platform asks for one.
    pub password: Option<String>,
    /// Whether it understands `a=record` and says so (RFC 7866 section 6.3).
    pub record_aware: bool,
    /// Whether its person says nothing.
    pub is_silent: bool,
    /// Whether it looks for the best way of its media (ICE).
    pub ice: bool,
    /// By which way its user controls recordings.
    pub controls: Channel,
    /// The app that its user has too, if they have one.
    pub app: Option<AppSettings>,
    /// The words of a `Record` header field in INFO.
    pub record_words: RecordWords,
    /// How long a registration lasts.
    pub registration: Duration,
    /// Where all its random numbers come from.
    pub seed: u64,
    /// What the run's clock hangs on, for RTCP.
    pub epoch: Epoch,
}
