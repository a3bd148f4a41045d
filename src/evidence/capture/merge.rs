//! From one or several captures of the same calls to one timeline.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Read};
use std::sync::Arc;

use super::chapters::{Chapters, Source};
use super::clock::{Clock, Stamps, seconds};
use super::survey::Survey;
use super::tls::Secrets;
use super::unread::Unread;
use super::{Counts, Kind, Reader, Seen, Unreadable};
use crate::evidence::Timeline;
use crate::time::Epoch;

/// A capture that somebody named.
#[expect(missing_debug_implementations, reason = "it opens a file")]
pub struct Told<'a> {
    /// What it is called in messages.
    pub name: String,
    /// Opens it, from the beginning; it is read twice, or three times.
    pub open: &'a dyn Fn() -> io::Result<Box<dyn Read>>,
    /// What has to be added to its times, in nanoseconds, if that is known.
    pub offset: Option<i64>,
}

/// What captures hold.
#[derive(Debug)]
pub struct Captured {
    /// Who did what when: all of it, or of a long capture the beginning.
    pub timeline: Timeline,
    /// What is to be known beside it, as whole sentences.
    pub notes: Vec<String>,
    /// Why there is nothing to judge, if there is not.
    pub nothing: Option<String>,
    /// Whether only one side of some conversation was captured.
    pub one_way: bool,
    rest: Option<Chapters>,
}

impl Captured {
    /// What was read back of a timeline.
    pub(in crate::evidence) fn of(timeline: Timeline) -> Self {
        Self { timeline, notes: Vec::new(), nothing: None, one_way: false, rest: None }
    }

    /// The timeline that goes on where the last one ended, when nobody was in a call; nothing at
    /// the end. Fails with the number of the capture that cannot be read any more.
    pub fn next_timeline(&mut self) -> Result<Option<Timeline>, (usize, Unreadable)> {
        self.rest.as_mut().map_or(Ok(None), Chapters::next)
    }
}

/// Reads captures of the same calls; fails with the number of the one that cannot be read.
///
/// A packet that is in several of them counts once: as sent where it was first seen, and as
/// received where it was seen next. What is within TLS is read with `secrets`, and with those that
/// the captures bring.
pub fn capture(files: &[Told<'_>], secrets: Secrets) -> Result<Captured, (usize, Unreadable)> {
    let mut secrets = Arc::new(secrets);
    let known = secrets.len();
    let (mut survey, mut looks) = look_at_all(files, &mut secrets)?;
    if secrets.len() > known && looks.iter().any(|look| look.unread.is_locked()) {
        // Some stand after what they open, or in another capture.
        (survey, looks) = look_at_all(files, &mut secrets)?;
    }
    let mut notes = Vec::new();
    for (told, look) in files.iter().zip(&looks) {
        notes.extend(look.notes.iter().map(|note| format!("{}: {note}", told.name)));
    }
    let offsets = offsets(files, &looks, &mut notes);
    notes.extend(survey.notes());
    let unread = Unread::of_all(looks.iter().map(|look| &look.unread));
    notes.extend(unread.notes(&secrets));
    let nothing = nothing(&survey, &looks, &unread, &secrets);
    let first = looks.iter().zip(&offsets).filter_map(|(look, offset)| Some(look.first? + offset));
    let epoch = first.min().unwrap_or_default();
    let one_way = survey.is_one_way();
    let concerns = unread.concerns(|ip| survey.speaks(ip));
    let mut sources = Vec::new();
    for (place, (told, offset)) in files.iter().zip(&offsets).enumerate() {
        let source = Source::open(told, *offset, Arc::clone(&secrets));
        sources.push(source.map_err(|why| (place, why))?);
    }
    let mut chapters = Chapters::new(sources, epoch, survey);
    if concerns {
        chapters.torn = Some("TLS connections in the capture cannot be read");
    } else if !looks.iter().all(|look| look.whole) {
        chapters.torn = Some("messages, or parts of them, are missing in the capture");
    }
    let timeline = chapters.next()?.unwrap_or_else(|| Timeline::new(Epoch::from_unix_nanos(epoch)));
    let twice = chapters.twice;
    if twice > 0 {
        notes.push(format!("{twice} packets were captured twice by one capture, and count once"));
    }
    Ok(Captured { timeline, notes, nothing, one_way, rest: Some(chapters) })
}

/// What a first look at one capture showed.
struct Look {
    stamps: Stamps,
    notes: Vec<String>,
    first: Option<i64>,
    whole: bool,
    counts: Counts,
    packets: u64,
    unread: Unread,
}

/// Looks at captures for the first time, and learns the secrets in them.
fn look_at_all(
    files: &[Told<'_>],
    secrets: &mut Arc<Secrets>,
) -> Result<(Survey, Vec<Look>), (usize, Unreadable)> {
    let (mut survey, mut looks) = (Survey::default(), Vec::new());
    for (place, told) in files.iter().enumerate() {
        let look = look(told, &mut survey, files.len() > 1, secrets);
        looks.push(look.map_err(|why| (place, why))?);
    }
    Ok((survey, looks))
}

fn look(
    told: &Told<'_>,
    survey: &mut Survey,
    several: bool,
    secrets: &mut Arc<Secrets>,
) -> Result<Look, Unreadable> {
    let mut reader = Reader::open((told.open)()?, Arc::clone(secrets))?;
    let (mut clock, mut stamps, mut first) = (Clock::default(), Stamps::default(), None);
    while let Some(seen) = reader.next()? {
        let at = clock.tell(seen.nanos, &seen.packet);
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
    notes.extend(clock.notes());
    *secrets = Arc::clone(&reader.streams.secrets);
    Ok(Look {
        stamps,
        notes,
        first,
        whole: reader.is_whole(),
        counts: reader.counts,
        packets: reader.file.packets(),
        unread: Unread::new(reader.streams.unread()),
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
fn nothing(survey: &Survey, looks: &[Look], unread: &Unread, secrets: &Secrets) -> Option<String> {
    if survey.messages > 0 {
        let what = "there is SIP in it, and the beginning of no call: start to capture before the \
                    call is dialled";
        return (!survey.has_calls()).then(|| what.to_owned());
    }
    let sum = |of: fn(&Look) -> u64| looks.iter().map(of).sum::<u64>();
    let (packets, udp, tcp) =
        (sum(|it| it.packets), sum(|it| it.counts.udp), sum(|it| it.counts.tcp));
    let closed = unread.notes(secrets).join("; ");
    let why = if !closed.is_empty() {
        format!("; {closed}")
    } else if packets == 0 {
        String::new()
    } else {
        "; capture on the machine of the platform, with the ports of SIP in the filter".to_owned()
    };
    Some(format!("there is no SIP in it: {packets} packets, {udp} of UDP and {tcp} of TCP{why}"))
}

/// A number by which the same packet is known in another capture.
pub(super) fn number(seen: &Seen) -> u64 {
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
