//! Whether a cast can play: one platform, somebody to call and to record, and no number twice.

use super::address::Number;
use super::cast::{Part, Role, RoleName};
use super::diagnostic::Place;
use super::reader::Reader;

/// Complains of what is missing in a cast, or there too often.
pub fn complete(reader: &mut Reader, whole: Place, cast: &[Part]) {
    let of = |role| cast.iter().filter(move |part| part.role.name() == role);
    for (role, who) in [
        (RoleName::Phone, "nobody can call"),
        (RoleName::Platform, "nothing bridges the calls"),
        (RoleName::Recorder, "nothing records"),
    ] {
        if of(role).next().is_none() {
            let help = format!("add a part with `role: {}`", role.word());
            reader.complain(whole, format!("there is no {}: {who}", role.word()), help);
        }
    }
    if let Some(second) = of(RoleName::Platform).nth(1) {
        let first = of(RoleName::Platform).next().map_or("", |part| part.name.as_str());
        let what = format!("`{}` would be a second platform beside `{first}`", second.name);
        reader.complain(second.place, what, "one platform bridges the calls of a scenario");
    }
    let mut numbers: Vec<&Number> = Vec::new();
    for part in cast {
        if let Role::Phone(phone) = &part.role {
            if numbers.contains(&&phone.number) {
                let what = format!("{} has the number of somebody else", part.name);
                reader.complain(part.place, what, "each phone has a number of its own");
            }
            numbers.push(&phone.number);
        }
    }
}
