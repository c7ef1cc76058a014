//! `synth completions`: what a shell needs to complete the command line.

use anyhow::Result;
use clap::{Args, CommandFactory as _};
use clap_complete::{Shell, generate};

use crate::{cli::Cli, report::Report};

#[derive(Args, Debug)]
pub(crate) struct CompletionsArgs {
    /// Shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints the script for a shell.
pub(crate) fn completions(args: &CompletionsArgs) -> Result<Report> {
    let mut script = Vec::new();
    generate(args.shell, &mut Cli::command(), "synth", &mut script);
    Ok(Report::fine(String::from_utf8(script)?))
}
