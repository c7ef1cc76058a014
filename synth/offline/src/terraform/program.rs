//! The Terraform on this machine: is it there, and is it new enough?

use std::{ffi::OsString, fmt, io, process};

use serde::Deserialize;

/// The first version with write-only arguments.
const OLDEST: (u32, u32) = (1, 11);

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
        #[derive(Deserialize)]
        struct Version {
            terraform_version: String,
        }
        let program = program.into();
        let output = process::Command::new(&program)
            .args(["version", "-json"])
            .env("CHECKPOINT_DISABLE", "1")
            // Whatever this file names, the version does not depend on it, and a missing one is talked about.
            .env("TF_CLI_CONFIG_FILE", "/dev/null")
            .output()
            .map_err(Unusable::Missing)?;
        let said = String::from_utf8_lossy(&output.stdout);
        let Ok(Version { terraform_version: version }) = serde_json::from_str(&said) else {
            return Err(Unusable::Unclear(said.lines().next().unwrap_or_default().to_owned()));
        };
        let mut numbers = version.split('.').map(|number| number.parse().unwrap_or(0_u32));
        let found = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        if found < OLDEST { Err(Unusable::Old(version)) } else { Ok(Self { program }) }
    }

    /// A command of this Terraform.
    pub(crate) fn command(&self) -> process::Command {
        process::Command::new(&self.program)
    }
}

impl fmt::Display for Unusable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(error) => {
                write!(formatter, "terraform 1.11 or newer is needed, and `terraform` does not start: {error}")
            }
            Self::Old(version) => write!(formatter, "terraform 1.11 or newer is needed, and this one is {version}"),
            Self::Unclear(said) => {
                write!(formatter, "terraform 1.11 or newer is needed, and this one answers `{said}`")
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
