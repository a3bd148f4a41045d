//! What the field sends: each document differs from `quirk_none.xml` in one thing. It is read all
//! the same, and the strict judge is told.

use super::{fixture, forgiven, plain, read};
use crate::siprec::{DataMode, Id, Metadata, NameId};

fn regular() -> Metadata {
    read(fixture!("quirk_none.xml"))
}

#[test]
fn a_regular_document_has_nothing_to_forgive() {
    assert_eq!(forgiven(&regular()), [""; 0]);
}

#[test]
fn namespace_prefix_declaration_and_spelling_do_not_change_what_is_read() {
    let table: [(&str, &[&str]); 5] = [
        (fixture!("quirk_no_namespace.xml"), &["2: there is no namespace"]),
        (
            fixture!("quirk_draft_namespace.xml"),
            &["2: the namespace is urn:ietf:params:xml:ns:recording"],
        ),
        (fixture!("quirk_prefix.xml"), &["2: the elements have the prefix tns"]),
        (
            fixture!("quirk_no_declaration.xml"),
            &["3: there is no XML declaration", "3: there are blanks before the XML declaration"],
        ),
        (
            fixture!("quirk_data_mode.xml"),
            &[
                "3: <dataMode> in <recording> is of a draft before RFC 7865",
                "3: datamode is spelt dataMode",
                "3: datamode is \"Complete\", neither complete nor partial",
            ],
        ),
    ];
    for (text, expected) in table {
        let metadata = read(text);
        assert_eq!(forgiven(&metadata), expected);
        assert_eq!(plain(metadata), regular());
    }
}

#[test]
fn a_prefix_is_legal_a_draft_namespace_is_not() {
    let is_legal = |text| read(text).quirks[0].what.is_legal();
    assert!(is_legal(fixture!("quirk_prefix.xml")));
    assert!(!is_legal(fixture!("quirk_draft_namespace.xml")));
}

#[test]
fn the_attributes_of_the_drafts_are_understood() {
    let metadata = read(fixture!("quirk_draft_ids.xml"));
    let expected = [
        "4: <session> has id for session_id",
        "5: <participant> has id for participant_id",
        "8: <stream> has id for stream_id",
    ];
    assert_eq!(forgiven(&metadata), expected);
    assert_eq!(plain(metadata), regular());
}

#[test]
fn ids_may_be_anything_and_tie_things_together_all_the_same() {
    let metadata = read(fixture!("quirk_free_ids.xml"));
    let expected = [
        "4: the id session-1 of <session> is not a UUID in base64",
        "5: the id +12025550101 of <participant> is not a UUID in base64",
        "8: the id urn:uuid:3f0c2d1e-0000-4000-8000-000000000001 of <stream> is not a UUID in base64",
    ];
    assert_eq!(forgiven(&metadata), expected);
    assert_eq!(metadata.dangling(), []);
    assert_eq!(metadata.senders(&metadata.streams[0].id).len(), 1);
}

#[test]
fn an_empty_stream_id_still_ties_a_label_to_a_participant() {
    let metadata = read(fixture!("quirk_empty_stream_id.xml"));
    assert_eq!(forgiven(&metadata), ["8: <stream> has an empty id"]);
    let stream = metadata.labelled("1").next().unwrap();
    assert_eq!(metadata.senders(&stream.id).len(), 1);
}

#[test]
fn a_snapshot_without_associations_is_told_of() {
    let metadata = read(fixture!("quirk_no_associations.xml"));
    let alice = &metadata.participants[0].id;
    let expected = [
        format!("5: no <participantsessionassoc> names the participant {alice}"),
        format!("5: no <participantstreamassoc> names the participant {alice}"),
    ];
    assert_eq!(forgiven(&metadata), expected);
    let partial = fixture!("quirk_no_associations.xml").replace("complete", "partial");
    assert_eq!(forgiven(&read(&partial)), [""; 0], "an update need not repeat them");
}

#[test]
fn addresses_without_scheme_or_altogether_missing_are_kept() {
    let metadata = read(fixture!("quirk_addresses.xml"));
    let expected = [
        "6: alice@example.com is no address-of-record",
        "7: 2025550101 is no address-of-record",
        "10: <nameID> has no aor",
        "10:  is no address-of-record",
        "12: <name> occurs more than once in <nameID>",
    ];
    assert_eq!(forgiven(&metadata), expected);
    let names = &metadata.participants[0].names;
    assert_eq!(names[0], NameId::unnamed("alice@example.com"));
    assert_eq!(names[4].names.len(), 2);
}

#[test]
fn a_participant_without_any_name_is_kept() {
    let metadata = read(fixture!("quirk_nobody.xml"));
    assert_eq!(forgiven(&metadata), ["5: <participant> has no <nameID>"]);
    assert_eq!(metadata.participants[0].names, []);
}

