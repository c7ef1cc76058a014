//! `synth apply`: one stack or the whole platform, offline.

use std::ffi::OsString;

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
pub(crate) struct ApplyArgs {
    /// Stack
    #[arg(value_parser = stack(), value_name = "STACK", required_unless_present = "all")]
    stack: Option<&'static Part>,
    /// Every stack in its order, then a plan of each, which must find nothing left to do
    #[arg(long, conflicts_with_all = ["stack", "terraform"])]
    all: bool,
    /// How.
    #[command(flatten)]
    how: ForTerraform,
}

/// Applies one stack, or all of them until one fails.
pub(crate) fn apply(project: &Project, args: &ApplyArgs) -> Result<Report> {
    let offline = Offline::find(project, args.how.json)?;
    if let Some(stack) = args.stack {
        return offline.run(stack, Command::Apply, &args.how.terraform).map(Report::code);
    }
    let code = match offline.run_each(stacks(), Command::Apply, "apply", &[])? {
        0 => offline.run_each(stacks(), Command::Plan, "plan again", &[OsString::from("-detailed-exitcode")])?,
        code => code,
    };
    Ok(Report::code(code))
}
