//! Faults of recording sessions: of who says what they are, of offers and answers, and of who is
//! told of a recording.

use std::time::Duration;

use tallylight::evidence::Script;
use tallylight::packet::Transport;

use super::edit::Change::{All, Cut, Do, End, Put};
use super::edit::{each, header, measured, over, places, stretch};
use super::{
    ANNOUNCED, ASKED, BEGUN, Fault, OFFERED, PAUSE, REFUSED, REGISTERED, SHARED, STILL, STOP, TALK,
    UNRECORDED, WISH,
};

/// See [`Fault`].
pub const FAULTS: &[Fault] = &[
    Fault {
        what: "a recorder hangs up because it is paused",
        of: STILL,
        by: &[Do(recorder_ends)],
        breaks: &["RFC7866-7.1.1.1-9"],
        also: &[],
    },
    Fault {
        what: "a stream that is wanted again is not sent",
        of: BEGUN,
        by: &[All("rs 200 INVITE #3", "a=sendonly", "a=inactive")],
        breaks: &["RFC7866-7.2-8"],
        also: &[],
    },
    Fault {
        what: "a client forgets its tag later",
        of: PAUSE,
        by: &[Put("rs INVITE #2", ";+sip.src", "")],
        breaks: &["RFC7866-6.1.1-1"],
        also: &[],
    },
    Fault {
        what: "a client has no tag, and is taken for one",
        of: TALK,
        by: &[Put("rs INVITE", ";+sip.src", "")],
        breaks: &["RFC7866-6.2-1", "RFC7866-6.2-7"],
        also: &[("RFC7866-6.1.1-1", "the client has to have it")],
    },
    Fault {
        what: "a client requires nothing, and is taken for one",
        of: TALK,
        by: &[Put("rs INVITE", "Require: siprec\r\n", "")],
        breaks: &["RFC7866-6.1.1-2", "RFC7866-6.2-8"],
        also: &[("RFC7866-6.2-1", "one of the two signs is missing")],
    },
    Fault {
        what: "a recorder without its tag is taken for one",
        of: BEGUN,
        by: &[Put("rs INVITE #1", ";+sip.srs", "")],
        breaks: &["RFC7866-6.1.1-3"],
        also: &[("RFC7866-6.2-2", "the recorder has to have it")],
    },
    Fault {
        what: "a recorder requires nothing",
        of: BEGUN,
        by: &[Put("rs INVITE #1", "Require: siprec\r\n", "")],
        breaks: &["RFC7866-6.2-4"],
        also: &[("RFC7866-6.1.1-3", "the client takes it all the same")],
    },
    Fault {
        what: "a telephone does not say that it cannot record",
        of: ASKED,
        by: &[Put("rs 420 INVITE", "420 Said", "486 Said")],
        breaks: &["RFC7866-6.1.1-6"],
        also: &[],
    },
    Fault {
        what: "a recorder answers without its tag",
        of: TALK,
        by: &[Put("rs 200 INVITE", ";+sip.srs", "")],
        breaks: &["RFC7866-6.2-2"],
        also: &[],
    },
    Fault {
        what: "a recorder registers without its tag",
        of: REGISTERED,
        by: &[All("call", ";+sip.srs", "")],
        breaks: &["RFC7866-6.2-3"],
        also: &[],
    },
    Fault {
        what: "people are told nothing",
        of: TALK,
        by: &[All("call", "a=record:on\r\n", "")],
        breaks: &["RFC7866-6.1.2-1", "RFC7866-6.1.2-2"],
        also: &[],
    },
    Fault {
        what: "people hear an announcement, and their telephones are told nothing",
        of: ANNOUNCED,
        by: &[All("call", "a=record:on\r\n", "")],
        breaks: &["RFC7866-6.1.2-2"],
        also: &[],
    },
    Fault {
        what: "a telephone says only later that it is aware",
        of: WISH,
        by: &[Do(|script| {
            // Of each call that a telephone began or took, the first transaction.
            each(script, "call INVITE", |text| {
                if is_first(text) { unaware(text) } else { text.to_owned() }
            });
            each(script, "call 200 INVITE", |text| {
                if is_first(text) { unaware(text) } else { text.to_owned() }
            });
            let early: Vec<_> = places(script, "call 180 INVITE");
            for place in early {
                let text = unaware(&script.messages[place].text());
                script.messages[place].set_text(text);
            }
        })],
        breaks: &["RFC7866-6.3-1"],
        also: &[],
    },
    Fault {
        what: "telephones go on showing a recording that was stopped",
        of: STOP,
        by: &[All("call", "a=record:off", "a=record:on")],
        breaks: &["RFC7866-7.1.2-3"],
        also: &[],
    },
    Fault {
        what: "a pause has the wrong word",
        of: TALK,
        by: &[Do(|script| {
            each(script, "call ACK", |text| {
                let head = text.replacen(
                    "Content-Length: 0",
                    "Content-Type: application/sdp\r\nContent-Length: 0",
                    1,
                );
                head + "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\na=record:pause\r\n"
            });
        })],
        breaks: &["RFC7866-7.1.2-4"],
        also: &[],
    },
    Fault {
        what: "whoever asked for a pause is not told of it",
        of: WISH,
        by: &[All("call", "a=record:paused", "a=record:on")],
        breaks: &["RFC7866-7.1.3-2", "RFC7866-7.1.2-3"],
        also: &[],
    },
    Fault {
        what: "a wish has the wrong word",
        of: WISH,
        by: &[All("call", "a=recordpref:pause", "a=recordpref:paused")],
        breaks: &["RFC7866-7.3.2-4"],
        also: &[],
    },
    Fault {
        what: "somebody else's recording is kept from the other side",
        of: UNRECORDED,
        by: &[Do(|script| {
            let bob = script.messages[places(script, "call 180 INVITE")[0]].packet.source;
            for line in &mut script.messages {
                let text = line.text();
                if line.packet.source == bob
                    && text.contains("\r\nm=audio")
                    && text.contains("200 OK")
                {
                    line.set_text(measured(&(text + "a=record:on\r\n")));
                }
            }
        })],
        breaks: &["RFC7866-7.3.1-2"],
        also: &[],
    },
    Fault {
        what: "an answer wants to send too",
        of: TALK,
        by: &[Put("rs 200 INVITE", "a=recvonly", "a=sendrecv")],
        breaks: &["RFC7866-7.1-1"],
        also: &[],
    },
    Fault {
        what: "a stream is offered both ways",
        of: TALK,
        by: &[Put("rs INVITE", "a=sendonly", "a=sendrecv")],
        breaks: &["RFC7866-7.1.1-1"],
        also: &[],
    },
    Fault {
        what: "a stream has no label",
        of: TALK,
        by: &[Put("rs INVITE", "a=label:2\r\n", "")],
        breaks: &["RFC7866-7.1.1-2"],
        also: &[("RFC7866-9.1-6", "the metadata speaks of it")],
    },
    Fault {
        what: "two streams have one label",
        of: TALK,
        by: &[Put("rs INVITE", "a=label:2\r\n", "a=label:1\r\n")],
        breaks: &["RFC7866-7.1.1-5"],
        also: &[("RFC7866-9.1-6", "the metadata speaks of the other")],
    },
    Fault {
        what: "a recorder adds a stream",
        of: BEGUN,
        by: &[
            Put(
                "rs INVITE #2",
                "m=audio 50002 RTP/AVP 0\r\n",
                "m=audio 50002 RTP/AVP 0\r\na=inactive\r\nm=audio 50004 RTP/AVP 0\r\n",
            ),
            Put("rs 200 INVITE #2", "a=label:2\r\n", "a=label:2\r\nm=audio 0 RTP/AVP 0\r\n"),
        ],
        breaks: &["RFC7866-7.2-5"],
        also: &[("RFC7866-7.1-1", "and takes it away again")],
    },
    Fault {
        what: "a recorder begins with an offer",
        of: OFFERED,
        by: &[],
        breaks: &["RFC7866-7.2-6"],
        also: &[],
    },
    Fault {
        what: "a recorder wants feedback",
        of: REFUSED,
        by: &[Do(|script| {
            each(script, "rs", |text| {
                let status = text.lines().next().unwrap_or_default().to_owned();
                let is_refusal = status.starts_with("SIP/2.0 4")
                    || status.starts_with("SIP/2.0 5")
                    || status.starts_with("SIP/2.0 6");
                if is_refusal {
                    text.replacen(&status, "SIP/2.0 488 Not Acceptable Here", 1)
                } else {
                    text.to_owned()
                }
            });
        })],
        breaks: &["RFC7866-8.1.2-2"],
        also: &[],
    },
    Fault {
        what: "a recorder answers half of the streams",
        of: TALK,
        by: &[End("rs 200 INVITE", "m=audio")],
        breaks: &["RFC7866-8.3.1-1", "RFC7866-8.4-1"],
        also: &[
            ("RFC7866-7.1-1", "so does RFC 3264"),
            ("RFC7866-8.1.8-2", "its RTCP comes from a port that the answer does not name"),
        ],
    },
    Fault {
        what: "a recorder answers more than it was offered",
        of: TALK,
        by: &[Do(|script| {
            each(script, "rs INVITE", |text| {
                let at = text.rfind("m=audio").unwrap();
                let end = at + text[at..].find("\r\n--").unwrap();
                format!("{}{}", &text[..at], &text[end..]).replace("<label>2</label>", "")
            });
        })],
        breaks: &["RFC7866-8.3.2-2"],
        also: &[
            ("RFC7866-7.1-1", "so does RFC 3264"),
            ("RFC7866-8.1.8-2", "RTCP comes from a port that the offer does not name"),
        ],
    },
    Fault {
        what: "a recorder takes one of two voices",
        of: TALK,
        by: &[Do(|script| refuse_last(script, "audio"))],
        breaks: &["RFC7866-8.4-1"],
        also: &[("RFC7866-8.1.8-2", "its RTCP comes from a port that the answer does not name")],
    },
    Fault {
        what: "a recorder takes one of two pictures",
        of: TALK,
        by: &[
            All("rs INVITE", "m=audio", "m=video"),
            All("rs 200 INVITE", "m=audio", "m=video"),
            Do(|script| refuse_last(script, "video")),
        ],
        breaks: &["RFC7866-8.4-2"],
        also: &[("RFC7866-8.1.8-2", "its RTCP comes from a port that the answer does not name")],
    },
    Fault {
        what: "a call over TLS is recorded over TCP",
        of: TALK,
        by: &[Do(|script| over(script, "call", Transport::Tls))],
        breaks: &["RFC7866-12-4"],
        also: &[],
    },
    Fault {
        what: "a recorder answers SRTP with RTP",
        of: TALK,
        by: &[All("rs INVITE", "RTP/AVP", "RTP/SAVP"), All("rs INVITE", "a=sendonly", SHORT)],
        breaks: &["RFC7866-12.2-1"],
        also: &[
            ("RFC7866-7.1-1", "an answer has the profile of the offer"),
            ("RFC7866-12.2-2", "and no key is agreed on"),
        ],
    },
    Fault {
        what: "a recorder takes another key than was offered",
        of: TALK,
        by: &[
            All("rs INVITE", "RTP/AVP", "RTP/SAVP"),
            All("rs 200 INVITE", "RTP/AVP", "RTP/SAVP"),
            All("rs INVITE", "a=sendonly", SHORT),
            All(
                "rs 200 INVITE",
                "a=recvonly",
                "a=recvonly\r\na=crypto:7 AES_CM_128_HMAC_SHA1_80 inline:b3RoZXI=",
            ),
        ],
        breaks: &["RFC7866-12.2-2"],
        also: &[],
    },
    Fault {
        what: "the keys of a call over TLS are sent over TCP",
        of: TALK,
        by: &[Do(|script| secure(script, KEY)), Do(|script| over(script, "call", Transport::Tls))],
        breaks: &["RFC7866-12.2-4"],
        also: &[("RFC7866-12-4", "the whole session is")],
    },
    Fault {
        what: "streams of the client's own have a key of the call",
        of: TALK,
        by: &[
            Do(|script| secure(script, KEY)),
            Do(|script| {
                super::edit::media(script, |number, packet| {
                    packet.ssrc = 7 + u32::try_from(number).unwrap();
                    true
                });
            }),
        ],
        breaks: &["RFC7866-12.2-5"],
        also: &[],
    },
    Fault {
        what: "a recording has shorter keys than the call",
        of: TALK,
        by: &[Do(|script| secure(script, "a=crypto:1 AES_256_CM_HMAC_SHA1_80 inline:bG9uZ2Vy"))],
        breaks: &["RFC7866-12.2-6"],
        also: &[],
    },
    Fault {
        what: "metadata crosses the public network in the open",
        of: TALK,
        by: &[Do(|script| {
            for place in places(script, "rs") {
                // Addresses of AS112 (RFC 7535), which are nobody's.
                let packet = &mut script.messages[place].packet;
                for address in [&mut packet.source, &mut packet.target] {
                    let std::net::IpAddr::V4(ip) = address.ip() else { continue };
                    address.set_ip([192, 175, 48, ip.octets()[0]].into());
                }
            }
        })],
        breaks: &["RFC7866-12.3-1"],
        also: &[],
    },
    Fault {
        what: "a snapshot is asked for in the namespace of a draft",
        of: BEGUN,
        by: &[All("rs UPDATE #1", "ns:recording:1", "ns:recording")],
        breaks: &["RFC7865-7-1"],
        also: &[("RFC7865-6.11-1", "every document is of version 1")],
    },
    Fault {
        what: "a snapshot is asked for by another element",
        of: BEGUN,
        by: &[All("rs UPDATE #1", "requestsnapshot", "recording")],
        breaks: &["RFC7865-7-2"],
        also: &[],
    },
    Fault {
        what: "a snapshot is asked for without a disposition",
        of: BEGUN,
        by: &[Put("rs UPDATE #1", "Content-Disposition: recording-session\r\n", "")],
        breaks: &["RFC7866-9.2-3"],
        also: &[],
    },
    Fault {
        what: "a snapshot is asked for beside an offer",
        of: BEGUN,
        by: &[Do(|script| {
            each(script, "rs UPDATE #1", |text| {
                let (head, body) = text.split_once("\r\n\r\n").unwrap();
                let head = head.replace(
                    "Content-Type: application/rs-metadata+xml",
                    "Content-Type: multipart/mixed;boundary=y",
                );
                format!(
                    "{head}\r\n\r\n--y\r\nContent-Type: application/sdp\r\n\r\n\
                     v=0\r\no=srs 2 2 IN IP4 192.0.2.30\r\ns=-\r\nt=0 0\r\n\r\n--y\r\n\
                     Content-Type: application/rs-metadata+xml\r\n\
                     Content-Disposition: recording-session\r\n\r\n{body}\r\n--y--\r\n"
                )
            });
        })],
        breaks: &["RFC7866-9.2-4"],
        also: &[("RFC7866-7.1-1", "an offer drops no streams")],
    },
    Fault {
        what: "a snapshot is asked for in an INFO",
        of: BEGUN,
        by: &[
            Put("rs UPDATE #1", "UPDATE sip:", "INFO sip:"),
            Put("rs INFO #1", "CSeq: 2 UPDATE", "CSeq: 2 INFO"),
            Put("rs 200 UPDATE #1", "CSeq: 2 UPDATE", "CSeq: 2 INFO"),
        ],
        breaks: &["RFC7866-9.2-5"],
        also: &[],
    },
    Fault {
        what: "a snapshot is an update",
        of: BEGUN,
        by: &[Put("rs UPDATE #2", "complete</datamode>", "partial</datamode>")],
        breaks: &["RFC7866-9.1-11"],
        also: &[("RFC7865-5-2", "it tells what was told before")],
    },
    Fault {
        what: "a snapshot is in the answer",
        of: BEGUN,
        by: &[Do(|script| {
            let update = places(script, "rs UPDATE #2")[0];
            let snapshot = script.messages[update].text();
            let kind = format!("Content-Type: {}\r\n", header(&snapshot, "Content-Type"));
            let (_, body) = snapshot.split_once("\r\n\r\n").unwrap();
            each(script, "rs 200 UPDATE #1", |text| {
                text.replacen("Content-Length", &format!("{kind}Content-Length"), 1) + body
            });
            script.messages.drain(update..update + 2);
        })],
        breaks: &["RFC7866-9.2-7"],
        also: &[],
    },
    Fault {
        what: "a client knows no UPDATE",
        of: BEGUN,
        by: &[Put("rs 200 UPDATE #1", "200 Said", "405 Said")],
        breaks: &["RFC7866-9.2-11"],
        also: &[],
    },
    Fault {
        what: "a recorder knows a session, and refuses it",
        of: SHARED,
        by: &[
            Put("rs 200 INVITE #2", "200 Said", "400 Said"),
            Cut("rs 400 INVITE", "Content-Type", "\r\n"),
        ],
        breaks: &["RFC7866-9.2-9"],
        also: &[],
    },
    Fault {
        what: "a paused stream is not kept alive",
        of: TALK,
        by: &[Do(idle)],
        breaks: &["RFC7866-8.1.6-1"],
        also: &[],
    },
    Fault {
        what: "a recording without a call is not kept alive",
        of: TALK,
        by: &[
            Do(idle),
            Do(|script| {
                each(script, "rs INVITE", |text| {
                    let at = text.find("<datamode>").unwrap();
                    let end = text.find("</recording>").unwrap();
                    format!("{}{}", &text[..at], &text[end..])
                });
            }),
        ],
        breaks: &["RFC7866-10-2"],
        also: &[],
    },
];

