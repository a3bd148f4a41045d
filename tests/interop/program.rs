//! A program that an example starts, watches and ends.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A running program; what it writes goes to a file. Dropping it ends it.
pub struct Program {
    name: String,
    child: Child,
    logs: Vec<PathBuf>,
}

impl Program {
    /// Starts `command` with nothing to read, writing to `NAME.out` in `folder`.
    pub fn start(name: &str, command: &mut Command, folder: &Path) -> Self {
        let log = folder.join(format!("{name}.out"));
        let output = create(&log);
        let both = output.try_clone().expect("a file handle can be copied");
        let child = spawn(name, command.stdout(both).stderr(output));
        Self { name: name.to_owned(), child, logs: vec![log] }
    }

    /// As [`Program::start`], for a program that fills its output with pictures for a terminal and
    /// says what matters in a file of its own, `report`.
    pub fn start_painter(name: &str, command: &mut Command, folder: &Path, report: &Path) -> Self {
        let log = folder.join(format!("{name}.out"));
        let child = spawn(name, command.stdout(Stdio::null()).stderr(create(&log)));
        Self { name: name.to_owned(), child, logs: vec![log, report.to_owned()] }
    }

    /// Waits for it to end by itself.
    pub fn end(mut self, within: Duration) -> Ended {
        let Some(status) = wait_for_end(&mut self.child, within) else {
            panic!("{} did not end within {within:?}; it wrote\n{}", self.name, self.output());
        };
        Ended { name: self.name.clone(), status, output: self.output() }
    }

    /// Asks it to stop, as Ctrl-C does, and waits.
    pub fn interrupt(self, within: Duration) -> Ended {
        let sent =
            Command::new("sh").args(["-c", "kill -INT $0", &self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "{} is no longer there", self.name);
        self.end(within)
    }

    /// Waits until it has written `words`.
    pub fn writes(&mut self, words: &str, within: Duration) {
        let found = wait_until(within, || {
            let ended = self.child.try_wait().expect("the child is ours").is_some();
            (self.output().contains(words) || ended).then_some(())
        });
        let output = self.output();
        assert!(
            found.is_some() && output.contains(words),
            "{} did not write {words:?}; it wrote\n{output}",
            self.name
        );
    }

    /// What it has written so far.
    pub fn output(&self) -> String {
        let texts = self.logs.iter().filter_map(|log| fs::read(log).ok());
        texts.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Neither can be mended here: it has ended already, or the namespace will end it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn create(log: &Path) -> File {
    File::create(log).expect("the folder of the example can be written")
}

fn spawn(name: &str, command: &mut Command) -> Child {
    let child = command.stdin(Stdio::null()).spawn();
    child.unwrap_or_else(|error| panic!("cannot start {name}: {error}"))
}

/// A program that came to its end.
pub struct Ended {
    name: String,
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote.
    pub output: String,
}

impl Ended {
    /// Insists that it ended well.
    pub fn well(self) -> String {
        assert!(self.status.success(), "{} ended with {}: {}", self.name, self.status, self.output);
        self.output
    }
}

/// Waits for a child; `None` if it is still there after `within`.
pub fn wait_for_end(child: &mut Child, within: Duration) -> Option<ExitStatus> {
    wait_until(within, || child.try_wait().expect("the child is ours"))
}

/// Asks again and again until there is an answer; `None` if there is none after `within`.
pub fn wait_until<T>(within: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + within;
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if Instant::now() >= deadline {
            return None;
        }
        thread::sleep(Duration::from_millis(20));
    }
}
