//! Who gets at what was recorded (RFC 7866 section 12.4).

use std::collections::BTreeMap;
use std::net::SocketAddr;

use bytes::Bytes;

use super::session::by_section;
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::evidence::Kind;
use crate::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use crate::http::{Request, Response};

pub const RULES: &[Rule] = &[rule("RFC7866-12.4-1", nobody_hears_it_unasked)];

/// The sound of a recording is not given to whoever shows nothing that only they could know: no
/// credentials, and no address that cannot be guessed. What HTTPS hides is not judged.
fn nobody_hears_it_unasked(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC7866-12.4-1";
    let cast = case.timeline.cast();
    let mut open: BTreeMap<(SocketAddr, SocketAddr), &Request<Bytes>> = BTreeMap::new();
    let mut verdicts = Vec::new();
    for sighting in case.timeline.signalling() {
        let Some(message) = sighting.http() else { continue };
        if let Some(request) = message.request() {
            open.insert((sighting.source, sighting.target), request);
            continue;
        }
        let Some(request) = open.remove(&(sighting.target, sighting.source)) else { continue };
        let is_given = message.response().is_some_and(is_sound);
        if !is_given || !cast.is(sighting.source, Kind::Recorder) {
            continue;
        }
        let who = cast.label(sighting.source);
        let verdict = Verdict::require(shows_something(request), row, sighting.at, || {
            let path = request.uri().path();
            format!("{who} gave the sound of {path} to who showed nothing{}", by_section(row))
        });
        verdicts.push(verdict.blaming(&who));
    }
    verdicts
}

fn is_sound(response: &Response<Bytes>) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let kind = kind.unwrap_or_default().to_ascii_lowercase();
    let is_media = kind.starts_with("audio/") || kind.starts_with("video/");
    response.status().is_success() && is_media && !response.body().is_empty()
}

fn shows_something(request: &Request<Bytes>) -> bool {
    let headers = request.headers();
    let mut names = headers.keys().map(|it| it.as_str().to_ascii_lowercase());
    let is_secret = |name: &str| ["key", "token", "auth"].iter().any(|it| name.contains(it));
    headers.contains_key(AUTHORIZATION)
        || headers.contains_key(COOKIE)
        || names.any(|it| is_secret(&it))
        || request.uri().query().is_some_and(|it| !it.is_empty())
        || request.uri().path().split('/').any(|it| it.len() >= UNGUESSED)
}

/// Nobody guesses a name of so many characters.
const UNGUESSED: usize = 16;
