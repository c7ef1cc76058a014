//! Resources that the cluster stack declares and the manifests name.

use k8s_openapi::api::core::v1::ServiceAccount;
use std::collections::BTreeSet;

use synth_bindings::{
    aws_cloudwatch_event_target, aws_eks_access_entry, aws_eks_cluster, aws_eks_pod_identity_association, aws_iam_role,
    aws_security_group, aws_sqs_queue, aws_subnet, aws_vpc, data,
};
use synth_kubernetes::karpenter::TagSelectorTerm;
use synth_review::{Findings, Place, Policy, Severity};

use crate::{
    Platform,
    charts::{karpenter, load_balancer_controller},
    names::POD_IDENTITY_ADD_ON,
    view::{Declared, NodeClass, NodePool, Object, addon, carries, requirement},
};

/// The tags that a node class selects by, such as `karpenter.sh/discovery: tideline`.
fn described(terms: &[TagSelectorTerm]) -> String {
    let tags = terms.iter().flat_map(|term| &term.tags);
    let tags: Vec<_> = tags.map(|(key, value)| format!("`{key}: {value}`")).collect();
    tags.join(" and ")
}

pub(super) const DISCOVERY_TAG_ON_SUBNETS: Policy<Platform> = Policy {
    code: "LINK001",
    name: "discovery-tag-on-subnets",
    severity: Severity::Error,
    explanation: "Karpenter makes nodes only in subnets that carry the tag its node class selects: without one it makes \
                  none, and every pod stays pending.",
    check: discovery_tag_on_subnets,
};

fn discovery_tag_on_subnets(platform: &Platform, findings: &mut Findings) {
    for class in platform.every::<NodeClass>() {
        let terms = &class.spec.subnet_selector_terms;
        let found: Vec<_> =
            platform.resources::<aws_subnet::Handle>().filter(|subnet| carries(subnet, terms)).collect();
        let covered: BTreeSet<String> =
            found.iter().filter_map(|subnet| subnet.text(|of| of.availability_zone())).collect();
        let uncovered: Vec<_> =
            zones_of_pools(platform, &class).into_iter().filter(|zone| !covered.contains(*zone)).collect();
        let message = if found.is_empty() {
            format!("selects subnets by {}, which no subnet carries", described(terms))
        } else if !uncovered.is_empty() {
            format!("selects subnets by {}, which no subnet in {} carries", described(terms), uncovered.join(" and "))
        } else {
            continue;
        };
        findings.report(class.place(), message, "set the tag on the private subnet of every zone");
    }
}

/// The zones in which pools make nodes of a class.
fn zones_of_pools<'a>(platform: &'a Platform, class: &Object<'_, NodeClass>) -> BTreeSet<&'a str> {
    let pools = platform.every::<NodePool>();
    let pools = pools.filter(|pool| pool.spec.template.spec.node_class_ref.name == class.name());
    pools.flat_map(|pool| requirement(&pool, "topology.kubernetes.io/zone")).map(String::as_str).collect()
}

pub(super) const DISCOVERY_TAG_ON_ONE_GROUP: Policy<Platform> = Policy {
    code: "LINK002",
    name: "discovery-tag-on-one-group",
    severity: Severity::Error,
    explanation: "Nodes without a security group cannot join the cluster, and if several groups of a node carry the \
                  cluster's tag, load balancers cannot tell which to open.",
    check: discovery_tag_on_one_group,
};

fn discovery_tag_on_one_group(platform: &Platform, findings: &mut Findings) {
    for class in platform.every::<NodeClass>() {
        let terms = &class.spec.security_group_selector_terms;
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
            class.place(),
            format!("selects security groups by {}, which {carriers}", described(terms)),
            "set the tag on the security group of the nodes, and on no other",
        );
    }
}

pub(super) const NODE_ROLE: Policy<Platform> = Policy {
    code: "LINK003",
    name: "node-role",
    severity: Severity::Error,
    explanation: "Nodes with a role that does not exist, or that has no access entry, start but never join the \
                  cluster.",
    check: node_role,
};

fn node_role(platform: &Platform, findings: &mut Findings) {
    for class in platform.every::<NodeClass>() {
        let name = class.spec.role.as_str();
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
        findings.report(class.place(), format!("gives nodes the role `{name}`, {message}"), mend);
    }
}

pub(super) const INTERRUPTION_QUEUE: Policy<Platform> = Policy {
    code: "LINK004",
    name: "interruption-queue",
    severity: Severity::Error,
    explanation: "Without its queue Karpenter learns of a Spot interruption only when the node is gone.",
    check: interruption_queue,
};

