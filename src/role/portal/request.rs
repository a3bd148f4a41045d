//! The questions of a portal as HTTP.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{Errand, Portal, Settings, Step};
use crate::http::{Method, Request, escape, header};

impl Portal {
    /// The question of the step that is due; `None` if there is nothing to ask for.
    pub(super) fn request(&self) -> Option<Request<Bytes>> {
        let doing = self.doing.as_ref()?;
        let visit = &doing.visit;
        let (method, path) = match doing.step {
            Step::SignIn => return self.sign_in(&visit.who, visit.errand == Errand::Guess),
            Step::Profile => (Method::GET, "profile".to_owned()),
            Step::List(name) => (Method::GET, format!("{}/{name}{}", doing.home, self.query())),
            Step::Hurry => (Method::GET, format!("{}/recordings", doing.home)),
            Step::Find => (Method::GET, self.find()?),
            Step::Show => {
                let email = escape(&self.person(&visit.who)?.1);
                (Method::GET, format!("{}?listener={email}", doing.thing))
            }
            Step::Fetch => (Method::GET, doing.thing.clone()),
            Step::Act if visit.errand == Errand::Delete => (Method::DELETE, doing.thing.clone()),
            Step::Act => (Method::PUT, doing.thing.clone()),
            Step::Give => (Method::POST, format!("{}/unidentified_recordings", doing.home)),
            Step::Subscribe => (Method::POST, format!("{}/notifications", doing.home)),
            Step::Activate => (Method::POST, format!("{}/activate", doing.thing)),
            Step::Unclaimed => (Method::GET, format!("{}/unclaimed", doing.thing)),
        };
        let token = self.tokens.get(&visit.who).map(|(token, _)| token.as_str());
        let body = self.body();
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = Request::builder()
            .method(method)
            .uri(format!("/{}/v1/{path}", self.settings.region))
            .header(header::AUTHORIZATION, format!("Bearer {}", token.unwrap_or_default()))
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.into());
        request.ok()
    }

    /// What is sent along.
    fn body(&self) -> Value {
        let Some(doing) = &self.doing else { return Value::Null };
        match (doing.step, &doing.visit.errand) {
            (Step::Act, errand) => errand.body(),
            (Step::Give, _) => {
                let point = self.last_point.as_deref().and_then(|path| path.rsplit('/').next());
                json!({ "dub_point": point })
            }
            (Step::Subscribe, _) => {
                let listens = self.settings.listens.map(|at| format!("http://{at}/told"));
                json!({ "post_url": listens, "event_type": "recording.create" })
            }
            (Step::Activate, Errand::SubscribeWrongly) => json!({ "secret": "a guess" }),
            (Step::Activate, _) => json!({ "secret": self.program.secret(&doing.thing) }),
            _ => Value::Null,
        }
    }

    fn query(&self) -> String {
        match self.doing.as_ref().map(|doing| &doing.visit.errand) {
            Some(Errand::Page(page)) => format!("?page={page}"),
            _ => String::new(),
        }
    }

    /// What the calling platform shows of a user, all of which has to be named.
    fn find(&self) -> Option<String> {
        let Errand::FindPoint { identifier, .. } = &self.doing.as_ref()?.visit.errand else {
            return None;
        };
        Some(format!(
            "dub_points/find?external_type=BroadWorks&service_provider=SP0001\
             &external_group=SP0001L0001&external_identifier={}",
            escape(identifier)
        ))
    }

    fn sign_in(&self, who: &str, guesses: bool) -> Option<Request<Bytes>> {
        let Settings { region, client: (id, secret), .. } = &self.settings;
        let (_, email, own) = self.person(who)?;
        let own = if guesses { "a guess" } else { own };
        let form = format!(
            "grant_type=password&client_id={}&client_secret={}&username={}&password={}",
            escape(id),
            escape(secret),
            escape(email),
            escape(own)
        );
        let request = Request::post(format!("/{region}/v1/token"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        request.body(form.into()).ok()
    }

    fn person(&self, who: &str) -> Option<&(String, String, String)> {
        self.settings.people.iter().find(|(name, ..)| name == who)
    }
}
