//! Multipart bodies, byte for byte.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::siprec::{Header, Malformed, MediaType, Multipart, Part};

fn parse(boundary: &str, body: &str) -> Result<Multipart, Malformed> {
    let media_type = MediaType::parse(&format!("multipart/mixed;boundary=\"{boundary}\"")).unwrap();
    Multipart::parse(&media_type, body.as_bytes())
}

fn bodies(multipart: &Multipart) -> Vec<&str> {
    multipart.parts.iter().map(|it| str::from_utf8(&it.body).unwrap()).collect()
}

/// The example of RFC 2046 section 5.1.1 in our own words: with preamble and epilogue, a part
/// without headers, and a part that ends with a line break.
const EXAMPLE: &str = "Nobody reads this,\r\nnor this.\r\n--simple boundary\r\n\r\nThe first part.\r\n\
    It has no line break at its end.\r\n--simple boundary\r\nContent-type: text/plain; charset=us-ascii\r\n\
    \r\nThe second part.\r\nIt has one.\r\n\r\n--simple boundary--\r\nNor is this read.\r\n";

#[test]
fn the_example_of_rfc_2046_is_taken_apart_and_put_together_again() {
    let multipart = parse("simple boundary", EXAMPLE).unwrap();
    assert_eq!(
        bodies(&multipart),
        [
            "The first part.\r\nIt has no line break at its end.",
            "The second part.\r\nIt has one.\r\n"
        ]
    );
    assert_eq!(multipart.parts[0].headers, []);
    assert_eq!(multipart.preamble.as_deref(), Some(&b"Nobody reads this,\r\nnor this."[..]));
    assert_eq!(multipart.epilogue.as_deref(), Some(&b"Nor is this read.\r\n"[..]));
    assert_eq!(multipart.to_bytes("simple boundary"), EXAMPLE.as_bytes());
}

#[test]
fn what_surrounds_the_parts_is_kept_exactly() {
    for body in [
        "--b\r\n\r\nx\r\n--b--",
        "--b\r\n\r\nx\r\n--b--\r\n",
        "--b\r\n\r\n\r\n--b--\r\n\r\n",
        "\r\n--b\r\n\r\nx\r\n--b--",
        "--b\r\nA:1\r\nB : 2\r\nC:\r\n folded\r\n\r\n\r\n--bb\r\n--b--\r\nend",
        "--b\r\n\r\ncut off",
        "--b--",
    ] {
        assert_eq!(parse("b", body).unwrap().to_bytes("b"), body.as_bytes(), "{body:?}");
    }
}

#[test]
fn headers_are_found_however_they_are_written() {
    let multipart =
        parse("b", "--b\r\nContent-Type:application/sdp\r\ncontent-LENGTH : 12\r\nX: a\r\n\tb\r\n\r\n\r\n--b--").unwrap();
    let part = &multipart.parts[0];
    assert_eq!(part.header("content-type"), Some("application/sdp"));
    assert_eq!(part.header("Content-Length"), Some("12"));
    assert_eq!(part.header("x"), Some("a\r\n\tb"));
    assert_eq!(part.header("y"), None);
    assert_eq!(part.headers[0], Header::tight("Content-Type", "application/sdp"));
}

#[test]
fn a_part_that_does_not_say_what_it_is_is_plain_text() {
    assert!(Part::default().media_type().is("text/plain"));
}

#[test]
fn only_a_whole_line_is_a_boundary() {
    let multipart =
        parse("foo", "--foo\r\n\r\n--foobar\r\nx --foo\r\n--foo\t \r\n\r\ny\r\n--foo--  \r\n")
            .unwrap();
    assert_eq!(bodies(&multipart), ["--foobar\r\nx --foo", "y"]);
}

#[test]
fn lines_may_end_without_a_carriage_return() {
    let multipart = parse("b", "pre\n--b\nA: 1\n\nx\n--b\n\ny\n--b--\nepi").unwrap();
    assert_eq!(bodies(&multipart), ["x", "y"]);
    assert_eq!(multipart.preamble.as_deref(), Some(&b"pre"[..]));
}

#[test]
fn one_that_was_cut_off_is_read_as_far_as_it_goes() {
    let multipart = parse("b", "--b\r\n\r\nx\r\n--b\r\nA: 1\r\n\r\nhalf of").unwrap();
    assert_eq!(bodies(&multipart), ["x", "half of"]);
    assert!(!multipart.closed);
}

#[test]
fn what_is_no_multipart_says_why() {
    let refused = |boundary: &str, body: &str| parse(boundary, body).unwrap_err();
    assert!(matches!(refused("", "--\r\n"), Malformed::Boundary { .. }));
    assert!(matches!(refused(&"x".repeat(71), ""), Malformed::Boundary { .. }));
    assert_eq!(refused("b", "v=0\r\n"), Malformed::NoParts { boundary: "b".into() });
    assert_eq!(refused("b", "--b\r\nv=0\r\n--b--"), Malformed::Header { part: 0 });
    assert_eq!(refused("b", "--b\r\n folded: 1\r\n\r\n--b--"), Malformed::Header { part: 0 });
    let many = "--b\r\n\r\n\r\n".repeat(33);
    assert_eq!(refused("b", &many), Malformed::TooManyParts { what: "parts", most: 32 });
    let headers = "--b\r\n".to_owned() + &"A: 1\r\n".repeat(33);
    assert_eq!(refused("b", &headers), Malformed::TooManyParts { what: "headers", most: 32 });
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_is_put_together_comes_apart_again(
        bodies in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..5),
        header in "[A-Za-z-]{1,10}",
        value in "[ -~]{0,20}",
    ) {
        let headers = vec![Header { name: header, value }];
        let part = |body: Vec<u8>| Part { headers: headers.clone(), body };
        let multipart = Multipart::new(bodies.into_iter().map(part).collect());
        let bytes = multipart.to_bytes("a boundary of 31 characters ...");
        let media_type = MediaType::parse("a/b;boundary=\"a boundary of 31 characters ...\"").unwrap();
        prop_assert_eq!(Multipart::parse(&media_type, &bytes), Ok(multipart));
    }
}
