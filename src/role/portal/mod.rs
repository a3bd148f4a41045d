//! A portal: the pages of the recorder through which people look at recordings. It asks the
//! recorder's REST API on behalf of whoever visits it, one question after the other, and no more
//! of them than the API takes. A program that wants to be told of recordings lives here too.

mod errand;
mod program;
mod request;

pub use errand::{Errand, Visit};

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use super::{Asker, Command, Input, Output, Role};
use crate::http::{Response, Uri};
use crate::packet::{Packet, Transport};
use crate::time::Instant;
use program::Program;

/// What makes one portal different from another.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the recorder's API is.
    pub api: SocketAddr,
    /// The addresses from which it is asked.
    pub from: Vec<SocketAddr>,
    /// Where the program listens that wants to be told of recordings, if it can.
    pub listens: Option<SocketAddr>,
    /// The region in every path.
    pub region: String,
    /// What the portal itself is known by: id and secret.
    pub client: (String, String),
    /// Everybody who can sign in: first name, e-mail address, secret.
    pub people: Vec<(String, String, String)>,
}

/// A portal.
#[derive(Debug)]
pub struct Portal {
    settings: Settings,
    asker: Asker<Step>,
    visits: VecDeque<Visit>,
    doing: Option<Doing>,
    /// What each visitor was given when signing in, and until when it is good.
    tokens: BTreeMap<String, (String, Instant)>,
    /// The last recording that anybody has seen: people tell each other of them.
    last_seen: Option<String>,
    /// The last dub.point that anybody has seen.
    last_point: Option<String>,
    program: Program,
    packets: VecDeque<Packet>,
    /// No question before this.
    next: Instant,
}

/// A visit on its way.
#[derive(Debug)]
struct Doing {
    visit: Visit,
    step: Step,
    is_asked: bool,
    /// Where the visitor is at home: `accounts/1002` or `groups/1001`.
    home: String,
    /// What is to be done something with: `users/1003`, `audio/…`.
    thing: String,
}

/// One question.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Step {
    SignIn,
    Profile,
    /// A list that stands at home, by its name.
    List(&'static str),
    /// The same list, so often at once that it is too often.
    Hurry,
    /// A dub.point, by what the calling platform shows.
    Find,
    /// To do what the errand is about.
    Act,
    Show,
    Fetch,
    /// What nobody is is given to somebody.
    Give,
    Subscribe,
    /// To give back the secret, which has to come first.
    Activate,
    Unclaimed,
}

impl Portal {
    /// A portal that nobody has visited.
    pub fn new(mut settings: Settings) -> Self {
        let asker = Asker::new(std::mem::take(&mut settings.from));
        Self {
            settings,
            asker,
            visits: VecDeque::new(),
            doing: None,
            tokens: BTreeMap::new(),
            last_seen: None,
            last_point: None,
            program: Program::default(),
            packets: VecDeque::new(),
            next: Instant::START,
        }
    }

    /// Begins the next visit, and asks the next question, if it is time.
    fn go_on(&mut self, now: Instant) {
        if self.doing.is_none() {
            let Some(visit) = self.visits.pop_front() else { return };
            let step = self.first_step(now, &visit);
            let (home, thing) = (String::new(), String::new());
            self.doing = Some(Doing { visit, step, is_asked: false, home, thing });
        }
        if !self.has_to_ask() || now < self.next {
            return;
        }
        let Some(doing) = self.doing.as_mut() else { return };
        doing.is_asked = true;
        let step = doing.step;
        let Some(request) = self.request() else {
            self.doing = None;
            return;
        };
        let times = if step == Step::Hurry { TOO_OFTEN } else { 1 };
        for _ in 0..times {
            if self.asker.ask(now, self.settings.api, request.clone(), step).is_err() {
                self.doing = None;
            }
        }
    }

    fn first_step(&self, now: Instant, visit: &Visit) -> Step {
        let token = self.tokens.get(&visit.who);
        let is_good = token.is_some_and(|(_, until)| now < *until);
        match visit.errand {
            Errand::Guess => Step::SignIn,
            Errand::LookAgain if token.is_some() => Step::Profile,
            _ if is_good => Step::Profile,
            _ => Step::SignIn,
        }
    }

    /// Whether there is a question to ask by now or later; what needs the secret waits for that.
    fn has_to_ask(&self) -> bool {
        self.doing.as_ref().is_some_and(|doing| {
            let waits = doing.step == Step::Activate && self.program.secret(&doing.thing).is_none();
            !doing.is_asked && !waits
        })
    }

    /// An answer came: what follows from it, if the visit is not over.
    fn take(&mut self, now: Instant, step: Step, response: &Response<Bytes>) {
        // The recorder counts when questions arrive, which was before this.
        self.next = now + PACE;
        let Some(mut doing) = self.doing.take() else { return };
        if !response.status().is_success() {
            return;
        }
        let answer: Value = serde_json::from_slice(response.body()).unwrap_or_default();
        let next = match step {
            Step::SignIn => self.signed_in(now, &doing.visit.who, &answer),
            Step::Profile => {
                let home = ["account", "group"].iter().find_map(|of| answer[*of].as_str());
                home.and_then(path_of).map(|home| {
                    doing.home = home;
                    at_home(&doing.visit.errand)
                })
            }
            Step::List(name) => self.listed(&mut doing, name, &answer),
            Step::Show => answer["recording_url"].as_str().and_then(path_of).map(|path| {
                doing.thing = path;
                Step::Fetch
            }),
            Step::Subscribe => answer["self"].as_str().and_then(path_of).map(|path| {
                doing.thing = path;
                Step::Activate
            }),
            _ => None,
        };
        self.doing = next.map(|step| Doing { step, is_asked: false, ..doing });
    }

