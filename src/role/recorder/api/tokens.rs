//! Signing in: tokens by password and by refresh (RFC 6749, RFC 7009), valid by the recorder's
//! own clock.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;

use super::super::flaw::Flaw;
use super::super::library::{Date, Id, User};
use super::{Desk, Problem, no_content, ok};
use crate::http::{self, Request, Response, StatusCode, bearer, form, header};

/// Who is signed in.
#[derive(Debug, Default)]
pub struct Tokens(BTreeMap<String, Grant>);

#[derive(Clone, Debug)]
struct Grant {
    user: Id,
    client: String,
    until: Date,
    refresh: String,
    refresh_until: Date,
}

/// `POST /token`. Its errors are those of RFC 6749 section 5.2, not the product's own.
pub fn grant(desk: &mut Desk<'_>, request: &Request<Bytes>) -> Response<Bytes> {
    sign_in(desk, request)
        .unwrap_or_else(|(status, error)| http::json(status, &json!({ "error": error })))
}

type Refused = (StatusCode, &'static str);

fn sign_in(desk: &mut Desk<'_>, request: &Request<Bytes>) -> Result<Response<Bytes>, Refused> {
    let malformed = (StatusCode::BAD_REQUEST, "invalid_request");
    if !is_form(request) {
        return Err(malformed);
    }
    let fields = form(request.body());
    let field = |name: &str| {
        let found = fields.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).ok_or(malformed)
    };
    let client = field("client_id")?;
    if !desk.api.is_client(&client, &field("client_secret").unwrap_or_default()) {
        return Err((StatusCode::UNAUTHORIZED, "invalid_client"));
    }
    let user = match field("grant_type")?.as_str() {
        "password" => by_password(desk, &field("username")?, &field("password")?),
        "refresh_token" => by_refresh(desk, &client, &field("refresh_token")?),
        _ => return Err((StatusCode::BAD_REQUEST, "unsupported_grant_type")),
    };
    let user = user.ok_or((StatusCode::BAD_REQUEST, "invalid_grant"))?;
    Ok(granted(desk, &user, client))
}

fn granted(desk: &mut Desk<'_>, user: &User, client: String) -> Response<Bytes> {
    let (access, refresh) = (desk.api.secret(), desk.api.secret());
    let grant = Grant {
        user: user.id,
        client,
        until: desk.now.plus(ACCESS),
        refresh: refresh.clone(),
        refresh_until: desk.now.plus(REFRESH),
    };
    desk.api.tokens.insert(desk.now, access.clone(), grant);
    let mut response = ok(&json!({
        "access_token": access,
        "expires_in": ACCESS.as_secs(),
        "refresh_token": refresh,
        "token_type": "Bearer",
        // What stands in it is not public.
        "user_context": {
            "user": user.id.to_string(),
            "account": user.account().map(|id| id.to_string()),
        },
    }));
    // RFC 6749 section 5.1.
    let no_store = http::HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, no_store);
    response
}

fn by_password(desk: &Desk<'_>, name: &str, secret: &str) -> Option<User> {
    let user = desk.library.user_of_email(name)?;
    let trusts = desk.flaw == Some(Flaw::TrustAnybody);
    (trusts || !user.secret.is_empty() && user.secret == secret).then(|| user.clone())
}

/// A refresh token is of use once, and to the client that it was given to (RFC 6749 section 6).
fn by_refresh(desk: &mut Desk<'_>, client: &str, refresh: &str) -> Option<User> {
    let grants = &mut desk.api.tokens.0;
    let is_meant = |grant: &Grant| grant.refresh == refresh && grant.client == client;
    let (access, _) = grants.iter().find(|(_, grant)| is_meant(grant))?;
    let access = access.clone();
    let grant = grants.remove(&access)?;
    let user = desk.library.user(grant.user).cloned();
    user.filter(|_| desk.now < grant.refresh_until)
}

/// `POST /revoke` (RFC 7009): whatever the token was, it is none any more.
pub fn revoke(desk: &mut Desk<'_>, request: &Request<Bytes>) -> Response<Bytes> {
    let token = form(request.body()).into_iter().find(|(name, _)| name == "token");
    if let Some((_, token)) = token {
        desk.api.tokens.0.retain(|access, grant| *access != token && grant.refresh != token);
    }
    no_content()
}

/// Whoever asks, and by which client.
pub fn caller(desk: &Desk<'_>, request: &Request<Bytes>) -> Result<(User, String), Problem> {
    let token = bearer(request.headers()).ok_or_else(Problem::invalid_credentials)?;
    let grant = desk.api.tokens.0.get(token).ok_or_else(Problem::token)?;
    let is_old = grant.until <= desk.now && desk.flaw != Some(Flaw::HonourOldTokens);
    let user = desk.library.user(grant.user).filter(|_| !is_old).ok_or_else(Problem::token)?;
    Ok((user.clone(), grant.client.clone()))
}

impl Tokens {
    fn insert(&mut self, now: Date, access: String, grant: Grant) {
        self.0.retain(|_, grant| now < grant.refresh_until);
        if self.0.len() >= GRANTS_MAX
            && let Some((oldest, _)) = self.0.iter().min_by_key(|(_, grant)| grant.until)
        {
            let oldest = oldest.clone();
            self.0.remove(&oldest);
        }
        self.0.insert(access, grant);
    }
}

fn is_form(request: &Request<Bytes>) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

/// Product facts, section 5.1.
const ACCESS: Duration = Duration::from_hours(24);
const REFRESH: Duration = Duration::from_hours(28 * 24);
/// Everybody in a large customer, several times.
const GRANTS_MAX: usize = 4_096;
