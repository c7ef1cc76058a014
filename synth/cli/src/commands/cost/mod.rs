//! `synth cost`: what an environment costs, and what a change of its settings costs, before anything is applied.

mod args;
mod base;
mod compare;
mod page;
mod reckoner;
mod scripts;
mod text;

use std::{fs, path::Path};

use anyhow::{Context, Result, anyhow, ensure};
use stacks::{Platform, cost::Assumed, settings::Settings, simulated};
use synth_command::report::{PLACE, Report, json, say};
use synth_project::{Layer, Project as _};
use synth_twin::cost::Prices;

pub(crate) use self::args::CostArgs;
use self::{
    args::Month,
    compare::Compared,
    reckoner::{Reckoned, Reckoner},
};
use crate::{problems::Problems, project::Project};

/// A bill with all that was asked about it.
struct Answer<'a> {
    settings: &'a Settings,
    /// The load, in words.
    load: String,
    reckoned: Reckoned,
    compared: Option<Compared>,
    /// The most that the month may become dearer, if it does.
    exceeds: Option<args::Increase>,
}

/// Reckons the bill of an environment; an increase beyond what may be is a finding.
pub(crate) fn cost(project: &Project, args: &CostArgs) -> Result<Report> {
    let mut problems = Problems::default();
    let text = problems.part(args.prices.as_deref().map(read_prices).transpose()).flatten();
    let prices = match (&args.prices, &text) {
        (Some(path), Some(text)) => {
            problems.part(Prices::read(text).map_err(|flaws| anyhow!(flaws.of_file(&path.display().to_string()))))
        }
        _ => Some(Prices::default()),
    };
    let assumed = problems.part(assumed(&args.assume));
    problems.part(load(project, args));
    problems.part(latency(args));
    let base = problems.part(args.compare.as_deref().map(|with| base(project, with)).transpose());
    let asked = prices.zip(assumed).zip(base);
    let ((prices, assumed), base) = problems.end(asked)?;
    let latency = args.target_latency.unwrap_or_default() / 1000.0;
    let reckoner =
        Reckoner { today: project.today, prices: &prices, assumed, load: &args.load, rate: args.rate, latency };
    let bill = reckoner.of(&project.settings)?;
    let compared = match (&args.compare, base) {
        (Some(with), Some(base)) => {
            Some(Compared::of(with, base, (&project.settings, &project.layers()?, &bill.cost), &reckoner)?)
        }
        _ => None,
    };
    let (before, after) = (compared.as_ref().map_or(0.0, Compared::month), bill.cost.month());
    let exceeds = args.max_increase.filter(|most| most.is_exceeded(before, after));
    let answer = Answer {
        settings: &project.settings,
        load: args.load.words(args.target_latency),
        reckoned: bill,
        compared,
        exceeds,
    };
    if let Some(path) = &args.page {
        fs::write(path, page::html(&answer)).with_context(|| format!("writing `{}`", path.display()))?;
        say(format_args!("page  {PLACE}{}{PLACE:#}", path.display()));
    }
    let said = if args.json { json(&scripts::json(&answer)) } else { text::of(&answer) };
    Ok(Report::finding(answer.exceeds.is_some(), said))
}

/// The settings that are compared with; none where the environment is not there.
fn base(project: &Project, with: &str) -> Result<Option<Vec<Layer>>> {
    let file = project.file();
    let environments = file.parent().unwrap_or(Path::new(""));
    base::read(with, environments, &project.environment).context("`--compare`")
}

fn read_prices(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("reading the prices of `{}`", path.display()))
}

/// What is assumed, with what was given instead; all mistakes together.
fn assumed(given: &[String]) -> Result<Assumed> {
    let mut assumed = Assumed::default();
    let wrong: Vec<_> = given.iter().filter_map(|text| assumed.set(text).err()).collect();
    if wrong.is_empty() { Ok(assumed) } else { Err(anyhow!("`--assume`: {}", wrong.join("\n`--assume`: "))) }
}

/// Targets take time under a load alone.
fn latency(args: &CostArgs) -> Result<()> {
    let Some(slow) = args.target_latency else { return Ok(()) };
    ensure!(slow.is_finite() && slow >= 0.0, "`--target-latency` is {slow}: expected milliseconds from 0 on");
    ensure!(
        !matches!(args.load, Month::AtRest),
        "`--target-latency {slow}` has no load whose targets take so long: name one by `--load`, such as `--load day`"
    );
    Ok(())
}

/// Can the load be read?
fn load(project: &Project, args: &CostArgs) -> Result<()> {
    match (&args.load, args.rate) {
        (Month::AtRest, None) => Ok(()),
        (Month::AtRest, Some(rate)) => {
            Err(anyhow!("`--rate {rate}` has no load whose top it is: name one by `--load`, such as `--load day`"))
        }
        (Month::Under(curve, _), rate) => {
            let plan = simulated::plan(&Platform::build(&project.settings)?);
            curve.read(rate, plan).map(drop).context("reading the load")
        }
    }
}
