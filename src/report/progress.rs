//! How far a run is: a bar on a terminal, and a line now and then elsewhere.

use std::io::Write;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shows how far a run is.
pub struct Progress<W> {
    total: usize,
    ended: usize,
    /// How many of those did not pass.
    not_passed: usize,
    shown: Shown<W>,
}

enum Shown<W> {
    Bar(ProgressBar),
    /// Lines, and when the next one is due.
    Lines {
        out: W,
        due: Duration,
    },
}

impl<W: Write> Progress<W> {
    /// A bar on the error output, which is a terminal.
    pub fn on_terminal(total: usize) -> Self {
        let bar = ProgressBar::with_draw_target(
            Some(u64::try_from(total).unwrap_or(u64::MAX)),
            ProgressDrawTarget::stderr(),
        );
        let style = ProgressStyle::with_template("{bar:30} {pos} of {len}  {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { total, ended: 0, not_passed: 0, shown: Shown::Bar(bar) }
    }

    /// Lines for a file or a pipe; none for a run that ends within a second.
    pub fn in_lines(total: usize, out: W) -> Self {
        Self { total, ended: 0, not_passed: 0, shown: Shown::Lines { out, due: EVERY } }
    }

    /// One more has ended, at this time since the start of the run.
    pub fn ended(&mut self, at: Duration, name: &str, passed: bool) {
        self.ended += 1;
        self.not_passed += usize::from(!passed);
        let failed = match self.not_passed {
            0 => String::new(),
            n => format!(", {n} not passed"),
        };
        match &mut self.shown {
            Shown::Bar(bar) => {
                bar.set_message(format!("{name}{failed}"));
                bar.inc(1);
            }
            Shown::Lines { out, due } if at >= *due => {
                // A closed pipe is no reason to stop the run.
                let _ = writeln!(out, "{} of {} examples{failed}", self.ended, self.total);
                *due = at + EVERY;
            }
            Shown::Lines { .. } => {}
        }
    }

    /// Clears the bar.
    pub fn finish(self) {
        if let Shown::Bar(bar) = self.shown {
            bar.finish_and_clear();
        }
    }
}

impl<W> std::fmt::Debug for Progress<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Progress({} of {})", self.ended, self.total)
    }
}

/// Often enough to see that it lives, seldom enough for a log.
const EVERY: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_run_says_nothing_and_a_long_one_a_line_a_second() {
        let mut out = Vec::new();
        let mut progress = Progress::in_lines(4, &mut out);
        for (millis, passed) in [(500, true), (1_000, false), (1_500, true), (2_100, true)] {
            progress.ended(Duration::from_millis(millis), "x", passed);
        }
        progress.finish();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "2 of 4 examples, 1 not passed\n4 of 4 examples, 1 not passed\n");
    }
}
