//! The names that metadata gives to things (RFC 7865 section 6.10).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The identity of a group, session, participant or stream, as it is written.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Id(String);

impl Id {
    /// An id as somebody wrote it, legal or not.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// A random UUID of these bits as RFC 7865 section 6.10 wants it: in base64.
    ///
    /// Six of the 128 bits are overwritten by its version and variant.
    pub fn base64(bits: [u8; 16]) -> Self {
        Self(STANDARD.encode(uuid_v4(bits)))
    }

    /// A random UUID of these bits as Webex Calling writes it: `urn:uuid:` and hexadecimal digits
    /// (RFC 4122 section 3).
    pub fn urn_uuid(bits: [u8; 16]) -> Self {
        let mut text = URN.to_owned();
        for (index, byte) in uuid_v4(bits).into_iter().enumerate() {
            text.push_str(if [4, 6, 8, 10].contains(&index) { "-" } else { "" });
            let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
            text.extend([digit(byte >> 4), digit(byte & 0x0F)]);
        }
        Self(text)
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How it is written.
    pub fn form(&self) -> IdForm {
        match self.uuid() {
            _ if self.0.is_empty() => IdForm::Empty,
            Some(_) if self.0.starts_with(URN) => IdForm::UrnUuid,
            Some(_) => IdForm::Base64Uuid,
            None => IdForm::Other,
        }
    }

    /// What it stands for in base64, of whatever length.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        STANDARD.decode(&self.0).ok()
    }

    /// The 16 bytes that it stands for, in base64 or as a `urn:uuid:`; `None` if in neither.
    ///
    /// Version and variant are not looked at: an id in RFC 7865's own examples has the wrong ones.
    pub fn uuid(&self) -> Option<[u8; 16]> {
        match self.0.strip_prefix(URN) {
            Some(text) => from_hex(text),
            None => STANDARD.decode(&self.0).ok()?.try_into().ok(),
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// How an id is written.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum IdForm {
    /// 16 bytes in base64: the form of RFC 7865.
    Base64Uuid,
    /// `urn:uuid:`: the form of the drafts and of Webex Calling.
    UrnUuid,
    /// Not at all.
    Empty,
    /// Any other way.
    Other,
}

/// Sets the version, 4, and the variant (RFC 4122 section 4.4).
fn uuid_v4(mut bits: [u8; 16]) -> [u8; 16] {
    bits[6] = bits[6] & 0x0F | 0x40;
    bits[8] = bits[8] & 0x3F | 0x80;
    bits
}

/// Reads `8-4-4-4-12` hexadecimal digits.
fn from_hex(text: &str) -> Option<[u8; 16]> {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    if lengths != [8, 4, 4, 4, 12] || !text.is_ascii() {
        return None;
    }
    let digits = text.replace('-', "");
    let mut bytes = [0; 16];
    for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks(2)) {
        let is_hex = pair.iter().all(u8::is_ascii_hexdigit);
        let pair = is_hex.then(|| str::from_utf8(pair).ok()).flatten()?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(bytes)
}

const URN: &str = "urn:uuid:";

#[cfg(test)]
mod tests {
    use super::super::Dialect;
    use super::{Id, IdForm};

    const BITS: [u8; 16] = [0xFF; 16];

    #[test]
    fn the_same_bits_give_the_same_uuid_in_both_forms() {
        let (base64, urn) = (Id::base64(BITS), Id::urn_uuid(BITS));
        assert_eq!(base64.as_str(), "////////T/+//////////w==");
        assert_eq!(urn.as_str(), "urn:uuid:ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(base64.uuid(), urn.uuid());
        assert_eq!((Dialect::Rfc.id(BITS), Dialect::Webex.id(BITS)), (base64.clone(), urn.clone()));
        assert_eq!((base64.form(), urn.form()), (IdForm::Base64Uuid, IdForm::UrnUuid));
    }

    #[test]
    fn an_id_tells_how_it_is_written() {
        let table = [
            ("", IdForm::Empty),
            ("stream-1", IdForm::Other),
            ("hVpd7YQgRW2nD22h7q60JQ==", IdForm::Base64Uuid),
            ("hVpd7YQgRW2nD22h7q60JQ", IdForm::Other),
            ("urn:uuid:3f0c2d1e-0000-4000-8000-000000000001", IdForm::UrnUuid),
            ("urn:uuid:3f0c2d1e-0000-4000-8000-00000000000g", IdForm::Other),
            ("urn:uuid:\u{e9}f0c2d1-0000-4000-8000-000000000001", IdForm::Other),
            ("3f0c2d1e-0000-4000-8000-000000000001", IdForm::Other),
        ];
        for (text, form) in table {
            assert_eq!(Id::new(text).form(), form, "{text}");
        }
    }
}
