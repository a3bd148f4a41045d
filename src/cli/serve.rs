//! `tallylight serve`: the parts that we play, on real sockets, until the program is stopped.

mod judge;
mod keep;
mod listen;
mod opening;
mod signals;
mod watch;

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::check::doubt;
use crate::evidence::{Kind, PcapWriter};
use crate::report::Tally;
use crate::role::Command;
use crate::role::recorder::Folder;
use crate::scenario::{Diagnostic, RoleName, Scenario, Setting};
use crate::testbed::Testbed;
use crate::time::Instant;

use super::args::Serve;
use super::clock::fresh_seed;
use super::exit::Exit;
use super::load;
use super::output::{Output, complain};
use judge::Judgement;
use signals::Signals;
use watch::{News, Watch};

pub use listen::Place;

/// Reads the scenario and serves it.
pub fn serve(home: &Path, arguments: &Serve, output: &mut Output) -> Exit {
    let scenario = match scenario(home, arguments) {
        Ok(scenario) => scenario,
        Err(complaints) => return complain(output, &complaints),
    };
    match Served::start(home, &scenario, arguments) {
        Ok(mut served) => {
            for repair in served.folder.repairs() {
                output.say(&format!("{repair}\n"));
            }
            output.say(&opening::text(&scenario, &served.testbed, arguments));
            served.run(arguments.duration, output);
            served.stop(output)
        }
        Err(complaint) => complain(output, &[complaint]),
    }
}

/// The scenario that is named, or the one for this purpose; it has real sockets.
fn scenario(home: &Path, arguments: &Serve) -> Result<Scenario, Vec<Diagnostic>> {
    let path = arguments.scenario.as_deref().unwrap_or(USUAL);
    let mut scenario = load::scenario(home, path)?;
    let platform = scenario.with_role(RoleName::Platform).next().map(|part| part.name.clone());
    match &mut scenario.setting {
        Setting::Wire(wire) => {
            if let Some(place) = arguments.api {
                wire.http = Some(place.address);
                if let Some((platform, port)) = platform.clone().zip(place.port) {
                    wire.http_ports.retain(|(name, taken)| *name != platform && *taken != port);
                    wire.http_ports.push((platform, port));
                }
            }
            if let Some(place) = arguments.listen {
                wire.listen = place.address;
                if let Some((platform, port)) = platform.zip(place.port) {
                    wire.ports.retain(|(name, taken)| *name != platform && *taken != port);
                    wire.ports.push((platform, port));
                }
            }
            Ok(scenario)
        }
        Setting::Simulated(_) => {
            let what = "this scenario is simulated: there is nothing to connect to";
            let complaint = Diagnostic::new(what).in_file(scenario.source.path());
            Err(vec![complaint.help("name one that has a `wire`")])
        }
    }
}

/// A running platform and recorder, and whoever watches them.
struct Served<'a> {
    scenario: &'a Scenario,
    testbed: Testbed,
    folder: Folder,
    /// Where everything is kept.
    keep: PathBuf,
    signals: Signals,
    watch: Watch,
    /// What became of the calls so far.
    calls: Tally,
    has_pcap: bool,
}

impl<'a> Served<'a> {
    fn start(home: &Path, scenario: &'a Scenario, arguments: &Serve) -> Result<Self, Diagnostic> {
        let cannot = |what: String| Diagnostic::new(format!("cannot {what}"));
        // Before any thread is started, which would otherwise be interrupted in our place.
        let signals = Signals::hold().map_err(|why| cannot(format!("wait for Ctrl-C: {why}")))?;
        let keep = home.join(opening::folder(arguments));
        let folder = Folder::new(&keep).map_err(|why| {
            let what = format!("keep recordings in {}: {why}", keep.display());
            cannot(what).help("name another folder with `--keep DIR`")
        })?;
        let seed = scenario.seed ^ fresh_seed();
        let testbed = Testbed::build(scenario, seed, Box::new(folder.clone()));
        let mut testbed = testbed.map_err(|why| {
            cannot(why.to_string()).help("listen elsewhere with `--listen ADDR:PORT`")
        })?;
        if let Some(path) = &arguments.pcap {
            let path = home.join(path);
            let unwritable =
                |why: std::io::Error| cannot(format!("write {}: {why}", path.display()));
            let file: Box<dyn Write + Send> =
                Box::new(BufWriter::new(fs::File::create(&path).map_err(unwritable)?));
            let epoch = testbed.timeline().epoch();
            let pcap = PcapWriter::new(file, epoch).map_err(unwritable)?;
            testbed.timeline_mut().write_pcap(pcap);
        }
        Ok(Self {
            scenario,
            testbed,
            folder,
            keep,
            signals,
            watch: Watch::default(),
            calls: Tally::default(),
            has_pcap: arguments.pcap.is_some(),
        })
    }

    /// Serves until somebody stops it, or for so long.
    fn run(&mut self, duration: Option<Duration>, output: &mut Output) {
        let end = duration.map(|duration| self.testbed.now() + duration);
        while !self.signals.came() && end.is_none_or(|end| self.testbed.now() < end) {
            let tick = self.testbed.now() + TICK;
            self.testbed.pass_until(end.map_or(tick, |end| end.min(tick)), |_| false);
            self.tell_news(output);
            let quiet = self.quiet_for();
            if quiet.is_some_and(|quiet| quiet >= SETTLED || !self.watch.saw_a_call()) {
                self.turn_the_page(output);
            }
        }
    }

