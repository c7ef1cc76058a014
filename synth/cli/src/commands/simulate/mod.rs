//! `synth simulate`: what happens to the platform under a load, before anything is applied.

mod args;
mod bands;
mod page;
pub(crate) mod replay;
mod scripts;
mod seed;
mod text;

use std::{fmt::Write as _, fs};

use anyhow::{Context, Result, ensure};
use stacks::{Platform, simulated};
use synth_command::report::{PLACE, Report, json, say};
use synth_page::grouped;
use synth_project::Project as _;
use synth_twin::{
    engine::Shortage,
    load::Load,
    pods::Capacity,
    service::Target,
    simulation::{self, Fault, Metric as Scaled, Options, search, setup::Setup, trace::Trace},
    time::Time,
};

pub(crate) use self::args::SimulateArgs;
use self::args::{At, BoundArgs, Compared, FaultArgs, LoadArgs, Metric, QuestionArgs, Quota, Scenario};
use self::bands::Bands;
pub(super) use self::text::nodes;
use crate::{commands::curve::Curve, problems::Problems, project::Project};

/// Simulates an environment; a request that is refused or fails is a finding.
pub(crate) fn simulate(project: &Project, args: &SimulateArgs) -> Result<Report> {
    let platform = Platform::build(&project.settings)?;
    let mut setup = simulated::setup(&platform);
    if args.question.scenario == Some(Scenario::Seed) {
        return seed::seed(&setup, args.question.seed, args.json, args.page.as_deref());
    }
    let mut problems = Problems::default();
    problems.part(args.bounds.apply(&mut setup));
    problems.part(args.load.assume(&mut setup));
    let load = problems.part(args.load.load.read(args.load.rate, simulated::plan(&platform)));
    let target = problems.part(args.load.target());
    let options = Options {
        seed: args.question.seed,
        metric: args.load.scale_on.map(Into::into),
        target: target.unwrap_or(Target::NONE),
        faults: args.faults.faults(&setup),
    };
    if let Some(load) = &load {
        problems.part(args.faults.during(load.seconds()));
    }
    problems.part(args.question.compared());
    problems.part(simulation::fit(&setup, &options).map_err(Into::into));
    let load = problems.end(load)?;
    if args.question.find_max {
        let name = &setup.name;
        let found = search::largest(&setup, &load, &options, |rate, fine| {
            say(format_args!(
                "{name}  {rate:.0} requests/s: {}",
                if fine { "every request answered" } else { "some are lost" }
            ));
        })?;
        let text = if args.json { json(&scripts::largest(&found)) } else { text::largest(&found) };
        return Ok(Report::fine(text));
    }
    if args.question.runs > 1 {
        return many(&setup, &load, &options, args);
    }
    let metrics: Vec<_> = args.question.compare.iter().map(|compared| compared.0).collect();
    let metrics = if metrics.is_empty() { vec![args.load.scale_on] } else { metrics };
    let mut runs = Vec::new();
    for metric in &metrics {
        let options = Options { metric: metric.map(Into::into), ..options.clone() };
        let trace = whole(&setup, &load, &options)?;
        runs.push(text::Run::new(*metric, &setup, trace));
    }
    if let Some(path) = &args.page {
        fs::write(path, page::html(&setup, &args.asked(&load), &runs))
            .with_context(|| format!("writing `{}`", path.display()))?;
        say(format_args!("page  {PLACE}{}{PLACE:#}", path.display()));
    }
    let lost = runs.iter().any(|run| run.binding.is_some());
    let text = if args.json { json(&scripts::runs(&setup, &runs)) } else { text::runs(&setup, &runs) };
    Ok(Report::finding(lost, text))
}

/// A run in which everything happened that was asked for.
fn whole(setup: &Setup, load: &Load, options: &Options) -> Result<Trace> {
    let trace = simulation::run(setup, load, options)?;
    ensure!(trace.amiss.is_empty(), "{}", trace.amiss.join("\n"));
    Ok(trace)
}

/// Simulates the same with seeds of their own.
fn many(setup: &Setup, load: &Load, options: &Options, args: &SimulateArgs) -> Result<Report> {
    let (all, metric) = (args.question.runs, args.load.scale_on);
    let mut bands = Bands::new();
    for number in 0..all {
        let seed = options.seed.wrapping_add(number.into());
        let options = Options { seed, ..options.clone() };
        bands.add(&text::Run::new(metric, setup, whole(setup, load, &options)?));
        bands::progress(number + 1, all);
    }
    if let Some(path) = &args.page {
        fs::write(path, bands.html(setup, &args.asked(load)))
            .with_context(|| format!("writing `{}`", path.display()))?;
        say(format_args!("page  {PLACE}{}{PLACE:#}", path.display()));
    }
    let text = if args.json { json(&bands.json(setup)) } else { bands.text(setup) };
    Ok(Report::finding(bands.lose(), text))
}

