//! From one or several captures of the same calls to one timeline.

use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Read};
use std::time::Duration;

use super::clock::{Clock, Stamps, seconds};
use super::survey::Survey;
use super::{Counts, Kind, Reader, Seen, Unreadable};
use crate::evidence::Timeline;
use crate::time::{Epoch, Instant};

/// A capture that somebody named.
#[expect(missing_debug_implementations, reason = "it opens a file")]
pub struct Told<'a> {
    /// What it is called in messages.
    pub name: String,
    /// Opens it, from the beginning; it is read twice.
    pub open: &'a dyn Fn() -> io::Result<Box<dyn Read>>,
    /// What has to be added to its times, in nanoseconds, if that is known.
    pub offset: Option<i64>,
}

/// What captures hold.
#[derive(Debug)]
pub struct Captured {
    /// Who did what when.
    pub timeline: Timeline,
    /// What is to be known beside it, as whole sentences.
    pub notes: Vec<String>,
    /// Why there is nothing to judge, if there is not.
    pub nothing: Option<String>,
    /// Whether only one side of some conversation was captured.
    pub one_way: bool,
}

/// Reads captures of the same calls; fails with the number of the one that cannot be read.
///
/// A packet that is in several of them counts once: as sent where it was first seen, and as
/// received where it was seen next.
pub fn capture(files: &[Told<'_>]) -> Result<Captured, (usize, Unreadable)> {
    let mut survey = Survey::default();
    let mut looks = Vec::new();
    for (place, told) in files.iter().enumerate() {
        let look = look(told, &mut survey, files.len() > 1).map_err(|why| (place, why))?;
        looks.push(look);
    }
    let mut notes = Vec::new();
    for (told, look) in files.iter().zip(&looks) {
        notes.extend(look.notes.iter().map(|note| format!("{}: {note}", told.name)));
    }
    let offsets = offsets(files, &looks, &mut notes);
    notes.extend(survey.notes());
    let nothing = nothing(&survey, &looks);
    let first = looks.iter().zip(&offsets).filter_map(|(look, offset)| Some(look.first? + offset));
    let epoch = first.min().unwrap_or_default();
    let mut timeline = Timeline::new(Epoch::from_unix_nanos(epoch));
    *timeline.cast_mut() = survey.cast();
    if !looks.iter().all(|look| look.whole) {
        timeline.tear("messages, or parts of them, are missing in the capture");
    }
    let mut twice = 0;
    fill(&mut timeline, files, &offsets, epoch, &survey, &mut twice)?;
    if twice > 0 {
        notes.push(format!("{twice} packets were captured twice by one capture, and count once"));
    }
    Ok(Captured { timeline, notes, nothing, one_way: survey.is_one_way() })
}

/// What a first look at one capture showed.
struct Look {
    stamps: Stamps,
    notes: Vec<String>,
    first: Option<i64>,
    whole: bool,
    counts: Counts,
    packets: u64,
    encrypted: bool,
}

fn look(told: &Told<'_>, survey: &mut Survey, several: bool) -> Result<Look, Unreadable> {
    let mut reader = Reader::open((told.open)()?)?;
    let (mut clock, mut stamps, mut first) = (Clock::default(), Stamps::default(), None);
    while let Some(seen) = reader.next()? {
        let at = clock.tell(seen.nanos);
        first.get_or_insert(at);
        match seen.what {
            Kind::Sip => {
                survey.message(&seen.packet);
                if several {
                    stamps.add(number(&seen), way(&seen), at);
                }
            }
            Kind::Datagram => survey.datagram(&seen.packet),
        }
    }
    let mut notes = reader.notes();
    notes.extend(clock.note());
    Ok(Look {
        stamps,
        notes,
        first,
        whole: reader.is_whole(),
        counts: reader.counts,
        packets: reader.file.packets(),
        encrypted: reader.streams.encrypted > 0,
    })
}

/// What has to be added to the times of each capture: what was told, or what those before it
/// show.
fn offsets(files: &[Told<'_>], looks: &[Look], notes: &mut Vec<String>) -> Vec<i64> {
    let mut offsets: Vec<i64> = Vec::new();
    for (place, (told, look)) in files.iter().zip(looks).enumerate() {
        let before = looks.iter().zip(&offsets).take(place);
        let mut known = before.filter_map(|(other, offset)| {
            Some(other.stamps.offset_of(&look.stamps)?.saturating_add(*offset))
        });
        let estimated = known.next();
        let offset = match (place, told.offset, estimated) {
            (_, Some(told), _) => told,
            (0, None, _) => 0,
            (_, None, Some(offset)) => {
                notes.push(format!(
                    "{}: its clock is taken to be {} s behind that of {}, by the messages that \
                     are in both",
                    told.name,
                    seconds(offset),
                    files[0].name
                ));
                offset
            }
            (_, None, None) => {
                notes.push(format!(
                    "{}: it has no message in common with the others: its clock is taken to be \
                     right; tell how far it is behind with --offset",
                    told.name
                ));
                0
            }
        };
        offsets.push(offset);
    }
    offsets
}

/// Why there is nothing to judge.
fn nothing(survey: &Survey, looks: &[Look]) -> Option<String> {
    if survey.messages > 0 {
        let what = "there is SIP in it, and the beginning of no call: start to capture before the \
                    call is dialled";
        return (!survey.has_calls()).then(|| what.to_owned());
    }
    let sum = |of: fn(&Look) -> u64| looks.iter().map(of).sum::<u64>();
    let (packets, udp, tcp) =
        (sum(|it| it.packets), sum(|it| it.counts.udp), sum(|it| it.counts.tcp));
    let why = if looks.iter().any(|look| look.encrypted) {
        "; what is in TLS is not read: capture where TLS ends, or let us play a part with \
         `tallylight serve --pcap`"
    } else if packets == 0 {
        ""
    } else {
        "; capture on the machine of the platform, with the ports of SIP in the filter"
    };
    Some(format!("there is no SIP in it: {packets} packets, {udp} of UDP and {tcp} of TCP{why}"))
}

/// One capture on its way into the timeline.
struct Source {
    reader: Reader<Box<dyn Read>>,
    clock: Clock,
    offset: i64,
    next: Option<(i64, Seen)>,
}

impl Source {
    fn advance(&mut self) -> Result<(), Unreadable> {
        let next = self.reader.next()?;
        self.next =
            next.map(|seen| (self.clock.tell(seen.nanos).saturating_add(self.offset), seen));
        Ok(())
    }
}

fn fill(
    timeline: &mut Timeline,
    files: &[Told<'_>],
    offsets: &[i64],
    epoch: i64,
    survey: &Survey,
    twice: &mut u64,
) -> Result<(), (usize, Unreadable)> {
    let mut sources = Vec::new();
    for (place, (told, offset)) in files.iter().zip(offsets).enumerate() {
        let open = || {
            let reader = Reader::open((told.open)()?)?;
            let mut source =
                Source { reader, clock: Clock::default(), offset: *offset, next: None };
            source.advance()?;
            Ok(source)
        };
        sources.push(open().map_err(|why| (place, why))?);
    }
    let mut lately = Lately::default();
    loop {
        let times = sources.iter().enumerate();
        let first = times.filter_map(|(place, it)| Some((it.next.as_ref()?.0, place))).min();
        let Some((_, place)) = first else { return Ok(()) };
        let source = &mut sources[place];
        let Some((nanos, seen)) = source.next.take() else { return Ok(()) };
        source.advance().map_err(|why| (place, why))?;
        if seen.what == Kind::Datagram && !survey.is_media(&seen.packet) {
            continue;
        }
        let at =
            Instant::from_nanos(u64::try_from(nanos.saturating_sub(epoch)).unwrap_or_default());
        match lately.meet(number(&seen), seen.id, place, at) {
            Meeting::First => timeline.sent(at, &seen.packet),
            Meeting::Elsewhere => timeline.received(at, &seen.packet),
            Meeting::Again => *twice += 1,
        }
    }
}

/// The packets of the last moments, by which the same ones are known in other captures.
#[derive(Debug, Default)]
struct Lately {
    places: BTreeMap<u64, VecDeque<Place>>,
    order: VecDeque<(Instant, u64)>,
}

/// Where a packet was seen, and whether it was seen in another capture since.
#[derive(Clone, Copy, Debug)]
struct Place {
    capture: usize,
    at: Instant,
    id: Option<u32>,
    /// The capture that saw it arrive.
    arrived: Option<usize>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Meeting {
    /// It was not seen before, or is a copy of its own.
    First,
    /// It was seen in another capture.
    Elsewhere,
    /// It was just seen in this capture, which has everything twice (the device `any` on
    /// loopback, a mirrored port), or in a third.
    Again,
}

impl Lately {
    fn meet(&mut self, number: u64, id: Option<u32>, capture: usize, at: Instant) -> Meeting {
        while let Some((seen, old)) = self.order.front().copied()
            && (at - seen > WINDOW || self.order.len() > LATELY_MAX)
        {
            self.order.pop_front();
            if let Some(places) = self.places.get_mut(&old) {
                places.pop_front();
                if places.is_empty() {
                    self.places.remove(&old);
                }
            }
        }
        let places = self.places.entry(number).or_default();
        for place in places.iter_mut() {
            let is_here = place.capture == capture || place.arrived == Some(capture);
            let is_same = id.is_some() && place.id == id;
            if is_here && is_same && at - place.at <= TWICE {
                return Meeting::Again;
            }
            if !is_here {
                return match place.arrived.replace(capture) {
                    None => Meeting::Elsewhere,
                    // A third capture, between the two.
                    Some(_) => Meeting::Again,
                };
            }
        }
        places.push_back(Place { capture, at, id, arrived: None });
        self.order.push_back((at, number));
        Meeting::First
    }
}

/// A number by which the same packet is known in another capture.
fn number(seen: &Seen) -> u64 {
    let mut hasher = DefaultHasher::new();
    (seen.packet.source, seen.packet.target, &seen.packet.payload).hash(&mut hasher);
    hasher.finish()
}

/// A number for the machines between which a packet went, and for the direction.
fn way(seen: &Seen) -> u64 {
    let mut hasher = DefaultHasher::new();
    (seen.packet.source.ip(), seen.packet.target.ip()).hash(&mut hasher);
    hasher.finish()
}

/// Longer than any network delays a packet, shorter than the second copy of a request that was
/// answered by nobody is late (RFC 3261 section 17.1.1.2).
const WINDOW: Duration = Duration::from_millis(450);
/// A copy is captured within microseconds; nobody sends one so soon.
const TWICE: Duration = Duration::from_micros(500);
/// Ten gigabits of media.
const LATELY_MAX: usize = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_sent_in_one_capture_and_received_in_another_and_nothing_in_a_third() {
        let mut lately = Lately::default();
        let at = Instant::from_millis;
        assert_eq!(lately.meet(7, Some(9), 0, at(0)), Meeting::First);
        assert_eq!(lately.meet(7, Some(9), 0, at(0)), Meeting::Again);
        assert_eq!(lately.meet(7, Some(9), 1, at(20)), Meeting::Elsewhere);
        assert_eq!(lately.meet(7, Some(9), 2, at(21)), Meeting::Again);
        // A copy of its own: it has no number, or another one.
        assert_eq!(lately.meet(8, None, 0, at(22)), Meeting::First);
        assert_eq!(lately.meet(8, None, 0, at(22)), Meeting::First);
        // Sent again, and again received.
        assert_eq!(lately.meet(7, Some(9), 0, at(500)), Meeting::First);
        assert_eq!(lately.meet(7, Some(9), 1, at(520)), Meeting::Elsewhere);
    }
}
