//! One module for each command. A command gathers its whole result before any of it is printed.

pub(crate) mod access;
pub(crate) mod apply;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod destroy;
pub(crate) mod diff;
pub(crate) mod graph;
pub(crate) mod images;
pub(crate) mod init;
pub(crate) mod list;
pub(crate) mod load_report;
pub(crate) mod plan;
pub(crate) mod policies;
pub(crate) mod settings;
mod summary;
pub(crate) mod test;
pub(crate) mod write;

use std::ffi::OsString;

use anyhow::Result;
use clap::{
    Args,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
};
use stacks::{PARTS, Part};

use crate::{
    cli::{Cli, Command},
    project::Project,
    report::Report,
};

/// Does what the command line asks for.
pub(crate) fn run(cli: &Cli) -> Result<Report> {
    match &cli.command {
        Command::Policies(args) => return policies::policies(args),
        Command::Completions(args) => return completions::completions(args),
        Command::Init(args) => return init::init(&cli.place, args),
        _ => {}
    }
    let project = Project::open(&cli.place)?;
    match &cli.command {
        Command::Part(command) => write::write(&project, Some(command.part), &command.args),
        Command::All(args) => write::write(&project, None, args),
        Command::List(args) => list::list(&project, args),
        Command::Check(args) => check::check(&project, args),
        Command::Diff(args) => diff::diff(&project, args),
        Command::Graph(args) => graph::graph(&project, args),
        Command::Images(args) => images::images(&project, &cli.place, args),
        Command::Access(args) => access::access(&project, args),
        Command::Settings(args) => settings::settings(&project, args),
        Command::Plan(args) => plan::plan(&project, args),
        Command::Apply(args) => apply::apply(&project, args),
        Command::Destroy(args) => destroy::destroy(&project, args),
        Command::Test(args) => test::test(&project, args),
        Command::LoadReport(args) => load_report::load_report(&project, args),
        Command::Init(_) | Command::Policies(_) | Command::Completions(_) => unreachable!("needs no project"),
    }
}

/// Which parts to look at, and for whom the result is.
#[derive(Args, Debug)]
pub(crate) struct Selection {
    /// Part; all of them if left out
    #[arg(value_parser = part())]
    part: Option<&'static Part>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What is passed on to Terraform.
#[derive(Args, Debug)]
pub(crate) struct ForTerraform {
    /// Print Terraform's JSON
    #[arg(long)]
    json: bool,
    /// Arguments for Terraform, such as `-no-color`
    #[arg(last = true)]
    terraform: Vec<OsString>,
}

/// Parses the name of a part.
fn part() -> impl TypedValueParser<Value = &'static Part> {
    among(|_| true)
}

/// Every stack, in the order in which they are applied.
fn stacks() -> impl DoubleEndedIterator<Item = &'static Part> {
    PARTS.iter().filter(|part| part.is_stack())
}

/// Parses the name of a stack.
fn stack() -> impl TypedValueParser<Value = &'static Part> {
    among(Part::is_stack)
}

fn among(accepted: fn(&Part) -> bool) -> impl TypedValueParser<Value = &'static Part> {
    let names = PARTS.iter().filter(|part| accepted(part)).map(|part| PossibleValue::new(part.name).help(part.summary));
    PossibleValuesParser::new(names).map(|name| Part::named(&name).expect("only names of parts are accepted"))
}
