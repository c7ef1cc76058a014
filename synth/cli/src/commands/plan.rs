//! `synth plan`: what Terraform would do, offline.

use std::ffi::OsString;

use anyhow::Result;
use clap::Args;
use stacks::Part;
use synth_offline::Command;

use super::part;
use crate::{offline::Offline, project::Project, report::Report};

#[derive(Args, Debug)]
pub(crate) struct PlanArgs {
    /// Part
    #[arg(value_parser = part())]
    part: &'static Part,
    /// Print Terraform's JSON
    #[arg(long)]
    json: bool,
    /// Arguments for Terraform, such as `-detailed-exitcode`
    #[arg(last = true)]
    terraform: Vec<OsString>,
}

/// Plans one part.
pub(crate) fn plan(project: &Project, args: &PlanArgs) -> Result<Report> {
    Offline::find(project, args.json)?.run(args.part, Command::Plan, &args.terraform).map(Report::code)
}
