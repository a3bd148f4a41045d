//! STUN messages as ICE uses them: binding requests and what answers them (RFC 8489).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use thiserror::Error;

/// Why a datagram is no STUN message. Each reads well after "cannot".
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum Malformed {
    /// It is shorter than a header, or than its header says; or longer.
    #[error("read STUN: its length is not what it says")]
    Length,
    /// It has more attributes than ICE has uses for.
    #[error("read STUN: more than {ATTRIBUTES_MAX} attributes")]
    TooMany,
    /// It is of another method than Binding.
    #[error("read STUN: it is no binding")]
    Method,
    /// An attribute is not of the form that it has to have.
    #[error("read STUN: attribute {0:#06x} is malformed")]
    Attribute(u16),
    /// Its fingerprint is another one.
    #[error("read STUN: the fingerprint is wrong")]
    Fingerprint,
}

/// What kind of message it is (RFC 8489 section 5).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Class {
    /// Asks whether there is a way.
    Request,
    /// Wants no answer.
    Indication,
    /// There is one.
    Success,
    /// The request was refused.
    Error,
}

/// The number that a request and its answer have in common.
pub type TransactionId = [u8; 12];

/// A binding message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Message {
    /// What kind it is.
    pub class: Class,
    /// Which request, or the answer to which.
    pub id: TransactionId,
    /// USERNAME: who is asked, a colon, and who asks.
    pub username: Option<String>,
    /// PRIORITY of a candidate that would be found by this request (RFC 8445 section 7.1.1).
    pub priority: Option<u32>,
    /// USE-CANDIDATE: this is the way to be used (RFC 8445 section 7.1.2).
    pub use_candidate: bool,
    /// ICE-CONTROLLING, with the number that breaks ties.
    pub controlling: Option<u64>,
    /// ICE-CONTROLLED, with the number that breaks ties.
    pub controlled: Option<u64>,
    /// XOR-MAPPED-ADDRESS: where the request came from.
    pub mapped: Option<SocketAddr>,
    /// ERROR-CODE: 300 to 699.
    pub error: Option<u16>,
    /// Where MESSAGE-INTEGRITY begins in what was read.
    pub(super) integrity_at: Option<usize>,
    /// Whether FINGERPRINT was there.
    pub has_fingerprint: bool,
}

/// Whether a datagram that came for media is STUN (RFC 7983 section 7, RFC 8489 section 6): the
/// first byte is 0 to 3, and the magic cookie is where it has to be.
pub fn is_stun(datagram: &[u8]) -> bool {
    datagram.first().is_some_and(|first| *first < 4)
        && datagram.get(4..8).is_some_and(|cookie| cookie == COOKIE)
}

impl Message {
    /// A message without attributes.
    pub fn new(class: Class, id: TransactionId) -> Self {
        Self {
            class,
            id,
            username: None,
            priority: None,
            use_candidate: false,
            controlling: None,
            controlled: None,
            mapped: None,
            error: None,
            integrity_at: None,
            has_fingerprint: false,
        }
    }

    /// Reads a datagram. What ICE has no use for is passed over.
    pub fn read(datagram: &[u8]) -> Result<Self, Malformed> {
        let header = datagram.first_chunk::<HEADER>().ok_or(Malformed::Length)?;
        let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
        if !is_stun(datagram) || length % 4 != 0 || HEADER + length != datagram.len() {
            return Err(Malformed::Length);
        }
        let class = class_of(u16::from_be_bytes([header[0], header[1]]))?;
        let mut id = TransactionId::default();
        id.copy_from_slice(&header[8..]);
        let mut message = Self::new(class, id);
        let mut at = HEADER;
        for _ in 0..=ATTRIBUTES_MAX {
            let Some(rest) = datagram.get(at..).filter(|rest| !rest.is_empty()) else {
                return Ok(message);
            };
            let head = rest.first_chunk::<4>().ok_or(Malformed::Length)?;
            let kind = u16::from_be_bytes([head[0], head[1]]);
            let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
            let value = rest.get(4..4 + length).ok_or(Malformed::Length)?;
            message.take(kind, value, datagram.get(..at).unwrap_or_default(), at)?;
            at += 4 + length.next_multiple_of(4);
        }
        Err(Malformed::TooMany)
    }

