//! CPU time and memory of a command and all that it starts.

use std::error::Error;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, io};

use serde::{Deserialize, Serialize};

/// What a command took, in seconds of CPU time (user and system) and in bytes of the largest process.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub struct Usage {
    pub cpu: f64,
    pub peak: u64,
}

/// Runs a command by a process of its own, whose children are those of the command alone.
pub fn run(folder: &Path, target: &Path, command: &[&str]) -> Result<Usage, Box<dyn Error>> {
    let mut measured = Command::new(env::current_exe()?);
    measured.args(["bench", "--measure"]).args(command);
    measured.current_dir(folder).env("CARGO_TARGET_DIR", target);
    measured.stderr(Stdio::inherit());
    let output = measured.output()?;
    if !output.status.success() {
        let command = command.join(" ");
        return Err(format!("`{command}` failed in {}", folder.display()).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Runs a command and returns what it took.
#[cfg(unix)]
pub fn measure(command: &[OsString]) -> io::Result<Usage> {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeVal;

    let [program, arguments @ ..] = command else {
        return Err(io::Error::other("there is no command to measure"));
    };
    let mut command = Command::new(program);
    let status = command.args(arguments).stdout(io::stderr()).status()?;
    if !status.success() {
        return Err(io::Error::other("the measured command failed"));
    }
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let seconds = |time: TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    // Linux counts KiB, macOS bytes.
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    Ok(Usage {
        cpu: seconds(usage.user_time()) + seconds(usage.system_time()),
        peak: u64::try_from(usage.max_rss()).unwrap_or(0) * unit,
    })
}

#[cfg(not(unix))]
pub fn measure(_: &[OsString]) -> io::Result<Usage> {
    Err(io::Error::other(
        "CPU time of other processes is measured on Unix only",
    ))
}
