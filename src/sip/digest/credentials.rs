//! Authorization and Proxy-Authorization: a client proves that it knows the password.

use std::fmt;

use super::fields::{Fields, Writer};
use super::{Algorithm, Asked, Hash, Qop, Side};
use crate::sip::malformed::Malformed;
use crate::sip::message::Message;
use crate::sip::scan::Scan;

/// A proof (RFC 7616 section 3.4).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Credentials {
    /// Who proves.
    pub username: String,
    /// As in the challenge.
    pub realm: String,
    /// As in the challenge.
    pub nonce: String,
    /// The Request-URI when the proof was made.
    pub uri: String,
    /// The proof: hexadecimal digits.
    pub response: String,
    /// As in the challenge.
    pub algorithm: Algorithm,
    /// As in the challenge.
    pub opaque: Option<String>,
    /// `None` for servers older than RFC 2617.
    pub protection: Option<Protection>,
}

/// What else goes into the proof where `qop` is spoken.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Protection {
    /// What is protected.
    pub qop: Qop,
    /// The client's own nonce.
    pub cnonce: String,
    /// How many proofs were made with this nonce, this one included.
    pub count: u32,
}

impl Credentials {
    /// Reads a header value; `None` for another scheme or algorithm.
    pub fn parse(text: &str) -> Result<Option<Self>, Malformed> {
        let Some(fields) = Fields::parse("credentials", text)? else { return Ok(None) };
        let Some(algorithm) = Algorithm::parse(fields.get("algorithm").unwrap_or("MD5")) else {
            return Ok(None);
        };
        Ok(Some(Self {
            username: fields.need("username")?,
            realm: fields.need("realm")?,
            nonce: fields.need("nonce")?,
            uri: fields.need("uri")?,
            response: fields.need("response")?,
            algorithm,
            opaque: fields.get("opaque").map(str::to_owned),
            protection: Protection::read(&fields)?,
        }))
    }

    /// The credentials in a request for a realm, if there are any that we understand.
    pub fn find(request: &Message, side: Side, realm: &str) -> Option<Self> {
        let mut values = request.headers.all(side.credentials_header());
        values.find_map(|text| {
            let credentials = Self::parse(text).ok().flatten()?;
            (credentials.realm == realm).then_some(credentials)
        })
    }

    /// What `response` has to be for this password (RFC 7616 section 3.4.1).
    ///
    /// `session_cnonce` is the client's nonce of the first proof of a session; it counts for
    /// `-sess` only.
    pub(super) fn proof(&self, password: &str, session_cnonce: &str, asked: Asked<'_>) -> String {
        let hash = self.algorithm.hash;
        let mut secret = joined(hash, &[&self.username, &self.realm, password]);
        if self.algorithm.session {
            secret = joined(hash, &[&secret, &self.nonce, session_cnonce]);
        }
        let Some(Protection { qop, cnonce, count }) = &self.protection else {
            let target = joined(hash, &[asked.method, &self.uri]);
            return joined(hash, &[&secret, &self.nonce, &target]);
        };
        let target = match qop {
            Qop::Auth => joined(hash, &[asked.method, &self.uri]),
            Qop::AuthInt => joined(hash, &[asked.method, &self.uri, &hash.hex(asked.body)]),
        };
        let count = format!("{count:08x}");
        joined(hash, &[&secret, &self.nonce, &count, cnonce, qop.as_str(), &target])
    }
}

impl Protection {
    fn read(fields: &Fields) -> Result<Option<Self>, Malformed> {
        let Some(qop) = fields.get("qop") else { return Ok(None) };
        let qop = Qop::parse(qop).ok_or_else(|| fault("qop", "it is none that is known"))?;
        let count = fields.get("nc").and_then(|count| u32::from_str_radix(count, 16).ok());
        Ok(Some(Self {
            qop,
            cnonce: fields.need("cnonce")?,
            count: count.ok_or_else(|| fault("nc", "eight hexadecimal digits are missing"))?,
        }))
    }
}

fn fault(field: &'static str, why: &'static str) -> Malformed {
    Scan::new(field, "").fail(why)
}

fn joined(hash: Hash, parts: &[&str]) -> String {
    hash.hex(parts.join(":").as_bytes())
}

impl fmt::Display for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = Writer(f);
        fields.start("username", &self.username)?;
        fields.quoted("realm", &self.realm)?;
        fields.quoted("nonce", &self.nonce)?;
        fields.quoted("uri", &self.uri)?;
        fields.quoted("response", &self.response)?;
        fields.plain("algorithm", self.algorithm)?;
        if let Some(opaque) = &self.opaque {
            fields.quoted("opaque", opaque)?;
        }
        if let Some(Protection { qop, cnonce, count }) = &self.protection {
            fields.plain("qop", qop.as_str())?;
            fields.quoted("cnonce", cnonce)?;
            fields.plain("nc", format_args!("{count:08x}"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GET: Asked<'_> = Asked { method: "GET", body: b"" };

    fn read(text: &str) -> Credentials {
        Credentials::parse(text).unwrap().unwrap()
    }

    #[test]
    fn the_proofs_are_those_of_rfc_7616() {
        // Section 3.9.1.
        for (algorithm, response) in [
            ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
            ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ] {
            let text = format!(
                "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", \
                 nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", \
                 uri=\"/dir/index.html\", response=\"{response}\", algorithm={algorithm}, \
                 opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\", qop=auth, \
                 cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\", nc=00000001"
            );
            let credentials = read(&text);
            assert_eq!(credentials.proof("Circle of Life", "", GET), response);
            assert_eq!(credentials.to_string(), text);
        }
    }

    #[test]
    fn the_proofs_are_those_of_rfc_2617_and_of_rfc_2069() {
        let mut credentials = read(
            "Digest username=\"Mufasa\", realm=\"testrealm@host.com\", \
             nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", uri=\"/dir/index.html\", qop=auth, \
             nc=00000001, cnonce=\"0a4f113b\", response=\"\"",
        );
        let password = "Circle Of Life";
        assert_eq!(credentials.proof(password, "", GET), "6629fae49393a05397450978507c4ef1");
        credentials.protection = None;
        assert_eq!(credentials.proof(password, "", GET), "670fd8c2df070c60b045671b8b24ff02");
    }

    #[test]
    fn half_a_proof_is_refused() {
        for text in [
            "Digest username=\"a\"",
            "Digest username=a, realm=b, nonce=c, uri=d, response=e, qop=auth",
            "Digest username=a, realm=b, nonce=c, uri=d, response=e, qop=auth, cnonce=f, nc=x",
            "Digest username=a, realm=b, nonce=c, uri=d, response=e, qop=other",
        ] {
            assert!(Credentials::parse(text).is_err(), "{text}");
        }
        assert_eq!(Credentials::parse("NoOneKnowsThisScheme opaque-data=here"), Ok(None));
    }
}
