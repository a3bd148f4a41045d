//! `tallylight serve`: the parts that we play, on real sockets, until the program is stopped.

use std::path::Path;

use crate::scenario::{Diagnostic, Scenario, Setting};

use super::args::Serve;
use super::exit::Exit;
use super::load;
use super::output::{Output, complain};

/// Reads the scenario and serves it.
pub fn serve(home: &Path, arguments: &Serve, output: &mut Output) -> Exit {
    let scenario = match scenario(home, arguments) {
        Ok(scenario) => scenario,
        Err(complaints) => return complain(output, &complaints),
    };
    serve_scenario(&scenario, arguments, output)
}

/// The scenario that is named, or the one for this purpose; it has real sockets.
fn scenario(home: &Path, arguments: &Serve) -> Result<Scenario, Vec<Diagnostic>> {
    let path = arguments.scenario.as_deref().unwrap_or(USUAL);
    let mut scenario = load::scenario(home, path)?;
    match &mut scenario.setting {
        Setting::Wire(wire) => {
            wire.listen = arguments.listen.unwrap_or(wire.listen);
            Ok(scenario)
        }
        Setting::Simulated(_) => {
            let what = "this scenario is simulated: there is nothing to connect to";
            let complaint = Diagnostic::new(what).in_file(scenario.source.path());
            Err(vec![complaint.help("name one that has a `wire`")])
        }
    }
}

// The seam to `testbed`.
fn serve_scenario(scenario: &Scenario, _arguments: &Serve, output: &mut Output) -> Exit {
    let what = format!("cannot serve {} yet", scenario.source.path());
    complain(output, &[Diagnostic::new(what)])
}

/// A platform and a recorder on loopback, and two numbers for phones that register.
const USUAL: &str = "scenarios/loopback_desk.yaml";
