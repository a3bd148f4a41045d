//! What a person is told about a scenario file that cannot be played.

use std::time::Duration;

use tallylight::scenario::{
    Announced, Codec, Dialect, Known, Placement, Player, Profile, Role, RoleName, Scenario,
    Setting, Share, Transport,
};

const OFFICE: &str = r#"# Two desk phones on an office network; everything is simulated.

title: A quiet office

cast:
  Alice:    { role: phone, number: "+1 202 555 0101" }
  Bob:      { role: phone, number: "+1 202 555 0102", record aware: true }
  platform: { role: platform }
  recorder: { role: recorder, transport: tcp, fault: deaf }

network:
  latency: 10 ms
  jitter:   2 ms
  loss:   0.5 %
  links:
    platform - recorder: { latency: 80 ms, bandwidth: 100 Mbit/s }

budgets:
  recording starts: 700 ms

declares: [hold, pause]
not applicable:
  conference: the office has two phones
known deviations:
  RFC7866-7.1.1-2: "ACME-1234, labels are lost after a transfer"
seed: 7
"#;

const LABORATORY: &str = r#"
title: Acme SBC 12.4
cast:
  Alice:    { role: phone, number: "+1 202 555 0101", codecs: [G722, PCMU] }
  Bob:      { role: phone, number: "+1 202 555 0102", real: registers, password: "555 0102" }
  platform: { role: platform, real: "sip:sbc.acme.example;transport=tcp" }
  recorder: { role: recorder }
wire:
  listen: 192.0.2.10
  ports: { recorder: 5070 }
profile: webex-calling
"#;

const KNOWN: Known = Known {
    faults: &[(RoleName::Recorder, "deaf"), (RoleName::Platform, "merges streams")],
    requirements: &["RFC7866-7.1.1-2", "WXC-STR-1"],
};

fn office() -> Scenario {
    Scenario::parse("scenarios/quiet_office.yaml", OFFICE, &KNOWN).unwrap()
}

/// The complaints about the office once `old` has been replaced by `new`.
fn told(old: &str, new: &str) -> String {
    assert!(OFFICE.contains(old), "{old}");
    told_about(&OFFICE.replacen(old, new, 1))
}

fn told_about(text: &str) -> String {
    Scenario::parse("scenarios/quiet_office.yaml", text, &KNOWN).unwrap_err().to_string()
}

#[test]
fn a_simulated_office_is_read() {
    let office = office();
    assert_eq!(office.title, "A quiet office");
    let names: Vec<_> = office.cast.iter().map(|part| part.name.as_str()).collect();
    assert_eq!(names, ["Alice", "Bob", "platform", "recorder"]);
    let aware: Vec<_> = office.phones().map(|(_, phone)| phone.record_aware).collect();
    assert_eq!(aware, [false, true]);
    let recorder = office.with_role(RoleName::Recorder).next().unwrap();
    assert_eq!(recorder.transport, Transport::Tcp);
    assert!(matches!(&recorder.player, Player::Ours { fault: Some(f) } if f.value == "deaf"));
    assert_eq!(office.budgets.recording_starts, Duration::from_millis(700));
    assert_eq!(office.budgets.streams_agree, Duration::from_millis(40));
    assert_eq!(office.seed, 7);
}

#[test]
fn a_link_has_what_it_names_and_the_rest_from_the_network() {
    let Setting::Simulated(network) = office().setting else { panic!("it is simulated") };
    let link = network.link("recorder", "platform");
    assert_eq!(link.latency, Duration::from_millis(80));
    assert_eq!(link.jitter, Duration::from_millis(2));
    assert_eq!(link.loss, Share::parse("0.5 %").unwrap());
    assert_eq!(link.bandwidth.unwrap().bits_per_second(), 100_000_000);
    assert_eq!(network.link("Alice", "platform").latency, Duration::from_millis(10));
}

