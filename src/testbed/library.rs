//! Who has recordings, and who looks after them: the library of a recorder in a scenario.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::AnyDriver;
use crate::driver::{self, Listen as _};
use crate::packet::Transport;
use crate::role::portal::{self, Portal};
use crate::role::recorder::library::{
    AfterMigration, BROADWORKS, Base, Key, Person, Plan, Policy, Role, Seed,
};
use crate::role::recorder::{Flaw, api, service};
use crate::scenario::{self, Part, Scenario, Setting};

/// Where a part is on the web.
#[derive(Clone, Debug, Default)]
pub struct Web {
    /// Where it is asked, if it answers anything.
    pub listens: Option<SocketAddr>,
    /// Whence it asks others: one address for each question that is open.
    pub asks: Vec<SocketAddr>,
}

/// Opens what a part of ours answers at: the recorder its interface, the portal what it is told.
pub fn web(
    scenario: &Scenario,
    driver: &mut AnyDriver,
    (index, part, host): (usize, &Part, IpAddr),
) -> Result<Web, driver::Error> {
    if !matches!(part.role, scenario::Role::Recorder(_) | scenario::Role::Portal) {
        return Ok(Web::default());
    }
    let (host, port, first) = match scenario.setting {
        Setting::Simulated(_) => (host, HTTP, FIRST_ASKING),
        // Other machines are not let in.
        Setting::Wire(_) => (
            IpAddr::V4(Ipv4Addr::LOCALHOST),
            0,
            FIRST_ASKING.saturating_add(ASKING.saturating_mul(u16::try_from(index).unwrap_or(0))),
        ),
    };
    let listens = driver.listen(Transport::Http, SocketAddr::new(host, port))?;
    let asks = (first..first.saturating_add(ASKING)).map(|port| SocketAddr::new(host, port));
    Ok(Web { listens: Some(listens), asks: asks.collect() })
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
            external_identifier: external_identifier(phone.number.as_str()),
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

/// Where somebody of the customer is written to (RFC 2606: an address that is nobody's).
pub fn email_of(name: &str) -> String {
    format!("{}@acme.example", name.to_lowercase())
}

/// What the calling platform calls the user with a number, as the recorder learns it.
pub fn external_identifier(number: &str) -> String {
    format!("{number}@int.example.net")
}

/// What somebody signs in with can be guessed, so that
/// people can try it.
fn person(name: &str, role: Option<Role>) -> Person {
    let small = name.to_lowercase();
    Person {
        name: name.to_owned(),
        email: email_of(name),
        secret: format!("{small}-secret"),
        role,
        plan: Plan::DubberGo,
        key: None,
    }
}

/// What the platform calls itself in metadata.
const SERVICE_PROVIDER: &str = "SP0001";
const GROUP: &str = "SP0001L0001";
/// Whoever looks after the customer's account at the recorder.
pub const ADMINISTRATOR: &str = "Kim";
/// Whoever sold it, and looks after the accounts of many.
pub const PARTNER: &str = "Pat";
/// Where the web is in simulation.
const HTTP: u16 = 8_080;
const FIRST_ASKING: u16 = 12_000;
/// Questions of one part that may be open at once.
const ASKING: u16 = 16;
