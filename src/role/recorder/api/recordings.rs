//! Recordings: listing, one, and removing it for good.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::flaw::Flaw;
use super::super::library::{Entry, Id, Status};
use super::authorise::{Deed, Verb, may};
use super::{Answer, Call, Link, Problem, no_content, objects, ok};
use crate::http::parameter;

/// Which part of a list is asked for.
struct Part {
    count: usize,
    after: Option<Id>,
    before: Option<Id>,
    /// From 1.
    page: usize,
}

impl Call<'_, '_> {
    /// `GET /accounts/{id}/recordings`: those that the caller may know of, the newest first.
    ///
    /// A page beyond the end is an empty one; the product does not say.
    pub fn list_recordings(&mut self, account: Id) -> Answer {
        let account = self.account(account)?;
        self.may(Deed::ListRecordings(&account))?;
        let own = self.desk.library.recordings().filter(|entry| {
            entry.owner.account() == Some(account.id)
                && self.may(Deed::Recording(Verb::List, entry)).is_ok()
        });
        self.list(own, &format!("accounts/{}/recordings", account.id))
    }

    /// A list of recordings, as the query wants it.
    pub fn list<'a>(
        &self,
        entries: impl DoubleEndedIterator<Item = &'a Entry>,
        path: &str,
    ) -> Answer {
        let part = self.part()?;
        let query = parameter(self.uri(), "query").map(|it| it.to_lowercase());
        let number = parameter(self.uri(), "number");
        let wanted = entries.rev().filter(|entry| {
            number.as_deref().is_none_or(|number| entry.has_number(number))
                && query.as_deref().is_none_or(|query| is_found(entry, query))
                && part.after.is_none_or(|after| entry.id > after)
                && part.before.is_none_or(|before| entry.id < before)
        });
        let page = if self.desk.flaw == Some(Flaw::TurnBack) { 1 } else { part.page };
        let mut rest = wanted.skip(part.count.saturating_mul(page - 1));
        let page = rest.by_ref().take(part.count);
        let shown: Vec<Value> = page.map(|it| objects::recording(self.desk, it)).collect();
        // Between what was shown and `after_id` there is more.
        let gap = part.after.is_some() && rest.next().is_some();
        Ok(ok(&json!({ "self": self.url(path), "recordings": shown, "gap": gap })))
    }

    /// `page` does not go with ids (product facts, section 5.2).
    fn part(&self) -> Result<Part, Problem> {
        let count = self.number("count")?.unwrap_or(COUNT);
        let after = self.number("after_id")?.map(Id);
        let before = self.number("before_id")?.map(Id);
        let page = self.number("page")?;
        if !(1..=COUNT_MAX).contains(&count) {
            return Err(Problem::wrong(format!("count is not between 1 and {COUNT_MAX}")));
        }
        if page == Some(0) {
            return Err(Problem::wrong("page counts from 1"));
        }
        if page.is_some() && (after.is_some() || before.is_some()) {
            return Err(Problem::wrong("page cannot be used with after_id or before_id"));
        }
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let page = usize::try_from(page.unwrap_or(1)).unwrap_or(usize::MAX);
        Ok(Part { count, after, before, page })
    }

    /// `GET /recordings/{id}`: with a `listener` it tells where the sound is.
    pub fn show_recording(&mut self, id: Id) -> Answer {
        let entry = self.recording(id, Verb::Show)?;
        let mut object = objects::recording(self.desk, &entry);
        let (url, errors) = self.sound_of(&entry)?;
        object["recording_url"] = json!(url);
        object["errors"] = json!(errors);
        Ok(ok(&object))
    }

    /// Where the listener finds the sound. While the call is up there is none: the product has
    /// a place for errors in a recording, but does not say which; the words are ours.
    fn sound_of(&mut self, entry: &Entry) -> Result<(Option<String>, Vec<Value>), Problem> {
        let Some(email) = parameter(self.uri(), "listener") else { return Ok((None, Vec::new())) };
        let listener = self.desk.library.user_of_email(&email);
        let listener = listener.ok_or_else(|| Problem::wrong("listener is not a user"))?;
        may(self.desk, listener, Deed::Recording(Verb::Play, entry))?;
        let listener = listener.id;
        if entry.status == Status::Recording && self.desk.flaw != Some(Flaw::ServeUnfinished) {
            return Ok((None, vec![Problem::wrong(STILL_UP).to_json()]));
        }
        let key = self.desk.api.secret();
        let (now, links) = (self.desk.now, &mut self.desk.api.links);
        links.retain(|_, link| now < link.until);
        if links.len() >= LINKS_MAX {
            links.pop_first();
        }
        let link = Link { recording: entry.id, listener, until: now.plus(LINK) };
        links.insert(key.clone(), link);
        Ok((Some(self.url(&format!("audio/{key}"))), Vec::new()))
    }

    /// `DELETE /recordings/{id}`: for good.
    pub fn delete_recording(&mut self, id: Id) -> Answer {
        let entry = self.recording(id, Verb::Delete)?;
        if entry.status == Status::Recording {
            return Err(Problem::wrong(STILL_UP));
        }
        if self.desk.flaw != Some(Flaw::KeepDeleted) {
            self.desk.library.remove_recording(id);
            self.desk.keep.forget(id);
        }
        Ok(no_content())
    }

    /// A recording that the caller may do this with.
    pub fn recording(&self, id: Id, verb: Verb) -> Result<Entry, Problem> {
        let entry = self.desk.library.recording(id).ok_or_else(Problem::not_found)?;
        self.may(Deed::Recording(verb, entry))?;
        Ok(entry.clone())
    }
}

fn is_found(entry: &Entry, query: &str) -> bool {
    let own = [&entry.from, &entry.to, &entry.from_label, &entry.to_label];
    let names = entry.participants.iter().map(|it| &it.name);
    let mut texts = own.into_iter().chain(&entry.tags).chain(names);
    texts.any(|text| text.to_lowercase().contains(query))
}

const STILL_UP: &str = "the call is still up";
/// The product's numbers are not public; these are what others use.
const COUNT: u64 = 20;
const COUNT_MAX: u64 = 100;
/// How long a place is good for; the product does not say.
const LINK: Duration = Duration::from_mins(15);
/// More than anybody listens to in a quarter of an hour.
const LINKS_MAX: usize = 4_096;
