//! A client of the settings API that none of us wrote: the public Python package `wxc_sdk`.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::Program;
use crate::serve::Served;
use crate::sipp::PATIENCE;

pub fn wxc_sdk_reads_and_writes_the_settings_of_a_person(folder: &Path) {
    let served = Served::start(folder);
    let script = root().join("tests/interop/wxc_sdk/settings.py");
    let mut command = Command::new(python());
    command.arg(script);
    command.args([&format!("http://{}/v1", Served::api()), "kim-token", "bob@acme.example"]);
    let told = Program::start("wxc_sdk", &mut command, folder).end(PATIENCE).well();
    assert!(told.ends_with("all is well\n"), "{told}");
    let kept = served.stop();
    kept.has_no_recording();
    kept.capture.is_whole();
    assert_ne!(kept.capture.frames("http.request.method == PUT"), 0);
}

/// What is missing for it, if anything.
pub fn missing() -> Option<String> {
    let python = python();
    let found = Command::new(&python).args(["-c", "import wxc_sdk"]).output();
    if found.is_ok_and(|found| found.status.success()) {
        return None;
    }
    let folder = root().join(FOLDER);
    let (python, folder) = (python.display(), folder.display());
    Some(format!(
        "{python} has no wxc_sdk: python3 -m venv {folder} && {folder}/bin/pip install wxc_sdk"
    ))
}

/// The interpreter that has the package: `TALLYLIGHT_PYTHON`, or that of the environment that
/// `.ci/run` makes.
fn python() -> PathBuf {
    let named = env::var_os("TALLYLIGHT_PYTHON").map(PathBuf::from);
    named.unwrap_or_else(|| root().join(FOLDER).join("bin/python"))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

const FOLDER: &str = "target/interop-python";
