//! The whole platform without an account, step by step.

mod commands;
mod steps;
mod tools;

use std::{fs, path::absolute, time::Instant};

use anyhow::{Context, Result};
use synth_load::http::encoded;

use crate::talk::say;

/// The folder that the demo writes into, but for what its commands write themselves.
const DEMO: &str = "target/demo";
/// The state of earlier offline runs: with it there would be nothing to apply.
const STATE: &str = "target/offline/default";
const PAGE: &str = "target/load-test/index.html";

/// Shows it.
pub(crate) async fn run() -> Result<()> {
    let begun = Instant::now();
    step(1, "check that this machine has the tools")?;
    tools::look().await?;
    fs::create_dir_all(DEMO).with_context(|| format!("making `{DEMO}`"))?;
    let services = steps::build_services_beside()?;
    step(2, "get JMeter, if it is not there yet")?;
    commands::make(["jmeter"]).await?;
    step(3, "build the command: some minutes, the first time")?;
    let synth = steps::build().await?;
    step(4, "synthesize stacks/environments/default.toml: Terraform JSON and Kubernetes YAML")?;
    steps::synthesize(&synth).await?;
    step(5, "check the policies, on Terraform and Kubernetes together")?;
    steps::check(&synth).await?;
    step(6, "plan and apply with the real Terraform and providers in memory: no account, no credentials")?;
    steps::apply(&synth).await?;
    step(7, "build and start both services, and load them with JMeter")?;
    services.built().await?;
    steps::load().await?;
    say(format_args!("\n==> everything works, after {:.0} s", begun.elapsed().as_secs_f64()))?;
    say(format_args!("  the platform   {DEMO}/out"))?;
    say(format_args!("  its plans      {DEMO}/terraform.log"))?;
    say(format_args!("  the load test  {}", page()?))
}

fn step(number: u8, title: &str) -> Result<()> {
    say(format_args!("\n==> {number}/7 {title}"))
}

/// The address under which a browser opens the load test's page.
fn page() -> Result<String> {
    let path = absolute(PAGE).with_context(|| format!("finding `{PAGE}`"))?;
    Ok(format!("file://{}", encoded(&path.to_string_lossy(), "/")))
}
