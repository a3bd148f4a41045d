//! The sound of a recording as a WAV file.

use super::super::flaw::Flaw;
use super::super::library::Status;
use super::authorise::{Deed, Verb, may};
use super::{Answer, Desk, Problem};
use crate::http::{HeaderValue, Response, header};

/// `GET /audio/{key}`: what `recording_url` names. The path is ours. Whoever it was given to may
/// have lost the right to it since: that is asked again.
pub fn fetch(desk: &mut Desk<'_>, key: &str) -> Answer {
    let link = desk.api.links.get(key).filter(|link| desk.now < link.until).cloned();
    let link = link.ok_or_else(Problem::not_found)?;
    let entry = desk.library.recording(link.recording).ok_or_else(Problem::not_found)?;
    let listener = desk.library.user(link.listener).ok_or_else(Problem::not_found)?;
    may(desk, listener, Deed::Recording(Verb::Download, entry))?;
    if desk.flaw == Some(Flaw::LoseSound) {
        return Err(Problem::not_found());
    }
    let is_whole = entry.status == Status::Active || desk.flaw == Some(Flaw::ServeUnfinished);
    let wav = desk.keep.sound(link.recording).filter(|_| is_whole);
    let mut response = Response::new(wav.ok_or_else(Problem::not_found)?);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("audio/wav"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
