//! How a recorder reads what the product's texts leave open.

use super::file;
use super::reader::Reader;

/// A session recording server.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Recorder {
    /// `after migration`: when recordings go that were made before their user moved from a paid
    /// plan to the free one. The product's texts say "after 30 days", and not of what; from the
    /// migration unless the file says otherwise.
    pub after_migration: AfterMigration,
    /// `age`: what the age of a recording is counted from. The texts do not say; from the moment
    /// at which it is in the library unless the file says otherwise.
    pub age: Age,
}

/// See [`Recorder::after_migration`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AfterMigration {
    /// 30 days from the migration.
    FromMigration,
    /// 30 days from the recording: what is older goes at once.
    FromRecording,
}

/// See [`Recorder::age`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Age {
    /// From the moment at which it is in the library.
    FromIngest,
    /// From its start.
    FromStart,
    /// From its end.
    FromEnd,
}

/// Reads what a recorder has of its own.
pub fn read(reader: &mut Reader, part: &file::Part) -> Recorder {
    let after_migration = &part.after_migration;
    let default = AfterMigration::FromMigration;
    Recorder {
        after_migration: reader.word_or(after_migration, "reading", READINGS, default),
        age: reader.word_or(&part.age, "beginning", BEGINNINGS, Age::FromIngest),
    }
}

const READINGS: &[(&str, AfterMigration)] = &[
    ("from migration", AfterMigration::FromMigration),
    ("from recording", AfterMigration::FromRecording),
];

const BEGINNINGS: &[(&str, Age)] =
    &[("from ingest", Age::FromIngest), ("from start", Age::FromStart), ("from end", Age::FromEnd)];
