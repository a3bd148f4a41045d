//! Groups: their accounts, and the recordings that nobody was found for.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Value, json};

use super::super::flaw::Flaw;
use super::super::library::{Group, Id, Key, Owner};
use super::authorise::{Deed, Verb};
use super::{Answer, Call, Problem, objects, ok};
use crate::http::Response;

impl Call<'_, '_> {
    /// A group that the caller looks after.
    pub fn group(&self, id: Id) -> Result<Group, Problem> {
        let group = self.desk.library.group(id).cloned().ok_or_else(Problem::not_found)?;
        self.may(Deed::Manage(&group))?;
        Ok(group)
    }

    /// `GET /groups/{id}/accounts`.
    pub fn list_accounts(&self, group: &Group) -> Response<Bytes> {
        let own = self.desk.library.accounts().filter(|account| account.group == group.id);
        let own: Vec<Value> = own.map(|account| objects::account(self.desk, account)).collect();
        let path = self.url(&format!("groups/{}/accounts", group.id));
        ok(&json!({ "self": path, "accounts": own }))
    }

    /// `GET /groups/{id}/unidentified_recordings`.
    pub fn list_unidentified(&self, group: &Group) -> Answer {
        let loses = self.desk.flaw == Some(Flaw::LoseUnidentified);
        let own = self.desk.library.recordings().filter(|entry| {
            entry.owner == Owner::Nobody { group: group.id }
                && !loses
                && self.may(Deed::Recording(Verb::List, entry)).is_ok()
        });
        self.list(own, &format!("groups/{}/unidentified_recordings", group.id))
    }

    /// `POST /groups/{id}/unidentified_recordings` with a `dub_point`: the recordings whose calls
    /// say what that says belong to its user from now on. That the product can do this is known,
    /// how is not.
    pub fn claim(&mut self, group: &Group) -> Answer {
        let point = self.object()?.id("dub_point")?;
        let point = point.ok_or_else(|| Problem::wrong("dub_point is missing"))?;
        let point = self.desk.library.point(point).cloned().ok_or_else(Problem::not_found)?;
        self.may(Deed::SeePoint(&point))?;
        let claimed = self.desk.library.claim(self.desk.now, group.id, point.id);
        for id in &claimed {
            self.desk.recording_updated(*id);
        }
        let claimed: Vec<_> = claimed.iter().map(Id::to_string).collect();
        Ok(ok(&json!({ "recordings": claimed })))
    }

    /// `GET /groups/{id}/unidentified_dub_points`: what the calls said that are nobody's.
    pub fn list_unidentified_points(&self, group: &Group) -> Response<Bytes> {
        let own = self.desk.library.recordings();
        let own = own.filter(|entry| entry.owner == Owner::Nobody { group: group.id });
        let mut keys: BTreeMap<&Key, usize> = BTreeMap::new();
        for key in own.filter_map(|entry| entry.key.as_ref()) {
            *keys.entry(key).or_default() += 1;
        }
        let point = |(key, count): (&Key, usize)| {
            json!({
                "external_type": key.external_type,
                "service_provider": key.service_provider,
                "external_group": key.external_group,
                "external_identifier": key.external_identifier,
                "recordings": count,
            })
        };
        ok(&json!({ "dub_points": keys.into_iter().map(point).collect::<Vec<_>>() }))
    }
}
