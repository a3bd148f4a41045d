//! dub.points: how the recorder knows whose call it is (product facts, S-70 to S-76).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Date, Id, Kind, Library, Owner};

/// What a call says of where it comes from: four of the five fields of a dub.point.
#[derive(Clone, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Key {
    /// The platform that it comes from: `BroadWorks`, for Webex Calling (S-72).
    pub external_type: String,
    /// The service provider as the calling platform shows it (S-73).
    pub service_provider: String,
    /// The group as the calling platform shows it (S-74).
    pub external_group: String,
    /// The user as the calling platform shows it (S-75).
    pub external_identifier: String,
}

/// Joins the calls of a user of the platform to a user of the recorder.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Point {
    /// Its id.
    pub id: Id,
    /// The account that it is in.
    pub account: Id,
    /// Whose it is.
    pub user: Id,
    /// Which calls it means.
    pub key: Key,
    /// The product that it is for (S-71): that of its user's plan, or nothing is found by it.
    pub product: String,
    /// What people call it.
    pub label: String,
    /// Whether it is of use: a suspended one finds nothing.
    pub active: bool,
    /// When it was made.
    pub created: Date,
    /// When it was changed last.
    pub updated: Date,
}

/// Why a dub.point does not mean a call: the field that differs. The first one in this order, if
/// several do.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[expect(missing_docs, reason = "each is a field of a dub.point")]
pub enum Mismatch {
    ServiceProvider,
    ExternalGroup,
    ExternalIdentifier,
    ExternalType,
    Product,
    Suspended,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::ServiceProvider => "service provider",
            Self::ExternalGroup => "external group",
            Self::ExternalIdentifier => "external identifier",
            Self::ExternalType => "external type",
            Self::Product => "product",
            Self::Suspended => "status",
        })
    }
}

impl Point {
    /// Why it does not mean a call that says `key`; nothing, if it does. Texts have to be equal
    /// to the letter. `product` is that of its user's plan.
    pub fn mismatches(&self, key: &Key, product: &str) -> Vec<Mismatch> {
        let own = &self.key;
        let fields = [
            (own.service_provider == key.service_provider, Mismatch::ServiceProvider),
            (own.external_group == key.external_group, Mismatch::ExternalGroup),
            (own.external_identifier == key.external_identifier, Mismatch::ExternalIdentifier),
            (own.external_type == key.external_type, Mismatch::ExternalType),
            (self.product == product, Mismatch::Product),
            (self.active, Mismatch::Suspended),
        ];
        fields.into_iter().filter(|(is_equal, _)| !is_equal).map(|(_, field)| field).collect()
    }
}

impl Library {
    /// Adds a dub.point; `None` if there is one with this key already, since a call cannot be of
    /// two users.
    pub fn add_point(&mut self, now: Date, point: Point) -> Option<Id> {
        if self.point_of_key(&point.key).is_some() {
            return None;
        }
        let id = self.next_id();
        self.points.insert(id, Point { id, created: now, updated: now, ..point });
        self.touch(Kind::Point, id);
        Some(id)
    }

    /// The dub.point with this key, of use or not.
    pub fn point_of_key(&self, key: &Key) -> Option<&Point> {
        self.points.values().find(|point| point.key == *key)
    }

    /// Changes a dub.point: what counts for the next call, not for those that were (S-76).
    pub fn change_point(&mut self, now: Date, id: Id, change: impl FnOnce(&mut Point)) {
        if let Some(point) = self.points.get_mut(&id) {
            change(point);
            point.updated = now;
            self.touch(Kind::Point, id);
        }
    }

    /// Removes a dub.point.
    pub fn remove_point(&mut self, id: Id) {
        if self.points.remove(&id).is_some() {
            self.touch(Kind::Point, id);
        }
    }

    /// Whose call it is that says this; `forgives` a mismatch or not. The group of the service
    /// provider, if it is nobody's.
    pub fn owner_of(&self, key: Option<&Key>, forgives: impl Fn(Mismatch) -> bool) -> Owner {
        let found = key.and_then(|key| {
            self.points.values().find(|point| {
                let plan = self.user(point.user).map(|user| user.plan).unwrap_or_default();
                let mismatches = point.mismatches(key, self.policy.product_of(plan));
                mismatches.into_iter().all(&forgives)
            })
        });
        if let Some(point) = found {
            return Owner::User { account: point.account, user: point.user };
        }
        let provider = key.map(|key| key.service_provider.as_str());
        let own =
            self.groups.values().find(|group| Some(group.service_provider.as_str()) == provider);
        let group = own.or_else(|| self.groups.values().next());
        Owner::Nobody { group: group.map(|group| group.id).unwrap_or_default() }
    }
}