#[test]
fn a_laboratory_on_the_wire_is_read() {
    let lab = Scenario::parse("scenarios/acme.yaml", LABORATORY, &KNOWN).unwrap();
    let Setting::Wire(wire) = &lab.setting else { panic!("it is on the wire") };
    assert_eq!(wire.listen.to_string(), "192.0.2.10");
    assert_eq!((wire.port("recorder"), wire.port("Alice")), (Some(5070), None));
    assert_eq!(lab.profile, Profile::WebexCalling);
    assert_eq!(lab.part("Alice").unwrap().codecs, [Codec::G722, Codec::Pcmu]);
    assert_eq!(lab.part("Bob").unwrap().player, Player::Registers);
    let platform = lab.part("platform").unwrap();
    assert_eq!(platform.transport, Transport::Tcp);
    assert!(matches!(&platform.player, Player::Real(at) if at.value.host == "sbc.acme.example"));
}

#[test]
fn a_platform_speaks_by_the_book_unless_told_otherwise() {
    let dialect = |text: &str| {
        let scenario = Scenario::parse("a.yaml", text, &KNOWN).unwrap();
        match &scenario.part("platform").unwrap().role {
            tallylight::scenario::Role::Platform(platform) => platform.dialect,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(dialect(OFFICE), Dialect::Rfc);
    let webex = OFFICE.replace("role: platform }", "role: platform, dialect: webex }");
    assert_eq!(dialect(&webex), Dialect::Webex);
}

#[test]
fn a_dialect_may_be_asked_of_a_platform_that_is_played() {
    let office = Scenario::parse("a.yaml", OFFICE, &KNOWN).unwrap();
    let webex = office.speaking(Dialect::Webex).unwrap();
    assert_eq!((webex.profile, webex.asked_dialect), (Profile::WebexCalling, Some(Dialect::Webex)));
    let back = webex.speaking(Dialect::Rfc).unwrap();
    assert_eq!(back.profile, Profile::RfcStrict);
    let lab = Scenario::parse("a.yaml", LABORATORY, &KNOWN).unwrap();
    let complaint = lab.speaking(Dialect::Rfc).unwrap_err();
    assert!(complaint.to_string().contains("the platform of a.yaml is real"), "{complaint}");
}

#[test]
fn a_capability_that_is_missing_has_its_reason() {
    let office = office();
    assert_eq!(office.reason_without("pause"), None);
    let reason = office.reason_without("conference").unwrap();
    assert_eq!(reason, "`conference` is not applicable: the office has two phones");
    let reason = office.reason_without("transfer").unwrap();
    assert_eq!(reason, "scenarios/quiet_office.yaml does not declare `transfer`");
}

#[test]
fn a_misspelt_key_is_pointed_at() {
    insta::assert_snapshot!(told("latency", "latancy"));
}

#[test]
fn a_key_of_nobody_is_told_the_known_ones() {
    insta::assert_snapshot!(told("jitter:   2 ms", "weather: fine"));
}

#[test]
fn a_bare_number_is_not_a_duration() {
    insta::assert_snapshot!(told("10 ms", "10"));
}

#[test]
fn a_bare_number_is_not_a_share() {
    insta::assert_snapshot!(told("0.5 %", "0.5"));
}

#[test]
fn a_misspelt_word_is_guessed() {
    insta::assert_snapshot!(told("role: recorder", "role: recoder"));
}

#[test]
fn an_unknown_role_is_told_the_known_ones() {
    insta::assert_snapshot!(told("role: recorder", "role: gramophone"));
}

#[test]
fn an_unknown_fault_is_told_those_of_the_role() {
    insta::assert_snapshot!(told("fault: deaf", "fault: merges streams"));
}

#[test]
fn a_key_that_is_there_twice_is_refused() {
    insta::assert_snapshot!(told("jitter:   2 ms", "latency:  2 ms"));
}

#[test]
fn a_key_without_a_value_is_refused() {
    insta::assert_snapshot!(told("10 ms", ""));
}

#[test]
fn a_list_where_a_value_belongs_is_refused() {
    insta::assert_snapshot!(told("10 ms", "[10 ms, 20 ms]"));
}

#[test]
fn a_map_is_asked_for_where_one_belongs() {
    insta::assert_snapshot!(told("{ role: platform }", "platform"));
}

#[test]
fn an_anchor_is_refused() {
    insta::assert_snapshot!(told("cast:", "cast: &everybody"));
}

#[test]
fn broken_yaml_is_pointed_at() {
    insta::assert_snapshot!(told("declares: [hold, pause]", "declares: [hold, pause"));
}

#[test]
fn a_scenario_without_phones_is_refused() {
    let text =
        OFFICE.replace("  Alice:    { role: phone, number: \"+1 202 555 0101\" }\n", "").replace(
            "  Bob:      { role: phone, number: \"+1 202 555 0102\", record aware: true }\n",
            "",
        );
    insta::assert_snapshot!(told_about(&text));
}

#[test]
fn a_second_platform_is_refused() {
    insta::assert_snapshot!(told("platform: {", "exchange: { role: platform }\n  platform: {"));
}

#[test]
fn two_phones_cannot_share_a_number() {
    insta::assert_snapshot!(told("555 0102", "555-0101"));
}

#[test]
fn a_person_has_a_capital_letter() {
    insta::assert_snapshot!(told("Alice:", "alice:"));
}

#[test]
fn a_number_needs_its_country() {
    insta::assert_snapshot!(told("+1 202 555 0101", "202 555 0101"));
}

#[test]
fn a_key_of_another_role_is_refused() {
    insta::assert_snapshot!(told("role: platform }", "role: platform, record aware: true }"));
}

#[test]
fn a_way_to_control_recordings_is_one_that_telephones_have() {
    insta::assert_snapshot!(told("record aware: true }", "controls: star code }"));
}

#[test]
fn a_preference_needs_a_phone_that_is_record_aware() {
    insta::assert_snapshot!(told("record aware: true }", "controls: recordpref }"));
}

#[test]
fn a_recording_mode_is_one_of_five() {
    insta::assert_snapshot!(told("record aware: true }", "recording: sometimes }"));
}

#[test]
fn what_people_are_told_is_read() {
    let alice = "0101\", announced: outside calls, reminder tone: 30 minutes, language: pt-BR }";
    let prompts = "prompts: { length: 3 s, tone level: -13.5 dBm0, told in: recording } }";
    let text = OFFICE.replacen("0101\" }", alice, 1);
    let text = text.replacen("role: platform }", &format!("role: platform, {prompts}"), 1);
    let office = Scenario::parse("scenarios/quiet_office.yaml", &text, &KNOWN).unwrap();
    let (_, alice) = office.phones().next().unwrap();
    assert_eq!(alice.notices.announced, Announced::Outside);
    assert_eq!(alice.notices.reminder, Some(Duration::from_mins(30)));
    assert_eq!(alice.notices.language.as_deref(), Some("pt-BR"));
    let Role::Platform(platform) = &office.part("platform").unwrap().role else { panic!() };
    assert_eq!(platform.prompts.length, Some(Duration::from_secs(3)));
    assert_eq!(platform.prompts.level, Some(-135));
    assert_eq!(platform.prompts.placement, Some(Placement::Recording));
    assert_eq!(platform.prompts.hertz, None);
}

#[test]
fn a_tone_that_comes_too_often_is_refused() {
    insta::assert_snapshot!(told("0101\" }", "0101\", reminder tone: 9 s }"));
}

#[test]
fn a_registration_that_lasts_too_long_is_refused() {
    insta::assert_snapshot!(told("0101\" }", "0101\", registration: 2 days }"));
}

#[test]
fn a_tone_that_no_telephone_carries_is_refused() {
    let tone = "role: platform, prompts: { tone frequency: 200 Hz, tone level: 3 dBm0 } }";
    insta::assert_snapshot!(told("role: platform }", tone));
}

#[test]
fn a_phone_plays_nothing_to_others() {
    insta::assert_snapshot!(told("0101\" }", "0101\", prompts: { length: 3 s } }"));
}

#[test]
fn a_real_part_needs_the_wire() {
    insta::assert_snapshot!(told("role: platform }", "role: platform, real: \"sip:192.0.2.1\" }"));
}

#[test]
fn a_real_part_has_faults_of_its_own() {
    insta::assert_snapshot!(told("transport: tcp, ", "real: \"sip:192.0.2.1\", "));
}

#[test]
fn an_address_that_is_none_is_refused() {
    insta::assert_snapshot!(told("role: platform }", "role: platform, real: 192.0.2.1 }"));
}

#[test]
fn network_and_wire_exclude_each_other() {
    insta::assert_snapshot!(told("budgets:", "wire: {}\nbudgets:"));
}

#[test]
fn a_scenario_needs_a_network_or_a_wire() {
    insta::assert_snapshot!(told_about(OFFICE.split_once("network:").unwrap().0));
}

#[test]
fn a_link_joins_two_parts_of_the_cast() {
    insta::assert_snapshot!(told("platform - recorder", "platfrom - recorder"));
}

#[test]
fn a_capability_is_one_of_those_that_features_ask_for() {
    insta::assert_snapshot!(told("declares: [hold, pause]", "declares: [hold, puase, singing]"));
}

#[test]
fn a_deviation_names_a_requirement() {
    insta::assert_snapshot!(told("RFC7866-7.1.1-2", "RFC7866-7.1.1-3"));
}

#[test]
fn everything_wrong_is_told_at_once_in_the_order_of_the_file() {
    let text = OFFICE.replace("10 ms", "10").replace("seed: 7", "seed: lucky");
    insta::assert_snapshot!(told_about(&text.replace("role: platform", "role: plattform")));
}

#[test]
fn an_empty_file_is_refused() {
    insta::assert_snapshot!(told_about("\n\n"));
}

#[test]
fn a_file_that_is_no_scenario_is_refused() {
    insta::assert_snapshot!(told_about("- one\n- two\n"));
}

#[test]
fn a_second_document_is_refused() {
    insta::assert_snapshot!(told("seed: 7\n", "seed: 7\n---\ntitle: Another\n"));
}

#[test]
fn a_flood_of_brackets_is_refused_in_no_time() {
    let told = told_about(&format!("title: {}", "[".repeat(100_000)));
    assert!(told.lines().all(|line| line.chars().count() < 250), "{told}");
    told_about(&format!("title: x\ncast: {}", "{a: ".repeat(50_000)));
    told_about(&"x: y\n".repeat(100_000));
}

#[test]
fn no_mutilation_of_a_scenario_brings_the_reader_down() {
    // Every prefix, and every character replaced by one that means something to YAML.
    let characters: Vec<char> = OFFICE.chars().collect();
    for (i, _) in characters.iter().enumerate() {
        let prefix: String = characters[..i].iter().collect();
        let _ = Scenario::parse("a.yaml", &prefix, &KNOWN);
        for strange in ['\u{FEFF}', '\t', ':', '{', '"', '*', '\u{0}', 'é'] {
            let mut mutilated = characters.clone();
            mutilated[i] = strange;
            let text: String = mutilated.into_iter().collect();
            let _ = Scenario::parse("a.yaml", &text, &KNOWN);
        }
    }
}

#[test]
fn a_recorder_reads_open_questions_in_one_of_a_few_ways() {
    let told = told("fault: deaf", "age: from yesterday");
    assert!(told.contains("`from yesterday` is not a beginning"), "{told}");
    assert!(told.contains("from ingest"), "{told}");
}
