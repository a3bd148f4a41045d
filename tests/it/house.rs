//! The house keeps its own rules: doors, words, and sizes.

use std::collections::BTreeSet;

use tallylight::check::catalogue;
use tallylight::cli;

use crate::stage;

/// Which room may open which door (design.md, section 2), and where it is wider than there, why.
const DOORS: &[(&str, &[&str])] = &[
    ("time", &[]),
    ("packet", &[]),
    // Transactions send and take packets.
    ("sip", &["time", "packet"]),
    ("sdp", &[]),
    ("rtp", &["time"]),
    ("audio", &["time"]),
    ("siprec", &[]),
    ("http", &[]),
    ("ice", &["time"]),
    ("role", &["sip", "sdp", "rtp", "audio", "siprec", "http", "ice", "packet", "time"]),
    // Framing only: see below.
    ("driver", &["packet", "time", "sip", "http"]),
    ("evidence", &["packet", "time", "sip", "sdp", "rtp", "audio", "siprec", "http", "ice"]),
    ("scenario", &["time"]),
    // Who takes part has a voice and codecs.
    (
        "testbed",
        &["role", "driver", "evidence", "scenario", "packet", "time", "audio", "sdp", "ice"],
    ),
    (
        "check",
        &["evidence", "packet", "time", "sip", "sdp", "rtp", "audio", "siprec", "http", "ice"],
    ),
    // What to wait for is looked up in the evidence.
    ("steps", &["testbed", "check", "role", "scenario", "evidence", "sip", "time"]),
    ("report", &["check", "evidence"]),
    ("cli", &ROOMS),
];

const ROOMS: [&str; 17] = [
    "audio", "check", "driver", "evidence", "http", "ice", "packet", "report", "role", "rtp",
    "scenario", "sdp", "sip", "siprec", "steps", "testbed", "time",
];

#[test]
fn no_room_opens_a_door_that_is_not_its_own() {
    let mut strays = Vec::new();
    for path in stage::files("src", "rs") {
        let room = room_of(&path);
        let Some(room) = room else { continue };
        let allowed = DOORS.iter().find(|(known, _)| *known == room);
        let (_, allowed) = allowed.unwrap_or_else(|| panic!("{room} has no row in the table"));
        for (number, line) in code(&stage::read(&path)) {
            for opened in doors(&line) {
                let is_own = opened == room;
                if ROOMS.contains(&opened) && !is_own && !allowed.contains(&opened) {
                    strays.push(format!("{path}:{number}: {room} must not open {opened}"));
                }
            }
            if room == "driver" && line.contains("crate::sip::") && !line.contains("sip::framing") {
                strays.push(format!("{path}:{number}: driver may use the framing of sip only"));
            }
        }
    }
    assert!(strays.is_empty(), "{}", strays.join("\n"));
}

#[test]
fn a_door_is_seen_wherever_it_stands_in_a_line() {
    assert_eq!(doors("use crate::sip::Message;"), ["sip"]);
    assert_eq!(doors("fn f(at: crate::time::Instant) -> crate::sdp::Kind {"), ["time", "sdp"]);
    assert_eq!(doors("use crate::{rtp::Codec, sip};"), ["rtp", "sip"]);
    assert!(doors("use super::sip;").is_empty());
    let text = "/// See [`crate::role`].\nuse crate::time;\n";
    let seen: Vec<_> = code(text).iter().map(|(_, line)| doors(line).len()).collect();
    assert_eq!(seen, [1]);
}

#[test]
fn every_requirement_that_the_checks_name_is_in_the_catalogue() {
    let named = requirements_named();
    assert!(named.len() > 10, "the checks name next to nothing: {named:?}");
    let known: BTreeSet<_> = catalogue().iter().map(|row| row.id.clone()).collect();
    let unknown: Vec<_> = named.difference(&known).collect();
    assert!(unknown.is_empty(), "not in the catalogue: {unknown:?}");
}

#[test]
fn every_sentence_is_used_by_a_feature() {
    let vocabulary = cli::vocabulary();
    let examples = stage::examples();
    let steps: Vec<_> = examples.iter().flat_map(|example| example.steps()).collect();
    let unused = vocabulary.iter().filter(|sentence| {
        !steps.iter().any(|step| {
            vocabulary
                .matching(step)
                .any(|said| (said.file, said.line) == (sentence.file, sentence.line))
        })
    });
    let unused: Vec<_> = unused.map(|sentence| &sentence.text).collect();
    assert!(unused.is_empty(), "nobody says {unused:?}");
    // Many more than design.md section 9 had in mind: a product has more to it than one promise.
    assert!(vocabulary.iter().count() <= 200, "two hundred sentences are enough");
}

#[test]
fn an_example_has_at_most_seven_steps_and_stands_in_a_rule() {
    for example in stage::examples() {
        let steps = example.steps().count();
        assert!(steps <= 7, "{} has {steps} steps", example.name);
        assert!(example.rule.is_some(), "{} shows no rule", example.name);
    }
}

#[test]
fn no_feature_speaks_sip_outside_of_signalling() {
    for path in stage::files("features", "feature") {
        if path.starts_with("features/signalling/") {
            continue;
        }
        let text = stage::read(&path);
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '-');
        let jargon: Vec<_> =
            words.filter(|word| JARGON.contains(&word.to_lowercase().as_str())).collect();
        assert!(jargon.is_empty(), "{path} says {jargon:?}");
    }
}

