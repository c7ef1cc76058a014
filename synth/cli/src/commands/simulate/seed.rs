//! `synth simulate --scenario seed`: the published experiment of the system that this platform replaces, beside the twin's.

mod page;

use std::{fmt::Write, fs, path::Path};

use anyhow::{Context, Result, anyhow};
use serde_json::{Value as Json, json};
use synth_command::report::{PLACE, Report, json as printed_json, say};
use synth_page::grouped;
use synth_twin::{
    karpenter::Version,
    simulation::{
        self, Options,
        seed::{self, Draws, Point, Printed, REPORT, Unknowns},
        setup::Setup,
        trace::Trace,
    },
};

use super::{
    scripts,
    text::{self, Run, bars, milliseconds},
};

/// Seconds in which next to nothing was answered, as published.
const STALLS: [(usize, usize); 4] = [(98, 120), (152, 172), (219, 276), (289, 336)];

/// Runs with what was not told drawn by lot.
const DRAWS: u64 = 40;

/// All that is told of the experiment.
struct Experiment {
    published: Vec<seed::Second>,
    /// With the printed CPU as input, under Karpenter 1.5, and under the one that this platform runs.
    older: Printed,
    newer: Printed,
    /// The former with what was not told drawn by lot.
    draws: Draws,
    /// With the load alone as input.
    free: Run,
    /// The same load, for the environment as it is written.
    today: Run,
}

/// Simulates the experiment, and the same load for the environment; a point that does not come out as published is a finding.
pub(super) fn seed(setup: &Setup, number: u64, json: bool, page: Option<&Path>) -> Result<Report> {
    let options = Options { seed: number, ..Options::default() };
    let old = seed::setup(Version::V1_5);
    let load = seed::load().map_err(|flaws| anyhow!("{flaws}"))?;
    let all = Experiment {
        published: seed::seconds(),
        older: seed::printed(Version::V1_5, Unknowns::default())?,
        newer: seed::printed(Version::V1_14, Unknowns::default())?,
        draws: seed::draws(Version::V1_5, DRAWS)?,
        free: Run::new(None, &old, seed::free(Version::V1_5, &options)?),
        today: Run::new(None, setup, simulation::run(setup, &load, &options)?),
    };
    if let Some(path) = page {
        fs::write(path, page::html(setup, &all)).with_context(|| format!("writing `{}`", path.display()))?;
        say(format_args!("page  {PLACE}{}{PLACE:#}", path.display()));
    }
    let differs = all.points().iter().any(|(older, newer)| !older.agrees || !newer.agrees);
    let text = if json { printed_json(&json_of(setup, &old, &all)) } else { text_of(setup, &all) };
    Ok(Report::finding(differs, text))
}

impl Experiment {
    /// How much hangs on what was not told.
    fn luck(&self) -> String {
        let Draws { all, way_up, rest } = self.draws;
        format!(
            "when in their periods autoscaler, metrics-server and Karpenter acted was not told: of {all} draws, {way_up} have pods count when \
             the rows say, and in {rest} of these all else follows as published"
        )
    }

    /// Each point under both versions.
    fn points(&self) -> Vec<(Point, Point)> {
        seed::points(&self.older).into_iter().zip(seed::points(&self.newer)).collect()
    }
}

/// The seconds of a run in which the load test ran.
fn during(trace: &Trace) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds of a load test")]
    let length = (seed::RAMP + seed::HOLD) as usize;
    length.min(trace.seconds.len())
}

fn whole(number: f64) -> String {
    grouped(format!("{number:.0}"))
}

/// Requests that the plan had and its clients never came to, since they waited for answers without a time-out.
fn never_sent() -> f64 {
    seed::TOP * (seed::RAMP / 2.0 + seed::HOLD) - REPORT.requests
}

fn line(text: &mut String, name: &str, run: &Run) {
    let (trace, sums) = (&run.trace, run.sums());
    let answered = trace.seconds.iter().take(during(trace)).map(|of| of.answered);
    let lost = sums.totals.refused + sums.totals.failed;
    let pods = sums.most_pods.first().copied().unwrap_or_default();
    let _ = writeln!(
        text,
        "{name:<10}{} {} answered, {} lost, p99 at most {} ms, up to {pods} pods and {} nodes",
        bars(answered),
        whole(sums.totals.answered),
        whole(lost),
        milliseconds(sums.p99),
        sums.most_nodes
    );
}

