//! Telling the recorder of the organisation and its people, before whoever asked for it is told
//! that it is done.

use std::collections::VecDeque;

use bytes::Bytes;

use super::auth::Who;
use super::{Flaw, Platform, Refusal, no_content};
use crate::http::{Response, StatusCode};
use crate::packet::Packet;
use crate::role::platform::provisioning::{
    Accounts, RecordingSettings, Setup, Share, Shared, Vendor,
};
use crate::role::{Asker, Failed};
use crate::time::Instant;
use std::net::SocketAddr;

/// What the recorder was told and has not answered yet.
#[derive(Debug)]
pub struct Sharing {
    pub(super) asker: Asker<Errand>,
    recorder: Option<SocketAddr>,
}

/// What is to be told, and what comes after it.
#[derive(Debug)]
pub struct Errand {
    /// What the recorder is to be told, one after the other.
    steps: VecDeque<(Share, Shared)>,
    then: Then,
    /// Whoever waits for it.
    asked: Packet,
}

#[derive(Debug)]
enum Then {
    /// The terms are accepted, by whoever has this address.
    Accept(String),
    /// Somebody's settings hold.
    Enable(usize, RecordingSettings),
}

impl Sharing {
    pub(super) fn new(setup: &Setup) -> Self {
        Self { asker: Asker::new(setup.from.iter().copied()), recorder: setup.recorder }
    }
}

impl Sharing {
    /// The next packet for the recorder.
    pub fn poll_transmit(&mut self) -> Option<Packet> {
        self.asker.poll_transmit()
    }

    /// When the recorder will have had time enough.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.asker.next_deadline()
    }
}

impl Platform {
    /// Tells the recorder of a person, if it does not know them yet. Returns whether it is told.
    pub(super) fn share_person(
        &mut self,
        now: Instant,
        packet: &Packet,
        person: usize,
        settings: RecordingSettings,
        who: &Who,
    ) -> bool {
        let it = &self.directory.organization;
        let is_known = self.directory.people[person].has_account;
        let is_first = self.directory.people.iter().all(|person| !person.has_account);
        let is_silent =
            self.desk.has(Flaw::ShareNothing) || !is_first && self.desk.has(Flaw::ShareOnce);
        if is_known
            || is_silent
            || it.vendor != Vendor::Dubber
            || self.desk.sharing.recorder.is_none()
        {
            return false;
        }
        let mut steps = VecDeque::new();
        // S-26: where accounts are automatic, the first user brings the organisation's.
        let brings_account = it.account.is_none()
            && (it.accounts == Accounts::Automatic || self.desk.has(Flaw::MakeAccountsLate));
        if brings_account || self.desk.has(Flaw::AccountForEachUser) {
            steps.push_back((Share::Account, self.shared_of(who)));
        }
        let identifier = self.directory.people[person].external_identifier.clone();
        steps.push_back((Share::User(identifier), self.shared(person)));
        let then = Then::Enable(person, settings);
        self.run(now, Errand { steps, then, asked: envelope(packet) });
        true
    }

    /// Has the recorder remove a person, which nobody asked for. Returns whether it is told.
    pub(super) fn share_removal(
        &mut self,
        now: Instant,
        packet: &Packet,
        person: usize,
        settings: RecordingSettings,
    ) -> bool {
        let shared = self.shared(person);
        let person_now = &mut self.directory.people[person];
        if !std::mem::take(&mut person_now.has_account) || self.desk.sharing.recorder.is_none() {
            return false;
        }
        let step = (Share::Removal(person_now.external_identifier.clone()), shared);
        let then = Then::Enable(person, settings);
        self.run(now, Errand { steps: [step].into(), then, asked: envelope(packet) });
        true
    }

    /// Tells the recorder of the organisation. Returns whether it is told.
    pub(super) fn share_organization(&mut self, now: Instant, packet: &Packet, who: &Who) -> bool {
        if self.desk.sharing.recorder.is_none() {
            return false;
        }
        let steps = VecDeque::from([(Share::Account, self.shared_of(who))]);
        let then = Then::Accept(who.email.clone());
        self.run(now, Errand { steps, then, asked: envelope(packet) });
        true
    }

    /// The recorder has answered.
    pub(super) fn sharing_answered(&mut self, now: Instant, packet: &Packet) {
        let Some((errand, answer)) = self.desk.sharing.asker.handle_packet(packet) else { return };
        match answer {
            Ok(response) => self.next(now, errand, &response),
            Err(failed) => self.fail(&errand, &failed),
        }
    }

