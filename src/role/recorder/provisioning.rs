//! Accounts that a calling platform asks for: what it shares of an organisation and its people
//! (product facts, S-26 to S-37) becomes an account with its users and their dub.points.
//!
//! How the product does it is not known; the paths are ours.

use bytes::Bytes;
use serde_json::{Value, json};

use super::library::{
    Account, BROADWORKS, Date, Id, Key, Library, Plan, Point, Role, Standing, User,
};
use crate::http::{Method, Request, Response, StatusCode, json as answer, segments};

/// Whether somebody asks for this, rather than for the recorder's own API.
pub fn is_asked(request: &Request<Bytes>) -> bool {
    request.uri().path().starts_with("/provisioning/")
}

/// Makes what was asked for. `takes_any` lets one e-mail address serve several accounts.
pub fn handle(
    library: &mut Library,
    now: Date,
    request: &Request<Bytes>,
    takes_any: bool,
) -> Response<Bytes> {
    let Some(segments) = segments(request.uri()) else {
        return refuse(StatusCode::BAD_REQUEST, "The path cannot be read.");
    };
    let words: Vec<&str> = segments.iter().map(String::as_str).collect();
    let (provider, identity, method) = match words.as_slice() {
        ["provisioning", "v1", provider, "accounts"] => (provider, None, Method::POST),
        ["provisioning", "v1", provider, "users", group, identifier] => {
            (provider, Some((group, identifier)), Method::PUT)
        }
        _ => return refuse(StatusCode::NOT_FOUND, "There is no such thing."),
    };
    let removes = identity.is_some() && *request.method() == Method::DELETE;
    if *request.method() != method && !removes {
        return refuse(StatusCode::METHOD_NOT_ALLOWED, "That cannot be done with it.");
    }
    let Some(shared) = Shared::read(request.body()) else {
        return refuse(StatusCode::BAD_REQUEST, "Something is missing.");
    };
    let account = library.accounts().find(|account| account.name == shared.customer);
    let account = account.map(|account| account.id);
    // S-34: one address, one account.
    let stands = library.user_of_email(&shared.email).map(User::account);
    if stands.is_some_and(|it| it.is_none() || it != account) && !takes_any {
        return refuse(StatusCode::CONFLICT, "The e-mail address serves another account.");
    }
    if removes {
        return forget_user(library, &shared);
    }
    match (identity, account) {
        (None, account) => make_account(library, now, provider, account, shared),
        (Some(_), None) => refuse(StatusCode::NOT_FOUND, "The customer has no account."),
        (Some((group, identifier)), Some(account)) => {
            let key = Key {
                external_type: BROADWORKS.to_owned(),
                service_provider: (*provider).to_owned(),
                external_group: (*group).to_owned(),
                external_identifier: (*identifier).to_owned(),
            };
            make_user(library, now, account, shared, key)
        }
    }
}

/// Makes somebody of another customer the administrator of its account.
pub fn occupy(library: &mut Library, now: Date, customer: &str, email: &str) {
    let group = library.groups().next().map(|group| group.id).unwrap_or_default();
    let account = Account { group, name: customer.to_owned(), ..Account::default() };
    let account = library.add_account(now, account);
    let shared =
        Shared { customer: customer.to_owned(), email: email.to_owned(), ..Shared::default() };
    library.add_user(now, shared.user(account, Role::Administrator));
}

/// What is shared of somebody (S-37).
#[derive(Clone, Debug, Default)]
struct Shared {
    customer: String,
    time_zone: String,
    first_name: String,
    last_name: String,
    email: String,
}

impl Shared {
    /// All five have to be there; whatever else is there is passed over.
    fn read(body: &[u8]) -> Option<Self> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let text = |name: &str| {
            let text = body.get(name)?.as_str()?;
            (text.len() <= TEXT_MAX).then(|| text.to_owned())
        };
        let shared = Self {
            customer: text("customerName")?,
            time_zone: text("timeZone")?,
            first_name: text("firstName")?,
            last_name: text("lastName")?,
            email: text("email")?,
        };
        (!shared.customer.is_empty() && shared.email.contains('@')).then_some(shared)
    }

    fn user(self, account: Id, role: Role) -> User {
        // So that people can try it: the product signs people in by another way.
        let local = self.email.split('@').next().unwrap_or_default();
        let secret = format!("{local}-secret");
        User {
            id: Id::default(),
            standing: Standing::Account(account, role),
            email: self.email,
            first_name: self.first_name,
            last_name: self.last_name,
            language: "en".to_owned(),
            secret,
            plan: Plan::DubberGo,
            free_since: None,
            created: Date::default(),
            updated: Date::default(),
        }
    }
}