fn interruption_queue(platform: &Platform, findings: &mut Findings) {
    if let Some(chart) = platform.chart::<karpenter::Values>() {
        let name = chart.values.settings.interruption_queue.as_str();
        let queue = platform
            .resources::<aws_sqs_queue::Handle>()
            .find(|queue| queue.text(|of| of.name()).as_deref() == Some(name));
        let filled = |queue: &Declared<'_, aws_sqs_queue::Handle>| {
            let mut targets = platform.resources::<aws_cloudwatch_event_target::Handle>();
            targets.any(|target| target.leads(|of| of.arn()).is_some_and(|leads| leads.is(queue)))
        };
        let message = match queue {
            Some(queue) if filled(&queue) => return,
            Some(_) => format!("listens to the queue `{name}`, which no event rule fills"),
            None => format!("listens to the queue `{name}`, which no stack declares"),
        };
        let mend = "set `settings.interruptionQueue` to the name of the queue that the cluster stack declares";
        findings.report(chart.place(), message, mend);
    }
}

pub(super) const POD_IDENTITY: Policy<Platform> = Policy {
    code: "LINK005",
    name: "pod-identity",
    severity: Severity::Error,
    explanation: "Pod Identity gives a role to one service account of one namespace: under another name a controller has \
                  no permissions.",
    check: pod_identity,
};

fn pod_identity(platform: &Platform, findings: &mut Findings) {
    let associations: Vec<_> = platform.resources::<aws_eks_pod_identity_association::Handle>().collect();
    let names = |association: &Declared<'_, aws_eks_pod_identity_association::Handle>| {
        (
            association.text(|of| of.namespace()).unwrap_or_default(),
            association.text(|of| of.service_account()).unwrap_or_default(),
        )
    };
    let charts: Vec<_> = platform.known_charts().collect();
    let accounts = charts.iter().filter_map(|known| {
        let account = known.chart.needs_role()?;
        Some((&known.place, (known.namespace.to_owned(), account.to_owned())))
    });
    let accounts: Vec<_> = accounts.collect();
    if let Some(first) = associations.first()
        && addon(platform, POD_IDENTITY_ADD_ON).is_none()
    {
        findings.report(
            first.place(),
            format!("gives a role to pods, but no add-on `{POD_IDENTITY_ADD_ON}` hands out its credentials"),
            format!("declare the add-on `{POD_IDENTITY_ADD_ON}`"),
        );
    }
    for association in &associations {
        let (namespace, account) = names(association);
        let used = accounts.iter().any(|(_, names)| *names == (namespace.clone(), account.clone()))
            || platform.one::<ServiceAccount>(&namespace, &account).is_some()
            || charts.iter().any(|of| of.namespace == namespace && of.chart.may_have_role() == Some(&account));
        if !used {
            findings.report(
                association.place(),
                format!("gives a role to service account `{account}` of namespace `{namespace}`, which no chart uses"),
                "name the service account and namespace of the chart",
            );
        }
    }
    for (place, (namespace, account)) in &accounts {
        if !associations.iter().any(|association| names(association) == (namespace.clone(), account.clone())) {
            findings.report(
                (*place).clone(),
                format!(
                    "runs as service account `{account}` of namespace `{namespace}`, to which no stack gives a role"
                ),
                "name the service account and namespace of its `aws_eks_pod_identity_association`",
            );
        }
    }
}

pub(super) const CLUSTER_NAME: Policy<Platform> = Policy {
    code: "LINK006",
    name: "cluster-name",
    severity: Severity::Error,
    explanation: "A controller that is told another cluster's name, network or region manages nothing, or the wrong one.",
    check: cluster_name,
};

fn cluster_name(platform: &Platform, findings: &mut Findings) {
    let mut clusters = platform.resources::<aws_eks_cluster::Handle>();
    let cluster = clusters.find_map(|of| of.text(|of| of.name())).unwrap_or_default();
    let vpc = platform.resources::<aws_vpc::Handle>().find_map(|vpc| vpc.tag("Name")).unwrap_or_default();
    let region = platform.settings.aws.region.name;
    let mut judge = |place: Place, key: &str, given: &str, real: &str| {
        if given != real {
            findings.report(
                place,
                format!("is told `{key}: {given}`, but the cluster stack declares `{real}`"),
                format!("set `{key}` to `{real}`"),
            );
        }
    };
    if let Some(chart) = platform.chart::<load_balancer_controller::Values>() {
        let values = &chart.values;
        judge(chart.place(), "clusterName", &values.cluster_name, &cluster);
        judge(chart.place(), "vpcTags.Name", values.vpc_tags.get("Name").map_or("", String::as_str), &vpc);
        judge(chart.place(), "region", &values.region, region);
    }
    if let Some(chart) = platform.chart::<karpenter::Values>() {
        judge(chart.place(), "settings.clusterName", &chart.values.settings.cluster_name, &cluster);
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
