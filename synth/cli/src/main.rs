//! `synth` writes the platform to `out/`, and says how `out/` differs from the code.
//!
//! The crate `stacks` defines the platform; `synth-command` has the commands that suit every project.

mod cli;
mod commands;
mod problems;
mod project;

use std::process::ExitCode;

use anyhow::Result;
use clap::{CommandFactory as _, Parser as _};
use stacks::Platform;
use synth_command::{
    commands::{apply, check, completions, destroy, diff, graph, list, plan, policies, test, write},
    complain,
    report::{Outcome, Report, print},
};

use crate::{
    cli::{Cli, Command},
    commands::{access, cost, images, init, load_report, settings, simulate, upgrade},
    project::Project,
};

fn main() -> ExitCode {
    let result = run(&Cli::parse()).and_then(|report| {
        print(&report.text)?;
        Ok(report.outcome)
    });
    match result {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::Finding) => ExitCode::from(1),
        Ok(Outcome::Code(code)) => ExitCode::from(code),
        Err(error) => {
            complain::<Platform>(&error);
            ExitCode::from(2)
        }
    }
}

/// Does what the command line asks for.
fn run(cli: &Cli) -> Result<Report> {
    match &cli.command {
        Command::Policies(args) => return policies::policies::<Platform>(args),
        Command::Completions(args) => return completions::completions(args, Cli::command()),
        Command::Init(args) => return init::init(&cli.project, args),
        Command::Upgrade(args) => return upgrade::upgrade(&cli.project, args),
        Command::Simulate(args) if let Some(report) = simulate::replay::asked(args) => return report,
        _ => {}
    }
    let project = Project::open(&cli.project)?;
    match &cli.command {
        Command::Part(command) => write::write(&project, Some(command.part), &command.args),
        Command::All(args) => write::write(&project, None, args),
        Command::List(args) => list::list(&project, args),
        Command::Check(args) => check::check(&project, args),
        Command::Diff(args) => diff::diff(&project, args),
        Command::Graph(args) => graph::graph(&project, args),
        Command::Images(args) => images::images(&project, &cli.project, args),
        Command::Access(args) => access::access(&project, args),
        Command::Settings(args) => settings::settings(&project, args),
        Command::Plan(args) => plan::plan(&project, args),
        Command::Apply(args) => apply::apply(&project, args),
        Command::Destroy(args) => destroy::destroy(&project, args),
        Command::Test(args) => test::test(&project, args),
        Command::Simulate(args) => simulate::simulate(&project, args),
        Command::Cost(args) => cost::cost(&project, args),
        Command::LoadReport(args) => load_report::load_report(&project, args),
        Command::Init(_) | Command::Policies(_) | Command::Completions(_) | Command::Upgrade(_) => {
            unreachable!("opens its project itself, or needs none")
        }
    }
}
