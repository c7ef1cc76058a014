//! What `synth simulate` can be asked. The doc comments are the help.

use std::{path::PathBuf, str::FromStr};

use clap::{Args, Subcommand, ValueEnum, builder::PossibleValue};
use synth_twin::pods::Capacity;

use crate::commands::curve::Curve;

#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct SimulateArgs {
    #[command(subcommand)]
    pub(super) replay: Option<Replay>,
    #[command(flatten)]
    pub(super) load: LoadArgs,
    #[command(flatten)]
    pub(super) faults: FaultArgs,
    #[command(flatten)]
    pub(super) bounds: BoundArgs,
    #[command(flatten)]
    pub(super) question: QuestionArgs,
    /// Page to write; none if left out
    #[arg(long, value_name = "FILE")]
    pub(super) page: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// What arrives.
#[derive(Args, Debug)]
#[command(next_help_heading = "The load")]
pub(super) struct LoadArgs {
    /// `plan` (the load test's own), `spike`, `day`, or a CSV of `second,requests_per_second`
    #[arg(long, default_value = "plan", value_name = "CURVE")]
    pub(super) load: Curve,
    /// Requests a second at the top; that of the load test's settings, or of the CSV, if left out
    #[arg(long, value_name = "REQUESTS", allow_negative_numbers = true)]
    pub(super) rate: Option<f64>,
    /// Milliseconds that targets take to answer, besides the mock target's own time
    #[arg(long, value_name = "MS", allow_negative_numbers = true)]
    pub(super) target_latency: Option<f64>,
    /// Bytes of an answer with its head; those of the load test if left out
    #[arg(long, value_name = "BYTES", allow_negative_numbers = true)]
    pub(super) answer_bytes: Option<f64>,
    /// Metric that adds pods, in place of the autoscalers' own
    #[arg(long, value_name = "METRIC")]
    pub(super) scale_on: Option<Metric>,
}

/// What AWS lets the account have.
#[derive(Args, Debug)]
#[command(next_help_heading = "What AWS allows")]
pub(super) struct BoundArgs {
    /// vCPUs that the account's quotas allow, such as `on-demand=64,spot=32`; without a bound if left out
    #[arg(long, value_name = "QUOTAS", value_delimiter = ',')]
    pub(super) quota: Vec<Quota>,
}

/// What goes wrong on the way. Moments are seconds since the start.
#[derive(Args, Debug)]
#[command(next_help_heading = "What happens on the way")]
pub(super) struct FaultArgs {
    /// Lose a zone, such as `b@300s`
    #[arg(long, value_name = "ZONE@SECONDS")]
    pub(super) lose_zone: Vec<At<String>>,
    /// AWS takes back every Spot node of a pool, such as `spot@300s`
    #[arg(long, value_name = "POOL@SECONDS")]
    pub(super) interrupt: Vec<At<String>>,
    /// An instance type, or `*`, has no capacity from then on, such as `c6gd.large@0s`
    #[arg(long, value_name = "TYPE@SECONDS")]
    pub(super) refuse: Vec<At<String>>,
    /// A new revision of a service, such as `cors-proxy-server@300s`
    #[arg(long, value_name = "SERVICE@SECONDS")]
    pub(super) roll: Vec<At<String>>,
    /// Drain a node by its number in the order of launch, such as `2@300s`
    #[arg(long, value_name = "NODE@SECONDS")]
    pub(super) drain: Vec<At<usize>>,
    /// Targets take so many milliseconds from then on, such as `250@300s`
    #[arg(long, value_name = "MS@SECONDS", allow_hyphen_values = true)]
    pub(super) slow_target: Vec<At<f64>>,
}

/// What is asked of it.
#[derive(Args, Debug)]
#[command(next_help_heading = "The question")]
pub(super) struct QuestionArgs {
    /// Find the largest rate at which no request fails, and what binds it
    #[arg(long, conflicts_with_all = ["rate", "compare", "page"])]
    pub(super) find_max: bool,
    /// Compare metrics that add pods, such as `as-written,cpu,memory,requests,in-flight`
    #[arg(long, value_name = "METRICS", value_delimiter = ',', conflicts_with = "scale_on")]
    pub(super) compare: Vec<Compared>,
    /// Runs with seeds of their own, for bands instead of lines
    #[arg(long, value_name = "N", default_value_t = 1, allow_negative_numbers = true)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1000))]
    #[arg(conflicts_with_all = ["compare", "find_max"])]
    pub(super) runs: u32,
    /// Seed of what no code can tell: launch times, phases of periods, whom a connection hashes to
    #[arg(long, default_value_t = 1, allow_negative_numbers = true)]
    pub(super) seed: u64,
    /// Simulate a published experiment in place of the environment
    #[arg(long, conflicts_with_all = ["LoadArgs", "FaultArgs", "BoundArgs", "find_max", "compare", "runs"])]
    pub(super) scenario: Option<Scenario>,
}

