//! Other people's parsers read what we write as we do.

use std::collections::BTreeMap;

use bytes::Bytes;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use rsip::headers::ToTypedHeader as _;
use rsip::message::{HasHeaders as _, HeadersExt as _};
use tallylight::sip::{Message, Method};

/// What identifies a message, in whichever parser's words.
#[derive(Debug, Eq, PartialEq)]
struct Facts {
    branches: Vec<String>,
    from: Option<String>,
    to: Option<String>,
    call_id: String,
    cseq: (u32, String),
    body: Vec<u8>,
}

#[test]
fn we_read_what_we_write() {
    for_each_draft(|draft, written| {
        let read = Message::parse(written).unwrap();
        assert_eq!(read.check(), Ok(()), "{draft:?}");
        assert_eq!(ours(&read), ours(&draft.message), "{draft:?}");
    });
}

#[test]
fn sipx_reads_every_message_as_we_do() {
    for_each_draft(|draft, written| {
        let limits = sipx_sip::Limits::datagram();
        let theirs = sipx_sip::parse_datagram(written.clone(), &limits).unwrap();
        assert_eq!(sipx_sip::validate(&theirs), [], "{written:?}");
        assert_eq!(sipx(&theirs).unwrap(), ours(&draft.message), "{written:?}");
    });
}

/// The gaps of `rsip` are no licence to skip: each is shown to be one, by itself.
#[test]
fn rsip_reads_every_message_as_we_do_except_for_its_known_gaps() {
    let mut gaps: BTreeMap<&str, usize> = BTreeMap::new();
    for_each_draft(|draft, written| {
        let read = Message::parse(written).unwrap();
        let theirs = rsip(&read);
        match draft.gaps[..] {
            [] => assert_eq!(theirs, Some(ours(&read)), "{written:?}"),
            [gap] => {
                assert_ne!(theirs, Some(ours(&read)), "{gap}: {written:?}");
                *gaps.entry(gap).or_default() += 1;
            }
            _ => {}
        }
    });
    assert_eq!(gaps.keys().copied().collect::<Vec<_>>(), GAPS);
}

/// A message that we write, and what in it `rsip` cannot read.
#[derive(Debug)]
struct Draft {
    message: Message,
    gaps: Vec<&'static str>,
}

type Choice = (&'static str, Option<&'static str>);

fn for_each_draft(mut judge: impl FnMut(&Draft, &Bytes)) {
    let mut rng = ChaCha8Rng::seed_from_u64(3261);
    for _ in 0..DRAFTS {
        let draft = Draft::new(&mut rng);
        let written = draft.message.to_bytes();
        judge(&draft, &written);
    }
}

impl Draft {
    fn new(rng: &mut ChaCha8Rng) -> Self {
        let mut gaps = Vec::new();
        let mut pick = |choices: &[Choice]| {
            let (text, gap) = choices[below(rng, choices.len())];
            gaps.extend(gap);
            text
        };
        let method = pick(METHODS);
        let mut message = Message::request(Method::from(method), pick(URIS));
        for place in 0..3 {
            let via = pick(VIAS);
            if place == 0 || via.len() % 2 == 0 {
                message.headers.push("Via", format!("{via};branch=z9hG4bK{place}.{}", via.len()));
            }
        }
        message.headers.push("Max-Forwards", "70");
        message.headers.push("From", format!("{}<{}>;tag=a1-b", pick(NAMES), pick(URIS)));
        message.headers.push("To", format!("{}<{}>", pick(NAMES), pick(URIS)));
        message.headers.push("Call-ID", pick(CALL_IDS));
        message.headers.push("CSeq", format!("2147483647 {method}"));
        match pick(CONTACTS) {
            "" => {}
            contact => message.headers.push("Contact", contact),
        }
        for header in [pick(HEADERS), pick(HEADERS)] {
            let (name, value) = header.split_once(':').unwrap();
            message.headers.set(name, value);
        }
        let body = below(rng, BODIES.len());
        if body > 0 {
            message.set_body("multipart/mixed;boundary=\"a b\"", BODIES[body]);
        }
        if below(rng, 3) == 0 {
            let mut response = Message::response_to(&message, CODES[below(rng, CODES.len())], "");
            response.set_to_tag("z-9");
            response.set_body("application/sdp", BODIES[body]);
            message = response;
        }
        // Only what is still in the message counts.
        let written = String::from_utf8_lossy(&message.to_bytes()).into_owned();
        gaps.retain(|gap| is_in(gap, &written));
        gaps.sort_unstable();
        gaps.dedup();
        Self { message, gaps }
    }
}

/// Whether a gap matters in a response, which has lost its Request-URI and some headers.
fn is_in(gap: &str, written: &str) -> bool {
    match gap {
        EXTENSION => written.contains("FOO"),
        TEL => written.contains("tel:"),
        IPV6 => written.contains('['),
        TRANSPORT => written.contains("UNKNOWN"),
        QUOTED => written.contains("=\"<"),
        other => panic!("{other}"),
    }
}

fn ours(message: &Message) -> Facts {
    let vias = message.vias().unwrap();
    let tag = |tag: Option<&str>| tag.map(str::to_owned);
    let cseq = message.cseq().unwrap();
    Facts {
        branches: vias.iter().map(|via| via.branch().unwrap().to_owned()).collect(),
        from: tag(message.from().unwrap().tag()),
        to: tag(message.to().unwrap().tag()),
        call_id: message.call_id().unwrap().to_owned(),
        cseq: (cseq.number, cseq.method.to_string()),
        body: message.body.to_vec(),
    }
}

