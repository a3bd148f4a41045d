//! `tallylight serve`, with telephones of ours in another process as its users.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tallylight::role;
use tallylight::role::recorder::Memory;
use tallylight::scenario::Scenario;
use tallylight::testbed::Testbed;

/// A running `tallylight serve`.
struct Served {
    child: Child,
    output: BufReader<ChildStdout>,
    home: PathBuf,
    port: u16,
    /// Where the recorder is asked over HTTP.
    web: String,
}

/// How it ended, and what it said after it was ready.
struct Ended {
    code: Option<i32>,
    said: String,
    home: PathBuf,
}

impl Served {
    /// Starts it and waits until it is ready; it would stop by itself after so long.
    fn start(test: &str, longest: &str) -> Self {
        Self::start_in(home(test), longest)
    }

    /// As above, in a folder in which it may have been before.
    fn start_in(home: PathBuf, longest: &str) -> Self {
        let port = free_port();
        let mut child = command(&home)
            .args(["--listen", &format!("127.0.0.1:{port}"), "--for", longest])
            .args(["--keep", "kept", "--pcap", "packets.pcapng"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let (mut line, mut web) = (String::new(), String::new());
        while !line.starts_with("ready: ") {
            line.clear();
            assert_ne!(output.read_line(&mut line).unwrap(), 0, "it ended before it was ready");
            if let Some(address) = line.trim_end().strip_suffix(" HTTP") {
                address.rsplit(' ').next().unwrap().clone_into(&mut web);
            }
        }
        Self { child, output, home, port, web }
    }

    /// Two telephones of ours that use it.
    fn telephones(&self) -> Testbed {
        let text = TELEPHONES.replace("PORT", &self.port.to_string());
        let scenario = Scenario::parse("x.yaml", &text, &tallylight::cli::known()).unwrap();
        let mut testbed = Testbed::build(&scenario, 5, Box::new(Memory::default())).unwrap();
        let end = testbed.now() + Duration::from_secs(5);
        let registered = testbed.pass_until(end, |timeline| {
            let messages = timeline.signalling().iter().filter_map(|it| it.message());
            messages.filter(|message| message.code() == Some(200)).count() == 2
        });
        assert!(registered);
        testbed
    }

    /// Asks the recorder: the status, and what came.
    fn ask(&self, head: &str, body: &str) -> (u16, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.web).unwrap();
        let length = body.len();
        let request =
            format!("{head}\r\nHost: {}\r\nContent-Length: {length}\r\n\r\n{body}", self.web);
        stream.write_all(request.as_bytes()).unwrap();
        let mut came = Vec::new();
        stream.read_to_end(&mut came).unwrap();
        let end = came.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let status = String::from_utf8_lossy(&came[9..12]).parse().unwrap();
        (status, came.split_off(end + 4))
    }

    /// Asks as Alice, who signs in for it.
    fn ask_as_alice(&self, path: &str) -> (u16, Vec<u8>) {
        let form = "grant_type=password&client_id=tallylight&client_secret=secret-of-the-program\
                    &username=alice%40acme.example&password=alice-secret";
        let kind = "Content-Type: application/x-www-form-urlencoded";
        let (_, token) = self.ask(&format!("POST /sandbox/v1/token HTTP/1.1\r\n{kind}"), form);
        let token = json(&token)["access_token"].as_str().unwrap().to_owned();
        slow_down();
        self.ask(&format!("GET {path} HTTP/1.1\r\nAuthorization: Bearer {token}"), "")
    }

    /// Alice's recordings, in the list of her account.
    fn recordings(&self) -> Vec<serde_json::Value> {
        let (_, profile) = self.ask_as_alice("/sandbox/v1/profile");
        let account = path_of(&json(&profile)["account"]);
        let (status, list) = self.ask_as_alice(&format!("{account}/recordings"));
        assert_eq!(status, 200);
        json(&list)["recordings"].as_array().unwrap().clone()
    }

    fn interrupt(self) -> Ended {
        let pid = Pid::from_raw(self.child.id().try_into().unwrap());
        kill(pid, Signal::SIGINT).unwrap();
        self.end()
    }

    fn end(mut self) -> Ended {
        let mut said = String::new();
        self.output.read_to_string(&mut said).unwrap();
        Ended { code: self.child.wait().unwrap().code(), said, home: self.home }
    }
}

impl Ended {
    /// The folders of the recordings.
    fn recordings(&self) -> Vec<PathBuf> {
        let kept = fs::read_dir(self.home.join("kept")).unwrap().map(|it| it.unwrap().path());
        kept.filter(|path| path.is_dir()).collect()
    }
}

fn home(test: &str) -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("serve").join(test);
    let _ = fs::remove_dir_all(&home);
    fs::create_dir_all(&home).unwrap();
    home
}

