//! The arguments.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use super::serve::Place;
use crate::check::Profile;
use crate::scenario::{Dialect, duration};

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
    /// Puts the parts that we play on real sockets, for a softphone or a recorder, until Ctrl-C.
    ///
    /// Calls are judged when they are over. Exit codes: 0 no requirement was broken (what cannot
    /// be judged, such as the voices of real people, does not count); 1 one was; 2 could not run;
    /// 4 nobody called.
    Serve(Serve),
    /// Judges captures of calls: pcap, pcapng, or the timeline.jsonl of an earlier run.
    ///
    /// Exit codes: 0 no requirement was broken; 1 one was; 2 a file could not be read; 3 nothing
    /// was broken, and nothing could be judged for certain; 4 there is no call in it.
    Judge(Judge),
    /// Lists the requirements of the catalogue, and how many are judged.
    Requirements(Requirements),
    /// Says what a requirement demands, where from, how it is judged, and what commonly breaks it.
    Explain(Explain),
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

    /// Only examples that exercise this requirement, such as RFC7866-7.1.1-2, or those of this
    /// section or source: RFC7866-7.1.1; more than once for several.
    #[arg(long = "requirement", value_name = "ID")]
    pub requirements: Vec<String>,

    /// Where all randomness comes from, in place of the seeds of the scenarios.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,

    /// The dialect in which the platform writes SIPREC, in place of that of the scenarios: rfc or
    /// webex. It is judged by the profile that goes with it.
    #[arg(long, value_name = "NAME", value_parser = dialect_of)]
    pub dialect: Option<Dialect>,

    /// Reads everything, prints what would be played, and plays nothing.
    #[arg(long)]
    pub dry_run: bool,

    /// A folder for the evidence of each example.
    #[arg(long, value_name = "DIR")]
    pub evidence: Option<PathBuf>,

    /// Writes a report too: a page for a browser (.html), JSON (.json) or `JUnit` (.xml), by the
    /// ending of the name; more than once for several.
    #[arg(long, value_name = "FILE")]
    pub report: Vec<PathBuf>,

    /// A pcapng file for the packets; for one example on one scenario.
    #[arg(long, value_name = "FILE")]
    pub pcap: Option<PathBuf>,
}

/// Arguments of `serve`.
#[derive(Args, Clone, Debug, Default)]
pub struct Serve {
    /// The scenario, which has a `wire`; without one scenarios/lab.yaml: a platform and a recorder
    /// on loopback, and two numbers for telephones that register.
    pub scenario: Option<String>,

    /// A pcapng file for the packets.
    #[arg(long, value_name = "FILE")]
    pub pcap: Option<PathBuf>,

    /// A folder for what is recorded; `recordings` in the current folder without it. In it, each
    /// recording has a folder of its own with recording.wav (left the recorded user, right the
    /// other side), metadata.xml, ladder.txt, verdicts.txt and timeline.json; the last three are
    /// kept of a call without a recording too.
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,

    /// Where to listen, in place of the address in the scenario; with a port, that of the
    /// platform for UDP and TCP, and TLS is at the next one.
    #[arg(long, value_name = "ADDR[:PORT]")]
    pub listen: Option<Place>,

    /// Where the settings API of the platform is asked over HTTP, if the scenario has an
    /// administrator: at any free port of this machine alone without it.
    #[arg(long, value_name = "ADDR[:PORT]")]
    pub api: Option<Place>,

    /// Stops by itself after so long: 20s, 5 min.
    #[arg(long = "for", value_name = "DURATION", value_parser = duration_of)]
    pub duration: Option<Duration>,
}

/// Arguments of `judge`.
#[derive(Args, Clone, Debug, Default)]
pub struct Judge {
    /// Captures of the same calls, one for each machine on which somebody captured; a packet that
    /// is in several counts once. Or one timeline.jsonl.
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,

    /// How far the clock of a capture is behind that of the first: 250ms, -1.5s; once for each
    /// further file, in their order. Without it, the packets that are in several files tell.
    #[arg(long = "offset", value_name = "DURATION", value_parser = offset_of, allow_hyphen_values = true)]
    pub offsets: Vec<i64>,

    /// The secrets of TLS connections, as programs write them that are told `SSLKEYLOGFILE=FILE`;
    /// more than once for several. Those in a pcapng file are known without it.
    #[arg(long, value_name = "FILE")]
    pub keys: Vec<PathBuf>,

    /// What a dialect is forgiven: rfc-strict (nothing), webex-calling, or field (what most
    /// peers live with).
    #[arg(long, value_name = "NAME", default_value = "rfc-strict", value_parser = profile_of)]
    pub profile: Profile,

    /// Shows every call with its streams, and every answer, not only what is wrong.
    #[arg(long)]
    pub all: bool,
}

/// Arguments of `requirements`.
#[derive(Args, Clone, Debug, Default)]
pub struct Requirements {
    /// Only rows of this source: RFC7866.
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,

    /// Only rows about this role: src, srs, ua, platform, recorder, any.
    #[arg(long, value_name = "NAME")]
    pub role: Option<String>,

    /// Only rows of this level: must, should, may, info.
    #[arg(long, value_name = "WORD")]
    pub level: Option<String>,

    /// Only rows of this priority: 1, 2 or 3.
    #[arg(long, value_name = "N")]
    pub priority: Option<u8>,

    /// Only rows that an example of this feature exercises: `dual_streams`.
    #[arg(long, value_name = "NAME")]
    pub feature: Option<String>,

    /// Only rows that a check can report.
    #[arg(long, conflicts_with = "not_judged")]
    pub judged: bool,

    /// Only rows that no check can report.
    #[arg(long)]
    pub not_judged: bool,
}

/// Arguments of `explain`.
#[derive(Args, Clone, Debug, Default)]
pub struct Explain {
    /// The requirement, such as RFC7866-7.1.1-2, or a source or a section of one: RFC7866-7.1.1.
    #[arg(value_name = "ID")]
    pub id: String,
}

fn profile_of(text: &str) -> Result<Profile, String> {
    Profile::named(text).ok_or_else(|| {
        let known: Vec<_> = Profile::ALL.iter().map(|profile| profile.name()).collect();
        format!("there are {}", known.join(", "))
    })
}

fn dialect_of(text: &str) -> Result<Dialect, String> {
    Dialect::of_word(text).ok_or_else(|| "there are rfc and webex".to_owned())
}

/// In nanoseconds.
fn offset_of(text: &str) -> Result<i64, String> {
    let (sign, span) = match text.strip_prefix('-') {
        Some(span) => (-1, span),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let nanos = i64::try_from(duration_of(span)?.as_nanos());
    nanos.map(|nanos| sign * nanos).map_err(|_| "too far".to_owned())
}

fn duration_of(text: &str) -> Result<Duration, String> {
    duration(text).map_err(|unreadable| format!("{}; {}", unreadable.what, unreadable.help))
}