/// Makes the account of an organisation, and whoever enabled it its administrator (S-29, S-30).
fn make_account(
    library: &mut Library,
    now: Date,
    provider: &str,
    account: Option<Id>,
    shared: Shared,
) -> Response<Bytes> {
    let group = library.groups().find(|group| group.service_provider == provider);
    let Some(group) = group.map(|group| group.id) else {
        return refuse(StatusCode::NOT_FOUND, "The service provider is not known.");
    };
    if library.accounts().count() >= ACCOUNTS_MAX {
        return refuse(StatusCode::INSUFFICIENT_STORAGE, "There is no room for more accounts.");
    }
    let made = json!({ "account": shared.customer, "administrator": shared.email });
    let id = account.unwrap_or_else(|| {
        let (name, time_zone) = (shared.customer.clone(), shared.time_zone.clone());
        library.add_account(now, Account { group, name, time_zone, ..Account::default() })
    });
    match library.user_of_email(&shared.email).map(|user| user.id) {
        Some(user) => library.change_user(now, user, |user| {
            user.standing = Standing::Account(id, Role::Administrator);
        }),
        None => {
            library.add_user(now, shared.user(id, Role::Administrator));
        }
    }
    answer(if account.is_some() { StatusCode::OK } else { StatusCode::CREATED }, &made)
}

/// Makes a user, and the dub.point by which their recordings are known.
fn make_user(
    library: &mut Library,
    now: Date,
    account: Id,
    shared: Shared,
    key: Key,
) -> Response<Bytes> {
    if library.users().count() >= USERS_MAX {
        return refuse(StatusCode::INSUFFICIENT_STORAGE, "There is no room for more users.");
    }
    let made = json!({ "account": shared.customer, "user": shared.email });
    let label = shared.first_name.clone();
    let known = library.user_of_email(&shared.email).map(|user| user.id);
    let user = known.or_else(|| library.add_user(now, shared.user(account, Role::Standard)));
    if let Some(user) = user {
        let plan = library.user(user).map(|user| user.plan).unwrap_or_default();
        let product = library.policy().product_of(plan).to_owned();
        let point = Point { account, user, key, product, label, active: true, ..Point::default() };
        // A dub.point that there is already stays as somebody has corrected it (S-76).
        let _ = library.add_point(now, point);
    }
    answer(if known.is_some() { StatusCode::OK } else { StatusCode::CREATED }, &made)
}

/// Removes what was recorded of a user, as whoever removes a user does (product facts, section
/// 5.5). The user stays, so that they can be told that nothing is left.
fn forget_user(library: &mut Library, shared: &Shared) -> Response<Bytes> {
    let user = library.user_of_email(&shared.email).map(|user| user.id);
    let own = library.recordings().filter(|it| user.is_some() && it.owner.user() == user);
    let own: Vec<_> = own.map(|recording| recording.id).collect();
    for recording in own {
        library.remove_recording(recording);
    }
    answer(StatusCode::OK, &json!({ "user": shared.email }))
}

fn refuse(status: StatusCode, why: &str) -> Response<Bytes> {
    answer(status, &json!({ "message": why }))
}

/// Nobody tests with more customers.
const ACCOUNTS_MAX: usize = 1_000;
/// Nobody tests with more users.
const USERS_MAX: usize = 100_000;
/// The product's names have at most half of it.
const TEXT_MAX: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::recorder::library::Policy;

    #[test]
    fn an_address_serves_one_account_only() {
        let mut library = library();
        occupy(&mut library, Date::default(), "Other Example", "pat@partner.example");
        let mut ask = |path: &str, customer: &str, email: &str| {
            let method = if path == "accounts" { Method::POST } else { Method::PUT };
            ask(&mut library, method, path, customer, email)
        };
        assert_eq!(ask("accounts", "Acme Example", "pat@partner.example"), 409);
        assert_eq!(ask("accounts", "Acme Example", "kim@acme.example"), 201);
        assert_eq!(ask("accounts", "Acme Example", "kim@acme.example"), 200);
        assert_eq!(ask("users/G/alice", "Acme Example", "alice@acme.example"), 201);
        assert_eq!(ask("users/G/alice", "Acme Example", "alice@acme.example"), 200);
        assert_eq!(ask("accounts", "Third Example", "alice@acme.example"), 409);
        assert_eq!(ask("users/G/bob", "Nobody", "bob@acme.example"), 404);
        assert_eq!(ask("users/G/bob/x", "Acme Example", "bob@acme.example"), 404);
    }

    #[test]
    fn whoever_enabled_recording_looks_after_the_account_and_calls_find_their_user() {
        let mut library = library();
        ask(&mut library, Method::POST, "accounts", "Acme Example", "kim@acme.example");
        ask(&mut library, Method::PUT, "users/G/alice%40a", "Acme Example", "alice@acme.example");
        let role = |email| library.user_of_email(email).map(User::role);
        assert_eq!(role("kim@acme.example"), Some(Role::Administrator));
        assert_eq!(role("alice@acme.example"), Some(Role::Standard));
        let points: Vec<_> = library.points().map(|it| &it.key.external_identifier[..]).collect();
        assert_eq!(points, ["alice@a"]);
    }

    fn library() -> Library {
        let mut library = Library::new(Policy::default());
        library.add_group("Partner", "SP");
        library
    }

    fn ask(library: &mut Library, method: Method, path: &str, customer: &str, email: &str) -> u16 {
        let body = json!({
            "customerName": customer, "email": email, "timeZone": "Etc/UTC",
            "firstName": "Somebody", "lastName": "Example",
        });
        let uri = format!("/provisioning/v1/SP/{path}");
        let request = Request::builder().method(method).uri(uri).body(body.to_string().into());
        handle(library, Date::default(), &request.unwrap(), false).status().as_u16()
    }
}
