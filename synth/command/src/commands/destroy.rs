//! `synth destroy`: takes away what an offline apply has made.

use anyhow::Result;
use clap::Args;
use synth_offline::Command;
use synth_project::{Part, Project};

use super::arguments::{ForTerraform, stack, stacks};
use crate::{
    offline::Offline,
    project::Opened,
    report::{Report, say},
};

/// The stack that holds everybody's state: its bucket refuses to be destroyed, as in AWS.
const KEPT: &str = "bootstrap";

#[derive(Args, Debug)]
pub struct DestroyArgs<P: Project> {
    /// Stack
    #[arg(value_parser = stack::<P>(), value_name = "STACK", required_unless_present = "all")]
    stack: Option<&'static Part<P>>,
    /// Every stack, the last one first, until one fails; `bootstrap` stays, whose bucket is protected
    #[arg(long, conflicts_with_all = ["stack", "terraform"])]
    all: bool,
    /// How.
    #[command(flatten)]
    how: ForTerraform,
}

/// Destroys one stack, or all that may be, until one fails.
pub fn destroy<P: Project>(project: &Opened<P>, args: &DestroyArgs<P>) -> Result<Report> {
    let offline = Offline::find(project, args.how.json)?;
    if let Some(stack) = args.stack {
        return offline.run(stack, Command::Destroy, &args.how.terraform).map(Report::code);
    }
    let others = stacks::<P>().rev().filter(|stack| stack.name != KEPT);
    let code = offline.run_each(others, Command::Destroy, "destroy", &[])?;
    if code == 0 {
        say(format_args!("`{KEPT}` stays, whose bucket is protected, as with `make down`"));
    }
    Ok(Report::code(code))
}