fn command(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tallylight"));
    command.current_dir(home).arg("serve");
    command
}

/// A port that is free for UDP and TCP, the next one for TLS.
fn free_port() -> u16 {
    let candidates = (0..100).map(|_| {
        let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
        udp.local_addr().unwrap().port()
    });
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let mut free =
        candidates.filter(|port| *port < u16::MAX && is_free(*port) && is_free(port + 1));
    free.next().unwrap()
}

fn call(telephones: &mut Testbed) {
    assert!(telephones.tell("Alice", role::Command::Call("+12025550102".to_owned())));
    telephones.pass(Duration::from_millis(300));
    assert!(telephones.tell("Bob", role::Command::Answer));
    telephones.pass(Duration::from_millis(1_500));
}

/// What is said, without the moments.
fn words(said: &str) -> Vec<&str> {
    let lines = said.lines().map(|line| line.split_once(" s  ").map_or(line, |(_, text)| text));
    lines.map(str::trim).collect()
}

/// The recorder takes two questions in a second.
#[expect(clippy::disallowed_methods, reason = "real time passes at a real interface")]
fn slow_down() {
    std::thread::sleep(Duration::from_millis(600));
}

fn json(text: &[u8]) -> serde_json::Value {
    serde_json::from_slice(text).unwrap()
}