#[test]
fn every_fault_has_a_name_that_a_scenario_can_give() {
    for role in ["platform", "recorder"] {
        let text = stage::read(&format!("src/role/{role}/fault.rs"));
        let (_, rest) = text.split_once("pub enum Fault {").unwrap();
        let (variants, rest) = rest.split_once("\n}").unwrap();
        let variants =
            variants.lines().map(str::trim).filter(|line| line.starts_with(char::is_uppercase));
        let variants =
            variants.map(|line| line.split(|c: char| !c.is_alphanumeric()).next().unwrap());
        let (_, all) = rest.split_once("pub const ALL").unwrap();
        let (all, _) = all.split_once("];").unwrap();
        let mut count = 0;
        for variant in variants {
            let is_listed =
                [",", ")", "("].iter().any(|end| all.contains(&format!("Self::{variant}{end}")));
            assert!(is_listed, "{role}::Fault::ALL lacks {variant}");
            count += 1;
        }
        assert_eq!(all.matches("Self::").count(), count, "{role}::Fault::ALL has one twice");
    }
}

/// Files that are longer than 400 lines, and why they are one idea all the same.
const LONG_FILES: &[(&str, &str)] = &[
    ("tests/it/faults/caught.rs", "a table"),
    ("tests/it/faults_siprec/sessions.rs", "a table"),
    ("tests/it/gherkin.rs", "one mistake after another, each a few lines"),
];

/// Functions of more than 70 lines, and why.
const LONG_FUNCTIONS: &[(&str, &str, &str)] =
    &[("src/role/platform/metadata.rs", "new", "one document, written out")];

#[test]
fn no_file_is_longer_than_one_idea() {
    let mut long = BTreeSet::new();
    for folder in ["src", "tests", "benches"] {
        let files = stage::files(folder, "rs");
        long.extend(files.into_iter().filter(|path| stage::read(path).lines().count() > 400));
    }
    let known = LONG_FILES.iter().map(|(path, _)| (*path).to_owned());
    assert_eq!(long, known.collect(), "the files of more than 400 lines, and those with a reason");
}

#[test]
fn no_function_is_longer_than_two_screens() {
    let mut long = BTreeSet::new();
    let files = stage::files("src", "rs").into_iter();
    for path in files.filter(|path| !path.contains("/tests")) {
        let text = stage::read(&path);
        let found = functions(&text).into_iter().filter(|(_, length)| *length > 70);
        long.extend(found.map(|(name, _)| (path.clone(), name)));
    }
    let known =
        LONG_FUNCTIONS.iter().map(|(path, name, _)| ((*path).to_owned(), (*name).to_owned()));
    assert_eq!(
        long,
        known.collect(),
        "the functions of more than 70 lines, and those with a reason"
    );
}

/// Every id of a requirement that stands in the source of the checks.
pub fn requirements_named() -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for path in stage::files("src/check", "rs") {
        let text = stage::read(&path);
        let code = text.split("#[cfg(test)]").next().unwrap();
        for (_, line) in self::code(code) {
            let quoted = line.split('"').skip(1).step_by(2).filter(|word| is_id(word));
            named.extend(quoted.map(str::to_owned));
        }
    }
    named
}

fn is_id(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.contains('-')
        && word.ends_with(|c: char| c.is_ascii_digit())
        && word.chars().all(|c| c.is_ascii_alphanumeric() || "-.".contains(c))
}

/// The room of a source file; none for the map of the house and for the program's door.
fn room_of(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("src/")?;
    let room = inside.split(['/', '.']).next()?;
    (!["lib", "main"].contains(&room)).then_some(room)
}

/// The lines of code with their numbers: no comments, and so no examples in them either.
fn code(text: &str) -> Vec<(usize, String)> {
    let code = |line: &str| line.split("//").next().unwrap_or_default().to_owned();
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, code(line)))
        .filter(|(_, line)| !line.is_empty())
        .collect()
}

/// The rooms that a line opens: `crate::sip`, `crate::{rtp::Codec, sip}`.
fn doors(line: &str) -> Vec<&str> {
    let mut opened = Vec::new();
    for rest in line.split("crate::").skip(1) {
        let word = |text: &'_ str| {
            text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len())
        };
        match rest.strip_prefix('{') {
            Some(list) => {
                let list = list.split('}').next().unwrap_or_default();
                opened.extend(list.split(',').map(str::trim).map(|name| &name[..word(name)]));
            }
            None => opened.push(&rest[..word(rest)]),
        }
    }
    opened
}

/// The functions of a file as rustfmt writes them, with their lengths in lines.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<_> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let words: Vec<_> = line.split_whitespace().collect();
        let Some(place) = words.iter().take(4).position(|word| *word == "fn") else { continue };
        // What a trait declares has no body.
        if words[0].starts_with("//") || line.ends_with(';') {
            continue;
        }
        let name = words.get(place + 1).and_then(|name| name.split(['(', '<']).next());
        let end = format!("{}}}", " ".repeat(indent));
        let length = lines[start..].iter().position(|line| *line == end).unwrap_or(0) + 1;
        found.extend(name.map(|name| (name.to_owned(), length)));
    }
    found
}

const JARGON: &[&str] = &[
    "ack",
    "bye",
    "cancel",
    "codec",
    "dialog",
    "header",
    "info",
    "invite",
    "label",
    "metadata",
    "options",
    "packet",
    "packets",
    "pcmu",
    "pcma",
    "prack",
    "re-invite",
    "refer",
    "register",
    "rtcp",
    "rtp",
    "sdp",
    "sip",
    "siprec",
    "ssrc",
    "tcp",
    "tls",
    "udp",
    "update",
    "uri",
];
