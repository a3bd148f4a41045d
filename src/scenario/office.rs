//! Who is allowed what: administrators with their tokens, licences, and when accounts are made.

use std::time::Duration;

use super::cast::{Part, Role};
use super::file::{self, Text};
use super::quantity::duration;
use super::reader::{Reader, TRUTH};

/// Somebody who sets recording up through the platform's settings API.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Admin {
    /// `email`: where they are written to; `kim@acme.example` for Kim unless the file says
    /// otherwise.
    pub email: String,
    /// `token`: their bearer token; `kim-token` for Kim unless the file says otherwise.
    pub token: String,
    /// `scopes`: what the token allows; everything unless the file says otherwise.
    pub scopes: Vec<Scope>,
    /// `token lifetime`: how long it is good for; for good unless the file says otherwise.
    pub lifetime: Option<Duration>,
    /// `partner`: whether they come from the partner; not unless the file says so.
    pub partner: bool,
}

/// What a token allows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scope {
    /// To look.
    Read,
    /// To change.
    Write,
}

/// What of the product somebody may use (S-24).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Licence {
    /// Everything here.
    Professional,
    /// Everything here.
    Basic,
    /// Recording by the product's own recorder only.
    Standard,
    /// Everything here, bought on the product's web pages: the recorder's free plan is not offered
    /// with it (S-08).
    Online,
    /// Nothing.
    None,
}

/// When accounts at the recorder are made: the product's two ages.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Accounts {
    /// `automatic`: with each user (S-26).
    Automatic,
    /// `on acceptance`: once somebody accepts the terms (S-27).
    OnAcceptance,
}

/// Reads what belongs to an administrator.
pub fn read_admin(reader: &mut Reader, name: &str, part: &file::Part) -> Admin {
    let text = |field: &file::Field<Text>, default: String| {
        field.0.as_ref().map_or(default, |text| text.value.clone())
    };
    let small = name.to_lowercase();
    let scopes = match &part.scopes.0 {
        None => vec![Scope::Read, Scope::Write],
        Some(list) => {
            list.value.iter().filter_map(|text| reader.word(text, "scope", SCOPES)).collect()
        }
    };
    let lifetime = part.token_lifetime.0.as_ref();
    Admin {
        email: text(&part.email, email_of(name)),
        token: text(&part.token, format!("{small}-token")),
        scopes,
        lifetime: lifetime.and_then(|text| reader.value(text, duration)),
        partner: reader.word_or(&part.partner, "truth", TRUTH, false),
    }
}

/// The address of somebody for whom the file names none (RFC 2606).
pub fn email_of(name: &str) -> String {
    format!("{}@acme.example", name.to_lowercase())
}

/// `licence`.
pub fn read_licence(reader: &mut Reader, part: &file::Part) -> Licence {
    reader.word_or(&part.licence, "licence", LICENCES, Licence::Professional)
}

/// `accounts`.
pub fn read_accounts(reader: &mut Reader, part: &file::Part) -> Accounts {
    reader.word_or(&part.accounts, "time for accounts", ACCOUNTS, Accounts::Automatic)
}

/// The administrators of a cast.
pub fn admins(cast: &[Part]) -> impl Iterator<Item = (&Part, &Admin)> {
    cast.iter().filter_map(|part| match &part.role {
        Role::Admin(admin) => Some((part, admin)),
        _ => None,
    })
}

const SCOPES: &[(&str, Scope)] = &[("read", Scope::Read), ("write", Scope::Write)];

const LICENCES: &[(&str, Licence)] = &[
    ("professional", Licence::Professional),
    ("basic", Licence::Basic),
    ("standard", Licence::Standard),
    ("online", Licence::Online),
    ("none", Licence::None),
];

const ACCOUNTS: &[(&str, Accounts)] =
    &[("automatic", Accounts::Automatic), ("on acceptance", Accounts::OnAcceptance)];
