//! Accounts: the customers of a group.

use serde_json::Value;

use super::super::library::{Account, Id};
use super::authorise::Deed;
use super::tags::notes;
use super::{Answer, Call, Problem, created, objects, ok};

impl Call<'_, '_> {
    /// `POST /accounts`: by whoever looks after the group.
    pub fn add_account(&mut self) -> Answer {
        let fields = self.object()?;
        let group = fields.id("group")?.ok_or_else(|| Problem::wrong("group is missing"))?;
        let group = self.group(group)?;
        let account = Account {
            group: group.id,
            name: fields.required("name")?,
            contract: fields.truth("contract")?.unwrap_or(false),
            time_zone: fields.text("time_zone")?.unwrap_or_else(|| "Etc/UTC".to_owned()),
            ..Account::default()
        };
        let id = self.desk.library.add_account(self.desk.now, account);
        let account = self.account(id)?;
        Ok(created(&objects::account(self.desk, &account)))
    }

    /// `GET /accounts/{id}`.
    pub fn show_account(&mut self, id: Id) -> Answer {
        let account = self.account(id)?;
        self.may(Deed::SeeAccount(&account))?;
        Ok(ok(&objects::account(self.desk, &account)))
    }

    /// `PUT /accounts/{id}`. Only whoever sells can say that there is a contract.
    pub fn change_account(&mut self, id: Id) -> Answer {
        let account = self.account(id)?;
        self.may(Deed::ChangeAccount(&account))?;
        let fields = self.object()?;
        let contract = fields.truth("contract")?;
        if contract.is_some() {
            self.may(Deed::Sell(&account))?;
        }
        let (name, time_zone) = (fields.text("name")?, fields.text("time_zone")?);
        let metadata = match fields.value("metadata") {
            Some(Value::Object(own)) => Some(notes(own.iter())?),
            _ => None,
        };
        self.desk.library.change_account(self.desk.now, id, |account| {
            account.contract = contract.unwrap_or(account.contract);
            account.name = name.unwrap_or_else(|| account.name.clone());
            account.time_zone = time_zone.unwrap_or_else(|| account.time_zone.clone());
            account.metadata = metadata.unwrap_or_else(|| account.metadata.clone());
        });
        self.show_account(id)
    }

    /// An account, whoever asks.
    pub fn account(&self, id: Id) -> Result<Account, Problem> {
        self.desk.library.account(id).cloned().ok_or_else(Problem::not_found)
    }

    /// An account that the caller looks after.
    pub fn staff(&self, id: Id) -> Result<Account, Problem> {
        let account = self.account(id)?;
        self.may(Deed::Staff(&account))?;
        Ok(account)
    }
}
