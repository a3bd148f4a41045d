//! The arguments.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Plays and judges call recording: phones, the calling platform, and the recorder.
///
/// Without a command, every feature is played on every simulated scenario.
///
/// Exit codes: 0 all passed; 1 a requirement was broken; 2 could not run (usage, a file, an
/// unknown step, a port in use); 3 nothing broken, something inconclusive; 4 nothing ran.
#[derive(Clone, Debug, Parser)]
#[command(name = "tallylight", version, max_term_width = 100)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What the program can do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Plays features on scenarios and judges what crosses the network.
    Run(Run),
    /// Puts the parts that we play on real sockets, for a softphone, a recorder or a browser.
    Serve(Serve),
    /// Prints the sentences that features can be written in.
    Steps,
}

/// Arguments of `run`.
#[derive(Args, Clone, Debug, Default)]
pub struct Run {
    /// Feature files or folders, each perhaps with the line of an example or of a rule; all
    /// features without one.
    #[arg(value_name = "FEATURE[:LINE]")]
    pub features: Vec<String>,

    /// A scenario to play them on, more than once for several; all simulated ones without it.
    #[arg(long = "scenario", value_name = "FILE")]
    pub scenarios: Vec<String>,

    /// Only examples with such tags: "@needs.pause and not @needs.hold".
    #[arg(long, value_name = "EXPR")]
    pub tags: Option<String>,

    /// Only examples with this in their name.
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,

    /// Where all randomness comes from, in place of the seeds of the scenarios.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,

    /// Reads everything, prints what would be played, and plays nothing.
    #[arg(long)]
    pub dry_run: bool,

    /// A folder for the evidence of each example.
    #[arg(long, value_name = "DIR")]
    pub evidence: Option<PathBuf>,

    /// A pcapng file for the packets; for one example on one scenario.
    #[arg(long, value_name = "FILE")]
    pub pcap: Option<PathBuf>,
}

/// Arguments of `serve`.
#[derive(Args, Clone, Debug, Default)]
pub struct Serve {
    /// The scenario, which has a `wire`; a platform and a recorder on loopback with two numbers
    /// without one.
    pub scenario: Option<String>,

    /// A pcapng file for the packets.
    #[arg(long, value_name = "FILE")]
    pub pcap: Option<PathBuf>,

    /// A folder for recordings, metadata and timelines.
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,

    /// Where to listen, in place of the address in the scenario.
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<IpAddr>,
}
