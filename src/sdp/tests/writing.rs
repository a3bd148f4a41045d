//! What we write is exact, legal and read as it was meant.

use std::net::IpAddr;

use crate::sdp::{Attribute, Codec, Description, Direction, Format, Hold, Kind, Medium};
use crate::sdp::{Origin, Record, Session, Timing, judge_grammar};

/// The recorded call of the field guide, appendix A.1.
fn recording() -> Session {
    let address: IpAddr = "192.0.2.10".parse().unwrap();
    let formats = || [Codec::PCMU, Codec::PCMA, Codec::TELEPHONE_EVENT].map(Format::of).to_vec();
    let media =
        vec![Medium::recorded(30000, formats(), "1"), Medium::recorded(30002, formats(), "2")];
    Session { media, ..Session::new(Origin::new("BroadWorks", 1, address), address) }
}

fn text(session: &Session) -> String {
    String::from_utf8(session.to_bytes()).unwrap()
}

#[test]
fn a_recording_client_offers_two_labelled_streams() {
    let stream = |port: u16, label: &str| {
        format!(
            "m=audio {port} RTP/AVP 0 8 101\r\n\
             a=rtpmap:0 PCMU/8000\r\n\
             a=rtpmap:8 PCMA/8000\r\n\
             a=rtpmap:101 telephone-event/8000\r\n\
             a=fmtp:101 0-15\r\n\
             a=ptime:20\r\n\
             a=sendonly\r\n\
             a=label:{label}\r\n"
        )
    };
    let head =
        "v=0\r\no=BroadWorks 1 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\n";
    assert_eq!(text(&recording()), format!("{head}{}{}", stream(30000, "1"), stream(30002, "2")));
}

#[test]
fn what_is_written_is_read_as_it_was_meant() {
    let written = Session {
        times: vec![Timing { start: 1, stop: 2 }],
        attributes: vec![Record::On.attribute()],
        ..recording()
    };
    let read = written.describe();
    assert_eq!(read.origin.as_ref(), Some(&written.origin));
    assert_eq!(read.times, written.times);
    assert_eq!(read.media.len(), 2);
    for (read, written) in read.media.iter().zip(&written.media) {
        assert_eq!((&read.formats, read.direction), (&written.formats, written.direction));
        assert_eq!((&read.label, read.ptime), (&written.label, written.ptime));
        assert_eq!(read.record, Some(Record::On));
    }
}

#[test]
fn what_is_written_is_legal() {
    let held = recording().revised(|it| it.hold(Hold::InactiveNullAddress));
    let shrunk = recording().revised(|it| it.remove(0));
    for session in [recording(), held, shrunk] {
        assert_eq!(judge_grammar(&session.describe()), []);
    }
}

#[test]
fn a_session_of_ipv6_says_so_and_never_writes_the_unspecified_address() {
    let address: IpAddr = "2001:db8::1".parse().unwrap();
    let medium = Medium {
        hold: Some(Hold::NullAddress),
        ..Medium::audio(1000, vec![Format::of(Codec::G722)])
    };
    let media = vec![medium];
    let session = Session { media, ..Session::new(Origin::new("-", 1, address), address) };
    let text = text(&session);
    assert!(text.contains("o=- 1 1 IN IP6 2001:db8::1\r\n"));
    assert!(text.contains("c=IN IP6 2001:db8::1\r\n"));
    assert!(text.contains("c=IN IP6 nowhere.invalid\r\n"));
}

#[test]
fn a_stream_may_be_elsewhere_than_its_session() {
    let mut session = recording();
    session.media[1].address = "198.51.100.9".parse().ok();
    let read = session.describe();
    assert_eq!(read.media[0].rtp_address(), "192.0.2.10:30000".parse().ok());
    assert_eq!(read.media[1].rtp_address(), "198.51.100.9:30002".parse().ok());
}

#[test]
fn a_refused_stream_is_one_line() {
    let mut session = recording();
    session.media = vec![Medium::refused(Kind::Other("image".into()), "udptl", "t38")];
    assert!(text(&session).ends_with("t=0 0\r\nm=image 0 udptl t38\r\n"));
}

#[test]
fn no_value_can_smuggle_in_a_line() {
    let mut session = recording();
    session.media.truncate(1);
    session.media[0].label = Some("1\r\nm=audio 6 RTP/AVP 0".into());
    session.media[0].attributes.push(Attribute::new("x", "y\na=inactive"));
    let read = Description::parse(&session.to_bytes()).unwrap();
    assert_eq!(read.media.len(), 1);
    assert_eq!(read.media[0].direction, Direction::SendOnly);
}
