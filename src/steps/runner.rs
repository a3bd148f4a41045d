//! Plays examples through cucumber: one example to a cucumber run, several runs at a time.
//!
//! cucumber plays everything on one thread, and simulation is arithmetic; so each worker has a
//! thread and a runtime of its own and takes examples from a common list.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use cucumber::event::{self, Hook, HookType};
use cucumber::runner::{Basic, basic};
use cucumber::{Event, Runner as _, step};
use futures::{FutureExt as _, StreamExt as _, stream};

use super::feature::Example;
use super::outcome::{Played, StepError, StepOutcome, StepPlayed, Trouble};
use super::stage::Stage;

/// An example and what it is played on.
#[derive(Debug)]
pub struct Job<W: Stage> {
    /// What is played.
    pub example: Arc<Example>,
    /// On what.
    pub setting: Arc<W::Setting>,
}

/// Plays all jobs with so many workers.
///
/// `clock` says how much real time has passed since any fixed moment; `ended` gets what is left of
/// each job as it ends, whatever the order, on the calling thread: what it keeps of that is all that
/// is kept.
pub fn run<W: Stage>(
    jobs: &[Job<W>],
    workers: usize,
    clock: &(dyn Fn() -> Duration + Sync),
    mut ended: impl FnMut(usize, Played<W::Kept>),
) {
    let _quiet = Quiet::please();
    let sentences = W::collection();
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..workers.clamp(1, WORKERS_MAX).min(jobs.len()) {
            let (sender, next, sentences) = (sender.clone(), &next, &sentences);
            scope.spawn(move || {
                while let Some(i) = claim(next, jobs.len()) {
                    let one = play_safely(&jobs[i], sentences, clock);
                    if sender.send((i, one)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        for (i, one) in receiver {
            ended(i, one);
        }
    });
}

fn claim(next: &AtomicUsize, jobs: usize) -> Option<usize> {
    let i = next.fetch_add(1, Ordering::Relaxed);
    (i < jobs).then_some(i)
}

/// A panic beneath the steps, in cucumber itself, must not take the other examples with it.
fn play_safely<W: Stage>(
    job: &Job<W>,
    sentences: &step::Collection<W>,
    clock: &(dyn Fn() -> Duration + Sync),
) -> Played<W::Kept> {
    let started = clock();
    let played = panic::catch_unwind(AssertUnwindSafe(|| play(job, sentences.clone())));
    let mut played = played.unwrap_or_else(|payload| {
        let why = format!("the runner panicked: {}", text_of(&*payload));
        let steps = not_reached(&job.example);
        let trouble = Some(Trouble::Panicked(why));
        Played { steps, trouble, kept: None, elapsed: Duration::ZERO }
    });
    played.elapsed = clock().saturating_sub(started);
    played
}

fn play<W: Stage>(job: &Job<W>, sentences: step::Collection<W>) -> Played<W::Kept> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let Ok(runtime) = runtime else {
        let error = StepError::CannotRun("start a runtime".to_owned());
        let trouble = Some(Trouble::Error(error));
        let steps = not_reached(&job.example);
        return Played { steps, trouble, kept: None, elapsed: Duration::ZERO };
    };
    let kept = Rc::new(RefCell::new(None));
    let runner = Basic::<W>::default()
        .steps(sentences)
        .max_concurrent_scenarios(1)
        // A second try would pass what had failed.
        .retry_options(|_, _, _, _| None);
    let (example, setting) = (Arc::clone(&job.example), Arc::clone(&job.setting));
    let runner = runner.before(move |_, _, _, world| {
        let begun = world.begin(&setting, &example);
        // A hook can only fail by panicking; the text is read back below.
        async move { begun.unwrap_or_else(|error| panic!("{error}")) }.boxed_local()
    });
    let keep = Rc::clone(&kept);
    let runner = runner.after(move |_, _, _, _, world| {
        let finished = world.map(Stage::finish).transpose();
        let keep = Rc::clone(&keep);
        async move {
            *keep.borrow_mut() = finished.unwrap_or_else(|error| panic!("{error}"));
        }
        .boxed_local()
    });
    let feature = stream::iter([Ok(job.example.alone.clone())]);
    let mut events = runner.run(feature, basic::Cli::default());
    let mut ledger = Ledger { steps: not_reached(&job.example), at: 0, trouble: None };
    runtime.block_on(async {
        while let Some(event) = events.next().await {
            ledger.note(event);
        }
    });
    let kept = kept.borrow_mut().take();
    Played { steps: ledger.steps, trouble: ledger.trouble, kept, elapsed: Duration::ZERO }
}

fn not_reached(example: &Example) -> Vec<StepPlayed> {
    let steps = example.steps().map(|step| StepPlayed {
        keyword: step.keyword.trim().to_owned(),
        text: step.value.clone(),
        line: step.position.line,
        outcome: StepOutcome::NotReached,
    });
    steps.collect()
}

/// What has been heard of one example.
struct Ledger {
    steps: Vec<StepPlayed>,
    /// The step that is being played.
    at: usize,
    trouble: Option<Trouble>,
}

impl Ledger {
    fn note<W>(&mut self, event: cucumber::parser::Result<Event<event::Cucumber<W>>>) {
        let event = match event {
            Ok(event) => event.into_inner(),
            Err(error) => return self.trouble(Trouble::Panicked(error.to_string())),
        };
        let event::Cucumber::Feature(_, event) = event else { return };
        match event {
            event::Feature::Scenario(_, event)
            | event::Feature::Rule(_, event::Rule::Scenario(_, event)) => {
                self.note_example(event.event);
            }
            _ => {}
        }
    }

    fn note_example<W>(&mut self, event: event::Scenario<W>) {
        match event {
            event::Scenario::Background(_, event) | event::Scenario::Step(_, event) => {
                self.note_step(event);
            }
            event::Scenario::Hook(which, Hook::Failed(_, payload)) => {
                let text = text_of(&*payload);
                let when = match which {
                    HookType::Before => "setting up",
                    HookType::After => "clearing away",
                };
                self.trouble(StepError::from_panic(&text).map_or_else(
                    || Trouble::Panicked(format!("{when} panicked: {text}")),
                    Trouble::Error,
                ));
            }
            _ => {}
        }
    }

    fn note_step<W>(&mut self, event: event::Step<W>) {
        let outcome = match event {
            event::Step::Started => return,
            event::Step::Passed(..) => StepOutcome::Passed,
            // cucumber's word for a step that no sentence says.
            event::Step::Skipped => StepOutcome::Undefined,
            event::Step::Failed(_, _, _, error) => match error {
                event::StepError::NotFound => StepOutcome::Undefined,
                event::StepError::AmbiguousMatch(error) => {
                    let sentences = error.possible_matches.iter();
                    let place = |location: &Option<step::Location>| {
                        location.map_or_else(String::new, |l| format!("{}:{}", l.path, l.line))
                    };
                    StepOutcome::Ambiguous(sentences.map(|(_, at)| place(at)).collect())
                }
                event::StepError::Panic(payload) => {
                    let text = text_of(&*payload);
                    match StepError::from_panic(&text) {
                        Some(error) => StepOutcome::Failed(error),
                        None => StepOutcome::Panicked(text),
                    }
                }
            },
        };
        if let Some(step) = self.steps.get_mut(self.at) {
            step.outcome = outcome;
            self.at += 1;
        }
    }

    /// The first trouble is the cause of the others.
    fn trouble(&mut self, trouble: Trouble) {
        self.trouble.get_or_insert(trouble);
    }
}

fn text_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without a text").to_owned()
}

/// Keeps panics off the terminal while examples are played, since they are reported as outcomes.
///
/// cucumber swaps the panic hook around each of its runs; with several runs at a time they put
/// back each other's. So the hook of the program is kept here until the last run has ended.
struct Quiet;

impl Quiet {
    fn please() -> Self {
        let mut runs = RUNS.lock().unwrap_or_else(PoisonError::into_inner);
        if runs.count == 0 {
            runs.hook = Some(panic::take_hook());
            panic::set_hook(Box::new(|_| {}));
        }
        runs.count += 1;
        Self
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        let mut runs = RUNS.lock().unwrap_or_else(PoisonError::into_inner);
        runs.count -= 1;
        // The hook cannot be set by a thread that panics.
        if runs.count == 0
            && !thread::panicking()
            && let Some(hook) = runs.hook.take()
        {
            panic::set_hook(hook);
        }
    }
}

/// The runs of the program that are under way, and the panic hook from before the first.
struct Runs {
    count: usize,
    hook: Option<PanicHook>,
}

type PanicHook = Box<dyn Fn(&panic::PanicHookInfo<'_>) + Send + Sync + 'static>;

static RUNS: Mutex<Runs> = Mutex::new(Runs { count: 0, hook: None });

/// More threads than this help nobody.
const WORKERS_MAX: usize = 64;
