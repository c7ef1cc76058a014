//! Where workflows run, and whether the Kubernetes API lets them in.

use synth_framework::Findings;

use crate::{Platform, runner};

pub(super) fn runner_reaches_cluster(platform: &Platform, findings: &mut Findings) {
    let settings = &platform.settings;
    if runner::is_admitted(settings) {
        return;
    }
    let endpoint = if settings.cluster.public_access_cidrs.is_empty() {
        "has no public side"
    } else {
        "admits named ranges alone"
    };
    for release in platform.managed("helm_release") {
        findings.report(
            release.place(),
            format!(
                "is planned on GitHub's own runner `{}`, but the endpoint of the cluster {endpoint}",
                settings.github.runner
            ),
            "name runners in the VPC, or with fixed addresses that `cluster.public_access_cidrs` holds, in `github.runner`",
        )
        .set_by(["github.runner", "cluster.public_access_cidrs"]);
    }
}
