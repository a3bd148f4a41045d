//! A capture of two gigabytes is judged in bounded memory. Not part of the ordinary tests, since
//! it writes one:
//! `cargo test --release --test it large_capture -- --ignored --nocapture`.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tallylight::evidence::{PcapWriter, Timeline, calls, recordings};
use tallylight::packet::{Packet, Transport};
use tallylight::time;

use crate::judge::{broken, played_on, read, scratch};
use crate::sealed::tunnel::packets;
use crate::stage;

/// Whoever listens for long has silence now and then: what is before it is judged by itself.
#[test]
fn a_long_capture_is_judged_piece_by_piece_and_every_call_of_it_once() {
    let (timeline, file) = played_on(&stage::scenario_text("quiet_office"), "A two-party call");
    let mut bytes = Vec::new();
    let written = write(&mut bytes, &timeline, &packets(&file), 50 << 20);
    let mut captured = read(&[&bytes]);
    let (mut pieces, mut found, mut begun) = (1, 0, None);
    loop {
        let some = calls(&captured.timeline);
        assert_eq!(recordings(&captured.timeline).len(), some.len());
        // Each call is the first one over again, and so its streams begin as that one's.
        let broken = broken(&captured.timeline);
        assert!(broken.iter().all(|row| row == "RFC3550-5.1-2"), "{broken:?}");
        // They go on where the one before ended.
        assert!(some.first().map(|call| call.dialled) > begun);
        begun = some.last().map(|call| call.dialled);
        found += some.len();
        let Some(next) = captured.next_timeline().unwrap() else { break };
        captured.timeline = next;
        pieces += 1;
    }
    assert_eq!((pieces, found as u64), (2, written));
}

#[test]
#[ignore = "it writes two gigabytes"]
#[expect(clippy::disallowed_methods, reason = "a program of its own is waited for")]
fn two_gigabytes_of_calls_are_judged_in_bounded_memory() {
    let (timeline, file) = played_on(&stage::scenario_text("quiet_office"), "A two-party call");
    let megabytes = std::env::var("TALLYLIGHT_CAPTURE_MB").ok().and_then(|it| it.parse().ok());
    let megabytes: u64 = megabytes.unwrap_or(2_048);
    let path = scratch("large.pcapng", &[]);
    let file_of_calls = BufWriter::with_capacity(1 << 20, File::create(&path).unwrap());
    let calls = write(file_of_calls, &timeline, &packets(&file), megabytes << 20);
    let size = fs::metadata(&path).unwrap().len();
    let mut judge = Command::new(env!("CARGO_BIN_EXE_tallylight"));
    let (began, child) = (Instant::now(), judge.arg("judge").arg(&path).stdout(Stdio::piped()));
    let mut child = child.spawn().unwrap();
    // Little is said, and so waits for us.
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        peak = peak.max(high_water_mark(child.id()));
        std::thread::sleep(Duration::from_millis(50));
    }
    let (mebibytes, seconds) = (peak / 1_024, began.elapsed().as_secs());
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    fs::remove_file(&path).unwrap();
    let end: String = text.lines().rev().take(6).collect::<Vec<_>>().join(" | ");
    println!("{calls} calls in {size} bytes: {mebibytes} MiB at the peak, {seconds} s; {end}");
    assert!(mebibytes < PEAK_MAX, "{mebibytes} MiB");
    assert!(text.contains(" calls; ") && text.contains("by the book"), "{end}");
}

/// The same call over and over, each under names of its own, until the file is so long.
fn write(
    file: impl io::Write,
    timeline: &Timeline,
    packets: &[(time::Instant, Packet)],
    bytes: u64,
) -> u64 {
    let mut writer = PcapWriter::new(file, timeline.epoch()).unwrap();
    let (mut calls, mut written) = (0_u64, 0);
    while written < bytes {
        for (at, packet) in packets {
            let at = time::Instant::from_nanos(at.as_nanos() + calls * 40_000_000_000);
            let mut packet = packet.clone();
            if packet.transport == Transport::Tcp || packet.payload.is_ascii() {
                let text = String::from_utf8_lossy(&packet.payload).into_owned();
                let text = text.replace("Call-ID: ", &format!("Call-ID: {calls:06}"));
                let text = text.replace("branch=z9hG4bK", &format!("branch=z9hG4bK{calls:06}"));
                packet.payload = text.into();
            }
            // A block, its headers and those of IP.
            written += packet.payload.len() as u64 + 64;
            writer.packet(at, &packet, None).unwrap();
        }
        calls += 1;
    }
    writer.finish().unwrap();
    calls
}

/// The most memory that a process has had so far, in kibibytes; 0 once it has ended.
fn high_water_mark(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// In mebibytes. It was 60 when this was written.
const PEAK_MAX: u64 = 256;
