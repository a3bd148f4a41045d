//! Illegal answers, illegal changes and loose grammar are found out.

use super::{description, offer, reply};
use crate::sdp::Direction::{Inactive, RecvOnly, SendOnly};
use crate::sdp::{Description, Deviation, Problem, judge_answer, judge_grammar, judge_reoffer};

const RECORDED: [&str; 4] =
    ["m=audio 5000 RTP/AVP 0 8", "a=sendonly", "m=audio 5002 RTP/AVP 0 8", "a=sendonly"];

fn judge(answer: &[&str]) -> Vec<Problem> {
    judge_answer(&offer(&RECORDED), &reply(answer))
}

#[test]
fn a_recorder_that_answers_one_stream_of_two_is_found_out() {
    let problems = judge(&["m=audio 6000 RTP/AVP 0", "a=recvonly"]);
    assert_eq!(problems, [Problem::StreamCount { offered: 2, answered: 1 }]);
    assert_eq!(problems[0].section(), "6");
    assert_eq!(problems[0].to_string(), "2 streams were offered, 1 answered");
}

#[test]
fn each_stream_is_judged_in_its_place() {
    let second = ["m=audio 6002 RTP/AVP 8", "a=recvonly"];
    let table: [(&[&str], Problem); 8] = [
        (
            &["m=video 6000 RTP/AVP 0", "a=recvonly"],
            Problem::KindChanged { stream: 0, offered: "audio".into(), answered: "video".into() },
        ),
        (
            &["m=audio 6000 RTP/SAVP 0", "a=recvonly"],
            Problem::TransportChanged {
                stream: 0,
                offered: "RTP/AVP".into(),
                answered: "RTP/SAVP".into(),
            },
        ),
        (
            &["m=audio 6000 RTP/AVP 0"],
            Problem::Direction {
                stream: 0,
                offered: SendOnly,
                answered: crate::sdp::Direction::SendRecv,
            },
        ),
        (&["m=audio 6000 RTP/AVP 18", "a=recvonly"], Problem::NoCommonFormat { stream: 0 }),
        (
            &["m=audio 6000 RTP/AVP 0 101", "a=recvonly"],
            Problem::UnmappedPayloadType { stream: 0, payload_type: 101 },
        ),
        (&["m=audio 0 RTP/AVP "], Problem::NoFormat { stream: 0 }),
        (
            &["m=audio 6000 RTP/AVP 0", "c=IN IP4 233.252.0.1/127", "a=recvonly"],
            Problem::Multicast { stream: 0 },
        ),
        (
            &["m=audio 6000 RTP/AVP 0", "a=recvonly", "a=ptime:0"],
            Problem::ZeroPacketTime { stream: 0 },
        ),
    ];
    for (first, problem) in table {
        assert_eq!(judge(&[first, &second].concat()), [problem], "{first:?}");
    }
}

#[test]
fn a_pause_must_not_be_answered_recvonly() {
    let offer = offer(&["m=audio 5000 RTP/AVP 0", "a=inactive"]);
    let answer = reply(&["m=audio 6000 RTP/AVP 0", "a=recvonly"]);
    let problem = Problem::Direction { stream: 0, offered: Inactive, answered: RecvOnly };
    assert_eq!(judge_answer(&offer, &answer), [problem]);
}

#[test]
fn a_refusal_and_a_missing_label_are_no_problem() {
    assert_eq!(judge(&["m=audio 0 RTP/AVP 0", "m=audio 6002 RTP/AVP 8", "a=inactive"]), []);
}

#[test]
fn a_removed_stream_stays_removed() {
    let offer = offer(&["m=audio 0 RTP/AVP 0"]);
    let answer = reply(&["m=audio 6000 RTP/AVP 0"]);
    assert_eq!(judge_answer(&offer, &answer), [Problem::RemovedStreamAccepted { stream: 0 }]);
}

#[test]
fn origin_time_and_address_are_the_answerers_duty() {
    let offer = offer(&["m=audio 5000 RTP/AVP 0"]);
    let answer =
        description(&["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "t=1 2", "m=audio 6000 RTP/AVP 0"]);
    let problems = judge_answer(&offer, &answer);
    assert_eq!(
        problems,
        [Problem::TimeChanged, Problem::OriginCopied, Problem::NoAddress { stream: 0 }]
    );
}

/// The description of one side at a version, with these lines from the first `m=` on.
fn at(version: u64, lines: &[&str]) -> Description {
    let origin = format!("o=- 1 {version} IN IP4 192.0.2.1");
    description(&[&["v=0", &origin, "s=-", "c=IN IP4 192.0.2.1", "t=0 0"], lines].concat())
}

#[test]
fn a_later_offer_is_judged_by_the_one_before() {
    let dynamic = ["m=audio 5000 RTP/AVP 96", "a=rtpmap:96 opus/48000/2"];
    let before = at(5, &dynamic);
    let other = ["m=audio 5000 RTP/AVP 96", "a=rtpmap:96 L16/8000"];
    let table = [
        (at(5, &dynamic), vec![]),
        (at(6, &dynamic), vec![]),
        (at(7, &dynamic), vec![Problem::VersionStep { from: 5, to: 7 }]),
        (at(4, &dynamic), vec![Problem::VersionStep { from: 5, to: 4 }]),
        (at(5, &dynamic[..1]), vec![Problem::ChangedUnderSameVersion { version: 5 }]),
        (at(6, &[]), vec![Problem::StreamDropped { before: 1, after: 0 }]),
        (at(6, &other), vec![Problem::PayloadTypeReassigned { stream: 0, payload_type: 96 }]),
        (reply(&dynamic), vec![Problem::OriginChanged]),
    ];
    for (next, problems) in table {
        assert_eq!(judge_reoffer(&before, &next), problems);
    }
}

#[test]
fn a_strict_reader_is_told_what_was_forgiven() {
    let judged = |text: &str| judge_grammar(&Description::parse(text.as_bytes()).unwrap());
    assert_eq!(judge_grammar(&offer(&RECORDED)), []);
    assert_eq!(
        judged("v=0\r\nc=IN IP4 192.0.2.1\r\no=x a 1 IN IP4 h\r\ns=\r\nq=1\nk=prompt\r\n"),
        [
            Deviation::LineOrder { line: 3, key: 'o' },
            Deviation::EmptyName,
            Deviation::LineOrder { line: 4, key: 's' },
            Deviation::LineEnd { line: 5 },
            Deviation::UnknownLine { line: 5, key: 'q' },
            Deviation::KeyLine { line: 6 },
            Deviation::OriginNumber { text: "a".into() },
            Deviation::NoTime,
        ]
    );
    assert_eq!(
        judged("v=0\r\ns= \r\nt=0 0\r\nm=audio 1 RTP/AVP 99\r\na=label:a b\r\n"),
        [
            Deviation::NoOrigin,
            Deviation::NoAddress { stream: 0 },
            Deviation::Label { stream: 0, label: "a b".into() },
            Deviation::UnmappedPayloadType { stream: 0, payload_type: 99 },
        ]
    );
}

#[test]
fn a_name_in_another_charset_has_to_say_so() {
    let head = b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=Caf\xe9\r\nt=0 0\r\n";
    let said = [&head[..], b"a=charset:ISO-8859-1\r\n"].concat();
    assert_eq!(judge_grammar(&Description::parse(head).unwrap()), [Deviation::NotUtf8]);
    assert_eq!(judge_grammar(&Description::parse(&said).unwrap()), []);
}
