//! What nodes may do with their role: join, pull images, and connect pods.

use synth_framework::Findings;

use crate::{
    Platform,
    policies::view::{Declared, addon, text},
};

/// What every node needs, by the policies of AWS that allow it; one of them is enough.
const NEEDED: [(&[&str], &str); 2] = [
    (&["AmazonEKSWorkerNodePolicy"], "join the cluster"),
    (&["AmazonEC2ContainerRegistryPullOnly", "AmazonEC2ContainerRegistryReadOnly"], "pull images"),
];

const NETWORK: &str = "AmazonEKS_CNI_Policy";

fn allows(role: &Declared<'_>, policies: &[&str]) -> bool {
    role.platform.managed("aws_iam_role_policy_attachment").any(|attached| {
        let of = attached.get("role").and_then(|of| attached.leads_to(of));
        let policy = attached.text("policy_arn").unwrap_or_default();
        of.is_some_and(|of| of.place().subject == role.place().subject)
            && policies.iter().any(|name| policy.rsplit('/').next() == Some(name))
    })
}

/// The roles of base nodes and of Karpenter's.
fn roles_of_nodes(platform: &Platform) -> Vec<Declared<'_>> {
    let of_groups =
        platform.managed("aws_eks_node_group").filter_map(|group| group.leads_to(group.get("node_role_arn")?));
    let names: Vec<_> = platform.of_kind("EC2NodeClass").map(|class| text(&class.object, "/spec/role")).collect();
    let of_classes = |role: &Declared<'_>| role.text("name").is_some_and(|name| names.contains(&name.as_str()));
    of_groups.chain(platform.managed("aws_iam_role").filter(of_classes)).collect()
}

pub(super) fn node_permissions(platform: &Platform, findings: &mut Findings) {
    let of_pods = addon(platform, "vpc-cni").and_then(|cni| cni.nested_leads("pod_identity_association", "role_arn"));
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
