//! Reads a timeline back from the lines that were written of it.

use std::io::{BufRead, BufReader, Read};
use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;
use serde::Deserialize;

use super::capture::{Captured, Unreadable};
use super::cast::{Kind, Member, Name};
use super::deed::What;
use super::media::{ReportSeen, RtpSeen, Sound};
use super::sighting::Side;
use super::timeline::Timeline;
use crate::audio::Mark;
use crate::packet::{Ending, Handshake, Packet, Shown, Transport};
use crate::rtp::TelephoneEvent;
use crate::time::{Epoch, Instant};

/// One line, as [`write_lines`](super::write_lines) writes it.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Line {
    Run { epoch: i64, dropped: u64 },
    Member { name: String, role: String, number: Option<String>, real: bool, at: Vec<String> },
    Deed { at: u64, who: String, what: String, recording: Option<(String, String)> },
    Http(Sip),
    Sip(Sip),
    Stun(Sip),
    Rubbish(Sip),
    Tls(Tls),
    Rtcp { at: u64, side: String, from: SocketAddr, to: SocketAddr, hex: String },
    Rtp(Rtp),
}

#[derive(Debug, Deserialize)]
struct Sip {
    at: u64,
    side: String,
    transport: String,
    from: SocketAddr,
    to: SocketAddr,
    text: String,
    /// The bytes, where they are no UTF-8.
    hex: Option<String>,
    why: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Tls {
    at: u64,
    from: SocketAddr,
    to: SocketAddr,
    server: Option<String>,
    client: Option<String>,
    end: String,
}

#[derive(Debug, Deserialize)]
struct Rtp {
    at: u64,
    side: String,
    from: SocketAddr,
    to: SocketAddr,
    sequence: u16,
    timestamp: u32,
    ssrc: u32,
    #[serde(rename = "type")]
    payload_type: u8,
    marker: bool,
    sound: String,
    /// The number of the voice, and the moment.
    mark: Option<(u8, u32)>,
    /// The octets of a telephone event.
    event: Option<[u8; TelephoneEvent::LENGTH]>,
    /// Of whom something is in it, if it says so.
    #[serde(default)]
    contributors: Vec<u32>,
}

/// Reads a timeline from its lines.
pub fn read_lines(input: impl Read) -> Result<Captured, Unreadable> {
    let mut input = BufReader::new(input);
    let mut timeline = None;
    let mut text = String::new();
    for number in 1.. {
        text.clear();
        let wrong = |why: String| Unreadable::Line(number, why);
        match input.by_ref().take(LINE_MAX).read_line(&mut text) {
            Ok(0) => break,
            Ok(_) => {}
            Err(why) => return Err(wrong(why.to_string())),
        }
        let line: Line = match serde_json::from_str(&text) {
            Ok(line) => line,
            // The last line of a file that was cut off.
            Err(_) if !text.ends_with('\n') && timeline.is_some() => break,
            Err(why) => return Err(wrong(why.to_string())),
        };
        if let Line::Run { epoch, dropped } = line {
            let begun =
                timeline.get_or_insert_with(|| Timeline::new(Epoch::from_unix_nanos(epoch)));
            begun.count_dropped(dropped);
            continue;
        }
        let before = "nothing comes before the line of kind `run`".to_owned();
        let timeline = timeline.as_mut().ok_or_else(|| wrong(before))?;
        put(timeline, line).map_err(|what| wrong(format!("there is no {what} like that")))?;
    }
    let timeline = timeline.ok_or(Unreadable::Empty)?;
    Ok(Captured::of(timeline))
}

/// Puts a line into the timeline; fails with the name of what cannot be read.
fn put(timeline: &mut Timeline, line: Line) -> Result<(), &'static str> {
    match line {
        Line::Run { .. } => {}
        Line::Member { name, role, number, real, at } => {
            let kind = match role.as_str() {
                "Phone" => Kind::Phone,
                "Platform" => Kind::Platform,
                "Recorder" => Kind::Recorder,
                "Admin" => Kind::Admin,
                "Portal" => Kind::Portal,
                _ => return Err("role"),
            };
            let sockets: Vec<SocketAddr> = at.iter().filter_map(|it| it.parse().ok()).collect();
            let hosts: Vec<IpAddr> = at.iter().filter_map(|it| it.parse().ok()).collect();
            let name = Name::from(name.as_str());
            timeline.cast_mut().add(Member { name, kind, number, real }, &hosts, &sockets);
        }
        Line::Deed { at, who, what, recording } => {
            let what = match recording {
                Some((number, mode)) => What::Recording { number, mode },
                None => What::Act(what),
            };
            timeline.deed(Instant::from_nanos(at), &who, what);
        }
        Line::Http(sip) | Line::Sip(sip) | Line::Stun(sip) | Line::Rubbish(sip) => {
            let payload = match &sip.hex {
                Some(hex) => bytes_of(hex).ok_or("hex")?,
                None => sip.text.into_bytes(),
            };
            let transport = [Transport::Udp, Transport::Tcp, Transport::Tls, Transport::Http]
                .into_iter()
                .find(|known| known.to_string() == sip.transport)
                .ok_or("transport")?;
            let (source, target) = (sip.from, sip.to);
            let packet = Packet { transport, source, target, payload: Bytes::from(payload) };
            timeline.message_again(Instant::from_nanos(sip.at), side(&sip.side)?, &packet, sip.why);
        }
        Line::Rtcp { at, side: way, from, to, hex } => timeline.report_again(ReportSeen {
            at: Instant::from_nanos(at),
            side: side(&way)?,
            source: from,
            target: to,
            bytes: bytes_of(&hex).ok_or("hex")?.into(),
        }),
        Line::Tls(tls) => timeline.handshake(Instant::from_nanos(tls.at), handshake(&tls)?),
        Line::Rtp(rtp) => {
            let (way, seen) = (side(&rtp.side)?, seen(&rtp)?);
            timeline.packet_again((rtp.from, rtp.to), way, seen, &rtp.contributors);
        }
    }
    Ok(())
}

