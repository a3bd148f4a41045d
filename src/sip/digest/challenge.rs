//! WWW-Authenticate and Proxy-Authenticate: a server asks for proof.

use std::fmt;

use super::fields::{Fields, Writer};
use super::{Algorithm, Qop, Side};
use crate::sip::malformed::Malformed;
use crate::sip::message::Message;

/// A challenge (RFC 7616 section 3.3).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Challenge {
    /// Whose password is wanted.
    pub realm: String,
    /// What the proof has to be made with.
    pub nonce: String,
    /// To be returned as it is.
    pub opaque: Option<String>,
    /// How the proof is made.
    pub algorithm: Algorithm,
    /// What may be protected; none where the server is older than RFC 2617.
    pub qop: Vec<Qop>,
    /// Whether only the nonce was wrong: the same password will do.
    pub stale: bool,
}

impl Challenge {
    /// Reads a header value. `None` for what we do not understand and a client must ignore (RFC
    /// 8760 section 2.4): another scheme, another algorithm, no `qop` that we know.
    pub fn parse(text: &str) -> Result<Option<Self>, Malformed> {
        let Some(fields) = Fields::parse("challenge", text)? else { return Ok(None) };
        let Some(algorithm) = Algorithm::parse(fields.get("algorithm").unwrap_or("MD5")) else {
            return Ok(None);
        };
        let offered = fields.get("qop");
        let qop: Vec<_> = offered
            .into_iter()
            .flat_map(|list| list.split(','))
            .filter_map(|qop| Qop::parse(qop.trim()))
            .collect();
        if offered.is_some() && qop.is_empty() {
            return Ok(None);
        }
        Ok(Some(Self {
            realm: fields.need("realm")?,
            nonce: fields.need("nonce")?,
            opaque: fields.get("opaque").map(str::to_owned),
            algorithm,
            qop,
            stale: fields.get("stale").is_some_and(|stale| stale.eq_ignore_ascii_case("true")),
        }))
    }

    /// The challenges in a response that we understand, the most preferred first.
    pub fn all(response: &Message, side: Side) -> Vec<Self> {
        let values = response.headers.all(side.challenge_header());
        values.filter_map(|text| Self::parse(text).ok().flatten()).collect()
    }
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = Writer(f);
        fields.start("realm", &self.realm)?;
        fields.quoted("nonce", &self.nonce)?;
        if let Some(opaque) = &self.opaque {
            fields.quoted("opaque", opaque)?;
        }
        fields.plain("algorithm", self.algorithm)?;
        if !self.qop.is_empty() {
            let list: Vec<_> = self.qop.iter().map(|qop| qop.as_str()).collect();
            fields.quoted("qop", &list.join(","))?;
        }
        if self.stale {
            fields.plain("stale", "true")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_read_as_it_is_written() {
        let text = "Digest realm=\"atlanta \\\"x\\\"\", nonce=\"f84f1c\", opaque=\"o\", \
                    algorithm=SHA-256, qop=\"auth,auth-int\", stale=true";
        let challenge = Challenge::parse(text).unwrap().unwrap();
        assert_eq!(challenge.realm, "atlanta \"x\"");
        assert_eq!(challenge.qop, [Qop::Auth, Qop::AuthInt]);
        assert_eq!(challenge.to_string(), text);
    }

    #[test]
    fn an_old_challenge_means_md5() {
        let challenge = Challenge::parse("digest nonce=\"1\",realm=x").unwrap().unwrap();
        assert_eq!(challenge.algorithm, Algorithm::MD5);
        assert!(challenge.qop.is_empty() && !challenge.stale);
    }

    #[test]
    fn what_is_not_understood_is_no_challenge() {
        for text in [
            "Basic realm=\"x\"",
            "NoOneKnowsThisScheme opaque-data=here",
            "Digest realm=\"x\", nonce=\"1\", algorithm=SHA3",
            "Digest realm=\"x\", nonce=\"1\", qop=\"new\"",
        ] {
            assert_eq!(Challenge::parse(text), Ok(None), "{text}");
        }
        for text in ["", "Digest", "Digest realm", "Digest realm=\"x", "Digest realm=x"] {
            assert!(Challenge::parse(text).is_err(), "{text}");
        }
    }
}
