//! Switching recording on for somebody, and what has to be before: licence, terms, an account at the
//! recorder.

use serde_json::Value;

use super::auth::Who;
use super::refusal::{Refusal, What};
use super::{Flaw, Outcome, Platform, no_content, organization, person, vendor};
use crate::http::StatusCode;
use crate::packet::Packet;
use crate::role::platform::Fault;
use crate::role::platform::provisioning::{Denied, Licence, RecordingSettings, Vendor};
use crate::time::Instant;

impl Platform {
    /// Switches somebody's recording, once the recorder knows them.
    pub(super) fn put_person(
        &mut self,
        now: Instant,
        packet: &Packet,
        id: &str,
        who: &Who,
        body: &Value,
    ) -> Result<Outcome, Refusal> {
        let index = self.person(id)?;
        let before = self.directory.people[index].settings;
        let is_short = self.has(Fault::RefuseLongPeriods);
        let settings = match person::read(body, before, is_short) {
            Err(_) if self.desk.has(Flaw::TakeAnyValue) => before,
            settings => settings?,
        };
        if settings.enabled && !before.enabled {
            let may = self.directory.may_enable(index, self.desk.has(Flaw::IgnoreLicence));
            let is_basic = self.directory.people[index].profile.licence == Licence::Basic;
            match may {
                Ok(()) if is_basic && self.desk.has(Flaw::RefuseBasic) => {
                    return Err(denial(Denied::Licence, self.directory.organization.vendor));
                }
                Err(Denied::Terms) if self.desk.has(Flaw::IgnoreTerms) => {}
                Err(Denied::Partner) if self.desk.has(Flaw::IgnorePartner) => {}
                may => may.map_err(|denied| denial(denied, self.directory.organization.vendor))?,
            }
        }
        if settings.enabled && self.share_person(now, packet, index, settings, who) {
            return Ok(Outcome::Later);
        }
        let forgets = !settings.enabled && self.desk.has(Flaw::RemoveRecordings);
        if forgets && self.share_removal(now, packet, index, settings) {
            return Ok(Outcome::Later);
        }
        self.put_in_force(index, settings);
        Ok(Outcome::Answer(no_content()))
    }

    /// Accepts the terms for the organisation, once the recorder has made its account.
    pub(super) fn put_terms(
        &mut self,
        now: Instant,
        packet: &Packet,
        id: &str,
        who: &Who,
        body: &Value,
    ) -> Result<Outcome, Refusal> {
        vendor(id)?;
        let accepted = organization::read_switch(body, "termsOfServiceEnabled")?;
        if accepted && who.is_partner && self.desk.has(Flaw::DistrustThePartner) {
            return Ok(Outcome::Answer(no_content()));
        }
        let again = self.desk.has(Flaw::AskAgain);
        // S-36: it is done once, and for good.
        let is_due = accepted && (self.directory.organization.terms.is_none() || again);
        let is_late = self.desk.has(Flaw::MakeAccountsLate);
        if is_due && !is_late && self.share_organization(now, packet, who) {
            return Ok(Outcome::Later);
        }
        if accepted || self.desk.has(Flaw::TakeRefusal) {
            self.directory.accept(now, &who.email);
        }
        Ok(Outcome::Answer(no_content()))
    }

    /// From now on these settings hold, for calls too.
    pub(super) fn put_in_force(&mut self, person: usize, settings: RecordingSettings) {
        let keeps = self.desk.has(Flaw::KeepSettings);
        let settings = if self.desk.has(Flaw::ForgetOptions) {
            let RecordingSettings { enabled, record, .. } = settings;
            RecordingSettings { enabled, record, ..RecordingSettings::default() }
        } else {
            settings
        };
        self.directory.set(person, settings, keeps);
        if self.desk.has(Flaw::ShowOnly) {
            return;
        }
        let Some(person) = self.directory.people.get(person) else { return };
        let (number, now_set) = (person.profile.number.clone(), person.settings);
        self.set_recording(&number, now_set.mode());
        if let Some(user) = self.user_mut(&number) {
            now_set.apply(user);
        }
    }
}

fn denial(denied: Denied, vendor: Vendor) -> Refusal {
    match denied {
        // Section 3.4: documented for workspaces; for persons it is inferred.
        Denied::Terms => Refusal {
            status: StatusCode::CONFLICT,
            what: What::Body(organization::write_unaccepted(vendor)),
            header: None,
        },
        denied => Refusal::invalid(denied.to_string()),
    }
}
