//! The timeline for programs: JSON with a line for every sighting and every stream.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use serde_json::{Value, json};

use super::media::{Flow, RtpSeen};
use super::sighting::{Content, Side, Sighting};
use super::speakers::Speakers;
use super::timeline::Timeline;
use super::{Kind, What};

/// The timeline as JSON. Moments are milliseconds since `epoch`.
///
/// `handshakes` has each TLS connection that was opened or refused, `signalling` each message whole,
/// once as it left and once as it arrived; `streams` has the count and the span of each flow of RTP,
/// from one address to another.
pub fn record(timeline: &Timeline) -> String {
    let speakers = Speakers::of(timeline);
    let epoch = json!(timeline.epoch().rfc3339(crate::time::Instant::START));
    let parts = [
        ("cast", cast(timeline)),
        ("deeds", deeds(timeline)),
        ("handshakes", handshakes(timeline)),
        ("signalling", timeline.signalling().iter().map(|it| sighting(timeline, it)).collect()),
        ("streams", timeline.flows().iter().map(|it| stream(timeline, speakers, it)).collect()),
    ];
    let dropped = timeline.dropped();
    let parts = parts.map(|(name, lines): (_, Vec<Value>)| {
        let lines: Vec<_> = lines.iter().map(|line| format!("  {line}")).collect();
        format!("\"{name}\": [\n{}\n]", lines.join(",\n"))
    });
    let head = format!("\"format\": 1,\n\"epoch\": {epoch},\n\"dropped\": {dropped}");
    format!("{{\n{head},\n{}\n}}\n", parts.join(",\n"))
}

fn cast(timeline: &Timeline) -> Vec<Value> {
    let members = timeline.cast().members().iter();
    let member = members.map(|member| {
        let role = match member.kind {
            Kind::Phone => "phone",
            Kind::Platform => "platform",
            Kind::Recorder => "recorder",
            Kind::Admin => "admin",
            Kind::Portal => "portal",
        };
        let name = member.name.as_str();
        json!({ "name": name, "role": role, "number": member.number, "real": member.real })
    });
    member.collect()
}

fn deeds(timeline: &Timeline) -> Vec<Value> {
    let deeds = timeline.deeds().iter().map(|deed| {
        let what = match &deed.what {
            What::Act(what) => what.clone(),
            What::Recording { number, mode } => format!("records {number}: {mode}"),
        };
        json!({ "at": millis(deed.at), "who": deed.who.as_str(), "what": what })
    });
    deeds.collect()
}

fn handshakes(timeline: &Timeline) -> Vec<Value> {
    let handshakes = timeline.handshakes().iter().map(|(at, seen)| {
        json!({
            "at": millis(*at),
            "from": name(timeline, seen.client),
            "to": name(timeline, seen.server),
            "what": seen.to_string(),
        })
    });
    handshakes.collect()
}

fn sighting(timeline: &Timeline, sighting: &Sighting) -> Value {
    let side = match sighting.side {
        Side::Sent => "sent",
        Side::Received => "received",
        Side::Undeliverable => "undeliverable",
    };
    let mut line = json!({
        "at": millis(sighting.at),
        "side": side,
        "transport": sighting.transport.to_string(),
        "source": sighting.source.to_string(),
        "target": sighting.target.to_string(),
        "from": name(timeline, sighting.source),
        "to": name(timeline, sighting.target),
    });
    match &sighting.content {
        Content::Sip(message) => {
            line["message"] = json!(String::from_utf8_lossy(&message.to_bytes()));
        }
        Content::Http(message) => {
            line["http"] = json!(String::from_utf8_lossy(&message.to_bytes()));
        }
        Content::Stun(message, _) => line["stun"] = json!(message.to_string()),
        Content::Rubbish(bytes, why) => {
            line["rubbish"] = json!(String::from_utf8_lossy(bytes));
            line["why"] = json!(format!("cannot {why}"));
        }
    }
    line
}

fn stream(timeline: &Timeline, speakers: &Speakers, flow: &Flow) -> Value {
    let packets = flow.nearest_to_receiver();
    let each = |of: fn(&RtpSeen) -> u32| {
        let all: BTreeSet<_> = packets.iter().map(of).collect();
        all.into_iter().take(SHOWN).collect::<Vec<_>>()
    };
    json!({
        "source": flow.source.to_string(),
        "target": flow.target.to_string(),
        "from": name(timeline, flow.source),
        "to": name(timeline, flow.target),
        "ssrcs": each(|packet| packet.ssrc),
        "payload types": each(|packet| packet.payload_type.into()),
        "sent": flow.sent.len(),
        "received": flow.received.len(),
        "first": packets.first().map(|packet| millis(packet.at)),
        "last": packets.last().map(|packet| millis(packet.at)),
        "heard": speakers.heard_in(flow).trim(),
    })
}

fn name(timeline: &Timeline, address: SocketAddr) -> Option<&str> {
    timeline.cast().at(address).map(|member| member.name.as_str())
}

/// Milliseconds, to the microsecond.
fn millis(at: crate::time::Instant) -> f64 {
    (at.elapsed().as_secs_f64() * 1e6).round() / 1e3
}

/// A stream has one source and two or three formats; rubbish has any number of both.
const SHOWN: usize = 8;
