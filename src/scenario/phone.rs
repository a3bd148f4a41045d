//! A telephone of the cast.

use std::time::Duration;

use super::address::Number;
use super::file::{self, Text};
use super::notices::{self, Notices};
use super::office::{self, Licence};
use super::quantity::{Unreadable, duration};
use super::reader::{Reader, TRUTH};
use super::recording::{CONTROLS, Controls, MODES, Recording};
use super::yaml::place_of;

/// A telephone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Phone {
    /// `number`: its telephone number.
    pub number: Number,
    /// `password`: what its registration is challenged for; none if the file names none.
    pub password: Option<String>,
    /// `registration`: how long one is good for, from a minute to a day; an hour unless the file says
    /// otherwise.
    pub registration: Duration,
    /// `record aware`: whether it understands RFC 7866 section 6.3; not unless the file says so.
    pub record_aware: bool,
    /// `recording`: what the platform does with its calls before anybody in a feature says
    /// otherwise; never unless the file says otherwise.
    pub recording: Recording,
    /// What the people on its owner's recorded calls are told.
    pub notices: Notices,
    /// `controls`: by which way its user controls recordings; star codes unless the file says
    /// otherwise.
    pub controls: Controls,
    /// `ice`: whether it looks for the best way of its media (RFC 8445); not unless the file says
    /// so.
    pub ice: bool,
    /// `licence`: what of the product its owner may use; everything unless the file says otherwise.
    pub licence: Licence,
}

/// Reads what belongs to a telephone.
pub(super) fn read(reader: &mut Reader, name: &Text, part: &file::Part) -> Option<Phone> {
    let Some(number) = &part.number.0 else {
        let what = format!("{} has no `number`", name.value);
        reader.complain(place_of(name), what, "add `number: \"+1 202 555 0101\"`");
        return None;
    };
    let record_aware = reader.word_or(&part.record_aware, "truth", TRUTH, false);
    let controls = reader.word_or(&part.controls, "way to control", CONTROLS, Controls::StarCodes);
    if let (Some(text), Controls::RecordPreference, false) =
        (&part.controls.0, controls, record_aware)
    {
        let what = "a phone that is not record aware has no preference";
        reader.complain(place_of(text), what, "add `record aware: true`");
    }
    Some(Phone {
        number: reader.value(number, Number::parse)?,
        password: part.password.0.as_ref().map(|password| password.value.clone()),
        registration: reader.value_or(&part.registration, HOUR, registration),
        record_aware,
        notices: notices::read(reader, part),
        recording: reader.word_or(&part.recording, "recording mode", MODES, Recording::Never),
        controls,
        ice: reader.word_or(&part.ice, "truth", TRUTH, false),
        licence: office::read_licence(reader, part),
    })
}

fn registration(text: &str) -> Result<Duration, Unreadable> {
    let lifetime = duration(text)?;
    let fits = (MINUTE..=DAY).contains(&lifetime);
    fits.then_some(lifetime).ok_or_else(|| Unreadable {
        what: format!("a registration is not good for `{text}`"),
        help: "from `1 minute` to `24 hours`".to_owned(),
    })
}

/// RFC 3261 section 10.2.1.1: an hour is usual.
const HOUR: Duration = Duration::from_hours(1);
const MINUTE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);