#[test]
fn streams_within_a_participant_become_associations() {
    let metadata = read(fixture!("quirk_send_in_participant.xml"));
    let expected = [
        "5: <associate-time> in <participant> is of a draft before RFC 7865",
        "6: <send> in <participant> is of a draft before RFC 7865",
        "7: <recv> in <participant> is of a draft before RFC 7865",
        "7: <recv> has its id in an element within",
        "3: <participant> has session for participantsessionassoc",
    ];
    assert_eq!(forgiven(&metadata), expected);
    let [ends] = &metadata.participant_streams[..] else { panic!("one association") };
    assert_eq!((ends.send.len(), ends.receive.len()), (1, 1));
    let [session] = &metadata.participant_sessions[..] else { panic!("one association") };
    assert_eq!(session.interval.associate_time.as_deref(), Some("2030-01-01T09:30:00Z"));
}

#[test]
fn times_without_a_proper_offset_are_kept_as_they_are() {
    let metadata = read(fixture!("quirk_times.xml"));
    let expected = [
        "5: \"2030-01-01T09:30:00\" in <start-time> is not a time of RFC 3339",
        "6: \"2030-01-01T09:30:00+0000\" in <stop-time> is not a time of RFC 3339",
    ];
    assert_eq!(forgiven(&metadata), expected);
    assert_eq!(metadata.sessions[0].start_time.as_deref(), Some("2030-01-01T09:30:00"));
}

#[test]
fn elements_out_of_order_and_repeated_are_read() {
    let metadata = read(fixture!("quirk_order.xml"));
    let expected = [
        "15: <datamode> comes too late in <recording>",
        "16: <datamode> occurs more than once in <recording>",
    ];
    assert_eq!(forgiven(&metadata), expected);
    assert_eq!(plain(metadata), regular());
}

#[test]
fn what_vendors_add_is_kept_wherever_it_stands() {
    let metadata = read(fixture!("quirk_vendor.xml"));
    let expected = ["17: <callData> in <recording> is unknown and has no namespace of its own"];
    assert_eq!(forgiven(&metadata), expected);
    let found: Vec<_> = metadata.extensions.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(found, ["ucid", "callData", "callingParty"]);
    assert!(metadata.extensions[0].xml.starts_with("<apkt:ucid xmlns:apkt="));
}

#[test]
fn one_id_for_two_things_is_told_of() {
    let metadata = read(fixture!("quirk_shared_id.xml"));
    let alice = &metadata.participants[0].id;
    assert_eq!(
        forgiven(&metadata),
        [format!("8: the id {alice} of <stream> is that of another element too")]
    );
}

#[test]
fn labels_may_be_any_word_or_none() {
    let metadata = read(fixture!("quirk_labels.xml"));
    assert_eq!(forgiven(&metadata), [""; 0]);
    assert_eq!(metadata.labels().collect::<Vec<_>>(), ["16777227", "a_leg", "10"]);
    assert_eq!(metadata.streams[3].label, None);
}

#[test]
fn an_empty_association_means_silence_until_an_update_says_otherwise() {
    let mut state = read(fixture!("quirk_silent_first.xml"));
    let stream = state.streams[0].id.clone();
    assert_eq!(state.senders(&stream).len(), 0);
    state.apply(&regular()).unwrap();
    assert_eq!(state.senders(&stream).len(), 1);
}

#[test]
fn a_dummy_is_replaced_by_the_real_participant() {
    let dummy =
        fixture!("quirk_none.xml").replace("sip:alice@example.com", "sip:unknown@192.0.2.9");
    let mut state = read(&dummy);
    let update = fixture!("quirk_none.xml").replace("complete", "partial");
    state.apply(&read(&update)).unwrap();
    assert_eq!(state.participants.len(), 1);
    assert_eq!(state.participants[0].names, [NameId::unnamed("sip:alice@example.com")]);
}

#[test]
fn the_whole_dialect_of_webex_is_forgiven_and_told_of() {
    let metadata = read(fixture!("webex_initial.xml"));
    let kinds = |word: &str| forgiven(&metadata).iter().filter(|it| it.contains(word)).count();
    assert_eq!(
        forgiven(&metadata)[..3],
        [
            "1: the namespace is urn:ietf:params:xml:ns:siprec",
            "1: there is no XML declaration",
            "1: the root is <recording_metadata>, not <recording>",
        ]
    );
    assert_eq!(kinds("is not a UUID in base64"), 7, "recording, group, session, two of each else");
    assert_eq!(kinds("datamode is spelt dataMode"), 1);
    assert_eq!(kinds("names the participant"), 0, "what takes the place of associations is there");
}

#[test]
fn the_last_word_on_an_unreadable_mode_is_complete() {
    assert_eq!(read(fixture!("quirk_data_mode.xml")).mode, DataMode::Complete);
    assert_eq!(read("<recording/>").mode, DataMode::Complete);
}

#[test]
fn participants_of_a_conference_may_lack_a_scheme() {
    let metadata = read(fixture!("webex_conference.xml"));
    let bare =
        metadata.quirks.iter().filter(|it| it.what.to_string().contains("address-of-record"));
    assert_eq!(bare.count(), 2);
    let mixed: Id = metadata.labelled("2").next().unwrap().id.clone();
    assert_eq!(metadata.senders(&mixed).len(), 2);
}
