//! What people do with their recordings, and what they are shown.

use std::time::Duration;

use super::outcome::StepError;
use super::portal_words::{Field, Plan, Refusal};
use super::words::{Count, Party, Span};
use super::world::World;
use crate::check::{library, portal, shown};
use crate::evidence::Kind;
use crate::role::Command;
use crate::role::platform::external_identifier;
use crate::role::portal::{Errand, Visit};
use crate::role::recorder::library::{AfterMigration, Base};
use crate::scenario;
use crate::testbed;

/// The administrator has chosen this plan for this person.
#[cucumber::given(expr = "{party} is on the {plan} plan")]
fn is_on_plan(world: &mut World, party: Party, plan: Plan) -> Result<(), StepError> {
    visit(world, testbed::ADMINISTRATOR, Errand::Move(party.0, plan.0.to_owned()))
}

/// This field of this person's dub.point says something else than the calling platform.
#[cucumber::given(expr = "{party}'s dub.point has another {field}")]
fn has_another(world: &mut World, party: Party, field: Field) -> Result<(), StepError> {
    let value = field.wrong.to_owned();
    visit(world, testbed::ADMINISTRATOR, field.errand(party, value))
}

/// The vendor has no contract with the customer any more.
#[cucumber::given("the contract has ended")]
fn contract_has_ended(world: &mut World) -> Result<(), StepError> {
    visit(world, testbed::PARTNER, Errand::Contract(false))
}

/// Nobody outside knows what the thirty days after a move to the free plan are counted from: here
/// it is the recording, and not the move.
#[cucumber::given("the thirty days are counted from the recording")]
fn from_the_recording(world: &mut World) -> Result<(), StepError> {
    let recorder = world.part(Kind::Recorder)?;
    world.tell(&recorder, Command::CountDays(AfterMigration::FromRecording))
}

/// Nobody outside knows what the age of a recording is counted from: here it is its beginning, and
/// not the moment at which it was in the library.
#[cucumber::given("the age of a recording is counted from its beginning")]
fn age_from_the_beginning(world: &mut World) -> Result<(), StepError> {
    let recorder = world.part(Kind::Recorder)?;
    world.tell(&recorder, Command::CountAge(Base::Start))
}

/// A program of this person's asks to be told of recordings, and gives the secret back that the
/// recorder sends it.
#[cucumber::given(expr = "{party}'s program wants to be told of recordings")]
fn wants_to_be_told(world: &mut World, party: Party) -> Result<(), StepError> {
    visit(world, &party.0, Errand::Subscribe)
}

/// As above, but it gives another secret back.
#[cucumber::given(expr = "{party}'s program wants to be told of recordings, with another secret")]
fn wants_to_be_told_wrongly(world: &mut World, party: Party) -> Result<(), StepError> {
    visit(world, &party.0, Errand::SubscribeWrongly)
}

/// The program refuses every message.
#[cucumber::given("the program is away")]
fn is_away(world: &mut World) -> Result<(), StepError> {
    errand(world, testbed::ADMINISTRATOR, Errand::Away(true))
}

/// Time passes, and then the program takes messages again.
#[cucumber::when(expr = "the program is back after {duration}")]
fn is_back(world: &mut World, span: Span) -> Result<(), StepError> {
    world.pass(span.0)?;
    errand(world, testbed::ADMINISTRATOR, Errand::Away(false))
}

/// Somebody moves somebody to another plan.
#[cucumber::when(expr = "{party} moves {party} to the {plan} plan")]
fn moves(world: &mut World, mover: Party, moved: Party, plan: Plan) -> Result<(), StepError> {
    visit(world, &mover.0, Errand::Move(moved.0, plan.0.to_owned()))
}

/// Somebody lets somebody look after the account with them.
#[cucumber::when(expr = "{party} makes {party} an administrator")]
fn promotes(world: &mut World, who: Party, whom: Party) -> Result<(), StepError> {
    visit(world, &who.0, Errand::Promote(whom.0))
}

