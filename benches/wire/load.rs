//! What a process has cost so far.

use std::fs;
use std::time::Duration;

/// The processor time of all threads of a process, in user and kernel mode (proc(5), fields 14
/// and 15 of `stat`). What the kernel does on loopback for the receiver while the sender's call
/// lasts is in it, alike for every sender.
pub fn processor_time(process: u32) -> Result<Duration, String> {
    let path = format!("/proc/{process}/stat");
    let text = fs::read_to_string(&path).map_err(|error| format!("read {path}: {error}"))?;
    // The second field is a name in brackets that may hold anything.
    let (_, fields) = text.rsplit_once(") ").ok_or_else(|| format!("read {path}: {text}"))?;
    let ticks: u64 =
        fields.split(' ').skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Ok(Duration::from_millis(10) * u32::try_from(ticks).unwrap_or(u32::MAX))
}
