//! Karpenter's `NodePool` and `EC2NodeClass`.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::manifests::kubernetes::CustomSpec;

/// Which nodes may be made, how many, and when they go.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NodePoolSpec {
    pub(crate) weight: u32,
    pub(crate) limits: Limits,
    pub(crate) disruption: Disruption,
    pub(crate) template: NodeTemplate,
}

impl CustomSpec for NodePoolSpec {
    const API_VERSION: &'static str = "karpenter.sh/v1";
    const KIND: &'static str = "NodePool";
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Limits {
    pub(crate) cpu: u32,
    pub(crate) memory: String,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Disruption {
    pub(crate) consolidation_policy: &'static str,
    pub(crate) consolidate_after: String,
    pub(crate) budgets: Vec<Budget>,
}

/// How many nodes may go at once, for all reasons or for some.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Budget {
    pub(crate) nodes: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) reasons: Vec<&'static str>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct NodeTemplate {
    pub(crate) spec: NodeTemplateSpec,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NodeTemplateSpec {
    pub(crate) node_class_ref: NodeClassRef,
    pub(crate) startup_taints: Vec<StartupTaint>,
    pub(crate) expire_after: String,
    pub(crate) termination_grace_period: String,
    pub(crate) requirements: Vec<Requirement>,
}

/// A taint of new nodes that somebody takes away.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StartupTaint {
    pub(crate) key: &'static str,
    pub(crate) effect: &'static str,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct NodeClassRef {
    pub(crate) group: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) name: &'static str,
}

/// What a label of the nodes must be.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Requirement {
    pub(crate) key: &'static str,
    pub(crate) operator: &'static str,
    pub(crate) values: Vec<String>,
}

/// What the nodes of all pools share.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NodeClassSpec {
    pub(crate) role: String,
    pub(crate) ami_selector_terms: Vec<AmiSelectorTerm>,
    pub(crate) subnet_selector_terms: Vec<TagSelectorTerm>,
    pub(crate) security_group_selector_terms: Vec<TagSelectorTerm>,
    pub(crate) kubelet: Kubelet,
    pub(crate) metadata_options: MetadataOptions,
    pub(crate) block_device_mappings: Vec<BlockDeviceMapping>,
    pub(crate) tags: BTreeMap<String, String>,
}

impl CustomSpec for NodeClassSpec {
    const API_VERSION: &'static str = "karpenter.k8s.aws/v1";
    const KIND: &'static str = "EC2NodeClass";
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct AmiSelectorTerm {
    pub(crate) alias: String,
}

/// What the kubelet is told.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Kubelet {
    pub(crate) max_pods: u32,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct TagSelectorTerm {
    pub(crate) tags: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the kind has them so")]
pub(crate) struct MetadataOptions {
    pub(crate) http_endpoint: &'static str,
    #[serde(rename = "httpProtocolIPv6")]
    pub(crate) http_protocol_ipv6: &'static str,
    pub(crate) http_put_response_hop_limit: u32,
    pub(crate) http_tokens: &'static str,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BlockDeviceMapping {
    pub(crate) device_name: &'static str,
    pub(crate) ebs: Ebs,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Ebs {
    pub(crate) volume_size: String,
    pub(crate) volume_type: &'static str,
    pub(crate) encrypted: bool,
    pub(crate) delete_on_termination: bool,
}
