//! Who sets recording up, and where: the settings API of the platform, and those who ask it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::web::Web;
use crate::role::admin::{self, Admin};
use crate::role::platform::Flaw;
use crate::role::platform::provisioning::{Accounts, Administrator, Licence, Profile, Setup};
use crate::role::platform::settings_api::{READ, WRITE};
use crate::scenario::{self, Scenario};

/// The organisation of a scenario.
pub fn setup(
    scenario: &Scenario,
    platform: &scenario::Platform,
    own: &Web,
    recorder: Option<SocketAddr>,
    flaw: Option<Flaw>,
) -> Setup {
    let people = scenario.phones().map(|(part, phone)| Profile {
        number: phone.number.as_str().to_owned(),
        first_name: part.name.clone(),
        last_name: "Example".to_owned(),
        email: scenario::email_of(&part.name),
        licence: match phone.licence {
            scenario::Licence::Professional => Licence::Professional,
            scenario::Licence::Basic => Licence::Basic,
            scenario::Licence::Standard => Licence::Standard,
            scenario::Licence::Online => Licence::Online,
            scenario::Licence::None => Licence::None,
        },
        token: token_of(&part.name),
    });
    let administrators = scenario::admins(&scenario.cast).map(|(part, admin)| Administrator {
        email: admin.email.clone(),
        first_name: part.name.clone(),
        last_name: "Example".to_owned(),
        token: admin.token.clone(),
        scopes: scopes(&admin.scopes),
        lifetime: admin.lifetime,
        is_partner: admin.partner,
    });
    Setup {
        recorder,
        from: own.asks.clone(),
        accounts: match platform.accounts {
            scenario::Accounts::Automatic => Accounts::Automatic,
            scenario::Accounts::OnAcceptance => Accounts::OnAcceptance,
        },
        administrators: administrators.collect(),
        people: people.collect(),
        flaw,
        ..Setup::default()
    }
}

/// An administrator of a scenario; nowhere to ask is somewhere that nobody answers.
pub fn admin(admin: &scenario::Admin, own: &Web, api: Option<SocketAddr>) -> Admin {
    let nowhere = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9);
    Admin::new(admin::Settings {
        api: api.unwrap_or(nowhere),
        from: own.asks.clone(),
        token: admin.token.clone(),
    })
}

/// The token of somebody who has a telephone, for what is their own. It can be guessed, so that
/// people can try it.
pub fn token_of(name: &str) -> String {
    format!("{}-token", name.to_lowercase())
}

fn scopes(scopes: &[scenario::Scope]) -> Vec<String> {
    let words = scopes.iter().flat_map(|scope| match scope {
        scenario::Scope::Read => READ,
        scenario::Scope::Write => WRITE,
    });
    words.map(|word| (*word).to_owned()).collect()
}
