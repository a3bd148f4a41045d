//! What the library promises, each in a sentence.

use std::time::Duration;

use super::*;

const DAY: Duration = Duration::from_hours(24);

/// The day of that number.
fn day(number: u32) -> Date {
    Date::parse("2030-01-01T00:00:00Z").unwrap().plus(number * DAY)
}

fn key() -> Key {
    Key {
        external_type: BROADWORKS.to_owned(),
        service_provider: "SP0001".to_owned(),
        external_group: "SP0001L0001".to_owned(),
        external_identifier: "alice@int.example.net".to_owned(),
    }
}

/// A library in which Alice has this plan.
fn library(policy: Policy, plan: Plan) -> (Library, Id) {
    let mut library = Library::new(policy);
    let alice = Person {
        name: "Alice".to_owned(),
        email: "alice@example.com".to_owned(),
        role: Some(Role::Standard),
        plan,
        key: Some(key()),
        ..Person::default()
    };
    let group = ("Partner".to_owned(), "SP0001".to_owned());
    let seed = Seed { group, account: "Acme".to_owned(), contract: true, people: vec![alice] };
    library.plant(day(0), &seed);
    let alice = library.user_of_email("ALICE@example.com").unwrap().id;
    (library, alice)
}

/// A recording of a call of an hour that ends on that day.
fn record(library: &mut Library, ended: Date) -> Id {
    let id = library.begin_recording(ended, "call-1");
    let said = Said { key: Some(key()), ..Said::default() };
    library.tell(ended, id, &said, |_| false);
    let finished = Finished { started: ended, ended, sides: vec!["1".to_owned()] };
    library.finish_recording(ended, id, finished);
    id
}

#[test]
fn a_free_recording_is_there_for_thirty_days_and_not_longer() {
    let (mut library, _) = library(Policy::default(), Plan::DubberGo);
    let id = record(&mut library, day(2));
    assert!(library.purge(day(31)).is_empty());
    assert_eq!(library.next_due(), Some(day(32)));
    assert_eq!(library.purge(day(32)), [id]);
    assert_eq!(library.recording(id), None);
}

#[test]
fn a_paid_recording_is_never_due() {
    let (mut library, _) = library(Policy::default(), Plan::Standard);
    record(&mut library, day(0));
    assert_eq!(library.next_due(), None);
    assert!(library.purge(day(3_650)).is_empty());
}

#[test]
fn going_over_to_a_paid_plan_cancels_what_was_due() {
    let (mut library, alice) = library(Policy::default(), Plan::DubberGo);
    record(&mut library, day(0));
    library.migrate(day(29), alice, Plan::Ai);
    assert_eq!(library.next_due(), None);
}

#[test]
fn going_back_to_the_free_plan_gives_old_recordings_thirty_days_from_then() {
    let (mut library, alice) = library(Policy::default(), Plan::Standard);
    record(&mut library, day(0));
    library.migrate(day(400), alice, Plan::DubberGo);
    let new = record(&mut library, day(410));
    assert_eq!(library.next_due(), Some(day(430)));
    assert_eq!(library.purge(day(430)).len(), 1);
    assert_eq!(library.due(library.recording(new).unwrap()), Some(day(440)));
}

#[test]
fn or_thirty_days_from_the_recording_where_the_scenario_reads_it_so() {
    let policy = Policy { after_migration: AfterMigration::FromRecording, ..Policy::default() };
    let (mut library, alice) = library(policy, Plan::Standard);
    let id = record(&mut library, day(0));
    library.migrate(day(400), alice, Plan::DubberGo);
    assert_eq!(library.purge(day(400)), [id]);
}

#[test]
fn a_move_from_one_free_plan_to_the_same_changes_nothing() {
    let (mut library, alice) = library(Policy::default(), Plan::DubberGo);
    record(&mut library, day(0));
    library.migrate(day(20), alice, Plan::DubberGo);
    assert_eq!(library.next_due(), Some(day(30)));
}

