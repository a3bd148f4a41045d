//! The command line; everything it does is in the library.

use std::path::Path;
use std::process::ExitCode;

use mimalloc::MiMalloc;
use tallylight::cli::{self, Command, Output};

/// A run is many small pieces that live shortly: this takes a sixth of its time off.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let arguments = cli::arguments();
    if matches!(arguments.command, None | Some(Command::Run(_))) {
        cli::heed_signals();
    }
    let (mut results, mut complaints) = (std::io::stdout(), std::io::stderr());
    let mut output = Output { results: &mut results, complaints: &mut complaints };
    cli::start(Path::new(""), &arguments, &mut output).into()
}
