//! What is within TLS in a capture is judged as if it were not, if somebody tells the keys.

pub mod tunnel;

use std::fs;

use tallylight::evidence::{Captured, Secrets, Side, Timeline, calls, dialogs, recordings};
use tallylight::packet::Transport;

use self::tunnel::{Agreement, Sealed};
use crate::judge::{broken, played_on, read, read_with, scratch, start};
use crate::stage;

/// An office with TLS between the platform and the recorder: what happened, and the packets.
fn played(fault: &str) -> (Timeline, Vec<u8>) {
    let office = stage::scenario_text("quiet_office");
    let role = format!("role: platform{fault}, transport: tls");
    let office = stage::with(&office, "role: platform, transport: tcp", &role);
    played_on(&office, "A two-party call")
}

#[test]
fn a_sealed_capture_is_judged_as_the_run_was_whatever_was_agreed_on() {
    let (timeline, file) = played("");
    let all = Agreement::all();
    assert_eq!(all.len(), 7);
    for agreement in &all {
        let Sealed { file, keys } = tunnel::seal(&timeline, &file, agreement);
        let captured = read_with(&[&file], Secrets::read(&keys).unwrap());
        assert_same(&captured, &timeline, agreement.name);
        assert!(!captured.notes.iter().any(|it| it.contains("TLS")), "{:?}", captured.notes);
    }
}

#[test]
fn what_a_platform_does_wrong_within_tls_is_found_in_the_capture() {
    for fault in ["omit-labels", "share-label"] {
        let (timeline, file) = played(&format!(", fault: {fault}"));
        let Sealed { file, keys } = tunnel::seal(&timeline, &file, &Agreement::all()[0]);
        let captured = read_with(&[&file], Secrets::read(&keys).unwrap());
        assert!(!broken(&timeline).is_empty());
        assert_same(&captured, &timeline, fault);
    }
}

#[test]
fn a_capture_of_ours_says_what_was_within_tls() {
    let (timeline, file) = played("");
    assert_same(&read(&[&file]), &timeline, "in the clear");
}

#[test]
fn keys_within_a_capture_are_found_before_the_packets_after_them_and_in_another() {
    let (timeline, file) = played("");
    let agreement = &Agreement::all()[0];
    let Sealed { file: sealed, keys } = tunnel::seal(&timeline, &file, agreement);
    for with_keys in [tunnel::keys_first(&sealed, &keys), tunnel::keys_last(&sealed, &keys)] {
        assert_same(&read(&[&with_keys]), &timeline, "in one");
    }
    let other = tunnel::keys_first(&tunnel::datagrams_of(&sealed), &keys);
    let captured = read(&[&sealed, &other]);
    assert_eq!(said(&captured.timeline), said(&timeline));
}

#[test]
fn without_keys_what_needs_them_is_open_and_the_way_out_is_told() {
    let (timeline, file) = played("");
    let Sealed { file, keys } = tunnel::seal(&timeline, &file, &Agreement::all()[0]);
    let path = scratch("sealed.pcapng", &file);
    let path = path.to_str().unwrap();
    let (code, text) = start(&["judge", path]);
    assert!(
        text.contains("1 TLS connection cannot be read without its keys: --keys FILE"),
        "{text}"
    );
    assert!(text.contains("OPEN  the call is recorded: "), "{text}");
    assert_eq!(code, 3, "{text}");
    // Others than those of the connection.
    let others = keys.replace(|c: char| c.is_ascii_digit(), "0");
    let keys_path = scratch("others.keys", others.as_bytes());
    let (code, text) = start(&["judge", path, "--keys", keys_path.to_str().unwrap()]);
    assert!(text.contains("its keys are not among those told"), "{text}");
    assert_eq!(code, 3, "{text}");
    // Those of the connection, with a digit wrong in each secret.
    let wrong: String = keys.lines().map(|line| tunnel::with_another_end(line) + "\n").collect();
    let keys_path = scratch("wrong.keys", wrong.as_bytes());
    let (code, text) = start(&["judge", path, "--keys", keys_path.to_str().unwrap()]);
    assert!(text.contains("1 TLS connection cannot be read: its keys do not fit"), "{text}");
    assert_eq!(code, 3, "{text}");
    let keys_path = scratch("right.keys", keys.as_bytes());
    let (code, text) = start(&["judge", path, "--keys", keys_path.to_str().unwrap()]);
    assert!(text.contains("by the book    nothing is broken"), "{text}");
    assert_eq!(code, 0, "{text}");
    fs::remove_file(path).unwrap();
}

