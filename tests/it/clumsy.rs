//! The clumsy user: the program itself, wrongly called. Each complaint says what, where and what to
//! do, and the exit code is the documented one.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

const OFFICE: &str = r#"title: A quiet office
cast:
  Alice:    { role: phone, number: "+1 202 555 0101" }
  Bob:      { role: phone, number: "+1 202 555 0102" }
  platform: { role: platform }
  recorder: { role: recorder }
network:
  latency: 10 ms
declares: [hold]
"#;

const CALLS: &str = "\
Feature: Calls
  Rule: Calls are recorded
    Example: A good one
      Given Alice's calls are always recorded
      When Alice and Bob talk for 2 seconds
      Then the recorder holds two streams
    Example: A bad one
      Given Alice's calls are always recorded
      When Alice and Bob talk for 2 seconds
      Then nothing is recorded
";

/// A folder of this test alone, with a feature, a scenario, and these files.
fn home(test: &str, files: &[(&str, &[u8])]) -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("clumsy").join(test);
    let _ = fs::remove_dir_all(&home);
    let usual = [
        ("features/calls.feature", CALLS.as_bytes()),
        ("scenarios/office.yaml", OFFICE.as_bytes()),
    ];
    for (path, text) in usual.iter().chain(files) {
        let path = home.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    home
}

