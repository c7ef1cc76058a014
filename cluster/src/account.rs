//! An AWS account on the loopback device, with what Karpenter asks of one: offers and their prices, and instances that do not exist.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Mutex, PoisonError},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value as Json, json};
use stacks::settings::Settings;

use crate::{nodes::ZONES, programs::root};

/// USD an hour of each type, on demand and, by zone, on Spot: figures to decide by, not the market's.
const PRICES: &str = "cluster/fake/prices.csv";

/// A running account; it ends with the process that started it.
#[derive(Debug)]
pub struct Account {
    child: Child,
    speaks: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
    endpoint: String,
}

/// A kind of capacity that is nowhere to be had, or not in one zone.
#[derive(Clone, Copy, Debug)]
pub struct Exhausted {
    /// `spot` or `on-demand`.
    pub capacity: &'static str,
    /// One of [`ZONES`], or every one.
    pub zone: Option<&'static str>,
}

/// An instance that was launched.
#[derive(Clone, Debug, PartialEq)]
pub struct Instance {
    /// As EC2 names it: `i-…`.
    pub id: String,
    /// Such as `c6gd.large`.
    pub instance_type: String,
    /// Where it is.
    pub zone: String,
    /// `spot` or `on-demand`.
    pub capacity: String,
    /// USD an hour.
    pub price: f64,
    /// The image that it was launched from.
    pub image: String,
    /// `running`, `shutting-down` or `terminated`.
    pub state: String,
    /// When it was launched, in seconds of Unix time.
    pub launched: f64,
}

/// The launches, requests and faults of an account until now.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// In the order of their launch.
    pub instances: Vec<Instance>,
    /// Each call for instances: its kind of capacity, how many it asked for, and how many it got.
    pub requests: Vec<(String, u64, usize)>,
    /// Calls that the account could not answer.
    pub faults: Vec<String>,
}

impl Account {
    /// Starts one that holds what an environment's cluster stack makes for Karpenter, with node images of these dates.
    pub fn start(settings: &Settings, kubernetes: &str, api_server: &str, images: &[&str], log: &Path) -> Result<Self> {
        let python = root().join("target/e2e/venv/bin/python");
        ensure!(python.exists(), "no `{}`: `make karpenter` makes it", python.display());
        let (tag, value) = settings.discovery_tag();
        let holds = json!({
            "zones": ZONES, "cluster": settings.name, "discovery": { tag: value }, "role": settings.karpenter_node_role(),
            "queue": settings.interruption_queue(), "kubernetes": kubernetes, "endpoint": api_server, "images": images,
            "prices": root().join(PRICES),
        });
        let errors = std::fs::File::create(log).with_context(|| format!("creating `{}`", log.display()))?;
        let mut child = Command::new(&python)
            .arg(root().join("e2e/karpenter.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .with_context(|| format!("starting `{}`", python.display()))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            bail!("the account has neither input nor output")
        };
        let mut speaks = (input, BufReader::new(output));
        let endpoint = ask(&mut speaks, &holds).with_context(|| format!("see `{}`", log.display()))?;
        ensure!(endpoint.starts_with("http://127.0.0.1:"), "`{endpoint}` is not on the loopback device");
        Ok(Self { child, speaks: Mutex::new(speaks), endpoint })
    }

    /// Where its APIs are.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Everything that it has seen until now.
    pub fn seen(&self) -> Result<Seen> {
        self.tell(&json!({}))
    }

    /// From now on there is none of these.
    pub fn exhaust(&self, exhausted: &[Exhausted]) -> Result<Seen> {
        let named =
            exhausted.iter().map(|one| json!({ "capacity": one.capacity, "zone": one.zone.unwrap_or_default() }));
        self.tell(&json!({ "exhausted": named.collect::<Vec<_>>() }))
    }

    /// Says that a Spot instance is taken back in two minutes.
    pub fn interrupt(&self, instance: &str) -> Result<Seen> {
        self.tell(&json!({ "interrupt": instance }))
    }

    fn tell(&self, what: &Json) -> Result<Seen> {
        let mut speaks = self.speaks.lock().unwrap_or_else(PoisonError::into_inner);
        let answer: Json = serde_json::from_str(&ask(&mut speaks, what)?).context("what the account has seen")?;
        Ok(seen(&answer))
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        // A server ends by itself when its input does, and may be asked by nobody any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn ask((input, output): &mut (ChildStdin, BufReader<ChildStdout>), what: &Json) -> Result<String> {
    writeln!(input, "{what}").context("telling the account")?;
    let mut line = String::new();
    output.read_line(&mut line).context("hearing the account")?;
    ensure!(!line.is_empty(), "the account has ended");
    Ok(line.trim_end().to_owned())
}

fn seen(answer: &Json) -> Seen {
    let list = |name: &str| answer[name].as_array().cloned().unwrap_or_default();
    let words = |one: &Json, name: &str| one[name].as_str().unwrap_or_default().to_owned();
    let number = |one: &Json, name: &str| one[name].as_f64().unwrap_or_default();
    let instance = |one: &Json| Instance {
        id: words(one, "id"),
        instance_type: words(one, "type"),
        zone: words(one, "zone"),
        capacity: words(one, "capacity"),
        price: number(one, "price"),
        image: words(one, "image"),
        state: words(one, "state"),
        launched: number(one, "launched"),
    };
    let request = |one: &Json| {
        let given = one["instances"].as_array().map_or(0, Vec::len);
        (words(one, "capacity"), one["count"].as_u64().unwrap_or_default(), given)
    };
    Seen {
        instances: list("instances").iter().map(instance).collect(),
        requests: list("requests").iter().map(request).collect(),
        faults: list("faults").iter().map(|one| one.as_str().unwrap_or_default().to_owned()).collect(),
    }
}
