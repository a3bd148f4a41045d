//! Whose token it is, what it allows, and how often it may be used.

use std::time::Duration;

use super::Refusal;
use super::route::OWN;
use crate::http::{HeaderMap, StatusCode, bearer};
use crate::role::platform::provisioning::{Administrator, Setup};
use crate::time::Instant;

/// The tokens that were given out.
#[derive(Debug)]
pub struct Tokens {
    given: Vec<Given>,
    requests_a_minute: u32,
}

#[derive(Debug)]
struct Given {
    whose: Administrator,
    /// The minute that is being counted, and the requests in it.
    minute: (Instant, u32),
}

/// Whoever asks.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Who {
    /// Their e-mail address.
    pub email: String,
    /// S-37.
    pub first_name: String,
    /// S-37.
    pub last_name: String,
    /// Whether they come from the partner.
    pub is_partner: bool,
    scopes: Vec<String>,
}

impl Who {
    fn of(it: &Administrator) -> Self {
        Self {
            email: it.email.clone(),
            first_name: it.first_name.clone(),
            last_name: it.last_name.clone(),
            is_partner: it.is_partner,
            scopes: it.scopes.clone(),
        }
    }

    /// Whether their token has a scope.
    pub fn may(&self, scope: &str) -> bool {
        self.scopes.iter().any(|known| known == scope)
    }
}

impl Tokens {
    /// The tokens of a scenario.
    pub fn new(setup: &Setup) -> Self {
        let people = setup.people.iter().map(|person| Administrator {
            email: person.email.clone(),
            first_name: person.first_name.clone(),
            last_name: person.last_name.clone(),
            token: person.token.clone(),
            scopes: OWN.iter().map(|scope| (*scope).to_owned()).collect(),
            lifetime: None,
            is_partner: false,
        });
        let given = setup.administrators.iter().cloned().chain(people);
        let given = given.map(|whose| Given { whose, minute: (Instant::START, 0) });
        Self { given: given.collect(), requests_a_minute: setup.requests_a_minute }
    }

    /// Whoever sent this, if they may ask at all now.
    pub fn who(
        &mut self,
        now: Instant,
        headers: &HeaderMap,
        ignores_age: bool,
    ) -> Result<Who, Refusal> {
        let unknown = || {
            let why = "The request requires a valid access token set in the Authorization request header.";
            Refusal::new(StatusCode::UNAUTHORIZED, why)
        };
        let token = bearer(headers).ok_or_else(unknown)?;
        let given = self.given.iter_mut().find(|given| given.whose.token == token);
        let given = given.ok_or_else(unknown)?;
        let end = given.whose.lifetime.map(|lifetime| Instant::START + lifetime);
        if end.is_some_and(|end| end <= now) && !ignores_age {
            return Err(unknown());
        }
        given.count(now, self.requests_a_minute)?;
        Ok(Who::of(&given.whose))
    }

    /// The first administrator, who did not ask.
    pub fn first(&self) -> Option<Who> {
        self.given.first().map(|given| Who::of(&given.whose))
    }
}

impl Given {
    fn count(&mut self, now: Instant, most: u32) -> Result<(), Refusal> {
        if now.since(self.minute.0) >= MINUTE {
            self.minute = (now, 0);
        }
        if self.minute.1 >= most {
            let left = MINUTE.saturating_sub(now.since(self.minute.0));
            // Whole seconds, and never none (RFC 9110 section 10.2.3).
            let seconds = left.as_secs() + 1;
            let mut refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests.");
            refusal.header = Some(("retry-after", seconds.to_string()));
            return Err(refusal);
        }
        self.minute.1 += 1;
        Ok(())
    }
}

const MINUTE: Duration = Duration::from_mins(1);
