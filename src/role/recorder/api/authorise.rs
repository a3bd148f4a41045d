//! Who may do what: the only place that decides it.
//!
//! Whoever looks after a group sees its accounts and what is nobody's, and no recording that is
//! somebody's. An administrator looks after an account, and gets at the recordings of users on
//! paid plans (product facts, S-12), not at those of users on the free one (S-07). A user has
//! their own.

use super::super::flaw::Flaw;
use super::super::library::{
    Account, Entry, Group, Id, Library, Owner, Point, Role, Standing, User,
};
use super::{Call, Desk, Problem};

/// Something that somebody wants to do.
#[derive(Clone, Copy, Debug)]
pub enum Deed<'a> {
    /// See a group, its accounts, its notifications, what is nobody's, and give that away.
    Manage(&'a Group),
    /// See what an account is.
    SeeAccount(&'a Account),
    /// Change an account.
    ChangeAccount(&'a Account),
    /// Say that an account has a contract: for whoever sells.
    Sell(&'a Account),
    /// See who is in an account, add somebody, see and change its dub.points and notifications.
    Staff(&'a Account),
    /// See a user.
    SeeUser(&'a User),
    /// Change what a user calls themselves.
    ChangeUser(&'a User),
    /// Change a user's role and plan, or remove them.
    Govern(&'a User),
    /// See a dub.point.
    SeePoint(&'a Point),
    /// Ask for the recordings of an account, of which each is asked for again.
    ListRecordings(&'a Account),
    /// Do something with a recording.
    Recording(Verb, &'a Entry),
}

/// What can be done with a recording.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Verb {
    /// Find it in a list.
    List,
    /// See what is known of it.
    Show,
    /// Be told where to listen to it.
    Play,
    /// Fetch the sound.
    Download,
    /// Remove it for good.
    Delete,
    /// Change its tags and notes.
    Annotate,
}

/// Why not.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refusal {
    /// Whoever asks may not even know that it is there.
    Hidden,
    /// It is not for this role, or not part of this plan.
    NotIncluded,
}

impl Call<'_, '_> {
    /// Whether the caller may do it; the error is the answer.
    pub fn may(&self, deed: Deed<'_>) -> Result<(), Problem> {
        may(self.desk, &self.caller, deed)
    }
}

/// Whether a user may do it; the error is the answer.
///
/// The product does not publish which of its errors stands for what: ours are 1009 for what is
/// hidden, and 1010 for what is not included.
pub fn may(desk: &Desk<'_>, user: &User, deed: Deed<'_>) -> Result<(), Problem> {
    decide(desk.library, user, deed, desk.flaw).map_err(|refusal| match refusal {
        Refusal::Hidden => Problem::not_found(),
        Refusal::NotIncluded => Problem::not_enabled("not part of this role or plan"),
    })
}

/// The decision itself.
pub fn decide(
    library: &Library,
    user: &User,
    deed: Deed<'_>,
    flaw: Option<Flaw>,
) -> Result<(), Refusal> {
    let manages = |group: Id| user.standing == Standing::Group(group);
    let group_of = |account: Id| library.account(account).map(|account| account.group);
    let looks_after =
        |account: Id| user.administers(account) || group_of(account).is_some_and(manages);
    let hidden_unless = |met: bool| if met { Ok(()) } else { Err(Refusal::Hidden) };
    let member = |account: Id, is_allowed: bool| {
        let belongs = user.account() == Some(account) || looks_after(account);
        match (belongs, is_allowed) {
            (true, true) => Ok(()),
            (true, false) => Err(Refusal::NotIncluded),
            (false, _) => Err(Refusal::Hidden),
        }
    };
    match deed {
        Deed::Manage(group) => hidden_unless(manages(group.id)),
        Deed::SeeAccount(account) | Deed::ListRecordings(account) => member(account.id, true),
        Deed::ChangeAccount(account) | Deed::Staff(account) => {
            member(account.id, looks_after(account.id))
        }
        Deed::Sell(account) => member(account.id, manages(account.group)),
        Deed::SeeUser(it) | Deed::ChangeUser(it) if it.id == user.id => Ok(()),
        Deed::Govern(it) if it.id == user.id => {
            it.account().map_or(Err(Refusal::NotIncluded), |own| member(own, looks_after(own)))
        }
        Deed::SeeUser(it) | Deed::ChangeUser(it) | Deed::Govern(it) => {
            hidden_unless(it.account().is_some_and(looks_after))
        }
        Deed::SeePoint(point) => hidden_unless(point.user == user.id || looks_after(point.account)),
        Deed::Recording(verb, entry) => recording(library, user, verb, entry, flaw),
    }
}

fn recording(
    library: &Library,
    user: &User,
    verb: Verb,
    entry: &Entry,
    flaw: Option<Flaw>,
) -> Result<(), Refusal> {
    let contract = entry.owner.account().and_then(|it| library.account(it));
    if flaw == Some(Flaw::AskForContract) && contract.is_some_and(|account| !account.contract) {
        return Err(Refusal::NotIncluded);
    }
    let (account, owner) = match entry.owner {
        Owner::User { user: owner, .. } if owner == user.id => return Ok(()),
        Owner::User { account, user: owner } => (account, owner),
        // What is nobody's can be seen, so that it can be given to somebody; not listened to.
        Owner::Nobody { group } => {
            return match (user.standing == Standing::Group(group), verb) {
                (true, Verb::List | Verb::Show) => Ok(()),
                (true, _) => Err(Refusal::NotIncluded),
                (false, _) => Err(Refusal::Hidden),
            };
        }
    };
    if flaw == Some(Flaw::LetEverybodyIn) && user.account() == Some(account) {
        return Ok(());
    }
    if user.standing != Standing::Account(account, Role::Administrator) {
        return Err(Refusal::Hidden);
    }
    let plan = library.user(owner).map(|owner| owner.plan).unwrap_or_default();
    let lets_in = match flaw {
        Some(Flaw::LetAdministratorsIn) => true,
        Some(Flaw::ShutAdministratorsOut) => false,
        _ => plan.lets_administrators_in(),
    };
    if lets_in { Ok(()) } else { Err(Refusal::NotIncluded) }
}
