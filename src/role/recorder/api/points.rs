//! dub.points (product facts, S-70 to S-76).

use serde_json::{Value, json};

use super::super::flaw::Flaw;
use super::super::library::{Id, Key, Point};
use super::authorise::Deed;
use super::input::Fields;
use super::{Answer, Call, Problem, created, no_content, objects, ok};
use crate::http::parameter;

impl Call<'_, '_> {
    /// `GET /accounts/{id}/dub_points`.
    pub fn list_points(&mut self, account: Id) -> Answer {
        let account = self.staff(account)?;
        let own = self.desk.library.points().filter(|point| point.account == account.id);
        let own: Vec<Value> = own.map(|point| objects::point(self.desk, point)).collect();
        let path = self.url(&format!("accounts/{}/dub_points", account.id));
        Ok(ok(&json!({ "self": path, "dub_points": own })))
    }

    /// `POST /accounts/{id}/dub_points`: none of the five fields may be missing.
    pub fn add_point(&mut self, account: Id) -> Answer {
        let account = self.staff(account)?.id;
        let fields = self.object()?;
        let user = fields.id("user")?.ok_or_else(|| Problem::wrong("user is missing"))?;
        let owner = self.desk.library.user(user).filter(|it| it.account() == Some(account));
        let owner = owner.ok_or_else(|| Problem::wrong("user is not in this account"))?;
        let label = fields.text("label")?.unwrap_or_else(|| owner.first_name.clone());
        let key = Key {
            external_type: external_type(&fields.required("external_type")?)?,
            service_provider: fields.required("service_provider")?,
            external_group: fields.required("external_group")?,
            external_identifier: fields.required("external_identifier")?,
        };
        let product = product(&fields.required("product")?)?;
        let point = Point { account, user, key, product, label, active: true, ..Point::default() };
        let id = self.desk.library.add_point(self.desk.now, point);
        let id = id.ok_or_else(|| Problem::wrong("there is a dub.point with this key"))?;
        let point = self.point(id)?;
        Ok(created(&objects::point(self.desk, &point)))
    }

    /// `GET /dub_points/find`: all four fields have to be named.
    pub fn find_point(&mut self) -> Answer {
        let field = |name: &str| {
            let value = parameter(self.uri(), name).filter(|value| !value.is_empty());
            value.ok_or_else(|| Problem::wrong(format!("{name} is missing")))
        };
        let key = Key {
            external_type: field("external_type")?,
            service_provider: field("service_provider")?,
            external_group: field("external_group")?,
            external_identifier: field("external_identifier")?,
        };
        let point = self.desk.library.point_of_key(&key);
        let point = point.filter(|_| self.desk.flaw != Some(Flaw::FindNoPoint));
        let point = point.ok_or_else(Problem::not_found)?;
        self.may(Deed::SeePoint(point))?;
        Ok(ok(&objects::point(self.desk, point)))
    }

    /// `GET /dub_points/{id}`.
    pub fn show_point(&mut self, id: Id) -> Answer {
        let point = self.point(id)?;
        self.may(Deed::SeePoint(&point))?;
        Ok(ok(&objects::point(self.desk, &point)))
    }

    /// `PUT /dub_points/{id}`: what a customer corrects (S-76), or moves to another user.
    pub fn change_point(&mut self, id: Id) -> Answer {
        let point = self.point(id)?;
        self.staff(point.account)?;
        let changed = self.changed_point(&point, &self.object()?)?;
        let same = self.desk.library.point_of_key(&changed.key);
        if same.is_some_and(|same| same.id != id) {
            return Err(Problem::wrong("there is a dub.point with this key"));
        }
        if self.desk.flaw == Some(Flaw::ForgetCorrection) && self.is_correction(&point) {
            return Ok(ok(&objects::point(self.desk, &changed)));
        }
        self.desk.library.change_point(self.desk.now, id, |point| *point = changed);
        self.show_point(id)
    }

    /// Whether calls came that this dub.point would have had to mean.
    fn is_correction(&self, point: &Point) -> bool {
        self.desk.library.recordings().any(|it| it.owner.user() != Some(point.user))
    }

    fn changed_point(&self, point: &Point, fields: &Fields) -> Result<Point, Problem> {
        let mut changed = point.clone();
        let key = &mut changed.key;
        for (name, own) in [
            ("service_provider", &mut key.service_provider),
            ("external_group", &mut key.external_group),
            ("external_identifier", &mut key.external_identifier),
            ("label", &mut changed.label),
        ] {
            if let Some(text) = fields.text(name)? {
                *own = text;
            }
        }
        if let Some(text) = fields.text("external_type")? {
            key.external_type = external_type(&text)?;
        }
        if let Some(text) = fields.text("product")? {
            changed.product = product(&text)?;
        }
        if let Some(status) = fields.text("status")? {
            changed.active = match status.as_str() {
                "Active" => true,
                "Suspended" => false,
                _ => return Err(Problem::wrong("status is not Active or Suspended")),
            };
        }
        if let Some(user) = fields.id("user")? {
            let owner = self.desk.library.user(user);
            let owner = owner.filter(|it| it.account() == Some(point.account));
            changed.user = owner.ok_or_else(|| Problem::wrong("user is not in this account"))?.id;
        }
        Ok(changed)
    }

    /// `DELETE /dub_points/{id}`.
    pub fn remove_point(&mut self, id: Id) -> Answer {
        let point = self.point(id)?;
        self.staff(point.account)?;
        self.desk.library.remove_point(id);
        Ok(no_content())
    }

    fn point(&self, id: Id) -> Result<Point, Problem> {
        self.desk.library.point(id).cloned().ok_or_else(Problem::not_found)
    }
}

fn external_type(text: &str) -> Result<String, Problem> {
    one_of(text, "external_type", &EXTERNAL_TYPES)
}

fn product(text: &str) -> Result<String, Problem> {
    one_of(text, "product", &PRODUCTS)
}

fn one_of(text: &str, name: &str, known: &[&str]) -> Result<String, Problem> {
    if known.contains(&text) {
        return Ok(text.to_owned());
    }
    Err(Problem::wrong(format!("{name} is not one of {}", known.join(", "))))
}

/// Product facts, section 5.3.
const EXTERNAL_TYPES: [&str; 4] = ["BroadWorks", "AudioCodes", "Cisco", "Metaswitch"];
const PRODUCTS: [&str; 3] = ["reserved", "payg", "playback"];