fn text_of(setup: &Setup, all: &Experiment) -> String {
    let mut text = format!(
        "the seed's experiment: up to {} requests/s in {:.0} s, then {:.0} s of it\n",
        whole(seed::TOP),
        seed::RAMP,
        seed::HOLD
    );
    let succeeded = all.published.iter().map(|second| second.succeeded.unwrap_or_default());
    let lost = REPORT.requests * REPORT.failed_percent / 100.0;
    let _ = writeln!(
        text,
        "published {} {} answered, {} lost, {} never sent, p99 {} ms, up to 4 pods and 5 nodes",
        bars(succeeded),
        whole(REPORT.requests - lost),
        whole(lost),
        whole(never_sent()),
        whole(REPORT.p99)
    );
    line(&mut text, "simulated", &all.free);
    line(&mut text, "today", &all.today);
    let stalls: Vec<_> = STALLS.iter().map(|(from, to)| format!("{from}–{to}")).collect();
    let _ = writeln!(
        text,
        "          today is `{}`; the published run differs in seconds {}: workers and sockets were blocked",
        setup.name,
        stalls.join(", ")
    );
    let points = all.points();
    let same = points.iter().filter(|(older, _)| older.agrees).count();
    let _ = writeln!(text, "with the printed CPU as input, {same} of {} points are as published:", points.len());
    for (older, _) in &points {
        let sign = if older.agrees { ' ' } else { '!' };
        let _ = writeln!(text, "{sign} {:<26}{}", older.what, older.simulated);
    }
    let _ = writeln!(text, "  {}", all.luck());
    let _ = writeln!(text, "under Karpenter 1.14 instead of 1.5:");
    for (older, newer) in points.iter().filter(|(older, newer)| older.expected != newer.expected) {
        let sign = if newer.agrees { ' ' } else { '!' };
        let _ = writeln!(text, "{sign} {:<26}{}", older.what, newer.simulated);
    }
    text
}

fn json_of(setup: &Setup, old: &Setup, all: &Experiment) -> Json {
    let of = |run: &Printed| {
        let points = seed::points(run).into_iter().map(|point| {
            json!({ "what": point.what, "expected": point.expected, "simulated": point.simulated, "agrees": point.agrees })
        });
        let syncs = run.steps.iter().map(|step| {
            json!({
                "age": seed::written(step.at),
                "cpu_percent_of_request": step.row.cpu,
                "published": step.row.replicas,
                "replicas": step.replicas,
                "desired": step.decision.desired,
            })
        });
        let events = seed::events(run)
            .into_iter()
            .map(|event| json!({ "second": event.at.in_seconds(), "of": text::name_of(event.of), "what": event.text }));
        json!({
            "points": points.collect::<Vec<_>>(),
            "syncs": syncs.collect::<Vec<_>>(),
            "zones": run.zones,
            "nodes": run.seconds.iter().map(|second| &second.nodes).collect::<Vec<_>>(),
            "pods": run.seconds.iter().map(|second| &second.pods).collect::<Vec<_>>(),
            "events": events.collect::<Vec<_>>(),
        })
    };
    let column = |of: fn(&seed::Second) -> Json| all.published.iter().map(of).collect::<Vec<_>>();
    let run = |setup: &Setup, run: &Run| scripts::runs(setup, std::slice::from_ref(run));
    json!({
        "published": {
            "requests": REPORT.requests,
            "failed_percent": REPORT.failed_percent,
            "p50_ms": REPORT.p50,
            "p99_ms": REPORT.p99,
            "offered": column(|of| json!(of.offered)),
            "succeeded": column(|of| json!(of.succeeded)),
            "failed": column(|of| json!(of.failed)),
        },
        "printed_cpu": { "karpenter_1_5": of(&all.older), "karpenter_1_14": of(&all.newer) },
        "draws": { "all": all.draws.all, "way_up": all.draws.way_up, "all_else_too": all.draws.rest },
        "simulated": run(old, &all.free),
        "today": run(setup, &all.today),
    })
}
