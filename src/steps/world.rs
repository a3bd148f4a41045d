//! The world in which the sentences of this house are played: a cast on a network, and what has
//! been seen of them.

use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::check::{Finding, Limits, Profile, Verdict, always, doubt};
use crate::evidence::{Dialog, Timeline, What, dialogs};
use crate::role::Command;
use crate::role::recorder::Memory;
use crate::scenario::Scenario;
use crate::testbed::{self, Credential, Testbed};
use crate::time::Instant;

use super::feature::Example;
use super::folder;
use super::outcome::StepError;
use super::stage::Stage;

/// One example's cast on one scenario's network, and what has been seen of them.
#[derive(Debug, Default, cucumber::World)]
pub struct World {
    stage: Option<Set>,
}

/// What there is once the world was set up.
#[derive(Debug)]
struct Set {
    testbed: Testbed,
    setting: Setting,
    /// Where the evidence goes.
    folder: Option<PathBuf>,
    findings: Vec<Finding>,
    /// From when on "after that" counts.
    mark: Option<Instant>,
    /// When somebody came or went.
    passage: Option<Instant>,
}

/// What an example is played on.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The cast, the network, the budgets.
    pub scenario: Arc<Scenario>,
    /// Where all randomness comes from.
    pub seed: u64,
    /// The folder that evidence is written to.
    pub evidence: Option<PathBuf>,
    /// The file that packets are written to.
    pub pcap: Option<PathBuf>,
}

/// What is left of a world.
#[derive(Debug, Default)]
pub struct Kept {
    /// How much virtual time went by; `None` on the wire.
    pub simulated: Option<Duration>,
    /// What was broken, in the order in which it was found.
    pub findings: Vec<Finding>,
    /// Why it cannot be said that nothing was broken, if so.
    pub doubt: Option<String>,
    /// What was seen, for whoever draws or counts it.
    pub timeline: Option<Timeline>,
    /// What is to be known beside the verdict: how late our own timers were.
    pub notes: Vec<String>,
}

impl World {
    /// Gives somebody an order.
    pub(super) fn tell(&mut self, name: &str, command: Command) -> Result<(), StepError> {
        let set = self.set()?;
        if set.testbed.tell(name, command) {
            return Ok(());
        }
        Err(StepError::CannotRun(format!("tell {name} what to do: we do not play a {name} here")))
    }

    /// Writes on the timeline what somebody does that no part of ours has to be told of.
    pub(super) fn note(&mut self, name: &str, deed: String) -> Result<(), StepError> {
        let set = self.set()?;
        let now = set.testbed.now();
        set.testbed.timeline_mut().deed(now, name, What::Act(deed));
        Ok(())
    }

    /// A part has other credentials from the next connection on.
    pub(super) fn equip(
        &mut self,
        kind: crate::evidence::Kind,
        credential: Credential,
    ) -> Result<(), StepError> {
        let name = self.part(kind)?;
        if self.set()?.testbed.equip(&name, credential) {
            return Ok(());
        }
        let why = format!("give {name} another certificate: that is for simulated parts only");
        Err(StepError::CannotRun(why))
    }

    /// Lets a span of time pass.
    pub(super) fn pass(&mut self, span: Duration) -> Result<(), StepError> {
        self.set()?.testbed.pass(span);
        go_on()
    }

