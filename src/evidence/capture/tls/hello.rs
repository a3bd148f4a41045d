//! What the two hellos of TLS say (RFC 8446 section 4.1, RFC 5246 section 7.4.1).

/// A message of a handshake.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Hello {
    /// The random of a client.
    Client([u8; 32]),
    Server(Server),
    /// The server wants another hello of the client.
    Again,
    Else,
}

/// What a server chose.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Server {
    pub(super) random: [u8; 32],
    pub(super) suite: u16,
    pub(super) is_tls13: bool,
}

/// The first message of a handshake and its length; none if it is not whole.
pub(super) fn read(bytes: &[u8]) -> Option<(Hello, usize)> {
    let ([kind, a, b, c], rest) = bytes.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes([0, *a, *b, *c])).ok()?;
    let body = rest.get(..length)?;
    let hello = match *kind {
        // Its version comes first.
        CLIENT => body.get(2..).and_then(|rest| rest.first_chunk()).copied().map(Hello::Client),
        SERVER => server(body),
        _ => None,
    };
    Some((hello.unwrap_or(Hello::Else), 4 + length))
}

/// RFC 8446 section 4.1.3: version, random, the id of the session, suite, compression, extensions.
fn server(body: &[u8]) -> Option<Hello> {
    let (random, rest) = body.get(2..)?.split_first_chunk::<32>()?;
    if *random == AGAIN {
        return Some(Hello::Again);
    }
    let (id, rest) = rest.split_first()?;
    let (suite, rest) = rest.get(usize::from(*id)..)?.split_first_chunk::<2>()?;
    let mut extensions = rest.get(3..).unwrap_or_default();
    let mut is_tls13 = false;
    while let Some(([a, b, c, d], rest)) = extensions.split_first_chunk::<4>() {
        let length = usize::from(u16::from_be_bytes([*c, *d]));
        let value = rest.get(..length)?;
        is_tls13 |= u16::from_be_bytes([*a, *b]) == SUPPORTED_VERSIONS && value == [3, 4];
        extensions = rest.get(length..)?;
    }
    Some(Hello::Server(Server { random: *random, suite: u16::from_be_bytes(*suite), is_tls13 }))
}

/// The types of the two messages.
pub(super) const CLIENT: u8 = 1;
pub(super) const SERVER: u8 = 2;
/// RFC 8446 section 4.2.1.
const SUPPORTED_VERSIONS: u16 = 43;
/// The random by which a server asks for another hello: SHA-256 of `HelloRetryRequest` (RFC
/// 8446 section 4.1.3).
const AGAIN: [u8; 32] = [
    0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
    0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
];
