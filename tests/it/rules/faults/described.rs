//! Descriptions line by line, bodies and their parts, addresses, and names from end to end.

use tallylight::evidence::Script;
use tallylight::packet::Transport;

use super::super::edit::Edit::{Act, Again, Append, Ask, Number, Over, Reply, Swap};
use super::super::edit::Edit::{SwapAll, With};
use super::legal::{ASK, BAD, FINE, form};
use super::messages::CHECKED;
use super::{CALL, CANCELLED, HELD, HOLD, LISTED, fault, spoil};
use crate::rules::Fault;

pub const FAULTS: &[Fault] = &[
    fault(
        CALL,
        "a stream refused without a format",
        &[
            SwapAll("a=sendrecv\r\n", "a=sendrecv\r\nm=video 0 RTP/AVP 31\r\n"),
            Swap("200 INVITE Bob platform", &[("m=video 0 RTP/AVP 31", "m=video 0 RTP/AVP ")]),
            Swap("200 INVITE Bob platform 2", &[(" 1 IN IP4", " 2 IN IP4")]),
        ],
        &["RFC3264-6-4"],
        &[],
    ),
    fault(
        HELD,
        "a new stream above the old ones",
        &[
            Act(spoil::nothing_to_the_recorder),
            Swap(
                "INVITE platform recorder 2",
                &[("m=audio 20004", "m=video 20100 RTP/AVP 31\r\na=sendonly\r\nm=audio 20004")],
            ),
            Swap(
                "200 INVITE recorder platform 2",
                &[("m=audio 20000", "m=video 0 RTP/AVP 31\r\nm=audio 20000")],
            ),
        ],
        &["RFC3264-8.1-1"],
        &[],
    ),
    fault(
        CALL,
        "media to whoever is nowhere",
        &[Swap(
            "200 INVITE Alice platform",
            &[("c=IN IP4 192.0.2.10", "c=IN IP4 0.0.0.0"), (" 1 IN IP4", " 2 IN IP4")],
        )],
        &["RFC3264-8.4-2"],
        &[],
    ),
    fault(CALL, "a hold of old is refused", &[ASK, form(&[NOWHERE]), BAD], &["RFC3264-8.4-2"], &[]),
    fault(
        CALL,
        "a stream that is open in what is known",
        &[
            ASK,
            FINE,
            With("200 OPTIONS platform Alice", "Content-Type", "application/sdp"),
            Append("200 OPTIONS platform Alice", KNOWN),
        ],
        &["RFC3264-9-1"],
        &[],
    ),
    fault(
        CALL,
        "an attribute that nobody knows is refused",
        &[ASK, form(&[STRANGE]), BAD],
        &["RFC8866-5-1"],
        &[],
    ),
    fault(
        CALL,
        "a line that there is not is answered",
        &[Swap("INVITE platform recorder", &[("t=0 0\r\n", "t=0 0\r\nq=1\r\n")])],
        &["RFC8866-5-1"],
        &[("RFC8866-5-2", "nobody may write it")],
    ),
    fault(
        CALL,
        "an origin of a name in two words",
        &[ASK, form(&[TWO_WORDS]), FINE],
        &["RFC8866-5.2-1"],
        &[],
    ),
    fault(
        CALL,
        "a report to a port that nobody told",
        &[Act(report_elsewhere)],
        &["RFC8866-5.14-1"],
        &[],
    ),
    fault(
        CALL,
        "a list in two lines is refused",
        &[
            ASK,
            form(&[("Supported: record-aware, ", "Supported: record-aware\r\nSupported: ")]),
            BAD,
        ],
        &["RFC3261-7.3.1-1"],
        &[],
    ),
    fault(
        HOLD,
        "several parts for who takes none",
        &[
            Ask("200 INVITE recorder platform", 300, "OPTIONS", "Accept: application/sdp\r\n"),
            Reply("OPTIONS recorder platform", 1, "200 OK", LISTED),
        ],
        &["RFC3261-7.4.1-2"],
        &[],
    ),
    fault(
        CALL,
        "a description for nothing that is said is refused",
        &[
            ASK,
            form(&[("OPTIONS sip", "INVITE sip"), ("1 OPTIONS", "1 INVITE"), OFFER]),
            Reply(
                "INVITE Alice platform 2",
                1,
                "415 Unsupported Media Type",
                "Accept: application/sdp\r\n",
            ),
        ],
        &["RFC3261-20.11-1"],
        &[("RFC3261-17.1.1.2-2", "nobody acknowledges that")],
    ),
    fault(
        CALL,
        "what has to be understood is passed over",
        &[ASK, form(&[REQUIRED]), FINE],
        &["RFC5621-8.4-1"],
        &[],
    ),
    fault(CALL, "a part in letters", &[ASK, form(&[LETTERS]), FINE], &["RFC5621-3.2-1"], &[]),
    fault(
        CALL,
        "keys as of old, and a package",
        &[
            With("INVITE platform Bob", "Recv-Info", "x-keys"),
            Ask("200 INVITE Bob platform", 100, "INFO", "Info-Package: x-keys\r\n"),
            With("INFO Bob platform", "Content-Type", "application/dtmf-relay"),
            Append("INFO Bob platform", "Signal=1\r\n"),
            Reply("INFO Bob platform", 1, "200 OK", ""),
        ],
        &["RFC6086-3-1"],
        &[],
    ),
    fault(
        CALL,
        "a package in an answer",
        &[
            Ask("200 INVITE Bob platform", 100, "INFO", ""),
            Reply("INFO Bob platform", 1, "200 OK", "Content-Disposition: Info-Package\r\n"),
            With("200 INFO platform Bob", "Content-Type", "text/plain"),
            Append("200 INFO platform Bob", "heard"),
        ],
        &["RFC6086-4.3.2-1"],
        &[],
    ),
    fault(
        CALL,
        "packages told to whoever told none",
        &[With("200 INVITE Bob platform", "Recv-Info", "x-keys")],
        &["RFC6086-5.2.3-1"],
        &[],
    ),
    fault(
        CALL,
        "a bare sign in a number",
        &[Swap("REGISTER Alice platform", &[("Contact: <sip:+1202", "Contact: <sip:#1202")])],
        &["RFC3261-19.1.2-1"],
        &[CHECKED],
    ),
    fault(
        CALL,
        "safe addresses are not known",
        &[
            ASK,
            form(&[SAFELY, ("Contact: <sip:", "Contact: <sips:")]),
            Reply("OPTIONS Alice platform", 1, "416 Unsupported URI Scheme", ""),
            Over(Transport::Tls),
        ],
        &["RFC3261-26.3.1-1"],
        &[],
    ),
    fault(
        CALL,
        "asked less safely",
        &[
            ASK,
            form(&[SAFELY, ("Contact: <sip:", "Contact: <sips:")]),
            Reply("OPTIONS Alice platform", 1, "416 Unsupported URI Scheme", ""),
            Again(
                "OPTIONS Alice platform",
                50,
                &[
                    ("OPTIONS sips:", "OPTIONS sip:"),
                    ("1 OPTIONS", "2 OPTIONS"),
                    ("z9hG4bK", "z9hG4bKless"),
                ],
            ),
            Reply("OPTIONS Alice platform 2", 1, "200 OK", LISTED),
        ],
        &["RFC5630-5.1.1-1"],
        &[],
    ),
    fault(
        CALL,
        "safe, and over TLS besides",
        &[
            ASK,
            form(&[
                ("OPTIONS sip:calls.example", "OPTIONS sips:calls.example;transport=tls"),
                ("Contact: <sip:", "Contact: <sips:"),
            ]),
            FINE,
        ],
        &["RFC5630-5.1.1-1"],
        &[],
    ),
    fault(
        CALL,
        "safe to ask, and not to be asked",
        &[ASK, form(&[SAFELY]), FINE],
        &["RFC3261-8.1.1.8-2"],
        &[],
    ),
    fault(
        CALL,
        "called safely, and reached otherwise",
        &[Swap(
            "INVITE platform recorder",
            &[("INVITE sip:", "INVITE sips:"), ("Contact: <sip:", "Contact: <sips:")],
        )],
        &["RFC5630-5.1.2-1"],
        &[],
    ),
    fault(
        CANCELLED,
        "cancelled under another name",
        &[
            With("INVITE Alice platform", "Session-ID", ALICE),
            With("CANCEL Alice platform", "Session-ID", ALICE_TO_BOB),
        ],
        &["RFC7989-6-2"],
        &[],
    ),
    fault(
        CALL,
        "called by a name that nobody has",
        &[
            With("180 INVITE platform Alice", "Session-ID", BOB),
            With("ACK Alice platform", "Session-ID", ALICE_TO_NOBODY),
        ],
        &["RFC7989-6-2"],
        &[],
    ),
    fault(
        CALL,
        "a strange name is refused",
        &[
            Number("BYE Alice platform", 2),
            With("180 INVITE platform Alice", "Session-ID", BOB),
            Again("ACK Alice platform", 1_000, QUESTION),
            With("OPTIONS Alice platform", "Session-ID", ALICE_TO_NOBODY),
            Reply("OPTIONS Alice platform", 1, "400 Bad Request", ""),
        ],
        &["RFC7989-6-3"],
        &[("RFC7989-6-2", "nobody should have said it")],
    ),
    fault(
        CALL,
        "a name is not passed on",
        &[
            With("INVITE Alice platform", "Session-ID", ALICE),
            With("INVITE platform Bob", "Session-ID", BOB),
        ],
        &["RFC7989-7-1"],
        &[],
    ),
];

