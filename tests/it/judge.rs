//! Captures and saved timelines are judged as the live run was, and bad files are told from bad
//! calls.

use std::fs;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::Parser as _;
use tallylight::cli::{self, Arguments, Output};
use tallylight::evidence::{
    Captured, PcapWriter, Secrets, Side, Timeline, Told, calls, capture, read_lines, recordings,
    write_lines,
};
use tallylight::packet::{Packet, Transport};
use tallylight::steps::world::Setting;
use tallylight::time::{Epoch, Instant};

use crate::sealed::tunnel;
use crate::stage;

#[test]
fn the_captures_of_real_systems_are_judged_as_is_known_of_them() {
    // Ids like `grp-1`, times like `+0000`, a version of the description that stays what it was,
    // and media from another port than that of the description, which is odd; a Call-ID where the
    // Session-ID belongs: all of the client's. The telephone's INVITE does not list what it knows, and
    // both telephones have one SSRC, which neither gives up.
    let of_client = [
        "RFC7865-6.10-3",
        "RFC7865-6.10-4",
        "RFC7865-6.9-1",
        "RFC7865-9-10",
        "RFC7865-9-4",
        "RFC7866-7.1-1",
        "RFC7866-8.1.8-1",
        "RFC3261-18.1.1-1",
        "RFC3261-13.2.1-1",
        "RFC3550-11-1",
        "RFC3550-8.2-1",
        "RFC7865-6.3.1-4",
    ];
    for (name, of_recorder) in [
        // The script answers inactive with recvonly, whatever it is offered.
        ("opensips-rtpproxy-to-sipp.pcap", "RFC3264-6.1-2"),
        ("opensips-rtpproxy-to-pjsua.pcap", "RFC7866-6.2-2"),
    ] {
        let mut broken: Vec<_> = of_client.into_iter().chain([of_recorder]).collect();
        broken.sort_unstable();
        let (code, text) = judge(&[&format!("tests/data/captures/{name}")]);
        assert_eq!(code, 1, "{text}");
        assert!(text.contains(&format!("broken: {}\n", broken.join(", "))), "{name}:\n{text}");
        assert!(text.contains("would it work  yes"), "{text}");
        assert!(text.contains("nothing flowed"), "{text}");
        assert_eq!(text.matches("FAIL").count(), broken.len(), "{text}");
    }
}

#[test]
fn a_saved_timeline_is_the_timeline() {
    for name in ["A two-party call", "The recorder refuses"] {
        let (timeline, _) = played(name, "");
        let mut lines = Vec::new();
        write_lines(&timeline, &mut lines).unwrap();
        let again = read_lines(&lines[..]).unwrap().timeline;
        assert_eq!(again.digest(), timeline.digest(), "{name}");
    }
}

/// What the rules find in what crossed the network live, they find in the file, with every fault.
#[test]
fn a_capture_of_a_run_is_judged_as_the_run_was() {
    for fault in [
        "",
        "omit-metadata",
        "garble-metadata",
        "omit-labels",
        "share-label",
        "offer-both-ways",
        "garble-ringing",
        "break-line",
        "stay-on-udp",
    ] {
        let (timeline, file) = played("A two-party call", fault);
        let captured = read(&[&file]);
        assert_eq!(broken(&captured.timeline), broken(&timeline), "with `{fault}`");
        let sessions = recordings(&timeline);
        assert_eq!(recordings(&captured.timeline).len(), sessions.len(), "with `{fault}`");
        assert_eq!(calls(&captured.timeline).len(), 1, "with `{fault}`");
        let heard = |timeline: &Timeline| timeline.flows().iter().map(|flow| flow.sent.len()).sum();
        let (live, again): (usize, usize) = (heard(&timeline), heard(&captured.timeline));
        assert_eq!(again, live, "with `{fault}`");
    }
}

#[test]
fn two_captures_of_one_call_count_no_packet_twice_and_set_each_others_clocks() {
    let (timeline, _) = played("A two-party call", "");
    let (file, late) = (pcapng_of(&timeline, |_| true), shifted(&timeline));
    let alone = read(&[&file]).timeline;
    let both = read(&[&file, &late]);
    let sent = |timeline: &Timeline| packets(timeline).len();
    assert_eq!(sent(&both.timeline), sent(&alone));
    assert_eq!(both.timeline.signalling().len(), 2 * alone.signalling().len());
    let note = both.notes.iter().find(|note| note.contains("its clock is taken")).unwrap();
    assert!(note.contains("-7.000 s behind") || note.contains("7.000 s"), "{note}");
    assert!(broken(&both.timeline).is_empty());
}