    /// Ends the calls that are up, so that nobody is left in one, and writes what is left to write.
    fn stop(mut self, output: &mut Output) -> Exit {
        let cast = self.testbed.timeline().cast();
        let mut platforms = cast.members().iter().filter(|part| part.kind == Kind::Platform);
        let platform = platforms.next().filter(|it| !it.real).map(|it| it.name.clone());
        let is_busy = self.quiet_for().is_none();
        if let Some(platform) = platform.filter(|_| is_busy) {
            say(output, self.testbed.now(), "stopping: every call is ended");
            self.testbed.tell(platform.as_str(), Command::HangUp);
            let end = self.testbed.now() + LAST_WORDS;
            while self.testbed.now() < end && self.quiet_for().is_none() {
                self.testbed.pass(TICK);
                self.tell_news(output);
            }
        }
        self.testbed.pass(TICK);
        self.tell_news(output);
        self.turn_the_page(output);
        self.end_pcap(output);
        let exit = Exit::of(self.calls);
        let calls = self.calls.total();
        let called = if exit == Exit::NothingRan {
            "nobody called".to_owned()
        } else {
            let s = if calls == 1 { "" } else { "s" };
            match self.calls.failed {
                0 => format!("{calls} call{s} judged, no requirement broken"),
                failed => format!("{calls} call{s} judged, a requirement broken in {failed}"),
            }
        };
        output.say(&format!("stopped: {called}\n"));
        exit
    }

    fn end_pcap(&mut self, output: &mut Output) {
        let pcap = self.testbed.timeline_mut().take_pcap();
        let why = match pcap.map(|pcap| pcap.finish().map(drop)) {
            Some(Err(why)) => why.to_string(),
            None if self.has_pcap => "it could not be written any more".to_owned(),
            Some(Ok(())) | None => return,
        };
        let _ = writeln!(output.complaints, "the pcapng file is not whole: {why}");
    }

    /// For how long no call has been up; `None` while one is.
    fn quiet_for(&self) -> Option<Duration> {
        let now = self.testbed.now();
        self.watch.quiet_since(self.testbed.timeline(), now).map(|since| now - since)
    }

    fn tell_news(&mut self, output: &mut Output) {
        for News { at, text } in self.watch.look(self.testbed.timeline()) {
            say(output, at, &text);
        }
    }

    /// The calls since the last page are over: they are judged, the evidence is written beside
    /// their recordings, and forgotten.
    fn turn_the_page(&mut self, output: &mut Output) {
        if self.watch.saw_a_call() {
            self.judge(output);
        }
        self.testbed.timeline_mut().clear();
        self.watch.turn_the_page();
    }

    fn judge(&mut self, output: &mut Output) {
        let now = self.testbed.now();
        let judgement = Judgement::of(self.testbed.timeline(), self.scenario);
        let kept = self.folder.take_kept();
        let (what, folders) = if kept.is_empty() {
            let folder = keep::folder_of_none(&self.keep, self.testbed.timeline());
            ("nothing was recorded; what was seen is in", vec![folder])
        } else {
            ("recorded in", kept)
        };
        for folder in folders {
            let kept = folder.and_then(|folder| {
                let written = keep::write(&folder, self.testbed.timeline(), &judgement);
                written.map(|()| folder)
            });
            match kept {
                Ok(folder) => say(output, now, &format!("{what} {}", folder.display())),
                Err(why) => {
                    self.calls.cannot_run += 1;
                    let _ = writeln!(output.complaints, "cannot {why}");
                }
            }
        }
        let tally = judgement.tally();
        let Tally { passed, inconclusive, failed, .. } = tally;
        let text = format!("judged: {passed} passed, {inconclusive} inconclusive, {failed} failed");
        say(output, now, &text);
        for line in judgement.doubts().lines() {
            output.say(&format!("{:INDENT$}{line}\n", ""));
        }
        *match failed {
            0 if doubt(self.testbed.timeline()).is_some() => &mut self.calls.inconclusive,
            0 => &mut self.calls.passed,
            _ => &mut self.calls.failed,
        } += 1;
    }
}

fn say(output: &mut Output, at: Instant, text: &str) {
    let seconds = at.elapsed().as_secs_f64();
    output.say(&format!("{seconds:>10.3} s  {text}\n"));
    // Whoever reads along through a pipe wants to know now.
    let _ = output.results.flush();
}

/// A platform and a recorder on loopback, and two numbers for phones that register.
const USUAL: &str = "scenarios/lab.yaml";
/// How often we look up from the network: no person notices.
const TICK: Duration = Duration::from_millis(100);
/// What belongs to a call arrives within this time of its end.
const SETTLED: Duration = Duration::from_secs(1);
/// How long the calls have to end when we stop: telephones answer a BYE at once, or never.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// Below the words, beyond the time.
const INDENT: usize = 14;
