//! What a person at the terminal wants to know, told from what crosses the network.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use crate::evidence::{Content, Kind, Side, Sighting, Timeline, description_of};
use crate::sdp::MediaDescription;
use crate::sip::{Message, Method, Reason, Uri};
use crate::time::Instant;

/// Follows a timeline from one look to the next.
#[derive(Debug, Default)]
pub struct Watch {
    /// How many sightings were looked at already.
    seen: usize,
    calls: BTreeMap<String, Call>,
    /// Where each number was registered when we last said so.
    registered: BTreeMap<String, String>,
    rubbish: Rubbish,
}

/// Something that happened, in words.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct News {
    /// When.
    pub at: Instant,
    /// What.
    pub text: String,
}

/// One INVITE dialog.
#[derive(Debug)]
struct Call {
    part: Part,
    from: String,
    to: String,
    rings: bool,
    answered: Option<Instant>,
    held: bool,
    over: bool,
    /// When anything of it was last seen.
    last: Instant,
}

/// What a dialog is to the platform.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Part {
    /// A telephone's call to the platform.
    Caller,
    /// The platform's call to a telephone.
    Callee,
    /// The platform's call to a recorder.
    Recording,
}

/// What is no SIP is told of now and then only: a peer could send any amount.
#[derive(Debug, Default)]
struct Rubbish {
    count: u64,
    last_told: Option<Instant>,
}

impl Watch {
    /// What has happened since the last look.
    pub fn look(&mut self, timeline: &Timeline) -> Vec<News> {
        let fresh = timeline.signalling().get(self.seen..).unwrap_or_default();
        self.seen = timeline.signalling().len();
        let mut news = Vec::new();
        for sighting in fresh {
            let text = match &sighting.content {
                Content::Sip(message) => self.hear(timeline, sighting, message),
                Content::Http(message) => {
                    let from = timeline.cast().label(sighting.source);
                    let arrived = sighting.side == Side::Received;
                    let request = message.request().filter(|_| arrived);
                    request.map(|_| format!("{from} asks {}", message.title()))
                }
                // It comes with every call.
                Content::Stun(..) => None,
                Content::Rubbish(bytes, _) => {
                    let from = timeline.cast().label(sighting.source);
                    let text = format!("{} bytes that are no SIP came from {from}", bytes.len());
                    self.rubbish.tell(sighting.at, &text)
                }
            };
            news.extend(text.map(|text| News { at: sighting.at, text }));
        }
        news
    }

    /// Whether there was a call since the page was turned.
    pub fn saw_a_call(&self) -> bool {
        !self.calls.is_empty()
    }

    /// Since when no call has been up; `None` while one is.
    pub fn quiet_since(&self, timeline: &Timeline, now: Instant) -> Option<Instant> {
        let up = self.calls.values().filter(|call| !call.over);
        let heard = up.map(|call| call.last).max();
        let ended = self.calls.values().map(|call| call.last).max().unwrap_or_default();
        let Some(heard) = heard else { return Some(ended) };
        // Somebody was switched off in the middle of a call: nothing will ever end it.
        let media = timeline.flows().iter().filter_map(|flow| flow.nearest_to_receiver().last());
        let last = media.map(|packet| packet.at).max().unwrap_or_default().max(heard);
        (last + SILENCE <= now).then_some(last)
    }

    /// The timeline was cleared: the next look begins at its start.
    pub fn turn_the_page(&mut self) {
        self.seen = 0;
        self.calls.clear();
    }

    fn hear(
        &mut self,
        timeline: &Timeline,
        sighting: &Sighting,
        message: &Message,
    ) -> Option<String> {
        if let Some(method) = message.method() {
            return self.hear_request(timeline, sighting, message, method);
        }
        let (code, cseq) = message.code().zip(message.cseq().ok())?;
        match cseq.method {
            Method::Register => self.hear_registrar(timeline, sighting, message, code),
            Method::Invite => self.hear_answer(sighting, message, code),
            _ => None,
        }
    }