fn program(home: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tallylight"));
    command.current_dir(home).args(words).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The exit code, and all that was said.
fn told(home: &Path, words: &[&str]) -> (i32, String) {
    let output = program(home, words).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    assert!(!text.contains("panicked"), "{text}");
    (output.status.code().unwrap_or(-1), text)
}

/// Whether something is said with this code and all of these words.
fn assert_told(home: &Path, words: &[&str], code: i32, parts: &[&str]) {
    let (seen, text) = told(home, words);
    assert_eq!(seen, code, "{words:?}: {text}");
    for part in parts {
        assert!(text.contains(part), "{words:?} does not say `{part}`: {text}");
    }
}

fn with_scenario(test: &str, from: &str, to: &str) -> PathBuf {
    assert!(OFFICE.contains(from));
    home(test, &[("scenarios/office.yaml", OFFICE.replace(from, to).as_bytes())])
}

#[test]
fn a_slip_in_a_scenario_is_pointed_at() {
    let role = with_scenario("role", "role: recorder", "role: recoder");
    assert_told(&role, &[], 2, &["scenarios/office.yaml:6:21", "^", "recorder"]);
    let key = with_scenario("key", "latency:", "latecny:");
    assert_told(&key, &[], 2, &["scenarios/office.yaml:8:3", "^", "latency"]);
    let bare = with_scenario("bare", "10 ms", "10");
    assert_told(&bare, &[], 2, &["scenarios/office.yaml:8:12", "^", "ms"]);
    let fault = with_scenario("fault", "role: recorder", "role: recorder, fault: be-deaf");
    assert_told(&fault, &[], 2, &["scenarios/office.yaml:6", "^", "be-dead"]);
}

#[test]
fn a_slip_in_a_feature_is_pointed_at() {
    let step = CALLS.replace("holds two streams", "holds two steams");
    let step = home("step", &[("features/calls.feature", step.as_bytes())]);
    assert_told(&step, &[], 2, &["features/calls.feature:6", "^", "stream(s)"]);
    let empty = home("empty", &[("features/calls.feature", b"")]);
    assert_told(&empty, &[], 2, &["features/calls.feature"]);
    let latin = home("latin", &[("features/calls.feature", b"Feature: Caf\xe9\n")]);
    assert_told(&latin, &[], 2, &["features/calls.feature", "line 1 is not UTF-8"]);
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let home = home("files", &[]);
    assert_told(&home, &["run", "features/call.feature"], 2, &["did you mean", "calls.feature"]);
    assert_told(&home, &["run", "--scenario", "scenarios/of.yaml"], 2, &["no `scenarios/of.yaml`"]);
    // Not a folder of features, but no feature is in it.
    assert_told(&home, &["run", "scenarios"], 4, &["scenarios"]);
    assert_told(&home, &["run", "/proc/self/mem"], 2, &["/proc/self/mem"]);
    let long = "x".repeat(5_000);
    assert_told(&home, &["run", &long], 2, &["there is no `xxx"]);
}

#[test]
fn a_wrong_argument_is_explained() {
    let home = home("arguments", &[]);
    assert_told(&home, &["run", "--seed", "seven"], 2, &["--seed", "invalid digit"]);
    assert_told(&home, &["run", "--seed", "-1"], 2, &["-1"]);
    assert_told(&home, &["run", "--sceanrio", "x"], 2, &["--scenario"]);
    assert_told(
        &home,
        &["run", "--tags", "@needs.hold and"],
        2,
        &["not a tag expression", "for example"],
    );
}

#[test]
fn what_cannot_be_kept_is_known_before_anything_is_played() {
    let home = home("places", &[("taken", b"")]);
    let one = "features/calls.feature:3";
    assert_told(&home, &["run", "--evidence", "taken"], 2, &["cannot write taken", "a folder"]);
    let evidence = ["run", "--evidence", "/proc/nowhere"];
    assert_told(&home, &evidence, 2, &["cannot write /proc/nowhere"]);
    let pcap = ["run", one, "--pcap", "no/such/folder/x.pcapng"];
    assert_told(&home, &pcap, 2, &["cannot write no/such/folder/x.pcapng"]);
    assert_told(&home, &["run", one, "--pcap", "/dev/full"], 2, &["/dev/full", "No space left"]);
    assert_told(&home, &["run", "--pcap", "x.pcapng"], 2, &["one example"]);
}

#[test]
fn evidence_is_kept_of_what_passes_and_of_what_fails() {
    let home = home("evidence", &[]);
    let (code, text) = told(&home, &["run", "--evidence", "kept/here", "--seed", "5"]);
    assert_eq!(code, 1, "{text}");
    for (line, verdict) in [(3, "PASS"), (7, "FAIL")] {
        let folder = home.join(format!("kept/here/calls-{line}-office-5"));
        let read = |name: &str| fs::read(folder.join(name)).unwrap();
        let text = |name: &str| String::from_utf8(read(name)).unwrap();
        assert!(text("verdict.txt").starts_with(verdict), "{}", text("verdict.txt"));
        assert!(text("ladder.txt").contains("INVITE"));
        assert_eq!(read("packets.pcapng")[..4], [0x0A, 0x0D, 0x0D, 0x0A]);
        let timeline = text("timeline.jsonl");
        let lines: Vec<serde_json::Value> =
            timeline.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let of = |kind: &str| lines.iter().filter(|line| line["kind"] == kind).count();
        assert_eq!((of("run"), of("member")), (1, 4));
        assert!(of("sip") > 20 && of("rtp") > 600 && of("deed") >= 3, "{} lines", lines.len());
        let times: Vec<_> = lines.iter().filter_map(|line| line["at"].as_u64()).collect();
        assert!(times.is_sorted());
    }
}

#[test]
fn evidence_is_kept_of_a_question_that_stays_open_and_of_a_setup_that_fails() {
    let nobody = OFFICE.replace("latency: 10 ms", "latency: 10 ms\n  loss: 100 %");
    let home = home("open", &[("scenarios/office.yaml", nobody.as_bytes())]);
    let (code, text) = told(&home, &["run", "features/calls.feature:3", "--evidence", "kept"]);
    assert_ne!(code, 0, "{text}");
    let folder = fs::read_dir(home.join("kept")).unwrap().next().unwrap().unwrap().path();
    for name in ["ladder.txt", "verdict.txt", "timeline.jsonl", "packets.pcapng"] {
        assert!(folder.join(name).metadata().is_ok_and(|it| it.len() > 0), "{name}");
    }
}

#[test]
fn a_port_in_use_is_named() {
    let taken = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let network = "network:\n  latency: 10 ms\n";
    let wire = OFFICE
        .replace(network, &format!("wire:\n  listen: 127.0.0.1\n  ports:\n    platform: {port}\n"));
    let home = home("port", &[("scenarios/office.yaml", wire.as_bytes())]);
    let words = ["run", "features/calls.feature:3", "--scenario", "scenarios/office.yaml"];
    assert_told(&home, &words, 2, &[&format!("127.0.0.1:{port}"), "in use"]);
}

#[test]
fn a_reader_that_goes_away_is_no_trouble() {
    for words in [&["steps"][..], &["run", "--dry-run"], &["run"], &["--help"]] {
        let home = home(&format!("pipe-{}", words.concat()), &[]);
        let mut child = program(&home, words).spawn().unwrap();
        drop(child.stdout.take());
        let mut complaints = String::new();
        child.stderr.take().unwrap().read_to_string(&mut complaints).unwrap();
        let code = child.wait().unwrap().code();
        assert!(!complaints.contains("panicked"), "{words:?}: {complaints}");
        assert!(code.is_some(), "{words:?} died of a signal");
    }
}

#[test]
fn a_signal_ends_a_run_and_what_was_seen_is_kept() {
    let long = CALLS.replace("2 seconds", "60 seconds");
    let wire = OFFICE.replace("network:\n  latency: 10 ms\n", "wire:\n  listen: 127.0.0.1\n");
    let files =
        [("features/calls.feature", long.as_bytes()), ("scenarios/office.yaml", wire.as_bytes())];
    let home = home("signal", &files);
    let words = ["run", "features/calls.feature:3", "--scenario", "scenarios/office.yaml"];
    let mut command = program(&home, &[&words[..], &["--evidence", "kept"]].concat());
    let mut child = command.spawn().unwrap();
    // Long enough for the call to be answered.
    pause_for(Duration::from_secs(4));
    interrupt(&child);
    let code = wait_at_most(&mut child, Duration::from_secs(20));
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("the run was stopped"), "{text}");
    let folder = fs::read_dir(home.join("kept")).unwrap().next().unwrap().unwrap().path();
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    assert!(read("ladder.txt").contains("INVITE"));
    assert!(read("timeline.jsonl").contains("\"rtp\""));
    assert!(read("verdict.txt").contains("stopped"));
    assert!(folder.join("packets.pcapng").metadata().unwrap().len() > 1_000);
}

fn interrupt(child: &Child) {
    let id = nix::unistd::Pid::from_raw(child.id().try_into().unwrap());
    nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGINT).unwrap();
}

/// The exit code of a child that ends in time; one that does not is ended.
fn wait_at_most(child: &mut Child, most: Duration) -> Option<i32> {
    for _ in 0..most.as_millis() / 50 {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        pause_for(Duration::from_millis(50));
    }
    child.kill().unwrap();
    None
}

#[expect(clippy::disallowed_methods, reason = "the program runs by the real clock")]
fn pause_for(span: Duration) {
    thread::sleep(span);
}
