//! Argo CD, highly available: the one thing that Terraform installs into the cluster.

use synth_bindings::{aws_eks_access_policy_association, aws_eks_addon, aws_eks_cluster, helm_release};
use synth_framework::Stack;

use super::argocd_values;
use crate::{
    charts::{Values as _, argocd},
    names::ARGOCD_RELEASE,
    settings::Settings,
    terraform,
};

/// Declares the release, which waits for ready nodes, for names, and for access: whoever runs this, on the way down too,
/// where a release that outlives the access to it cannot be uninstalled.
pub(super) fn argocd(
    settings: &Settings,
    cluster: &aws_eks_cluster::Handle,
    access: &[aws_eks_access_policy_association::Handle],
    ready: &[aws_eks_addon::Handle],
    stack: &Stack,
) -> helm_release::Handle {
    let authority = cluster.certificate_authority().at(0).data();
    terraform::helm_provider(settings, cluster.endpoint(), authority, stack);
    let values = serde_json::to_string_pretty(&argocd_values::values(settings));
    let values = values.expect("values are structs with texts as keys");
    let release = helm_release("argocd")
        .name(ARGOCD_RELEASE)
        .namespace(&settings.argocd.namespace)
        .create_namespace(true)
        .repository("https://argoproj.github.io/argo-helm")
        .chart(argocd::Values::CHART)
        .version(settings.argocd.chart_version)
        .values([stack.asset("argocd-values.json", values + "\n").content()])
        .wait(true)
        .timeout(900)
        // A first install that failed is in the cluster and in no state: without this no later apply gets past its name.
        .upgrade_install(true)
        .depends_on((access, ready))
        .add_to(stack);
    terraform::test_release(&release, stack);
    release
}
