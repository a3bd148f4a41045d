//! The recorder as a service: the library, where it is kept, and who asks for it.

use bytes::Bytes;

use super::api::{self, Api, Delivery, Desk};
use super::flaw::Flaw;
use super::library::{
    AfterMigration, Base, Date, Entry, Finished, Id, Library, Policy, Said, Seed,
};
use super::provisioning;
use super::store::{Keep, Recording};
use crate::http::{Request, Response};
use crate::siprec::Metadata;
use crate::time::{Epoch, Instant};

/// What makes one service different from another.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// How plans and retention are read.
    pub policy: Policy,
    /// What is there before anybody does anything.
    pub people: Seed,
    /// Where and by whom it is asked.
    pub api: api::Settings,
    /// How it is wrong on purpose.
    pub flaw: Option<Flaw>,
}

/// The library, where it is kept, and who asks for it.
#[derive(Debug)]
pub struct Service {
    library: Library,
    keep: Box<dyn Keep>,
    api: Api,
    epoch: Epoch,
    flaw: Option<Flaw>,
}

impl Service {
    /// A service with what an earlier run has kept, and everybody that the settings name.
    pub fn new(settings: Settings, mut keep: Box<dyn Keep>, epoch: Epoch, seed: u64) -> Self {
        let mut library = Library::restore(settings.policy, &keep.restore());
        if !settings.people.group.1.is_empty() {
            library.plant(Date::of(epoch, Instant::START), &settings.people);
        }
        let api = Api::new(settings.api, seed);
        let mut service = Self { library, keep, api, epoch, flaw: None };
        service.set_flaw(settings.flaw);
        service.write_down();
        service
    }

    /// From now on it is wrong in this way.
    pub fn set_flaw(&mut self, flaw: Option<Flaw>) {
        self.flaw = flaw;
        if flaw == Some(Flaw::CountFromRecording) {
            self.library.count_days(AfterMigration::FromRecording);
        }
        self.library.set_paid_retention_broken(flaw == Some(Flaw::PurgePaid));
    }

    /// From when on what is old is kept when its user moves to the free plan.
    pub fn count_days(&mut self, from: AfterMigration) {
        self.library.count_days(from);
    }

    /// What the age of a recording is counted from.
    pub fn count_age(&mut self, from: Base) {
        self.library.count_age(from);
    }

    /// Of how many samples of a side the sound is kept.
    pub fn samples_max(&self) -> usize {
        self.keep.samples_max()
    }

    /// A recording session has begun.
    pub fn begin(&mut self, now: Instant, call_id: &str) -> Id {
        let id = self.library.begin_recording(self.date(now), call_id);
        self.keep.begin(id, call_id);
        id
    }

    /// Its metadata says this by now.
    pub fn tell(&mut self, now: Instant, id: Id, metadata: &Metadata) {
        let (date, flaw) = (self.date(now), self.flaw);
        let forgives = |field| flaw.is_some_and(|flaw| flaw.forgives(field));
        self.library.tell(date, id, &Said::of(metadata), forgives);
    }

    /// Its sound stops while the call is up, or goes on.
    pub fn pause(&mut self, now: Instant, id: Id, is_paused: bool) {
        self.library.pause(self.date(now), id, is_paused);
    }

    /// It is over: what there is to keep, if there is anything.
    pub fn finish(&mut self, now: Instant, id: Id, started: Instant, whole: Option<Recording>) {
        let date = self.date(now);
        let entry = self.library.recording(id);
        let is_wanted = entry
            .is_some_and(|entry| !entry.is_provisional || self.flaw == Some(Flaw::KeepUnasked));
        let Some(mut recording) = whole.filter(|_| is_wanted) else {
            self.library.drop_recording(id);
            self.keep.drop_begun(id);
            return;
        };
        let sides = recording.tracks.iter().map(|it| it.label.clone().unwrap_or_default());
        let finished =
            Finished { started: self.date(started), ended: date, sides: sides.collect() };
        self.library.finish_recording(date, id, finished);
        if self.flaw == Some(Flaw::MixSides) {
            recording.mix_sides();
        }
        recording.id = id;
        recording.entry = self.library.recording(id).cloned().unwrap_or_default();
        let user = recording.entry.owner.user();
        self.keep.keep(recording);
        if self.flaw == Some(Flaw::KeepTen) {
            for old in self.library.beyond(user, 10) {
                self.library.remove_recording(old);
                self.keep.forget(old);
            }
        }
        self.desk(now).recording_created(id);
        self.write_down();
    }

