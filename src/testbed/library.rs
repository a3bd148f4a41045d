//! Who has recordings, and who looks after them: the library of a recorder in a scenario.

use std::net::SocketAddr;

use super::web::has_admin;
use crate::role::platform::{EXTERNAL_GROUP, SERVICE_PROVIDER, external_identifier};
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

/// RFC 2606: an address that is nobody's. What somebody signs in with can be guessed, so that
/// people can try it.
fn person(name: &str, role: Option<Role>) -> Person {
    let small = name.to_lowercase();
    Person {
        name: name.to_owned(),
        email: format!("{small}@acme.example"),
        secret: format!("{small}-secret"),
        role,
        plan: Plan::DubberGo,
        key: None,
    }
}

/// The customer: as the platform calls it.
const ACCOUNT: &str = "Acme Example";
const ADMINISTRATOR: &str = "Carol";
const PARTNER: &str = "Paula";
