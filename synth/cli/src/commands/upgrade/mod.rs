//! `synth upgrade`: where an environment's Kubernetes stands, what does not fit, and the steps to a later version.

mod json;
mod text;

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use serde_json::Value as Json;
use stacks::{
    Platform, simulated,
    upgrade::{self, Replaced, Standing, Upgrade},
};
use synth_command::{
    project::{Folders, ProjectArgs, known},
    report::{Report, json as pretty},
};
use synth_project::Project as _;
use synth_twin::{
    load::HIGHEST,
    simulation::{
        Options,
        replacement::{Replacement, replacement},
    },
};

use crate::{problems::Problems, project::Project};

#[derive(Args, Debug)]
pub(crate) struct UpgradeArgs {
    /// Version of Kubernetes to come to, such as `1.37`; the newest that EKS has if left out
    #[arg(long, value_name = "VERSION")]
    to: Option<String>,
    /// Requests a second that arrive while nodes are replaced; those of the load test if left out
    #[arg(long, value_name = "REQUESTS", allow_negative_numbers = true)]
    rate: Option<f64>,
    /// Say only which support ends within so many days: a finding, where one does
    #[arg(long, value_name = "DAYS", conflicts_with_all = ["to", "rate"])]
    within: Option<u32>,
    /// Every environment, instead of the chosen one
    #[arg(long)]
    all: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// An environment's way, and what the replacement of Karpenter's nodes comes to wherever a step does that.
struct Planned {
    upgrade: Upgrade,
    /// Requests a second.
    rate: f64,
    replaced: Option<Replacement>,
}

/// Plans the upgrade of one environment, or of all; whatever does not fit is a finding. Errors of all come together.
pub(crate) fn upgrade(project: &ProjectArgs, args: &UpgradeArgs) -> Result<Report> {
    let names =
        if args.all { known(&Folders::find::<Platform>(project)?.environments)? } else { vec![project.env.clone()] };
    let mut planned = Vec::new();
    let mut problems = Problems::default();
    problems.part(args.rate.map_or(Ok(()), fits));
    for env in names {
        let open = ProjectArgs { env: env.clone(), ..project.clone() };
        let one = Project::open(&open)
            .and_then(|project| plan(&project, args).with_context(|| format!("environment `{env}`")));
        planned.extend(problems.part(one));
    }
    let planned = problems.end(Some(planned))?;
    Ok(match args.within {
        Some(days) => ends(&planned, days, args),
        None => steps(&planned, args),
    })
}

/// # Errors
/// A rate that makes no sense.
fn fits(rate: f64) -> Result<()> {
    let sound = (0.0..=HIGHEST).contains(&rate);
    ensure!(sound, "`--rate` is {rate}: expected requests a second from 0 to {HIGHEST}");
    Ok(())
}

fn plan(project: &Project, args: &UpgradeArgs) -> Result<Planned> {
    let settings = &project.settings;
    let upgrade = upgrade::plan(settings, args.to.as_deref(), project.today)?;
    let platform = Platform::build(settings)?;
    let rate = args.rate.unwrap_or(simulated::plan(&platform).rate);
    let drifts = upgrade.steps.iter().any(|step| step.replaces.contains(&Replaced::KarpenterNodes));
    let replaced = if drifts && args.within.is_none() && fits(rate).is_ok() {
        Some(replacement(&simulated::setup(&platform), rate, &Options::default())?)
    } else {
        None
    };
    Ok(Planned { upgrade, rate, replaced })
}

fn steps(planned: &[Planned], args: &UpgradeArgs) -> Report {
    let found = !planned.iter().all(|one| one.upgrade.fits());
    let text = if args.json {
        written(args, planned.iter().map(json::planned).collect())
    } else {
        planned.iter().map(text::planned).collect::<Vec<_>>().join("\n")
    };
    Report::finding(found, text)
}

fn ends(planned: &[Planned], days: u32, args: &UpgradeArgs) -> Report {
    let near = |of: &Standing| of.next_end().0.days <= days.into();
    let standings: Vec<_> = planned.iter().map(|one| &one.upgrade.standing).collect();
    let found = standings.iter().any(|standing| near(standing));
    let text = if args.json {
        written(args, standings.iter().map(|standing| json::end(standing, near(standing))).collect())
    } else {
        text::ends_within(standings.into_iter().filter(|standing| near(standing)), days)
    };
    Report::finding(found, text)
}

/// One object for one environment, and a list for all.
fn written(args: &UpgradeArgs, mut all: Vec<Json>) -> String {
    pretty(&if args.all { Json::Array(all) } else { all.pop().unwrap_or_default() })
}