    /// One attribute. `before` is all that stands before it.
    fn take(&mut self, kind: u16, value: &[u8], before: &[u8], at: usize) -> Result<(), Malformed> {
        let wrong = Malformed::Attribute(kind);
        // RFC 8489 section 14.5: what follows the integrity is ignored, but for the fingerprint.
        if self.integrity_at.is_some() && kind != FINGERPRINT {
            return Ok(());
        }
        let number = || value.try_into().map(u64::from_be_bytes).map_err(|_| wrong);
        match kind {
            USERNAME if value.len() <= USERNAME_MAX => {
                let text = std::str::from_utf8(value).map_err(|_| wrong)?;
                self.username = Some(text.to_owned());
            }
            PRIORITY => {
                self.priority = Some(u32::from_be_bytes(value.try_into().map_err(|_| wrong)?));
            }
            USE_CANDIDATE => self.use_candidate = true,
            CONTROLLING => self.controlling = Some(number()?),
            CONTROLLED => self.controlled = Some(number()?),
            XOR_MAPPED_ADDRESS => self.mapped = Some(unmask(value, self.id).ok_or(wrong)?),
            ERROR_CODE => {
                let code = value.get(2..4).ok_or(wrong)?;
                self.error = Some(u16::from(code[0] & 7) * 100 + u16::from(code[1]));
            }
            INTEGRITY if value.len() == 20 => self.integrity_at = Some(at),
            USERNAME | INTEGRITY => return Err(wrong),
            FINGERPRINT => {
                let said = u32::from_be_bytes(value.try_into().map_err(|_| wrong)?);
                // RFC 8489 section 14.7: over all that stands before it.
                if said != crc32(before) ^ FINGERPRINT_MASK {
                    return Err(Malformed::Fingerprint);
                }
                self.has_fingerprint = true;
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether `datagram`, which this was read from, was written by somebody with this password
    /// (RFC 8489 section 14.5).
    pub fn is_signed(&self, datagram: &[u8], password: &str) -> bool {
        let Some(at) = self.integrity_at else { return false };
        let (Some(before), Some(said)) = (datagram.get(..at), datagram.get(at + 4..at + 24)) else {
            return false;
        };
        let mut signed = before.to_vec();
        set_length(&mut signed, 24);
        mac(&signed, password).verify_slice(said).is_ok()
    }

    /// The datagram, signed with this password and with a fingerprint.
    pub fn to_bytes(&self, password: &str) -> Bytes {
        let mut bytes = self.unsigned();
        set_length(&mut bytes, 24);
        let signature = mac(&bytes, password).finalize().into_bytes();
        attribute(&mut bytes, INTEGRITY, &signature);
        finish(bytes)
    }

    /// The datagram with a fingerprint alone: the answer to somebody who does not know the
    /// password.
    pub fn to_unsigned_bytes(&self) -> Bytes {
        finish(self.unsigned())
    }

    fn unsigned(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(128);
        bytes.extend(type_of(self.class).to_be_bytes());
        bytes.extend([0, 0]);
        bytes.extend(COOKIE);
        bytes.extend(self.id);
        if let Some(username) = &self.username {
            attribute(&mut bytes, USERNAME, username.as_bytes());
        }
        if let Some(priority) = self.priority {
            attribute(&mut bytes, PRIORITY, &priority.to_be_bytes());
        }
        if self.use_candidate {
            attribute(&mut bytes, USE_CANDIDATE, &[]);
        }
        for (kind, number) in [(CONTROLLING, self.controlling), (CONTROLLED, self.controlled)] {
            if let Some(number) = number {
                attribute(&mut bytes, kind, &number.to_be_bytes());
            }
        }
        if let Some(mapped) = self.mapped {
            attribute(&mut bytes, XOR_MAPPED_ADDRESS, &mask(mapped, self.id));
        }
        if let Some(code) = self.error {
            let [class, number] = [code / 100, code % 100].map(|it| u8::try_from(it).unwrap_or(0));
            attribute(&mut bytes, ERROR_CODE, &[0, 0, class & 7, number]);
        }
        bytes
    }
}

/// A line of a ladder.
impl std::fmt::Display for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.class, self.error) {
            (Class::Request, _) if self.use_candidate => f.write_str("STUN request, use candidate"),
            (Class::Request, _) => f.write_str("STUN request"),
            (Class::Indication, _) => f.write_str("STUN indication"),
            (Class::Success, _) => f.write_str("STUN success"),
            (Class::Error, Some(code)) => write!(f, "STUN error {code}"),
            (Class::Error, None) => f.write_str("STUN error"),
        }
    }
}

