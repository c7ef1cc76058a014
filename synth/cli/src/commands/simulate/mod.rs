//! `synth simulate`: what happens to the platform under a load, before anything is applied.

mod args;
mod bands;
mod page;
mod replay;
mod seed;
mod text;

use std::fs;

use anyhow::{Context, Result, anyhow, ensure};
use stacks::{Platform, simulated};
use synth_command::report::{PLACE, Report, json, say};
use synth_project::Project as _;
use synth_twin::{
    engine::Shortage,
    load::{Day, Load, Spike},
    pods::Capacity,
    service::Target,
    simulation::{self, Fault, Metric as Scaled, Options, search, setup::Setup},
    time::Time,
};

pub(crate) use self::args::SimulateArgs;
use self::args::{BoundArgs, Curve, FaultArgs, LoadArgs, Metric, Quota, Replay, Scenario};
use self::bands::Bands;
pub(super) use self::text::nodes;
use crate::{problems::Problems, project::Project};

/// Simulates an environment; a request that is refused or fails is a finding.
pub(crate) fn simulate(project: &Project, args: &SimulateArgs) -> Result<Report> {
    if let Some(Replay::Replay(args)) = &args.replay {
        return replay::replay(args);
    }
    let platform = Platform::build(&project.settings)?;
    let mut setup = simulated::setup(&platform);
    if args.question.scenario == Some(Scenario::Seed) {
        return seed::seed(&setup, args.question.seed, args.json, args.page.as_deref());
    }
    let mut problems = Problems::default();
    problems.part(args.bounds.apply(&mut setup));
    problems.part(args.load.assume(&mut setup));
    let load = problems.part(args.load.read(simulated::plan(&platform)));
    let target = problems.part(args.load.target());
    let options = Options {
        seed: args.question.seed,
        metric: args.load.scale_on.map(Into::into),
        target: target.unwrap_or(Target::NONE),
        faults: args.faults.faults(&setup),
    };
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
        let text = if args.json { json(&text::json_of_largest(&found)) } else { text::largest(&found) };
        return Ok(Report::fine(text));
    }
    if args.question.runs > 1 {
        return many(&setup, &load, &options, args);
    }
    let metrics: Vec<_> = args.question.compare.iter().map(|metric| Some(*metric)).collect();
    let metrics = if metrics.is_empty() { vec![args.load.scale_on] } else { metrics };
    let mut runs = Vec::new();
    for metric in &metrics {
        let options = Options { metric: metric.map(Into::into), ..options.clone() };
        let trace = simulation::run(&setup, &load, &options)?;
        runs.push(text::Run::new(*metric, &setup, trace));
    }
    if let Some(path) = &args.page {
        fs::write(path, page::html(&setup, &runs)).with_context(|| format!("writing `{}`", path.display()))?;
        say(format_args!("page  {PLACE}{}{PLACE:#}", path.display()));
    }
    let lost = runs.iter().any(|run| run.binding.is_some());
    let text = if args.json { json(&text::json_of_runs(&setup, &runs)) } else { text::runs(&setup, &runs) };
    Ok(Report::finding(lost, text))
}

/// Simulates the same with seeds of their own.
fn many(setup: &Setup, load: &Load, options: &Options, args: &SimulateArgs) -> Result<Report> {
    let (all, metric) = (args.question.runs, args.load.scale_on);
    let mut bands = Bands::new();
    for number in 0..all {
        let seed = options.seed.wrapping_add(number.into());
        let options = Options { seed, ..options.clone() };
        bands.add(&text::Run::new(metric, setup, simulation::run(setup, load, &options)?));
        bands::progress(number + 1, all);
    }
    if let Some(path) = &args.page {
        fs::write(path, bands.html(setup)).with_context(|| format!("writing `{}`", path.display()))?;
        say(format_args!("page  {PLACE}{}{PLACE:#}", path.display()));
    }
    let text = if args.json { json(&bands.json(setup)) } else { bands.text(setup) };
    Ok(Report::finding(bands.lose(), text))
}

impl BoundArgs {
    fn apply(&self, setup: &mut Setup) -> Result<()> {
        for Quota { capacity, vcpus } in &self.quota {
            let (quota, name) = match capacity {
                Capacity::OnDemand => (&mut setup.bounds.on_demand, "on-demand"),
                Capacity::Spot => (&mut setup.bounds.spot, "spot"),
            };
            let before = quota.replace(i64::from(*vcpus));
            ensure!(before.is_none(), "`--quota` says `{name}` twice: say it once");
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

    fn read(&self, plan: synth_twin::load::Plan) -> Result<Load> {
        let rate = self.rate.unwrap_or(plan.rate);
        let shaped = match &self.load {
            Curve::Plan => Load::plan(synth_twin::load::Plan { rate, ..plan }),
            Curve::Spike => Load::spike(Spike::to(rate)),
            Curve::Day => Load::day(&Day::of(rate)),
            Curve::Csv(path) => {
                let text = fs::read_to_string(path).with_context(|| {
                    format!("reading `{}`; a curve is `plan`, `spike`, `day` or a CSV", path.display())
                })?;
                let file = path.display().to_string();
                let read = Load::csv(&text).map_err(|flaws| anyhow!(flaws.of_file(&file)))?;
                match self.rate {
                    Some(rate) => read.scaled_to(rate),
                    None => Ok(read),
                }
            }
        };
        shaped.map_err(|flaws| anyhow!("{flaws}"))
    }
}

impl FaultArgs {
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
