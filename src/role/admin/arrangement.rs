//! How things stand before an administrator does anything.

use std::fmt;

/// How things stand before an administrator does anything: what other people did, which no feature
/// is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Arrangement {
    /// Accounts are made when the terms are accepted (S-27).
    AccountsOnAcceptance,
    /// The partner has not enabled recording for the organisation (S-22).
    NotEnabledByPartner,
    /// Somebody with this e-mail address looks after another customer's account (S-35).
    AnotherCustomer(String),
}

impl fmt::Display for Arrangement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AccountsOnAcceptance => f.write_str("makes accounts when terms are accepted"),
            Self::NotEnabledByPartner => f.write_str("is not enabled by the partner"),
            Self::AnotherCustomer(email) => write!(f, "knows {email} from another customer"),
        }
    }
}
