//! The test's ears and eyes, on recordings and captures whose faults are known.

use std::fs::{self, File};
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use pcap_file::DataLink;
use pcap_file::pcapng::PcapNgWriter;
use pcap_file::pcapng::blocks::enhanced_packet::EnhancedPacketBlock;
use pcap_file::pcapng::blocks::interface_description::InterfaceDescriptionBlock;

use crate::capture::Capture;
use crate::hearing::{Heard, WINDOW_LENGTH, channels};
use crate::serve::Kept;
use crate::served::is_in_order;
use crate::tone::{RATE, Tone, write_wav};

pub fn a_tone_is_found_on_its_channel_from_when_to_when(folder: &Path) {
    let path = folder.join("apart.wav");
    let left = spoken(Tone::Low, 8_000..32_000);
    let right = spoken(Tone::High, 4_000..40_000);
    write_wav(&path, &[left, right]);

    let heard = channels(&path);
    assert_eq!(heard.len(), 2);
    let low = heard[0].carries_only(Tone::Low, Duration::from_secs(3), Duration::ZERO);
    assert_eq!(low, between(1_000, 4_000));
    let high = heard[1].carries_only(Tone::High, Duration::from_secs(4), Duration::ZERO);
    assert_eq!(high, between(500, 5_000));
    assert_eq!(heard[0].hears(Tone::High), None);
}

pub fn a_hole_in_a_tone_is_seen(folder: &Path) {
    let path = folder.join("hole.wav");
    let mut samples = spoken(Tone::Low, 0..40_000);
    samples[16_000..16_320].fill(0);
    write_wav(&path, &[samples]);
    let heard = channels(&path)[0].hears(Tone::Low).expect("it is there");
    assert_eq!(heard.longest_hole, 2 * WINDOW_LENGTH);
}

pub fn a_trace_of_the_other_tone_is_heard(folder: &Path) {
    let path = folder.join("mixed.wav");
    let clean = spoken(Tone::Low, 100..40_000);
    // 30 dB down, for a tenth of a second.
    let mixed =
        (0_u32..)
            .zip(&clean)
            .map(|(n, sample)| {
                if (9_000..9_800).contains(&n) {
                    sample + Tone::High.sample(n) / 32
                } else {
                    *sample
                }
            })
            .collect();
    write_wav(&path, &[clean, mixed]);
    let heard = channels(&path);
    assert!(!heard[0].has_a_trace_of(Tone::High));
    assert!(heard[1].has_a_trace_of(Tone::High));
}

pub fn a_sound_capture_is_read_whole(folder: &Path) {
    let capture = Capture::new(&write_capture(folder, call()));
    capture.is_whole();
    capture.has_streams(1, 50);
    let dialogs = capture.dialogs();
    assert_eq!(dialogs[0].messages, ["INVITE", "200", "ACK", "BYE", "200"]);
    assert!(dialogs[0].is_a_whole_call());
}

pub fn a_lost_packet_is_counted(folder: &Path) {
    let mut frames = call();
    frames.remove(20);
    let streams = Capture::new(&write_capture(folder, frames)).streams();
    assert_eq!(streams.len(), 1);
    assert_eq!((streams[0].packets, streams[0].lost), (49, 1));
}

pub fn a_malformed_frame_is_found(folder: &Path) {
    let mut frames = call();
    // A DNS header that ends in the middle.
    frames.push(frame(40_000, 53, &[0, 1, 1]));
    let capture = Capture::new(&write_capture(folder, frames));
    assert_eq!(capture.frames("_ws.malformed"), 1);
}

pub fn a_kept_recording_is_in_order_and_not_with_its_sides_swapped(folder: &Path) {
    let low = spoken(Tone::Low, 800..40_000);
    let high = spoken(Tone::High, 1_600..40_800);
    let kept = keep(&folder.join("sound"), &[low.clone(), high.clone()], VERDICTS);
    is_in_order(&kept.the_one_recording());

    let swapped = keep(&folder.join("swapped"), &[high.clone(), low.clone()], VERDICTS);
    assert!(catch_unwind(|| is_in_order(&swapped.the_one_recording())).is_err());

    let failed = keep(&folder.join("failed"), &[low, high], "PASS one\nFAIL other\n");
    assert!(catch_unwind(|| is_in_order(&failed.the_one_recording())).is_err());
}

/// Lays down what `tallylight serve` keeps of a call.
fn keep(folder: &Path, sides: &[Vec<i16>], verdicts: &str) -> Kept {
    let call = folder.join("call");
    fs::create_dir_all(&call).expect("the folder of the example can be written");
    write_wav(&call.join("recording.wav"), sides);
    for (file, text) in
        [("metadata.xml", METADATA), ("ladder.txt", "INVITE\nBYE\n"), ("verdicts.txt", verdicts)]
    {
        fs::write(call.join(file), text).expect("the folder of the example can be written");
    }
    Kept::read(folder, &folder.join("capture.pcapng"))
}