/// RFC 8489 section 5: the class stands in bits 4 and 8, the method around them; Binding is 1.
fn class_of(kind: u16) -> Result<Class, Malformed> {
    [Class::Request, Class::Indication, Class::Success, Class::Error]
        .into_iter()
        .find(|class| type_of(*class) == kind)
        .ok_or(Malformed::Method)
}

fn type_of(class: Class) -> u16 {
    match class {
        Class::Request => 0x0001,
        Class::Indication => 0x0011,
        Class::Success => 0x0101,
        Class::Error => 0x0111,
    }
}

fn attribute(bytes: &mut Vec<u8>, kind: u16, value: &[u8]) {
    bytes.extend(kind.to_be_bytes());
    bytes.extend(u16::try_from(value.len()).expect("ours are short").to_be_bytes());
    bytes.extend(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
}

/// Writes the length that the message has once so many bytes more stand in it.
fn set_length(bytes: &mut [u8], more: usize) {
    let length = u16::try_from(bytes.len() - HEADER + more).unwrap_or(u16::MAX);
    bytes[2..4].copy_from_slice(&length.to_be_bytes());
}

fn finish(mut bytes: Vec<u8>) -> Bytes {
    set_length(&mut bytes, 8);
    let sum = crc32(&bytes) ^ FINGERPRINT_MASK;
    attribute(&mut bytes, FINGERPRINT, &sum.to_be_bytes());
    bytes.into()
}

fn mac(bytes: &[u8], password: &str) -> Hmac<Sha1> {
    let mut mac = Hmac::<Sha1>::new_from_slice(password.as_bytes()).expect("any key will do");
    mac.update(bytes);
    mac
}

/// RFC 8489 section 14.2.
fn mask(address: SocketAddr, id: TransactionId) -> Vec<u8> {
    let mut bytes = vec![0, if address.is_ipv4() { 1 } else { 2 }];
    bytes.extend((address.port() ^ PORT_MASK).to_be_bytes());
    let host = match address.ip() {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    };
    bytes.extend(host.iter().zip(COOKIE.iter().chain(&id)).map(|(byte, mask)| byte ^ mask));
    bytes
}

fn unmask(value: &[u8], id: TransactionId) -> Option<SocketAddr> {
    let (head, host) = value.split_first_chunk::<4>()?;
    let port = u16::from_be_bytes([head[2], head[3]]) ^ PORT_MASK;
    let host: Vec<_> =
        host.iter().zip(COOKIE.iter().chain(&id)).map(|(byte, mask)| byte ^ mask).collect();
    let ip = match (head[1], value.len()) {
        (1, 8) => Ipv4Addr::from(<[u8; 4]>::try_from(host).ok()?).into(),
        (2, 20) => Ipv6Addr::from(<[u8; 16]>::try_from(host).ok()?).into(),
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

/// ITU-T V.42, with the length that the header says already.
fn crc32(bytes: &[u8]) -> u32 {
    let shift = |sum: u32| if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 };
    !bytes.iter().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), |it, _| shift(it)))
}

