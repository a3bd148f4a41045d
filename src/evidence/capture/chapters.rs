//! A long capture as one timeline after another, so that no more than one of them is in memory.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use super::clock::Clock;
use super::lately::{Lately, Meeting};
use super::merge::{Told, number};
use super::survey::Survey;
use super::tls::Secrets;
use super::{Kind, Reader, Seen, Unreadable};
use crate::evidence::Timeline;
use crate::evidence::cast::Cast;
use crate::sip::{Message, Method};
use crate::time::{Epoch, Instant};

/// One capture on its way into the timeline.
pub(super) struct Source {
    reader: Reader<Box<dyn Read>>,
    clock: Clock,
    offset: i64,
    next: Option<(i64, Seen)>,
}

impl Source {
    pub(super) fn open(
        told: &Told<'_>,
        offset: i64,
        secrets: Arc<Secrets>,
    ) -> Result<Self, Unreadable> {
        let reader = Reader::open((told.open)()?, secrets)?;
        let mut source = Self { reader, clock: Clock::default(), offset, next: None };
        source.advance()?;
        Ok(source)
    }

    fn advance(&mut self) -> Result<(), Unreadable> {
        let next = self.reader.next()?;
        self.next = next.map(|seen| {
            let at = self.clock.tell(seen.nanos, &seen.packet);
            (at.saturating_add(self.offset), seen)
        });
        Ok(())
    }
}

/// What is still to be read of captures.
pub(super) struct Chapters {
    pub(super) sources: Vec<Source>,
    /// Nanoseconds since 1970 of the first packet.
    pub(super) epoch: i64,
    pub(super) survey: Survey,
    pub(super) cast: Cast,
    /// What is missing in the captures.
    pub(super) torn: Option<&'static str>,
    lately: Lately,
    open: OpenCalls,
    /// How many packets one capture had twice.
    pub(super) twice: u64,
}

impl Chapters {
    pub(super) fn new(sources: Vec<Source>, epoch: i64, survey: Survey) -> Self {
        let (lately, open, cast) = (Lately::default(), OpenCalls::default(), survey.cast());
        Self { sources, epoch, survey, cast, torn: None, lately, open, twice: 0 }
    }

    /// The next timeline: all of the captures, or so much of them that at its end nobody is in a
    /// call; nothing at the end.
    pub(super) fn next(&mut self) -> Result<Option<Timeline>, (usize, Unreadable)> {
        if self.sources.iter().all(|source| source.next.is_none()) {
            return Ok(None);
        }
        let mut timeline = Timeline::new(Epoch::from_unix_nanos(self.epoch));
        *timeline.cast_mut() = self.cast.clone();
        if let Some(why) = self.torn {
            timeline.tear(why);
        }
        let (mut packets, mut bytes) = (0, 0);
        loop {
            let times = self.sources.iter().enumerate();
            let first = times.filter_map(|(place, it)| Some((it.next.as_ref()?.0, place))).min();
            let Some((nanos, place)) = first else { return Ok(Some(timeline)) };
            let at = u64::try_from(nanos.saturating_sub(self.epoch)).unwrap_or_default();
            let at = Instant::from_nanos(at);
            if packets >= PACKETS_MIN && self.open.is_quiet(at) {
                return Ok(Some(timeline));
            }
            let source = &mut self.sources[place];
            let Some((_, seen)) = source.next.take() else { return Ok(Some(timeline)) };
            source.advance().map_err(|why| (place, why))?;
            if seen.what == Kind::Sip {
                self.open.heed(at, &seen);
                bytes += seen.packet.payload.len();
            } else if self.survey.is_media(&seen.packet) {
                self.open.last = at;
            } else {
                continue;
            }
            packets += 1;
            if packets > PACKETS_MAX || bytes > BYTES_MAX {
                timeline.count_dropped(1);
                continue;
            }
            match self.lately.meet(number(&seen), seen.id, place, at) {
                Meeting::First => timeline.sent(at, &seen.packet),
                Meeting::Elsewhere => timeline.received(at, &seen.packet),
                Meeting::Again => self.twice += 1,
            }
        }
    }
}

impl fmt::Debug for Chapters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chapters").field("twice", &self.twice).finish_non_exhaustive()
    }
}

/// The calls that somebody is in, by their Call-IDs.
#[derive(Debug, Default)]
struct OpenCalls {
    /// When something was last said in each.
    open: BTreeMap<String, Instant>,
    /// When anything was last said in or about any call.
    last: Instant,
}

impl OpenCalls {
    /// Takes note of what a message makes of its call.
    fn heed(&mut self, at: Instant, seen: &Seen) {
        let Ok(message) = Message::parse(&seen.packet.payload) else { return };
        let (Ok(call_id), Ok(cseq)) = (message.call_id(), message.cseq()) else { return };
        let is_of_a_call = matches!(cseq.method, Method::Invite | Method::Bye | Method::Cancel);
        if is_of_a_call {
            self.last = at;
        }
        let begins = message.method() == Some(&Method::Invite)
            && message.to().is_ok_and(|to| to.tag().is_none());
        // A re-INVITE that is refused takes no call with it; then BYE, or an hour, ends it.
        let is_refused = cseq.method == Method::Invite
            && message.code().is_some_and(|code| code >= 300 && code != 491 && code != 488);
        if message.method() == Some(&Method::Bye) || is_refused {
            self.open.remove(call_id);
        } else if begins && self.open.len() < OPEN_MAX {
            self.open.insert(call_id.to_owned(), at);
        } else if let Some(last) = self.open.get_mut(call_id) {
            *last = at;
        }
    }

    /// Whether nobody is in a call, and what comes late has had its time.
    fn is_quiet(&mut self, at: Instant) -> bool {
        if at - self.last < AFTERWARDS {
            return false;
        }
        self.open.retain(|_, last| at - *last < FORGOTTEN);
        self.open.is_empty()
    }
}

/// A quarter of an hour of one recorded call; a shorter timeline is never divided.
const PACKETS_MIN: u64 = 150_000;
/// Half a gigabyte.
const PACKETS_MAX: u64 = 12_000_000;
/// Of signalling, which takes three times as much when it is read.
const BYTES_MAX: usize = 256 << 20;
/// More than a platform serves at once.
const OPEN_MAX: usize = 50_000;
/// A recording may outlive its call for a while, as may media.
const AFTERWARDS: Duration = Duration::from_secs(8);
/// A call whose end was not captured: session timers are half as long (RFC 4028 section 4.2).
const FORGOTTEN: Duration = Duration::from_hours(1);
