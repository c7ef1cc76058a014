//! One run of Terraform in a scratch copy, with the providers of a session and without anything of the user's cloud.

use std::{
    ffi::OsStr,
    io::{self, IsTerminal as _, Read, Write as _},
    process::{self, Output, Stdio},
};

use anyhow::{Context as _, Result};

use super::{program::Terraform, scratch::Scratch};
use crate::server::Session;

/// The command that Terraform is to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Say what would change.
    Plan,
    /// Change it.
    Apply,
    /// Take it away.
    Destroy,
    /// Look whether its tests pass.
    Test,
}

impl Command {
    /// Terraform's arguments: no questions, since nothing that is real can change.
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Plan => &["plan", "-input=false"],
            Self::Apply => &["apply", "-input=false", "-auto-approve"],
            Self::Destroy => &["destroy", "-input=false", "-auto-approve"],
            Self::Test => &["test"],
        }
    }
}

/// A run in preparation.
#[derive(Debug)]
pub struct Run<'a> {
    terraform: &'a Terraform,
    session: &'a Session,
    scratch: &'a Scratch,
    json: bool,
}

/// Terraform's exit code where a signal ended it, as shells say it.
const INTERRUPTED: u8 = 130;

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    /// Terraform's exit code.
    pub code: u8,
    /// Terraform's standard error, which has been passed on.
    pub complaints: String,
}

impl<'a> Run<'a> {
    /// Prepares a run; `json` passes Terraform's JSON through instead of its text.
    #[must_use]
    pub fn new(terraform: &'a Terraform, session: &'a Session, scratch: &'a Scratch, json: bool) -> Self {
        Self { terraform, session, scratch, json }
    }

    /// Initializes where that is needed, then runs; output goes where this process's goes. `more` are further arguments
    /// for Terraform.
    pub fn run(&self, command: Command, more: &[impl AsRef<OsStr>]) -> Result<Ended> {
        if let Some(failed) = self.initialize()? {
            return Ok(failed);
        }
        let mut terraform = self.command();
        terraform.args(command.arguments()).args(self.flags()).args(more).stderr(Stdio::piped());
        let mut running = terraform.spawn().context("running terraform")?;
        self.session.running.is(running.id());
        let complaints = running.stderr.take().map(pass_on).transpose()?.unwrap_or_default();
        let status = running.wait().context("waiting for terraform")?;
        self.session.running.is(0);
        Ok(Ended { code: code(status), complaints })
    }

    /// The same with its output kept; the input is closed. For callers that read what Terraform says.
    pub fn output<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Result<Output> {
        self.command().args(arguments).stdin(Stdio::null()).output().context("running terraform")
    }

    /// Initializes quietly; on failure what Terraform said is passed on.
    pub fn initialize(&self) -> Result<Option<Ended>> {
        if !self.scratch.is_stale() {
            return Ok(None);
        }
        let arguments = ["init", "-input=false", "-reconfigure"].into_iter().chain(self.flags());
        let output = self.output(&arguments.collect::<Vec<_>>())?;
        if output.status.success() {
            return Ok(None);
        }
        // Some of what it says when it initializes is text, whatever it was told: that is no result.
        for line in output.stdout.split_inclusive(|byte| *byte == b'\n') {
            let talk = self.json && !line.starts_with(b"{");
            // A reader that has gone away has had enough, which does not change how Terraform ended.
            let _ = if talk { io::stderr().write_all(line) } else { io::stdout().write_all(line) };
        }
        let _ = io::stderr().write_all(&output.stderr);
        let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
        Ok(Some(Ended { code: code(output.status), complaints }))
    }

    /// How Terraform is to speak. It colours even what goes into a file, unless it is told.
    fn flags(&self) -> Option<&'static str> {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) || !io::stdout().is_terminal();
        if self.json { Some("-json") } else { plain.then_some("-no-color") }
    }

    fn command(&self) -> process::Command {
        let mut command = self.terraform.command();
        command
            .current_dir(self.scratch.folder())
            .env("TF_REATTACH_PROVIDERS", self.session.reattach())
            .env("TF_CLI_CONFIG_FILE", self.scratch.configuration());
        command
    }
}

/// Passes what is written to standard error on as it comes, and keeps it.
fn pass_on(mut written: impl Read) -> Result<String> {
    let (mut kept, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        let length = written.read(&mut chunk).context("reading what terraform says")?;
        if length == 0 {
            return Ok(String::from_utf8_lossy(&kept).into_owned());
        }
        kept.extend_from_slice(&chunk[..length]);
        // Where nobody listens, Terraform goes on all the same.
        io::stderr().write_all(&chunk[..length]).ok();
    }
}

fn code(status: process::ExitStatus) -> u8 {
    status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(INTERRUPTED)
}