const HEADER: usize = 20;
const COOKIE: [u8; 4] = [0x21, 0x12, 0xA4, 0x42];
const PORT_MASK: u16 = 0x2112;
const FINGERPRINT_MASK: u32 = 0x5354_554E;
/// A request of ICE has seven.
const ATTRIBUTES_MAX: usize = 32;
/// RFC 8489 section 14.3: fewer than 509 bytes.
const USERNAME_MAX: usize = 508;

const USERNAME: u16 = 0x0006;
const INTEGRITY: u16 = 0x0008;
const ERROR_CODE: u16 = 0x0009;
const XOR_MAPPED_ADDRESS: u16 = 0x0020;
const PRIORITY: u16 = 0x0024;
const USE_CANDIDATE: u16 = 0x0025;
const FINGERPRINT: u16 = 0x8028;
const CONTROLLED: u16 = 0x8029;
const CONTROLLING: u16 = 0x802A;

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Message {
        Message {
            username: Some("evtj:h6vY".to_owned()),
            priority: Some(0x6E00_01FF),
            use_candidate: true,
            controlling: Some(7),
            ..Message::new(Class::Request, *b"twelve bytes")
        }
    }

    #[test]
    fn what_was_written_is_read() {
        let bytes = request().to_bytes("secret");
        let read = Message::read(&bytes).unwrap();
        assert!(read.has_fingerprint && read.is_signed(&bytes, "secret"));
        assert!(!read.is_signed(&bytes, "guess"));
        let plain = Message { integrity_at: None, has_fingerprint: false, ..read };
        assert_eq!(plain, request());
        for host in ["192.0.2.1:32853", "[2001:db8::1]:32853"] {
            let mapped = Some(host.parse().unwrap());
            let answer = Message { mapped, ..Message::new(Class::Success, *b"twelve bytes") };
            assert_eq!(Message::read(&answer.to_bytes("x")).unwrap().mapped, mapped);
        }
    }

    /// RFC 5769 section 2.2.
    #[test]
    fn the_answer_of_the_rfc_is_read() {
        let bytes = [
            0x01, 0x01, 0x00, 0x3c, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34,
            0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74,
            0x20, 0x76, 0x65, 0x63, 0x74, 0x6f, 0x72, 0x20, 0x00, 0x20, 0x00, 0x08, 0x00, 0x01,
            0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43, 0x00, 0x08, 0x00, 0x14, 0x2b, 0x91, 0xf5, 0x99,
            0xfd, 0x9e, 0x90, 0xc3, 0x8c, 0x74, 0x89, 0xf9, 0x2a, 0xf9, 0xba, 0x53, 0xf0, 0x6b,
            0xe7, 0xd7, 0x80, 0x28, 0x00, 0x04, 0xc0, 0x7d, 0x4c, 0x96,
        ];
        let read = Message::read(&bytes).unwrap();
        assert_eq!(read.mapped, Some("192.0.2.1:32853".parse().unwrap()));
        assert!(read.has_fingerprint && read.is_signed(&bytes, "VOkJxbRl1RmTxUk/WvJxBt"));
    }

    #[test]
    fn whatever_is_cut_or_changed_is_refused_and_nothing_panics() {
        let bytes = request().to_bytes("secret");
        for end in 0..bytes.len() {
            assert!(Message::read(&bytes[..end]).is_err());
        }
        for place in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.to_vec();
                changed[place] ^= 1 << bit;
                let read = Message::read(&changed);
                let is_believed =
                    |read: Message| read.has_fingerprint && read.is_signed(&changed, "secret");
                assert!(!read.is_ok_and(is_believed), "bit {bit} of byte {place}");
            }
        }
        // Sixteen thousand attributes without a word in them.
        let mut huge = vec![0, 1, 0xFF, 0xFC];
        huge.extend(COOKIE);
        huge.resize(HEADER + 0xFFFC, 0);
        assert_eq!(Message::read(&huge), Err(Malformed::TooMany));
    }
}
