//! Follows TCP connections that carry SIP: segments out of order, twice, or overlapping become
//! the bytes that were sent, and these become messages.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

use bytes::Bytes;

use super::ip::Segment;
use crate::sip::framing::{Frame, Framer};

/// One direction of each connection.
#[derive(Debug, Default)]
pub(super) struct Streams {
    open: BTreeMap<Ends, Stream>,
    /// In the order in which they began.
    order: VecDeque<Ends>,
    /// How many times bytes were missing, so that a message was, or may have been.
    pub(super) gaps: u64,
    /// How many directions of connections carry TLS.
    pub(super) encrypted: u64,
}

type Ends = (SocketAddr, SocketAddr);

#[derive(Debug)]
struct Stream {
    /// The sequence number of the next byte; nothing before it is known.
    next: Option<u32>,
    /// What came too early, by its distance from `next`.
    early: Vec<(u32, Vec<u8>)>,
    content: Content,
}

#[derive(Debug)]
enum Content {
    /// Nothing came yet, or what came is the middle of something.
    Unknown,
    Sip(Framer),
    /// Something else.
    Other,
}

impl Streams {
    /// The messages that a segment completes.
    pub(super) fn take(&mut self, segment: &Segment) -> Vec<Bytes> {
        let ends = (segment.source, segment.target);
        if !self.open.contains_key(&ends) && segment.payload.is_empty() && !segment.syn {
            return Vec::new();
        }
        self.make_room(ends);
        let fresh = Stream { next: None, early: Vec::new(), content: Content::Unknown };
        let stream = self.open.entry(ends).or_insert(fresh);
        if segment.syn {
            *stream = Stream {
                next: Some(segment.sequence.wrapping_add(1)),
                early: Vec::new(),
                content: Content::Unknown,
            };
        }
        let was_tls = matches!(stream.content, Content::Other);
        let mut messages = Vec::new();
        let gaps = stream.segment(segment, &mut messages);
        self.gaps += gaps;
        let begins_tls = matches!(segment.payload.get(..2), Some([0x14..=0x17, 3]));
        let is_tls = matches!(stream.content, Content::Other) && begins_tls;
        self.encrypted += u64::from(is_tls && !was_tls);
        if segment.ends && stream.early.is_empty() {
            // The place in `order` is forgotten when its turn comes.
            self.open.remove(&ends);
        }
        messages
    }

    /// How many streams ended in the middle of something, counting each gap.
    pub(super) fn unfinished(&self) -> u64 {
        let open = self.open.values().filter(|stream| !stream.early.is_empty());
        self.gaps + open.count() as u64
    }

    fn make_room(&mut self, ends: Ends) {
        if self.open.contains_key(&ends) {
            return;
        }
        while self.order.len() >= STREAMS_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.open.remove(&oldest);
        }
        self.order.push_back(ends);
    }
}

impl Stream {
    /// Takes a segment, and says how often bytes turned out to be missing.
    fn segment(&mut self, segment: &Segment, messages: &mut Vec<Bytes>) -> u64 {
        // SYN takes a number of its own (RFC 9293 section 3.4).
        let sequence =
            if segment.syn { segment.sequence.wrapping_add(1) } else { segment.sequence };
        if segment.syn {
            self.next.get_or_insert(sequence);
        }
        if segment.payload.is_empty() || matches!(self.content, Content::Other) {
            return 0;
        }
        let next = *self.next.get_or_insert(sequence);
        let ahead = sequence.wrapping_sub(next);
        if ahead == 0 || ahead > HALF {
            self.in_order(sequence, &segment.payload, messages);
        } else if !self
            .early
            .iter()
            .any(|(known, bytes)| *known == sequence && bytes.len() >= segment.payload.len())
        {
            self.early.push((sequence, segment.payload.clone()));
        }
        self.catch_up(messages);
        let waiting: usize = self.early.iter().map(|(_, bytes)| bytes.len()).sum();
        if self.early.len() <= EARLY_MAX && waiting <= EARLY_BYTES_MAX {
            return 0;
        }
        // What is missing does not come any more: it was not captured.
        self.content = Content::Unknown;
        let from = self.next.unwrap_or_default();
        self.next = self.early.iter().map(|(at, _)| *at).min_by_key(|at| at.wrapping_sub(from));
        self.catch_up(messages);
        1
    }

    /// Takes what came early as far as it fits now.
    fn catch_up(&mut self, messages: &mut Vec<Bytes>) {
        while let Some(next) = self.next {
            let fits = |at: u32| at == next || at.wrapping_sub(next) > HALF;
            let Some(place) = self.early.iter().position(|(at, _)| fits(*at)) else { return };
            let (at, bytes) = self.early.swap_remove(place);
            self.in_order(at, &bytes, messages);
        }
    }

    /// Takes bytes that begin at or before the next one that is wanted.
    fn in_order(&mut self, sequence: u32, bytes: &[u8], messages: &mut Vec<Bytes>) {
        let next = self.next.unwrap_or(sequence);
        let known = usize::try_from(next.wrapping_sub(sequence)).unwrap_or(usize::MAX);
        let Some(news) = bytes.get(known..).filter(|news| !news.is_empty()) else { return };
        self.next = Some(next.wrapping_add(u32::try_from(news.len()).unwrap_or_default()));
        if matches!(self.content, Content::Unknown) {
            match begins(news) {
                Begins::Sip => self.content = Content::Sip(Framer::new()),
                Begins::Else => self.content = Content::Other,
                Begins::Blank => return,
            }
        }
        let Content::Sip(framer) = &mut self.content else { return };
        for piece in news.chunks(PIECE) {
            framer.push(piece);
            loop {
                match framer.next() {
                    Ok(Some(Frame::Message(message))) => messages.push(message),
                    Ok(Some(Frame::Ping)) => {}
                    Ok(None) => break,
                    Err(_) => {
                        // Where the next message begins, a segment will show.
                        self.content = Content::Unknown;
                        return;
                    }
                }
            }
        }
    }
}

