//! What tshark says of a capture: whole frames, SIP dialogs, RTP streams.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::program::Program;

/// A capture file.
pub struct Capture {
    path: PathBuf,
}

/// The SIP messages of one Call-ID, in order: `INVITE`, `200` and so on.
#[derive(Debug)]
pub struct Dialog {
    pub call_id: String,
    pub messages: Vec<String>,
}

/// One line of tshark's list of RTP streams.
#[derive(Debug)]
pub struct Stream {
    /// `source port -> target port SSRC`.
    pub name: String,
    pub packets: u64,
    /// Negative where packets arrived twice.
    pub lost: i64,
}

impl Capture {
    /// The capture in this file.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// Insists on frames, and on none that tshark cannot make sense of.
    pub fn is_whole(&self) {
        assert_ne!(self.frames("frame"), 0, "{} holds no frame", self.path.display());
        let malformed = self.read(&["-Y", "_ws.malformed"]);
        assert!(malformed.is_empty(), "tshark finds malformed frames:\n{malformed}");
    }

    /// How many frames pass a display filter.
    pub fn frames(&self, filter: &str) -> usize {
        self.read(&["-Y", filter]).lines().count()
    }

    /// The dialogs, by the Call-ID that tshark reads in each message (tshark's own `follow,sip`
    /// is not implemented, says its manual).
    pub fn dialogs(&self) -> Vec<Dialog> {
        let fields = ["sip.Call-ID", "sip.Method", "sip.Status-Code"];
        let mut arguments = vec!["-Y", "sip", "-T", "fields", "-E", "separator=|"];
        arguments.extend(fields.iter().flat_map(|field| ["-e", field]));
        let mut dialogs: Vec<Dialog> = Vec::new();
        for line in self.read(&arguments).lines() {
            let mut parts = line.split('|');
            let call_id = parts.next().unwrap_or_default();
            let message = parts.find(|part| !part.is_empty()).unwrap_or_default().to_owned();
            let nth = dialogs.iter().position(|dialog| dialog.call_id == call_id);
            let nth = nth.unwrap_or_else(|| {
                dialogs.push(Dialog { call_id: call_id.to_owned(), messages: Vec::new() });
                dialogs.len() - 1
            });
            dialogs[nth].messages.push(message);
        }
        dialogs
    }

    /// The RTP streams that the SDP in the capture announces.
    pub fn streams(&self) -> Vec<Stream> {
        let listing = self.read(&["-q", "-z", "rtp,streams"]);
        listing.lines().filter_map(Stream::parse).collect()
    }

    /// Insists on `count` RTP streams of `packets` packets or more each, none of them lost.
    pub fn has_streams(&self, count: usize, packets: u64) {
        let streams = self.streams();
        assert_eq!(streams.len(), count, "{streams:#?}");
        for stream in &streams {
            assert_eq!(stream.lost, 0, "{}", stream.name);
            assert!(stream.packets >= packets, "{packets} packets were due: {stream:?}");
        }
    }

    fn read(&self, arguments: &[&str]) -> String {
        let output = Command::new("tshark").arg("-r").arg(&self.path).args(arguments).output();
        let output = output.expect("tshark is installed");
        assert!(
            output.status.success(),
            "tshark {arguments:?} on {}: {}",
            self.path.display(),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

impl Dialog {
    /// Whether it was set up, acknowledged and ended, each in its order.
    pub fn is_a_whole_call(&self) -> bool {
        let mut due = ["INVITE", "200", "ACK", "BYE", "200"].into_iter().peekable();
        for message in &self.messages {
            due.next_if(|expected| expected == message);
        }
        due.peek().is_none()
    }
}

impl Stream {
    /// Reads `start end source port target port SSRC payload packets lost (share) ...`.
    fn parse(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [_, _, source, source_port, target, target_port, ssrc, _, packets, lost, ..] =
            words.as_slice()
        else {
            return None;
        };
        Some(Self {
            name: format!("{source} {source_port} -> {target} {target_port} {ssrc}"),
            packets: packets.parse().ok()?,
            lost: lost.parse().ok()?,
        })
    }
}

/// A capture in the making, of everything on the loopback interface.
pub struct Recording {
    program: Program,
    path: PathBuf,
}

impl Recording {
    /// Starts capturing.
    pub fn start(folder: &Path) -> Self {
        let path = folder.join("capture.pcapng");
        let mut command = Command::new("dumpcap");
        command.args(["-q", "-i", "lo", "-w"]).arg(&path);
        let mut program = Program::start("dumpcap", &mut command, folder);
        program.writes("File: ", PATIENCE);
        Self { program, path }
    }

    /// Stops capturing, once what is under way has been written.
    pub fn stop(self) -> Capture {
        std::thread::sleep(Duration::from_millis(1_200));
        self.program.interrupt(PATIENCE).well();
        Capture { path: self.path }
    }
}

const PATIENCE: Duration = Duration::from_secs(10);
