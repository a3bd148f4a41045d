//! The blocks of a pcapng file (draft-ietf-opsawg-pcapng).

use std::io::{self, Read};

use super::file::{Broken, Frame, PACKET_MAX, exactly, fill, long, take};
use crate::evidence::pcapng::WITHIN_TLS;

/// The blocks of a file, one section after another.
#[derive(Debug)]
pub(super) struct Blocks {
    big_endian: bool,
    interfaces: Vec<Interface>,
    /// The file's first four bytes were read already.
    at_start: bool,
    /// The time of the last packet, for those that have none.
    last: i64,
    /// Lines of key logs, until somebody takes them.
    pub(super) key_log: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
struct Interface {
    link: u32,
    /// How many units of its clock make a second.
    per_second: u64,
    /// Seconds to be added.
    offset: i64,
}

impl Blocks {
    /// Begins after the magic number.
    pub(super) fn begin() -> Self {
        let (interfaces, key_log) = (Vec::new(), Vec::new());
        Self { big_endian: false, interfaces, at_start: true, last: 0, key_log }
    }

    /// The next packet of any interface.
    pub(super) fn next(&mut self, input: &mut impl Read) -> Result<Option<Frame>, Broken> {
        loop {
            let mut kind = MAGIC;
            if !std::mem::take(&mut self.at_start) {
                match fill(input, &mut kind)? {
                    0 => return Ok(None),
                    4 => {}
                    _ => return Err(Broken::Cut),
                }
            }
            let mut length = [0; 4];
            all(input, &mut length)?;
            if kind == MAGIC {
                self.section(input, length)?;
                continue;
            }
            let length = long(length, self.big_endian);
            if length < 12 || !length.is_multiple_of(4) {
                return Err(Broken::Nonsense(format!("a block of {length} bytes")));
            }
            let inside = length - 12;
            let frame = match long(kind, self.big_endian) {
                INTERFACE => self.interface(&take(input, inside)?).map(|()| None)?,
                ENHANCED => self.enhanced(&take(input, within(inside)?)?)?,
                SIMPLE => self.simple(&take(input, within(inside)?)?)?,
                OBSOLETE => self.obsolete(&take(input, within(inside)?)?)?,
                SECRETS if self.has_room_for(inside) => {
                    self.secrets(&exactly(input, inside)?).map(|()| None)?
                }
                _ => skip(input, inside).map(|()| None)?,
            };
            let mut again = [0; 4];
            all(input, &mut again)?;
            if let Some(frame) = frame {
                self.last = frame.nanos;
                return Ok(Some(frame));
            }
        }
    }

    /// Section 4.1: what follows has its own byte order and interfaces.
    fn section(&mut self, input: &mut impl Read, length: [u8; 4]) -> Result<(), Broken> {
        let mut order = [0; 4];
        all(input, &mut order)?;
        self.big_endian = match order {
            [0x1A, 0x2B, 0x3C, 0x4D] => true,
            [0x4D, 0x3C, 0x2B, 0x1A] => false,
            _ => return Err(Broken::Nonsense("a section without a byte order".to_owned())),
        };
        self.interfaces.clear();
        let length = long(length, self.big_endian);
        let rest = length.checked_sub(12).filter(|_| length.is_multiple_of(4));
        let rest = rest.ok_or_else(|| Broken::Nonsense(format!("a section of {length} bytes")))?;
        skip(input, rest)
    }

    /// Section 4.2.
    fn interface(&mut self, block: &[u8]) -> Result<(), Broken> {
        if self.interfaces.len() == INTERFACES_MAX {
            return Err(Broken::Nonsense("too many interfaces".to_owned()));
        }
        let link = self.short(block, 0).ok_or(Broken::Cut)?;
        let mut interface = Interface { link: link.into(), per_second: 1_000_000, offset: 0 };
        for (code, value) in self.options(block.get(8..).unwrap_or_default()) {
            match (code, value) {
                (IF_TSRESOL, [resolution]) => interface.per_second = per_second(*resolution),
                (IF_TSOFFSET, value) => {
                    let value = value.first_chunk().copied().unwrap_or_default();
                    let big = self.big_endian;
                    interface.offset =
                        if big { i64::from_be_bytes(value) } else { i64::from_le_bytes(value) };
                }
                _ => {}
            }
        }
        self.interfaces.push(interface);
        Ok(())
    }

    /// Section 4.7: of the kinds of secrets there are, those of TLS.
    fn secrets(&mut self, block: &[u8]) -> Result<(), Broken> {
        let (kind, length) = (self.word(block, 0)?, self.word(block, 4)?);
        let lines = block.get(8..).unwrap_or_default();
        let lines = usize::try_from(length).ok().and_then(|length| lines.get(..length));
        if kind == TLS_KEY_LOG {
            self.key_log.extend_from_slice(lines.ok_or(Broken::Cut)?);
            self.key_log.push(b'\n');
        }
        Ok(())
    }

    fn has_room_for(&self, more: u32) -> bool {
        let more = usize::try_from(more).unwrap_or(usize::MAX);
        self.key_log.len().saturating_add(more) <= SECRETS_MAX
    }

    /// Section 4.3.
    fn enhanced(&self, block: &[u8]) -> Result<Option<Frame>, Broken> {
        let number = self.word(block, 0)?;
        self.timed(number, block)
    }