    /// Lets time pass until something is seen, as long as the scenario gives anybody to answer;
    /// what it waited for is named if it does not come.
    pub(super) fn until(
        &mut self,
        what: &str,
        seen: impl Fn(&[Dialog<'_>], &Timeline) -> bool,
    ) -> Result<(), StepError> {
        let set = self.set()?;
        let end = set.testbed.now() + set.setting.scenario.budgets.answer;
        let came = set.testbed.pass_until(end, |timeline| seen(&dialogs(timeline), timeline));
        go_on()?;
        if came {
            return Ok(());
        }
        let seen = format!("{what}: not seen within {:?}", set.setting.scenario.budgets.answer);
        match doubt(set.testbed.timeline()) {
            Some(doubt) => Err(StepError::Inconclusive(format!("{doubt}; {seen}"))),
            None => Err(StepError::Broken(seen)),
        }
    }

    /// Lets time pass until something is seen, but no more than `span`. Returns whether it was.
    pub(super) fn within(
        &mut self,
        span: Duration,
        seen: impl FnMut(&Timeline) -> bool,
    ) -> Result<bool, StepError> {
        let set = self.set()?;
        let end = set.testbed.now() + span;
        Ok(set.testbed.pass_until(end, seen))
    }

    /// Judges what was seen so far.
    pub(super) fn judge(
        &mut self,
        check: impl FnOnce(&Timeline, &Limits) -> Verdict,
    ) -> Result<(), StepError> {
        let set = self.set()?;
        let limits = set.limits();
        let timeline = set.testbed.timeline();
        match check(timeline, &limits).resting_on(timeline) {
            Verdict::Pass => Ok(()),
            Verdict::Inconclusive(why) => Err(StepError::Inconclusive(why)),
            Verdict::Fail(finding) => {
                let seen = finding.seen.clone();
                set.findings.push(finding);
                Err(StepError::Broken(seen))
            }
        }
    }

    /// The telephone number of somebody.
    pub(super) fn number_of(&mut self, name: &str) -> Result<String, StepError> {
        let set = self.set()?;
        let member = set.testbed.timeline().cast().named(name);
        let number = member.and_then(|member| member.number.clone());
        number.ok_or_else(|| {
            StepError::CannotRun(format!("find a telephone number of {name} in the cast"))
        })
    }

    /// The name of the part that plays a role: the platform's may be real.
    pub(super) fn part(&mut self, kind: crate::evidence::Kind) -> Result<String, StepError> {
        let set = self.set()?;
        let mut members = set.testbed.timeline().cast().members().iter();
        let member = members.find(|member| member.kind == kind);
        member
            .map(|member| member.name.to_string())
            .ok_or_else(|| StepError::CannotRun("find such a part in the cast".to_owned()))
    }

    /// Looks at what was seen so far.
    pub(super) fn look<T>(&mut self, look: impl FnOnce(&Timeline) -> T) -> Result<T, StepError> {
        Ok(look(self.set()?.testbed.timeline()))
    }

    /// From now on "after that" counts.
    pub(super) fn set_mark(&mut self) -> Result<(), StepError> {
        let set = self.set()?;
        set.mark = Some(set.testbed.now());
        Ok(())
    }

    /// The present moment.
    pub(super) fn now(&mut self) -> Result<Instant, StepError> {
        Ok(self.set()?.testbed.now())
    }

    /// When "then" was.
    pub(super) fn since(&mut self) -> Result<Instant, StepError> {
        let none = || StepError::CannotRun("tell from when on: nothing happened".to_owned());
        self.mark()?.ok_or_else(none)
    }

    /// Somebody comes or goes now.
    pub(super) fn date_passages(&mut self) -> Result<(), StepError> {
        let set = self.set()?;
        set.passage = Some(set.testbed.now());
        Ok(())
    }

    /// When somebody came or went last.
    pub(super) fn passage(&mut self) -> Result<Instant, StepError> {
        let none = || StepError::CannotRun("tell when: nobody came or went".to_owned());
        self.set()?.passage.ok_or_else(none)
    }

    /// When "that" was.
    pub(super) fn mark(&mut self) -> Result<Option<Instant>, StepError> {
        Ok(self.set()?.mark)
    }

    /// The scenario that it is played on.
    pub(super) fn scenario(&mut self) -> Result<Arc<Scenario>, StepError> {
        Ok(Arc::clone(&self.set()?.setting.scenario))
    }

    fn set(&mut self) -> Result<&mut Set, StepError> {
        self.stage
            .as_mut()
            .ok_or_else(|| StepError::CannotRun("play before the world is set up".to_owned()))
    }
}

impl Stage for World {
    type Setting = Setting;
    type Kept = Kept;

    fn begin(&mut self, setting: &Setting, example: &Example) -> Result<(), StepError> {
        go_on()?;
        let cannot = |why: String| StepError::CannotRun(why);
        let testbed = Testbed::build(&setting.scenario, setting.seed, Box::new(Memory::default()));
        let mut testbed = testbed.map_err(|why| cannot(why.to_string()))?;
        let folder = folder::folder(setting, example);
        let epoch = testbed.timeline().epoch();
        if let Some(pcap) = folder::open_packets(setting, folder.as_deref(), epoch)? {
            testbed.timeline_mut().write_pcap(pcap);
        }
        let set = Set {
            testbed,
            setting: setting.clone(),
            folder,
            findings: Vec::new(),
            mark: None,
            passage: None,
        };
        self.stage = Some(set);
        self.until("every telephone registers", |_, timeline| registered(timeline))
    }

    fn finish(&mut self) -> Result<Kept, StepError> {
        let Some(mut set) = self.stage.take() else { return Ok(Kept::default()) };
        // What was asked for in the last step still has to arrive. A part that panicked may do so
        // again: what was seen before is evidence all the same.
        let _ = panic::catch_unwind(AssertUnwindSafe(|| set.testbed.pass(LAST_WORDS)));
        let simulated =
            set.setting.scenario.setting.is_simulated().then(|| set.testbed.now().elapsed());
        let mut notes = set.testbed.notes();
        let mut timeline = set.testbed.into_timeline();
        let mut findings = set.findings;
        findings.extend(always(&timeline).into_iter().filter_map(|verdict| {
            match verdict.resting_on(&timeline) {
                Verdict::Fail(finding) => Some(finding),
                Verdict::Pass | Verdict::Inconclusive(_) => None,
            }
        }));
        // What the scenario's dialect is forgiven is a fact all the same.
        let profile = Profile::named(set.setting.scenario.profile.name()).unwrap_or_default();
        findings.retain(|finding| match profile.forgives(finding.requirement) {
            None => true,
            Some(because) => {
                let note = format!("forgiven: {}, since {because}", finding.requirement);
                if !notes.contains(&note) {
                    notes.push(note);
                }
                false
            }
        });
        let doubt = doubt(&timeline);
        let packets = folder::close_packets(&mut timeline);
        if let Some(folder) = &set.folder {
            folder::write(folder, &timeline)?;
        }
        packets?;
        Ok(Kept { simulated, findings, doubt, timeline: Some(timeline), notes })
    }
}

impl Set {
    fn limits(&self) -> Limits {
        let budgets = &self.setting.scenario.budgets;
        Limits { gap: budgets.gap, loss: f64::from(budgets.loss.per_million()) / 1e6 }
    }
}

/// Whether every telephone that we play was told that it is registered.
fn registered(timeline: &Timeline) -> bool {
    let members = timeline.cast().members().iter();
    let mut phones =
        members.filter(|member| member.kind == crate::evidence::Kind::Phone && !member.real);
    phones.all(|phone| {
        timeline.signalling().iter().any(|sighting| {
            let to = timeline.cast().at(sighting.target).map(|member| &member.name);
            to == Some(&phone.name)
                && sighting.side == crate::evidence::Side::Received
                && sighting.message().is_some_and(|message| {
                    message.code() == Some(200)
                        && message
                            .cseq()
                            .is_ok_and(|cseq| cseq.method == crate::sip::Method::Register)
                })
        })
    })
}

/// Nobody asked for the run to end.
fn go_on() -> Result<(), StepError> {
    if testbed::is_stopped() {
        return Err(StepError::CannotRun("go on: the run was stopped".to_owned()));
    }
    Ok(())
}

/// Longer than any network of ours takes to deliver what was sent.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// The files that define sentences, as `file!` names them, for the documentation in
/// `tallylight steps`.
pub const SOURCES: &[(&str, &str)] = &[
    ("src/steps/calls.rs", include_str!("calls.rs")),
    ("src/steps/control.rs", include_str!("control.rs")),
    ("src/steps/failure.rs", include_str!("failure.rs")),
    ("src/steps/mailbox.rs", include_str!("mailbox.rs")),
    ("src/steps/portal.rs", include_str!("portal.rs")),
    ("src/steps/prompts.rs", include_str!("prompts.rs")),
    ("src/steps/ice.rs", include_str!("ice.rs")),
    ("src/steps/recorder.rs", include_str!("recorder.rs")),
    ("src/steps/provisioning.rs", include_str!("provisioning.rs")),
    ("src/steps/settings.rs", include_str!("settings.rs")),
    ("src/steps/settings_api.rs", include_str!("settings_api.rs")),
    ("src/steps/transfer.rs", include_str!("transfer.rs")),
    ("src/steps/verdicts.rs", include_str!("verdicts.rs")),
];

#[cfg(test)]
mod tests;