/// Makes OPTIONS of an ACK.
const QUESTION: &[(&str, &str)] =
    &[("ACK sip", "OPTIONS sip"), ("1 ACK", "2 OPTIONS"), ("z9hG4bK", "z9hG4bKquestion")];
const SAFELY: (&str, &str) = ("OPTIONS sip:", "OPTIONS sips:");
const ALICE: &str = "ab30317f1a784dc48ff824d0d3715d86;remote=00000000000000000000000000000000";
const ALICE_TO_BOB: &str =
    "ab30317f1a784dc48ff824d0d3715d86;remote=47755a9de7794ba387653f2099600ef2";
const ALICE_TO_NOBODY: &str =
    "ab30317f1a784dc48ff824d0d3715d86;remote=0123456789ab4def8123456789abcdef";
const BOB: &str = "47755a9de7794ba387653f2099600ef2;remote=00000000000000000000000000000000";
/// What Alice knows, with a stream that is open.
const KNOWN: &str = "v=0\r\no=- 7 1 IN IP4 198.51.100.10\r\ns=-\r\nc=IN IP4 198.51.100.10\r\nt=0 0\r\n\
    m=audio 4000 RTP/AVP 0\r\n";
const OFFER: (&str, &str) = (
    "Content-Length: 0\r\n\r\n",
    "Content-Type: application/sdp\r\nContent-Length: 0\r\n\r\n\
     v=0\r\no=- 1 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n",
);
const NOWHERE: (&str, &str) = (
    "Content-Length: 0\r\n\r\n",
    "Content-Type: application/sdp\r\nContent-Length: 0\r\n\r\n\
     v=0\r\no=- 1 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n",
);
const STRANGE: (&str, &str) = (
    "Content-Length: 0\r\n\r\n",
    "Content-Type: application/sdp\r\nContent-Length: 0\r\n\r\n\
     v=0\r\no=- 1 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\na=foo\r\na=x:y\r\n\
     m=audio 4000 RTP/AVP 0\r\n",
);
const TWO_WORDS: (&str, &str) = (
    "Content-Length: 0\r\n\r\n",
    "Content-Type: application/sdp\r\nContent-Length: 0\r\n\r\n\
     v=0\r\no=tally light 1 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\n\
     m=audio 4000 RTP/AVP 0\r\n",
);
const REQUIRED: (&str, &str) = (
    "Content-Length: 0\r\n\r\n",
    "Content-Type: text/plain\r\nContent-Disposition: x-riddle;handling=required\r\n\
     Content-Length: 0\r\n\r\nWhat has keys and opens nothing?",
);
const LETTERS: (&str, &str) = (
    "Content-Length: 0\r\n\r\n",
    "Content-Type: multipart/mixed;boundary=b\r\nContent-Length: 0\r\n\r\n\
     --b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n--b--\r\n",
);

/// The last report of Alice's goes to another port.
fn report_elsewhere(script: &mut Script) {
    let alice: std::net::IpAddr = [192, 0, 2, 10].into();
    let last = script.reports.iter().rfind(|it| it.source.ip() == alice).unwrap().bytes.clone();
    let own = script.reports.iter_mut().filter(|it| it.source.ip() == alice && it.bytes == last);
    own.for_each(|report| report.target.set_port(45_000));
}
