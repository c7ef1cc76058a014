//! Where workflows run, and whether the Kubernetes API lets them in.

use synth_bindings::{aws_eks_cluster, helm_release};
use synth_review::{Findings, Policy, Severity};

use super::reach;
use crate::{Platform, runner};

const HOSTED_MEND: &str = "set `github.runner` to runners in the VPC, or to runners with fixed addresses that \
                           `cluster.public_access_cidrs` holds";

const OWN_MEND: &str = "add the runners to `cluster.private_access_cidrs` or `cluster.private_access_security_groups`";

pub(super) const RUNNER_REACHES_CLUSTER: Policy<Platform> = Policy {
    code: "LINK019",
    name: "runner-reaches-cluster",
    severity: Severity::Error,
    explanation: "Helm reads its releases from the Kubernetes API at every plan: from a runner that the endpoint does not \
                  admit, workflows can neither plan nor apply.",
    check: runner_reaches_cluster,
};

fn runner_reaches_cluster(platform: &Platform, findings: &mut Findings) {
    let settings = &platform.settings;
    let label = &settings.github.runner;
    let public = &settings.cluster.public_access_cidrs;
    let (problem, mend) = match (runner::is_hosted(label), public.is_empty()) {
        _ if public.iter().any(|range| range.prefix_len() == 0) => return,
        (true, true) => {
            (format!("on GitHub's own runner `{label}`, but the cluster has no public endpoint"), HOSTED_MEND)
        }
        (true, false) => (
            format!("on GitHub's own runner `{label}`, but the cluster's public endpoint admits only named ranges"),
            HOSTED_MEND,
        ),
        (false, true) if !somebody_enters(platform) => {
            (format!("on `{label}`, but the cluster's endpoint is private and admits only its nodes"), OWN_MEND)
        }
        (false, _) => return,
    };
    for release in platform.resources::<helm_release::Handle>() {
        findings.report(release.place(), format!("is planned {problem}"), mend).set_by([
            "github.runner",
            "cluster.public_access_cidrs",
            "cluster.private_access_cidrs",
            "cluster.private_access_security_groups",
        ]);
    }
}

/// Does a rule let anything but the nodes reach the API?
fn somebody_enters(platform: &Platform) -> bool {
    let own = |rule: &reach::Rule<'_>| rule.leads(|of| of.referenced_security_group_id()).is_some();
    platform
        .resources::<aws_eks_cluster::Handle>()
        .flat_map(|cluster| reach::groups_of(&cluster))
        .any(|group| reach::rules_into(&group, "tcp", 443).any(|rule| !own(&rule)))
}
