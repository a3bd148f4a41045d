//! Follows TCP connections that carry SIP, in the clear or within TLS: segments out of order, twice,
//! or overlapping become the bytes that were sent, and these become messages.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;

use super::ip::Segment;
use super::text::Text;
use super::tls::{Direction, Secrets, Session, Trouble};
use crate::packet::{Packet, Transport};

/// One direction of each connection.
#[derive(Debug, Default)]
pub(super) struct Streams {
    open: BTreeMap<Ends, Stream>,
    /// In the order in which they began.
    order: VecDeque<Ends>,
    /// What the directions of TLS connections know of each other.
    sessions: BTreeMap<Ends, Session>,
    /// What opens them.
    pub(super) secrets: Arc<Secrets>,
    /// How many times bytes were missing, so that a message was, or may have been.
    gaps: u64,
    /// The TLS connections that could not be read, and why.
    unread: BTreeMap<Ends, Trouble>,
}

/// Where a direction of a connection comes from, and where it goes.
pub(super) type Ends = (SocketAddr, SocketAddr);

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
    Clear(Text),
    Tls(Box<Direction>, Text),
    /// TLS that nobody can read.
    Closed,
}

/// What it takes to read TLS, and what was read.
struct Reading<'a> {
    session: &'a mut Session,
    secrets: &'a Secrets,
    messages: Vec<Bytes>,
}

impl Streams {
    /// Streams of which some may be opened with these secrets.
    pub(super) fn with(secrets: Arc<Secrets>) -> Self {
        Self { secrets, ..Self::default() }
    }

    /// The messages that a segment completes.
    pub(super) fn take(&mut self, segment: &Segment) -> Vec<Packet> {
        let ends = (segment.source, segment.target);
        if !self.open.contains_key(&ends) && segment.payload.is_empty() && !segment.syn {
            return Vec::new();
        }
        self.make_room(ends);
        if segment.syn || !self.open.contains_key(&ends) {
            self.forget(ends);
            self.open.insert(ends, Stream::new(segment));
        }
        let mut fresh = Session::default();
        let session = self.sessions.get_mut(&sorted(ends));
        let is_known = session.is_some();
        let secrets = Arc::clone(&self.secrets);
        let session = session.unwrap_or(&mut fresh);
        let mut reading = Reading { session, secrets: &secrets, messages: Vec::new() };
        let Some(stream) = self.open.get_mut(&ends) else { return Vec::new() };
        self.gaps += stream.segment(segment, &mut reading);
        let mut packets = stream.packets(ends, reading.take());
        if matches!(stream.content, Content::Tls(..) | Content::Closed) {
            // What this end said may open what the other one said before.
            let back = (ends.1, ends.0);
            if let Some(other) = self.open.get_mut(&back) {
                other.content.push(&[], &mut reading);
                packets.extend(other.packets(back, reading.take()));
            }
            if let Some(why) = reading.session.trouble() {
                self.note(ends, why);
            }
            if !is_known {
                self.sessions.insert(sorted(ends), fresh);
            }
        }
        if segment.ends && self.open.get(&ends).is_some_and(|stream| stream.early.is_empty()) {
            // The place in `order` is forgotten when its turn comes.
            self.forget(ends);
        }
        packets
    }

    /// How many streams ended in the middle of something, counting each gap.
    pub(super) fn unfinished(&self) -> u64 {
        let open = self.open.values().filter(|stream| !stream.early.is_empty());
        self.gaps + open.count() as u64
    }

    /// The TLS connections that cannot be read: between whom, and why.
    pub(super) fn unread(&self) -> BTreeMap<Ends, Trouble> {
        let open = self.open.iter().filter_map(|(ends, stream)| {
            let known = self.sessions.get(&sorted(*ends)).and_then(Session::trouble);
            Some((sorted(*ends), known.or(stream.trouble())?))
        });
        let known = self.unread.iter().map(|(ends, why)| (*ends, *why));
        open.take(UNREAD_MAX).chain(known).collect()
    }

    fn make_room(&mut self, ends: Ends) {
        if self.open.contains_key(&ends) {
            return;
        }
        while self.order.len() >= STREAMS_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.forget(oldest);
        }
        self.order.push_back(ends);
    }

    /// Nothing more comes one way.
    fn forget(&mut self, ends: Ends) {
        if let Some(stream) = self.open.remove(&ends)
            && let Some(why) = stream.trouble()
        {
            self.note(ends, why);
        }
        if !self.open.contains_key(&(ends.1, ends.0)) {
            self.sessions.remove(&sorted(ends));
        }
    }

    fn note(&mut self, ends: Ends, why: Trouble) {
        if self.unread.len() < UNREAD_MAX {
            self.unread.entry(sorted(ends)).or_insert(why);
        }
    }
}

impl Stream {
    fn new(segment: &Segment) -> Self {
        // SYN takes a number of its own (RFC 9293 section 3.4).
        let next = segment.syn.then(|| segment.sequence.wrapping_add(1));
        Self { next, early: Vec::new(), content: Content::Clear(Text::Unknown) }
    }