fn spoken(tone: Tone, when: std::ops::Range<u32>) -> Vec<i16> {
    (0..6 * RATE).map(|n| if when.contains(&n) { tone.sample(n) } else { 0 }).collect()
}

fn between(from: u64, until: u64) -> Heard {
    let (from, until) = (Duration::from_millis(from), Duration::from_millis(until));
    Heard { from, until, longest_hole: Duration::ZERO }
}

/// A call of one second, one side talking.
fn call() -> Vec<Vec<u8>> {
    let sip = |from: u16, to: u16, first: &str, cseq: &str, sdp: &str| {
        let text = format!(
            "{first}\r\nVia: SIP/2.0/UDP 127.0.0.1:5080;branch=z9hG4bK{cseq}\r\n\
             From: <sip:+12025550101@platform.example>;tag=a\r\n\
             To: <sip:+12025550102@platform.example>;tag=b\r\nCall-ID: one@platform.example\r\n\
             CSeq: {cseq}\r\nMax-Forwards: 70\r\nContent-Type: application/sdp\r\n\
             Content-Length: {}\r\n\r\n{sdp}",
            sdp.len()
        );
        frame(from, to, text.as_bytes())
    };
    let sdp = |port: u16| {
        format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
             m=audio {port} RTP/AVP 0\r\n"
        )
    };
    let request = |method: &str| format!("{method} sip:+12025550102@platform.example SIP/2.0");
    let mut frames = vec![
        sip(5_080, 5_070, &request("INVITE"), "1 INVITE", &sdp(6_080)),
        sip(5_070, 5_080, "SIP/2.0 200 OK", "1 INVITE", &sdp(6_070)),
        sip(5_080, 5_070, &request("ACK"), "1 ACK", ""),
    ];
    frames.extend((0_u16..50).map(|n| {
        let mut packet = vec![0x80, 0];
        packet.extend(n.to_be_bytes());
        packet.extend((u32::from(n) * 160).to_be_bytes());
        packet.extend(7_u32.to_be_bytes());
        packet.resize(12 + 160, 0xFF);
        frame(6_080, 6_070, &packet)
    }));
    frames.push(sip(5_080, 5_070, &request("BYE"), "2 BYE", ""));
    frames.push(sip(5_070, 5_080, "SIP/2.0 200 OK", "2 BYE", ""));
    frames
}

/// A datagram on loopback: IPv4 (RFC 791) and UDP (RFC 768) headers without checksums.
fn frame(source: u16, target: u16, payload: &[u8]) -> Vec<u8> {
    let length = |headers: usize| u16::try_from(headers + payload.len()).expect("it is short");
    let mut bytes = vec![0x45, 0];
    bytes.extend(length(28).to_be_bytes());
    bytes.extend([0, 0, 0, 0, 64, 17, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1]);
    bytes.extend(source.to_be_bytes());
    bytes.extend(target.to_be_bytes());
    bytes.extend(length(8).to_be_bytes());
    bytes.extend([0, 0]);
    bytes.extend(payload);
    bytes
}

fn write_capture(folder: &Path, frames: Vec<Vec<u8>>) -> PathBuf {
    let path = folder.join("capture.pcapng");
    let file = File::create(&path).expect("the folder of the example can be written");
    let mut writer = PcapNgWriter::new(file).expect("the file can be written");
    let interface =
        InterfaceDescriptionBlock { linktype: DataLink::RAW, snaplen: 0, options: Vec::new() };
    writer.write_pcapng_block(interface).expect("the file can be written");
    for (n, data) in (0_u32..).zip(frames) {
        let block = EnhancedPacketBlock {
            interface_id: 0,
            timestamp: Duration::from_millis(20) * n,
            original_len: u32::try_from(data.len()).expect("it is short"),
            data: data.into(),
            options: Vec::new(),
        };
        writer.write_pcapng_block(block).expect("the file can be written");
    }
    path
}

const METADATA: &str = r#"<recording xmlns="urn:ietf:params:xml:ns:recording:1">
  <participant participant_id="a"><nameID aor="sip:+12025550101@platform.example"/></participant>
  <participant participant_id="b"><nameID aor="sip:+12025550102@platform.example"/></participant>
  <stream stream_id="c"><label>1</label></stream>
  <stream stream_id="d"><label>2</label></stream>
</recording>"#;

const VERDICTS: &str = "PASS\n";
