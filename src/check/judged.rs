//! Which rows of the catalogue are judged: those that the code of the checks names.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::{catalogue, through, unseen};

/// How far a row is covered.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Coverage {
    /// A check can report it.
    Judged,
    /// It is judged through the rows that it sums up: [`through`].
    Through,
    /// It could be seen on the network, and no check looks.
    NotYet,
    /// No network shows it.
    NotObservable,
}

/// How far the row of this id is covered.
pub fn coverage(id: &str) -> Coverage {
    if judged().contains(id) {
        return Coverage::Judged;
    }
    if through(id).is_some() {
        return Coverage::Through;
    }
    let is_seen = unseen(id).is_none() && catalogue().iter().any(|row| row.id == id && row.wire);
    if is_seen { Coverage::NotYet } else { Coverage::NotObservable }
}

/// The files of the checks in which a row is named.
pub fn judged_in(id: &str) -> Vec<&'static str> {
    let quoted = format!("\"{id}\"");
    let named = SOURCES.iter().filter(|(_, text)| of_code(text).contains(&quoted));
    named.map(|(path, _)| *path).collect()
}

/// Every row that is judged.
pub fn judged() -> &'static BTreeSet<&'static str> {
    static JUDGED: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
        let named: BTreeSet<&str> =
            SOURCES.iter().flat_map(|(_, text)| of_code(text).split('"')).collect();
        let ids = catalogue().iter().map(|row| row.id.as_str());
        ids.filter(|id| named.contains(id)).collect()
    });
    &JUDGED
}

/// A source without its tests.
fn of_code(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or_default()
}

