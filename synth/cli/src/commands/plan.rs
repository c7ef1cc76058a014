//! `synth plan`: what Terraform would do, offline.

use anyhow::Result;
use clap::Args;
use synth_offline::Command;

use super::arguments::{ForTerraform, stack, stacks};
use crate::{
    offline::Offline,
    project::{Part, Project},
    report::Report,
};

#[derive(Args, Debug)]
pub(crate) struct PlanArgs {
    /// Stack
    #[arg(value_parser = stack(), value_name = "STACK", required_unless_present = "all")]
    stack: Option<&'static Part>,
    /// Every stack in its order, until one fails
    #[arg(long, conflicts_with_all = ["stack", "terraform"])]
    all: bool,
    /// How.
    #[command(flatten)]
    how: ForTerraform,
}

/// Plans one stack, or all of them until one fails.
pub(crate) fn plan(project: &Project, args: &PlanArgs) -> Result<Report> {
    let offline = Offline::find(project, args.how.json)?;
    let code = match args.stack {
        Some(stack) => offline.run(stack, Command::Plan, &args.how.terraform)?,
        None => offline.run_each(stacks(), Command::Plan, "plan", &[])?,
    };
    Ok(Report::code(code))
}
