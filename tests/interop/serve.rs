//! `tallylight serve` as its user sees it: a command line, a line when it is ready, files kept.
//!
//! What this test believes about the program stands here and nowhere else.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::alone::LOOPBACK;
use crate::capture::Capture;
use crate::hearing::{self, Channel};
use crate::program::Program;
use crate::sipp::Line;

/// The number whose calls `scenarios/lab.yaml` records always.
pub const RECORDED: Line = Line { number: "+12025550101", secret: "alpine-meadow" };

/// The other number of `scenarios/lab.yaml`.
pub const OTHER: Line = Line { number: "+12025550102", secret: "larch-bridge" };

/// A running platform and recorder.
pub struct Served {
    program: Program,
    kept: PathBuf,
    pcap: PathBuf,
}

impl Served {
    /// Starts it and waits until it is ready.
    pub fn start(folder: &Path) -> Self {
        let (kept, pcap) = (folder.join("kept"), folder.join("capture.pcapng"));
        let scenario = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/lab.yaml");
        let mut command = Command::new(env!("CARGO_BIN_EXE_tallylight"));
        command.arg("serve").arg(scenario);
        command.args(["--listen", &Self::address().to_string(), "--for", LONGEST]);
        command.args(["--api", &Self::api().to_string()]);
        command.arg("--keep").arg(&kept).arg("--pcap").arg(&pcap);
        let mut program = Program::start("tallylight", &mut command, folder);
        program.writes("ready: ", PATIENCE);
        Self { program, kept, pcap }
    }

    /// Where it speaks SIP.
    pub fn address() -> SocketAddr {
        SocketAddr::new(LOOPBACK, 5_060)
    }

    /// Where its settings API is.
    pub fn api() -> SocketAddr {
        SocketAddr::new(LOOPBACK, 8_080)
    }

    /// Stops it; what it leaves behind.
    pub fn stop(self) -> Kept {
        // The recording session ends after the call; it must not be cut off by us.
        std::thread::sleep(Duration::from_millis(500));
        let ended = self.program.interrupt(PATIENCE);
        let code = ended.status.code();
        assert!(code.is_some_and(|code| SOUND.contains(&code)), "{code:?}: {}", ended.output);
        Kept::read(&self.kept, &self.pcap)
    }
}

/// What is left when it has stopped.
pub struct Kept {
    recordings: Vec<PathBuf>,
    /// Everything that crossed the network.
    pub capture: Capture,
}

/// One recorded call.
pub struct Recording {
    /// The side of the user whose calls are recorded.
    pub own: Channel,
    /// The side of the other party.
    pub other: Channel,
    /// The recording metadata, as the recorder received it.
    pub metadata: String,
    /// The picture of the signalling.
    pub ladder: String,
    /// What the checks say.
    pub verdicts: String,
}

impl Kept {
    /// What is in the folder of recordings, and the capture beside it.
    pub fn read(folder: &Path, pcap: &Path) -> Self {
        let mut recordings: Vec<PathBuf> = fs::read_dir(folder)
            .map(|entries| entries.map(|entry| entry.expect("it can be listed").path()).collect())
            .unwrap_or_default();
        recordings.retain(|path| path.join("recording.wav").is_file());
        Self { recordings, capture: Capture::new(pcap) }
    }

    /// Insists that exactly one call was recorded.
    pub fn the_one_recording(&self) -> Recording {
        let [folder] = self.recordings.as_slice() else {
            panic!("one recording is due: {:?}", self.recordings);
        };
        let text = |file: &str| {
            let path = folder.join(file);
            fs::read_to_string(&path)
                .unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
        };
        let mut sides = hearing::channels(&folder.join("recording.wav"));
        assert_eq!(sides.len(), 2, "a recording is stereo");
        Recording {
            other: sides.remove(1),
            own: sides.remove(0),
            metadata: text("metadata.xml"),
            ladder: text("ladder.txt"),
            verdicts: text("verdicts.txt"),
        }
    }

    /// Insists that nothing was recorded.
    pub fn has_no_recording(&self) {
        assert!(self.recordings.is_empty(), "nothing was to be recorded: {:?}", self.recordings);
    }
}

impl Recording {
    /// Insists that the checks found the call in order.
    pub fn is_judged_well(&self) {
        assert!(self.verdicts.contains(PASSED), "nothing passed:\n{}", self.verdicts);
        assert!(!self.verdicts.contains(FAILED), "a check failed:\n{}", self.verdicts);
    }

    /// Insists that the metadata names both parties and two streams (RFC 7865 section 6).
    pub fn names_both_parties(&self) {
        let document = roxmltree::Document::parse(&self.metadata)
            .unwrap_or_else(|error| panic!("the metadata is not XML: {error}\n{}", self.metadata));
        let elements = |name: &str| {
            document.descendants().filter(|node| node.has_tag_name((SIPREC, name))).count()
        };
        assert_eq!((elements("participant"), elements("stream")), (2, 2), "{}", self.metadata);
        for line in [RECORDED, OTHER] {
            assert!(
                self.metadata.contains(line.number),
                "{} is not in it: {}",
                line.number,
                self.metadata
            );
        }
    }
}

/// The namespace of RFC 7865 section 10.
const SIPREC: &str = "urn:ietf:params:xml:ns:recording:1";

const PASSED: &str = "PASS";

const FAILED: &str = "FAIL";

/// A bound of its own, should nobody stop it.
const LONGEST: &str = "80s";

/// Everything passed, or there was nothing to judge.
const SOUND: [i32; 2] = [0, 4];

const PATIENCE: Duration = Duration::from_secs(10);