/// An experiment that was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Scenario {
    /// That of the system which this platform replaces
    Seed,
}

/// Whether the twin decides as recordings of real controllers did
#[derive(Debug, Subcommand)]
pub(super) enum Replay {
    /// Compare the twin with recordings of real controllers, decision by decision
    Replay(ReplayArgs),
}

#[derive(Args, Debug)]
pub(crate) struct ReplayArgs {
    #[command(flatten)]
    pub(super) of: RecordingArgs,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// What was recorded: one of these at least.
#[derive(Args, Debug)]
#[group(required = true)]
pub(super) struct RecordingArgs {
    /// Folder of recorded runs of autoscalers: `curves.json`, and `NAME.syncs.jsonl` with `NAME.sync.csv` for each
    #[arg(long, value_name = "DIR")]
    pub(super) hpa: Option<PathBuf>,
    /// File of single computations and timelines, one JSON object a line
    #[arg(long, value_name = "FILE")]
    pub(super) vectors: Option<PathBuf>,
    /// Folder of recorded decisions of Karpenter, one JSON file a scenario; `prices.csv` where prices are others than the region's,
    /// and `looks.csv` (`scenario,at,seconds`) where looks of its disruption loop took their time
    #[arg(long, value_name = "DIR")]
    pub(super) karpenter: Option<PathBuf>,
}

/// vCPUs that the account may have of Standard instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quota {
    pub(super) capacity: Capacity,
    pub(super) vcpus: u32,
}

impl FromStr for Quota {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, vcpus) = text.split_once('=').ok_or("expected a quota and its vCPUs, such as `on-demand=64`")?;
        let capacity = match name {
            "on-demand" => Capacity::OnDemand,
            "spot" => Capacity::Spot,
            other => return Err(format!("there is no quota `{other}`: choose `on-demand` or `spot`")),
        };
        let vcpus = vcpus.parse().map_err(|_| format!("expected a whole number of vCPUs from 0 on, not `{vcpus}`"))?;
        Ok(Self { capacity, vcpus })
    }
}

/// What an autoscaler looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Metric {
    /// Processor time, in percent of what a pod asks for
    Cpu,
    /// Memory, in percent of what a pod asks for
    Memory,
    /// Requests a second, as an external metric
    Requests,
    /// Requests in flight, as a metric of pods
    InFlight,
}

/// A run of several: with a metric in place of the autoscalers' own, or with those.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Compared(pub(super) Option<Metric>);

impl ValueEnum for Compared {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self(None),
            Self(Some(Metric::Cpu)),
            Self(Some(Metric::Memory)),
            Self(Some(Metric::Requests)),
            Self(Some(Metric::InFlight)),
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self.0 {
            None => Some(PossibleValue::new("as-written").help("All that the settings say")),
            Some(metric) => metric.to_possible_value(),
        }
    }
}

/// Something at a moment.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct At<T> {
    pub(super) what: T,
    /// Seconds.
    pub(super) at: f64,
}

impl<T: FromStr> FromStr for At<T> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = || "expected what and when, such as `b@300s`".to_owned();
        let (what, at) = text.split_once('@').ok_or_else(wanted)?;
        let seconds = at.strip_suffix('s').unwrap_or(at);
        let at = seconds.parse::<f64>().ok().filter(|at| at.is_finite() && *at >= 0.0);
        let at = at.ok_or_else(|| format!("expected seconds from 0 on after `@`, such as `300s`, not `{seconds}`"))?;
        if what.is_empty() {
            return Err(wanted());
        }
        Ok(Self { what: what.parse().map_err(|_| format!("expected a number before `@`, not `{what}`"))?, at })
    }
}
