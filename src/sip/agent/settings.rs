//! What an agent is told once, before its first message.

use std::net::SocketAddr;
use std::time::Duration;

use crate::packet::Transport;
use crate::sip::digest::Account;
use crate::sip::{Method, Refresher, Timers};

/// How an agent behaves. Every field has a default; a caller names at least
/// [`listen`](Self::listen).
#[derive(Clone, Debug)]
pub struct Settings {
    /// The addresses that packets can reach the agent at. The first one that fits a transport and
    /// an address family is the one that requests leave from, and the host of its Via and Contact.
    pub listen: Vec<(Transport, SocketAddr)>,
    /// The text of User-Agent in requests and of Server in responses.
    pub user_agent: Option<String>,
    /// Option tags that the agent's owner implements, such as `siprec`. The agent adds `100rel`
    /// and `timer` itself where the settings below say so.
    pub supported: Vec<String>,
    /// The methods that are not answered 405.
    pub allow: Vec<Method>,
    /// The media types of bodies that INVITE and UPDATE may bring; anything else, unless its
    /// handling is optional, is answered 415.
    pub accept: Vec<String>,
    /// The user part of Contact; without it, that of From (or of the Request-URI, for a call that
    /// came in).
    pub contact_user: Option<String>,
    /// What follows the angle brackets of every Contact, such as `+sip.src`; without a leading
    /// semicolon.
    pub contact_params: String,
    /// What to answer a 401 or 407 with.
    pub credentials: Option<Account>,
    /// Whether the agent takes part in session timers (RFC 4028), and how.
    pub session_timer: Option<SessionTimer>,
    /// When provisional responses are sent reliably (RFC 3262).
    pub reliable_provisional: Reliability,
    /// T1, T2 and T4.
    pub timers: Timers,
    /// Whether a request of more than 1,300 bytes goes over TCP where it would have gone over UDP
    /// (RFC 3261 section 18.1.1). Without it, or without TCP among [`listen`](Self::listen), it
    /// goes over UDP all the same.
    pub large_requests_to_tcp: bool,
    /// Where requests outside a dialog go, whatever their URI says.
    pub outbound: Option<(Transport, SocketAddr)>,
    /// Whether a call that is redirected is tried at the addresses that the 3xx names (RFC 3261
    /// section 8.1.3.4). Whoever pays for the calls of others had better not: a telephone that
    /// answers 302 would call anywhere in the name of whoever called it.
    pub follow_redirects: bool,
    /// How many transactions may be alive; a request beyond is answered 503.
    pub transactions_max: usize,
    /// How many calls may be alive; an INVITE beyond is answered 503.
    pub calls_max: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: Vec::new(),
            user_agent: None,
            supported: Vec::new(),
            allow: vec![
                Method::Invite,
                Method::Ack,
                Method::Cancel,
                Method::Bye,
                Method::Options,
                Method::Update,
                Method::Prack,
                Method::Info,
            ],
            accept: vec!["application/sdp".into()],
            contact_user: None,
            contact_params: String::new(),
            credentials: None,
            session_timer: None,
            reliable_provisional: Reliability::WhenRequired,
            timers: Timers::default(),
            large_requests_to_tcp: true,
            outbound: None,
            follow_redirects: false,
            transactions_max: 100_000,
            calls_max: 20_000,
        }
    }
}

/// When provisional responses are sent reliably (RFC 3262).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reliability {
    /// Never: an INVITE that requires `100rel` is answered 420.
    Never,
    /// When the caller requires it.
    WhenRequired,
    /// When the caller supports it.
    WhenSupported,
}

/// How an agent takes part in session timers (RFC 4028).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SessionTimer {
    /// The interval to ask for; without one the agent only agrees to what the peer asks for.
    pub interval: Option<Duration>,
    /// The shortest interval to agree to: at least 90 seconds; a shorter one is answered 422.
    pub least: Duration,
    /// Who should refresh, where we have the choice.
    pub refresher: Option<Refresher>,
}