#[test]
fn a_capture_that_began_after_the_connection_or_has_one_direction_says_so() {
    let (timeline, file) = played("");
    let Sealed { file, keys } = tunnel::seal(&timeline, &file, &Agreement::all()[0]);
    let server = recordings(&timeline)[0].dialog.callee;
    let late = tunnel::without(&file, |number, _| number < 6);
    let one_way = tunnel::without(&file, |_, packet| packet.source == server);
    for file in [late, one_way] {
        let captured = read_with(&[&file], Secrets::read(&keys).unwrap());
        let note = "1 TLS connection cannot be read: its beginning is missing, or one direction";
        assert!(captured.notes.iter().any(|it| it.contains(note)), "{:?}", captured.notes);
        assert!(broken(&captured.timeline).is_empty());
    }
}

#[test]
fn after_a_segment_that_was_not_captured_the_rest_is_read() {
    let (timeline, file) = played("");
    for agreement in [&Agreement::all()[0], &Agreement::all()[3]] {
        let Sealed { file, keys } = tunnel::seal_much(&timeline, &file, agreement);
        let secrets = Secrets::read(&keys).unwrap();
        let whole = said(&read_with(&[&file], secrets.clone()).timeline).len();
        assert!(whole > 200, "{whole}");
        let torn = tunnel::without(&file, |number, _| number == 20);
        let captured = read_with(&[&torn], secrets);
        let left = said(&captured.timeline).len();
        assert!(left < whole && left + 3 >= whole, "{left} of {whole} {}", agreement.name);
        assert!(captured.timeline.torn().is_some());
    }
}

#[test]
fn a_key_log_that_is_none_is_pointed_at() {
    let (label, random) = ("CLIENT_TRAFFIC_SECRET_0", "0f".repeat(32));
    let capture = "tests/data/captures/opensips-rtpproxy-to-sipp.pcap";
    let judge = |name: &str, text: &str| {
        let path = scratch(name, text.as_bytes());
        let (code, shown) = start(&["judge", capture, "--keys", path.to_str().unwrap()]);
        assert_eq!(code, 2, "{shown}");
        shown
    };
    let text = format!("# keys\n{label} {random} 12zz\n");
    let shown = judge("digits.keys", &text);
    assert!(
        shown.contains("error: the secret, 64 or 96 hexadecimal digits, is missing"),
        "{shown}"
    );
    assert!(shown.contains("digits.keys:2:90\n"), "{shown}");
    assert!(shown.contains(" ^^^^\n"), "{shown}");
    let shown = judge("random.keys", &format!("{label} {}\n", &random[2..]));
    assert!(shown.contains("random.keys:1:25\n"), "{shown}");
    let shown = judge("letter.keys", "Dear Alice,\n");
    assert!(shown.contains("error: a label in capitals"), "{shown}");
    assert!(shown.contains("letter.keys:1:1\n"), "{shown}");
    let shown = judge("empty.keys", "# nothing\nEXPORTER_SECRET 00 00\n");
    assert!(shown.contains("error: there is no secret of a TLS connection in it"), "{shown}");
    let (code, shown) = start(&["judge", capture, "--keys", "nowhere.keys"]);
    assert_eq!((code, shown.contains("nowhere.keys")), (2, true), "{shown}");
}

/// The capture says what the live run said.
fn assert_same(captured: &Captured, live: &Timeline, how: &str) {
    let again = &captured.timeline;
    assert_eq!(said(again).len(), said(live).len(), "{how}: {:?}", captured.notes);
    assert_eq!(said(again), said(live), "{how}");
    assert_eq!(broken(again), broken(live), "{how}");
    assert_eq!(dialogs(again).len(), dialogs(live).len(), "{how}");
    assert_eq!(recordings(again).len(), recordings(live).len(), "{how}");
    assert_eq!(calls(again).len(), calls(live).len(), "{how}");
    assert!(again.torn().is_none(), "{how}");
}

/// Every message within TLS, as it left: from whom to whom, and every byte.
fn said(timeline: &Timeline) -> Vec<String> {
    let sent = timeline.signalling().iter().filter(|it| it.side == Side::Sent);
    let within = sent.filter(|it| it.transport == Transport::Tls);
    within
        .map(|it| {
            let bytes = it.message().unwrap().to_bytes();
            format!("{} {} {}", it.source, it.target, String::from_utf8_lossy(&bytes))
        })
        .collect()
}