/// What some bytes are the beginning of.
enum Begins {
    Sip,
    /// Keep-alives only (RFC 5626 section 3.5.1).
    Blank,
    Else,
}

fn begins(bytes: &[u8]) -> Begins {
    let text = bytes.trim_ascii_start();
    if text.is_empty() {
        Begins::Blank
    } else if is_sip(text) || is_cut_request(text) {
        Begins::Sip
    } else {
        Begins::Else
    }
}

/// Whether bytes are the beginning of a request line whose end is in the next segment.
fn is_cut_request(bytes: &[u8]) -> bool {
    if bytes.iter().any(|byte| matches!(byte, b'\r' | b'\n')) {
        return false;
    }
    let mut words = bytes.splitn(2, |byte| *byte == b' ');
    let method = words.next().unwrap_or_default();
    let is_method = method.len() <= METHOD_MAX && method.iter().all(u8::is_ascii_uppercase);
    let schemes: [&[u8]; 3] = [b"sip:", b"sips:", b"tel:"];
    is_method
        && words
            .next()
            .is_none_or(|uri| schemes.iter().any(|it| uri.starts_with(it) || it.starts_with(uri)))
}

/// Whether bytes begin as a SIP message does (RFC 3261 section 7).
pub(super) fn is_sip(bytes: &[u8]) -> bool {
    let bytes = bytes.trim_ascii_start();
    let line = bytes.split(|byte| *byte == b'\r' || *byte == b'\n').next().unwrap_or_default();
    let is_word = |word: &[u8]| !word.is_empty() && word.iter().all(u8::is_ascii_graphic);
    let first = line.split(|byte| *byte == b' ').next().unwrap_or_default();
    line.starts_with(b"SIP/2.0 ")
        || (first.len() <= METHOD_MAX && is_word(first) && line.ends_with(b" SIP/2.0"))
}

/// Sequence numbers wrap: what is further ahead than this lies behind (RFC 9293 section 3.4).
const HALF: u32 = 1 << 31;
/// What a framer takes at once.
const PIECE: usize = 32 * 1024;
/// More segments than a window of a small machine has in flight.
const EARLY_MAX: usize = 128;
const EARLY_BYTES_MAX: usize = 256 * 1024;
/// Both directions of two thousand connections.
const STREAMS_MAX: usize = 4_096;
/// The longest is SUBSCRIBE; others may be invented.
const METHOD_MAX: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &[u8] = b"OPTIONS sip:a@b.example SIP/2.0\r\nContent-Length: 4\r\n\r\nbody";

    fn segment(sequence: u32, payload: &[u8]) -> Segment {
        let [source, target] =
            ["192.0.2.1:5060", "192.0.2.2:5060"].map(|address| address.parse().unwrap());
        let payload = payload.to_vec();
        Segment { source, target, sequence, syn: false, ends: false, payload }
    }

    fn follow(segments: &[Segment]) -> Vec<Bytes> {
        let mut streams = Streams::default();
        segments.iter().flat_map(|segment| streams.take(segment)).collect()
    }

    fn cut(at: u32, from: usize, to: usize) -> Segment {
        segment(at.wrapping_add(u32::try_from(from).unwrap()), &MESSAGE[from..to])
    }

    #[test]
    fn segments_out_of_order_twice_and_overlapping_are_one_message() {
        // The numbers wrap in the middle of it.
        let at = u32::MAX - 20;
        let end = MESSAGE.len();
        let syn = Segment { syn: true, ..segment(at.wrapping_sub(1), &[]) };
        let parts = [
            syn,
            cut(at, 30, end),
            cut(at, 0, 10),
            cut(at, 0, 10),
            cut(at, 5, 25),
            cut(at, 20, 35),
        ];
        assert_eq!(follow(&parts), [MESSAGE]);
    }

    #[test]
    fn several_messages_in_one_segment_are_several() {
        let twice = [MESSAGE, b"\r\n\r\n", MESSAGE].concat();
        assert_eq!(follow(&[segment(7, &twice)]), [MESSAGE, MESSAGE]);
    }

    #[test]
    fn after_missing_bytes_the_next_message_is_found_again() {
        let mut streams = Streams::default();
        assert!(streams.take(&segment(0, &MESSAGE[..20])).is_empty());
        // The rest of the first message was never captured; two hundred others were.
        let length = u32::try_from(MESSAGE.len()).unwrap();
        let later = (1..=200).flat_map(|number| streams.take(&segment(number * length, MESSAGE)));
        assert_eq!(later.count(), 200);
        assert_eq!(streams.gaps, 1);
    }

    #[test]
    fn a_connection_with_something_else_in_it_is_left_alone() {
        let other = [0x16, 3, 1, 0, 5, 1, 2, 3, 4, 5];
        let mut streams = Streams::default();
        assert!(streams.take(&segment(1, &other)).is_empty());
        assert_eq!(streams.encrypted, 1);
        assert!(follow(&[segment(1, b"GET / HTTP/1.1\r\n\r\n")]).is_empty());
    }
}
