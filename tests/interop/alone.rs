//! Runs an example in namespaces of its own, where it owns every port and every process.

use std::env;
use std::fs::{self, File};
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::Example;
use crate::program::wait_for_end;

/// The address that every example uses for SIP and, where it may choose, for media.
pub const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Marks a call of this program by itself, inside the namespaces.
pub const FLAG: &str = "--alone";

/// Runs the example in a child and says what it wrote if it failed or had no end.
pub fn run(example: &Example) -> Result<(), String> {
    let folder = folder_of(example);
    let log = folder.join("example.out");
    let output = File::create(&log).expect("a fresh folder can be written");
    let mut command = Command::new("unshare");
    if fs::metadata("/proc/self").is_ok_and(|process| process.uid() != 0) {
        command.arg("--map-root-user");
    }
    let mut child = command
        .args(["--net", "--pid", "--fork", "--kill-child", "--"])
        .arg(env::current_exe().expect("this program has a path"))
        .args([FLAG, example.name])
        .arg(&folder)
        .stdin(Stdio::null())
        .stdout(output.try_clone().expect("a file handle can be copied"))
        .stderr(output)
        .spawn()
        .expect("unshare is installed");
    match wait_for_end(&mut child, LONGEST_EXAMPLE) {
        Some(status) if status.success() => return Ok(()),
        Some(_) => {}
        None => {
            // --kill-child ends everything in the namespaces with it.
            child.kill().expect("it has not been waited for");
            child.wait().expect("it was killed");
        }
    }
    let said = fs::read_to_string(&log).unwrap_or_default();
    Err(format!("{}\n        files: {}", said.trim_end(), folder.display()))
}

/// Runs the example in this process, which must be alone in its network namespace.
pub fn run_here(example: &Example, folder: &Path) {
    succeed(Command::new("ip").args(["link", "set", "lo", "up"]));
    // The first address outside 127/8 is what baresip writes into its SDP (RFC 5737 block).
    succeed(Command::new("ip").args(["address", "add", "192.0.2.10/32", "dev", "lo"]));
    (example.run)(folder);
}

fn succeed(command: &mut Command) {
    let status = command.status().expect("iproute2 is installed");
    assert!(status.success(), "{command:?} ended with {status}");
}

fn folder_of(example: &Example) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("interop")
        .join(example.name.replace("::", "."));
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("the folder of the last run is ours");
    }
    fs::create_dir_all(&folder).expect("the target folder can be written");
    folder
}

const LONGEST_EXAMPLE: Duration = Duration::from_secs(90);
