//! The programs that the interop test needs, and the Debian package of each.

use std::env;
use std::path::Path;

use crate::{baresip, settings};

/// What is not installed, each with the package that brings it.
pub fn missing() -> Vec<String> {
    let folders: Vec<_> =
        env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default();
    let programs = PROGRAMS
        .iter()
        .filter(|(program, _)| !folders.iter().any(|folder| folder.join(program).is_file()))
        .copied();
    let modules = [baresip::CODECS_AND_SOUND, baresip::APPLICATIONS]
        .concat()
        .into_iter()
        .filter(|module| !Path::new(baresip::MODULE_PATH).join(module).is_file())
        .map(|module| (module, "baresip-core"));
    programs
        .chain(modules)
        .map(|(name, package)| format!("{name} is missing: apt-get install {package}"))
        .chain(settings::missing())
        .collect()
}

const PROGRAMS: &[(&str, &str)] = &[
    ("sipp", "sip-tester"),
    ("baresip", "baresip-core"),
    ("tshark", "tshark"),
    ("dumpcap", "wireshark-common"),
    ("ip", "iproute2"),
    ("unshare", "util-linux"),
];