    fn hear_request(
        &mut self,
        timeline: &Timeline,
        sighting: &Sighting,
        message: &Message,
        method: &Method,
    ) -> Option<String> {
        let id = message.call_id().ok()?;
        let who = timeline.cast().label(sighting.source);
        let Some(call) = self.calls.get_mut(id) else {
            let is_first = *method == Method::Invite && self.calls.len() < CALLS_MAX;
            let call = Call::begin(timeline, sighting, message).filter(|_| is_first)?;
            let known = timeline.cast().named(&call.from).is_some();
            let whom = if known { "" } else { ", whose number the scenario does not know," };
            let text = (call.part == Part::Caller)
                .then(|| format!("{}{whom} calls {}", call.from, call.to));
            self.calls.insert(id.to_owned(), call);
            return text;
        };
        call.last = sighting.at;
        let from_phone = sighting.side == Side::Received && call.part != Part::Recording;
        match method {
            Method::Invite if sighting.side == Side::Undeliverable => {
                call.over = true;
                (call.part == Part::Recording).then(|| "the recorder cannot be reached".to_owned())
            }
            Method::Invite if from_phone && call.answered.is_some() => call.held(&who, message),
            Method::Cancel => {
                let was_over = std::mem::replace(&mut call.over, true);
                (!was_over && call.part == Part::Caller).then(|| format!("{who} gives up"))
            }
            Method::Bye => {
                let was_over = std::mem::replace(&mut call.over, true);
                let answered = call.answered.filter(|_| !was_over)?;
                let talked = (sighting.at - answered).as_secs_f64();
                match call.part {
                    Part::Recording => timeline
                        .cast()
                        .is(sighting.source, Kind::Recorder)
                        .then(|| format!("the recorder leaves the call{}", reason_of(message))),
                    _ => from_phone.then(|| format!("{who} hangs up after {talked:.1} s")),
                }
            }
            _ => None,
        }
    }

    fn hear_answer(&mut self, sighting: &Sighting, message: &Message, code: u16) -> Option<String> {
        let call = self.calls.get_mut(message.call_id().ok()?)?;
        call.last = sighting.at;
        match (code, call.part) {
            (101..200, Part::Callee) => {
                let rang_already = std::mem::replace(&mut call.rings, true);
                (!rang_already).then(|| format!("{}'s telephone rings", call.to))
            }
            (200..300, _) if call.answered.is_some() => None,
            (200..300, part) => {
                call.answered = Some(sighting.at);
                match part {
                    Part::Caller => Some(format!("{} answers", call.to)),
                    Part::Recording => Some("the recorder begins to record".to_owned()),
                    Part::Callee => None,
                }
            }
            // Challenged, not refused; or the refusal of a change.
            (401 | 407, _) => None,
            (300.., part) if call.answered.is_none() => {
                let was_over = std::mem::replace(&mut call.over, true);
                match part {
                    _ if was_over => None,
                    Part::Caller => Some(refused(code, &call.to)),
                    Part::Recording => Some(format!("the recorder refuses to record: {code}")),
                    Part::Callee => None,
                }
            }
            _ => None,
        }
    }

    fn hear_registrar(
        &mut self,
        timeline: &Timeline,
        sighting: &Sighting,
        message: &Message,
        code: u16,
    ) -> Option<String> {
        if !timeline.cast().is(sighting.source, Kind::Platform) || sighting.side != Side::Sent {
            return None;
        }
        let uri = message.to().ok()?.uri;
        let who = person(timeline, &uri, sighting.target);
        let from = format!("{} ({})", sighting.target, sighting.transport);
        match code {
            200..300 => {
                let contacts = message.addresses("Contact").unwrap_or_default();
                let contacts = contacts.iter().map(|contact| contact.uri.to_string());
                let contacts = contacts.collect::<Vec<_>>().join(" and ");
                let before = self.registered.insert(who.clone(), contacts.clone());
                match before.unwrap_or_default() {
                    before if before == contacts => None,
                    _ if contacts.is_empty() => Some(format!("{who} is not registered any more")),
                    _ => Some(format!("{who} registers from {from}, and is called at {contacts}")),
                }
            }
            403 => Some(format!("{who} does not register from {from}: the password is wrong")),
            404 => Some(format!("nobody has the number {who}, which {from} wants to register")),
            _ => None,
        }
    }
}

