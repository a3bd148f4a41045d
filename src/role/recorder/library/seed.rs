//! What is in a library before anybody does anything: what a partner and an administrator would
//! have set up.

use super::point::{Key, Point};
use super::{Account, Date, Library, Plan, Role, Standing, User};

/// The first group, its account, and everybody in it.
#[derive(Clone, Debug, Default)]
pub struct Seed {
    /// The name of the group, and the service provider whose calls it gets.
    pub group: (String, String),
    /// The name of the account; empty for none.
    pub account: String,
    /// Whether the account has a contract.
    pub contract: bool,
    /// Everybody.
    pub people: Vec<Person>,
}

/// Somebody who can sign in.
#[derive(Clone, Debug, Default)]
pub struct Person {
    /// Their first name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// What they sign in with.
    pub secret: String,
    /// What they may do; `None` looks after the group.
    pub role: Option<Role>,
    /// Their subscription.
    pub plan: Plan,
    /// Which calls are theirs.
    pub key: Option<Key>,
}

impl Library {
    /// Adds whatever of this is not there yet: an earlier run may have left some of it.
    pub fn plant(&mut self, now: Date, seed: &Seed) {
        let (name, provider) = &seed.group;
        let group = self.groups.values().find(|group| group.service_provider == *provider);
        let group = group.map(|group| group.id);
        let group = group.unwrap_or_else(|| self.add_group(name, provider));
        let account = self.accounts.values().find(|account| account.name == seed.account);
        let account = account.map(|account| account.id);
        let account = account.or_else(|| {
            let account = Account {
                group,
                name: seed.account.clone(),
                contract: seed.contract,
                time_zone: "Etc/UTC".to_owned(),
                ..Account::default()
            };
            (!seed.account.is_empty()).then(|| self.add_account(now, account))
        });
        for person in &seed.people {
            let standing = match (person.role, account) {
                (Some(role), Some(account)) => Standing::Account(account, role),
                (Some(_), None) => continue,
                (None, _) => Standing::Group(group),
            };
            let added = self.add_user(now, person.user(standing));
            let Some((user, key)) = added.zip(person.key.clone()) else { continue };
            let Some(account) = account else { continue };
            let product = self.policy.product_of(person.plan).to_owned();
            let label = person.name.clone();
            let point =
                Point { account, user, key, product, label, active: true, ..Point::default() };
            let _ = self.add_point(now, point);
        }
    }
}

impl Person {
    fn user(&self, standing: Standing) -> User {
        User {
            id: super::Id::default(),
            standing,
            email: self.email.clone(),
            first_name: self.name.clone(),
            last_name: String::new(),
            language: "en".to_owned(),
            secret: self.secret.clone(),
            plan: self.plan,
            free_since: None,
            created: Date::default(),
            updated: Date::default(),
        }
    }
}
