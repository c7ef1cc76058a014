//! Processes that end with the value that stands for them: asked first, then made to.

use std::{
    fs::File,
    os::unix::process::ExitStatusExt as _,
    path::Path,
    process::{ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::{
    process::{Child, Command},
    time::timeout,
};

/// How a process is ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ending {
    /// How it is asked.
    pub(crate) first: Signal,
    /// How long it may take then.
    pub(crate) patience: Duration,
    /// Is all that it has started asked, too?
    pub(crate) group: bool,
}

/// A process that runs.
#[derive(Debug)]
pub(crate) struct Started {
    child: Child,
    process: Pid,
    ending: Ending,
}

impl Started {
    /// Starts a command, in a process group of its own if that is ended as a whole.
    pub(crate) fn new(command: &mut Command, ending: Ending) -> Result<Self> {
        if ending.group {
            // Who is not of the terminal's own group is stopped when it reads.
            command.process_group(0).stdin(Stdio::null());
        }
        let child = command.spawn().with_context(|| format!("starting `{}`", words(command)))?;
        let process =
            child.id().and_then(|id| Pid::from_raw(id.try_into().ok()?)).context("a process without a number")?;
        Ok(Self { child, process, ending })
    }

    /// Waits for its end, and says its exit code; one that a signal ended has the signal's number, below zero.
    pub(crate) async fn ended(&mut self) -> Result<i32> {
        Ok(code(self.child.wait().await?))
    }

    /// Whether it has ended already.
    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    fn tell(&self, signal: Signal) {
        let told: fn(Pid, Signal) -> rustix::io::Result<()> =
            if self.ending.group { kill_process_group } else { kill_process };
        // One that has ended meanwhile needs no signal.
        told(self.process, signal).ok();
    }

    fn ends_within(&mut self, patience: Duration) -> bool {
        let begun = Instant::now();
        while !self.has_ended() {
            if begun.elapsed() > patience {
                return false;
            }
            thread::sleep(Duration::from_millis(10));
        }
        true
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        if self.has_ended() {
            return;
        }
        self.tell(self.ending.first);
        if !self.ends_within(self.ending.patience) {
            self.tell(Signal::KILL);
            self.ends_within(Duration::from_secs(10));
        }
    }
}

/// The exit code of a process; one that a signal ended has the signal's number, below zero.
pub(crate) fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| -status.signal().unwrap_or_default())
}

/// A file that gets both outputs of a command.
pub(crate) fn log_to(command: &mut Command, log: &Path) -> Result<()> {
    let context = || format!("writing `{}`", log.display());
    let file = File::create(log).with_context(context)?;
    command.stdout(file.try_clone().with_context(context)?).stderr(file);
    Ok(())
}

/// A command as somebody would type it.
pub(crate) fn words(command: &Command) -> String {
    let command = command.as_std();
    let words = [command.get_program()].into_iter().chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// The text that a command says; nothing when it is not there or does not work, as a placeholder for a tool does not.
pub(crate) async fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    let output = command.args(arguments).stdin(Stdio::null()).kill_on_drop(true).output();
    let output = timeout(Duration::from_mins(1), output).await.ok()?.ok()?;
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    output.status.success().then(|| text.into_owned())
}
