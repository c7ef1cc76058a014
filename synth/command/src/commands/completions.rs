//! `synth completions`: what a shell needs to complete the command line.

use anyhow::Result;
use clap::{Args, Command};
use clap_complete::{Shell, generate};

use crate::report::Report;

#[derive(Args, Debug)]
pub struct CompletionsArgs {
    /// Shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints the script for a shell.
pub fn completions(args: &CompletionsArgs, mut command: Command) -> Result<Report> {
    let mut script = Vec::new();
    let name = command.get_name().to_owned();
    generate(args.shell, &mut command, name, &mut script);
    Ok(Report::fine(String::from_utf8(script)?))
}
