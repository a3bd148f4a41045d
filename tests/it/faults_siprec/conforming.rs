//! What may be otherwise and is as good: nothing objects to it.

use super::edit::Change::{self, All, Cut, Do, Put};
use super::edit::{each, places};
use super::{BEGUN, HOLD, TALK, TWO, findings, healthy, media};
use crate::stage;

/// Something else that is right: what, of which session, and how it comes about.
const VARIANTS: &[(&str, &str, &[Change])] = &[
    ("the metadata comes first", TALK, &[Do(turn_parts)]),
    ("every element has a prefix", TALK, &[Do(prefix)]),
    ("attributes in another order", TALK, &[Do(turn_attributes)]),
    ("attributes in other quotes", TALK, &[All("rs INVITE", "stream_id=\"", "stream_id = \"")]),
    ("blanks between elements", TALK, &[All("rs INVITE", "<nameID", "\r\n\t<nameID")]),
    (
        "everything on one line",
        TALK,
        &[Do(|script| {
            each(script, "rs INVITE", |text| {
                let at = text.find("<recording").unwrap();
                format!(
                    "{}{}",
                    &text[..at],
                    text[at..]
                        .replace(">\n", ">")
                        .replace("</recording>\r\n", "</recording>\n\r\n")
                )
            });
        })],
    ),
    (
        "a dialog is called by its Session-ID",
        TALK,
        &[
            Put(
                "call INVITE",
                "Max-Forwards",
                "Session-ID: ab30317f1a784dc48ff824d0d3715d86;remote=47755A9DE7794BA387653F2099600EF2\r\nMax-Forwards",
            ),
            Put(
                "rs INVITE",
                "<group-ref>",
                "<sipSessionID>ab30317f1a784dc48ff824d0d3715d86;remote=47755a9de7794ba387653f2099600ef2</sipSessionID><group-ref>",
            ),
        ],
    ),
    ("comments", TALK, &[Put("rs INVITE", "<session ", "<!-- the call --><session ")]),
    (
        "an extension of somebody's own",
        TALK,
        &[Put("rs INVITE", "</session>", "<desk xmlns=\"urn:example:desk\">7</desk></session>")],
    ),
    (
        "a stream says what it shows",
        TALK,
        &[Put("rs INVITE", "a=label:1\r\n", "a=label:1\r\na=content:main,x-desk\r\n")],
    ),
    (
        "a session says why it ended",
        TALK,
        &[Put(
            "rs INVITE",
            "<group-ref>",
            "<reason cause=\"200\">over</reason><reason protocol=\"Q.850\" cause=\"16\"/><group-ref>",
        )],
    ),
    (
        "somebody is a focus",
        TALK,
        &[Put(
            "rs INVITE",
            "</participantsessionassoc>",
            "<param pname=\"isfocus\" pval=\"true\"/></participantsessionassoc>",
        )],
    ),
    ("the encoding in other quotes", TALK, &[Put("rs INVITE", "\"UTF-8\"", "'utf-8'")]),
    ("blanks around a reference", TALK, &[Put("rs INVITE", "<send>", "<send>\r\n\t")]),
    ("no mode, which means all", TALK, &[Cut("rs INVITE", "<datamode>", "</datamode>")]),
    (
        "no group",
        TALK,
        &[
            Cut("rs INVITE", "<group group_id", "</group>"),
            Cut("rs INVITE", "<group-ref>", "</group-ref>"),
        ],
    ),
    (
        "times by another clock",
        TALK,
        &[All("rs INVITE", "Z</associate-time>", "+00:00</associate-time>")],
    ),
    (
        "times to the second",
        TALK,
        &[Do(|script| {
            each(script, "rs INVITE", |text| text.replace(".042Z", "Z").replace(".000Z", "Z") + "");
            each(script, "rs INVITE", |text| text.replacen("<datamode>", " <datamode>", 1));
        })],
    ),
    (
        "another snapshot that says the same",
        HOLD,
        &[Do(|script| {
            let first = script.messages[places(script, "rs INVITE #1")[0]].text();
            let at = first.find("<?xml").unwrap();
            let end = first.find("</recording>").unwrap();
            let all = first[at..end].to_owned();
            each(script, "rs INVITE #3", |text| {
                let (at, end) = (text.find("<?xml").unwrap(), text.find("</recording>").unwrap());
                format!("{}{all}<!-- again -->{}", &text[..at], &text[end..])
            });
        })],
    ),
    (
        "an update that says only that",
        HOLD,
        &[Put("rs INVITE #2", "complete</datamode>", "partial</datamode>")],
    ),
    (
        "names in other letters",
        TALK,
        &[Put("rs INVITE", "<name>", "<name xml:lang=\"cs\">\u{17D}ofie ")],
    ),
    ("the tag has a value", TALK, &[All("rs INVITE", ";+sip.src", ";+sip.src=\"TRUE\"")]),
    (
        "options in capitals, in one list",
        TALK,
        &[All("rs INVITE", "Require: siprec", "Require: SIPREC")],
    ),
    (
        "the boundary in quotes",
        TALK,
        &[Do(|script| {
            each(script, "rs INVITE", |text| {
                let known = super::edit::between(text, "boundary=", "\r\n");
                text.replacen(&format!("boundary={known}"), &format!("boundary=\"{known}\""), 1)
            });
        })],
    ),
    (
        "headers of parts in small letters",
        TALK,
        &[All(
            "rs INVITE",
            "Content-Disposition: recording-session",
            "content-disposition:recording-session",
        )],
    ),
    (
        "a charset",
        TALK,
        &[Put(
            "rs INVITE",
            "application/rs-metadata+xml\r\nContent-Disp",
            "application/rs-metadata+xml;charset=UTF-8\r\nContent-Disp",
        )],
    ),
    (
        "labels in the answer",
        TALK,
        &[Do(|script| {
            each(script, "rs 200 INVITE", |text| {
                let parts = text.split("a=recvonly\r\n").enumerate();
                let labelled = parts.map(|(place, part)| match place {
                    0 => part.to_owned(),
                    _ => format!("a=recvonly\r\na=label:{place}\r\n{part}"),
                });
                labelled.collect()
            });
        })],
    ),
    ("words of attributes in capitals", TALK, &[All("call", "a=record:on", "a=record:ON")]),
    (
        "somebody has two addresses",
        TALK,
        &[Put("rs INVITE", "<nameID aor=", "<nameID aor=\"tel:+12025550101\"/><nameID aor=")],
    ),
    (
        "a stop that is also told",
        TALK,
        &[Put(
            "rs INVITE",
            "</start-time>",
            "</start-time><stop-time>2099-01-01T00:00:00Z</stop-time>",
        )],
    ),
    (
        "two recordings share a session",
        TWO,
        &[Do(|script| {
            let [first, second] = places(script, "rs INVITE")[..] else { panic!("two recordings") };
            let id = |place: usize| {
                super::edit::between(&script.messages[place].text(), "<session session_id=\"", "\"")
            };
            let (one, other) = (id(first), id(second));
            let text = script.messages[second].text().replace(&other, &one);
            script.messages[second].set_text(text);
        })],
    ),
    (
        "reports of everybody's on the port of the media",
        HOLD,
        &[All("rs INVITE", "a=sendonly", "a=sendonly\r\na=rtcp-fb:* nack")],
    ),
    (
        "a request for a snapshot that says why",
        BEGUN,
        &[Put(
            "rs UPDATE #1",
            "</requestsnapshot>",
            "<requestreason xml:lang=\"it\">SRS internal error</requestreason></requestsnapshot>",
        )],
    ),
];

