//! What the capacity twin expects of an environment under the schedule of a load test.

use anyhow::Result;
use stacks::{Platform, simulated};
use synth_load::{Expected, Profile, Second, Service};
use synth_project::Project as _;
use synth_twin::{
    load::{Load, Plan},
    simulation::{self, Options, trace::Trace},
};

use crate::{commands::simulate::nodes, project::Project};

/// Simulates the environment's platform under a profile, and for so many seconds after it.
pub(super) fn expected(project: &Project, profile: Profile, after: f64) -> Result<Expected> {
    let Profile { rate, ramp, hold, ramp_down } = profile;
    let load = Load::plan(Plan { rate, ramp, hold, ramp_down })?.and_nothing_for(after);
    let setup = simulated::setup(&Platform::build(&project.settings)?);
    let trace = simulation::run(&setup, &load, &Options::default())?;
    Ok(told(&project.environment, &trace))
}

fn told(environment: &str, trace: &Trace) -> Expected {
    // Requests come in at the first service.
    let under_way = trace.pods_of(0).map(|pods| f64::from(pods.in_flight));
    let seconds = trace.seconds.iter().zip(under_way).zip(nodes(trace));
    let second = |((of, under_way), nodes): ((&simulation::trace::Second, f64), u32)| Second {
        offered: of.offered,
        answered: of.answered,
        refused: of.refused,
        failed: of.failed,
        mean: of.mean.into(),
        p99: of.p99.into(),
        under_way,
        nodes,
        dollars: of.nodes_price.into(),
    };
    let service = |(place, name): (usize, &String)| Service {
        name: name.clone(),
        replicas: trace.pods_of(place).map(|pods| pods.desired).collect(),
        cpu: trace.pods_of(place).map(|pods| pods.cpu.into()).collect(),
    };
    #[expect(clippy::cast_precision_loss, reason = "seconds of a test")]
    let hours = trace.seconds.len() as f64 / 3600.0;
    Expected {
        environment: environment.to_owned(),
        seconds: seconds.map(second).collect(),
        services: trace.services.iter().enumerate().map(service).collect(),
        dollars: trace.bill.dollars() / hours,
        estimated: trace.kinds.iter().any(|kind| kind.estimated),
    }
}
