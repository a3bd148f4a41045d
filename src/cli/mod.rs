//! The command line: arguments, progress, exit codes.

mod args;
mod clock;
mod embedded;
mod exercised;
mod exit;
mod files;
mod findings;
mod judge;
mod load;
mod output;
mod reports;
mod requirements;
mod run;
mod serve;
mod shown;
mod signals;
mod vocabulary;

use std::path::Path;

use clap::Parser as _;

pub use args::{Arguments, Command, Explain, Judge, Requirements, Run, Serve};
pub use clock::Watch;
pub use exit::Exit;
pub use load::{Refusal, known, plan, scenario, vocabulary};
pub use output::Output;
pub use serve::Place;
pub use shown::{Shown, ladder_around, shown};
pub use signals::heed as heed_signals;

/// The whole program: does what the arguments say, with `home` as the current folder.
pub fn start(home: &Path, arguments: &Arguments, output: &mut Output) -> Exit {
    match &arguments.command {
        None => run::run(home, &Run::default(), output),
        Some(Command::Run(arguments)) => run::run(home, arguments, output),
        Some(Command::Serve(arguments)) => serve::serve(home, arguments, output),
        Some(Command::Judge(arguments)) => judge::judge(home, arguments, output),
        Some(Command::Requirements(arguments)) => requirements::list(arguments, output),
        Some(Command::Explain(arguments)) => requirements::explain(arguments, output),
        Some(Command::Steps) => vocabulary::print(output),
    }
}

/// Reads the arguments of this process. `--help` and `--version` end it with 0, a mistake with
/// [`Exit::CouldNotRun`], as clap does by itself.
pub fn arguments() -> Arguments {
    Arguments::parse()
}