    /// Takes a segment, and says how often bytes turned out to be missing.
    fn segment(&mut self, segment: &Segment, reading: &mut Reading<'_>) -> u64 {
        let sequence =
            if segment.syn { segment.sequence.wrapping_add(1) } else { segment.sequence };
        if segment.payload.is_empty() || self.content.is_of_no_use() {
            return 0;
        }
        let next = *self.next.get_or_insert(sequence);
        let ahead = sequence.wrapping_sub(next);
        if ahead == 0 || ahead > HALF {
            self.in_order(sequence, &segment.payload, reading);
        } else if !self
            .early
            .iter()
            .any(|(known, bytes)| *known == sequence && bytes.len() >= segment.payload.len())
        {
            self.early.push((sequence, segment.payload.clone()));
        }
        self.catch_up(reading);
        let waiting: usize = self.early.iter().map(|(_, bytes)| bytes.len()).sum();
        if self.early.len() <= EARLY_MAX && waiting <= EARLY_BYTES_MAX {
            return 0;
        }
        // What is missing does not come any more: it was not captured.
        self.content.tear();
        let from = self.next.unwrap_or_default();
        self.next = self.early.iter().map(|(at, _)| *at).min_by_key(|at| at.wrapping_sub(from));
        self.catch_up(reading);
        1
    }

    /// Takes what came early as far as it fits now.
    fn catch_up(&mut self, reading: &mut Reading<'_>) {
        while let Some(next) = self.next {
            let fits = |at: u32| at == next || at.wrapping_sub(next) > HALF;
            let Some(place) = self.early.iter().position(|(at, _)| fits(*at)) else { return };
            let (at, bytes) = self.early.swap_remove(place);
            self.in_order(at, &bytes, reading);
        }
    }

    /// Takes bytes that begin at or before the next one that is wanted.
    fn in_order(&mut self, sequence: u32, bytes: &[u8], reading: &mut Reading<'_>) {
        let next = self.next.unwrap_or(sequence);
        let known = usize::try_from(next.wrapping_sub(sequence)).unwrap_or(usize::MAX);
        let Some(news) = bytes.get(known..).filter(|news| !news.is_empty()) else { return };
        self.next = Some(next.wrapping_add(u32::try_from(news.len()).unwrap_or_default()));
        self.content.push(news, reading);
    }

    /// The packets of messages that came.
    fn packets(&self, (source, target): Ends, messages: Vec<Bytes>) -> Vec<Packet> {
        let is_clear = matches!(self.content, Content::Clear(_));
        let transport = if is_clear { Transport::Tcp } else { Transport::Tls };
        let packet = |payload| Packet { transport, source, target, payload };
        messages.into_iter().map(packet).collect()
    }

    fn trouble(&self) -> Option<Trouble> {
        match &self.content {
            Content::Tls(direction, _) => direction.trouble(),
            Content::Clear(_) | Content::Closed => None,
        }
    }
}

impl Content {
    fn push(&mut self, news: &[u8], reading: &mut Reading<'_>) {
        if matches!(self, Self::Clear(Text::Unknown)) && begins_tls(news) {
            *self = Self::Tls(Box::default(), Text::Unknown);
        }
        match self {
            Self::Clear(text) => text.push(news, &mut reading.messages),
            Self::Tls(direction, text) => {
                let plain = direction.push(news, reading.session, reading.secrets);
                if !plain.is_empty() {
                    text.push(&plain, &mut reading.messages);
                }
                if direction.is_lost() {
                    *self = Self::Closed;
                }
            }
            Self::Closed => {}
        }
    }

    /// Bytes are missing before what comes next.
    fn tear(&mut self) {
        match self {
            Self::Clear(text) => *text = Text::Unknown,
            Self::Tls(direction, text) => {
                direction.tear();
                *text = Text::Unknown;
            }
            Self::Closed => {}
        }
    }

    fn is_of_no_use(&self) -> bool {
        matches!(self, Self::Closed | Self::Clear(Text::Other))
    }
}

impl Reading<'_> {
    fn take(&mut self) -> Vec<Bytes> {
        std::mem::take(&mut self.messages)
    }
}

/// The ends of a connection, whoever speaks.
fn sorted((one, other): Ends) -> Ends {
    (one.min(other), one.max(other))
}

/// Whether bytes begin as a record of TLS does (RFC 8446 section 5.1).
fn begins_tls(bytes: &[u8]) -> bool {
    matches!(bytes.get(..2), Some([0x14..=0x17, 3]))
}

/// Sequence numbers wrap: what is further ahead than this lies behind (RFC 9293 section 3.4).
const HALF: u32 = 1 << 31;
/// More segments than a window of a small machine has in flight.
const EARLY_MAX: usize = 128;
const EARLY_BYTES_MAX: usize = 256 * 1024;
/// Both directions of two thousand connections.
const STREAMS_MAX: usize = 4_096;
/// The first few show what is wrong.
const UNREAD_MAX: usize = 1_000;

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
        let packets = segments.iter().flat_map(|segment| streams.take(segment));
        packets.map(|packet| packet.payload).collect()
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
        let other = [0x17, 3, 3, 0, 5, 1, 2, 3, 4, 5];
        let mut streams = Streams::default();
        assert!(streams.take(&segment(1, &other)).is_empty());
        let unread: Vec<_> = streams.unread().into_values().collect();
        assert_eq!(unread, [Trouble::Headless]);
        assert!(follow(&[segment(1, b"GET / HTTP/1.1\r\n\r\n")]).is_empty());
    }
}
