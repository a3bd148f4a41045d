//! Notifications at the API: made, activated by the secret, looked after.

use std::collections::VecDeque;

use bytes::Bytes;
use serde_json::{Value, json};

use super::super::flaw::Flaw;
use super::super::library::Id;
use super::authorise::Deed;
use super::hooks::{EventType, Notification};
use super::{Answer, Call, Problem, created, no_content, objects, ok};
use crate::http::{Response, Uri};

impl Call<'_, '_> {
    /// `GET /{groups|accounts}/{id}/notifications`.
    pub fn list_notifications(&self, holder: Id) -> Response<Bytes> {
        let own = self.desk.api.hooks.of(holder);
        let own: Vec<Value> = own.map(|it| objects::notification(self.desk, it)).collect();
        ok(&json!({ "notifications": own }))
    }

    /// `POST /{groups|accounts}/{id}/notifications`: the first message, with the secret, is on
    /// its way.
    pub fn add_notification(&mut self, holder: Id) -> Answer {
        let fields = self.object()?;
        let post_url = fields.value("post_url").and_then(Value::as_str).unwrap_or_default();
        if !is_reachable(post_url) {
            return Err(Problem::wrong("post_url is not a URL of at most 2000 characters"));
        }
        let event = EventType::named(&fields.required("event_type")?);
        let event = event.ok_or_else(|| Problem::wrong("event_type is not one that there is"))?;
        let notification = Notification {
            id: Id::default(),
            holder,
            post_url: post_url.to_owned(),
            event,
            includes_data: fields.truth("include_data")?.unwrap_or(false),
            is_active: false,
            secret: self.desk.api.secret(),
            error: None,
            unclaimed: VecDeque::new(),
        };
        let id = self.desk.api.hooks.add(self.desk.now, notification);
        let id = id.ok_or_else(|| Problem::wrong("there are too many notifications"))?;
        let it = self.notification(id)?;
        Ok(created(&objects::notification(self.desk, &it)))
    }

    /// `GET /notifications/{id}`.
    pub fn show_notification(&mut self, id: Id) -> Answer {
        let it = self.notification(id)?;
        Ok(ok(&objects::notification(self.desk, &it)))
    }

    /// `DELETE /notifications/{id}`.
    pub fn remove_notification(&mut self, id: Id) -> Answer {
        self.notification(id)?;
        self.desk.api.hooks.remove(id);
        Ok(no_content())
    }

    /// `POST /notifications/{id}/activate`: the secret comes back, in the header of its name or as
    /// `secret` in the body; the product does not say which.
    pub fn activate(&mut self, id: Id) -> Answer {
        let it = self.notification(id)?;
        let header = self.request.headers().get("X-Hook-Secret").and_then(|it| it.to_str().ok());
        let secret = match header {
            Some(secret) => secret.to_owned(),
            None => self.object()?.required("secret")?,
        };
        if secret != it.secret {
            return Err(Problem::wrong("the secret is another one"));
        }
        if let Some(it) = self.desk.api.hooks.get_mut(id) {
            it.is_active = true;
        }
        self.show_notification(id)
    }

    /// `GET /notifications/{id}/unclaimed`: what could not be delivered, once.
    pub fn unclaimed(&mut self, id: Id) -> Answer {
        self.notification(id)?;
        let hooks = &mut self.desk.api.hooks;
        let messages = hooks.get_mut(id).map(|it| std::mem::take(&mut it.unclaimed));
        let messages = messages.filter(|_| self.desk.flaw != Some(Flaw::ForgetUntold));
        Ok(ok(&json!({ "messages": messages.unwrap_or_default() })))
    }

    /// A notification of a group or an account that the caller looks after.
    fn notification(&self, id: Id) -> Result<Notification, Problem> {
        let it = self.desk.api.hooks.get(id).cloned().ok_or_else(Problem::not_found)?;
        let library = &self.desk.library;
        if let Some(group) = library.group(it.holder) {
            self.may(Deed::Manage(group))?;
        } else {
            let account = library.account(it.holder).ok_or_else(Problem::not_found)?;
            self.may(Deed::Staff(account))?;
        }
        Ok(it)
    }
}

fn is_reachable(url: &str) -> bool {
    let uri = url.parse::<Uri>().ok().filter(|_| url.len() <= URL_MAX);
    uri.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some()
    })
}

/// Product facts, section 5.3.
const URL_MAX: usize = 2_000;
