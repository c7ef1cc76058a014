//! The nodes that Karpenter may make: one class that all share, and the pools of the settings, over all zones.

use synth_kubernetes::{
    Manifests, custom,
    karpenter::{
        AmiSelectorTerm, BlockDeviceMapping, Budget, Disruption, Ebs, Kubelet, Limits, MetadataOptions, NodeClassRef,
        NodeClassSpec, NodePoolSpec, NodeTemplate, NodeTemplateSpec, Requirement, StartupTaint, TagSelectorTerm,
    },
};

use crate::{
    instances::MOST_PODS,
    names::EBS_CSI_TAINT,
    settings::{NodePool, Settings},
};

/// The smallest node.
pub(crate) const FEWEST_VCPUS: u64 = 2;

/// The class of every node.
const NODE_CLASS: &str = "default";

pub(super) fn define(settings: &Settings, folder: &Manifests) {
    custom(NODE_CLASS, node_class(settings)).add_to(folder, "ec2-node-class");
    for (name, pool) in &settings.karpenter.node_pools {
        custom(name, node_pool(settings, pool)).add_to(folder, &format!("node-pool-{name}"));
    }
}

fn node_class(settings: &Settings) -> NodeClassSpec {
    let discovered = TagSelectorTerm { tags: [settings.discovery_tag()].into() };
    let mut tags = settings.aws.tags.clone();
    tags.insert("Name".to_owned(), settings.named("node"));
    NodeClassSpec {
        role: settings.karpenter_node_role(),
        ami_selector_terms: vec![AmiSelectorTerm { alias: Some(settings.karpenter.ami_alias.to_string()) }],
        subnet_selector_terms: vec![discovered.clone()],
        security_group_selector_terms: vec![discovered],
        kubelet: Kubelet { max_pods: Some(MOST_PODS) },
        metadata_options: MetadataOptions {
            http_endpoint: Some("enabled".to_owned()),
            http_protocol_ipv6: Some("disabled".to_owned()),
            // One hop ends at the node: no pod reaches its node's credentials.
            http_put_response_hop_limit: Some(1),
            http_tokens: Some("required".to_owned()),
        },
        block_device_mappings: vec![BlockDeviceMapping {
            // The root of Amazon Linux.
            device_name: "/dev/xvda".to_owned(),
            ebs: Ebs {
                volume_size: Some(format!("{}Gi", settings.karpenter.volume_size_gib)),
                volume_type: Some("gp3".to_owned()),
                encrypted: Some(true),
                delete_on_termination: Some(true),
            },
        }],
        tags,
    }
}

fn node_pool(settings: &Settings, pool: &NodePool) -> NodePoolSpec {
    NodePoolSpec {
        weight: Some(pool.weight),
        limits: Limits::new(pool.limit_cpu, format!("{}Gi", pool.limit_memory_gib)),
        disruption: Disruption {
            consolidation_policy: "WhenEmptyOrUnderutilized".to_owned(),
            consolidate_after: pool.consolidate_after.to_string(),
            budgets: vec![
                Budget::of("Empty", "100%"),
                Budget::of("Underutilized", "20%"),
                Budget::of("Drifted", "10%"),
            ],
        },
        template: NodeTemplate {
            spec: NodeTemplateSpec {
                node_class_ref: NodeClassRef {
                    group: "karpenter.k8s.aws".to_owned(),
                    kind: "EC2NodeClass".to_owned(),
                    name: NODE_CLASS.to_owned(),
                },
                // Until the limit of volumes of a node is known, any number of pods with volumes would be put there.
                startup_taints: vec![StartupTaint { key: EBS_CSI_TAINT.to_owned(), effect: "NoExecute".to_owned() }],
                expire_after: Some(settings.karpenter.expire_after.to_string()),
                // Expiry ignores disruption budgets: without a bound, one pod keeps a node for ever.
                termination_grace_period: Some(settings.karpenter.termination_grace_period.to_string()),
                requirements: requirements(settings, pool),
            },
        },
    }
}

fn requirements(settings: &Settings, pool: &NodePool) -> Vec<Requirement> {
    let zones = &settings.network.zones;
    vec![
        one_of("topology.kubernetes.io/zone", zones),
        one_of("kubernetes.io/os", ["linux"]),
        one_of("kubernetes.io/arch", &pool.architectures),
        one_of("karpenter.sh/capacity-type", [pool.capacity_type]),
        one_of("karpenter.k8s.aws/instance-category", &pool.instance_categories),
        Requirement::new("karpenter.k8s.aws/instance-generation", "Gte", &[pool.instance_generation_min.to_string()]),
        // Smaller nodes are mostly system pods.
        one_of("karpenter.k8s.aws/instance-cpu", sizes(pool)),
    ]
}

/// The sizes of a pool's nodes, in vCPUs.
fn sizes(pool: &NodePool) -> impl Iterator<Item = u64> {
    let largest = u64::from(pool.instance_vcpus_max);
    std::iter::successors(Some(FEWEST_VCPUS), |vcpus| Some(vcpus * 2)).take_while(move |vcpus| *vcpus <= largest)
}

fn one_of(key: &str, values: impl IntoIterator<Item = impl ToString>) -> Requirement {
    let values: Vec<_> = values.into_iter().map(|value| value.to_string()).collect();
    Requirement::new(key, "In", &values)
}
