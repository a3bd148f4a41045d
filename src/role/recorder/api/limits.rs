//! How often a client may ask (product facts, section 5.1): so many times in a second, and so
//! many in a day.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::super::library::Date;
use super::{Problem, Settings};

/// What each client has asked lately. There are as many as the settings name.
#[derive(Debug, Default)]
pub struct Limits(BTreeMap<String, Asked>);

#[derive(Debug, Default)]
struct Asked {
    /// The requests of the last second.
    lately: VecDeque<Date>,
    /// When the day of the client began.
    day: Date,
    today: usize,
}

impl Limits {
    /// Counts a request, or says that it is one too many, which does not count.
    pub fn count(&mut self, now: Date, client: &str, settings: &Settings) -> Result<(), Problem> {
        let asked = self.0.entry(client.to_owned()).or_default();
        if now.since(asked.day) >= DAY {
            (asked.day, asked.today) = (now, 0);
        }
        while asked.lately.front().is_some_and(|at| now.since(*at) >= SECOND) {
            asked.lately.pop_front();
        }
        if asked.today >= settings.per_day {
            return Err(Problem::per_day());
        }
        if asked.lately.len() >= settings.per_second {
            return Err(Problem::per_second());
        }
        asked.lately.push_back(now);
        asked.today += 1;
        Ok(())
    }
}

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_hours(24);
