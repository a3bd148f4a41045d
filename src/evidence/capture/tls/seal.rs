//! The keys of one direction, and the records that they open.

use ring::aead::{self, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::{hkdf, hmac};

use super::{DATA, End, Opened, Record};

/// A cipher suite, as far as a listener needs it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Suite {
    cipher: &'static aead::Algorithm,
    hkdf: hkdf::Algorithm,
    hmac: hmac::Algorithm,
    /// Which part of the nonce each record brings in TLS 1.2.
    explicit: usize,
}

impl Suite {
    /// The suite of a number (RFC 8446 appendix B.4, RFC 5288, RFC 5289, RFC 7905); none of those
    /// that authenticate and encrypt one after the other.
    pub(super) fn numbered(number: u16) -> Option<Self> {
        let (cipher, is_384, explicit) = match number {
            0x1301 | 0x009C | 0x009E | 0xC02B | 0xC02F => (&aead::AES_128_GCM, false, 8),
            0x1302 | 0x009D | 0x009F | 0xC02C | 0xC030 => (&aead::AES_256_GCM, true, 8),
            0x1303 | 0xCCA8 | 0xCCA9 | 0xCCAA => (&aead::CHACHA20_POLY1305, false, 0),
            _ => return None,
        };
        let (hkdf, hmac) = if is_384 {
            (hkdf::HKDF_SHA384, hmac::HMAC_SHA384)
        } else {
            (hkdf::HKDF_SHA256, hmac::HMAC_SHA256)
        };
        Some(Self { cipher, hkdf, hmac, explicit })
    }
}

/// What one end seals its records with.
#[derive(Debug)]
pub(super) struct Key {
    suite: Suite,
    cipher: LessSafeKey,
    iv: [u8; 12],
    /// The number of the next record.
    sequence: u64,
    /// The secret that the key was made of, in TLS 1.3.
    secret: Option<Vec<u8>>,
}

impl Key {
    /// A key of TLS 1.3 (RFC 8446 section 7.3).
    pub(super) fn of_secret(suite: Suite, secret: &[u8]) -> Self {
        let (mut key, mut iv) = (vec![0; suite.cipher.key_len()], [0; 12]);
        expand(suite, secret, "key", &mut key);
        expand(suite, secret, "iv", &mut iv);
        Self::new(suite, &key, iv, Some(secret.to_vec()))
    }

    /// A key of TLS 1.2 (RFC 5246 section 6.3); none if the secret is none of TLS.
    pub(super) fn of_master(
        suite: Suite,
        master: &[u8],
        (client, server): (&[u8; 32], &[u8; 32]),
        end: End,
    ) -> Option<Self> {
        let (key_length, fixed) = (suite.cipher.key_len(), 12 - suite.explicit);
        let seed = [&b"key expansion"[..], server, client].concat();
        let block = stretch(suite.hmac, master, &seed, 2 * (key_length + fixed));
        let (keys, ivs) = block.split_at_checked(2 * key_length)?;
        let second = usize::from(end == End::Server);
        let mut iv = [0; 12];
        iv.get_mut(..fixed)?.copy_from_slice(ivs.chunks(fixed).nth(second)?);
        Some(Self::new(suite, keys.chunks(key_length).nth(second)?, iv, None))
    }

    fn new(suite: Suite, key: &[u8], iv: [u8; 12], secret: Option<Vec<u8>>) -> Self {
        let key =
            UnboundKey::new(suite.cipher, key).expect("the key is as long as the suite has it");
        Self { suite, cipher: LessSafeKey::new(key), iv, sequence: 0, secret }
    }

    /// The key that an end of TLS 1.3 takes next (RFC 8446 section 7.2).
    pub(super) fn next_generation(&self) -> Option<Self> {
        let secret = self.secret.as_deref()?;
        let mut next = vec![0; secret.len()];
        expand(self.suite, secret, "traffic upd", &mut next);
        Some(Self::of_secret(self.suite, &next))
    }

