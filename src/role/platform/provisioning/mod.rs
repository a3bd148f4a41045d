//! Who may be recorded: the organisation, its people with their licences and settings, the terms
//! of service, and the accounts at the recorder (product facts, S-22 to S-44).

mod account;
mod location;
mod organization;
mod person;

pub use account::{Share, Shared};
pub use location::Location;
pub use organization::{
    Accounts, Administrator, Compliance, FailureBehavior, Organization, Partner, Setup, Vendor,
};
pub use person::{Licence, Notification, Person, Profile, Record, RecordingSettings};

use rand_chacha::ChaCha8Rng;

use super::metadata::uuid;
use super::settings::User;
use crate::role::admin::Arrangement;
use crate::time::Instant;

/// The organisation and its people, as the settings API shows them.
#[derive(Debug)]
pub struct Directory {
    /// The organisation.
    pub organization: Organization,
    /// Where all of it is.
    pub location: Location,
    /// Its people, in the order of the scenario.
    pub people: Vec<Person>,
}

/// Why somebody's recording cannot be switched on.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Denied {
    /// S-22.
    #[error("Call recording is not enabled for this organization by its partner.")]
    Partner,
    /// The switch of the organisation is off.
    #[error("Call recording is not enabled for this organization.")]
    Organization,
    /// S-24.
    #[error("The person has no Professional or Basic Webex Calling license.")]
    Licence,
    /// S-08.
    #[error("Call recording is not offered with service that was bought online.")]
    Online,
    /// S-28.
    #[error("The terms of service of the call recording vendor have not been accepted.")]
    Terms,
}

impl Directory {
    /// A directory in which the users who are recorded already have been set up before.
    pub fn new(setup: &Setup, rng: &mut ChaCha8Rng, users: &[User]) -> Self {
        let organization = Organization::new(setup, resource(rng, "ORGANIZATION"));
        let people = setup.people.iter().map(|profile| {
            let id = resource(rng, "PEOPLE");
            Person::new(profile, id, setup)
        });
        let people: Vec<_> = people.collect();
        let location = Location::new(resource(rng, "LOCATION"));
        let mut directory = Self { organization, location, people };
        for user in users {
            directory.note(&user.number, users);
        }
        directory.arrange_before(setup);
        directory
    }

    /// Whoever is recorded from the start was made known to the recorder by the first administrator.
    fn arrange_before(&mut self, setup: &Setup) {
        for person in &mut self.people {
            person.has_account = person.settings.enabled;
        }
        let first = setup.administrators.first().map(|it| it.email.clone());
        if let Some(email) = first.filter(|_| self.people.iter().any(|it| it.has_account)) {
            self.organization.account = Some(email.clone());
            self.organization.terms = Some((Instant::START, email));
        }
    }

    /// Whether recording may be switched on for this person now.
    ///
    /// Nobody is asked for terms where accounts are automatic: the product's later texts know of
    /// none (product facts, section 1.1).
    pub fn may_enable(&self, person: usize, ignores_licence: bool) -> Result<(), Denied> {
        let Organization { partner, enabled, accounts, terms, vendor, .. } = &self.organization;
        let owes_terms = *vendor == Vendor::Dubber && *accounts == Accounts::OnAcceptance;
        let licence =
            self.people.get(person).map_or(Licence::None, |person| person.profile.licence);
        match () {
            () if *partner == Partner::NotEnabled => Err(Denied::Partner),
            () if !enabled => Err(Denied::Organization),
            () if !licence.may_record(*vendor) && !ignores_licence => Err(match licence {
                Licence::Online => Denied::Online,
                _ => Denied::Licence,
            }),
            () if owes_terms && terms.is_none() => Err(Denied::Terms),
            () => Ok(()),
        }
    }

    /// The person of this id.
    pub fn person(&self, id: &str) -> Option<usize> {
        self.people.iter().position(|person| person.id == id)
    }

    /// Puts settings in force. To switch off clears whatever was set (S-40), and leaves what was
    /// recorded where it is (S-41).
    pub fn set(&mut self, person: usize, settings: RecordingSettings, keeps: bool) {
        let Some(person) = self.people.get_mut(person) else { return };
        person.settings =
            if settings.enabled || keeps { settings } else { RecordingSettings::default() };
    }

    /// Something was set for somebody without the API: it shows the same.
    pub fn note(&mut self, number: &str, users: &[User]) {
        let user = users.iter().find(|user| user.number == number);
        let person = self.people.iter_mut().find(|person| person.profile.number == number);
        if let (Some(user), Some(person)) = (user, person) {
            person.settings = person.settings.as_for(user);
        }
    }

    /// Lets things stand like this.
    pub fn arrange(&mut self, arrangement: &Arrangement) {
        match arrangement {
            Arrangement::AccountsOnAcceptance => {
                self.organization.accounts = Accounts::OnAcceptance;
            }
            Arrangement::NotEnabledByPartner => self.organization.partner = Partner::NotEnabled,
            // The recorder's business.
            Arrangement::AnotherCustomer(_) => {}
        }
    }

    /// Somebody accepted the terms, once for the organisation (S-36).
    pub fn accept(&mut self, now: Instant, email: &str) {
        let terms = &mut self.organization.terms;
        terms.get_or_insert_with(|| (now, email.to_owned()));
    }
}

/// An id as the product's are: an address in base 64.
fn resource(rng: &mut ChaCha8Rng, kind: &str) -> String {
    use base64::Engine as _;
    let address = format!("ciscospark://us/{kind}/{}", uuid(rng));
    base64::engine::general_purpose::STANDARD_NO_PAD.encode(address)
}
