//! The same run in other words: what a standard leaves open is chosen otherwise, by a seed.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use tallylight::evidence::{Script, ScriptLine};
use tallylight::packet::Transport;

use super::edit::rewrite;

/// A run as it would have been if everybody had other habits.
pub fn variant(script: &Script, seed: u64) -> Script {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut script = script.clone();
    for habit in DESCRIPTIONS {
        if below(&mut rng, 3) == 0 {
            let (from, to) = *habit;
            script.messages.iter_mut().for_each(|line| rewrite(line, |it| it.replace(from, to)));
        }
    }
    if below(&mut rng, 2) == 0 {
        other_codec(&mut script);
    }
    other_numbers(&mut script, &mut rng);
    let both_orders = below(&mut rng, 2) == 0;
    for line in &mut script.messages {
        // Sendings of one message are alike: what is chosen depends on what it says.
        let text = line.text();
        let own =
            text.bytes().fold(seed, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        let mut rng = ChaCha8Rng::seed_from_u64(own);
        if both_orders && text.contains("Content-Type: multipart/mixed") {
            rewrite(line, other_order);
        }
        say_otherwise(line, &mut rng);
    }
    network_doubles(&mut script, &mut rng);
    script
}

/// Writes the head of a message in another way.
fn say_otherwise(line: &mut ScriptLine, rng: &mut ChaCha8Rng) {
    let text = line.text();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let mut lines: Vec<String> = head.split("\r\n").map(str::to_owned).collect();
    let start = lines.remove(0);
    if line.packet.transport == Transport::Udp && below(rng, 6) == 0 {
        lines.retain(|line| !line.starts_with("Content-Length"));
    }
    for _ in 0..below(rng, 3) {
        let more = MORE[below(rng, MORE.len())].to_owned();
        if !lines.contains(&more) {
            lines.push(more);
        }
    }
    if below(rng, 2) == 0 {
        shuffle(&mut lines, rng);
    }
    let lines: Vec<_> = lines.into_iter().map(|line| header(&line, rng)).collect();
    let start = if below(rng, 6) == 0 { in_other_words(&start) } else { start };
    line.set_text(format!("{start}\r\n{}\r\n\r\n{body}", lines.join("\r\n")));
}

/// Another order, in which those of one name stay as they were to each other.
fn shuffle(lines: &mut [String], rng: &mut ChaCha8Rng) {
    let name = |line: &str| line.split(':').next().unwrap_or_default().to_ascii_lowercase();
    for place in 1..lines.len() {
        let to = below(rng, place + 1);
        let own = name(&lines[place]);
        if lines[to..place].iter().all(|line| name(line) != own) {
            lines[to..=place].rotate_right(1);
        }
    }
}

/// One header: its name in another case or short, with blanks, or folded.
fn header(line: &str, rng: &mut ChaCha8Rng) -> String {
    let (name, value) = line.split_once(':').unwrap();
    let value = value.trim();
    let short = SHORT.iter().find(|(long, _)| *long == name).map(|(_, short)| *short);
    let name = match below(rng, 5) {
        0 => name.to_ascii_lowercase(),
        1 => name.to_ascii_uppercase(),
        2 => short.unwrap_or(name).to_owned(),
        _ => name.to_owned(),
    };
    let value = if below(rng, 6) == 0 && ADDRESSES.contains(&line.split(':').next().unwrap()) {
        value.replace(">;", "> ; ")
    } else {
        value.to_owned()
    };
    match below(rng, 8) {
        0 => format!("{name} : {value}"),
        1 => format!("{name}:{value}"),
        2 => format!("{name}:\r\n {value}"),
        3 => format!("{name}:   {value}  "),
        4 if FOLDED.contains(&line.split(':').next().unwrap()) => {
            format!("{name}: {}", value.replacen(", ", ",\r\n\t", 1))
        }
        _ => format!("{name}: {value}"),
    }
}

/// A status says the same in any words.
fn in_other_words(start: &str) -> String {
    match start.strip_prefix("SIP/2.0 ") {
        Some(status) => format!("SIP/2.0 {} Whatever it means", &status[..3]),
        None => start.to_owned(),
    }
}

/// The parts of a body the other way round.
fn other_order(text: &str) -> String {
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let boundary = body.lines().next().unwrap();
    let parts: Vec<_> = body.split(boundary).collect();
    let [_, one, other, _] = parts[..] else { return text.to_owned() };
    format!("{head}\r\n\r\n{boundary}{other}{boundary}{one}{boundary}--\r\n")
}

/// Everybody prefers PCMA.
fn other_codec(script: &mut Script) {
    for line in &mut script.messages {
        rewrite(line, |it| it.replace("RTP/AVP 0 8 101", "RTP/AVP 8 0 101"));
    }
    for packet in script.flows.iter_mut().flat_map(|it| it.sent.iter_mut().chain(&mut it.received))
    {
        if packet.payload_type == 0 {
            packet.payload_type = 8;
        }
    }
}

/// Numbers and times of media begin somewhere else, and go round in the middle of the call.
fn other_numbers(script: &mut Script, rng: &mut ChaCha8Rng) {
    let [high, low, ..] = rng.next_u32().to_be_bytes();
    let (number, time) = (u16::from_be_bytes([high, low]), rng.next_u32());
    for packet in script.flows.iter_mut().flat_map(|it| it.sent.iter_mut().chain(&mut it.received))
    {
        packet.sequence = packet.sequence.wrapping_add(number);
        packet.timestamp = packet.timestamp.wrapping_add(time);
    }
}

/// A datagram now and then arrives twice.
fn network_doubles(script: &mut Script, rng: &mut ChaCha8Rng) {
    let mut doubles = Vec::new();
    for line in &script.messages {
        if line.packet.transport == Transport::Udp && below(rng, 20) == 0 {
            let arrived = line.arrived.map(|at| at + std::time::Duration::from_millis(1));
            doubles.push(ScriptLine { left: None, arrived, ..line.clone() });
        }
    }
    script.messages.extend(doubles);
}

fn below(rng: &mut ChaCha8Rng, bound: usize) -> usize {
    usize::try_from(rng.next_u32()).unwrap() % bound
}

/// What a description may say otherwise, everywhere alike.
const DESCRIPTIONS: &[(&str, &str)] = &[
    ("s=-\r\n", "s=A call\r\n"),
    ("s=-\r\n", "s= \r\n"),
    ("t=0 0\r\n", "t=0 0\r\na=tool:something\r\n"),
    ("a=ptime:20\r\n", ""),
    ("a=ptime:20\r\n", "a=ptime:20\r\na=maxptime:60\r\n"),
    ("a=sendrecv\r\n", ""),
    ("a=rtpmap:0 PCMU/8000\r\n", ""),
    ("a=rtpmap:8 PCMA/8000", "a=rtpmap:8 pcma/8000/1"),
    ("a=fmtp:101 0-15", "a=fmtp:101 0-16"),
    ("Session-Expires: 1800", "Session-Expires: 3600"),
    ("Max-Forwards: 70", "Max-Forwards: 68"),
    ("User-Agent: Tallylight phone", "User-Agent: Another telephone/2.0 (a; b)"),
];

/// Headers that may stand in any message.
const MORE: &[&str] = &[
    "X-Compliance: yes",
    "Organization: Example",
    "P-Charging-Vector: icid-value=1234",
    "Timestamp: 54",
    "Date: Sat, 13 Nov 2010 23:29:00 GMT",
    "Subject: a call, and more",
    "Session-ID: f81d4fae7dec41d0a76500a0c91e6bf6;remote=00000000000000000000000000000000",
];

const SHORT: &[(&str, &str)] = &[
    ("Via", "v"),
    ("From", "f"),
    ("To", "t"),
    ("Call-ID", "i"),
    ("Contact", "m"),
    ("Content-Type", "c"),
    ("Content-Length", "l"),
    ("Supported", "k"),
    ("Session-Expires", "x"),
];
const ADDRESSES: &[&str] = &["From", "To", "Contact"];
const FOLDED: &[&str] = &["Allow", "Supported", "Accept"];
