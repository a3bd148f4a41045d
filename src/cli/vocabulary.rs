//! `tallylight steps`: the sentences that features can be written in.

use crate::steps::{PARAMETERS, word};

use super::exit::Exit;
use super::load;
use super::output::Output;

/// Prints every sentence, where it is defined, and what it means.
pub fn print(output: &mut Output) -> Exit {
    let vocabulary = load::vocabulary();
    let mut kind = None;
    for sentence in vocabulary.iter() {
        if kind.is_some() && kind != Some(sentence.kind) {
            output.say("\n");
        }
        kind = Some(sentence.kind);
        let word = word(sentence.kind);
        output.say(&format!("{word:<5} {}\n", sentence.text));
        if let Some(doc) = &sentence.doc {
            output.say(&format!("      {doc}\n"));
        }
        output.say(&format!("      {}:{}\n", sentence.file, sentence.line));
    }
    if kind.is_none() {
        output.say("there are no sentences\n");
        return Exit::NothingRan;
    }
    output.say("\nwhere\n");
    for (name, _) in PARAMETERS {
        let meaning = match *name {
            "party" => "somebody in the cast, by name: Alice",
            "duration" => "a stretch of time: 10 seconds, 500 ms, a minute",
            "count" => "how many: no, one, two … ten, or digits",
            _ => "a value",
        };
        output.say(&format!("      {:<10} {meaning}\n", format!("{{{name}}}")));
    }
    Exit::Passed
}