/// Somebody writes into a dub.point what the calling platform says.
#[cucumber::when(expr = "{party} corrects the {field} of {party}'s dub.point")]
fn corrects(world: &mut World, who: Party, field: Field, whose: Party) -> Result<(), StepError> {
    let value = match field.right {
        Some(value) => value.to_owned(),
        None => external_identifier(&world.number_of(&whose.0)?),
    };
    visit(world, &who.0, field.errand(whose, value))
}

/// Somebody looks for a dub.point by the external identifier that the calling platform shows.
#[cucumber::when(expr = "{party} looks for {party}'s dub.point")]
fn looks_for_point(world: &mut World, who: Party, whose: Party) -> Result<(), StepError> {
    let identifier = external_identifier(&world.number_of(&whose.0)?);
    visit(world, &who.0, Errand::FindPoint { whose: whose.0, identifier })
}

/// Recordings that nobody was found for become somebody's, as far as their calls say what that
/// person's dub.point says by now.
#[cucumber::when(expr = "{party} gives {party} what is nobody's")]
fn gives(world: &mut World, who: Party, whose: Party) -> Result<(), StepError> {
    visit(world, &who.0, Errand::Give(whose.0))
}

/// Somebody looks at the recordings that they may see.
#[cucumber::when(expr = "{party} looks at the recordings")]
fn looks(world: &mut World, party: Party) -> Result<(), StepError> {
    visit(world, &party.0, Errand::Look)
}

/// Somebody looks at a page of the recordings that they may see, of twenty each.
#[cucumber::when(expr = "{party} looks at page {count} of the recordings")]
fn looks_at_page(world: &mut World, party: Party, page: Count) -> Result<(), StepError> {
    visit(world, &party.0, Errand::Page(page.0))
}

/// Somebody looks at the recordings again, with what they were given when they signed in.
#[cucumber::when(expr = "{party} looks at the recordings without signing in")]
fn looks_again(world: &mut World, party: Party) -> Result<(), StepError> {
    visit(world, &party.0, Errand::LookAgain)
}

/// Somebody signs in with a password that is not theirs, to look at the recordings.
#[cucumber::when(expr = "{party} signs in with another password")]
fn guesses(world: &mut World, party: Party) -> Result<(), StepError> {
    visit(world, &party.0, Errand::Guess)
}

/// A program of this person's asks for the recordings three times at once.
#[cucumber::when(expr = "{party}'s program asks too often")]
fn hurries(world: &mut World, party: Party) -> Result<(), StepError> {
    visit(world, &party.0, Errand::Hurry)
}

/// Somebody looks at the recordings that nobody was found for.
#[cucumber::when(expr = "{party} looks for recordings that are nobody's")]
fn looks_for_nobodys(world: &mut World, party: Party) -> Result<(), StepError> {
    visit(world, &party.0, Errand::LookForNobodys)
}

/// Somebody asks for the messages that the program could not be given.
#[cucumber::when(expr = "{party} looks for what the program was not told")]
fn looks_for_unclaimed(world: &mut World, party: Party) -> Result<(), StepError> {
    visit(world, &party.0, Errand::LookForUnclaimed)
}

/// Somebody asks for the sound of the last recording that anybody has seen.
#[cucumber::when(expr = "{party} listens to the recording")]
fn listens(world: &mut World, party: Party) -> Result<(), StepError> {
    visit(world, &party.0, Errand::Listen)
}

/// Somebody deletes the last recording that anybody has seen.
#[cucumber::when(expr = "{party} deletes the recording")]
fn deletes(world: &mut World, party: Party) -> Result<(), StepError> {
    visit(world, &party.0, Errand::Delete)
}

/// Days pass.
#[cucumber::when(expr = "{count} day(s) go(es) by")]
fn days(world: &mut World, count: Count) -> Result<(), StepError> {
    world.pass(Duration::from_hours(24 * count.0 as u64))
}

/// So many recordings stand in the list that this person looked at last, or messages about them.
#[cucumber::then(expr = "{party} sees {count} recording(s)")]
fn sees(world: &mut World, party: Party, count: Count) -> Result<(), StepError> {
    world.judge(|timeline, _| library::sees(timeline, &email(&party), count.0))
}

