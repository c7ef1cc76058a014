//! `synth load-report`: what a load test showed beside what the twin expected, on the terminal and on a page.

mod expected;

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use serde_json::Value as Json;
use stacks::{manifests::scaling_questions, settings::Settings};
use synth_command::report::{PLACE, Report, json, say};
use synth_load::{
    Comparison, Figures, Objectives, Page, Profile, Results, Run, Verdict,
    prometheus::{self, Answers, Span},
};

use crate::project::Project;

/// Prometheus keeps a value every 15 seconds; what follows the load takes minutes to shrink again.
const STEP: u32 = 15;

/// The most seconds after the schedule that are simulated.
const MOST_AFTER: f64 = 3600.0;

#[derive(Args, Debug)]
pub(crate) struct LoadReportArgs {
    /// Results of `JMeter`, as CSV
    results: PathBuf,
    /// Page to write; beside the results as `index.html` if left out
    #[arg(long, value_name = "FILE")]
    page: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    profile: ProfileArgs,
    #[command(flatten)]
    objectives: ObjectiveArgs,
    #[command(flatten)]
    prometheus: PrometheusArgs,
}

/// The offered load, where it differs from the environment's settings.
#[derive(Args, Debug)]
#[command(next_help_heading = "The offered load, if it differs from the settings")]
struct ProfileArgs {
    /// Requests a second at the top
    #[arg(long)]
    rate: Option<u32>,
    /// Seconds until the top
    #[arg(long, value_name = "SECONDS")]
    ramp: Option<u32>,
    /// Seconds at the top
    #[arg(long, value_name = "SECONDS")]
    hold: Option<u32>,
    /// Seconds from the top back to nothing
    #[arg(long, value_name = "SECONDS")]
    ramp_down: Option<u32>,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Objectives")]
struct ObjectiveArgs {
    /// Largest share of all requests that may fail, 0 to 1
    #[arg(long, value_name = "RATIO", default_value_t = 0.0, value_parser = ratio)]
    max_error_ratio: f64,
    /// Smallest share of the offered requests that must be answered at the top, 0 to 1
    #[arg(long, value_name = "RATIO", default_value_t = 0.99, value_parser = ratio)]
    min_achieved_ratio: f64,
    /// Longest time for 99 of 100 requests at the top, in milliseconds from when they were due
    #[arg(long, value_name = "MS", default_value_t = 250)]
    max_p99: u64,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "How the platform scaled")]
struct PrometheusArgs {
    /// Prometheus to ask, such as `http://127.0.0.1:9090`
    #[arg(long, value_name = "URL")]
    prometheus: Option<String>,
    /// First second to ask for, as Unix time; the test's start if left out
    #[arg(long, value_name = "SECONDS", requires = "prometheus")]
    from: Option<u64>,
    /// Last second to ask for, as Unix time; the test's end if left out
    #[arg(long, value_name = "SECONDS", requires = "prometheus")]
    to: Option<u64>,
    /// Saved answer of `query_range` for `cpu`, `cpu-target`, `replicas` or `nodes`
    #[arg(long, value_name = "QUESTION=FILE", value_parser = saved)]
    prometheus_json: Vec<(String, PathBuf)>,
}

/// Reads and judges results; a missed objective is a finding.
pub(crate) fn load_report(project: &Project, args: &LoadReportArgs) -> Result<Report> {
    let figures = Figures::of(Results::read(&args.results)?, args.profile.over(&project.settings));
    let ObjectiveArgs { max_error_ratio, min_achieved_ratio, max_p99 } = args.objectives;
    let objectives = Objectives { error_ratio: max_error_ratio, achieved_ratio: min_achieved_ratio, p99_ms: max_p99 };
    let verdict = Verdict::of(&figures, &objectives);
    let scaling = args.prometheus.answers(&figures, &project.settings)?;
    let page = args.page.clone().unwrap_or_else(|| args.results.with_file_name("index.html"));
    let run = Run::beside(&args.results, &page)?;
    let expected = expected::expected(project, figures.profile(), after(&figures, &scaling));
    let expected = expected.map_err(|error| one_line(&format!("{error:#}")));
    let expected = expected.as_ref().map_err(String::as_str);
    let comparison = Comparison { figures: &figures, scaling: &scaling, run: &run, expected };
    let html = Page { verdict: &verdict, comparison }.html();
    fs::write(&page, html).with_context(|| format!("writing `{}`", page.display()))?;
    say(format_args!("page  {PLACE}{}{PLACE:#}", page.display()));
    let text = if args.json { json(&told(&verdict, &comparison)) } else { format!("{verdict}{comparison}") };
    Ok(Report::finding(!verdict.met(), text))
}

/// The verdict and the comparison, for scripts.
fn told(verdict: &Verdict<'_>, comparison: &Comparison<'_>) -> Json {
    let mut told = verdict.json();
    told["compared"] = comparison.json();
    told
}

/// How many seconds after the schedule something is known of.
fn after(figures: &Figures, scaling: &Answers) -> f64 {
    let points = scaling.values().flatten().flat_map(|line| &line.points).map(|(time, _)| figures.second_of(*time));
    (points.fold(figures.seconds(), f64::max) - figures.profile().seconds()).clamp(0.0, MOST_AFTER)
}

/// A reason of several lines as one.
fn one_line(reason: &str) -> String {
    let lines = reason.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("; ")
}

impl ProfileArgs {
    fn over(&self, settings: &Settings) -> Profile {
        let written = &settings.load_test;
        let pick = |given: Option<u32>, written: u32| f64::from(given.unwrap_or(written));
        Profile {
            rate: pick(self.rate, written.rate),
            ramp: pick(self.ramp, written.ramp_seconds),
            hold: pick(self.hold, written.hold_seconds),
            ramp_down: pick(self.ramp_down, written.ramp_down_seconds),
        }
    }
}

impl PrometheusArgs {
    fn answers(&self, figures: &Figures, settings: &Settings) -> Result<Answers> {
        let mut answers = Answers::new();
        if let Some(address) = &self.prometheus {
            let (begun, ended) = figures.clock();
            let (from, to) = (self.from.unwrap_or(begun), self.to.unwrap_or(ended));
            for question in scaling_questions(settings) {
                let span = Span { from, to, step: STEP };
                answers.insert(question.name.to_owned(), prometheus::query(address, &question.expression, span)?);
            }
        }
        for (name, path) in &self.prometheus_json {
            answers.insert(name.clone(), prometheus::read(path)?);
        }
        Ok(answers)
    }
}

fn ratio(text: &str) -> Result<f64, String> {
    let ratio = text.parse().ok().filter(|ratio| (0.0..=1.0).contains(ratio));
    ratio.ok_or_else(|| "expected a number from 0 to 1".to_owned())
}

fn saved(text: &str) -> Result<(String, PathBuf), String> {
    let known = ["cpu", "cpu-target", "replicas", "nodes"];
    let (name, path) = text.split_once('=').ok_or("expected `QUESTION=FILE`, such as `nodes=nodes.json`")?;
    if known.contains(&name) {
        Ok((name.to_owned(), path.into()))
    } else {
        Err(format!("there is no question `{name}`: choose one of `{}`", known.join("`, `")))
    }
}
