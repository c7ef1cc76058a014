//! The add-ons that EKS manages, in the one order that does not deadlock.
//!
//! Nodes turn ready only with a network, and coredns turns healthy only on ready nodes: so the network comes before the
//! nodes, and whatever schedules pods comes after them.

use synth_bindings::{
    RoleArn, aws_eks_addon, aws_eks_cluster, aws_eks_node_group, aws_iam_role_policy_attachment, data,
};
use synth_framework::{
    Any, Ref, Stack, Value,
    functions::{jsondecode, jsonencode},
    object, run,
};

use crate::{
    iam::{grant_aws_policy, pod_role},
    names::{
        ADD_ON_NAMESPACE, BASE_NODE_LABEL, COREDNS_ADD_ON, EBS_CSI_ADD_ON, EBS_CSI_SERVICE_ACCOUNT, KUBE_PROXY_ADD_ON,
        NODE_MONITORING_ADD_ON, POD_IDENTITY_ADD_ON, VPC_CNI_ADD_ON, VPC_CNI_SERVICE_ACCOUNT, label,
    },
    settings::{AddonVersion, Settings},
};

/// Declares what nodes need to become ready.
pub(super) fn before_nodes(
    settings: &Settings,
    cluster: &aws_eks_cluster::Handle,
    stack: &Stack,
) -> Vec<aws_eks_addon::Handle> {
    let versions = &settings.cluster.addon_versions;
    let addons = Addons { settings, cluster, stack, nodes: None };
    let role = pod_role(stack, settings, VPC_CNI_ADD_ON, (ADD_ON_NAMESPACE, VPC_CNI_SERVICE_ACCOUNT));
    let granted = grant_aws_policy(stack, settings, &role, "vpc_cni", "AmazonEKS_CNI_Policy");
    // The add-on reads booleans and numbers as text. Without `enableNetworkPolicy` every NetworkPolicy is silently inert.
    let cni = object! {
        "enableNetworkPolicy" => "true",
        "env" => object! { "ENABLE_PREFIX_DELEGATION" => "true", "WARM_PREFIX_TARGET" => "1" },
    };
    let agent = addons.addon(POD_IDENTITY_ADD_ON, versions.eks_pod_identity_agent, None, None);
    let kube_proxy = addons.addon(KUBE_PROXY_ADD_ON, versions.kube_proxy, None, None);
    let identity = PodIdentity { service_account: VPC_CNI_SERVICE_ACCOUNT, role: role.arn(), granted };
    let cni = addons.addon(VPC_CNI_ADD_ON, versions.vpc_cni, Some(cni), Some(identity));
    let configuration = jsondecode(cni.configuration_values());
    run("network_policies_are_enforced")
        .assert(configuration.key("enableNetworkPolicy").equals("true"), "every NetworkPolicy is silently inert")
        .add_to(stack);
    vec![agent, kube_proxy, cni]
}

/// Declares what needs ready nodes.
pub(super) fn after_nodes(
    settings: &Settings,
    cluster: &aws_eks_cluster::Handle,
    nodes: &aws_eks_node_group::Handle,
    stack: &Stack,
) -> Vec<aws_eks_addon::Handle> {
    let versions = &settings.cluster.addon_versions;
    let addons = Addons { settings, cluster, stack, nodes: Some(nodes) };
    let role = pod_role(stack, settings, "ebs-csi", (ADD_ON_NAMESPACE, EBS_CSI_SERVICE_ACCOUNT));
    let granted = grant_aws_policy(stack, settings, &role, "ebs_csi", "service-role/AmazonEBSCSIDriverPolicy");
    let (key, value) = BASE_NODE_LABEL;
    let zones = i64::try_from(settings.network.zones.len()).expect("a list of zones is short");
    let dns = object! {
        "autoScaling" => object! { "enabled" => true, "minReplicas" => zones, "maxReplicas" => 10 },
        "nodeSelector" => object! { key => value },
        "topologySpreadConstraints" => serde_json::json!([{
            "maxSkew": 1,
            "topologyKey": "topology.kubernetes.io/zone",
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": { "matchLabels": { "k8s-app": "kube-dns" } },
        }]),
    };
    let volumes = object! {
        "controller" => object! { "nodeSelector" => object! { key => value } },
        // Without instance metadata the driver takes every node to have one interface and one volume of its own.
        "node" => object! { "volumeAttachLimit" => i64::from(settings.cluster.volume_attach_limit) },
    };
    let ebs = PodIdentity { service_account: EBS_CSI_SERVICE_ACCOUNT, role: role.arn(), granted };
    vec![
        addons.addon(COREDNS_ADD_ON, versions.coredns, Some(dns), None),
        addons.addon(EBS_CSI_ADD_ON, versions.aws_ebs_csi_driver, Some(volumes), Some(ebs)),
        addons.addon(NODE_MONITORING_ADD_ON, versions.eks_node_monitoring_agent, None, None),
    ]
}

/// The role of an add-on's pods, and what they may do, which must outlive them: without it they leave network interfaces
/// and volumes behind.
struct PodIdentity {
    service_account: &'static str,
    role: Ref<RoleArn>,
    granted: aws_iam_role_policy_attachment::Handle,
}

struct Addons<'a> {
    settings: &'a Settings,
    cluster: &'a aws_eks_cluster::Handle,
    stack: &'a Stack,
    nodes: Option<&'a aws_eks_node_group::Handle>,
}

impl Addons<'_> {
    /// One add-on: an exact build, or the one that is the most recent for the Kubernetes version when the add-on is made.
    fn addon(
        &self,
        name: &str,
        version: Option<AddonVersion>,
        configuration: Option<Value<Any>>,
        identity: Option<PodIdentity>,
    ) -> aws_eks_addon::Handle {
        let mut addon = aws_eks_addon(label(name))
            .cluster_name(self.cluster.name())
            .addon_name(name)
            .configuration_values(configuration.map(jsonencode))
            .resolve_conflicts_on_create("OVERWRITE")
            .resolve_conflicts_on_update("PRESERVE")
            .pod_identity_association(identity.as_ref().map(|identity| {
                aws_eks_addon::pod_identity_association()
                    .service_account(identity.service_account)
                    .role_arn(&identity.role)
            }));
        addon = match version {
            Some(version) => addon.addon_version(version),
            // What is the most recent tomorrow would roll in with any other change.
            None => addon
                .addon_version(
                    data::aws_eks_addon_version(label(name))
                        .addon_name(name)
                        .kubernetes_version(self.settings.cluster.kubernetes_version)
                        .most_recent(true)
                        .add_to(self.stack)
                        .version(),
                )
                .lifecycle(|lifecycle| lifecycle.ignore_changes(|addon| addon.addon_version())),
        };
        addon.depends_on((self.nodes, identity.as_ref().map(|identity| &identity.granted))).add_to(self.stack)
    }
}
