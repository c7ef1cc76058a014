//! `synth destroy`: takes away what an offline apply has made.

use anyhow::Result;
use clap::Args;
use synth_offline::Command;
use synth_project::{Kept, Part, Project};

use super::arguments::{ForTerraform, stack, stacks};
use crate::{
    offline::Offline,
    project::Opened,
    report::{Report, say},
};

#[derive(Args, Debug)]
pub struct DestroyArgs<P: Project> {
    /// Stack
    #[arg(value_parser = stack::<P>(), value_name = "STACK", required_unless_present = "all")]
    stack: Option<&'static Part<P>>,
    #[arg(long, help = everything::<P>(), conflicts_with_all = ["stack", "terraform"])]
    all: bool,
    /// How.
    #[command(flatten)]
    how: ForTerraform,
}

/// The help of the option for every stack.
fn everything<P: Project>() -> String {
    let kept = P::KEPT.map(|Kept { part, reason }| format!("; `{part}` stays, because {reason}"));
    format!("Every stack in reverse order, until one fails{}", kept.unwrap_or_default())
}

/// Destroys one stack, or all that may be, until one fails.
pub fn destroy<P: Project>(project: &Opened<P>, args: &DestroyArgs<P>) -> Result<Report> {
    let offline = Offline::find(project, args.how.json)?;
    if let Some(stack) = args.stack {
        return offline.run(stack, Command::Destroy, &args.how.terraform).map(Report::code);
    }
    let others = stacks::<P>().rev().filter(|stack| P::KEPT.is_none_or(|kept| kept.part != stack.name));
    let code = offline.run_each(others, Command::Destroy, "destroy", &[])?;
    if let Some(Kept { part, reason }) = P::KEPT.filter(|_| code == 0) {
        say(format_args!("`{part}` stays, because {reason}"));
    }
    Ok(Report::code(code))
}
