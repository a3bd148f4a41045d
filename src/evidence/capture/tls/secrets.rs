//! The secrets of TLS connections as one of their ends writes them down: `SSLKEYLOGFILE`.

use std::collections::BTreeMap;

use super::End;

/// The secrets of connections, by the random of the client's hello.
///
/// The format is that of draft-ietf-tls-keylogfile: a label, the random, and a secret on each line.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Secrets {
    known: BTreeMap<[u8; 32], Known>,
}

/// What is known of one connection.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Known {
    /// Of TLS 1.2.
    master: Option<Vec<u8>>,
    /// Of TLS 1.3: the client's, and the server's.
    handshake: [Option<Vec<u8>>; 2],
    traffic: [Option<Vec<u8>>; 2],
}

/// What is wrong with a line, and where; lines and columns count from 1.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BadLine {
    /// The line.
    pub line: usize,
    /// The first column.
    pub column: usize,
    /// How many characters.
    pub width: usize,
    /// What is wrong there.
    pub what: String,
}

impl Secrets {
    /// Reads a key log; fails at the first line that is none of one.
    ///
    /// Labels that are not known are passed over, as the format demands; so are empty lines and
    /// comments.
    pub fn read(text: &str) -> Result<Self, BadLine> {
        let mut secrets = Self::default();
        for (number, line) in text.lines().enumerate() {
            secrets.line(line).map_err(|bad| bad.at_line(number + 1))?;
        }
        Ok(secrets)
    }

    /// Takes what is right in the text of a capture file, and passes over the rest.
    pub(in crate::evidence::capture) fn take_text(&mut self, text: &[u8]) {
        for line in text.split(|byte| *byte == b'\n') {
            let _ = self.line(&String::from_utf8_lossy(line));
        }
    }

    /// Takes what others know too.
    pub fn extend(&mut self, other: Self) {
        for (random, known) in other.known {
            if self.known.len() < CONNECTIONS_MAX || self.known.contains_key(&random) {
                self.known.entry(random).or_default().extend(known);
            }
        }
    }

    /// Of how many connections something is known.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether nothing is known at all.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    pub(super) fn of(&self, random: &[u8; 32]) -> Option<&Known> {
        self.known.get(random)
    }

    fn line(&mut self, line: &str) -> Result<(), BadLine> {
        let line = line.trim_end();
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        let mut fields = line.split(' ');
        let label = fields.next().unwrap_or_default();
        let is_label = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        if label.is_empty() || !label.chars().all(is_label) {
            return Err(bad(1, label, "a label in capitals, such as CLIENT_RANDOM, is missing"));
        }
        // What begins with `RSA` has half of an encrypted secret where others have the random.
        let Some(place) = Place::labelled(label) else { return Ok(()) };
        let column = label.chars().count() + 2;
        let field = fields.next().unwrap_or_default();
        let random = bytes_of(field).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        let wrong = "the random of the client's hello, 64 hexadecimal digits, is missing";
        let random = random.ok_or_else(|| bad(column, field, wrong))?;
        let column = column + field.chars().count() + 1;
        let field = fields.next().unwrap_or_default();
        let secret = bytes_of(field).filter(|secret| place.fits(secret.len()));
        let secret = secret.ok_or_else(|| bad(column, field, place.wanted()))?;
        if let Some(more) = fields.next() {
            let column = column + field.chars().count() + 1;
            return Err(bad(column, more, "nothing comes after the secret"));
        }
        if self.known.len() < CONNECTIONS_MAX || self.known.contains_key(&random) {
            self.known.entry(random).or_default().put(place, secret);
        }
        Ok(())
    }
}

impl Known {
    pub(super) fn master(&self) -> Option<&[u8]> {
        self.master.as_deref()
    }

    pub(super) fn handshake(&self, end: End) -> Option<&[u8]> {
        self.handshake[usize::from(end == End::Server)].as_deref()
    }

    pub(super) fn traffic(&self, end: End) -> Option<&[u8]> {
        self.traffic[usize::from(end == End::Server)].as_deref()
    }

    fn extend(&mut self, other: Self) {
        let ([a, b], [c, d]) = (other.handshake, other.traffic);
        self.master = self.master.take().or(other.master);
        for (slot, more) in self.handshake.iter_mut().zip([a, b]) {
            *slot = slot.take().or(more);
        }
        for (slot, more) in self.traffic.iter_mut().zip([c, d]) {
            *slot = slot.take().or(more);
        }
    }

    fn put(&mut self, place: Place, secret: Vec<u8>) {
        let one = |end| usize::from(end == End::Server);
        let slot = match place {
            Place::Master => &mut self.master,
            Place::Handshake(end) => &mut self.handshake[one(end)],
            Place::Traffic(end) => &mut self.traffic[one(end)],
        };
        *slot = Some(secret);
    }
}

/// What a secret is for.
#[derive(Clone, Copy, Debug)]
enum Place {
    Master,
    Handshake(End),
    Traffic(End),
}

impl Place {
    fn labelled(label: &str) -> Option<Self> {
        Some(match label {
            "CLIENT_RANDOM" => Self::Master,
            "CLIENT_HANDSHAKE_TRAFFIC_SECRET" => Self::Handshake(End::Client),
            "SERVER_HANDSHAKE_TRAFFIC_SECRET" => Self::Handshake(End::Server),
            "CLIENT_TRAFFIC_SECRET_0" => Self::Traffic(End::Client),
            "SERVER_TRAFFIC_SECRET_0" => Self::Traffic(End::Server),
            _ => return None,
        })
    }

    /// A master secret has 48 bytes (RFC 5246 section 8.1), one of TLS 1.3 those of its hash.
    fn fits(self, length: usize) -> bool {
        length == 48 || (length == 32 && !matches!(self, Self::Master))
    }

    fn wanted(self) -> &'static str {
        match self {
            Self::Master => "the secret, 96 hexadecimal digits, is missing",
            Self::Handshake(_) | Self::Traffic(_) => {
                "the secret, 64 or 96 hexadecimal digits, is missing"
            }
        }
    }
}

impl BadLine {
    fn at_line(self, line: usize) -> Self {
        Self { line, ..self }
    }
}

fn bad(column: usize, field: &str, what: &str) -> BadLine {
    BadLine { line: 0, column, width: field.chars().count(), what: what.to_owned() }
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| {
        let [high, low] = pair.map(|digit| char::from(digit).to_digit(16));
        u8::try_from(high? * 16 + low?).ok()
    };
    if !rest.is_empty() || pairs.len() > SECRET_MAX {
        return None;
    }
    pairs.iter().map(byte).collect()
}

/// A busy server's day; forty megabytes.
const CONNECTIONS_MAX: usize = 100_000;
/// The longest hash that TLS uses.
const SECRET_MAX: usize = 64;
