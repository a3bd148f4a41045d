//! Who has recordings, and who looks after them: the library of a recorder in a scenario.

use std::net::{IpAddr, SocketAddr};

use super::AnyDriver;
use crate::driver::{self, Listen as _};
use crate::packet::Transport;
use crate::role::recorder::library::{
    AfterMigration, BROADWORKS, Base, Key, Person, Plan, Policy, Role, Seed,
};
use crate::role::recorder::{Flaw, api, service};
use crate::scenario::{self, Part, Scenario, Setting};

/// Where a part is on the web.
#[derive(Clone, Debug, Default)]
pub struct Web {
    /// Where it is asked over HTTP, if it answers anything.
    pub api: Option<SocketAddr>,
    /// Whence it asks others.
    pub asks: Vec<SocketAddr>,
}

/// The recorder answers over HTTP in simulation; on the wire nothing is open that the file does
/// not name.
pub fn web(
    scenario: &Scenario,
    driver: &mut AnyDriver,
    host: IpAddr,
    part: &Part,
) -> Result<Web, driver::Error> {
    let answers = matches!(part.role, scenario::Role::Recorder(_));
    if !answers || !matches!(scenario.setting, Setting::Simulated(_)) {
        return Ok(Web::default());
    }
    let api = driver.listen(Transport::Http, SocketAddr::new(host, HTTP))?;
    let asks = (FIRST_ASKING..FIRST_ASKING + ASKING).map(|port| SocketAddr::new(host, port));
    Ok(Web { api: Some(api), asks: asks.collect() })
}

/// The service of a recorder: every telephone's owner is a user on the free plan, an
/// administrator looks after their account, and a partner after all accounts.
pub fn service(
    scenario: &Scenario,
    part: &Part,
    api: Option<SocketAddr>,
    fault: Option<&str>,
) -> service::Settings {
    let owners = scenario.phones().map(|(part, phone)| {
        let key = Key {
            external_type: BROADWORKS.to_owned(),
            service_provider: SERVICE_PROVIDER.to_owned(),
            external_group: GROUP.to_owned(),
            external_identifier: format!("{}@int.example.net", phone.number.as_str()),
        };
        Person { key: Some(key), ..person(&part.name, Some(Role::Standard)) }
    });
    let others = [person(ADMINISTRATOR, Some(Role::Administrator)), person(PARTNER, None)];
    let people = Seed {
        group: ("Partner".to_owned(), SERVICE_PROVIDER.to_owned()),
        account: "Acme".to_owned(),
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

/// What the platform calls itself in metadata.
const SERVICE_PROVIDER: &str = "SP0001";
const GROUP: &str = "SP0001L0001";
const ADMINISTRATOR: &str = "Kim";
const PARTNER: &str = "Pat";
/// Where the web is in simulation.
const HTTP: u16 = 8_080;
const FIRST_ASKING: u16 = 12_000;
/// Questions of one part that may be open at once.
const ASKING: u16 = 16;