    fn signed_in(&mut self, now: Instant, who: &str, answer: &Value) -> Option<Step> {
        let token = answer["access_token"].as_str()?.to_owned();
        let span = Duration::from_secs(answer["expires_in"].as_u64()?);
        self.tokens.insert(who.to_owned(), (token, now + span));
        Some(Step::Profile)
    }

    fn listed(&mut self, doing: &mut Doing, name: &str, answer: &Value) -> Option<Step> {
        let list = answer[name.trim_start_matches("unidentified_")].as_array()?;
        let errand = &doing.visit.errand;
        if name.ends_with("recordings") {
            let first = list.first().and_then(|it| it["self"].as_str()).and_then(path_of);
            self.last_seen = first.or(self.last_seen.take());
            doing.thing = self.last_seen.clone()?;
            return match errand {
                Errand::Listen => Some(Step::Show),
                Errand::Delete => Some(Step::Act),
                _ => None,
            };
        }
        let is_meant = |it: &&Value| {
            errand.whose().is_none_or(|whose| it["first_name"] == whose || it["label"] == whose)
        };
        let thing = list.iter().find(is_meant)?;
        doing.thing = path_of(thing["self"].as_str()?)?;
        if name == "dub_points" {
            self.last_point = Some(doing.thing.clone());
        }
        match errand {
            Errand::LookForUnclaimed => Some(Step::Unclaimed),
            _ => Some(Step::Act),
        }
    }

    /// A packet of HTTP: an answer to a question of ours, or a message to the program.
    fn handle_packet(&mut self, now: Instant, packet: &Packet) {
        if !self.asker.is_ours(packet) {
            self.packets.extend(self.program.handle_packet(packet));
            return;
        }
        if let Some((step, came)) = self.asker.handle_packet(packet) {
            match came {
                Ok(response) => self.take(now, step, &response),
                Err(_) => self.doing = None,
            }
        }
    }

    fn begin(&mut self, visit: Visit) {
        if let Errand::Away(is_away) = visit.errand {
            self.program.is_away = is_away;
            return;
        }
        // Whoever waits for a secret in vain gives way.
        let waits = self.doing.as_ref().is_some_and(|doing| !doing.is_asked);
        if waits && !self.has_to_ask() {
            self.doing = None;
        }
        if self.visits.len() < VISITS_MAX {
            self.visits.push_back(visit);
        }
    }
}

/// The question with which an errand begins at home.
fn at_home(errand: &Errand) -> Step {
    Step::List(match errand {
        Errand::Look
        | Errand::Page(_)
        | Errand::LookAgain
        | Errand::Guess
        | Errand::Listen
        | Errand::Delete => "recordings",
        Errand::LookForNobodys => "unidentified_recordings",
        Errand::Move(..) | Errand::Promote(_) => "users",
        Errand::Contract(_) => "accounts",
        Errand::SetPoint { .. } => "dub_points",
        Errand::LookForUnclaimed => "notifications",
        Errand::Hurry => return Step::Hurry,
        Errand::FindPoint { .. } => return Step::Find,
        Errand::Give(_) => return Step::Give,
        Errand::Subscribe | Errand::SubscribeWrongly | Errand::Away(_) => return Step::Subscribe,
    })
}

/// What stands behind region and version in a URL of the API's.
fn path_of(url: &str) -> Option<String> {
    let uri = url.parse::<Uri>().ok()?;
    let (_, path) = uri.path().split_once("/v1/")?;
    Some(path.to_owned())
}

impl Role for Portal {
    fn handle_input(&mut self, now: Instant, input: Input) {
        match input {
            Input::Command(Command::Visit(visit)) => self.begin(visit),
            Input::Packet(packet) if packet.transport == Transport::Http => {
                self.handle_packet(now, &packet);
            }
            Input::Undeliverable(packet) => {
                if self.asker.handle_undeliverable(&packet).is_some() {
                    self.doing = None;
                }
            }
            Input::Command(_) | Input::Packet(_) | Input::Timeout => {}
        }
        while self.asker.handle_timeout(now).is_some() {
            self.doing = None;
        }
        self.go_on(now);
    }

    fn poll_output(&mut self) -> Output {
        if let Some(packet) = self.packets.pop_front().or_else(|| self.asker.poll_transmit()) {
            return Output::Transmit(packet);
        }
        let begins = self.doing.is_none() && !self.visits.is_empty();
        let next = (begins || self.has_to_ask()).then_some(self.next);
        Output::Timeout(next.into_iter().chain(self.asker.next_deadline()).min())
    }
}

/// The API takes two questions a second.
const PACE: Duration = Duration::from_millis(600);
/// One question more than the API takes in a second.
const TOO_OFTEN: usize = 3;
/// Nobody queues up before a web page.
const VISITS_MAX: usize = 64;

#[cfg(test)]
mod tests;
