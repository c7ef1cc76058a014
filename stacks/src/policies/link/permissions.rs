//! The rights that nodes need of their role: to join, to pull images, and to connect pods.

use synth_bindings::{aws_eks_node_group, aws_iam_role, aws_iam_role_policy_attachment};
use synth_review::{Findings, Policy, Severity};

use crate::{
    Platform,
    names::VPC_CNI_ADD_ON,
    view::{Declared, NodeClass, addon},
};

/// Policies of AWS that every node needs, and what they allow; one of each row is enough.
const NEEDED: [(&[&str], &str); 2] = [
    (&["AmazonEKSWorkerNodePolicy"], "join the cluster"),
    (&["AmazonEC2ContainerRegistryPullOnly", "AmazonEC2ContainerRegistryReadOnly"], "pull images"),
];

const NETWORK: &str = "AmazonEKS_CNI_Policy";

fn allows<V>(role: &Declared<'_, V>, policies: &[&str]) -> bool {
    role.platform.resources::<aws_iam_role_policy_attachment::Handle>().any(|attached| {
        let of = attached.leads(|of| of.role());
        let policy = attached.text(|of| of.policy_arn()).unwrap_or_default();
        of.is_some_and(|of| of.is(role)) && policies.iter().any(|name| policy.rsplit('/').next() == Some(name))
    })
}

/// The roles of base nodes and of Karpenter's.
fn roles_of_nodes(platform: &Platform) -> Vec<Declared<'_>> {
    let of_groups =
        platform.resources::<aws_eks_node_group::Handle>().filter_map(|group| group.leads(|of| of.node_role_arn()));
    let names: Vec<_> = platform.every::<NodeClass>().map(|class| class.typed().spec.role.as_str()).collect();
    let of_classes = platform.resources::<aws_iam_role::Handle>();
    let of_classes =
        of_classes.filter(|role| role.text(|of| of.name()).is_some_and(|name| names.contains(&name.as_str())));
    of_groups.chain(of_classes.map(|role| role.whole())).collect()
}

pub(super) const NODE_PERMISSIONS: Policy<Platform> = Policy {
    code: "LINK022",
    name: "node-permissions",
    severity: Severity::Error,
    explanation: "A node whose role may not join the cluster, pull images or connect pods starts, costs money and runs \
                  nothing; Karpenter then makes another such node.",
    check: node_permissions,
};

fn node_permissions(platform: &Platform, findings: &mut Findings) {
    let of_pods = addon(platform, VPC_CNI_ADD_ON)
        .and_then(|cni| cni.blocks(|of| of.pod_identity_association()).next()?.leads(|of| of.role_arn()));
    let network = of_pods.is_some_and(|role| allows(&role, &[NETWORK]));
    for role in roles_of_nodes(platform) {
        let lacking = NEEDED.iter().filter(|(policies, _)| !allows(&role, policies));
        let mut lacking: Vec<_> = lacking.map(|(policies, what)| (policies[0], *what)).collect();
        if !network && !allows(&role, &[NETWORK]) {
            lacking.push((NETWORK, "give addresses to pods"));
        }
        for (policy, what) in lacking {
            findings.report(
                role.place(),
                format!("is the role of nodes, which cannot {what} with it"),
                format!("attach `{policy}` to it"),
            );
        }
    }
}
