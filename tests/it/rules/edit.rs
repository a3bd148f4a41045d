//! Changes to a run that was sound: a message rewritten, lost, late or sent again.

use std::time::Duration;

use tallylight::evidence::{Script, ScriptLine};
use tallylight::packet::Transport;
use tallylight::time::Instant;

/// One change. A message is picked by what it is, who sent it and to whom: `INVITE Alice platform`,
/// `200 INVITE platform Alice`, and if it is not the first of its kind, by its number behind that.
#[derive(Clone, Copy, Debug)]
pub enum Edit {
    /// Parts of its text are others; each has to be there.
    Swap(&'static str, &'static [(&'static str, &'static str)]),
    /// A part of the text of every message is another, wherever it is.
    SwapAll(&'static str, &'static str),
    /// A header is not there.
    Without(&'static str, &'static str),
    /// A header has another value, or is there at all.
    With(&'static str, &'static str, &'static str),
    /// A parameter of a header is not there.
    Cut(&'static str, &'static str, &'static str),
    /// A header is there once more, in front.
    More(&'static str, &'static str, &'static str),
    /// It was never sent.
    Drop(&'static str),
    /// It was sent and never arrived.
    Lose(&'static str),
    /// It was sent so many milliseconds later; earlier, if the number is negative.
    Late(&'static str, i64),
    /// It was sent again so many milliseconds later, with parts of its text changed.
    Again(&'static str, i64, &'static [(&'static str, &'static str)]),
    /// It was answered so many milliseconds after it had arrived, with this status and these
    /// headers besides.
    Reply(&'static str, i64, &'static str, &'static str),
    /// It ends with more.
    Append(&'static str, &'static str),
    /// Its body ends before this.
    CutBody(&'static str, &'static str),
    /// Some bytes of it are others.
    Bytes(&'static str, &'static str, &'static [u8]),
    /// The requests of its sender in its dialog, from this number on, and all that belongs to them,
    /// have the next number.
    Number(&'static str, u32),
    /// An ACK is made of an INVITE, as that to a refusal is.
    AckOf(&'static str, &'static str),
    /// Whoever gave an answer asked something in the dialog, so many milliseconds later: a method,
    /// and headers besides.
    Ask(&'static str, i64, &'static str, &'static str),
    /// Everything was sent over another transport.
    Over(Transport),
    /// Anything else, mostly to media.
    Act(fn(&mut Script)),
}

impl Edit {
    /// Makes the change.
    pub fn apply(self, script: &mut Script) {
        match self {
            Self::Swap(pick, swaps) => {
                each(script, pick, |line| rewrite(line, |text| swapped(text, swaps)));
            }
            Self::SwapAll(from, to) => {
                for line in &mut script.messages {
                    rewrite(line, |text| text.replace(from, to));
                }
            }
            Self::Without(pick, name) => {
                each(script, pick, |line| rewrite(line, |text| without(text, name)));
            }
            Self::With(pick, name, value) => each(script, pick, |line| {
                rewrite(line, |text| in_front(&without_any(text, name), name, value));
            }),
            Self::More(pick, name, value) => {
                each(script, pick, |line| rewrite(line, |text| in_front(text, name, value)));
            }
            Self::Drop(pick) => {
                let places = places(script, pick);
                let mut place = 0;
                script.messages.retain(|_| {
                    place += 1;
                    !places.contains(&(place - 1))
                });
            }
            Self::Lose(pick) => each(script, pick, |line| line.arrived = None),
            Self::Late(pick, millis) => each(script, pick, |line| {
                line.left = line.left.map(|at| moved(at, millis));
                line.arrived = line.arrived.map(|at| moved(at, millis));
            }),
            Self::Again(pick, millis, swaps) => {
                let place = places(script, pick)[0];
                let mut line = script.messages[place].clone();
                line.left = line.left.map(|at| moved(at, millis));
                line.arrived = line.arrived.map(|at| moved(at, millis));
                rewrite(&mut line, |text| swapped(text, swaps));
                put(script, line);
            }
            Self::Reply(pick, millis, status, headers) => {
                let place = places(script, pick)[0];
                let line = reply(&script.messages[place], millis, status, headers);
                put(script, line);
            }
            Self::Cut(pick, name, param) => {
                each(script, pick, |line| rewrite(line, |text| cut(text, name, param)));
            }
            Self::Append(pick, more) => {
                each(script, pick, |line| rewrite(line, |text| format!("{text}{more}")));
            }
            Self::CutBody(pick, from) => each(script, pick, |line| {
                rewrite(line, |text| text[..text.find(from).unwrap()].to_owned());
            }),
            Self::Bytes(pick, from, to) => each(script, pick, |line| {
                let mut bytes = line.packet.payload.to_vec();
                let is_there = |it: &[u8]| it == from.as_bytes();
                let place = bytes.windows(from.len()).position(is_there).unwrap();
                bytes.splice(place..place + from.len(), to.iter().copied());
                line.packet.payload = bytes.into();
            }),
            Self::Number(pick, from) => renumber(script, pick, from),
            Self::AckOf(ack, invite) => {
                let text = script.messages[places(script, invite)[0]].text();
                let uri = text.split(' ').nth(1).unwrap().to_owned();
                let via = header(&text, "Via");
                each(script, ack, |line| {
                    rewrite(line, |text| {
                        let (own, rest) = text.split_once("\r\n").unwrap();
                        let start = own.replace(own.split(' ').nth(1).unwrap(), &uri);
                        in_front(&without_any(&format!("{start}\r\n{rest}"), "Via"), "Via", &via)
                    });
                });
            }
            Self::Ask(pick, millis, method, headers) => {
                let line = question(script, places(script, pick)[0], millis, method, headers);
                put(script, line);
            }
            Self::Over(transport) => {
                for line in &mut script.messages {
                    line.packet.transport = transport;
                }
            }
            Self::Act(act) => act(script),
        }
    }
}

/// The value of the first header of a name, in a message that is picked.
pub fn value(script: &Script, pick: &str, name: &str) -> String {
    header(&script.messages[places(script, pick)[0]].text(), name)
}

fn header(text: &str, name: &str) -> String {
    let line = text.lines().find(|line| is_header(line, name));
    let line = line.unwrap_or_else(|| panic!("there is no {name} in\n{text}"));
    line.split_once(':').unwrap().1.trim().to_owned()
}

fn renumber(script: &mut Script, pick: &str, from: u32) {
    let model = script.messages[places(script, pick)[0]].clone();
    let (source, call) = (model.packet.source, header(&model.text(), "Call-ID"));
    for line in &mut script.messages {
        let text = line.text();
        let is_answer = text.starts_with("SIP/");
        let own = (line.packet.source == source) != is_answer;
        if !own || header(&text, "Call-ID") != call {
            continue;
        }
        let cseq = header(&text, "CSeq");
        let (number, method) = cseq.split_once(' ').unwrap();
        let number: u32 = number.parse().unwrap();
        if number >= from {
            let next = format!("CSeq: {} {method}", number + 1);
            rewrite(line, |text| text.replace(&format!("CSeq: {cseq}"), &next));
        }
    }
}

/// A request of whoever sent an answer, in the same dialog.
fn question(script: &Script, place: usize, millis: i64, method: &str, headers: &str) -> ScriptLine {
    let answer = &script.messages[place];
    let text = answer.text();
    let call = header(&text, "Call-ID");
    let of_call = |line: &&ScriptLine| header(&line.text(), "Call-ID") == call;
    let invite = script.messages.iter().find(of_call).unwrap().text();
    let target = header(&invite, "Contact");
    let uri = target.split(['<', '>']).nth(1).unwrap().to_owned();
    let mut line = answer.clone();
    let left = moved(answer.arrived.or(answer.left).unwrap(), millis);
    (line.left, line.arrived) = (Some(left), Some(moved(left, 6)));
    let (from, to, contact) =
        (header(&text, "To"), header(&text, "From"), header(&text, "Contact"));
    let (transport, source) = (answer.packet.transport, answer.packet.source);
    line.set_text(format!(
        "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/{transport} {source};branch=z9hG4bKasked{method}\r\n\
         Max-Forwards: 70\r\nFrom: {from}\r\nTo: {to}\r\nCall-ID: {call}\r\nCSeq: 1 {method}\r\n\
         Contact: {contact}\r\n{headers}Content-Length: 0\r\n\r\n"
    ));
    line
}

fn cut(text: &str, name: &str, param: &str) -> String {
    let line = text.lines().find(|line| is_header(line, name)).unwrap();
    let start = line.find(&format!(";{param}")).unwrap();
    let end = line[start + 1..].find(';').map_or(line.len(), |end| start + 1 + end);
    text.replacen(line, &format!("{}{}", &line[..start], &line[end..]), 1)
}

/// Puts a line where its time is.
pub fn put(script: &mut Script, line: ScriptLine) {
    let at = |line: &ScriptLine| line.left.or(line.arrived);
    let place = script.messages.iter().position(|other| at(other) > at(&line));
    script.messages.insert(place.unwrap_or(script.messages.len()), line);
}

fn reply(request: &ScriptLine, millis: i64, status: &str, headers: &str) -> ScriptLine {
    let text = request.text();
    let copied = ["Via", "From", "To", "Call-ID", "CSeq"].into_iter().flat_map(|name| {
        let own = text.lines().filter(move |line| is_header(line, name));
        own.map(move |line| {
            let tagless = name == "To" && !line.contains(";tag=") && !status.starts_with("100");
            // RFC 3581 section 4.
            let source = request.packet.source;
            let seen = format!(";rport={};received={}", source.port(), source.ip());
            let line = line.replace(";rport", &seen);
            format!("{line}{}\r\n", if tagless { ";tag=answered" } else { "" })
        })
    });
    let copied: String = copied.collect();
    let arrived = request.arrived.or(request.left).unwrap();
    let left = moved(arrived, millis);
    let mut line = request.clone();
    std::mem::swap(&mut line.packet.source, &mut line.packet.target);
    (line.left, line.arrived) = (Some(left), Some(moved(left, 6)));
    line.set_text(format!("SIP/2.0 {status}\r\n{copied}{headers}Content-Length: 0\r\n\r\n"));
    line
}

fn moved(at: Instant, millis: i64) -> Instant {
    let by = Duration::from_millis(millis.unsigned_abs());
    if millis < 0 { Instant::START + at.elapsed().saturating_sub(by) } else { at + by }
}

fn each(script: &mut Script, pick: &str, mut change: impl FnMut(&mut ScriptLine)) {
    for place in places(script, pick) {
        change(&mut script.messages[place]);
    }
}

/// The places of a message, and of every other sending of it.
fn places(script: &Script, pick: &str) -> Vec<usize> {
    let mut words: Vec<_> = pick.split(' ').collect();
    let nth: usize = words.last().and_then(|it| it.parse().ok()).unwrap_or(1);
    if nth != 1 {
        words.pop();
    }
    let (what, ends) = words.split_at(words.len() - 2);
    let start = match what {
        [method] => format!("{method} "),
        [code, _] => format!("SIP/2.0 {code} "),
        _ => panic!("`{pick}` picks nothing"),
    };
    let method = what.last().unwrap();
    let timeline = script.timeline();
    let mut found: Vec<Vec<usize>> = Vec::new();
    for (place, line) in script.messages.iter().enumerate() {
        let text = line.text();
        let of_method =
            text.lines().any(|it| is_header(it, "CSeq") && it.ends_with(&format!(" {method}")));
        let label = |address| timeline.cast().label(address);
        let between = label(line.packet.source) == ends[0] && label(line.packet.target) == ends[1];
        if !(text.starts_with(&start) && of_method && between) {
            continue;
        }
        let same = |places: &&mut Vec<usize>| script.messages[places[0]].text() == text;
        match found.iter_mut().find(same) {
            Some(places) => places.push(place),
            None => found.push(vec![place]),
        }
    }
    let count = found.len();
    found.into_iter().nth(nth - 1).unwrap_or_else(|| panic!("there are {count} of `{pick}`"))
}

fn is_header(line: &str, name: &str) -> bool {
    let own = line.split(':').next().unwrap_or_default();
    own.len() < line.len() && own.trim().eq_ignore_ascii_case(name)
}

/// Changes the text of a message, and keeps Content-Length true unless that is what was changed.
pub fn rewrite(line: &mut ScriptLine, change: impl FnOnce(&str) -> String) {
    let before = line.text();
    let after = change(&before);
    if before == after {
        return;
    }
    let length = |text: &str| {
        let (head, _) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let own =
            head.lines().filter(|line| is_header(line, "Content-Length") || is_header(line, "l"));
        own.map(str::to_owned).collect::<Vec<_>>()
    };
    let (was, is) = (length(&before), length(&after));
    let fixed = match (&was[..], after.split_once("\r\n\r\n")) {
        ([said], Some((head, body))) if was == is => {
            let name = said.split(':').next().unwrap();
            let head = head.replace(said, &format!("{name}: {}", body.len()));
            format!("{head}\r\n\r\n{body}")
        }
        _ => after,
    };
    line.set_text(fixed);
}

fn swapped(text: &str, swaps: &[(&str, &str)]) -> String {
    swaps.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "there is no `{from}` in\n{text}");
        text.replacen(from, to, 1)
    })
}

fn without(text: &str, name: &str) -> String {
    let changed = without_any(text, name);
    assert_ne!(changed, text, "there is no {name} in\n{text}");
    changed
}

fn without_any(text: &str, name: &str) -> String {
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let kept: Vec<_> = head.split("\r\n").filter(|line| !is_header(line, name)).collect();
    format!("{}\r\n\r\n{body}", kept.join("\r\n"))
}

fn in_front(text: &str, name: &str, value: &str) -> String {
    text.replacen("\r\n", &format!("\r\n{name}: {value}\r\n"), 1)
}
