//! The recorder being wrong on purpose as a service: with its library, or with those who ask.

use super::library::Mismatch;

/// A way of being wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Flaw {
    /// Removes no recording, however old.
    KeepForEver,
    /// Removes recordings ten days before they are due.
    PurgeEarly,
    /// Removes recordings after thirty days on paid plans as well.
    PurgePaid,
    /// Calls a user's plan by another name, and goes on as before.
    IgnoreMigration,
    /// Counts the thirty days after a move to the free plan from the recording, whatever it was
    /// told.
    CountFromRecording,
    /// Says that somebody is an administrator now, and goes on as before.
    IgnoreRole,
    /// Lets a user move to a paid plan that there is no contract for.
    SellWithoutContract,
    /// Lets administrators at the recordings of users on the free plan.
    LetAdministratorsIn,
    /// Keeps administrators from the recordings of users on paid plans.
    ShutAdministratorsOut,
    /// Lets everybody in the account at every recording.
    LetEverybodyIn,
    /// Takes a token after its time.
    HonourOldTokens,
    /// Gives the sound away while the call is up.
    ServeUnfinished,
    /// Does not look at one field of a dub.point.
    IgnoreServiceProvider,
    /// See [`IgnoreServiceProvider`](Self::IgnoreServiceProvider).
    IgnoreExternalGroup,
    /// See [`IgnoreServiceProvider`](Self::IgnoreServiceProvider).
    IgnoreExternalIdentifier,
    /// See [`IgnoreServiceProvider`](Self::IgnoreServiceProvider).
    IgnoreExternalType,
    /// See [`IgnoreServiceProvider`](Self::IgnoreServiceProvider).
    IgnoreProduct,
    /// Shows nobody the recordings that nobody was found for.
    LoseUnidentified,
    /// Says that a dub.point was changed, and leaves it as it was.
    ForgetCorrection,
    /// Finds no dub.point by what the calling platform shows.
    FindNoPoint,
    /// Shows nobody the recordings of customers without a contract.
    AskForContract,
    /// Keeps the last ten recordings of anybody.
    KeepTen,
    /// Keeps what was recorded in case somebody wants it, although nobody does.
    KeepUnasked,
    /// Has lost the sound of every recording.
    LoseSound,
    /// Puts both sides of a recording into one.
    MixSides,
    /// Says nobody's name.
    NameNobody,
    /// Marks no pauses.
    ForgetPauses,
    /// Notes no announcements.
    ForgetAnnouncements,
    /// Analyses nothing.
    AnalyseNothing,
    /// Says that a recording was deleted, and keeps it.
    KeepDeleted,
    /// Drops what is being recorded as its user moves to another plan.
    DropOnMigration,
    /// Takes any password.
    TrustAnybody,
    /// Answers however often it is asked.
    NeverLimit,
    /// Shows the first page where the last one is passed.
    TurnBack,
    /// Tells nobody of recordings.
    TellNobody,
    /// Tells programs of recordings that have not given the secret back.
    TellUnasked,
    /// Tells each message once, whether anybody listens or not.
    TellOnce,
    /// Keeps no message that could not be told.
    ForgetUntold,
}

impl Flaw {
    /// Every flaw and its name in a scenario file.
    pub const ALL: &[(&str, Self)] = &[
        ("keep-for-ever", Self::KeepForEver),
        ("purge-early", Self::PurgeEarly),
        ("purge-paid", Self::PurgePaid),
        ("ignore-migration", Self::IgnoreMigration),
        ("count-from-the-recording", Self::CountFromRecording),
        ("ignore-role", Self::IgnoreRole),
        ("sell-without-contract", Self::SellWithoutContract),
        ("let-administrators-in", Self::LetAdministratorsIn),
        ("shut-administrators-out", Self::ShutAdministratorsOut),
        ("let-everybody-in", Self::LetEverybodyIn),
        ("honour-old-tokens", Self::HonourOldTokens),
        ("serve-unfinished", Self::ServeUnfinished),
        ("ignore-service-provider", Self::IgnoreServiceProvider),
        ("ignore-external-group", Self::IgnoreExternalGroup),
        ("ignore-external-identifier", Self::IgnoreExternalIdentifier),
        ("ignore-external-type", Self::IgnoreExternalType),
        ("ignore-product", Self::IgnoreProduct),
        ("lose-unidentified", Self::LoseUnidentified),
        ("forget-correction", Self::ForgetCorrection),
        ("find-no-dub-point", Self::FindNoPoint),
        ("ask-for-a-contract", Self::AskForContract),
        ("keep-ten", Self::KeepTen),
        ("keep-unasked", Self::KeepUnasked),
        ("lose-the-sound", Self::LoseSound),
        ("mix-the-sides", Self::MixSides),
        ("name-nobody", Self::NameNobody),
        ("forget-pauses", Self::ForgetPauses),
        ("forget-announcements", Self::ForgetAnnouncements),
        ("analyse-nothing", Self::AnalyseNothing),
        ("keep-what-is-deleted", Self::KeepDeleted),
        ("drop-on-migration", Self::DropOnMigration),
        ("trust-anybody", Self::TrustAnybody),
        ("never-limit", Self::NeverLimit),
        ("turn-back-pages", Self::TurnBack),
        ("tell-nobody", Self::TellNobody),
        ("tell-without-the-secret", Self::TellUnasked),
        ("tell-once", Self::TellOnce),
        ("forget-what-was-not-told", Self::ForgetUntold),
    ];

    /// The flaw of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, flaw)| *flaw)
    }

    /// Whether a recorder with this flaw takes a dub.point although this field differs.
    pub fn forgives(self, field: Mismatch) -> bool {
        match self {
            Self::IgnoreServiceProvider => field == Mismatch::ServiceProvider,
            Self::IgnoreExternalGroup => field == Mismatch::ExternalGroup,
            Self::IgnoreExternalIdentifier => field == Mismatch::ExternalIdentifier,
            Self::IgnoreExternalType => field == Mismatch::ExternalType,
            Self::IgnoreProduct => field == Mismatch::Product,
            _ => false,
        }
    }
}
