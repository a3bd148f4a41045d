//! People as the API lists them, a page at a time.

use bytes::Bytes;
use serde_json::{Value, json};

use super::Refusal;
use super::auth::Who;
use crate::http::{HeaderValue, Request, Response, StatusCode, header, parameter};
use crate::role::platform::provisioning::{Directory, Organization};

/// One person.
pub fn write(directory: &Directory, index: usize) -> Value {
    let person = &directory.people[index];
    let profile = &person.profile;
    let display = format!("{} {}", profile.first_name, profile.last_name);
    json!({
        "id": person.id,
        "emails": [profile.email],
        "phoneNumbers": [{ "type": "work", "value": profile.number }],
        "displayName": display.trim(),
        "firstName": profile.first_name,
        "lastName": profile.last_name,
        "orgId": directory.organization.id,
        "locationId": directory.location.id,
        "timeZone": person.time_zone,
        "invitePending": false,
        "loginEnabled": true,
        "type": "person",
    })
}

/// Whoever asks.
pub fn write_me(who: &Who, organization: &Organization) -> Value {
    let display = format!("{} {}", who.first_name, who.last_name);
    json!({
        "id": format!("{}-admin", organization.id),
        "emails": [who.email],
        "displayName": display.trim(),
        "firstName": who.first_name,
        "lastName": who.last_name,
        "orgId": organization.id,
        "type": "person",
    })
}

/// A page of the people, and where the next one is (RFC 8288). A page beyond the end is empty.
pub fn list(directory: &Directory, request: &Request<Bytes>) -> Result<Response<Bytes>, Refusal> {
    let (start, max) = page(request, PAGE_DEFAULT)?;
    let email = parameter(request.uri(), "email");
    let wanted: Vec<usize> = (0..directory.people.len())
        .filter(|index| {
            email.as_ref().is_none_or(|email| *email == directory.people[*index].profile.email)
        })
        .collect();
    let items = wanted.iter().skip(start).take(max).map(|index| write(directory, *index));
    let body = json!({ "items": items.collect::<Vec<_>>() });
    let mut response = crate::http::json(StatusCode::OK, &body);
    let next = start.saturating_add(max);
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    if next < wanted.len()
        && let Some(host) = host
        && let Ok(link) = HeaderValue::from_str(&format!(
            "<http://{host}/v1/people?max={max}&start={next}>; rel=\"next\""
        ))
    {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

/// Where a page starts and how long it is.
pub fn page(request: &Request<Bytes>, default: usize) -> Result<(usize, usize), Refusal> {
    let number = |name: &str, default: usize| match parameter(request.uri(), name) {
        None => Ok(default),
        Some(text) => text
            .parse::<usize>()
            .map_err(|_| Refusal::invalid(format!("Invalid value for {name}."))),
    };
    let (start, max) = (number("start", 0)?, number("max", default)?);
    if max == 0 {
        return Err(Refusal::invalid("Invalid value for max."));
    }
    Ok((start, max.min(PAGE_MOST)))
}

const PAGE_DEFAULT: usize = 100;
const PAGE_MOST: usize = 2_000;
