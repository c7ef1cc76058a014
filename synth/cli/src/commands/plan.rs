//! `synth plan`: what Terraform would do, offline.

use anyhow::Result;
use synth_offline::Command;

use super::OnePart;
use crate::{offline::Offline, project::Project, report::Report};

/// Plans one part.
pub(crate) fn plan(project: &Project, args: &OnePart) -> Result<Report> {
    Offline::find(project, args.how.json)?.run(args.part, Command::Plan, &args.how.terraform).map(Report::code)
}
