//! The INVITEs that start a recording session, in both dialects, lose nothing on their way.

use bytes::Bytes;
use tallylight::sip::{Message, NameAddr, Refresher};

use crate::corpus;

#[test]
fn both_dialects_are_legal_and_written_byte_for_byte() {
    for name in ["webex_calling", "rfc_strict"] {
        let raw = raw(name);
        let invite = Message::parse(&raw).unwrap();
        assert_eq!(invite.check(), Ok(()), "{name}");
        assert_eq!(invite.to_bytes(), raw, "{name}");
        assert_eq!(invite.excess(), b"", "{name}");
        assert!(invite.body.ends_with(b"--\r\n"), "{name}");
    }
}

#[test]
fn every_header_is_reachable_in_both_dialects() {
    for name in ["webex_calling", "rfc_strict"] {
        let raw = raw(name);
        let invite = Message::parse(&raw).unwrap();
        let text = String::from_utf8(raw.to_vec()).unwrap();
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        let mut folded = 0;
        for line in head.lines().skip(1) {
            match line.split_once(':') {
                Some((header, value)) if !line.starts_with(' ') => {
                    let found = invite.headers.get(header).unwrap();
                    assert!(found.starts_with(value.trim()), "{name}: {header}: {found}");
                }
                _ => folded += 1,
            }
        }
        assert_eq!(invite.headers.len() + folded, head.lines().count() - 1, "{name}");
    }
}

#[test]
fn the_dialect_of_webex_calling_is_told() {
    let invite = Message::parse(&raw("webex_calling")).unwrap();
    let from = invite.from().unwrap();
    assert_eq!(from.display.as_deref(), Some("Recorded User"));
    assert_eq!(from.uri.user().as_deref(), Some("+12025550101"));
    assert_eq!(from.tag(), Some("100000001-1700000000000-"));
    let contact = contact(&invite);
    assert!(contact.params.has("src") && !contact.params.has("+sip.src"));
    assert_eq!(contact.uri.param("transport"), Some("tcp"));
    assert!(invite.tokens("Supported").unwrap().0.is_empty());
    assert!(invite.headers.has("Recv-Info") && !invite.headers.has("Require"));
    assert_eq!(invite.headers.get("Recv-Info"), Some(""));
    assert_eq!(invite.headers.all("Accept").count(), 3);
    let content_type = invite.content_type().unwrap().unwrap();
    assert_eq!(content_type.params.get("boundary"), Some("UniqueBroadWorksBoundary"));
}

#[test]
fn the_dialect_of_the_rfc_is_told() {
    let invite = Message::parse(&raw("rfc_strict")).unwrap();
    assert!(invite.tokens("Require").unwrap().contains("siprec"));
    let contact = contact(&invite);
    assert_eq!(contact.params.get("+sip.src"), Some(""));
    assert_eq!(
        contact.params.get("+sip.instance"),
        Some("<urn:uuid:00000000-0000-4000-8000-000000000009>")
    );
    let timer = invite.session_expires().unwrap().unwrap();
    assert_eq!((timer.seconds, timer.refresher), (1_800, Some(Refresher::Uac)));
    assert_eq!(invite.headers.all("Accept").count(), 3);
    let content_type = invite.content_type().unwrap().unwrap();
    assert_eq!(content_type.params.get("boundary"), Some("foobar"));
}

fn contact(invite: &Message) -> NameAddr {
    invite.contact().unwrap().unwrap()
}

fn raw(name: &str) -> Bytes {
    corpus::raw("siprec_invite", name)
}
