//! Digest authentication, both sides of it (RFC 3261 section 22, RFC 7616, RFC 8760).

mod challenge;
mod client;
mod credentials;
mod fields;
mod hash;
mod server;

pub use challenge::Challenge;
pub use client::{Account, Session};
pub use credentials::{Credentials, Protection};
pub use hash::{Algorithm, Hash};
pub use server::{Server, Verdict};

/// Who asks for proof: the server that the request is for, or one on its way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    /// A registrar or a user agent (RFC 3261 section 22.2).
    User,
    /// A proxy (RFC 3261 section 22.3).
    Proxy,
}

impl Side {
    /// The status that asks.
    pub fn status(self) -> u16 {
        match self {
            Self::User => 401,
            Self::Proxy => 407,
        }
    }

    /// The header that holds a challenge.
    pub fn challenge_header(self) -> &'static str {
        match self {
            Self::User => "WWW-Authenticate",
            Self::Proxy => "Proxy-Authenticate",
        }
    }

    /// The header that holds the credentials.
    pub fn credentials_header(self) -> &'static str {
        match self {
            Self::User => "Authorization",
            Self::Proxy => "Proxy-Authorization",
        }
    }
}

/// How much of a request the digest protects (RFC 7616 section 3.3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Qop {
    /// Method and URI.
    Auth,
    /// The body, too.
    AuthInt,
}

impl Qop {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::AuthInt => "auth-int",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Auth, Self::AuthInt].into_iter().find(|qop| qop.as_str().eq_ignore_ascii_case(text))
    }
}

/// What is protected: the request that the proof is for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Its method, as written.
    pub method: &'a str,
    /// Its body, for [`Qop::AuthInt`].
    pub body: &'a [u8],
}
