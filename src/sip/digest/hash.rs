//! The hashes of digest authentication.

use std::fmt;
use std::fmt::Write as _;

use md5::Md5;
use sha2::{Digest as _, Sha256, Sha512_256};

/// A hash function and how it is applied (RFC 7616 section 3.3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Algorithm {
    /// The function.
    pub hash: Hash,
    /// Whether the password is hashed once a session, together with its nonces: `-sess`.
    pub session: bool,
}

/// A hash function.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Hash {
    /// MD5, in every device and broken.
    Md5,
    /// SHA-256.
    Sha256,
    /// SHA-512/256.
    Sha512_256,
}

impl Algorithm {
    /// MD5, which is meant where nothing is said.
    pub const MD5: Self = Self { hash: Hash::Md5, session: false };
    /// SHA-256.
    pub const SHA_256: Self = Self { hash: Hash::Sha256, session: false };
    /// SHA-512/256.
    pub const SHA_512_256: Self = Self { hash: Hash::Sha512_256, session: false };

    /// Reads a name of RFC 8760 section 2.7; `None` for any other.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, session) = match text.len().checked_sub(SESSION.len()) {
            Some(at) if text.get(at..).is_some_and(|end| end.eq_ignore_ascii_case(SESSION)) => {
                (text.get(..at)?, true)
            }
            _ => (text, false),
        };
        let all = [Hash::Md5, Hash::Sha256, Hash::Sha512_256];
        let hash = all.into_iter().find(|hash| hash.as_str().eq_ignore_ascii_case(name))?;
        Some(Self { hash, session })
    }
}

impl Hash {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
            Self::Sha512_256 => "SHA-512-256",
        }
    }

    /// The hash in lower-case hexadecimal digits.
    pub fn hex(self, bytes: &[u8]) -> String {
        match self {
            Self::Md5 => hex(&Md5::digest(bytes)),
            Self::Sha256 => hex(&Sha256::digest(bytes)),
            Self::Sha512_256 => hex(&Sha512_256::digest(bytes)),
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.hash.as_str(), if self.session { SESSION } else { "" })
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        write!(text, "{byte:02x}").expect("a String takes all");
    }
    text
}

const SESSION: &str = "-sess";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hashes_are_those_of_the_standards() {
        // RFC 1321 section A.5, FIPS 180-4 examples.
        for (hash, digest) in [
            (Hash::Md5, "900150983cd24fb0d6963f7d28e17f72"),
            (Hash::Sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (Hash::Sha512_256, "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23"),
        ] {
            assert_eq!(hash.hex(b"abc"), digest);
        }
    }

    #[test]
    fn an_algorithm_is_read_as_it_is_written() {
        for name in ["MD5", "MD5-sess", "SHA-256", "SHA-256-sess", "SHA-512-256"] {
            assert_eq!(Algorithm::parse(name).unwrap().to_string(), name);
        }
        assert_eq!(Algorithm::parse("md5"), Some(Algorithm::MD5));
        for name in ["SHA256", "-sess", "", "MD5-"] {
            assert_eq!(Algorithm::parse(name), None, "{name}");
        }
    }
}
