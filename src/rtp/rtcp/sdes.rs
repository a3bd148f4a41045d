//! Source descriptions (RFC 3550 section 6.5), read and written by our own hand.
//!
//! rtcp-types 0.3 refuses legal ones (a second chunk whose SSRC begins with a zero octet, a short
//! last item, padding) and panics on the value of a PRIV item that is cut.

use super::Chunk;

/// The chunks of an SDES packet without its padding; nothing if one runs over the end.
pub(super) fn read_chunks(packet: &[u8]) -> Option<Vec<Chunk>> {
    let count = usize::from(packet.first()? & COUNT_MASK);
    let mut rest = packet.get(4..)?;
    let mut chunks = Vec::with_capacity(count);
    for _ in 0..count {
        let (ssrc, after) = rest.split_first_chunk()?;
        let (items, taken) = read_items(after)?;
        chunks.push(Chunk { ssrc: u32::from_be_bytes(*ssrc), items });
        rest = after.get(taken..)?;
    }
    Some(chunks)
}

/// The items up to the first null octet, and how many octets they and their filling take.
fn read_items(octets: &[u8]) -> Option<(Vec<(u8, String)>, usize)> {
    let mut items = Vec::new();
    let mut rest = octets;
    // Each turn takes at least two bytes off a datagram.
    while let [item, after @ ..] = rest
        && *item != 0
    {
        let (length, after) = after.split_first()?;
        let (text, after) = after.split_at_checked((*length).into())?;
        items.push((*item, String::from_utf8_lossy(text).into_owned()));
        rest = after;
    }
    // RFC 3550 section 6.5: one null octet ends the list, more fill up the word. A list that
    // ends with its packet instead is read all the same.
    let taken = (octets.len() - rest.len() + 1).next_multiple_of(4);
    Some((items, taken.min(octets.len())))
}

/// Appends an SDES packet; keeps 31 chunks and 255 octets of each text.
pub(super) fn write_chunks(chunks: &[Chunk], datagram: &mut Vec<u8>) {
    let chunks = &chunks[..chunks.len().min(COUNT_MASK.into())];
    let start = datagram.len();
    datagram.extend_from_slice(&[VERSION_2 | octet(chunks.len()), PACKET_TYPE, 0, 0]);
    for chunk in chunks {
        datagram.extend_from_slice(&chunk.ssrc.to_be_bytes());
        for (item, text) in &chunk.items {
            let text = cut(text);
            datagram.extend_from_slice(&[*item, octet(text.len())]);
            datagram.extend_from_slice(text.as_bytes());
        }
        let filled = (datagram.len() - start + 1).next_multiple_of(4);
        datagram.resize(start + filled, 0);
    }
    let words = (datagram.len() - start) / 4 - 1;
    let words = u16::try_from(words).unwrap_or(u16::MAX).to_be_bytes();
    datagram[start + 2..start + 4].copy_from_slice(&words);
}

fn octet(count: usize) -> u8 {
    u8::try_from(count).expect("lists and texts were cut to fit")
}

/// As much of a text as fits behind a length of one octet.
pub(super) fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(TEXT_MAX)]
}

const VERSION_2: u8 = 0x80;
const PACKET_TYPE: u8 = 202;
const COUNT_MASK: u8 = 0x1F;
const TEXT_MAX: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(chunks: &[Chunk]) -> Option<Vec<Chunk>> {
        let mut packet = Vec::new();
        write_chunks(chunks, &mut packet);
        assert_eq!(packet.len() % 4, 0);
        assert_eq!(usize::from(packet[3]) + 1, packet.len() / 4);
        read_chunks(&packet)
    }

    #[test]
    fn names_of_every_length_are_read_as_written() {
        for length in 0..20 {
            let chunks =
                [Chunk::of_cname(0x00AB_CDEF, &"x".repeat(length)), Chunk::of_cname(0, "b")];
            assert_eq!(round_trip(&chunks).as_deref(), Some(chunks.as_slice()), "{length}");
        }
    }

    #[test]
    fn an_empty_item_at_the_end_is_read() {
        let items = vec![(1, "abc".to_owned()), (7, String::new())];
        let chunks = [Chunk { ssrc: 1, items }];
        assert_eq!(round_trip(&chunks).as_deref(), Some(chunks.as_slice()));
    }

    #[test]
    fn a_name_too_long_for_its_length_octet_is_cut_between_characters() {
        let chunks = round_trip(&[Chunk::of_cname(1, &"ä".repeat(200))]).unwrap();
        assert_eq!(chunks[0].cname(), Some("ä".repeat(127).as_str()));
    }

    #[test]
    fn a_chunk_that_runs_over_the_end_is_refused() {
        assert_eq!(read_chunks(&[0x81, 202, 0, 1, 0, 0]), None);
        assert_eq!(read_chunks(&[0x81, 202, 0, 2, 0, 0, 0, 1, 1, 3, b'a', b'b']), None);
        assert_eq!(read_chunks(&[0x82, 202, 0, 2, 0, 0, 0, 1, 1, 1, b'a', 0]), None);
    }

    #[test]
    fn a_list_without_its_null_octet_is_read_if_the_packet_ends_there() {
        let chunks = read_chunks(&[0x81, 202, 0, 2, 0, 0, 0, 1, 1, 2, b'a', b'b']).unwrap();
        assert_eq!(chunks[0].cname(), Some("ab"));
    }
}
