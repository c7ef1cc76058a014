//! `synth cluster`, `synth all`: makes the directories of parts what the code says.

use anyhow::Result;
use clap::{ArgMatches, Args, Error, FromArgMatches, Subcommand, error::ErrorKind};
use serde_json::json;
use synth_project::{Part, Project};

use super::summary::Summary;
use crate::{
    difference::{Difference, Order, difference},
    directory::{self, Staging, Survey},
    project::Opened,
    report::{Report, json as pretty, say},
    synthesis::review,
};

/// A command for each part of the platform, named as the part.
#[derive(Debug)]
pub struct PartCommand<P: Project> {
    /// The part.
    pub part: &'static Part<P>,
    /// How to write it.
    pub args: WriteArgs,
}

#[derive(Args, Debug)]
pub struct WriteArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl<P: Project> Subcommand for PartCommand<P> {
    fn augment_subcommands(command: clap::Command) -> clap::Command {
        P::PARTS.iter().fold(command, |command, part| {
            let about = format!("Write the part `{}`: {}", part.name, part.summary);
            command.subcommand(WriteArgs::augment_args(clap::Command::new(part.name)).about(about))
        })
    }

    fn augment_subcommands_for_update(command: clap::Command) -> clap::Command {
        Self::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        P::part(name).is_some()
    }
}

impl<P: Project> FromArgMatches for PartCommand<P> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let (name, matches) = matches.subcommand().ok_or_else(|| Error::new(ErrorKind::MissingSubcommand))?;
        let part = P::part(name).ok_or_else(|| Error::new(ErrorKind::InvalidSubcommand))?;
        Ok(Self { part, args: WriteArgs::from_arg_matches(matches)? })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Writes one part, or all of them. The whole platform is built, and the policies hold on it, before anything is written.
pub fn write<P: Project>(project: &Opened<P>, part: Option<&'static Part<P>>, args: &WriteArgs) -> Result<Report> {
    let (reviewed, rendered) = review(project, part)?;
    if !reviewed.passes() {
        say("nothing is written: mend these findings of the policies, or accept them under `waivers` in the settings");
        return Ok(if args.json {
            Report::finding(true, pretty(&json!({ "environment": project.environment, "policies": reviewed.json() })))
        } else {
            Report::finding(true, reviewed)
        });
    }
    if !reviewed.is_silent() {
        say(reviewed.to_string().trim_end());
    }
    let mut staging = Staging::begin(&project.out)?;
    let surveys = directory::survey(&project.out, &rendered)?;
    let order = order::<P>(&surveys);
    for survey in &surveys {
        staging.prepare(survey)?;
    }
    staging.commit()?;
    for survey in surveys.iter().filter(|survey| survey.is_left_behind()) {
        directory::remove(&project.out, &survey.rendered.directory)?;
    }
    let summary = Summary::of(&surveys);
    surveys.iter().flat_map(Survey::warnings).for_each(say);
    order.iter().for_each(say);
    surveys.iter().filter(|survey| survey.is_left_behind()).for_each(|survey| say(farewell(project, survey)));
    if args.json { Ok(Report::fine(pretty(&summary.json(project)))) } else { Ok(Report::fine(summary)) }
}

/// What is to be done about a part that was written before: its files are gone, and what was made by them is not.
fn farewell<P: Project>(project: &Opened<P>, survey: &Survey<'_>) -> String {
    let (name, directory) = (survey.rendered.name, survey.directory.display());
    let why = survey.rendered.absent.unwrap_or_default();
    let part = P::part(name).filter(|part| part.is_stack());
    let destroy = part.map(|_| {
        format!(
            "; if that was applied and not destroyed, take the setting back, run `{}` and `terraform -chdir={directory} \
             destroy`, and then leave it out again",
            project.command(name)
        )
    });
    format!("`{directory}` is removed, because {why}{}", destroy.unwrap_or_default())
}

/// The order in which to deliver what is about to be written; what lies there and cannot be read is about to be replaced.
/// Where no file of a part becomes another one there is nothing to order, and nothing is read.
fn order<P: Project>(surveys: &[Survey<'_>]) -> Option<Order> {
    let becomes = surveys.iter().filter(|survey| survey.replaces());
    let differences: Vec<(&str, Vec<Difference>)> =
        becomes.map(|survey| (survey.rendered.name, difference(survey).unwrap_or_default())).collect();
    Order::of::<P>(differences.iter().map(|(part, differences)| (*part, differences.as_slice())))
}
