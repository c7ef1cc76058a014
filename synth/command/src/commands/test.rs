//! `synth test`: the invariants of stacks, offline.

use anyhow::Result;
use clap::Args;
use synth_offline::Command;
use synth_project::{Part, Project};

use super::arguments::{ForTerraform, stack, stacks};
use crate::{
    offline::Offline,
    project::Opened,
    report::{HEADING, Report, say},
};

#[derive(Args, Debug)]
pub struct TestArgs<P: Project> {
    /// Stacks
    #[arg(value_parser = stack::<P>(), value_name = "STACK", required_unless_present = "all")]
    stacks: Vec<&'static Part<P>>,
    /// Every stack
    #[arg(long, conflicts_with = "stacks")]
    all: bool,
    /// How.
    #[command(flatten)]
    how: ForTerraform,
}

/// Tests every chosen stack, whatever comes of the others; the first failure decides the exit code.
pub fn test<P: Project>(project: &Opened<P>, args: &TestArgs<P>) -> Result<Report> {
    let offline = Offline::find(project, args.how.json)?;
    let stacks = if args.all { &stacks::<P>().collect() } else { &args.stacks };
    let mut failed = 0;
    for stack in stacks {
        if stacks.len() > 1 {
            say(format_args!("{HEADING}test {}{HEADING:#}", stack.name));
        }
        let code = offline.run(stack, Command::Test, &args.how.terraform)?;
        if failed == 0 {
            failed = code;
        }
    }
    Ok(Report::code(failed))
}
