//! Changes to what was said and sent on a timeline, as data.

use std::time::Duration;

use tallylight::evidence::{RtpSeen, Script, ScriptLine};
use tallylight::packet::Transport;
use tallylight::rtp::{Compound, RtcpPacket};
use tallylight::time::Instant;

/// What is done to which messages: all that the name fits.
///
/// `rs INVITE #2` is the second INVITE of the recording sessions, `call 200 INVITE` every 200 to an
/// INVITE of any other call, `rs` everything in recording sessions.
#[derive(Clone, Copy)]
pub enum Change {
    /// In these messages, the first time that this stands there, that stands there instead.
    Put(&'static str, &'static str, &'static str),
    /// As `Put`, every time.
    All(&'static str, &'static str, &'static str),
    /// From the first of these on, to the next of those, nothing.
    Cut(&'static str, &'static str, &'static str),
    /// What stands from the one to the other stands there twice.
    Twice(&'static str, &'static str, &'static str),
    /// What stands from the one to the other stands before a third.
    Move(&'static str, &'static str, &'static str, &'static str),
    /// The id behind this is another one everywhere in the message.
    Id(&'static str, &'static str, &'static str),
    /// The reference behind this is another one.
    Refer(&'static str, &'static str, &'static str),
    /// What stands from the last of these on is gone.
    End(&'static str, &'static str),
    /// Anything else.
    Do(fn(&mut Script)),
}

use Change::{All, Cut, Do, End, Id, Move, Put, Refer, Twice};

impl Change {
    /// Makes the change; there has to be something to change.
    pub fn make(self, script: &mut Script) {
        match self {
            Put(which, from, to) => each(script, which, |text| text.replacen(from, to, 1)),
            All(which, from, to) => each(script, which, |text| text.replace(from, to)),
            Cut(which, from, to) => {
                each(script, which, |text| swap(text, from, to, |_| String::new()));
            }
            Twice(which, from, to) => {
                each(script, which, |text| swap(text, from, to, |it| it.repeat(2)));
            }
            Move(which, from, to, before) => each(script, which, |text| {
                let mut piece = String::new();
                let rest = swap(text, from, to, |it| {
                    it.clone_into(&mut piece);
                    String::new()
                });
                rest.replacen(before, &(piece + before), 1)
            }),
            Id(which, behind, other) => each(script, which, |text| {
                let id = between(text, behind, "\"");
                text.replace(&id, other)
            }),
            Refer(which, behind, other) => each(script, which, |text| {
                let at = text.find(behind).unwrap() + behind.len();
                let end = at + text[at..].find(['"', '<']).unwrap();
                format!("{}{other}{}", &text[..at], &text[end..])
            }),
            End(which, from) => each(script, which, |text| {
                text[..text.rfind(from).unwrap_or(text.len())].to_owned()
            }),
            Do(change) => change(script),
        }
    }
}

/// What stands between two texts.
pub fn between(text: &str, behind: &str, end: &str) -> String {
    let at = text.find(behind).unwrap_or_else(|| panic!("no `{behind}`")) + behind.len();
    text[at..].split(end).next().unwrap().to_owned()
}

fn swap(text: &str, from: &str, to: &str, with: impl FnOnce(&str) -> String) -> String {
    let Some(at) = text.find(from) else { return text.to_owned() };
    let end = at + from.len() + text[at + from.len()..].find(to).unwrap() + to.len();
    format!("{}{}{}", &text[..at], with(&text[at..end]), &text[end..])
}

/// Changes the texts of some messages; of one at least.
pub fn each(script: &mut Script, which: &str, mut change: impl FnMut(&str) -> String) {
    let mut changed = 0;
    for place in places(script, which) {
        let line = &mut script.messages[place];
        let before = line.text();
        let after = change(&before);
        if after != before {
            line.set_text(measured(&after));
            changed += 1;
        }
    }
    assert!(changed > 0, "nothing to change in `{which}`");
}

/// The places of the messages of this name.
pub fn places(script: &Script, which: &str) -> Vec<usize> {
    let (name, number) = which.split_once(" #").unwrap_or((which, ""));
    let (where_, title) = name.split_once(' ').unwrap_or((name, ""));
    let sessions: Vec<_> = script
        .messages
        .iter()
        .map(ScriptLine::text)
        .filter(|text| {
            text.starts_with("INVITE") && (text.contains("<recording") || text.contains("+sip.sr"))
        })
        .map(|text| header(&text, "Call-ID"))
        .collect();
    let own = script.messages.iter().enumerate().filter(|(_, line)| {
        let text = line.text();
        let is_session = sessions.contains(&header(&text, "Call-ID"));
        (is_session == (where_ == "rs")) && (title.is_empty() || titled(&text) == title)
    });
    let places: Vec<_> = own.map(|(place, _)| place).collect();
    match number.parse::<usize>() {
        Ok(number) => vec![*places.get(number - 1).unwrap_or_else(|| panic!("no `{which}`"))],
        Err(_) => places,
    }
}

fn titled(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    match first.strip_prefix("SIP/2.0 ") {
        Some(status) => {
            let method = header(text, "CSeq").split(' ').next_back().unwrap_or_default().to_owned();
            format!("{} {method}", &status[..3])
        }
        None => first.split(' ').next().unwrap_or_default().to_owned(),
    }
}

/// The value of a header.
pub fn header(text: &str, name: &str) -> String {
    let named = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    named.unwrap_or_default().to_owned()
}

/// A message whose Content-Length is that of its body.
pub fn measured(text: &str) -> String {
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return text.to_owned() };
    let known = format!("Content-Length: {}", header(head, "Content-Length"));
    format!("{}\r\n\r\n{body}", head.replace(&known, &format!("Content-Length: {}", body.len())))
}

/// An id that nothing has: a random UUID by its form.
pub const NOBODY: &str = "AAAAAAAAQACAAAAAAAAAAA==";

/// Everything of a recorder's: where media and reports for it go.
fn is_to_recorder(address: std::net::SocketAddr, script: &Script) -> bool {
    let to =
        places(script, "rs INVITE").into_iter().map(|it| script.messages[it].packet.target.ip());
    to.into_iter().any(|ip| ip == address.ip())
}

/// Changes each packet that is sent to a recorder; `false` takes it away.
pub fn media(script: &mut Script, mut change: impl FnMut(usize, &mut RtpSeen) -> bool) {
    let known = script.clone();
    let own = script.flows.iter_mut().filter(|flow| is_to_recorder(flow.target, &known));
    for (number, flow) in own.enumerate() {
        flow.sent.retain_mut(|packet| change(number, packet));
        flow.received.retain_mut(|packet| change(number, packet));
    }
}

/// Changes each packet of RTCP from the one to the other end, `Some(true)` being the recorder.
pub fn rtcp(script: &mut Script, to_recorder: bool, mut change: impl FnMut(&mut RtcpPacket)) {
    let known = script.clone();
    for report in &mut script.reports {
        let end = if to_recorder { report.target } else { report.source };
        if is_to_recorder(end, &known) {
            let mut read = Compound::read(&report.bytes).unwrap();
            read.0.iter_mut().for_each(&mut change);
            report.bytes = read.write();
        }
    }
}

/// Takes RTCP away: that to the recorder, or that from it.
pub fn no_rtcp(script: &mut Script, to_recorder: bool) {
    let known = script.clone();
    script.reports.retain(|report| {
        !is_to_recorder(if to_recorder { report.target } else { report.source }, &known)
    });
}

/// Lets the end come later by this time: everything after the last answer to an INVITE.
pub fn stretch(script: &mut Script, by: Duration) {
    let later = |at: &mut Instant| *at += by;
    for place in places(script, "rs").into_iter().chain(places(script, "call")) {
        let line = &mut script.messages[place];
        if line.text().contains(" BYE\r\n") {
            line.left.iter_mut().for_each(later);
            line.arrived.iter_mut().for_each(later);
        }
    }
}

/// What carries the messages of this name.
pub fn over(script: &mut Script, which: &str, transport: Transport) {
    for place in places(script, which) {
        script.messages[place].packet.transport = transport;
    }
}