impl SimulateArgs {
    /// What was asked for, as a page says it: faults are among its events.
    fn asked(&self, load: &Load) -> String {
        let curve = match &self.load.load {
            Curve::Plan => "the load test's own curve".to_owned(),
            Curve::Spike => "a spike".to_owned(),
            Curve::Day => "a day that is drawn, not recorded".to_owned(),
            Curve::Csv(path) => format!("the curve of {}", path.display()),
        };
        let mut asked = format!("The load is {curve}, up to {} requests/s", grouped(format!("{:.0}", load.peak())));
        if let Some(slow) = self.load.target_latency {
            let _ = write!(asked, "; targets take {slow} ms");
        }
        for Quota { capacity, vcpus } in &self.bounds.quota {
            let _ = write!(asked, "; the account's quota is {vcpus} vCPUs {}", paid(*capacity));
        }
        let _ = write!(asked, "; what no code can tell is drawn from seed {}", self.question.seed);
        match self.question.runs {
            1 => asked.push('.'),
            runs => {
                let _ = write!(asked, " and those after it, {runs} in all.");
            }
        }
        asked
    }
}

fn paid(capacity: Capacity) -> &'static str {
    match capacity {
        Capacity::OnDemand => "on-demand",
        Capacity::Spot => "spot",
    }
}

impl QuestionArgs {
    fn compared(&self) -> Result<()> {
        let twice = |(place, metric): (usize, &Compared)| self.compare[..place].contains(metric);
        ensure!(!self.compare.iter().enumerate().any(twice), "`--compare` says a metric twice: say it once");
        Ok(())
    }
}

impl BoundArgs {
    fn apply(&self, setup: &mut Setup) -> Result<()> {
        for Quota { capacity, vcpus } in &self.quota {
            let quota = match capacity {
                Capacity::OnDemand => &mut setup.bounds.on_demand,
                Capacity::Spot => &mut setup.bounds.spot,
            };
            let before = quota.replace(i64::from(*vcpus));
            ensure!(before.is_none(), "`--quota` says `{}` twice: say it once", paid(*capacity));
        }
        Ok(())
    }
}

impl LoadArgs {
    fn target(&self) -> Result<Target> {
        let slow = self.target_latency.unwrap_or(0.0);
        ensure!(slow.is_finite() && slow >= 0.0, "`--target-latency` is {slow}: expected milliseconds from 0 on");
        Ok(Target::Constant { seconds: slow / 1000.0 })
    }

    fn assume(&self, setup: &mut Setup) -> Result<()> {
        if let Some(bytes) = self.answer_bytes {
            ensure!(bytes.is_finite() && bytes >= 1.0, "`--answer-bytes` is {bytes}: expected bytes from 1 on");
            setup.bytes.answer = bytes;
        }
        Ok(())
    }
}

impl FaultArgs {
    /// What comes after the curve's end would never happen.
    fn during(&self, end: f64) -> Result<()> {
        fn each<'a, T>(name: &'static str, all: &'a [At<T>]) -> impl Iterator<Item = (&'static str, f64)> + 'a {
            all.iter().map(move |of| (name, of.at))
        }
        let all = each("lose-zone", &self.lose_zone)
            .chain(each("interrupt", &self.interrupt))
            .chain(each("refuse", &self.refuse))
            .chain(each("roll", &self.roll))
            .chain(each("drain", &self.drain))
            .chain(each("slow-target", &self.slow_target));
        let late: Vec<_> = all
            .filter(|(_, at)| *at >= end)
            .map(|(name, at)| format!("`--{name}` at {at} s comes after the load, which ends at {end} s"))
            .collect();
        ensure!(late.is_empty(), "{}", late.join("\n"));
        Ok(())
    }

    fn faults(&self, setup: &Setup) -> Vec<(Time, Fault)> {
        let zone = |name: &String| {
            let letter = |zone: &&String| zone.ends_with(name.as_str());
            setup.zones.iter().find(letter).filter(|_| name.len() == 1).unwrap_or(name).clone()
        };
        let refused =
            |kind: &String| Shortage { instance_type: (kind != "*").then(|| kind.clone()), ..Shortage::default() };
        let at = |seconds: f64| Time::seconds(seconds);
        let zones = self.lose_zone.iter().map(|of| (at(of.at), Fault::LoseZone(zone(&of.what))));
        let interrupted = self.interrupt.iter().map(|of| (at(of.at), Fault::Interrupt(of.what.clone())));
        let refused = self.refuse.iter().map(|of| (at(of.at), Fault::Refuse(refused(&of.what))));
        let rolled = self.roll.iter().map(|of| (at(of.at), Fault::Roll(of.what.clone())));
        let drained = self.drain.iter().map(|of| (at(of.at), Fault::Drain(of.what)));
        let slow = |ms: f64| Fault::Slow(Target::Constant { seconds: ms / 1000.0 });
        let slowed = self.slow_target.iter().map(|of| (at(of.at), slow(of.what)));
        zones.chain(interrupted).chain(refused).chain(rolled).chain(drained).chain(slowed).collect()
    }
}

impl From<Metric> for Scaled {
    fn from(metric: Metric) -> Self {
        match metric {
            Metric::Cpu => Self::Cpu,
            Metric::Memory => Self::Memory,
            Metric::Requests => Self::Requests,
            Metric::InFlight => Self::InFlight,
        }
    }
}
