//! `synth apply`: one stack or the whole platform, offline.

use std::ffi::OsString;

use anyhow::Result;
use clap::Args;
use synth_offline::Command;
use synth_project::{Part, Project};

use super::arguments::{ForTerraform, stack, stacks};
use crate::{offline::Offline, project::Opened, report::Report};

#[derive(Args, Debug)]
pub struct ApplyArgs<P: Project> {
    /// Stack
    #[arg(value_parser = stack::<P>(), value_name = "STACK", required_unless_present = "all")]
    stack: Option<&'static Part<P>>,
    /// Every stack in order, until one fails; then a second plan of each, which must find nothing to change
    #[arg(long, conflicts_with_all = ["stack", "terraform"])]
    all: bool,
    /// How.
    #[command(flatten)]
    how: ForTerraform,
}

/// Applies one stack, or all of them until one fails.
pub fn apply<P: Project>(project: &Opened<P>, args: &ApplyArgs<P>) -> Result<Report> {
    let offline = Offline::find(project, args.how.json)?;
    if let Some(stack) = args.stack {
        return offline.run(stack, Command::Apply, &args.how.terraform).map(Report::code);
    }
    let code = match offline.run_each(stacks::<P>(), Command::Apply, "apply", &[])? {
        0 => offline.run_each(stacks::<P>(), Command::Plan, "plan again", &[OsString::from("-detailed-exitcode")])?,
        code => code,
    };
    Ok(Report::code(code))
}