/// What stands behind the host in a URL.
fn path_of(url: &serde_json::Value) -> String {
    let (_, rest) = url.as_str().unwrap().split_once("://").unwrap();
    rest[rest.find('/').unwrap()..].to_owned()
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

#[test]
fn telephones_elsewhere_register_and_call_and_are_recorded_and_judged() {
    let served = Served::start("call", "30s");
    let mut telephones = served.telephones();
    call(&mut telephones);
    telephones.tell("Bob", role::Command::HangUp);
    telephones.pass(Duration::from_millis(1_300));
    let ended = served.interrupt();
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    let words = words(&ended.said);
    let mut words = words.iter();
    for due in [
        "Alice calls Bob",
        "Bob's telephone rings",
        "Bob answers",
        "the recorder begins to record",
        "Bob hangs up after",
        "recorded in kept/",
        "judged: 10 passed, 0 inconclusive, 0 failed",
        "stopped: 1 call judged, no requirement broken",
    ] {
        assert!(
            words.any(|line| line.starts_with(due)),
            "no `{due}` in its place:\n{}",
            ended.said
        );
    }
    let recordings = ended.recordings();
    assert_eq!(recordings.len(), 1);
    let folder = &recordings[0];
    assert!(text(&folder.join("ladder.txt")).contains("platform -> recorder  INVITE"));
    assert!(text(&folder.join("metadata.xml")).contains("+12025550102"));
    let timeline: serde_json::Value =
        serde_json::from_str(&text(&folder.join("timeline.json"))).unwrap();
    assert_eq!(timeline["streams"].as_array().unwrap().len(), 6);
    assert_eq!(timeline["cast"][0]["name"], "Alice");
    let wav = hound::WavReader::open(folder.join("recording.wav")).unwrap();
    assert_eq!((wav.spec().channels, wav.spec().sample_rate), (2, 8_000));
    assert!(wav.duration() > 10_000);
}

#[test]
fn a_recording_can_be_asked_for_and_still_after_the_program_was_killed() {
    let mut served = Served::start("asked", "30s");
    let mut telephones = served.telephones();
    call(&mut telephones);
    telephones.tell("Bob", role::Command::HangUp);
    telephones.pass(Duration::from_millis(1_300));
    let before = served.recordings();
    assert_eq!(before.len(), 1);
    served.child.kill().unwrap();
    served.child.wait().unwrap();
    let served = Served::start_in(served.home, "30s");
    let after = served.recordings();
    assert_eq!((&after[0]["id"], &after[0]["from"]), (&before[0]["id"], &before[0]["from"]));
    let listened = format!("{}?listener=alice@acme.example", path_of(&after[0]["self"]));
    let (_, shown) = served.ask_as_alice(&listened);
    let (status, sound) = served.ask_as_alice(&path_of(&json(&shown)["recording_url"]));
    assert_eq!(status, 200);
    let wav = hound::WavReader::new(&sound[..]).unwrap();
    assert_eq!((wav.spec().channels, wav.spec().sample_rate), (2, 8_000));
    served.interrupt();
}

#[test]
fn a_call_that_is_up_at_the_end_is_ended_and_kept() {
    let served = Served::start("stop", "3s");
    let mut telephones = served.telephones();
    call(&mut telephones);
    telephones.pass(Duration::from_millis(1_500));
    let ended = served.end();
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    assert!(ended.said.contains("stopping: every call is ended"), "{}", ended.said);
    let recordings = ended.recordings();
    assert_eq!(recordings.len(), 1, "{}", ended.said);
    assert!(text(&recordings[0].join("verdicts.txt")).contains("PASS"));
    assert!(fs::metadata(ended.home.join("packets.pcapng")).unwrap().len() > 100_000);
}

#[test]
fn what_was_seen_of_a_call_without_a_recording_is_kept() {
    let served = Served::start("refused-call", "30s");
    let mut telephones = served.telephones();
    assert!(telephones.tell("Alice", role::Command::Call("+12025550199".to_owned())));
    telephones.pass(Duration::from_secs(1));
    let ended = served.interrupt();
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    assert!(ended.said.contains("nobody has the number +12025550199"), "{}", ended.said);
    let folders = ended.recordings();
    assert_eq!(folders.len(), 1, "{}", ended.said);
    assert!(folders[0].to_string_lossy().ends_with("-not-recorded"), "{folders:?}");
    assert!(text(&folders[0].join("ladder.txt")).contains("404 (INVITE)"));
    assert!(text(&folders[0].join("verdicts.txt")).contains("PASS"));
}

#[test]
fn two_calls_in_a_row_are_two_recordings_and_neither_is_missed() {
    let served = Served::start("again", "30s");
    let mut telephones = served.telephones();
    for _ in 0..2 {
        call(&mut telephones);
        telephones.tell("Bob", role::Command::HangUp);
        // Less than the pause after which a call is judged.
        telephones.pass(Duration::from_millis(300));
    }
    let ended = served.interrupt();
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    assert_eq!(ended.recordings().len(), 2, "{}", ended.said);
    assert!(ended.said.contains("OPEN  every call is judged: of 2 calls"), "{}", ended.said);
}

#[test]
fn without_a_call_nothing_ran() {
    let ended = Served::start("nobody", "200 ms").end();
    assert_eq!((ended.code, ended.said.as_str()), (Some(4), "stopped: nobody called\n"));
}

#[test]
fn what_is_in_the_way_is_told_before_anything_starts() {
    let home = home("refused");
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let _taken = UdpSocket::bind(taken).unwrap();
    fs::write(home.join("file"), "not a folder").unwrap();
    let place = taken.to_string();
    for (arguments, why) in [
        (vec!["--listen", &place], format!("cannot listen on UDP {place}: the port is in use")),
        (vec!["--keep", "file"], "cannot keep recordings in file: File exists".to_owned()),
        (vec!["nowhere.yaml"], "there is no `nowhere.yaml`".to_owned()),
        (vec!["scenarios/quiet_office.yaml"], "this scenario is simulated".to_owned()),
        (vec!["--listen", "localhost"], "an address, such as 127.0.0.1".to_owned()),
        (vec!["--for", "20"], "`20`".to_owned()),
        (vec!["--listen", "127.0.0.1:0"], "a port lies between".to_owned()),
    ] {
        let output = command(&home).args(&arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(&why), "{arguments:?}: {said}");
    }
}

const TELEPHONES: &str = r#"
title: Two telephones
cast:
  Alice: { role: phone, number: "+1 202 555 0101", password: alpine-meadow }
  Bob: { role: phone, number: "+1 202 555 0102", password: larch-bridge, transport: tcp }
  platform: { role: platform, real: "sip:127.0.0.1:PORT" }
  recorder: { role: recorder }
wire:
  listen: 127.0.0.1
"#;
