//! The timeline for machines: a line of JSON for each thing that was seen or done.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::deed::What;
use super::media::{RtpSeen, Sound};
use super::sighting::{Content, Side};
use super::timeline::Timeline;
use crate::packet::{Handshake, Shown};
use crate::time::Instant;

/// Writes everything that a timeline holds, oldest first: who takes part, then `sip`, `http`, `stun`,
/// `rubbish`, `tls`, `rtp`, `rtcp` and `deed`. Moments are nanoseconds from the start of the run.
pub fn write_lines(timeline: &Timeline, out: &mut dyn Write) -> io::Result<()> {
    let mut say = |line: Value| writeln!(out, "{line}");
    let started = timeline.epoch().rfc3339(Instant::START);
    let epoch = timeline.epoch().unix_nanos(Instant::START);
    let dropped = timeline.dropped();
    say(json!({ "kind": "run", "started": started, "epoch": epoch, "dropped": dropped }))?;
    for (place, member) in timeline.cast().members().iter().enumerate() {
        say(json!({
            "kind": "member", "name": member.name.as_str(), "role": format!("{:?}", member.kind),
            "number": member.number, "real": member.real, "at": timeline.cast().homes(place),
        }))?;
    }
    let mut seen = index(timeline);
    seen.sort_by_key(|(at, _)| *at);
    seen.into_iter().try_for_each(|(at, what)| say(line(timeline, at, what)))
}

/// Where something stands in a timeline.
#[derive(Clone, Copy)]
enum Place<'a> {
    Deed(usize),
    Signalling(usize),
    Report(usize),
    Handshake(&'a Handshake),
    Rtp(usize, Side, &'a RtpSeen),
}

fn index(timeline: &Timeline) -> Vec<(Instant, Place<'_>)> {
    let mut seen = Vec::new();
    let deeds = timeline.deeds().iter().enumerate();
    seen.extend(deeds.map(|(place, deed)| (deed.at, Place::Deed(place))));
    let messages = timeline.signalling().iter().enumerate();
    seen.extend(messages.map(|(place, sighting)| (sighting.at, Place::Signalling(place))));
    let reports = timeline.reports().iter().enumerate();
    seen.extend(reports.map(|(place, report)| (report.at, Place::Report(place))));
    let handshakes = timeline.handshakes().iter();
    seen.extend(handshakes.map(|(at, handshake)| (*at, Place::Handshake(handshake))));
    for (place, flow) in timeline.flows().iter().enumerate() {
        let sides = [(Side::Sent, &flow.sent), (Side::Received, &flow.received)];
        for (side, packets) in sides {
            seen.extend(packets.iter().map(|packet| (packet.at, Place::Rtp(place, side, packet))));
        }
    }
    seen
}

fn line(timeline: &Timeline, at: Instant, place: Place<'_>) -> Value {
    let at = at.as_nanos();
    match place {
        Place::Deed(place) => {
            let deed = &timeline.deeds()[place];
            let (what, recording) = match &deed.what {
                What::Act(text) => (text.clone(), None),
                What::Recording { number, mode } => {
                    (format!("records {number}: {mode}"), Some((number, mode)))
                }
            };
            json!({
                "kind": "deed", "at": at, "who": deed.who.as_str(), "what": what,
                "recording": recording,
            })
        }
        Place::Signalling(place) => {
            let seen = &timeline.signalling()[place];
            let (kind, text, why) = match &seen.content {
                Content::Sip(message) => ("sip", message.to_bytes(), None),
                Content::Http(message) => ("http", message.to_bytes(), None),
                Content::Stun(_, bytes) => ("stun", bytes.clone(), None),
                Content::Rubbish(bytes, why) => ("rubbish", bytes.clone(), Some(why)),
            };
            let is_binary = kind == "stun" || std::str::from_utf8(&text).is_err();
            let hex = is_binary.then(|| hex(&text));
            let text = match &seen.content {
                Content::Stun(message, _) => message.to_string(),
                _ => String::from_utf8_lossy(&text).into_owned(),
            };
            json!({
                "kind": kind, "at": at, "side": side(seen.side), "hex": hex,
                "transport": seen.transport.to_string(), "from": seen.source.to_string(),
                "to": seen.target.to_string(), "text": text, "why": why,
            })
        }
        Place::Report(place) => {
            let seen = &timeline.reports()[place];
            json!({
                "kind": "rtcp", "at": at, "side": side(seen.side), "from": seen.source.to_string(),
                "to": seen.target.to_string(), "hex": hex(&seen.bytes),
            })
        }
        Place::Handshake(seen) => handshake(at, seen),
        Place::Rtp(place, direction, seen) => {
            let flow = &timeline.flows()[place];
            let over =
                if direction == Side::Received { &flow.over_received } else { &flow.over_sent };
            let mut line = json!({
                "kind": "rtp", "at": at, "side": side(direction), "from": flow.source.to_string(),
                "to": flow.target.to_string(), "sequence": seen.sequence,
                "timestamp": seen.timestamp, "ssrc": seen.ssrc, "type": seen.payload_type,
                "marker": seen.marker, "sound": sound(seen.sound),
                "mark": seen.sound.mark().map(crate::audio::Mark::numbers),
                "event": seen.sound.event().map(|it| it.write()),
            });
            let of = over.contributors(seen);
            if !of.is_empty() {
                line["contributors"] = json!(of);
            }
            line
        }
    }
}

fn handshake(at: u64, seen: &Handshake) -> Value {
    json!({
        "kind": "tls", "at": at, "from": seen.client.to_string(), "to": seen.server.to_string(),
        "server": seen.by_server.map(Shown::word), "client": seen.by_client.map(Shown::word),
        "end": seen.end.word(),
    })
}

fn side(side: Side) -> &'static str {
    match side {
        Side::Sent => "sent",
        Side::Received => "received",
        Side::Undeliverable => "undeliverable",
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn sound(sound: Sound) -> String {
    match sound {
        Sound::Voice(mark) => mark.to_string(),
        Sound::Prompt(cue) => format!("{cue:?}"),
        Sound::Event(_) => "event".to_owned(),
        other => format!("{other:?}").to_lowercase(),
    }
}