    /// Answers a request.
    pub fn handle(&mut self, now: Instant, request: &Request<Bytes>) -> Response<Bytes> {
        let response = api::handle(&mut self.desk(now), request);
        self.write_down();
        response
    }

    /// Lets somebody look after the account of another customer.
    pub fn occupy(&mut self, now: Instant, customer: &str, email: &str) {
        let date = self.date(now);
        provisioning::occupy(&mut self.library, date, customer, email);
        self.write_down();
    }

    /// Answers a calling platform that shares its people.
    pub fn provision(
        &mut self,
        now: Instant,
        request: &Request<Bytes>,
        takes_any: bool,
    ) -> Response<Bytes> {
        let date = self.date(now);
        let response = provisioning::handle(&mut self.library, date, request, takes_any);
        self.write_down();
        response
    }

    /// Removes what has to go by now.
    pub fn purge(&mut self, now: Instant) {
        let Some(date) = self.purge_date(now) else { return };
        for id in self.library.purge(date) {
            self.keep.forget(id);
        }
        self.write_down();
    }

    /// The next message to somebody who wants to be told of recordings.
    pub fn poll_delivery(&mut self, now: Instant) -> Option<Delivery> {
        let date = self.date(now);
        self.api.hooks().poll(date)
    }

    /// What became of a message; the text fits after "cannot".
    pub fn delivered(&mut self, now: Instant, delivery: Delivery, came: Result<(), String>) {
        let date = self.date(now);
        match came {
            Ok(()) => self.api.hooks().delivered(&delivery),
            Err(_) if self.flaw == Some(Flaw::TellOnce) => self.api.hooks().delivered(&delivery),
            Err(why) => self.api.hooks().failed(date, delivery, &why),
        }
    }

    /// When there is something to do: a recording to remove, or a message to send.
    pub fn next_deadline(&mut self) -> Option<Instant> {
        let hooks = self.api.hooks().next_due();
        let due = self.library.next_due().and_then(|due| match self.flaw {
            Some(Flaw::KeepForEver) => None,
            Some(Flaw::PurgeEarly) => Some(due.minus(TEN_DAYS)),
            _ => Some(due),
        });
        due.into_iter().chain(hooks).min().map(|date| date.moment(self.epoch))
    }

    /// A recording as it stands in the library.
    pub fn recording(&self, id: Id) -> Option<&Entry> {
        self.library.recording(id)
    }

    fn purge_date(&self, now: Instant) -> Option<Date> {
        let date = self.date(now);
        match self.flaw {
            Some(Flaw::KeepForEver) => None,
            Some(Flaw::PurgeEarly) => Some(date.plus(TEN_DAYS)),
            _ => Some(date),
        }
    }

    fn desk(&mut self, now: Instant) -> Desk<'_> {
        Desk {
            now: Date::of(self.epoch, now),
            library: &mut self.library,
            keep: &mut *self.keep,
            api: &mut self.api,
            flaw: self.flaw,
        }
    }

    fn write_down(&mut self) {
        let changes = self.library.take_changes();
        self.keep.note(&changes);
    }

    fn date(&self, now: Instant) -> Date {
        Date::of(self.epoch, now)
    }
}

/// How much too early a recorder with [`Flaw::PurgeEarly`] is.
const TEN_DAYS: std::time::Duration = std::time::Duration::from_hours(10 * 24);
