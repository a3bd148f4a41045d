//! The picture of a call: who sent what to whom and when, a line per stream, and the metadata.

use std::collections::BTreeMap;
use std::fmt;

use super::exchange::description_of;
use super::media::Flow;
use super::recordings::{RecordingSession, recordings};
use super::sighting::{Content, Side, Sighting};
use super::speakers::Speakers;
use super::streams::StreamLine;
use super::timeline::Timeline;
use crate::sdp::Description;
use crate::sip::{Message, Method};
use crate::siprec::Announcement;
use crate::time::Instant;

/// The picture of a call.
#[derive(Clone, Debug)]
pub struct Ladder {
    /// What crossed, in the order in which it left.
    pub lines: Vec<Line>,
    /// One line for each stream of media.
    pub streams: Vec<StreamLine>,
    /// What each document of metadata of each recording session says.
    pub metadata: Vec<String>,
}

/// One line of a ladder.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Line {
    /// When it left, or else when it was seen.
    pub at: Instant,
    /// When it arrived, if it was seen both to leave and to arrive.
    pub arrived: Option<Instant>,
    /// Who sent it, or did it.
    pub from: String,
    /// To whom; nobody, for a deed.
    pub to: Option<String>,
    /// What it was.
    pub text: String,
}

impl Ladder {
    /// Draws what the timeline holds.
    pub fn of(timeline: &Timeline) -> Self {
        let speakers = Speakers::of(timeline);
        let sessions = recordings(timeline);
        // What somebody does stands before what follows from it at the same moment.
        let mut lines: Vec<_> = deeds(timeline).collect();
        lines.extend(handshakes(timeline));
        lines.extend(signalling(timeline));
        let flows = timeline.flows().iter();
        lines.extend(flows.filter_map(|flow| first_packet(timeline, &sessions, speakers, flow)));
        lines.sort_by_key(|line| line.at);
        let metadata = sessions.iter().enumerate().flat_map(metadata);
        Self { lines, streams: StreamLine::all(timeline), metadata: metadata.collect() }
    }

    /// The streams alone, a line each.
    pub fn stream_lines(&self) -> impl Iterator<Item = String> {
        let from = width(&mut self.streams.iter().map(|line| line.from.as_str()));
        let to = width(&mut self.streams.iter().map(|line| line.to.as_str()));
        self.draw_streams(from, to)
    }

    fn draw_streams(&self, from: usize, to: usize) -> impl Iterator<Item = String> {
        let each = self.streams.iter();
        each.map(move |line| format!("{:>from$} -> {:<to$}  {line}", line.from, line.to))
    }
}

fn handshakes(timeline: &Timeline) -> impl Iterator<Item = Line> {
    timeline.handshakes().iter().map(|(at, handshake)| Line {
        at: *at,
        arrived: None,
        from: timeline.cast().label(handshake.client),
        to: Some(timeline.cast().label(handshake.server)),
        text: handshake.to_string(),
    })
}

fn signalling(timeline: &Timeline) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    // For each line that left a part of ours: whether it was seen to arrive.
    let mut on_the_way: BTreeMap<(String, String), Vec<(usize, &Sighting)>> = BTreeMap::new();
    for sighting in timeline.signalling() {
        let from = timeline.cast().label(sighting.source);
        let to = timeline.cast().label(sighting.target);
        let way = on_the_way.entry((from.clone(), to.clone())).or_default();
        // Of several copies the last is the one that got there, more likely than not.
        let sent = way.iter().rposition(|(_, sent)| is_same(sent, sighting));
        match (sighting.side, sent) {
            (Side::Received, Some(place)) => {
                let (line, _) = way.remove(place);
                lines[line].arrived = Some(sighting.at);
            }
            (Side::Undeliverable, Some(place)) => {
                let (line, _) = way.remove(place);
                lines[line].text.push_str("  (undeliverable)");
            }
            (Side::Undeliverable, None) => {}
            (Side::Sent, _) => {
                way.push((lines.len(), sighting));
                lines.push(line(sighting, from, to));
            }
            (Side::Received, None) => lines.push(line(sighting, from, to)),
        }
    }
    let members = timeline.cast().members();
    // In a capture at one place nothing is seen to arrive.
    let arrives = timeline.signalling().iter().any(|it| it.side == Side::Received);
    for ((_, to), way) in on_the_way {
        let is_ours = members.iter().any(|member| member.name.as_str() == to && !member.real);
        let is_watched = is_ours && arrives;
        for (index, _) in way.into_iter().filter(|_| is_watched) {
            lines[index].text.push_str("  (lost)");
        }
    }
    lines
}

