//! What the program says, and where.

use std::io::Write;

use crate::scenario::Diagnostic;

use super::exit::Exit;

/// The two outputs of the program: results, and complaints.
#[expect(missing_debug_implementations, reason = "it is two pipes")]
pub struct Output<'a> {
    /// Results.
    pub results: &'a mut dyn Write,
    /// Complaints.
    pub complaints: &'a mut dyn Write,
}

impl Output<'_> {
    /// Says a result. Nobody may be listening (`tallylight steps | head`): no reason to stop.
    pub fn say(&mut self, text: &str) {
        let _ = self.results.write_all(text.as_bytes());
    }
}

/// Prints what is wrong; the program could not run.
pub fn complain(output: &mut Output, complaints: &[Diagnostic]) -> Exit {
    for complaint in complaints.iter().take(COMPLAINTS_MAX) {
        let _ = writeln!(output.complaints, "{complaint}\n");
    }
    if let Some(more) = complaints.len().checked_sub(COMPLAINTS_MAX).filter(|more| *more > 0) {
        let _ = writeln!(output.complaints, "and {more} more");
    }
    Exit::CouldNotRun
}

/// Nobody reads more at once.
const COMPLAINTS_MAX: usize = 30;