    /// Opens the next record, or one of so many after it.
    pub(super) fn open(&mut self, record: &Record, ahead: u64) -> Option<Opened> {
        (self.sequence..=self.sequence.saturating_add(ahead)).find_map(|sequence| {
            let opened = match self.secret {
                Some(_) => self.open_tls13(record, sequence),
                None => self.open_tls12(record, sequence),
            }?;
            self.sequence = sequence.wrapping_add(1);
            Some(opened)
        })
    }

    /// RFC 8446 section 5.2: the kind comes last, zeros may follow it.
    fn open_tls13(&self, record: &Record, sequence: u64) -> Option<Opened> {
        if record.head[0] != DATA {
            return None;
        }
        let nonce = self.nonce(sequence);
        let mut bytes = self.unseal(nonce, &record.head, record.body.clone())?;
        while bytes.pop_if(|last| *last == 0).is_some() {}
        let kind = bytes.pop()?;
        Some(Opened { kind, bytes, is_after_the_handshake: false })
    }

    /// RFC 5246 section 6.2.3.3; the nonces are those of RFC 5288 section 3 and RFC 7905 section 2.
    fn open_tls12(&self, record: &Record, sequence: u64) -> Option<Opened> {
        let (explicit, sealed) = record.body.split_at_checked(self.suite.explicit)?;
        let nonce = match <[u8; 8]>::try_from(explicit) {
            Ok(explicit) => {
                let mut nonce = self.iv;
                nonce[4..].copy_from_slice(&explicit);
                nonce
            }
            Err(_) => self.nonce(sequence),
        };
        let length = sealed.len().checked_sub(self.suite.cipher.tag_len())?;
        let mut known = [0; 13];
        known[..8].copy_from_slice(&sequence.to_be_bytes());
        known[8..11].copy_from_slice(&record.head[..3]);
        known[11..].copy_from_slice(&u16::try_from(length).ok()?.to_be_bytes());
        let bytes = self.unseal(nonce, &known, sealed.to_vec())?;
        Some(Opened { kind: record.head[0], bytes, is_after_the_handshake: false })
    }

    /// RFC 8446 section 5.3.
    fn nonce(&self, sequence: u64) -> [u8; 12] {
        let mut nonce = self.iv;
        for (byte, count) in nonce[4..].iter_mut().zip(sequence.to_be_bytes()) {
            *byte ^= count;
        }
        nonce
    }

    fn unseal(&self, nonce: [u8; 12], known: &[u8], mut sealed: Vec<u8>) -> Option<Vec<u8>> {
        let nonce = Nonce::assume_unique_for_key(nonce);
        let length = self.cipher.open_in_place(nonce, Aad::from(known), &mut sealed).ok()?.len();
        sealed.truncate(length);
        Some(sealed)
    }
}

/// HKDF-Expand-Label without a context (RFC 8446 section 7.1).
fn expand(suite: Suite, secret: &[u8], label: &str, out: &mut [u8]) {
    let short = |length: usize| u8::try_from(length).expect("labels and keys are short");
    let head = [0, short(out.len()), short(6 + label.len())];
    let info = [&head[..], b"tls13 ", label.as_bytes(), &[0]];
    let expanded = hkdf::Prk::new_less_safe(suite.hkdf, secret);
    let expanded = expanded.expand(&info, Length(out.len()));
    expanded.and_then(|it| it.fill(out)).expect("a key is shorter than 255 hashes");
}

struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// The pseudorandom function of TLS 1.2 (RFC 5246 section 5).
fn stretch(hash: hmac::Algorithm, secret: &[u8], seed: &[u8], length: usize) -> Vec<u8> {
    let key = hmac::Key::new(hash, secret);
    let mut out = Vec::with_capacity(length + 48);
    let mut chain = hmac::sign(&key, seed);
    while out.len() < length {
        out.extend_from_slice(hmac::sign(&key, &[chain.as_ref(), seed].concat()).as_ref());
        chain = hmac::sign(&key, chain.as_ref());
    }
    out.truncate(length);
    out
}