/// Every file of this room: its path, and its text.
const SOURCES: &[(&str, &str)] = &[
    ("src/check/align.rs", include_str!("align.rs")),
    ("src/check/blame.rs", include_str!("blame.rs")),
    ("src/check/calls.rs", include_str!("calls.rs")),
    ("src/check/control.rs", include_str!("control.rs")),
    ("src/check/deeds.rs", include_str!("deeds.rs")),
    ("src/check/delay.rs", include_str!("delay.rs")),
    ("src/check/indicator.rs", include_str!("indicator.rs")),
    ("src/check/library.rs", include_str!("library.rs")),
    ("src/check/limits.rs", include_str!("limits.rs")),
    ("src/check/messages.rs", include_str!("messages.rs")),
    ("src/check/mod.rs", include_str!("mod.rs")),
    ("src/check/modes.rs", include_str!("modes.rs")),
    ("src/check/pauses.rs", include_str!("pauses.rs")),
    ("src/check/people.rs", include_str!("people.rs")),
    ("src/check/portal.rs", include_str!("portal.rs")),
    ("src/check/prompts.rs", include_str!("prompts.rs")),
    ("src/check/prompts_heard.rs", include_str!("prompts_heard.rs")),
    ("src/check/prompts_told.rs", include_str!("prompts_told.rs")),
    ("src/check/prompts_tones.rs", include_str!("prompts_tones.rs")),
    ("src/check/provisioning.rs", include_str!("provisioning.rs")),
    ("src/check/requirement.rs", include_str!("requirement.rs")),
    ("src/check/rules/asked.rs", include_str!("rules/asked.rs")),
    ("src/check/rules/awareness.rs", include_str!("rules/awareness.rs")),
    ("src/check/rules/bodies.rs", include_str!("rules/bodies.rs")),
    ("src/check/rules/cancel.rs", include_str!("rules/cancel.rs")),
    ("src/check/rules/case.rs", include_str!("rules/case.rs")),
    ("src/check/rules/challenges.rs", include_str!("rules/challenges.rs")),
    ("src/check/rules/changes.rs", include_str!("rules/changes.rs")),
    ("src/check/rules/conflicts.rs", include_str!("rules/conflicts.rs")),
    ("src/check/rules/contacts.rs", include_str!("rules/contacts.rs")),
    ("src/check/rules/credentials.rs", include_str!("rules/credentials.rs")),
    ("src/check/rules/crossing.rs", include_str!("rules/crossing.rs")),
    ("src/check/rules/declared.rs", include_str!("rules/declared.rs")),
    ("src/check/rules/described.rs", include_str!("rules/described.rs")),
    ("src/check/rules/dialogs.rs", include_str!("rules/dialogs.rs")),
    ("src/check/rules/dtls.rs", include_str!("rules/dtls.rs")),
    ("src/check/rules/early.rs", include_str!("rules/early.rs")),
    ("src/check/rules/events.rs", include_str!("rules/events.rs")),
    ("src/check/rules/exchange.rs", include_str!("rules/exchange.rs")),
    ("src/check/rules/extensions.rs", include_str!("rules/extensions.rs")),
    ("src/check/rules/feedback.rs", include_str!("rules/feedback.rs")),
    ("src/check/rules/first_metadata.rs", include_str!("rules/first_metadata.rs")),
    ("src/check/rules/flows.rs", include_str!("rules/flows.rs")),
    ("src/check/rules/formats.rs", include_str!("rules/formats.rs")),
    ("src/check/rules/headers.rs", include_str!("rules/headers.rs")),
    ("src/check/rules/held.rs", include_str!("rules/held.rs")),
    ("src/check/rules/ice.rs", include_str!("rules/ice.rs")),
    ("src/check/rules/ice_lines.rs", include_str!("rules/ice_lines.rs")),
    ("src/check/rules/identity.rs", include_str!("rules/identity.rs")),
    ("src/check/rules/introductions.rs", include_str!("rules/introductions.rs")),
    ("src/check/rules/invites.rs", include_str!("rules/invites.rs")),
    ("src/check/rules/key_lines.rs", include_str!("rules/key_lines.rs")),
    ("src/check/rules/keys.rs", include_str!("rules/keys.rs")),
    ("src/check/rules/lane.rs", include_str!("rules/lane.rs")),
    ("src/check/rules/lasting.rs", include_str!("rules/lasting.rs")),
    ("src/check/rules/legs.rs", include_str!("rules/legs.rs")),
    ("src/check/rules/media.rs", include_str!("rules/media.rs")),
    ("src/check/rules/media_control.rs", include_str!("rules/media_control.rs")),
    ("src/check/rules/messages.rs", include_str!("rules/messages.rs")),
    ("src/check/rules/metadata.rs", include_str!("rules/metadata.rs")),
    ("src/check/rules/metadata_allowed.rs", include_str!("rules/metadata_allowed.rs")),
    ("src/check/rules/metadata_graph.rs", include_str!("rules/metadata_graph.rs")),
    ("src/check/rules/metadata_history.rs", include_str!("rules/metadata_history.rs")),
    ("src/check/rules/metadata_ids.rs", include_str!("rules/metadata_ids.rs")),
    ("src/check/rules/metadata_taken.rs", include_str!("rules/metadata_taken.rs")),
    ("src/check/rules/metadata_times.rs", include_str!("rules/metadata_times.rs")),
    ("src/check/rules/metadata_words.rs", include_str!("rules/metadata_words.rs")),
    ("src/check/rules/mixed.rs", include_str!("rules/mixed.rs")),
    ("src/check/rules/mixers.rs", include_str!("rules/mixers.rs")),
    ("src/check/rules/mod.rs", include_str!("rules/mod.rs")),
    ("src/check/rules/notices.rs", include_str!("rules/notices.rs")),
    ("src/check/rules/numbers.rs", include_str!("rules/numbers.rs")),
    ("src/check/rules/odd_answers.rs", include_str!("rules/odd_answers.rs")),
    ("src/check/rules/offers.rs", include_str!("rules/offers.rs")),
    ("src/check/rules/outcomes.rs", include_str!("rules/outcomes.rs")),
    ("src/check/rules/parties.rs", include_str!("rules/parties.rs")),
    ("src/check/rules/pictures.rs", include_str!("rules/pictures.rs")),
    ("src/check/rules/playback.rs", include_str!("rules/playback.rs")),
    ("src/check/rules/ports.rs", include_str!("rules/ports.rs")),
    ("src/check/rules/preferences.rs", include_str!("rules/preferences.rs")),
    ("src/check/rules/provisional.rs", include_str!("rules/provisional.rs")),
    ("src/check/rules/reception.rs", include_str!("rules/reception.rs")),
    ("src/check/rules/recorded_media.rs", include_str!("rules/recorded_media.rs")),
    ("src/check/rules/recording.rs", include_str!("rules/recording.rs")),
    ("src/check/rules/recording_body.rs", include_str!("rules/recording_body.rs")),
    ("src/check/rules/reference.rs", include_str!("rules/reference.rs")),
    ("src/check/rules/relayed.rs", include_str!("rules/relayed.rs")),
    ("src/check/rules/renumbered.rs", include_str!("rules/renumbered.rs")),
    ("src/check/rules/reoffers.rs", include_str!("rules/reoffers.rs")),
    ("src/check/rules/responses.rs", include_str!("rules/responses.rs")),
    ("src/check/rules/retries.rs", include_str!("rules/retries.rs")),
    ("src/check/rules/returns.rs", include_str!("rules/returns.rs")),
    ("src/check/rules/rtcp.rs", include_str!("rules/rtcp.rs")),
    ("src/check/rules/rtcp_between.rs", include_str!("rules/rtcp_between.rs")),
    ("src/check/rules/rtp.rs", include_str!("rules/rtp.rs")),
    ("src/check/rules/said.rs", include_str!("rules/said.rs")),
    ("src/check/rules/sealed.rs", include_str!("rules/sealed.rs")),
    ("src/check/rules/security.rs", include_str!("rules/security.rs")),
    ("src/check/rules/session.rs", include_str!("rules/session.rs")),
    ("src/check/rules/session_ids.rs", include_str!("rules/session_ids.rs")),
    ("src/check/rules/session_timers.rs", include_str!("rules/session_timers.rs")),
    ("src/check/rules/sips.rs", include_str!("rules/sips.rs")),
    ("src/check/rules/snapshot.rs", include_str!("rules/snapshot.rs")),
    ("src/check/rules/sparse.rs", include_str!("rules/sparse.rs")),
    ("src/check/rules/standstill.rs", include_str!("rules/standstill.rs")),
    ("src/check/rules/strays.rs", include_str!("rules/strays.rs")),
    ("src/check/rules/symmetric.rs", include_str!("rules/symmetric.rs")),
    ("src/check/rules/talk.rs", include_str!("rules/talk.rs")),
    ("src/check/rules/tolerance.rs", include_str!("rules/tolerance.rs")),
    ("src/check/rules/torture.rs", include_str!("rules/torture.rs")),
    ("src/check/rules/transactions.rs", include_str!("rules/transactions.rs")),
    ("src/check/rules/transfer.rs", include_str!("rules/transfer.rs")),
    ("src/check/rules/transport.rs", include_str!("rules/transport.rs")),
    ("src/check/rules/trust.rs", include_str!("rules/trust.rs")),
    ("src/check/rules/unusual.rs", include_str!("rules/unusual.rs")),
    ("src/check/rules/usage.rs", include_str!("rules/usage.rs")),
    ("src/check/settings_api.rs", include_str!("settings_api.rs")),
    ("src/check/shown.rs", include_str!("shown.rs")),
    ("src/check/sound.rs", include_str!("sound.rs")),
    ("src/check/sources.rs", include_str!("sources.rs")),
    ("src/check/span.rs", include_str!("span.rs")),
    ("src/check/strangers.rs", include_str!("strangers.rs")),
    ("src/check/streams.rs", include_str!("streams.rs")),
    ("src/check/through.rs", include_str!("through.rs")),
    ("src/check/unseen.rs", include_str!("unseen.rs")),
    ("src/check/view.rs", include_str!("view.rs")),
    ("src/check/trust.rs", include_str!("trust.rs")),
    ("src/check/whole.rs", include_str!("whole.rs")),
];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_file_of_the_checks_is_looked_at() {
        let home = Path::new(env!("CARGO_MANIFEST_DIR"));
        for folder in ["src/check", "src/check/rules"] {
            for entry in std::fs::read_dir(home.join(folder)).unwrap() {
                let name = entry.unwrap().file_name().into_string().unwrap();
                let path = format!("{folder}/{name}");
                // These name rows without judging them.
                let other =
                    ["judged.rs", "profile.rs", "field.rs", "unseen.rs"].contains(&name.as_str());
                let is_code = Path::new(&name).extension().is_some_and(|end| end == "rs");
                let is_known = SOURCES.iter().any(|(known, _)| *known == path);
                assert!(is_known || other || !is_code, "{path} is missing in judged.rs");
            }
        }
    }

    #[test]
    fn what_no_network_shows_is_told_from_what_nobody_looks_at() {
        assert_eq!(coverage("RFC7866-6.2-2"), Coverage::Judged);
        assert_eq!(judged_in("RFC7866-6.2-2"), ["src/check/rules/contacts.rs"]);
        let unjudged =
            |row: &&crate::check::Requirement| !row.wire && !judged().contains(row.id.as_str());
        let hidden = catalogue().iter().find(unjudged).unwrap();
        assert_eq!(coverage(&hidden.id), Coverage::NotObservable);
    }
}
