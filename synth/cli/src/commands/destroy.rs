//! `synth destroy`: takes away what an offline apply has made.

use anyhow::Result;
use synth_offline::Command;

use super::OnePart;
use crate::{offline::Offline, project::Project, report::Report};

/// Destroys one part.
pub(crate) fn destroy(project: &Project, args: &OnePart) -> Result<Report> {
    Offline::find(project, args.how.json)?.run(args.part, Command::Destroy, &args.how.terraform).map(Report::code)
}
