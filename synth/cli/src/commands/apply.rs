//! `synth apply`: one part or the whole platform, offline.

use std::ffi::OsString;

use anyhow::Result;
use clap::Args;
use stacks::{PARTS, Part};
use synth_offline::Command;

use super::{ForTerraform, part};
use crate::{
    offline::Offline,
    project::Project,
    report::{HEADING, Report, say},
};

#[derive(Args, Debug)]
pub(crate) struct ApplyArgs {
    /// Part
    #[arg(value_parser = part(), required_unless_present = "all")]
    part: Option<&'static Part>,
    /// Every part in its order, then a plan of each, which must find nothing left to do
    #[arg(long, conflicts_with_all = ["part", "terraform"])]
    all: bool,
    /// How.
    #[command(flatten)]
    how: ForTerraform,
}

/// Applies one part, or all of them until one fails.
pub(crate) fn apply(project: &Project, args: &ApplyArgs) -> Result<Report> {
    let offline = Offline::find(project, args.how.json)?;
    if let Some(part) = args.part {
        return offline.run(part, Command::Apply, &args.how.terraform).map(Report::code);
    }
    let nothing_left = [OsString::from("-detailed-exitcode")];
    for (command, title, arguments) in
        [(Command::Apply, "apply", &[][..]), (Command::Plan, "plan again", &nothing_left)]
    {
        for part in PARTS {
            say(format_args!("{HEADING}{title} {}{HEADING:#}", part.name));
            match offline.try_run(part, command, arguments)? {
                None => say("  nothing that Terraform applies"),
                Some(0) => {}
                Some(code) => return Ok(Report::code(code)),
            }
        }
    }
    Ok(Report::code(0))
}
