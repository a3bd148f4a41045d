//! A body that a real recording client sent: SDP and metadata tell of the same streams.

use tallylight::sdp::{Description, Direction};
use tallylight::siprec::{MediaType, Metadata, Multipart, Received};

const BODY: &[u8] = include_bytes!("../data/siprec/opensips_invite.body");
const CONTENT_TYPE: &str = "multipart/mixed;boundary=OSS-unique-boundary-42";

#[test]
fn every_labelled_stream_of_the_sdp_has_one_sender_in_the_metadata() {
    let received = Received::split(CONTENT_TYPE, BODY).unwrap();
    let sdp = Description::parse(received.sdp_bytes().unwrap()).unwrap();
    let metadata = Metadata::parse(received.metadata_bytes().unwrap()).unwrap();
    let heard = |label: &str| {
        let stream = metadata.labelled(label).next().unwrap();
        let senders = metadata.senders(&stream.id);
        senders.iter().map(|it| it.names[0].aor.clone()).collect::<Vec<_>>()
    };
    let streams: Vec<_> = sdp
        .media
        .iter()
        .map(|it| (it.port, it.direction, heard(it.label.as_deref().unwrap())))
        .collect();
    assert_eq!(
        streams,
        [
            (35001, Direction::SendOnly, vec!["sip:alice@example.com".to_owned()]),
            (35002, Direction::SendOnly, vec!["sip:bob@example.com".to_owned()]),
        ]
    );
    assert_eq!(metadata.dangling(), []);
}

#[test]
fn what_it_says_otherwise_than_rfc_7865_is_told_by_line() {
    let received = Received::split(CONTENT_TYPE, BODY).unwrap();
    let metadata = Metadata::parse(received.metadata_bytes().unwrap()).unwrap();
    let told: Vec<_> =
        metadata.quirks.iter().map(|it| format!("{}: {}", it.line, it.what)).collect();
    let time = |line: u32| {
        format!(
            "{line}: \"2026-11-20T13:14:34+0000\" in <associate-time> is not a time of RFC 3339"
        )
    };
    let id = "4: the id grp-1 of <group> is not a UUID in base64".to_owned();
    assert_eq!(told, [id, time(25), time(28), time(31)]);
}

#[test]
fn the_body_can_be_put_together_again_to_the_byte() {
    let media_type = MediaType::parse(CONTENT_TYPE).unwrap();
    let multipart = Multipart::parse(&media_type, BODY).unwrap();
    assert_eq!(multipart.to_bytes("OSS-unique-boundary-42"), BODY);
}