#[test]
fn a_file_that_is_cut_off_anywhere_gets_a_verdict_or_a_message() {
    let whole = fs::read("tests/data/captures/opensips-rtpproxy-to-sipp.pcap").unwrap();
    for length in [0, 3, 20, 24, 30, 500, 3_000, 6_543, 100_001, whole.len() - 1] {
        let path = scratch(&format!("cut-{length}.pcap"), &whole[..length]);
        let (code, text) = judge(&[path.to_str().unwrap()]);
        let is_told = ["cut off in the middle of packet", "nothing to judge", "cannot read"];
        assert!(is_told.iter().any(|it| text.contains(it)), "{length}: {code}\n{text}");
        assert!([1, 2, 3, 4].contains(&code), "{length}: {code}\n{text}");
        fs::remove_file(path).unwrap();
    }
}

#[test]
fn a_capture_without_sip_says_what_there_is_and_what_to_do() {
    let mut file = PcapWriter::new(Vec::new(), Epoch::SIMULATED).unwrap();
    file.packet(Instant::START, &datagram(53, b"\x12\x34 no SIP"), None).unwrap();
    let path = scratch("no-sip.pcapng", &file.finish().unwrap());
    let (code, text) = judge(&[path.to_str().unwrap()]);
    assert_eq!(code, 4);
    assert!(text.contains("there is no SIP in it: 1 packets, 1 of UDP and 0 of TCP"), "{text}");
    let (code, text) = judge(&["tests/data/captures/nowhere.pcap"]);
    assert_eq!(code, 2);
    assert!(text.contains("nowhere.pcap"), "{text}");
    let path = scratch("text.pcap", b"this is a letter\n");
    let (code, text) = judge(&[path.to_str().unwrap()]);
    assert_eq!(code, 2);
    assert!(text.contains("no pcap, no pcapng and no timeline of ours"), "{text}");
}

#[test]
fn when_one_direction_is_missing_nothing_is_held_against_anybody() {
    let (timeline, _) = played("A two-party call", "");
    let recorder = recordings(&timeline)[0].dialog.callee;
    let captured = read(&[&pcapng_of(&timeline, |packet| packet.source != recorder)]);
    assert!(captured.one_way);
    assert!(captured.notes.iter().any(|note| note.contains("only one direction was captured")));
    assert!(broken(&captured.timeline).is_empty());
}

#[test]
fn when_a_clock_jumps_in_a_call_it_is_judged_as_if_it_had_not_and_the_jump_is_told() {
    let (timeline, file) = played("A two-party call", "");
    let packets = tunnel::packets(&file);
    for (first, second, told) in [
        (60, 0, "its clock jumps back 1 times, by up to 59.9"),
        (0, 60, "its clock jumps ahead 1 times, by up to 60.0"),
        (0, 86_400, "its clock jumps ahead 1 times, by up to 86400.0"),
    ] {
        let mut file = PcapWriter::new(Vec::new(), timeline.epoch()).unwrap();
        for (place, (at, packet)) in packets.iter().enumerate() {
            let late = if 2 * place < packets.len() { first } else { second };
            let at = Instant::from_nanos(at.as_nanos() + late * 1_000_000_000);
            file.packet(at, packet, None).unwrap();
        }
        let path = scratch(&format!("jump-{first}-{second}.pcapng"), &file.finish().unwrap());
        let (code, text) = judge(&[path.to_str().unwrap()]);
        assert!(text.contains(told), "{text}");
        assert!(text.contains("by the book    nothing is broken"), "{text}");
        assert_eq!(code, 0, "{text}");
        fs::remove_file(path).unwrap();
    }
}

#[test]
fn two_hundred_calls_are_told_apart() {
    assert_told_apart("one-after-another", 40, |text, _| text.to_owned());
}