fn handshake(tls: &Tls) -> Result<Handshake, &'static str> {
    let shown = |word: &Option<String>| {
        word.as_deref().map(|word| Shown::of_word(word).ok_or("certificate")).transpose()
    };
    let end = Ending::of_word(&tls.end).ok_or("end of TLS")?;
    Ok(Handshake {
        client: tls.from,
        server: tls.to,
        by_server: shown(&tls.server)?,
        by_client: shown(&tls.client)?,
        end,
    })
}

fn seen(rtp: &Rtp) -> Result<RtpSeen, &'static str> {
    let sound = match (rtp.mark, rtp.sound.as_str()) {
        (None, "event") => Sound::Event(TelephoneEvent::read(rtp.event.ok_or("event")?)),
        (Some((voice, moment)), _) => Sound::of_mark(Mark::numbered(voice, moment).ok_or("voice")?),
        (None, "silence") => Sound::Silence,
        (None, "mixed") => Sound::Mixed,
        (None, "other") => Sound::Other,
        (None, "unheard") => Sound::Unheard,
        _ => return Err("sound"),
    };
    Ok(RtpSeen {
        at: Instant::from_nanos(rtp.at),
        timestamp: rtp.timestamp,
        ssrc: rtp.ssrc,
        sequence: rtp.sequence,
        payload_type: rtp.payload_type,
        marker: rtp.marker,
        sound,
    })
}

fn side(text: &str) -> Result<Side, &'static str> {
    match text {
        "sent" => Ok(Side::Sent),
        "received" => Ok(Side::Received),
        "undeliverable" => Ok(Side::Undeliverable),
        _ => Err("side"),
    }
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| {
        let [high, low] = pair.map(|digit| char::from(digit).to_digit(16));
        u8::try_from(high? * 16 + low?).ok()
    };
    rest.is_empty().then(|| pairs.iter().map(byte).collect())?
}

/// A message of 64 KiB, every byte of it written as an escape and in hexadecimal.
const LINE_MAX: u64 = 1024 * 1024;