#[test]
fn no_rule_objects_to_what_is_as_good() {
    let healthy = healthy();
    let mut mistakes = Vec::new();
    let of_media = media::CONFORMING.iter().map(|(what, by)| (*what, TALK, *by));
    for (what, of, by) in VARIANTS.iter().copied().chain(of_media) {
        let mut script = healthy[of].clone();
        let changed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for change in by {
                change.make(&mut script);
            }
        }));
        if changed.is_err() {
            mistakes.push(format!("{what}: there is nothing to change"));
            continue;
        }
        let found = findings(&script.timeline());
        if !found.is_empty() {
            mistakes.push(format!("{what}: {found:#?}"));
        }
    }
    stage::assert_none(&mistakes, VARIANTS.len());
}

/// The parts of a body the other way round.
fn turn_parts(script: &mut tallylight::evidence::Script) {
    each(script, "rs INVITE", |text| {
        let boundary = format!("--{}", super::edit::between(text, "boundary=", "\r\n"));
        let pieces: Vec<_> = text.split(&boundary).collect();
        let [head, sdp, metadata, end] = pieces[..] else { panic!("two parts") };
        [head, metadata, sdp, end].join(&boundary)
    });
}

/// The namespace declared for a prefix, which every element has.
fn prefix(script: &mut tallylight::evidence::Script) {
    each(script, "rs INVITE", |text| {
        let at = text.find("<recording").unwrap();
        let end = text.find("</recording>").unwrap() + "</recording>".len();
        let xml =
            text[at..end].replace("</", "<\u{0}").replace('<', "<r:").replace("<r:\u{0}", "</r:");
        let xml = xml.replace("xmlns=", "xmlns:r=");
        format!("{}{xml}{}", &text[..at], &text[end..])
    });
}

/// The second attribute of an association before the first.
fn turn_attributes(script: &mut tallylight::evidence::Script) {
    each(script, "rs INVITE", |text| {
        let lines = text.split_inclusive('\n').map(|line| {
            let Some(inner) = line.trim().strip_prefix("<participantsessionassoc ") else {
                return line.to_owned();
            };
            let inner = inner.trim_end_matches('>');
            let (one, other) = inner.split_once(' ').unwrap();
            format!("<participantsessionassoc {other} {one}>\n")
        });
        lines.collect()
    });
}