/// Nine of them are up at any moment.
#[test]
fn two_hundred_calls_at_once_are_told_apart() {
    assert_told_apart("at-once", 1, |text, call| {
        let text = text.replace("+12025550101", &format!("caller{call:06}"));
        let text = text.replace("+12025550102", &format!("callee{call:06}"));
        let text = renamed(text, call);
        let lines = text.split_inclusive('\n').map(|line| {
            let named = ["m=audio ", "a=rtcp:"].into_iter().find(|it| line.starts_with(it));
            let Some(named) = named else { return line.to_owned() };
            let port: u64 = line[named.len()..][..5].parse().unwrap();
            line.replacen(&port.to_string(), &(port + 16 * call).to_string(), 1)
        });
        lines.collect()
    });
}

/// Other people have other UUIDs: sixteen bytes in base64, which end in two equal signs.
fn renamed(mut text: String, call: u64) -> String {
    let is_letter = |it: u8| it.is_ascii_alphanumeric() || b"+/".contains(&it);
    let ends: Vec<_> = text.match_indices("==").map(|(end, _)| end).collect();
    for end in ends {
        let begin = end.saturating_sub(22);
        if text.as_bytes()[begin..end].iter().all(|it| is_letter(*it)) {
            text.replace_range(begin..begin + 3, &format!("{call:03}"));
        }
    }
    text
}

/// A call that is there two hundred times, so many seconds apart, each in words of its own, which are
/// as long as those that they replace.
fn assert_told_apart(name: &str, seconds: u64, other: impl Fn(&str, u64) -> String) {
    let (timeline, _) = played("A two-party call", "");
    let mut all = Vec::new();
    for call in 0..200_u64 {
        for (at, packet) in packets(&timeline) {
            let text = String::from_utf8_lossy(&packet.payload).into_owned();
            let text = text.replace("Call-ID: ", &format!("Call-ID: {call:03}"));
            let text = text.replace("branch=z9hG4bK", &format!("branch=z9hG4bK{call:03}"));
            let payload = other(&text, call).into();
            let at = Instant::from_nanos(at.as_nanos() + call * seconds * 1_000_000_000);
            all.push((at, Packet { payload, ..packet }));
        }
    }
    all.sort_by_key(|(at, _)| *at);
    let mut file = PcapWriter::new(Vec::new(), timeline.epoch()).unwrap();
    for (at, packet) in all {
        file.packet(at, &packet, None).unwrap();
    }
    let file = file.finish().unwrap();
    let captured = read(&[&file]);
    let found = calls(&captured.timeline);
    assert_eq!(found.len(), 200);
    assert!(found.iter().all(|call| call.call_ids.len() == 3), "two legs, and a recording");
    let path = scratch(&format!("{name}.pcapng"), &file);
    let (code, text) = judge(&[path.to_str().unwrap()]);
    assert!(text.contains("200 more calls, nothing wrong"), "{text}");
    assert_eq!(code, 0, "{text}");
    fs::remove_file(path).unwrap();
    assert_eq!(recordings(&captured.timeline).len(), 200);
}

#[test]
fn the_catalogue_is_listed_and_a_row_explained() {
    let (code, text) = start(&["requirements", "--source", "RFC7866", "--judged"]);
    assert_eq!(code, 0);
    assert!(text.contains("* RFC7866-6.2-2") && !text.contains("RFC7866-6.1.2-3"), "{text}");
    let (code, text) = start(&["explain", "RFC7866-6.2-2"]);
    assert_eq!(code, 0);
    for part in
        ["+sip.srs", "src/check/rules/contacts.rs", "no. 29 in the field", "violated", "kept"]
    {
        assert!(text.contains(part), "{part}:\n{text}");
    }
    let (code, text) = start(&["explain", "RFC7866-6.2-22"]);
    assert_eq!(code, 2);
    assert!(text.contains("did you mean `RFC7866-6.2-2`?"), "{text}");
}

/// What was seen of an example in a quiet office, with a fault of the platform; and its packets.
fn played(example: &str, fault: &str) -> (Timeline, Vec<u8>) {
    let office = stage::scenario_text("quiet_office");
    match fault {
        "" => played_on(&office, example),
        fault => {
            let role = format!("role: platform, fault: {fault}");
            played_on(&stage::with(&office, "role: platform", &role), example)
        }
    }
}

