//! The torture tests of RFC 4475 and RFC 5118: every message is read or refused as the RFC says.

use tallylight::sip::{Contacts, Host, Malformed, Message, Method, NameAddr, Uri};

use crate::corpus;

/// What a legal message says.
struct Facts {
    name: &'static str,
    vias: usize,
    from: Option<&'static str>,
    to: Option<&'static str>,
    cseq: (u32, &'static str),
    body: usize,
}

#[test]
fn every_legal_message_is_read_as_it_says() {
    for facts in LEGAL {
        let name = facts.name;
        let message = read("rfc4475", name);
        assert_eq!(message.check(), Ok(()), "{name}");
        assert_eq!(message.vias().unwrap().len(), facts.vias, "{name}");
        assert_eq!(message.from().unwrap().tag(), facts.from, "{name}");
        assert_eq!(message.to().unwrap().tag(), facts.to, "{name}");
        let cseq = message.cseq().unwrap();
        assert_eq!((cseq.number, cseq.method.as_str()), facts.cseq, "{name}");
        assert_eq!(message.body.len(), facts.body, "{name}");
        assert!(message.call_id().unwrap().starts_with(call_id(name)), "{name}");
    }
}

#[test]
fn every_illegal_message_is_refused_for_its_own_fault() {
    for (name, status, why) in REFUSED {
        let fault = refusal("rfc4475", name);
        assert_eq!(fault.to_string(), *why, "{name}");
        assert_eq!(fault.status(), *status, "{name}");
    }
}

#[test]
fn every_message_of_the_rfc_is_judged() {
    assert_eq!(LEGAL.len() + REFUSED.len(), 49);
    for (folder, count) in [("rfc4475", 49), ("rfc5118", 12)] {
        assert_eq!(corpus::all(folder).len(), count, "{folder}");
    }
}

#[test]
fn every_untouched_message_is_written_byte_for_byte() {
    let whole = corpus::all("rfc4475").into_iter().chain(corpus::all("rfc5118"));
    let mut read = 0;
    for (name, raw) in whole {
        if let Ok(message) = Message::parse(&raw) {
            assert_eq!(message.to_bytes(), raw, "{name}");
            read += 1;
        }
    }
    // All but bigcode, whose status is none.
    assert_eq!(read, 60);
}

#[test]
fn a_changed_message_still_has_every_other_header_as_it_came() {
    for (name, raw) in corpus::all("rfc4475") {
        let Ok(mut message) = Message::parse(&raw) else { continue };
        message.headers.push("X-Changed", "yes");
        let written = message.to_bytes();
        for line in Message::parse(&raw).unwrap().headers.lines() {
            let found = written.windows(line.raw().len()).any(|part| part == line.raw());
            assert!(found, "{name}: {:?}", line.raw());
        }
        assert!(!written.ends_with(message.excess()) || message.excess().is_empty(), "{name}");
    }
}

#[test]
fn octets_after_the_body_are_noise() {
    let message = read("rfc4475", "dblreq");
    assert_eq!(message.excess().len(), 450);
    assert!(message.excess().starts_with(b"\r\nINVITE sip:joe@example.com SIP/2.0\r\n"));
}

#[test]
fn a_percent_sign_is_an_escape_in_addresses_only() {
    let esc01 = read("rfc4475", "esc01");
    assert_eq!(esc01.request_uri().unwrap().user().unwrap(), "sips:user@example.com");
    assert_eq!(esc01.from().unwrap().uri.user().unwrap(), "I have spaces");
    let contact = esc01.contact().unwrap().unwrap().uri;
    assert!(contact.as_sip().unwrap().is_loose());
    assert_eq!(contact.param("name"), Some("value%2541"));
    let to = Uri::parse("sip:user@example.com").unwrap();
    assert!(esc01.to().unwrap().uri.is_equivalent(&to));

    let esc02 = read("rfc4475", "esc02");
    assert_eq!(esc02.method(), Some(&Method::Other("RE%47IST%45R".into())));
    assert_eq!(esc02.from().unwrap().display.as_deref(), Some("%Z%45"));
    assert_eq!(contacts(&esc02).len(), 2);
}

#[test]
fn a_null_does_not_end_an_address() {
    let message = read("rfc4475", "escnull");
    assert_eq!(message.to().unwrap().uri.user().unwrap(), "null-\0-null");
    let users: Vec<_> = contacts(&message).iter().map(|contact| contact.uri.user()).collect();
    assert_eq!(users, [Some("\0".to_owned()), Some("\0\0".to_owned())]);
}

#[test]
fn unusual_characters_are_kept() {
    let intmeth = read("rfc4475", "intmeth");
    let to = intmeth.to().unwrap();
    assert_eq!(to.display.as_deref(), Some("BEL:\u{7} NUL:\0 DEL:\u{7f}"));
    let from = intmeth.from().unwrap();
    assert_eq!(from.display.as_deref(), Some("token1~` token2'+_ token3*%!.-"));
    assert_eq!(from.params.get("fromParam''~+*_!.-%"), Some("работающий"));
    assert_eq!(intmeth.headers.get("extensionHeader-!.%*+_`'~"), Some("\u{feff}大停電"));
    let semiuri = read("rfc4475", "semiuri");
    assert_eq!(semiuri.request_uri().unwrap().user().unwrap(), "user;par=u@example.net");
    assert_eq!(semiuri.headers.all("Accept").count(), 6);
}

#[test]
fn a_parameter_outside_brackets_is_the_header_s() {
    let outside = &contacts(&read("rfc4475", "cparam01"))[0];
    assert!(outside.params.has("unknownparam"));
    assert_eq!(outside.uri.param("unknownparam"), None);
    let inside = &contacts(&read("rfc4475", "cparam02"))[0];
    assert!(!inside.params.has("unknownparam"));
    assert_eq!(inside.uri.param("unknownparam"), Some(""));
    let escaped = &contacts(&read("rfc4475", "regescrt"))[0];
    let headers = &escaped.uri.as_sip().unwrap().headers;
    assert_eq!(headers[0], ("Route".to_owned(), "%3Csip:sip.example.com%3E".to_owned()));
}

#[test]
fn a_folded_message_says_the_same() {
    let wsinv = read("rfc4475", "wsinv");
    assert_eq!(wsinv.max_forwards(), Ok(Some(68)));
    assert_eq!(wsinv.headers.get("Subject"), Some(""));
    assert_eq!(
        wsinv.headers.get("NewFangledHeader"),
        Some("newfangled value continued newfangled value")
    );
    assert_eq!(wsinv.from().unwrap().display.as_deref(), Some("J Rosenberg \\\""));
    let contact = wsinv.contact().unwrap().unwrap();
    assert_eq!((contact.q(), contact.params.get("newparam")), (Some(330), Some("newvalue")));
    let hosts: Vec<_> = wsinv.vias().unwrap().iter().map(|via| via.host.to_string()).collect();
    assert_eq!(hosts, ["192.0.2.2", "spindle.example.com", "192.168.255.111"]);
}

#[test]
fn ipv6_messages_are_read_as_the_rfc_says() {
    for (name, raw) in corpus::all("rfc5118") {
        let verdict = Message::parse(&raw).unwrap().check();
        assert_eq!(verdict.is_err(), name == "ipv6-bad", "{name}: {verdict:?}");
    }
    let port = |name| {
        let message = read("rfc5118", name);
        let uri = message.request_uri().unwrap();
        let sip = uri.as_sip().unwrap().clone();
        (sip.host, sip.port)
    };
    let host = |text: &str| Host::V6(text.parse().unwrap());
    assert_eq!(port("ipv6-good"), (host("2001:db8::10"), None));
    assert_eq!(port("port-ambiguous"), (host("2001:db8::10:5070"), None));
    assert_eq!(port("port-unambiguous"), (host("2001:db8::10"), Some(5070)));
    assert_eq!(port("ipv6-bug-abnf-3-colons"), port("ipv6-correct-abnf-2-colons"));
    for name in ["via-received-param-with-delim", "via-received-param-no-delim"] {
        let via = read("rfc5118", name).via().unwrap();
        assert_eq!(via.received(), Some("2001:db8::9:255".parse().unwrap()), "{name}");
    }
    assert_eq!(read("rfc5118", "mult-ip-in-header").vias().unwrap().len(), 3);
    let mapped = read("rfc5118", "ipv4-mapped-ipv6").via().unwrap();
    assert_eq!((mapped.host, mapped.port), (host("::ffff:192.0.2.10"), Some(19_823)));
    assert_eq!(refusal("rfc5118", "ipv6-bad").status(), 400);
}

fn contacts(message: &Message) -> Vec<NameAddr> {
    match message.contacts().unwrap() {
        Contacts::These(contacts) => contacts,
        Contacts::All => panic!("a star"),
    }
}

fn refusal(folder: &str, name: &str) -> Malformed {
    match Message::parse(&corpus::raw(folder, name)) {
        Ok(message) => message.check().expect_err(name),
        Err(fault) => fault,
    }
}

fn read(folder: &str, name: &str) -> Message {
    Message::parse(&corpus::raw(folder, name)).expect(name)
}

/// Almost every Call-ID of the RFC begins with the name of its message.
fn call_id(name: &str) -> &str {
    if name == "mpart01" { "3d9485ad0c49859b@" } else { name }
}

const fn legal(
    name: &'static str,
    vias: usize,
    (from, to): (Option<&'static str>, Option<&'static str>),
    cseq: (u32, &'static str),
    body: usize,
) -> Facts {
    Facts { name, vias, from, to, cseq, body }
}

/// The messages of sections 3.1.1, 3.2, 3.3 and 3.4 that are well-formed.
const LEGAL: &[Facts] = &[
    legal("wsinv", 3, (Some("98asjd8"), Some("1918181833n")), (9, "INVITE"), 150),
    legal(
        "intmeth",
        1,
        (Some("_token~1'+`*%!-."), None),
        (139_122_385, "!interesting-Method0123456789_*+`.%indeed'~"),
        0,
    ),
    legal("esc01", 1, (Some("938"), None), (234_234, "INVITE"), 150),
    legal("escnull", 1, (Some("839923423"), None), (14_398_234, "REGISTER"), 0),
    legal("esc02", 1, (Some("f232jadfj23"), None), (29_344, "RE%47IST%45R"), 0),
    legal("lwsdisp", 1, (Some("323"), None), (60, "OPTIONS"), 0),
    legal("longreq", 34, (Some(LONG_TAG), None), (3_882_340, "INVITE"), 150),
    legal("dblreq", 1, (Some("43251j3j324"), None), (8, "REGISTER"), 0),
    legal("semiuri", 1, (Some("33242"), None), (8, "OPTIONS"), 0),
    legal("transports", 5, (Some("323"), None), (60, "OPTIONS"), 0),
    legal("mpart01", 1, (Some("2fb0dcc9"), None), (1, "MESSAGE"), 553),
    legal("unreason", 1, (Some("11141343"), Some("2229")), (35, "INVITE"), 154),
    legal("noreason", 1, (Some("39ansfi3"), Some("902jndnke3")), (35, "INVITE"), 0),
    legal("badbranch", 1, (Some("33242"), None), (8, "OPTIONS"), 0),
    legal("unkscm", 1, (Some("384"), None), (3_923_423, "OPTIONS"), 0),
    legal("novelsc", 1, (Some("384"), None), (3_923_423, "OPTIONS"), 0),
    legal("unksm2", 1, (Some("3234233"), None), (234_902, "REGISTER"), 0),
    legal("bext01", 1, (Some("242etr"), None), (8, "OPTIONS"), 0),
    legal("invut", 1, (Some("8392034"), None), (235_448, "INVITE"), 40),
    legal("regaut01", 1, (Some("87321hj23128"), None), (9_338, "REGISTER"), 0),
    legal("bcast", 2, (Some("11141343"), Some("2229")), (35, "INVITE"), 154),
    legal("zeromf", 1, (Some("3ghsd41"), None), (39_234_321, "OPTIONS"), 0),
    legal("cparam01", 1, (Some("DkfVgjkrtMwaerKKpe"), None), (2, "REGISTER"), 0),
    legal("cparam02", 1, (Some("838293"), None), (3, "REGISTER"), 0),
    legal("regescrt", 1, (Some("8"), None), (14_398_234, "REGISTER"), 0),
    legal("sdp01", 1, (Some("234"), None), (8, "INVITE"), 150),
    legal("inv2543", 1, (None, None), (56, "INVITE"), 105),
];

/// `12`, fifty times `982`, `424`.
const LONG_TAG: &str = concat!(
    "12",
    "982982982982982982982982982982982982982982982982982982982982982982982982982",
    "982982982982982982982982982982982982982982982982982982982982982982982982982",
    "424"
);

/// The messages that an element should refuse, with what status and why. A response is dropped,
/// so that its status does not matter.
const REFUSED: &[(&str, u16, &str)] = &[
    ("badinv01", 400, "read Via at line 7, byte 23: a token is missing"),
    ("clerr", 400, "find the 9999 bytes of Content-Length in a body of 154"),
    ("ncl", 400, "read Content-Length at line 10, byte 0: a number is missing"),
    ("scalar02", 400, "read CSeq at line 5, byte 0: the number is out of range"),
    ("scalarlg", 400, "read CSeq at line 5, byte 0: the number is out of range"),
    ("quotbal", 400, "read To at line 2, byte 37: a quote is never closed"),
    ("ltgtruri", 400, "read Request-URI at line 1, byte 0: a scheme is missing"),
    ("lwsruri", 400, "read Request-URI at line 1, byte 21: the name of a parameter is missing"),
    ("lwsstart", 400, "read Request-URI at line 1, byte 0: a scheme is missing"),
    ("trws", 400, "read line 1: the version must be SIP/2.0"),
    ("escruri", 400, "read line 1: a Request-URI must not hold headers"),
    ("baddate", 400, "read Date at line 8, byte 25: this is not how SIP writes a date"),
    (
        "regbadct",
        400,
        "read Contact at line 8, byte 52: an address with `?` or `,` must stand in angle brackets",
    ),
    ("badaspec", 400, "read To at line 5, byte 18: a scheme is missing"),
    (
        "baddn",
        400,
        "read From at line 4, byte 4: a display name with this character must be quoted",
    ),
    ("badvers", 505, "speak SIP version `SIP/7.0`"),
    ("mismatch01", 400, "tell the method: OPTIONS in the start line, INVITE in CSeq"),
    ("mismatch02", 501, "tell the method: NEWMETHOD in the start line, INVITE in CSeq"),
    ("bigcode", 400, "read line 1: a status is three digits between blanks"),
    ("insuf", 400, "find a From header"),
    ("multi01", 400, "choose between several CSeq headers, the second at line 7"),
    ("mcl01", 400, "choose between several Content-Length headers, the second at line 9"),
];
