//! `--report FILE`: what came of a run, for a browser, a program, or whatever shows tests.

use std::fs;
use std::path::{Path, PathBuf};

use crate::report::{self, RunReport};
use crate::scenario::Diagnostic;

use super::exit::Exit;

/// Whether all of these can be written: better known before an hour of calls than after.
pub fn can_be_written(paths: &[PathBuf]) -> Result<(), Diagnostic> {
    for path in paths {
        form_of(path)?;
        fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(path)
            .map_err(|why| cannot(path, &why))?;
    }
    Ok(())
}

/// Writes all of these.
pub fn write(paths: &[PathBuf], report: &RunReport, exit: Exit) -> Result<(), Diagnostic> {
    for path in paths {
        let text = match form_of(path)? {
            Form::Page => report::html(report, &exit.to_string()),
            Form::Json => report::json(report),
            Form::Junit => report::junit(report),
        };
        fs::write(path, text).map_err(|why| cannot(path, &why))?;
    }
    Ok(())
}

enum Form {
    Page,
    Json,
    Junit,
}

fn form_of(path: &Path) -> Result<Form, Diagnostic> {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("html") => Ok(Form::Page),
        Some("json") => Ok(Form::Json),
        Some("xml") => Ok(Form::Junit),
        _ => {
            let what = format!("`--report {}` has no ending that says what it is", path.display());
            let help = ".html is a page for a browser, .json is JSON, .xml is JUnit";
            Err(Diagnostic::new(what).help(help))
        }
    }
}

fn cannot(path: &Path, why: &std::io::Error) -> Diagnostic {
    Diagnostic::new(format!("cannot write {}: {why}", path.display()))
        .help("`--report` names a file in a folder that is there")
}
