//! `synth destroy`: takes away what an offline apply has made.

use std::ffi::OsString;

use anyhow::Result;
use clap::Args;
use stacks::Part;
use synth_offline::Command;

use super::part;
use crate::{offline::Offline, project::Project, report::Report};

#[derive(Args, Debug)]
pub(crate) struct DestroyArgs {
    /// Part
    #[arg(value_parser = part())]
    part: &'static Part,
    /// Print Terraform's JSON
    #[arg(long)]
    json: bool,
    /// Arguments for Terraform, such as `-target=…`
    #[arg(last = true)]
    terraform: Vec<OsString>,
}

/// Destroys one part.
pub(crate) fn destroy(project: &Project, args: &DestroyArgs) -> Result<Report> {
    Offline::find(project, args.json)?.run(args.part, Command::Destroy, &args.terraform).map(Report::code)
}
