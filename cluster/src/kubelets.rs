//! The kubelets of what Karpenter launches: each registers once its instance has booted, not ready yet, and is ready a little later.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use serde_json::{Value as Json, json};

use crate::{conditions::holds, names::name_of, server::Server};

/// From the launch until the node registers.
const BOOT: Duration = Duration::from_secs(8);
/// From there until it is ready, as the stage `node-ready` of `fake/kwok.yaml` reads it.
const READY: &str = "2s";
const PAUSE: Duration = Duration::from_millis(200);
const CLAIMS: &str = "/apis/karpenter.sh/v1/nodeclaims";
const NODES: &str = "/api/v1/nodes";

/// They register nodes until this is dropped.
#[derive(Debug)]
pub struct Kubelets {
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Kubelets {
    /// Begins to watch what is launched.
    pub fn start(server: &Server) -> Self {
        let ends = Arc::new(AtomicBool::new(false));
        let (server, told) = (server.clone(), ends.clone());
        let thread = thread::spawn(move || {
            let mut launched = BTreeMap::new();
            while !told.load(Ordering::Relaxed) {
                if let Err(error) = turn(&server, &mut launched) {
                    // A server that is busy is asked again.
                    eprintln!("kubelets: {error:#}");
                }
                thread::sleep(PAUSE);
            }
        });
        Self { ends, thread: Some(thread) }
    }
}

impl Drop for Kubelets {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn turn(server: &Server, launched: &mut BTreeMap<String, Instant>) -> Result<()> {
    let nodes = server.list(NODES)?;
    for claim in server.list(CLAIMS)? {
        let Some(instance) = claim["status"]["providerID"].as_str() else { continue };
        let since = *launched.entry(instance.to_owned()).or_insert_with(Instant::now);
        let registered = nodes.iter().any(|node| node["spec"]["providerID"] == instance);
        let leaves = !claim["metadata"]["deletionTimestamp"].is_null();
        if !registered && !leaves && claim["status"]["nodeName"].is_null() && since.elapsed() >= BOOT {
            server.create(&node(&claim), "")?.object().map_err(anyhow::Error::msg)?;
        }
    }
    for node in nodes.iter().filter(|node| holds(node, "Ready")) {
        driver_runs(server, node)?;
    }
    Ok(())
}

/// The driver of volumes takes the taint away that held pods with volumes back.
fn driver_runs(server: &Server, node: &Json) -> Result<()> {
    let taints = node["spec"]["taints"].as_array().cloned().unwrap_or_default();
    let held = |taint: &Json| taint["key"] == stacks::names::EBS_CSI_TAINT;
    if taints.iter().any(held) {
        let mut node = node.clone();
        // What stands in a list says neither.
        node["apiVersion"] = "v1".into();
        node["kind"] = "Node".into();
        node["spec"]["taints"] = taints.into_iter().filter(|taint| !held(taint)).collect();
        // Who changed it meanwhile is heard first: the version is that of the look.
        let answer = server.replace(&node, "")?;
        ensure!(answer.is_ok() || answer.status == 409, "{answer}");
    }
    Ok(())
}

/// The node that the kubelet of a claim's instance registers: with the claim's labels and taints, and the size that
/// Karpenter expects.
fn node(claim: &Json) -> Json {
    let name = format!("node-{}", name_of(claim));
    let mut labels = claim["metadata"]["labels"].clone();
    labels["kubernetes.io/hostname"] = name.clone().into();
    labels["kubernetes.io/os"] = "linux".into();
    let taints =
        ["taints", "startupTaints"].into_iter().filter_map(|key| claim["spec"][key].as_array()).flatten().cloned();
    let unregistered = json!({ "key": "karpenter.sh/unregistered", "effect": "NoExecute" });
    json!({
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": labels,
            "annotations": {
                "metrics.k8s.io/resource-metrics-path": format!("/metrics/nodes/{name}/metrics/resource"),
                "kwok.x-k8s.io/ready-after": READY,
            },
        },
        "spec": { "providerID": claim["status"]["providerID"], "taints": taints.chain([unregistered]).collect::<Vec<_>>() },
        "status": { "capacity": claim["status"]["capacity"], "allocatable": claim["status"]["allocatable"] },
    })
}
