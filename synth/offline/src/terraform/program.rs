//! The Terraform on this machine: is it there, and is it new enough?

use std::{ffi::OsString, fmt, io, process};

/// The first version with write-only arguments.
const OLDEST: (u32, u32) = (1, 11);

/// Where Terraform and the AWS SDK find credentials, accounts and proxies, and what changes Terraform's arguments.
const KEPT_OUT: &[&str] = &["AWS_", "TF_", "KUBE", "HELM_"];

/// The exceptions, which are a stack's own: the values of its variables, and how much Terraform logs.
const LET_IN: &[&str] = &["TF_VAR_", "TF_LOG"];

/// A Terraform that can be used.
#[derive(Clone, Debug)]
pub struct Terraform {
    program: OsString,
}

/// Why there is none; one line for a person.
#[derive(Debug)]
pub enum Unusable {
    /// The program did not start.
    Missing(io::Error),
    /// It is older than what the stacks need.
    Old(String),
    /// It did not say what it is.
    Unclear(String),
}

impl Terraform {
    /// The `terraform` of the search path, version 1.11 or newer.
    pub fn find() -> Result<Self, Unusable> {
        Self::at("terraform")
    }

    /// The Terraform of this name or path, version 1.11 or newer.
    pub fn at(program: impl Into<OsString>) -> Result<Self, Unusable> {
        let terraform = Self { program: program.into() };
        // The user's own configuration says nothing about the version, and a missing one would be talked about.
        let mut version = terraform.command();
        let output =
            version.arg("version").env("TF_CLI_CONFIG_FILE", "/dev/null").output().map_err(Unusable::Missing)?;
        let said = String::from_utf8_lossy(&output.stdout);
        let first = said.lines().next().unwrap_or_default();
        // The name counts: a fork looks for providers in a registry of its own, and finds none of ours.
        let version = first.strip_prefix("Terraform v").and_then(|version| Some((version, numbers(version)?)));
        match version {
            None => Err(Unusable::Unclear(first.to_owned())),
            Some((version, found)) if found < OLDEST => Err(Unusable::Old(version.to_owned())),
            Some(_) => Ok(terraform),
        }
    }

    /// A command of this Terraform, which hears nothing of the user's cloud and of other arguments.
    pub(crate) fn command(&self) -> process::Command {
        let mut command = process::Command::new(&self.program);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            let among = |prefixes: &[&str]| prefixes.iter().any(|prefix| text.starts_with(prefix));
            if among(KEPT_OUT) && !among(LET_IN) {
                command.env_remove(&name);
            }
        }
        command.env("TF_IN_AUTOMATION", "1").env("CHECKPOINT_DISABLE", "1").env("AWS_EC2_METADATA_DISABLED", "true");
        command
    }
}

/// The first two numbers of a version.
fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

impl fmt::Display for Unusable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(error) => {
                write!(formatter, "`terraform` does not start: {error}: install Terraform 1.11 or newer")
            }
            Self::Old(version) => {
                write!(formatter, "`terraform` is {version}, which is too old: install Terraform 1.11 or newer")
            }
            Self::Unclear(said) => {
                write!(
                    formatter,
                    "`terraform` prints the version `{said}`, which is not one of Terraform's: install Terraform 1.11 \
                     or newer"
                )
            }
        }
    }
}

impl std::error::Error for Unusable {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // The text has said it already.
        None
    }
}
