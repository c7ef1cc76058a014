//! `make twin-live`: one load curve on the real control plane with Karpenter, and in the capacity twin, side by side.
//!
//! The real run is recorded, and then the twin is given the same objects, the same kubelets, and from the recording what no controller
//! decides: when autoscalers looked and metrics were read, how long the machine took, and which of several equals was taken.

mod compare;
mod curve;
mod model;
mod plane;
mod recorded;
mod seen;
mod syncs;
mod table;

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use cluster::Programs;

use self::{curve::Curve, recorded::Recording};
use crate::Cli;

/// The recording, in this folder of the run.
const RECORDING: &str = "live.json";
const CURVE: &str = include_str!("../../fake/curve.csv");

/// What is run, and where it is written.
#[derive(Args)]
pub(crate) struct Live {
    /// An environment of the tests' own whose services scale by processor time alone: `by-use` or `small`.
    #[arg(long = "env", default_value = "by-use")]
    environment: String,
    /// Millicores that the pods of each service use together: a CSV `second,SERVICE,…`, whose last line ends the run.
    #[arg(long)]
    curve: Option<PathBuf>,
    /// Where the recording is written, in the form that `synth simulate replay --hpa` reads.
    #[arg(long, default_value = "target/twin/live")]
    into: PathBuf,
    /// Runs the twin alone, beside what was recorded there before.
    #[arg(long)]
    again: bool,
}

/// Runs both, and says whether they agree.
pub(crate) fn live(cli: &Cli, live: &Live) -> Result<bool> {
    let recording = if live.again { read(live)? } else { record(cli, live)? };
    let twin = model::run(&recording)?;
    let compared = compare::compare(&recording, &twin);
    let text = table::text(&recording, &twin, &compared);
    write(live, "compared.txt", &text)?;
    #[expect(clippy::print_stdout, reason = "the result")]
    {
        print!("{text}");
    }
    Ok(compared.agrees())
}

fn record(cli: &Cli, live: &Live) -> Result<Recording> {
    let text = match &live.curve {
        Some(path) => fs::read_to_string(path).with_context(|| format!("reading `{}`", path.display()))?,
        None => CURVE.to_owned(),
    };
    let curve = Curve::read(&text).context("the curve")?;
    let environment = cluster::Environment::fixture(&live.environment)?;
    if environment.items.iter().any(|item| item.object["kind"] == "ScaledObject") {
        bail!("`{}` scales by what KEDA asks for, which does not run here: name `by-use` or `small`", live.environment);
    }
    let version = cli.version(&environment);
    let plane = plane::Plane::start(environment, &Programs::of(&version)?, &version)?;
    let (recording, files) = plane.record(&text, &curve)?;
    // From here on nothing of it runs any more.
    for (name, text) in &files {
        write(live, name, text)?;
    }
    write(live, RECORDING, &serde_json::to_string(&recording)?)?;
    Ok(recording)
}

fn read(live: &Live) -> Result<Recording> {
    let path = live.into.join(RECORDING);
    let text = fs::read_to_string(&path).with_context(|| format!("reading `{}`", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("reading `{}`", path.display()))
}

fn write(live: &Live, name: &str, text: &str) -> Result<()> {
    fs::create_dir_all(&live.into).with_context(|| format!("making `{}`", live.into.display()))?;
    let path = live.into.join(name);
    fs::write(&path, text).with_context(|| format!("writing `{}`", path.display()))
}