/// What was seen of an example on a scenario, and its packets.
pub fn played_on(scenario: &str, example: &str) -> (Timeline, Vec<u8>) {
    // Tests run at once, and each has a file of its own.
    static PLAYED: AtomicUsize = AtomicUsize::new(0);
    let scenario = stage::scenario_of(scenario);
    let number = PLAYED.fetch_add(1, Ordering::Relaxed);
    let path = scratch(&format!("{number}.pcapng"), &[]);
    let mut job = stage::job(&stage::example(example), &scenario, scenario.seed);
    let setting = Setting { pcap: Some(path.clone()), ..(*job.setting).clone() };
    job.setting = Arc::new(setting);
    let timelines = stage::play(&[job], 1, |_, played| played.kept.unwrap().timeline.unwrap());
    let file = fs::read(&path).unwrap();
    fs::remove_file(path).unwrap();
    (timelines.into_iter().next().unwrap(), file)
}

/// The signalling that left each part.
fn packets(timeline: &Timeline) -> Vec<(Instant, Packet)> {
    let sent = timeline.signalling().iter().filter(|sighting| sighting.side == Side::Sent);
    sent.map(|it| {
        let payload = it.message().unwrap().to_bytes();
        let (transport, source, target) = (it.transport, it.source, it.target);
        (it.at, Packet { transport, source, target, payload })
    })
    .collect()
}

fn pcapng_of(timeline: &Timeline, wanted: impl Fn(&Packet) -> bool) -> Vec<u8> {
    let mut file = PcapWriter::new(Vec::new(), timeline.epoch()).unwrap();
    for (at, packet) in packets(timeline).into_iter().filter(|(_, packet)| wanted(packet)) {
        file.packet(at, &packet, None).unwrap();
    }
    file.finish().unwrap()
}

/// The same, by a clock that is seven seconds ahead.
fn shifted(timeline: &Timeline) -> Vec<u8> {
    let start = timeline.epoch().unix_nanos(Instant::START) + 7_000_000_000;
    let mut file = PcapWriter::new(Vec::new(), Epoch::from_unix_nanos(start)).unwrap();
    for (at, packet) in packets(timeline) {
        file.packet(at, &packet, None).unwrap();
    }
    file.finish().unwrap()
}

pub fn read(files: &[&Vec<u8>]) -> Captured {
    read_with(files, Secrets::default())
}

/// What captures hold, if these secrets are known.
pub fn read_with(files: &[&Vec<u8>], secrets: Secrets) -> Captured {
    let openers: Vec<_> = files
        .iter()
        .map(|bytes| {
            let bytes = (*bytes).clone();
            move || -> io::Result<Box<dyn Read>> { Ok(Box::new(io::Cursor::new(bytes.clone()))) }
        })
        .collect();
    let files: Vec<_> = openers
        .iter()
        .enumerate()
        .map(|(place, open)| Told { name: format!("file {place}"), open, offset: None })
        .collect();
    capture(&files, secrets).unwrap()
}

pub fn broken(timeline: &Timeline) -> Vec<String> {
    let mut broken: Vec<_> = tallylight::check::always(timeline)
        .into_iter()
        .filter_map(|verdict| match verdict {
            tallylight::check::Verdict::Fail(finding) => Some(finding.requirement.to_string()),
            _ => None,
        })
        .collect();
    broken.sort();
    broken.dedup();
    broken
}

fn datagram(port: u16, payload: &'static [u8]) -> Packet {
    Packet {
        transport: Transport::Udp,
        source: ([192, 0, 2, 1], port).into(),
        target: ([192, 0, 2, 2], port).into(),
        payload: payload.into(),
    }
}

fn judge(files: &[&str]) -> (u8, String) {
    let arguments: Vec<_> = std::iter::once("judge").chain(files.iter().copied()).collect();
    start(&arguments)
}

pub fn start(arguments: &[&str]) -> (u8, String) {
    let all = std::iter::once("tallylight").chain(arguments.iter().copied());
    let arguments = Arguments::try_parse_from(all).unwrap();
    let (mut results, mut complaints) = (Vec::new(), Vec::new());
    let mut output = Output { results: &mut results, complaints: &mut complaints };
    let home = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let exit = cli::start(&home, &arguments, &mut output);
    let text = [results, complaints].concat();
    (exit.code(), String::from_utf8(text).unwrap())
}

pub fn scratch(name: &str, bytes: &[u8]) -> PathBuf {
    let path = std::env::temp_dir().join(format!("tallylight-{}-{name}", std::process::id()));
    fs::write(&path, bytes).unwrap();
    path
}
