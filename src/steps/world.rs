//! The world in which the sentences of this house are played: a cast on a network, and what has
//! been seen of them.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::check::{Finding, Limits, Verdict, always};
use crate::evidence::{Dialog, Ladder, PcapWriter, Timeline, dialogs};
use crate::role::Command;
use crate::role::recorder::Memory;
use crate::scenario::Scenario;
use crate::testbed::Testbed;
use crate::time::Instant;

use super::feature::Example;
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
    example: String,
    findings: Vec<Finding>,
    /// From when on "after that" counts.
    mark: Option<Instant>,
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

    /// Lets a span of time pass.
    pub(super) fn pass(&mut self, span: Duration) -> Result<(), StepError> {
        self.set()?.testbed.pass(span);
        Ok(())
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
        if came {
            return Ok(());
        }
        Err(StepError::Broken(format!(
            "{what}: not seen within {:?}",
            set.setting.scenario.budgets.answer
        )))
    }

    /// Lets time pass until something is seen, but no more than `span`. Returns whether it was.
    pub(super) fn within(
        &mut self,
        span: Duration,
        seen: impl Fn(&[Dialog<'_>], &Timeline) -> bool,
    ) -> Result<bool, StepError> {
        let set = self.set()?;
        let end = set.testbed.now() + span;
        Ok(set.testbed.pass_until(end, |timeline| seen(&dialogs(timeline), timeline)))
    }

    /// Judges what was seen so far.
    pub(super) fn judge(
        &mut self,
        check: impl FnOnce(&Timeline, &Limits) -> Verdict,
    ) -> Result<(), StepError> {
        let set = self.set()?;
        let limits = set.limits();
        match check(set.testbed.timeline(), &limits) {
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

    /// When "that" was.
    pub(super) fn mark(&mut self) -> Result<Option<Instant>, StepError> {
        Ok(self.set()?.mark)
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
        let cannot = |why: String| StepError::CannotRun(why);
        let testbed = Testbed::build(&setting.scenario, setting.seed, Box::new(Memory::default()));
        let mut testbed = testbed.map_err(|why| cannot(why.to_string()))?;
        if let Some(path) = &setting.pcap {
            let file = fs::File::create(path)
                .map_err(|why| cannot(format!("write {}: {why}", path.display())))?;
            let epoch = testbed.timeline().epoch();
            let file: Box<dyn Write + Send> = Box::new(BufWriter::new(file));
            let pcap = PcapWriter::new(file, epoch);
            let pcap = pcap.map_err(|why| cannot(format!("write {}: {why}", path.display())))?;
            testbed.timeline_mut().write_pcap(pcap);
        }
        let set = Set {
            testbed,
            setting: setting.clone(),
            example: format!("{}-{}", file_stem(&example.path), example.line),
            findings: Vec::new(),
            mark: None,
        };
        self.stage = Some(set);
        self.until("every telephone registers", |_, timeline| registered(timeline))
    }

    fn finish(&mut self) -> Result<Kept, StepError> {
        let Some(mut set) = self.stage.take() else { return Ok(Kept::default()) };
        // What was asked for in the last step still has to arrive.
        set.testbed.pass(LAST_WORDS);
        let simulated =
            set.setting.scenario.setting.is_simulated().then(|| set.testbed.now().elapsed());
        let notes = set.testbed.notes();
        let mut timeline = set.testbed.into_timeline();
        let mut findings = set.findings;
        findings.extend(always(&timeline).into_iter().filter_map(|verdict| match verdict {
            Verdict::Fail(finding) => Some(finding),
            Verdict::Pass | Verdict::Inconclusive(_) => None,
        }));
        if let Some(pcap) = timeline.take_pcap() {
            pcap.finish()
                .map_err(|why| StepError::CannotRun(format!("end the pcapng file: {why}")))?;
        }
        if let Some(folder) = &set.setting.evidence {
            write_evidence(folder, &set.example, &set.setting, &timeline)?;
        }
        Ok(Kept { simulated, findings, timeline: Some(timeline), notes })
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

fn write_evidence(
    folder: &Path,
    example: &str,
    setting: &Setting,
    timeline: &Timeline,
) -> Result<(), StepError> {
    let scenario = file_stem(setting.scenario.source.path());
    let path = folder.join(format!("{example}-{scenario}-{}.ladder.txt", setting.seed));
    let written = fs::create_dir_all(folder)
        .and_then(|()| fs::write(&path, Ladder::of(timeline).to_string()));
    written.map_err(|why| StepError::CannotRun(format!("write {}: {why}", path.display())))
}

fn file_stem(path: &str) -> String {
    Path::new(path).file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
}

/// Longer than any network of ours takes to deliver what was sent.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// The files that define sentences, as `file!` names them, for the documentation in
/// `tallylight steps`.
pub const SOURCES: &[(&str, &str)] = &[
    ("src/steps/calls.rs", include_str!("calls.rs")),
    ("src/steps/recorder.rs", include_str!("recorder.rs")),
    ("src/steps/settings.rs", include_str!("settings.rs")),
    ("src/steps/verdicts.rs", include_str!("verdicts.rs")),
];
