//! Setting recording up being wrong on purpose: what an administrator would notice, not a caller.

/// A way in which the settings API, or what it does with the recorder, is wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Flaw {
    /// Lets anybody with a token write.
    IgnoreScopes,
    /// Takes tokens that have expired.
    IgnoreExpiry,
    /// Records people without a licence for it.
    IgnoreLicence,
    /// Enables people before the terms are accepted.
    IgnoreTerms,
    /// Has the recorder make its account anew whenever the terms are accepted.
    AskAgain,
    /// Keeps the settings of somebody whose recording is switched off.
    KeepSettings,
    /// Gives the recorder a telephone number too.
    ShareTooMuch,
    /// Names a user to the recorder where the administrator belongs.
    NameTheUser,
    /// Forgets that the terms were accepted.
    ForgetAcceptance,
    /// Takes a refusal of the terms for an acceptance.
    TakeRefusal,
    /// Never tells the recorder of anybody.
    ShareNothing,
    /// Records people of an organisation that its partner has not enabled.
    IgnorePartner,
    /// Shows nobody by what support finds a person.
    HideIdentifiers,
    /// Takes values that cannot be set, and changes nothing.
    TakeAnyValue,
    /// Begins again from the first where a page is beyond the last.
    WrapPages,
    /// Says that the organisation is switched on, and leaves it as it was.
    ForgetTheSwitch,
    /// Lets anybody switch the organisation on.
    LetAnybodySwitch,
    /// Takes a Basic licence for none.
    RefuseBasic,
    /// Takes the terms from the customer's own administrators only.
    DistrustThePartner,
    /// Asks for the terms again with each user.
    AskForEachUser,
    /// Has the account made with the first user where it belongs with the terms.
    MakeAccountsLate,
    /// Has an account made with each user.
    AccountForEachUser,
    /// Names the first administrator to the recorder, whoever enabled recording.
    NameTheFirst,
    /// Tells the recorder of the first user only.
    ShareOnce,
    /// Has the recorder remove a user, and all that was recorded, when recording is switched off.
    RemoveRecordings,
    /// Shows other identifiers than recordings have.
    ShowOtherIdentifiers,
    /// Does not look at `orgId`.
    IgnoreOrganization,
    /// Takes an id that nobody has for that of the first person.
    KnowEverybody,
    /// Forgets whatever is set besides the mode.
    ForgetOptions,
    /// Shows what was set, and goes on with calls as before.
    ShowOnly,
    /// Says that an app's wish is granted, and does nothing.
    DeafToApps,
}

impl Flaw {
    /// Every flaw and its name in a scenario file.
    pub const ALL: &[(&str, Self)] = &[
        ("ignore-scopes", Self::IgnoreScopes),
        ("ignore-expiry", Self::IgnoreExpiry),
        ("ignore-licence", Self::IgnoreLicence),
        ("ignore-terms", Self::IgnoreTerms),
        ("ask-again", Self::AskAgain),
        ("keep-settings", Self::KeepSettings),
        ("share-too-much", Self::ShareTooMuch),
        ("name-the-user", Self::NameTheUser),
        ("forget-acceptance", Self::ForgetAcceptance),
        ("take-refusal", Self::TakeRefusal),
        ("share-nothing", Self::ShareNothing),
        ("ignore-partner", Self::IgnorePartner),
        ("hide-identifiers", Self::HideIdentifiers),
        ("take-any-value", Self::TakeAnyValue),
        ("wrap-pages", Self::WrapPages),
        ("forget-the-switch", Self::ForgetTheSwitch),
        ("let-anybody-switch", Self::LetAnybodySwitch),
        ("refuse-basic", Self::RefuseBasic),
        ("distrust-the-partner", Self::DistrustThePartner),
        ("ask-for-each-user", Self::AskForEachUser),
        ("make-accounts-late", Self::MakeAccountsLate),
        ("account-for-each-user", Self::AccountForEachUser),
        ("name-the-first", Self::NameTheFirst),
        ("share-once", Self::ShareOnce),
        ("remove-recordings", Self::RemoveRecordings),
        ("show-other-identifiers", Self::ShowOtherIdentifiers),
        ("ignore-organization", Self::IgnoreOrganization),
        ("know-everybody", Self::KnowEverybody),
        ("forget-options", Self::ForgetOptions),
        ("show-only", Self::ShowOnly),
        ("deaf-to-apps", Self::DeafToApps),
    ];

    /// The flaw of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, flaw)| *flaw)
    }
}
