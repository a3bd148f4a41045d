//! The features and scenarios that the program brings along, so that it runs in any folder.

use super::files::Shelf;

/// A file: its path in the project, and its text.
pub type Embedded = (&'static str, &'static str);

/// The features.
pub const FEATURES: Shelf =
    Shelf { folder: "features", extension: "feature", embedded: FEATURE_FILES };

/// The scenarios.
pub const SCENARIOS: Shelf =
    Shelf { folder: "scenarios", extension: "yaml", embedded: SCENARIO_FILES };

/// Every file under `features/`, sorted: `("features/x.feature", include_str!("../../…"))`.
const FEATURE_FILES: &[Embedded] = &[
    ("features/announcements.feature", include_str!("../../features/announcements.feature")),
    (
        "features/asking_the_recorder.feature",
        include_str!("../../features/asking_the_recorder.feature"),
    ),
    ("features/call_setup_delay.feature", include_str!("../../features/call_setup_delay.feature")),
    ("features/dual_streams.feature", include_str!("../../features/dual_streams.feature")),
    ("features/dub_points.feature", include_str!("../../features/dub_points.feature")),
    (
        "features/hold_and_transfer.feature",
        include_str!("../../features/hold_and_transfer.feature"),
    ),
    ("features/pause_and_resume.feature", include_str!("../../features/pause_and_resume.feature")),
    (
        "features/plans_and_retention.feature",
        include_str!("../../features/plans_and_retention.feature"),
    ),
    ("features/provisioning.feature", include_str!("../../features/provisioning.feature")),
    (
        "features/recording_indicator.feature",
        include_str!("../../features/recording_indicator.feature"),
    ),
    ("features/recording_modes.feature", include_str!("../../features/recording_modes.feature")),
    ("features/reminder_tone.feature", include_str!("../../features/reminder_tone.feature")),
    ("features/settings_api.feature", include_str!("../../features/settings_api.feature")),
    ("features/start_and_end.feature", include_str!("../../features/start_and_end.feature")),
    ("features/voice_messages.feature", include_str!("../../features/voice_messages.feature")),
    (
        "features/what_a_recording_shows.feature",
        include_str!("../../features/what_a_recording_shows.feature"),
    ),
    (
        "features/when_the_recorder_fails.feature",
        include_str!("../../features/when_the_recorder_fails.feature"),
    ),
    ("features/who_is_who.feature", include_str!("../../features/who_is_who.feature")),
    ("features/who_spoke.feature", include_str!("../../features/who_spoke.feature")),
];

/// Every file under `scenarios/`, sorted.
const SCENARIO_FILES: &[Embedded] = &[
    ("scenarios/bad_network.yaml", include_str!("../../scenarios/bad_network.yaml")),
    ("scenarios/front_office.yaml", include_str!("../../scenarios/front_office.yaml")),
    ("scenarios/ice_office.yaml", include_str!("../../scenarios/ice_office.yaml")),
    ("scenarios/lab.yaml", include_str!("../../scenarios/lab.yaml")),
    ("scenarios/long_distance.yaml", include_str!("../../scenarios/long_distance.yaml")),
    ("scenarios/loopback.yaml", include_str!("../../scenarios/loopback.yaml")),
    ("scenarios/loopback_ice.yaml", include_str!("../../scenarios/loopback_ice.yaml")),
    ("scenarios/loopback_office.yaml", include_str!("../../scenarios/loopback_office.yaml")),
    ("scenarios/quiet_office.yaml", include_str!("../../scenarios/quiet_office.yaml")),
];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// The files of a shelf in the project's own folder, and those in the program.
    fn both(shelf: &Shelf) -> [Vec<(String, String)>; 2] {
        let home = Path::new(env!("CARGO_MANIFEST_DIR"));
        let own = shelf.all(home).unwrap();
        let own = own.iter().map(|source| (source.path().to_owned(), source.text().to_owned()));
        let brought =
            shelf.embedded.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        [own.collect(), brought.collect()]
    }

    #[test]
    fn the_program_brings_every_feature_and_every_scenario_along() {
        for shelf in [FEATURES, SCENARIOS] {
            let [own, brought] = both(&shelf);
            assert_eq!(own, brought, "the table in embedded.rs and {}/ differ", shelf.folder);
        }
    }
}
