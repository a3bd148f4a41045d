//! Users: who is in an account, their role, and their plan.

use serde_json::{Value, json};

use super::super::flaw::Flaw;
use super::super::library::{Date, Id, Plan, Role, Standing, User};
use super::authorise::Deed;
use super::input::Fields;
use super::{Answer, Call, Problem, created, no_content, objects, ok};

impl Call<'_, '_> {
    /// `GET /accounts/{id}/users`.
    pub fn list_users(&mut self, account: Id) -> Answer {
        let account = self.staff(account)?;
        let own = self.desk.library.users().filter(|user| user.account() == Some(account.id));
        let own: Vec<Value> = own.map(|user| objects::user(self.desk, user)).collect();
        let path = self.url(&format!("accounts/{}/users", account.id));
        Ok(ok(&json!({ "self": path, "users": own })))
    }

    /// `POST /accounts/{id}/users`. The same e-mail cannot serve two accounts (S-34).
    pub fn add_user(&mut self, account: Id) -> Answer {
        let account = self.staff(account)?;
        let fields = self.object()?;
        let email = fields.required("email")?;
        if !is_email(&email) {
            return Err(Problem::wrong("email is not an e-mail address"));
        }
        let plan = plan(&fields)?.unwrap_or_default();
        self.needs_contract(account.id, plan)?;
        let user = User {
            id: Id::default(),
            standing: Standing::Account(account.id, role(&fields)?.unwrap_or_default()),
            email,
            first_name: fields.required("first_name")?,
            last_name: fields.text("last_name")?.unwrap_or_default(),
            language: fields.text("language")?.unwrap_or_else(|| "en".to_owned()),
            secret: fields.text("password")?.unwrap_or_default(),
            plan,
            free_since: None,
            created: Date::default(),
            updated: Date::default(),
        };
        let id = self.desk.library.add_user(self.desk.now, user);
        let id = id.ok_or_else(|| Problem::wrong("email is in use already"))?;
        let user = self.user(id)?;
        Ok(created(&objects::user(self.desk, &user)))
    }

    /// `GET /users/{id}`.
    pub fn show_user(&mut self, id: Id) -> Answer {
        let user = self.user(id)?;
        self.may(Deed::SeeUser(&user))?;
        Ok(ok(&objects::user(self.desk, &user)))
    }

    /// `PUT /users/{id}`. A plan can be changed at any time, both ways (S-13), by whoever governs
    /// the user; a paid one needs a contract (S-09).
    pub fn change_user(&mut self, id: Id) -> Answer {
        let user = self.user(id)?;
        self.may(Deed::ChangeUser(&user))?;
        let fields = self.object()?;
        let (role, plan) = (role(&fields)?, plan(&fields)?);
        if role.is_some() || plan.is_some() {
            self.may(Deed::Govern(&user))?;
        }
        let role = role.filter(|_| self.desk.flaw != Some(Flaw::IgnoreRole));
        let (first, last) = (fields.text("first_name")?, fields.text("last_name")?);
        let language = fields.text("language")?;
        if let Some(plan) = plan {
            self.needs_contract(user.account().unwrap_or_default(), plan)?;
            self.migrate(id, plan);
        }
        self.desk.library.change_user(self.desk.now, id, |user| {
            user.first_name = first.unwrap_or_else(|| user.first_name.clone());
            user.last_name = last.unwrap_or_else(|| user.last_name.clone());
            user.language = language.unwrap_or_else(|| user.language.clone());
            if let (Standing::Account(_, own), Some(role)) = (&mut user.standing, role) {
                *own = role;
            }
        });
        self.show_user(id)
    }

    fn migrate(&mut self, id: Id, plan: Plan) {
        let (now, library) = (self.desk.now, &mut self.desk.library);
        if self.desk.flaw == Some(Flaw::DropOnMigration) {
            library.drop_what_is_recorded(id);
        }
        if self.desk.flaw == Some(Flaw::IgnoreMigration) {
            library.migrate_by_name(now, id, plan);
        } else {
            library.migrate(now, id, plan);
        }
    }

    fn needs_contract(&self, account: Id, plan: Plan) -> Result<(), Problem> {
        let sells_anyway = self.desk.flaw == Some(Flaw::SellWithoutContract);
        if plan.needs_contract() && !self.account(account)?.contract && !sells_anyway {
            return Err(Problem::not_enabled("the account has no contract for this plan"));
        }
        Ok(())
    }

    /// `DELETE /users/{id}`, with all that is theirs.
    pub fn remove_user(&mut self, id: Id) -> Answer {
        let user = self.user(id)?;
        self.may(Deed::Govern(&user))?;
        for recording in self.desk.library.remove_user(id) {
            self.desk.keep.forget(recording);
        }
        Ok(no_content())
    }

    fn user(&self, id: Id) -> Result<User, Problem> {
        self.desk.library.user(id).cloned().ok_or_else(Problem::not_found)
    }
}

fn role(fields: &Fields) -> Result<Option<Role>, Problem> {
    let Some(word) = fields.text("role")? else { return Ok(None) };
    let role = Role::named(&word);
    role.map(Some).ok_or_else(|| Problem::wrong("role is not Administrator or Standard User"))
}

fn plan(fields: &Fields) -> Result<Option<Plan>, Problem> {
    let Some(word) = fields.text("plan")? else { return Ok(None) };
    Plan::named(&word).map(Some).ok_or_else(|| Problem::wrong("plan is not one that there is"))
}

/// As much as can be said without writing to it (S-33).
fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, domain)| {
        let labels = domain.split('.');
        !name.is_empty()
            && domain.contains('.')
            && labels.into_iter().all(|label| !label.is_empty())
            && !text.contains(char::is_whitespace)
            && !domain.contains('@')
    })
}