fn is_same(one: &Sighting, other: &Sighting) -> bool {
    match (&one.content, &other.content) {
        (Content::Sip(one), Content::Sip(other)) => {
            std::sync::Arc::ptr_eq(one, other) || one.to_bytes() == other.to_bytes()
        }
        (Content::Http(one), Content::Http(other)) => one.to_bytes() == other.to_bytes(),
        (Content::Stun(_, one), Content::Stun(_, other))
        | (Content::Rubbish(one, _), Content::Rubbish(other, _)) => one == other,
        _ => false,
    }
}

fn line(sighting: &Sighting, from: String, to: String) -> Line {
    let text = match &sighting.content {
        Content::Sip(message) => format!("{}{}", title(message), about_body(message)),
        Content::Http(message) => message.title(),
        Content::Stun(message, _) => message.to_string(),
        Content::Rubbish(bytes, why) => format!("rubbish, {} bytes: cannot {why}", bytes.len()),
    };
    Line { at: sighting.at, arrived: None, from, to: Some(to), text }
}

fn title(message: &Message) -> String {
    match (message.method(), message.code()) {
        (Some(Method::Invite), _) if message.to().is_ok_and(|to| to.tag().is_some()) => {
            "re-INVITE".to_owned()
        }
        (Some(method), _) => method.to_string(),
        (None, Some(code)) => {
            let method =
                message.cseq().map_or_else(|_| "?".to_owned(), |cseq| cseq.method.to_string());
            format!("{code} ({method})")
        }
        (None, None) => "?".to_owned(),
    }
}

/// The streams that a message offers or answers, and whether it brings metadata.
fn about_body(message: &Message) -> String {
    let mut text = description_of(message).map(|(_, sdp)| about_streams(&sdp)).unwrap_or_default();
    if super::metadata_of(message).is_some() {
        text.push_str("  metadata");
    }
    text
}

fn about_streams(description: &Description) -> String {
    let streams = description.media.iter().map(|medium| {
        let label =
            medium.label.as_ref().map(|label| format!(" label {label}")).unwrap_or_default();
        let direction = match medium.direction.name() {
            _ if medium.is_disabled() => " refused",
            "sendrecv" => "",
            "sendonly" => " sendonly",
            "recvonly" => " recvonly",
            _ => " inactive",
        };
        format!("{}{label}{direction}", medium.kind)
    });
    format!("  {}", streams.collect::<Vec<_>>().join(", "))
}

fn deeds(timeline: &Timeline) -> impl Iterator<Item = Line> + '_ {
    timeline.deeds().iter().map(|deed| {
        let text = match &deed.what {
            super::What::Act(text) => text.clone(),
            super::What::Recording { number, mode } => format!("records {number}: {mode}"),
        };
        Line { at: deed.at, arrived: None, from: deed.who.to_string(), to: None, text }
    })
}