/// It is the recorder that hangs up.
pub fn recorder_ends(script: &mut Script) {
    for which in ["rs BYE", "rs 200 BYE"] {
        let place = places(script, which)[0];
        let line = &mut script.messages[place];
        std::mem::swap(&mut line.packet.source, &mut line.packet.target);
        let text = line.text();
        let text = text.replace("From: ", "Was: ").replace("To: ", "From: ");
        line.set_text(text.replace("Was: ", "To: "));
    }
}

fn is_first(text: &str) -> bool {
    !header(text, "To").contains(";tag=")
        || text.starts_with("SIP/2.0 200") && header(text, "CSeq").starts_with("1 ")
}

fn unaware(text: &str) -> String {
    text.replace("record-aware", "x-forgetful")
}

pub fn refuse_last(script: &mut Script, kind: &str) {
    each(script, "rs 200 INVITE", |text| {
        let at = text.rfind(&format!("m={kind} ")).unwrap();
        let port = text[at..].split(' ').nth(1).unwrap();
        format!("{}{}", &text[..at], text[at..].replacen(port, "0", 1))
    });
}

/// SRTP in the call with this key, and in the recording with another, which may be the same.
fn secure(script: &mut Script, key: &str) {
    for which in ["call", "rs"] {
        each(script, which, |text| {
            let text = text.replace("RTP/AVP ", "RTP/SAVP ");
            let own = if which == "rs" { KEY } else { key };
            let lines = text.split("\r\n").flat_map(|line| {
                let is_media = line.starts_with("m=audio");
                [Some(line.to_owned()), is_media.then(|| own.to_owned())].into_iter().flatten()
            });
            lines.collect::<Vec<_>>().join("\r\n")
        });
    }
}

/// For more than a minute nothing is recorded, and nothing is sent either.
fn idle(script: &mut Script) {
    each(script, "rs INVITE", |text| text.replace("a=sendonly", "a=inactive"));
    each(script, "rs 200 INVITE", |text| text.replace("a=recvonly", "a=inactive"));
    super::edit::media(script, |_, _| false);
    super::edit::no_rtcp(script, true);
    stretch(script, Duration::from_secs(80));
}

const KEY: &str = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2hvcnRlcg==";
const SHORT: &str = "a=sendonly\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2hvcnRlcg==";
