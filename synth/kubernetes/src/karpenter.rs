//! Karpenter's `NodePool` and `EC2NodeClass`.
#![expect(missing_docs, reason = "fields are Karpenter's, which documents them")]

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde::{Deserialize, Serialize};

use crate::{CustomSpec, IntoField};

/// Which nodes may be made, how many, and when they go.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct NodePoolSpec {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
    pub limits: Limits,
    pub disruption: Disruption,
    pub template: NodeTemplate,
}

impl CustomSpec for NodePoolSpec {
    const API_VERSION: &'static str = "karpenter.sh/v1";
    const KIND: &'static str = "NodePool";
}

/// The limits of all nodes of a pool together.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Limits {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<IntOrString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<IntOrString>,
}

impl Limits {
    /// So many vCPUs, and memory such as `64Gi`.
    pub fn new(vcpus: u32, memory: String) -> Self {
        Self { cpu: Some(vcpus.into_field()), memory: Some(memory.into_field()) }
    }
}

/// Which nodes are replaced, and how many at once.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Disruption {
    pub consolidation_policy: String,
    pub consolidate_after: String,
    pub budgets: Vec<Budget>,
}

/// How many nodes may go at once, for all reasons or for some, always or for a time.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Budget {
    pub nodes: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<String>,
}

impl Budget {
    /// So many nodes for one reason.
    pub fn of(reason: &str, nodes: &str) -> Self {
        Self { nodes: nodes.to_owned(), reasons: vec![reason.to_owned()], ..Self::default() }
    }
}

/// The template of a pool's nodes.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct NodeTemplate {
    pub spec: NodeTemplateSpec,
}

/// The spec of a pool's nodes.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct NodeTemplateSpec {
    pub node_class_ref: NodeClassRef,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub startup_taints: Vec<StartupTaint>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expire_after: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub termination_grace_period: Option<String>,
    pub requirements: Vec<Requirement>,
}

/// A taint of new nodes that somebody takes away.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct StartupTaint {
    pub key: String,
    pub effect: String,
}

/// The class of a pool's nodes.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct NodeClassRef {
    pub group: String,
    pub kind: String,
    pub name: String,
}

/// A rule about a label of the nodes.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Requirement {
    pub key: String,
    pub operator: String,
    pub values: Vec<String>,
}

impl Requirement {
    /// An operator, such as `In`, between the label of this key and these values.
    pub fn new(key: &str, operator: &str, values: &[String]) -> Self {
        Self { key: key.to_owned(), operator: operator.to_owned(), values: values.to_vec() }
    }
}

/// The settings that the nodes of all pools share.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct NodeClassSpec {
    pub role: String,
    pub ami_selector_terms: Vec<AmiSelectorTerm>,
    pub subnet_selector_terms: Vec<TagSelectorTerm>,
    pub security_group_selector_terms: Vec<TagSelectorTerm>,
    pub kubelet: Kubelet,
    pub metadata_options: MetadataOptions,
    pub block_device_mappings: Vec<BlockDeviceMapping>,
    pub tags: BTreeMap<String, String>,
}

impl CustomSpec for NodeClassSpec {
    const API_VERSION: &'static str = "karpenter.k8s.aws/v1";
    const KIND: &'static str = "EC2NodeClass";
}

/// Images that nodes start from.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct AmiSelectorTerm {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
}

/// The settings of the kubelet.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Kubelet {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_pods: Option<u32>,
}

/// Selects everything that carries all of these tags.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct TagSelectorTerm {
    pub tags: BTreeMap<String, String>,
}

/// How a node's own metadata is reached.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct MetadataOptions {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_endpoint: Option<String>,
    #[serde(rename = "httpProtocolIPv6", skip_serializing_if = "Option::is_none")]
    pub http_protocol_ipv6: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_put_response_hop_limit: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_tokens: Option<String>,
}

/// A volume of each node.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct BlockDeviceMapping {
    pub device_name: String,
    pub ebs: Ebs,
}

/// The volume itself.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Ebs {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume_size: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delete_on_termination: Option<bool>,
}
