//! What the cluster stack declares and the manifests name.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use synth_bindings::{
    aws_cloudwatch_event_target, aws_eks_access_entry, aws_eks_cluster, aws_eks_pod_identity_association, aws_iam_role,
    aws_security_group, aws_sqs_queue, aws_subnet, aws_vpc, data,
};
use synth_framework::Findings;
use synth_kubernetes::Manifest;

use crate::{
    Platform,
    policies::view::{Declared, addon, carries, charts, items, requirement, text},
};

/// What a node class selects by, such as `karpenter.sh/discovery: tideline`.
fn described(terms: &[Json]) -> String {
    let tags = terms.iter().filter_map(|term| term["tags"].as_object()).flatten();
    let tags: Vec<_> = tags.map(|(key, value)| format!("`{key}: {}`", value.as_str().unwrap_or_default())).collect();
    tags.join(" and ")
}

pub(super) fn discovery_tag_on_subnets(platform: &Platform, findings: &mut Findings) {
    for class in platform.of_kind("EC2NodeClass") {
        let terms = items(&class.object, "/spec/subnetSelectorTerms");
        let found: Vec<_> =
            platform.resources::<aws_subnet::Handle>().filter(|subnet| carries(subnet, terms)).collect();
        let covered: BTreeSet<String> =
            found.iter().filter_map(|subnet| subnet.text(|of| of.availability_zone())).collect();
        let uncovered: Vec<_> =
            zones_of_pools(platform, class).into_iter().filter(|zone| !covered.contains(*zone)).collect();
        let message = if found.is_empty() {
            format!("selects subnets by {}, which no subnet carries", described(terms))
        } else if !uncovered.is_empty() {
            format!("selects subnets by {}, which no subnet in {} carries", described(terms), uncovered.join(" and "))
        } else {
            continue;
        };
        findings.report(platform.place(class), message, "set the tag on the private subnet of every zone");
    }
}

/// The zones in which pools make nodes of a class.
fn zones_of_pools<'a>(platform: &'a Platform, class: &Manifest) -> BTreeSet<&'a str> {
    let pools = platform
        .of_kind("NodePool")
        .filter(|pool| text(&pool.object, "/spec/template/spec/nodeClassRef/name") == class.name());
    pools.flat_map(|pool| requirement(pool, "topology.kubernetes.io/zone")).collect()
}

pub(super) fn discovery_tag_on_one_group(platform: &Platform, findings: &mut Findings) {
    for class in platform.of_kind("EC2NodeClass") {
        let terms = items(&class.object, "/spec/securityGroupSelectorTerms");
        let found: Vec<_> = platform
            .resources::<aws_security_group::Handle>()
            .filter(|group| carries(group, terms))
            .map(|group| group.place().subject)
            .collect();
        let carriers = match found.as_slice() {
            [_] => continue,
            [] => "no security group carries".to_owned(),
            several => format!("{} carry", several.join(" and ")),
        };
        findings.report(
            platform.place(class),
            format!("selects security groups by {}, which {carriers}", described(terms)),
            "set the tag on the security group of the nodes, and on no other",
        );
    }
}

pub(super) fn node_role(platform: &Platform, findings: &mut Findings) {
    for class in platform.of_kind("EC2NodeClass") {
        let name = text(&class.object, "/spec/role");
        let declared =
            platform.resources::<aws_iam_role::Handle>().any(|role| role.text(|of| of.name()).as_deref() == Some(name));
        let arn = platform.settings.role_arn(name);
        let entry = platform.resources::<aws_eks_access_entry::Handle>().any(|entry| {
            entry.text(|of| of.principal_arn()).as_deref() == Some(&arn)
                && entry.text(|of| of.type_()).as_deref() == Some("EC2_LINUX")
        });
        let (message, mend) = match (declared, entry) {
            (true, true) => continue,
            (false, _) => ("which no stack declares", "name the role of the nodes that the cluster stack declares"),
            (true, false) => (
                "which has no access entry of type `EC2_LINUX`",
                "declare an `aws_eks_access_entry` of that type for the role",
            ),
        };
        findings.report(platform.place(class), format!("gives nodes the role `{name}`, {message}"), mend);
    }
}

