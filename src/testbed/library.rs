//! Who has recordings, and who looks after them: the library of a recorder in a scenario.

use std::net::{Ipv4Addr, SocketAddr};

use super::web::{Web, has_admin};
use crate::role::platform::{EXTERNAL_GROUP, SERVICE_PROVIDER, external_identifier};
use crate::role::portal::{self, Portal};
use crate::role::recorder::library::{
    AfterMigration, BROADWORKS, Base, Key, Person, Plan, Policy, Role, Seed,
};
use crate::role::recorder::{Flaw, api, service};
use crate::scenario::{self, Part, Recording, Scenario};

/// The service of a recorder: every telephone's owner is a user on the free plan, an
/// administrator looks after their account, and a partner after all accounts. Where there is
/// somebody to set recording up, only those are users who are recorded from the start.
pub fn service(
    scenario: &Scenario,
    part: &Part,
    api: Option<SocketAddr>,
    fault: Option<&str>,
) -> service::Settings {
    let is_set_up =
        |phone: &scenario::Phone| phone.recording != Recording::Never || !has_admin(scenario);
    let has_account = scenario.phones().any(|(_, phone)| is_set_up(phone));
    let owners = scenario.phones().filter(|(_, phone)| is_set_up(phone)).map(|(part, phone)| {
        let key = Key {
            external_type: BROADWORKS.to_owned(),
            service_provider: SERVICE_PROVIDER.to_owned(),
            external_group: EXTERNAL_GROUP.to_owned(),
            external_identifier: external_identifier(phone.number.as_str()),
        };
        Person { key: Some(key), ..person(&part.name, Some(Role::Standard)) }
    });
    let others = [person(ADMINISTRATOR, Some(Role::Administrator)), person(PARTNER, None)];
    let people = Seed {
        group: ("Partner".to_owned(), SERVICE_PROVIDER.to_owned()),
        account: if has_account { ACCOUNT.to_owned() } else { String::new() },
        contract: true,
        people: owners.chain(others).collect(),
    };
    let policy = match &part.role {
        scenario::Role::Recorder(recorder) => policy(*recorder),
        _ => Policy::default(),
    };
    let base = api.map(|address| format!("http://{address}"));
    let api = api::Settings::default();
    let api = api::Settings { base: base.unwrap_or_else(|| api.base.clone()), ..api };
    service::Settings { policy, people, api, flaw: fault.and_then(Flaw::named) }
}

fn policy(recorder: scenario::Recorder) -> Policy {
    Policy {
        after_migration: match recorder.after_migration {
            scenario::AfterMigration::FromMigration => AfterMigration::FromMigration,
            scenario::AfterMigration::FromRecording => AfterMigration::FromRecording,
        },
        base: match recorder.age {
            scenario::Age::FromIngest => Base::Ingest,
            scenario::Age::FromStart => Base::Start,
            scenario::Age::FromEnd => Base::End,
        },
        ..Policy::default()
    }
}

/// A portal that everybody can sign in to; nowhere to ask is somewhere that nobody answers.
pub fn portal(scenario: &Scenario, own: &Web, recorder: Option<SocketAddr>) -> Portal {
    let nowhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 9));
    let api = api::Settings::default();
    let names = scenario.phones().map(|(part, _)| part.name.as_str());
    let people = names.chain([ADMINISTRATOR, PARTNER]).map(|name| {
        let person = person(name, None);
        (person.name, person.email, person.secret)
    });
    Portal::new(portal::Settings {
        api: recorder.unwrap_or(nowhere),
        from: own.asks.clone(),
        listens: own.listens,
        region: api.region,
        client: api.clients.into_iter().next().unwrap_or_default(),
        people: people.collect(),
    })
}

/// What somebody signs in with can be guessed, so that
/// people can try it.
fn person(name: &str, role: Option<Role>) -> Person {
    let small = name.to_lowercase();
    Person {
        name: name.to_owned(),
        email: scenario::email_of(name),
        secret: format!("{small}-secret"),
        role,
        plan: Plan::DubberGo,
        key: None,
    }
}

/// The customer: as the platform calls it.
const ACCOUNT: &str = "Acme Example";
/// Whoever looks after the customer's account at the recorder.
pub const ADMINISTRATOR: &str = "Kim";
/// Whoever sold it, and looks after the accounts of many.
pub const PARTNER: &str = "Pat";