/// This person was given the sound.
#[cucumber::then(expr = "{party} hears the recording")]
fn hears_it(world: &mut World, party: Party) -> Result<(), StepError> {
    world.judge(|timeline, _| library::hears_it(timeline, &email(&party)))
}

/// This person was shown what they looked for.
#[cucumber::then(expr = "{party} sees the dub.point")]
fn sees_point(world: &mut World, party: Party) -> Result<(), StepError> {
    world.judge(|timeline, _| library::sees_point(timeline, &email(&party)))
}

/// What this person wanted was refused.
#[cucumber::then(expr = "the recorder tells {party} that {refusal}")]
fn is_refused(world: &mut World, party: Party, refusal: Refusal) -> Result<(), StepError> {
    world.judge(|timeline, _| match refusal {
        Refusal::Code(code) => library::is_refused(timeline, &email(&party), code),
        Refusal::StillUp => library::is_told_of_a_call(timeline, &email(&party)),
        Refusal::KeptOut => library::is_kept_out(timeline, &email(&party)),
    })
}

/// The program took messages about so many recordings.
#[cucumber::then(expr = "the program is told of {count} recording(s)")]
fn is_told(world: &mut World, count: Count) -> Result<(), StepError> {
    world.judge(|timeline, _| library::is_told(timeline, count.0))
}

/// The sound that this person fetched last has one voice on each side.
#[cucumber::then(expr = "{party} hears {party} on one side and {party} on the other")]
fn hears_apart(world: &mut World, party: Party, one: Party, other: Party) -> Result<(), StepError> {
    let people = [one.0.as_str(), other.0.as_str()];
    world.judge(|timeline, _| shown::is_apart(timeline, &email(&party), people))
}

/// The recording that was looked at last names them among those who took part.
#[cucumber::then(expr = "the recording names {party} and {party}")]
fn names(world: &mut World, one: Party, other: Party) -> Result<(), StepError> {
    world.judge(|timeline, _| shown::names(timeline, [&one.0, &other.0]))
}

/// So many pauses are marked in the recording that was looked at last.
#[cucumber::then(expr = "the recording shows {count} pause(s)")]
fn shows_pauses(world: &mut World, count: Count) -> Result<(), StepError> {
    world.judge(|timeline, _| shown::has_pauses(timeline, count.0))
}

/// So many announcements are noted in the recording that was looked at last.
#[cucumber::then(expr = "the recording shows {count} announcement(s)")]
fn shows_announcements(world: &mut World, count: Count) -> Result<(), StepError> {
    world.judge(|timeline, _| shown::has_announcements(timeline, count.0))
}

/// The recording that was looked at last was analysed.
#[cucumber::then("the recording shows how the call went")]
fn shows_analysis(world: &mut World) -> Result<(), StepError> {
    world.judge(|timeline, _| shown::is_analysed(timeline))
}

/// Has somebody do something in the portal, and waits until they are through: nothing is open, and
/// nobody has asked anything for a while.
fn visit(world: &mut World, who: &str, what: Errand) -> Result<(), StepError> {
    errand(world, who, what)?;
    for _ in 0..PATIENCE {
        world.pass(A_WHILE)?;
        let now = world.now()?;
        let quiet = world.look(portal::quiet_since)?;
        if quiet.is_some_and(|since| now.since(since) >= A_WHILE) {
            break;
        }
    }
    Ok(())
}

fn errand(world: &mut World, who: &str, errand: Errand) -> Result<(), StepError> {
    let portal = world.part(Kind::Portal)?;
    world.tell(&portal, Command::Visit(Visit { who: who.to_owned(), errand }))
}

fn email(party: &Party) -> String {
    scenario::email_of(&party.0)
}

/// Longer than a portal takes from an answer to its next question.
const A_WHILE: Duration = Duration::from_millis(1_500);
/// Half a minute: a visit is five pages at most, and a page takes less than two seconds on the
/// other side of the world.
const PATIENCE: usize = 20;