pub(super) fn interruption_queue(platform: &Platform, findings: &mut Findings) {
    for chart in charts(platform).filter(|chart| chart.name == "karpenter") {
        let name = text(chart.values, "/settings/interruptionQueue");
        let queue = platform
            .resources::<aws_sqs_queue::Handle>()
            .find(|queue| queue.text(|of| of.name()).as_deref() == Some(name));
        let filled = |queue: &Declared<'_, aws_sqs_queue::Handle>| {
            let mut targets = platform.resources::<aws_cloudwatch_event_target::Handle>();
            targets.any(|target| target.leads(|of| of.arn()).is_some_and(|leads| leads.is(queue)))
        };
        let message = match queue {
            Some(queue) if filled(&queue) => continue,
            Some(_) => format!("listens to the queue `{name}`, which no event rule fills"),
            None => format!("listens to the queue `{name}`, which no stack declares"),
        };
        let mend = "set `settings.interruptionQueue` to the name of the queue that the cluster stack declares";
        findings.report(platform.place(chart.application), message, mend);
    }
}

/// The charts that need a role.
const WITH_ROLES: [&str; 2] = ["karpenter", "aws-load-balancer-controller"];

/// The add-on through which pods get the credentials of their role.
const AGENT: &str = "eks-pod-identity-agent";

pub(super) fn pod_identity(platform: &Platform, findings: &mut Findings) {
    let associations: Vec<_> = platform.resources::<aws_eks_pod_identity_association::Handle>().collect();
    let names = |association: &Declared<'_, aws_eks_pod_identity_association::Handle>| {
        (
            association.text(|of| of.namespace()).unwrap_or_default(),
            association.text(|of| of.service_account()).unwrap_or_default(),
        )
    };
    let accounts: Vec<_> = charts(platform)
        .filter(|chart| WITH_ROLES.contains(&chart.name))
        .map(|chart| (chart, (chart.namespace.to_owned(), text(chart.values, "/serviceAccount/name").to_owned())))
        .collect();
    if let Some(first) = associations.first()
        && addon(platform, AGENT).is_none()
    {
        findings.report(
            first.place(),
            format!("gives a role to pods, but no add-on `{AGENT}` hands out its credentials"),
            format!("declare the add-on `{AGENT}`"),
        );
    }
    for association in &associations {
        let (namespace, account) = names(association);
        let used = accounts.iter().any(|(_, names)| *names == (namespace.clone(), account.clone()))
            || platform.object("ServiceAccount", &namespace, &account).is_some()
            || charts(platform).any(|chart| {
                chart.namespace == namespace && text(chart.values, "/alertmanager/serviceAccount/name") == account
            });
        if !used {
            findings.report(
                association.place(),
                format!(
                    "gives a role to service account `{account}` of namespace `{namespace}`, under which nothing runs"
                ),
                "name the service account and namespace of the chart",
            );
        }
    }
    for (chart, (namespace, account)) in &accounts {
        if !associations.iter().any(|association| names(association) == (namespace.clone(), account.clone())) {
            findings.report(
                platform.place(chart.application),
                format!(
                    "runs as service account `{account}` of namespace `{namespace}`, to which no stack gives a role"
                ),
                "name the service account and namespace of its `aws_eks_pod_identity_association`",
            );
        }
    }
}

pub(super) fn cluster_name(platform: &Platform, findings: &mut Findings) {
    let mut clusters = platform.resources::<aws_eks_cluster::Handle>();
    let cluster = clusters.find_map(|of| of.text(|of| of.name())).unwrap_or_default();
    let vpc = platform.resources::<aws_vpc::Handle>().find_map(|vpc| vpc.tag("Name")).unwrap_or_default();
    let region = platform.settings.aws.region.clone();
    let told = [
        ("karpenter", "/settings/clusterName", &cluster),
        ("aws-load-balancer-controller", "/clusterName", &cluster),
        ("aws-load-balancer-controller", "/vpcTags/Name", &vpc),
        ("aws-load-balancer-controller", "/region", &region),
    ];
    for chart in charts(platform) {
        for (_, pointer, real) in told.iter().filter(|(name, ..)| *name == chart.name) {
            let given = text(chart.values, pointer);
            if given != real.as_str() {
                let key = pointer.trim_start_matches('/').replace('/', ".");
                findings.report(
                    platform.place(chart.application),
                    format!("is told `{key}: {given}`, but the cluster stack declares `{real}`"),
                    format!("set `{key}` to `{real}`"),
                );
            }
        }
    }
    for found in platform.resources::<data::aws_eks_cluster::Handle>() {
        let given = found.text(|of| of.name()).unwrap_or_default();
        if given != cluster {
            findings.report(
                found.place(),
                format!("looks for the cluster `{given}`, but the cluster stack declares `{cluster}`"),
                format!("look for `{cluster}`"),
            );
        }
    }
}
