//! Law 5 for the rules on recording sessions and their metadata.

use std::collections::BTreeMap;

use tallylight::check::Verdict;
use tallylight::check::rules;
use tallylight::evidence::Timeline;

use crate::stage;

/// What each healthy example comes to, by every rule on recording sessions.
#[test]
fn no_rule_objects_to_a_healthy_example() {
    let examples = stage::examples_on("quiet_office");
    let office = stage::scenario("quiet_office");
    let jobs: Vec<_> = examples
        .iter()
        .filter(|example| example.name != stage::LONG)
        .map(|example| stage::job(example, &office, office.seed))
        .collect();
    let mut mistakes = Vec::new();
    let mut counts: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    stage::play(&jobs, 2, |job, played| {
        let timeline = played.kept.unwrap().timeline.unwrap();
        for judged in rules::judge(&timeline) {
            let count = counts.entry(judged.requirement.0).or_default();
            for verdict in judged.verdicts {
                match verdict {
                    Verdict::Pass => count[0] += 1,
                    Verdict::Inconclusive(_) => count[1] += 1,
                    Verdict::Fail(finding) => {
                        count[2] += 1;
                        let (row, seen) = (finding.requirement, finding.seen);
                        mistakes.push(format!("{}: {row} {seen}", job.example.name));
                    }
                }
            }
        }
    });
    if std::env::var_os("SHOW").is_some() {
        for (row, count) in &counts {
            println!("{row:<24} {count:?}");
        }
    }
    stage::assert_none(&mistakes, jobs.len());
}

#[expect(dead_code, reason = "for now")]
fn findings(timeline: &Timeline) -> Vec<String> {
    let all = rules::judge(timeline).into_iter().flat_map(|judged| judged.verdicts);
    all.filter_map(|verdict| match verdict {
        Verdict::Fail(finding) => Some(finding.requirement.0.to_owned()),
        _ => None,
    })
    .collect()
}
