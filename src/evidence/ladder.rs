//! The picture of a call: who sent what to whom and when, a line per stream, and the metadata.

use std::collections::BTreeMap;
use std::fmt;

use super::exchange::description_of;
use super::media::Flow;
use super::recordings::recordings;
use super::sighting::{Content, Side, Sighting};
use super::speakers::Speakers;
use super::timeline::Timeline;
use crate::sdp::Description;
use crate::sip::{Message, Method};
use crate::time::Instant;

/// The picture of a call.
#[derive(Clone, Debug)]
pub struct Ladder {
    /// What crossed, in the order in which it left.
    pub lines: Vec<Line>,
    /// One line for each stream of media.
    pub streams: Vec<String>,
    /// What the metadata of each recording session amounts to.
    pub metadata: Vec<String>,
}

/// One line of a ladder.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Line {
    /// When it left, or else when it was seen.
    pub at: Instant,
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
        let mut lines = signalling(timeline);
        lines.extend(deeds(timeline));
        lines.extend(timeline.flows().iter().filter_map(|flow| first_packet(timeline, &speakers, flow)));
        lines.sort_by_key(|line| line.at);
        let streams = timeline.flows().iter().filter_map(|flow| stream(timeline, &speakers, flow));
        Self { lines, streams: streams.collect(), metadata: metadata(timeline) }
    }
}

fn signalling(timeline: &Timeline) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    // For each line that left a part of ours: whether it was seen to arrive.
    let mut on_the_way: BTreeMap<(String, String), Vec<(usize, &Sighting)>> = BTreeMap::new();
    for sighting in timeline.signalling() {
        let from = timeline.cast().label(sighting.source);
        let to = timeline.cast().label(sighting.target);
        let way = on_the_way.entry((from.clone(), to.clone())).or_default();
        let sent = way.iter().position(|(_, sent)| is_same(sent, sighting));
        match (sighting.side, sent) {
            (Side::Received, Some(place)) => {
                way.remove(place);
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
    for ((_, to), way) in on_the_way {
        let is_watched = members.iter().any(|member| member.name.as_str() == to && !member.real);
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
        (Content::Rubbish(one, _), Content::Rubbish(other, _)) => one == other,
        _ => false,
    }
}

fn line(sighting: &Sighting, from: String, to: String) -> Line {
    let text = match &sighting.content {
        Content::Sip(message) => format!("{}{}", title(message), about_body(message)),
        Content::Rubbish(bytes, why) => format!("rubbish, {} bytes: cannot {why}", bytes.len()),
    };
    Line { at: sighting.at, from, to: Some(to), text }
}

fn title(message: &Message) -> String {
    match (message.method(), message.code()) {
        (Some(Method::Invite), _) if message.to().is_ok_and(|to| to.tag().is_some()) => "re-INVITE".to_owned(),
        (Some(method), _) => method.to_string(),
        (None, Some(code)) => {
            let method = message.cseq().map_or_else(|_| "?".to_owned(), |cseq| cseq.method.to_string());
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
        let label = medium.label.as_ref().map(|label| format!(" label {label}")).unwrap_or_default();
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
        Line { at: deed.at, from: deed.who.to_string(), to: None, text }
    })
}

fn first_packet(timeline: &Timeline, speakers: &Speakers, flow: &Flow) -> Option<Line> {
    let first = flow.nearest_to_sender().first()?;
    let from = timeline.cast().label(flow.source);
    let to = timeline.cast().label(flow.target);
    let text = format!("RTP{}", speakers.heard_in(flow));
    Some(Line { at: first.at, from, to: Some(to), text })
}

/// `platform -> recorder  Alice  502 packets  1023.000 to 11043.000 ms  2 gaps of 60 ms in all`
fn stream(timeline: &Timeline, speakers: &Speakers, flow: &Flow) -> Option<String> {
    let packets = flow.nearest_to_receiver();
    let (first, last) = (packets.first()?, packets.last()?);
    let mut text = format!(
        "{:>8} -> {:<8} {:<10} {:>6} packets  {:>12} to {:>12} ms",
        timeline.cast().label(flow.source),
        timeline.cast().label(flow.target),
        speakers.heard_in(flow).trim(),
        packets.len(),
        first.at.to_string(),
        last.at.to_string(),
    );
    if !flow.sent.is_empty() && timeline.cast().at(flow.target).is_some_and(|member| !member.real) {
        let lost = flow.sent.len().saturating_sub(flow.received.len());
        if lost > 0 {
            text.push_str(&format!("  {lost} lost"));
        }
    }
    Some(text)
}

fn metadata(timeline: &Timeline) -> Vec<String> {
    let mut lines = Vec::new();
    for (number, session) in recordings(timeline).iter().enumerate() {
        let documents = session.documents.len();
        lines.push(format!("recording session {}: {documents} document(s)", number + 1));
        for stream in &session.streams {
            let label = stream.label.as_deref().unwrap_or("none");
            let speaker = stream.speaker.as_deref().unwrap_or("nobody");
            lines.push(format!("  label {label}: {speaker}"));
        }
        for (at, why) in &session.unreadable {
            lines.push(format!("  unreadable at {at} ms: cannot {why}"));
        }
    }
    lines
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at.to_string();
        match &self.to {
            Some(to) => write!(f, "{at:>12} ms  {:>8} -> {to:<8}  {}", self.from, self.text),
            None => write!(f, "{at:>12} ms  {:>8}              {}", self.from, self.text),
        }
    }
}

impl fmt::Display for Ladder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            writeln!(f, "{}", line.to_string().trim_end())?;
        }
        for part in [&self.streams, &self.metadata].into_iter().filter(|part| !part.is_empty()) {
            writeln!(f)?;
            for line in part {
                writeln!(f, "{}", line.trim_end())?;
            }
        }
        Ok(())
    }
}