impl Call {
    fn begin(timeline: &Timeline, sighting: &Sighting, invite: &Message) -> Option<Self> {
        let is = |address, kind| timeline.cast().is(address, kind);
        let part = match (sighting.source, sighting.target) {
            (_, target) if is(target, Kind::Recorder) => Part::Recording,
            (_, target) if is(target, Kind::Platform) => Part::Caller,
            (source, _) if is(source, Kind::Platform) => Part::Callee,
            _ => return None,
        };
        Some(Self {
            part,
            from: person(timeline, &invite.from().ok()?.uri, sighting.source),
            to: person(timeline, &invite.to().ok()?.uri, sighting.target),
            rings: false,
            answered: None,
            held: false,
            over: false,
            last: sighting.at,
        })
    }

    /// A telephone's re-INVITE.
    fn held(&mut self, who: &str, message: &Message) -> Option<String> {
        let (_, description) = description_of(message)?;
        let held = description.media.first().is_some_and(MediaDescription::is_held);
        match (std::mem::replace(&mut self.held, held), held) {
            (false, true) => Some(format!("{who} puts the call on hold")),
            (true, false) => Some(format!("{who} takes the call up again")),
            _ => None,
        }
    }
}

impl Rubbish {
    fn tell(&mut self, at: Instant, text: &str) -> Option<String> {
        self.count += 1;
        if self.last_told.is_some_and(|told| at - told < RUBBISH_EVERY) {
            return None;
        }
        self.last_told = Some(at);
        let more = match std::mem::take(&mut self.count) {
            0 | 1 => String::new(),
            count => format!(", and {} more before", count - 1),
        };
        Some(format!("{text}{more}"))
    }
}

/// Why a request was sent, if it says so in words (RFC 3326).
fn reason_of(message: &Message) -> String {
    let reasons = message.reasons().unwrap_or_default();
    let text = reasons.iter().find_map(Reason::text).unwrap_or_default();
    let text: String = text.chars().filter(|c| !c.is_control()).take(REASON_MAX).collect();
    if text.is_empty() { text } else { format!(": {text}") }
}

/// A person as we call them: by name, else by number, else by address.
fn person(timeline: &Timeline, uri: &Uri, address: SocketAddr) -> String {
    let number = uri.user().unwrap_or_default();
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let known =
        timeline.cast().members().iter().find(|member| {
            member.number.as_deref().is_some_and(|own| digits(own) == digits(&number))
        });
    match known {
        Some(member) => member.name.to_string(),
        None if number.is_empty() => address.to_string(),
        None => number.chars().filter(|c| !c.is_control()).take(NUMBER_MAX).collect(),
    }
}

fn refused(code: u16, to: &str) -> String {
    let why = match code {
        404 => format!("nobody has the number {to}"),
        480 => format!("{to} is not registered, or does not answer"),
        408 | 503 => format!("{to} cannot be reached"),
        486 => format!("{to} is busy, or declines"),
        487 => "it was given up".to_owned(),
        603 => format!("{to} declines"),
        _ => "see ladder.txt".to_owned(),
    };
    format!("the call is refused with {code}: {why}")
}

/// More calls at once than anybody makes by hand; beyond, they are not told of.
const CALLS_MAX: usize = 10_000;
/// Longer than anybody rings; and who talks, sends media.
const SILENCE: Duration = Duration::from_mins(4);
const RUBBISH_EVERY: Duration = Duration::from_secs(10);
/// A longer number is a joke.
const NUMBER_MAX: usize = 40;
/// A longer reason is a lecture.
const REASON_MAX: usize = 80;
