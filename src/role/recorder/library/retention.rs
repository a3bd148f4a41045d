//! How long recordings stay (product facts, S-06, S-15 to S-18; AMB-6, AMB-7).

use super::{AfterMigration, Base, Date, Entry, Id, Kind, Library, Plan};

impl Library {
    /// Moves a user to another plan: at any time, both ways (S-13). What is due is reckoned anew:
    /// pending deletions are cancelled (S-15), or begin (S-18).
    pub fn migrate(&mut self, now: Date, user: Id, plan: Plan) {
        let Some(it) = self.users.get_mut(&user) else { return };
        let was_kept = it.plan.retention().is_none();
        it.free_since = match plan.retention() {
            Some(_) if was_kept => Some(now),
            Some(_) => it.free_since,
            None => None,
        };
        it.plan = plan;
        it.updated = now;
        self.touch(Kind::User, user);
        let product = self.policy.product_of(plan).to_owned();
        let own: Vec<_> =
            self.points.values().filter(|point| point.user == user).map(|point| point.id).collect();
        for id in own {
            // The licence is what the product of the dub.point says (S-71).
            self.change_point(now, id, |point| point.product.clone_from(&product));
        }
        self.reckon_all();
    }

    /// As [`migrate`](Self::migrate), but what is due stays as it was: a way of being wrong.
    pub fn migrate_by_name(&mut self, now: Date, user: Id, plan: Plan) {
        let due = self.due.clone();
        self.migrate(now, user, plan);
        self.due = due;
    }

    /// Whether paid plans keep no longer than the free one: a way of being wrong.
    pub fn set_paid_retention_broken(&mut self, is_broken: bool) {
        if self.paid_is_free != is_broken {
            self.paid_is_free = is_broken;
            self.reckon_all();
        }
    }

    /// From when on what is old is kept when its user moves to the free plan.
    pub fn count_days(&mut self, from: AfterMigration) {
        self.policy.after_migration = from;
        self.reckon_all();
    }

    /// What the age of a recording is counted from.
    pub fn count_age(&mut self, from: Base) {
        self.policy.base = from;
        self.reckon_all();
    }

    /// When a recording has to go; `None` if it may stay.
    pub fn due(&self, entry: &Entry) -> Option<Date> {
        let ended = entry.ended?;
        let user = self.user(entry.owner.user()?)?;
        let plan = if self.paid_is_free { Plan::DubberGo } else { user.plan };
        let retention = plan.retention()?;
        let base = match self.policy.base {
            Base::Ingest => entry.created,
            Base::Start => entry.started,
            Base::End => ended,
        };
        let from = match (self.policy.after_migration, user.free_since) {
            (AfterMigration::FromMigration, Some(since)) => base.max(since),
            _ => base,
        };
        Some(from.plus(retention))
    }

    /// When the next recording has to go.
    pub fn next_due(&self) -> Option<Date> {
        self.due.first().map(|(due, _)| *due)
    }

    /// Removes what has to go by now; the ids of the recordings.
    pub fn purge(&mut self, now: Date) -> Vec<Id> {
        let mut gone = Vec::new();
        while let Some((due, id)) = self.due.first().copied()
            && due <= now
        {
            self.remove_recording(id);
            gone.push(id);
        }
        gone
    }

    /// A recording is there, belongs to somebody else, or is gone: reckons when it is due.
    pub(super) fn reckon(&mut self, id: Id) {
        self.due.retain(|(_, known)| *known != id);
        let due = self.recordings.get(&id).and_then(|entry| self.due(entry));
        self.due.extend(due.map(|due| (due, id)));
    }

    pub(super) fn reckon_all(&mut self) {
        let due = self.recordings.values().filter_map(|entry| Some((self.due(entry)?, entry.id)));
        self.due = due.collect();
    }
}