/// The first packet of a stream; one to a recorder is told by its label.
fn first_packet(
    timeline: &Timeline,
    sessions: &[RecordingSession<'_>],
    speakers: &Speakers,
    flow: &Flow,
) -> Option<Line> {
    let first = flow.nearest_to_sender().first()?;
    let arrived = flow.received.iter().find(|packet| {
        !flow.sent.is_empty() && (packet.ssrc, packet.sequence) == (first.ssrc, first.sequence)
    });
    let is_this = |known: &&Flow| (known.source, known.target) == (flow.source, flow.target);
    let mut streams = sessions.iter().flat_map(|session| &session.streams);
    let stream = streams.find(|stream| stream.flows.iter().any(is_this));
    let label = stream.and_then(|stream| stream.label.as_deref());
    let label = label.map(|label| format!("label {label}"));
    let heard = Some(speakers.heard_in(flow).trim().to_owned()).filter(|heard| !heard.is_empty());
    let what: Vec<_> = label.into_iter().chain(heard).collect();
    Some(Line {
        at: first.at,
        arrived: arrived.map(|packet| packet.at),
        from: timeline.cast().label(flow.source),
        to: Some(timeline.cast().label(flow.target)),
        text: format!("RTP  {}", what.join(", ")),
    })
}

/// `recording session 1 at 2042.093 ms, complete: label 1 <- Alice <sip:+12025550101@…>`
fn metadata((number, session): (usize, &RecordingSession<'_>)) -> Vec<String> {
    let title = format!("recording session {}", number + 1);
    let mut lines = Vec::new();
    for (at, document) in &session.documents {
        lines.push(format!("{title} at {at} ms, {}", document.mode.word()));
        for stream in &document.streams {
            let label = stream.label.as_deref().unwrap_or("none");
            let senders = document.senders(&stream.id);
            let names = senders.iter().filter_map(|sender| sender.names.first());
            let names: Vec<_> = names.map(|name| name.aor.as_str()).collect();
            let names = if names.is_empty() { "nobody".to_owned() } else { names.join(", ") };
            lines.push(format!("  label {label}: {names}"));
        }
    }
    lines.extend(told(session, &title));
    for (at, why) in &session.unreadable {
        lines.push(format!("{title} at {at} ms, unreadable: cannot {why}"));
    }
    lines
}

/// `recording session 1 was told at 5042.093 ms: start (announcement, 3000 ms) heard by sip:…`
fn told(session: &RecordingSession<'_>, title: &str) -> Vec<String> {
    let mut known: Vec<Announcement> = Vec::new();
    let mut lines = Vec::new();
    for (at, document) in &session.documents {
        for it in document.announcements() {
            if known.contains(&it) {
                continue;
            }
            let (kind, method, span) = (it.kind.word(), it.method.word(), it.duration_ms);
            let heard = it.heard_by.join(", ");
            lines.push(format!("{title} was told at {at} ms: {kind} ({method}, {span} ms)"));
            lines.push(format!("  from {}, heard by {heard}", it.started_at));
            known.push(it);
        }
    }
    lines
}

impl Line {
    /// The line with its names in columns so wide.
    fn draw(&self, from_width: usize, to_width: usize) -> String {
        let at = self.at.to_string();
        let arrived = self.arrived.map(|at| at.to_string()).unwrap_or_default();
        let way = match &self.to {
            Some(to) => format!("{:>from_width$} -> {to:<to_width$}", self.from),
            None => format!("{:>from_width$}    {:to_width$}", self.from, ""),
        };
        format!("{at:>12} {arrived:>12}  {way}  {}", self.text).trim_end().to_owned()
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.draw(8, 8))
    }
}

/// The longest of some names.
fn width(names: &mut dyn Iterator<Item = &str>) -> usize {
    names.map(|name| name.chars().count()).max().unwrap_or_default()
}

impl fmt::Display for Ladder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = width(&mut self.lines.iter().map(|line| line.from.as_str()));
        let to = width(&mut self.lines.iter().filter_map(|line| line.to.as_deref()));
        writeln!(f, "{:>12} {:>12}  times in ms", "left", "arrived")?;
        for line in &self.lines {
            writeln!(f, "{}", line.draw(from, to))?;
        }
        if !self.streams.is_empty() {
            writeln!(f)?;
        }
        for line in self.draw_streams(from, to) {
            writeln!(f, "{line}")?;
        }
        if !self.metadata.is_empty() {
            writeln!(f)?;
        }
        for line in &self.metadata {
            writeln!(f, "{line}")?;
        }
        Ok(())
    }
}