    /// The network could not deliver what the recorder should be told.
    pub(in crate::role::platform) fn recorder_unreachable(&mut self, packet: &Packet) {
        if let Some((errand, failed)) = self.desk.sharing.asker.handle_undeliverable(packet) {
            self.fail(&errand, &failed);
        }
    }

    /// The recorder has had time enough.
    pub(in crate::role::platform) fn recorder_silent(&mut self, now: Instant) {
        while let Some((errand, failed)) = self.desk.sharing.asker.handle_timeout(now) {
            self.fail(&errand, &failed);
        }
    }

    fn run(&mut self, now: Instant, errand: Errand) {
        let (Some(recorder), Some((share, shared))) =
            (self.desk.sharing.recorder, errand.steps.front())
        else {
            return self.done(now, errand);
        };
        let more = self.desk.has(Flaw::ShareTooMuch).then(|| {
            let number = self.directory.people.first();
            ("phoneNumber", number.map_or("", |person| person.profile.number.as_str()))
        });
        let request = share.request(shared, more);
        if let Err((errand, failed)) = self.desk.sharing.asker.ask(now, recorder, request, errand) {
            self.fail(&errand, &failed);
        }
    }

    fn next(&mut self, now: Instant, mut errand: Errand, response: &Response<Bytes>) {
        let Some((share, shared)) = errand.steps.pop_front() else { return };
        if !response.status().is_success() {
            let told: Option<serde_json::Value> = serde_json::from_slice(response.body()).ok();
            let why = told.as_ref().and_then(|told| told.get("message")?.as_str());
            let why = why.unwrap_or("The call recording vendor refused.").to_owned();
            let status = match response.status() {
                StatusCode::CONFLICT => StatusCode::CONFLICT,
                _ => StatusCode::BAD_GATEWAY,
            };
            return self.refuse(&errand.asked, Refusal::new(status, why));
        }
        match share {
            Share::Account => self.directory.organization.account = Some(shared.email),
            Share::Removal(_) => {}
            Share::User(_) => {
                if let Then::Enable(person, _) = errand.then {
                    self.directory.people[person].has_account = true;
                }
            }
        }
        self.run(now, errand);
    }

    fn done(&mut self, now: Instant, errand: Errand) {
        match errand.then {
            Then::Accept(_) if self.desk.has(Flaw::ForgetAcceptance) => {}
            Then::Accept(email) => self.directory.accept(now, &email),
            Then::Enable(person, settings) => {
                self.put_in_force(person, settings);
                if self.desk.has(Flaw::AskForEachUser) {
                    self.directory.organization.terms = None;
                }
            }
        }
        self.say(&errand.asked, no_content());
    }

    fn fail(&mut self, errand: &Errand, failed: &Failed) {
        let status = match failed {
            Failed::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Failed::Silent => StatusCode::GATEWAY_TIMEOUT,
            Failed::Unreachable | Failed::Unreadable(_) => StatusCode::BAD_GATEWAY,
        };
        let why = format!("The call recording vendor: cannot {failed}.");
        self.refuse(&errand.asked, Refusal::new(status, why));
    }

    /// What the recorder learns of a person (S-37).
    fn shared(&self, person: usize) -> Shared {
        let person = &self.directory.people[person];
        Shared {
            customer_name: self.directory.organization.name.clone(),
            time_zone: person.time_zone.clone(),
            first_name: person.profile.first_name.clone(),
            last_name: person.profile.last_name.clone(),
            email: person.profile.email.clone(),
        }
    }

    /// What it learns of whoever enabled recording, who becomes its administrator (S-30).
    fn shared_of(&self, who: &Who) -> Shared {
        let first = self.desk.tokens.first().filter(|_| self.desk.has(Flaw::NameTheFirst));
        let who = first.as_ref().unwrap_or(who);
        let time_zone = self.directory.people.first().map(|person| person.time_zone.clone());
        let first = self.directory.people.first().filter(|_| self.desk.has(Flaw::NameTheUser));
        if let Some(person) = first {
            return Shared { email: person.profile.email.clone(), ..self.shared(0) };
        }
        Shared {
            customer_name: self.directory.organization.name.clone(),
            time_zone: time_zone.unwrap_or_default(),
            first_name: who.first_name.clone(),
            last_name: who.last_name.clone(),
            email: who.email.clone(),
        }
    }
}

/// A packet without what it says: enough to answer it.
fn envelope(packet: &Packet) -> Packet {
    Packet { payload: Bytes::new(), ..packet.clone() }
}