fn sipx(message: &sipx_sip::Message) -> Option<Facts> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let headers = message.headers();
    let mut branches = Vec::new();
    for via in headers.typed_all::<sipx_sip::Via>() {
        branches.push(text(via.ok()?.branch()?));
    }
    let cseq = headers.typed::<sipx_sip::CSeq>()?.ok()?;
    Some(Facts {
        branches,
        from: headers.typed::<sipx_sip::headers::From>()?.ok()?.0.tag().map(text),
        to: headers.typed::<sipx_sip::headers::To>()?.ok()?.0.tag().map(text),
        call_id: text(&headers.value(&sipx_sip::HeaderName::CallId)?),
        cseq: (cseq.sequence, text(cseq.method.as_bytes())),
        body: message.body().to_vec(),
    })
}

/// `None` where it cannot read the message.
fn rsip(message: &Message) -> Option<Facts> {
    let theirs = rsip::SipMessage::try_from(message).ok()?;
    let mut branches = Vec::new();
    for header in theirs.headers().iter() {
        if let rsip::Header::Via(via) = header {
            branches.push(via.typed().ok()?.branch()?.value().to_owned());
        }
        if let rsip::Header::Contact(contact) = header {
            contact.typed().ok()?;
        }
    }
    let cseq = theirs.cseq_header().ok()?.typed().ok()?;
    let tag = |tag: Option<&rsip::param::Tag>| tag.map(|tag| tag.value().to_owned());
    Some(Facts {
        branches,
        from: tag(theirs.from_header().ok()?.typed().ok()?.tag()),
        to: tag(theirs.to_header().ok()?.typed().ok()?.tag()),
        call_id: rsip::headers::UntypedHeader::value(theirs.call_id_header().ok()?).to_owned(),
        cseq: (cseq.seq, cseq.method.to_string()),
        body: theirs.body().clone(),
    })
}

fn below(rng: &mut ChaCha8Rng, bound: usize) -> usize {
    usize::try_from(rng.next_u32()).unwrap() % bound
}

const DRAFTS: usize = 3_000;

const EXTENSION: &str = "an extension method: its methods are a closed list";
const IPV6: &str = "an IPv6 address: it stops at the bracket";
const TEL: &str = "a tel: address: it takes the number for a port";
const TRANSPORT: &str = "an unknown transport: its transports are a closed list";
const QUOTED: &str = "a quoted parameter: it stops at the quote";

/// All of them, in their order.
const GAPS: &[&str] = &[QUOTED, TEL, IPV6, EXTENSION, TRANSPORT];

const METHODS: &[Choice] = &[
    ("INVITE", None),
    ("BYE", None),
    ("PRACK", None),
    ("REGISTER", None),
    ("UPDATE", None),
    ("INFO", None),
    ("FOO", Some(EXTENSION)),
];

const URIS: &[Choice] = &[
    ("sip:bob@example.com", None),
    ("sips:bob@example.com:5061", None),
    ("sip:srs.example.net:5060;transport=tcp", None),
    ("sip:+12025550101@192.0.2.10;user=phone", None),
    ("sip:a%20b@example.com;lr", None),
    ("sip:192.0.2.1", None),
    ("sip:x-y_z~1@a.b.example", None),
    ("sip:bob@[2001:db8::1]:5070", Some(IPV6)),
    ("tel:+12025550101", Some(TEL)),
];

const VIAS: &[Choice] = &[
    ("SIP/2.0/UDP 192.0.2.10:5060", None),
    ("SIP/2.0/TCP pc33.example.com", None),
    ("SIP/2.0/TLS pc33.example.com:5061;rport=40000;received=192.0.2.9", None),
    ("SIP/2.0/UDP pc33.example.com;rport", None),
    ("SIP/2.0/UDP [2001:db8::9:1]:5060", Some(IPV6)),
    ("SIP/2.0/UNKNOWN t4.example.com", Some(TRANSPORT)),
];

const NAMES: &[Choice] = &[
    ("", None),
    ("Alice ", None),
    ("Alice B. Carol ", None),
    ("\"Recorded User\"", None),
    ("\"Müller, \\\"Max\\\"\" ", None),
];

const CALL_IDS: &[Choice] =
    &[("BW000000000000000000001@192.0.2.10", None), ("a84b4c76e66710", None)];

const CONTACTS: &[Choice] = &[
    ("", None),
    ("<sip:src@192.0.2.10>;+sip.src", None),
    ("<sip:192.0.2.10:5060;transport=tcp>;src", None),
    ("<sip:a@192.0.2.10>;q=0.5;expires=60, <sip:b@192.0.2.11>", None),
    (
        "<sip:a@192.0.2.10>;+sip.instance=\"<urn:uuid:00000000-0000-4000-8000-000000000001>\"",
        Some(QUOTED),
    ),
];

const HEADERS: &[Choice] = &[
    ("Supported:", None),
    ("Recv-Info:", None),
    ("Require:siprec", None),
    ("Allow:INVITE, ACK, BYE, X-NEW", None),
    ("Session-ID:00112233445566778899aabbccddeeff;remote=00000000000000000000000000000000", None),
    ("X-Odd:;;,,;;,;", None),
    ("Date:Sat, 13 Nov 2010 23:29:00 GMT", None),
    ("Route:<sip:p1.example.com;lr>, <sip:p2.example.com;lr>", None),
];

const BODIES: &[&[u8]] =
    &[b"", b"v=0\r\no=- 1 1 IN IP4 192.0.2.10\r\n", b"\x00\xff\r\n\r\n\xfe--", b"\r\n"];

const CODES: &[u16] = &[100, 180, 200, 302, 401, 486, 503, 606];
