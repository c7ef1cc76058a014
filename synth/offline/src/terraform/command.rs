//! One run of Terraform in a scratch copy, with the providers of a session and without anything of the user's cloud.

use std::{
    ffi::OsStr,
    io::{self, IsTerminal as _, Write as _},
    process::{self, Output, Stdio},
};

use anyhow::{Context as _, Result};

use super::{program::Terraform, scratch::Scratch};
use crate::server::Session;

/// What Terraform is to do.
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
/// Where Terraform and the AWS SDK find credentials, accounts and proxies, and what changes Terraform's arguments.
const KEPT_OUT: &[&str] = &["AWS_", "TF_", "KUBE", "HELM_"];

/// What of these is a stack's own: the values of its variables, and how much Terraform logs.
const LET_IN: &[&str] = &["TF_VAR_", "TF_LOG"];

impl<'a> Run<'a> {
    /// Prepares a run; `json` passes Terraform's JSON through instead of its text.
    #[must_use]
    pub fn new(terraform: &'a Terraform, session: &'a Session, scratch: &'a Scratch, json: bool) -> Self {
        Self { terraform, session, scratch, json }
    }

    /// Initializes where that is needed, then runs; output goes where this process's goes. `more` are further arguments
    /// for Terraform. The result is Terraform's exit code.
    pub fn run(&self, command: Command, more: &[impl AsRef<OsStr>]) -> Result<u8> {
        if let Some(code) = self.initialize()? {
            return Ok(code);
        }
        let mut terraform = self.command();
        terraform.args(command.arguments()).args(self.flags()).args(more);
        let status = terraform.status().context("running terraform")?;
        Ok(code(status))
    }

    /// The same with its output kept; the input is closed. For callers that read what Terraform says.
    pub fn output<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Result<Output> {
        self.command().args(arguments).stdin(Stdio::null()).output().context("running terraform")
    }

    /// Initializes quietly; on failure what Terraform said is passed on, with its exit code.
    pub fn initialize(&self) -> Result<Option<u8>> {
        if !self.scratch.is_stale() {
            return Ok(None);
        }
        let arguments = ["init", "-input=false", "-reconfigure"].into_iter().chain(self.flags());
        let output = self.output(&arguments.collect::<Vec<_>>())?;
        if output.status.success() {
            return Ok(None);
        }
        io::stdout().write_all(&output.stdout).context("passing on what terraform said")?;
        io::stderr().write_all(&output.stderr).context("passing on what terraform said")?;
        Ok(Some(code(output.status)))
    }

    /// How Terraform is to speak. It colours even what goes into a file, unless it is told.
    fn flags(&self) -> Option<&'static str> {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) || !io::stdout().is_terminal();
        if self.json { Some("-json") } else { plain.then_some("-no-color") }
    }

    fn command(&self) -> process::Command {
        let mut command = self.terraform.command();
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if KEPT_OUT.iter().any(|prefix| text.starts_with(prefix))
                && !LET_IN.iter().any(|prefix| text.starts_with(prefix))
            {
                command.env_remove(&name);
            }
        }
        command
            .current_dir(self.scratch.folder())
            .env("TF_REATTACH_PROVIDERS", self.session.reattach())
            .env("TF_CLI_CONFIG_FILE", self.scratch.configuration())
            .env("TF_IN_AUTOMATION", "1")
            .env("CHECKPOINT_DISABLE", "1")
            .env("AWS_EC2_METADATA_DISABLED", "true");
        command
    }
}

fn code(status: process::ExitStatus) -> u8 {
    status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(INTERRUPTED)
}
