//! Fake nodes in three zones, labelled as EKS and Karpenter label theirs, as large as their instance type is for pods.

use anyhow::{Context, Result};
use serde_json::{Value as Json, json};

use crate::server::Server;

/// The zones of the fixtures.
pub const ZONES: [&str; 3] = ["eu-north-1a", "eu-north-1b", "eu-north-1c"];

/// The capacity that pods get of each instance type.
const ALLOCATABLE: &str = include_str!("../../stacks/tests/fixtures/karpenter-allocatable.csv");

/// A node that does not exist.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// One of [`ZONES`].
    pub zone: &'static str,
    /// Its instance type, such as `m7i.xlarge`.
    pub instance_type: &'static str,
    /// `spot` or `on-demand`.
    pub capacity: &'static str,
}

impl Node {
    /// A node of Karpenter.
    pub fn new(name: impl Into<String>, zone: &'static str, instance_type: &'static str) -> Self {
        Self { name: name.into(), zone, instance_type, capacity: "on-demand" }
    }

    /// As many nodes in each zone, named after zone and number.
    pub fn in_each_zone(each: usize, instance_type: &'static str) -> Vec<Self> {
        let nodes = ZONES.iter().flat_map(|zone| {
            let letter = &zone[zone.len() - 1..];
            (0..each).map(move |number| Self::new(format!("{letter}-{number}"), zone, instance_type))
        });
        nodes.collect()
    }

    /// The object, as its kubelet registers it.
    pub fn object(&self) -> Result<Json> {
        let row = ALLOCATABLE.lines().find(|line| line.split(',').next() == Some(self.instance_type));
        let cells: Vec<_> =
            row.with_context(|| format!("no instance type `{}`", self.instance_type))?.split(',').collect();
        let [_, cpu, memory, pods] = cells[..] else { anyhow::bail!("a row of other cells than four") };
        let size = json!({
            "cpu": format!("{cpu}m"), "memory": format!("{memory}Mi"), "pods": pods, "ephemeral-storage": "45Gi",
        });
        let category = &self.instance_type[..1];
        Ok(json!({
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {
                "name": self.name,
                "labels": {
                    "karpenter.k8s.aws/instance-category": category,
                    "karpenter.sh/capacity-type": self.capacity,
                    "karpenter.sh/nodepool": self.capacity,
                    "karpenter.sh/registered": "true",
                    "kubernetes.io/arch": "amd64",
                    "kubernetes.io/hostname": self.name,
                    "kubernetes.io/os": "linux",
                    "node.kubernetes.io/instance-type": self.instance_type,
                    "topology.kubernetes.io/region": &self.zone[..self.zone.len() - 1],
                    "topology.kubernetes.io/zone": self.zone,
                },
                // metrics-server asks the kubelet's address for this path.
                "annotations": {
                    "metrics.k8s.io/resource-metrics-path": format!("/metrics/nodes/{}/metrics/resource", self.name),
                },
            },
            "status": { "allocatable": size, "capacity": size },
        }))
    }

    /// Makes it, ready as soon as its zone's kubelets see it.
    pub fn join(&self, server: &Server) -> Result<()> {
        server.create(&self.object()?, "")?.object().map(drop).map_err(anyhow::Error::msg)
    }

    /// Lets no more pods in, or lets them in again.
    pub fn cordon(&self, server: &Server, cordoned: bool) -> Result<()> {
        let patch = json!({ "spec": { "unschedulable": cordoned } });
        let answer = server.patch(&format!("/api/v1/nodes/{}", self.name), &patch)?;
        answer.object().map(drop).map_err(anyhow::Error::msg)
    }
}