#[test]
fn a_call_is_found_by_all_five_fields_and_by_nothing_less() {
    let (mut library, alice) = library(Policy::default(), Plan::Standard);
    let point = library.points().next().unwrap().id;
    let wrong: [fn(&mut Point); 6] = [
        |it| it.key.service_provider.push('x'),
        |it| it.key.external_group.push('x'),
        |it| it.key.external_identifier = "ALICE@int.example.net".to_owned(),
        |it| it.key.external_type = "Cisco".to_owned(),
        |it| it.product = "payg".to_owned(),
        |it| it.active = false,
    ];
    for spoil in wrong {
        let sound = library.point(point).unwrap().clone();
        library.change_point(day(0), point, spoil);
        let id = record(&mut library, day(0));
        assert_eq!(library.recording(id).unwrap().owner.user(), None);
        library.change_point(day(0), point, |it| *it = sound);
        let id = record(&mut library, day(0));
        assert_eq!(library.recording(id).unwrap().owner.user(), Some(alice));
    }
}

#[test]
fn what_was_nobodys_can_be_claimed_by_what_its_calls_said() {
    let (mut library, alice) = library(Policy::default(), Plan::DubberGo);
    let point = library.points().next().unwrap().id;
    library.change_point(day(0), point, |it| it.key.external_group.push('x'));
    let id = record(&mut library, day(1));
    let group = library.groups().next().unwrap().id;
    assert!(library.claim(day(2), group, point).is_empty(), "the dub.point is still wrong");
    library.change_point(day(2), point, |it| it.key = key());
    assert_eq!(library.claim(day(2), group, point), [id]);
    assert_eq!(library.recording(id).unwrap().owner.user(), Some(alice));
    assert_eq!(library.next_due(), Some(day(31)));
}

#[test]
fn one_address_is_of_one_user_in_one_account() {
    let (mut library, alice) = library(Policy::default(), Plan::DubberGo);
    let other = library.user(alice).unwrap().clone();
    let other = User { email: "Alice@Example.com".to_owned(), ..other };
    assert_eq!(library.add_user(day(0), other), None);
}

#[test]
fn what_was_written_down_is_the_same_library_again() {
    let (mut before, alice) = library(Policy::default(), Plan::DubberGo);
    let id = record(&mut before, day(0));
    let gone = record(&mut before, day(0));
    before.remove_recording(gone);
    let documents = before.take_changes();
    assert!(before.take_changes().is_empty(), "nothing has changed since");
    let there = documents.iter().filter(|it| it.document.is_some()).cloned().collect();
    let restored = Restored { documents: there, last_id: Some(gone) };
    let mut after = Library::restore(Policy::default(), &restored);
    assert_eq!(after.recording(id), before.recording(id));
    assert_eq!(after.user(alice), before.user(alice));
    assert_eq!(after.next_due(), Some(day(30)));
    assert!(record(&mut after, day(1)) > gone, "an id is never given twice");
}

#[test]
fn removing_a_user_removes_what_is_theirs() {
    let (mut library, alice) = library(Policy::default(), Plan::Standard);
    let id = record(&mut library, day(0));
    assert_eq!(library.remove_user(alice), [id]);
    assert_eq!((library.points().count(), library.recordings().count()), (0, 0));
}

#[test]
fn a_pause_has_a_beginning_and_an_end() {
    let (mut library, _) = library(Policy::default(), Plan::Standard);
    let id = library.begin_recording(day(0), "call-1");
    for (number, is_paused) in [(1, true), (2, true), (3, false), (4, false), (5, true)] {
        library.pause(day(number), id, is_paused);
    }
    let pauses = &library.recording(id).unwrap().pauses;
    let spans: Vec<_> = pauses.iter().map(|pause| (pause.from, pause.to)).collect();
    assert_eq!(spans, [(day(1), Some(day(3))), (day(5), None)]);
}
