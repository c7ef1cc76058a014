//! `synth plan`: what Terraform would do, offline.

use anyhow::Result;
use clap::Args;
use synth_offline::Command;
use synth_project::{Part, Project};

use super::arguments::{ForTerraform, stack, stacks};
use crate::{offline::Offline, project::Opened, report::Report};

#[derive(Args, Debug)]
pub struct PlanArgs<P: Project> {
    /// Stack
    #[arg(value_parser = stack::<P>(), value_name = "STACK", required_unless_present = "all")]
    stack: Option<&'static Part<P>>,
    /// Every stack in order, until one fails
    #[arg(long, conflicts_with_all = ["stack", "terraform"])]
    all: bool,
    /// How.
    #[command(flatten)]
    how: ForTerraform,
}

/// Plans one stack, or all of them until one fails.
pub fn plan<P: Project>(project: &Opened<P>, args: &PlanArgs<P>) -> Result<Report> {
    let offline = Offline::find(project, args.how.json)?;
    let code = match args.stack {
        Some(stack) => offline.run(stack, Command::Plan, &args.how.terraform)?,
        None => offline.run_each(stacks::<P>(), Command::Plan, "plan", &[])?,
    };
    Ok(Report::code(code))
}