    /// Appendix A: what came before the enhanced packet block.
    fn obsolete(&self, block: &[u8]) -> Result<Option<Frame>, Broken> {
        let number = self.short(block, 0).ok_or(Broken::Cut)?;
        self.timed(number.into(), block)
    }

    fn timed(&self, number: u32, block: &[u8]) -> Result<Option<Frame>, Broken> {
        let interface = usize::try_from(number).ok().and_then(|n| self.interfaces.get(n));
        let interface = interface.ok_or_else(|| {
            Broken::Nonsense(format!("a packet of the unknown interface {number}"))
        })?;
        let (high, low) = (self.word(block, 4)?, self.word(block, 8)?);
        let units = u64::from(high) << 32 | u64::from(low);
        let (kept, original) = (self.word(block, 12)?, self.word(block, 16)?);
        let kept_bytes = usize::try_from(kept).unwrap_or(usize::MAX);
        let rest = block.get(20..).ok_or(Broken::Cut)?;
        let bytes = rest.get(..kept_bytes).ok_or(Broken::Cut)?;
        let options = rest.get(kept_bytes.next_multiple_of(4)..).unwrap_or_default();
        Ok(Some(Frame {
            nanos: interface.nanos(units),
            link: interface.link,
            bytes: bytes.to_vec(),
            whole: kept >= original,
            within_tls: self.options(options).any(|it| it == (COMMENT, WITHIN_TLS.as_bytes())),
        }))
    }

    /// Section 4.4: a packet of the first interface, without a time.
    fn simple(&self, block: &[u8]) -> Result<Option<Frame>, Broken> {
        let Some(interface) = self.interfaces.first() else {
            return Err(Broken::Nonsense("a packet before its interface".to_owned()));
        };
        let original = usize::try_from(self.word(block, 0)?).unwrap_or(usize::MAX);
        let rest = block.get(4..).unwrap_or_default();
        let bytes = rest.get(..original).unwrap_or(rest).to_vec();
        let whole = bytes.len() >= original;
        let (nanos, link) = (self.last, interface.link);
        Ok(Some(Frame { nanos, link, bytes, whole, within_tls: false }))
    }

    /// Section 3.5: the codes and values of a list of options.
    fn options<'b>(&self, mut rest: &'b [u8]) -> impl Iterator<Item = (u16, &'b [u8])> {
        std::iter::from_fn(move || {
            let (code, length) = (self.short(rest, 0)?, usize::from(self.short(rest, 2)?));
            let value = rest.get(4..4 + length).filter(|_| code != 0)?;
            rest = rest.get(4 + length.next_multiple_of(4)..).unwrap_or_default();
            Some((code, value))
        })
    }

    fn short(&self, bytes: &[u8], at: usize) -> Option<u16> {
        let two = *bytes.get(at..)?.first_chunk()?;
        Some(if self.big_endian { u16::from_be_bytes(two) } else { u16::from_le_bytes(two) })
    }

    fn word(&self, bytes: &[u8], at: usize) -> Result<u32, Broken> {
        let four = bytes.get(at..).and_then(|rest| rest.first_chunk()).ok_or(Broken::Cut)?;
        Ok(long(*four, self.big_endian))
    }
}

impl Interface {
    fn nanos(self, units: u64) -> i64 {
        let nanos = u128::from(units) * 1_000_000_000 / u128::from(self.per_second);
        let nanos = i64::try_from(nanos).unwrap_or(i64::MAX);
        nanos.saturating_add(self.offset.saturating_mul(1_000_000_000))
    }
}

/// Section 4.2, `if_tsresol`: a power of ten, or of two if the top bit is set.
fn per_second(resolution: u8) -> u64 {
    let power = u32::from(resolution & 0x7F);
    let base: u64 = if resolution & 0x80 == 0 { 10 } else { 2 };
    base.checked_pow(power).unwrap_or(u64::MAX)
}

fn all(input: &mut impl Read, buffer: &mut [u8]) -> Result<(), Broken> {
    let read = fill(input, buffer)?;
    if read < buffer.len() { Err(Broken::Cut) } else { Ok(()) }
}

/// Names and statistics, which may be long, are passed over.
fn skip(input: &mut impl Read, length: u32) -> Result<(), Broken> {
    let skipped = io::copy(&mut input.take(length.into()), &mut io::sink())?;
    if skipped < length.into() { Err(Broken::Cut) } else { Ok(()) }
}

/// The length of a block that holds a packet.
fn within(length: u32) -> Result<u32, Broken> {
    if length <= PACKET_MAX {
        Ok(length)
    } else {
        Err(Broken::Nonsense("a packet too long".to_owned()))
    }
}

/// The first block's type, alike in both byte orders.
pub(super) const MAGIC: [u8; 4] = [0x0A, 0x0D, 0x0D, 0x0A];
const INTERFACE: u32 = 1;
const OBSOLETE: u32 = 2;
const SIMPLE: u32 = 3;
const ENHANCED: u32 = 6;
const SECRETS: u32 = 10;
const TLS_KEY_LOG: u32 = 0x544C_534B;
const COMMENT: u16 = 1;
const IF_TSRESOL: u16 = 9;
const IF_TSOFFSET: u16 = 14;
/// A machine has a few.
const INTERFACES_MAX: usize = 1_024;
/// Of a hundred thousand connections.
const SECRETS_MAX: usize = 32 << 20;
