//! What a request carries, read within bounds: JSON, numbers, ids.

use bytes::Bytes;
use serde_json::{Map, Value};

use super::super::library::Id;
use super::{Call, Problem};
use crate::http::{Request, header, parameter};

impl Call<'_, '_> {
    /// The body, which has to be a JSON object.
    pub fn object(&self) -> Result<Fields, Problem> {
        read(self.request)
    }

    /// A number in the query; `None` if it is not there.
    pub fn number(&self, name: &str) -> Result<Option<u64>, Problem> {
        let Some(text) = parameter(self.uri(), name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| Problem::wrong(format!("{name} is not a number")))
    }
}

/// An id in a path.
pub fn id(text: &str) -> Result<Id, Problem> {
    text.parse().map(Id).map_err(|_| Problem::not_found())
}

/// The fields of a JSON object.
#[derive(Clone, Debug, Default)]
pub struct Fields(Map<String, Value>);

impl Fields {
    /// A text that has to be there.
    pub fn required(&self, name: &str) -> Result<String, Problem> {
        let text = self.text(name)?.filter(|text| !text.trim().is_empty());
        text.ok_or_else(|| Problem::wrong(format!("{name} is missing")))
    }

    /// A text of at most 128 characters; `None` if it is not there.
    pub fn text(&self, name: &str) -> Result<Option<String>, Problem> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.chars().count() <= NAME_MAX => Ok(Some(text.clone())),
            Some(Value::String(_)) => {
                Err(Problem::wrong(format!("{name} is longer than {NAME_MAX} characters")))
            }
            Some(_) => Err(Problem::wrong(format!("{name} is not a text"))),
        }
    }

    /// A truth; `None` if it is not there.
    pub fn truth(&self, name: &str) -> Result<Option<bool>, Problem> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(truth)) => Ok(Some(*truth)),
            Some(_) => Err(Problem::wrong(format!("{name} is not true or false"))),
        }
    }

    /// An id, as text or as a number; `None` if it is not there.
    pub fn id(&self, name: &str) -> Result<Option<Id>, Problem> {
        let id = match self.0.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) => text.parse().ok(),
            Some(value) => value.as_u64(),
        };
        id.map(|id| Some(Id(id))).ok_or_else(|| Problem::wrong(format!("{name} is not an id")))
    }

    /// The field as it is.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0.iter()
    }
}

fn read(request: &Request<Bytes>) -> Result<Fields, Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    if !kind.is_some_and(|kind| kind.starts_with("application/json")) {
        return Err(Problem::content_type());
    }
    // The reader of JSON has a bound for depth, the one of HTTP for length.
    match serde_json::from_slice(request.body()) {
        Ok(Value::Object(fields)) => Ok(Fields(fields)),
        Ok(_) => Err(Problem::wrong("the body is not an object")),
        Err(why) => Err(Problem::wrong(format!("the body is not JSON: {why}"))),
    }
}

/// Product facts, section 5.3.
const NAME_MAX: usize = 128;
