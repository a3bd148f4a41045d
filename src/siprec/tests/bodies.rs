//! Bodies of two parts, in every layout of the field.

use super::{fixture, read};
use crate::siprec::{
    Body, Colon, Dialect, Header, Layout, Malformed, Metadata, MetadataType, Multipart, Order,
    Part, Received,
};

const SDP: &[u8] = b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n";
const XML: &str = fixture!("quirk_none.xml");

#[test]
fn webex_puts_the_metadata_first_and_no_blank_after_its_colons() {
    let body = Body::both(SDP, "<x/>", &Layout::of(Dialect::Webex));
    assert_eq!(body.content_type, "multipart/mixed;boundary=UniqueBroadWorksBoundary");
    let expected = "--UniqueBroadWorksBoundary\r\n\
        Content-Type:application/rs-metadata+xml\r\n\
        Content-Disposition:recording-session\r\n\
        \r\n\
        <x/>\r\n\
        --UniqueBroadWorksBoundary\r\n\
        Content-Type: application/sdp\r\n\
        \r\n\
        v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n\
        \r\n\
        --UniqueBroadWorksBoundary--\r\n";
    assert_eq!(String::from_utf8(body.bytes).unwrap(), expected);
}

#[test]
fn a_body_of_either_layout_is_taken_apart() {
    let rfc = Layout::of(Dialect::Rfc);
    for layout in [
        Layout::of(Dialect::Webex),
        Layout { metadata_type: MetadataType::Withdrawn, ..rfc.clone() },
        Layout {
            order: Order::MetadataFirst,
            colon: Colon::Tight,
            boundary: "a b:c".into(),
            ..rfc.clone()
        },
        rfc,
    ] {
        let body = Body::both(SDP, XML, &layout);
        let received = Received::split(&body.content_type, &body.bytes).unwrap();
        assert_eq!(received.sdp_bytes(), Some(SDP));
        assert_eq!(received.metadata_bytes(), Some(XML.as_bytes()));
        assert_eq!((received.others.len(), received.is_cut_off), (0, false));
        let metadata = received.metadata.unwrap();
        assert_eq!(metadata.header("Content-Type"), Some(layout.metadata_type.as_str()));
        assert_eq!(metadata.header("Content-Disposition"), Some("recording-session"));
    }
}

#[test]
fn a_boundary_that_occurs_in_a_part_is_changed() {
    let body = Body::both(b"--foobar\r\n--foobar0", "<x/>", &Layout::of(Dialect::Rfc));
    assert_eq!(body.content_type, "multipart/mixed;boundary=foobar01");
    let received = Received::split(&body.content_type, &body.bytes).unwrap();
    assert_eq!(received.sdp_bytes(), Some(&b"--foobar\r\n--foobar0"[..]));
}

#[test]
fn either_part_may_come_alone() {
    for kind in [MetadataType::Current, MetadataType::Withdrawn] {
        let body = Body::metadata(XML, kind);
        assert_eq!(body.content_disposition.as_deref(), Some("recording-session"));
        let received = Received::split(&body.content_type, &body.bytes).unwrap();
        assert_eq!((received.sdp_bytes(), received.metadata_bytes()), (None, Some(XML.as_bytes())));
    }
    let body = Body::sdp(SDP);
    assert_eq!(body.content_disposition, None);
    let received = Received::split(&body.content_type, &body.bytes).unwrap();
    assert_eq!((received.sdp_bytes(), received.metadata_bytes()), (Some(SDP), None));
}

fn part(content_type: &str, body: &[u8]) -> Part {
    Part { headers: vec![Header::new("Content-Type", content_type)], body: body.to_vec() }
}

#[test]
fn other_parts_are_kept_and_nested_ones_opened() {
    let inner = Multipart::new(vec![part("application/rs-metadata", b"<recording/>")]);
    let outer = Multipart::new(vec![
        part("application/gtd", b"IAM,\r\n"),
        part("multipart/related;boundary=inner", &inner.to_bytes("inner")),
        part("Application/SDP; charset=utf-8", SDP),
        part("application/sdp", b"a second one"),
    ]);
    let received =
        Received::split("multipart/mixed; boundary=\"out er\"", &outer.to_bytes("out er")).unwrap();
    assert_eq!(received.sdp_bytes(), Some(SDP), "the first, whatever the case of its type");
    assert_eq!(received.metadata_bytes(), Some(&b"<recording/>"[..]));
    let others: Vec<_> = received.others.iter().map(|it| it.body.as_slice()).collect();
    assert_eq!(others, [&b"IAM,\r\n"[..], b"a second one"]);
}

#[test]
fn the_length_of_a_part_is_what_its_boundaries_say() {
    let body =
        "--b\r\nContent-Type:application/sdp\r\nContent-Length:3\r\n\r\nv=0\r\n\r\n--b--\r\n";
    let received = Received::split("multipart/mixed;boundary=b", body.as_bytes()).unwrap();
    assert_eq!(received.sdp_bytes(), Some(&b"v=0\r\n"[..]));
    assert_eq!(received.sdp.unwrap().header("Content-Length"), Some("3"));
}

#[test]
fn a_body_that_a_datagram_cut_off_is_told_of() {
    let body = Body::both(SDP, XML, &Layout::of(Dialect::Rfc));
    let half = &body.bytes[..body.bytes.len() - 200];
    let received = Received::split(&body.content_type, half).unwrap();
    assert!(received.is_cut_off);
    assert_eq!(received.sdp_bytes(), Some(SDP));
    assert!(matches!(
        Metadata::parse(received.metadata_bytes().unwrap()),
        Err(Malformed::NotXml { .. })
    ));
}

#[test]
fn a_body_that_cannot_be_taken_apart_says_why() {
    let refused =
        |content_type: &str, body: &[u8]| Received::split(content_type, body).unwrap_err();
    assert_eq!(refused(" ", SDP), Malformed::MediaType { value: String::new() });
    assert!(matches!(refused("multipart/mixed", SDP), Malformed::Boundary { .. }));
    let mut body = SDP.to_vec();
    for _ in 0..5 {
        let nested = Multipart::new(vec![part("multipart/mixed;boundary=b", &body)]);
        body = nested.to_bytes("b");
    }
    let deep = refused("multipart/mixed;boundary=b", &body);
    assert!(matches!(deep, Malformed::NoParts { .. } | Malformed::TooManyParts { .. }), "{deep}");
}

#[test]
fn nesting_has_an_end() {
    let mut nested = part("application/sdp", SDP);
    for level in 0..5 {
        let boundary = format!("b{level}");
        let bytes = Multipart::new(vec![nested]).to_bytes(&boundary);
        nested = part(&format!("multipart/mixed;boundary={boundary}"), &bytes);
    }
    let refused = Received::split(nested.header("Content-Type").unwrap(), &nested.body);
    assert_eq!(refused, Err(Malformed::TooManyParts { what: "levels", most: 4 }));
}

#[test]
fn the_metadata_of_a_body_is_read() {
    let body = Body::both(SDP, XML, &Layout::of(Dialect::Webex));
    let received = Received::split(&body.content_type, &body.bytes).unwrap();
    assert_eq!(Metadata::parse(received.metadata_bytes().unwrap()), Ok(read(XML)));
}
